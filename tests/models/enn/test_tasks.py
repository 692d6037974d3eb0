"""Tasks that need recall: a plain lookup answers them, and the question itself does not."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from models.enn.associations import DISTRACTORS, AssociativeRecall, Stream
from models.enn.few_shot import FewShot
from models.enn.tasks import Copy, distinct
from workbench import ParameterError


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


recalls = st.builds(
    lambda keys, share, asked, **dials: AssociativeRecall(
        keys=keys, pairs=1 + int(share * (keys - 1)),
        queries=1 + int(asked * int(share * (keys - 1))), **dials,
    ),
    keys=st.integers(1, 12), share=st.floats(0, 1), asked=st.floats(0, 1),
    values=st.integers(2, 6), together=st.booleans(), distractors=st.integers(0, 3),
    gap=st.integers(0, 3),
)  # fmt: skip
copies = st.builds(
    Copy, length=st.integers(1, 6), symbols=st.integers(2, 5), delay=st.integers(0, 6)
)
few = st.builds(
    FewShot, ways=st.integers(2, 5), shots=st.integers(1, 3), queries=st.integers(1, 4),
    together=st.booleans(), size=st.integers(6, 12), noise=st.just(0.01),
)  # fmt: skip
streams = st.builds(
    Stream, maps=st.integers(1, 4), pairs=st.integers(1, 4), values=st.integers(2, 5),
    shared=st.booleans(),
)  # fmt: skip
seeds = st.integers(0, 10**6)


def looked_up(task, x):
    """Answer the questions of one sequence (T, d) of pairs by a dictionary."""
    known, said, key = {}, {}, None
    for step, row in enumerate(np.asarray(x)):
        keys, values = row[: task.keys], row[task.keys : task.keys + task.values]
        mark = not task.together and row[task.keys + task.values]
        if mark or (task.together and keys.any() and not values.any()):
            said[step] = known[keys.argmax()]
        elif keys.any():
            key = keys.argmax()
        if values.any():
            known[key] = values.argmax()
    return said


@given(task=recalls, seed=seeds)
def test_a_dictionary_recalls_the_values_of_keys(task, seed):
    batch = task.batch(3, generator(seed))
    assert batch.x.shape == (3, task.steps, task.features)
    assert (batch.asked.sum(1) == task.questions).all()
    for x, y, asked in zip(batch.x, batch.y, batch.asked, strict=True):
        said = looked_up(task, x)
        assert sorted(said) == asked.nonzero()[:, 0].tolist()
        assert all(y[step] == value for step, value in said.items())
        shown = x[:, : task.keys].sum(0)
        assert (shown > 0).sum() == task.pairs and shown.max() <= 2  # no key twice, nor asked twice


@given(task=recalls, seed=seeds)
def test_nothing_is_shown_that_is_not_meant(task, seed):
    x = task.batch(2, generator(seed)).x
    assert set(x.unique().tolist()) <= {0.0, 1.0}
    per_pair = 2 + task.distractors
    marks = 0 if task.together else task.queries
    expected = task.pairs * per_pair + task.queries + marks
    assert (x.sum((1, 2)) == expected).all()
    key, value = x[..., : task.keys].sum(-1), x[..., task.keys :][..., : task.values].sum(-1)
    assert ((key * value).sum(1) == (task.pairs if task.together else 0)).all()
    blank = x[:, task.steps - task.queries - task.gap : task.steps - task.queries]
    assert not blank.any()
    if task.distractors:
        assert (x[..., -DISTRACTORS:].sum((1, 2)) == task.pairs * task.distractors).all()


@given(task=copies, seed=seeds)
def test_a_copy_is_what_was_shown(task, seed):
    batch = task.batch(3, generator(seed))
    shown = batch.x[:, : task.length, :-1].argmax(-1)
    assert (batch.y[batch.asked].view(3, -1) == shown).all()
    mark = batch.x[..., -1].argmax(1)
    assert (mark == task.length + task.delay).all()
    assert batch.x[:, task.length :].sum() == 3  # nothing but the marks after the symbols
    assert (batch.asked.int().argmax(1) == mark + 1).all()


@given(task=few, seed=seeds)
def test_the_nearest_example_tells_the_label(task, seed):
    batch = task.batch(3, generator(seed))
    each = 1 if task.together else 2
    count = task.ways * task.shots
    pictures = batch.x[:, : count * each : each, : task.width]
    labels = batch.x[:, each - 1 : count * each : each, task.width : task.width + task.ways]
    assert (labels.sum(-1) == 1).all() and (labels.sum(1) == task.shots).all()
    asked = batch.x[:, -task.queries :]
    assert not asked[..., task.width : task.width + task.ways].any()
    distance = torch.cdist(asked[..., : task.width], pictures)
    told = labels.argmax(-1).gather(1, distance.argmin(-1))
    assert (told == batch.y[batch.asked].view(3, -1)).all()
    assert distance.min() > 0  # never the picture that was shown
    if not task.together:
        assert (batch.x[..., -1] == batch.asked).all()


@given(task=streams, seed=seeds)
def test_a_dictionary_knows_all_maps_of_a_stream(task, seed):
    batch = task.batch(3, generator(seed))
    cuts = [task.keys, task.keys + task.values]
    for x, y, asked in zip(batch.x, batch.y, batch.asked, strict=True):
        known = {}
        for step, row in enumerate(x):
            key, value, this = row[: cuts[0]], row[cuts[0] : cuts[1]], row[cuts[1] :]
            assert key.sum() == this.sum() == 1
            place = (this.argmax().item(), key.argmax().item())
            assert bool(asked[step]) == (not value.any())
            if asked[step]:
                assert known[place] == y[step]
            else:
                assert place not in known
                known[place] = value.argmax()
        assert len(known) == task.maps * task.pairs


@given(task=st.one_of(recalls, copies, few, streams), seed=seeds)
def test_batches_are_fresh_and_the_same_for_a_seed(task, seed):
    first, again = task.batch(2, generator(seed)), task.batch(2, generator(seed))
    for one, other in zip(first, again, strict=True):
        assert one is other is None or torch.equal(one, other)
    one = generator(seed)
    task.batch(2, one)
    assert not torch.equal(one.get_state(), generator(seed).get_state())
    assert not first.y[~first.asked].any() and first.y.max() < task.outputs
    assert first.asked.sum() == 2 * task.questions


TASKS = [
    AssociativeRecall(pairs=4, keys=6, values=4),
    AssociativeRecall(pairs=4, keys=6, values=4, together=False, distractors=2, queries=3),
    Copy(length=3, symbols=4, delay=2),
    FewShot(ways=4, size=8, queries=2),
    FewShot(ways=4, size=8, together=False),
    Stream(maps=3, pairs=2, values=4),
    Stream(maps=3, pairs=2, values=4, shared=True),
]


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_the_question_itself_tells_nothing(task):
    """Answers are evenly spread whatever is seen at the step that asks."""
    batch = task.batch(8000, generator(3))
    for step in batch.asked[0].nonzero()[:, 0].tolist():
        y, seen = batch.y[:, step], batch.x[:, step]
        spread = torch.bincount(y, minlength=task.outputs) / len(y)
        assert (spread - task.chance()).abs().max() < 0.025
        for column in seen.T:
            if column.unique().numel() == 1:
                continue
            high = y[column > column.median()] if column.unique().numel() > 2 else y[column == 1]
            spread = torch.bincount(high, minlength=task.outputs) / len(high)
            assert (spread - task.chance()).abs().max() < 5 * (0.25 / len(high)) ** 0.5


@pytest.mark.parametrize("task", TASKS[:1] + [Copy(length=1), FewShot(), Stream(maps=1)], ids=str)
def test_the_last_step_alone_can_be_asked(task):
    every, last = task.batch(4, generator(5)), task.batch(4, generator(5), last=True)
    assert torch.equal(every.y[:, -1], last.y) and torch.equal(every.x, last.x)
    assert last.asked is None and every.asked[:, -1].all()


def test_the_task_of_the_specification_has_its_width():
    task = AssociativeRecall()
    assert (task.features, task.steps, task.outputs, task.chance()) == (48, 9, 16, 1 / 16)


@given(pairs=st.integers(1, 5), values=st.integers(2, 4))
@settings(max_examples=20)
def test_the_best_guess_of_a_value_that_was_shown(pairs, values):
    counted = [
        np.bincount(draw, minlength=values).max()
        for draw in itertools.product(range(values), repeat=pairs)
    ]
    task = AssociativeRecall(pairs=pairs, values=values, keys=8)
    assert task.unbound() == pytest.approx(np.mean(counted) / pairs)


def test_all_places_are_asked_and_all_orders_shown():
    task = AssociativeRecall(pairs=5, queries=2)
    x = task.batch(500, generator()).x[..., :32]
    place = (x[:, :5] * x[:, 5:6]).sum(-1).argmax(1)
    assert np.bincount(place, minlength=5).min() > 70
    labels = FewShot(ways=5).batch(500, generator()).x[:, 0, -5:].argmax(-1)
    assert np.bincount(labels, minlength=5).min() > 70


def test_each_sequence_shows_pictures_of_its_own():
    classes = torch.arange(60) % 2
    task = FewShot(ways=2, shots=2, pictures=torch.arange(60.0)[:, None], classes=classes)
    shown = task.batch(300, generator()).x[:, :4, 0].long()
    assert len(shown.unique()) == 60
    apart = [abs(row[classes[row] == 0].diff().item()) for row in shown]
    assert np.mean([gap == 2 for gap in apart]) < 0.3  # not those that lie side by side


def test_pictures_of_a_class_are_shown_and_others_of_it_asked():
    classes = torch.arange(60) % 6
    pictures = torch.stack([classes.float(), torch.arange(60.0)], 1)  # class and number
    task = FewShot(ways=4, shots=2, queries=3, pictures=pictures, classes=classes)
    batch = task.batch(200, generator())
    assert task.width == 2 and task.features == 6
    kinds = batch.x[..., 0].long()
    numbers = batch.x[..., 1].long()
    assert (classes[numbers] == kinds).all()
    shown, asked = numbers[:, :8], numbers[:, 8:]
    assert all(len(set(row.tolist())) == 8 for row in shown)
    assert not (asked[:, :, None] == shown[:, None]).any()
    assert all(sorted(np.bincount(row, minlength=6)) == [0, 0, 2, 2, 2, 2] for row in kinds[:, :8])
    assert len(numbers.unique()) == 60 and len(kinds[:, 0].unique()) == 6
    for row in range(200):
        label = dict(zip(kinds[row, :8].tolist(), batch.x[row, :8, 2:].argmax(-1), strict=True))
        assert all(label[kinds[row, 8 + q].item()] == batch.y[row, 8 + q] for q in range(3))
    labels_of_0 = batch.x[:, :8, 2:].argmax(-1)[kinds[:, :8] == 0]
    assert len(labels_of_0.unique()) == 4  # a class has other labels in other sequences


def test_what_is_known_after_each_map():
    task = Stream(maps=3)
    right = torch.tensor([[1, 1, 1, 0, 1, 1], [1, 0, 1, 0, 0, 1]]).bool()
    table = task.matrix(right)
    expected = [[1, np.nan, np.nan], [0.5, 1, np.nan], [0, 0.5, 1]]
    np.testing.assert_array_equal(table, expected)
    assert task.backward_transfer(table) == pytest.approx(-0.75)
    assert np.isnan(task.backward_transfer(table[:1, :1]))


@given(size=st.integers(1, 5), among=st.integers(1, 9), seed=seeds)
def test_numbers_of_a_row_are_distinct(size, among, seed):
    drawn = distinct(size, among, among, generator(seed))
    assert (drawn.sort(1).values == torch.arange(among)).all()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: AssociativeRecall(pairs=33), "pairs = 33 .* from 1 to 32"),
        (lambda: AssociativeRecall(queries=9), "queries = 9 .* from 1 to 8"),
        (lambda: AssociativeRecall(gap=-1), "gap = -1 .* at least 0"),
        (lambda: AssociativeRecall(pairs=2.5), "pairs = 2.5 .* a whole number from 1 to 32"),
        (lambda: Copy(symbols=1), "symbols = 1 .* at least 2"),
        (lambda: FewShot(ways=1), "ways = 1 "),
        (lambda: FewShot(noise=-0.1), "noise = -0.1 "),
        (lambda: FewShot(pictures=torch.zeros(3, 2)), "given together"),
        (lambda: FewShot(pictures=torch.zeros(3, 2), classes=torch.zeros(2)), "one vector for"),
        (
            lambda: FewShot(shots=2, pictures=torch.zeros(4, 2), classes=torch.arange(4) // 2),
            "shots = 2 .* 2 pictures",
        ),
        (
            lambda: FewShot(ways=3, pictures=torch.zeros(4, 2), classes=torch.arange(4) // 2),
            "ways = 3 .* from 2 to 2",
        ),
        (lambda: Stream(maps=0), "maps = 0 "),
        (lambda: Copy().batch(2, generator(), last=True), "last = True .* 10 answers"),
        (lambda: Copy().batch(0, generator()), "size = 0 "),
    ],
)
def test_what_cannot_be_is_told(make, said):
    with pytest.raises(ParameterError, match=said):
        make()
