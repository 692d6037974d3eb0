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
# # 2. Sparse distributed memory: recalling a word from a damaged cue
#
# How can a memory give back the whole when it is shown only a damaged part? Kanerva (1988)
# described one that does, from very simple parts: many storage places with random addresses, each
# word written to *all* places near its address, and read back by a vote of all places near the
# cue. No single place holds a word, and no place holds only one.
#
# This notebook
#
# 1. writes random words into such a memory and reads them, by hand;
# 2. runs the workbench's experiment on handwritten digits;
# 3. compares recall with three theories, and shows which words they hold for and which not;
# 4. looks at the memory as softmax attention (Bricken and Pehlevan 2021);
# 5. asks how many words fit;
# 6. keeps a run in a file, and makes it again from its own script.

# %% [markdown]
# ## Setting up
#
# `SIZE` is the only thing that decides how long this notebook takes: 1 is under a minute on two
# cores. With 10 the memory of random words is as large as Kanerva's (a million hard locations,
# 10,000 words; a few minutes and 4 GB). Change it here, or set the environment variable
# `ENGRAM_NOTEBOOK_SIZE` before starting Jupyter. Where the text mentions numbers, they are those
# of `SIZE = 1`.

# %%
import os
import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from IPython.display import display
from scipy.special import ndtr
from scipy.stats import binom, poisson

import models
import workbench
from apps.drawing.figures import figure, reading
from apps.drawing.palette import MAGNITUDE, colour
from models.sdm import SparseDistributedMemory, theory
from models.sdm.readings import crossing, measured_critical_distance
from workbench.link import parse, query
from workbench.measures import overlap
from workbench.script import script

SIZE = float(os.environ.get("ENGRAM_NOTEBOOK_SIZE", "1"))
HARD_LOCATIONS = round(100_000 * SIZE)
STORED = round(1000 * SIZE)
CUES = 64

plt.rcParams.update({"figure.dpi": 100, "axes.spines.top": False, "axes.spines.right": False})
plt.rcParams.update({"legend.frameon": False, "axes.titlesize": "medium"})
rng = np.random.default_rng(1)

# %% [markdown]
# ## The memory, by hand
#
# A *word* is a row of $N$ bits, and serves as an address too. The *distance* $d(x, y)$ of two
# words is the number of bits in which they differ (Hamming distance). Two random words of
# $N = 1000$ bits differ in about 500, and almost never in fewer than 420: in a space of so many
# dimensions, nearly everything is far from everything else.
#
# The memory consists of $M$ *hard locations*. Location $m$ has a fixed random address $A_m$ and a
# row of counters $C_m$, one for each bit.
#
# - An address $x$ **activates** every location within the *access radius* $R$: $d(x, A_m) \le R$.
# - **Writing** a word at $x$ adds 1 to the counters of all active locations where the word has a
#   1, and takes 1 away where it has a 0.
# - **Reading** at $x$ adds up the counters of all active locations; a bit is 1 if its sum is
#   positive.
#
# $R$ is chosen so that only a small share $p$ of the locations is active, the *access fraction*:
# 0.00107 with $R = 451$.

# %%
BITS = 1000
memory = SparseDistributedMemory(BITS, HARD_LOCATIONS, access_fraction=0.00107, seed=1)
print(f"access radius R = {memory.radius} bits, access fraction p = {memory.access_fraction:.5f}")
print(f"{memory.hard_locations:,} hard locations, {memory.nbytes / 1e6:.0f} MB")

words = rng.random((STORED, BITS)) < 0.5
active = memory.activated(words[0])
distances = (memory.location_addresses(active) != words[0]).sum(axis=1)
print(
    f"the first word activates {active.size} locations, {distances.min()} to {distances.max()} "
    f"bits away; expected are M p = {HARD_LOCATIONS * memory.access_fraction:.1f}"
)
assert distances.max() <= memory.radius

# %% [markdown]
# Even the nearest active location is more than 400 bits away from the word. Words are not
# written to a place of their own, they are spread over about a hundred places, each of which is
# a poor match.

