"""Phases between spikes and the order of phases: exact values, bounds and refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from workbench.measures import kuramoto_order, phase_order, spike_phases

TURN = 2 * np.pi


class TestKuramotoOrder:
    def test_exact_values(self) -> None:
        assert kuramoto_order([0.0, np.pi / 2]) == pytest.approx(np.sqrt(0.5))
        assert kuramoto_order([[0.0, np.pi], [1.0, 1.0]]).tolist() == pytest.approx([0.0, 1.0])
        assert kuramoto_order([[0.0, 0.0], [np.pi, 0.0]], axis=0).tolist() == pytest.approx([0, 1])

    @given(st.integers(2, 50), st.floats(-10, 10))
    def test_even_spread_and_full_synchrony(self, n: int, shift: float) -> None:
        assert kuramoto_order(shift + 2 * np.pi * np.arange(n) / n) == pytest.approx(0, abs=1e-12)
        assert kuramoto_order(np.full(n, shift)) == pytest.approx(1)

    @given(arrays(float, 12, elements=st.floats(-10, 10)), st.floats(-10, 10))
    def test_bounded_and_blind_to_a_common_shift(self, phases: np.ndarray, shift: float) -> None:
        order = kuramoto_order(phases)
        assert 0 <= order <= 1
        assert kuramoto_order(phases[::-1] + shift) == pytest.approx(order, abs=1e-9)

    def test_rounding_stays_inside_the_bounds(self) -> None:
        assert kuramoto_order(np.full((2000, 5), np.linspace(-7, 7, 2000)[:, None])).max() == 1

    @pytest.mark.parametrize("phases", [[], [np.nan, 0.0]])
    def test_bad_phases_are_refused(self, phases: list) -> None:
        with pytest.raises(ValueError, match="phases"):
            kuramoto_order(phases)


class TestSpikePhases:
    def test_a_full_turn_from_spike_to_spike(self) -> None:
        times, cells = [4.0, 1.0, 0.0, 2.0, 3.0], [0, 0, 2, 0, 2]
        at = [0.0, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0]
        none = np.nan
        expected = [
            [none, 0, 0.5, 1, 1.25, 1.5, 2, none],
            [none] * 8,
            [0, 1 / 3, 0.5, 2 / 3, 2.5 / 3, 1, none, none],
        ]
        phases = spike_phases(times, cells, 3, at) / TURN
        assert phases == pytest.approx(np.array(expected), nan_ok=True)

    def test_one_spike_makes_no_phase_even_at_its_own_time(self) -> None:
        assert np.isnan(spike_phases([1.0, 2.0], [0, 1], 2, [1.0, 2.0])).all()

    @given(
        st.lists(st.integers(0, 60), min_size=2, max_size=12, unique=True),
        st.lists(st.floats(0, 60), min_size=1, max_size=8),
    )
    def test_follows_its_definition(self, spikes: list, at: list) -> None:
        train = sorted(spikes)
        for phase, t in zip(spike_phases(spikes, [0] * len(spikes), 1, at)[0], at, strict=True):
            k = sum(s <= t for s in train) - 1
            if k < 0 or t > train[-1]:
                assert np.isnan(phase)
            elif k == len(train) - 1:
                assert phase == pytest.approx(TURN * k)
            else:
                turned = (t - train[k]) / (train[k + 1] - train[k])
                assert phase == pytest.approx(TURN * (k + turned))

    @pytest.mark.parametrize(
        ("times", "cells", "at", "message"),
        [
            ([1.0, 1.0], [0, 0], [1.0], "cell 0 has two spikes at 1 s"),
            ([1.0, 2.0], [0, 0], [], "at is empty"),
            ([1.0, 2.0], [0, 0], 1.5, r"at has shape \(\)"),
            ([1.0, 2.0], [0, 0], [np.nan], "at holds NaN"),
            ([1.0, 2.0], [0, 9], [1.0], "cells holds 9"),
        ],
    )
    def test_bad_input_is_named(self, times, cells, at, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            spike_phases(times, cells, 2, at)


class TestPhaseOrder:
    def test_cells_without_a_phase_are_left_out(self) -> None:
        phases = [[0.0, 0.0, 1.0, np.nan], [np.pi, np.pi / 2, 1.0, np.nan], [np.nan] * 3 + [2.0]]
        expected = [0, np.sqrt(0.5), 1, np.nan]
        assert phase_order(phases).tolist() == pytest.approx(expected, nan_ok=True, abs=1e-12)

    def test_clocks_in_step_and_out_of_step(self) -> None:
        clock, at = np.arange(0, 2, 0.1), np.linspace(0.2, 1.5, 40)
        times, cells = np.tile(clock, 4), np.repeat(np.arange(4), clock.size)
        together = phase_order(spike_phases(times, cells, 4, at))
        assert together == pytest.approx(1)
        apart = phase_order(spike_phases(times + 0.025 * cells, cells, 4, at))
        assert apart == pytest.approx(0, abs=1e-9)
        pairs = phase_order(spike_phases(times + 0.05 * (cells > 1), cells, 4, at)[[0, 1]])
        assert pairs == pytest.approx(1)

    def test_one_course_for_each_of_a_batch(self) -> None:
        phases = np.zeros((2, 3, 4))
        phases[1, 0] = np.nan
        assert phase_order(phases).tolist() == [[1.0] * 4] * 2

    @given(arrays(float, (5, 3), elements=st.floats(-10, 10)))
    def test_equals_the_order_parameter_where_all_have_a_phase(self, phases) -> None:
        assert phase_order(phases) == pytest.approx(kuramoto_order(phases, axis=0), abs=1e-12)

    def test_rounding_stays_inside_the_bounds(self) -> None:
        assert phase_order(np.full((5, 2000), np.linspace(-7, 7, 2000))).max() == 1

    def test_one_cell_alone_has_no_synchrony(self) -> None:
        assert np.isnan(phase_order([[0.5]])).all()

    @pytest.mark.parametrize("phases", [[], [[]], [0.0, 1.0], [[np.inf, 0.0]]])
    def test_bad_phases_are_refused(self, phases: list) -> None:
        with pytest.raises(ValueError, match="phases has shape"):
            phase_order(phases)
