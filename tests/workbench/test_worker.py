"""Runs in processes of their own: the same records, steered, and whatever may befall a process."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import models
import workbench
from tests.toys import Walk
from tests.workers import ROOT, Breaks, Clock, Deaf, Prepares, Unloadable, tick
from workbench import Cancelled, Change, ParameterError, Worker
from workbench import worker as module
from workbench.child import PipedRun
from workbench.frames import Frames

SOON = 2.0  # seconds; a command acts within 0.2 s on a quiet machine (tests/bench)
LONG = 60.0  # what never takes so long unless it never comes
ENDS = ("finished", "stopped", "failed")
#: A run so long that it is still going when the test is done with it.
ENDLESS = {"frames": 1_000_000, "wait": 0.005}
SMALL = {"patterns": "random words", "stored": 4, "address_bits": 64, "hard_locations": 1000,
         "access_fraction": 0.02, "cues": 4, "noise_levels": 3, "reads": 2}  # fmt: skip


def spass():
    return models.get("spass")(starts=2)


def sdm():
    return models.get("sdm")(**SMALL)


def clock():
    return Clock(frames=12)


def walk():
    return Walk(steps=30)


def plain(data):
    """Return data without the stamp."""
    return data.copy().assign_attrs({}).drop_attrs(deep=False)


def assert_same(data, other):
    xr.testing.assert_identical(plain(data), plain(other))


def until(condition, seconds=LONG):
    """Wait until a condition holds, and return how long that took."""
    started = time.perf_counter()
    while not condition():
        assert time.perf_counter() - started < seconds, "it did not come about"
        time.sleep(0.002)
    return time.perf_counter() - started


@pytest.fixture
def start():
    """Return a function that starts a worker, which is stopped when the test ends."""
    begun = []

    def begin(model, *arguments, **more):
        begun.append(Worker(model, *arguments, **more))
        return begun[-1]

    yield begin
    for worker in begun:
        worker.stop()
    for worker in begun:
        worker.wait(LONG)


def going(worker):
    """Wait until a run has given a frame, and return it."""
    until(lambda: worker.state not in ("starting",) and worker.data().variables)
    return worker


def pid_of(worker):
    """Return the process that `Deaf` runs in."""
    until(lambda: "pid" in worker.data())
    return worker.data().pid.item()


def alive(pid):
    """Return whether a process runs (one that has ended but is still listed does not)."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return not Path("/proc").exists()


# The same record, however it was watched and steered


class Reader:
    """Joins what a watch hands out."""

    def __init__(self, worker):
        self.watch, self.frames, self.takes = worker.watch(), Frames(), 0

    def take(self):
        new = self.watch.take()
        self.takes += 1
        if new is not None:
            self.frames.add(new)

    @property
    def seen(self):
        return self.frames.dataset()


def by_nobody(worker):
    return []


def by_one(worker):
    reader = Reader(worker)
    while not worker.ended:
        reader.take()
        time.sleep(0.002)
    return [reader]


def by_a_slow_one(worker):
    reader = Reader(worker)
    while not worker.ended:
        reader.take()
        time.sleep(0.3)
    return [reader]


def by_two(worker):
    quick, slow = Reader(worker), Reader(worker)
    while not worker.ended:
        quick.take()
        if quick.takes % 20 == 0:
            slow.take()
        time.sleep(0.002)
    return [quick, slow]


def pausing(worker):
    reader = Reader(worker)
    while not worker.ended:
        worker.pause()
        reader.take()
        time.sleep(0.01)
        worker.resume()
        time.sleep(0.005)
    return [reader]


def stepping(worker):
    reader = Reader(worker)
    while not worker.ended:
        worker.step()
        reader.take()
        time.sleep(0.01)
    return [reader]


@pytest.mark.parametrize("manner", [by_nobody, by_one, by_a_slow_one, by_two, pausing, stepping],
                         ids=lambda manner: manner.__name__)  # fmt: skip
