"""The command line as a person meets it: what it prints, what it leaves behind, how it refuses."""

from __future__ import annotations

import errno
import fcntl
import importlib
import json
import os
import pty
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
import types
from pathlib import Path

import click
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import models
import workbench
from apps.cli import main
from apps.server.access import Access
from workbench.parameters import Count, Quantity
from workbench.run import SEED
from workbench.store import Store

ROOT = Path(__file__).parents[2]
HEAVY = ("numba", "torch", "panel", "bokeh", "holoviews", "sklearn", "brian2", "matplotlib",
         "scipy", "h5py", "models.plasticity", "models.sdm")  # fmt: skip
#: Models that the registry lacks: slow, failing, and with a parameter of every kind.
TOYS = """
import time
import numpy as np
import xarray as xr
from workbench import Choice, Count, Model, ParameterError, Quantity, Switch, Text, Trace, variable

class Kinds(Model):
    key = "kinds"
    title = "Every kind of parameter"
    summary = "Nothing but parameters."
    presets = {"It's a Preset": {"bits": 7, "noisy": True}, "Other": {}}
    observables = (
        Trace(("level",), "Level", reading=lambda data: f"it ends at {float(data.level[-1]):g}"),
        Trace(("nothing",), "Broken", reading=lambda data: str(data.nothing)),
        Trace(("level",), "Silent"),
    )
    cue_noise = Quantity(
        0.25, bounds=(0, 1), unit="mV", doc="noise of the cue", source="Someone 1988", group="Cue"
    )
    bits = Count(1000, bounds=(1, 10_000), unit="bit", doc="length of an address", group="Memory")
    rule = Choice("covariance", options=["covariance", "clipped"], doc="how it learns")
    noisy = Switch(False, doc="whether noise is added", group="Cue")
    label = Text("none", doc="a name")
    runs = Count(1, bounds=(1, 3), unit="1", doc="repetitions")
    ceiling = Quantity(1.0, bounds=(0, float("inf")), unit="1", doc="no end")

    def validate(self):
        if self.bits == 13:
            raise ParameterError("bits = 13 is not allowed with any rule.")

    def simulate(self, run):
        for step in range(3):
            frame = xr.Dataset(
                {
                    "level": variable("time", [0.1 * step + run.rng.random()], "mV", "level"),
                    "image": variable(("row", "column"), np.eye(2), "1", "image"),
                    "spread": variable("time", np.float32([0.1]), "1", "spread"),
                    "steps": variable((), step, "1", "steps taken"),
                },
                coords={
                    "time": variable("time", [float(step)], "ms", "time"),
                    "row": variable("row", ["a", "b"], "1", "row"),
                },
            )
            run.emit(frame, progress=(step + 1) / 3)

class Failing(Model):
    key = "failing"
    title = "Failing"
    observables = (Trace(("late",), "Late", reading=lambda data: str(data.late)),)

    def simulate(self, run):
        run.emit(xr.Dataset({"level": variable("time", [1.0], "1", "level")}), progress=0.5)
        raise RuntimeError("it broke")

class Slow(Model):
    key = "slow"
    title = "Slow κ"

    def simulate(self, run):
        for step in range(3000):
            frame = xr.Dataset({"level": variable("time", [float(step)], "1", "level")})
            run.emit(frame, progress=step / 3000, message="slowly")
            time.sleep(0.01)
"""


