# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 1. A synapse that finds its weight: Hebbian plasticity with synaptic scaling
#
# If a synapse that helps to fire a neuron always becomes stronger (Hebb's rule), it fires the
# neuron more, becomes stronger still, and never stops. Real synapses do stop. One explanation is
# *synaptic scaling*: a neuron that fires more than it should makes its synapses weaker.
#
# Tetzlaff, Kolodziejski, Timme and Wörgötter (2012) let both act at the same time, on a single
# synapse, and showed that the weight then always comes to rest at a value that one can write
# down. This notebook
#
# 1. runs that rule in the workbench and looks at what a run returns;
# 2. derives the resting weight and compares it with the run;
# 3. tests a version of the formula that is misprinted in a review, and finds it wrong;
# 4. measures how fast a disturbed weight comes back, and compares that with theory;
# 5. sweeps the input, and changes it in the middle of a run.
#
# The rule draws no random numbers, so every run here comes out the same for every seed.

# %% [markdown]
# ## Setting up
#
# `SIZE` is the only thing that decides how long this notebook takes: 1 is a few seconds. Larger
# values give the sweep more points; change it here or set the environment variable
# `ENGRAM_NOTEBOOK_SIZE` before starting Jupyter.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from IPython.display import display
from scipy.integrate import solve_ivp

import models
import workbench
from apps.drawing.figures import figure, reading
from apps.drawing.palette import MAGNITUDE, colour
from models.plasticity.spass import fixed_point, growth, misprinted_weight, return_rate
from workbench import Change

SIZE = float(os.environ.get("ENGRAM_NOTEBOOK_SIZE", "1"))
SWEEP_POINTS = max(5, round(12 * SIZE))

plt.rcParams.update({"figure.dpi": 100, "axes.spines.top": False, "axes.spines.right": False})
plt.rcParams.update({"legend.frameon": False, "axes.titlesize": "medium"})

# %% [markdown]
# ## The rule
#
# An input that is active at the rate $u$ reaches a neuron through a synapse of weight $w$. The
# neuron is linear: its own activity is $v = w\,u$. The weight changes as
#
# $$\frac{dw}{dt} = \mu\left[\,\underbrace{u\,v}_{\text{Hebb}} \;+\;
# \underbrace{\kappa^{-1}\,(v_T - v)\,w^2}_{\text{scaling}}\,\right].$$
#
# | symbol | meaning |
# |---|---|
# | $u$, $v$ | activity before and after the synapse (dimensionless rates) |
# | $w$ | weight of the synapse |
# | $v_T$ | target: the activity that scaling asks for |
# | $\mu$ | learning rate; time is measured in units of $1/\mu$ |
# | $\kappa = \mu/\gamma$ | rate of Hebbian growth $\mu$ divided by the rate of scaling $\gamma$ |
#
# The first term makes the weight grow whenever both sides are active. The second is positive
# while the neuron is below its target and negative above it; since it is multiplied by $w^2$,
# it acts on strong synapses most, and for large weights it always wins.
#
# ## A run
#
# A model is a class with declared parameters; `models.get` finds it by its name, and
# `workbench.run` runs it and returns a *record*. (`progress=False`: the run is over before a
# progress bar could be drawn.)

# %%
model = models.get("spass")(input_rate=2, target_rate=1, kappa=3)
run = workbench.run(model, seed=1, progress=False)
print(run)

# %% [markdown]
# The data of a record are an `xarray.Dataset`: named dimensions, and for each variable what it is
# (`long_name`) and its unit. Open the small document symbols on the right to see them.

# %%
display(run.data)

# %% [markdown]
# Its attributes are the *stamp*, which says how the record came about. Parameters, seed and
# version are all that is needed to make it again.

# %%
print(run.stamp.line())
print("parameters:", run.stamp.parameters)

# %% [markdown]
# `figure` draws whatever a model declares as worth looking at: here the weight from five
# different starts, the activity of the neuron, and the growth $dw/dt$ as a function of the
# weight. Thin dark lines are theory. Below it, each panel is put into one sentence, computed from
# the data of this run.

# %%
figure(run)

# %%
for observable in models.get("spass").observables:
    print(f"{observable.title}:\n  {reading(observable, run.data)}")

