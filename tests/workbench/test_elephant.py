"""The measures agree with those of Elephant, the field's own library, where it has them."""

import numpy as np
import pytest

from workbench.measures import (
    cv2,
    fano_factor,
    firing_rates,
    interval_cv,
    interval_cvs,
    mean_correlation,
    population_rate,
    spike_counts,
)

statistics = pytest.importorskip(
    "elephant.statistics", reason="elephant is not installed: pip install elephant"
)
# Elephant 1.2 still gives quantities 0.16 an argument that has no effect there any more.
pytestmark = pytest.mark.filterwarnings("ignore:The 'copy' argument in Quantity is deprecated")
CELLS, LENGTH = 12, 20.0  # s


@pytest.fixture(scope="module")
def spikes() -> tuple[np.ndarray, np.ndarray]:
    """Return a population whose cells fire at rates of their own, on a grid of 0.1 ms.

    Grid and edges of bins never meet: Elephant moves spikes near an edge into the next bin.
    """
    rng = np.random.default_rng(11)
    fired = rng.random((CELLS, 200_000)) < np.linspace(2e-4, 4e-3, CELLS)[:, None]
    fired[:, 100_000:] |= fired[0, 100_000:]  # so that some of the firing is shared
    cells, steps = np.nonzero(fired)
    order = rng.permutation(cells.size)
    return (steps[order] + 0.5) * 1e-4, cells[order]


@pytest.fixture(scope="module")
def trains(spikes) -> list:
    import neo
    import quantities as pq

    times, cells = spikes
    return [
        neo.SpikeTrain(np.sort(times[cells == c]) * pq.s, t_stop=LENGTH * pq.s)
        for c in range(CELLS)
    ]


def test_rates(spikes, trains) -> None:
    rates = firing_rates(*spikes, CELLS, start=0, stop=LENGTH)
    theirs = [float(statistics.mean_firing_rate(train).rescale("Hz")) for train in trains]
    assert rates.tolist() == pytest.approx(theirs)


def test_regularity(spikes, trains) -> None:
    times, cells = spikes
    intervals = [statistics.isi(train).magnitude for train in trains]
    theirs = [statistics.cv(one) for one in intervals]
    assert interval_cvs(times, cells, CELLS).tolist() == pytest.approx(theirs)
    own = [np.sort(times[cells == c]) for c in range(CELLS)]
    assert [interval_cv(one) for one in own] == pytest.approx(theirs)
    assert [cv2(one) for one in own] == pytest.approx([statistics.cv2(one) for one in intervals])


def test_variation_of_counts(spikes, trains) -> None:
    counts = spike_counts(*spikes, CELLS, [0, LENGTH])
    assert fano_factor(counts, axis=0)[0] == pytest.approx(statistics.fanofactor(trains))


def test_population_rate(spikes, trains) -> None:
    import quantities as pq

    theirs = statistics.time_histogram(trains, 50 * pq.ms, output="rate").rescale("Hz")
    rate = population_rate(*spikes, CELLS, np.linspace(0, LENGTH, 401))
    assert rate == pytest.approx(theirs.magnitude[:, 0])


def test_correlation(spikes, trains) -> None:
    import quantities as pq
    from elephant.conversion import BinnedSpikeTrain
    from elephant.spike_train_correlation import correlation_coefficient

    binned = BinnedSpikeTrain(trains, bin_size=50 * pq.ms)
    counts = spike_counts(*spikes, CELLS, np.linspace(0, LENGTH, 401))
    assert counts.tolist() == binned.to_array().tolist()
    pairs = correlation_coefficient(binned)[np.triu_indices(CELLS, 1)]
    assert pairs.mean() > 0.1
    assert mean_correlation(counts) == pytest.approx(pairs.mean())
