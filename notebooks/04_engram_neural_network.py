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
# # 4. The Engram Neural Network: is the memory used?
#
# Szelogowski (2025) put a memory into a recurrent network: slots that are learnt, and over them
# a *Hebbian trace* that is written while a sequence is read. The network learns to classify
# digits. But does it use the memory? A network may have one and do without it, and pictures of
# its trace look lively either way. Only taking the memory away tells.
#
# This notebook
#
# 1. writes one pattern into the memory and reads it back, by hand;
# 2. trains the published network on digits and takes its memory away: nothing changes;
# 3. gives it a task that needs remembering, and changes its memory until it is solved;
# 4. undoes these changes one by one, to see which of them matter;
# 5. asks what the memory is worth beside an LSTM of the same size, at four tasks: how many examples
#    it saves, and where it is of no use.

# %% [markdown]
# ## Setting up
#
# `SIZE` decides how long this notebook takes: 1 is about two minutes, with one seed;
# with 3 each network is trained with three seeds. Change it here, or set the environment
# variable `ENGRAM_NOTEBOOK_SIZE` before starting Jupyter. Where the text mentions numbers, they
# are those of `SIZE = 1`.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np
import torch

import models
import workbench
from apps.drawing.figures import figure, reading
from apps.drawing.palette import colour
from models.enn.associations import AssociativeRecall
from models.enn.config import EngramConfig
from models.enn.memory import EngramMemory, unit
from models.enn.state import EngramState

SIZE = float(os.environ.get("ENGRAM_NOTEBOOK_SIZE", "1"))
SEEDS = range(1, max(1, round(SIZE)) + 1)

torch.set_num_threads(1)
plt.rcParams.update({"figure.dpi": 100, "axes.spines.top": False, "axes.spines.right": False})
plt.rcParams.update({"legend.frameon": False, "axes.titlesize": "medium"})
Training = models.get("enn")

# %% [markdown]
# ## The memory, by hand
#
# The memory has $N$ slots $M_n$, which are learnt, and a trace $H$ of the same shape, which
# begins at zero. A pattern $z$ attends to the slots of $E = M + \alpha H$ by their direction,
# and is written to the slots that it attends to:
#
# $$a = \text{softmax}\left(\frac{1}{\tau}\,\frac{z \cdot E_n}{|z|\,|E_n|}\right), \qquad
# m = \sum_n a_n E_n, \qquad
# H \leftarrow \text{clip}\left((1 - \eta K) H + \eta\, a \otimes z\right).$$
#
# In the published program $\tau = 0.75$, $\eta = 0.05$, $\alpha = 0.5$, $K = 1$, the trace is
# clipped at 0.1, and one trace serves the whole batch. Let us write one pattern and read it
# again, with those settings and with others.

# %%
pattern = torch.randn(1, 64, generator=torch.Generator().manual_seed(1))
settings = {
    "as published": EngramConfig(input_size=64, hidden_size=64, slots=16),
    "for recall": EngramConfig.recall(64, hidden_size=64, slots=16),
}
bars, axes = plt.subplots(1, 2, figsize=(8, 2.6), sharex=True)
for axis, (name, config) in zip(axes, settings.items(), strict=True):
    memory = EngramMemory(config, torch.Generator().manual_seed(2)).eval()
    with torch.no_grad():
        state = EngramState(torch.zeros(1, 64), memory.start(1, None))
        first = memory.read(unit(pattern, memory.floor), state.trace)
        state = memory.write(pattern, first, state, None, None, None)
        second = memory.read(unit(pattern, memory.floor), state.trace)
    places = np.arange(1, 17)
    axis.bar(places - 0.2, first.attention[0], 0.4, color=colour("other"), label="before")
    axis.bar(places + 0.2, second.attention[0], 0.4, color=colour("engram"), label="written")
    cosine = torch.cosine_similarity(second.retrieved, pattern).item()
    axis.set(
        title=f"{name}: cosine of what is read {cosine:.2f}",
        xlabel="slot",
        ylim=(0, 1),
        xticks=range(1, 17, 3),
    )
    print(f"{name}: most attention {second.attention.max():.2f}, cosine {cosine:.2f}")
axes[0].set_ylabel("attention")
axes[0].legend()
bars.tight_layout()