# %%
memory.write(words)
assert (memory.read(words) == words).all()
print(f"{STORED:,} words written; read at its own address, every one comes back without an error")


# %% [markdown]
# Now damage the addresses: flip $d$ bits of a stored word, chosen at random, and read. If what
# comes back is nearer to the word than the cue was, it can serve as the next cue, and so on.
# `read_iterated` does this until nothing changes.


# %%
def flipped(words, count):
    """Return words with `count` bits of each flipped, chosen at random."""
    places = np.argsort(rng.random(words.shape), axis=1)[:, :count]
    cues = words.copy()
    np.put_along_axis(cues, places, ~np.take_along_axis(words, places, axis=1), axis=1)
    return cues


READS = 10
noise_levels = [100, 180, 220, 260, 320]
ended = []
fig, axes = plt.subplots(1, len(noise_levels), figsize=(11, 3.2), sharey=True, layout="constrained")
for axis, distance in zip(axes, noise_levels, strict=True):
    wanted = words[rng.integers(0, STORED, CUES)]
    cues = flipped(wanted, distance)
    course = [cues, *memory.read_iterated(cues, READS).words]
    course += [course[-1]] * (READS + 1 - len(course))  # it stops once nothing changes
    wrong = np.array([(step != wanted).sum(axis=1) for step in course])
    ended += list(wrong[-1])
    found = wrong[-1] < 10
    axis.plot(wrong[:, found], color=colour("recall"), linewidth=0.7)
    axis.plot(wrong[:, ~found], color=colour("other"), linewidth=0.7)
    axis.set(title=f"{distance} bits flipped:\n{found.mean():.0%} recalled", xlabel="reads")
axes[0].set_ylabel("wrong bits (of 1000)")
fig.suptitle("Reading again and again: a cue either finds its word (coloured) or is lost (grey)")
plt.show()

between = np.mean([10 <= bits < 300 for bits in ended])
print(f"cues that end 10 to 300 bits from their word: {between:.1%}")
assert between < 0.2

# %% [markdown]
# There is hardly anything in between: a cue that begins to come nearer arrives, and one that
# begins to go away ends up about 500 bits off, as far as any random word. The distance that
# separates the two fates is called the *critical distance*. We will measure it below.

# %% [markdown]
# ## The experiment: handwritten digits
#
# The workbench's model `sdm` does all this with a hundred handwritten digits. A digit's picture
# takes 30 % of its word; the rest are random bits that stand for the *context* in which it was
# seen. Each word is also stored with a random *partner* (as a face with a name).
# `cue_noise=0.2` flips a fifth of the bits of the cue that is shown as a picture.

# %%
digits = workbench.run(models.get("sdm")(cue_noise=0.2), seed=1, progress=False)
print(digits)
figure(digits)

# %%
for observable in models.get("sdm").observables:
    print(f"{observable.title}:\n  {reading(observable, digits.data)}")

# %% [markdown]
# *Overlap* is 1 when two words agree in all bits, 0 when they agree in half of them (as random
# words do) and -1 when one is the negative of the other: overlap $= 1 - 2d/N$.

# %%
print(overlap(words[:1], words[:1]), overlap(words[:1], ~words[:1]), overlap(words[:1], words[1:2]))

# %% [markdown]
# How far can a digit be damaged? The same digit at four noise levels, each read four times:

# %%
small = {"cues": 4, "noise_levels": 3}  # only the pictures are wanted here
noises = [0.1, 0.2, 0.3, 0.4]
fig, axes = plt.subplots(len(noises), 6, figsize=(8, 6), layout="constrained")
for row, noise in zip(axes, noises, strict=True):
    shown = workbench.run(models.get("sdm")(cue_noise=noise, shown=4, **small), progress=False).data
    for axis, name, picture in zip(row, shown.picture.values, shown.pictures.values, strict=True):
        axis.imshow(picture, cmap="gray_r", vmin=0, vmax=1)
        axis.set_title(str(name).replace(": ", "\n"), fontsize="small")
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set(visible=True, color=colour("other"), linewidth=0.5)
    row[0].set_ylabel(f"noise {noise:g}")
