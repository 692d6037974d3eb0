"""The recall experiment: what is written, what comes back, and what theory says of it."""

import functools
import os
import re

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from models.sdm import experiment, theory
from models.sdm.experiment import BALANCED, DIGITS, RANDOM, SELECTED, DistributedRecall
from models.sdm.recall import flip
from models.sdm.references import ALPAYDIN_1998, JAECKEL_1989
from workbench import Cancelled, Change, ParameterError, run
from workbench.here import LocalRun

SEEDS = range(1, 6)
#: Random words that fill a small memory so far that recall has its limits.
FULL = {"patterns": RANDOM, "stored": 200, "address_bits": 256, "hard_locations": 20_000,
        "access_fraction": 0.005, "cues": 100, "noise_levels": 9, "cue_noise": 0.15}  # fmt: skip
CIRCLES, COORDINATES = FULL, FULL | {"design": SELECTED, "access_fraction": 2**-8}
#: A few words, quickly.
FEW = FULL | {"stored": 6, "hard_locations": 2000, "access_fraction": 0.02, "cues": 4,
              "noise_levels": 3, "reads": 3}  # fmt: skip
#: Digits as by default, in a smaller memory.
PICTURES = {"stored": 30, "hard_locations": 20_000, "access_fraction": 0.003, "cues": 24,
            "noise_levels": 5}  # fmt: skip


@functools.cache
def record(seed=1, changes=(), **values):
    return run(DistributedRecall(**values), seed, changes=changes, progress=False)


def data(seed=1, changes=(), **values):
    return record(seed, changes, **values).data


def words_of(seed=1, **values):
    """Return the words that a run with this seed stores."""
    return DistributedRecall(**values).words(np.random.default_rng(seed).spawn(4)[1])


# Recall


@pytest.mark.parametrize("seed", SEEDS)
def test_digits_are_recalled_from_slight_noise_and_not_from_strong(seed):
    found = data(seed, **PICTURES)
    assert found.cue_distance.values.tolist() == [0, 100, 200, 300, 400]
    assert found.distance_one_read[0] == found.pair_errors[0] == found.distance_final[0] == 0
    assert found.converged.values[0] == 1.0
    assert found.converged.values[1] >= 0.9
    assert found.converged.values[2] >= 0.6
    assert found.converged.values[4] <= 0.4
    assert found.distance_one_read[1] < 25
    assert 0.25 < found.mean_word_distance / 1000 < 0.48  # digits are alike


@pytest.mark.parametrize("design", [CIRCLES, COORDINATES], ids=["circles", "coordinates"])
def test_one_read_goes_as_theory_says(design):
    """Theory leaves out the spread of the number of active locations, which costs a little."""
    runs = [data(seed, **design) for seed in SEEDS]
    for variable, name in (("distance_one_read", "auto"), ("pair_errors", "hetero")):
        measured = np.mean([one[variable].values for one in runs], axis=0)
        expected = runs[0][f"theory_distance_{name}"].sel(distance=runs[0].cue_distance).values
        assert measured[0] < 0.05
        assert (measured > 0.9 * expected - 0.5).all()
        assert (measured < 1.2 * expected + 1.5).all()
    own, partner = (
        np.mean([one[name].values for one in runs], axis=0)
        for name in ("distance_one_read", "pair_errors")
    )
    assert (own[2:8] < partner[2:8]).all()  # a partner has no pull from the cue's own bits
    shared = np.mean([one.shared_locations.values for one in runs], axis=0)
    expected = runs[0].theory_shared.sel(distance=runs[0].cue_distance).values
    np.testing.assert_allclose(shared, expected, rtol=0.06, atol=0.4)


@pytest.mark.parametrize("seed", SEEDS)
def test_reading_again_brings_near_cues_home_and_far_ones_nowhere(seed):
    found = data(seed, **CIRCLES)
    near, far = found.cue_distance < 40, found.cue_distance > 95
    assert (found.distance_final[near] < 1).all()
    assert (found.distance_final[far] > found.distance_one_read[far]).all()
    assert (found.converged[near] > 0.95).all() and (found.converged[far] < 0.1).all()


def test_the_overlaps_are_the_distances_said_otherwise():
    found = data(**CIRCLES)
    for overlap, distance in (
        ("overlap_one_read", "distance_one_read"),
        ("overlap_final", "distance_final"),
        ("overlap_pair", "pair_errors"),
    ):
        np.testing.assert_allclose(found[overlap], 1 - 2 * found[distance] / 256, atol=1e-12)
    assert ((found.converged >= 0) & (found.converged <= 1)).all()


