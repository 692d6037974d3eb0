"""Snapshots and branches: a run that goes on from a state is the run that was changed there."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.plasticity.spass import SynapticScaling
from tests.toys import Walk
from tests.workers import ROOT  # noqa: F401 - lets a child find the toys
from workbench import Change, Record, Run, Worker, run
from workbench.here import LocalRun
from workbench.script import script
from workbench.snapshot import Branch, Ring, Snapshot


def kept(model=None, seed=3, changes=(), most=24):
    """Return a run's record and the snapshots that were kept."""
    ring = Ring(most=most)
    record = run(model or Walk(steps=24), seed, progress=False, changes=changes, ring=ring)
    return record, ring


def branched(record, ring, frame, changes=(), model=None):
    branch = ring.branch(frame, record)
    earlier = list(branch.snapshot.changes)
    return run(
        model or Walk(steps=24), record.stamp.seed, progress=False,
        changes=[*earlier, *changes], branch=branch,
    )  # fmt: skip


def plain(record):
    return record.data.drop_attrs(deep=False)


@pytest.mark.parametrize("frame", [2, 4, 8, 12])
def test_an_unchanged_branch_is_its_parent(frame):
    record, ring = kept()
    assert plain(branched(record, ring, frame)).identical(plain(record))


@pytest.mark.parametrize("frame", [2, 6, 10])
def test_a_branch_is_the_run_that_was_changed_there(frame):
    change = Change(frame, "drift", -4.0)
    record, ring = kept()
    branch = branched(record, ring, frame, [change])
    whole = run(Walk(steps=24), 3, progress=False, changes=[change])
    assert plain(branch).identical(plain(whole))
    assert not plain(branch).identical(plain(record))
    assert branch.stamp.changes == whole.stamp.changes


def test_changes_before_the_branch_are_kept_and_later_ones_are_not():
    before, at, after = Change(2, "drift", 2.0), Change(6, "drift", 4.0), Change(8, "drift", -1.0)
    record, ring = kept(changes=[before, at, after])
    assert ring.at(6).changes == (before,)
    assert ring.at(6).values(Walk(steps=24)).drift == 2.0
    branch = branched(record, ring, 6, [Change(6, "drift", 0.0)])
    whole = run(Walk(steps=24), 3, progress=False, changes=[before, Change(6, "drift", 0.0)])
    assert plain(branch).identical(plain(whole))


def test_a_record_of_a_branch_names_its_parent_and_is_stored(tmp_path):
    record, ring = kept()
    branch = branched(record, ring, 6)
    assert branch.stamp.parent == {"id": record.stamp.id, "frame": 6}
    assert record.stamp.parent == {}
    again = Record.open(branch.save(tmp_path / "a.nc"))
    assert again.stamp == branch.stamp


def test_the_script_of_a_branch_gives_it_without_the_snapshot(tmp_path, monkeypatch):
    model, frame = SynapticScaling(), 4
    record, ring = kept(model, 1)
    branch = branched(record, ring, frame, [Change(frame, "kappa", 9.0)], model)
    monkeypatch.chdir(tmp_path)
    text = script(branch, tmp_path / "again.nc")
    assert f"branch of the record {record.stamp.id}, which it left at frame {frame}" in text
    exec(compile(text, "script", "exec"), {})
    assert plain(Record.open(tmp_path / "again.nc")).identical(plain(branch))


def test_a_rewound_run_shows_what_it_showed_then():
    record, ring = kept()
    seen = {}

    class Seen(LocalRun):
        def attend(self, progress, message, step):
            self.make()
            seen[self.frame] = self.frames.dataset()

    going = Seen(Walk(steps=24), 3, [], None, None, bar=False)
    going.model.simulate(going)
    for snapshot in ring.kept:
        assert snapshot.reached(record.data)
        cut = snapshot.cut(record.data).drop_attrs(deep=False)
        assert cut.identical(seen[snapshot.frame])
        assert not snapshot.reached(cut.isel(time=slice(0, -1)))