fig.suptitle("One digit recalled from cues with 10 % to 40 % of the bits flipped")
plt.show()

# %% [markdown]
# With a tenth or a fifth of the bits flipped the digit comes back, every bit of it. With more, what
# comes back has the blank margins that all digits share, and a blot in the middle that is no
# digit in particular.

# %% [markdown]
# ## Words of your own
#
# A word may be anything that can be written in bits. For lines of text there are as many places as
# the longest line has letters; each has its share of the bits, and each letter at that place a
# random pattern of them. A wrong letter then costs about half of its own bits and nothing else,
# and what is read is written out with the letters whose patterns are nearest. Here are four lines
# among random words, and what is left of one of them:

# %%
mine = "the sea remembers every river / no cell knows the song / they sing / we forget in order"
own = models.get("sdm").from_preset("Your own words", lines=mine, cue_line="we for??? ?? ?????")
recalled = workbench.run(own, seed=1, progress=False)
for name, line in zip(recalled.data.picture.values, recalled.data.lines.values, strict=True):
    print(f"{name:>20}   {line}")

# %% [markdown]
# A picture works as well: any array of 24 x 24 bits is a value of the parameter `picture` (the page
# takes a file and shows which bits it becomes; so does `--picture FILE` on the command line).

# %%
face = np.zeros((24, 24), bool)
down, along = np.mgrid[-11.5:12, -11.5:12]
face[np.hypot(down, along).round() == 11] = True
face[7:10, 7:9] = face[7:10, 15:17] = face[16, 8:16] = face[15, [7, 16]] = True
kept = workbench.run(
    models.get("sdm").from_preset("Your own picture", picture=face), seed=1, progress=False
)
figure(kept, observables=models.get("sdm").observables[:1])

# %% [markdown]
# ## Three theories of one read
#
# What does one read make of a cue $d$ bits from its word? The cue shares on average
# $\phi(d) = M\,I(d)$ active locations with the word, where $I(d)$ is the share of all addresses
# that lie within $R$ of both. Each of these votes for the word. All other stored words add noise;
# the theories differ in how they count it. All are for *random* words.
#
# - **itself** (autoassociative): words are stored at themselves. Stored words that happen to be
#   near the cue also resemble it, so they pull the answer *towards the cue*.
# - **partner** (heteroassociative): what is stored has nothing to do with its address, so there
#   is no such pull.
# - **simple**: the classical analysis (Kanerva 1988, chapter 7), in which every vote of another
#   word counts as independent of the others. In truth a word that shares several locations with
#   the cue votes several times in the same way.

# %%
options = {"patterns": "random words", "stored": STORED, "hard_locations": HARD_LOCATIONS}
model = models.get("sdm")(**options, cues=CUES, noise_levels=17)
record = workbench.run(model, seed=1, progress=False)
titles = ["Recall overlap against cue noise", "Where reading converges"]
figure(record, observables=[one for one in model.observables if one.title in titles])

# %%
data = record.data
print("cue   |   itself           |  partner           | simple")
print("(bit) |  measured  theory  |  measured  theory  | theory   (wrong bits after one read)")
for trial in range(2, 15, 2):
    here = data.isel(trial=trial)
    there = data.sel(distance=int(here.cue_distance))
    print(
        f"{int(here.cue_distance):5} | "
        f"{float(here.distance_one_read):9.1f} {float(there.theory_distance_auto):7.1f}  | "
        f"{float(here.pair_errors):9.1f} {float(there.theory_distance_hetero):7.1f}  | "
        f"{float(there.theory_distance_simple):6.1f}"
    )

at_points = data.sel(distance=data.cue_distance)
for measured, expected in [("distance_one_read", "auto"), ("pair_errors", "hetero")]:
    apart = float(abs(data[measured] - at_points[f"theory_distance_{expected}"]).mean())
    print(f"mean difference of {measured} from its theory: {apart:.1f} bits")
    assert apart < 15

