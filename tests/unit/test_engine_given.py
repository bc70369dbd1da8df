"""Points that are given: the third way beside Sobol' and Monte Carlo, mixed and mapped as ever."""

import numpy as np
import pytest

from mcsus.engine.inputs import cell_points, scale_positions
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.engine.plans import Quantity
from mcsus.errors import InputError
from mcsus.model import evaluate
from mcsus.runner import check
from mcsus.streams import Design, points
from mcsus.study import Study
from tests.unit import test_individuals
from tests.unit.test_study_dependence import JOINED, document

NAMES = ["part", "total"]
QUANTITIES = [Quantity(name) for name in NAMES]
DESIGN = Design("sobol", 2048, 2, seed=4)


def prepared(found):
    study, model = check(Study.from_dict(found))
    positions = stream_positions({p.name: p for p in study.parameters})
    return study, model, positions, Kernel(model, positions, study.mixes)


def sobol(study, positions, kernel, mark=""):
    """The scrambled Sobol' points of A, or with a mark of B, by the reference."""
    scales = scale_positions(study.mixes)
    own = {key: p + len(positions) * bool(mark) for key, p in positions.items()}
    own |= {key: p - bool(mark) for key, p in scales.items()}
    keys = [key + mark for key in kernel.streams]
    return points(DESIGN, [own[key] for key in kernel.streams], keys, 1, 0, DESIGN.draws)


@pytest.mark.parametrize("dependence", JOINED)
@pytest.mark.parametrize("groups", [None, [{"a", "b", "c", "d", "e"}, {"f"}]])
def test_given_sobol_points_give_the_bits_of_the_design(dependence, groups):
    study, _, positions, kernel = prepared(document(dependence))
    plan = kernel.plan(QUANTITIES, groups)
    cube = sobol(study, positions, kernel)
    if groups:
        cube = np.hstack([cube, sobol(study, positions, kernel, "|matrix=B")])
    whole = kernel.run(plan, DESIGN, 1)
    assert (kernel.run_at(plan, cube) == whole).all()
    for count in (0, 1, 3, 1000, 1025):
        assert (kernel.run_at(plan, cube[:count]) == whole[:, :, :count]).all(), count


@pytest.mark.parametrize("dependence", [[], *JOINED])
def test_any_points_are_those_of_the_plain_path(dependence):
    study, model, _, kernel = prepared(document(dependence))
    cube = np.random.default_rng(8).uniform(0.001, 0.999, (300, len(kernel.streams)))
    known = dict(zip(kernel.streams, cube.T, strict=True))
    values = {}
    for name in model.inputs:
        cells = model.parameters[name].cells
        drawn = zip(cells, cell_points(cells, study.mixes, known), strict=True)
        columns = [cell.law.quantile(u) * cell.unit.factor for cell, u in drawn]
        values[name] = model.laid_out(np.stack(columns, axis=1), name)
    wanted = evaluate(model, values)
    got = kernel.run_at(kernel.plan(QUANTITIES), cube)[:, 0]
    flat = [wanted[name].reshape(len(cube), -1).T for name in NAMES]
    np.testing.assert_allclose(got, np.concatenate(flat), rtol=1e-9)


def test_a_column_moves_its_parameter_alone():
    _, _, _, kernel = prepared(document([]))
    plan = kernel.plan([Quantity(name) for name in ("a", "f")])
    cube = np.full((2, len(kernel.streams)), 0.5)
    cube[1, kernel.columns("f")] = 0.7
    out = kernel.run_at(plan, cube)[:, 0]
    assert out[0, 0] == out[0, 1]
    assert (out[1:, 0] < out[1:, 1]).all()


@pytest.mark.slow
def test_individuals_are_those_of_a_design():
    study, _, positions, kernel = prepared(test_individuals.document())
    plan = kernel.plan([Quantity("total")])
    got = kernel.run_at(plan, sobol(study, positions, kernel), DESIGN, 1)
    assert (got == kernel.run(plan, DESIGN, 1)).all()


@pytest.mark.parametrize("value", [0.0, 1.0, -0.1, np.nan])
def test_points_outside_the_open_cube_are_refused(value):
    _, _, _, kernel = prepared(document([]))
    cube = np.full((2, len(kernel.streams)), 0.5)
    cube[1, 1] = value
    with pytest.raises(InputError, match="strictly between 0 and 1"):
        kernel.run_at(kernel.plan(QUANTITIES), cube)


def test_other_shapes_are_refused():
    _, _, _, kernel = prepared(document([]))
    with pytest.raises(InputError, match=r"\(draw, 8\)"):
        kernel.run_at(kernel.plan(QUANTITIES), np.full((2, 5), 0.5))
