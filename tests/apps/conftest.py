"""The made-up spiking runs are imported as `spiking_runs`."""

import importlib.util
import sys
from pathlib import Path

_spec = importlib.util.spec_from_file_location(
    "spiking_runs", Path(__file__).with_name("spiking_runs.py")
)
sys.modules["spiking_runs"] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sys.modules["spiking_runs"])