@pytest.mark.parametrize("make", [spass, sdm, clock, walk], ids=lambda make: make.__name__)
def test_a_worker_gives_the_record_that_this_process_gives(make, manner, start):
    worker = start(make(), seed=7)
    readers = manner(worker)
    record = worker.wait(LONG)
    expected = workbench.run(make(), seed=7, progress=False)
    assert (worker.state, worker.progress, worker.message) == ("finished", 1.0, "")
    assert record.complete and worker.record is record
    assert_same(record.data, expected.data)
    same = ("model", "model_class", "title", "parameters", "seed", "changes", "status")
    for name in same:
        assert getattr(record.stamp, name) == getattr(expected.stamp, name)
    for reader in readers:
        reader.take()  # what came between the last look and the end
        assert_same(reader.seen, record.data)
        assert reader.watch.take() is None
    assert_same(worker.watch().take(), record.data)


def test_another_seed_gives_another_record(start):
    first, second = (start(clock(), seed).wait(LONG) for seed in (1, 2))
    assert not first.data.level.equals(second.data.level)


def test_the_model_that_was_given_is_left_alone(start):
    model = clock()
    worker = start(model)
    worker.set("level", 3)
    model.frames = 2
    assert worker.wait(LONG).data.sizes["time"] == 12
    assert model.level == 0.0


def test_a_watch_that_comes_late_sees_everything(start):
    worker = going(start(Clock(**ENDLESS)))
    until(lambda: worker.data().sizes["time"] > 5)
    late = Reader(worker)
    late.take()
    assert late.seen.time.values[0] == 0 and late.seen.sizes["time"] > 5
    worker.stop()
    record = worker.wait(LONG)
    late.take()
    assert_same(late.seen, record.data)


def test_a_watch_that_is_forgotten_gathers_no_more(start):
    worker = going(start(Clock(**ENDLESS)))
    watch = worker.watch()
    assert len(worker._watches) == 1
    del watch
    assert len(worker._watches) == 0


# Live changes


@pytest.mark.parametrize(
    ("make", "name", "values"),
    [(spass, "input_rate", [2.0, 0.5]), (sdm, "cue_noise", [0.4, 0.0]), (clock, "level", [9, -9])],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_live_change_is_recorded_and_gives_the_same_again(make, name, values, start):
    worker = start(make(), seed=3)
    worker.pause()
    for value in values:
        worker.set(name, value)
        worker.step()
        before = worker.progress
        until(lambda before=before: worker.progress > before or worker.ended)
    worker.resume()
    record = worker.wait(LONG)
    told = [(change["name"], change["value"]) for change in record.stamp.changes]
    assert told == [(name, float(value)) for value in values]
    assert record.stamp.changes[0]["frame"] == 1
    assert record.stamp.parameters[name] == getattr(make(), name)
    changes = [Change(**change) for change in record.stamp.changes]
    assert_same(workbench.run(make(), 3, progress=False, changes=changes).data, record.data)
    again = start(make(), 3, changes).wait(LONG)
    assert_same(again.data, record.data)
    assert again.stamp.changes == record.stamp.changes


def test_a_change_while_frames_flow_takes_effect_in_a_later_frame(start):
    worker = going(start(Clock(**ENDLESS), seed=4))
    worker.set("level", 50)
    until(lambda: worker.data().latest > 25)
    worker.stop()
    data = worker.wait(LONG).data
    (change,) = worker.record.stamp.changes
    high = data.level.values > 25
    expected = 50 * high + np.random.default_rng(4).normal(size=high.size)
    np.testing.assert_allclose(data.level.values, expected)
    frames = np.arange(1, high.size + 1) + (np.arange(high.size) + 1) // 3
    np.testing.assert_array_equal(high, frames > change["frame"])


def test_changes_may_be_given_beforehand(start):
    changes = [Change(3, "level", 20), Change(6, "level", -20.0)]
    record = start(clock(), 1, changes).wait(LONG)
    assert_same(record.data, workbench.run(clock(), 1, progress=False, changes=changes).data)
    assert len(record.stamp.changes) == 2


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("frames", 3, "'frames' cannot be changed while 'clock' runs"),
        ("nothing", 3, "'nothing' cannot be changed while 'clock' runs"),
        ("level", 1000, "level = 1000 is not allowed: it must be a number from -100 to 100"),
        ("level", "high", "level = 'high' is not allowed"),
    ],
)
def test_a_change_that_is_not_allowed_is_refused(name, value, sentence, start):
    worker = start(clock())
    with pytest.raises(ParameterError, match=sentence):
        worker.set(name, value)
    assert worker.wait(LONG).stamp.changes == []
    with pytest.raises(ParameterError, match=sentence):
        start(clock(), changes=[Change(1, name, value)])


