"""What every registered model keeps of the contract."""

import re
import time

import numpy as np
import pytest
import xarray as xr
from latex2mathml.converter import convert

import models
import workbench
from apps.drawing.leaves import leaf
from apps.drawing.palette import ROLES
from workbench import (
    Count,
    Curve,
    Histogram,
    Images,
    Matrix,
    ParameterError,
    Quantity,
    Raster,
    Strip,
    Switch,
    Timeline,
    Trace,
    Worker,
)
from workbench.frames import growing_dimension
from workbench.here import LocalRun
from workbench.snapshot import Ring

#: Model -> values that make a run short.
SHORT = {
    "assemblies": {"protocol": "0-0.5 rest; 0.5-2 learn; 2-2.5 cue module 1; 2-2.5 tag all"},
    "silent_assemblies": {"protocol": "0-0.2 rest; 0.2-0.6 balance; 0.6-1 cue assembly 1; "
                                      "0.6-0.9 light assembly 2 x 2; 0.6-1 tag all"},
    "dynamic_engram": {"cells": 64, "resolution": "16 x 16", "step": 1.0, "pause_test": 0.2,
                       "protocol": "0-1 burn-in; 1-9 training square; 9-21 test; "
                                   "21-24 consolidation square; 5-9 tag all; 24-36 test; "
                                   "29-36 light tagged x 2"},
    "sdm": {"stored": 20, "address_bits": 128, "hard_locations": 2000, "access_fraction": 0.02,
            "cues": 4, "noise_levels": 4, "reads": 2},
    "associative": {"units": 200, "active": 10, "stored": 40, "cues": 4, "levels": 4},
    "capacity": {"units": 100, "coding_level": 0.05, "largest": 200, "cues": 4, "fillings": 2},
    "autoencoder": {"units": 16, "hidden": 32, "children": 4, "largest": 32, "loads": 3,
                    "epochs": 60},
    "arena": {"units": 100, "active": 6, "memory": 12, "largest": 60, "loads": 5, "cues": 4,
              "trials": 2},
    "continual": {"units": 40, "epochs": 2, "active": 4, "samples": 200, "gaba_threshold": 50.0},
    "sparsity": {"units": 20, "samples": 120, "epochs": 2, "task_epochs": 1, "iterations": 20,
                 "weights": 50, "features": 9},
    "enn": {"samples": 96, "hidden": 8, "slots": 4, "epochs": 3},
    "spass": {"starts": 2, "duration": 1.0},
    "stdp": {"duration": 5.0},
    "calcium": {"synapses": 20, "pairs": 5},
    "assembly_competition": {"trials": 12},
    "six_rules": {"spikes": "Poisson spikes", "duration": 1.0},
}  # fmt: skip
#: Model -> ends of the names of variables that come with other values of its parameters alone.
OPTIONAL = {
    "enn": ("_enn", "_lstm", "_gru", "_rnn"),
    "associative": ("mean_field_match",),
    "continual": ("_metaplastic", "_gating", "_ewc", "_si", "_rehearsal", "_joint"),
}
#: Models that draw no random numbers.
CERTAIN = {"spass", "spass_inputs", "spass_chain", "spass_ring"}
PRESETS = [(key, preset) for key in models.names() for preset in models.get(key).presets]
WORDS = re.compile(r"[a-z_0-9]+")
DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>]+")

every_model = pytest.mark.parametrize("key", models.names())
#: Each worker imports torch, which takes seconds: one such model stands for all by default.
TORCH = {"autoencoder", "continual", "sparsity"}
SLICED = [pytest.param(k, marks=[pytest.mark.slow] * (k in TORCH)) for k in models.names()]


def model(key, **values):
    return models.get(key)(**SHORT.get(key, {}) | values)


@pytest.fixture(scope="module")
def short():
    """Return a function that gives the record of a short run of a model."""
    records = {}

    def give(key):
        if key not in records:
            records[key] = workbench.run(model(key), seed=3, progress=False)
        return records[key]

    return give


def same(first, second):
    return first.drop_attrs().identical(second.drop_attrs())


# The registry


def test_an_unknown_model_is_told_with_the_nearest():
    with pytest.raises(ParameterError, match="'spas' is no model; did you mean 'spass'?"):
        models.get("spas")
    with pytest.raises(ParameterError, match="'xyz' is no model; there are assemblies, "):
        models.get("xyz")


def test_the_names_are_those_of_the_registry():
    assert models.names() == list(models.REGISTRY)
    assert len(set(models.REGISTRY.values())) == len(models.REGISTRY)


@every_model
def test_a_model_is_found_by_its_key_and_told_in_words(key):
    kind = models.get(key)
    assert kind.key == key and WORDS.fullmatch(key)
    assert f"{kind.__module__}:{kind.__qualname__}" == models.REGISTRY[key]
    assert kind.title and not kind.title.endswith(".")
    assert kind.summary.endswith(".") and len(kind.summary) < 120 and "\n" not in kind.summary
    assert kind.pace in ("live", "seconds", "minutes")
    assert kind.__doc__ and len(kind.__doc__) > 80


# Parameters


