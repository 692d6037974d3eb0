"""Rules of spike-timing-dependent plasticity with the values of their sources."""

from __future__ import annotations

from models.plasticity.spike_rules import SpikeRule
from workbench import Reference

SONG_2000 = Reference(
    "Song S, Miller KD, Abbott LF", 2000,
    "Competitive Hebbian learning through spike-timing-dependent synaptic plasticity",
    "Nature Neuroscience 3:919-926", doi="10.1038/78829",
)  # fmt: skip
BELL_1997 = Reference(
    "Bell CC, Han VZ, Sugawara Y, Grant K", 1997,
    "Synaptic plasticity in a cerebellum-like structure depends on temporal order",
    "Nature 387:278-281", doi="10.1038/387278a0",
)  # fmt: skip
VOGELS_2011 = Reference(
    "Vogels TP, Sprekeler H, Zenke F, Clopath C, Gerstner W", 2011,
    "Inhibitory plasticity balances excitation and inhibition in sensory pathways and memory "
    "networks",
    "Science 334:1569-1573", doi="10.1126/science.1211095",
)  # fmt: skip
PFISTER_2006 = Reference(
    "Pfister JP, Gerstner W", 2006,
    "Triplets of spikes in a model of spike timing-dependent plasticity",
    "Journal of Neuroscience 26:9673-9682", doi="10.1523/JNEUROSCI.1425-06.2006",
)  # fmt: skip

#: Potentiation and depression of nearly the same area (Song et al. 2000).
HEBBIAN = SpikeRule(0.005, 0.00525, 20.0, 20.0)
#: The same with the order turned round, as in the electric fish (Bell et al. 1997).
ANTI_HEBBIAN = HEBBIAN.reversed()
FULL, MINIMAL = "full", "minimal"
ALL, NEAREST = "all-to-all", "nearest"
VISUAL, HIPPOCAMPUS = "visual cortex", "hippocampal culture"
#: Each: A2+, A2-, A3+, A3-, tau_x and tau_y (ms); tau_plus and tau_minus are 16.8 and 33.7 ms.
TRIPLET_VALUES = {
    (VISUAL, ALL, FULL): (5e-10, 7e-3, 6.2e-3, 2.3e-4, 101.0, 125.0),
    (VISUAL, ALL, MINIMAL): (0.0, 7.1e-3, 6.5e-3, 0.0, 101.0, 114.0),
    (VISUAL, NEAREST, FULL): (8.8e-11, 6.6e-3, 5.3e-2, 3.1e-3, 714.0, 40.0),
    (VISUAL, NEAREST, MINIMAL): (0.0, 8e-3, 5e-2, 0.0, 714.0, 40.0),
    (HIPPOCAMPUS, ALL, FULL): (6.1e-3, 1.6e-3, 6.7e-3, 1.4e-3, 946.0, 27.0),
    (HIPPOCAMPUS, ALL, MINIMAL): (5.3e-3, 3.5e-3, 8e-3, 0.0, 946.0, 40.0),
    (HIPPOCAMPUS, NEAREST, FULL): (4.6e-3, 3e-3, 9.1e-3, 7.5e-9, 575.0, 47.0),
    (HIPPOCAMPUS, NEAREST, MINIMAL): (4.6e-3, 3e-3, 9.1e-3, 0.0, 575.0, 48.0),
}


def triplet(data: str, pairing: str = ALL, terms: str = FULL) -> SpikeRule:
    """Return the triplet rule fitted to a data set (Pfister and Gerstner 2006, tables 3 and 4).

    Parameters
    ----------
    data : str
        `VISUAL` or `HIPPOCAMPUS`.
    pairing : str
        `ALL` or `NEAREST`; each was fitted by itself.
    terms : str
        `FULL`, or `MINIMAL` without the terms that the data hardly ask for.
    """
    plus, minus, plus3, minus3, tau_x, tau_y = TRIPLET_VALUES[data, pairing, terms]
    nearest = pairing == NEAREST
    return SpikeRule(plus, minus, 16.8, 33.7, plus3, minus3, tau_x, tau_y, nearest=nearest)


def inhibitory(target_hz: float, amplitude: float = 0.005, tau_ms: float = 20.0) -> SpikeRule:
    """Return the symmetric rule of inhibitory synapses (Vogels et al. 2011).

    Parameters
    ----------
    target_hz : float
        Rate of the postsynaptic cell at which nothing changes on average.
    amplitude : float
        What a pair at the same time adds.
    tau_ms : float
        Time constant of both sides, ms.
    """
    alone = -amplitude * 2 * target_hz * tau_ms / 1000.0
    return SpikeRule(amplitude, -amplitude, tau_ms, tau_ms, alone=alone)
