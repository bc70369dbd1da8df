"""Write docs/arrays.md: every array of a result, from the tables that the code reads."""

from collections.abc import Iterable
from pathlib import Path

from mcsus.analysis.base import methods
from mcsus.analysis.claim_analysis import claim_analyses
from mcsus.result.arrays import CLAIM, CREDIT, OUTPUT, Entry
from mcsus.result.comparison_arrays import COMPARISON
from mcsus.result.dims import DIMS
from mcsus.result.kept import KEPT
from mcsus.result.population_arrays import POPULATION
from mcsus.result.provenance_names import PROVENANCE

PAGE = Path(__file__).parent.parent / "docs" / "arrays.md"

_HEAD = """# What a result holds

Written by `python tools/document_arrays.py`. A result is a tree of labelled arrays (`result.tree`,
`result.nc`); `result.json` is read off it. In front of its own dims an array has those of its
quantity. Where `error` says so, `<name>_error` stands beside it: the standard error over the
replicates. Where it is told in parts and the quantity depends on individuals, the parts due to the
draws and to the individuals stand beside it as well, under `<name>_draws_error` and
`<name>_individuals_error`. `{unit}` is the unit in which the quantity is shown. `JSON` tells what
`result.json` has: of a method of sensitivity, an entry for each cell of the output, with the inputs
by `rank` under `ranking` and the arrays of each under `indices`.

`/draws` is there where a run was asked to keep all draws (`keep_draws=True`): an array for each
output and each input that varies, called as in the study, with its `units` and its `role`, and with
dims `replicate`, `draw` and its own; what differs between individuals has no `draw`. In ArviZ a
replicate is a chain.
"""


def page() -> str:
    """Return the page in Markdown."""
    lines = [
        _HEAD,
        "## `/outputs/<name>`",
        *_arrays(OUTPUT),
        "## `/claims/<id>`",
        *_arrays(CLAIM),
        "## `/comparisons/<output>@<dim>`",
        *_arrays(COMPARISON),
        "## `/credits/<id>`",
        *_arrays(CREDIT),
        "## `/populations/<quantity>`",
        *_arrays(POPULATION),
        "## `/few_draws/<output>`",
        *_arrays(KEPT),
    ]
    for name, analysis in claim_analyses().items():
        lines += [
            f"## `/claims/<id>/{name}`: {analysis.title}",
            "",
            f"{analysis.words[0].upper()}{analysis.words[1:]}.",
            *_arrays(analysis.arrays),
        ]
    for name, method in methods().items():
        of = "<claim>" if method.is_for_claims else "<output>"
        where = of if name == "sobol" else f"{of}@{name}"
        lines += [
            f"## `/sensitivity/{where}`: {method.title}",
            "",
            f"{method.words[0].upper()}{method.words[1:]}.",
            *_arrays(method.entries),
        ]
        if method.options:
            rows = ((f"`{key}`", item.words) for key, item in method.options.items())
            lines += ["Keys of its own in `[sensitivity]`:", *_table(("key", "meaning"), rows)]
    lines += ["## Own dims", *_table(("dim", "meaning"), _quoted(DIMS))]
    lines += ["## Attributes of `/provenance`", *_table(("key", "meaning"), _quoted(PROVENANCE))]
    return "\n".join(lines)


def _arrays(entries: Iterable[Entry]) -> list[str]:
    rows = (
        (
            f"`{entry.name}`",
            ", ".join(f"`{dim}`" for dim in entry.dims),
            entry.unit,
            ("in parts" if entry.has_parts else "yes") if entry.has_error else "",
            "yes" if entry.is_printed else "",
            entry.meaning,
        )
        for entry in entries
    )
    return _table(("array", "dims", "unit", "error", "JSON", "meaning"), rows)


def _quoted(words: dict[str, str]) -> Iterable[tuple[str, str]]:
    return ((f"`{key}`", text) for key, text in words.items())


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    written = ["", f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    return [*written, *(f"| {' | '.join(row)} |" for row in rows), ""]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
