"""The server's runs: their limit, their queue, and what becomes of their records."""

import threading
import time

import pytest

import workbench
from apps.work import desk as module
from apps.work.desk import Desk
from tests.workers import Breaks, Clock, Unloadable
from workbench import Change, ParameterError, Worker
from workbench.store import Store

LONG = 60.0
QUICK = {"frames": 3}
#: Still going when the test is done with it.
ENDLESS = {"frames": 1_000_000, "wait": 0.01}


def until(condition, seconds=LONG):
    started = time.perf_counter()
    while not condition():
        assert time.perf_counter() - started < seconds, "it did not come about"
        time.sleep(0.005)


@pytest.fixture
def desk(store):
    """Return a desk where one run goes on at a time."""
    desk = Desk(store, workers=1)
    yield desk
    desk.close()
    until(lambda: all(job.ended for job in list(desk._jobs.values())))


def endless(desk, seed=1):
    return desk.start(Clock(**ENDLESS), seed)


def stored(store):
    return {entry.seed: entry for entry in store.list()}


def test_a_run_starts_at_once_where_there_is_room(desk):
    job = endless(desk)
    assert job.worker is not None and job.place == 0
    assert job.state in ("starting", "running")
    assert not job.ended and job.record is None
    assert desk.find(job.id) is job
    assert desk.find("nothing") is None


def test_the_record_is_stored_although_nobody_watches(desk, store):
    job = desk.start(Clock(**QUICK), 5)
    until(lambda: stored(store))
    assert job.ended and job.state == "finished" and job.problem == ""
    (entry,) = store.list()
    assert (entry.id, entry.seed, entry.complete) == (job.record.stamp.id, 5, True)
    expected = workbench.run(Clock(**QUICK), 5, progress=False).data.drop_attrs()
    assert store.open(entry.id).data.drop_attrs().equals(expected)


def test_a_page_sees_every_frame_once(desk):
    job = desk.start(Clock(**QUICK), 5)
    until(lambda: job.ended)
    assert job.watch().take().level.equals(job.record.data.level)


def test_the_model_and_the_changes_are_those_given(desk):
    model = Clock(**QUICK)
    job = desk.start(model, 5, [Change(1, "level", 40)])
    model.frames = 9
    until(lambda: job.ended)
    assert job.record.data.sizes["time"] == 3
    assert (job.record.data.level.values > 30).tolist() == [False, True, True]
    assert job.record.stamp.changes == [{"frame": 1, "name": "level", "value": 40.0}]


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_no_more_runs_go_on_at_once_than_allowed(store, workers):
    desk = Desk(store, workers)
    jobs = [desk.start(Clock(**ENDLESS), seed) for seed in range(5)]
    assert [job.worker is not None for job in jobs] == [n < workers for n in range(5)]
    assert [job.state for job in jobs[workers:]] == ["queued"] * (5 - workers)
    assert [job.place for job in jobs] == [0] * workers + list(range(1, 6 - workers))
    desk.close()
    until(lambda: all(job.ended for job in jobs))


def test_waiting_runs_have_their_turn_in_the_order_they_came(desk, store):
    first = endless(desk)
    waiting = [desk.start(Clock(**QUICK), seed) for seed in (11, 12, 13)]
    assert [job.place for job in waiting] == [1, 2, 3]
    assert all(job.watch() is None and job.record is None for job in waiting)
    first.stop()
    until(lambda: all(job.ended for job in waiting))
    assert [job.place for job in waiting] == [0, 0, 0]
    starts = [job.worker.started for job in waiting]
    assert starts == sorted(starts)
    ends = [job.worker.started + job.worker.elapsed for job in (first, *waiting)]
    assert all(end <= start for end, start in zip(ends, starts, strict=False))
    until(lambda: len(store.list()) == 4)


def test_a_waiting_run_can_be_taken_out_of_the_queue(desk, store):
    first = endless(desk, 1)
    second, third = desk.start(Clock(**QUICK), 2), desk.start(Clock(**QUICK), 3)
    second.stop()
    assert second.state == "stopped" and second.ended and second.place == 0
    assert (second.worker, second.record) == (None, None)
    assert third.place == 1
    second.stop()
    first.stop()
    until(lambda: set(stored(store)) == {1, 3})
    assert second.worker is None


def test_stop_ends_a_run_and_its_partial_record_is_kept(desk, store):
    job = endless(desk, 4)
    watch = job.watch()
    until(lambda: watch.take() is not None)
    job.stop()
    until(lambda: stored(store))
    assert job.state == "stopped"
    assert stored(store)[4].status == "partial: stopped"


def test_a_run_whose_turn_comes_while_it_is_stopped_is_stopped(desk, monkeypatch):
    """The turn comes after `stop` looked whether there is a process and before it looks again."""
    first = endless(desk)
    job = desk.start(Clock(**ENDLESS), 2)
    taking_out = Desk.drop

    def in_between(self, job):
        monkeypatch.undo()
        first.stop()
        until(lambda: job.worker is not None)
        taking_out(self, job)

    monkeypatch.setattr(Desk, "drop", in_between)
    job.stop()
    until(lambda: job.ended, 10)
    assert job.state == "stopped"


