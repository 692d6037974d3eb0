"""Parameters whose values a person brings along: a picture of bits and lines of text."""

import base64

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from workbench import Lines, Model, ParameterError, Picture

BLANK = "A" * 24


class Brought(Model):
    """A model of what a person brings."""

    picture = Picture(BLANK, side=12, doc="a picture")
    lines = Lines("one / two", longest=10, most=3, doc="some lines")


PICTURE, LINES = Brought.parameters().values()
bits = arrays.arrays(bool, (12, 12))


@given(bits=bits)
def test_a_picture_comes_back_bit_by_bit(bits):
    text = PICTURE.check(bits)
    assert len(text) == 24 and text.isascii()
    np.testing.assert_array_equal(Picture.bits(text), bits)
    assert PICTURE.check(text) == PICTURE.parse(f" {text} ") == text
    assert Brought(picture=bits).picture == Brought(picture=bits.astype(int)).picture == text


def test_the_text_is_the_bits_row_by_row():
    bits = np.zeros((12, 12), bool)
    bits[0, :8] = True
    bits[0, 11] = True
    data = base64.urlsafe_b64decode(PICTURE.check(bits))
    assert data[:2] == bytes([0b11111111, 0b00010000]) and not any(data[2:])


@pytest.mark.parametrize(
    "value",
    ["", "A" * 23, "A" * 25, "A" * 96, "A" * 23 + "+", "A" * 23 + "/", "A" * 23 + "=", "Ä" * 24,
     " " * 24, "A" * 22 + "==", "A" * 23 + "\n", 7, None, np.zeros((11, 12)), np.zeros((24, 24)),
     np.full((12, 12), 2), np.full((12, 12), np.nan), np.zeros(144), [[0, 1]], b"A" * 24],
)  # fmt: skip
def test_what_is_no_picture_is_refused_in_a_sentence(value):
    with pytest.raises(ParameterError) as error:
        PICTURE.check(value)
    sentence = str(error.value)
    assert sentence.startswith("picture = ") and "\n" not in sentence
    assert sentence.endswith(
        "it must be a picture of 12 x 12 bits, as 24 letters, digits, - and _."
    )


@given(text=st.text(max_size=30))
def test_any_text_is_a_picture_or_refused(text):
    try:
        value = PICTURE.parse(text)
    except ParameterError:
        return
    assert Picture.bits(value).shape == (12, 12)


@pytest.mark.parametrize("side", [0, -12, 10, 13])
def test_a_side_that_leaves_letters_uneven_is_refused(side):
    with pytest.raises(ValueError, match=f"side = {side} is not allowed"):
        Picture(BLANK, side=side, doc="a picture")


def test_a_default_is_checked_and_may_be_bits():
    assert Picture(np.ones((12, 12)), side=12, doc="a picture").default == "_" * 24
    with pytest.raises(ValueError):
        Picture("A", side=12, doc="a picture")
    with pytest.raises(ValueError):
        Lines(" / ", doc="some lines")


@pytest.mark.parametrize(
    ("given", "value"),
    [("one", "one"), ("one\ntwo", "one / two"), (" one /two\r\n\n/ three ", "one / two / three"),
     ("1234567890", "1234567890"), ("ä ß/?", "ä ß / ?")],
)  # fmt: skip
def test_lines_stand_between_strokes(given, value):
    assert LINES.check(given) == LINES.parse(given) == LINES.check(value) == value
    assert Lines.split(value) == value.split(" / ")


@pytest.mark.parametrize(
    "given", ["", " / \n", "12345678901", "one / two / three / four", "a\tb", "a\0", 1, None]
)
def test_what_are_no_lines_is_refused_in_a_sentence(given):
    with pytest.raises(ParameterError) as error:
        LINES.check(given)
    assert str(error.value).endswith(
        "it must be 1 to 3 lines of printable text between strokes (/), each of at most "
        "10 characters."
    )


@given(text=st.text(max_size=40))
def test_any_text_is_lines_or_refused(text):
    try:
        value = LINES.parse(text)
    except ParameterError:
        return
    assert LINES.check(value) == value
    assert all(0 < len(line) <= 10 and line.isprintable() for line in value.split(" / "))


def test_a_refused_value_leaves_the_old_one():
    model = Brought(lines="old")
    for name in ("picture", "lines"):
        before = getattr(model, name)
        with pytest.raises(ParameterError):
            setattr(model, name, "")
        assert getattr(model, name) == before
