"""A class shares a server: fair turns, a budget for each run, and runs whose page was left."""

import math
import time

import pytest

from apps.work.budget import Budget
from apps.work.desk import Desk
from apps.work.job import Job
from tests.workers import Clock, Costly, Deaf, Hungry
from workbench import ParameterError

LONG = 60.0
QUICK = {"frames": 3}
ENDLESS = {"frames": 1_000_000, "wait": 0.01}


def until(condition, seconds=LONG):
    started = time.perf_counter()
    while not condition():
        assert time.perf_counter() - started < seconds, "it did not come about"
        time.sleep(0.005)


@pytest.fixture
def make(store):
    """Return a function that makes a desk, closed when the test ends."""
    made = []

    def desk(workers=1, **more):
        made.append(Desk(store, workers, **more))
        return made[-1]

    yield desk
    for each in made:
        each.close()
        until(lambda each=each: all(job.ended for job in list(each._jobs.values())))


def endless(desk, session="", seed=1):
    return desk.start(Clock(**ENDLESS), seed, session=session)


# Turns


def test_a_session_with_a_run_lets_the_first_runs_of_others_pass(make):
    desk = make()
    going = endless(desk, "ada")
    ada = [endless(desk, "ada", seed) for seed in (2, 3)]
    assert [job.place for job in ada] == [1, 2]
    bob, cyd = endless(desk, "bob"), endless(desk, "cyd")
    assert [job.place for job in (bob, cyd, *ada)] == [1, 2, 3, 4]
    going.stop()
    until(lambda: bob.worker)
    # Ada has no run now, but Cyd waits for longer than Ada has none.
    assert [job.place for job in (cyd, *ada)] == [1, 2, 3]
    dan = endless(desk, "dan")
    assert [job.place for job in (cyd, ada[0], dan, ada[1])] == [1, 2, 3, 4]


def test_a_session_takes_all_workers_only_while_nobody_waits(make):
    desk = make(2)
    ada = [endless(desk, "ada", seed) for seed in (1, 2, 3)]
    assert [bool(job.worker) for job in ada] == [True, True, False]
    bob = endless(desk, "bob")
    assert (bob.place, ada[2].place) == (1, 2)
    ada[0].stop()
    until(lambda: bob.worker)
    assert ada[2].worker is None and ada[2].place == 1
    bob.stop()
    until(lambda: ada[2].worker)


def test_each_of_many_sessions_has_its_turn_before_any_has_a_second(make):
    desk = make()
    first = endless(desk, "zoe")
    jobs = [(who, desk.start(Clock(**QUICK), 1, session=who)) for who in "aabbbc"]
    order = [who for who, _job in sorted(jobs, key=lambda pair: pair[1].place)]
    assert order == ["a", "b", "c", "a", "b", "b"]
    first.stop()
    until(lambda: all(job.ended for _who, job in jobs))
    starts = sorted((job.worker.started, who) for who, job in jobs)
    assert [who for _when, who in starts] == order


def test_runs_of_nobody_are_served_as_they_come(make):
    desk = make()
    endless(desk)
    jobs = [endless(desk, seed=seed) for seed in range(3)]
    assert [job.place for job in jobs] == [1, 2, 3]


def test_a_queue_that_is_too_long_is_told(make, monkeypatch):
    monkeypatch.setattr("apps.work.desk.LONGEST_QUEUE", 2)
    desk = make()
    jobs = [endless(desk, seed=seed) for seed in range(3)]
    with pytest.raises(ParameterError, match="2 runs are waiting already"):
        endless(desk)
    jobs[2].stop()
    assert endless(desk).place == 2


# Pages that were left


def test_a_run_is_stopped_and_kept_some_time_after_its_page_was_left(make, store):
    desk = make(linger=0.3)
    left, waits = endless(desk, "ada"), endless(desk, "ada", 2)
    until(lambda: left.state == "running")
    desk.left("ada")
    assert not left.ended and not waits.ended
    until(lambda: left.ended and waits.ended)
    assert waits.worker is None
    until(lambda: store.list())
    assert store.list()[0].status == "partial: stopped: its page was left"
    until(lambda: not desk._jobs)  # nobody wants them any more


def test_a_run_that_another_page_shows_goes_on(make):
    desk = make(2, linger=0.2)
    seen, unseen = endless(desk, "ada"), endless(desk, "ada", 2)
    desk.seen("tab", seen)
    desk.left("ada")
    until(lambda: unseen.ended)
    assert not seen.ended
    desk.left("tab")
    until(lambda: seen.ended)


def test_a_run_that_a_reloaded_page_finds_goes_on(make):
    desk = make(linger=0.3)
    job = endless(desk, "ada")
    desk.left("ada")
    desk.seen("ada again", desk.find(job.id))
    time.sleep(0.6)
    assert not job.ended
    desk.left("somebody else")
    time.sleep(0.4)
    assert not job.ended


def test_who_comes_back_at_the_last_moment_keeps_the_run(make):
    desk = make(linger=100)
    job = endless(desk, "ada")
    desk.left("ada")
    desk.seen("ada again", job)
    desk.abandon(job)  # the time was over at this very moment
    assert not job.ended and not job.abandoned


def test_runs_of_nobody_go_on(make):
    desk = make(linger=0.05)
    job = endless(desk)
    desk.left("")
    desk.left("ada")
    time.sleep(0.3)
    assert not job.ended