@pytest.mark.parametrize("seed", [-1, 2**32, "one"])
def test_a_seed_that_is_not_allowed_is_refused(seed):
    with pytest.raises(ParameterError, match="seed = "):
        Worker(clock(), seed)


# Pause, step, stop


def still(worker, seconds=0.15):
    """Return whether no frame comes for a while."""
    before = worker.progress
    time.sleep(seconds)
    return worker.progress == before


def test_pause_waits_in_a_frame_and_resume_goes_on(start):
    worker = going(start(Clock(**ENDLESS)))
    reader = Reader(worker)
    assert worker.state == "running"
    worker.pause()
    assert worker.state == "paused"
    until(lambda: reader.take() or still(worker), SOON)
    paused_at = worker.progress
    assert worker.elapsed > 0
    worker.resume()
    assert worker.state == "running"
    until(lambda: reader.take() or worker.progress > paused_at, SOON)


def test_a_run_may_be_paused_before_its_first_frame(start):
    worker = start(clock())
    worker.pause()
    until(lambda: worker.data().variables)
    assert still(worker) and worker.state == "paused"
    assert worker.data().sizes["time"] == 1
    worker.resume()
    assert worker.wait(LONG).complete


def test_a_step_from_running_pauses(start):
    worker = going(start(Clock(**ENDLESS)))
    reader = Reader(worker)
    worker.step()
    assert worker.state == "paused"
    until(lambda: reader.take() or still(worker), SOON)


def test_each_step_lets_one_frame_pass(start):
    worker = start(Clock(frames=9, wait=0.002))
    reader = Reader(worker)
    worker.pause()
    until(lambda: reader.take() or reader.seen.sizes.get("time") == 1)
    for ticks in (2, 2, 3, 4):  # the frame before the third tick is only a function
        worker.step()
        until(lambda ticks=ticks: reader.take() or reader.seen.sizes["time"] == ticks)
        assert still(worker, 0.1)
    assert "twice" in reader.seen


def test_steps_asked_for_in_a_hurry_are_all_made(start):
    worker = start(Clock(frames=9, wait=0.002))
    reader = Reader(worker)
    worker.pause()
    until(lambda: reader.take() or reader.seen.sizes.get("time") == 1)
    for _ in range(5):
        worker.step()
    until(lambda: reader.take() or reader.seen.sizes["time"] == 5)
    time.sleep(0.2)
    reader.take()
    assert reader.seen.sizes["time"] == 5


def test_what_is_told_between_frames_takes_no_step(start):
    worker = start(Prepares(frames=9, looks=7))
    reader = Reader(worker)
    worker.pause()
    until(lambda: worker.state == "paused" and still(worker, 0.2))
    for ticks in (1, 2, 2, 3):  # the frame before the third tick is only a function
        worker.step()
        until(lambda ticks=ticks: reader.take() or reader.seen.sizes.get("time") == ticks)
        assert still(worker, 0.1)


def test_a_run_stops_while_it_prepares(start):
    worker = start(Prepares(looks=1_000_000))
    until(lambda: worker.message.startswith("preparing"))
    begun = time.perf_counter()
    worker.stop()
    assert worker.wait(LONG).stamp.status == "partial: stopped"
    assert time.perf_counter() - begun < 0.5


def test_a_change_made_while_a_run_prepares_is_recorded_and_repeated(start):
    worker = start(Prepares(looks=100), seed=2)
    until(lambda: worker.message.startswith("preparing"))
    worker.set("level", 7.0)
    record = worker.wait(LONG)
    assert record.stamp.changes == [{"frame": 0, "name": "level", "value": 7.0}]
    again = workbench.run(Prepares(looks=0, level=7.0), 2, progress=False)
    assert_same(again.data, record.data)


def test_a_pause_forgets_steps_that_are_still_to_come(start):
    worker = start(Clock(frames=100, wait=0.05))
    reader = Reader(worker)
    worker.pause()
    until(lambda: reader.take() or reader.seen.sizes.get("time") == 1)
    for _ in range(50):
        worker.step()
    worker.pause()
    until(lambda: reader.take() or still(worker, 0.4))
    assert reader.seen.sizes["time"] < 10