# %% [markdown]
# As published, attention is nearly even over all slots, before and after: the pattern goes
# everywhere a little, and what is read is close to the mean of the slots. With a low
# temperature it goes to one slot, and comes back.

# %% [markdown]
# ## Digits, as published
#
# The workbench's model trains such a network. Each run ends with a test on digits that it has
# not seen, and with the same test after parts of the memory were taken away.

# %%
digits = workbench.run(Training(), seed=1, progress=False)
for observable in Training.observables[:2]:
    print(f"{observable.title}:\n  {reading(observable, digits.data)}")
figure(digits, observables=Training.observables[:2])


# %%
def ablations(records):
    """Return names of parts taken away, and what is left, shape (records, parts)."""
    right = [record.data.ablated.sel(answers="right") for record in records]
    return right[0].ablation.values.tolist(), np.array([each.values for each in right])


def draw_ablations(axis, records, title):
    """Draw the share of right answers without each part of the memory, a dot for each seed."""
    names, shares = ablations(records)
    rows = np.arange(len(names))[::-1]
    axis.barh(rows, shares.mean(0), color=colour("engram"), height=0.6)
    for share in shares:
        axis.plot(share, rows, "o", color=colour("theory"), markersize=3)
    axis.axvline(float(records[0].data.chance), color=colour("theory"), linestyle=":")
    axis.set(title=title, xlabel="right answers (dotted: chance)", xlim=(0, 1), yticks=rows)
    axis.set_yticklabels(names)


left, axis = plt.subplots(figsize=(6, 2.8))
draw_ablations(axis, [digits], "Digits: nothing is lost with the memory")
left.tight_layout()
print(digits.data.memory_verdict.item())

# %% [markdown]
# The network is right nearly always, and just as often with the trace removed, with nothing
# retrieved at all, with one slot, or with the trace shuffled. Its memory is **inert**: what
# learns here is the recurrent network around it. The trace below is real, and has a structure
# that one is tempted to read; it says nothing about what the network does.

# %%
image, axis = plt.subplots(figsize=(6, 2.6))
trace = digits.data.trace
shown = axis.imshow(
    trace, aspect="auto", cmap="PuOr", vmin=-abs(trace).max(), vmax=abs(trace).max()
)
axis.set(title="The trace after training (seed 1)", xlabel="hidden unit", ylabel="slot")
image.colorbar(shown, label="H")
image.tight_layout()

# %% [markdown]
# ## A task that needs a memory
#
# Four keys are shown, each with a value; then one of the keys alone. The answer is its value,
# one of 16. Keys and values are drawn anew for each sequence, so that nothing can be learnt by
# heart: one who remembers which values were shown, but not to which key, is right in a third of
# the cases (below, by exact counting).

# %%
task = AssociativeRecall(pairs=4)
print(f"chance {task.chance():.3f}, knowing the values but not their keys {task.unbound():.3f}")
SHORT = {
    "hidden": 48, "slots": 16, "pairs": 4, "epochs": 12, "learning_rate": 2e-3,
}  # fmt: skip


def trained(preset, **values):
    """Return a record for each seed."""
    model = Training.from_preset(preset, **{**SHORT, **values})
    return [workbench.run(model, seed, progress=False) for seed in SEEDS]


networks = {
    "the published memory": trained("The published memory at the same task"),
    "a memory that works": trained("Memory that works: key-value recall"),
    "an LSTM": trained("An LSTM at the same task"),
}
learning, axis = plt.subplots(figsize=(6, 3))
roles = {"the published memory": "other", "a memory that works": "engram", "an LSTM": "paired"}
for name, records in networks.items():
    for number, record in enumerate(records):
        label = name if number == 0 else None
        axis.plot(record.data.epoch, record.data.accuracy_validation, color=colour(roles[name]),
                  label=label)  # fmt: skip
    accuracies = [float(record.data.accuracy_test) for record in records]
    print(f"{name}: {np.mean(accuracies):.3f} right in the test (seeds {list(SEEDS)})")
axis.axhline(task.unbound(), color=colour("theory"), linestyle=":", label="values without keys")
axis.set(title="Key-value recall", xlabel="epoch of 2,560 sequences", ylabel="right answers",
         ylim=(0, 1.02))  # fmt: skip
