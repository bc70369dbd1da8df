"""Laws are data: a kernel with other laws gives the bits of one that was compiled with them."""

from dataclasses import replace

import numpy as np
import pytest

from mcsus.engine import store
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.engine.plans import Quantity
from mcsus.errors import InputError
from mcsus.families import distribution
from mcsus.runner import check
from mcsus.streams import Design
from mcsus.study import Study
from tests.unit.test_individuals import document, law


def prepared(parameters, **changes):
    study, model = check(Study.from_dict(document(**changes, parameters=parameters)))
    return model, Kernel(model, stream_positions({p.name: p for p in study.parameters}))


def cells(model, name, *laws):
    old = model.parameters[name]
    new = tuple(replace(cell, law=new) for cell, new in zip(old.cells, laws, strict=True))
    return {name: replace(old, cells=new)}


PARAMETERS = document()["parameters"]
QUANTITIES = [Quantity("total"), Quantity("fleet"), Quantity("mean_mass")]
GROUPS = [{"factor"}, {"decline"}]


@pytest.mark.parametrize("design", [Design("sobol", 512, 2, 3), Design("monte_carlo", 300, 2, 3)])
@pytest.mark.parametrize("groups", [None, GROUPS])
@pytest.mark.parametrize(
    ("name", "new"),
    [
        ("factor", law("lognormal", "uncertainty", median=3.0, gsd=1.2)),
        ("factor", law("beta", "uncertainty", alpha=2.0, beta=3.0)),  # another loop
        ("factor", law("constant", "uncertainty", value=3.0)),
        ("mass", law("lognormal", "variability", median=1.5, gsd=1.1)),  # of individuals
    ],
)
def test_exchanged_laws_give_the_bits_of_a_new_kernel(name, new, groups, design):
    model, kernel = prepared(PARAMETERS)
    there, wanted = prepared(PARAMETERS | {name: new})
    plan = kernel.plan(QUANTITIES, groups)
    before = kernel.run(plan, design, 1)
    changed = kernel.with_laws({name: there.parameters[name]})
    got = changed.run(plan, design, 1)
    assert (got == wanted.run(wanted.plan(QUANTITIES, groups), design, 1)).all()
    assert (got != before).any()
    assert (kernel.run(plan, design, 1) == before).all()  # the first one is as it was
    again = changed.with_laws({name: model.parameters[name]})
    assert (again.run(plan, design, 1) == before).all()


def test_nothing_is_compiled_where_the_loops_are_there(monkeypatch):
    model, kernel = prepared(PARAMETERS)
    monkeypatch.setattr(store, "_loaded", None)  # whoever asks for code fails
    narrow = cells(model, "factor", distribution("lognormal", median=2.0, gsd=1.01))
    out = kernel.with_laws(narrow).run(kernel.plan(QUANTITIES[:1]), Design("sobol", 256, 1, 0), 0)
    assert np.isfinite(out).all()


def test_points_are_prepared_once():
    model, kernel = prepared(PARAMETERS)
    plan, design = kernel.plan(QUANTITIES), Design("sobol", 256, 1, 0)
    other = kernel.with_laws(cells(model, "factor", distribution("uniform", minimum=1, maximum=2)))
    assert other.points(plan, design, 0).table is kernel.points(plan, design, 0).table
    assert other.points(plan, design, 1).table is not kernel.points(plan, design, 0).table


def test_what_is_more_than_a_law_is_refused():
    model, kernel = prepared(PARAMETERS)
    with pytest.raises(InputError, match=r"factr.*a parameter of the model.*factor"):
        kernel.with_laws({"factr": model.parameters["factor"]})
    with pytest.raises(InputError, match="cells of other streams"):
        kernel.with_laws({"factor": model.parameters["decline"]})
    with pytest.raises(InputError, match="spread between individuals"):
        kernel.with_laws(cells(model, "mass", distribution("constant", value=1)))
