"""The engine of spiking models: what both of its engines promise, and whatever may befall them.

All networks here are one toy of twenty cells with replayed input (`tests.spiking_toys`), compiled
once. The live engine runs on Brian2's numpy code, which needs no compiling; slow tests run it on
Cython.
"""

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench
from models.spiking import compiling, places, program
from models.spiking.engine import NO_COMPILER
from models.spiking.simulation import BEAT, beats
from tests.spiking_toys import Misspelt, Replay
from workbench import Change, RunFailed, Worker

#: The engines as they are in a worker, where nothing can be put in the compiler's place.
COMPILED = ("fast", pytest.param("live", marks=pytest.mark.slow))
LONG = 60.0  # s, what never takes so long unless it never comes
SOON = 2.0  # s; a stop acts within 0.2 s on a quiet machine


@pytest.fixture
def no_compiler(monkeypatch):
    """Take the compiler away."""
    monkeypatch.setattr(places, "compiler", lambda: "")


@pytest.fixture(params=["fast", pytest.param("live", marks=pytest.mark.slow)])
def engine(request):
    """Return the name of an engine; the live one finds no compiler."""
    if request.param == "live":
        request.getfixturevalue("no_compiler")
    return request.param


@pytest.fixture
def meanwhile(monkeypatch):
    """Return a function that has the toy call something before each frame."""

    def set_to(action):
        monkeypatch.setattr(Replay, "meanwhile", staticmethod(action))

    return set_to


@pytest.fixture
def start():
    """Return a function that starts a worker, which is stopped when the test ends."""
    begun = []

    def begin(model, **more):
        begun.append(Worker(model, **more))
        return begun[-1]

    yield begin
    for worker in begun:
        worker.stop()
    for worker in begun:
        worker.wait(LONG)


def run(seed=1, changes=(), **values):
    return workbench.run(Replay(**values), seed=seed, changes=changes, progress=False)


def data(**values):
    return run(**values).data


def assert_same(one, other):
    """Compare data without their stamps."""
    xr.testing.assert_identical(*(each.drop_attrs(deep=False) for each in (one, other)))


def until(condition):
    started = time.perf_counter()
    while not condition():
        assert time.perf_counter() - started < LONG, "it did not come about"
        time.sleep(0.002)


def ended(worker):
    """Tell a worker to stop, and return how long that took."""
    told = time.perf_counter()
    worker.stop()
    worker.wait(LONG)
    return time.perf_counter() - told


# What is simulated


@pytest.mark.parametrize("target", ["numpy", pytest.param("cython", marks=pytest.mark.slow)])
def test_code_of_each_kind_gives_what_the_program_gives(monkeypatch, target):
    fast = data()
    assert len(fast.spike_time) > 100
    if target == "numpy":
        monkeypatch.setattr(places, "compiler", lambda: "")
    live = data(engine="live")
    np.testing.assert_array_equal(fast.spike_cell, live.spike_cell)
    np.testing.assert_allclose(fast.spike_time, live.spike_time, atol=1e-9)
    np.testing.assert_allclose(fast.time, live.time, atol=1e-9)
    np.testing.assert_allclose(fast.weights, live.weights, atol=1e-9)
    np.testing.assert_allclose(fast.v, live.v, atol=1e-9)


def test_weights_move_with_plasticity_and_stay_without(engine, meanwhile):
    first = []
    meanwhile(lambda simulation: first.append(simulation.read("synapses.w")))
    still = data(engine=engine, learning_rate=0.0)
    np.testing.assert_array_equal(still.weights, first[0])
    moved = data(engine=engine)
    assert (moved.weights != first[0]).mean() > 0.5


@given(rate=st.floats(0, 1), drive=st.floats(0, 10), noise=st.floats(0, 3), seed=st.integers(0, 9))
@settings(max_examples=15)
def test_weights_stay_within_their_bounds_and_membranes_below_threshold(rate, drive, noise, seed):
    found = data(learning_rate=rate, drive=drive, noise=noise, seed=seed, duration=0.2)
    assert ((found.weights >= 0) & (found.weights <= 1)).all()
    assert np.isfinite(found.v).all()
    assert (found.v <= 1).all()


