"""How fast maps over parameters are beside a loop of solve_ivp calls, in one run.

``make bench`` prints the figures that BENCHMARKS.md tells.
"""

import time

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import models
import workbench
from models.plasticity.calcium import relative_change
from models.plasticity.spass_chain import FAR, outcome

pytestmark = pytest.mark.bench
SIDE, SAMPLED = 200, 12
TARGETS, KAPPAS = np.linspace(0.05, 3.0, SIDE), np.geomspace(0.02, 2.0, SIDE)
INPUT = 3.0
LIVE = [key for key in models.names() if models.get(key).pace == "live"]


def followed(target, kappa):
    """Return the outcome of one cell, each layer's weight followed to its rest by solve_ivp."""
    ends = []
    for activity in (0.3, INPUT):  # a weak trace in place of none, from which no weight grows
        for _ in range(FAR):
            u = activity

            def slope(_t, w, u=u):
                return u * u * w + (target - w * u) * w * w / kappa

            rest = (target + np.sqrt(target**2 + 4 * kappa * u**3)) / (2 * u)
            solved = solve_ivp(slope, (0, 40 / u**2), [0.5 * rest], method="LSODA", rtol=1e-8)
            activity = solved.y[0, -1] * u
            if activity > 1 / kappa or abs(activity - u) < 1e-7:
                break
        ends.append(activity > 1 / kappa)
    return 2 if ends[0] else int(ends[1])


def test_a_bifurcation_map_beside_a_loop_of_solve_ivp(capsys):
    outcome(INPUT, TARGETS[:, None], KAPPAS)
    began = time.perf_counter()
    found = outcome(INPUT, TARGETS[:, None], KAPPAS)
    whole = time.perf_counter() - began
    places = np.linspace(0, SIDE - 1, SAMPLED).astype(int)
    began = time.perf_counter()
    looped = [[followed(TARGETS[i], KAPPAS[j]) for j in places] for i in places]
    cell = (time.perf_counter() - began) / SAMPLED**2
    agree = (np.array(looped) == found[np.ix_(places, places)]).mean()
    with capsys.disabled():
        print(f"\n{SIDE} x {SIDE} map: {1000 * whole:.0f} ms; solve_ivp {1000 * cell:.1f} ms a "
              f"cell, {cell * SIDE**2:.0f} s in all: ratio {cell * SIDE**2 / whole:,.0f}; "
              f"{100 * agree:.1f} % of {SAMPLED**2} sampled cells agree")  # fmt: skip
    assert agree > 0.97 and whole < 1.0


def test_closed_forms_of_calcium(capsys):
    delta = np.linspace(-100, 100, SIDE)
    began = time.perf_counter()
    relative_change("DP", delta[:, None], 60, np.geomspace(0.1, 50, SIDE))
    took = time.perf_counter() - began
    with capsys.disabled():
        print(f"\n{SIDE} x {SIDE} calcium map: {1000 * took:.0f} ms")


@pytest.mark.parametrize("key", LIVE)
def test_a_live_answer(key, capsys):
    model, times = models.get(key)(), []
    for _ in range(12):
        began = time.perf_counter()
        workbench.run(model, 1, progress=False)
        times.append(1000 * (time.perf_counter() - began))
    with capsys.disabled():
        print(f"\n{key}: {np.median(times[2:]):.0f} ms")
