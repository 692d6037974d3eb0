"""Spikes as NWB: what pynwb reads back, and what is refused."""

import datetime

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from toys import Walk

from workbench import ParameterError, Record, RecordError, nwb, variable
from workbench.stamp import COMPLETE, Stamp

pynwb = pytest.importorskip(
    "pynwb", reason="pynwb is not installed: pip install 'engram-workbench[nwb]'"
)

ROLES = ["excitatory", "excitatory", "inhibitory", "engram"]
EVENTS = [(0.0, 5.0, "phase", "rest"), (1.5, 2.0, "light", "light tagged x 1.5")]


def spikes(times, cells) -> dict[str, xr.Variable]:
    return {
        "spike_time": variable("spike", np.asarray(times, float), "s", "time of the spike"),
        "spike_cell": variable("spike", np.asarray(cells, int), "1", "cell that fired"),
    }


def roles() -> dict[str, xr.Variable]:
    return {"cell_role": variable("cell", np.array(ROLES), "1", "what the cell is")}


def protocol(events=EVENTS) -> dict[str, xr.Variable]:
    start, end, row, label = zip(*events, strict=True) if events else [[]] * 4
    return {
        "event_start": variable("event", np.array(start, float), "s", "start"),
        "event_end": variable("event", np.array(end, float), "s", "end"),
        "event_row": variable("event", np.array(row, str), "1", "row"),
        "event_label": variable("event", np.array(label, str), "1", "label"),
    }


def record_of(*parts: dict, note: str = "") -> Record:
    data = xr.Dataset({name: var for part in parts for name, var in part.items()})
    stamp = Stamp.of(Walk(drift=1.25, label="für Élise"), 7, [], COMPLETE, wall_time=90.0)
    object.__setattr__(stamp, "note", note)
    return Record(data, stamp)


@pytest.fixture
def reads(tmp_path):
    """Return a function that writes a record as NWB and reads it again."""
    opened = []

    def read(record: Record):
        path = nwb.write_nwb(record, tmp_path / "run.nwb")
        assert pynwb.validate(path=str(path)) == []
        opened.append(pynwb.NWBHDF5IO(str(path), "r"))
        return opened[-1].read()

    yield read
    for one in opened:
        one.close()


def test_each_cell_is_a_unit_with_its_spikes_and_role(reads):
    units = reads(record_of(spikes([0.3, 0.1, 0.2, 0.4], [2, 0, 2, 0]), roles())).units
    assert [units.get_unit_spike_times(cell).tolist() for cell in range(len(units))] == [
        [0.1, 0.4], [], [0.2, 0.3], []
    ]  # fmt: skip
    assert units["role"][:].tolist() == ROLES
    assert units["role"].description == "what the cell is"
    assert units.id[:].tolist() == [0, 1, 2, 3]


def test_without_roles_the_cells_go_up_to_the_last_that_fired(reads):
    units = reads(record_of(spikes([0.5, 0.1], [1, 3]))).units
    assert [units.get_unit_spike_times(cell).tolist() for cell in range(len(units))] == [
        [], [0.5], [], [0.1]
    ]  # fmt: skip
    assert "role" not in units.colnames


def test_silent_cells_are_units_too(reads):
    units = reads(record_of(spikes([], []), roles())).units
    assert [units.get_unit_spike_times(cell).size for cell in range(len(units))] == [0] * 4


def test_spike_times_may_be_a_coordinate(reads):
    record = record_of(spikes([0.5], [0]))
    record.data = record.data.set_coords("spike_time")
    assert reads(record).units.get_unit_spike_times(0).tolist() == [0.5]


def test_the_protocol_is_a_table_of_intervals(reads):
    table = reads(record_of(spikes([0.5], [0]), protocol())).intervals["protocol"].to_dataframe()
    assert table.columns.tolist() == ["start_time", "stop_time", "row", "label"]
    assert [tuple(row) for row in table.to_numpy()] == EVENTS


def test_a_run_without_events_has_no_table(reads):
    assert not reads(record_of(spikes([0.5], [0]))).intervals
    assert not reads(record_of(spikes([0.5], [0]), protocol([]))).intervals


def test_the_session_tells_how_the_run_came_about(reads):
    record = record_of(spikes([0.5], [0]), note="look here")
    stamp, file = record.stamp, reads(record)
    lines = file.session_description.splitlines()
    assert lines[0] == stamp.line()
    assert "model: walk (toys:Walk)" in lines
    assert "seed: 7" in lines
    assert any(x.startswith("parameters: ") and '"drift": 1.25' in x for x in lines)
    assert any(x.startswith("versions: ") and f'"{stamp.version}"' in x for x in lines)
    assert "für Élise" in file.session_description
    assert file.identifier.endswith(stamp.id)
    assert file.session_id == stamp.id
    assert file.experiment_description == "Random walk"
    assert file.keywords[:].tolist() == ["simulation", "walk"]
    assert file.notes == "look here"
    made = dict(file.was_generated_by[:].tolist())
    assert made["engram-workbench"] == stamp.version
    assert made["numpy"] == np.__version__
    created = datetime.datetime.fromisoformat(stamp.created)
    assert file.session_start_time == created - datetime.timedelta(seconds=90)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.floats(0, 1e4), st.integers(0, 3)), max_size=30))
def test_no_spike_is_lost_or_changed(tmp_path, fired):
    record = record_of(spikes([t for t, _ in fired], [c for _, c in fired]), roles())
    path = nwb.write_nwb(record, tmp_path / "run.nwb")
    with pynwb.NWBHDF5IO(str(path), "r") as file:
        units = file.read().units
        for cell in range(4):
            own = sorted(t for t, c in fired if c == cell)
            assert units.get_unit_spike_times(cell).tolist() == own


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (roles(),),
        (protocol(),),
        (spikes([], []),),
        ({"spike_time": spikes([1], [0])["spike_time"]},),
    ],
)
def test_a_record_without_spikes_is_refused(parts, tmp_path):
    record = record_of(*parts)
    assert not nwb.has_spikes(record)
    with pytest.raises(ParameterError, match=r"\(walk\) holds no spikes, which are what"):
        nwb.write_nwb(record, tmp_path / "run.nwb")
    assert list(tmp_path.iterdir()) == []


def test_without_pynwb_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(nwb, "installed", lambda: False)
    with pytest.raises(ParameterError, match=r"pip install 'engram-workbench\[nwb\]'"):
        nwb.write_nwb(record_of(spikes([1], [0])), tmp_path / "run.nwb")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "run.nwb"
    path.write_text("old")
    bad = record_of(spikes([1.0, np.nan], [0, 0]))
    with pytest.raises(ValueError, match="times holds NaN"):
        nwb.write_nwb(bad, path)
    assert path.read_text() == "old"
    nwb.write_nwb(record_of(spikes([1.0], [0])), path)
    assert path.read_bytes().startswith(b"\x89HDF")
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(RecordError, match="could not be written"):
        nwb.write_nwb(record_of(spikes([1.0], [0])), tmp_path / "no" / "run.nwb")