def test_cells_without_input_follow_their_equation(engine, meanwhile):
    meanwhile(lambda simulation: simulation.write("synapses.w", 0.0))
    found = data(engine=engine, drive=0.8, learning_rate=0.0)
    steps = np.round(found.time.values / 0.0005)
    expected = 0.8 * (1 - (1 - 0.0005 / 0.02) ** steps)  # Euler's, of v' = (I - v) / tau
    np.testing.assert_allclose(found.v, np.tile(expected[:, None], 3), atol=1e-12)


# Randomness


def test_a_seed_gives_one_record_however_it_is_sliced(engine):
    values = {"engine": engine, "noise": 0.3, "seed": 5}
    whole = data(**values)
    for frame in (0.05, 0.2):
        sliced = data(**values, frame=frame)
        assert_same(whole, sliced)
    assert not np.array_equal(whole.v, data(**values | {"seed": 6}).v)


@pytest.mark.parametrize("engine", COMPILED)
def test_a_paused_and_stepped_run_gives_the_same_record(engine, start):
    model = Replay(engine=engine, noise=0.3, duration=2.0, speed=1)
    worker = start(model, seed=5)
    until(lambda: worker.data().sizes)
    worker.pause()
    before = worker.data().time.size
    worker.step()
    until(lambda: worker.data().time.size > before)
    worker.resume()
    worker.set("speed", 0.0)
    record = worker.wait(LONG)
    assert worker.state == "finished"
    plain = workbench.run(Replay(engine=engine, noise=0.3, duration=2.0), seed=5, progress=False)
    assert_same(record.data, plain.data)


# Live changes


def test_a_change_acts_from_the_next_frame_and_is_replayed(engine):
    plain = data(engine=engine)
    changed = run(engine=engine, changes=[Change(2, "drive", 3.0)])
    early = {"time": slice(0, 200)}  # 0.2 s at 1 ms: the first two frames
    xr.testing.assert_identical(plain.v.isel(early), changed.data.v.isel(early))
    late = plain.v.isel(time=slice(201, 210)) != changed.data.v.isel(time=slice(201, 210))
    assert late.any("time").all()
    assert (changed.data.spike_time >= 0.2).sum() > 2 * (plain.spike_time >= 0.2).sum()
    assert [(c["frame"], c["name"]) for c in changed.stamp.changes] == [(2, "drive")]


@pytest.mark.parametrize("engine", COMPILED)
def test_the_changes_of_a_watched_run_give_its_record_again(engine, start):
    worker = start(Replay(engine=engine, duration=1.0, speed=1), seed=2)
    until(lambda: worker.data().sizes.get("time", 0) > 200)
    worker.set("drive", 2.0)
    worker.set("speed", 0.0)
    record = worker.wait(LONG)
    changes = [Change(**change) for change in record.stamp.changes]
    assert [change.name for change in changes] == ["drive", "speed"]
    assert changes[0].frame >= 2
    again = workbench.run(
        Replay(engine=engine, duration=1.0), seed=2, changes=changes[:1], progress=False
    )
    assert_same(record.data, again.data)


# Frames that are made while the next stretch is simulated


class Overheard:
    """A pipe to or from a process; notes what is sent, and when an answer is awaited."""

    def __init__(self, pipe, told):
        self.pipe, self.told, self.said = pipe, told, b""

    def __getattr__(self, name):
        return getattr(self.pipe, name)

    def write(self, data):
        self.said += data
        return self.pipe.write(data)

    def flush(self):
        if self.said:
            self.told.append("run" if b"run " in self.said else "other")
        self.said = b""
        self.pipe.flush()

    def readline(self):
        self.told.append("answer")
        return self.pipe.readline()


def test_a_frame_is_made_while_the_program_simulates(monkeypatch):
    told, popen = [], program.subprocess.Popen

    def overheard(*arguments, **named):
        process = popen(*arguments, **named)
        process.stdin = Overheard(process.stdin, told)
        process.stdout = Overheard(process.stdout, told)
        return process

    monkeypatch.setattr(program.subprocess, "Popen", overheard)
    monkeypatch.setattr(Replay, "made", staticmethod(lambda seen: told.append("made") or seen))
    assert data(engine="fast").time.size == 400
    *early, last = [place for place, one in enumerate(told) if one == "made"]
    assert len(early) == 3
    assert all(told[place - 1 : place + 2] == ["run", "made", "answer"] for place in early)
    assert last == len(told) - 1


