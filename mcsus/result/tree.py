"""Result: the labelled output of a run, and all that a report needs.

The numbers live in an `xarray.DataTree`: ``/outputs/<name>``, ``/sensitivity/<name>``,
``/comparisons/<name>@<dim>``, ``/claims/<id>`` and ``/provenance``. The JSON of the command line is
read off the tree. Timing is kept beside it, because nothing that is published may depend on a
machine.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from mcsus.errors import Fault, InputError, nearest
from mcsus.faces import Shown, above
from mcsus.result.atomic import made_folder, replacing
from mcsus.result.brief import result_lines
from mcsus.result.compared import comparison_documents, ranking_documents
from mcsus.result.document import (
    claim_document,
    credit_document,
    digest,
    output_document,
    sensitivity_documents,
)
from mcsus.result.drawn import (
    DRAWS_FILE,
    GROUP,
    chosen_of,
    drawn_frame,
    draws_of,
    for_arviz,
    in_library,
    read_draws,
)
from mcsus.result.frames import claim_rows, comparison_rows, framed, index_rows, output_rows
from mcsus.result.netcdf import LOCK
from mcsus.result.of_claims import documents, own_arrays
from mcsus.result.population_arrays import population_document
from mcsus.result.schema import refuse_odd
from mcsus.result.sealed import seal, unsealed
from mcsus.vocabulary import Verdict

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from mcsus.report.plots import Plots
    from mcsus.result.summary import Summary

FILE = "result.nc"
JSON_FILE = "result.json"
_AGAIN = f"{FILE} as a run of this version saved it: run the study again"


class Result(Shown):
    """Labelled output of a run.

    Parameters
    ----------
    tree : xarray.DataTree
        Numbers, labels, units and provenance.
    timing : mapping of str to float, optional
        Seconds spent; shown, never saved in the tree.

    Examples
    --------
    >>> from mcsus.runner import run
    >>> result = run("tinyml_table", draws=256, replicates=2)
    >>> result.to_dict()["outputs"]["device_footprint"]["unit"]
    'kg CO2e'
    """

    def __init__(self, tree: xr.DataTree, timing: Mapping[str, float] | None = None) -> None:
        self.tree = tree
        self.timing = dict(timing or {})

    def __repr__(self) -> str:
        return result_lines(self.provenance, self.datasets("outputs"), self.datasets("claims"))

    @property
    def provenance(self) -> dict[str, Any]:
        """Study, design, resolved inputs, equations, versions and hashes of the run."""
        return {str(k): json.loads(v) for k, v in self.tree["provenance"].attrs.items()}

    @property
    def stopped(self) -> str:
        """Why it stopped before its end; empty where it came to it.

        One of interrupted, out of time, limit, individuals, alike, round.
        """
        return str(self.provenance.get("stopped", ""))

    @property
    def is_whole(self) -> bool:
        """Whether the run came to its end, though perhaps with fewer draws than asked for."""
        return self.stopped not in {"interrupted", "round"}

    def datasets(self, group: str) -> dict[str, xr.Dataset]:
        """Return the datasets below a group of the tree, such as ``outputs``, in order."""
        if group not in self.tree.children:
            return {}
        children = self.tree[group].children
        order = self.provenance["order"].get(group, [])
        return {name: children[name].to_dataset() for name in order}

    def claim_analyses(self) -> dict[str, dict[str, xr.Dataset]]:
        """Return what stands below each claim, by its id and the name of the analysis."""
        if "claims" not in self.tree.children:
            return {}
        children = self.tree["claims"].children
        return {
            name: {str(key): own_arrays(node) for key, node in children[name].children.items()}
            for name in self.provenance["order"]["claims"]
        }

    def to_dict(self, *, timing: bool = True) -> dict[str, Any]:
        """Return the document that ``mcsus run --json`` prints."""
        about, below = self.provenance, self.claim_analyses()
        document = {
            "study": about["study"]["id"],
            "mcsus": about["versions"]["mcsus"],
            "seed": about["design"]["seed"],
            "design": {k: about["design"][k] for k in ("kind", "draws", "replicates")},
            "digest": "",
            "outputs": {n: output_document(d) for n, d in self.datasets("outputs").items()},
            "sensitivity": sensitivity_documents(self.datasets("sensitivity")),
            "claims": {
                name: claim_document(data) | documents(below[name])
                for name, data in self.datasets("claims").items()
            },
        }
        if compared := self.datasets("comparisons"):
            document["comparisons"] = comparison_documents(compared)
            if ranked := ranking_documents(compared):
                document["rankings"] = ranked
        if credited := self.datasets("credits"):
            document["credits"] = {n: credit_document(d) for n, d in credited.items()}
        if nested := self.datasets("populations"):
            document["populations"] = {n: population_document(d) for n, d in nested.items()}
        if document["sensitivity"]:
            known = {key: about.get(f"sensitivity_{key}") for key in ("draws", "replicates")}
            document["sensitivity_design"] = known | {"evaluations": about.get("evaluations", {})}
        further = ("assessment", "variant", "files", "p_box", "until", "stopped")
        document |= {key: about[key] for key in further if about.get(key)}
        document["cautions"] = about["cautions"]
        document["digest"] = digest(document)
        if timing:
            document["timing"] = self.timing
        return document

    def to_json(self) -> str:
        """Return `to_dict` as JSON text."""
        return json.dumps(self.to_dict(), indent=1, allow_nan=False)

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Save ``result.nc`` and ``result.json`` in `folder`, each written whole or not at all."""
        from mcsus.result.writing import write_tree  # noqa: PLC0415 - xarray

        target = made_folder(Path(folder))
        with replacing(target / FILE) as temporary:
            try:
                with LOCK:
                    write_tree(self.tree, str(temporary))
            except RuntimeError as error:  # so netCDF says that there is no room
                raise OSError(0, str(error)) from error
            seal(temporary)
        text = json.dumps(self.to_dict(timing=False), indent=1, allow_nan=False) + "\n"
        with replacing(target / JSON_FILE) as temporary:
            temporary.write_text(text, encoding="utf-8")
        return target

    def summary(self, *, full: bool = False) -> Summary:
        """Return the answer and the main numbers, to be printed or shown in a notebook.

        Parameters
        ----------
        full : bool
            Whether all rows are shown, also of a big study.
        """
        from mcsus.result.reading import ResultReading  # noqa: PLC0415 - xarray
        from mcsus.result.summary import Summary  # noqa: PLC0415 - the same

        return Summary(self.to_dict(timing=False), ResultReading(self), full=full)

    def to_dataframe(
        self,
        what: str | None = None,
        *,
        names: Sequence[str] | None = None,
        library: str = "pandas",
    ) -> Any:
        """Return draws, or what is told of the outputs, as a table with labels as columns.

        Draws have a row for each draw at each label and a column for each quantity; their units
        are ``frame.attrs["units"]``. Outputs have a row for each output at each label, its unit
        as a column, and errors beside the numbers; comparisons a row for each pair.

        Parameters
        ----------
        what : {"draws", "outputs", "comparisons"}, optional
            Draws by default where the run kept them, else the outputs.
        names : sequence of str, optional
            Some quantities alone.
        library : {"pandas", "polars"}
            Of which the table is.

        Raises
        ------
        InputError
            If draws are asked for and were not kept, or a library is not there.

        Examples
        --------
        >>> from mcsus.runner import run
        >>> result = run("mcu_chip", draws=256, replicates=2, methods=[], keep_draws=True)
        >>> frame = result.to_dataframe(names=["chip_factor"])
        >>> list(frame.columns), len(frame) // 512, frame.attrs["units"]
        (['replicate', 'draw', 'scenario', 'chip_factor'], 3, {'chip_factor': 'kg CO2e/cm**2'})
        >>> list(result.to_dataframe("outputs").columns[:6])
        ['output', 'node', 'scenario', 'unit', 'deterministic', 'varies']
        """
        tables = (GROUP, "outputs", "comparisons")
        if what is not None and what not in tables:
            raise InputError(Fault(repr(what), ", ".join(tables), ("what",), nearest(what, tables)))
        if what == GROUP or (what is None and GROUP in self.tree.children):
            return in_library(drawn_frame(draws_of(self.tree, "to_dataframe"), names), library)
        document = self.to_dict(timing=False)
        if what == "comparisons":
            compared = chosen_of(document.get(what, {}), names)
            return in_library(framed(comparison_rows(compared)), library)
        return in_library(framed(output_rows(chosen_of(document["outputs"], names))), library)

    def to_arviz(self, group: str = "posterior") -> Any:
        """Return all draws for ArviZ: replicates as chains, inputs and outputs in one group.

        They are draws of the laws of the study, of which no data took part; they stand in the
        group where the functions of ArviZ look. From its version 1 on it is a DataTree.

        Parameters
        ----------
        group : str
            ``"posterior"``, or ``"prior"``.

        Raises
        ------
        InputError
            If the run kept no draws, or ArviZ is not installed.
        """
        return for_arviz(draws_of(self.tree, "to_arviz"), group)

    def indices(self, *, method: str | None = None, pairs: bool = False) -> pd.DataFrame:
        """Return a row for each input of each output, by every method of sensitivity analysis.

        Parameters
        ----------
        method : str, optional
            The one that is asked for, with its columns alone.
        pairs : bool
            Whether of pairs of inputs, where a method has them.

        Raises
        ------
        InputError
            If the run made no such analysis.

        Examples
        --------
        >>> from mcsus.runner import run
        >>> frame = run("mcu_chip", draws=256, replicates=2).indices(method="sobol")
        >>> list(frame.columns)
        ['output', 'scenario', 'method', 'input', 'rank', 'S1', 'S1_error', 'ST', 'ST_error']
        """
        rows = list(index_rows(self.to_dict(timing=False)["sensitivity"], pairs=pairs))
        made = list(dict.fromkeys(str(row["method"]) for row in rows))
        if method is not None and method not in made:
            allowed = f"one that the run made: {', '.join(made) or 'none'}"
            raise InputError(Fault(repr(method), allowed, ("method",), nearest(method, made)))
        return framed(row for row in rows if method in (None, row["method"]))

    def claims(self) -> pd.DataFrame:
        """Return a row for each claim at each of its labels: probability, verdict and margin.

        Errors stand beside the numbers; the margin is above 0 where the claim holds.
        """
        return framed(claim_rows(self.to_dict(timing=False)["claims"]))

    @property
    def plot(self) -> Plots:
        """The figures of the report as axes of matplotlib: ``result.plot.density()`` and others."""
        return cast("Plots", above("mcsus.report.plots.Plots")(self))

    def report(self, folder: str | os.PathLike[str], *, live: bool = False) -> Path:
        """Write the page of the result, and the numbers of its figures, and return where it is.

        Parameters
        ----------
        folder : path
            Made if it does not exist.
        live : bool
            Whether a reader of the page can change inputs.
        """
        return cast("Path", above("mcsus.report.write_report")(self, folder, live=live))

    def to_excel(self, path: str | os.PathLike[str]) -> Path:
        """Write a workbook: inputs, results, indices, claims and sources, a sheet each.

        Raises
        ------
        RefusedError
            If it cannot be written; what was there before is kept.
        """
        target = Path(path)
        content: bytes = above("mcsus.report.appendix.workbook_of")(self)
        with replacing(target) as temporary:
            temporary.write_bytes(content)
        return target

    def required_claims_hold(self) -> bool:
        """Tell whether every cell of every required claim is supported."""
        return all(
            bool((data["verdict"] == Verdict.SUPPORTED.value).all())
            for data in self.datasets("claims").values()
            if data.attrs["required"]
        )


