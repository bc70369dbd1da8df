"""Plans: which evaluations of a program are made at each draw, and where they find their numbers.

A plain run has one evaluation; a Sobol' index run has A, B and, for each group of inputs, A with
that group taken from B. Only equations downstream of a changed input are evaluated again: each
evaluation holds, for every quantity, the row that it is read from and written to.
"""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from mcsus.engine.lowering import Program
from mcsus.engine.plans import Integers, Member, Part, Plan, Quantity, parameter_of

_NO_PATCH = np.zeros((0, 2), dtype=np.int64)


def planned(
    program: Program,
    individual: Collection[str],
    quantities: Sequence[Quantity],
    groups: Sequence[Collection[Member]] | None = None,
    *,
    second_order: bool = False,
) -> Plan:
    """Plan a plain run, or a Sobol' index run over `groups` of parameters, or of cells of some.

    Parameters
    ----------
    individual : collection of str
        Parameters that differ between individuals.
    """
    wanted = needed(program, [quantity.name for quantity in quantities])
    times = 1 if groups is None else 2
    (in_a, in_b, scratch), rows = _regions(program, individual, times)
    locations, actives, patches = [in_a], [wanted], [_NO_PATCH]
    number = {name: k for k, name in enumerate(program.quantities)}
    if groups is not None:
        locations.append(in_b)
        actives.append(wanted)
        patches.append(_NO_PATCH)
        names = [set(map(parameter_of, group)) for group in groups]
        reached = [np.array(program.downstream(own), dtype=bool) for own in names]
        parts, rows = _parts(program, groups, rows)
        for base, other in [(in_a, in_b), (in_b, in_a)][: 2 if second_order else 1]:
            for group, dirty in zip(groups, reached, strict=True):
                moved = np.array([name in group for name in program.parameters], dtype=bool)
                location = np.where(np.concatenate([moved, dirty]), scratch, base)
                location[: len(moved)][moved] = other[: len(moved)][moved]
                patch = _NO_PATCH
                for name, cells in _cells_of(group).items():
                    k, to = number[name], parts[name]
                    from_ = base[k] + np.arange(program.cells(name))
                    from_[cells] = other[k] + np.array(cells)
                    patch = np.vstack([patch, np.stack([from_, to + np.arange(len(from_))], 1)])
                    location[k] = to
                locations.append(location)
                actives.append(wanted & dirty)
                patches.append(patch)
    stored = [
        (number[q.name], c, q.scale) for q in quantities for c in range(program.cells(q.name))
    ]
    quantity, cell, scale = zip(*stored, strict=True)
    single = [
        in_a[number[name]] + c
        for name in program.parameters
        if name in individual
        for c in range(program.cells(name))
    ]
    labels = [x for values in program.coordinates.values() for x in values]
    return Plan(
        location=np.array(locations, dtype=np.int64).reshape(len(locations), -1),
        active=np.array(actives, dtype=np.uint8).reshape(len(locations), -1),
        patch=np.concatenate(patches),
        patches=np.cumsum([0, *map(len, patches)]),
        coordinate=np.array(labels, dtype=np.float64),
        single=np.array(single, dtype=np.int64),
        quantity=np.array(quantity, dtype=np.int64),
        cell=np.array(cell, dtype=np.int64),
        scale=np.array(scale, dtype=np.float64),
        matrices=times,
        rows=max(rows, 1),
    )


def _cells_of(group: Collection[Member]) -> dict[str, list[int]]:
    """Return the cells of the parameters of which a group has some alone."""
    cells: dict[str, list[int]] = {}
    for member in group:
        if isinstance(member, Part):
            cells.setdefault(member.parameter, []).extend(member.cells)
    return cells


def _parts(
    program: Program, groups: Sequence[Collection[Member]], rows: int
) -> tuple[dict[str, int], int]:
    """Return the first row of each parameter that is made of parts, after others, and the end."""
    places = {}
    for name in dict.fromkeys(name for group in groups for name in _cells_of(group)):
        places[name] = rows
        rows += program.cells(name)
    return places, rows


def _regions(
    program: Program, individual: Collection[str], times: int
) -> tuple[tuple[Integers, Integers, Integers], int]:
    """Return first rows of every quantity in A, in B and in scratch, and the rows in all.

    In order: inputs of A and of B, inputs of individuals, results of A and of B, scratch.
    """
    sizes = np.array([program.cells(name) for name in program.quantities], dtype=np.int64)
    is_input = np.arange(len(sizes)) < len(program.parameters)
    inside = np.array([name in individual for name in program.quantities], dtype=bool)
    drawn, results = is_input & ~inside, ~is_input

    def within(chosen: NDArray[np.bool_]) -> tuple[Integers, int]:
        kept = np.where(chosen, sizes, 0)
        return np.cumsum(kept) - kept, int(kept.sum())

    (at_drawn, n_drawn), (at_inside, n_inside) = within(drawn), within(inside)
    at_results, n_results = within(results)
    above = times * n_drawn
    below = above + n_inside
    fixed = np.where(inside, above + at_inside, 0)
    in_a = np.where(drawn, at_drawn, np.where(results, below + at_results, fixed))
    in_b = np.where(drawn, n_drawn + at_drawn, fixed)
    in_b = np.where(results, below + n_results + at_results, in_b)
    scratch = np.where(results, below + 2 * n_results + at_results, 0)
    rows = below + (n_results if times == 1 else 3 * n_results)
    return (in_a, in_b, scratch), rows


def needed(program: Program, quantities: Sequence[str]) -> NDArray[np.bool_]:
    """Tell for each step whether one of some quantities depends on it."""
    wanted = {*quantities}
    flags = []
    for step in reversed(program.steps):
        flags.append(step.target in wanted)
        if flags[-1]:
            wanted.update(step.inputs)
    return np.array(flags[::-1], dtype=bool)