def test_a_frame_is_made_before_the_next_stretch_is_over(engine, meanwhile, monkeypatch):
    simulations, moments = set(), []
    meanwhile(simulations.add)

    def made(seen):
        moments.append([simulation.time for simulation in simulations])
        return seen

    monkeypatch.setattr(Replay, "made", staticmethod(made))
    run(engine=engine)
    np.testing.assert_allclose(moments, [[0.1], [0.2], [0.3], [0.4]])


def test_a_frame_that_cannot_be_made_ends_run_and_program(engine, monkeypatch):
    started, popen = [], program.subprocess.Popen
    monkeypatch.setattr(
        program.subprocess, "Popen", lambda *a, **k: started.append(popen(*a, **k)) or started[-1]
    )

    def made(seen):
        if float(seen.time[-1]) > 0.15:
            raise ValueError("the film is torn")
        return seen

    monkeypatch.setattr(Replay, "made", staticmethod(made))
    with pytest.raises(RunFailed, match="the film is torn") as failed:
        run(engine=engine)
    assert failed.value.record.data.time.size == 100
    assert len(started) == (engine == "fast")
    assert all(process.poll() is not None for process in started)


def test_with_a_speed_limit_a_frame_is_made_before_it_waits(monkeypatch):
    moments = []
    monkeypatch.setattr(
        Replay, "made", staticmethod(lambda seen: moments.append(time.perf_counter()) or seen)
    )
    started = time.perf_counter()
    data(speed=0.5)  # a frame each 0.2 s
    gaps = np.diff([started, *moments, time.perf_counter()])
    assert gaps[-1] > 0.12  # the last frame was there and the run still waited
    assert gaps[1:4].min() > 0.1


# Reading and writing


def test_what_is_written_is_read_back(engine, meanwhile):
    seen = {}

    def look(simulation):
        if not seen:
            for name, value in {
                "cells.v": np.linspace(0, 0.5, 20), "synapses.w": 0.25, "cells.drive": 0.75
            }.items():  # fmt: skip
                simulation.write(name, value)
                seen[name] = simulation.read(name), value
                assert simulation.mean(name) == pytest.approx(np.mean(value))

    meanwhile(look)
    run(engine=engine, duration=0.1)
    for found, value in seen.values():
        np.testing.assert_array_equal(found, np.broadcast_to(value, found.shape))
    assert seen["synapses.w"][0].size == sum((i + j) % 3 != 0 for i in range(10) for j in range(20))


def test_unknown_names_and_wrong_sizes_are_told_and_do_no_harm(engine, meanwhile):
    told = []

    def try_all(simulation):
        attempts = (
            (KeyError, lambda: simulation.read("cells.nothing")),
            (KeyError, lambda: simulation.read("nobody.v")),
            (KeyError, lambda: simulation.write("cells.nothing", 1.0)),
            (KeyError, lambda: simulation.spikes("nobody")),
            (KeyError, lambda: simulation.samples("probe", "nothing")),
            (ValueError, lambda: simulation.write("cells.v", [1.0, 2.0])),
            (KeyError, lambda: simulation.mean("nobody.v")),
        )
        for kind, attempt in attempts:
            with pytest.raises(kind) as refused:
                attempt()
            told.append(str(refused.value))

    meanwhile(try_all)
    found = data(engine=engine)
    assert "the network has no variable cells.nothing" in told[0]
    assert "the network has no variable nobody.v" in told[1]
    assert "the network has no variable cells.nothing" in told[2]
    assert "nobody" in told[3]
    assert "nothing" in told[4]
    assert told[5] == "cells.v has 20 items and was given 2"
    assert "the network has no variable nobody.v" in told[6]
    meanwhile(lambda simulation: None)
    assert_same(found, data(engine=engine))


def test_a_mistake_in_a_course_fails_the_run_with_its_words(engine, meanwhile):
    def mistake(simulation):
        if simulation.time > 0.15:
            simulation.read("cells.nothing")

    meanwhile(mistake)
    with pytest.raises(RunFailed, match=r"KeyError.*no variable cells\.nothing") as failed:
        run(engine=engine)
    assert failed.value.record.data.time.size == 200