class Result:
    """What a command gave; a traceback or an error that was not foreseen fails the test."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err
        assert "Traceback" not in out + err
        assert "Unexpected error" not in err


def call(*args: object, **extra) -> Result:
    result = CliRunner().invoke(main, [str(a) for a in args], prog_name="engram-workbench", **extra)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return Result(result.exit_code, result.stdout, result.stderr)


def refused(*args: object, code: int = 2) -> str:
    """Return the sentence with which a command was refused."""
    result = call(*args)
    assert result.code == code, result.out + result.err
    assert result.out == ""
    assert len(result.err.splitlines()) == 1
    return result.err.strip()


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Every test has a folder and a store of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENGRAM_RUNS", str(tmp_path / "store"))
    return tmp_path


@pytest.fixture
def toys(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("toys")
    (folder / "cli_toys.py").write_text(TOYS)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "cli_toys", raising=False)
    for key in ("kinds", "failing", "slow"):
        monkeypatch.setitem(models.REGISTRY, key, f"cli_toys:{key.capitalize()}")
    importlib.invalidate_caches()
    yield folder
    sys.modules.pop("cli_toys", None)


def left(folder: Path | None = None) -> list[str]:
    """Return the files that lie in a folder, hidden ones too."""
    return sorted(p.name for p in (folder or Path()).rglob("*") if p.is_file())


# -- help, version, models ---------------------------------------------------------------------


def test_help_names_every_command_and_ends_well():
    for args in ([], ["--help"]):
        shown = call(*args)
        assert shown.code == 0
        for name in ("list", "run", "show", "export", "runs", "serve"):
            assert f"\n  {name} " in shown.out


def test_version():
    shown = call("--version")
    assert (shown.code, shown.err) == (0, "")
    assert workbench.stamp.version() in shown.out


def test_help_imports_nothing_heavy():
    code = (
        "import sys, apps.cli\n"
        "for args in (['--help'], ['run', '--help'], ['--version']):\n"
        "    try:\n        apps.cli.main(args)\n    except SystemExit as end:\n"
        "        assert not end.code\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert ended.stdout.splitlines()[-1] == "[]", ended.stderr
    assert ", ".join(models.names()) in " ".join(ended.stdout.split())


def test_python_m_apps_is_the_command():
    ended = subprocess.run(
        [sys.executable, "-m", "apps", "run", "spas"], cwd=ROOT, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.strip() == "'spas' is no model; did you mean 'spass'?"


def test_help_of_a_model_tells_all_of_every_parameter(toys):
    shown = call("run", "kinds", "--help")
    assert shown.code == 0
    words = " ".join(shown.out.split())
    for sentence in (
        "--cue-noise NUMBER noise of the cue: a number from 0 to 1 mV; default 0.25 mV. "
        "Source: Someone 1988.",
        "--bits COUNT length of an address: a whole number from 1 to 10,000 bit; default 1000 bit.",
        "--rule CHOICE how it learns: one of 'covariance', 'clipped'; default 'covariance'.",
        "--noisy / --no-noisy whether noise is added: on or off; default off.",
        "--label TEXT a name: printable text of at most 1,000 characters; default 'none'.",
        "It's a Preset bits = 7, noisy = on",
        "Every kind of parameter Nothing but parameters.",
    ):
        assert sentence in words
    cue, memory, common = (
        shown.out.index(f"{h}:") for h in ("Cue", "Memory", "Options of every run")
    )
    assert cue < shown.out.index("--cue-noise") < shown.out.index("--noisy") < memory
    assert memory < shown.out.index("--bits") < shown.out.index("--seed")
    assert common < shown.out.index("--seed")
    assert shown.out.count("--runs") == 1  # the parameter of that name is set with --set


def test_every_registered_model_has_a_command():
    for key in models.names():
        shown = call("run", key, "--help")
        assert shown.code == 0
        words = " ".join(shown.out.split())
        told = "".join(shown.out.split())  # lines break within words with a hyphen, too
        for name, parameter in models.get(key).parameters().items():
            assert f"--{name.replace('_', '-')} " in words
            assert "".join(str(parameter.doc).rstrip(".").split()) in told


def test_list_shows_every_model():
    shown = call("list")
    assert shown.code == 0
    for key in models.names():
        line = next(x for x in shown.out.splitlines() if x.split()[:1] == [key])
        assert models.get(key).title in line
        assert models.get(key).pace in line


def test_list_as_json_has_the_parameter_tables(toys):
    listed = {entry["key"]: entry for entry in json.loads(call("list", "--json").out)}
    assert list(listed) == models.names()
    kinds = listed["kinds"]
    assert kinds["presets"] == {"It's a Preset": {"bits": 7, "noisy": True}, "Other": {}}
    rows = {row["name"]: row for row in kinds["parameters"]}
    assert list(rows) == ["cue_noise", "bits", "rule", "noisy", "label", "runs", "ceiling"]
    assert rows["cue_noise"] == {
        "name": "cue_noise", "kind": "Quantity", "default": 0.25, "bounds": [0, 1], "unit": "mV",
        "doc": "noise of the cue", "source": "Someone 1988", "group": "Cue", "live": False,
        "allowed": "a number from 0 to 1 mV",
    }  # fmt: skip
    assert rows["rule"]["options"] == ["covariance", "clipped"]
    assert "bounds" not in rows["rule"]
    assert rows["ceiling"]["bounds"] == [0, None]  # JSON knows no infinity
    assert "10.3389/fncom.2012.00036" in listed["spass"]["references"][0]
    assert listed["spass"]["pace"] == "live"
    live = [row["name"] for row in listed["spass"]["parameters"] if row["live"]]
    assert live == ["input_rate", "target_rate", "kappa"]


# -- run ---------------------------------------------------------------------------------------


def test_run_gives_the_record_that_python_gives(tmp_path):
    done = call("run", "spass", "--input-rate", "2", "--starts=3", "--seed", "7", "-o", "a.nc")
    assert (done.code, done.err) == (0, "")
    record = workbench.Record.open("a.nc")
    expected = workbench.run(models.get("spass")(input_rate=2, starts=3), 7, progress=False)
    assert record.data.drop_attrs().identical(expected.data.drop_attrs())
    assert record.stamp.parameters == expected.stamp.parameters
    assert (record.stamp.seed, record.complete) == (7, True)
    assert done.out.splitlines()[-1] == f"record {record.stamp.id} a.nc"
    assert "Weight from several starts: All 3 weights" in done.out
    assert left() == ["a.nc"]


def test_run_without_a_file_goes_to_the_store(tmp_path):
    done = call("run", "spass", "--quiet")
    [entry] = Store().list()
    assert done.out == f"record {entry.id} {entry.path}\n"
    assert entry.path.parent == tmp_path / "store"
    assert call("run", "spass", "--runs", "other").code == 0
    assert [e.model for e in Store("other").list()] == ["spass"]
    assert len(Store().list()) == 1


def test_each_kind_of_flag_sets_its_parameter(toys):
    flags = ["--cue-noise", "1e-1", "--bits", "1e3", "--rule", "clipped", "--noisy", "--label"]
    assert call("run", "kinds", *flags, "a ü", "--set", "runs=2", "-o", "a.nc").code == 0
    assert workbench.Record.open("a.nc").stamp.parameters == {
        "cue_noise": 0.1, "bits": 1000, "rule": "clipped", "noisy": True, "label": "a ü", "runs": 2,
        "ceiling": 1.0,
    }  # fmt: skip
    assert call("run", "kinds", "--set", "noisy=yes", "--set", "label=a=b", "-o", "b.nc").code == 0
    stamp = workbench.Record.open("b.nc").stamp
    assert (stamp.parameters["noisy"], stamp.parameters["label"]) == (True, "a=b")


@pytest.mark.parametrize("name", ["It's a Preset", "its-a-preset", "IT'S A PRESET"])
def test_a_preset_gives_the_values_that_flags_change(toys, name):
    assert call("run", "kinds", "--preset", name, "--bits", "8", "-o", "a.nc").code == 0
    stamp = workbench.Record.open("a.nc").stamp
    assert (stamp.parameters["bits"], stamp.parameters["noisy"]) == (8, True)
    assert call("run", "kinds", "--preset", name, "--no-noisy", "-o", "b.nc").code == 0
    stamp = workbench.Record.open("b.nc").stamp
    assert (stamp.parameters["bits"], stamp.parameters["noisy"]) == (7, False)


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--kappa", "nan"], "kappa = 'nan' is not allowed: it must be a number from 0.05 to 20."),
        (["--starts", "2.5"],
         "starts = '2.5' is not allowed: it must be a whole number from 1 to 20."),
        (["--seed", "-1"],
         "seed = '-1' is not allowed: it must be a whole number from 0 to 4,294,967,295."),
        (["--kappa", "1", "--kappa", "1"], "--kappa was given 2 times; give it once."),
        (["-o", "a.nc", "--output", "b.nc"], "-o/--output was given 2 times; give it once."),
        (["--kappa", "1", "--set", "kappa=1"], "kappa was given 2 times; give it once."),
        (["--kapa", "1"],
         "'--kapa' is no option of 'engram-workbench run spass'; did you mean '--kappa'?"),
        (["--set", "kapa=1"], "'kapa' is no parameter of 'spass'; did you mean 'kappa'?"),
        (["--set", "kappa"], "--set 'kappa' is not allowed: write NAME=VALUE."),
        (["--preset", "weak-inptu"],
         "'weak-inptu' is no preset of 'spass'; did you mean 'weak-input'?"),
        (["--kappa"], "Option '--kappa' requires an argument."),
        (["-o", ""], "--output '' is not allowed: it must name a file."),
        (["-o", "-"], "--output '-' is not allowed: it must name a file."),
        (["-o", "no/a.nc"], "no/a.nc cannot be written: No such file or directory."),
        (["-o", "."], ". is a folder: name a file in it."),
        (["-o", "a.nc", "--runs", "b"], "-o and --runs exclude each other: give one of them."),
        (["--script", "a.nc"], "--script 'a.nc' is not allowed: the file's name must end in .py."),
        (["--script", "no/a.py"], "no/a.py cannot be written: No such file or directory."),
        (["-o", "a.py", "--script", "a.py"],
         "-o and --script both name a.py: give them different names."),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_a_sentence_and_leaves_nothing(args, sentence):
    assert refused("run", "spass", *args) == sentence
    assert list(Path().iterdir()) == []


def test_values_that_do_not_go_together_are_refused_before_the_run(toys):
    assert refused("run", "kinds", "--bits", "13") == "bits = 13 is not allowed with any rule."
    assert "is no preset: 'failing' has none" in refused("run", "failing", "--preset", "x")
    assert list(Path().iterdir()) == []


def test_commands_and_models_that_do_not_exist_get_the_nearest():
    assert refused("rnu") == "'rnu' is no command of 'engram-workbench'; did you mean 'run'?"
    assert refused("--hlp").endswith("did you mean '--help'?")
    assert refused("run", "zzz").startswith("'zzz' is no model; there are ")
    assert refused("run") == f"run needs the name of a model: {', '.join(models.names())}."
    assert "did you mean 'delete'" in refused("runs", "delet")
    assert "unexpected extra argument" in refused("list", "more")


def test_a_file_is_replaced_only_when_forced():
    Path("a.nc").write_text("mine")
    sentence = "a.nc exists already: give --force to replace it."
    assert refused("run", "spass", "-o", "a.nc") == sentence
    assert Path("a.nc").read_text() == "mine"
    assert call("run", "spass", "-o", "a.nc", "--force").code == 0
    assert workbench.Record.open("a.nc").complete
    Path("a.py").write_text("mine")
    assert "a.py exists already" in refused("run", "spass", "--script", "a.py", "-o", "b.nc")
    assert left() == ["a.nc", "a.py"]


def test_a_folder_that_cannot_be_written_is_refused_before_the_run(tmp_path, read_only):
    (tmp_path / "locked").mkdir()
    read_only(tmp_path / "locked")
    assert "locked/a.nc cannot be written: " in refused("run", "spass", "-o", "locked/a.nc")
    assert "locked" in refused("run", "spass", "--runs", "locked")
    assert left() == []


def test_a_store_that_is_no_folder_and_a_name_too_long_are_refused():
    Path("file").write_text("")
    assert refused("run", "spass", "--runs", "file").startswith("The folder ")
    assert "cannot be written: File name too long" in refused("run", "spass", "-o", "a" * 240)
    assert left() == ["file"]


def test_a_disk_that_fills_up_is_told_with_exit_code_1(monkeypatch):
    def full(*_args, **_named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("xarray.Dataset.to_netcdf", full)
    sentence = refused("run", "spass", "--quiet", "-o", "a.nc", code=1)
    assert sentence == "a.nc could not be written: [Errno 28] No space left on device"
    assert left() == []


def test_the_script_gives_the_same_record(toys):
    done = call("run", "spass", "--kappa", "3", "--seed", "5", "-o", "a.nc", "--script", "a.py")
    assert done.code == 0
    again = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-W", "error", "a.py"], check=True, env=again)
    first, second = (workbench.Record.open(p) for p in ("a.nc", "spass_seed5.nc"))
    assert first.data.drop_attrs().identical(second.data.drop_attrs())
    printed = call("run", "spass", "--kappa", "3", "--seed", "5", "-o", "b.nc", "--script", "-")
    compile(printed.out, "printed", "exec")
    assert "kappa=3.0" in printed.out
    assert "record " in printed.err


def test_a_failing_model_keeps_what_it_computed(toys):
    done = call("run", "failing", "-o", "a.nc")
    assert done.code == 1
    assert done.err == (
        "The model 'failing' failed: RuntimeError: it broke. "
        "What it had computed is kept in the record.\n"
    )
    record = workbench.Record.open("a.nc")
    assert record.stamp.status == "partial: The model 'failing' failed: RuntimeError: it broke"
    assert record.data.level.values.tolist() == [1.0]
    assert done.out == f"record {record.stamp.id} a.nc\n"
    shown = call("show", "a.nc")
    assert "status      partial: The model 'failing' failed" in shown.out
    assert "Late" not in shown.out  # what a partial record lacks is no error


def test_where_a_failure_came_from_is_shown_when_asked(toys, monkeypatch):
    monkeypatch.setenv("ENGRAM_TRACEBACK", "1")
    result = CliRunner().invoke(main, ["run", "failing", "-o", "a.nc"])
    assert 'raise RuntimeError("it broke")' in result.stderr
    assert result.exit_code == 1


def test_an_unforeseen_error_is_one_sentence(monkeypatch):
    monkeypatch.setattr("workbench.run", lambda *_a, **_k: 1 / 0)
    result = CliRunner().invoke(main, ["run", "spass", "-o", "a.nc"])
    assert result.exit_code == 1
    assert result.stderr == (
        "Unexpected error: ZeroDivisionError: division by zero "
        "(set ENGRAM_TRACEBACK=1 to see where it came from)\n"
    )
    monkeypatch.setenv("ENGRAM_TRACEBACK", "1")
    assert isinstance(CliRunner().invoke(main, ["run", "spass"]).exception, ZeroDivisionError)
    monkeypatch.setattr("workbench.run", lambda *_a, **_k: [][MemoryError])


def test_too_little_memory_is_one_sentence(monkeypatch):
    def greedy(*_args, **_named):
        raise MemoryError

    monkeypatch.setattr("workbench.run", greedy)
    assert refused("run", "spass", code=1).startswith("There is not enough memory")


def test_a_home_folder_is_understood(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    assert call("run", "spass", "-o", "~/a.nc", "--quiet").code == 0
    assert left(tmp_path / "home") == ["a.nc"]
    assert call("show", "~/a.nc").code == 0
    assert call("export", "~/a.nc", "--script").code == 0
    assert left(tmp_path / "home") == ["a.nc", "a.py"]


def helped(toys: Path, name: str, **settings: str) -> str:
    """Return what a real process prints as the help of a toy model."""
    env = {**os.environ, **settings}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = started(toys, "run", name, "--help", env=env, **pipes)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, b"")
    return out.decode(settings.get("PYTHONIOENCODING", "utf-8"))


def test_a_terminal_that_lacks_a_character_shows_its_escape(toys):
    assert "Slow \\u03ba" in helped(toys, "slow", PYTHONIOENCODING="cp1252")
    assert "Slow κ" in helped(toys, "slow", PYTHONIOENCODING="utf-8")


def test_help_uses_a_wide_terminal(toys):
    assert 80 < max(map(len, helped(toys, "kinds", COLUMNS="300").splitlines())) <= 100


# -- Ctrl-C and the progress bar, with real processes ------------------------------------------


def started(toys: Path, *args: str, **streams) -> subprocess.Popen:
    code = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(toys)!r}]\n"
        "import models\nmodels.REGISTRY.update(slow='cli_toys:Slow', kinds='cli_toys:Kinds')\n"
        "from apps.cli import main\nmain(sys.argv[1:], prog_name='engram-workbench')"
    )
    return subprocess.Popen([sys.executable, "-c", code, *args], **streams)


def terminal() -> tuple[int, int]:
    """Return both ends of a terminal of 100 columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    return master, slave


