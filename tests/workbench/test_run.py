"""Running a model in this process: the same again, live changes, and runs that break off."""

import io
import sys

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from toys import Pair, Walk

from workbench import Cancelled, Change, Model, ParameterError, Quantity, RunFailed, run, variable


class Broken(Walk):
    """A walk that breaks after its second part."""

    error: BaseException = ValueError("the walker fell")

    def after(self, run):
        if run.frame == 4:
            raise self.error


def done(model, seed=1, **more):
    return run(model, seed, progress=False, **more)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_the_same_seed_gives_the_same_record(seed):
    xr.testing.assert_identical(
        done(Walk(), seed).data.drop_attrs(), done(Walk(), seed).data.drop_attrs()
    )


def test_the_same_seed_gives_the_same_stamp_but_for_time_and_id():
    first, second = vars(done(Walk(), 3).stamp).copy(), vars(done(Walk(), 3).stamp).copy()
    for name in ("id", "created", "wall_time"):
        del first[name], second[name]
    assert first == second


def test_another_seed_gives_another_record():
    assert not done(Walk(), 1).data.position.equals(done(Walk(), 2).data.position)


@given(size=st.integers(1, 15))
@settings(max_examples=15)
def test_the_record_does_not_depend_on_the_size_of_frames(size):
    xr.testing.assert_equal(done(Walk(slice=size)).data, done(Walk(slice=12)).data)


def test_the_stamp_tells_what_was_run():
    record = done(Walk(drift=-1.0), 11)
    stamp = record.stamp
    assert (stamp.model, stamp.model_class, stamp.seed) == ("walk", "toys:Walk", 11)
    assert stamp.parameters == Walk(drift=-1.0).values()
    assert record.complete and stamp.status == "complete" and stamp.wall_time > 0
    assert stamp.libraries["numpy"] == np.__version__
    assert "seed 11" in stamp.line() and "partial" not in stamp.line()
    assert "seed=11" in repr(record)


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "one", None, True])
def test_a_seed_that_is_not_allowed_is_refused(seed):
    with pytest.raises(ParameterError, match="seed = .* from 0 to 4,294,967,295"):
        done(Walk(), seed)


def test_values_that_do_not_go_together_are_refused_before_the_run(capsys):
    with pytest.raises(ParameterError, match="is above high"):
        run(Pair(low=1.0, high=0.0))
    assert capsys.readouterr().err == ""


CHANGES = [Change(2, "drift", 4), Change(4, "drift", -5.0), Change(4, "drift", -4.0)]


def test_a_live_change_takes_effect_from_the_next_frame_on():
    changed, plain = (done(Walk(), changes=c).data.position for c in (CHANGES, ()))
    xr.testing.assert_equal(changed.isel(time=slice(4)), plain.isel(time=slice(4)))
    np.testing.assert_allclose((changed - plain).diff("time").isel(time=slice(3, 7)), 3.5)
    np.testing.assert_allclose((changed - plain).diff("time").isel(time=slice(7, None)), -4.5)


def test_live_changes_are_recorded_and_give_the_same_data_again():
    model = Walk()
    first = done(model, 5, changes=CHANGES)
    assert first.stamp.changes == [
        {"frame": 2, "name": "drift", "value": 4.0},
        {"frame": 4, "name": "drift", "value": -5.0},
        {"frame": 4, "name": "drift", "value": -4.0},
    ]
    again = done(model, 5, changes=[Change(**change) for change in first.stamp.changes])
    xr.testing.assert_equal(again.data, first.data)
    assert again.stamp.changes == first.stamp.changes
    assert model.drift == first.stamp.parameters["drift"] == 0.5


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("steps", 3, "'steps' cannot be changed while 'walk' runs"),
        ("nothing", 3, "'nothing' cannot be changed while 'walk' runs"),
        ("drift", 99, "drift = 99 is not allowed"),
    ],
)
def test_a_change_that_is_not_allowed_is_refused_before_the_run(name, value, sentence):
    with pytest.raises(ParameterError, match=sentence):
        done(Walk(), changes=[Change(1, name, value)])


def test_a_function_that_makes_a_frame_is_called_once_at_the_end():
    class Lazy(Model):
        made = []

        def simulate(self, run):
            for n in range(3):
                run.emit(lambda n=n: self.make(n), progress=n / 3)
                assert not self.made

        def make(self, n):
            self.made.append(n)
            return xr.Dataset({"n": variable((), n, "1", "n")})

    assert done(Lazy()).data.n.item() == 2
    assert Lazy.made == [2]


def test_a_function_may_not_make_what_grows():
    class Growing(Model):
        def simulate(self, run):
            run.emit(lambda: xr.Dataset({"n": variable("time", [1], "1", "n")}), progress=1)

    with pytest.raises(RunFailed, match=r"\['n'\] grow: emit them as a Dataset, or say grows"):
        done(Growing())


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (KeyboardInterrupt(), "partial: interrupted from the keyboard"),
        (Cancelled(), "partial: stopped"),
    ],
)
def test_a_run_that_is_broken_off_keeps_what_was_computed(error, status, monkeypatch):
    monkeypatch.setattr(Broken, "error", error)
    record, whole = done(Broken(), 2), done(Walk(), 2)
    assert record.stamp.status == status and not record.complete
    assert "partial" in record.stamp.line()
    assert record.data.sizes["time"] == 8
    xr.testing.assert_equal(record.data.position, whole.data.position.isel(time=slice(8)))
    assert record.data.furthest.item() == abs(record.data.position[-1]).max().item()


