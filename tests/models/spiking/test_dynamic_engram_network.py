"""The network of the dynamic engram against its rules, followed by hand for single cells."""

import numpy as np
import pytest

from models.spiking import dynamic_engram_network as net
from models.spiking.live import run_live

CELLS, SHEET, STEP = 64, 16, 1e-3
#: When a stimulus neuron and an excitatory cell are made to spike (s).
PRE = (0.003, 0.013, 0.033, 0.043, 0.083)
POST = (0.010, 0.040, 0.050, 0.070)
FAR = 1e9
ETA, DELTA, BETA = 0.05, 0.02, 50.0


def course(simulation, kept, end=0.12):
    """Make two connected cells spike and nobody else; keep what became of their synapse."""
    write, read = simulation.write, simulation.read
    write("stimulus.rate", 1e-12)
    write("stimulus.next", FAR)
    write("excitatory.eta", ETA)
    write("excitatory.delta", DELTA)
    write("excitatory.beta", BETA)
    write("excitatory.potentiation", 1.0)
    write("factor.target", 4.0)
    neuron, cell = read("feedforward.i")[0], read("feedforward.j")[0]
    held = np.full(CELLS, -50.0)  # rheobases
    held[cell] = 0.0
    write("excitatory.hold", held)
    for group in ("excitatory", "inhibitory"):
        for name in ("chemo_tau", "light_period", "light_width"):
            write(f"{group}.{name}", 1.0)
    for beat in range(round(end / 0.01)):
        now = beat * 0.01
        following = np.full(SHEET**2, FAR)
        coming = [at for at in PRE if now <= at < now + 0.01 - 1e-9]
        if coming:
            following[neuron] = coming[0] - STEP / 2
        write("stimulus.next", following)
        if any(abs(at - now) < 1e-9 for at in POST):
            volts = read("excitatory.v")
            volts[cell] = 0.0
            write("excitatory.v", volts)
        yield 0.01
        kept.setdefault("w", []).append(read("feedforward.w")[0])
        kept.setdefault("count", []).append(read("excitatory.count")[cell])
    kept["sent"] = read("stimulus.sent_e")[neuron], read("stimulus.sent_i")[neuron]


def by_hand(end=0.12):
    """Follow the same two cells' rules step by step; return the weights each 10 ms."""
    fast_pre = fast = slow = 0.0
    rate, w, kept = 2.0, 0.5, []
    decay = STEP * np.array([1 / 0.02, 1 / 0.1, 1 / 600])
    for step in range(round(end / STEP)):
        pre_now = step - 1 in [round(at / STEP) for at in PRE]  # spikes that arrive
        fires = step in [round(at / STEP) for at in PRE]
        post = step in [round(at / STEP) for at in POST]
        fast_pre *= np.exp(-STEP / 0.02)
        fast, slow, rate = np.array([fast, slow, rate]) * (1 - decay)
        if pre_now:
            w = np.clip(w + ETA * (DELTA - fast * (rate / 10) ** 2), 0, 5)
        if post:
            w = np.clip(w + ETA * (fast_pre * slow - BETA * w * fast**3), 0, 5)
        fast_pre += fires
        if post:
            fast, slow, rate = fast + 1, slow + 1, rate + 1 / 600
        if (step + 1) % 10 == 0:
            kept.append(w)
    return kept


def depressed(tau):
    """Return what the last of the presynaptic spikes sends."""
    used, left, last, sent = 0.2, 1.0, 0.0, 0.0
    for at in PRE:
        left = 1 - (1 - left) * np.exp(-(at - last) / tau)
        used = 0.2 + (used - 0.2) * np.exp(-(at - last) / 0.6)
        sent = used * left
        left, used, last = left - sent, used + 0.2 * (1 - used), at
    return sent


@pytest.fixture(scope="module")
def followed():
    kept = {}
    run_live(
        lambda: net.build(CELLS, SHEET, STEP), lambda simulation: course(simulation, kept),
        seed=3, target="numpy",
    )  # fmt: skip
    return kept


def test_the_weight_follows_the_rules_spike_by_spike(followed):
    assert followed["count"][-1] == len(POST)
    assert followed["w"] == pytest.approx(by_hand(), rel=1e-9)
    assert len(set(followed["w"])) > 5


def test_a_spike_sends_what_short_term_plasticity_left(followed):
    assert followed["sent"] == pytest.approx((depressed(0.15), depressed(0.2)), rel=1e-9)


def drifting(simulation, kept):
    """Leave a network without any input but steady currents into two cells, later a third."""
    groups = {"excitatory": CELLS, "inhibitory": CELLS // 4}
    simulation.write("stimulus.next", FAR)
    simulation.write("factor.target", 4.0)
    for strongest in (0.99, 1.02):
        for group, cells in groups.items():
            for name in ("chemo_tau", "light_period", "light_width"):
                simulation.write(f"{group}.{name}", 1.0)
            held = np.zeros(cells)
            held[:2] = 0.5, strongest
            simulation.write(f"{group}.hold", held)
        yield 0.2
        kept[strongest] = [simulation.read(f"{group}.count") for group in groups]
        kept.setdefault("v", simulation.read("excitatory.v"))


def test_a_current_of_one_rheobase_just_makes_a_resting_cell_fire():
    kept = {}
    run_live(
        lambda: net.build(CELLS, SHEET, STEP), lambda simulation: drifting(simulation, kept),
        seed=3, target="numpy",
    )  # fmt: skip
    assert all(counts.sum() == 0 for counts in kept[0.99])
    assert kept["v"][[0, 2]] == pytest.approx([-0.060, -0.070], abs=1e-5)
    assert all(counts[1] >= 1 for counts in kept[1.02])
