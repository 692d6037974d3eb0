"""Rates and counts of flat spikes, and who is tagged: exact values, bounds and refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.measures import (
    firing_rates,
    population_rate,
    presentation_rates,
    spike_counts,
    tag_level,
    tagged_cells,
)

TIMES = [2.0, 0.0, 0.5, 0.5, 1.0, 1.5]  # in no order
CELLS = [0, 0, 1, 0, 2, 0]
EDGES = [0.0, 0.5, 1.0, 2.0]
#: Whole milliseconds, so that spikes fall onto edges.
flat = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 4)), max_size=40)


def apart(spikes: list) -> tuple[list, list]:
    return [t for t, _ in spikes], [c for _, c in spikes]


def counted(spikes: list, cell: int, start: float, stop: float) -> int:
    return sum(c == cell and start <= t < stop for t, c in spikes)


class TestRates:
    def test_a_window_is_half_open(self) -> None:
        assert firing_rates(TIMES, CELLS, 4, start=0, stop=2).tolist() == [1.5, 0.5, 0.5, 0.0]
        assert firing_rates(TIMES, CELLS, 4, start=0.5, stop=0.6).tolist() == pytest.approx(
            [10, 10, 0, 0]
        )

    def test_nobody_fires(self) -> None:
        assert firing_rates([], [], 3, start=0, stop=1).tolist() == [0.0] * 3
        assert spike_counts([], [], 2, EDGES).tolist() == [[0] * 3] * 2
        assert population_rate([], [], 2, EDGES).tolist() == [0.0] * 3

    def test_presentations_in_any_order_may_overlap(self) -> None:
        rates = presentation_rates(TIMES, CELLS, [1.0, 0.0, 5.0], [3.0, 2.0, 6.0], 3)
        assert rates.tolist() == [[1.0, 0.0, 0.5], [1.5, 0.5, 0.5], [0.0, 0.0, 0.0]]

    @given(flat, st.lists(st.tuples(st.integers(0, 50), st.integers(1, 30)), min_size=1))
    def test_presentations_count_each_window_alone(self, spikes: list, windows: list) -> None:
        onsets = [start for start, _ in windows]
        offsets = [start + length for start, length in windows]
        rates = presentation_rates(*apart(spikes), onsets, offsets, 5)
        assert rates.tolist() == [
            pytest.approx([counted(spikes, c, start, stop) / (stop - start) for c in range(5)])
            for start, stop in zip(onsets, offsets, strict=True)
        ]


class TestCounts:
    def test_each_cell_in_each_bin(self) -> None:
        counts = spike_counts(TIMES, CELLS, 4, EDGES)
        assert counts.dtype.kind == "i"
        assert counts.tolist() == [[1, 1, 1], [0, 1, 0], [0, 0, 1], [0, 0, 0]]

    @given(flat, st.lists(st.integers(0, 60), min_size=2, max_size=9, unique=True).map(sorted))
    def test_adjoining_bins_count_every_spike_once(self, spikes: list, edges: list) -> None:
        counts = spike_counts(*apart(spikes), 5, edges)
        for cell in range(5):
            bins = zip(edges[:-1], edges[1:], strict=True)
            assert counts[cell].tolist() == [counted(spikes, cell, *one) for one in bins]
        rates = firing_rates(*apart(spikes), 5, start=edges[0], stop=edges[-1])
        assert counts.sum(axis=1) == pytest.approx(rates * (edges[-1] - edges[0]))

    @given(flat)
    def test_the_population_is_the_mean_of_its_cells(self, spikes: list) -> None:
        edges, members = [0, 10, 15, 51], np.array([True, False, True, True, False])
        rates = spike_counts(*apart(spikes), 5, edges) / np.diff(edges)
        assert population_rate(*apart(spikes), 5, edges) == pytest.approx(rates.mean(axis=0))
        among = population_rate(*apart(spikes), 5, edges, members=members)
        assert among == pytest.approx(rates[members].mean(axis=0))

    def test_a_population_of_nobody_has_no_rate(self) -> None:
        rate = population_rate(TIMES, CELLS, 3, EDGES, members=[False] * 3)
        assert np.isnan(rate).tolist() == [True] * 3

    def test_a_million_spikes_are_quick(self) -> None:
        rng = np.random.default_rng(1)
        times, cells = rng.random(1_000_000), rng.integers(0, 1000, 1_000_000)
        assert spike_counts(times, cells, 1000, np.linspace(0, 1, 101)).sum() == 1_000_000


BAD_SPIKES = [
    ([0.1], [0, 1], 2, r"times has shape \(1,\) and cells \(2,\)"),
    ([[0.1]], [[0]], 2, r"times has shape \(1, 1\)"),
    ([np.nan], [0], 2, "times holds NaN"),
    ([0.1], [0.0], 2, "cells must hold whole numbers, but is float64"),
    ([0.1, 0.2], [0, 2], 2, "cells holds 2; every cell must be from 0 to 1"),
    ([0.1, 0.2], [-1, 1], 2, "cells holds -1; every cell must be from 0 to 1"),
    ([], [], 0, "n_cells is 0; at least one cell is needed"),
]


@pytest.mark.parametrize(("times", "cells", "n_cells", "message"), BAD_SPIKES)
def test_spikes_that_cannot_be_are_named(times, cells, n_cells, message: str) -> None:
    for measure in (
        lambda: firing_rates(times, cells, n_cells, start=0, stop=1),
        lambda: spike_counts(times, cells, n_cells, EDGES),
        lambda: tag_level(times, cells, n_cells, start=0, stop=1),
    ):
        with pytest.raises(ValueError, match=message):
            measure()


@pytest.mark.parametrize(
    ("onsets", "offsets", "message"),
    [
        ([0.0, 1.0], [1.0], r"onsets has shape \(2,\) and offsets \(1,\)"),
        ([[0.0]], [[1.0]], r"one shape \(presentations,\)"),
        ([0.0, 3.0], [1.0, 3.0], "the window from 3 to 3 s must end after it starts"),
        ([], [], "onsets is empty"),
        ([0.0], [np.inf], "offsets holds NaN or infinity"),
    ],
)
def test_windows_that_cannot_be_are_named(onsets, offsets, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        presentation_rates(TIMES, CELLS, onsets, offsets, 3)


@pytest.mark.parametrize("edges", [[0.0], [0.0, 0.0], [1.0, 0.5], [[0.0, 1.0]]])
def test_edges_that_cannot_be_are_refused(edges: list) -> None:
    with pytest.raises(ValueError, match="edges must hold at least two times that increase"):
        spike_counts(TIMES, CELLS, 3, edges)


def test_members_are_a_mask_over_all_cells() -> None:
    with pytest.raises(ValueError, match=r"members has shape \(2,\); it must be of shape \(3,\)"):
        population_rate(TIMES, CELLS, 3, EDGES, members=[True, False])
    with pytest.raises(ValueError, match="members must be a boolean mask"):
        population_rate(TIMES, CELLS, 3, EDGES, members=[0, 1, 2])


class TestTagging:
    def test_without_leak_the_level_is_the_number_of_spikes_in_the_window(self) -> None:
        assert tag_level(TIMES, CELLS, 4, start=0, stop=2).tolist() == [3.0, 1.0, 1.0, 0.0]
        assert tag_level(TIMES, CELLS, 4, start=0.5, stop=9).tolist() == [3.0, 1.0, 1.0, 0.0]

    def test_the_tag_leaks_between_spikes(self) -> None:
        half = 1 / np.log(2)  # after a second half is left
        level = tag_level([0.0, 1.0, 3.0, 0.0, 5.0], [0, 0, 0, 1, 1], 2, start=0, stop=9, tau=half)
        assert level.tolist() == pytest.approx([1.5, 1 + 1 / 32])

    def test_the_level_is_the_largest_and_not_the_last(self) -> None:
        level = tag_level([0.0, 0.1, 0.2, 9.0], [0] * 4, 1, start=0, stop=10, tau=1.0)
        assert level[0] == pytest.approx(1 + np.exp(-0.1) * (1 + np.exp(-0.1)))

    @given(
        st.lists(st.tuples(st.integers(0, 50), st.integers(0, 2)), max_size=40, unique=True),
        st.floats(0.5, 200),
    )
    def test_follows_its_equation_spike_by_spike(self, spikes: list, tau: float) -> None:
        tag, last, level = np.zeros(3), np.zeros(3), np.zeros(3)
        for t, c in sorted(spikes):
            tag[c] = 1 + tag[c] * np.exp((last[c] - t) / tau)
            last[c], level[c] = t, max(level[c], tag[c])
        found = tag_level(*apart(spikes), 3, start=0, stop=51, tau=tau)
        assert found.tolist() == pytest.approx(level.tolist())
        assert (found <= tag_level(*apart(spikes), 3, start=0, stop=51)).all()

    def test_a_cell_at_the_threshold_is_tagged(self) -> None:
        window = {"start": 0, "stop": 2}
        tagged = tagged_cells(TIMES, CELLS, 4, **window, at_least=3)
        assert tagged.dtype == bool
        assert tagged.tolist() == [True, False, False, False]
        assert tagged_cells(TIMES, CELLS, 4, **window, at_least=1).tolist() == [True] * 3 + [False]
        assert not tagged_cells(TIMES, CELLS, 4, **window, at_least=3, tau=1.0).any()

    @pytest.mark.parametrize(
        ("window", "message"),
        [
            ({"start": 1, "stop": 1}, "the window from 1 to 1 s must end after it starts"),
            ({"start": 0, "stop": np.nan}, "must end after it starts"),
            ({"start": 0, "stop": 1, "tau": 0}, "tau is 0; it must be above 0"),
            ({"start": 0, "stop": 1, "tau": np.nan}, "tau is nan; it must be above 0"),
            ({"start": 0, "stop": 1, "at_least": 0}, "at_least is 0; it must be above 0"),
        ],
    )
    def test_bad_windows_and_thresholds_are_named(self, window: dict, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            tagged_cells(TIMES, CELLS, 3, **{"at_least": 1} | window)