@pytest.mark.parametrize("how", ["raise", "kill"])
def test_a_run_that_fails_is_stored_and_gives_its_place_to_the_next(desk, store, how):
    broken, after = desk.start(Breaks(how=how), 1), desk.start(Clock(**QUICK), 2)
    until(lambda: set(stored(store)) == {1, 2})
    assert (broken.state, after.state) == ("failed", "finished")
    assert stored(store)[1].status.startswith("partial: The ")


def test_a_model_that_cannot_be_loaded_fails_and_the_next_has_its_turn(desk, store):
    broken, after = desk.start(Unloadable(), 1), desk.start(Clock(**QUICK), 2)
    until(lambda: 2 in stored(store))
    assert (broken.state, after.state) == ("failed", "finished")


def test_a_store_that_cannot_write_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")
    desk = Desk(Store(tmp_path / "file"), workers=1)
    job, after = desk.start(Clock(**QUICK), 1), desk.start(Clock(**QUICK), 2)
    until(lambda: job.problem and after.problem)
    assert job.problem.startswith(f"{tmp_path / 'file'} cannot be made: ")
    assert job.state == "finished" and job.record.complete


def test_a_store_that_breaks_does_not_hold_up_the_queue(desk, monkeypatch):
    def broken(_record):
        raise MemoryError("no room for the record\nat all")

    monkeypatch.setattr(desk.store, "add", broken)
    job, after = desk.start(Clock(**QUICK), 1), desk.start(Clock(**QUICK), 2)
    until(lambda: after.problem)
    assert job.problem == after.problem == "no room for the record"
    assert after.state == "finished"


class Fading(Clock):
    """A model whose values go together only once."""

    key = "fading"
    asked = 0

    def validate(self):
        type(self).asked += 1
        if self.asked > 1:
            raise ParameterError("the folder is gone")


def test_a_run_that_can_no_longer_start_fails_and_gives_its_place_to_the_next(desk, monkeypatch):
    monkeypatch.setattr(Fading, "asked", 0)
    first = endless(desk, 1)
    gone, after = desk.start(Fading(**QUICK), 2), desk.start(Clock(**QUICK), 3)
    first.stop()
    until(lambda: after.ended)
    assert (gone.state, gone.ended, gone.problem) == ("failed", True, "the folder is gone")
    assert gone.record is None and gone.watch() is None
    assert after.state == "finished"


@pytest.mark.parametrize(
    ("seed", "changes", "sentence"),
    [
        (-1, [], "seed = -1 is not allowed"),
        (1, [Change(1, "frames", 2)], "'frames' cannot be changed"),
        (1, [Change(1, "level", 1e9)], "level = 1000000000.0 is not allowed"),
    ],
)
def test_what_is_not_allowed_is_refused_before_it_is_queued(desk, seed, changes, sentence):
    endless(desk)
    with pytest.raises(ParameterError, match=sentence):
        desk.start(Clock(), seed, changes)
    assert len(desk._jobs) == 1


def test_values_that_do_not_go_together_are_refused(desk, monkeypatch):
    monkeypatch.setattr(Fading, "asked", 1)
    with pytest.raises(ParameterError, match="the folder is gone"):
        desk.start(Fading(), 1)
    assert not desk._jobs


def test_old_ended_runs_are_forgotten_and_waiting_ones_never(desk, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 2)
    first = endless(desk)
    dropped = [desk.start(Clock(**QUICK), seed) for seed in range(4)]
    for job in dropped:
        job.stop()
    last = desk.start(Clock(**QUICK), 9)
    assert [desk.find(job.id) for job in dropped] == [None, None, *dropped[2:]]
    assert desk.find(first.id) is first and desk.find(last.id) is last


def test_close_stops_what_goes_on_and_what_waits(store):
    desk = Desk(store, workers=2)
    jobs = [desk.start(Clock(**ENDLESS), seed) for seed in range(5)]
    for job in jobs[:2]:
        watch = job.watch()
        until(lambda watch=watch: watch.take() is not None)
    desk.close()
    until(lambda: all(job.ended for job in jobs))
    assert [job.state for job in jobs] == ["stopped"] * 5
    assert [job.worker is not None for job in jobs] == [True, True, False, False, False]
    until(lambda: set(stored(store)) == {0, 1})
    desk.close()


def test_close_gives_no_waiting_run_its_turn(desk, monkeypatch):
    first = endless(desk)
    waiting = [endless(desk, seed) for seed in (2, 3)]
    stop = Worker.stop

    def stop_and_give_way(worker, reason=""):
        stop(worker, reason)
        worker.wait(LONG)
        time.sleep(0.3)

    monkeypatch.setattr(Worker, "stop", stop_and_give_way)
    desk.close()
    assert first.state == "stopped"
    assert [job.worker for job in waiting] == [None, None]


def test_runs_may_be_started_from_many_threads(store):
    desk = Desk(store, workers=3)
    jobs = []
    threads = [
        threading.Thread(target=lambda seed=seed: jobs.append(desk.start(Clock(**QUICK), seed)))
        for seed in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until(lambda: set(stored(store)) == set(range(8)))
    assert {job.state for job in jobs} == {"finished"}