axis.legend()
learning.tight_layout()

# %% [markdown]
# In these twelve epochs the published memory and the LSTM (of as many hidden units) come no further
# than the values without their keys. The memory that works binds them. And now its parts are
# missed:

# %%
left, pair = plt.subplots(1, 2, figsize=(9, 2.8), sharey=True)
draw_ablations(pair[0], networks["the published memory"], "The published memory")
draw_ablations(pair[1], networks["a memory that works"], "A memory that works")
left.tight_layout()
print(networks["a memory that works"][0].data.memory_verdict.item())

# %% [markdown]
# ## Which change matters
#
# Between the two lie five changes. Undone one by one, each on its own:

# %%
UNDONE = {
    "none": {},
    "one trace for the batch": {"trace": "batch"},
    "temperature 0.75": {"temperature": 1.5, "sparsity": 0.1},
    "the whole trace fades": {"decay": "all"},
    "eta 0.05, alpha 0.5": {"hebbian_rate": 0.05, "trace_scale": 0.5},
    "clip at 0.1": {"clip": 0.1},
}
undone = {
    name: trained("Memory that works: key-value recall", **values)
    for name, values in UNDONE.items()
}
bars, axis = plt.subplots(figsize=(6, 2.8))
rows = np.arange(len(undone))[::-1]
shares = np.array([[float(r.data.accuracy_test) for r in records] for records in undone.values()])
axis.barh(rows, shares.mean(1), color=colour("engram"), height=0.6)
for share in shares.T:
    axis.plot(share, rows, "o", color=colour("theory"), markersize=3)
axis.axvline(task.unbound(), color=colour("theory"), linestyle=":")
axis.set(title="What is undone", xlabel="right answers (dotted: values without keys)", xlim=(0, 1),
         yticks=rows)  # fmt: skip
axis.set_yticklabels(list(undone))
bars.tight_layout()
for name, share in zip(undone, shares, strict=True):
    print(f"{name:<26}{share.mean():.3f}")

# %% [markdown]
# A trace for each sequence and a temperature that selects are needed for anything at all:
# without either, keys are not bound to values. Writing only where attention is, and writing
# strongly, matter less but much. The clip could stay: what a wider one adds is small here.
#
# One seed tells little about differences of a few percent; for those take a larger `SIZE`.
#
# The picture of attention shows how the answer is found: each key opens a slot or two of its own,
# and the question (the last step) goes back to one that a key had opened.

# %%
record = networks["a memory that works"][0]
image, axis = plt.subplots(figsize=(5, 3))
shown = axis.imshow(
    record.data.attention,
    aspect="auto",
    cmap="cividis",
    vmin=0,
    vmax=1,
    extent=(0.5, 5.5, 16.5, 0.5),
)
axis.set(title="Attention while one sequence is read (seed 1)", xlabel="step (5: the question)",
         ylabel="slot", xticks=range(1, 6), yticks=range(1, 17, 3))  # fmt: skip
image.colorbar(shown, label="attention")
image.tight_layout()
question = record.data.attention.values[:, 4]
keys = record.data.attention.values[:, :4]
print(f"The question attends most to slot {question.argmax() + 1}, which was most attended at step "
      f"{keys[question.argmax()].argmax() + 1}.")  # fmt: skip

# %% [markdown]
# ## What a memory is worth
#
# A network of another kind may do the same without a memory, if it is given time: so far the LSTM
# had a low learning rate and few sequences. `models.enn.recall_study` gives networks of as many
# weights as the ENN (some 14,000) the same fresh sequences, and the LSTM five times as many of
# them, which takes it about as long. Here each has a learning rate of 0.01;
# `engram-workbench reproduce recall` tries several for each network, takes five seeds, and has
# more tasks and networks (BENCHMARKS.md has its results). Four tasks:
#
# - **pairs-4**: four keys with their values, of 8 keys and 4 values, then a key;
# - **few-shot**: an example of each of five classes that no one has seen before, with a label, then
#   another example;
# - **apart**: eight pairs, but each value comes a step after its key. A Hebbian write ties a
#   pattern to itself alone. An asymmetric one, as in spike-timing-dependent plasticity, ties what
#   comes after to what came before;
# - **copy**: five symbols, a pause, then they are to be told in order.