# %% [markdown]
# All five weights end at the same place, whether they started below or above it.
#
# ## Where the weight comes to rest
#
# At rest $dw/dt = 0$. With $v = w\,u$, and after dividing by $w$ (the weight $w = 0$ is a resting
# point too, but an unstable one: any weight above zero grows away from it), the bracket becomes a
# quadratic equation,
#
# $$0 = \kappa\,u^2 + v_T\,w - u\,w^2,$$
#
# with one positive root $w^*$, which makes the neuron active at $v^*$:
#
# $$w^* = \frac{v_T}{2u} + \sqrt{\kappa\,u + \left(\frac{v_T}{2u}\right)^2},
# \qquad v^* = w^*u = \frac{v_T}{2} + \sqrt{\kappa\,u^3 + \left(\frac{v_T}{2}\right)^2}.$$
#
# `fixed_point` computes both.

# %%
stable_weight, stable_activity = fixed_point(input_rate=2, target_rate=1, kappa=3)
ended = run.data.weight.isel(time=-1)

print(f"formula:            w* = {stable_weight:.5f}, v* = {stable_activity:.5f}")
print(f"end of the run:     w  = {ended.values.round(5)}")
print(f"largest difference:      {float(abs(ended - stable_weight).max()):.1e}")
assert np.allclose(ended, stable_weight, atol=1e-6)

# %% [markdown]
# The activity ends at about 5.4 although the target is 1. This is no error: the Hebbian term never
# rests as long as the input is active, so scaling can only hold it in balance, and for that $v$
# has to stay above $v_T$. From the formula, $v^* > v_T$ whenever $\kappa\,u^3 > 0$; the smaller
# $\kappa$ (the faster the scaling), the closer to the target.

# %%
kappas = np.array([10, 1, 0.1, 0.01, 0.001])
activities = fixed_point(input_rate=1, target_rate=1, kappa=kappas)[1]
for kappa, activity in zip(kappas, activities, strict=True):
    print(f"kappa = {kappa:<6g} activity at rest v* = {activity:.4f}   (target v_T = 1)")
assert (activities > 1).all() and (np.diff(activities) < 0).all()

# %% [markdown]
# ## A misprint, and how to find it
#
# A review of memory engrams prints the resting weight (as its equation 4) with $\kappa/u$ under
# the root where the derivation above has $\kappa\,u$:
#
# $$w^*_{\text{misprinted}} = \frac{v_T}{2u} +
# \sqrt{\frac{\kappa}{u} + \left(\frac{v_T}{2u}\right)^2}.$$
#
# Which one is right does not have to be believed; the rule itself decides. A resting weight is
# one that stays where it is. So we start a weight exactly at each of the two values, and follow
# the rule with a general solver for differential equations.


# %%
def follow(start, u, v_target, kappa, times):
    """Return the weight at each of the times, integrated from `start` at time 0."""
    solution = solve_ivp(
        lambda t, w: growth(w, u, v_target, kappa),
        (0, times[-1]),
        [start],
        t_eval=times,
        method="LSODA",
        rtol=1e-10,
        atol=1e-12,
    )
    return solution.y[0]


times = np.linspace(0, 6, 121)
cases = [(2.0, 1.0, 3.0), (0.5, 1.0, 1.0), (1.0, 1.0, 2.0)]  # u, v_T, kappa

print("   u  v_T  kappa |  derived  misprinted |  where the rule ends")
for u, v_target, kappa in cases:
    right = float(fixed_point(u, v_target, kappa)[0])
    wrong = float(misprinted_weight(u, v_target, kappa))
    end = follow(wrong, u, v_target, kappa, np.array([0.0, 100.0]))[-1]
    print(f"{u:4g} {v_target:4g} {kappa:6g} | {right:8.5f}  {wrong:10.5f} | {end:20.5f}")
    assert abs(end - right) < 1e-6
    assert (abs(end - wrong) < 1e-6) == (u == 1)

# %%
fig, axes = plt.subplots(1, 3, figsize=(11, 3.4), layout="constrained")
for axis, (u, v_target, kappa) in zip(axes, cases, strict=True):
    right = float(fixed_point(u, v_target, kappa)[0])
    wrong = float(misprinted_weight(u, v_target, kappa))
    axis.plot(
        times,
        follow(wrong, u, v_target, kappa, times),
        color=colour("inhibitory"),
        linestyle="--",
        linewidth=2.5,
        label="started at the misprinted value",
    )
    axis.plot(
        times,
        follow(right, u, v_target, kappa, times),
        color=colour("excitatory"),
        linewidth=2,
        label="started at the derived value",
    )
    axis.set_title(f"$u$ = {u:g}, $v_T$ = {v_target:g}, $\\kappa$ = {kappa:g}")
    axis.set_xlabel(r"time ($1/\mu$)")
    axis.set_ylim(1, 3)