def test_an_overloaded_memory_recalls_nothing():
    """Random words that are too many stay where they are, and are not found from any noise."""
    found = data(**FULL | {"stored": 1500, "cues": 24, "noise_levels": 5})
    assert found.converged[0] == 1 and (found.converged[1:] < 0.1).all()
    assert found.critical_auto < 40 and found.critical_hetero == 1
    digits = data(stored=1000, hard_locations=3000, access_fraction=0.003, noise_levels=3, cues=24)
    assert digits.converged[0] < 0.2 and digits.distance_final[0] > 200
    assert "overloaded" in DistributedRecall.observables[1].reading(digits)


def test_one_read_leaves_more_to_do_than_several():
    once, often = (data(**FULL | {"reads": reads}) for reads in (1, 6))
    np.testing.assert_allclose(once.distance_final, once.distance_one_read, atol=1e-9)
    xr.testing.assert_equal(once.distance_one_read, often.distance_one_read)
    assert (often.distance_final[1:4] <= once.distance_final[1:4]).all()
    assert often.distance_final[3] < once.distance_final[3] / 2


# What stays the same


def test_partners_are_read_by_the_very_same_locations():
    """Storing partners too changes nothing in what is stored and read of the words themselves."""
    paired, alone = data(**FULL), data(**FULL | {"pairs": False})
    only_paired = {"overlap_pair", "pair_errors"}
    assert set(paired.variables) - set(alone.variables) == only_paired
    xr.testing.assert_equal(paired.drop_vars(only_paired), alone)


def test_one_may_stop_between_the_reads_of_one_point():
    heard = []

    class Heard(LocalRun):
        def attend(self, progress, message, step):
            heard.append((self.frame, step))
            if len(heard) > 3 and heard[-3:] == [(self.frame, False)] * 3:
                raise Cancelled

    model = DistributedRecall(**FULL, reads=6)
    run = Heard(model, 1, (), None, None, bar=False)
    with pytest.raises(Cancelled):
        model.simulate(run)
    assert "trial" in run.frames.dataset().sizes  # some points were there already


def test_a_live_cue_noise_changes_the_pictures_and_nothing_else():
    changes = (Change(5, "cue_noise", 0.4), Change(7, "shown", 3))
    plain, changed = data(**FEW), data(changes=changes, **FEW)
    shown = ["pictures", "picture", "shown_distance"]
    xr.testing.assert_equal(plain.drop_vars(shown), changed.drop_vars(shown))
    assert changed.shown_distance[0] == round(0.4 * 256)
    assert not plain.pictures.equals(changed.pictures)


def test_the_same_seed_gives_the_same_and_another_does_not():
    again = run(DistributedRecall(**FEW), 1, progress=False).data
    xr.testing.assert_equal(again, data(**FEW))
    other = data(2, **FEW)
    assert not other.pictures.equals(again.pictures)
    assert not other.activated.equals(again.activated)


def test_the_size_of_a_counter_does_not_matter_until_it_is_full():
    small, large = (data(**FULL | {"counter_bits": bits}) for bits in ("8", "32"))
    xr.testing.assert_equal(small, large)


# The pictures


@pytest.mark.parametrize("noise", [0.0, 0.15, 0.5])
@pytest.mark.parametrize("patterns", [RANDOM, DIGITS])
def test_the_pictures_are_the_bits_of_the_word_and_of_its_cue(noise, patterns):
    values = FEW | {"patterns": patterns, "image_share": 1.0, "cue_noise": noise, "shown": 3}
    found, words = data(4, **values), words_of(4, **values)
    assert words.side == 16 and found.pictures.shape == (6, 16, 16)
    wanted = words.bits[2].reshape(16, 16)
    np.testing.assert_array_equal(found.pictures[-1], wanted)
    wrong = (found.pictures.values != wanted).sum(axis=(1, 2))  # a picture is the whole word here
    assert wrong[:-1].tolist() == found.shown_distance.values.tolist()
    assert wrong[0] == round(noise * 256)
    names = ["cue", "read 1", "read 2", "read 3", "read 4"]
    titles = [f"{name}: {d} bits wrong" for name, d in zip(names, wrong, strict=False)]
    assert found.picture.values.tolist() == [*titles, "stored"]
    assert found.read.values.tolist() == [0, 1, 2, 3, 4]


def test_more_noise_flips_the_same_bits_and_others():
    def flipped(noise):
        found = data(**FEW | {"cue_noise": noise})
        return found.pictures.values[0] != found.pictures.values[-1]

    little, more = flipped(0.1), flipped(0.3)
    assert (little <= more).all() and little.sum() < more.sum()
    assert all(part.any() for part in np.split(little, 4))  # they lie all over the word