def test_a_snapshot_brings_the_network_back(engine, meanwhile):
    seen = {}

    def look(simulation):
        now = round(simulation.time, 6)
        if now == 0.1:
            seen["state"] = simulation.snapshot()
        if now == 0.3:
            seen["apart"] = simulation.snapshot()
            simulation.restore(seen["state"])
            seen["again"] = simulation.snapshot()

    meanwhile(look)
    run(engine=engine)
    state, apart, again = (seen[name] for name in ("state", "apart", "again"))
    assert {"synapses.w", "cells.v", "cells.drive", "cells.lastspike"} <= set(state)
    assert not any(name.endswith((".i", ".t", ".dt", ".N")) for name in state)
    for name, values in state.items():
        np.testing.assert_array_equal(again[name], values)
    assert (apart["synapses.w"] != state["synapses.w"]).any()
    assert (apart["cells.v"] != state["cells.v"]).any()


def test_monitors_are_drained_and_time_goes_on(engine, meanwhile):
    times = []

    def look(simulation):
        times.append(simulation.time)
        if simulation.time:
            assert simulation.spikes("spikes")[0].size == 0  # the frame took them

    meanwhile(look)
    found = data(engine=engine)
    np.testing.assert_allclose(times, [0, 0.1, 0.2, 0.3])
    assert (np.diff(found.spike_time) >= 0).all()
    np.testing.assert_allclose(found.time, np.arange(400) / 1000, atol=1e-9)


@given(count=st.integers(1, 10_000))
def test_stretches_are_counted_in_beats(count):
    assert beats(count * BEAT) == count
    with pytest.raises(ValueError, match="no multiple of 0.01 s"):
        beats((count + 0.5) * BEAT)


def test_a_course_off_the_beat_fails_with_a_sentence(engine):
    with pytest.raises(RunFailed, match=r"0\.013 s, which is no multiple of 0\.01 s"):
        run(engine=engine, frame=0.013, duration=0.13)


# What may befall


def test_a_program_killed_from_outside_fails_the_run_and_keeps_the_record(monkeypatch, meanwhile):
    started, popen = [], program.subprocess.Popen

    def watched(*arguments, **named):
        started.append(popen(*arguments, **named))
        return started[-1]

    def kill(simulation):
        if simulation.time > 0.15:
            started[-1].kill()
            started[-1].wait()

    monkeypatch.setattr(program.subprocess, "Popen", watched)
    meanwhile(kill)
    with pytest.raises(RunFailed, match="the compiled network ended by itself") as failed:
        run(engine="fast")
    assert failed.value.record.data.time.size == 200
    assert "ended by itself" in failed.value.record.stamp.status


def test_no_program_is_left_behind(monkeypatch, meanwhile):
    started, popen = [], program.subprocess.Popen
    monkeypatch.setattr(
        program.subprocess, "Popen", lambda *a, **k: started.append(popen(*a, **k)) or started[-1]
    )
    run(engine="fast")
    meanwhile(lambda simulation: simulation.read("nobody.v"))
    with pytest.raises(RunFailed):
        run(engine="fast")
    assert len(started) == 2
    assert all(process.poll() is not None for process in started)


@pytest.mark.parametrize("engine", COMPILED)
def test_a_run_stops_soon_while_it_runs(engine, start):
    worker = start(Replay(engine=engine, duration=1000.0))
    until(lambda: worker.data().sizes.get("time", 0) > 200)
    assert ended(worker) < SOON
    assert worker.record.stamp.status == "partial: stopped"
    assert worker.record.data.time.size > 200


def test_a_run_stops_soon_while_its_network_is_compiled(start):
    """A worker has the cache folder of when the first was started: so a new size, no new cache."""
    places.folder().mkdir(parents=True, exist_ok=True)
    before, size = set(places.folder().iterdir()), 21 + os.getpid() % 900
    worker = start(Replay(cells=size))
    until(lambda: "compiling" in worker.message and (not PROCESSES.exists() or builders(size)))
    assert ended(worker) < SOON
    assert worker.record.stamp.status == "partial: stopped"
    assert not worker.record.data.sizes
    assert set(places.folder().iterdir()) == before
    assert not builders(size)


PROCESSES = Path("/proc")


def builders(size):
    """Return the processes that compile a network of so many cells (where they can be listed)."""
    found = []
    for path in PROCESSES.glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has just ended
            if f'"cells": {size}}}' in path.read_text(encoding="utf-8", errors="replace"):
                found.append(path)
    return found