# %% [markdown]
# The critical distance is where one read leaves as many wrong bits as the cue had (the curve
# crosses the line of no gain). It can be read off the measurement and off each theory:

# %%
distance = data.cue_distance.values
critical = {
    "measured, one read": measured_critical_distance(data),
    "measured, half of the cues recalled": crossing(distance, data.converged.values, 0.5),
    "measured, partner": crossing(distance[1:], (distance - data.pair_errors.values)[1:], 0),
    "theory, itself": float(data.critical_auto),
    "theory, partner": float(data.critical_hetero),
    "theory, simple": float(data.critical_simple),
}
for name, bits in critical.items():
    print(f"{name:36} {bits:5.0f} bits")
assert abs(critical["measured, one read"] / critical["theory, itself"] - 1) < 0.1
assert abs(critical["measured, partner"] / critical["theory, partner"] - 1) < 0.1

# %% [markdown]
# So a word can be damaged in about a fifth of its bits and still be found. The theories come close
# but are a little too hopeful. They take the number of locations that cue and word share to be
# its mean $\phi(d)$, while it varies from cue to cue as a Poisson number does. Averaging the two
# formulas over it explains part of the difference:

# %%
curve = theory.circle_overlap(BITS, memory.radius)
pull, variance = theory.disturbance(curve, HARD_LOCATIONS, STORED)
flips = np.arange(501)
votes = np.arange(3 * round(HARD_LOCATIONS * curve[0]))
chance = poisson.pmf(votes, HARD_LOCATIONS * curve[flips, None])  # flipped bits x votes
upset = ndtr(-(votes + pull) / np.sqrt(variance))  # of a bit that the cue has right
kept = ndtr(-(votes - pull) / np.sqrt(variance))  # of a bit that the cue has wrong
averages = {
    "itself": (BITS - flips) * (chance @ upset) + flips * (chance @ kept),
    "partner": BITS * (chance @ ndtr(-votes / np.sqrt(variance))),
}
for name, wrong in averages.items():
    averaged = theory.critical_distance(wrong)
    print(
        f"averaged theory, {name:8} {averaged:4} bits; without: {critical[f'theory, {name}']:.0f}"
    )
    assert averaged <= critical[f"theory, {name}"]

# %% [markdown]
# ## Which words does theory hold for?
#
# The theories assume that stored words are as unlike each other as random words. Pictures are not:
# most pixels of a digit are blank in every digit. We store 300 words of four kinds in memories
# that are otherwise equal:
#
# - **digits as they are**: nothing but the picture, a pixel being 1 where there is ink;
# - **with context**: the picture takes 30 % of the word, random context the rest;
# - **balanced, with context**: in addition, a pixel is 1 where it has more ink than its median over
#   all digits, so that it is 1 about half of the time;
# - **random words**.

# %%
BALANCED = {"pixel_code": "darker than its median"}
kinds = {
    "digits as they are": {"image_share": 1.0},
    "digits with context": {},
    "balanced digits with context": BALANCED,
    "random words": {"patterns": "random words"},
}
records = {
    name: workbench.run(models.get("sdm")(stored=300, cues=CUES, **values), seed=1, progress=False)
    for name, values in kinds.items()
}
signs = ["s", "^", "D", "o"]
shades = [colour(role) for role in ("other", "engram", "paired", "recall")]

fig, axes = plt.subplots(1, 2, figsize=(10.5, 4.2), layout="constrained")
for (name, record), sign, shade in zip(records.items(), signs, shades, strict=True):
    one = record.data
    look = {"marker": sign, "color": shade, "markersize": 6}
    axes[0].plot(one.cue_distance, one.distance_one_read, linestyle="", **look, label=name)
    axes[1].plot(one.cue_distance, one.converged, linewidth=0.8, **look)