def test_where_there_are_fewer_words_the_last_one_is_shown():
    assert data(**FEW | {"shown": 6}).pictures.equals(data(**FEW | {"shown": 99}).pictures)
    assert not data(**FEW | {"shown": 5}).pictures.equals(data(**FEW | {"shown": 6}).pictures)


def test_balanced_pixels_are_on_about_half_the_time():
    share = {
        code: words_of(**PICTURES | {"stored": 500, "image_share": 1.0, "pixel_code": code})
        for code in (BALANCED, experiment.INK)
    }
    on = {code: words.bits[:, : words.side**2].mean() for code, words in share.items()}
    assert 0.38 < on[BALANCED] < 0.5 and on[experiment.INK] > on[BALANCED] - 0.1
    # Where ink is usual in some digits and not in others, both values are about as frequent.
    each = share[BALANCED].bits[:, : share[BALANCED].side ** 2].mean(axis=0)
    assert np.median(each) > 0.45


# Theory and counting


@pytest.mark.parametrize("design", [CIRCLES, COORDINATES], ids=["circles", "coordinates"])
def test_the_theory_shown_is_the_theory(design):
    found = data(**design)
    if design is CIRCLES:
        radius = int(theory.radius_for_access_fraction(256, 0.005))
        curve, locations = theory.circle_overlap(256, radius), 20_000
    else:
        radius, locations = 128, round(20_000 / 256) * 256
        curve = theory.selected_coordinate_overlap(256, 8)
    assert int(found.radius) == radius and int(found.address_bits) == 256
    near = slice(0, 129)
    assert found.distance.values.tolist() == list(range(129))
    predictions = {
        "auto": theory.autoassociative_distance(curve, locations, 200),
        "hetero": theory.heteroassociative_distance(curve, locations, 200),
        "simple": theory.simple_distance(curve, locations, 200),
    }
    for name, new in predictions.items():
        np.testing.assert_array_equal(found[f"theory_distance_{name}"], new[near])
        np.testing.assert_allclose(found[f"theory_overlap_{name}"], 1 - new[near] / 128)
        assert int(found[f"critical_{name}"]) == theory.critical_distance(new)
    np.testing.assert_array_equal(found.theory_shared, (locations * curve)[near])
    np.testing.assert_array_equal(found.no_gain, np.arange(129))
    assert float(found.expected_activated) == pytest.approx(locations * curve[0])
    fit = theory.attention_fit(curve, radius)
    assert float(found.attention_beta) == fit.beta
    assert float(found.attention_r_squared) == fit.r_squared
    # The softmax line lies among the counted locations where it was fitted.
    inner = slice(0, 60)
    logs = np.log(found.softmax_shared / found.theory_shared)[inner]
    assert abs(logs).max() < 0.5 and logs.min() < 0 < logs.max()


def test_every_word_is_counted_at_the_locations_it_activates():
    found, model = data(**CIRCLES), DistributedRecall(**CIRCLES)
    for_memory, for_words, *_ = np.random.default_rng(1).spawn(4)
    memory = model.build(int(for_memory.integers(2**32)))
    words = model.words(for_words)
    np.testing.assert_array_equal(found.activated, memory.activated_counts(words.bits))
    assert found.step.values.tolist() == list(range(1, 201))
    edges = found.activated_bin.values
    width = edges[1] - edges[0]
    often, _ = np.histogram(found.activated, [*edges, edges[-1] + width])
    np.testing.assert_array_equal(found.activated_histogram, often)
    assert found.activated_histogram.sum() == 200
    differing = [(a != b).sum() for i, a in enumerate(words.bits) for b in words.bits[:i]]
    assert float(found.mean_word_distance) == pytest.approx(np.mean(differing))


def test_selected_coordinates_activate_the_same_number_always():
    found = data(**COORDINATES)
    assert (found.activated == 78).all() and float(found.expected_activated) == 78
    assert found.activated_histogram.values.tolist() == [200]


def test_a_single_word_is_no_pair_of_words():
    found = data(**FEW | {"stored": 1})
    assert np.isnan(found.mean_word_distance) and found.sizes["step"] == 1
    for observable in DistributedRecall.observables:
        assert "nan" not in observable.reading(found)


def test_every_access_fraction_asked_of_selected_coordinates_is_nearest():
    for bits in range(4, 12):
        for factor in (0.8, 1.0, 1.25):
            model = DistributedRecall(
                design=SELECTED, access_fraction=min(factor * 2.0**-bits, 0.1)
            )
            assert model.build(1).access_fraction == 2.0**-bits


# What is refused, and what is told beforehand


def refused(**values):
    with pytest.raises(ParameterError) as told:
        DistributedRecall(**values).validate()
    return str(told.value)


