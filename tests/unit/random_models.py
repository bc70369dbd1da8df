"""Random models, and the kernel and the NumPy path side by side.

``python -m tests.unit.random_models SEED`` draws models, compiles them in batches and compares
the two paths; a test runs it twice at once, as nearly all of its time goes into compiling.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.engine.plans import Quantity
from mcsus.expressions import parse
from mcsus.families import distribution
from mcsus.model import Equation, Model, evaluate
from mcsus.parameters import Cell, Parameter, Provenance
from mcsus.streams import Design, points
from mcsus.units import unit

DIMS = {
    "place": ("north", "south", "east"),
    "only": ("one",),
    "year": (2024, 2025, 2027),
    "cohort": (2024, 2025, 2027),
}
BATCHES, MODELS_A_BATCH = 5, 20
TOLERANCE = 1e-12
RANGES = ((0.0, 1.0), (-2.0, 2.0), (0.5, 1.5), (1.0, 3.0))  # widths that scale without rounding


class Part(NamedTuple):
    """A formula, the dims it carries, and what is known of its value."""

    text: str
    dims: frozenset[str]
    exact: bool  # both paths give the same bits
    signed: bool  # may be negative


def joined(text, *parts, exact=True, signed=None):
    return Part(
        text.format(*(part.text for part in parts)),
        frozenset().union(*(part.dims for part in parts)),
        exact and all(part.exact for part in parts),
        any(part.signed for part in parts) if signed is None else signed,
    )


EXACT = ("{} + {}", "{} - {}", "({})*({})", "({})/({})", "min({}, {})", "max({}, {})")
EXACT_OF_ONE = (
    "-({})",
    "abs({})",
    "sqrt({})",
    "floor({})",
    "ceil({})",
    "floor(8*({}))/4",
    "mod({}, 0.375)",
)
CAREFUL = ("{} + {}", "({})*({})", "({})/({})", "min({}, {}, 2.5)", "max({}, {})", "({})/(1 + {})")
OF_EXACT = ("exp({})", "1.5 + sin({})", "1.5 + cos({})", "1.5 + tanh({})", "1.5 + atan({})",
            "abs(log({}))", "abs(log10({}))", "({})**2", "({})**-2", "2**floor({})")  # fmt: skip
OF_POSITIVE = ("exp(-min({}, 5))", "log(2 + {})", "log10(2 + {})", "sqrt({})", "tanh({})",
               "atan2({}, 2)", "({})**0.5", "({})**2", "({})**-1", "({})**1.5",
               "(1 + {0})**tanh({0})")  # fmt: skip


@st.composite
def formulas(draw, leaves, depth=2):
    """Draw a formula over `leaves` that loses no digits on the way."""
    if depth == 0:
        return draw(st.sampled_from(leaves))
    one = draw(formulas(leaves, depth - 1))
    kind = draw(st.sampled_from(("two", "two", "function", "where", "reduce", "reduce", "at")))
    if kind == "reduce" and one.dims:
        over = draw(st.sampled_from(sorted(one.dims)))
        reduction = draw(st.sampled_from(("sum", "mean", "prod")))
        inner = "abs({})" if one.signed else "{}"
        part = joined(f"{reduction}({inner}, over={over})", one, exact=False, signed=False)
        return part._replace(dims=part.dims - {over})
    if kind == "at" and len(one.dims & {"year", "cohort"}) == 1:
        (dim,) = one.dims & {"year", "cohort"}
        other = "cohort" if dim == "year" else "year"
        part = joined(f"at({{}}, {dim}={other})", one)
        return part._replace(dims=part.dims - {dim} | {other})
    if kind == "function":
        if one.exact and draw(st.booleans()):
            return joined(draw(st.sampled_from(EXACT_OF_ONE)), one, signed=True)
        if one.exact:
            return joined(draw(st.sampled_from(OF_EXACT)), one, exact=False, signed=False)
        if not one.signed:
            return joined(draw(st.sampled_from(OF_POSITIVE)), one, exact=False, signed=False)
    two = draw(formulas(leaves, depth - 1))
    if kind == "where":
        left, right = (
            draw(st.sampled_from([leaf for leaf in leaves if leaf.exact])) for _ in range(2)
        )
        relation = draw(st.sampled_from(("<", "<=", ">", ">=", "==", "!=")))
        more = draw(st.sampled_from(("", " and {0} < 0.7", " or {1} > 1.5 and {0} < 0.2")))
        return joined(f"where({{0}} {relation} {{1}}{more}, {{2}}, {{3}})", left, right, one, two,
                      signed=one.signed or two.signed)  # fmt: skip
    if one.exact and two.exact:
        return joined(draw(st.sampled_from(EXACT)), one, two, signed=True)
    if not one.signed and not two.signed:
        return joined(draw(st.sampled_from(CAREFUL)), one, two)
    safe = [joined("abs({})", part, signed=False) if part.signed else part for part in (one, two)]
    return joined(draw(st.sampled_from(CAREFUL)), *safe)


@st.composite
def models(draw, prefix):
    """Draw parameters and one or two equations, the second of which uses the first."""
    parameters, leaves = [], []
    for k in range(draw(st.integers(1, 3))):
        name = f"{prefix}p{k}"
        dims = tuple(
            dim for dim in DIMS if dim in draw(st.sets(st.sampled_from(sorted(DIMS)), max_size=2))
        )
        low, high = draw(st.sampled_from(RANGES))
        law = distribution("uniform", minimum=low, maximum=high)
        shared = draw(st.booleans())
        cells = tuple(
            Cell(law, unit("1"), f"study:{name}" if shared else f"study:{name}|{c}", Provenance())
            for c in range(int(np.prod([len(DIMS[dim]) for dim in dims])))
        )
        parameters.append(Parameter(name, unit("1"), dims, cells, "uncertainty", None))
        leaves.append(Part(name, frozenset(dims), exact=True, signed=low < 0))
    numbers = [Part(t, frozenset(), exact=True, signed=False) for t in ("0.5", "3", "pi")]
    plain = [Part(t, frozenset({t}), exact=True, signed=False) for t in ("year", "cohort")]
    ages = [Part("(year - cohort)", frozenset({"year", "cohort"}), exact=True, signed=True)]
    parts = {}
    leaves = [*leaves, *leaves, *numbers, *plain, *ages]
    for k in range(draw(st.sampled_from((1, 1, 1, 2)))):
        name = f"{prefix}e{k}"
        parts[name] = draw(formulas(leaves, depth=2 - k))
        leaves = [*[parts[name]._replace(text=name)] * 3, *numbers[:1], *plain]
    return parameters, parts


def compiled(parameters, texts, dims=DIMS):
    found = Model(
        [Equation(name, unit("1"), parse(text)) for name, text in texts.items()],
        {p.name: p for p in parameters},
        dims,
    )
    return Kernel(found, stream_positions(found.parameters))


def run(kernel, design, **options):
    """Return every input and equation of a kernel, each of shape ``(cell, draw)``."""
    program = kernel.program
    names = [*program.parameters, *(e.name for e in kernel.model.equations)]
    plan = kernel.plan([Quantity(name) for name in names])
    out = kernel.run(plan, design, **{"replicate": 0, **options})[:, 0]
    ends = np.cumsum([program.cells(name) for name in names])
    return dict(zip(names, np.split(out, ends[:-1]), strict=True))


def by_definition(kernel, design, replicate=0, inputs=None):
    """Return the same by points, quantiles and formulas in NumPy; `inputs` replaces quantiles."""
    model = kernel.model
    positions = stream_positions(model.parameters)
    cube = points(design, list(positions.values()), list(positions), replicate, 0, design.draws)
    column = dict(zip(positions, cube.T, strict=True))
    values = {}
    for name in model.inputs:
        cells = model.parameters[name].cells
        drawn = [cell.law.quantile(column[cell.stream]) * cell.unit.factor for cell in cells]
        table = np.array(drawn) if inputs is None else inputs[name]
        values[name] = table.T.reshape(design.draws, *model.shape(name))
    found = evaluate(model, values)
    flat = {name: value.reshape(len(value), -1).T for name, value in found.items()}
    return {
        name: np.broadcast_to(value, (len(value), design.draws)) for name, value in flat.items()
    }


def disagreement(got, wanted, *, exact):
    """Return words on the first difference, or None."""
    with np.errstate(invalid="ignore"):
        close = np.abs(got - wanted) <= (0 if exact else TOLERANCE) * np.abs(wanted)
    same = (got == wanted) | (np.isnan(got) & np.isnan(wanted)) | (close & np.isfinite(wanted))
    if same.all():
        return None
    cell, draw = np.argwhere(~same)[0]
    return f"cell {cell}, draw {draw}: {got[cell, draw]!r} and not {wanted[cell, draw]!r}"


def check(batch):
    """Compare the two paths on one batch of models, compiled as one kernel."""
    design = Design("sobol", 256, 1, seed=5)
    parts = {name: part for _, found in batch for name, part in found.items()}
    parameters = [p for found, _ in batch for p in found]
    kernel = compiled(parameters, {name: part.text for name, part in parts.items()})
    got = run(kernel, design)
    wanted = by_definition(kernel, design)
    for name in kernel.model.inputs:
        assert disagreement(got[name], wanted[name], exact=True) is None, name
    exact = {}
    for name, part in parts.items():
        used = [n for n in kernel.model.equation(name).inputs if n in parts]
        exact[name] = part.exact and all(exact[n] for n in used)
        difference = disagreement(got[name], wanted[name], exact=exact[name])
        texts = [f"{n} = {parts[n].text}" for n in (*used, name)]
        assert difference is None, f"{texts}: {difference}"


def main(first, batches):
    """Check batches drawn from a seed and print how many models there were."""
    checked = 0

    @seed(first)
    @settings(
        max_examples=batches,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # each try compiles: to make one smaller would take minutes
        suppress_health_check=list(HealthCheck),
    )
    @given(st.tuples(*(models(f"m{k}") for k in range(MODELS_A_BATCH))))
    def every_batch(batch):
        nonlocal checked
        check(batch)
        checked += len(batch)

    every_batch()
    print(f"{checked} models agree")  # noqa: T201 - read by the test that starts this


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
