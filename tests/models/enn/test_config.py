"""Settings of an Engram cell: what goes together, and the way to JSON and back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enn.config import BOUNDS, REFERENCE, WHOLE, EngramConfig
from workbench import ParameterError


@given(
    st.fixed_dictionaries(
        {"input_size": st.integers(1, 9)},
        optional={
            "hidden_size": st.integers(8, 20), "slots": st.integers(1, 9),
            "trace": st.sampled_from(["batch", "sample", "frozen"]),
            "attention": st.sampled_from(["softmax", "top-k", "sparsemax"]),
            "decay": st.sampled_from(["all", "written", "entropy"]),
            "start": st.sampled_from(["zero", "learned", "random"]),
            "layer_norm": st.booleans(), "clip": st.floats(0, 9), "rank": st.integers(0, 8),
            "hebbian_rate": st.floats(0, 1), "seed": st.integers(0, 99),
        },
    )
)  # fmt: skip
def test_settings_go_to_json_and_back(values):
    config = EngramConfig(**values)
    assert EngramConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize("name", BOUNDS)
def test_a_number_out_of_bounds_is_told(name):
    low = BOUNDS[name][0]
    for wrong in (low - 1, "many", True, None):
        with pytest.raises(ParameterError, match=f"{name} = .* must be a"):
            EngramConfig(**{"input_size": 3, name: wrong})
    if name in WHOLE:
        with pytest.raises(ParameterError, match="a whole number"):
            EngramConfig(**{"input_size": 3, name: low + 0.5})
    assert getattr(EngramConfig(**{"input_size": 3, name: low}), name) == low


@pytest.mark.parametrize("name", ["mode", "trace", "attention", "decay", "rate", "start"])
def test_a_choice_that_there_is_not_is_told(name):
    with pytest.raises(ParameterError, match=f"{name} = 'none' is not allowed; it must be '"):
        EngramConfig(**{"input_size": 3, name: "none"})


@pytest.mark.parametrize("name", [name for name in REFERENCE if name != "start"])
def test_the_reference_has_no_other_rules(name):
    other = {
        "trace": "sample", "attention": "top-k", "decay": "written", "rate": "learned",
        "gradient": False, "slot_gate": True, "learn_temperature": True, "asymmetry": 1.0,
        "rank": 2,
    }[name]  # fmt: skip
    with pytest.raises(ParameterError, match=f"{name} = .* not allowed in the reference mode"):
        EngramConfig.reference(3, **{name: other})


def test_what_does_not_go_together_is_told():
    with pytest.raises(ParameterError, match="rank = 9 .* at most hidden_size = 8"):
        EngramConfig(input_size=3, hidden_size=8, rank=9)
    with pytest.raises(ParameterError, match=r"hebbian_rate = 1\.0 .* learned"):
        EngramConfig(input_size=3, rate="learned", hebbian_rate=1.0)
    with pytest.raises(ParameterError, match="'slot' is no setting .* did you mean 'slots'"):
        EngramConfig.from_dict({"input_size": 3, "slot": 4})
    with pytest.raises(ParameterError, match="input_size is missing"):
        EngramConfig.from_dict({"slots": 4})


def test_the_published_temperature():
    assert EngramConfig(input_size=1).effective_temperature == pytest.approx(0.75)
