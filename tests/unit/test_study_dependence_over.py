"""The labels of one parameter, drawn together: from the study file to exact variances."""

import numpy as np
import pytest
from scipy import special

from mcsus.analysis.first_order import propagate
from mcsus.dependence.correlation import rank_from_normal
from mcsus.engine.inputs import cell_points, streams_of
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.engine.plans import Quantity
from mcsus.errors import InputError
from mcsus.report.sections.dependence import _told
from mcsus.runner import check, run
from mcsus.streams import points
from mcsus.study import Study

ABOUT = {"unit": "1", "source": "assumed", "rationale": "a test"}
YEARS = (2020, 2021, 2022, 2023, 2024)


def normal(mean=0.0, sd=1.0):
    return {"distribution": "normal", "mean": mean, "sd": sd}


def document(table, labels=YEARS, law=normal, **changes):
    """The sum of one parameter over a dim, and of another."""
    by = {str(label): law() for label in labels}
    return {
        "schema": "mcsus/1",
        "id": "over",
        "dims": {"year": list(labels), "site": ["north", "south"]},
        "parameters": {
            "x": {**ABOUT, "shared": [], "by": {"year": by}},
            "z": {**ABOUT, **normal(0, 2)},
        },
        "equations": {"y": {"formula": "sum(x, over=year) + z", "unit": "1"}},
        "outputs": {"y": "1"},
        "design": {"draws": 2**13, "replicates": 8},
        "sensitivity": {"methods": []},
        "dependence": [{"parameters": ["x"], "over": "year", "copula": "gaussian"} | table],
    } | changes


def matrix_of(table, labels=YEARS, **changes):
    return np.array(Study.from_dict(document(table, labels, **changes)).dependence[0].correlation)


def test_the_variance_of_a_sum_of_five_autocorrelated_normals():
    """Exact: the sum of 0.6^|i - j| over all pairs; 11.55 where independent years have 5."""
    table = {"autocorrelation": 0.6}
    exact = sum(0.6 ** abs(i - j) for i in range(5) for j in range(5)) + 4
    study, model = check(Study.from_dict(document(table)))
    assert propagate(model, ["y"], study.mixes)["y"].sd[0] == pytest.approx(np.sqrt(exact))
    cell = run(study).to_dict()["outputs"]["y"]["cells"][0]
    assert abs(cell["sd"]["value"] - np.sqrt(exact)) < 5 * cell["sd"]["error"]
    assert cell["sd"]["error"] < 0.01


@pytest.mark.parametrize("number", [0.3, -0.2])
def test_one_correlation_between_all_labels(number):
    cell = run(Study.from_dict(document({"correlation": number}))).to_dict()["outputs"]["y"][
        "cells"
    ][0]
    exact = np.sqrt(5 + 20 * number + 4)
    assert abs(cell["sd"]["value"] - exact) < 5 * cell["sd"]["error"]
    assert cell["sd"]["error"] < 0.01


def test_the_distance_of_labels_counts():
    """Even labels by their places, whatever the step; uneven ones by the nearest two; texts too."""
    even = 0.6 ** np.abs(np.subtract.outer(range(4), range(4)))
    table = {"autocorrelation": 0.6}
    for labels in ([2020, 2021, 2022, 2023], [2020, 2030, 2040, 2050], [0.1, 0.2, 0.3, 0.4]):
        np.testing.assert_array_equal(matrix_of(table, labels), even)
    np.testing.assert_array_equal(matrix_of(table, ["d", "a", "c", "b"]), even)
    found = matrix_of(table, [2025, 2030, 2050])
    np.testing.assert_allclose(found, [[1, 0.6, 0.6**5], [0.6, 1, 0.6**4], [0.6**5, 0.6**4, 1]])
    found = matrix_of({"autocorrelation": -0.5}, [0, 1, 3])
    np.testing.assert_allclose(found, [[1, -0.5, -0.125], [-0.5, 1, 0.25], [-0.125, 0.25, 1]])


def test_a_matrix_and_ranks():
    matrix = [[1, 0.5, 0.1], [0.5, 1, 0.5], [0.1, 0.5, 1]]
    labels = YEARS[:3]
    np.testing.assert_array_equal(matrix_of({"correlation": matrix}, labels), matrix)
    found = rank_from_normal(matrix_of({"rank_correlation": matrix}, labels))
    np.testing.assert_allclose(found, matrix, atol=1e-12)


def test_the_kernel_is_the_plain_path_and_labels_of_other_dims_are_apart():
    """x over site and year: years of a site hang together, sites do not."""
    by = {site: {"by": {"year": {str(y): normal(1, 2) for y in YEARS}}}
          for site in ("north", "south")}  # fmt: skip
    parameters = {"x": {**ABOUT, "shared": [], "by": {"site": by}}}
    study, model = check(Study.from_dict(document(
        {"autocorrelation": 0.6}, parameters=parameters,
        equations={"y": {"formula": "1*x", "unit": "1"}},
    )))  # fmt: skip
    positions = stream_positions({p.name: p for p in study.parameters})
    kernel = Kernel(model, positions, study.mixes)
    out = kernel.run(kernel.plan([Quantity("y")]), study.design, 1)[:, 0]
    cells = model.parameters["x"].cells
    keys = streams_of(cells, study.mixes)
    u = points(study.design, [positions[k] for k in keys], keys, 1, 0, study.design.draws)
    drawn = cell_points(cells, study.mixes, dict(zip(keys, u.T, strict=True)))
    wanted = np.stack([c.law.quantile(x) for c, x in zip(cells, drawn, strict=True)])
    np.testing.assert_allclose(out, wanted, rtol=1e-9, atol=1e-12)
    labels = [model.dims[dim] for dim in model.parameters["x"].dims]
    assert labels == [YEARS, ("north", "south")]
    year, site = (k.ravel() for k in np.indices((5, 2)))
    exact = np.where(site[:, None] == site, 0.6 ** np.abs(year[:, None] - year), 0)
    np.testing.assert_allclose(np.corrcoef(out), exact, atol=5 / np.sqrt(2**13))


