"""What is asked of a study: outputs, design, intervals, sensitivity, breakdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from mcsus.analysis.base import DEFAULT_METHODS, methods
from mcsus.declared.items import dimension_of, names, one_of, raw, text, unit, whole
from mcsus.declared.reader import TableReader, choices, finite, shown
from mcsus.declared.table import Schema, Table
from mcsus.errors import FaultCollector
from mcsus.model import Equation
from mcsus.streams.design import MAX_DRAWS, MAX_REPLICATES, MAX_SEED, Design, Kind
from mcsus.study.layers import Layer
from mcsus.study.parts import ALL, GROUPINGS, Sensitivity
from mcsus.units import Unit

LEVELS = (0.5, 0.9, 0.95)
SENSITIVITY_DRAWS = 4096
MAX_SALIB_DRAWS = 2**20  # whose values are held

Known = Mapping[str, Any]
"""Names of a study: ``equations`` with their dimensions, ``parameters``, ``outputs``."""


def names_of(
    equations: Mapping[str, Equation | None], parameters: Iterable[str], outputs: Iterable[str] = ()
) -> Known:
    """Return the names of a study as the readers of its tables know them."""
    dimensions = {name: e and e.unit.dimension for name, e in equations.items()}
    return {"equations": dimensions, "parameters": tuple(parameters), "outputs": tuple(outputs)}


OUTPUT = Table(
    "output",
    "A quantity that is asked for; name = 'unit' is enough",
    unit=unit(
        "to show it in", like=lambda reader: dimension_of(reader, reader.where[-1]), required=True
    ),
    title=text("its name for people"),
    description=text("what it is"),
)


def read_outputs(value: Any, known: Known, faults: FaultCollector) -> dict[str, Unit]:
    """Return the outputs and the units they are shown in."""
    outputs = {}
    reader = TableReader(value, faults, ("outputs",), known=known)
    for name, item in reader.table.items():
        if not reader.is_equation(name, name):
            continue
        if isinstance(item, Mapping):
            shown_in = OUTPUT.read(item, faults, ("outputs", name), known)["unit"]
        else:
            shown_in = reader.unit(name, dimension_of(reader, name))
        if shown_in is not None:
            outputs[name] = shown_in
    if reader.is_table and not reader.table:
        faults.add("no outputs", "at least one: name = 'unit'", "outputs")
    return outputs


DESIGN = Table(
    "design",
    "The sampling plan",
    kind=raw(
        "scrambled Sobol' points, or independent ones",
        {"enum": list(get_args(Kind))},
        choices(get_args(Kind)),
        default=Design.kind,
    ),
    draws=whole(
        "points in each replicate; a power of two from 2^8 for sobol", 1, default=Design.draws
    ),
    replicates=whole(
        "independent repetitions, from which the errors come", 1, default=Design.replicates
    ),
    seed=whole("of the random numbers", 0, MAX_SEED, default=Design.seed),
    most_draws=whole(
        "points in each replicate up to which more are drawn by themselves where a claim is "
        f"undecided; {Design.MORE} times draws if left out",
        1,
    ),
)


def read_design(value: Any, faults: FaultCollector) -> Design:
    """Return the sampling plan; the default one when the file's cannot be used."""
    row = DESIGN.read(value, faults, ("design",))
    with faults.at("design"):
        design = Design(**{key: row[key] for key in DESIGN if key in row})
        if design.most_draws is not None and design.most_draws < design.draws:
            allowed = f"at least the {design.draws} draws of the design"
            faults.add(str(design.most_draws), allowed, "design", "most_draws")
        return design
    return Design()


def _levels(reader: TableReader, key: str) -> tuple[float, ...] | None:
    before = len(reader.faults.faults)
    kept: dict[float, None] = {}
    for item in reader.list(key, "probabilities"):
        level = finite(item)
        if level is None or not 0 < level < 1:
            reader.fault(key, shown(item), "probabilities above 0 and below 1")
        elif level in kept:
            reader.fault(key, f"{level!r} twice", "distinct levels")
        else:
            kept[level] = None
    if not kept and len(reader.faults.faults) == before:
        reader.fault(key, "an empty list", "at least one level")
    return tuple(kept) or None


INTERVALS = Table(
    "intervals",
    "Intervals of the outputs",
    levels=raw(
        "probabilities of the intervals, each symmetric and shortest",
        {
            "type": "array",
            "items": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
            "minItems": 1,
            "uniqueItems": True,
        },
        "a list of probabilities",
        read=_levels,
        default=LEVELS,
    ),
)


def _groups(reader: TableReader, key: str) -> dict[str, tuple[str, ...]]:
    parameters = tuple(reader.known["parameters"])
    inner = TableReader(reader.raw(key), reader.faults, (*reader.where, key))
    if reader.raw("group_by") not in (None, "none"):
        reader.fault("group_by", "group_by beside groups", "one or the other")
    groups: dict[str, tuple[str, ...]] = {}
    owner: dict[str, str] = {}
    for name in inner.table:
        members = inner.names(name, parameters, "parameters")
        if not members and not inner.raw(name):
            inner.fault(name, shown(inner.raw(name)), "a list of parameters")
        for member in members:
            if member in owner:
                inner.fault(
                    name, f"{member!r}, which is in {owner[member]!r}", "one group for each"
                )
            owner[member] = name
        groups[name] = members
    for name in groups:
        if name in parameters and owner.get(name) != name:
            allowed = f"a name of its own, or {name!r} among its members"
            inner.fault(name, "the name of a parameter outside the group", allowed)
    return groups


