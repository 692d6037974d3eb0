"""The notebooks run from top to bottom, and both files of each say the same."""

from pathlib import Path

import jupytext
import nbformat
import pytest
from ipykernel.kernelspec import write_kernel_spec
from jupytext.compare import compare_notebooks
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))
CELL_SECONDS = 120  # far more than any cell takes: this ends a notebook that hangs
#: Notebooks that compile networks, or train them for a minute.
LONG = (
    "02_sparse_distributed_memory", "03_spiking_engrams", "04_engram_neural_network",
    "05_plasticity", "06_sparse_associative_memory", "07_continual_learning",
    "08_capacity_and_its_price",
)  # fmt: skip


def mark(name):
    """Leave the long ones to `make test-all`."""
    return pytest.param(name, marks=pytest.mark.slow) if name in LONG else name


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """Return the name of a kernel that is this Python, whatever kernels the machine has."""
    write_kernel_spec(tmp_path / "jupyter" / "kernels" / "this-python")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("ENGRAM_RUNS", str(tmp_path / "runs"))
    for name in ("MPLBACKEND", "ENGRAM_NOTEBOOK_SIZE"):
        monkeypatch.delenv(name, raising=False)
    return "this-python"


def printed(notebook, name):
    """Return what the cells wrote to a stream."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output.text for output in outputs if output.get("name") == name)


def test_there_are_notebooks_and_each_is_a_pair():
    assert NAMES
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_both_files_hold_the_same_cells(name):
    text = jupytext.read(FOLDER / f"{name}.py")
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    compare_notebooks(notebook, text, fmt="py:percent", raise_on_first_difference=False)


@pytest.mark.parametrize("name", NAMES)
def test_the_notebook_file_is_valid_and_without_results(name):
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None


@pytest.mark.parametrize("name", [mark(name) for name in NAMES])
def test_a_notebook_runs_from_top_to_bottom(name, kernel, tmp_path):
    notebook = jupytext.read(FOLDER / f"{name}.py")
    work = tmp_path / "work"
    work.mkdir()
    NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name=kernel,
        resources={"metadata": {"path": str(work)}},
    ).execute()
    assert printed(notebook, "stderr") == ""
    assert printed(notebook, "stdout")