one = records["random words"].data
near = slice(0, 401)
theories = {"auto": "-", "hetero": "--", "simple": ":"}
names = {"auto": "itself", "hetero": "partner", "simple": "simple"}
for name, dash in theories.items():
    axes[0].plot(
        one.distance[near],
        one[f"theory_distance_{name}"][near],
        dash,
        linewidth=1.1,
        color=colour("theory"),
        label=f"theory, {names[name]}",
    )
    axes[1].axvline(
        float(one[f"critical_{name}"]), color=colour("theory"), linewidth=1.1, linestyle=dash
    )
axes[0].plot([0, 400], [0, 400], color=colour("other"), linewidth=0.8, label="no gain")
axes[0].set(title="One read", ylabel="wrong bits after one read (of 1000)", ylim=(-10, 480))
axes[1].set(
    title="Up to six reads; upright lines: critical distances in theory",
    ylabel="share of cues recalled",
)
for axis in axes:
    axis.set_xlabel("flipped bits of the cue (of 1000)")
fig.legend(loc="outside lower center", ncols=4, fontsize="small")
plt.show()

# %%
recalled = {name: float(record.data.converged[0]) for name, record in records.items()}
print(
    "                              | mean distance | at no noise:  |          | half are recalled"
)
print("words stored                  | of two words  | overlap after | recalled | at a cue noise")
print("                              | (bit)         | one read      |          | of (bit)")
for name, record in records.items():
    one = record.data
    half = crossing(one.cue_distance.values, one.converged.values, 0.5)
    text = f"{half:17.0f}" if half > 0 else f"{'never':>17}"
    print(
        f"{name:29} | {float(one.mean_word_distance):13.0f} | "
        f"{float(one.overlap_one_read[0]):13.2f} | {recalled[name]:8.0%} | {text}"
    )

assert recalled["digits as they are"] < 0.1
assert recalled["random words"] == recalled["balanced digits with context"] == 1

# %% [markdown]
# Pictures alone fail even when the cue is perfect. What comes back instead? Six digits stored as
# they are, and what four reads make of each, from a cue without any noise:

# %%
small = {"stored": 300, "cues": 4, "noise_levels": 3, "cue_noise": 0.0}
rows = []
fig, axes = plt.subplots(2, 6, figsize=(8, 3), layout="constrained")
for column, number in zip(axes.T, range(1, 7), strict=True):
    model = models.get("sdm")(image_share=1.0, shown=number, **small)
    pictures = workbench.run(model, seed=1, progress=False).data.pictures.values.astype(bool)
    rows.append((pictures[-1], pictures[-2]))
    for axis, picture in zip(column, rows[-1], strict=True):
        axis.imshow(picture, cmap="gray_r", vmin=0, vmax=1)
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set(visible=True, color=colour("other"), linewidth=0.5)
for axis, name in zip(axes[:, 0], ["stored", "read 4 times"], strict=True):
    axis.set_ylabel(name)
fig.suptitle("Digits without context all read as the same blot")
plt.show()

for name, several in zip(["stored", "read   "], zip(*rows, strict=True), strict=True):
    apart = [(one != other).sum() for i, one in enumerate(several) for other in several[:i]]
    print(f"{name}: two of the six differ in {np.mean(apart):5.1f} bits on average")
assert np.mean(apart) < 20

# %% [markdown]
# Similar digits activate the same locations, and there together they outvote the one that was
# asked for: every digit reads as nearly the same *prototype*. That is sometimes just what one
# wants, but it is not recall.
#
# Context alone is not enough for 300 words, whereas balanced pixels together with context come
# near to random words, and to the theory for them. The way words are coded matters as much as the
# memory.
#
# Two cautions in reading the left panel: theory lines are drawn for random words only, and where
# words are alike, few wrong bits after one read do not mean that the *right* digit came back. Hence
# the right panel.

# %% [markdown]
# ## The memory as attention
#
# Look at a read from the side of the stored words rather than of the locations. Stored word $t$,
# at distance $d_t$ from the cue, is counted once for each location that it shares with the cue,
# so its weight in the vote is $M\,I(d_t)$. Bricken and Pehlevan (2021) noticed that $I(d)$ falls
# nearly exponentially,
#
# $$I(d) \approx c\,e^{\beta\cos}, \qquad \cos = 1 - \frac{2d}{N},$$
#
# where $\cos$ is the cosine between the two words written with $\pm 1$. Then the weights of the
# stored words are a softmax of their similarity to the cue, and a read is the *attention* of
# a transformer, the stored words being both keys and values. The access radius sets $\beta$.

