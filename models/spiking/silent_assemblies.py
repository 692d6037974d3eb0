"""Balance and silent assemblies: inhibitory plasticity finds the balance, and hides memories in it.

Excitatory and inhibitory integrate-and-fire neurons, randomly wired. The inhibitory synapses onto
excitatory cells learn (Vogels et al. 2011, doi:10.1126/science.1211095): a pair of nearly
coincident spikes strengthens the synapse, a presynaptic spike alone weakens it, until each cell
fires near the target rate. When the connections within two assemblies are then strengthened, they
fire wildly until inhibition has grown around them: an engram that no rate betrays, and that a cue
to a part of its cells recalls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.spiking.instruments import equations
from models.spiking.silent_assemblies_experiment import KINDS, STORY, AssemblyExperiment
from models.spiking.silent_assemblies_views import EQUATIONS, OBSERVABLES, REFERENCES
from workbench import Cost, Count, ParameterError, Quantity, Timeline

if TYPE_CHECKING:
    from brian2 import Network

RHEOBASE = "100*pA"  # leak conductance times the way from rest to threshold
CELL = """
dv/dt = (10*nS*(-60*mV - v) + synaptic + background + cue*{rheobase} + instruments)/(200*pF)
    : volt (unless refractory)
dg_E/dt = -g_E/(5*ms) : siemens
dg_I/dt = -g_I/(10*ms) : siemens
excitation = -g_E*v : amp
inhibition = g_I*(-80*mV - v) : amp
synaptic = excitation + inhibition : amp
background : amp (shared)
cue : 1
assembly : integer
"""
WITHIN = "int(assembly_pre == assembly_post and assembly_pre > 0)"
PLASTIC = """
w : siemens
dx/dt = -x/(20*ms) : 1 (event-driven)
dy/dt = -y/(20*ms) : 1 (event-driven)
rate : siemens (shared)
target : Hz (shared)
plastic : 1 (shared)
"""
GREATEST = "100*nS"


class SilentAssemblies(AssemblyExperiment):
    """Inhibitory plasticity balances a network, hides its assemblies and lets a cue recall them.

    Conductance-based integrate-and-fire neurons (C = 200 pF, g_L = 10 nS, rest -60 mV, threshold
    -50 mV, refractory 5 ms) with plastic inhibition (Vogels et al. 2011,
    doi:10.1126/science.1211095). A fifth of the paper's cells by default, with as many inputs to
    each; learning is faster, so that minutes become seconds.
    """

    key = "silent_assemblies"
    title = "Balance and silent assemblies"
    summary = "Inhibition learns to hide two memories, and a cue to a few cells brings one back."
    structure = ("excitatory", "inhibitory", "connection")
    inputs = {
        "background": ("cells.background", 1e-12),
        "excitatory_weight": ("excitation.weight", 1e-9),
        "mutual_weight": ("mutual.weight", 1e-9),
        "learning_rate": ("inhibition.rate", 1e-9),
        "target_rate": ("inhibition.target", 1.0),
    }
    references, equations, observables = REFERENCES, EQUATIONS, OBSERVABLES
    presets = {
        "Two silent assemblies (Fig. 4)": {"protocol": STORY},
        "Balance from synchrony": {"protocol": "0-1 rest; 1-20 balance"},
        "No inhibitory plasticity": {
            "protocol": "0-1 rest; 1-9 balance; 9-10 strengthen x 5; 10-20 rest; "
            "20-21 cue assembly 1 x 2; 21-24 rest",
        },
        "Unmasked by weaker inhibition": {
            "protocol": "0-1 rest; 1-9 balance; 9-10 strengthen x 5; 10-18 balance; 18-24 rest; "
            "20-22 silence inhibitory x 0.3",
        },
        "The paper's size": {"excitatory": 8000, "inhibitory": 2000, "connection": 0.02},
    }  # fmt: skip

    protocol = Timeline(
        STORY, kinds=KINDS, group="Protocol", doc="what happens when",
        source="Vogels et al. 2011, Fig. 4, in seconds for its minutes",
    )  # fmt: skip
    excitatory = Count(
        1600, bounds=(100, 8000), unit="cells", group="Network", log=True,
        doc="excitatory cells", source="Vogels et al. 2011: 8000",
    )  # fmt: skip
    inhibitory = Count(
        400, bounds=(25, 2000), unit="cells", group="Network", log=True,
        doc="inhibitory cells", source="Vogels et al. 2011: 2000",
    )  # fmt: skip
    connection = Quantity(
        0.1, bounds=(0.01, 0.5), unit="1", group="Network", label="connection probability",
        doc="probability that one cell is connected to another",
        source="Vogels et al. 2011: 0.02, so 160 excitatory inputs a cell as here",
    )  # fmt: skip
    assembly_share = Quantity(
        0.1, bounds=(0.02, 0.4), unit="1", group="Network", label="size of an assembly",
        doc="share of the excitatory cells that belong to each of the two assemblies",
    )  # fmt: skip
    cue_share = Quantity(
        0.25, bounds=(0.05, 0.9), unit="1", group="Protocol", label="cued share",
        doc="share of an assembly's cells that a cue drives", source="Vogels et al. 2011: 0.25",
    )  # fmt: skip
    learning_rate = Quantity(
        0.05, bounds=(0.0, 1.0), unit="nS", group="Inhibitory plasticity", live=True, step=0.005,
        doc="change of an inhibitory synapse at a pair of coincident spikes; Brian2's example of "
        "this network takes 0.01 nS", label="learning rate",
    )  # fmt: skip
    target_rate = Quantity(
        3.0, bounds=(0.5, 30), unit="Hz", group="Inhibitory plasticity", live=True, step=0.5,
        doc="rate that inhibition holds each excitatory cell to", label="target rate",
        source="Vogels et al. 2011",
    )  # fmt: skip
    background = Quantity(
        200.0, bounds=(0, 500), unit="pA", group="Cells", live=True, step=5,
        doc="steady current into every cell; 100 pA are just enough for a spike",
        source="Vogels et al. 2011",
    )  # fmt: skip
    excitatory_weight = Quantity(
        0.3, bounds=(0, 3), unit="nS", group="Cells", live=True, step=0.01,
        doc="conductance that an excitatory spike opens", label="excitatory weight",
        source="Vogels et al. 2011",
    )  # fmt: skip
    mutual_weight = Quantity(
        3.0, bounds=(0, 30), unit="nS", group="Cells", live=True, step=0.1,
        doc="conductance that an inhibitory spike opens in another inhibitory cell",
        label="inhibitory to inhibitory weight", source="Vogels et al. 2011",
    )  # fmt: skip

    def validate(self) -> None:
        """Refuse an assembly that is too small to be cued in part."""
        if self.cued_cells < 1 or self.cued_cells == self.assembly_cells:
            raise ParameterError(
                f"An assembly of {self.assembly_cells} cells (assembly_share = "
                f"{self.assembly_share}) cannot be cued in part (cue_share = {self.cue_share}): "
                f"raise assembly_share or change cue_share."
            )

    def cost(self) -> Cost:
        """Estimate a run from its length and its synapses, as measured."""
        cells = self.excitatory + self.inhibitory
        synapses = self.connection * cells**2
        duration = self.timeline().duration
        seconds = 2.0 + duration * (9e-5 * cells + 4e-7 * synapses)
        if self.engine == "live":
            seconds = 5.0 + 5 * seconds
        return Cost(seconds, int(100e6 + 60 * synapses + 2e6 * duration), "excitatory")

    def network(self) -> Network:
        """Return the network: one group of cells and three kinds of synapses."""
        import brian2 as b2

        b2.defaultclock.dt = 0.1 * b2.ms
        cells = b2.NeuronGroup(
            self.excitatory + self.inhibitory,
            CELL.format(rheobase=RHEOBASE) + equations(RHEOBASE, "amp"),
            threshold="v > -50*mV",
            reset="v = -60*mV",
            refractory="5*ms",  # type: ignore[arg-type]
            method="euler",
            name="cells",
        )
        cells.v = "-60*mV + 10*mV*rand()"
        excitatory, inhibitory = cells[: self.excitatory], cells[self.excitatory :]
        everywhere = b2.Synapses(
            excitatory, cells, "weight : siemens (shared)\ngain : 1 (shared)",
            on_pre=f"g_E_post += weight*(1 + (gain - 1)*{WITHIN})", name="excitation",
        )  # fmt: skip
        mutual = b2.Synapses(
            inhibitory, inhibitory, "weight : siemens (shared)", on_pre="g_I_post += weight",
            name="mutual",
        )  # fmt: skip
        learning = b2.Synapses(
            inhibitory, excitatory, PLASTIC,
            on_pre="x += 1\n"
            f"w = clip(w + plastic*rate*(y - 2*target*20*ms), 0*nS, {GREATEST})\n"
            "g_I_post += w",
            on_post=f"y += 1\nw = clip(w + plastic*rate*x, 0*nS, {GREATEST})",
            name="inhibition",
        )  # fmt: skip
        for synapses in (everywhere, mutual, learning):
            synapses.connect(p=self.connection)
        spikes = b2.SpikeMonitor(cells, name="spikes")
        probe = b2.StateMonitor(
            cells, ["excitation", "inhibition"], record=[0], dt=1 * b2.ms, name="probe"
        )
        return b2.Network(cells, everywhere, mutual, learning, spikes, probe, name="network")