axes[0].set_ylabel("weight $w$")
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
fig.suptitle("A weight that is at rest stays where it is")
plt.show()

# %% [markdown]
# The solid lines stay; the dashed ones leave and end at the derived value. At $u = 1$ (right)
# the two formulas agree, which is why the misprint is easily overlooked.
#
# ## How stable is it?
#
# Push the weight a little away from $w^*$. The slope of $dw/dt$ at $w^*$ says how fast the
# displacement dies out:
#
# $$\lambda = -\left.\frac{d\dot w}{dw}\right|_{w^*}
# = \mu\,\frac{4\kappa u^3 + v_T^2 + v_T\sqrt{v_T^2 + 4\kappa u^3}}{2\kappa u} > 0 .$$
#
# Every term is positive, so $\lambda$ is too: the resting weight is stable for *all* positive
# values of $u$, $v_T$ and $\kappa$. A small displacement shrinks as $e^{-\lambda t}$. We check the
# number, not only the sign: displace the weight by one part in a thousand, follow it, and fit the
# slope of the logarithm of what is left.

# %%
inputs = [0.5, 1.0, 2.0]
shades = [MAGNITUDE[20], MAGNITUDE[120], MAGNITUDE[200]]
fig, axis = plt.subplots(figsize=(6.4, 4), layout="constrained")
print("   u | return rate (mu): theory, measured")
for u, shade in zip(inputs, shades, strict=True):
    weight = float(fixed_point(u, 1, 1)[0])
    rate = float(return_rate(u, 1, 1))
    after = np.linspace(0, 5 / rate, 41)  # in this time a displacement shrinks by e^-5
    left = follow(1.001 * weight, u, 1, 1, after) / weight - 1
    measured = -np.polyfit(after, np.log(left), 1)[0]
    print(f"{u:4g} | {rate:8.4f} {measured:8.4f}")
    assert abs(measured / rate - 1) < 0.01
    axis.semilogy(after[::4], left[::4], "o", color=shade, label=f"$u$ = {u:g}: integrated")
    axis.semilogy(
        after,
        1e-3 * np.exp(-rate * after),
        color=shade,
        linewidth=1,
        label=rf"$u$ = {u:g}: theory, $\lambda$ = {rate:.2f} $\mu$",
    )
axis.set(xlabel=r"time ($1/\mu$)", ylabel="displacement $w/w^* - 1$")
axis.set_title("A displaced weight comes back exponentially")
axis.legend(fontsize="small")
plt.show()

# %% [markdown]
# ## A sweep over the input
#
# A record is made for each of several inputs $u$; joined along a new dimension they are one
# dataset again. Weak inputs take longer, since a weight near zero grows only as fast as $u^2$, so
# the runs are long.

# %%
rates = np.geomspace(0.25, 4, SWEEP_POINTS)
runs = [
    workbench.run(models.get("spass")(input_rate=u, duration=50), progress=False) for u in rates
]
ends = xr.concat(
    [one.data[["weight", "activity"]].isel(time=-1, drop=True) for one in runs],
    xr.Variable("input_rate", rates, {"units": "1", "long_name": "input rate u"}),
)
display(ends)

# %%
u = np.geomspace(0.2, 5, 200)
weight, activity = fixed_point(u, 1, 1)

fig, axes = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
for axis, name, curve in zip(axes, ["weight", "activity"], [weight, activity], strict=True):
    axis.loglog(
        ends.input_rate,
        ends[name].mean("start"),
        "o",
        color=colour("excitatory"),
        label="end of the runs (mean of 5 starts)",
    )
    axis.loglog(u, curve, color=colour("theory"), linewidth=1.1, label="fixed point")
    axis.set_xlabel("input rate $u$")
