"""Questions to runs that have ended, answered beside the server by one process for all pages.

Whatever answers may take long to import and would stall every page in a thread, so it has a
process: it begins with the first question and leaves when none has come for a while.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from functools import cache

import xarray as xr

from workbench.child import give_way
from workbench.inquiry import Asked, Inquiry
from workbench.model import ParameterError
from workbench.processes import context

#: Seconds that an answer may take, and that the process stays without a question.
PATIENCE, LINGER = 60.0, 300.0
#: Questions that wait at most, of all pages together.
MOST = 32
BUSY = "Too many questions wait for an answer just now; ask again in a moment."
LATE = f"The answer took longer than {PATIENCE:.0f} s and was given up."
GONE = "The process that answers ended before it did; ask again."


class Asker:
    """Answers questions one after the other."""

    def __init__(self) -> None:
        self._line = ThreadPoolExecutor(1, "asker")
        self._waiting = 0
        self._process: ProcessPoolExecutor | None = None
        self._leaving: threading.Timer | None = None

    def ask(self, inquiry: Inquiry, data: xr.Dataset, asked: Asked) -> Future[xr.Dataset]:
        """Return the answer, once it is there; its error is a `ParameterError` to be told.

        Raises
        ------
        ParameterError
            If too many questions wait.
        """
        if self._waiting >= MOST:
            raise ParameterError(BUSY)
        self._waiting += 1
        made = self._line.submit(self._answer, inquiry.answer, inquiry.part(data), asked)
        made.add_done_callback(lambda _made: self._count())
        return made

    def close(self) -> None:
        """Let the process go."""
        if self._leaving:
            self._leaving.cancel()
        process, self._process = self._process, None
        if process:
            process.shutdown(wait=False, cancel_futures=True)

    def _count(self) -> None:
        self._waiting -= 1

    def _answer(
        self, answer: Callable[[xr.Dataset, Asked], xr.Dataset], data: xr.Dataset, asked: Asked
    ) -> xr.Dataset:
        """Have a question answered; called on the line's thread alone."""
        if self._leaving:
            self._leaving.cancel()
        if self._process is None:
            self._process = ProcessPoolExecutor(1, mp_context=context(), initializer=give_way)
        try:
            return self._process.submit(answer, data.load(), asked).result(PATIENCE)
        except TooLate:
            end(self._process)
            self._process = None
            raise ParameterError(LATE) from None
        except RuntimeError as error:  # BrokenProcessPool is one
            self._process = None
            raise ParameterError(GONE) from error
        finally:
            self._leaving = threading.Timer(LINGER, self._line.submit, [self.close])
            self._leaving.daemon = True
            self._leaving.start()


@cache
def asker() -> Asker:
    """Return the one asker of this server."""
    return Asker()


def end(process: ProcessPoolExecutor) -> None:
    """End a process that answers no more."""
    for one in list(process._processes.values()):
        one.kill()
    process.shutdown(wait=False, cancel_futures=True)
