"""What a shell completes: studies, folders of runs, ids and words, found without computing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

Completer = Callable[[str], list[str]]

MOST = 200
"""Names at a time, of the many that may begin so."""


def _begin_so(names: Iterable[str], incomplete: str) -> list[str]:
    found = (name for name in names if name.startswith(incomplete))
    return [name for name, _ in zip(found, range(MOST), strict=False)]


def _entries(incomplete: str, *, suffixes: tuple[str, ...]) -> Iterator[str]:
    """Yield folders, and files that end so, where the path that is written so far leads."""
    folder, _, begun = incomplete.rpartition("/")
    where = Path(f"{folder}/") if "/" in incomplete else Path()
    try:
        inside = sorted(where.iterdir())
    except OSError:
        return
    for path in inside:
        if path.name.startswith(begun) and (begun or not path.name.startswith(".")):
            if path.is_dir():
                yield f"{path}/"
            elif path.suffix in suffixes:
                yield str(path)


def studies(incomplete: str) -> list[str]:
    """Return studies that ship, study files and folders.

    Examples
    --------
    >>> studies("tinyml_f")
    ['tinyml_fleet']
    """
    from mcsus.library.record_files import data_root  # noqa: PLC0415 - so that help is quick

    shipped = sorted(path.stem for path in (data_root() / "studies").glob("*.toml"))
    return _begin_so([*shipped, *_entries(incomplete, suffixes=(".toml",))], incomplete)


def ids(incomplete: str) -> list[str]:
    """Return what `show` takes: records of the library, grids, studies and names of what ships.

    Examples
    --------
    >>> ids("grid.de.202")[:2]
    ['grid.de.2020', 'grid.de.2021']
    """
    from mcsus.library import GRIDS, library  # noqa: PLC0415

    if incomplete.startswith(GRIDS):
        return _begin_so([*library().written(), *library().grid], incomplete)
    from mcsus.expressions import words  # noqa: PLC0415
    from mcsus.families import FAMILIES  # noqa: PLC0415

    names = [*library().written(), GRIDS, *FAMILIES, *words(), *_methods(), *studies(incomplete)]
    return _begin_so(dict.fromkeys(names), incomplete)


def methods(incomplete: str) -> list[str]:
    """Return methods of sensitivity analysis after those that are named already.

    Examples
    --------
    >>> methods("sobol,pa")
    ['sobol,pawn']
    """
    before, comma, last = incomplete.rpartition(",")
    named = before.split(",")
    known = [name for name in (*_methods(), "all") if name not in named]
    return [f"{before}{comma}{name}" for name in _begin_so(known, last)]


def _methods() -> list[str]:
    from mcsus.analysis.base import methods as known  # noqa: PLC0415

    return list(known())


def _one_of(module: str, name: str) -> Completer:
    """Return what completes one of some words, which a module knows."""

    def complete(incomplete: str) -> list[str]:
        from importlib import import_module  # noqa: PLC0415

        return _begin_so(getattr(import_module(module), name), incomplete)

    return complete


stages = _one_of("mcsus.parameters", "STAGES")
kinds = _one_of("mcsus.parameters", "KINDS")
evidence = _one_of("mcsus.parameters", "EVIDENCE")
shelves = _one_of("mcsus.cli.listing", "SHELVES")


def sources(incomplete: str) -> list[str]:
    """Return the ids of sources of the library."""
    from mcsus.library import library  # noqa: PLC0415

    return _begin_so((own.id for own in library().sources()), incomplete)
