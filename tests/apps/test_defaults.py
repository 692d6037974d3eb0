"""Defaults that are kept are those that Bokeh would work out."""

from __future__ import annotations

import pytest
from bokeh.core.property.descriptors import PropertyDescriptor
from bokeh.document import Document
from bokeh.models import LinearAxis, Plot, Range1d
from bokeh.plotting import figure
from bokeh.themes import Theme

from apps.drawing.stage import live_plot
from apps.server.defaults import keep_defaults
from models import get


@pytest.fixture
def keep(monkeypatch):
    """Keep defaults from when it is called until the test ends."""
    monkeypatch.setattr(PropertyDescriptor, "_get_default", PropertyDescriptor._get_default)
    return keep_defaults


def document() -> Document:
    made = Document()
    for observable in get("spass").observables:
        made.add_root(live_plot(observable).figure)
    return made


def test_a_page_is_written_the_same(keep):
    shown = document()
    plainly = shown.to_json()
    keep()
    assert shown.to_json() == plainly  # these are worked out
    assert shown.to_json() == plainly  # and these kept


def test_a_default_is_worked_out_once(keep, monkeypatch):
    asked, work_out = [], PropertyDescriptor.instance_default

    def noted(self, obj):
        asked.append(self.name)
        return work_out(self, obj)

    first, second = Plot(), Plot()
    monkeypatch.setattr(PropertyDescriptor, "instance_default", noted)
    keep()
    assert first.min_border == second.min_border == first.min_border == 5
    assert asked == ["min_border"]


def test_what_a_class_or_a_theme_changes_is_its_own(keep):
    keep()
    assert figure().toolbar.logo == "normal" and LinearAxis().axis_line_width == 1
    assert Plot().background_fill_color != "#123456"
    themed = Document(theme=Theme(json={"attrs": {"Plot": {"background_fill_color": "#123456"}}}))
    plot = Plot()
    themed.add_root(plot)
    assert plot.background_fill_color == "#123456"
    assert Plot().background_fill_color == "#ffffff"


def test_what_can_be_changed_in_place_is_not_shared(keep):
    keep()
    Plot().renderers.append(LinearAxis())
    Plot().tags.append("mine")
    assert Plot().renderers == [] and Plot().tags == []
    first, second = Plot(), Plot()
    assert first.x_range is not second.x_range
    first.x_range = Range1d()
    assert first.title is not second.title


def test_keeping_twice_changes_nothing(keep):
    keep()
    once = PropertyDescriptor._get_default
    keep()
    assert PropertyDescriptor._get_default is once
