"""What a check tells of a study: what will run, on what it rests, and what has no effect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Sized

from mcsus.model import Model
from mcsus.result.wording import shortened
from mcsus.runner.applying import told_evaluations
from mcsus.runner.size import LONG, size_of
from mcsus.study import Study
from mcsus.study.conditional import is_written
from mcsus.study.told_files import files_of

_NAMED = 6  # inputs of a line
_KINDS = {"sobol": "Sobol\u2019 points", "monte_carlo": "random draws"}


def told(study: Study, model: Model) -> Iterator[str]:
    """Yield the lines that ``mcsus check`` prints of a valid study."""
    used = [name for name in model.inputs if is_written(name)]
    yield (
        f"{study.id}: valid. {_many(study.outputs, 'output')}, "
        f"{_many(model.equations, 'equation')}, {_many(used, 'input')}, "
        f"{_many(study.claims, 'claim')}."
    )
    for each in files_of(study.document):
        columns = ", ".join(each["columns"])
        yield f"Read {each['file']}: {each['rows']:,} rows, {columns}; {each['sha256']}."
    design = study.design
    yield (
        f"Will draw {design.draws * design.replicates:,} times: {design.draws:,} "
        f"{_KINDS.get(str(design.kind), str(design.kind))} in each of "
        f"{_many(range(design.replicates), 'replicate')}."
    )
    if (size := size_of(study, model)).seconds > LONG:
        yield f"It is large: {size.text}."
    if costs := told_evaluations(study, model):
        yield costs
    yield from _inputs(study, model, used)


def _many(what: Sized, noun: str) -> str:
    return f"{len(what):,} {noun}{'' if len(what) == 1 else 's'}"


def _inputs(study: Study, model: Model, used: Sequence[str]) -> Iterator[str]:
    known = {name: model.parameters[name] for name in used}
    assumed = [
        name
        for name, own in known.items()
        if any(cell.provenance.evidence == "assumed" for cell in own.cells)
    ]
    constant = [name for name, own in known.items() if own.is_constant]
    asked = [*study.outputs, *(claim.equation.name for claim in study.claims)]
    reaching = set(model.upstream(asked))
    idle = [name for name in known if name not in reaching]
    idle += [own.where for own in study.cautions if own.kind == "unused" and own.where not in idle]
    for what, names in (
        ("Assumed, without a source", assumed),
        ("Without a spread", constant),
        ("Reaches no output and no claim", idle),
    ):
        if names:
            yield f"{what}: {len(names)} of {len(used)} inputs ({shortened(names, _NAMED)})."