def test_an_ended_run_is_found_until_its_page_was_left_for_some_time(make, store):
    desk = make(linger=0.3)
    job = desk.start(Clock(**QUICK), 1, session="ada")
    until(lambda: store.list())
    desk.left("ada")
    assert desk.find(job.id) is job
    until(lambda: desk.find(job.id) is None)
    assert store.list()[0].complete


def test_large_records_are_let_go_of_sooner(make, store, monkeypatch):
    desk = make()
    jobs = [desk.start(Clock(frames=50), seed) for seed in range(3)]
    until(lambda: len(store.list()) == 3)
    until(lambda: not any(job._keeper.is_alive() for job in jobs))
    assert all(job.nbytes == job.record.data.nbytes > 0 for job in jobs)
    monkeypatch.setattr("apps.work.desk.KEPT_BYTES", 2.5 * jobs[0].nbytes)
    desk.advance()
    assert [desk.find(job.id) for job in jobs] == [None, *jobs[1:]]


# Budget


def test_a_run_over_the_budget_is_refused_before_it_is_queued(make):
    desk = make(budget=Budget(seconds=5))
    model = Costly(frames=1000, wait=0.01)
    told = desk.refusal(model)
    assert told == (
        "This run would take about 10 s (5.0 s are allowed here): lower frames from 1,000 to "
        "about 500."
    )
    with pytest.raises(ParameterError) as refused:
        desk.start(model, 1)
    assert str(refused.value) == told and not desk._jobs
    assert desk.refusal(Costly(frames=500, wait=0.01)) == ""


def test_the_estimate_learns_from_runs(make, store):
    desk = make(3)
    model = Costly(frames=60, wait=0.01)
    assert desk.estimate(model) == model.cost()
    late_ones = [desk.start(Late(frames=200, wait=0.01), seed) for seed in range(3)]
    until(lambda: all(job.ended for job in late_ones))
    until(lambda: not any(job._keeper.is_alive() for job in late_ones))
    late = desk.estimate(Late(frames=200, wait=0.01))
    assert 1.5 < late.seconds < 8  # it said 0.2 s
    assert desk.estimate(model) == model.cost()
    assert Desk(store).estimate(Late(frames=200, wait=0.01)) == late


class Late(Costly):
    """A clock that takes ten times what it says."""

    key = "late"

    def cost(self):
        cost = super().cost()
        return type(cost)(cost.seconds / 10, cost.bytes, cost.lower)


def test_what_was_paused_or_stopped_teaches_nothing(make, monkeypatch):
    desk = make(2)
    monkeypatch.setattr("apps.work.job.LOOK", 0.05)
    stopped, paused = endless(desk), desk.start(Clock(frames=20, wait=0.01), 1)
    until(lambda: paused.state == "running")
    paused.worker.pause()
    time.sleep(0.3)
    paused.worker.resume()
    stopped.stop()
    until(lambda: paused.ended and stopped.ended)
    until(lambda: not paused._keeper.is_alive() and not stopped._keeper.is_alive())
    assert not desk.experience._taken


@pytest.mark.parametrize("model", [Clock(**ENDLESS), Deaf()], ids=lambda model: model.key)
def test_a_run_that_takes_too_long_is_stopped_and_kept(make, store, model):
    desk = make(budget=Budget(seconds=1.2))
    job = desk.start(model, 7)
    until(lambda: store.list())
    (entry,) = store.list()
    reason = "it took longer than the 1.2 s that are allowed here"
    assert entry.status == f"partial: stopped: {reason}"
    assert job.state == "stopped" and job.worker.message == reason
    assert store.open(entry.id).data.sizes["time"] >= 1


@pytest.mark.parametrize("where", ["here", "child"])
def test_a_run_that_takes_too_much_memory_is_ended_and_kept(make, store, where):
    desk = make(budget=Budget(bytes=80e6))
    job = desk.start(Hungry(takes=200, where=where, **ENDLESS), 7)
    until(lambda: store.list())
    (entry,) = store.list()
    assert entry.status.startswith("partial: stopped: it took ")
    assert entry.status.endswith(" of memory, and 80 MB are allowed here")
    assert job.state == "stopped"


def test_a_run_that_keeps_to_its_budget_is_not_ended(make):
    desk = make(budget=Budget(seconds=100, bytes=150e6))
    job = desk.start(Hungry(takes=100, frames=100, wait=0.01), 7)
    until(lambda: job.ended)
    assert job.state == "finished"


def test_time_for_what_is_done_once_comes_on_top(make, monkeypatch):
    monkeypatch.setattr(Clock, "preparation", lambda self: 50.0)
    desk = make(budget=Budget(seconds=0.1))
    job = desk.start(Clock(frames=100, wait=0.01), 7) if desk.refusal(Clock()) == "" else None
    assert job is None  # a second is what a model takes that says nothing
    job = desk.start(Costly(frames=1, wait=0), 7)
    until(lambda: job.ended)
    assert job.state == "finished" and not desk.experience._taken


def test_a_person_who_stops_a_run_is_told_no_reason(make, store):
    desk = make(budget=Budget(math.inf, math.inf))
    job = endless(desk)
    until(lambda: job.state == "running")
    job.stop()
    until(lambda: store.list())
    assert (job.worker.message, store.list()[0].status) == ("", "partial: stopped")
    assert isinstance(job, Job)
