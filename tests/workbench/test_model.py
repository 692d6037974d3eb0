"""The contract of a model: names, presets, values, order."""

import doctest

import pytest
from toys import Pair, Walk

import workbench.link
import workbench.model
from workbench import Cost, Equation, Model, ParameterError, Quantity, Reference


@pytest.mark.parametrize("module", [workbench.model, workbench.link])
def test_what_the_documentation_shows_is_true(module):
    tried = doctest.testmod(module)
    assert tried.attempted and not tried.failed


def test_parameters_come_in_the_order_declared():
    declared = ["drift", "walkers", "steps", "slice", "kind", "mirror", "label"]
    assert list(Walk.parameters()) == declared
    assert list(Walk().values()) == declared


def test_a_derived_model_shows_its_own_parameters_before_what_it_inherits():
    class Longer(Walk):
        again = Quantity(1.0, bounds=(0, 2), unit="1", doc="")

    assert list(Longer.parameters())[:2] == ["again", "drift"]
    assert list(Walk.parameters())[-1] == "label"


def test_what_param_adds_of_its_own_is_no_parameter():
    assert "name" not in Walk.parameters()
    with pytest.raises(ParameterError):
        Walk(name="x")


@pytest.mark.parametrize(
    ("name", "hint"), [("drfit", "did you mean 'drift'?"), ("zzz", "there are drift, walkers")]
)
def test_an_unknown_parameter_is_told_with_the_nearest(name, hint):
    with pytest.raises(ParameterError) as told:
        Walk(**{name: 1})
    assert f"{name!r} is no parameter of 'walk'" in str(told.value)
    assert hint in str(told.value)


def test_a_preset_changes_only_what_it_names():
    model = Walk.from_preset("One lost walker")
    assert model.changed() == {"walkers": 1, "drift": -2.5}
    assert Walk.from_preset("One lost walker", walkers=2).walkers == 2


def test_an_unknown_preset_is_told_with_the_nearest():
    with pytest.raises(ParameterError, match="did you mean 'One lost walker'"):
        Walk.from_preset("one lost walkers")
    with pytest.raises(ParameterError, match="drift = 99"):
        Walk.from_preset("One lost walker", drift=99)


def test_values_and_changes_from_the_defaults():
    model = Walk(steps=5, mirror=True, drift=0.5)
    assert model.values()["steps"] == 5
    assert model.changed() == {"steps": 5, "mirror": True}
    assert Walk().changed() == {}


def test_a_copy_has_the_same_values_and_is_its_own():
    model = Walk(drift=1.5)
    copy = model.copy()
    copy.drift = 2.5
    assert type(copy) is Walk
    assert (model.drift, copy.drift, Walk().drift) == (1.5, 2.5, 0.5)


def test_a_model_without_simulate_says_so():
    with pytest.raises(NotImplementedError, match="Model has no simulate method yet"):
        Model().simulate(None)


def test_values_that_do_not_go_together_are_told_by_validate():
    Pair(low=0.2, high=0.3).validate()
    with pytest.raises(ParameterError, match=r"low = 0\.9 is above high = 0\.1"):
        Pair(low=0.9, high=0.1).validate()


def test_a_reference_reads_as_a_person_cites_it():
    source = Reference("Kanerva P", 1988, "Sparse distributed memory", "MIT Press")
    assert str(source) == "Kanerva P (1988). Sparse distributed memory. MIT Press."
    linked = Reference("A", 1, "T", "J", doi="10.1/x")
    assert str(linked).endswith(" https://doi.org/10.1/x")


def test_a_model_cites_its_references_and_estimates_its_cost():
    class Cited(Model):
        references = (Reference("A", 1, "T", "J"),)
        equations = (Equation("x", "a letter"),)

    assert Cited().cite() == Cited.references
    assert isinstance(Cited().cost(), Cost)
