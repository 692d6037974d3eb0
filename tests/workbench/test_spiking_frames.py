"""Spikes, roles of cells and events of a protocol in frames and records."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench
from workbench import GROWING, Matrix, Model, Raster, Record, Strip, variable
from workbench.frames import Frames

ROLES = np.array(["excitatory", "inhibitory", "excitatory"])
counts = st.lists(st.integers(0, 5), min_size=1, max_size=6)


def frame(start, count, tagged=0, labels=("rest", "learn a stimulus")):
    """Return the spikes of a second, what the cells are by then, and the protocol."""
    times = start + np.arange(count) / 10
    names = np.where(np.arange(3) < tagged, "engram", ROLES)
    return xr.Dataset({
        "spike_time": variable("spike", times, "s", "time of a spike"),
        "spike_cell": variable("spike", np.arange(count) % 3, "1", "cell of a spike"),
        "cell_role": variable("cell", names, "1", "what a cell is"),
        "event_label": variable("event", np.array(labels, str), "1", "what an event is"),
    })  # fmt: skip


def joined(numbers):
    frames = Frames()
    for i, count in enumerate(numbers):
        frames.add(frame(float(i), count, tagged=i))
    return frames.dataset()


class Spiking(Model):
    """Emits frames with so many spikes each."""

    key = "spiking"
    numbers = (0, 3, 0, 2)

    def simulate(self, run):
        for i, count in enumerate(self.numbers):
            run.emit(frame(float(i), count), progress=(i + 1) / len(self.numbers))


class Silent(Spiking):
    """Emits frames without a spike."""

    numbers = (0, 0)


def test_spikes_grow():
    assert "spike" in GROWING


@given(counts)
def test_spikes_are_joined_and_roles_replaced(numbers):
    data = joined(numbers)
    assert data.sizes["spike"] == sum(numbers)
    wanted = [i + k / 10 for i, count in enumerate(numbers) for k in range(count)]
    np.testing.assert_allclose(data.spike_time, wanted)
    assert data.spike_cell.dtype.kind == "i"
    tagged = min(len(numbers) - 1, 3)
    assert data.cell_role.values.tolist() == ["engram"] * tagged + ROLES[tagged:].tolist()


def test_the_protocol_may_change_its_events():
    frames = Frames()
    for labels in (("rest",), ("rest", "a much longer event"), ()):
        frames.add(frame(0.0, 1, labels=labels))
        assert frames.dataset().event_label.values.tolist() == list(labels)


@settings(max_examples=10)
@given(counts)
def test_a_record_comes_back_from_its_bytes(numbers):
    data = joined(numbers)
    back = xr.open_dataset(Record(data, STAMP).encoded(), engine="h5netcdf")
    xr.testing.assert_equal(back.load(), data)
    assert back.cell_role.dtype.kind == data.cell_role.dtype.kind


@pytest.mark.parametrize("model", [Spiking, Silent])
def test_a_run_comes_back_from_its_file(model, tmp_path):
    record = workbench.run(model(), progress=False)
    assert record.complete
    back = Record.open(record.save(tmp_path / "a.nc"))
    xr.testing.assert_equal(back.data, record.data)
    assert back.data.sizes["spike"] == sum(model.numbers)
    assert back.data.cell_role.values.tolist() == ROLES.tolist()
    assert back.data.event_label.values.tolist() == ["rest", "learn a stimulus"]
    assert back.data.spike_time.attrs == {"units": "s", "long_name": "time of a spike"}


def test_observables_name_their_variables():
    assert Raster().variables == ("spike_cell",)
    assert (Raster().x, Raster().groups, Raster().window) == ("spike_time", "cell_role", 0)
    assert Matrix(("w",), "W", borders=("b",)).borders == ("b",)
    assert Strip().variables == ("event_row",)
    assert Strip(reading=lambda data: "All of it.").reading(xr.Dataset()) == "All of it."


STAMP = workbench.run(Silent(), progress=False).stamp