def test_a_t_copula_over_labels():
    study = Study.from_dict(document(
        {"copula": "student_t", "df": 4, "autocorrelation": 0.6},
        equations={"y": {"formula": "1*x", "unit": "1"}},
    ))  # fmt: skip
    _, model = check(study)
    kernel = Kernel(model, stream_positions({p.name: p for p in study.parameters}), study.mixes)
    out = kernel.run(kernel.plan([Quantity("y")]), study.design, 0)[:, 0]
    rank = np.corrcoef(special.ndtr(out))
    assert rank[0, 1] == pytest.approx(6 / np.pi * np.arcsin(0.3), abs=0.03)  # near the normal's
    assert rank[0, 4] < 0.2


def test_the_labels_are_one_input_of_the_indices():
    """x is one group anyway: its share of the variance is exact, and no caution is needed."""
    changed = document({"autocorrelation": 0.6})
    del changed["sensitivity"]
    study = Study.from_dict(changed)
    assert not study.sensitivity.groups
    assert not [one for one in study.cautions if one.kind == "dependent"]
    [cell] = run(study).to_dict()["sensitivity"]["y"]["cells"]
    of_x = sum(0.6 ** abs(i - j) for i in range(5) for j in range(5))
    for name, exact in (("x", of_x / (of_x + 4)), ("z", 4 / (of_x + 4))):
        for key in ("S1", "ST"):
            found = cell["indices"][name][key]
            assert abs(found["value"] - exact) < 5 * found["error"] + 1e-9


def test_a_parameter_that_is_held_leaves_and_a_study_reads_back():
    study = Study.from_dict(document({"autocorrelation": 0.6}))
    assert Study.from_dict(study.to_dict()).mixes == study.mixes
    assert study.with_changes(pins={"x": "2"}).dependence == ()
    one = study.with_changes(pins={"x[2021]": "2"})
    assert one.mixes == study.mixes


def test_it_is_told_on_the_page():
    def told(table, **changes):
        made = Study.from_dict(document(table, **changes))
        (group,) = made.dependence
        return _told(group._asdict())

    assert told({"autocorrelation": 0.6}, labels=range(8)) == (
        "x over year: gaussian copula, correlation of normal scores of neighbours 0.600."
    )
    assert told({"correlation": 0.3}).endswith("over year: gaussian copula, correlation of "
                                               "normal scores 0.3.")  # fmt: skip


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"autocorrelation": 1}, "found 1; allowed: a number above -1 and below 1; for 1 copula"),
        ({"autocorrelation": "0.6"}, "a finite number"),
        ({"autocorrelation": 0.6, "correlation": 0.2}, "found correlation and autocorrelation"),
        ({}, "either correlation or rank_correlation or autocorrelation"),
        ({"correlation": -0.3}, "-0.3 between each two of 5"),
        ({"correlation": [[1, 0.2], [0.2, 1]]}, "5 rows of 5 numbers"),
        ({"over": "site", "correlation": 0.2}, "'site', over which 'x' has no labels"),
        ({"over": "yaer", "correlation": 0.2}, "did you mean 'year'"),
        ({"parameters": ["x", "z"], "correlation": 0.2}, "2 parameters with over"),
        ({"parameters": ["z"], "correlation": 0.2}, "over which 'z' has no labels"),
        ({"copula": "countermonotone"}, "two labels"),
        ({"copula": "comonotone", "autocorrelation": 0.5}, "it has no number to choose"),
    ],
)
def test_refused(table, words):
    with pytest.raises(InputError) as caught:
        Study.from_dict(document(table))
    assert words in str(caught.value)


def test_other_refusals():
    with pytest.raises(InputError, match="autocorrelation of parameters"):
        Study.from_dict(document({}, dependence=[
            {"parameters": ["x", "z"], "copula": "gaussian", "autocorrelation": 0.5}]))  # fmt: skip
    with pytest.raises(InputError, match="no multiples of the smallest"):
        Study.from_dict(document({"autocorrelation": -0.5}, labels=[0, 2, 5]))
    changed = document({"autocorrelation": 0.5})
    changed["parameters"]["x"]["shared"] = ["year"]
    with pytest.raises(InputError, match="is one value; allowed: a dim that is not shared"):
        Study.from_dict(changed)
    table = {"parameters": ["x"], "over": "year", "copula": "gaussian", "correlation": 0.2}
    with pytest.raises(InputError, match=r"'x'.*whose value is that of 'x' in dependence 1"):
        Study.from_dict(document({}, dependence=[table, table]))
