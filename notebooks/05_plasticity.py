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
# # 5. Rules of plasticity, side by side
#
# A synapse becomes stronger or weaker. What decides which? Seventy years of answers are rules of a
# few lines each, and most of them can be solved on paper. This notebook goes through the plasticity
# laboratory of the workbench, one page after the other, and checks each closed form against the
# rule it solves:
#
# 1. **Hebb**, who lets weights run away, and three who tame him: Oja, BCM and SPaSS;
# 2. **SPaSS in networks**: competing inputs, a chain with a threshold, a ring that remembers, and
#    two assemblies that compete for the cells of a network;
# 3. **spike timing**: pairs, triplets, and how their drift depends on rates;
# 4. **calcium thresholds**: nine synapses from one equation;
# 5. the **same spikes under six rules**.
#
# Notebook 1 has the single synapse under SPaSS in all detail.

# %%
import os
import time

import matplotlib.pyplot as plt
import numpy as np

import models
import workbench
from apps.drawing.figures import figure, reading
from apps.drawing.palette import colour
from models.plasticity import spike_rule_sets as sets
from models.plasticity.calcium import relative_change
from models.plasticity.calcium_sets import PARAMETER_SETS
from models.plasticity.calcium_synapses import simulated_change
from models.plasticity.rate_rules import bumps, leading_eigenvector, oja_course
from models.plasticity.spass_chain import along_chain, found_threshold, outcome, rest_activities
from models.plasticity.spass_inputs import competing_course, competing_fixed_point
from models.plasticity.spike_rules import jumps, pairing_change, poisson_drift
from models.plasticity.stdp import poisson_train, regular_pairs

SIZE = float(os.environ.get("ENGRAM_NOTEBOOK_SIZE", "1"))
SYNAPSES = max(200, round(2000 * SIZE))

plt.rcParams.update({"figure.dpi": 100, "axes.spines.top": False, "axes.spines.right": False})
plt.rcParams.update({"legend.frameon": False, "axes.titlesize": "medium"})


def show(key, **values):
    """Run a model, say what each of its pictures shows, and return the record."""
    run = workbench.run(models.get(key)(**values), seed=1, progress=False)
    for observable in models.get(key).observables:
        print(f"{observable.title}:\n  {reading(observable, run.data)}")
    return run


# %% [markdown]
# ## 1. Hebb, and what tames him
#
# A linear neuron hears overlapping bumps of activity. Under Hebb's rule $\dot w = \mu\,u\,v$ its
# weights grow along the leading eigenvector of the correlations $C = \langle u u^T\rangle$, without
# end. Oja's rule stops them there; BCM makes the neuron selective for a single pattern; SPaSS keeps
# graded weights.

# %%
run = show("hebb")
figure(run)

# %% [markdown]
# Oja's rule ends at the eigenvector that `numpy.linalg.eigh` gives:

# %%
heard = bumps(inputs=20, patterns=5, width=1.5, favour=1.3)
start = np.full(20, 0.1)
ended = oja_course(heard, start, np.array([0.0, 200.0]))[-1]
value, vector = leading_eigenvector(heard.correlations)
print(f"largest difference: {np.abs(ended - vector).max():.1e}, eigenvalue {value:.4f}")
assert np.allclose(ended, vector, atol=1e-6)

# %% [markdown]
# ## 2. SPaSS in networks
#
# ### Competing inputs
#
# With several inputs to one neuron, weights order as the square roots of activity,
# $w_j/w_k = (u_j/u_k)^{1/2}$.

# %%
rates = np.array([0.5, 1.0, 2.0])
weights, activity = competing_fixed_point(rates, target_rate=0.7, kappa=1.5)
followed = competing_course(np.full((1, 3), 0.2), np.array([0.0, 50.0]), rates, 0.7, 1.5)[-1, 0]
print("closed form:", weights.round(5), " followed:", followed.round(5))
print(
    "squares of the ratios:", ((weights / weights[0]) ** 2).round(6), "activity", activity.round(4)
)
assert np.allclose(weights, followed, atol=1e-6)

# %%
figure(show("spass_inputs"))

# %% [markdown]
# ### A chain of layers
#
# Each layer drives the next. What a layer hands on unchanged solves $v = v_T + \kappa v^2$: below
# the upper solution $v_+$ a trace fades, above it the trace grows from layer to layer.

# %%
low, high = rest_activities(1.0, 0.2)
print(
    f"v- = {low:.4f}, v+ = {high:.4f}; found by following chains: {found_threshold(1.0, 0.2):.4f}"
)
for start in (0.99 * high, 1.01 * high):
    trace = along_chain(start, 1.0, 0.2, 24)
    print(f"input {start:.3f}: {trace[::6].round(3)}")

# %%
figure(show("spass_chain"))

# %% [markdown]
# A map over $\kappa$ and $v_T$ follows 40,000 chains at once:

# %%
kappas, targets = np.geomspace(0.02, 2, 200), np.linspace(0.05, 3, 200)
began = time.perf_counter()
codes = outcome(3.0, targets[:, None], kappas)
print(f"{codes.size:,} chains in {time.perf_counter() - began:.2f} s")

