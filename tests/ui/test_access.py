"""Nothing serious stands in the way of people who cannot see or point: axe-core's rules."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.ui

LOOK = ("light", "dark")
#: The info sign of panel-material-ui 0.16 carries its text on a bare span.
KNOWN = {"aria-prohibited-attr"}


def serious(page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['help']}: {node['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical") and one["id"] not in KNOWN
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("look", LOOK)
def test_gallery(page, server, look):
    page.emulate_media(color_scheme=look)
    page.goto(server)
    page.locator("a.card").first.wait_for()
    page.wait_for_timeout(1000)
    assert serious(page) == []


@pytest.mark.parametrize("look", LOOK)
def test_lab(lab, page, look):
    page.emulate_media(color_scheme=look)
    lab("model=spass")
    expect(page.get_by_text(re.compile(r"end at 1\.618"))).to_be_visible()
    page.wait_for_timeout(1000)
    assert serious(page) == []
