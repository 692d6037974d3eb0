"""A trained network is asked: a drawn digit, or a test sequence, goes through it step by step.

Torch, which is slow to import, is only needed to answer (`models.enn.stepwise`).
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from workbench import Matrix, ParameterError
from workbench.inquiry import Asked, Inquiry

#: Pixels of a side as digits were written, as they are read, and of a block that makes one.
WRITTEN, READ = 32, 8
BLOCK = WRITTEN // READ
DIGITS = tuple("0123456789")
NEEDS = (
    "network_numbers", "network_settings", "example_input", "example_answer", "input_low",
    "input_high", "answer",
)  # fmt: skip
DRAW = (
    "Write a digit on the square, or choose one that the network was not trained on. What you draw "
    "is made as tall as the square, as the digits of the training were, and of each block of "
    "4 x 4 pixels the black ones are counted: 8 rows of 8 numbers from 0 to 16. The trained "
    "network reads them row by row."
)
CHOOSE = "Choose a sequence that the network was not trained on: it reads it step by step."


def side(data: xr.Dataset) -> int:
    """Return the pixels of the square that is drawn on; 0 where the network reads no digits."""
    given = data.get("example_input")
    reads = given is not None and given.shape[1:] == (READ, READ)
    named = "answer" in data.coords and tuple(data.answer.values.tolist()) == DIGITS
    return WRITTEN if reads and named and examples(data) else 0


def examples(data: xr.Dataset) -> list[str]:
    """Return what the test sequences are called; none where there is no network."""
    if "network_numbers" not in data or "example_answer" not in data:
        return []
    return [
        f"{number} (answer {answer})" if answer else str(number)
        for number, answer in enumerate(data.example_answer.values.tolist(), start=1)
    ]


def text(data: xr.Dataset) -> str:
    """Return what a person may do."""
    return DRAW if side(data) else CHOOSE


def fitted(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a drawing as tall as its square, in the middle; a wide one as wide as it.

    Raises
    ------
    ParameterError
        If nothing is drawn.
    """
    rows, columns = (np.flatnonzero(ink.any(axis)) for axis in (1, 0))
    if not rows.size:
        raise ParameterError("Nothing is drawn yet: write a digit on the square.")
    drawn = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    most, made = len(ink), np.zeros_like(ink)
    high, wide = (max(1, round(most * size / max(drawn.shape))) for size in drawn.shape)
    places = [np.arange(n) * size // n for n, size in zip((high, wide), drawn.shape, strict=True)]
    top, left = (most - high) // 2, (most - wide) // 2
    made[top : top + high, left : left + wide] = drawn[np.ix_(*places)]
    return made


def counted(ink: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the black pixels in each block of 4 x 4, as in Alpaydin and Kaynak's digits.

    Parameters
    ----------
    ink : ndarray of bool, shape (32, 32)

    Returns
    -------
    ndarray of int, shape (8, 8), from 0 to 16
    """
    return ink.reshape(READ, BLOCK, READ, BLOCK).sum((1, 3))


def given(data: xr.Dataset, asked: Asked) -> NDArray[np.float32]:
    """Return the sequence (T, d) that is read, scaled as in training.

    Raises
    ------
    ParameterError
        If there is no such example, or the drawing has another size or no ink.
    """
    if isinstance(asked, int):
        there = examples(data)
        if not 0 <= asked < len(there):
            raise ParameterError(
                f"example = {asked + 1} is not allowed; it must be from 1 to {len(there)}."
            )
        return data.example_input.values[asked]
    if asked.shape != (side(data), side(data)):
        raise ParameterError(
            f"A drawing of {' x '.join(map(str, asked.shape))} pixels is not allowed; it must be "
            f"{WRITTEN} x {WRITTEN}, and the network one that reads such digits."
        )
    share = counted(fitted(asked)) / BLOCK**2
    low, high = float(data.input_low), float(data.input_high)
    return (low + (high - low) * share).astype(np.float32)


def answer(data: xr.Dataset, asked: Asked) -> xr.Dataset:
    """Return what the network makes of it, step by step."""
    from models.enn.kept import network_of
    from models.enn.stepwise import steps

    return steps(network_of(data), given(data, asked), data.answer.values.tolist())


def reading(data: xr.Dataset) -> str:
    """Return the answer in words."""
    return str(data.asked_verdict.values)


def input_reading(data: xr.Dataset) -> str:
    """Say what was read."""
    rows, columns = data.sizes["row"], data.sizes["feature"]
    return f"The sequence has {rows} steps of {columns} numbers; the last picture is all of it."


def attention_reading(data: xr.Dataset) -> str:
    """Say what was attended to most."""
    share = data.asked_attention.values[-1].mean(1)
    slot = int(share.argmax())
    return (
        f"On average of all steps slot {slot + 1} has the most attention, {share[slot]:.1%} (even "
        f"use: {1 / len(share):.1%})."
    )


def trace_reading(data: xr.Dataset) -> str:
    """Say how the trace grows."""
    sizes = np.abs(data.asked_trace.values).mean((1, 2))
    return (
        f"Entries of the trace are {sizes[0]:.2g} on average after one step, {sizes[-1]:.2g} at "
        "the end."
    )


INQUIRY = Inquiry(
    title="Draw a digit",
    needs=NEEDS,
    text=text,
    side=side,
    examples=examples,
    answer=answer,
    reading=reading,
    over="moment",
    observables=(
        Matrix(
            ("asked_input",),
            "What was read so far",
            over="moment",
            said="asked_said",
            reading=input_reading,
        ),
        Matrix(
            ("asked_answer",),
            "What it would answer after each step",
            over="moment",
            reading=reading,
        ),
        Matrix(("asked_attention",), "Attention so far", over="moment", reading=attention_reading),
        Matrix(("asked_trace",), "The trace after this step", over="moment", reading=trace_reading),
    ),
)