# %%
fit = theory.attention_fit(curve, memory.radius)
print(f"beta = {fit.beta:.3f}, R squared = {fit.r_squared:.4f}")
assert fit.r_squared > 0.99

print("\naccess radius R (bit) | access fraction p | beta")
for radius in [384, 411, 441, 451, 461]:
    beta = theory.attention_fit(theory.circle_overlap(BITS, radius), radius).beta
    print(f"{radius:21} | {theory.access_fraction_of_radius(BITS, radius):17.2e} | {beta:5.2f}")

# %%
separations = np.arange(0, 501, 25)
counted = []
for apart in separations:
    pairs = zip(
        memory.activated(words[:CUES]), memory.activated(flipped(words[:CUES], apart)), strict=True
    )
    counted.append(np.mean([np.intersect1d(a, b).size for a, b in pairs]))
every = np.arange(501)
cosine = 1 - 2 * every / BITS
inside = slice(0, memory.radius)
offset = np.mean(np.log(curve[inside]) - fit.beta * cosine[inside])

fig, axis = plt.subplots(figsize=(6.6, 4.2), layout="constrained")
axis.semilogy(
    separations,
    np.where(np.array(counted) > 0, counted, np.nan),
    "o",
    color=colour("cue"),
    label=f"counted, mean of {CUES} pairs",
)
axis.semilogy(
    every,
    HARD_LOCATIONS * curve[:501],
    color=colour("theory"),
    linewidth=1.1,
    label=r"$\phi(d) = M\,I(d)$",
)
axis.semilogy(
    every,
    HARD_LOCATIONS * np.exp(fit.beta * cosine + offset),
    "--",
    color=colour("inhibitory"),
    label=rf"softmax, $\beta$ = {fit.beta:.2f}",
)
axis.set(xlabel="distance of two addresses (bit)", ylabel="shared active locations")
axis.set_title("Shared locations fall nearly exponentially with distance")
axis.legend()
plt.show()

expected = theory.shared_locations(HARD_LOCATIONS, curve[separations])
print(f"counted over expected up to 200 bits: {(counted / expected)[:9].round(2)}")
assert np.allclose(counted[:9], expected[:9], rtol=0.1)

# %% [markdown]
# The dashed line is straight, the solid one bends below it at large distances. Does that matter?
# Read the same cues in three ways: from the hard locations; with the exact weights $I(d_t)$, which
# is what infinitely many locations would give; and with softmax weights.

# %%
stored = 2.0 * words - 1  # as +1 and -1
noise_levels = range(0, 401, 50)
ways = {"hard locations": [], "exact overlap": [], "softmax attention": []}
for distance in noise_levels:
    wanted = words[rng.integers(0, STORED, CUES)]
    cues = flipped(wanted, distance)
    similarity = (2.0 * cues - 1) @ stored.T / BITS  # cosine of each cue with each stored word
    apart = np.rint(BITS * (1 - similarity) / 2).astype(int)
    answers = {
        "hard locations": memory.read(cues),
        "exact overlap": curve[apart] @ stored > 0,
        "softmax attention": np.exp(fit.beta * similarity) @ stored > 0,
    }
    for way, answer in answers.items():
        ways[way].append((answer != wanted).sum(axis=1).mean())

fig, axis = plt.subplots(figsize=(6.6, 4.2), layout="constrained")
looks = [("recall", "o-"), ("theory", "s-"), ("inhibitory", "^--")]
for (way, wrong), (role, look) in zip(ways.items(), looks, strict=True):
    axis.plot(noise_levels, wrong, look, color=colour(role), label=way)
