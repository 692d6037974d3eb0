"""The wheel holds the three packages, whole, and nothing else."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("apps", "models", "workbench")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of the files in a wheel built from a copy, so that the checkout stays clean."""
    source, out = tmp_path_factory.mktemp("source") / "checkout", tmp_path_factory.mktemp("wheel")
    ignore = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "*.nc")
    shutil.copytree(ROOT, source, ignore=ignore)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, source]
    done = subprocess.run(build, capture_output=True, text=True, cwd=out)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = out.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_top_level_is_the_three_packages_and_the_metadata(shipped: set[str]) -> None:
    top = {name.split("/")[0] for name in shipped}
    (metadata,) = (name for name in top if name.endswith(".dist-info"))
    assert metadata.startswith("engram_workbench-")
    assert top == {*PACKAGES, metadata}
    assert f"{metadata}/licenses/LICENSE" in shipped


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_of_a_package_ships(shipped: set[str], package: str) -> None:
    there = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    assert {f"{package}/__init__.py", f"{package}/py.typed"} <= there
    assert {name for name in shipped if name.startswith(f"{package}/")} == there
