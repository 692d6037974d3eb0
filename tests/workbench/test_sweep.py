"""Sweeps: what is run, what comes back, and whatever may befall it midway."""

import os
import signal
import threading
import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbench
from tests.toys import Pair, Walk
from tests.workers import Breaks, Clock, Once
from workbench import Cancelled, Choice, Count, Model, ParameterError, Quantity
from workbench.cells import TAG, read_range, read_values
from workbench.store import Store
from workbench.sweep import Sweep

ALONE = {"workers": 1, "progress": False}
BOTH = {"workers": 2, "progress": False}


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "runs")


def walk(**values):
    return Walk(**{"steps": 4, "walkers": 2} | values)


def counted(sweep, store, **options):
    """Run a sweep; return its table and how far it was after each cell."""
    courses = []
    data = sweep.run(store, told=courses.append, **ALONE | options)
    return data, courses


def test_the_table_holds_what_each_run_gives(store):
    sweep = Sweep.grid(walk(), {"drift": [0.0, 2.0], "kind": ["normal", "uniform"]}, seeds=[3, 5])
    data = sweep.run(store, **BOTH)
    assert dict(data.sizes) == {"drift": 2, "kind": 2, "seed": 2} and len(sweep) == 8
    for cell in sweep.cells():
        found = data.isel(dict(zip(("drift", "kind", "seed"), cell.index, strict=True)))
        asked = {"drift": float(found.drift), "kind": str(found.kind.values)}
        record = workbench.run(walk(**asked), int(found.seed), progress=False)
        assert float(found["mean"]) == float(record.data["mean"])
        assert float(found["position"]) == pytest.approx(float(record.data["position"].mean()))
        kept = store.open(str(found.record.values))
        assert kept.stamp.parameters == record.stamp.parameters and kept.stamp.tags == [TAG]
    assert not data.problem.astype(bool).any()
    assert data["mean"].attrs == {"units": "m", "long_name": "mean position"}
    assert data["position"].attrs == {"units": "m", "long_name": "position, mean"}
    assert data.drift.attrs == {"units": "m/s", "long_name": "drift"}


def test_a_course_is_read_at_its_end_and_a_measure_of_ones_own(store):
    sweep = Sweep.grid(Clock(frames=5), {"level": [1.0, 10.0]})
    data = sweep.run(store, **ALONE)
    last = [store.open(str(id)).data["level"].values[-1] for id in data.record.values.ravel()]
    assert data["level_measured"].values.ravel() == pytest.approx(last)
    assert data["level_measured"].attrs["long_name"] == "level, at the end"
    own = sweep.table(store, {"range": lambda one: np.ptp(one["level"].values)})
    assert set(own.data_vars) == {"range", "record", "problem"} and own["range"].notnull().all()


def test_what_is_there_is_not_run_again(store):
    store.add(workbench.run(walk(drift=1.0), 1, progress=False))
    sweep = Sweep.grid(walk(), {"drift": [0.0, 1.0]})
    _, courses = counted(sweep, store)
    assert [(one.done, one.total, one.found) for one in courses] == [(2, 2, 1)]
    before = sweep.table(store)
    data, courses = counted(sweep, store)
    assert not courses and data.identical(before) and len(store.list()) == 2
    again, courses = counted(sweep, store, again=True)
    assert len(courses) == 2 and again["mean"].equals(before["mean"])


def test_what_was_changed_while_it_ran_counts_as_another_run(store):
    changed = [workbench.Change(1, "drift", 2.0)]
    store.add(workbench.run(walk(), 1, changes=changed, progress=False))
    _, courses = counted(Sweep.grid(walk(), {"drift": [0.5]}), store)
    assert len(courses) == 1


