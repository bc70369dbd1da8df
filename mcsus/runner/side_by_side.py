"""Two studies or runs against each other, on the draws that they share."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mcsus.counting.averaged import AveragedDraws
from mcsus.counting.derived import DIFFERENCE, ORDER, RATIO, DerivedRow
from mcsus.counting.draws import Draws, HeldDraws
from mcsus.counting.never import paid_back
from mcsus.faces import Shown
from mcsus.model import Model
from mcsus.result.atomic import replacing
from mcsus.result.compared import comparison_documents
from mcsus.result.drawn import in_library
from mcsus.result.frames import comparison_rows, framed
from mcsus.runner.comparisons import Comparison
from mcsus.runner.contrast_cautions import of_contrasts
from mcsus.runner.contrasts import Pair, compared_dataset, describe_pair, table_of
from mcsus.runner.sides import Side, side_of
from mcsus.runner.together import AlignedOutput, Values, drawn_together
from mcsus.study import Study
from mcsus.vocabulary import Caution

if TYPE_CHECKING:
    from mcsus.result.tree import Result

Array = NDArray[np.float64]

STUDY = "study"
"""What is compared, as a dim of the JSON."""


class SideBySide(Shown):
    """Two studies, compared draw by draw.

    Attributes
    ----------
    about : dict
        What is compared, on which design, and which inputs share draws.
    comparisons : dict of str to Dataset
        By output: the arrays of `mcsus.result.comparison_arrays`.
    """

    def __init__(self, about: dict[str, Any], comparisons: dict[str, xr.Dataset]) -> None:
        self.about, self.comparisons = about, comparisons

    def to_dict(self) -> dict[str, Any]:
        """Return the document that ``mcsus compare --json`` prints."""
        return {**self.about, "comparisons": comparison_documents(self.comparisons)}

    def to_json(self) -> str:
        """Return `to_dict` as JSON text."""
        return json.dumps(self.to_dict(), indent=1, allow_nan=False)

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write ``compare.json`` into a folder, whole or not at all."""
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        with replacing(target / "compare.json") as temporary:
            temporary.write_text(self.to_json() + "\n", encoding="utf-8")
        return target

    def __str__(self) -> str:
        from mcsus.result.summary_tables import compared_text  # noqa: PLC0415

        one, other = (side["name"] for side in self.about["compared"])
        shared = [own["of"] for own in self.about["shared"]]
        told = ", ".join(shared) or "none, so the two are drawn apart"
        lines = [f"{one} against {other}", compared_text(self.to_dict()["comparisons"])]
        lines.append(f"Inputs that share draws ({len(shared)}): {told}")
        lines += [f"Not compared: {own['output']}, {own['reason']}" for own in self._left]
        return "\n\n".join(lines)

    __repr__ = __str__

    def to_dataframe(self, *, library: str = "pandas") -> Any:
        """Return a row for each output at each label: difference, ratio, and how often a is lower.

        Parameters
        ----------
        library : {"pandas", "polars"}
            Of which the table is.
        """
        return in_library(framed(comparison_rows(self.to_dict()["comparisons"])), library)

    @property
    def _left(self) -> list[dict[str, str]]:
        left: list[dict[str, str]] = self.about["not_compared"]
        return left