@every_model
def test_every_parameter_is_told_with_its_unit_and_bounds(key):
    for name, parameter in models.get(key).parameters().items():
        assert WORDS.fullmatch(name)
        assert parameter.doc and len(parameter.doc) < 200 and not parameter.doc.endswith(".")
        assert parameter.unit and parameter.group
        parameter.check(parameter.default)
        if isinstance(parameter, Quantity | Count):
            low, high = parameter.bounds
            assert low < high and np.isfinite([low, high]).all()
            assert not parameter.log or low > 0


@every_model
def test_a_model_works_as_it_is(key):
    models.get(key)().validate()
    model(key).validate()
    assert models.get(key)().changed() == {}


@pytest.mark.parametrize(("key", "preset"), PRESETS)
def test_every_preset_can_be_run_and_says_what_it_sets(key, preset):
    made = models.get(key).from_preset(preset)
    made.validate()
    declared = models.get(key).parameters()
    said = {n: declared[n].check(v) for n, v in models.get(key).presets[preset].items()}
    assert said and said.items() <= made.values().items()
    assert made.changed().items() <= said.items()
    sane(made)


@every_model
def test_no_two_presets_are_the_same(key):
    made = [models.get(key).from_preset(preset).values() for preset in models.get(key).presets]
    assert all(one not in made[i + 1 :] for i, one in enumerate(made))


@every_model
def test_the_cost_is_sane(key):
    sane(models.get(key)())
    sane(model(key))


def sane(made):
    """Check what a model says its run will take."""
    cost = made.cost()
    assert 0 < cost.seconds < 3600 and 0 < cost.bytes < 64e9
    parameter = made.parameters()[cost.lower]
    assert isinstance(parameter, Quantity | Count | Timeline)
    if isinstance(parameter, Timeline):
        least = str(parameter.protocol(made.protocol).events[0])
    else:
        least = parameter.bounds[0]
    lowered = type(made)(**made.values() | {cost.lower: least}).cost()
    assert lowered.seconds <= cost.seconds and lowered.bytes <= cost.bytes
    assert (lowered.seconds, lowered.bytes) != (cost.seconds, cost.bytes) or getattr(
        made, cost.lower
    ) == least


# Sources and equations


@every_model
def test_sources_are_given(key):
    kind = models.get(key)
    assert kind.references and set(kind.references) <= {*kind.references, *kind().cite()}
    for reference in {*kind.references, *kind().cite()}:
        assert reference.authors and reference.title and reference.where
        assert 1850 < reference.year < 2100
        assert not reference.doi or DOI.fullmatch(reference.doi)
        assert str(reference.year) in str(reference)


@every_model
def test_equations_can_be_drawn_and_are_explained(key):
    kind = models.get(key)
    assert kind.equations
    for equation in kind.equations:
        drawn = convert(equation.latex, display="block")
        assert drawn.startswith("<math") and drawn.endswith("</math>")
        unread = re.findall(r"\\[a-zA-Z]+", drawn)
        assert not unread, f"{unread} in {equation.latex} came through unread"
        assert equation.text.endswith(".")


# Runs


@every_model
def test_a_short_run_is_complete_and_every_variable_is_named(key, short):
    record = short(key)
    assert record.complete
    for name, variable in record.data.variables.items():
        assert variable.attrs["units"] and variable.attrs["long_name"], name
        assert variable.size


@every_model
def test_what_is_to_be_drawn_is_in_the_data(key, short):
    kind, data = models.get(key), short(key).data
    assert kind.observables
    titles = [observable.title for observable in kind.observables]
    assert len(set(titles)) == len(titles)
    for observable in kind.observables:
        shown = {*observable.variables, *getattr(observable, "theory", ())}
        shown |= set(getattr(observable, "marks", ()))
        absent = [name for name in shown - set(data) if not name.endswith(OPTIONAL.get(key, ()))]
        assert observable.title and absent == [], observable.title
        assert set(observable.roles) <= shown
        assert set(observable.roles.values()) <= set(ROLES)
        check_shapes(observable, data)
        if (
            len({data[name].attrs["long_name"] for name in observable.variables if name in data})
            > 1
        ):
            assert observable.y_label, f"{observable.title}: the axis of several needs a name"


def check_shapes(observable, data):
    """Check that an observable's variables have the dimensions that its kind needs."""
    for name in getattr(observable, "marks", ()):
        assert data[name].dims == ()
    data = leaf(observable, data)
    for name in set(observable.variables) & set(data):
        variable = data[name]
        if isinstance(observable, Trace):
            assert growing_dimension(variable.variable) == variable.dims[0]
            assert variable.ndim <= 2
            for theory in set(observable.theory) & set(data):
                assert data[theory].dims == variable.dims[:1]
        elif isinstance(observable, Curve):
            assert variable.dims == data[observable.x].dims and variable.ndim == 1
            for theory in set(observable.theory) & set(data):
                assert data[theory].ndim == 1 and data[theory].dims[0] in data.coords
        elif isinstance(observable, Histogram):
            assert variable.ndim == 1 and variable.dims[0] in data.coords
        elif isinstance(observable, Images):
            assert variable.ndim == 3
            assert {str(variable.dims[0]), observable.names} & set(data.variables)
        else:
            check = {Raster: check_raster, Matrix: check_matrix, Strip: check_strip}
            check[type(observable)](observable, variable, data)