def read_until(handle: int, wanted: str, seconds: float = 20) -> str:
    text, end = "", time.monotonic() + seconds
    while wanted not in text and time.monotonic() < end:
        if select.select([handle], [], [], 0.1)[0]:
            try:
                text += os.read(handle, 4096).decode(errors="replace")
            except OSError:  # the other end is closed
                break
    return text


def test_ctrl_c_keeps_what_was_computed(toys):
    master, slave = terminal()
    pipes = {"stdout": subprocess.PIPE, "stderr": slave, "text": True}
    process = started(toys, "run", "slow", "-o", "a.nc", "--script", "a.py", **pipes)
    bar = read_until(master, "slowly")
    assert "0%|" in bar
    assert "slowly" in bar
    time.sleep(0.3)
    for _ in range(8):  # an impatient person presses more than once
        process.send_signal(signal.SIGINT)
        time.sleep(0.004)
    out, _ = process.communicate(timeout=20)
    err = read_until(master, "until then")
    os.close(slave)
    os.close(master)
    assert process.returncode == 130
    assert "Interrupted: the record holds what was computed until then." in err
    assert "Traceback" not in err
    record = workbench.Record.open("a.nc")
    assert record.stamp.status == "partial: interrupted from the keyboard"
    assert 1 < record.data.level.size < 3000
    assert record.stamp.id in out
    assert left() == ["a.nc", "a.py"]


