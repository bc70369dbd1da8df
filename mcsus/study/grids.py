"""Parameters over dims: ``by`` tables, shared labels, stream keys."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from mcsus.declared.items import raw
from mcsus.declared.reader import TableReader, choices, close, shown
from mcsus.declared.table import Table
from mcsus.errors import FaultCollector
from mcsus.parameters import Parameter
from mcsus.study.dimensions import is_numeric
from mcsus.study.laws import META, OWN, Leaf, Meta, read_leaf, read_meta, same_dimension
from mcsus.vocabulary import Label

Dims = Mapping[str, tuple[Label, ...]]
Labels = tuple[Label, ...]

MAX_CELLS = 100_000

BY = Table(
    "by",
    "A law for each label of a dim; what stands beside holds for all of them",
    **META.items,
    shared=raw(
        "dims of which all labels have one value; must be written on a numeric dim",
        {"type": "array", "items": {"type": "string"}},
        "a list of dims of this table",
    ),
    stream=OWN["stream"],
    by=raw(
        "dim -> label -> law; a second dim nests below a label",
        {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": {"$ref": "#/$defs/parameter_below"},
            },
            "minProperties": 1,
            "maxProperties": 1,
        },
        "one dim",
        required=True,
    ),
)


class Grid(NamedTuple):
    """Laws by labels, before they become the cells of a parameter.

    Parameters
    ----------
    shared : frozenset of str
        Dims over which one value serves every label.
    settled : frozenset of str
        Dims for which the file says whether they are shared.
    """

    dims: tuple[str, ...] = ()
    leaves: Mapping[Labels, Leaf] = {}
    shared: frozenset[str] = frozenset()
    settled: frozenset[str] = frozenset()
    meta: Meta = Meta()

    def at(self, labels: Mapping[str, Label]) -> Leaf | None:
        """Return the law at some labels (those of other dims are ignored)."""
        return self.leaves.get(tuple(labels[dim] for dim in self.dims))


class GridReader(NamedTuple):
    """Reads what stands for one parameter: an id, a law, or laws by labels.

    Parameters
    ----------
    partial : bool
        Whether labels may be left out: in a scenario, where they stay as they are.
    broken : frozenset of str
        Dims that could not be read, which has been noted.
    """

    dims: Dims
    faults: FaultCollector
    partial: bool = False
    broken: frozenset[str] = frozenset()

    def read(self, value: object, where: tuple[str, ...], above: Meta) -> Grid | None:
        """Return the laws, or None when anything is wrong (then it is noted)."""
        before = len(self.faults.faults)
        grid = self._grid(value, where, above, ())
        if grid is None or len(self.faults.faults) > before:
            return None
        self._check_shared(grid, where)
        return grid if len(self.faults.faults) == before else None

    def _grid(
        self, value: object, where: tuple[str, ...], above: Meta, outer: tuple[str, ...]
    ) -> Grid | None:
        if not isinstance(value, Mapping) or "by" not in value:
            leaf = read_leaf(value, self.faults, where, above)
            return None if leaf is None else Grid(leaves={(): leaf})
        reader = BY.read(value, self.faults, where)
        meta = read_meta(reader, above)
        dim = self._dim(reader, outer)
        if dim is None:
            return None
        table = value["by"][dim]
        place = (*where, "by", dim)
        labels = self._labels(table, dim, place)
        parts = {
            label: self._grid(table[key], (*place, key), meta, (*outer, dim))
            for key, label in labels.items()
        }
        whole = {label: part for label, part in parts.items() if part is not None}
        if len(whole) < len(parts) or not whole:
            return None
        return self._joined(reader, dim, whole, meta)

    def _dim(self, reader: TableReader, outer: tuple[str, ...]) -> str | None:
        """Return the one dim of a ``by`` table."""
        by = reader.raw("by")
        if not isinstance(by, Mapping) or len(by) != 1:
            found = f"{len(by)} dims" if isinstance(by, Mapping) else shown(by)
            reader.fault("by", found, "one dim; a second one nests below a label: by.a.X.by.b.Y")
            return None
        dim = str(next(iter(by)))
        if dim in self.broken:
            return None
        free = [name for name in self.dims if name not in outer]
        if dim not in free:
            found = f"dim {dim!r} again" if dim in outer else f"unknown dim {shown(dim)}"
            allowed = choices(free) if free else "no dim: the study has no other"
            reader.fault("by", found, allowed, nearest=close(dim, free))
            return None
        return dim

    def _labels(self, table: object, dim: str, place: tuple[str, ...]) -> dict[str, Label]:
        """Return key -> label of the labels that are written; note unknown and missing ones."""
        known = {str(label): label for label in self.dims[dim]}
        reader = TableReader(table, self.faults, place, tuple(known))
        missing = [key for key in known if key not in reader]
        if missing and reader.is_table and not self.partial:
            names = ", ".join(missing[:5]) + (", ..." if len(missing) > 5 else "")
            self.faults.add(f"no law for {names}", "a law for every label of the dim", *place)
        return {key: label for key, label in known.items() if key in reader}

    def _joined(
        self, reader: TableReader, dim: str, parts: Mapping[Label, Grid], meta: Meta
    ) -> Grid | None:
        """Put the grids of the labels of one dim together."""
        below = {(part.dims, part.shared, part.settled) for part in parts.values()}
        if len(below) > 1:
            reader.fault("by", "labels with different dims below", "the same under every label")
            return None
        [(inside, shared, settled)] = below
        dims = (dim, *inside)
        if "shared" in reader:
            shared |= frozenset(reader.names("shared", dims, "dims of this table"))
            settled |= frozenset(dims)
        stream = reader["stream"]
        leaves = {
            (label, *inner): leaf._replace(id=stream) if stream else leaf
            for label, part in parts.items()
            for inner, leaf in part.leaves.items()
        }
        return Grid(dims, leaves, shared, settled, meta)

    def _check_shared(self, grid: Grid, where: tuple[str, ...]) -> None:
        for dim in grid.dims:
            if is_numeric(self.dims[dim]) and dim not in grid.settled and not self.partial:
                allowed = (
                    f'shared = ["{dim}"] for one value over all labels, or shared = [] for '
                    "independent ones, which shrink a sum (required on a numeric dim)"
                )
                self.faults.add("nothing", allowed, *where, "shared")


def labelled(dims: tuple[str, ...], study: Dims) -> Iterator[dict[str, Label]]:
    """Return the cells of some dims in row-major order, each as dim -> label."""
    for labels in itertools.product(*(study[dim] for dim in dims)):
        yield dict(zip(dims, labels, strict=True))


def shared_dims(parameter: Parameter, dims: Dims) -> list[str]:
    """Return the dims over which one value of a parameter serves every label."""
    shape = [len(dims[dim]) for dim in parameter.dims]
    streams = np.array([cell.stream for cell in parameter.cells], dtype=object).reshape(shape)
    return [
        dim
        for axis, dim in enumerate(parameter.dims)
        if np.all(streams == np.take(streams, [0], axis=axis))
    ]


def build_parameter(name: str, grid: Grid, dims: Dims, faults: FaultCollector) -> Parameter | None:
    """Turn laws by labels into a parameter, with a stream key for every cell.

    A cell is keyed by the library id of its law, else by ``study:name``, and by each label that
    it is not shared over; cells shared over a dim have one key.
    """
    own = tuple(dim for dim in dims if dim in grid.dims)
    first = next(iter(grid.leaves.values()))
    unit = grid.meta.unit or first.unit
    before = len(faults.faults)
    same_dimension(grid.leaves, unit, faults)
    if len(faults.faults) > before:
        return None
    keys = _stream_keys(name, grid, own, dims)
    cells = []
    for labels in labelled(own, dims):
        leaf = grid.leaves[tuple(labels[dim] for dim in grid.dims)]
        cells.append(leaf.drawn(keys[apart(labels, grid.shared)]))
    kind = grid.meta.kind or first.provenance.kind
    stage = grid.meta.stage or first.provenance.stage
    return Parameter(name=name, unit=unit, dims=own, cells=tuple(cells), kind=kind, stage=stage)


def apart(labels: Mapping[str, Label], shared: Collection[str]) -> str:
    r"""Return what tells the stream of a cell from that of other labels.

    Examples
    --------
    >>> apart({"site": "north|south", "year": 2030}, ["year"])
    '|site=north\\|south'
    """
    kept = ((dim, label) for dim, label in labels.items() if dim not in shared)
    return "".join(f"|{dim}={_marked(label)}" for dim, label in kept)


def _marked(label: Label) -> str:
    """Return a label in which no sign can be taken for the end of it."""
    return str(label).replace("\\", "\\\\").replace("|", "\\|")


def _stream_keys(name: str, grid: Grid, own: tuple[str, ...], dims: Dims) -> dict[str, str]:
    """Return the keys of the streams by what tells them apart."""
    ids: dict[str, set[str | None]] = {}
    for labels in labelled(own, dims):
        leaf = grid.leaves[tuple(labels[dim] for dim in grid.dims)]
        ids.setdefault(apart(labels, grid.shared), set()).add(leaf.id)
    only = {suffix: known.pop() if len(known) == 1 else None for suffix, known in ids.items()}
    return {suffix: (id_ or f"study:{name}") + suffix for suffix, id_ in only.items()}
