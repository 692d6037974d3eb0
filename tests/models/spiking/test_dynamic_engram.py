"""The dynamic engram: its course on a small network, and (slow) what the paper found."""

import numpy as np
import pytest
import xarray as xr

import workbench
from models.spiking.dynamic_engram import DynamicEngram
from models.spiking.dynamic_engram_course import Experiment
from models.spiking.dynamic_engram_course import Test as Found
from models.spiking.dynamic_engram_frames import discrimination, found, matrix
from models.spiking.dynamic_engram_protocols import (
    INHIBITORY,
    KINDS,
    PROTOCOLS,
    SILENT,
    STORY,
    TAGGED,
    TRAINED,
    blocked,
    cued,
)
from models.spiking.dynamic_engram_readings import answered, listed
from models.spiking.instruments import Bench
from models.spiking.responses import answer
from models.spiking.simulation import Simulation
from models.spiking.stimulus_shapes import SHAPES, coverage, outline, partial_cues
from workbench import ParameterError, Protocol

# Brian2 2.9 calls pyparsing by names that its newest release calls old.
pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.* use:DeprecationWarning")

SHORT = (
    "0-1 burn-in; 1-9 training square; 9-21 test; 21-24 consolidation square; 24-36 test; "
    "36-39 rest"
)
SMALL = {
    "cells": 64, "resolution": "16 x 16", "step": 1.0, "pause_test": 0.2, "protocol": SHORT,
}  # fmt: skip


def run(protocol=SHORT, seed=1, **values):
    model = DynamicEngram(**(SMALL | {"protocol": protocol} | values))
    return workbench.run(model, seed=seed, progress=False).data


@pytest.fixture(scope="module")
def data():
    return run()


def test_same_seed_same_record_and_another_seed_another(data):
    xr.testing.assert_equal(data, run())
    assert run(seed=2).spike_time.size != data.spike_time.size


def test_times_of_stimuli_do_not_depend_on_how_the_run_is_sliced(data):
    fine = run(frame=500)
    assert fine.time.size > 3 * data.time.size
    np.testing.assert_array_equal(fine.spike_time, data.spike_time)
    np.testing.assert_array_equal(fine.membership, data.membership)


def test_frames_come_every_two_seconds_and_where_an_event_begins_or_ends(data):
    edges = {*range(0, 39, 2), 1, 9, 21, 39}
    assert data.time.values.tolist() == sorted(edges - {0})
    assert data.step.values.tolist() == data.test.values.tolist() == [21, 36]
    assert data.consolidated.values.tolist() == [0, 3]


def test_the_whole_square_drives_the_cells_that_then_are_engram_cells(data):
    assert 0 < data.engram_size[0] < 1
    assert data.rate_excitatory.max() > 2
    assert data.recalled_square[0] == 1
    assert data.kept[0] > 0.7
    now = np.isin(data.membership.values[:, -1], (1, 3))
    assert now.mean() == data.engram_size[-1]
    assert (data.cell_role == "engram").sum() == now.sum()  # all 64 cells are in the raster


def test_a_test_leaves_everything_as_it_was():
    """What comes after a test is what would have come without it, weights and all."""
    tested = run("0-1 burn-in; 1-9 training square; 9-21 test; 21-27 rest", pause_consolidation=60)
    weights = ("weight_feedforward", "weight_recurrent", "weight_inhibition", "factor")
    during = tested.sel(time=slice(9 + 1e-6, 21 - 1e-6))
    for name in weights[:3]:
        assert np.ptp(during[name].values) == 0
        assert float(tested[name].sel(time=21)) == float(tested[name].sel(time=9))
        assert float(tested[name].sel(time=27)) != float(tested[name].sel(time=9))
    assert float(tested.factor.sel(time=21)) == float(tested.factor.sel(time=9))
    assert np.ptp(during.factor.values) > 0


def test_what_the_bench_sets_outlives_a_test():
    """Light begins within a test; going back to the state before it does not switch it off."""
    going = run(f"{SHORT}; 30-39 light all x 4; 34-39 silence inhibitory x 20; 28-38 step all x 1")
    plain, rest = run(), slice(36.5, 39)
    assert (going.rate_inhibitory.sel(time=rest) < 1).all()
    assert (going.rate_excitatory.sel(time=rest) > 3 * plain.rate_excitatory.sel(time=rest)).all()
    still = run(f"{SHORT}; 30-34 silence all x 20")  # over before the test is
    assert (still.rate_excitatory.sel(time=[32, 34]) < 1).all()
    assert (still.rate_excitatory.sel(time=rest) > 1).all()


