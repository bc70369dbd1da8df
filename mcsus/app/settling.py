"""A whole run whose progress is told line by line, and that ends when nobody listens."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mcsus.vocabulary import Progress

Line = dict[str, Any]


def told_lines(
    settle: Callable[[Progress], Line], refused: Callable[[Exception], Line]
) -> Iterator[Line]:
    """Yield how far a run has come, then what it came to.

    Parameters
    ----------
    settle : callable
        Makes the run; it is given what to tell its progress to.
    refused : callable
        Makes the last line of an error.

    Examples
    --------
    >>> def settle(tell):
    ...     tell("sampling", 1, 2)
    ...     return {"mean": 3.0}
    >>> list(told_lines(settle, lambda error: {"faults": [str(error)]}))[-1]
    {'mean': 3.0}
    """
    told: queue.SimpleQueue[Line | None] = queue.SimpleQueue()
    newest: dict[str, Line] = {}

    def tell(doing: str, done: int, total: int) -> None:
        newest[doing] = {"progress": {"doing": doing, "done": int(done), "total": int(total)}}

    def work() -> None:
        try:
            told.put(settle(tell))
        except KeyboardInterrupt:
            told.put({"cancelled": True})
        except Exception as error:  # noqa: BLE001 - it is told, in a thread of its own
            told.put(refused(error))
        finally:
            told.put(None)

    threading.Thread(target=work, daemon=True).start()
    yield from _lines(told, newest)


def _lines(told: queue.SimpleQueue[Line | None], newest: Mapping[str, Line]) -> Iterator[Line]:
    """Yield what is in a queue, and between times how far it has come, some times a second."""
    last: dict[str, Line] = {}
    while True:
        try:
            line = told.get(timeout=_EVERY_S)
        except queue.Empty:
            line = {}
        for doing, progress in list(newest.items()):
            if last.get(doing) is not progress:
                last[doing] = progress
                yield progress
        if line is None:
            return
        if line:
            yield line


_EVERY_S = 0.1
