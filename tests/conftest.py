"""What all tests share. The toy models are imported as `toys`."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# Putting tests/ on the path would let tests/workbench stand in for the package of that name.
_spec = importlib.util.spec_from_file_location("toys", Path(__file__).with_name("toys.py"))
sys.modules["toys"] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sys.modules["toys"])


# Networks compiled for tests are kept with the other caches of the tests, not with the user's.
_compiled = Path(__file__).parents[1] / ".pytest_cache" / "compiled"
os.environ.setdefault("ENGRAM_WORKBENCH_CACHE", str(_compiled))

# No deadline: machines differ, and so do their loads. Examples: what a few seconds allow.
settings.register_profile("workbench", deadline=None, max_examples=50)
settings.load_profile("workbench")


def pytest_collection_modifyitems(items):
    """End with the browser's tests: Playwright leaves an event loop running behind them."""
    items.sort(key=lambda item: "ui" in item.path.parts)


@pytest.fixture
def record():
    """Return the record of a short run of the toy model."""
    from toys import Walk

    import workbench

    return workbench.run(Walk(label="für Élise"), seed=7, progress=False)


@pytest.fixture
def store(tmp_path):
    """Return an empty store."""
    from workbench.store import Store

    return Store(tmp_path / "runs")


@pytest.fixture
def read_only():
    """Return a function that makes a folder read-only, for root too, until the test ends."""
    undo = []

    def make(folder):
        if os.geteuid() != 0:
            undo.append(["chmod", "755", folder])
            folder.chmod(0o555)
            return
        mounted("--bind", folder, folder)
        undo.append(["umount", folder])
        mounted("-o", "remount,bind,ro", folder)

    yield make
    for command in reversed(undo):
        subprocess.run(command, check=True)


@pytest.fixture
def small_disk(tmp_path):
    """Return a folder that holds no more than 128 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted("-t", "tmpfs", "-o", "size=128k", "tmpfs", folder)
    yield folder
    subprocess.run(["umount", folder], check=True)


def mounted(*arguments):
    """Mount, or skip the test where that is not allowed."""
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
