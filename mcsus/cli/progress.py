"""Progress on stderr, with rate and time left, only on a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None] | None]:
    """Give a function to tell of draws done, or None where nobody is watching."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
    )

    bars: dict[str, TaskID] = {}
    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(),
        TextColumn("{task.completed:>13,.0f} of {task.total:,.0f} draws, {task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:

        def tell(doing: str, done: int, total: int) -> None:
            if doing not in bars:
                bars[doing] = shown.add_task(doing, total=total, rate="")
            speed = shown.tasks[bars[doing]].speed
            rate = f"{speed / 1e6:.1f} M/s" if speed else ""
            shown.update(bars[doing], completed=done, rate=rate)

        yield tell
