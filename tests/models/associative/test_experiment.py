"""The experiment: what is emitted is what the memories say, and what cannot be is refused."""

import numpy as np
import pytest

from models.associative import WillshawMemory, limits, mean_field
from models.associative.experiment import AssociativeRecall
from models.associative.interface import correlation
from models.associative.presets import (
    COVARIANCE,
    DENSE,
    DIGITS,
    FAMILIES,
    HEBBIAN,
    RANDOM,
    REPLACED,
    THRESHOLD,
    WILLSHAW,
)
from models.associative.references import ALPAYDIN_1998, HOPFIELD_1982, RAMSAUER_2021
from workbench import ParameterError, run

SMALL = {"units": 300, "active": 12, "stored": 60, "patterns": RANDOM, "cues": 8, "levels": 4,
         "steps": 3}  # fmt: skip
RULES = [WILLSHAW, HEBBIAN, COVARIANCE, DENSE]


def data(**values):
    return run(AssociativeRecall(**SMALL | values), seed=1, progress=False).data


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("control", ["k winners", THRESHOLD])
@pytest.mark.parametrize("patterns", [RANDOM, FAMILIES, DIGITS])
def test_every_choice_runs_and_is_read(rule, control, patterns):
    found = data(rule=rule, control=control, patterns=patterns, damage=0.2)
    assert found.sizes["trial"] == 4 and found.sizes["step"] == 30
    assert int(found.step[-1]) == 60
    # A whole cue is recalled by every rule at this load.
    if patterns == RANDOM:
        assert float(found.match_final[0]) > 0.95 and float(found.expected_match[0]) > 0.95
    for observable in AssociativeRecall.observables:
        text = observable.reading(found)
        assert text.endswith(".") and "nan" not in text
    assert ("mean_field_match" in found) == (rule == COVARIANCE)


def test_the_cue_shown_is_damaged_as_asked_and_its_course_is_told():
    found = data(damage=0.5, cue=REPLACED, steps=4)
    assert int(found.shown_missing[0]) == int(found.shown_spurious[0]) == 6
    assert found.read.values.tolist() == [0, 1, 2, 3, 4]
    names = [str(name) for name in found.picture.values]
    assert names[0] == "cue: 12 wrong" and names[1].startswith("step 1: ") and names[-1] == "stored"
    pictures = found.pictures.values.reshape(len(names), -1)
    assert pictures[-1].sum() == 12 and (pictures[0] != pictures[-1]).sum() == 12
    assert float(found.shown_match[0]) == pytest.approx(
        float(correlation(pictures[0][:300], pictures[-1][:300]))
    )


def test_the_part_of_the_matrix_is_that_of_the_memory():
    found = data(rule=WILLSHAW)
    edge = int(found.pattern_edge[0])
    assert edge == 12 and (found.synapses.values[:edge, :edge] == 1).all()
    assert found.unit.values.tolist() == found.partner.values.tolist()
    memory = WillshawMemory(300)
    model = AssociativeRecall(**SMALL)
    for_patterns = np.random.default_rng(1).spawn(4)[0]
    for batch_of in [2] * 30:
        memory.store(next(model_batches(model, for_patterns, batch_of)))
    units = found.unit.values
    np.testing.assert_array_equal(found.synapses.values, memory.synapses(units, units))
    assert float(found.density[-1]) == memory.density


def model_batches(model, rng, count, made={}):  # noqa: B006 - the material goes on
    material = made.setdefault(id(rng), model.material(rng))
    yield from material.batches(count, 1.0)


def test_the_rest_of_the_mean_field_is_drawn():
    f, load = 12 / 300, 60 / 300
    found = data(rule=COVARIANCE)
    wanted = float(mean_field.expected_overlap(load, f))
    np.testing.assert_allclose(found.mean_field_match, wanted, atol=1e-9)
    too_much = data(rule=COVARIANCE, stored=600)
    assert (too_much.mean_field_match == 0).all()
    assert (data(rule=COVARIANCE, control=THRESHOLD, threshold=0.95, active=30).mean_field_match
            == 0).all()  # fmt: skip


def test_capacities_are_drawn_with_this_run_among_them():
    found = data()
    assert 10 ** float(found.level_here[0]) == pytest.approx(12 / 300)
    assert 10 ** float(found.stored_here[0]) == pytest.approx(60)
    at = found.sel(coding_level=float(found.level_here[0]), method="nearest")
    wanted = 300 * mean_field.critical_load(12 / 300)
    assert 10 ** float(at.capacity_covariance) == pytest.approx(wanted, rel=1e-6)


def test_many_patterns_are_drawn_in_batches_and_some_are_kept(monkeypatch):
    import models.associative.material as material

    monkeypatch.setattr(material, "_MOST_CELLS", 3000)
    monkeypatch.setattr(material, "KEPT", 45)
    found = data(stored=90)
    assert int(found.step[-1]) == 90
    assert float(found.match_final[0]) > 0.95


# What is refused


def refused(**values):
    with pytest.raises(ParameterError) as told:
        AssociativeRecall(**values).validate()
    return str(told.value)


def test_a_coding_level_above_one_half_is_refused():
    AssociativeRecall(units=400, active=200, patterns=RANDOM).validate()
    assert refused(units=401, active=201) == (
        "active = 201 is not allowed with 401 units: it must be at most 200, a coding level of "
        "one half."
    )


def test_more_digits_than_there_are_are_refused():
    AssociativeRecall(stored=1797).validate()
    assert refused(stored=1798).startswith(
        "stored = 1,798 is not allowed: it must be at most 1,797"
    )
    AssociativeRecall(stored=1798, patterns=RANDOM).validate()


def test_a_memory_larger_than_the_machine_is_refused(monkeypatch):
    pages = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2000}
    monkeypatch.setattr(limits.os, "sysconf", pages.__getitem__)
    sentence = refused(rule=DENSE, stored=1000)
    assert sentence.startswith(
        "units = 3,000 is not allowed with 1,000 patterns: the memory takes "
    )

    def silent(name):
        raise ValueError(name)

    monkeypatch.setattr(limits.os, "sysconf", silent)
    AssociativeRecall(rule=DENSE, stored=1000).validate()


def test_more_work_is_estimated_to_take_longer():
    for rule in RULES:
        least = AssociativeRecall(**SMALL, rule=rule).cost()
        assert least.lower == "stored"
        for name, value in {"stored": 5000, "units": 3000, "cues": 300, "levels": 50}.items():
            assert AssociativeRecall(**SMALL | {name: value}, rule=rule).cost().seconds > (
                least.seconds
            )


def test_a_run_cites_what_it_used():
    assert ALPAYDIN_1998 in AssociativeRecall().cite()
    assert ALPAYDIN_1998 not in AssociativeRecall(patterns=RANDOM).cite()
    assert RAMSAUER_2021 in AssociativeRecall(rule=DENSE).cite()
    assert HOPFIELD_1982 in AssociativeRecall(rule=HEBBIAN).cite()
    assert RAMSAUER_2021 not in AssociativeRecall().cite()