def test_stop_keeps_what_was_computed(start):
    worker = going(start(Clock(**ENDLESS), seed=5))
    until(lambda: worker.data().sizes["time"] > 3)
    worker.stop()
    assert worker.state in ("stopping", "stopped")
    assert until(lambda: worker.ended) < SOON
    assert worker.state == "stopped" and worker.message == ""
    assert worker.record.stamp.status == "partial: stopped" and not worker.record.complete
    level = worker.record.data.level.values
    assert 3 < level.size < ENDLESS["frames"]
    np.testing.assert_array_equal(level, np.random.default_rng(5).normal(size=level.size))


def test_a_stopped_run_holds_what_only_a_look_would_have_made(start):
    worker = start(Clock(frames=9))
    worker.pause()
    until(lambda: worker.data().variables)
    worker.step()
    until(lambda: worker.data().sizes["time"] == 2)  # no frame is left to be taken
    worker.stop()
    assert worker.wait(LONG).data.sizes["time"] == 2
    broken = start(Breaks(how="raise")).wait(LONG)
    assert "twice" in broken.data


def test_a_paused_run_can_be_stopped(start):
    worker = going(start(Clock(**ENDLESS)))
    worker.pause()
    worker.stop()
    assert until(lambda: worker.ended) < SOON
    assert worker.state == "stopped"


def test_stop_may_come_twice_and_at_once(start):
    worker = start(Clock(**ENDLESS))
    worker.stop()
    worker.stop()
    assert worker.state in ("stopping", "stopped")
    record = worker.wait(LONG)
    assert worker.state == "stopped" and record.stamp.status.startswith("partial: stopped")
    worker.stop()
    assert worker.state == "stopped"


@pytest.mark.parametrize("end", ["finished", "stopped", "failed"])
def test_commands_after_the_end_do_nothing(end, start):
    make = {"finished": clock(), "stopped": Clock(**ENDLESS), "failed": Breaks(how="raise")}
    worker = start(make[end])
    if end == "stopped":
        worker.stop()
    record = worker.wait(LONG)
    data, elapsed = worker.data(), worker.elapsed
    for command in (worker.pause, worker.resume, worker.step, worker.stop):
        command()
        assert worker.state == end
    if end != "failed":
        worker.set("level", 1)
    assert worker.record is record and worker.elapsed == elapsed
    assert worker.progress == (1.0 if end == "finished" else worker.progress)
    assert_same(worker.data(), data)


def test_commands_do_not_outlive_the_end_of_the_run(start):
    """A command given while the run ends leaves the state that the end gave."""
    workers = [start(Clock(frames=3, wait=0.01)) for _ in range(6)]
    while not all(worker.ended for worker in workers):
        for worker in workers:
            worker.step()
            worker.resume()
    assert [worker.state for worker in workers] == ["finished"] * len(workers)


def test_waiting_for_longer_than_allowed_is_told(start):
    worker = start(Deaf())
    with pytest.raises(TimeoutError, match="still goes on after 0.05 s"):
        worker.wait(0.05)
    assert not worker.ended and worker.record is None


# A child that does not answer


@pytest.mark.parametrize("then", ["sleep", "compute"])
def test_a_model_that_gives_no_more_frames_is_killed_in_about_a_second(then, start):
    worker = start(Deaf(then=then))
    pid = pid_of(worker)
    worker.stop()
    took = until(lambda: worker.ended)
    assert 0.5 < took < 0.9 + SOON
    assert worker.state == "stopped" and not alive(pid)
    assert worker.record.stamp.status.startswith("partial: stopped (it did not answer")
    assert worker.record.data.time.values.tolist() == [0.0]


def test_a_model_that_never_gives_a_frame_can_be_stopped(start):
    worker = start(Deaf(first="none"))
    time.sleep(0.2)
    assert worker.state == "starting"
    worker.stop()
    until(lambda: worker.ended, 0.9 + SOON)
    assert worker.state == "stopped" and not worker.record.data.variables


def test_commands_never_wait_for_a_child_that_does_not_read_them(start):
    worker = start(Deaf())
    pid_of(worker)
    started = time.perf_counter()
    for _ in range(3000):
        worker.pause()
        worker.resume()
    worker.stop()
    assert time.perf_counter() - started < SOON
    until(lambda: worker.ended, 0.9 + SOON)
    assert worker.state == "stopped"


# A child that breaks


