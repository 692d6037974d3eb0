"""The classic engram experiments on two models, each with what must abolish its result."""

from functools import cache

import numpy as np
import pytest

import workbench
from models.spiking.assemblies import ModularAssemblies
from models.spiking.dynamic_engram import DynamicEngram
from models.spiking.responses import answer

# Brian2 2.9 calls pyparsing by names that its newest release calls old.
pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.* use:DeprecationWarning")

NATURAL, LIGHT = "Natural recall", "Light recalls without a cue"
SILENCED = "Recall is lost while the engram is silenced"
FALSE, WITHOUT = "A false memory", "A false memory: without the light"
#: The light comes before the second context and not with it; both last as long.
APART = {
    "protocol": "0-5 rest; 5-55 learn; 55-57 rest; 57-59 cue module 1; 57-59 tag excitatory; "
    "59-73 rest; 63-73 light tagged; 73-83 cue module 2; 83-88 rest; 88-90 cue module 1; 90-92 rest"
}
RECALLED, QUIET = 5.0, 1.5  # Hz, at least and at most
SLOW_SEEDS = [pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 6)]
seeds = pytest.mark.parametrize("seed", [1, *SLOW_SEEDS])


def run(preset, seed, **values):
    """Return the data of a run of a preset, with some values of its own; each is run once."""
    return _run(preset, seed, tuple(values.items()))


@cache
def _run(preset, seed, values):
    model = ModularAssemblies.from_preset(preset, frame=500, **dict(values))
    return workbench.run(model, seed=seed, progress=False).data


def rates(data, event, *groups):
    """Return the mean rates (Hz) of groups while something was done."""
    return [answer(data, group, event) for group in groups]


def tagged(data):
    """Return which excitatory cells are tagged, and which belong to module 1."""
    return (data.cell_role == "engram").values, (
        (data.cell_kind == "E") & (data.cell_module == 1)
    ).values


@seeds
def test_a_cue_to_half_of_a_module_recalls_its_other_half_alone(seed):
    data = run(NATURAL, seed)
    own, other = rates(data, "48-50 cue", "module 1, not cued", "module 2")
    assert own > RECALLED > QUIET > other
    found, module = tagged(data)
    assert 20 <= found.sum() <= 40 and (found <= module).all()


@seeds
def test_where_nothing_was_learnt_a_cue_favours_no_cells(seed):
    own, other = rates(
        run(NATURAL, seed, learning_rate=0), "48-50 cue", "module 1, not cued", "module 2"
    )
    assert own < RECALLED and own - other < QUIET


@seeds
def test_light_on_tagged_cells_recalls_the_others_of_their_module(seed):
    own, other = rates(run(LIGHT, seed), "48-50 light", "module 1", "module 2")
    assert own > RECALLED > QUIET > other


@seeds
def test_light_on_as_many_cells_recalls_nothing_that_was_not_learnt(seed):
    protocol = ModularAssemblies.presets[LIGHT]["protocol"].replace("learn", "rest")
    data = run(LIGHT, seed, protocol=protocol)
    assert tagged(data)[0].sum() == 20
    lit, own, other = rates(data, "48-50 light", "tagged", "module 1", "module 2")
    assert lit > 10 > QUIET > max(own, other)


@seeds
def test_silencing_the_engram_prevents_recall_and_silencing_other_cells_does_not(seed):
    data = run(SILENCED, seed)
    lost, engram = rates(data, "48-50 cue", "module 1, not cued", "tagged")
    assert lost < QUIET and engram == 0
    kept, other = rates(data, "54-56 cue", "module 1, not cued", "module 2")
    assert kept > RECALLED and np.isnan(other)  # all cells of module 2 are silenced
    assert (data.cell_module == 2).sum() > tagged(data)[0].sum()


@seeds
def test_light_on_a_tagged_module_in_another_context_makes_a_false_memory(seed):
    data = run(FALSE, seed)
    before, after = (rates(data, f"{at} cue", "module 2", "module 3") for at in ("57-59", "78-80"))
    assert max(before) < QUIET
    assert after[0] > RECALLED > QUIET > after[1]
    assert max(rates(data, "84-86 cue module 3", "module 1", "module 2")) < QUIET


@seeds
@pytest.mark.parametrize(("values", "test"), [({}, "78-80 cue"), (APART, "88-90 cue")])
def test_without_light_or_with_light_at_another_time_there_is_none(seed, values, test):
    own, *others = rates(
        run(WITHOUT, seed, **values), test, "module 1, not cued", "module 2", "module 3"
    )
    assert own > RECALLED > QUIET > max(others)


@pytest.mark.slow
@seeds
def test_a_false_memory_outlasts_a_long_rest(seed):
    protocol, _ = ModularAssemblies.presets[FALSE]["protocol"].split("73-78")
    rested = f"{protocol}73-173 rest; 173-175 cue module 1; 175-176 rest; 63-73 light tagged"
    after = rates(run(FALSE, seed, protocol=rested), "173-175 cue", "module 2", "module 3")
    assert after[0] > 4 > QUIET > after[1]


def test_the_false_memory_lies_in_the_weights_between_the_two_modules():
    with_light, without = (
        linking(run(preset, 1), sender=1, receiver=2) for preset in (FALSE, WITHOUT)
    )
    assert with_light > 0.2 > 0.02 > without
    assert linking(run(FALSE, 1), sender=3, receiver=2) < 0.02


def linking(data, sender, receiver):
    """Return the mean excitatory weight from one module to another."""
    excitatory = (data.cell_kind == "E").values
    one, other = (excitatory & (data.cell_module == k).values for k in (sender, receiver))
    return float(data.weights.values[np.ix_(other, one)].mean())


# The dynamic engram, at the size at which it was tuned: half a minute a run.


@cache
def dynamic(preset, seed):
    return workbench.run(DynamicEngram.from_preset(preset), seed=seed, progress=False).data


@pytest.mark.slow
@seeds
def test_cues_of_the_square_recall_its_engram_until_the_tagged_cells_are_silenced(seed):
    data = dynamic("Recall is lost while the engram is silenced", seed)
    learnt, consolidated, silenced, control = data.recalled_square.values
    assert learnt == consolidated == control == 1
    assert silenced <= 0.5
    assert data.answer_square[2] < 0.7 * data.answer_square[1] < data.answer_square[3]
    assert 100 < data.tagged_cells[-1] < 512 * (1 - data.engram_size[-1])  # the control has more


@pytest.mark.slow
@seeds
def test_light_on_half_of_the_engram_favours_its_other_half(seed):
    data = dynamic("Light on half of the engram, without a cue", seed)
    own, others = rates(data, "light half of engram", "engram", "others")
    control, _ = rates(data, "light half of others", "engram", "others")
    resting, at_rest = rates(data, "270-294 rest", "engram", "others")
    assert own > 2 * control
    assert own > 1.1 * others and resting < at_rest
    assert own < 10  # which would count as recall


@pytest.mark.slow
@seeds
def test_light_on_tagged_cells_while_a_circle_is_learnt_makes_it_recall_the_square(seed):
    with_light, without = (dynamic(preset, seed) for preset in (FALSE, WITHOUT))
    assert float(with_light.answer_circle[1]) == float(without.answer_circle[1])
    assert with_light.recalled_circle[2] >= max(0.8, float(without.recalled_circle[2]))
    assert with_light.answer_circle[2] > without.answer_circle[2] + 1
    assert with_light.recalled_square[2] == without.recalled_square[2] == 1