axis.plot([0, 400], [0, 400], color=colour("other"), linewidth=0.8, label="no gain")
axis.set(xlabel="flipped bits of the cue (of 1000)", ylabel="wrong bits after one read (of 1000)")
axis.set_title(f"The same {STORED:,} words, read in three ways")
axis.legend()
plt.show()
print({way: np.round(wrong, 1).tolist() for way, wrong in ways.items()})
for way in ["hard locations", "softmax attention"]:
    assert (np.array(ways["exact overlap"]) <= np.array(ways[way]) + 5).all()

# %% [markdown]
# The exact weights do best, and the two others lose to them for different reasons. The memory has
# only a finite sample of locations, so some votes are left to chance. The softmax knows every
# stored word, but a word that has nothing to do with the cue is about 500 bits away, just where
# the exact curve has bent below the line: it gives these many words too much weight. At
# `SIZE = 1` the softmax comes much nearer to the memory than the exact weights do. "Attention
# approximates sparse distributed memory" is a statement about the curve inside the access radius,
# where it was fitted; how well the two recall also depends on what lies beyond.

# %% [markdown]
# ## How many words fit?
#
# Every further word adds noise. Let a random word be read at the very address where it was
# stored, and let $z$ be the mean of a bit's sum divided by its standard deviation. With $T$ random
# words stored,
#
# $$z^2 = \frac{M}{T\,(1 + p^2 M) + 1/p},$$
#
# and a bit is wrong with probability $\Phi(-z)$, the normal distribution function. Solved for $T$
# this gives the *capacity* at a quality $z$ that one asks for: `theory.capacity`. It depends on the
# access fraction $p$, and for each quality there is a best one (`theory.best_capacity`).

# %%
CAPACITY_LOCATIONS = round(20_000 * SIZE)
qualities = {
    2.33: "99 % of the bits right",
    3.20: "half of the words without any error",
    4.26: "99 % of the words without any error",
}
fractions = np.geomspace(1e-4, 2e-2, 200)

fig, axis = plt.subplots(figsize=(6.6, 4.2), layout="constrained")
for (z, text), number in zip(qualities.items(), (20, 120, 200), strict=True):
    shade = MAGNITUDE[number]
    fits = theory.capacity(CAPACITY_LOCATIONS, fractions, z)
    best = theory.best_capacity(CAPACITY_LOCATIONS, z)
    print(
        f"z = {z:.2f} ({text}): at most {best.stored_words:,.0f} words, "
        f"{best.stored_words / CAPACITY_LOCATIONS:.3f} per location, "
        f"at p = {best.access_fraction:.5f}"
    )
    axis.semilogx(
        fractions, np.where(fits >= 1, fits, np.nan), color=shade, label=f"z = {z:.2f}: {text}"
    )
    axis.semilogx(*best, "o", color=shade)
    assert np.isclose(best.stored_words, fits.max(), rtol=0.01)
axis.set(xlabel="access fraction $p$", ylabel="words that fit", ylim=(0, 1.25 * axis.get_ylim()[1]))
axis.set_title(f"Capacity of {CAPACITY_LOCATIONS:,} hard locations (points: best)")
axis.legend(fontsize="small")
plt.show()

# %% [markdown]
# Is it so? Fill a memory beyond its capacity and look, on the way, how many words come back without
# a single wrong bit. Address and word are independent here, as the formula assumes.

# %%
best = theory.best_capacity(CAPACITY_LOCATIONS, 3.20)
filling = SparseDistributedMemory(
    BITS, CAPACITY_LOCATIONS, access_fraction=best.access_fraction, seed=1
)
loads = np.linspace(0.2, 2, 10) * best.stored_words
addresses = rng.random((int(loads[-1]), BITS)) < 0.5
contents = rng.random(addresses.shape) < 0.5
perfect, written = [], 0
for load in loads.astype(int):
    filling.write(addresses[written:load], contents[written:load])
    written = load
    some = rng.choice(written, min(400, written), replace=False)
    perfect.append((filling.read(addresses[some]) == contents[some]).all(axis=1).mean())