def _by_label(reader: TableReader, key: str) -> bool | tuple[str, ...]:
    if isinstance(asked := reader.raw(key), bool):
        return asked
    names = reader.names(key, tuple(reader.known["parameters"]), "parameters")
    grouped = [own for own in (reader.raw("groups") or {}).values() if isinstance(own, list)]
    for name in names:
        if any(name in own for own in grouped):
            reader.fault(key, f"{name!r}, which is in one of groups", "one or the other")
    return names


def _methods(reader: TableReader, key: str) -> tuple[str, ...]:
    asked = reader.raw(key)
    if isinstance(asked, list) and ALL in asked and len(asked) > 1:
        reader.fault(key, f"{ALL!r} beside others", f"{ALL!r} by itself, or names without it")
        return ()
    return (ALL,) if asked in (ALL, [ALL]) else reader.names(key, tuple(methods()), "methods")


def _methods_of(known: Iterable[str]) -> Schema:
    return {"type": "array", "items": {"enum": [*known, ALL]}, "uniqueItems": True}


def _draws(reader: TableReader, key: str) -> int | None:
    draws, design = reader.raw(key), reader.known["design"]
    is_whole = isinstance(draws, int) and not isinstance(draws, bool)
    least = Design.MIN_SOBOL_DRAWS if design.kind == "sobol" else 2
    if not is_whole or not least <= draws <= MAX_DRAWS or draws & (draws - 1):
        reader.fault(key, shown(draws), f"a power of two from {least} to 2^40")
    elif reader.raw("estimator") == "salib" and draws > MAX_SALIB_DRAWS:
        allowed = "at most 2^20 with estimator = 'salib', which holds all values; or 'streaming'"
        reader.fault(key, shown(draws), allowed)
    else:
        return int(draws)
    return None


def _replicates(reader: TableReader, key: str) -> int | None:
    count = reader.raw(key)
    if isinstance(count, int) and not isinstance(count, bool) and 1 <= count <= MAX_REPLICATES:
        return count
    reader.fault(key, shown(count), "a whole number from 1 to 2^20")
    return None


def sensitivity_table() -> Table:
    """Return the table ``[sensitivity]``, with the options of all methods there are."""
    known = methods()
    options = {key: item for method in known.values() for key, item in method.options.items()}
    return Table(
        "sensitivity",
        "Which inputs drive the outputs: the analyses that are asked for",
        methods=raw(
            'which analyses, by name; or "all" that apply, the others told with the reason',
            {"oneOf": [{"const": ALL}, _methods_of(known)]},
            'a list of methods, or "all"',
            read=_methods,
            default=DEFAULT_METHODS,
        ),
        outputs=names(
            "outputs", "outputs to explain; all by default", "names of [outputs]", default=None
        ),
        group_by=one_of(GROUPINGS, "how parameters are put together", default="none"),
        groups=raw(
            "groups of parameters: name = ['a', 'b']; a parameter in no group stands alone",
            {"type": "object", "additionalProperties": _LIST},
            "a table of lists of parameters",
            read=_groups,
            default={},
        ),
        also_by=names(GROUPINGS[1:], "groupings whose indices stand beside", "groupings"),
        by_label=raw(
            "parameters of which every label is an input by itself; true for those that matter",
            {"oneOf": [{"type": "boolean"}, _LIST]},
            "a list of parameters, or true",
            read=_by_label,
            default=(),
        ),
        draws=raw(
            "base points per replicate, a power of two; by default 4096, or those of the design",
            {"type": "integer", "minimum": 2},
            "a power of two",
            read=_draws,
        ),
        replicates=raw(
            "independent repetitions, from which the errors come; by default those of the design",
            {"type": "integer", "minimum": 1, "maximum": MAX_REPLICATES},
            "a whole number from 1 to 2^20",
            read=_replicates,
        ),
        **options,
    )


_LIST: Schema = {"type": "array", "items": {"type": "string"}, "minItems": 1}


def read_sensitivity(
    value: Any, design: Design, known: Known, faults: FaultCollector
) -> Sensitivity:
    """Return the sensitivity analyses that are asked for."""
    about = {**known, "design": design}
    options = sensitivity_table().read(value, faults, ("sensitivity",), about).values
    own = {key: options.pop(key) for key in Sensitivity.OWN}
    if own["outputs"] is None:
        own["outputs"] = tuple(known["outputs"])
    if own["draws"] is None:
        own["draws"] = min(SENSITIVITY_DRAWS, 1 << (design.draws.bit_length() - 1))
    if own["replicates"] is None:
        own["replicates"] = design.replicates
    return Sensitivity(**own, options=options)


def read_breakdown(layers: Iterable[Layer], known: Known) -> dict[str, tuple[str, ...]]:
    """Return which quantities an equation is split into."""
    breakdown = {}
    dimensions = known["equations"]
    written = {
        name: (value, layer.faults) for layer in layers for name, value in layer.breakdown.items()
    }
    for name, (value, faults) in written.items():
        reader = TableReader({name: value}, faults, ("breakdown",), known=known)
        if not reader.is_equation(name, name):
            continue
        parts = reader.names(name, (*dimensions, *known["parameters"]), "equations")
        whole_dimension = dimensions[name]
        for part in parts:
            own = dimensions.get(part)
            if None not in (whole_dimension, own) and own != whole_dimension:
                allowed = f"quantities in a unit like {whole_dimension.shown}"
                reader.fault(name, f"{part!r}, which is {own.shown}", allowed)
        if not parts and value in ([], ()):
            reader.fault(name, "an empty list", "the names of its parts")
        breakdown[name] = parts
    return breakdown
