r"""The network of dynamic and selective engrams in Brian2, from Tomé et al. (2024) and their code.

Excitatory cells E learn, inhibitory cells I balance them, stimulus neurons on a sheet fire at
random. E and I cells are integrate-and-fire cells with conductances in units of the leak; g_nmda
follows g_ampa; a threshold that jumps after a spike makes them refractory. All synapses from E and
stimulus cells tire by short-term plasticity. Order of a step in Brian2, on which this relies:
thresholds, synapses, resets. So traces grow in the resets, after the synapses have read them, and
`sent`, what a spike sends on, is read a delay later than it was written.

Whatever can wait for a spike does. A stimulus neuron draws the time of its next spike when it
fires; short-term plasticity is brought up to date then. Stimulus neurons, which are many, step by
1 ms. That is why a step is cheap.

Fewer cells than the authors' 4096 are connected more densely and more strongly: for a factor k
fewer, sqrt(k) times the probability and sqrt(k) times the weight leave the mean input as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.spiking.dynamic_engram_equations import (
    ADAPT,
    AFTER,
    BEFORE,
    CONSOLIDATE,
    DRAW,
    EXCITATORY,
    FACTOR,
    INHIBIT,
    INHIBITED,
    INHIBITORY,
    PLASTIC,
    RESET,
    STIMULUS,
    THRESHOLD,
    TIRE,
)
from models.spiking.electrode import Signal

if TYPE_CHECKING:
    from brian2 import Network

CELLS = 4096  # excitatory cells of the authors' network
SHEET = 64  # stimulus neurons on each side of it
RADIUS = 8  # of a receptive field, in pixels
CONNECTED = 0.05  # probability
LARGEST = 5.0  # weight
BACKGROUND = 5.0  # Hz, of all stimulus neurons
#: Times at which something was or will be; a state that is gone back to has to have them moved.
MOMENTS = ("excitatory.last", "stimulus.last", "stimulus.next")
#: What the electrode records of the first excitatory cell.
SIGNALS = {
    "v": Signal("membrane", "mV", 1e3, "membrane potential"),
    "excitation": Signal("excitation", "mV", 1e3, "excitatory current over the leak"),
    "inhibition": Signal("inhibition", "mV", 1e3, "inhibitory current over the leak"),
}


def build(cells: int, sheet: int, step: float) -> Network:
    """Return the network; the course gives it its rates, learning rates and switches.

    Parameters
    ----------
    cells : int
        Excitatory cells; there are a quarter as many inhibitory ones.
    sheet : int
        Stimulus neurons on each side of their sheet.
    step : float
        Step of time in seconds.
    """
    import brian2 as b

    b.defaultclock.dt = step * b.second
    stimulus, excitatory, inhibitory, factor = populations(cells, sheet)
    strength = (CELLS / cells) ** 0.5  # of synapses between the cells; also by how much denser
    gain = (SHEET / sheet) ** 2  # of synapses from the sheet, where one neuron stands for several
    radius = RADIUS * sheet / SHEET
    within = (
        f"(i % {sheet} + 0.5 - centre_x_post)**2 + (i // {sheet} + 0.5 - centre_y_post)**2"
        f" <= {radius**2}"
    )
    parts = [
        plastic(stimulus, excitatory, "feedforward", gain, weight=0.5, condition=within),
        plastic(
            excitatory, excitatory, "recurrent", 1, weight=0.1 * strength, condition="i != j",
            p=CONNECTED * strength,
        ),
        inhibition(inhibitory, excitatory, strength),
        *static(stimulus, excitatory, inhibitory, strength, gain),
        secretion(excitatory, factor),
        b.SpikeMonitor(excitatory, name="excitatory_spikes"),
        b.SpikeMonitor(inhibitory, name="inhibitory_spikes"),
        b.StateMonitor(excitatory, [*SIGNALS], record=[0], dt=1 * b.ms, name="probe"),
    ]  # fmt: skip
    return b.Network(stimulus, excitatory, inhibitory, factor, *parts, name="network")


def populations(cells: int, sheet: int) -> tuple[Any, Any, Any, Any]:
    """Return stimulus neurons, excitatory cells, inhibitory cells and the secreted factor."""
    import brian2 as b

    # Meant so: the stimulus is drawn each millisecond, which the delays are multiples of.
    b.BrianLogger.suppress_name("synapses_dt_mismatch")
    stimulus = b.NeuronGroup(
        sheet**2, STIMULUS, threshold="t >= next", reset=TIRE + DRAW, method="exact",
        dt=1 * b.ms, name="stimulus",
    )  # fmt: skip
    excitatory = b.NeuronGroup(
        cells, EXCITATORY, threshold=THRESHOLD, reset=RESET + ADAPT + TIRE, method="euler",
        name="excitatory",
    )  # fmt: skip
    inhibitory = b.NeuronGroup(
        cells // 4, INHIBITORY, threshold=THRESHOLD, reset=RESET, method="euler",
        name="inhibitory",
    )  # fmt: skip
    factor = b.NeuronGroup(1, FACTOR, method="exact", name="factor")
    for group in (stimulus, excitatory):
        group.used, group.left_e, group.left_i = 0.2, 1, 1
    for group in (excitatory, inhibitory):
        group.v = -70 * b.mV
    stimulus.rate = BACKGROUND * b.Hz
    stimulus.next = f"-log(1 - rand())/({BACKGROUND}*Hz)"
    excitatory.rate = 2 * b.Hz
    excitatory.centre_x, excitatory.centre_y = f"{sheet}*rand()", f"{sheet}*rand()"
    return stimulus, excitatory, inhibitory, factor


def plastic(source, target, name: str, gain: float, weight: float, **connected):
    """Return connected synapses with long-term plasticity and a consolidating reference."""
    import brian2 as b

    largest = {"largest": LARGEST}
    synapses = b.Synapses(
        source, target, PLASTIC, on_pre=BEFORE.format(**largest),
        on_post=AFTER.format(**largest), delay=1 * b.ms, name=name,
    )  # fmt: skip
    synapses.connect(**connected)
    synapses.w, synapses.gain = weight, gain
    synapses.run_regularly(CONSOLIDATE, dt=1.2 * b.second, name=f"{name}_reference")
    return synapses


def inhibition(source, target, strength: float):
    """Return the synapses whose plasticity the secreted factor steers."""
    import brian2 as b

    largest = {"largest": LARGEST * strength}
    synapses = b.Synapses(
        source, target, "w : 1", on_pre=INHIBIT.format(**largest),
        on_post=INHIBITED.format(**largest), delay=1 * b.ms, name="inhibition",
    )  # fmt: skip
    synapses.connect(p=CONNECTED * strength)
    synapses.w = 0.2 * strength
    return synapses


def static(stimulus, excitatory, inhibitory, strength: float, gain: float) -> list[Any]:
    """Return the synapses onto inhibitory cells, which do not learn."""
    import brian2 as b

    kinds = {
        "excitation_of_inhibitory": (
            excitatory, f"g_ampa_post += {0.6 * strength}*sent_i_pre", CONNECTED * strength,
        ),
        "stimulus_of_inhibitory": (stimulus, f"g_ampa_post += {0.05 * gain}*sent_i_pre", 0.1),
        "inhibition_of_inhibitory": (
            inhibitory, f"g_gaba_post += {0.2 * strength}", CONNECTED * strength,
        ),
    }  # fmt: skip
    made = []
    for name, (source, arrive, probability) in kinds.items():
        synapses = b.Synapses(source, inhibitory, on_pre=arrive, delay=1 * b.ms, name=name)
        synapses.connect(condition="i != j" if source is inhibitory else None, p=probability)
        made.append(synapses)
    return made


def secretion(excitatory, factor):
    """Return what makes the factor G the mean rate of the cells; each cell is told of it."""
    import brian2 as b

    synapses = b.Synapses(
        excitatory, factor, on_pre=f"G_post += 1/({len(excitatory)}*10*second)", name="secretion"
    )
    synapses.connect()
    excitatory.surplus = b.linked_var(factor, "surplus")
    excitatory.run_regularly("modulation = surplus", dt=10 * b.ms, name="told")
    return synapses
