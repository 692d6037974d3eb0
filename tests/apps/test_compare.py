"""Records over each other: what is drawn, what the difference is, what is told."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from spiking_runs import (
    CELLS,
    ENGRAM,
    EVENTS,
    RASTER,
    ROLLING,
    STRIP,
    WEIGHTS,
    members,
    protocol,
    spiking,
    weights,
)
from toys import Walk

import models
import workbench
from apps.compare.lines import DASHES, Lines, outline, shade
from apps.compare.page import Compare, asked_for
from apps.compare.parts import Compared, of_lines
from apps.compare.words import apart, labels, random_words, sentences_html, table_html
from apps.drawing.palette import SIGNED, ground, luminance
from workbench import Curve, Histogram, Images, Matrix, Model, Record, Trace, variable

LINES = Trace(("v",), "V")


@pytest.fixture(autouse=True)
def walk(monkeypatch):
    monkeypatch.setitem(models.REGISTRY, "walk", "toys:Walk")


def ran(seed=1, **values):
    return workbench.run(Walk(**values), seed, progress=False)


def compared(*datas):
    names = [f"kappa {n}" for n in range(len(datas))]
    return Compared(list(datas), names, names)


def only(observable, *datas, monkeypatch):
    """Return the one part of a page that compares made-up records of one observable."""
    kind = type("Shown", (Model,), {"observables": (observable,), "key": "shown"})
    monkeypatch.setattr("apps.compare.page.observables_of", lambda record: kind.observables)
    stamp = ran().stamp
    records = [
        Record(data, replace(stamp, id=f"id{n}", parameters={"kappa": n}))
        for n, data in enumerate(datas)
    ]
    (part,) = Compare(records).parts
    return part


def lines_of(sheet):
    """Return the lines of a figure: (xs, ys, dash, colour)."""
    found = [r for r in sheet.figure.renderers if hasattr(r.glyph, "xs")]
    return [
        (r.data_source.data["xs"], r.data_source.data["ys"], r.glyph.line_dash, r.glyph.line_color)
        for r in found
    ]


def test_records_are_drawn_over_each_other_and_their_difference_below():
    one, two = ran(drift=0.5), ran(drift=1.5)
    (part,) = Compare([one, two]).parts
    upper, lower = (row[0] for row in part.rows)
    drawn = lines_of(upper)
    for k, record in enumerate((one, two)):
        assert np.array_equal(np.array(drawn[k][1]).T, record.data.position.values)
    assert [dash for _, _, dash, _ in drawn] == [DASHES[0], DASHES[1]]
    ((xs, ys, dash, _),) = lines_of(lower)
    assert np.allclose(np.array(ys).T, (two.data.position - one.data.position).values)
    assert dash == DASHES[1] and xs[0].tolist() == one.data.time.values.tolist()
    assert lower.figure.x_range is upper.figure.x_range
    # the same steps by chance and one more metre a second: 12 m after twelve of them
    (said,) = part.said
    assert "ends 12 m higher" in said and "with drift 1.5 m/s" in said
    assert "largest difference +12 m at 11 s" in said


def test_a_record_keeps_its_colour_and_shows_in_light_and_dark():
    shown = Compare([ran(drift=d) for d in (0.5, 1.0, 1.5, 2.0)])
    upper = shown.parts[0].rows[0][0]
    for dark in (False, True):
        shown.paint(dark)
        paints = [paint for *_, paint in lines_of(upper)]
        assert paints == [shade("other", k, dark) for k in range(4)]
        paper = luminance(ground(dark).paper)
        for paint in paints:
            light, other = sorted((luminance(paint), paper))
            assert (other + 0.05) / (light + 0.05) > 4.5
    assert len({str(dash) for _, _, dash, _ in lines_of(upper)}) == 4


def trace(values, times=None, name="v", unit="mV"):
    times = np.arange(len(values), dtype=float) if times is None else np.array(times, float)
    return xr.Dataset(
        {name: variable("time", np.array(values, float), unit, "voltage")},
        coords={"time": variable("time", times, "s", "time")},
    )


def test_other_points_are_interpolated_and_that_is_told():
    part = of_lines(Trace(("v",), "V"), compared(trace([0, 0, 0]), trace([1, 5], [0, 2])), False)
    ((_, ys, *_),) = lines_of(part.rows[1][0])
    assert ys[0].tolist() == [1, 3, 5]
    assert part.said[0].endswith("Interpolated, since their points are not the same.")
    assert part.rows[1][0].figure.yaxis[0].axis_label == "difference (mV)"


def test_what_cannot_be_subtracted_is_drawn_and_told():
    part = of_lines(Trace(("v",), "V"), compared(trace([0, 0]), trace([1, 5], [7, 8])), False)
    assert len(part.rows) == 1 and len(lines_of(part.rows[0][0])) == 2
    assert "voltage with kappa 1: They do not overlap" in part.said[0]


def test_what_only_one_record_has_is_told():
    both = trace([1, 2]).assign(w=trace([1, 2], name="w").w)
    part = of_lines(Trace(("v", "w"), "V"), compared(trace([1, 2]), both), False)
    assert part.said == [
        "voltage: the same with kappa 1, number for number.", "voltage: only record 2 has it.",
    ]  # fmt: skip


def test_theory_that_is_the_same_is_drawn_once():
    shown = Trace(("v",), "V", theory=("w",))
    datas = [trace([k, 2]).assign(w=trace([1, 2], name="w").w) for k in range(3)]
    part = of_lines(shown, compared(*datas), False)
    assert len(lines_of(part.rows[0][0])) == 4
    datas[2] = datas[2].assign(w=trace([1, 3], name="w").w)
    assert len(lines_of(of_lines(shown, compared(*datas), False).rows[0][0])) == 6


def counts(values, first):
    return xr.Dataset(
        {"n": variable("bin", np.array(values), "cells", "cells"),
         "mean": variable((), float(first), "Hz", "mean rate")},
        coords={"bin": variable("bin", np.arange(first, first + len(values)), "Hz", "rate")},
    )  # fmt: skip


def test_histograms_and_marks():
    shown = Histogram(("n",), "Rates", marks=("mean",))
    part = of_lines(shown, compared(counts([1, 2], 0), counts([5, 6], 1)), False)
    x, y = outline(np.arange(3.0), np.array([-1.0, 3.0, 6.0]))
    ((xs, ys, *_),) = lines_of(part.rows[1][0])
    assert (xs[0].tolist(), ys[0].tolist()) == (x.tolist(), y.tolist())
    assert part.said[1] == "mean rate: 1 Hz higher with kappa 1 (1 Hz against 0 Hz)."


def test_points_keep_their_shape_and_their_difference_is_joined():
    shown = Curve(("v",), "V", x="time")
    part = of_lines(shown, compared(trace([0, 1]), trace([2, 2])), False)
    upper, lower = (row[0].figure.renderers for row in part.rows)
    assert [r.glyph.marker for r in upper] == ["circle", "triangle"]
    assert [type(r.glyph).__name__ for r in lower] == ["Scatter", "MultiLine"]
    assert lower[0].data_source.data["y"].tolist() == [2, 1]


def legend(sheet):
    return [item.label.value for item in sheet._legend.items]


def test_a_legend_tells_records_apart_and_variables_where_there_are_several():
    part = of_lines(Trace(("v",), "V"), compared(trace([0, 1]), trace([2, 2])), False)
    assert legend(part.rows[0][0]) == ["1: kappa 0", "2: kappa 1"]
    datas = [trace([k, 2]).assign(w=variable("time", [1.0, k], "mV", "other")) for k in (1, 2)]
    part = of_lines(Trace(("v", "w"), "V"), compared(*datas), False)
    assert legend(part.rows[0][0]) == ["voltage", "other", "1: kappa 0", "2: kappa 1"]


def test_matrices_have_one_range_and_a_difference_centred_on_zero(monkeypatch):
    first, second = weights([[1, 2], [3, 4]], border=(1,)), weights([[1, 2], [3, 8]], border=(1,))
    part = only(WEIGHTS, first, second, monkeypatch=monkeypatch)
    ((one, two, difference),) = part.rows
    assert [(m._mapper.low, m._mapper.high) for m in (one, two)] == [(0, 8), (0, 8)]
    assert (difference._mapper.low, difference._mapper.high) == (-4, 4)
    assert list(difference._mapper.palette) == SIGNED
    assert difference._source.data["image"][0].tolist() == [[0, 0], [0, 4]]
    assert [m.figure.title.text for m in part.rows[0]] == [
        "1: kappa 0", "2: kappa 1", "record 2 minus record 1",
    ]  # fmt: skip
    assert "largest difference +4 nS; 25 % of the 4 places differ" in part.said[0]


def test_a_matrix_without_any_difference_is_white(monkeypatch):
    same = weights([[1, 2], [3, 4]], border=(1,))
    part = only(WEIGHTS, same, same.copy(), monkeypatch=monkeypatch)
    assert (part.rows[0][2]._mapper.low, part.rows[0][2]._mapper.high) == (-1, 1)
    assert part.said == ["weight: the same with kappa 1, number for number."]


def test_codes_are_compared_but_not_subtracted(monkeypatch):
    part = only(
        ENGRAM, members([[0, 1], [2, 3]], [0, 1]), members([[0, 3], [2, 3]], [0, 1]),
        monkeypatch=monkeypatch,
    )  # fmt: skip
    shown = part.rows[0][2]._source.data["image"][0]
    assert np.nan_to_num(shown, nan=0).tolist() == [[0, 1], [0, 0]]
    assert part.said == ["membership: 25 % of the 4 places differ with kappa 1."]


def pictures(bits):
    values = np.array(bits, bool)
    named = {"picture": variable("picture", [f"read {n}" for n in range(len(bits))], "1", "read")}
    return xr.Dataset(
        {"p": variable(("picture", "row", "column"), values, "1", "bits")}, coords=named
    )


def test_pictures_are_above_each_other_with_their_difference_in_signs(monkeypatch):
    shown = Images(("p",), "Pictures")
    part = only(
        shown, pictures([[[1, 0], [0, 0]]]), pictures([[[0, 0], [0, 1]]]), monkeypatch=monkeypatch
    )
    assert len(part.rows) == 3 and part.wide
    difference = next(r for r in part.rows[2][0].figure.renderers if hasattr(r.glyph, "dw"))
    assert difference.glyph.color_mapper.low == -1 and difference.glyph.color_mapper.high == 1
    assert difference.data_source.data["image"][0].tolist() == [[0, 1], [-1, 0]]  # upwards
    assert part.said == ["bits: 50 % of the 4 places differ with kappa 1."]


def test_spikes_share_their_time_and_differ_in_rates(monkeypatch):
    names = np.array(["excitatory"] * 30 + ["inhibitory"] * 10)
    first = spiking([0.5, 0.6, 9.9], [0, 1, 39], names)
    second = spiking([0.5, 4.0], [0, 2], names)
    part = only(RASTER, first, second, monkeypatch=monkeypatch)
    one, two, rates, difference = (row[0] for row in part.rows)
    ranges = {id(sheet.figure.x_range) for sheet in (one, two, rates, difference)}
    assert len(ranges) == 1 and one.figure.x_range.end == pytest.approx(9.9)
    drawn = lines_of(difference)
    excitatory = dict(zip(drawn[0][0][0].round(3), drawn[0][1][0], strict=True))
    assert excitatory[0.65] == pytest.approx(-1 / 30 / 0.1)
    assert excitatory[4.05] == pytest.approx(1 / 30 / 0.1)
    assert any("inhibitory: on average" in one and "lower" in one for one in part.said)
    assert CELLS == 40


def test_a_moving_window_on_the_same_spikes_is_not_shown_twice(monkeypatch):
    monkeypatch.setattr("apps.compare.page.observables_of", lambda record: (ROLLING, RASTER))
    data = spiking([0.5], [0], np.array(["excitatory"]))
    records = [Record(data.copy(), replace(ran().stamp, id=f"{n}")) for n in range(2)]
    assert [part.title for part in Compare(records).parts] == ["Spikes now"]


def test_protocols_share_their_time_and_tell_other_events(monkeypatch):
    longer = [*EVENTS, ("phase", 10.0, 20.0, "recall", "recall")]
    part = only(
        STRIP, xr.Dataset(protocol()), xr.Dataset(protocol(longer)), monkeypatch=monkeypatch
    )
    assert [row[0].figure.x_range.end for row in part.rows] == [20, 20]
    assert part.said == ["protocol: with recall at 10–20 s (kappa 1)."]


def test_what_no_record_holds_is_named():
    shown = Compare([ran(steps=0), ran(steps=0, drift=1.0)])
    assert [part.rows for part in shown.parts] == [[]]
    assert "Not in these records: Where they are." in shown._view[-1].object


def test_what_sets_records_apart():
    records = [ran(seed=s, drift=d, mirror=m) for s, d, m in ((1, 1, True), (1, 2, True))]
    assert apart(records) == {"drift": ["1 m/s", "2 m/s"]}
    assert labels(records) == ["drift 1 m/s", "drift 2 m/s"]
    records.append(ran(seed=2, drift=2))
    assert labels(records)[2] == "drift 2 m/s, mirror off, seed 2"
    twins = [ran(), ran()]
    assert labels(twins) == [f"record {one.stamp.id[:6]}" for one in twins]


def test_whether_the_random_numbers_are_the_same_is_told():
    one, two, other = ran(seed=4), ran(seed=4, drift=2), ran(seed=5)
    assert "All have the same random numbers (seed 4" in random_words([one, two])
    assert "the seeds are 4, 5" in random_words([one, two, other])
    older = Record(two.data, replace(two.stamp, version="0.0.1"))
    assert "the versions of the workbench are not" in random_words([one, older])
    numpy = Record(two.data, replace(two.stamp, libraries={"numpy": "1.0"}))
    assert "versions of numpy differ" in random_words([one, numpy])


def test_the_table_tells_all_and_breaks_out_of_nothing():
    one, two = ran(label="<b>&"), ran(label="plain")
    table = table_html([one, two])
    assert "&lt;b&gt;&amp;" in table and "<b>" not in table
    assert f"/lab?record={one.stamp.id}" in table and one.stamp.id in table


def test_many_sentences_unfold():
    shown = sentences_html([f"{n} < {n + 1}." for n in range(6)])
    assert shown.count("<li>") == 6 and "<summary>2 more</summary>" in shown
    assert "0 &lt; 1." in shown
    assert sentences_html([]) == ""


@pytest.fixture
def stored(store):
    records = [ran(seed=seed) for seed in range(6)]
    for record in records:
        store.add(record)
    return [record.stamp.id for record in records]


def test_records_are_found_by_id_and_the_rest_is_told(store, stored):
    found, told = asked_for(store, f"{stored[0]}, {stored[1]},,{stored[0]},nothing,../x.nc")
    assert [one.stamp.id for one in found] == stored[:2]
    assert told == ["There is no record 'nothing'.", "There is no record '../x.nc'."]


def test_a_path_is_never_opened(store, stored, tmp_path):
    outside = ran().save(tmp_path / "outside.nc")
    found, told = asked_for(store, f"{outside},{stored[0]},../outside.nc")
    assert [one.stamp.id for one in found] == stored[:1]
    assert len(told) == 3 and told[-1] == "Only one record is left: a comparison needs two."


def test_records_of_another_model_and_too_many_are_left_out(store, stored):
    other = Record(ran().data, replace(ran().stamp, model="other", title="Another", id="feed"))
    store.add(other)
    found, told = asked_for(store, ",".join([stored[0], "feed", *stored[1:]]))
    assert [one.stamp.id for one in found] == stored[:4]
    assert "Record feed is of another model (Another, not Random walk)" in told[0]
    assert f"Record {stored[4]} is left out: at most 4" in told[1]


def test_a_page_is_drawn_picture_by_picture_on_the_ground_it_has_by_then(monkeypatch):
    monkeypatch.setattr("apps.compare.page.observables_of", lambda record: (WEIGHTS, LINES, STRIP))
    data = trace([1, 2])
    records = [Record(data.copy(), replace(ran().stamp, id=f"{n}")) for n in range(2)]
    page = Compare(records, at_once=False)
    assert page.parts == []
    assert page.more() and [part.title for part in page.parts] == ["V"]  # wide ones come last
    assert "Drawing: 1 of 3 pictures" in page._rest.object
    page.paint(dark=True)
    assert page.more() and not page.more()
    assert page.parts[0].rows[0][0].dark
    assert page._rest.object == "<p>Not in these records: Weights; Protocol.</p>"


def test_a_model_that_is_not_here_is_told():
    records = [Record(ran().data, replace(ran().stamp, model="gone", id=f"{n}")) for n in range(2)]
    shown = Compare(records)
    assert shown.parts == []
    assert "is none of the workbench" in shown._view[1].object


@pytest.mark.parametrize("records", [0, 1])
def test_too_few_records_are_a_designed_state(records):
    shown = Compare([ran()] * records, ["There is no record 'x'."])
    assert shown.parts == []
    assert "no record" in shown._view[1].object and "/runs" in shown._view[2].object


def test_the_difference_has_a_line_at_zero():
    sheet = of_lines(Trace(("v",), "V"), compared(trace([0, 1]), trace([2, 2])), False).rows[1][0]
    assert isinstance(sheet, Lines) and sheet._zero.visible and sheet._zero.location == 0


LEAFED = Images(("field",), "Fields", over="epoch")


def fields(*epochs, scale=1.0):
    """Return a run with a picture of two by two for each epoch, all of its number times a scale."""
    values = np.stack([np.full((1, 2, 2), scale * epoch) for epoch in epochs])
    return xr.Dataset({
        "field": variable(("epoch", "picture", "row", "column"), values, "1", "field"),
        "epoch": variable("epoch", np.array(epochs), "1", "epoch"),
        "picture": variable("picture", ["one"], "1", "picture"),
    })  # fmt: skip


def leafed(*datas, monkeypatch):
    """Return a page that compares runs whose pictures are leafed through."""
    monkeypatch.setattr("apps.compare.page.observables_of", lambda record: (LEAFED,))
    return Compare([
        Record(data, replace(ran().stamp, id=f"id{n}", parameters={"kappa": n}))
        for n, data in enumerate(datas)
    ])  # fmt: skip


def shown_values(page):
    """Return the value of each picture that is drawn, row after row."""
    (part,) = page.parts
    return [
        float(sheet._drawn[name][1][0].data_source.data["image"][0][0, 0])
        for row in part.rows for sheet in row for name in sheet._drawn
    ]  # fmt: skip


def test_pictures_of_all_records_are_leafed_through_at_once(monkeypatch):
    page = leafed(fields(1, 2, 3), fields(1, 2, 3, scale=10), monkeypatch=monkeypatch)
    scrubber = page.places[0]._scrubber
    assert scrubber.labels == ["1", "2", "3"]
    assert shown_values(page) == [3, 30, 27]  # two records and their difference
    figures = [sheet.figure for row in page.parts[0].rows for sheet in row]
    scrubber.at = 0
    assert shown_values(page) == [1, 10, 9]
    assert "on average 9 higher" in page.parts[0].said[0]
    scrubber.at = 2
    assert shown_values(page) == [3, 30, 27]
    assert figures == [sheet.figure for row in page.parts[0].rows for sheet in row]
    page.paint(True)
    scrubber.at = 1
    assert page.parts[0].rows[0][0].dark


def test_records_of_unlike_length_share_what_all_have_and_end_with_their_own(monkeypatch):
    page = leafed(fields(3, 1, 2), fields(2, 3, 4, scale=10), monkeypatch=monkeypatch)
    scrubber = page.places[0]._scrubber
    assert scrubber.labels == ["3", "2", "last of each"] and scrubber.at == 2
    assert shown_values(page) == [2, 40, 38]
    scrubber.at = 0
    assert shown_values(page) == [3, 30, 27]
    scrubber.at = 1
    assert shown_values(page) == [2, 20, 18]
    scrubber.at = 2
    assert shown_values(page) == [2, 40, 38]


def test_records_without_common_leaves_show_each_its_own(monkeypatch):
    page = leafed(fields(1, 2), fields(3, 4), monkeypatch=monkeypatch)
    assert page.places[0]._scrubber is None
    assert shown_values(page) == [2, 4, 2]


def test_what_lies_along_the_same_dimension_is_leafed_through_together(monkeypatch):
    other = replace(LEAFED, variables=("twin",))
    datas = [one.assign(twin=one["field"] * 100) for one in (fields(1, 2), fields(1, 2, scale=2))]
    monkeypatch.setattr("apps.compare.page.observables_of", lambda record: (LEAFED, other))
    page = Compare([Record(data, replace(ran().stamp, id=f"{n}")) for n, data in enumerate(datas)])
    first, second = page.places
    first._scrubber.at = 0
    assert second._scrubber.at == 0
    sheet = second.part.rows[0][0]
    (name,) = sheet._drawn
    assert sheet._drawn[name][1][0].data_source.data["image"][0][0, 0] == 100


def test_a_colour_means_the_same_on_every_leaf_of_all_records(monkeypatch):
    matrix = Matrix(("grown",), "Grown", over="epoch")
    datas = [one.assign(grown=one["field"].isel(picture=0, drop=True))
             for one in (fields(1, 2, 3), fields(1, 2, 3, scale=10))]  # fmt: skip
    monkeypatch.setattr("apps.compare.page.observables_of", lambda record: (matrix,))
    page = Compare([Record(data, replace(ran().stamp, id=f"{n}")) for n, data in enumerate(datas)])
    sheets = page.parts[0].rows[0]

    def seen():
        return [(float(one._source.data["image"][0][0, 0]), one._mapper.high) for one in sheets]

    assert seen() == [(3, 30), (30, 30), (27, 30)]
    page.places[0]._scrubber.at = 0
    assert seen() == [(1, 30), (10, 30), (9, 30)]
    assert page.parts[0].rows[0] == sheets