def test_without_learning_rates_no_weight_changes():
    still = run(learning_rate=0.0, inhibitory_rate=0.0)
    for name in ("feedforward", "recurrent", "inhibition"):
        assert np.ptp(still[f"weight_{name}"].values) == 0


def test_blocked_inhibitory_plasticity_stops_while_it_is_blocked(data):
    block = run(f"{SHORT}; 21-24 block inhibitory plasticity").weight_inhibition
    other = run(f"{SHORT}; 21-24 block potentiation").weight_inhibition
    assert float(block.sel(time=24)) == float(block.sel(time=21))
    assert float(other.sel(time=24)) != float(other.sel(time=21))
    for start, end in ((6, 8), (36, 39)):
        assert float(block.sel(time=end)) != float(block.sel(time=start))


def test_a_silenced_engram_is_not_recalled():
    lost = run(f"{SHORT}; 13.8-21 silence training engram x 12; 28.8-36 silence engram x 12")
    assert lost.recalled_square.values.tolist() == [0, 0]
    assert (lost.answer_square < run().answer_square / 3).all()
    assert answer(lost, "inhibitory", "9-21 test") > 1
    said = {one.title: one.reading(lost) for one in DynamicEngram.observables}
    assert said["Selectivity of recall"].startswith("No cue recalls the engram after 3 s")
    assert "with silence engram x 12" in said["Selectivity of recall"]


def test_an_engram_that_a_test_told_can_be_silenced_from_its_end_on():
    silenced = run(f"{SHORT}; 36-38 silence engram x 12; 36-38 silence others x 12")
    assert silenced.rate_excitatory.sel(time=38) == 0
    assert silenced.rate_excitatory.sel(time=39) > 0


def test_light_drives_half_of_the_engram_and_an_electrode_tells_of_it():
    lit = run(f"{SHORT}; 36-38 light half of engram x 5")
    assert lit.rate_excitatory.sel(time=38) > 1.5 * run().rate_excitatory.sel(time=38)
    assert lit.membrane.values.max() < 40 and lit.membrane.values.min() > -85
    assert (lit.excitation >= 0).all() and (lit.inhibition <= 0).all()
    held = run(f"{SHORT}; 36-39 silence all x 4")
    assert held.membrane.mean() < lit.membrane.mean() - 20


def test_a_novel_shape_can_be_trained():
    circle = run("0-1 burn-in; 1-9 training circle; 9-21 test")
    assert circle.answer_circle[0] > 0
    assert circle.kept[0] == 1  # without training on the square its first test stands for it


def test_readings_tell_of_this_run(data):
    said = {one.title: one.reading(data) for one in DynamicEngram.observables}
    assert all(text.endswith((".", ")")) and len(text) < 400 for text in said.values())
    members = int(np.isin(data.membership.values[:, 0], (1, 2)).sum())
    assert f"leaves {members} engram cells" in said["Who is in the engram"]
    assert f"{float(data.discrimination[-1]):.2f}" in said["Selectivity of recall"]
    first = data.isel(step=slice(1), test=slice(1))
    assert all(one.reading(first) for one in DynamicEngram.observables)


def test_a_run_without_a_test_tells_what_it_can():
    untested = run("0-1 burn-in; 1-5 training square")
    said = {one.title: one.reading(untested) for one in DynamicEngram.observables}
    assert said["Mean rates"] and not said["Who is in the engram"]


def test_a_longer_protocol_costs_more():
    assert (
        DynamicEngram(protocol="0-5000 burn-in").cost().seconds > 3 * DynamicEngram().cost().seconds
    )


def test_a_step_of_time_has_to_divide_a_millisecond():
    with pytest.raises(ParameterError, match="0.3"):
        run(step=0.3)


