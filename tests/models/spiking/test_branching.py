"""A spiking run that goes on from a snapshot is, spike for spike, the run changed there."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbench
from models.spiking import chance, places
from models.spiking.keeping import brought_back, kept
from tests.instrument_toys import Bystanders
from tests.spiking_toys import Replay
from workbench import Change, Worker
from workbench.snapshot import Ring

PROTOCOL = (
    "0-0.5 rest; 0.5-1 cue module 1; 1-2 rest; 0.5-1 tag all; 0.8-1.5 excite module 2 x 3; "
    "1.2-1.8 light tagged x 5"
)


@pytest.fixture(
    params=["fast", *(pytest.param(n, marks=pytest.mark.slow) for n in ("numpy", "live"))]
)
def engine(request, monkeypatch):
    """Return the name of an engine; Brian2's numpy code stands in for it without a compiler."""
    if request.param == "numpy":
        monkeypatch.setattr(places, "compiler", lambda: "")
        return "live"
    return request.param


def run(model, changes=(), **more):
    return workbench.run(model, 5, progress=False, changes=changes, **more)


def assert_same(one, other):
    assert one.data.drop_attrs(deep=False).identical(other.data.drop_attrs(deep=False))


def branched(model, parent, ring, frame, *changes):
    return run(model, changes, branch=ring.branch(frame, parent))


def test_a_branch_goes_on_with_the_same_noise_and_the_spikes_on_their_way(engine):
    model, ring = Replay(duration=0.8, noise=0.6, engine=engine), Ring()
    parent = run(model, ring=ring)
    assert_same(parent, run(model))  # keeping states changes nothing
    for frame in (1, 4, 7):
        assert_same(branched(model, parent, ring, frame), parent)


def test_a_branch_that_is_changed_is_the_run_that_was_changed(engine):
    model, ring = Replay(duration=0.8, noise=0.6, engine=engine), Ring()
    parent = run(model, ring=ring)
    change = Change(3, "drive", 1.3)
    branch = branched(model, parent, ring, 3, change)
    assert_same(branch, run(model, [change]))
    assert branch.data.sizes["spike"] > parent.data.sizes["spike"]


@pytest.mark.slow
def test_the_instruments_go_on_as_they_were_set(engine):
    model, ring = Bystanders(protocol=PROTOCOL, engine=engine), Ring()
    parent = run(model, ring=ring)
    assert parent.data.tagged_cells[-1] == 8
    for frame in (3, 8, 11, 16):  # before, within and after tagging, drug and light
        assert frame in [one.frame for one in ring.kept]
        assert_same(branched(model, parent, ring, frame), parent)
    change = Change(11, "light_rate", 60.0)
    assert_same(branched(model, parent, ring, 11, change), run(model, [change]))


@pytest.mark.slow
def test_a_worker_branches_from_what_another_kept():
    model = Bystanders(protocol=PROTOCOL)
    first = Worker(model, 5)
    parent = first.wait(120)
    change = Change(11, "drive", 1.5)
    branch = Worker(model, 5, [change], branch=first.ring.branch(11, parent)).wait(120)
    assert_same(branch, run(model, [change]))
    assert branch.stamp.parent == {"id": parent.stamp.id, "frame": 11}


def test_a_state_outlives_its_process(tmp_path):
    model, ring = Replay(duration=0.4, noise=0.6), Ring()
    parent = run(model, ring=ring)
    branch = pickle.loads(pickle.dumps(ring.branch(2, parent)))
    assert_same(run(model, branch=branch), parent)


# The parts


def test_what_stands_for_the_run_is_named_and_not_kept():
    one, other = object(), object()
    content = kept({"who": one, "values": [1, (one, 2)]}, {"run": one})
    assert brought_back(content, {"run": other}) == {"who": other, "values": [1, (other, 2)]}


@given(drawn=st.integers(0, 50_000), name=st.sampled_from(["rand", "randn"]))
def test_numbers_that_were_drawn_ahead_are_kept(drawn, name):
    import brian2

    device, length = brian2.get_device(), chance.SIZE
    ahead = np.random.default_rng(drawn).normal(size=length)
    buffer, index = getattr(device, f"{name}_buffer"), getattr(device, f"{name}_buffer_index")
    before = int(buffer[0]), int(index[0])
    mine = ahead.copy()
    try:
        buffer[0], index[0] = mine.ctypes.data, drawn % length
        state = pickle.loads(pickle.dumps(chance.random_state()))
        mine[:] = 0
        index[0] = 0
        chance.set_random_state(state)
        assert index[0] == drawn % length
        if index[0]:
            np.testing.assert_array_equal(mine[index[0] :], ahead[index[0] :])
    finally:
        buffer[0], index[0] = before


def test_the_random_numbers_of_numpy_go_back():
    state = chance.random_state()
    drawn = np.random.rand(5)  # noqa: NPY002
    chance.set_random_state(state)
    np.testing.assert_array_equal(np.random.rand(5), drawn)  # noqa: NPY002


def test_a_buffer_is_made_where_there_is_none():
    import brian2

    device = brian2.get_device()
    before = int(device.rand_buffer[0]), int(device.rand_buffer_index[0])
    left = np.linspace(0, 1, 7)
    try:
        device.rand_buffer[0] = 0
        chance.set_random_state(chance.random_state() | {"rand_buffer": left})
        assert device.rand_buffer_index[0] == chance.SIZE - 7
        made = chance.memory(int(device.rand_buffer[0]))
        np.testing.assert_array_equal(made[-7:], left)
    finally:
        device.rand_buffer[0], device.rand_buffer_index[0] = before
