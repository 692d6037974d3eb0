"""A run that would take too much is refused with a sentence that helps."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import models
from apps.work.budget import Budget, shortened
from workbench import Cost, Count, Model, ParameterError, Quantity, Text


class Sized(Model):
    """A model that takes 2 s and 10 MB for each thing, and 1 s for each unit of length."""

    key = "sized"
    many_things = Count(100, bounds=(1, 10_000), unit="thing", doc="how many")
    length = Quantity(4.0, bounds=(0.5, 1000), unit="km", doc="how long")
    story = Text("a; b", doc="what happens")
    lower = "many_things"

    def cost(self):
        return Cost(2 * self.many_things + self.length, 10_000_000 * self.many_things, self.lower)

    def validate(self):
        if self.many_things < 5:
            raise ParameterError("five things at least")


class Long(Sized):
    lower = "length"


class Told(Sized):
    lower = "story"


class Silent(Sized):
    lower = ""


def refusal(model, **budget):
    return Budget(**budget).refusal(model, lambda m: m.cost())


def test_what_fits_is_not_refused():
    assert refusal(Sized()) == ""
    assert refusal(Sized(), seconds=204, bytes=1_000_000_000) == ""


@pytest.mark.parametrize(
    ("model", "budget", "sentence"),
    [
        (Sized(), {"seconds": 60}, "3:24 min (1:00 min are allowed here): lower many things from "
         "100 to about 28 thing"),
        (Sized(), {"bytes": 250e6}, "1 GB of memory (250 MB are allowed here): lower many things "
         "from 100 to about 25 thing"),
        (Sized(), {"seconds": 60, "bytes": 50e6}, "3:24 min (1:00 min are allowed here) and 1 GB "
         "of memory (50 MB are allowed here): lower many things from 100 to about 5 thing"),
        (Sized(), {"seconds": 8}, "3:24 min (8.0 s are allowed here): lower many things from 100 "
         "thing, and other values too"),
        (Long(length=20), {"seconds": 210.5}, "3:40 min (3:30 min are allowed here): lower length "
         "from 20 to about 10 km"),
        (Long(), {"seconds": 20}, "3:24 min (20 s are allowed here): lower length from 4 km, and "
         "other values too"),
        (Told(), {"seconds": 1}, "3:24 min (1.0 s are allowed here): shorten story"),
        (Silent(), {"seconds": 1}, "3:24 min (1.0 s are allowed here): choose a smaller run"),
        (Sized(many_things=4000), {"seconds": 3600}, "2:13 h (1:00 h are allowed here): lower many "
         "things from 4,000 to about 1,700 thing"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_is_too_much_and_what_to_lower(model, budget, sentence):
    assert refusal(model, **budget) == f"This run would take about {sentence}."


@pytest.mark.parametrize("key", models.names())
@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("what", ["seconds", "bytes"])
def test_who_follows_the_advice_is_allowed_to_run(key, share, what):
    model = models.get(key)()
    budget = Budget(**{what: share * getattr(model.cost(), what)})
    told = budget.refusal(model, lambda m: m.cost())
    assert told.startswith("This run would take about ") and told.endswith(".")
    found = re.search(r"lower (.+) from .* to about ([\d,.e-]+\d)", told)
    if found:
        name, value = found[1].replace(" ", "_"), float(found[2].replace(",", ""))
        changed = type(model)(**{**model.values(), name: value})
        changed.validate()
        assert budget.refusal(changed, lambda m: m.cost()) == ""
        assert not allows(budget, model, name, 1.15 * value + 1)  # it was not lower than needed


def allows(budget, model, name, value):
    value = min(type(getattr(model, name))(value), getattr(model, name))
    return budget.fits(type(model)(**{**model.values(), name: value}).cost())


@given(st.floats(1e-9, 1e12))
def test_a_shortened_number_is_a_little_lower_and_has_two_digits(value):
    short = shortened(value, whole=False)
    assert 0.9 * value * (1 - 1e-9) < short <= value * (1 + 1e-8)
    assert float(f"{short:.1e}") == short


@given(st.integers(0, 10**15))
def test_a_shortened_count_is_a_little_lower_and_whole(value):
    short = shortened(value, whole=True)
    assert type(short) is int and 0.9 * value <= short <= value
    assert len(str(short).rstrip("0")) <= 2 and (short == value or value >= 100)


def test_a_run_that_goes_on_is_ended_when_it_takes_much_more():
    budget = Budget(60, 100e6)
    assert budget.excess(59, 120e6) == ""
    assert budget.excess(61, 0) == "it took longer than the 1:00 min that are allowed here"
    assert budget.excess(61, 0, preparation=5) == ""
    assert budget.excess(1, 126e6) == "it took 126 MB of memory, and 100 MB are allowed here"
    assert Budget().excess(1e12, 1e15) == ""
    assert Budget().fits(Cost(math.inf, 10**18, ""))
