"""A class shares one server: everyone gets a result, sees a place, and leaves nothing behind.

``make bench`` has thirty visitors and prints the figures that BENCHMARKS.md tells.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import pytest
from ui_server import awaited, free_port, wait_until_served
from visitor import Visitor

from workbench.store import Store

pytestmark = pytest.mark.ui

#: A run of about a second, most of it at work.
SHORT = "model=sdm&patterns=random+words&stored=200&cues=10&noise_levels=10&hard_locations=20000"
#: One core at work for a minute and more.
LONG = "model=sdm&patterns=random+words&stored=10000&cues=1000&noise_levels=50&reads=20"
PERIOD = 10.0  # ms between two looks of the probe


@dataclass
class Served:
    """A server in its own process, with a probe in its event loop."""

    address: str
    folder: Path
    process: subprocess.Popen

    @property
    def memory(self) -> float:
        """Resident megabytes of the server itself."""
        return psutil.Process(self.process.pid).memory_info().rss / 1e6

    @property
    def blocks(self) -> int:
        """Blocks of memory that Python has in use; the server keeps what was freed for later."""
        return int((self.folder / "blocks.txt").read_text() or 0)

    def looks(self) -> int:
        """Return how often the probe has looked so far."""
        return len(self._delays())

    def delays(self, since: int = 0) -> np.ndarray:
        """Return how long (ms) what comes at any time waits for the event loop.

        While the loop was held the probe could not look: the looks that it missed are added.
        """
        held = np.array(self._delays()[since:], float)
        missed = [np.arange(each - PERIOD, 0, -PERIOD) for each in held if each > PERIOD]
        return np.concatenate([held, *missed])

    def _delays(self) -> list[str]:
        return (self.folder / "delays.txt").read_text().rpartition("\n")[0].split()


@contextmanager
def serving(folder: Path, **options) -> Iterator[Served]:
    port = free_port()
    here = Path(__file__).with_name("probed_server.py")
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, str(here), str(port), str(folder), json.dumps(options)],
            stdout=log, stderr=log,
        )  # fmt: skip
    address = f"http://localhost:{port}"
    try:
        wait_until_served(address, process, folder / "log.txt")
        yield Served(address, folder, process)
    finally:
        process.terminate()
        process.wait(20)


async def attend(server: Served, number: int, query: str, spread: float, bell: Bell) -> dict:
    """Come within some seconds, press Run when the bell rings, wait for the result, and leave."""
    await asyncio.sleep(random.Random(number).uniform(0, spread))
    visitor = await Visitor(server.address).open(f"{query}&seed={number}")
    await bell.wait()
    begun = time.perf_counter()
    await visitor.press("run")
    took = await visitor.until("Finished in") - begun
    places = [
        int(n) for text in visitor.said for n in re.findall(r"place (\d+) in the queue", text)
    ]
    await visitor.close()
    return {"number": number, "took": took, "places": places}


class Bell:
    """Rings when everyone is there."""

    def __init__(self, visitors: int) -> None:
        self._missing, self._rung = visitors, asyncio.Event()

    async def wait(self) -> None:
        self._missing -= 1
        if not self._missing:
            self._rung.set()
        await self._rung.wait()


async def lesson(server: Served, visitors: int, query: str, spread: float) -> list[dict]:
    bell = Bell(visitors)
    coming = (attend(server, n, query, spread, bell) for n in range(visitors))
    return await asyncio.gather(*coming)


def told(capsys, title: str, values: np.ndarray) -> None:
    median, late, most = np.percentile(values, [50, 95, 100])
    with capsys.disabled():
        print(
            f"\n{title}: median {median:.1f} ms, 95th percentile {late:.1f} ms, "
            f"at most {most:.0f} ms, n {values.size}"
        )


def until(condition, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.2)


@pytest.mark.slow
def test_everyone_of_a_small_class_gets_a_result_and_sees_a_place(tmp_path):
    with serving(tmp_path, workers=2, session_lifetime=1, linger=1) as server:
        results = awaited(lesson(server, 8, "model=spass", spread=0.5))
        store = Store(tmp_path / "runs")
        until(lambda: len(store.list(status="complete")) == 8)
        assert {entry.seed for entry in store.list()} == set(range(8))
        waited = [each["places"] for each in results if each["places"]]
        assert len(waited) >= 3
        for places in waited:  # it only ever grows better
            assert places == sorted(places, reverse=True) and places[-1] >= 1


@pytest.mark.slow
def test_the_memory_of_a_class_is_free_again(tmp_path):
    with serving(tmp_path, workers=2, session_lifetime=1, linger=1) as server:
        awaited(lesson(server, 2, SHORT, spread=0.1))  # loads what is loaded when it is needed
        before = server.blocks
        awaited(lesson(server, 8, SHORT, spread=0.5))
        assert server.blocks > 1.2 * before  # eight pages are large
        until(lambda: server.blocks < 1.02 * before)


@pytest.mark.bench
def test_a_class_of_thirty(tmp_path, capsys):
    with serving(tmp_path, workers=2, session_lifetime=5, linger=5) as server:
        memory, took, delays = [server.memory], [], []
        blocks = [server.blocks]
        for number in (1, 2):  # the second shows what of the first has stayed
            since, begun = server.looks(), time.perf_counter()
            results = awaited(lesson(server, 30, SHORT, spread=20))
            lasted = time.perf_counter() - begun
            delays.append(server.delays(since))
            took += [1000 * each["took"] for each in results]
            until(lambda n=number: len(Store(tmp_path / "runs").list(status="complete")) == 30 * n)
            during = server.memory
            time.sleep(60)  # pages are forgotten, and their memory is used again
            memory.append(server.memory)
            blocks.append(server.blocks)
        places = max(max(each["places"], default=0) for each in results)
    told(capsys, "thirty visitors: the server's delay", np.concatenate(delays))
    told(capsys, "thirty visitors: Run to result", np.array(took))
    with capsys.disabled():
        print(f"a lesson took {lasted:.0f} s, the last place in the queue was {places}")
        print("memory: {:.0f} MB at the start, {:.0f} and {:.0f} MB after".format(*memory), end="")
        print(f" the lessons, {during:.0f} MB during the second")
        print("Python's blocks: {:,} at the start, {:,} and {:,} after".format(*blocks))


@pytest.mark.bench
def test_a_slider_answers_while_a_run_of_another_works(tmp_path, capsys):
    async def drag(server: Served) -> list[float]:
        busy = await Visitor(server.address).open(LONG)
        await busy.press("run")
        await busy.until("writing word")
        idle = await Visitor(server.address).open("model=spass")
        took = []
        for place in range(20, 60):
            seen, begun = len(idle.said), time.perf_counter()
            await idle.slide("input_rate", place)
            took.append(1000 * (await idle.until("ColumnDataChanged", seen) - begun))
            await asyncio.sleep(0.1)
        assert not any("Finished in" in text for text in busy.said)
        await idle.close()
        await busy.close()
        return took

    with serving(tmp_path, workers=2) as server:
        since = server.looks()
        took = awaited(drag(server))
        told(capsys, "a slider while another's run works", np.array(took))
        told(capsys, "the server's delay meanwhile", server.delays(since))
