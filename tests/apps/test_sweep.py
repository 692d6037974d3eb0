"""A sweep on the server and what its page says; in a browser it is driven by tests/ui."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest
import xarray as xr

import models
import workbench
from apps.sweep import words
from apps.sweep.maps import Maps
from apps.sweep.page import Asked, Sweeps
from apps.sweep.shapes import axes_of, observables, pictures
from apps.work.budget import Budget
from apps.work.desk import Desk
from apps.work.sweeping import Sweeping, time_words
from tests.workers import Breaks, Clock, Once
from workbench import Curve, Matrix
from workbench.cells import TAG, read_values
from workbench.store import Store
from workbench.sweep import Course, Sweep


@pytest.fixture
def desk(tmp_path):
    made = Desk(Store(tmp_path / "runs"), 2)
    yield made
    made.close()


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("swept"))
    over = {"kappa": [0.5, 1.0, 4.0], "target_rate": [0.1, 1.0]}
    return Sweep.grid(models.get("spass")(), over, seeds=2).run(store, workers=1, progress=False)


def ended(going: Sweeping) -> Sweeping:
    going.join(60)
    assert going.ended
    return going


def test_cells_are_runs_of_the_desk_and_give_the_table(desk):
    sweep = Sweep.grid(Clock(frames=3), {"level": [1.0, 2.0]}, seeds=2)
    going = ended(Sweeping(desk, sweep))
    assert (going.course.done, going.course.failed) == (4, 0) and not going.stopped
    assert all(entry.tags == [TAG] for entry in desk.store.list())
    data = going.table()
    assert data.identical(sweep.table(desk.store))
    again = ended(Sweeping(desk, sweep))
    assert again.course.found == 4 and len(desk.store.list()) == 4
    alone = workbench.run(Clock(frames=3, level=2.0), 2, progress=False)
    assert float(data["latest"].sel(level=2.0, seed=2)) == float(alone.data["latest"])


def test_a_sweep_that_is_stopped_keeps_what_is_finished(desk):
    sweep = Sweep.grid(Clock(frames=12, wait=0.05), {"level": list(range(6))})
    going = Sweeping(desk, sweep)
    until = time.monotonic() + 60
    while going.course.done < 2 and time.monotonic() < until:
        time.sleep(0.05)
    until = time.monotonic() + 60
    while (
        not any(job.worker and job.worker.progress for job in [*going._going.values()])
        and time.monotonic() < until
    ):
        time.sleep(0.02)  # the next ones are under way
    going.stop()
    ended(going)
    data = going.table()
    kept = int(data["latest"].notnull().sum())
    assert 2 <= kept < 6 and not data["problem"].values.astype(bool).any()
    until = time.monotonic() + 30
    while len(desk.store.list()) < kept + 1 and time.monotonic() < until:
        time.sleep(0.05)  # those that were stopped are kept as partial runs
    assert len(desk.store.list(status="complete")) == kept < len(desk.store.list())
    assert ended(Sweeping(desk, sweep)).course.done == 6


def test_runs_that_fail_or_are_refused_are_told(desk, tmp_path):
    going = ended(Sweeping(desk, Sweep.grid(Breaks(), {"how": ["raise", "kill"]})))
    problems = going.table()["problem"].values.ravel()
    assert "the spring is broken" in problems[0] and "signal 9" in problems[1]
    once = Sweep.grid(Once(marks=str(tmp_path)), {"level": [1.0, 2.0]})
    assert sum(ended(Sweeping(desk, once)).table()["problem"].values.ravel() != "") == 1
    assert ended(Sweeping(desk, once)).course.failed == 0  # tried again
    desk.budget = Budget(seconds=1e-9)
    refused = ended(Sweeping(desk, Sweep.grid(models.get("sdm")(), {"cues": [7]})))
    assert "allowed" in refused.table()["problem"].item() and refused.course.failed == 1


def test_how_far_it_is_in_words():
    assert time_words(Course(2, 10, 0, 0, 4.0)) == "2 of 10 runs; about 16 s left"
    assert time_words(Course(2, 10, 0, 2, 4.0)) == "2 of 10 runs (2 were there)"
    assert time_words(Course(10, 10, 3, 0, 4.0)) == "10 of 10 runs, 3 failed"


def test_the_model_says_which_measures_come_first(found):
    known = words.measures(found, models.get("spass"))
    assert next(iter(known)) == "weight" and known["activity"] == "activity v, mean"
    same = found.assign(weight=0 * found["weight"])
    assert list(words.measures(same, models.get("spass")))[-1] == "weight"


def test_the_map_is_read_in_a_sentence(found):
    said = words.reading(found, "weight_theory")
    mean = found["weight_theory"].mean("seed")
    high, low = (float(end) for end in (mean.max(), mean.min()))
    assert f"highest, {high:.3g} \u00b1 0 at kappa 4, target rate 1" in said
    assert f"lowest, {low:.3g} \u00b1 0 at kappa 0.5, target rate 0.1" in said
    assert said.endswith("(mean \u00b1 standard deviation over 2 seeds).")
    partly = found.where(found.kappa < 4)
    assert words.reading(partly, "weight_theory").endswith("So far: some runs are missing.")
    assert words.reading(found.where(found.kappa > 9), "weight_theory") == "No run has ended yet."


def test_maps_hold_mean_and_spread(found):
    varied = found.copy(deep=True)
    varied["weight"][..., 1] += 1.0
    drawn = pictures(varied, "weight")
    assert drawn["mean"].dims == ("target_rate", "kappa")
    np.testing.assert_allclose(drawn["mean"].values.T, found["weight"].values[..., 0] + 0.5)
    np.testing.assert_allclose(drawn["spread"].values, np.sqrt(0.5))
    assert [type(one) for one in observables(varied, "weight")] == [Matrix, Matrix]
    one = varied.isel(target_rate=0, drop=True)
    assert [type(each) for each in observables(one, "weight")] == [Curve]
    assert pictures(one, "weight")["one_run"].dims == ("kappa", "seed")


def tap(maps: Maps, at, data) -> None:
    maps._tapped(at, data, axes_of(data), maps._sheets[0].observable)


def test_a_point_is_chosen_where_one_points(found):
    chosen = []
    maps = Maps(chosen.append)
    maps.draw(found, "weight")

    class At:
        x, y = 2.4, 1.7

    tap(maps, At, found)
    At.x = 3.5  # beside the map
    tap(maps, At, found)
    one = found.isel(target_rate=0, drop=True)
    maps.draw(one, "weight")
    At.x = 0.9  # nearest to 1 of 0.5, 1 and 4
    tap(maps, At, one)
    assert chosen == [{"kappa": 2, "target_rate": 1}, {"kappa": 1}]


def chosen_lines(seeds: int = 2) -> xr.Dataset:
    """Return a table over one number and one choice: 10, 100, 1,000 and ten times as much."""
    values = np.array([[10.0, 100.0, 1000.0], [100.0, 1000.0, 10_000.0]]).T[..., None]
    found = xr.Dataset(
        {"capacity": (("level", "memory", "seed"), values * np.arange(1, seeds + 1))},
        {
            "level": (
                "level",
                [0.01, 0.1, 0.5],
                {"scale": "log", "long_name": "level", "units": "1"},
            ),
            "memory": ("memory", ["matrix", "hashed"], {"long_name": "memory"}),
            "seed": np.arange(1, seeds + 1),
        },
        {"title": "Sweep"},
    )
    found["capacity"].attrs = {"units": "1", "long_name": "capacity"}
    found["record"] = found["capacity"].astype(str)
    return found


def test_a_number_over_a_few_choices_is_a_line_for_each():
    found = chosen_lines()
    (curve,) = observables(found, "capacity")
    assert type(curve) is Curve and curve.log and curve.log_y and curve.x == "level"
    drawn = pictures(found, "capacity")
    assert [drawn[name].attrs["long_name"] for name in curve.variables] == ["matrix", "hashed"]
    np.testing.assert_allclose(drawn["line_1"], [150, 1500, 15_000])
    low, high = (drawn[name] for name in curve.bands["line_1"])
    np.testing.assert_allclose(high - low, 2 * np.std([[100, 200], [1e3, 2e3], [1e4, 2e4]], 1,
                                                      ddof=1))  # fmt: skip
    (alone,) = observables(found.isel(seed=[0]), "capacity")
    assert not alone.bands
    close = found.assign(capacity=1 + found.capacity / 1e6)
    close["capacity"].attrs = found["capacity"].attrs
    assert not observables(close, "capacity")[0].log_y


def test_a_figure_is_made_anew_when_numbers_have_come_to_differ_much():
    found = chosen_lines()
    maps = Maps(print)
    maps.draw(found.where(found.level < 0.05), "capacity")
    assert not maps._sheets[0].observable.log_y  # 10 to 200
    first = maps._sheets[0]
    maps.draw(found.where(found.level < 0.05), "capacity")
    assert maps._sheets[0] is first
    maps.draw(found, "capacity")
    assert maps._sheets[0].observable.log_y and maps._sheets[0] is not first


def test_numbers_are_written_in_few_digits():
    said = [words.number(value) for value in (0.1379, 2104.2, -20_000, 1.23e8, 999.9)]
    assert said == ["0.138", "2,100", "-20,000", "1.23e+08", "1e+03"]


def test_the_line_nearest_to_the_pointer_is_chosen():
    chosen, found = [], chosen_lines()
    maps = Maps(chosen.append)
    maps.draw(found, "capacity")

    class At:
        x, y = 0.2, 9000.0  # by their logarithms nearer to 0.1 than to 0.5, and to 1,500 than 150

    tap(maps, At, found)
    At.x, At.y = 0.4, 900.0
    tap(maps, At, found)
    assert chosen == [{"level": 1, "memory": 1}, {"level": 2, "memory": 0}]


@pytest.mark.parametrize("key", models.names())
def test_every_model_can_be_swept_from_what_is_suggested(key):
    model = models.get(key)()
    known = words.sweepable(type(model))
    assert known and not {*vars(Asked())} & {*type(model).parameters()}
    for name, parameter in known.items():
        values = read_values(parameter, words.suggested(parameter, getattr(model, name)))
        assert len(values) >= 2 or parameter.bounds[0] == parameter.bounds[1]


def shown(page: Sweeps) -> dict:
    return json.loads(page.form.view)


def test_the_page_tells_what_is_wrong_and_keeps_the_rest(desk):
    page = Sweeps(desk, {"model": "spass", "across": "kappa", "values": "-1,2", "seeds": "3"})
    view = shown(page)
    assert "kappa = '-1' is not allowed" in view["wrong"] and view["at"] == "values"
    assert not view["missing"] and page.asked.seeds == "3"
    page.act({"act": "set", "name": "values", "value": "0.5,2"})
    assert shown(page)["wrong"] == "" and shown(page)["missing"] == 6
    page.act({"act": "set", "name": "seeds", "value": "many"})
    assert "seeds = many" in shown(page)["wrong"]
    page.act({"act": "set", "name": "seeds", "value": "1001"})
    assert "2,002 runs are too many" in shown(page)["wrong"]


def test_the_page_takes_any_address(desk):
    page = Sweeps(desk, {"model": "nonsense", "across": "x", "seeds": "'"})
    assert page.asked.model == "sdm"
    page = Sweeps(desk, {"model": "spass", "input_rate": "2", "kappa": "no", "down": "kappa"})
    assert page.model.input_rate == 2.0 and "kappa = 'no'" in shown(page)["told"]
    assert page.asked.down == "kappa" and page.asked.rows


def test_another_model_or_parameter_begins_anew(desk):
    page = Sweeps(desk, {"model": "spass", "across": "kappa", "values": "1,2"})
    page.act({"act": "set", "name": "across", "value": "input_rate"})
    assert page.asked.values == words.suggested(page.model.parameters()["input_rate"], 1.0)
    page.act({"act": "set", "name": "model", "value": "sdm"})
    assert page.model.key == "sdm" and page.asked.across in page.model.parameters()
    page.act({"act": "nonsense"})


def test_points_are_drawn_from_ranges_and_each_is_shown(desk):
    page = Sweeps(desk, {"model": "spass", "across": "kappa", "down": "target_rate"})
    page.act({"act": "set", "name": "sampling", "value": "latin"})
    assert page.asked.values == "0.5:2" and shown(page)["hint"].startswith("Values: the range")
    page.act({"act": "set", "name": "points", "value": "6"})
    assert page.sweep.shape == (6,) and shown(page)["missing"] == 6
    page.sweep.run(desk.store, workers=1, progress=False)
    page.act({"act": "set", "name": "seeds", "value": "1"})
    data = page.sweep.table(desk.store)
    curves = observables(data, "weight")
    assert [curve.x for curve in curves] == ["kappa", "target_rate"]
    listed = json.loads(page.runs.view)
    assert listed["heading"][:2] == ["kappa", "target rate"] and len(listed["rows"]) == 6
    first = [words.value_words(float(data[name][0])) for name in ("kappa", "target_rate")]
    assert listed["rows"][0]["texts"] == first
    best = int(data["weight_theory"].values.argmax())
    said = words.reading(data, "weight_theory")
    assert f"at kappa {words.value_words(float(data.kappa[best]))}, target rate" in said

    class At:
        x, y = float(data.kappa[4]), float(data["weight"][4, 0])

    page.maps.draw(data, "weight")
    chosen = []
    page.maps._chosen = chosen.append
    tap(page.maps, At, data)
    assert chosen == [{"sample": 4}]
    page.act({"act": "set", "name": "points", "value": "none"})
    assert "points = none" in shown(page)["wrong"] and shown(page)["at"] == "points"


def test_a_ready_made_sweep_is_followed_and_left(desk):
    plan = "Every memory: bits per synapse"
    page = Sweeps(desk, {"model": "capacity"})
    assert [name for name, _ in shown(page)["options"]["plan"]] == [
        "", *models.get("capacity").plans
    ]  # fmt: skip
    page.act({"act": "set", "name": "plan", "value": plan})
    assert (page.asked.across, page.asked.down) == ("coding_level", "memory")
    assert page.asked.measure == "gained_per_synapse_at_capacity" and len(page.sweep) == 35
    page.act({"act": "set", "name": "seeds", "value": "2"})
    assert page.asked.plan == "" and len(page.sweep) == 70
    linked = Sweeps(desk, {"model": "capacity", "plan": "Hebbian rule: coding level and size"})
    assert linked.model.memory == "Hebbian" and linked.asked.rows == "500,1000,2000"
    own = Sweeps(desk, {"model": "capacity", "plan": plan, "values": "0.1,0.2"})
    assert own.asked.values == "0.1,0.2" and own.asked.down == "memory"
    assert Sweeps(desk, {"model": "spass", "plan": plan}).asked.plan == ""
    assert len(shown(Sweeps(desk, {"model": "spass"}))["options"]["plan"]) == 1