def compare(
    a: Study | Result | str | os.PathLike[str],
    b: Study | Result | str | os.PathLike[str],
    *,
    draws: int | str | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
) -> SideBySide:
    """Compare two studies draw by draw: a less b, a over b, and how often a is lower.

    Inputs that come from one record of the library, or from one stream, have the same draws in
    both. Outputs of the same name and dimension are compared, at the labels that both have.

    Parameters
    ----------
    a, b : Study, Result, path, id, folder of a run, or ``STUDY:scenario``
        Of a study with scenarios, that as written unless a scenario is named.
    draws, replicates, seed : optional
        By default the fewest of both designs, and the seed of the first.
    threads : int, optional
        How many; the numbers do not depend on it.

    Raises
    ------
    InputError
        If the functional units differ, or no output can be compared.
    RefusedError
        If the draws of both would not fit in memory.

    Examples
    --------
    >>> found = compare("mcu_chip", "mcu_chip:renewable_fab", draws=256, replicates=2)
    >>> found.to_dict()["comparisons"]["chip_footprint"][0]["of"]
    {'study': 'mcu_chip'}
    """
    given = side_of(a, "A"), side_of(b, "B")
    both = drawn_together(*given, draws=draws, replicates=replicates, seed=seed, threads=threads)
    one, names, design = both.sides[0], _named(*given), both.design
    comparisons = {
        f"{output.name}@{STUDY}": _compared(one.study, both.models, output, names, both.values)
        for output in both.outputs
    }
    about = {
        "compared": [_told(side, name) for side, name in zip(both.sides, names, strict=True)],
        "functional_unit": one.functional_unit,
        "design": {key: design.to_dict()[key] for key in ("kind", "draws", "replicates")},
        "seed": design.seed,
        "shared": [own._asdict() for own in both.shared],
        "drawn_apart": [own._asdict() for own in both.apart],
        "not_compared": both.left,
        "cautions": [
            {"kind": c.kind, "where": c.where, "text": c.text}
            for c in (
                *_unknown_unit(given),
                *of_contrasts({f"comparisons/{n}": d for n, d in comparisons.items()}),
            )
        ],
    }
    return SideBySide(about, comparisons)


def _named(a: Side, b: Side) -> tuple[str, str]:
    """Return what the two are called, which tells them apart."""
    return (a.name, b.name) if a.name != b.name else (f"{a.name} (A)", f"{b.name} (B)")


def _unknown_unit(sides: tuple[Side, Side]) -> Iterator[Caution]:
    """Say where neither side tells what its numbers are for."""
    if not sides[0].functional_unit and sides[0].study.id != sides[1].study.id:
        text = "neither study says its functional_unit, so whether both are for the same is unknown"
        yield Caution("functional_unit", "", text)


def _told(side: Side, name: str) -> dict[str, Any]:
    study = side.study
    told = {"name": name, "study": study.id, "title": study.title, "scenario": side.scenario}
    return told | ({"variant": dict(study.variant)} if study.variant else {})


def _compared(
    study: Study,
    models: tuple[Model, Model],
    output: AlignedOutput,
    names: tuple[str, str],
    values: Values,
) -> xr.Dataset:
    """Return what describes one output of both sides."""
    name, unit = output.name, study.outputs[output.name]
    kinds = (DIFFERENCE, RATIO, ORDER)
    meets = any(model.meets_individuals(name) for model in models)
    roundings = [model.rounding[name].cells() for model in models]

    def described(at: tuple[int, int]) -> dict[str, Array]:
        rows = np.stack([own[name][k] for own, k in zip(values, at, strict=True)])
        made = {kind: HeldDraws(DerivedRow(kind, 0, (1,)).values(rows)) for kind in kinds}
        raw: list[Draws] = [HeldDraws(own) for own in rows]
        pair = Pair(
            paid_back(raw[0]),
            paid_back(raw[1]),
            (roundings[0][at[0]], roundings[1][at[1]]),
            {kind: _told_apart(own, kind, meets=meets) for kind, own in made.items()},
            dict.fromkeys(kinds),
            rows.shape[-1],
        )  # fmt: skip
        return describe_pair(pair, 1 / unit.factor, study.intervals, study.compared.confidence)

    cells = [described((int(a), int(b))) for a, b in zip(*output.cells, strict=True)]
    made = Comparison(
        name, STUDY, (names,), output.dims, names, np.zeros((len(cells), 2), np.int64), kinds
    )
    data = compared_dataset(table_of(cells, 1), made, output.labels, unit.text, study.intervals)
    return data.assign_attrs(confidence=study.compared.confidence)


def _told_apart(draws: HeldDraws, kind: str, *, meets: bool) -> Draws:
    """Return draws of which statistics are told, of each replicate where individuals differ."""
    told = draws if kind == ORDER else paid_back(draws)
    return AveragedDraws(told) if meets and told is draws and draws.draws > 1 else told
