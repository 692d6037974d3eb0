"""Seconds from Run to the first frame, cold and warm: ``python first_frame.py MODEL ENGINE``.

A process of its own, since the server of processes keeps the cache folder that it began with.
Prints a line of JSON: the seconds of three runs, the first of which finds nothing compiled.
"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import models
from workbench.processes import preload
from workbench.worker import Worker


def seconds(key: str, engine: str) -> float:
    """Return how long a run takes to the first frame that can be drawn."""
    begun = time.perf_counter()
    worker = Worker(models.get(key)(engine=engine), niceness=0)
    watch = worker.watch()
    try:
        while not ((new := watch.take()) and new.variables):
            if worker.ended:
                sys.exit(f"no frame came: {worker.message}")
            time.sleep(0.002)
        return time.perf_counter() - begun
    finally:
        worker.stop()
        worker.wait(60)


if __name__ == "__main__":
    preload("models", "scipy.integrate", "scipy.special")  # as the server of the pages does
    Worker(models.get("spass")()).wait(60)  # so that the server of processes stands
    print(json.dumps([seconds(*sys.argv[1:3]) for _ in range(3)]))