def test_a_model_that_raises_says_why_and_keeps_all_it_gave(start):
    worker = start(Breaks(how="raise"))
    record = worker.wait(LONG)
    sentence = "The model 'breaks' failed: ValueError: the spring is broken"
    assert (worker.state, worker.message) == ("failed", sentence)
    assert record.stamp.status == f"partial: {sentence}"
    with pytest.raises(workbench.RunFailed) as told:
        workbench.run(Breaks(how="raise"), progress=False)
    assert_same(record.data, told.value.record.data)
    assert record.data.time.values.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("exit", "exit code 3"),
        ("leave", "exit code 4"),
        ("kill", "signal 9"),
        ("segfault", f"signal {signal.SIGSEGV.value}"),
    ],
)
def test_a_child_that_dies_leaves_what_it_sent_and_other_runs_alone(how, why, start):
    other = start(Clock(frames=60, wait=0.02))
    worker = start(Breaks(how=how))
    record = worker.wait(LONG)
    assert worker.state == "failed"
    assert worker.message == f"The process of the run ended unexpectedly ({why})."
    assert record.stamp.status == f"partial: {worker.message}"
    assert record.data.time.values.tolist() == [0]
    assert not other.ended
    assert other.wait(LONG).complete


def test_a_child_killed_from_outside_fails(start):
    worker = start(Deaf())
    os.kill(pid_of(worker), signal.SIGKILL)
    assert until(lambda: worker.ended) < SOON
    assert worker.state == "failed" and "signal 9" in worker.message


def test_a_frame_that_does_not_fit_to_those_sent_before_fails_the_run(start):
    worker = start(Breaks(how="shape"))
    watch = worker.watch()
    record = worker.wait(LONG)
    assert worker.state == "failed"
    assert worker.message.startswith("The model 'breaks' failed: ValueError: ")
    assert record.data.time.values.tolist() == [0]
    assert watch.take() is not None


@pytest.mark.parametrize("how", ["clash", "apart"])
def test_variables_that_do_not_fit_to_each_other_fail_the_run(how, start):
    worker = start(Breaks(how=how))
    worker.wait(LONG)
    assert worker.state == "failed"
    assert worker.message == (
        "The model 'breaks' failed: ValueError: "
        "variable 'of_3' has 3 along 'cell', and 'of_2' has 2"
    )


def test_an_end_of_file_in_the_model_is_not_taken_for_the_end_of_the_pipe(start):
    worker = start(Breaks(how="file"))
    record = worker.wait(LONG)
    assert worker.message == "The model 'breaks' failed: EOFError: the file is cut short"
    assert record.data.time.values.tolist() == [0, 1]


def test_a_model_that_the_child_cannot_load_says_why(start, capfd):
    worker = start(Unloadable())
    worker.wait(LONG)
    assert worker.state == "failed"
    assert worker.message == (
        "The run could not begin: ModuleNotFoundError: No module named 'spring'"
    )
    assert "Traceback" not in capfd.readouterr().err


def test_a_model_that_cannot_be_sent_is_told_at_once():
    class Unsendable(Clock):
        def __reduce__(self):
            raise TypeError("a spring cannot be pickled")

    before = set(multiprocessing.active_children())
    with pytest.raises(TypeError, match="a spring cannot be pickled"):
        Worker(Unsendable())
    assert not set(multiprocessing.active_children()) - before


def test_no_process_is_left_after_the_end(start):
    before = set(multiprocessing.active_children())
    workers = [start(clock()), start(Breaks(how="raise")), start(Breaks(how="kill"))]
    for worker in workers:
        worker.wait(LONG)
    assert not set(multiprocessing.active_children()) - before
    threads = {thread.name for thread in threading.enumerate()}
    assert not threads & {worker._reader.name for worker in workers} - {None}


# A slow reader never builds a queue


def test_a_child_gathers_while_nobody_takes_its_frame():
    here, there = multiprocessing.Pipe()
    run = PipedRun(Walk(steps=200, slice=1), 1, [], None, there)
    run.ring = None
    run.model.simulate(run)
    kind, first, changes, progress, message = here.recv()
    assert (kind, changes, message) == ("frame", [], "walking")
    assert first.sizes["time"] == 1 and progress == 1 / 200
    assert not here.poll()
    assert run.gathered.dataset().sizes["time"] == 199
    here.send(("ack",))
    run.emit(lambda: xr.Dataset(), progress=1)
    assert here.recv()[1].sizes["time"] == 199
    assert not here.poll()