def test_a_sweep_that_was_cancelled_keeps_its_cells_and_goes_on(store):
    sweep = Sweep.grid(Clock(frames=2), {"level": [1.0, 2.0, 3.0, 4.0]})

    def cancel(course):
        if course.done == 2:
            raise Cancelled

    data = sweep.run(store, told=cancel, **ALONE)
    assert int(data["latest"].notnull().sum()) == 2 == len(store.list())
    assert (data.record.values[data["latest"].isnull().values] == "").all()
    whole, courses = counted(sweep, store)
    assert whole["latest"].notnull().all() and courses[0].found >= 2
    assert courses[-1].done == 4 and [a.left >= b.left for a, b in pairwise(courses)]


def test_a_cell_that_fails_is_told_and_the_others_are_there(store):
    data, courses = counted(Sweep.grid(Breaks(), {"how": ["raise", "file"]}), store)
    assert "the spring is broken" in data.problem.values[0, 0] and courses[-1].failed == 2
    assert "cut short" in data.problem.values[1, 0] and not store.list()


def test_a_process_that_is_killed_once_loses_nothing(store, tmp_path):
    sweep = Sweep.grid(Once(marks=str(tmp_path)), {"level": [1.0, 2.0, 3.0, 4.0]})
    data = sweep.run(store, **BOTH)
    assert (tmp_path / "killed").exists()
    assert data["latest"].notnull().all() and not data.problem.astype(bool).any()


def test_a_cell_that_kills_its_process_is_given_up(store):
    data = Sweep.grid(Breaks(), {"how": ["kill"]}).run(store, **BOTH)
    assert data.problem.values.item().startswith("Its process died 3 times")


