r"""The network of modular assemblies in Brian2: quadratic integrate-and-fire cells, three rules.

Cells: excitatory ones first, then Hebbian and anti-Hebbian inhibitory ones; all to all. One step
does what one step of the authors' program does (Bergoin et al. 2025, Euler, 1 ms):

- A cell whose v reaches 10 is frozen: 20 ms / v later, in whole steps 2 ms since v stays below 20,
  its spike leaves; 40 ms / v later (3 or 4 ms) it is put to -10. What arrives meanwhile is lost.
  A spike that leaves acts in the next step; here that is a delay of 2 ms, since arrivals come
  after the cells in a step.
- The noise is normal, cut at 25/16 standard deviations.
- Plasticity looks at the last spikes of both cells, whenever one of them fires, and once where
  both fire in the same step. A weight moves towards the bound it is pulled to, dw/dt = epsilon
  |Lambda| tanh(100 (bound - w)), for 1 ms: solved exactly, so it never passes its bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.spiking.instruments import equations

if TYPE_CHECKING:
    from brian2 import Network

STEP = 1e-3  # s
MEMBRANE = 20e-3  # s
PEAK = 10.0
NEVER = -1.0  # s, when cells that never fired are said to have fired
FREEZE = 4e-3  # s, how long they are said to have been frozen
#: Current at which a cell fires 50 times a second: that of a stimulus, and the instruments' unit.
STIMULUS = (50 * np.pi * MEMBRANE) ** 2

CELLS = """
dv/dt = (v**2 + eta + stimulus + instruments + synapses)/tau_m + kick/sqrt(dt*tau_m)
    : 1 (unless refractory)
