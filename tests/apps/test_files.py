"""What can be taken away from a run."""

from __future__ import annotations

import io
import zipfile

import pandas as pd
import pytest

import workbench
from apps.drawing import figures
from apps.lab.files import Files
from models import get
from workbench import ParameterError

pytestmark = pytest.mark.filterwarnings(
    "ignore:Both 'variant' and 'button_style':PendingDeprecationWarning"
)


@pytest.fixture(scope="module")
def spass():
    return workbench.run(get("spass")(), seed=3, progress=False)


@pytest.fixture
def files(spass):
    told = []
    made = Files(lambda: spass, lambda: "", lambda one: None, get("spass").observables, told.append)
    made.told = told
    made.open(True)
    return made


def offer(files, label):
    return next(one for one in files.__panel__() if one.label == label)


def test_tables_hold_the_values_the_units_and_the_stamp(files, spass):
    made = offer(files, "Data (CSV)")
    with zipfile.ZipFile(made.callback()) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert made.filename == f"spass-seed3-{spass.stamp.id}.csv.zip"
    assert all(name.startswith(f"spass-seed3-{spass.stamp.id}.") for name in texts)
    assert all(text.startswith(f"# {spass.stamp.line()}\n") for text in texts.values())
    name = next(name for name, var in spass.data.data_vars.items() if "time" in var.dims)
    dims = "-".join(spass.data[name].dims)
    table = next(text for file, text in texts.items() if file.endswith(f".{dims}.csv"))
    frame = pd.read_csv(io.StringIO(table), comment="#")
    column = next(each for each in frame if each.startswith(f"{name} ["))
    assert frame[column].to_numpy() == pytest.approx(spass.data[name].values.ravel())


def test_one_figure_or_all_of_them_are_drawn(files, spass):
    drawn = {}
    for chosen in ("all figures", "Activity of the neuron"):
        files._figure.value = chosen
        made = offer(files, "Figure (SVG)")
        drawn[chosen] = made.callback().getvalue().decode()
        assert spass.stamp.line().split(" · ")[-1] in drawn[chosen]
    assert len(drawn["Activity of the neuron"]) < len(drawn["all figures"])
    assert made.filename == f"{figures.file_stem(spass)}-activity-of-the-neuron.svg"


def test_a_file_that_cannot_be_made_is_told(files, monkeypatch):
    def refuse(*_arguments):
        raise ParameterError("nothing to draw.")

    monkeypatch.setattr("apps.lab.files.save_figure", refuse)
    with pytest.raises(ParameterError):
        offer(files, "Figure (PNG)").callback()
    assert files.told == ["The file could not be made: nothing to draw."]


def test_only_the_link_is_there_without_a_record():
    made = Files(lambda: None, lambda: "", lambda one: None, get("spass").observables)
    assert [one.disabled for one in list(made.__panel__())[1:]] == [True] * 8
