"""The instrument of the Engram Workbench: contract, runs, records, store, measures.

The contract that a model keeps is `workbench.model`; start there.
"""

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
    Model,
    Observable,
    ParameterError,
    Quantity,
    Reference,
    Switch,
    Text,
    Trace,
    variable,
)
from workbench.record import Record, RecordError
from workbench.run import Change, Run, RunFailed, run
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
    "Histogram",
    "Images",
    "Model",
    "Observable",
    "ParameterError",
    "Quantity",
    "Record",
    "RecordError",
    "Reference",
    "Run",
    "RunFailed",
    "Switch",
    "Text",
    "Trace",
    "Worker",
    "run",
    "variable",
]
