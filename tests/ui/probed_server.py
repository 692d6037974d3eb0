"""The workbench's server with a probe in its event loop: ``probed_server.py PORT FOLDER OPTIONS``.
OPTIONS, which may be left out, is JSON for `apps.server.serving.serve`.

Every 10 ms the loop should wake a sleeper; how late it does, in ms, is written to FOLDER/delays.txt
as it comes. How many blocks of memory Python has in use is in
FOLDER/blocks.txt, new each second.
"""

import asyncio
import json
import sys
from pathlib import Path

from tornado.ioloop import IOLoop

import apps.server.serving

PERIOD = 0.01


async def probe(path: Path) -> None:
    loop = asyncio.get_running_loop()
    with path.open("w") as file:
        while True:
            due = loop.time() + PERIOD
            await asyncio.sleep(PERIOD)
            print(f"{1000 * (loop.time() - due):.3f}", file=file, flush=True)


async def count(path: Path) -> None:
    while True:
        path.write_text(str(sys.getallocatedblocks()))
        await asyncio.sleep(1)


if __name__ == "__main__":
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    options = json.loads(sys.argv[3]) if len(sys.argv) > 3 else {}
    tasks: list[asyncio.Task] = []  # kept, or the loop may drop it

    def start_probe() -> None:
        create = asyncio.get_event_loop().create_task
        tasks.append(create(probe(folder / "delays.txt")))
        tasks.append(create(count(folder / "blocks.txt")))

    IOLoop.current().add_callback(start_probe)
    apps.server.serving.serve(port=port, runs=folder / "runs", **{"workers": 2} | options)