fig, axis = plt.subplots(figsize=(5, 3.5))
axis.pcolormesh(kappas, targets, codes, cmap="cividis")
axis.plot(kappas, 1 / (4 * kappas), color="white", label=r"$4\kappa v_T = 1$")
axis.set(xscale="log", ylim=(0.05, 3), xlabel="kappa", ylabel="target rate $v_T$")
axis.set_title("fades (dark), travels, every trace grows (light)")
axis.legend(labelcolor="white")
plt.show()

# %% [markdown]
# ### A ring that keeps a trace
#
# In a loop the trace of a short stimulus can keep itself. The curves of rest are explicit in the
# activity, so whole bifurcation diagrams are drawn at once.

# %%
figure(show("spass_ring"))

# %% [markdown]
# ### Two assemblies in one network
#
# A hundred units, two stimuli (Tetzlaff et al. 2015). While both come equally often their
# assemblies stay alike; shown three times as often, A takes units from B. Compiling takes some
# seconds the first time.

# %%
figure(show("assembly_competition", trials=max(40, round(100 * SIZE))))

# %% [markdown]
# ## 3. Spike timing
#
# Pair rules see one spike of each cell, the triplet rule (Pfister and Gerstner 2006) also the one
# before. At low frequency order decides; at 40 Hz the triplet rule potentiates whatever the order,
# as experiments in visual cortex have it, and pair rules do not.

# %%
figure(show("stdp", spikes="regular pairs", frequency=20.0))

# %%
pair, triplet = sets.HEBBIAN, sets.triplet(sets.VISUAL)
for frequency in (0.1, 10, 20, 40, 50):
    told = [
        f"{name} {100 * float(pairing_change(rule, delta, 60, frequency)):+6.1f} %"
        for name, rule in (("pair", pair), ("triplet", triplet))
        for delta in (10, -10)
    ]
    print(f"{frequency:5.1f} Hz, +10 and -10 ms: ", "  ".join(told))

# %% [markdown]
# The closed form of regular pairs is what the spikes do, and the mean drift under random spikes is
# the expected one:

# %%
spikes = regular_pairs(30.0, 8.0, 60)
assert np.isclose(sum(part.sum() for part in jumps(triplet, *spikes)),
                  pairing_change(triplet, 8.0, 60, 30.0))  # fmt: skip

rng = np.random.default_rng(1)
seconds = 400.0 * SIZE
trains = poisson_train(15.0, 1000 * seconds, rng), poisson_train(25.0, 1000 * seconds, rng)
drift = sum(part.sum() for part in jumps(triplet, *trains)) / seconds
print(f"drift {drift:.4f}/s, expected {float(poisson_drift(triplet, 15.0, 25.0)):.4f}/s")

# %% [markdown]
# ## 4. Calcium thresholds
#
# Graupner and Brunel (2012): what matters is how long calcium spends above two thresholds. Nine
# parameter sets give every shape of the timing curve that was measured.

# %%
delta = np.linspace(-100, 100, 401)
fig, axes = plt.subplots(3, 3, figsize=(9, 7), sharex=True, layout="constrained")
for axis, name in zip(axes.flat, PARAMETER_SETS, strict=True):
    axis.axhline(1, color="0.7", lw=1)
    axis.plot(delta, relative_change(name, delta), color=colour("excitatory"))
    axis.set_title(name)
axes[2, 1].set_xlabel("postsynaptic after presynaptic spike (ms)")
axes[1, 0].set_ylabel("strength after / before")
plt.show()

# %% [markdown]
# Bistable synapses with their noise, simulated one by one, lie on the closed form:

# %%
few = np.linspace(-60, 60, 13)
found = simulated_change(PARAMETER_SETS["DP"], few, 60, 1.0, SYNAPSES, np.random.default_rng(2))
closed = relative_change("DP", few)
print(f"{SYNAPSES} synapses in each state: {np.abs(found - closed).max():.3f} apart at most")
assert np.abs(found - closed).max() < 0.03 * max(1, (2000 / SYNAPSES) ** 0.5)

fig, axis = plt.subplots(figsize=(5, 3))
axis.plot(delta, relative_change("DP", delta), color="0.2", lw=1, label="closed form")
axis.plot(few, found, "o", color=colour("recall"), label="synapses")
axis.set(xlabel="postsynaptic after presynaptic spike (ms)", ylabel="strength after / before")
axis.legend()
plt.show()

# %%
figure(show("calcium", parameter_set="cortical slices", pairs=75, rate=20.0))

# %% [markdown]
# ## 5. Same spikes, six rules
#
# Postsynaptic spikes 10 ms before the presynaptic ones, ten times a second: depression for rules
# that see spikes, potentiation for rules that see rates.

# %%
figure(show("six_rules", delta_t=-10.0))

# %% [markdown]
# ## To go on
#
# - Which rules tell 10 pairs at 40 Hz from 40 pairs at 10 Hz? (`pairing_change`, `relative_change`)
# - How strong must the favoured pattern be before BCM always chooses it? Sweep `favour` over seeds.
# - Where do the nine synapses change from depression to potentiation as the rate rises?
