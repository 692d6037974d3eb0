"""One step of recall is what theory expects, for every rule, control and kind of damage."""

import numpy as np
import pytest

from models.associative import CovarianceMemory, DenseMemory, HebbianMemory, WillshawMemory
from models.associative import expected as theory
from models.associative.interface import correlation
from models.associative.patterns import left_out, random_patterns, replaced

KINDS = {
    "willshaw": WillshawMemory, "hebbian": HebbianMemory, "covariance": CovarianceMemory,
    "dense": DenseMemory,
}  # fmt: skip


def counted(name, units, active, stored, share, replacing, seeds=2, **how):
    """Return the correlation of one step, and the one expected."""
    found = []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        patterns = random_patterns(stored, units, active, rng)
        memory = KINDS[name](units)
        memory.store(patterns)
        wanted = patterns[rng.integers(0, stored, 200)]
        cues = (replaced if replacing else left_out)(wanted, share, rng)
        found.append(correlation(memory.recall(cues, **how), wanted).mean())
    right = active - round(share * active)
    cue = theory.Cue(units, active, stored, right, active - right if replacing else 0)
    fires = getattr(theory, name)(cue, **({} if name == "dense" else how))
    return np.mean(found), fires.correlation(active / units)


@pytest.mark.parametrize("name", ["willshaw", "hebbian", "covariance"])
@pytest.mark.parametrize(("stored", "share", "replacing"), [
    (300, 0.7, True), (1000, 0.5, True), (1500, 0.5, False), (2500, 0.3, True),
])  # fmt: skip
def test_winners_at_one_unit_in_fifty(name, stored, share, replacing):
    found, wanted = counted(name, 1000, 20, stored, share, replacing, winners=20)
    assert 0.2 < wanted < 1 and found == pytest.approx(wanted, abs=0.035)


@pytest.mark.parametrize(("name", "units", "active", "stored"), [
    ("covariance", 400, 200, 60), ("hebbian", 400, 200, 20), ("covariance", 600, 90, 250),
])  # fmt: skip
def test_winners_at_dense_codes(name, units, active, stored):
    found, wanted = counted(name, units, active, stored, 0.2, True, winners=active)
    assert 0.1 < wanted < 0.97 and found == pytest.approx(wanted, abs=0.04)


@pytest.mark.parametrize(("name", "how"), [
    ("covariance", {"threshold": 0.5}), ("hebbian", {"threshold": 0.025}), ("willshaw", {}),
])  # fmt: skip
def test_thresholds(name, how):
    found, wanted = counted(name, 1000, 20, 2500, 0.3, False, **how)
    assert 0.2 < wanted < 0.99 and found == pytest.approx(wanted, abs=0.04)


@pytest.mark.parametrize("share", [0.4, 0.6, 0.8])
def test_dense_memory(share):
    found, wanted = counted("dense", 200, 20, 2000, share, True)
    assert found == pytest.approx(wanted, abs=0.1)


def test_chances_are_of_units_that_fire():
    cue = theory.Cue(500, 25, 400, 15, 10)
    for function in (theory.willshaw, theory.hebbian, theory.covariance):
        fires = function(cue, winners=25)
        assert 25 * fires.member + 475 * fires.other == pytest.approx(25, rel=1e-6)
    assert sum(group.number for group in cue.groups()) == 500
    assert theory.Fires(1.0, 0.0).correlation(0.1) == pytest.approx(1)
    assert theory.Fires(0.0, 0.0).correlation(0.1) == 0
