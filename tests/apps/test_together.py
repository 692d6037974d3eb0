"""How often a page counts its models."""

from __future__ import annotations

import pytest
from bokeh.document import Document
from bokeh.models import Column, Div

from apps.shell.together import counted_once


@pytest.fixture
def page(monkeypatch):
    """Return a document, its only column, and the list of its counts."""
    document, column, counts = Document(), Column(children=[Div(text="first")]), []
    document.add_root(column)
    recount = document.models.recompute

    def counted() -> None:
        counts.append(len(column.children))
        recount()

    monkeypatch.setattr(document.models, "recompute", counted)
    return document, column, counts


def test_models_that_come_are_counted_once_at_the_end(page):
    document, column, counts = page
    new = [Div(text="second"), Div(text="third")]
    with counted_once(document):
        for one in new:
            column.children = [*column.children, one]
        assert counts == [] and new[1].document is None
    assert counts == [3] and all(one.document is document for one in new)
    column.children = new  # as ever outside
    assert counts == [3, 2]


def test_where_none_comes_or_goes_none_is_counted(page):
    document, column, counts = page
    with counted_once(document):
        column.children[0].text = "changed"
    assert counts == []


def test_what_is_within_another_is_counted_with_it(page):
    document, column, counts = page
    with counted_once(document):
        with counted_once(document):
            column.children = []
        column.children = [Div()]
        assert counts == []
    assert counts == [1]


def test_an_error_inside_leaves_the_count_right(page):
    document, column, counts = page
    new = Div()
    with pytest.raises(ZeroDivisionError), counted_once(document):
        column.children = [new]
        raise ZeroDivisionError
    assert counts == [1] and new.document is document
    column.children = []
    assert counts == [1, 0]


def test_without_a_page_nothing_is_counted():
    with counted_once(None):
        pass
