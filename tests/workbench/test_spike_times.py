"""A parameter of two spike trains: text in, sorted text out, and what is refused."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbench.spike_times as spike_times
from workbench import Model, ParameterError, SpikeTimes

times = st.lists(st.integers(0, 5000).map(lambda tenths: tenths / 10), max_size=20)


class Bench(Model):
    """Two trains."""

    key = "bench"
    spikes = SpikeTimes("pre 10; post 20", doc="which spikes there are", end=500, most=20)


def test_what_the_documentation_shows_is_true():
    tried = doctest.testmod(spike_times)
    assert tried.attempted and not tried.failed


@given(times, times)
def test_trains_come_back_sorted_from_text_and_from_sequences(pre, post):
    model = Bench(spikes=(pre, post))
    assert SpikeTimes.trains(model.spikes) == (sorted(set(pre)), sorted(set(post)))
    assert Bench(spikes=model.spikes).spikes == model.spikes


@pytest.mark.parametrize("text", ["", "pre", ";;", "post; pre"])
def test_no_spikes_are_allowed(text):
    assert Bench(spikes=text).spikes == "pre; post"


@pytest.mark.parametrize(
    "value",
    ["pre 600", "pre -1", "pre nan", "pre inf", "pre x", "axon 10", "pre " + "1 " * 3 + "y", 7,
     None, ([1.0],), "pre " + " ".join(map(str, range(21)))],
)  # fmt: skip
def test_other_values_are_refused_in_a_sentence(value):
    with pytest.raises(ParameterError, match="spikes = .* is not allowed: it must be 'pre' and 'p"):
        Bench(spikes=value)
