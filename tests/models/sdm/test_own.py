"""A person's own picture and lines: exact bits, stored among the others, recalled from errors."""

import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import models
from models.sdm.experiment import OWN_LINES, OWN_PICTURE, DistributedRecall
from models.sdm.inputs import random_words, with_lines, with_picture
from models.sdm.letters import KNOWN, LONGEST, Letters, bits_needed
from models.sdm.references import ALPAYDIN_1998, OTSU_1979
from workbench import Lines, ParameterError, Picture, run
from workbench.link import parse, query
from workbench.script import script

SMALL = {"hard_locations": 20_000, "access_fraction": 0.003, "cues": 4, "noise_levels": 3,
         "stored": 12}  # fmt: skip
RING = np.hypot(*np.mgrid[-11.5:12, -11.5:12]).round() == 9
ASKED = "the ??? remembers eve?? river"


@functools.cache
def words(bits=1000):
    return random_words(5, bits, 24, np.random.default_rng(1))


@functools.cache
def letters(bits=1000, places=LONGEST):
    return Letters(bits, [" " * places])


def data(**values):
    return run(DistributedRecall(**SMALL | values), 1, progress=False)


# Letters


@pytest.mark.parametrize("bits", [420, 1000, 1019, 4000])
@given(line=st.text(KNOWN, max_size=LONGEST))
def test_any_line_comes_back_letter_by_letter(bits, line):
    assert letters(bits).decode(letters(bits).encode(line)) == line.rstrip()


VISIBLE = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=LONGEST)


@given(lines=st.lists(VISIBLE, min_size=1, max_size=3).filter(any))
def test_a_book_has_the_letters_and_the_places_of_its_lines(lines):
    book = Letters(1000, lines)
    assert [book.decode(book.encode(line)) for line in lines] == lines
    assert len(book.patterns) == max(map(len, lines))
    assert bits_needed(lines) <= 1000


def test_the_same_letters_have_the_same_bits_in_every_book_of_as_many_places():
    first, second = Letters(1000, ["a net", "no"]), Letters(1000, ["no", "a cat"])
    assert (first.encode("no") == second.encode("no")).all()


def test_no_two_letters_share_a_pattern_at_a_place():
    patterns = letters(420).patterns
    assert patterns.shape == (LONGEST, len(KNOWN), 7)
    for place in patterns:
        assert len(np.unique(place, axis=0)) == len(KNOWN)
    assert not (patterns[0] == patterns[1]).all()


def test_half_of_a_words_bits_are_on_and_those_left_over_are_off():
    word = letters(1019).encode("what fires together wires together")
    assert word.shape == (1019,) and not word[LONGEST * 16 :].any()
    assert 0.4 < word[: LONGEST * 16].mean() < 0.6