def test_a_network_that_cannot_be_compiled_fails_with_what_the_compiler_said(monkeypatch, tmp_path):
    monkeypatch.setenv("ENGRAM_WORKBENCH_CACHE", str(tmp_path))
    with pytest.raises(RunFailed, match="could not be compiled") as failed:
        workbench.run(Misspelt(), progress=False)
    assert "nonsense" in str(failed.value)
    assert not list((tmp_path / "networks").glob("misspelt*"))


def test_two_builders_at_once_do_each_other_no_harm(monkeypatch, tmp_path):
    """Both compile, the second to end finds the first one's network in its place."""
    monkeypatch.setenv("ENGRAM_WORKBENCH_CACHE", str(tmp_path))
    both, model = threading.Barrier(2), Replay()

    def compile_slowly(model, target, folder, tell):
        (folder / "main").write_text("a program", encoding="utf-8")
        both.wait(LONG)
        return 1.0

    monkeypatch.setattr(compiling, "compile_network", compile_slowly)
    found = []
    builders = [
        threading.Thread(
            target=lambda: found.append(compiling.prepared(model, "cpp", lambda words: None))
        )
        for _ in range(2)
    ]
    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join(LONG)
    assert len(found) == 2
    assert found[0] == found[1]
    assert (found[0] / "main").read_text(encoding="utf-8") == "a program"
    assert (found[0] / "ready.json").exists()
    assert not list((tmp_path / "networks").glob("building-*"))


@pytest.mark.parametrize("engine", COMPILED)
def test_a_compiled_network_is_kept(monkeypatch, engine):
    run(engine=engine)
    monkeypatch.setattr(compiling, "compile_network", lambda *_: pytest.fail("compiled again"))
    run(engine=engine, seed=3, drive=2.0, duration=0.1)


def test_without_a_compiler_numpy_runs_and_says_so(no_compiler, meanwhile):
    notes = set()
    meanwhile(lambda simulation: notes.add(simulation.note))
    assert len(data(engine="fast").spike_time) > 100
    assert notes == {NO_COMPILER}
    assert Replay().preparation() == 0.0


# The cache and the process


def test_compiling_is_said_to_take_what_it_usually_does_or_did_last_time(monkeypatch, tmp_path):
    monkeypatch.setenv("ENGRAM_WORKBENCH_CACHE", str(tmp_path))
    (tmp_path / "networks").mkdir()
    model = Replay(cells=987)
    assert model.preparation() == compiling.USUAL["cpp"]
    for target, seconds in compiling.USUAL.items():
        usual = compiling.expected("replay", target)
        assert usual == f"usually {seconds / 2:.0f} to {2 * seconds:.0f} s"
    compiling.remember("replay", "cpp", 12.3)
    assert model.preparation() == 12.3
    assert compiling.expected("replay", "cpp") == "took 12 s here last time"
    assert compiling.expected("replay", "cython") == usual


def test_a_compiled_network_is_named_by_its_sizes_and_engine_alone():
    plain = Replay().fingerprint("cpp")
    for same in ({"drive": 3.0}, {"learning_rate": 0.5}, {"duration": 9.0}, {"engine": "live"}):
        assert Replay(**same).fingerprint("cpp") == plain
    others = {
        Replay(cells=21).fingerprint("cpp"), Replay().fingerprint("cython"),
        Misspelt().fingerprint("cpp"),
    }  # fmt: skip
    assert len(others | {plain}) == 4


@pytest.mark.parametrize("fails", [False, True])
def test_a_run_leaves_no_trace_in_this_process(meanwhile, no_compiler, fails):
    import brian2

    def settings_now():
        prefs = brian2.prefs
        return (
            prefs.codegen.target, prefs.codegen.runtime.cython.cache_dir,
            type(brian2.get_device()).__name__, float(brian2.defaultclock.dt),
        )  # fmt: skip

    np.random.seed(7)  # noqa: NPY002
    expected, before = np.random.RandomState(7).random(3), settings_now()  # noqa: NPY002
    if fails:
        meanwhile(lambda simulation: simulation.read("nobody.v"))
        with pytest.raises(RunFailed):
            run(noise=1.0)
    else:
        run(noise=1.0)
    np.testing.assert_array_equal(np.random.random(3), expected)  # noqa: NPY002
    assert settings_now() == before