@pytest.mark.parametrize("kind", ["silence", "light"])
def test_every_target_names_some_cells(kind):
    model = DynamicEngram(**SMALL)
    model.told["engram"][20:40] = True
    model.told["training engram"][16:40] = True
    model.told["others"][20:40] = False
    sizes = {
        name: int(model.target(name).sum())
        for name in KINDS[kind].targets
        if name not in ("tagged", "untagged", "all")
    }
    assert sizes == {
        "excitatory": 64, "inhibitory": 16, "engram": 20, "others": 44, "training engram": 24,
        "half of engram": 10, "half of others": 22, "half of inhibitory": 8,
    }  # fmt: skip
    with pytest.raises(ParameterError, match="must be"):
        DynamicEngram(protocol=f"0-5 burn-in; 0-5 {kind} module 1")


def test_protocols_of_presets_are_what_they_say():
    story = str(STORY)
    assert str(blocked(INHIBITORY)).count("block inhibitory plasticity") == 1
    assert story.count("test") == 1 + story.count("consolidation square")
    last = PROTOCOLS["Inhibition silenced in recall"].of("silence")[0]
    test = PROTOCOLS["Inhibition silenced in recall"].of("test")[-1]
    assert (last.start - test.start, last.end) == (0.4 * (test.end - test.start), test.end)


def test_membership_is_sorted_by_history():
    training = np.array([0, 1, 1, 1, 0, 0], bool)
    was = np.array([[0, 1, 1, 1, 0, 0], [1, 1, 1, 0, 0, 0], [1, 0, 1, 0, 1, 0]], bool)
    tests = [Found(10.0 * k, 0.0, training, members, {}) for k, members in enumerate(was)]
    made = matrix(tests)
    codes = made["membership"].values.tolist()
    assert codes == [[1, 1, 1], [1, 1, 2], [1, 2, 2], [0, 3, 3], [0, 0, 3], [0, 0, 0]]
    assert made["test"].values.tolist() == [0, 10, 20]


def test_a_test_counts_recall_turnover_and_discrimination():
    training = np.array([True, True, True, True, False, False])
    members = np.array([True, True, True, False, True, False])
    rates = {shape: np.full((4, 6), 4.0) for shape in SHAPES}
    rates["square"] += 10
    rates["circle"][:2, :] = 30.0
    rates["hexagon"][:, 3] = 1000.0  # no member any more, so it does not count
    frame = found(Found(800.0, 60.0, training, members, rates))
    assert [float(frame[f"recalled_{shape}"][0]) for shape in SHAPES] == [1, 0.5, 0, 0]
    assert float(frame["discrimination"][0]) == pytest.approx((1 / 3 + 1 + 1) / 3)
    assert [float(frame[n][0]) for n in ("kept", "dropped_out", "dropped_in")] == [0.75, 0.25, 0.25]
    assert float(frame["answer_circle"][0]) == 17
    assert (float(frame["step"][0]), float(frame["consolidated"][0])) == (800, 60)
    assert answered(xr.Dataset(frame), 0) == "the square and the circle"
    rates["circle"] = np.empty((0, 6))
    assert np.isnan(found(Found(0.0, 0.0, training, members, rates))["recalled_circle"][0])


def test_discrimination_is_unknown_where_nothing_is_recalled():
    assert np.isnan(discrimination(0.0, [0.0, 0.0]))
    assert np.isnan(discrimination(float("nan"), [0.5]))
    assert listed(["a"]) == "a" and listed(["a", "b", "c"]) == "a, b and c"


class Paper(Simulation):
    """A network that only notes what is written to it."""

    def __init__(self, cells):
        self.held = {
            "excitatory.count": np.zeros(cells), "excitatory.last": np.ones(cells),
            "stimulus.last": np.full(256, 2.0), "stimulus.next": np.full(256, 3.0),
            "stimulus.rate": np.full(256, 5.0), "excitatory.v": np.full(cells, -0.07),
            "excitatory.light": np.zeros(cells), "excitatory.beta": np.ones(1),
            "excitatory.eta": np.ones(1), "excitatory.potentiation": np.zeros(1),
        }  # fmt: skip
        self.written = []

    def read(self, name):
        return np.array(self.held[name])

    def write(self, name, value):
        self.held[name] = np.broadcast_to(value, np.shape(self.held.get(name, value))).copy()
        self.written.append((self.time, name, np.array(value)))

    def of(self, name, since=0.0):
        """Return what was written to a variable, with when."""
        return [(time, value) for time, n, value in self.written if n == name and time >= since]

    def spikes(self, monitor):
        raise NotImplementedError

    def samples(self, monitor, *variables):
        raise NotImplementedError

    def states(self):
        return [name for name in self.held if name != "excitatory.count"]

    def freeze(self):
        raise NotImplementedError

    def thaw(self, frozen):
        raise NotImplementedError


