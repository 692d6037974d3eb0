"""The strip of a protocol: a lane a row of events, words that can be read, a cursor at now."""

import pytest
import xarray as xr
from bokeh.document import Document
from hypothesis import given
from hypothesis import strategies as st
from spiking_runs import END, EVENTS, STRIP, frames, protocol

from apps.drawing.lanes import Block, Lanes, duration, lanes, unsaid, words
from apps.drawing.palette import CLEAR, DARK, LIGHT, ROLES, colour, ground, ink_on, luminance
from apps.drawing.strip import AROUND, LANE, StripPlot
from workbench import Strip, variable


def shown(plot):
    """Return the events as drawn: (lane, start, end, words for the pointer)."""
    data = plot._blocks.data
    names = plot.figure.yaxis[0].major_label_overrides
    middles = [(top + low) / 2 for top, low in zip(data["top"], data["bottom"], strict=True)]
    lanes = [names[round(middle)] for middle in middles]
    return list(zip(lanes, data["left"], data["right"], data["label"], strict=True))


def test_each_event_is_a_block_in_its_lane():
    plot = StripPlot(STRIP)
    plot.show(xr.Dataset(protocol()))
    assert shown(plot) == [event[:4] for event in EVENTS]
    fig = plot.figure
    assert fig.yaxis[0].major_label_overrides == {0: "light", 1: "tag", 2: "phase"}
    assert fig.yaxis[0].ticker.ticks == [0, 1, 2]
    assert (fig.y_range.start, fig.y_range.end) == (-0.5, 2.5)
    assert (fig.x_range.start, fig.x_range.end) == (0, END)
    assert fig.xaxis.axis_label == "time (s)"
    tops, lows = plot._blocks.data["top"], plot._blocks.data["bottom"]
    assert all(0.5 < top - low < 1 for top, low in zip(tops, lows, strict=True))


def test_the_cursor_is_where_the_run_is(monkeypatch):
    plot, drawn = StripPlot(STRIP), []
    draw = plot._draw
    monkeypatch.setattr(plot, "_draw", lambda: drawn.append(draw()))
    for frame in frames():
        plot.show(frame)
        assert plot._now.data["x"] == [frame.now.item()]
    assert len(drawn) == 1  # the blocks were sent once
    plot.show(xr.Dataset({"now": variable((), 3.5, "s", "time reached")}))
    assert plot._now.data["x"] == [3.5]
    plot.show(xr.Dataset({"other": variable((), 1.0, "1", "other")}))
    assert plot._now.data["x"] == [3.5] and len(shown(plot)) == 4


def test_events_may_change_while_it_runs():
    plot = StripPlot(STRIP)
    plot.show(xr.Dataset(protocol()))
    later = ("tag", 6.0, 12.0, "tag", "engram")
    for events in ([*EVENTS[:2], later, EVENTS[3]], [*EVENTS[:2], later]):
        plot.show(xr.Dataset(protocol(events)))
        assert shown(plot) == [event[:4] for event in events]
        assert plot.figure.x_range.end == 12.0


def test_clear_and_replace():
    plot = StripPlot(STRIP)
    plot.show(xr.Dataset(protocol(now=4.0)))
    plot.clear()
    assert shown(plot) == [] and plot._now.data["x"] == [] and plot._words.data["text"] == []
    plot.replace(xr.Dataset(protocol(EVENTS[:1])))
    assert shown(plot) == [EVENTS[0][:4]]
    plot.replace(xr.Dataset(protocol([])))
    assert shown(plot) == []
    assert plot.figure.yaxis[0].ticker.ticks == []


def test_it_is_as_high_as_its_lanes_and_keeps_its_height():
    named = StripPlot(Strip(lanes=("phase", "tag", "light", "silence", "cue")))
    assert named.figure.height == AROUND + 5 * LANE
    named.show(xr.Dataset(protocol()))
    assert named.figure.height == AROUND + 5 * LANE
    assert list(named.figure.yaxis[0].major_label_overrides.values())[::-1] == [
        "phase", "tag", "light", "silence", "cue",
    ]  # fmt: skip
    plot = StripPlot(STRIP)
    for events, high in ((EVENTS[:1], 1), (EVENTS, 3), (EVENTS[:1], 3)):
        plot.show(xr.Dataset(protocol(events)))
        assert plot.figure.height == AROUND + high * LANE  # in a run it gets no lower
    plot.clear()
    assert plot.figure.height == AROUND + 3 * LANE
    for events, high in ((EVENTS[:1], 1), (EVENTS, 3), (EVENTS[:1], 1)):
        plot.replace(xr.Dataset(protocol(events)))
        assert plot.figure.height == AROUND + high * LANE


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_words_can_be_read_on_every_ground(dark):
    for role in ROLES:
        fill = colour(role, dark)
        assert contrast(ink_on(fill), fill) >= 4.5
    plot = StripPlot(STRIP, dark=not dark)
    plot.show(xr.Dataset(protocol(now=1.0)))
    plot.paint(dark)
    fills = dict(zip(plot._blocks.data["label"], plot._blocks.data["fill"], strict=True))
    assert fills["rest"] == CLEAR and fills["tag"] == colour("engram", dark)
    paper = ground(dark)
    assert plot._cursor.line_color == paper.ink
    told = plot._words.data
    assert set(told["text"]) >= {"rest", "learn a stimulus", "light tagged x 1.5"}
    for text, ink in zip(told["text"], told["ink"], strict=True):
        beside = text not in fills or fills[text] == CLEAR or text.startswith("light")
        assert contrast(ink, paper.paper if beside else fills[text]) >= 4.5