@given(steps=st.integers(1, 60), most=st.integers(1, 30))
def test_a_ring_keeps_few_snapshots_spread_over_the_run(steps, most):
    _, ring = kept(Walk(steps=steps, slice=1), most=most)
    assert 1 <= len(ring.kept) <= most + 1
    progress = [snapshot.progress for snapshot in ring.kept]
    assert progress == sorted(set(progress))
    assert max(np.diff([*progress, 1.0]), default=0) <= 1 / most + 2 / steps


def test_a_ring_gives_way_when_there_is_no_room():
    _, ring = kept(Walk(steps=24, slice=1))
    sizes = [snapshot.nbytes for snapshot in ring.kept]
    narrow = Ring(room=10 * max(sizes))
    for snapshot in ring.kept:
        narrow.add(snapshot)
    assert 4 <= len(narrow.kept) <= 10
    assert narrow.kept[-1] is ring.kept[-1]
    assert sum(one.nbytes for one in narrow.kept) <= narrow.room


def test_a_state_that_is_too_large_is_not_kept_and_none_after_it():
    ring = Ring(room=400)
    assert ring.wants(0.0)
    _, other = kept()
    ring.add(other.kept[0])
    assert not ring and not ring.wants(1.0)


def test_no_snapshot_no_branch():
    record, ring = kept()
    with pytest.raises(KeyError, match="no snapshot was kept at frame 5"):
        ring.branch(5, record)
    assert not Ring()


def test_what_a_model_writes_on_is_not_changed_in_a_snapshot():
    _, ring = kept()
    first = ring.kept[0]
    assert float(first.latest["mean"]) != float(ring.kept[1].latest["mean"])


def test_a_state_is_made_only_when_it_is_wanted():
    class Counting(Run):
        made = 0

        def deliver(self, frame):
            pass

        def attend(self, progress, message, step):
            pass

        def emit(self, frame, progress, message="", state=None):
            def counted():
                self.made += 1
                return state()

            super().emit(frame, progress, message, counted if state else None)

    for ring, made in ((None, 0), (Ring(most=3), 4)):
        going = Counting(Walk(steps=24, slice=1), 1, ring=ring)
        going.model.simulate(going)
        assert going.made == made


def test_a_worker_keeps_the_states_of_its_run_and_goes_on_from_one():
    first = Worker(Walk(steps=24), 3)
    record = first.wait(30)
    here, ring = kept()
    assert [s.frame for s in first.ring.kept] == [s.frame for s in ring.kept]
    change = Change(6, "drift", -4.0)
    second = Worker(Walk(steps=24), 3, [change], branch=first.ring.branch(6, record))
    assert [s.frame for s in second.ring.kept][:3] == [2, 4, 6]  # those of the parent are its own
    branch = second.wait(30)
    whole = run(Walk(steps=24), 3, progress=False, changes=[change])
    assert plain(branch).identical(plain(whole))
    assert branch.stamp.parent == {"id": record.stamp.id, "frame": 6}
    again = second.ring.branch(8, branch)
    assert again.snapshot.changes == (change,)
    third = Worker(Walk(steps=24), 3, [change], branch=again).wait(30)
    assert plain(third).identical(plain(branch))
    assert plain(here).identical(plain(record))


def test_a_watch_of_a_branch_begins_with_what_the_parent_showed():
    first = Worker(Walk(steps=24), 3)
    record = first.wait(30)
    branch = Branch(first.ring.at(8), first.ring.at(8).cut(record.data), record.stamp.id)
    second = Worker(Walk(steps=24), 3, branch=branch)
    second.wait(30)
    seen = second.watch().take()
    assert seen.sizes["time"] == 24


def test_a_snapshot_travels():
    _, ring = kept()
    one = ring.kept[2]
    again = pickle.loads(pickle.dumps(one))
    assert isinstance(again, Snapshot) and again.latest.identical(one.latest)
    assert replace(again, latest=one.latest) == one
