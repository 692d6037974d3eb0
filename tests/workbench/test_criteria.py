"""Records asked for in words: what is read, what fits, and what is refused in a sentence."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench import ParameterError
from workbench.criteria import criteria
from workbench.entry import Entry

VALUES = {"noise": 0.2, "hard_locations": 5000, "kind": "normal", "mirror": True, "tau": 1 / 3}


def entry(seed=3, parameters=VALUES, **said):
    return Entry(
        Path("a.nc"), 1, "abc123", "", "complete", "sdm", "Sparse memory", seed, parameters, **said
    )


def fits(text, one=None):
    one = one or entry(tags=["Crowded room"], note="for the talk")
    return all(criterion.fits(one) for criterion in criteria(text, [one, entry()]))


@pytest.mark.parametrize(
    "text",
    [
        "", "  ", "noise=0.2", "noise = 0.20", "noise>=0.2 noise<1", "noise != 0.3", "seed=3",
        "seed>2, seed<4", "hard locations=5000", "hard_locations>4999", "Hard_Locations = 5e3",
        "kind=NORMAL", 'kind="normal"', "mirror=on", "mirror = true", "mirror!=no", "tau=0.333333",
        "crowded", "talk", "room seed=3 talk", "sparse hard locations=5000; crowded", "noise",
        "hard", "abc", "5000",
    ],
)  # fmt: skip
def test_it_fits(text):
    assert fits(text)


@pytest.mark.parametrize(
    "text",
    ["noise=0.3", "noise<0.2", "seed=4", "seed!=3", "kind=uniform", "mirror=off", "mirror=2",
     "noise=quiet", "empty", "seed=3 empty", "empty seed=3", "kind<3", "tau=0.3333"],
)  # fmt: skip
def test_it_does_not_fit(text):
    assert not fits(text)


@pytest.mark.parametrize("sign", ["=", "!=", "<", ">"])
def test_a_record_without_the_parameter_never_fits(sign):
    other = entry(parameters={})
    assert not fits(f"noise{sign}9", other)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nois=0.2", "No record has a parameter 'nois': did you mean noise?"),
        ("xyzzy=1", "No record has a parameter 'xyzzy'."),
        ("noise=", "noise= has no value: write it as in noise=3."),
        ("noise<=", "noise<= has no value: write it as in noise<=3."),
        ("=0.2", "'=0.2' names no parameter: write it as in seed=3."),
        ("noise>loud", "noise>loud cannot be read: after > there must be a number."),
        ("x" * 501, "The filter has 501 characters: give at most 500."),
    ],
)
def test_what_cannot_be_read_is_told(text, sentence):
    with pytest.raises(ParameterError) as told:
        criteria(text, [entry()])
    assert str(told.value) == sentence


@given(st.text(max_size=60))
def test_anything_typed_is_read_or_told(text):
    try:
        found = criteria(text, [entry()])
    except ParameterError as told:
        assert str(told).endswith((".", "?"))
    else:
        assert {criterion.fits(entry()) for criterion in found} <= {True, False}
