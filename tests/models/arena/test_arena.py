"""The arena: equal budgets, equal patterns and cues, and what is said of it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import models
import workbench
from models.arena.contestants import CONTESTANTS, Modules, Setting
from models.arena.trial import answers
from models.arena.views import GOOD, capacities, load_reading
from models.associative import WillshawMemory
from models.associative.confidence import interval
from models.associative.patterns import left_out, random_patterns, replaced
from workbench import ParameterError

SMALL = {"units": 200, "active": 8, "memory": 45, "largest": 4000, "loads": 5, "cues": 10}


@pytest.fixture(scope="module")
def record():
    return workbench.run(models.get("arena")(**SMALL, trials=3), 1, progress=False)


@settings(max_examples=25, deadline=None)
@given(
    units=st.integers(20, 150), kilobytes=st.integers(1, 60), load=st.integers(1, 60),
    share=st.floats(0.02, 0.3),
)  # fmt: skip
def test_nobody_takes_more_than_its_budget(units, kilobytes, load, share):
    active = max(2, round(share * units))
    setting = Setting(units, active, 8000 * kilobytes, load)
    patterns = random_patterns(load, units, active, np.random.default_rng(load))
    for contestant in CONTESTANTS:
        memory = contestant.build(setting)
        if memory is None:
            continue
        memory.store(patterns)
        assert memory.stored == load
        assert 0 < contestant.held(setting, memory) <= setting.budget
        again = memory.recall(patterns[:2], winners=active, steps=2)
        assert again.shape == (min(2, load), units)


def test_matrices_and_locations_fill_the_budget():
    setting = Setting(200, 10, 8000 * 100, 50)
    used = {one.key: one.build(setting).bits for one in CONTESTANTS if one.key != "dense"}
    assert used["willshaw"] == setting.budget // 200**2 * 200**2
    for key, bits in used.items():
        assert bits > 0.9 * setting.budget or key in ("covariance", "hebbian")
    one = 8 * (200**2 + 8 * 200)
    assert used["covariance"] == used["hebbian"] == setting.budget // one * one
    tiny = Setting(200, 10, 8 * 200, 50)
    built = {one.key: one.build(tiny) is not None for one in CONTESTANTS}
    assert built == {"willshaw": False, "covariance": False, "hebbian": False,
                     "distributed": False, "dense": True}  # fmt: skip


def test_the_dense_memory_keeps_the_latest_that_fit():
    setting = Setting(200, 4, 32 * 30, 50)  # four numbers of eight bits: thirty patterns
    assert setting.pattern_bits == 32
    memory = next(one for one in CONTESTANTS if one.key == "dense").build(setting)
    patterns = random_patterns(50, 200, 4, np.random.default_rng(1))
    memory.store(patterns)
    whole = (memory.recall(patterns, winners=4) == patterns).all(axis=1)
    assert whole[20:].all() and whole[:20].mean() < 0.2


def test_modules_find_the_matrix_that_knows_the_cue():
    rng = np.random.default_rng(2)
    patterns = random_patterns(300, 150, 6, rng)
    parts = Modules([WillshawMemory(150) for _ in range(4)])
    parts.store(patterns[:7])
    parts.store(patterns[7:])
    assert [part.stored for part in parts.parts] == [75] * 4 and parts.bits == 4 * 150**2
    cues = left_out(patterns, 0.34, rng)
    assert (parts.recall(cues, winners=6, steps=3) == patterns).all(axis=1).mean() > 0.97
    one = WillshawMemory(150)
    one.store(patterns)
    assert (one.recall(cues, winners=6, steps=3) == patterns).all(axis=1).mean() < 0.8


def test_all_are_asked_the_same(monkeypatch):
    asked = []

    class Parrot:
        stored, bits = 0, 1

        def store(self, patterns):
            asked.append(np.array(patterns))

        def recall(self, cues, **_options):
            asked.append(np.array(cues))
            return cues

    both = [c.__class__(c.key, c.title, c.role, lambda _setting: Parrot()) for c in CONTESTANTS[:2]]
    monkeypatch.setattr("models.arena.trial.CONTESTANTS", both)
    rng = np.random.default_rng(3)
    patterns, keys = random_patterns(20, 50, 10, rng), rng.random((4, 50))
    made = lambda wanted: [replaced(wanted, d, keys=keys) for d in (0.0, 0.5)]  # noqa: E731
    (found,) = answers(
        Setting(50, 10, 1, 20), patterns, [15], made, np.array([[3, 7, 1, 14]]), 1, 5
    )
    np.testing.assert_array_equal(asked[0], patterns[:15])
    for one, other in zip(asked[:3], asked[3:], strict=True):
        np.testing.assert_array_equal(one, other)
    # A parrot gives the cue back: with half of 10 of 50 units replaced, r = (50 * 5 - 100) / 400.
    np.testing.assert_allclose(found.agreement, [[1, 0.375]] * 2)
    np.testing.assert_allclose(found.whole, [[1, 0]] * 2)
    np.testing.assert_array_equal(found.recalled[0], found.cue)


@pytest.mark.parametrize("count", [2, 5, 30])
def test_bands_are_students_intervals(count):
    values = np.random.default_rng(count).normal(size=(count, 3))
    low, high = interval(values)
    for k in range(3):
        expected = stats.ttest_1samp(values[:, k], 0).confidence_interval(0.95)
        assert (low[k], high[k]) == pytest.approx(tuple(expected))
    partly = np.vstack([values, np.full((4, 3), np.nan)])
    np.testing.assert_allclose(interval(partly), [low, high])
    assert np.isnan(interval(values[:1])).all()


def test_recall_falls_with_load_and_damage(record):
    data = record.data
    mean = data["recall"].values  # (memory, damage, load)
    assert np.nanmin(mean[[0, 1, 4], 0, 0]) == pytest.approx(1)  # whole cues, few patterns
    for k in (0, 1, 2):
        assert mean[k, 1, 0] > mean[k, 1, -1] + 0.3
        assert mean[k, 0, 0] >= mean[k, -1, 0]
    found = capacities(data)
    assert found["modern Hopfield"] > found["Willshaw"] > found["covariance rule"]
    assert f"modern Hopfield at least {4000:,}" in load_reading(data)


def test_capacity_is_read_between_two_loads(record):
    data = record.data.copy()
    loads = data["load"].values.astype(float)
    line = np.array([1.0, 1.0, 0.8, 0.2, 0.1])
    data["willshaw_load"] = "load", line
    expected = math.exp(np.interp(-GOOD, -line[1:3], np.log(loads[1:3])))
    assert capacities(data)["Willshaw"] == pytest.approx(expected)
    data["willshaw_load"] = "load", 0 * line
    assert capacities(data)["Willshaw"] == 0 and "Willshaw none" in load_reading(data)
    data["willshaw_load"] = "load", line * np.nan
    assert load_reading(data).endswith("The budget is too small for Willshaw.")


def test_information_is_what_is_recalled_whole(record):
    data, model = record.data, models.get("arena")(**SMALL)
    each = math.log2(math.comb(200, 8))
    most = data["load"].values * each / (8000 * model.memory)
    assert (data["information"].values <= most + 1e-12).all()
    np.testing.assert_allclose(data["information"].sel(memory_name="modern Hopfield"), most)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"active": 60, "units": 100}, "active = 60 is more than half of units = 100"),
        ({"patterns": "handwritten digits"}, "largest = 16,000 is more than the 1,797 digits"),
    ],
)
def test_what_does_not_go_together_is_told(values, sentence):
    with pytest.raises(ParameterError, match=sentence):
        models.get("arena")(**values).validate()