def test_a_wrong_letter_differs_in_its_own_bits_alone():
    right, wrong = letters().encode("memory"), letters().encode("memury")
    assert 0 < (right != wrong).sum() <= 16
    assert set(np.flatnonzero(right != wrong) // 16) == {3}


@given(place=st.integers(0, LONGEST - 1), bit=st.integers(0, 15))
def test_a_word_is_written_with_the_nearest_letters(place, bit):
    """One flipped bit of a pattern leaves its letter among the nearest."""
    word = letters().encode("no cell knows")
    word[16 * place + bit] ^= True
    patterns, part = letters().patterns[place], word[16 * place : 16 * place + 16]
    found = letters().decode(word).ljust(LONGEST)[place]
    distances = (patterns != part).sum(axis=1)
    assert distances[KNOWN.index(found)] == distances.min() <= 1


def test_what_is_longer_than_all_lines_is_cut():
    assert letters(1000, 5).decode(letters(1000, 5).encode("a longer line")) == "a lon"


def test_words_too_short_for_the_letters_are_refused():
    assert bits_needed(["one", "three"]) == 5 * 7
    many = "".join(map(chr, range(0x4E00, 0x4E00 + LONGEST)))
    assert bits_needed([many]) == LONGEST * 8  # with them there are more than 128 letters
    with pytest.raises(ValueError, match="419 bits are too few: there must be 420"):
        letters(419)
    assert letters(420).patterns.shape[2] == 7


# Stored among the others


def test_a_picture_of_its_own_size_is_stored_bit_for_bit():
    made = with_picture(words(), RING)
    np.testing.assert_array_equal(made.picture(made.bits[0]), RING)
    np.testing.assert_array_equal(made.bits[0, 576:], words().bits[0, 576:])
    np.testing.assert_array_equal(made.bits[1:], words().bits[1:])


def test_a_picture_of_another_size_is_fitted():
    small = random_words(2, 400, 12, np.random.default_rng(1))
    block = np.zeros((24, 24), bool)
    block[:, 11:] = True  # pixel 5 of 12 lies nearer to column 10, pixel 6 to column 13
    shown = with_picture(small, block).picture(with_picture(small, block).bits[0])
    assert shown[:, :6].sum() == 0 and shown[:, 6:].all()


def test_lines_are_the_first_words():
    made = with_lines(words(), ["one", "two"], "drei ß")
    assert [made.letters.decode(word) for word in made.bits[:2]] == ["one", "two"]
    np.testing.assert_array_equal(made.bits[2:], words().bits[2:])
    assert made.letters.decode(made.letters.encode("drei ß")) == "drei ß"


# Runs


def test_a_persons_picture_is_recalled_from_noise():
    found = data(patterns=OWN_PICTURE, image_share=0.58, picture=RING, cue_noise=0.15).data
    np.testing.assert_array_equal(found.pictures[-1], RING)
    np.testing.assert_array_equal(found.pictures[-2], RING)
    assert found.shown_distance.values[[0, -1]].tolist() == [150, 0]


def test_the_other_words_are_those_digits_that_they_would_be():
    model = DistributedRecall(**SMALL | {"patterns": OWN_PICTURE})
    plain, own = (
        DistributedRecall(**SMALL, patterns=patterns).words(np.random.default_rng(1)).bits
        for patterns in ("handwritten digits", OWN_PICTURE)
    )
    np.testing.assert_array_equal(plain[1:], own[1:])
    assert (plain[0] != own[0]).any()
    assert {ALPAYDIN_1998, OTSU_1979} <= {*model.cite()}


def test_a_line_with_errors_brings_the_line_back():
    found = data(patterns=OWN_LINES, cue_line=ASKED, cue_noise=0.0).data
    cue, *_, answer, stored = found.lines.values.tolist()
    assert cue == ASKED and answer == stored == "the sea remembers every river"
    reading = DistributedRecall.observables[0].reading(found)
    assert reading.startswith(f"Asked with “{ASKED}”, ") and " of 1000 bits wrong" in reading
    assert reading.endswith(f"answers “{stored}”, which is the line stored, bit for bit.")


def test_the_line_that_is_nearest_is_the_one_that_is_wanted():
    found = data(patterns=OWN_LINES, cue_line="no c??? knows the song", cue_noise=0.0).data
    assert found.lines.values[-1] == "no cell knows the song they sing"
    noisy = data(patterns=OWN_LINES, cue_line="no c??? knows the song", cue_noise=0.5).data
    assert noisy.lines.values[-1] == "no cell knows the song they sing"
    reading = DistributedRecall.observables[0].reading(noisy)
    assert "bits from the line stored, “no cell knows the song they sing”." in reading


def test_without_a_line_asked_for_the_one_shown_is_damaged():
    found = data(patterns=OWN_LINES, lines="one / two", shown=2, cue_noise=0.1).data
    assert found.lines.values[-1] == "two"
    assert found.shown_distance.values[0] == 100


@pytest.mark.parametrize(
    ("values", "sentence"),
    [({"stored": 3}, "stored = 3 is not allowed with 4 lines of text: it must be at least 4; "
                     "the other words are random ones."),
     ({"address_bits": 286, "access_fraction": 0.01},
      "address_bits = 286 is not allowed with lines of text: it must be at least 287, so that "
      "all letters can be told apart."),
     ({"address_bits": 400, "access_fraction": 0.01, "cue_line": "?" * 58},
      "address_bits = 400 is not allowed with lines of text: it must be at least 406, so that "
      "all letters can be told apart.")],
)  # fmt: skip
def test_lines_that_do_not_fit_are_refused(values, sentence):
    with pytest.raises(ParameterError) as error:
        DistributedRecall(**SMALL | values, patterns=OWN_LINES).validate()
    assert str(error.value) == sentence
    DistributedRecall(**SMALL | values).validate()
    DistributedRecall(**SMALL | {"stored": 4}, patterns=OWN_LINES).validate()


def test_more_pictures_than_there_are_digits_are_refused():
    with pytest.raises(ParameterError, match="at most 1,797"):
        DistributedRecall(stored=1798, patterns=OWN_PICTURE).validate()


# Reproduced


def test_link_record_and_script_carry_what_a_person_brought(tmp_path):
    values = {"picture": RING, "lines": "eins, zwei\nüber & ?#= / drei", "cue_line": "e?ns"}
    record = data(**values, patterns=OWN_PICTURE)
    brought = {"picture": Picture("A" * 96, doc="").spell(RING), "cue_line": "e?ns",
               "lines": "eins, zwei / über & ?#= / drei"}  # fmt: skip
    assert brought.items() <= record.stamp.parameters.items()
    model = DistributedRecall(**record.stamp.parameters)
    linked = parse(query(model, 1), models.get)
    assert not linked.refused and linked.model.values() == model.values()
    namespace = {}
    text = script(record, tmp_path / "again.nc")
    exec(compile(text, "again.py", "exec"), namespace)
    assert namespace["record"].data.drop_attrs().identical(record.data.drop_attrs())


def test_the_examples_are_a_picture_and_lines():
    model = DistributedRecall()
    assert Picture.bits(model.picture).shape == (24, 24)
    assert 50 < Picture.bits(model.picture).sum() < 300
    assert len(Lines.split(model.lines)) == 4