class Later(Clock):
    """A clock whose frames are made later than they are emitted."""

    key = "later"

    def simulate(self, run):
        with suppress(Cancelled):
            for n in range(self.frames):
                run.emit(lambda n=n: tick(n, 0.0), n / self.frames, f"tick {n}", grows=True)


@pytest.fixture
def later():
    """Return the pipe to a run of `Later`, paused before its first frame; it is stopped."""
    here, there = multiprocessing.Pipe()
    here.send(("pause",))
    run = PipedRun(Later(), 1, [], None, there)
    thread = threading.Thread(target=run.model.simulate, args=[run])
    thread.start()
    yield here
    here.send(("stop",))
    thread.join(LONG)
    assert not thread.is_alive()


def test_a_pause_and_a_step_show_the_frame_though_it_would_be_made_later(later):
    for number in range(3):
        assert later.poll(LONG)
        _, frame, _, _, message = later.recv()
        assert (frame.time.values.tolist(), message) == ([number], f"tick {number}")
        assert not later.poll(0.05)
        later.send(("ack",))
        later.send(("step",))


def test_a_frame_is_sent_when_it_is_made():
    here, there = multiprocessing.Pipe()
    run = PipedRun(Later(), 1, [], None, there)
    for number in range(2):
        run.emit(lambda number=number: tick(number, 0.0), 0.5, f"tick {number}", grows=True)
        assert not here.poll()
        run.settle()
        _, frame, _, progress, message = here.recv()
        assert (frame.time.values.tolist(), progress) == ([number], 0.5)
        assert message == f"tick {number}"
        if number == 0:
            here.send(("ack",))
    run.settle()
    run.emit(lambda: tick(2, 0.0), 0.5, grows=True)
    run.settle()  # it was not acknowledged yet
    assert not here.poll() and run.gathered.dataset().time.values.tolist() == [2]


class Counting(Worker):
    """Counts the messages that come."""

    messages = 0

    def _receive(self):
        self.messages += 1
        return super()._receive()


def test_messages_come_as_often_as_they_are_taken(monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", LONG)
    worker = Counting(Clock(frames=100, wait=0.005))
    reader = Reader(worker)
    for _ in range(3):
        until(lambda: reader.watch.unseen)
        time.sleep(0.05)
        reader.take()
    record = worker.wait(LONG)
    assert worker.messages <= 5  # before each of three looks, after the last, and the end
    reader.take()
    assert_same(reader.seen, record.data)
    assert record.data.sizes["time"] == 100


def test_a_run_that_nobody_watches_still_tells_how_far_it_is(start):
    worker = start(Clock(**ENDLESS))
    going(worker)
    before = worker.progress
    until(lambda: worker.progress > before, 0.5 + SOON)


# The end of this process, and Ctrl-C


def python(code, **more):
    """Start a Python of its own in which the toys can be imported."""
    lines = f"import sys\nsys.path.append({ROOT!r})\n{code}"
    return subprocess.Popen(
        [sys.executable, "-c", lines], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, **more,
    )  # fmt: skip


@pytest.mark.parametrize("then", ["sleep", "compute"])
def test_no_child_outlives_its_parent(then):
    parent = python(f"""
import time
from tests.workers import Deaf
from workbench import Worker
worker = Worker(Deaf(then={then!r}))
while "pid" not in worker.data():
    time.sleep(0.01)
print(worker.data().pid.item(), flush=True)
time.sleep(60)
""")
    with parent:
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.kill()
        until(lambda: not alive(pid), 10)


def test_a_keyboard_interrupt_is_left_to_the_parent():
    parent = python("""
import signal, time
from tests.workers import Clock
from workbench import Worker
heard = []
signal.signal(signal.SIGINT, lambda *_: heard.append(1))
worker = Worker(Clock(frames=60, wait=0.05))
while not worker.data().variables:
    time.sleep(0.01)
print("running", flush=True)
while not heard:
    time.sleep(0.01)
print(worker.wait(30).stamp.status, flush=True)
""")
    with parent:
        assert parent.stdout.readline() == "running\n"
        os.killpg(parent.pid, signal.SIGINT)
        out, err = parent.communicate(timeout=LONG)
    assert (out, err) == ("complete\n", "")