@pytest.fixture
def followed():
    """Return a function that follows a protocol on paper."""

    def follow(protocol, act=lambda experiment, stretch: None, **values):
        model = DynamicEngram(**(SMALL | {"protocol": protocol} | values))
        paper = Paper(64)
        bench = Bench(
            paper, model.timeline(), model.groups(), model.target, model.roles() == "excitatory"
        )
        made = Experiment(model, paper, bench, np.random.default_rng(1))
        for stretch in bench.stretches(2.0, model.settings):
            act(made, stretch)
            begun, passed = paper.time, 0.0
            for seconds in made.through(stretch):
                passed += seconds
                paper.time = round(begun + passed, 6)
            assert passed == pytest.approx(stretch.seconds)
        return made

    return follow


def test_going_back_moves_moments_along_with_the_time_that_passed(followed):
    def act(made, stretch):
        if stretch.start == 6:
            made.sim.held["excitatory.v"][:] = 0.0
            made.sim.held["excitatory.light"][:] = 1.0
            made.sim.held["excitatory.beta"][:] = 7.0

    made = followed("0-4 burn-in; 4-24 test; 24-26 rest; 4-24 light all x 2", act)
    before = made.sim.of("stimulus.next")[0][1]  # drawn at the start, as it was when the test began
    assert (made.sim.read("excitatory.v") == -0.07).all()
    assert made.sim.read("excitatory.last")[0] == 21 and made.sim.read("stimulus.last")[0] == 22
    assert made.sim.read("stimulus.next") == pytest.approx(before + 20)
    assert made.sim.read("excitatory.beta") == 7  # set from outside, so it stays
    assert (made.sim.read("excitatory.light") == 0).all()  # the bench has switched it off since


