"""Any text and any value gives an allowed value or one sentence, never anything else."""

import decimal
import fractions
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys import Walk

from workbench import Choice, Count, Model, ParameterError, Quantity, Switch, Text
from workbench.parameters import shown

PARAMETERS = Walk.parameters()
every = pytest.mark.parametrize("name", list(PARAMETERS))


class Unprintable:
    def __repr__(self):
        raise KeyError("no")


texts = st.one_of(
    st.text(),
    st.floats().map(repr),
    st.integers().map(str),
    st.text("0123456789eE+-._ ", max_size=12),
    st.sampled_from(
        ["", " ", "1e400", "-inf", "nan", "TRUE", "off ", "normal", "1_0", "٣", "0x1F"]
    ),
    st.integers(5_000, 6_000).map(lambda n: "9" * n),
)
values = st.one_of(
    texts,
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.binary(),
    st.fractions(),
    st.decimals(),
    st.lists(st.integers()),
    st.dictionaries(st.text(), st.floats()),
    st.datetimes(),
    st.sampled_from(
        [10**5000, -(10**400), np.float32(1), np.int8(1), np.bool_(True), np.array([1.0, 2.0]),
         np.array(1.0), decimal.Decimal("sNaN"), fractions.Fraction(7, 2), Unprintable(), object,
         [10**5000], print, b"x" * 1000]
    ),
)  # fmt: skip


def check_told(error, parameter, said):
    sentence = str(error)
    assert sentence.startswith(f"{parameter.name} = ")
    assert shown(said) in sentence
    assert sentence.endswith(f"it must be {parameter.allowed()}.")
    assert "\n" not in shown(said)
    assert len(sentence) < 200


@every
@given(text=texts)
def test_any_text_is_parsed_or_refused_in_a_sentence(name, text):
    parameter = PARAMETERS[name]
    try:
        value = parameter.parse(text)
    except ParameterError as error:
        check_told(error, parameter, text)
    else:
        assert parameter.check(value) == value


@every
@given(value=values)
def test_any_value_is_taken_or_refused_in_a_sentence(name, value):
    parameter = PARAMETERS[name]
    try:
        model = Walk(**{name: value})
    except ParameterError as error:
        check_told(error, parameter, value)
    else:
        assert type(getattr(model, name)) is type(parameter.default)


@given(value=st.floats(-5, 5))
def test_a_real_number_is_read_back_exactly(value):
    assert PARAMETERS["drift"].parse(repr(value)) == value


@given(value=st.floats().filter(lambda x: not -5 <= x <= 5))
def test_a_real_number_out_of_bounds_is_refused(value):
    with pytest.raises(ParameterError, match=r"must be a number from -5 to 5 m/s\."):
        Walk(drift=value)


@pytest.mark.parametrize("edge", [-5, 5])
def test_both_bounds_are_allowed_and_the_next_number_is_not(edge):
    assert Walk(drift=edge).drift == edge
    with pytest.raises(ParameterError):
        Walk(drift=math.nextafter(edge, 2 * edge))


@pytest.mark.parametrize(
    ("text", "value"), [("7", 7), ("1e3", 1000), (" 12 ", 12), ("3.0", 3), ("+5", 5)]
)
def test_a_whole_number_may_be_written_in_several_ways(text, value):
    assert PARAMETERS["steps"].parse(text) == value


@pytest.mark.parametrize("text", ["3.5", "1e9", "-1", "nan", "inf", "ten", "", "0x10", "True"])
def test_what_is_no_allowed_whole_number_is_refused(text):
    with pytest.raises(ParameterError, match=r"must be a whole number from 0 to 10,000\."):
        PARAMETERS["steps"].parse(text)


def test_true_is_no_number():
    for name in ("drift", "steps"):
        with pytest.raises(ParameterError):
            Walk(**{name: True})


@pytest.mark.parametrize("text", ["true", "Yes", "ON", " 1 "])
def test_a_switch_is_on(text):
    assert PARAMETERS["mirror"].parse(text) is True


@pytest.mark.parametrize("text", ["false", "No", "OFF", " 0 "])
def test_a_switch_is_off(text):
    assert PARAMETERS["mirror"].parse(text) is False


def test_a_choice_names_its_options():
    with pytest.raises(ParameterError, match="kind = 'cauchy' .* one of 'normal', 'uniform'"):
        Walk(kind="cauchy")
    assert PARAMETERS["kind"].options == ["normal", "uniform"]


def test_text_is_of_one_printable_line_without_blanks_around():
    assert Walk(label="  a ü 記憶 ").label == "a ü 記憶"
    for refused in ("a\nb", "\x1b[2J", "\0", "\ud800", "x" * 41):
        with pytest.raises(ParameterError, match="printable text of at most 40 characters"):
            Walk(label=refused)


def test_a_value_is_checked_when_set_later_too():
    model = Walk()
    with pytest.raises(ParameterError, match="drift = 9 is not allowed"):
        model.drift = 9
    assert model.drift == 0.5


@pytest.mark.parametrize(
    "declare",
    [
        lambda: Quantity(2.0, bounds=(0, 1), unit="1", doc=""),
        lambda: Count(2.5, bounds=(0, 10), unit="1", doc=""),
        lambda: Switch(1, doc=""),
        lambda: Text("\n", doc=""),
    ],
)
def test_a_default_that_is_not_allowed_is_refused_at_once(declare):
    with pytest.raises(ParameterError, match="is not allowed"):
        declare()


def test_a_choice_whose_default_is_no_option_is_refused_at_once():
    with pytest.raises(ValueError, match="does not accept 'c'"):
        type("Toy", (Model,), {"way": Choice("c", options=["a", "b"], doc="")})


def test_what_is_declared_is_kept():
    parameter = Quantity(
        1.0, bounds=(0, 2), unit="mV", doc="d", source="Hebb 1949", group="Cell", live=True,
        log=True, step=0.5, label="l",
    )  # fmt: skip
    assert (parameter.unit, parameter.source, parameter.group) == ("mV", "Hebb 1949", "Cell")
    assert (parameter.live, parameter.log, parameter.step) == (True, True, 0.5)
    assert (parameter.doc, parameter.label, parameter.default) == ("d", "l", 1.0)
