"""What axe-core finds on a page that stands in the way of people who cannot see or point."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

#: Pages are looked at on both grounds; of the two, the dark one is more easily got wrong.
LOOK = (pytest.param("light", marks=pytest.mark.slow), "dark")
#: A busy machine takes its time to paint it all: how often to look (ms), and how many times.
PAUSE, LOOKS = 500, 10


def serious(page) -> list[str]:
    """Return the serious and critical violations on a page as it is now."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['help']}: {node['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
        if "Mui-disabled" not in node["html"]  # what cannot be used now may be pale
    ]


def nothing_serious(page) -> None:
    """Fail where axe finds something that does not go away when all is painted."""
    found: list[str] = []
    for _ in range(LOOKS):
        page.wait_for_timeout(PAUSE)
        found = serious(page)
        if not found:
            return
    assert found == []