def test_ctrl_c_waits_until_the_record_is_on_the_disk(monkeypatch):
    save = workbench.Record.save

    def pressed(record, path):
        os.kill(os.getpid(), signal.SIGINT)
        return save(record, path)

    monkeypatch.setattr(workbench.Record, "save", pressed)
    before = signal.getsignal(signal.SIGINT)
    assert call("run", "spass", "-o", "a.nc").code == 0
    assert workbench.Record.open("a.nc").complete
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_before_the_run_leaves_nothing(monkeypatch):
    def interrupted(*_args, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr("workbench.run", interrupted)
    done = call("run", "spass", "-o", "a.nc")
    assert (done.code, done.err.strip()) == (130, "Interrupted; nothing was written.")
    assert left() == []


@pytest.mark.parametrize(("flags", "shown"), [([], False), (["--quiet"], True)])
def test_no_progress_bar_without_a_terminal_or_when_quiet(toys, flags, shown):
    master, slave = terminal()
    err = slave if shown else subprocess.PIPE
    process = started(
        toys, "run", "kinds", "-o", "a.nc", *flags, stdout=subprocess.PIPE, stderr=err
    )
    _, piped = process.communicate(timeout=30)
    os.close(slave)
    said = read_until(master, "nothing", 0.3) if shown else piped.decode()
    os.close(master)
    assert (process.returncode, said) == (0, "")


# -- hypothesis: whatever is typed -------------------------------------------------------------

SPASS = models.get("spass").parameters()
TYPED = st.one_of(
    st.floats().map(repr),
    st.integers().map(str),
    st.sampled_from(["", " ", "nan", "inf", "-inf", "1e400", "9" * 5000, "0x10", "1_0", "٣", "²",
                     "--seed", "-", "\0", "\ud800", "\x1b[31m", "true", "None", "1,5"]),
    st.text(max_size=20),
)  # fmt: skip
QUICK = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@QUICK
@given(name=st.sampled_from([*SPASS, "seed"]), text=TYPED, way=st.sampled_from(["=", " ", "--set"]))
def test_any_value_is_run_or_refused_with_name_value_and_what_is_allowed(name, text, way):
    parameter: Quantity | Count = SEED if name == "seed" else SPASS[name]  # type: ignore[assignment]
    flag = "--" + name.replace("_", "-")
    ways = {"=": [f"{flag}={text}"], " ": [flag, text], "--set": ["--set", f"{name}={text}"]}
    args = ways[" " if name == "seed" and way == "--set" else way]
    done = call("run", "spass", *args, "-o", "a.nc", "--force", "--quiet")
    try:
        value = parameter.parse(text)
    except workbench.ParameterError as error:
        assert done.code == 2
        assert done.err == f"{error}\n"
        assert done.err.startswith(f"{name} = ")
        assert parameter.allowed() in done.err
        assert done.err.isprintable() or done.err[:-1].isprintable()
        assert left() == []
        return
    assert done.code == 0, done.err
    stamp = workbench.Record.open("a.nc").stamp
    assert (stamp.seed if name == "seed" else stamp.parameters[name]) == value
    Path("a.nc").unlink()


@QUICK
@given(flag=st.text(max_size=12), value=TYPED)
def test_any_unknown_flag_is_refused(flag, value):
    if any(f"--{flag}".split("=")[0] == f"--{n.replace('_', '-')}" for n in SPASS):
        return
    done = call("run", "spass", f"--x{flag}", value, "-o", "a.nc")
    assert done.code == 2
    assert "is no option of 'engram-workbench run spass'" in done.err
    assert done.err[:-1].isprintable()
    assert left() == []


WORDS = st.one_of(
    st.sampled_from(
        ["run", "show", "export", "runs", "list", "spass", "--json", "--csv", "delete", "tag",
         "--force", "--set", "--rebuild", "-o", "--runs", "--script", "-"]
    ),
    # Hypothesis finds words in the code too: not those of commands that work for long.
    st.text(max_size=8).filter(lambda word: word not in ("serve", "train", "reproduce", "warm")),
)  # fmt: skip


@QUICK
@given(args=st.lists(WORDS, max_size=5))
def test_any_words_end_with_a_sentence_and_no_traceback(args):
    done = call(*args)
    assert done.code in (0, 1, 2)
    assert done.code == 0 or done.err.strip()


# -- show --------------------------------------------------------------------------------------


@pytest.fixture
def kinds(toys):
    assert call("run", "kinds", "--bits", "12", "--seed", "3", "-o", "a.nc").code == 0
    return workbench.Record.open("a.nc")


def test_show_tells_origin_parameters_variables_and_readings(kinds):
    shown = call("show", "a.nc")
    assert shown.code == 0
    lines = [" ".join(line.split()) for line in shown.out.splitlines()]
    for line in (
        "Every kind of parameter", f"record {kinds.stamp.id}", "file a.nc", "model kinds",
        "seed 3", "status complete", "* bits 12 bit", "cue_noise 0.25 mV", "rule covariance",
        "level time 3 [mV] level", "image row 2 x column 2 [1] image",
        "steps single [1] steps taken",
        f"Level: it ends at {float(kinds.data.level[-1]):g}",
    ):  # fmt: skip
        assert line in lines
    assert sum(line.startswith("*") for line in lines) == 1
    assert any(line.startswith("Broken: no reading (AttributeError") for line in lines)
    assert not any("Silent" in line for line in lines)


def test_show_as_json(kinds):
    shown = json.loads(call("show", "a.nc", "--json").out)
    assert shown["id"] == kinds.stamp.id
    assert shown["changed"] == ["bits"]
    assert shown["parameters"]["bits"] == 12
    assert shown["variables"]["image"] == {
        "dims": ["row", "column"], "shape": [2, 2], "dtype": "float64", "units": "1",
        "long_name": "image",
    }  # fmt: skip
    assert shown["readings"][0].startswith("Level: it ends at ")
    assert shown["path"] == "a.nc"


def test_show_tells_live_changes_the_last_ones():
    changes = [workbench.Change(min(i + 1, 10), "kappa", 1.0 + i) for i in range(12)]
    workbench.run(models.get("spass")(), 1, progress=False, changes=changes).save("a.nc")
    lines = [" ".join(line.split()) for line in call("show", "a.nc").out.splitlines()]
    assert "2 earlier" in lines
    assert "frame 3 kappa 3.0" in lines
    assert "frame 10 kappa 12.0" in lines
    assert "frame 2 kappa 2.0" not in lines
    workbench.run(models.get("spass")(), 1, progress=False, changes=changes[:1]).save("b.nc")
    shown = call("show", "b.nc").out
    assert "Changed while it ran\n  frame 1" in shown
    assert "earlier" not in shown


def test_show_finds_a_record_by_the_start_of_its_id(toys):
    call("run", "spass", "--quiet")
    [entry] = Store().list()
    for name in (entry.id, entry.id[:5], entry.path.name, str(entry.path)):
        assert entry.id in call("show", name).out
    assert "'0nothing'" in refused("show", "0nothing")
    assert entry.id in call("show", entry.id, "--runs", entry.path.parent).out
    assert "There is no record" in refused("show", entry.id, "--runs", "elsewhere")


def test_show_of_a_model_that_is_not_here_still_shows_the_record(kinds, monkeypatch):
    monkeypatch.delitem(models.REGISTRY, "kinds")
    shown = call("show", "a.nc")
    assert shown.code == 0
    assert "What it shows" not in shown.out
    assert "bits" in shown.out


def test_show_of_a_record_cannot_steer_the_terminal(kinds):
    kinds.stamp.tags.append("\x1b[31mred")
    workbench.Record(kinds.data, kinds.stamp).save("a.nc")
    shown = call("show", "a.nc")
    assert "\x1b" not in shown.out
    assert r"\x1b[31mred" in shown.out


def test_files_that_hold_no_record_are_told_as_such():
    Path("a.nc").write_text("junk")
    assert refused("show", "a.nc", code=1).startswith("a.nc is damaged or no NetCDF-4 file")
    assert refused("export", "a.nc", "--csv", code=1).startswith("a.nc is damaged")
    assert refused("show", "no/a.nc") == "no/a.nc is no file."
    assert refused("show", "nothing.nc").endswith("Nor is there such a file.")
    assert "names no record" in refused("show", "")
    assert left() == ["a.nc"]


# -- export ------------------------------------------------------------------------------------


def read_csv(path: str) -> pd.DataFrame:
    return pd.read_csv(path, comment="#")


def test_csv_has_a_tidy_table_for_each_set_of_dimensions(kinds):
    done = call("export", "a.nc", "--csv")
    assert done.code == 0
    files = ["a.row-column.csv", "a.single.csv", "a.time.csv"]
    assert sorted(done.out.split()) == files
    assert left() == [*files[:1], "a.nc", *files[1:]] or sorted(left()) == sorted([*files, "a.nc"])
    table = read_csv("a.time.csv")
    assert list(table) == ["time [ms]", "level [mV]", "spread [1]"]
    assert table["level [mV]"].tolist() == kinds.data.level.values.tolist()
    assert table["time [ms]"].tolist() == [0.0, 1.0, 2.0]
    assert table["spread [1]"].astype(np.float32).tolist() == kinds.data.spread.values.tolist()
    assert "0.1\n" in Path("a.time.csv").read_text()  # as short as single precision needs
    image = read_csv("a.row-column.csv")
    assert image.values.tolist() == [["a", 0, 1.0], ["a", 1, 0.0], ["b", 0, 0.0], ["b", 1, 1.0]]
    assert list(image) == ["row [1]", "column", "image [1]"]
    assert read_csv("a.single.csv").to_dict("list") == {"steps [1]": [2]}
    head = Path("a.time.csv").read_text().splitlines()
    assert head[0] == f"# {kinds.stamp.line()}"
    assert f"# record: {kinds.stamp.id}" in head
    assert any(line.startswith("# parameters: ") and '"bits": 12' in line for line in head)


def test_a_table_holds_only_what_shares_all_its_dimensions():
    call("run", "spass", "-o", "a.nc")
    named = call("export", "a.nc", "--csv").out.split()
    tables = {name: read_csv(name) for name in named}
    data = workbench.Record.open("a.nc").data
    assert {name: len(table) for name, table in tables.items()} == {
        "a.time-start.csv": data.weight.size,
        "a.time.csv": data.time.size,
        "a.weight_grid.csv": data.weight_grid.size,
        "a.single.csv": 1,
    }
    assert tables["a.time-start.csv"]["weight [1]"].tolist() == data.weight.values.ravel().tolist()


def test_one_set_of_dimensions_gives_one_file(toys):
    call("run", "failing", "-o", "a.nc")
    assert call("export", "a.nc", "--csv", "b.csv").out == "b.csv\n"
    assert read_csv("b.csv").to_dict("list") == {"time": [0], "level [1]": [1.0]}
    assert "# status: partial: The model" in Path("b.csv").read_text()


def test_export_of_nothing_or_onto_something_is_refused(kinds):
    assert "needs at least one of --csv" in refused("export", "a.nc")
    sentence = "--csv 'a.nc' is not allowed: the file's name must end in .csv."
    assert refused("export", "--csv", "a.nc") == sentence
    Path("a.time.csv").write_text("mine")
    sentence = "a.time.csv exists already: give --force to replace it."
    assert refused("export", "a.nc", "--csv", "--script") == sentence
    assert left() == ["a.nc", "a.time.csv"]
    assert call("export", "a.nc", "--csv", "--force").code == 0
    assert read_csv("a.time.csv").shape == (3, 3)
    sentence = "no/x.row-column.csv cannot be written: No such file or directory."
    assert refused("export", "a.nc", "--csv", "no/x.csv") == sentence


def test_export_by_id_writes_into_the_current_folder(tmp_path):
    call("run", "spass", "--quiet")
    [entry] = Store().list()
    done = call("export", entry.id[:6], "--script")
    assert done.out == f"{entry.path.stem}.py\n"
    assert (tmp_path / f"{entry.path.stem}.py").is_file()
    assert [p.suffix for p in entry.path.parent.glob("*.*") if p.suffix == ".py"] == []


def test_script_goes_to_stdout_alone(kinds):
    done = call("export", "a.nc", "--script", "-", "--csv")
    assert "seed=3" in done.out
    assert ".csv" not in done.out
    assert "a.time.csv" in done.err


def test_figures_are_written_as_png_and_svg(tmp_path):
    call("run", "spass", "-o", "a.nc")
    done = call("export", "a.nc", "--png", "--svg", "b.svg")
    assert (done.code, done.out) == (0, "a.png\nb.svg\n")
    assert Path("a.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in Path("b.svg").read_text()


# -- runs --------------------------------------------------------------------------------------


def test_runs_lists_the_store_and_says_what_cannot_be_read(toys):
    assert "No records in " in call("runs").err
    call("run", "spass", "--seed", "4", "--quiet")
    call("run", "kinds", "--quiet")
    entries = {entry.model: entry for entry in Store().list()}
    (Store().folder / "broken.nc").write_text("junk")
    lines = call("runs").out.splitlines()
    assert len(lines) == 3
    assert any(
        line.startswith(entries["spass"].id) and "spass" in line and "seed 4" in line
        and line.endswith("complete") for line in lines
    )  # fmt: skip
    broken = next(line for line in lines if line.startswith("broken.nc"))
    assert "unreadable: " in broken
    assert "damaged" in broken
    assert call("runs", "--model", "kinds").out.startswith(entries["kinds"].id)
    assert len(call("runs", "--model", "kinds").out.splitlines()) == 1
    listed = json.loads(call("runs", "--json", "--model", "spass").out)
    assert [e["id"] for e in listed] == [entries["spass"].id]
    assert listed[0]["path"] == str(entries["spass"].path)


def test_runs_tag_delete_restore(toys):
    call("run", "spass", "--quiet")
    call("run", "spass", "--quiet")
    first, second = (entry.id for entry in Store().list())
    assert call("runs", "tag", first, "mine", "old").out == f"{first} mine, old\n"
    [line] = call("runs", "--tag", "mine").out.splitlines()
    assert line.startswith(first)
    assert line.endswith("complete  [mine, old]")
    assert call("runs", "tag", "--remove", first, "mine", "old").out == f"{first} has no tags\n"
    assert "No such records" in call("runs", "--tag", "mine").err
    assert "There is no record" in refused("runs", "delete", second, "nothing", code=1)
    assert len(Store().list()) == 2
    done = call("runs", "delete", second, second)
    assert (done.code, len(done.out.splitlines())) == (0, 1)
    assert done.out.startswith("deleted spass_")
    assert [e.id for e in Store().list()] == [first]
    assert call("runs", "restore", second).code == 0
    assert len(Store().list()) == 2
    call("runs", "delete", second)
    assert call("runs", "empty-trash", input="n\n").code == 130
    assert len(Store().deleted()) == 1
    assert call("runs", "empty-trash", "--yes").out == "removed 1 records\n"
    assert Store().deleted() == []


def test_runs_rebuild_finds_what_lies_there(monkeypatch):
    rebuilt = []
    monkeypatch.setattr(Store, "rebuild", lambda store: rebuilt.append(store.folder.name))
    call("run", "spass", "--runs", "shelf", "--quiet")
    for catalogue in (p for p in Path("shelf").iterdir() if p.suffix != ".nc" and p.is_file()):
        catalogue.unlink()
    assert len(call("runs", "--runs", "shelf").out.splitlines()) == 1
    assert rebuilt == []
    assert len(call("runs", "--rebuild", "--runs", "shelf").out.splitlines()) == 1
    assert rebuilt == ["shelf"]


# -- serve -------------------------------------------------------------------------------------


@pytest.fixture
def served(monkeypatch):
    """Put a server in place of the real one, and return what it was asked."""
    asked = []
    server = types.ModuleType("apps.server.serving")
    server.serve = lambda **arguments: asked.append(arguments)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "apps.server.serving", server)
    return asked


def test_serve_passes_on_what_was_asked(served, monkeypatch):
    levels = []
    monkeypatch.setattr("logging.basicConfig", lambda level: levels.append(level))
    assert call("serve").code == 0
    done = call(
        "serve", "--port", "0", "--host", "0.0.0.0", "--workers", "3", "--session-lifetime", "5",
        "--allow-origin", "a.org", "--allow-origin", "b.org:80", "--basic-auth", "secret",
        "--show", "--runs", "shelf", "--log-level", "info", "--seconds", "60", "--memory", "500",
        "--linger", "30", "--message-size", "2", "--proxy",
    )  # fmt: skip
    assert (done.code, done.err) == (0, "")
    assert levels == ["WARNING", "INFO"]
    access = Access(allow_origin=("a.org", "b.org:80"), basic_auth="secret", proxy=True)
    assert served == [
        {"port": 5006, "host": "localhost", "workers": 2, "session_lifetime": 60, "runs": None,
         "access": Access(), "show": False, "seconds": 0, "memory": 0, "linger": 600,
         "message_size": 20e6},
        {"port": 0, "host": "0.0.0.0", "workers": 3, "session_lifetime": 5, "runs": Path("shelf"),
         "access": access, "show": True, "seconds": 60, "memory": 500e6, "linger": 30,
         "message_size": 2e6},
    ]  # fmt: skip


def test_serve_passes_on_accounts_whose_secrets_are_in_files(served, tmp_path, monkeypatch):
    secret, cookie = tmp_path / "secret", tmp_path / "cookie"
    secret.write_text("of the provider\n".replace(" ", "-"))
    cookie.write_text("x" * 40)
    words = [
        "serve", "--oauth-provider", "github", "--oauth-key", "key",
        "--oauth-redirect-uri", "https://a.org/login", "--cookie-secret", str(cookie),
    ]  # fmt: skip
    assert call(*words, "--oauth-secret", str(secret)).code == 0
    monkeypatch.setenv("PANEL_OAUTH_SECRET", "elsewhere")
    monkeypatch.setenv("PANEL_OAUTH_KEY", "another")
    assert call("serve", "--oauth-provider", "gitlab").code == 0
    assert [each["access"] for each in served] == [
        Access(oauth_provider="github", oauth_key="key", oauth_secret="of-the-provider",
               oauth_redirect_uri="https://a.org/login", cookie_secret="x" * 40),
        Access(oauth_provider="gitlab", oauth_key="another"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("args", "warned"),
    [
        (["--host", "0.0.0.0"], True),
        (["--host", "192.168.0.7"], True),
        (["--host", "0.0.0.0", "--basic-auth", "secret"], False),
        (["--host", "127.0.0.1"], False),
        ([], False),
    ],
)
def test_serve_tells_that_everybody_may_come_in(served, args, warned):
    told = "may use this workbench: --basic-auth asks for a password." in call("serve", *args).err
    assert told == warned and len(served) == 1


def test_serve_help_tells_what_is_allowed_and_the_defaults():
    words = " ".join(call("serve", "--help").out.split())
    assert "--port VALUE port to listen on, 0 for any: a whole number from 0 to 65,535;" in words
    assert "default 5006." in words
    assert words.index("--port") < words.index("--host") < words.index("--log-level")


def test_the_server_takes_what_the_command_gives_it(served):
    from inspect import signature

    real = importlib.util.spec_from_file_location("real", ROOT / "apps" / "server" / "serving.py")
    module = importlib.util.module_from_spec(real)
    real.loader.exec_module(module)
    call("serve")
    signature(module.serve).bind(**served[0])


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--port", "65536"],
         "port = '65536' is not allowed: it must be a whole number from 0 to 65,535."),
        (["--port", "web"],
         "port = 'web' is not allowed: it must be a whole number from 0 to 65,535."),
        (["--workers", "0"],
         "workers = '0' is not allowed: it must be a whole number from 1 to 64."),
        (["--session-lifetime", "nan"], "session-lifetime = 'nan' is not allowed: it must be a "
         "whole number from 1 to 604,800 s."),
        (["--log-level", "loud"], "log-level = 'loud' is not allowed: it must be one of 'debug', "
         "'info', 'warning', 'error'."),
        (["--host", " "], "host = '' is not allowed: it must be an address."),
        (["--port", "1", "--port", "2"], "--port was given 2 times; give it once."),
        (["--seconds", "-1"],
         "seconds = '-1' is not allowed: it must be a whole number from 0 to 604,800 s."),
        (["--basic-auth", "users.json"], "basic-auth = 'users.json': there is no such file."),
        (["--oauth-secret", "nowhere"], "--oauth-secret 'nowhere': there is no such file."),
        (["--oauth-provider", "github"], "--oauth-provider github needs --oauth-key or the "
         "environment variable PANEL_OAUTH_KEY."),
        (["--oauth-provider", "githup"], "'githup' is no known OAuth provider; did you mean "
         "'github'?"),
        (["--allow-origin", "http://a.org"], "allow-origin = 'http://a.org' is not allowed: it "
         "must be an address such as class.example.org or 192.168.0.7:5006, without http://."),
    ],
)  # fmt: skip
def test_serve_refuses_with_a_sentence(served, args, sentence):
    assert refused("serve", *args) == sentence
    assert served == []


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.EADDRINUSE,
         "Port 5006 of localhost is in use: choose another with --port, or 0 for any."),
        (errno.EACCES,
         "Port 5006 of localhost may not be used: choose one above 1023 with --port."),
        (errno.EADDRNOTAVAIL,
         "The server could not start on localhost:5006: Cannot assign requested address"),
    ],
)  # fmt: skip
def test_a_port_that_cannot_be_had_is_told(served, monkeypatch, number, sentence):
    def taken(**_arguments):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(sys.modules["apps.server.serving"], "serve", taken)
    assert refused("serve", code=1) == sentence


