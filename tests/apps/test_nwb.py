"""Spikes taken away as NWB: from the command line, and from the row of files below a run."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner
from toys import Walk

import workbench
from apps.cli import main
from apps.lab.files import Files
from workbench import Record, nwb, variable
from workbench.stamp import COMPLETE, Stamp

needs_pynwb = pytest.mark.skipif(
    not nwb.installed(), reason="pynwb is not installed: pip install 'engram-workbench[nwb]'"
)
BUTTON = "Spikes (NWB)"


@pytest.fixture
def fired(tmp_path, monkeypatch) -> Record:
    """Return a record of four spikes, which lies in the current folder as a.nc."""
    monkeypatch.chdir(tmp_path)
    data = xr.Dataset(
        {
            "spike_time": variable("spike", [0.1, 0.2, 0.3, 0.4], "s", "time of the spike"),
            "spike_cell": variable("spike", np.array([0, 1, 0, 2]), "1", "cell that fired"),
        }
    )
    record = Record(data, Stamp.of(Walk(), 7, [], COMPLETE, wall_time=1.0))
    record.save(tmp_path / "a.nc")
    return record


@pytest.fixture
def silent(tmp_path, monkeypatch) -> Record:
    """Return a record that knows no spikes, saved as a.nc."""
    monkeypatch.chdir(tmp_path)
    record = workbench.run(Walk(), seed=7, progress=False)
    record.save(tmp_path / "a.nc")
    return record


def export(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["export", *words], prog_name="engram-workbench")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output.strip()


@needs_pynwb
@pytest.mark.parametrize(
    ("words", "written"),
    [(["b.nwb"], "b.nwb"), (["--nwb"], "a.nwb"), (["--nwb", "c.nwb"], "c.nwb")],
)
def test_export_writes_the_spikes(fired, words: list, written: str):
    assert export("a.nc", *words) == (0, written)
    import pynwb

    with pynwb.NWBHDF5IO(written, "r") as file:
        units = file.read().units
        assert [units.get_unit_spike_times(cell).tolist() for cell in range(3)] == [
            [0.1, 0.3], [0.2], [0.4]
        ]  # fmt: skip


@needs_pynwb
def test_files_are_told_apart_by_their_endings(fired):
    assert export("a.nc", "b.csv", "c.nwb", "d.PY") == (0, "b.csv\nc.nwb\nd.PY")
    assert Path("b.csv").read_text().startswith("#")
    assert "seed=7" in Path("d.PY").read_text()
    assert sorted(path.name for path in Path().iterdir()) == ["a.nc", "b.csv", "c.nwb", "d.PY"]


@needs_pynwb
def test_a_file_that_exists_is_kept_without_force(fired):
    Path("b.nwb").write_text("mine")
    assert export("a.nc", "b.nwb") == (2, "b.nwb exists already: give --force to replace it.")
    assert export("a.nc", "b.nwb", "--force") == (0, "b.nwb")
    assert Path("b.nwb").read_bytes().startswith(b"\x89HDF")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["b.txt"], "must end in one of .csv, .png, .svg, .py, .nwb."),
        (["b.csv", "--csv", "c.csv"], "b.csv is not allowed: --csv was given already."),
        (["b.csv", "c.csv"], "c.csv is not allowed: --csv was given already."),
        (["--nwb", "c.csv"], "the file's name must end in .nwb."),
        (["b.nwb", "c.csv"], "(walk) holds no spikes, which are what an NWB file is for."),
    ],
)
def test_what_cannot_be_exported_is_refused_and_nothing_written(silent, words, sentence):
    code, said = export("a.nc", *words)
    assert (code, said[-len(sentence) :]) == (2, sentence)
    assert [path.name for path in Path().iterdir()] == ["a.nc"]


def test_without_pynwb_export_says_what_to_install(fired, monkeypatch):
    monkeypatch.setattr(nwb, "installed", lambda: False)
    code, said = export("a.nc", "--nwb", "--csv")
    assert (code, said) == (2, "NWB files need pynwb: pip install 'engram-workbench[nwb]'.")
    assert [path.name for path in Path().iterdir()] == ["a.nc"]


# panel-material-ui 0.16 gives Panel 1.9 both names of what a button looks like.
quiet = pytest.mark.filterwarnings("ignore:Both 'variant' and 'button_style' were provided")


def files_of(record: Record) -> Files:
    files = Files(lambda: record, link=lambda: None, keep=lambda one: None)
    files.open(True)
    return files


def button(files: Files, label: str):
    return next(one for one in files.__panel__() if one.label == label)


@quiet
@needs_pynwb
def test_the_row_offers_spikes_only_of_a_record_that_holds_some(fired):
    offer = button(files_of(fired), BUTTON)
    assert offer.visible
    assert not offer.disabled
    assert offer.callback().getvalue().startswith(b"\x89HDF")
    assert offer.filename.endswith(".nwb")


@quiet
def test_the_row_of_a_record_without_spikes_lacks_them(silent):
    files = files_of(silent)
    assert not button(files, BUTTON).visible
    assert button(files, "Data (NetCDF)").visible


@quiet
def test_the_row_without_pynwb_lacks_them(fired, monkeypatch):
    monkeypatch.setattr(nwb, "installed", lambda: False)
    assert not button(files_of(fired), BUTTON).visible


@quiet
@needs_pynwb
def test_the_row_follows_the_record(fired, silent):
    shown = [silent]
    files = Files(lambda: shown[0], link=lambda: None, keep=lambda one: None)
    assert not button(files, BUTTON).visible
    for record, there in ((fired, True), (silent, False)):
        shown[0] = record
        files.open(False)
        files.open(True)
        assert button(files, BUTTON).visible is there
