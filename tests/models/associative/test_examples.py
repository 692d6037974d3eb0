"""What the documentation shows is true, and importing the family loads nothing slow."""

import doctest
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import models.associative
from models.associative import kernels
from models.sdm.caching import sources_stamp

SHOWN = ["covariance", "dense", "distributed", "hebbian", "mean_field", "willshaw",
         "willshaw_theory"]  # fmt: skip


@pytest.mark.parametrize("name", SHOWN)
def test_examples_are_true(name):
    tried = doctest.testmod(importlib.import_module(f"models.associative.{name}"))
    assert tried.attempted and not tried.failed


def test_the_family_is_imported_lazily():
    code = (
        "import sys, models.associative as a; from models.associative.covariance import "
        "critical_load; a.WillshawMemory(10); print('numba' in sys.modules, 'scipy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
    assert set(models.associative.__all__) <= set(dir(models.associative))
    with pytest.raises(AttributeError, match="no attribute 'Hopfield'"):
        models.associative.Hopfield  # noqa: B018


def test_kernels_are_compiled_again_when_their_source_changes(tmp_path):
    folder = Path(kernels.__file__).parent
    names = ("kernels.py", "../sdm/intrinsics.py")
    inside = tmp_path / "associative"
    (tmp_path / "sdm").mkdir()
    inside.mkdir()
    for name in names:
        (inside / name).write_text((folder / name).read_text())
    assert sources_stamp(inside, names) == sources_stamp(folder, names)
    for name in names:
        before = sources_stamp(inside, names)
        with (inside / name).open("a") as file:
            file.write("# changed\n")
        assert sources_stamp(inside, names) != before