def test_luminance_is_that_of_wcag():
    assert luminance("#FFFFFF") == pytest.approx(1)
    assert luminance("#000000") == 0
    assert luminance("#777777") == pytest.approx(0.1845, abs=1e-3)
    assert contrast(LIGHT.paper, DARK.paper) > 15


def row(*spans):
    """Return a protocol of 100 s whose one lane has these events."""
    blocks = [Block(start, end, 0, text, "cue") for start, end, text in spans]
    return Lanes([*blocks, Block(0, 100, 1, "", "")], ["one", "phase"], [], "time (s)")


@pytest.mark.parametrize(
    ("spans", "width", "told"),
    [
        ([(10, 40, "inside")], 500, [(10, "inside", "cue")]),
        ([(10, 11, "right")], 500, [(11, "right", "")]),
        ([(98, 99, "left")], 500, [(98 - (4 * 6.6 + 10) / 5, "left", "")]),
        ([(10, 11, "no room"), (12, 13, "x"), (2, 9, "")], 300, [(13, "x", "")]),
        (
            [(10, 11, "to the right"), (30, 31, "not left"), (32, 99, "")],
            500,
            [(11, "to the right", "")],
        ),
        ([(10, 40, "too long for this screen")], 60, []),
        ([(10, 40, "")], 500, []),
    ],
)
def test_words_stand_in_a_block_or_beside_it_or_nowhere(spans, width, told):
    found = [(w.x, w.text, w.role) for w in words(row(*spans), width)]
    assert found == [(pytest.approx(x), text, role) for x, text, role in told]


times = st.lists(st.floats(0, 100), min_size=2, max_size=12, unique=True).map(sorted)


@given(times, st.text("abc", max_size=12), st.floats(50, 1500))
def test_words_never_cover_a_block_or_leave_the_axes(edges, text, width):
    spans = [(*span, text) for span in zip(edges[::2], edges[1::2], strict=False)]
    protocol = row(*spans)
    last, needed = 0.0, (len(text) * 6.6 + 10) * protocol.end / width
    for one in words(protocol, width):
        end = one.x + needed
        assert one.x >= last - 1e-6 and end <= 100 + 1e-6
        last = end
        for start, stop, _ in spans:
            inside = start <= one.x and end <= stop + 1e-6
            apart = end <= start + 1e-6 or one.x >= stop
            assert inside if one.role and start <= one.x < stop else apart


def test_the_browser_tells_how_much_room_there_is():
    plot = StripPlot(STRIP)
    plot.show(xr.Dataset(protocol()))
    assert "tag" in plot._words.data["text"]
    plot.figure.trigger("inner_width", None, 40)
    assert plot._words.data["text"] == []
    plot.show(xr.Dataset(protocol(EVENTS[:2])))
    assert plot._words.data["text"] == []
    plot.show(xr.Dataset(protocol()))
    plot.figure.trigger("inner_width", 40, 1200)
    assert set(plot._words.data["text"]) == {event[3] for event in EVENTS}


def test_what_is_written_nowhere_is_in_the_legend():
    def told(plot):
        return {i.label.value: i.renderers[0].glyph.fill_color for i in plot._legend.items}

    short = ("phase", 4.0, 4.1, "strengthen x 5", "engram")
    events = [("phase", 0.0, 4.0, "balance", "inhibitory"), short,
              ("phase", 4.1, 8.0, "balance", "inhibitory"), ("phase", 8.0, 8.1, "", "cue"),
              ("phase", 8.1, 8.2, "pause", ""), ("phase", 8.2, 10.0, "rest", "")]  # fmt: skip
    plot = StripPlot(STRIP)
    plot.show(xr.Dataset(protocol(events)))
    assert told(plot) == {"strengthen": colour("engram")}  # what has no colour is no matter
    plot.paint(dark=True)
    assert told(plot) == {"strengthen": colour("engram", dark=True)}
    plot.figure.trigger("inner_width", None, 40)
    assert list(told(plot)) == ["balance", "strengthen"]
    plot.figure.trigger("inner_width", 40, 20_000)
    assert told(plot) == {}
    plot.clear()
    assert told(plot) == {}


def test_a_kind_that_is_written_once_is_known():
    events = [("phase", 0.0, 0.1, "cue module 1", "cue"), ("tag", 0.0, 9.0, "tag", "engram"),
              ("phase", 0.1, 5.0, "cue module 2", "cue")]  # fmt: skip
    shown = lanes(STRIP, xr.Dataset(protocol(events)))
    assert unsaid(shown, words(shown, 400)) == {}
    assert unsaid(shown, []) == {"cue": "cue", "tag": "engram"}


def test_what_lasts_how_long():
    assert duration(xr.Dataset(protocol())) == END
    assert duration(xr.Dataset(protocol([]))) == duration(xr.Dataset()) == 0
    assert lanes(STRIP, xr.Dataset()).blocks == []


def test_a_document_takes_it():
    plot, document = StripPlot(STRIP), Document()
    document.add_root(plot.figure)
    for frame in frames():
        plot.show(frame)
    document.validate()
    assert document.to_json()
