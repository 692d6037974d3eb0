"""What was set is taken back and done again, step by step."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from apps.lab import history as module
from apps.lab.history import History, Step


def step(value, preset=""):
    return Step({"noise": value}, preset)


def made(*values):
    history = History(step(0))
    for value in values:
        history.add(step(value))
    return history


def test_steps_are_taken_back_and_done_again():
    history = made(1, 2)
    assert (history.earlier, history.later) == (step(1), None)
    assert history.undo() == step(1) and history.undo() == step(0)
    assert (history.earlier, history.later) == (None, step(1))
    assert history.redo() == step(1) == history.now


def test_at_either_end_one_stays_where_one_is():
    history = made(1)
    assert history.redo() == step(1)
    history.undo()
    assert history.undo() == step(0) == history.now


def test_a_drag_is_one_step():
    history = made(1)
    for value in (2, 3, 4):
        history.add(step(value), ("noise", 7))
    assert history.now == step(4)
    assert history.undo() == step(1)
    assert history.redo() == step(4)


def test_two_drags_are_two_steps():
    history = made()
    for gesture in (1, 2):
        for value in (10 * gesture, 10 * gesture + 1):
            history.add(step(value), ("noise", gesture))
    assert history.undo() == step(11) and history.undo() == step(0)


def test_a_drag_that_comes_back_to_where_it_began_is_no_step():
    history = made(1)
    for value in (2, 3, 1):
        history.add(step(value), ("noise", 7))
    assert (history.now, history.earlier, history.later) == (step(1), step(0), None)
    history.add(step(4), ("noise", 7))
    history.add(step(5), ("noise", 7))
    assert history.undo() == step(1)


def test_what_goes_on_after_undo_is_another_step():
    history = made(1)
    history.add(step(2), "drag")
    history.undo()
    history.add(step(3), "drag")
    assert history.undo() == step(1)


def test_what_was_taken_back_is_forgotten_with_the_next_step():
    history = made(1, 2)
    history.undo()
    history.add(step(5))
    assert history.later is None and history.undo() == step(1)


def test_what_changes_nothing_is_no_step():
    history = made(1, 1)
    history.undo()
    history.add(step(0))
    assert history.later == step(1)


def test_a_preset_is_a_step_even_with_the_same_values():
    history = made(1)
    history.add(step(1, "Overloaded"))
    assert history.undo() == step(1)
    assert history.redo().preset == "Overloaded"


def test_the_oldest_steps_are_forgotten(monkeypatch):
    monkeypatch.setattr(module, "MOST", 3)
    history = made(1, 2, 3, 4, 5)
    assert [history.undo().values["noise"] for _ in range(4)] == [4, 3, 2, 2]


@given(st.lists(st.integers(0, 9), max_size=12))
def test_as_many_undos_as_steps_lead_back(values):
    history = made(*values)
    seen = [history.now]
    while history.earlier is not None:
        seen.append(history.undo())
    assert seen[-1] == step(0)
    assert [history.redo() for _ in seen[1:]] == seen[-2::-1]