def test_a_cluster_runs_a_sweep_though_one_of_its_workers_is_killed(store):
    distributed = pytest.importorskip("distributed")
    sweep = Sweep.grid(Clock(frames=5, wait=0.05), {"level": list(range(8))})
    with (
        distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        first = next(iter(client.run(os.getpid).values()))
        killer = threading.Timer(0.6, os.kill, [first, signal.SIGKILL])
        killer.start()
        courses = []
        data = sweep.run(
            store, scheduler=cluster.scheduler_address, progress=False, told=courses.append
        )
        killer.join()
        assert first not in client.run(os.getpid).values()
    assert data["latest"].notnull().all() and not data.problem.astype(bool).any()
    assert len(courses) == 8
    one = workbench.run(Clock(frames=5, level=3.0), 1, progress=False)
    assert float(data["latest"].sel(level=3.0, seed=1)) == float(one.data["latest"])


def test_no_scheduler_is_told(store):
    pytest.importorskip("distributed")
    sweep = Sweep.grid(walk(), {"drift": [0.0]})
    with pytest.raises(ParameterError, match="No Dask scheduler answers at 'nonsense'"):
        sweep.run(store, scheduler="nonsense", progress=False)


@pytest.mark.parametrize(
    ("over", "seeds", "sentence"),
    [
        ({"drift": [9.0]}, 1, "drift = 9.0 is not allowed"),
        ({"driff": [1.0]}, 1, "driff.*drift"),
        ({"drift": []}, 1, "drift = .* is no list of values"),
        ({"drift": "12"}, 1, "drift = '12' is no list of values"),
        ({"drift": [1, 1.0]}, 1, "drift = 1.0 is there more than once"),
        ({"drift": [1.0]}, 0, "one seed at least"),
        ({"drift": [1.0]}, [-1], "seed = -1 is not allowed"),
        ({"steps": range(10_000)}, 20, "200,000|10,000 points times 20 seeds"),
    ],
)
def test_what_is_no_sweep_is_told(over, seeds, sentence):
    with pytest.raises(ParameterError, match=sentence):
        Sweep.grid(walk(), over, seeds)


def test_values_that_do_not_go_together_are_told_before_anything_runs():
    with pytest.raises(ParameterError, match=r"low = 0\.8 is above high = 0\.5"):
        Sweep.grid(Pair(), {"low": [0.1, 0.8], "high": [0.5, 0.9]})


class Scales(Model):
    key = "scales"
    size = Count(10, bounds=(1, 10_000), unit="1", doc="how large", log=True)
    rate = Quantity(0.5, bounds=(0, 1), unit="Hz", doc="how often")
    kind = Choice("a", options=["a", "b"], doc="which")


@given(samples=st.integers(1, 40), draw=st.integers(0, 1000))
def test_a_latin_hypercube_takes_every_part_of_a_range_once(samples, draw):
    sweep = Sweep.latin(Scales(), {"rate": (0.2, 0.8), "kind": ["a", "b"]}, samples, draw=draw)
    shares = np.array([(point["rate"] - 0.2) / 0.6 for point in sweep.points])
    parts = np.floor(np.clip(shares * samples, 0, samples - 1e-9))
    assert sorted(parts) == list(range(samples))
    picked = [point["kind"] for point in sweep.points]
    assert abs(picked.count("a") - picked.count("b")) <= 1


def test_samples_are_drawn_again_by_their_seed_and_over_scales():
    over = {"size": (10, 1000), "rate": (0.2, 0.8)}
    one, same, other = (Sweep.random(Scales(), over, 400, draw=draw) for draw in (1, 1, 2))
    assert one.points == same.points != other.points
    sizes = np.array([point["size"] for point in one.points])
    assert sizes.min() >= 10 and sizes.max() <= 1000
    assert np.mean(sizes < 100) == pytest.approx(0.5, abs=0.08)  # half below the middle of the log
    assert np.mean([point["rate"] for point in one.points]) == pytest.approx(0.5, abs=0.03)


def test_samples_run_and_are_told_apart(store):
    sweep = Sweep.random(walk(), {"drift": (-1, 1)}, samples=3, seeds=2)
    data = sweep.run(store, **ALONE)
    assert dict(data.sizes) == {"sample": 3, "seed": 2}
    assert list(data.drift.values) == [point["drift"] for point in sweep.points]


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("rate", "0.1,0.5", [0.1, 0.5]),
        ("rate", "0:1:5", [0, 0.25, 0.5, 0.75, 1]),
        ("rate", "0:1", list(np.linspace(0, 1, 11))),
        ("size", "1:1000:4", [1, 10, 100, 1000]),
        ("size", "1:3:20", [1, 2, 3]),
        ("kind", "a, b", ["a", "b"]),
    ],
)
def test_values_are_spelled(name, text, values):
    assert read_values(Scales.parameters()[name], text) == pytest.approx(values) or values == [
        "a",
        "b",
    ]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("rate", "0:1:one", "must ask for 2 to 100,000 values"),
        ("rate", "0:1:1", "must ask for 2 to 100,000 values"),
        ("rate", "1:0:5", "low is not less"),
        ("rate", "a,b", "rate = 'a' is not allowed"),
        ("kind", "c", "kind = 'c' is not allowed"),
        ("size", "0:5:3", "size = '0' is not allowed"),
    ],
)
def test_misspelled_values_are_told(name, text, sentence):
    with pytest.raises(ParameterError, match=sentence):
        read_values(Scales.parameters()[name], text)


def test_ranges_are_spelled():
    assert read_range(Scales.parameters()["rate"], "0.2:0.8") == [0.2, 0.8]
    assert read_range(Scales.parameters()["kind"], "a,b") == ["a", "b"]
    with pytest.raises(ParameterError, match="is no range"):
        read_range(Scales.parameters()["rate"], "0.2")


def test_the_time_left_is_told_from_the_runs_so_far(store):
    sweep = Sweep.grid(Clock(frames=4, wait=0.05), {"level": [1.0, 2.0, 3.0]})
    began = time.monotonic()
    _, courses = counted(sweep, store)
    assert courses[0].left == pytest.approx(2 * courses[0].elapsed)
    assert courses[-1].left == 0 and courses[-1].elapsed <= time.monotonic() - began