# %%
from models.enn.recall_cases import CASES
from models.enn.recall_study import RecallStudy

COLOURS = {"ENN": "engram", "ENN, symmetric write": "other", "LSTM": "paired"}


def studied(name):
    """Return the finished runs of a task, by network."""
    study = RecallStudy((name,), tuple(COLOURS), seeds=len(SEEDS), rates=(0.01,))
    for _ in study.course():
        pass
    runs = {network: [run for run in study.finished if run.network == network]
            for network in CASES[name].networks if network in COLOURS}  # fmt: skip
    for network, each in runs.items():
        right = np.mean([run.test for run in each])
        print(f"{name:<10}{network:<22}{each[0].parameters:>7,} weights, "
              f"{each[0].sequences[-1]:>8,} sequences: {right:.3f} right")  # fmt: skip
    return runs


asked = {"pairs-4": studied("pairs-4")}

# %%
asked["few-shot"] = studied("few-shot")

# %%
asked["apart"] = studied("apart")

# %%
asked["copy"] = studied("copy")

# %%
curves, panels = plt.subplots(2, 2, figsize=(9, 6), sharey=True)
for axis, (name, networks_asked) in zip(panels.flat, asked.items(), strict=True):
    for network, runs in networks_asked.items():
        for number, run in enumerate(runs):
            label = network if number == 0 else None
            axis.semilogx(run.sequences, run.accuracy, color=colour(COLOURS[network]), label=label)
    axis.axhline(CASES[name].unbound, color=colour("theory"), linestyle=":")
    axis.set(title=name, ylim=(0, 1.02))
curves.legend(*panels[1, 0].get_legend_handles_labels(), ncols=3, loc="upper center")
curves.supxlabel("sequences seen", fontsize="medium")
curves.supylabel("right answers (dotted: without binding)", fontsize="medium")
curves.tight_layout(rect=(0, 0, 1, 0.95))

# %% [markdown]
# - With four pairs the ENN is right at the first look, after 1,280 sequences. The LSTM can do it
#   too, but only finds out how after twenty times as many.
# - Five new classes the ENN tells apart after some 5,000 sequences; the LSTM is right in 72 % of
#   the cases after 128,000, and still learning.
# - Where a value comes after its key, all depends on how the memory writes: with the asymmetric
#   write 89 % are right; with the symmetric one the same network is worse than one who only knows
#   which values were shown, and about as far as that the LSTM comes (at a rate of 0.02, to 37 %).
# - The **copy** is where the memory is of no use, and the LSTM learns it. The memory is asked by
#   the input alone, and at all steps that ask the input is the same: it cannot tell the first
#   symbol from the fifth. It would have to be asked by the hidden state, as it is not in
#   Szelogowski's cell.
#
# So a memory saves examples where what was shown is to be found again by what it looked like; it
# does not do what no other network could. What is left of the ENN without parts of its memory:

# %%
PARTS = ("whole", "trace removed", "retrieval removed", "trace shuffled")
left, panels = plt.subplots(1, 4, figsize=(10, 2.4), sharex=True, sharey=True)
for axis, (name, networks_asked) in zip(panels, asked.items(), strict=True):
    runs = networks_asked["ENN"]
    shares = np.array([[run.ablations.get(part, run.test) for part in PARTS] for run in runs])
    rows = np.arange(len(PARTS))[::-1]
    axis.barh(rows, shares.mean(0), color=colour("engram"), height=0.6)
    axis.axvline(CASES[name].task.chance(), color=colour("theory"), linestyle=":")
    axis.set(title=name, xlim=(0, 1), yticks=rows, yticklabels=PARTS)
    print(f"{name}: " + ", ".join(f"{part} {share:.3f}" for part, share in
                                  zip(PARTS, shares.mean(0), strict=True)))  # fmt: skip
left.supxlabel("right answers of the ENN (dotted: chance)", fontsize="medium")
left.tight_layout()

# %% [markdown]
# Where the ENN answers, it is the trace that does: without it, or with its entries in other places,
# right answers are as rare as by chance (or, with four pairs, below what one knows from the values
# alone). The little that it tells of a copy comes from the trace as well.
