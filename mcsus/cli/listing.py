"""What ships, as rows and as text: one shelf for each kind of thing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcsus.analysis.base import Method, methods
from mcsus.cli import finding, models, pages
from mcsus.cli.titled import titled
from mcsus.errors import Fault, InputError, nearest
from mcsus.expressions import described, words
from mcsus.families import FAMILIES
from mcsus.library import EVERYTHING, GRIDS, Asked, data_root, library, words_of
from mcsus.study import load_study
from mcsus.study.layers import shipped_models
from mcsus.study.shares import SHARES
from mcsus.study.tables import tables_by_name

Row = dict[str, Any]


@dataclass(frozen=True)
class Shelf:
    """One kind of thing that ships.

    Parameters
    ----------
    noun : str
        What one of them is called.
    names : callable
        Returns the names that a page can be had of.
    page : callable
        Returns a page of text on one of them.
    rows : callable
        Returns a row on each.
    columns : tuple of str
        Columns of the table; without them every row is its own lines.
    """

    noun: str
    names: Callable[[], Iterable[str]]
    page: Callable[[str], str]
    rows: Callable[[], list[Row]]
    columns: tuple[str, ...] = ()


def rows(what: str, words: str = "", asked: Asked = EVERYTHING) -> list[Row]:
    """Return what ships of one kind, and has all words.

    Examples
    --------
    >>> [row["id"] for row in rows("families")][:2]
    ['constant', 'uniform']
    >>> [row["id"] for row in rows("methods", "morris")]
    ['morris']
    """
    if what not in SHELVES:
        is_one = any(what in shelf.names() for shelf in SHELVES.values())
        allowed = ", ".join(SHELVES) + (f"; or mcsus show {what}" if is_one else "")
        if not is_one and library().find(f"{what} {words}"):
            allowed += f"; or mcsus find {what} {words}".rstrip()
        raise InputError(Fault(repr(what), allowed, ("list",), nearest(what.lower(), SHELVES)))
    if what == "parameters":
        return _parameters(words, asked)
    if asked != EVERYTHING:
        options = ", ".join(f"--{name}" for name in ("unit", "stage", "kind", "evidence", "source"))
        raise InputError(Fault(what, f"parameters, with {options}", ("list",)))
    wanted = words.lower().split()
    found = [row for row in SHELVES[what].rows() if all(w in str(row).lower() for w in wanted)]
    if wanted and not found:
        known = {word for row in SHELVES[what].rows() for word in words_of(str(row))}
        close = nearest(wanted[0], known)
        raise InputError(Fault(f"none of {what} with {words!r}", "fewer words", ("list",), close))
    return found


def _parameters(words: str, asked: Asked) -> list[Row]:
    """Return parameters: those of all words best first, else as they stand in the library."""
    if not words and asked == EVERYTHING:
        return finding.rows_of(library().ids())
    found = library().find(words, asked)
    if not found:
        raise InputError(library().why_nothing(words).within("list"))
    return finding.rows_of([own.id for own in found], asked.units)


def table(what: str, listed: list[Row]) -> str:
    """Return rows as aligned text.

    Examples
    --------
    >>> print(table("studies", [{"id": "a", "title": "A study"}]))
    a  A study
    """
    if what == "parameters":
        return finding.table(listed)
    columns = SHELVES[what].columns
    if not columns:
        return "\n".join(pages.family_lines(row) for row in listed)
    return titled([[str(row.get(c, "")) for c in columns] for row in listed])


def describe(name: str) -> str:
    """Return a page of text on anything that ships, on a study file, or on what begins so.

    A name that two kinds of things have, as a study and its model, is told of both.

    Examples
    --------
    >>> print(describe("hsl.processing.0.mcu").splitlines()[0])
    hsl.processing.0.mcu
    """
    if name.endswith(".toml"):
        return pages.study_page(name)
    names = {kind: list(shelf.names()) for kind, shelf in SHELVES.items()}
    found = [
        SHELVES[kind].page(name)
        for kind, known in names.items()
        if name in known or (kind == "parameters" and name in library())
    ]
    if found:
        return "\n\n".join(found)
    if name in SHELVES:
        return table(name, rows(name))
    every = [*SHELVES, *(n for known in names.values() for n in known)]
    if name.startswith(GRIDS):
        close = library().nearest(name)
    else:
        close = _method_of(name)
        if close is None and (begun := _begun(name, names)):
            return begun
        close = close or nearest(name, every) or library().nearest(name)
    if Path(name).is_dir():
        raise InputError(Fault(f"{name}, a folder without a saved run", "runs/<id>", ("show",)))
    *first, last = (shelf.noun for shelf in SHELVES.values())
    raise InputError(Fault(repr(name), f"the id of {', '.join(first)} or {last}", ("show",), close))


def document(name: str) -> Any:
    """Return what is told of a name as JSON: a row for each thing of the name, or a study's tables.

    Examples
    --------
    >>> [row["evidence"] for row in document("grid.de.2019")]
    ['reported']
    """
    if name.endswith(".toml"):
        return load_study(name).to_dict()
    if name in SHELVES:
        return rows(name)
    if name in library():
        return finding.rows_of([name])
    found = [
        {"kind": kind, **row}
        for kind, shelf in SHELVES.items()
        if kind != "parameters" and name in shelf.names()
        for row in shelf.rows()
        if row["id"] == name
    ]
    if not found:
        describe(name)  # refused, with the nearest; or a word that things begin with
        return [
            {"kind": kind, "id": own}
            for kind, shelf in SHELVES.items()
            for own in shelf.names()
            if own.lower().startswith(name.lower())
        ]
    return found


def _begun(name: str, names: Mapping[str, Sequence[str]]) -> str:
    """Return what begins with a word, kind by kind; empty where nothing does."""
    told = []
    for kind, known in names.items():
        own = [each for each in known if each.lower().startswith(name.lower())] if name else []
        if kind == "parameters":
            shown = finding.rows_of(own[: finding.MOST])
            more = f"mcsus list parameters {name}"
        else:
            listed = {row["id"]: row for row in SHELVES[kind].rows()} if own else {}
            shown, more = [listed[each] for each in own], ""
        if own:
            count = f"{len(own)} {kind} begin so" if len(own) > 1 else f"one of {kind} begins so"
            rest = (
                f"\n... and {len(own) - len(shown):,} more: {more}" if len(own) > len(shown) else ""
            )
            told.append(f"{count}:\n{table(kind, shown)}{rest}")
    return "\n\n".join([f"Nothing is called {name!r}.", *told]) if told else ""


def _method_of(name: str) -> str | None:
    """Return the method of sensitivity analysis that is also called so, or tells a measure of it.

    Examples
    --------
    >>> _method_of("Borgonovo"), _method_of("PRCC"), _method_of("grid")
    ('delta', 'correlation', None)
    """
    text = name.lower()
    if text in _ALSO_CALLED:
        return _ALSO_CALLED[text]
    of_measures = (own.name for own in methods().values() if text in _measures(own))
    return next(of_measures, None)


def _measures(method: Method) -> list[str]:
    return [entry.name.lower() for entry in method.arrays]


_ALSO_CALLED = {
    "borgonovo": "delta", "efast": "fast", "elementary_effects": "morris", "saltelli": "sobol",
    "variance": "sobol", "hdmr": "polynomial_chaos", "surrogate": "polynomial_chaos",
    "oat": "tornado", "one_at_a_time": "tornado", "derivatives": "dgsm", "factor_fixing": "fixing",
    "regression": "correlation",
}  # fmt: skip
"""Words for methods that other tools have."""


def _studies() -> list[Row]:
    import tomllib  # noqa: PLC0415 - only here

    listed = []
    for path in sorted((data_root() / "studies").glob("*.toml")):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        row = {"id": document["id"], "title": document.get("title", "")}
        listed.append(row | {"question": document.get("question", "")})
    return listed


SHELVES = {
    "studies": Shelf(
        "a study",
        lambda: [row["id"] for row in _studies()],
        pages.study_page,
        _studies,
        ("id", "title"),
    ),
    "models": Shelf(
        "a model", shipped_models, models.model_page, models.model_rows, ("id", "title")
    ),
    "parameters": Shelf(
        "a parameter",
        lambda: library().ids(),
        pages.parameter_page,
        lambda: finding.rows_of(library().ids()),
    ),
    "families": Shelf(
        "a family", lambda: (*FAMILIES, *SHARES), pages.family_page, pages.family_rows
    ),
    "functions": Shelf(
        "a word of formulas",
        words,
        described,
        lambda: [{"id": word, "use": described(word)} for word in words()],
        ("use",),
    ),
    "methods": Shelf(
        "a method of sensitivity analysis",
        methods,
        pages.method_page,
        lambda: [{"id": m.name, "title": m.title, "use": m.words} for m in methods().values()],
        ("id", "title", "use"),
    ),
    "tables": Shelf(
        "a table of a study file",
        tables_by_name,
        pages.table_page,
        lambda: [{"id": name, "use": t.words} for name, t in tables_by_name().items()],
        ("id", "use"),
    ),
}
"""The kinds of things that ship, by the name that lists them."""
