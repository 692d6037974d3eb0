"""The instrument of the Engram Workbench: contract, runs, records, store, measures.

The contract that a model keeps is `workbench.model`; start there.
"""

from workbench.event import Event, EventKind
from workbench.here import run
from workbench.lines import Lines
from workbench.model import (
    GROWING,
    Cancelled,
    Choice,
    Cost,
    Count,
    Curve,
    Equation,
    Histogram,
    Images,
    Matrix,
    Model,
    Observable,
    ParameterError,
    Quantity,
    Raster,
    Reference,
    Strip,
    Switch,
    Text,
    Trace,
    variable,
)
from workbench.parameters import Folder
from workbench.picture import Picture
from workbench.protocol import Protocol
from workbench.record import Record, RecordError
from workbench.run import Change, Run, RunFailed
from workbench.spike_times import SpikeTimes
from workbench.timeline import Timeline
from workbench.worker import Worker

__all__ = [
    "GROWING",
    "Cancelled",
    "Change",
    "Choice",
    "Cost",
    "Count",
    "Curve",
    "Equation",
    "Event",
    "EventKind",
    "Folder",
    "Histogram",
    "Images",
    "Lines",
    "Matrix",
    "Model",
    "Observable",
    "ParameterError",
    "Picture",
    "Protocol",
    "Quantity",
    "Raster",
    "Record",
    "RecordError",
    "Reference",
    "Run",
    "RunFailed",
    "SpikeTimes",
    "Strip",
    "Switch",
    "Text",
    "Timeline",
    "Trace",
    "Worker",
    "run",
    "variable",
]