def test_ctrl_c_stops_the_server_with_a_word(served, monkeypatch):
    def interrupted(**_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["apps.server.serving"], "serve", interrupted)
    done = call("serve")
    assert (done.code, done.err) == (0, "The server was stopped.\n")


def test_the_real_server_tells_that_its_port_is_in_use():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run(
            [sys.executable, "-m", "apps", "serve", "--host", "127.0.0.1", "--port", str(port)],
            cwd=ROOT, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith(f"Port {port} of 127.0.0.1 is in use")
    assert "Traceback" not in ended.stderr


# -- the pieces that only a program sees -------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "number", "completed"),
    [
        ("engram-workbench run spa", 2, "spass"),
        ("engram-workbench run spass --kap", 3, "--kappa"),
        ("engram-workbench run spass --kapa 3 --inp", 5, "--input-rate"),
        ("engram-workbench ru", 1, "runs"),
        ("engram-workbench run spas --kap", 3, ""),
        ("engram-workbench rnu x", 2, ""),
    ],
)
def test_a_shell_completes_what_exists(words, number, completed):
    env = {
        "_ENGRAM_WORKBENCH_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(number),
    }
    done = call(env=env)
    assert (done.code, done.err) == (0, "")
    assert completed in done.out


def test_completing_the_name_of_a_model_imports_none(monkeypatch):
    monkeypatch.setattr(models, "get", lambda key: 1 / 0)
    env = {"_ENGRAM_WORKBENCH_COMPLETE": "bash_complete", "COMP_WORDS": "engram-workbench run ",
           "COMP_CWORD": "2"}  # fmt: skip
    assert all(f"plain,{key}" in call(env=env).out.split() for key in models.names())


def test_the_command_can_be_called_from_python():
    with pytest.raises(workbench.ParameterError):
        main(["run", "zzz"], standalone_mode=False)
    assert isinstance(main, click.Group)