# %%
p = filling.access_fraction  # the radius is a whole number, so p is not exactly the best
load = np.linspace(loads[0], loads[-1], 200)
right = 1 - theory.bit_error(theory.signal_to_noise(CAPACITY_LOCATIONS, load, p))

active = np.arange(1, round(4 * p * CAPACITY_LOCATIONS))
chance = binom.pmf(active, CAPACITY_LOCATIONS, p)
z = np.sqrt(active / (load[:, None] * p * (1 + active * p)))
averaged = (1 - theory.bit_error(z)) ** BITS @ chance

fig, axis = plt.subplots(figsize=(6.6, 4.2), layout="constrained")
axis.plot(loads, perfect, "o", color=colour("recall"), label="measured")
axis.plot(load, right**BITS, "--", color=colour("theory"), linewidth=1.1, label="formula above")
axis.plot(
    load,
    averaged,
    color=colour("theory"),
    linewidth=1.1,
    label="averaged over the number of active locations",
)
axis.axvline(
    best.stored_words, color=colour("other"), linestyle=":", label="capacity for half of the words"
)
axis.set(xlabel="words stored", ylabel="share of words without any error")
axis.set_title(f"Filling {CAPACITY_LOCATIONS:,} hard locations")
axis.legend(fontsize="small")
plt.show()

half = crossing(loads, np.array(perfect), 0.5)
print(
    f"half of the words are without error up to {half:,.0f} stored words; "
    f"the formula says {best.stored_words:,.0f}"
)
assert best.stored_words < half < 1.4 * best.stored_words
assert np.abs(np.interp(loads, load, averaged) - perfect).max() < 0.1

# %% [markdown]
# The memory does a little better than the formula. The formula counts the spread in the number of
# active locations as noise, although more active locations only make the whole vote larger. If
# one keeps this number fixed at $n$, so that $z^2 = n / [T p\,(1 + n p)]$, and averages the result
# over the binomial distribution of $n$ (solid line), theory and measurement agree.

# %% [markdown]
# ## Keeping a run, and making it again
#
# A record saves as one NetCDF-4 file. Everything about how it came about is in the file, and any
# program that reads NetCDF can open it; the workbench is not needed for that.

# %%
path = digits.save("digits.nc")
with xr.open_dataset(path) as opened:
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB, '{opened.attrs['title']}'")
    display(opened[["overlap_one_read", "overlap_final", "converged"]])
    for name in ["engram_version", "engram_seed", "engram_parameters"]:
        print(f"{name}: {opened.attrs[name]}")
    assert opened.equals(digits.data)

assert workbench.Record.open(path).stamp == digits.stamp

# %% [markdown]
# (`workbench.store.Store().add(record)` puts the file in the folder of all runs instead, where the
# command line finds it, with tags and notes.)
#
# `script` writes the Python script that makes the record again. We run it here, to see whether the
# result is the same.

# %%
text = script(digits, "digits_again.nc")
print(text)
subprocess.run([sys.executable, "-c", text], check=True, capture_output=True)
assert workbench.Record.open("digits_again.nc").data.equals(digits.data)
print("the script gives the same data, number for number")

# %% [markdown]
# The same as a link. `engram-workbench serve` opens the pages in a browser; there this address
# shows the model with the same values. `parse` reads it back, and says what it refused.

# %%
model = models.get("sdm")(**digits.stamp.parameters)
asked = query(model, digits.stamp.seed)
print(f"http://localhost:5006/lab?{asked}")

linked = parse(asked, models.get)
assert linked.model.values() == model.values() and linked.seed == 1 and not linked.refused

# %% [markdown]
# ## To try
#
# 1. Store 1700 digits in 20,000 hard locations
#    (`models.get("sdm").from_preset("Overloaded")`). What do the pictures show, and why is it the
#    same for many digits?
# 2. In the capacity section, write every word twice. Does that help? What about one word among
#    many written ten times?
# 3. Read with `memory.read(cues, weighting=0)`, where each location only votes, however often it
#    was written. Is recall better or worse?
#
# ## Sources

# %%
for reference in model.cite():
    print(reference)
