"""Compiling a network, in a process of its own: ``python -m models.spiking.build``.

Brian2's device and preferences are global, so a build happens apart from whoever asked for it. For
the fast engine the result is a folder with the program ``main``, its static arrays and
``arrays.json``; for the live one it is Brian2's cache of Cython modules, filled.
"""

from __future__ import annotations

import argparse
import importlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from models.spiking.live import runtime
from models.spiking.names import states

HEADER = Path(__file__).with_name("obey.h")


def main() -> None:
    """Build what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="module:class")
    parser.add_argument("values", help="the parameters that shape the network, as JSON")
    parser.add_argument("engine", choices=("cython", "cpp"))
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    module, name = asked.model.split(":")
    model = getattr(importlib.import_module(module), name)(**json.loads(asked.values))
    if asked.engine == "cpp":
        build_program(model.network, asked.folder)
    else:
        fill_cache(model.network)


def fill_cache(network: Any) -> None:
    """Compile a network for Brian2's Cython runtime."""
    import brian2

    with runtime("cython"):
        network().run(0 * brian2.second, namespace={})


def build_program(network: Any, folder: Path) -> None:
    """Write and compile a network as a C++ program that obeys commands (see obey.h).

    Parameters
    ----------
    network : callable returning brian2.Network
        Makes the network.
    folder : Path
        Where the program goes.
    """
    import brian2

    brian2.set_device("cpp_standalone", build_on_run=False)
    device: Any = brian2.get_device()
    brian2.prefs.devices.cpp_standalone.extra_make_args_unix = ["-j2"]
    made = network()
    made.run(0 * brian2.second, namespace={})  # its parts are made and put in order
    header = HEADER.read_text(encoding="utf-8")
    device.insert_code("after_start", SEEDED)
    device.insert_code("main", serving(device, made))
    device.headers += ['"obey.h"', "<cstdlib>"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "obey.h").write_text(header, encoding="utf-8")
    device.build(directory=str(folder), compile=True, run=False)
    arrays = {name: entry(variable) for name, variable in named(device).items()}
    unseen = {name: {"dtype": kind} for name, (_, kind) in hidden(made).items()}
    about = {
        "arrays": arrays | unseen,
        "states": states(made.objects),
        "exact": [*states(made.objects, exact=True), *unseen],
        "dt": float(brian2.defaultclock.dt),
    }
    (folder / "arrays.json").write_text(json.dumps(about), encoding="utf-8")


#: The seed comes with each start of the program.
SEEDED = 'brian::_random_generators[0].seed(std::strtoul(std::getenv("ENGRAM_SEED"), nullptr, 10));'


def named(device: Any) -> dict[str, Any]:
    """Return the variables of all arrays of a standalone device by ``object.variable``."""
    known = {*device.arrays, *device.dynamic_arrays, *device.dynamic_arrays_2d}
    return {f"{variable.owner.name}.{variable.name}": variable for variable in known}


def entry(variable: Any) -> dict[str, Any]:
    """Return what is to be known of an array to read and write it."""
    kind = np.dtype(variable.dtype)
    return {"dtype": "int8" if kind == np.bool_ else str(kind)}


def hidden(network: Any) -> dict[str, tuple[str, str]]:
    """Return what the next step depends on and Brian2 has no variable for.

    Returns
    -------
    dict of str to (str, str)
        Name -> the C++ expression that lists it (none where obey.h does), and its type.
    """
    from brian2 import Synapses

    paths = [path for one in network.objects if isinstance(one, Synapses) for path in one._pathways]
    queues = {
        f"{path.name}.queue": (f"obey::pathway(brian::{path.name})", "int32") for path in paths
    }
    return {
        "steps": ("", "int64"),
        "random": ("obey::bytes(brian::_random_generators[0])", "int8"),
        **queues,
    }


def serving(device: Any, network: Any) -> str:
    """Return the C++ lines that list the arrays and start to obey."""
    lines = ["obey::Arrays _arrays;"]
    for name, variable in sorted(named(device).items()):
        if variable in device.dynamic_arrays_2d:
            made = f"obey::rows(brian::{device.dynamic_arrays_2d[variable]})"
        elif variable in device.dynamic_arrays:
            made = f"obey::growing(brian::{device.dynamic_arrays[variable]})"
        else:
            array = device.arrays[variable]
            made = f"obey::fixed(brian::{array}, brian::_num_{array})"
        lines.append(f'_arrays["{name}"] = {made};')
    for name, (listed, _) in hidden(network).items():
        if listed:
            lines.append(f'_arrays["{name}"] = {listed};')
    clock = device.get_array_name(device.defaultclock.variables["dt"])
    lines.append(f"obey::serve(brian::{network.name}, brian::{clock}[0], _arrays);")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