ds_E/dt = -int(not_refractory)*s_E/(2*ms) : 1
ds_H/dt = -int(not_refractory)*s_H/(5*ms) : 1
ds_A/dt = -int(not_refractory)*s_A/(5*ms) : 1
synapses = from_E + from_I : 1
from_E = coupling*gain_E*s_E : 1
from_I = coupling*(gain_H*s_H + gain_A*s_A) : 1
stimulus = drive_1*int(t >= on_1)*int(t < off_1) + drive_2*int(t >= on_2)*int(t < off_2) : 1
kick : 1
eta : 1
drive_1 : 1
drive_2 : 1
hebbian : 1
n_E : 1
n_H : 1
n_A : 1
freeze : second
hears = int(timestep(t - lastspike, dt) + 1 >= timestep(freeze, dt)) : 1
on_1 : second (shared)
off_1 : second (shared)
on_2 : second (shared)
off_2 : second (shared)
coupling : 1 (shared)
gain_E : 1 (shared)
gain_H : 1 (shared)
gain_A : 1 (shared)
noise : 1 (shared)
epsilon : 1 (shared)
forgetting : 1 (shared)
""" + equations(repr(STIMULUS), "1")
#: Quantile of a normal variable cut at 25/16, of u from -1 to 1; a fit, wrong by 2e-4 at most.
NOISE = """
v = clip(v, -10, 1000)
u = 2*rand() - 1
u2 = u*u
high = 0.787552 + u2*(-0.92716 + u2*0.493947)
kick = noise*u*(1.10383 + u2*(0.26041 + u2*(-0.156287 + u2*high)))
"""
RESET = """
freeze = (1 + ceil(2*tau_m/(v*ms)))*ms
v = -10
"""
#: Rules: Lambda of the interval between the last spikes, post minus pre.
EXCITATORY = """
gap = (lastspike_post - lastspike_pre)/second
slow = exp(-log(2)*abs(gap)*(int(gap >= 0)/0.02 + int(gap < 0)/0.05))
fast = slow*slow*slow*slow
causal = int(gap >= 0)*(5.296*slow - 2.949*fast)
acausal = int(gap < 0)*(5.296*fast - 2.949*slow)
change = causal + acausal - forgetting_post
bound = int(change > 0)
"""
INHIBITORY = """
gap = ((lastspike_post - lastspike_pre)/(0.1*second))**2
change = (1 - 2*hebbian_pre)*(3*(1 - gap)*exp(-gap/2) - forgetting_post)
bound = -int(change < 0)
"""
#: The way left, x = sinh(100 |bound - w|), shrinks exponentially; the last line is its inverse.
MOVE = """
left = sinh(100*abs(bound - w))*exp(-100*epsilon_post*dt/second*abs(change){if_once})
w = bound - sign(bound - w)*log1p(left + left*left/(1 + sqrt(1 + left*left)))/100
"""
#: Where both cells fire in one step, the presynaptic side has done it.
ONCE = "*int(lastspike_pre < t - dt/2)"


def excitatory_change(interval: ArrayLike, forgetting: float = 0.0) -> NDArray[np.float64]:
    """Return Lambda of the excitatory rule for intervals t_post - t_pre (s)."""
    gap = np.abs(np.asarray(interval, float))
    causal = 5.296 * np.exp2(-gap / 0.02) - 2.949 * np.exp2(-4 * gap / 0.02)
    acausal = 5.296 * np.exp2(-4 * gap / 0.05) - 2.949 * np.exp2(-gap / 0.05)
    return np.where(np.asarray(interval) >= 0, causal, acausal) - forgetting


def inhibitory_change(
    interval: ArrayLike, hebbian: bool, forgetting: float = 0.0
) -> NDArray[np.float64]:
    """Return Lambda of the Hebbian or anti-Hebbian inhibitory rule for t_post - t_pre (s)."""
    square = (np.asarray(interval, float) / 0.1) ** 2
    hat = 3 * (1 - square) * np.exp(-square / 2)
    return forgetting - hat if hebbian else hat - forgetting


def moved(
    weight: ArrayLike, change: ArrayLike, low: float, epsilon: float = 5.0
) -> NDArray[np.float64]:
    """Return weights, bound to `low` to `low` + 1, after one step at Lambda = `change`."""
    bound = np.where(np.asarray(change) > 0, low + 1, low)
    left = np.sinh(100 * (bound - weight)) * np.exp(-100 * epsilon * STEP * np.abs(change))
    return bound - np.arcsinh(left) / 100


def build(excitatory: int, inhibitory: int) -> Network:
    """Return the network; the course gives its cells their parameters and initial state.

    The electrode ("probe") is in the last excitatory cell of the first half, which no cue reaches.

    Parameters
    ----------
    excitatory, inhibitory : int
        Numbers of cells.
    """
    import brian2 as b

    b.defaultclock.dt = STEP * b.second
    constants = {"tau_m": MEMBRANE * b.second}
    cells = b.NeuronGroup(
        excitatory + inhibitory, CELLS, threshold="v >= 10", reset=RESET,
        refractory="freeze",  # type: ignore[arg-type] - it may be an expression
        method="euler", name="cells", namespace=constants,
    )  # fmt: skip
    cells.run_regularly(NOISE, when="start", name="noise")
    excitation = synapses(cells[:excitatory], cells, "excitation", EXCITATORY, ARRIVE_E)
    excitation.connect(condition="i != j")
    inhibition = synapses(cells[excitatory:], cells, "inhibition", INHIBITORY, ARRIVE_I)
    inhibition.connect(condition=f"i + {excitatory} != j")
    spikes = b.SpikeMonitor(cells, name="spikes")
    probe = b.StateMonitor(
        cells, ["v", "from_E", "from_I"], record=[excitatory // 2 - 1], dt=1 * b.ms, name="probe"
    )
    return b.Network(cells, excitation, inhibition, spikes, probe, name="network")


ARRIVE_E = "s_E_post += hears_post*w/n_E_post"
ARRIVE_I = """
s_H_post += hears_post*hebbian_pre*w/n_H_post
s_A_post += hears_post*(1 - hebbian_pre)*w/n_A_post
"""


def synapses(source: Any, target: Any, name: str, rule: str, arrive: str) -> Any:
    """Return the plastic synapses of one kind, yet unconnected."""
    import brian2 as b

    return b.Synapses(
        source, target, "w : 1", name=name,
        on_pre={"arrive": arrive, "before": rule + MOVE.format(if_once="")},
        on_post={"after": rule + MOVE.format(if_once=ONCE)},
        delay={"arrive": 2 * b.ms},
    )  # fmt: skip