def check_raster(observable, cells, data):
    """Check that spikes have times and cells, and all cells a role with a colour."""
    times, roles = data[observable.x], data[observable.groups]
    assert cells.dims == times.dims == ("spike",) and times.attrs["units"] == "s"
    assert cells.dtype.kind in "iu" and roles.dims == ("cell",)
    assert cells.min() >= 0 and cells.max() < roles.size and times.min() >= 0
    assert set(roles.values.tolist()) <= set(ROLES)
    assert observable.window >= 0


def check_matrix(observable, values, data):
    """Check that rows and columns are told, borders lie within and codes have a category."""
    rows, columns = values.dims
    assert growing_dimension(values.variable) in ("", columns)
    assert rows in data.coords and columns in data.coords
    for name in observable.borders:
        assert data[name].ndim == 1
        assert ((data[name] > 0) & (data[name] < values.shape[0])).all()
    if observable.categories:
        assert values.dtype.kind in "iu"
        assert values.min() >= 0 and values.max() < len(observable.categories)
        assert {role for _, role in observable.categories} <= {*ROLES, ""}


def check_strip(observable, lanes, data):
    """Check that each event has its times, words and role, and that the run tells its time."""
    for name in (observable.start, observable.end, observable.label, observable.role):
        assert data[name].dims == lanes.dims == ("event",)
    assert (data[observable.start] < data[observable.end]).all()
    assert data[observable.start].attrs["units"] == data[observable.end].attrs["units"] == "s"
    assert set(data[observable.role].values.tolist()) <= {*ROLES, ""}
    assert data[observable.now].dims == () and data[observable.now].attrs["units"] == "s"
    assert not observable.lanes or set(lanes.values.tolist()) <= set(observable.lanes)


@every_model
def test_every_picture_has_a_reading(key, short):
    for observable in models.get(key).observables:
        text = observable.reading(short(key).data)
        assert text.endswith(".") and re.search(r"\d", text), f"{observable.title}: {text}"
        assert (
            (text[0].isupper() or text[0].isdigit())
            and "nan" not in text.split()
            and "\n" not in text
        )


@every_model
def test_the_same_seed_gives_the_same_record(key, short):
    again = workbench.run(model(key), seed=3, progress=False)
    assert same(again.data, short(key).data)


@every_model
def test_another_seed_gives_another_record_where_chance_plays(key, short):
    other = workbench.run(model(key), seed=4, progress=False)
    assert same(other.data, short(key).data) == (key in CERTAIN)


@every_model
def test_no_global_random_numbers_are_used(key, short):
    np.random.seed(5)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    again = workbench.run(model(key), seed=3, progress=False)
    assert same(again.data, short(key).data)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize("key", SLICED)
def test_a_worker_gives_the_same_however_it_slices_the_run(key, short):
    worker = Worker(model(key), seed=3)
    try:
        watch = worker.watch()
        while not worker.ended:
            worker.step()
            watch.take()
            time.sleep(0.005)
        record = worker.wait(60)
    finally:
        worker.stop()
    assert worker.state == "finished"
    assert same(record.data, short(key).data)


@every_model
def test_progress_never_goes_back_and_comes_to_its_end(key, monkeypatch):
    told = []
    attend = LocalRun.attend

    def tell(run, progress, message, step):
        told.append(progress)
        attend(run, progress, message, step)

    monkeypatch.setattr(LocalRun, "attend", tell)
    workbench.run(model(key), progress=False)
    assert told == sorted(told) and told[0] >= 0 and told[-1] == pytest.approx(1.0)
    assert len(told) >= 10


@every_model
def test_live_parameters_may_change_while_it_runs(key):
    live = {name: p for name, p in models.get(key).parameters().items() if p.live}
    for name, parameter in live.items():
        values = (False, True)
        if not isinstance(parameter, Switch):
            values = getattr(parameter, "options", None) or parameter.bounds
        for value in values:
            change = workbench.Change(2, name, value)
            assert workbench.run(model(key), 3, progress=False, changes=[change]).complete


@every_model
def test_a_model_that_offers_its_state_goes_on_from_it_exactly(key, short):
    ring = Ring(most=6)
    parent = workbench.run(model(key), seed=3, progress=False, ring=ring)
    assert same(parent.data, short(key).data)
    assert bool(ring) == models.get(key).rewinds
    for snapshot in ring.kept[1:-1:2]:
        origin = ring.branch(snapshot.frame, parent)
        branch = workbench.run(model(key), seed=3, progress=False, branch=origin)
        assert same(branch.data, parent.data)


@every_model
def test_a_record_comes_back_from_its_file(key, short, tmp_path):
    path = short(key).save(tmp_path / "record.nc")
    back = workbench.Record.open(path)
    xr.testing.assert_equal(back.data, short(key).data)
    for observable in models.get(key).observables:
        assert observable.reading(back.data) == observable.reading(short(key).data)