def load_result(folder: str | os.PathLike[str], *, draws: bool = False) -> Result:
    """Load a Result that `Result.save` wrote.

    Parameters
    ----------
    folder : path
    draws : bool
        Whether to put the draws that ``mcsus run --keep-draws`` left there into ``/draws``.

    Raises
    ------
    InputError
        If there is none, or the file is not one, or was changed since it was written.
    RefusedError
        If the draws do not fit in memory.

    Examples
    --------
    >>> load_result("nowhere")
    Traceback (most recent call last):
    mcsus.errors.InputError: nowhere: found no result.nc; allowed: a folder that a run has saved to
    """
    import xarray as xr  # noqa: PLC0415 - half a second to import

    path = Path(folder) / FILE
    if not path.exists():
        allowed = "a folder that a run has saved to"
        raise InputError(Fault(f"no {FILE}", allowed, (str(folder),)))
    with unsealed(path, _AGAIN):
        try:
            with LOCK, xr.open_datatree(path, engine="netcdf4", decode_times=False) as tree:
                result = Result(tree.load())
        except Exception as error:  # whatever a library says of a file that is none of ours
            raise InputError(Fault("a file that cannot be read", _AGAIN, (str(path),))) from error
    if draws:
        result.tree[GROUP] = xr.DataTree(read_draws(Path(folder) / DRAWS_FILE))
    refuse_odd(result.tree, str(path))
    return result
