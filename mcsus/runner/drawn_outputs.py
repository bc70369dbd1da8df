"""Draws of outputs that several methods look at: evaluated once, made something of side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from typing import Self

from mcsus.analysis.base import Method, WantsDraws, methods
from mcsus.engine.beside import Beside
from mcsus.engine.executors import Executor, Threads
from mcsus.runner.given_values import DrawRun
from mcsus.runner.replicates import Pools, Replicates, pools

Part = tuple[tuple[str, ...], WantsDraws]
"""Outputs that are looked at together, and what is wanted of them."""

_WORTH, _MOST = 1 << 20, 1 << 26  # values that are handed to another process


class DrawnOutputs:
    """Draws of outputs, which are the same for all methods; a context manager.

    Parameters
    ----------
    draw : callable
        Takes a method and a part; returns the run and its replicates.
    """

    def __init__(self, draw: Callable[[Method, Part], tuple[DrawRun, Replicates]]) -> None:
        self._draw = draw
        self._drawn: dict[Part, tuple[DrawRun, Replicates]] = {}
        self._beside: Callable[[], dict[tuple[str, Part], Pools]] = dict
        self._asked: set[tuple[str, Part]] = set()
        self._found: dict[tuple[str, Part], Pools] = {}
        self._open = ExitStack()

    def of(self, method: Method, part: Part) -> tuple[DrawRun, Replicates]:
        """Return the run of a part and its replicates."""
        if part not in self._drawn:
            self._drawn[part] = self._draw(method, part)
        return self._drawn[part]

    def begin(self, asked: Iterable[tuple[str, Part]], executor: Executor) -> None:
        """Begin what methods make of parts in a process beside, where that saves time.

        It does where there is a processor to spare and enough to do: handing the draws over takes
        longer than to look at few of them.
        """
        wanted = list(asked)
        several = len({name for name, _ in wanted}) > 1
        if not (several and isinstance(executor, Threads) and executor.workers > 1):
            return
        every = {part: self.of(methods()[name], part) for name, part in wanted}
        sizes = [run.run.values * run.run.design.draws * len(own) for run, own in every.values()]
        if _WORTH <= sum(sizes) <= _MOST:
            replicates = {part: own for part, (_, own) in every.items()}
            beside = self._open.enter_context(Beside())
            self._beside = beside.submit(_made_of, wanted, replicates)
            self._asked = set(wanted)

    def pools(self, method: Method, part: Part) -> Pools:
        """Return what a method makes of a part."""
        if (method.name, part) in self._asked:
            self._found = self._found or self._beside()
            return self._found[method.name, part]
        return pools(method, self.of(method, part)[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self._open.close()


def _made_of(
    asked: Iterable[tuple[str, Part]], replicates: Mapping[Part, Replicates]
) -> dict[tuple[str, Part], Pools]:
    return {(name, part): pools(methods()[name], replicates[part]) for name, part in asked}