@given(locations=st.integers(1000, 2_000_000))
@settings(max_examples=40)
def test_too_few_active_locations_are_refused_and_what_is_told_works(locations):
    few = max(1e-5, 2.9 / locations)
    if few * locations >= 3:
        DistributedRecall(hard_locations=locations, access_fraction=few).validate()
        return
    sentence = refused(hard_locations=locations, access_fraction=few)
    assert sentence.startswith("access_fraction = ")
    assert f"of {locations:,} hard locations it would activate" in sentence
    least = float(re.search(r"must be at least ([\d.e-]+),", sentence)[1])
    assert least * locations < 3.4
    DistributedRecall(hard_locations=locations, access_fraction=least).validate()


def test_more_digits_than_there_are_are_refused():
    DistributedRecall(stored=1797).validate()
    assert refused(stored=1798) == (
        "stored = 1,798 is not allowed: it must be at most 1,797, the number of digits there are; "
        "random words have no such limit."
    )
    DistributedRecall(stored=1798, patterns=RANDOM).validate()


def test_a_memory_larger_than_the_machine_is_refused(monkeypatch):
    large = {"hard_locations": 100_000, "patterns": RANDOM}
    needed = DistributedRecall(**large).build(1).nbytes
    pages = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": int(needed / 0.8 / 4096) + 2}
    monkeypatch.setattr(os, "sysconf", pages.__getitem__)
    DistributedRecall(**large).validate()
    pages["SC_PHYS_PAGES"] -= 4
    sentence = refused(**large)
    assert sentence.startswith("hard_locations = 100,000 is not allowed: with 1,000 address bits ")
    assert f"takes {needed / 1e9:.1f} GB" in sentence

    def silent(name):
        raise ValueError(name)

    monkeypatch.setattr(os, "sysconf", silent)
    DistributedRecall(**large).validate()


@pytest.mark.parametrize("design", [experiment.HAMMING, SELECTED])
@pytest.mark.parametrize("values", [{}, {"pairs": False, "counter_bits": "16"},
                                    {"access_fraction": 0.01, "hard_locations": 3000}],
                         ids=["default", "words alone", "small"])  # fmt: skip
def test_the_bytes_estimated_are_those_of_the_memory(design, values):
    model = DistributedRecall(design=design, **values)
    assert model.cost().bytes - 150_000_000 == model.build(1).nbytes


def test_more_work_is_estimated_to_take_longer():
    least = DistributedRecall(**FEW).cost()
    assert least.lower == "hard_locations"
    for name, value in {"stored": 100, "hard_locations": 50_000, "cues": 100, "noise_levels": 50,
                        "reads": 20, "address_bits": 2000}.items():  # fmt: skip
        assert DistributedRecall(**FEW | {name: value}).cost().seconds > least.seconds


def test_a_run_cites_what_it_used(tmp_path):
    assert ALPAYDIN_1998 in DistributedRecall().cite()
    assert ALPAYDIN_1998 not in DistributedRecall(patterns=RANDOM).cite()
    assert ALPAYDIN_1998 not in DistributedRecall(data=str(tmp_path)).cite()
    assert JAECKEL_1989 not in DistributedRecall().cite()
    assert JAECKEL_1989 in DistributedRecall(design=SELECTED).cite()


def test_the_run_says_what_it_does():
    class Told(DistributedRecall):
        def simulate(self, run):
            emit, self.__class__.told = run.emit, []

            def tell(frame, progress, message=""):
                self.told.append((round(progress, 3), message))
                emit(frame, progress, message)

            run.emit = tell
            super().simulate(run)

    run(Told(**FEW | {"stored": 81}), progress=False)
    assert Told.told[0][0] == 0.0 and Told.told[0][1].startswith("building the memory")
    assert Told.told[2] == (round(0.02 + 0.38 * 3 / 81, 3), "writing word 3 of 81")
    assert Told.told[28] == (0.4, "writing word 81 of 81")
    assert Told.told[-1] == (1.0, "reading cues 102 bits away, up to 102")
    progress = [progress for progress, _ in Told.told]
    assert progress == sorted(progress) and len(progress) == 2 + 27 + 3


# Noise


@given(count=st.integers(0, 40), words=st.integers(1, 6), seed=st.integers(0, 1000))
def test_noise_flips_so_many_bits_of_every_word(count, words, seed):
    rng = np.random.default_rng(seed)
    before = rng.integers(0, 2, (words, 40)).astype(bool)
    kept = before.copy()
    after = flip(before, count, rng)
    np.testing.assert_array_equal(before, kept)
    assert ((after != before).sum(axis=1) == count).all()


def test_noise_flips_every_bit_as_often():
    often = flip(np.zeros((4000, 10), bool), 3, np.random.default_rng(1)).mean(axis=0)
    np.testing.assert_allclose(often, 0.3, atol=0.03)
