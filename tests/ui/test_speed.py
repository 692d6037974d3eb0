"""How fast the pages answer: a slider to its drawn picture, the server while a run works.

``make bench`` prints the figures that BENCHMARKS.md tells; nothing here asserts a time.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect
from ui_server import free_port, wait_until_served

pytestmark = [pytest.mark.ui, pytest.mark.bench]

#: Both cores at work for the whole measurement.
LONG = "model=sdm&patterns=random+words&stored=10000&cues=1000&noise_levels=50&reads=20"
#: Times each key from its event to the second animation frame after the new line's data came.
STOPWATCH = """
() => {
  const models = [...Bokeh.documents[0]._all_models.values()]
  const sources = models.filter(m => m.type === "ColumnDataSource")
  const lines = sources.filter(m => m.data.y && m.data.y.length > 50)
  window.times = []
  let pressed = null
  window.addEventListener("keydown", () => { pressed = performance.now() }, true)
  const drawn = () => {
    if (pressed === null) { return }
    const began = pressed
    pressed = null
    requestAnimationFrame(() => requestAnimationFrame(() => {
      window.times.push(performance.now() - began)
    }))
  }
  for (const source of lines) { source.properties.data.change.connect(drawn) }
  for (const source of lines) { source.streaming.connect(drawn) }
  return lines.length
}
"""


def told(capsys, title: str, values: np.ndarray) -> None:
    median, late = np.percentile(values, [50, 95])
    with capsys.disabled():
        print(f"\n{title}: median {median:.1f} ms, 95th percentile {late:.1f} ms, n {values.size}")


#: Live model -> a slider of its page.
SLIDERS = {
    "spass": "input rate", "spass_inputs": "first input", "spass_chain": "input",
    "spass_ring": "background", "hebb": "width of a bump", "stdp": "time difference",
    "calcium": "time difference", "six_rules": "time difference",
}  # fmt: skip


@pytest.mark.parametrize("model", SLIDERS)
def test_slider_to_drawn_picture(lab, capsys, model):
    page = lab(f"model={model}")
    expect(page.get_by_text("Drag a slider: the pictures answer.")).to_be_visible()
    page.wait_for_timeout(1500)
    slider = page.get_by_role("slider", name=re.compile(f"^{SLIDERS[model]}")).first
    slider.focus()
    assert page.evaluate(STOPWATCH) > 0
    for _ in range(40):
        before = page.evaluate("window.times.length")
        slider.press("ArrowRight")
        page.wait_for_function(f"window.times.length > {before}")
    told(capsys, f"{model}, slider to drawn picture", np.array(page.evaluate("window.times")[5:]))


def test_event_loop_while_a_run_works(page, tmp_path, capsys):
    port = free_port()
    here = Path(__file__).with_name("probed_server.py")
    log = tmp_path / "log.txt"
    with log.open("w") as file:
        server = subprocess.Popen(
            [sys.executable, str(here), str(port), str(tmp_path)], stdout=file, stderr=file
        )
    try:
        address = f"http://localhost:{port}"
        wait_until_served(address, server, log)
        page.goto(f"{address}/lab?{LONG}")
        page.get_by_role("button", name="Run", exact=True).click(timeout=60_000)
        expect(page.get_by_text(re.compile("writing word|reading cues"))).to_be_visible()
        begun = len((tmp_path / "delays.txt").read_text().splitlines())
        time.sleep(15)
        delays = np.array((tmp_path / "delays.txt").read_text().split(), float)[begun:]
        still = page.get_by_text(re.compile("writing word|reading cues")).count()
        assert still, "the run ended before the measurement did"
    finally:
        server.terminate()
        server.wait(20)
    told(capsys, "event loop's delay while a run works", delays)


#: Whether a figure stands on the page.
FIRST_FIGURE = """
() => {
  const walk = (root) => [...root.querySelectorAll("*")].some(
    (each) => (each.matches("canvas") && each.width > 100)
      || (each.shadowRoot && walk(each.shadowRoot)))
  return walk(document)
}
"""
#: Whether the line tells that frames come.
RUNNING = """
() => {
  const walk = (root) => [...root.querySelectorAll("*")].some(
    (each) => each.matches(".state.running") || (each.shadowRoot && walk(each.shadowRoot)))
  return walk(document)
}
"""
#: Presses a button and notes when the line first tells a state, in milliseconds.
PRESS = """
([name, states]) => {
  const found = (root, selector) => {
    for (const each of root.querySelectorAll("*")) {
      if (each.matches(selector)) { return each }
      const inside = each.shadowRoot && found(each.shadowRoot, selector)
      if (inside) { return inside }
    }
  }
  const line = found(document, ".state")
  const button = found(document, `[aria-label="the run"] .${name}`)
  const began = performance.now()
  return new Promise((resolve) => {
    const look = () => {
      if (states.some((state) => line.classList.contains(state))) {
        resolve(performance.now() - began)
      } else { requestAnimationFrame(look) }
    }
    button.click()
    requestAnimationFrame(look)
  })
}
"""


@pytest.mark.parametrize("model", ["spass", "sdm", "assemblies"])
def test_navigation_to_the_first_figure(browser, server, capsys, model):
    """Cold is a browser that has never been here; warm is one that has."""
    times: dict[str, list[float]] = {"cold": [], "warm": []}
    for _ in range(5):
        context = browser.new_context()
        for found in times.values():
            page = context.new_page()
            began = time.perf_counter()
            page.goto(f"{server}/lab?model={model}", wait_until="commit")
            page.wait_for_function(FIRST_FIGURE, polling=20, timeout=60_000)
            found.append(1000 * (time.perf_counter() - began))
            page.close()
        context.close()
    for state, found in times.items():
        told(capsys, f"{model}, navigation to the first figure, {state}", np.array(found))


def test_run_to_first_frame_and_stop_to_stopped(lab, capsys):
    page = lab(LONG)
    expect(page.get_by_text("Ready. Press Run to start.")).to_be_visible()
    page.wait_for_timeout(2000)
    reaction, first, stopped = [], [], []
    for _ in range(10):
        began = time.perf_counter()
        reaction.append(page.evaluate(PRESS, ["run", ["starting", "running"]]))
        page.wait_for_function(RUNNING, polling=10)
        first.append(1000 * (time.perf_counter() - began))
        page.wait_for_timeout(500)
        stopped.append(page.evaluate(PRESS, ["stop", ["stopped"]]))
        page.wait_for_timeout(500)
    told(capsys, "Run to the first answer", np.array(reaction))
    told(capsys, "Run to the first frame", np.array(first))
    told(capsys, "Stop to stopped", np.array(stopped))