def test_cues_take_turns_and_drive_their_neurons(followed):
    made = followed("0-100 test")
    shown = [value for _, value in made.sim.of("stimulus.rate", since=40)][:-1][::2]
    cues = {shape: coverage(partial_cues(shape), 16) for shape in SHAPES}
    assert len(shown) > 30
    for number, rates in enumerate(shown):
        cue = cues[SHAPES[number % 4]][number // 4 % 4]
        assert np.allclose(rates, 5 + 15 * cue)
    probes = [value for time, value in made.sim.of("stimulus.rate", since=1) if time < 39][::2]
    square = coverage(outline("square"), 16)
    assert all(np.allclose(rates, 5 + 15 * square) for rates in probes)
    recall = made.tests[0].recall
    assert sum(len(rates) for rates in recall.values()) == len(shown)


def test_rates_are_those_within_presentations(followed):
    """Cells 0 to 4 fire at 20 Hz when a stimulus is on, and at 100 Hz else."""

    def act(made, stretch):
        if hasattr(made, "steady"):
            return
        made.steady, switch, last = True, made.show, [0.0]

        def show(pattern):
            on = bool(np.all(np.ndim(pattern) == 0))  # it was on until now
            count = made.sim.held["excitatory.count"]
            count[:5] += (made.sim.time - last[0]) * (20 if on else 100)
            last[0] = made.sim.time
            switch(pattern)

        read = made.sim.read

        def counted(name):
            if name == "excitatory.count":
                on = made.sim.held["stimulus.rate"].max() > 5
                made.sim.held[name][:5] += (made.sim.time - last[0]) * (20 if on else 100)
                last[0] = made.sim.time
            return read(name)

        made.show, made.sim.read = show, counted

    made = followed("0-70 training square; 70-100 test", act)
    assert made.training.sum() == 5 and made.members.sum() == 5
    assert made.tests[0].recall["circle"][:, :5] == pytest.approx(20)
    assert (made.tests[0].recall["circle"][:, 5:] == 0).all()


@pytest.mark.parametrize(
    ("phase", "potentiation", "inhibitory", "learning"),
    [
        ("burn-in", 1, 2e-5, 1e-3),
        ("training square", 1, 2e-5, 1e-3),
        ("consolidation square", 1, 2e-5 * DynamicEngram().acceleration, 1e-3),
        ("rest", 1, 2e-5 * DynamicEngram().acceleration, 1e-3),
        ("rest; 0-20 block potentiation", 0, 2e-5 * DynamicEngram().acceleration, 1e-3),
        ("rest; 0-20 block inhibitory plasticity", 1, 0, 1e-3),
        ("test", 1, 0, 0),
    ],
)
def test_learning_rates_follow_the_phase_and_what_is_blocked(
    followed, phase, potentiation, inhibitory, learning
):
    made = followed(f"0-20 {phase}")
    last = {name: made.sim.of(name)[-1][1] for name in ("excitatory.eta", "factor.eta")}
    assert made.sim.of("excitatory.potentiation")[-1][1] == potentiation
    assert last["factor.eta"] == pytest.approx(inhibitory)
    assert last["excitatory.eta"] == learning
    for name in ("recurrent", "feedforward"):
        assert made.sim.of(f"{name}.consolidates")[-1][1] == (learning > 0)


def test_what_is_blocked_from_within_a_test_on_stays_blocked(followed):
    made = followed("0-4 burn-in; 4-24 test; 24-30 rest; 10-30 block potentiation")
    assert made.sim.read("excitatory.potentiation") == 0
    made = followed("0-20 test; 20-30 rest")
    assert made.sim.read("excitatory.potentiation") == 1


def test_the_last_minute_of_training_tells_its_engram(followed):
    def act(made, stretch):
        early = stretch.start < 100
        made.sim.held["excitatory.count"][: 10 if early else 4] += 1000

    made = followed("0-150 training square; 150-160 training circle", act)
    assert made.training.sum() == 4 and (made.members == made.training).all()


def test_without_reactivation_nothing_is_shown(followed):
    made = followed("0-5 burn-in; 5-50 rest")
    assert [time for time, _ in made.sim.of("stimulus.rate")] == [0]


SEEDS = range(1, 6)


@pytest.fixture(scope="module")
def ended():
    """Return a function that gives the runs of five seeds under a protocol; each is run once."""
    held = {}

    def make(protocol: Protocol):
        text = str(protocol)
        if text not in held:
            model = DynamicEngram(protocol=text)
            held[text] = [workbench.run(model, seed=s, progress=False).data for s in SEEDS]
        return held[text]

    return make


def means(runs, name, step):
    """Return a variable at a test, averaged over seeds."""
    return np.mean([float(data[name][step]) for data in runs])


SILENCED = cued(TAGGED, "silence", "half of inhibitory", SILENT)


@pytest.mark.slow
def test_recall_goes_from_unselective_to_selective_and_the_engram_turns_over(ended):
    runs = ended(SILENCED)
    assert means(runs, "discrimination", 0) <= 0.15
    assert means(runs, "discrimination", 1) >= 0.6
    assert all(data.recalled_square.min() == 1 for data in runs)
    assert all(0.7 <= data.kept[1] <= 0.95 for data in runs)
    assert means(runs, "dropped_in", 1) > 0


@pytest.mark.slow
def test_silencing_inhibition_in_recall_abolishes_selectivity(ended):
    runs = ended(SILENCED)
    assert means(runs, "discrimination", -1) <= 0.15
    assert means(runs, "recalled_square", -1) == 1


@pytest.mark.slow
def test_recall_stays_unselective_with_inhibitory_plasticity_blocked(ended):
    protocol = TAGGED.during("block", TRAINED.duration, TAGGED.duration, INHIBITORY)
    runs = ended(protocol)
    assert means(runs, "discrimination", -1) <= 0.15
    assert means(runs, "kept", -1) > 0.95


@pytest.mark.slow
def test_recall_stays_unselective_where_the_square_never_comes_back(ended):
    runs = ended(TRAINED.then("rest", 300).then("test", 90))
    assert means(runs, "discrimination", -1) <= 0.15


@pytest.mark.slow
def test_the_live_engine_does_the_same_to_a_small_network():
    live = run(engine="live", seed=2)
    assert live.recalled_square[0] == 1 and live.step.values.tolist() == [21, 36]
    for name in ("feedforward", "recurrent", "inhibition"):
        weights = live[f"weight_{name}"]
        assert float(weights.sel(time=21)) == float(weights.sel(time=9))
        assert float(weights.sel(time=24)) != float(weights.sel(time=21))
