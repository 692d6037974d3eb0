"""What spares the browser work changes no picture, and does spare the work."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.ui

#: Lets the pages paint as BokehJS does by itself.
UNTOUCHED = 'Object.defineProperty(Object.prototype, "paintsLess", { get: () => true })'
#: The views of a kind on the page.
VIEWS = """
  const views = (kind) => {
    const found = []
    const walk = (view) => {
      if (view.model.type === kind) { found.push(view) }
      for (const one of view.children?.() ?? []) { walk(one) }
    }
    for (const root of Bokeh.index.roots) { walk(root) }
    return found
  }
"""
LEGENDS = f"""() => {{ {VIEWS}
  return views("Legend").map((legend) => [
    legend.model.items.map((item) => item.label.value),
    [...legend.shadow_el.querySelectorAll(".bk-label")].map((one) => one.textContent),
  ])
}}"""
#: Marks what stands in the legends, so that one sees whether it is made anew.
MARKED = f"""() => {{ {VIEWS}
  const signs = views("Legend").flatMap((one) => [...one.shadow_el.querySelectorAll(".bk-label")])
  for (const one of signs) {{ one.dataset.seen = "1" }}
  return signs.length
}}"""
STILL_MARKED = f"""() => {{ {VIEWS}
  const signs = views("Legend").flatMap((one) => [...one.shadow_el.querySelectorAll(".bk-label")])
  return signs.filter((one) => one.dataset.seen).length
}}"""
#: The colours of the pixels beside the first text of a legend.
SIGN = f"""() => {{ {VIEWS}
  const layer = views("Legend")[0].entries[0].glyph.canvas
  const {{ data }} = layer.getContext("2d").getImageData(0, 0, layer.width, layer.height)
  const seen = new Set()
  for (let k = 0; k < data.length; k += 4) {{
    if (data[k + 3] > 250) {{ seen.add([data[k], data[k + 1], data[k + 2]].join()) }}
  }}
  return [...seen].sort()
}}"""
#: Pixels from the left edge of the first figure to its axes, when they show these numbers.
ROOM = f"""([low, high]) => {{ {VIEWS}
  const figure = views("Figure")[0]
  figure.model.y_range.setv({{ start: low, end: high }})
  return new Promise((told) => setTimeout(() => told(figure.frame.bbox.left), 400))
}}"""


def opened(lab, model: str):
    page = lab(f"model={model}")
    expect(page.get_by_text("Drag a slider: the pictures answer.")).to_be_visible()
    page.wait_for_timeout(800)
    return page


def drag(page, slider: str, steps: int) -> None:
    """Move a slider by the keyboard, as slowly as the pictures answer."""
    one = page.get_by_role("slider", name=slider).first
    one.focus()
    for _ in range(steps):
        one.press("ArrowRight")
        page.wait_for_timeout(150)
    page.wait_for_timeout(400)


def figures(page) -> list[bytes]:
    return [one.screenshot() for one in page.locator(".bk-Figure").all()]


@pytest.mark.slow
def test_pictures_are_those_of_bokeh_itself(lab, page):
    fast = opened(lab, "hebb")
    assert fast.evaluate("Bokeh.paintsLess")
    drag(fast, "width of a bump", 3)
    seen = figures(fast)
    page.add_init_script(UNTOUCHED)
    plain = opened(lab, "hebb")
    drag(plain, "width of a bump", 3)
    expected = figures(plain)
    assert len(seen) == len(expected) >= 3
    assert seen == expected


def test_a_legend_is_painted_anew_but_made_anew_only_for_new_texts(lab):
    page = opened(lab, "hebb")
    count = page.evaluate(MARKED)
    assert count > 2
    drag(page, "width of a bump", 3)
    assert page.evaluate(STILL_MARKED) == count
    light = page.evaluate(SIGN)
    page.get_by_role("button", name="Toggle theme").click()
    page.wait_for_timeout(1500)
    assert light and page.evaluate(SIGN) and light != page.evaluate(SIGN)
    page.evaluate(f"""() => {{ {VIEWS}
      const legend = views("Legend").find((one) => one.model.items.length > 1).model
      legend.items = legend.items.slice(0, 1)
    }}""")
    page.wait_for_timeout(300)
    told = page.evaluate(LEGENDS)
    assert [1, 1] in [[len(items), len(texts)] for items, texts in told]
    assert all(items == texts for items, texts in told)


def test_an_axis_keeps_the_room_of_a_digit_and_gives_back_more(lab):
    page = opened(lab, "spass")
    long, short = page.evaluate(ROOM, [0.21, 0.25]), page.evaluate(ROOM, [0, 0.4])
    assert short == long
    assert page.evaluate(ROOM, [100_000, 200_000]) > long + 16
    assert page.evaluate(ROOM, [0, 0.4]) < long