def test_a_model_that_fails_says_why_and_keeps_what_was_computed():
    with pytest.raises(RunFailed, match="'walk' failed: ValueError: the walker fell") as told:
        done(Broken())
    record = told.value.record
    assert record.stamp.status == "partial: The model 'walk' failed: ValueError: the walker fell"
    assert record.data.sizes["time"] == 8 and "furthest" in record.data
    assert isinstance(told.value.__cause__, ValueError)


def test_a_frame_that_is_refused_fails_the_run():
    class Unnamed(Model):
        key = "unnamed"

        def simulate(self, run):
            run.emit(xr.Dataset({"x": ("time", [1.0])}), progress=1)

    with pytest.raises(RunFailed, match="needs units and long_name"):
        done(Unnamed())


def test_a_run_of_no_frames_gives_an_empty_record():
    record = done(Walk(steps=0))
    assert record.complete and not record.data.variables


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("shown", [True, False])
def test_a_bar_shows_the_progress_if_wanted(shown, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr("tqdm.std.time", iter(range(10**6)).__next__)  # each frame a second later
    run(Walk(), progress=shown)
    text = sys.stderr.getvalue()
    assert ("walking" in text and "67%" in text) is shown
    assert bool(text) is shown


@pytest.mark.parametrize("progress", [-1.0, 7.0, float("nan")])
def test_a_progress_out_of_range_does_no_harm(progress):
    class Eager(Model):
        def simulate(self, run):
            run.emit(xr.Dataset({"x": variable((), 0, "1", "x")}), progress=progress)

    assert run(Eager()).complete


class Told(Walk):
    """A walk that tells something before each of its frames."""

    def after(self, run):
        run.tell()
        run.tell("still walking")


def test_telling_counts_as_no_frame():
    change = Change(3, "drift", 2.0)
    plain, told = done(Walk(), 5, changes=[change]), done(Told(), 5, changes=[change])
    xr.testing.assert_equal(plain.data, told.data)
    assert plain.stamp.changes == told.stamp.changes


def test_a_change_before_the_first_frame_holds_from_the_start():
    early = done(Walk(), 5, changes=[Change(0, "drift", 2.0)])
    xr.testing.assert_equal(early.data, done(Walk(drift=2.0), 5).data)
    assert early.stamp.changes == [{"frame": 0, "name": "drift", "value": 2.0}]
    assert early.stamp.parameters["drift"] == Walk().drift


# Frames that are made later


class Owing(Model):
    """Emits each frame as a function, and notes which were made."""

    key = "owing"
    level = Quantity(1.0, bounds=(0, 9), unit="1", live=True, doc="what is told")

    def simulate(self, run):
        self.made, self.latest = [], []
        for n in range(4):
            level = self.level
            run.emit(lambda n=n, level=level: self.make(n, level), (n + 1) / 4, grows=True)
            run.emit(lambda n=n: self.replace(n), (n + 1) / 4)
            self.after(run, n)

    def make(self, n, level):
        self.made.append(n)
        return {
            "level": variable("time", [level], "1", "level"),
            "time": variable("time", [float(n)], "s", "time"),
        }

    def replace(self, n):
        self.latest.append(n)
        return {"latest": variable((), n, "1", "latest")}

    def after(self, run, n):
        """Look at what was made after a frame."""


def after(monkeypatch, action):
    """Have `Owing` do something after each frame, with itself, the run and the frame's number."""
    monkeypatch.setattr(Owing, "after", action)


def test_each_frame_that_grows_is_made_once_and_in_order():
    data = done(Owing()).data
    assert data.time.values.tolist() == [0, 1, 2, 3]
    assert data.latest.item() == 3
    assert set(data.coords) == {"time"}


def test_a_frame_is_made_when_there_is_time_and_at_the_latest_before_the_next(monkeypatch):
    class Eager(Owing):
        def simulate(self, run):
            self.made = []
            for n in range(3):
                run.emit(lambda n=n: self.make(n, 1.0), n / 3, grows=True)
                assert (run.owes, self.made) == (True, list(range(n)))
                if n == 1:
                    for _ in range(2):
                        run.settle()
                        assert (run.owes, self.made) == (False, [0, 1])
            run.tell("the last")
            assert self.made == [0, 1, 2]

    assert done(Eager()).data.sizes["time"] == 3


def test_a_change_at_a_frame_leaves_that_frame_though_it_is_made_later():
    changed = done(Owing(), changes=[Change(3, "level", 5.0)])  # two frames are emitted at a time
    assert changed.data.level.values.tolist() == [1, 1, 5, 5]


@pytest.mark.parametrize("error", [ValueError("the walker fell"), Cancelled()])
def test_a_frame_that_is_owed_when_a_run_breaks_off_is_kept(error, monkeypatch):
    def fall(self, run, n):
        if n == 1:
            run.emit(lambda: self.make(9, 9.0), 0.6, grows=True)
            raise error

    after(monkeypatch, fall)
    try:
        record = done(Owing())
    except RunFailed as failed:
        record = failed.record
    assert not record.complete
    assert record.data.time.values.tolist() == [0, 1, 9]


def test_a_frame_that_cannot_be_made_fails_the_run_and_is_tried_once(monkeypatch):
    tried = []

    def make(self, n, level):
        tried.append(n)
        if n == 2:
            raise ValueError("no such walker")
        return {"time": variable("time", [float(n)], "s", "time")}

    monkeypatch.setattr(Owing, "make", make)
    with pytest.raises(RunFailed, match="no such walker") as failed:
        done(Owing())
    assert failed.value.record.data.time.values.tolist() == [0, 1]
    assert tried == [0, 1, 2]