axes[0].loglog(u, 1 / u, ":", color=colour("other"), label="$v_T/u$: activity at its target")
axes[0].loglog(u, np.sqrt(u), "--", color=colour("other"), label=r"$\sqrt{\kappa\,u}$")
axes[1].axhline(1, color=colour("cue"), linewidth=1.1, linestyle=":", label="target $v_T$")
axes[0].set(title="Weight at rest", ylabel="weight $w^*$", ylim=(0.9, 5))
axes[1].set(title="Activity at rest", ylabel="activity $v^*$")
for axis in axes:
    for side in (axis.xaxis, axis.yaxis):
        side.set_major_locator(plt.FixedLocator([0.2, 0.5, 1, 2, 5, 10]))
        side.set_major_formatter("{x:g}")
        side.set_minor_locator(plt.NullLocator())
    axis.legend(fontsize="small")
plt.show()

apart = abs(ends.weight - xr.DataArray(fixed_point(rates, 1, 1)[0], dims="input_rate"))
print(f"largest difference between a run and the formula: {float(apart.max()):.1e}")
assert apart.max() < 1e-6

# %% [markdown]
# The weight is not largest for the strongest input. For a weak one it follows $v_T/u$ (scaling
# brings the neuron nearly to its target, however large a weight that takes); for a strong one
# it grows as $\sqrt{\kappa\,u}$ (Hebb against scaling, the target no longer matters). In between
# lies an input that gets the smallest weight. Where? At the minimum $dw^*/du = 0$; differentiating
# the quadratic equation above gives $w^2 = 2\kappa u$ there, and putting this back in,
#
# $$u_{\min} = \left(\frac{2\,v_T^2}{\kappa}\right)^{1/3}.$$

# %%
predicted = (2 * 1**2 / 1) ** (1 / 3)
fine = np.linspace(0.5, 3, 100_001)
found = fine[np.argmin(fixed_point(fine, 1, 1)[0])]
print(f"smallest weight at u = {found:.4f}; predicted {predicted:.4f}")
assert abs(found - predicted) < 1e-3

# %% [markdown]
# ## Changing the input while the run goes on
#
# On the lab page one can move a slider while a model runs. In a notebook the same is said
# beforehand: a `Change` gives a parameter a new value from the frame with this number on (this
# model makes 10 frames). Here the input jumps from 1 to 3 after a third of the run and falls to
# 0.5 after two thirds.

# %%
changes = [Change(3, "input_rate", 3.0), Change(7, "input_rate", 0.5)]
bent = workbench.run(models.get("spass")(duration=12), changes=changes, progress=False)
figure(bent, observables=models.get("spass").observables[:2])

# %% [markdown]
# The weights bend towards each new fixed point. They cannot jump, but the activity does: $v = w\,u$
# follows the input at once, and the rest of the way comes slowly, as the weight adapts. After the
# input falls the neuron is for a moment even below its target. The changes are in the stamp, so
# this run too can be made again exactly.

# %%
weights = bent.data.weight.isel(start=2)
for frame, u in zip([3, 7, 10], [1.0, 3.0, 0.5], strict=True):
    now = float(weights.isel(time=20 * frame))  # 20 samples a frame, after the one at time 0
    print(
        f"after frame {frame:2}: w = {now:.4f}   fixed point {float(fixed_point(u, 1, 1)[0]):.4f}"
    )
    assert abs(now - float(fixed_point(u, 1, 1)[0])) < 0.02

lowest = float(bent.data.activity.isel(start=2, time=slice(141, None)).min())
print(f"lowest activity after the input fell: {lowest:.3f} (target 1)")
assert lowest < 1

again = workbench.run(models.get("spass")(duration=12), changes=changes, progress=False)
assert again.data.equals(bent.data)
print("kept in the stamp:", bent.stamp.changes)

# %% [markdown]
# ## What this model leaves out
#
# There is one synapse on one linear neuron, with a constant input. Several inputs that compete for
# the same neuron, chains of neurons and recurrent networks, which the paper goes on to treat, are
# not part of this model; nor are spikes, or a limit to the neuron's activity.
#
# ## To try
#
# 1. Set `target_rate=0.05` in the first run. Does the weight still come to rest? What
#    does the formula say for $v_T \to 0$?
# 2. In the sweep, set `duration=6`. Which inputs have not settled, and why do weights from low
#    starts take longest?
# 3. Take scaling away: integrate $dw/dt = \mu\,u\,v$ with `follow` (a very large $\kappa$ does it).
#    How long does it take for the weight to double, and does it ever stop?
#
# ## Sources

# %%
for reference in models.get("spass")().cite():
    print(reference)
