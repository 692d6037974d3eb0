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
# # 8. Capacity and its price
#
# How many memories fit, and what does each of them cost? This notebook
#
# 1. fills one memory until recall fails;
# 2. sweeps every memory of the workbench over its coding level: patterns that fit, bits for each
#    synapse, and bits for what nervous tissue pays for, synaptic events;
# 3. asks how capacity grows with size;
# 4. puts all memories into one arena, where each may use as many bits.

# %% [markdown]
# ## Setting up
#
# With `SIZE = 1` all takes about a minute on two cores. Set it here, or by the environment variable
# `ENGRAM_NOTEBOOK_SIZE`; it multiplies the number of units. Where the text mentions numbers, they
# are those of `SIZE = 1`.

# %%
import os
import tempfile

import matplotlib.pyplot as plt
import numpy as np

import models
import workbench
from apps.drawing.figures import figure, reading
from apps.drawing.palette import colour
from models.associative.mean_field import sparse_law
from workbench.store import Store
from workbench.sweep import Sweep

SIZE = float(os.environ.get("ENGRAM_NOTEBOOK_SIZE", "1"))
UNITS = round(1000 * SIZE)
plt.rcParams.update({"figure.dpi": 100, "axes.spines.top": False, "axes.spines.right": False})
plt.rcParams.update({"legend.frameon": False, "axes.titlesize": "medium"})
CapacityLab = models.get("capacity")
MEMORIES = CapacityLab.parameters()["memory"].options
ROLES = dict(zip(MEMORIES, ("engram", "recall", "inhibitory", "cue", "excitatory"), strict=True))
store = Store(tempfile.mkdtemp())

# %% [markdown]
# ## Fill it until it fails
#
# A fiftieth of the units is active in each pattern; cues lack half of them. The memory is
# Willshaw's matrix of binary synapses, filled anew three times.

# %%
record = workbench.run(CapacityLab(units=UNITS), seed=1, progress=False)
for observable in CapacityLab.observables:
    print(f"{observable.title}. {reading(observable, record.data)}")
figure(record)

# %% [markdown]
# A synaptic event yields most while the memory is nearly empty: few synapses carry a signal then.
# At capacity the same recall needs some ninety times as many. What is cheap for synapses is dear
# for signals.
#
# ## Every memory over its coding level
#
# A sweep is a grid of such runs; each is a record of the store and could be opened in the lab. On
# the page *Sweep* it is the ready-made one called "Every memory: capacity and coding level".

# %%
levels = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5]
base = CapacityLab(units=UNITS, largest=10_000)
sweep = Sweep.grid(base, {"coding_level": levels, "memory": MEMORIES})
found = sweep.run(store, workers=2, progress=False)
panels = {
    "capacity": "patterns that fit",
    "gained_per_synapse_at_capacity": "bits gained per synapse",
    "gained_per_event_at_capacity": "bits gained per synaptic event",
}
drawn, axes = plt.subplots(1, 3, figsize=(11, 3.2), constrained_layout=True)
for axis, (name, title) in zip(axes, panels.items(), strict=True):
    for memory in MEMORIES:
        line = found[name].sel(memory=memory).isel(seed=0)
        axis.loglog(levels, line, "o-", ms=4, color=colour(ROLES[memory]), label=memory)
    axis.set(xlabel="coding level f", title=title)
axes[0].axhline(10_000, color=colour("theory"), lw=0.8, ls=":")
axes[0].text(0.5, 10_500, "largest load tried", ha="right", va="bottom", fontsize=8)
drawn.legend(*axes[2].get_legend_handles_labels(), loc="outside lower center", ncols=5)
for memory in MEMORIES:
    best = found.sel(memory=memory).isel(seed=0)
    told = (f"{name.split('_at')[0]} best at f = {levels[int(best[name].argmax('coding_level'))]}"
            for name in panels)  # fmt: skip
    print(f"{memory}: {'; '.join(told)}")

# %% [markdown]
# The matrices hold most with few active units; below a certain number (three are left of a cue of
# five, where f = 0.005) cues say too little, and the bits gained fall again. The modern Hopfield
# network is never full: it grows with what it keeps, so what it gains for each of its synapses is
# set by the cue alone. The sparse distributed memory writes every silent unit into its counters as
# well, and pays for it where patterns are sparse.
#
# ## How capacity grows with size
#
# Twice as many units are four times as many synapses. With a fixed coding level Willshaw's capacity
# grows more slowly than the units even. Only where patterns become sparser as the network grows,
# with about log2 N active units, does it grow as (N / ln N)^2, a third of it in height.

# %%
sizes = [round(SIZE * n) for n in (250, 500, 1000, 2000)]
fixed, sparse = [], []
for units in sizes:
    made = {"memory": "Willshaw", "units": units, "damage": 0.0, "fillings": 1, "largest": 200_000}
    for level, into in ((0.02, fixed), (np.log2(units) / units, sparse)):
        one = workbench.run(CapacityLab(**made, coding_level=level), seed=1, progress=False)
        into.append(float(one.data.capacity))
growth, axis = plt.subplots(figsize=(6, 3), constrained_layout=True)
axis.loglog(sizes, sparse, "o-", color=colour("engram"), label="log2 N active units")
axis.loglog(sizes, fixed, "o-", color=colour("recall"), label="f = 0.02")
law = np.array([float(sparse_law(units)) for units in sizes])
axis.loglog(sizes, law, "--", color=colour("theory"), label="(N / ln N)^2")
axis.set(xlabel="units N", ylabel="patterns that fit", title="Willshaw's matrix, whole cues")
axis.set_xticks(sizes, [f"{units:,}" for units in sizes])
axis.minorticks_off()
axis.legend()
for name, line in (("log2 N active", sparse), ("f = 0.02", fixed), ("(N / ln N)^2", law)):
    exponent = np.polyfit(np.log(sizes), np.log(line), 1)[0]
    print(f"{name}: {', '.join(f'{value:,.0f}' for value in line)}; exponent {exponent:.2f}")

# %% [markdown]
# ## The arena: equal bits
#
# Counted by their synapses, memories of different kinds cannot be compared fairly: one has a bit a
# synapse, another a byte, a third keeps whole patterns. In the arena each may use the same number
# of bits. Bands are 95 % confidence over independent draws.

# %%
Arena = models.get("arena")
fight = workbench.run(Arena(trials=3), seed=1, progress=False)
for observable in Arena.observables[:2]:
    print(reading(observable, fight.data))
figure(fight, observables=Arena.observables[:2])
