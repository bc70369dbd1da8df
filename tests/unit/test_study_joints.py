"""Joints: parameters that are columns of one file, of which a row is drawn at a time."""

import math

import numpy as np
import pytest

from mcsus.analysis.first_order import propagate
from mcsus.engine.inputs import cell_values
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.engine.plans import Quantity
from mcsus.errors import InputError
from mcsus.families import distribution
from mcsus.report.reading import Reading
from mcsus.report.sections.dependence import Dependence
from mcsus.runner import Run, check, run
from mcsus.study import Study, joints

ROWS = 500


@pytest.fixture(scope="module")
def posterior():
    generator = np.random.default_rng(3)
    slope = generator.normal(2, 0.5, ROWS)
    return slope, 10 - 3 * slope + generator.gamma(2, 0.4, ROWS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, posterior):
    folder = tmp_path_factory.mktemp("joint")
    rows = (
        f"{b!r},{a!r},{k % 5}"
        for k, (b, a) in enumerate(zip(*map(np.ndarray.tolist, posterior), strict=True))
    )
    (folder / "posterior.csv").write_text("b,a,w\n" + "\n".join(rows))
    return folder


X = {"distribution": "uniform", "minimum": 3, "maximum": 4, "unit": "1", "source": "s"}
ABOUT = {"unit": "1", "source": "our fit"}


def document(formula="slope*x + intercept", joint=None, parameters=None, **tables):
    columns = {"slope": "b", "intercept": "a"}
    return {
        "schema": "mcsus/1",
        "id": "line",
        "parameters": {"slope": ABOUT, "intercept": ABOUT, "x": X, **(parameters or {})},
        "joint": {"posterior": {"file": "posterior.csv", "columns": columns, **(joint or {})}},
        "equations": {"y": {"formula": formula, "unit": "1"}},
        "outputs": {"y": "1"},
        "design": {"draws": 2**12, "replicates": 8},
        **tables,
    }


@pytest.fixture
def read(folder):
    return lambda *args, **tables: Study.from_dict(document(*args, **tables), "s", folder)


def refused(tables, folder):
    with pytest.raises(InputError) as caught:
        Study.from_dict(tables, "study.toml", folder)
    return str(caught.value)


def values_of(study, names, design=None):
    """Return draws of some quantities in base units, as the compiled kernel makes them."""
    study, model = check(study)
    kernel = Kernel(model, stream_positions({p.name: p for p in study.parameters}), study.mixes)
    return kernel, kernel.run(kernel.plan([*map(Quantity, names)]), design or study.design, 0)[:, 0]


def test_rows_stay_together_in_kernel_and_reference(read, posterior):
    study = read()
    kernel, (slope, intercept) = values_of(study, ["slope", "intercept"])
    rows = set(zip(*map(np.ndarray.tolist, posterior), strict=True))
    drawn = list(zip(slope.tolist(), intercept.tolist(), strict=True))
    assert set(drawn) == rows
    draws, most = len(drawn), 0
    for row in rows:
        most = max(most, abs(drawn.count(row) - draws / ROWS))
    assert most < 2  # each row takes an interval of one stream, of which the points fall evenly
    for draw in (0, 1, 77):
        one = kernel.values_at(["slope", "intercept"], study.design, 0, draw)
        assert (one["slope"][0], one["intercept"][0]) == drawn[draw]


def test_means_spreads_and_the_correlation_are_those_of_the_rows(read, posterior):
    _, (slope, intercept) = values_of(read(), ["slope", "intercept"])
    rows = np.array(posterior)
    # every row counts 1/500 within 2/4096: the largest error of a mean of these sizes
    within = ROWS * 2 / 2**12
    for found, exact in zip((slope, intercept), rows, strict=True):
        size = np.abs(exact - exact.mean()).mean()
        assert abs(found.mean() - exact.mean()) < within * size
    found, exact = np.corrcoef(slope, intercept)[0, 1], np.corrcoef(rows)[0, 1]
    assert abs(found - exact) < 0.01
    assert exact < -0.9


def test_a_line_over_the_rows_has_the_distribution_of_its_rows(read, posterior):
    """At a fixed x the output is the empirical law of slope*x + intercept, row by row."""
    fixed = {"x": {"distribution": "constant", "value": 3.5, "unit": "1", "source": "s"}}
    [cell] = run(read(parameters=fixed)).to_dict()["outputs"]["y"]["cells"]
    slope, intercept = posterior
    law = distribution("empirical", values=(slope * 3.5 + intercept).tolist())
    assert cell["mean"]["value"] == pytest.approx(law.mean(), abs=5 * cell["mean"]["error"] + 1e-4)
    assert cell["sd"]["value"] == pytest.approx(law.sd(), rel=2e-3)
    for told in cell["quantiles"]:
        near = [law.quantile(told["p"] + step / 2**12) for step in (-3, 3)]
        assert near[0] <= told["value"] <= near[1]
    assert cell["deterministic"] == pytest.approx(slope.mean() * 3.5 + intercept.mean())


def test_indices_are_of_the_joint_as_one(read, posterior):
    """Exact: y = b x + a, E(y | b, a) = 3.5 b + a, E(y | x) = E(b) x + E(a)."""
    slope, intercept = posterior
    result = run(read(sensitivity={"draws": 2**12}))
    assert result.provenance["groups"] == {"posterior": ["intercept", "slope"], "x": ["x"]}
    [cell] = result.to_dict()["sensitivity"]["y"]["cells"]
    of_rows, of_x = (3.5 * slope + intercept).var(), slope.mean() ** 2 / 12
    total = of_rows + of_x + slope.var() / 12
    exact = {
        "posterior": (of_rows, of_rows + slope.var() / 12),
        "x": (of_x, of_x + slope.var() / 12),
    }
    for name, parts in exact.items():
        for key, part in zip(("S1", "ST"), parts, strict=True):
            found = cell["indices"][name][key]
            assert found["value"] == pytest.approx(part / total, abs=5 * found["error"] + 1e-3)


def test_groups_hold_a_joint_whole_or_not_at_all(read):
    def grouped(**sensitivity):
        return run(read(sensitivity={"draws": 256, **sensitivity}), draws=256).provenance["groups"]

    whole = {"line": ["slope", "intercept", "x"]}
    assert grouped(groups=whole) == {"line": ["intercept", "slope", "x"]}
    assert list(grouped(group_by="source")) == ["posterior", "s"]
    for groups in ({"some": ["slope", "x"]}, {"posterior": ["x"]}):
        with pytest.raises(InputError, match="all of them, as they are drawn together"):
            run(read(sensitivity={"groups": groups}))


def test_first_order_propagation_takes_the_covariance_of_the_rows(read, posterior):
    study, model = check(read())
    slope, intercept = posterior
    found = propagate(model, ["y"], study.mixes)["y"]
    variance = (3.5 * slope + intercept).var() + slope.mean() ** 2 / 12
    assert float(found.sd[0]) == pytest.approx(math.sqrt(variance), rel=1e-6)
    assert float(found.value[0]) == pytest.approx(slope.mean() * 3.5 + intercept.mean())


def test_weights_of_rows(read, posterior):
    weights = np.arange(ROWS) % 5
    fixed = {"x": {"distribution": "constant", "value": 1, "unit": "1", "source": "s"}}
    result = run(read("slope*intercept", {"weights": "w"}, fixed))
    [cell] = result.to_dict()["outputs"]["y"]["cells"]
    exact = np.average(posterior[0] * posterior[1], weights=weights)
    assert cell["mean"]["value"] == pytest.approx(exact, abs=5 * cell["mean"]["error"] + 1e-3)


def test_the_order_of_a_file_says_nothing(folder, read):
    header, *rows = (folder / "posterior.csv").read_text().splitlines()
    (folder / "turned.csv").write_text("\n".join([header, *reversed(rows)]))
    one, other = (run(read(joint={"file": f}), draws=256) for f in ("posterior.csv", "turned.csv"))
    assert one.to_dict()["digest"] == other.to_dict()["digest"]


def test_a_column_for_each_label_is_of_the_same_row(read, posterior):
    columns = {"slope": {"by": {"site": {"A": "b", "B": "a"}}}, "intercept": "a"}
    study = read(
        "sum(slope, over=site) - intercept", {"columns": columns}, dims={"site": ["A", "B"]}
    )
    assert set(study.parameter("slope").streams) == {"joint:posterior"}
    _, [y] = values_of(study, ["y"])
    assert set(np.round(y, 9)) == set(np.round(posterior[0], 9))


def test_a_member_that_is_held_leaves_the_others_as_they_were(read):
    study = read()
    _, [before] = values_of(study, ["intercept"])
    held = study.with_changes(pins={"slope": "2"})
    tables = held.to_dict()
    assert tables["joint"]["posterior"]["apart"] == ["slope"]
    for each in (held, Study.from_dict(tables)):
        _, [slope, intercept] = values_of(each, ["slope", "intercept"])
        assert set(slope) == {2.0}
        assert np.array_equal(intercept, before)
    assert "joint posterior" not in str(held.cautions)


def test_a_law_of_its_own_is_drawn_apart(read):
    study = read()
    other = study.with_laws(slope=distribution("normal", mean=2, sd=1))
    for each in (other, Study.from_dict(other.to_dict())):
        assert each.parameter("slope").streams == ("study:slope",)
        assert each.parameter("intercept").streams == ("joint:posterior",)
        _, (slope, intercept) = values_of(each, ["slope", "intercept"])
        assert abs(np.corrcoef(slope, intercept)[0, 1]) < 5 / math.sqrt(2**12)
    [result] = Run(study).with_laws(slope=distribution("normal", mean=2, sd=1)).results()
    assert result.provenance["groups"].keys() == {"slope", "posterior", "x"}


def test_a_scenario_may_hold_a_member_and_give_it_no_law(read, folder):
    study = read(scenarios=[{"id": "flat", "set": {"slope": {"value": 0, "unit": "1"}}}])
    _, values = values_of(study, ["slope"])
    assert values[0].std() > 0
    assert set(values[1]) == {0.0}
    law = {**X, "minimum": 0}
    tables = document(scenarios=[{"id": "other", "set": {"slope": law}}])
    assert "as its rows are drawn together" in refused(tables, folder)


def test_individuals_take_rows_too(read, posterior):
    dims = {"individual": {"draws": 256}}
    differ = {
        "slope": {**ABOUT, "kind": "variability"},
        "intercept": {**ABOUT, "kind": "variability"},
    }
    study = read("mean(slope*intercept, over=individual)*x/x", parameters=differ, dims=dims)
    kernel, [y] = values_of(study, ["y"])
    points = kernel._streams.individuals("individual", 256, study.design.seed, 0)
    cells = [study.parameter(name).cells[0] for name in ("slope", "intercept")]
    values = cell_values(cells, {}, points)
    assert y == pytest.approx(np.full(len(y), (values[:, 0] * values[:, 1]).mean()))
    exact = (posterior[0] * posterior[1]).mean()
    assert y[0] == pytest.approx(exact, abs=0.2)  # 256 of 500 rows


def test_counted_draws_are_those_of_the_rows(read, posterior):
    fixed = {"x": {"distribution": "constant", "value": 3.5, "unit": "1", "source": "s"}}
    study = read(parameters=fixed, sensitivity={"methods": []})
    [cell] = run(study, draws=2**18, replicates=8).to_dict()["outputs"]["y"]["cells"]
    exact = np.sort(posterior[0] * 3.5 + posterior[1])
    assert cell["quantiles"][0]["value"] == pytest.approx(
        exact[12], abs=1e-6 + np.ptp(exact[11:14])
    )


@pytest.mark.parametrize(
    ("joint", "parameters", "found"),
    [
        ({"columns": {"slope": "beta", "intercept": "a"}}, {}, "unknown column 'beta'"),
        ({"columns": {"slop": "b"}}, {}, "did you mean 'slope'?"),
        ({"columns": {"x": "b"}}, {}, "'distribution' of parameter 'x', whose law is that of"),
        ({"columns": {}}, {}, "columns"),
        ({"columns": {"slope": 3, "intercept": "a"}}, {}, "columns.slope: found 3"),
        ({"column": "b"}, {}, "joint.posterior.column: found an unknown key"),
        ({"weights": "ww"}, {}, "unknown column 'ww'"),
        ({"weights": "a"}, {}, "a number of at least 0"),
        ({"apart": ["slop"]}, {}, "did you mean 'slope'?"),
        ({"apart": ["slope"]}, {}, "parameters.slope.distribution: found nothing"),
        ({}, {"slope": {"unit": "1"}}, "parameters.slope.source"),
        ({}, {"slope": "an.id"}, "joint.posterior.columns.slope: found 'an.id'"),
        ({}, {"posterior": X}, "'posterior', also a parameter"),
        ({"file": "nowhere.csv"}, {}, "no file 'nowhere.csv'"),
    ],
)
def test_what_is_wrong_with_a_joint_is_told_once(folder, joint, parameters, found):
    text = refused(document(joint=joint, parameters=parameters), folder)
    assert found in text
    assert sum("joint.posterior" in line for line in text.splitlines()) <= 1


def test_a_joint_of_too_many_values_is_refused(folder, monkeypatch):
    monkeypatch.setattr(joints, "MAX_VALUES", 999)
    text = refused(document(), folder)
    assert "found 1,000 values in 2 parameters of 500 rows; allowed: at most 999" in text


def test_a_mean_of_a_population_may_be_a_column(read, posterior):
    """With y given the row normal about slope: E y = E slope, var y = var slope + 1."""
    law = {"distribution": "normal", "mean": "slope", "sd": 1, "unit": "1", "source": "s"}
    [cell] = run(read("z + 0*intercept", parameters={"z": law})).to_dict()["outputs"]["y"]["cells"]
    assert cell["mean"]["value"] == pytest.approx(posterior[0].mean(), abs=2e-3)
    assert cell["sd"]["value"] == pytest.approx(math.sqrt(posterior[0].var() + 1), rel=2e-3)


def test_parameters_of_a_joint_have_no_other_dependence(folder):
    tables = document()
    tables["joint"]["again"] = tables["joint"]["posterior"]
    assert "which is a column of joint 'posterior'" in refused(tables, folder)
    table = {"parameters": ["slope", "x"], "copula": "gaussian", "correlation": 0.5}
    assert "drawn by the rows of joint" in refused(document(dependence=[table]), folder)
    dims = {"individual": {"draws": 16}}
    differs = {"slope": {**ABOUT, "kind": "variability"}}
    assert "parameters of one kind" in refused(document(parameters=differs, dims=dims), folder)


def test_one_label_of_a_column_cannot_be_changed(read):
    columns = {"slope": {"by": {"site": {"A": "b", "B": "a"}}}}
    study = read(
        "sum(slope, over=site)", {"columns": columns}, {"intercept": X}, dims={"site": ["A", "B"]}
    )
    with pytest.raises(InputError, match="a law or a value at all labels"):
        study.with_changes(pins={"slope[A]": "2"})


def test_the_page_says_what_is_drawn_together(read, folder):
    result = run(read(), draws=256, replicates=2)
    sentence = Dependence(Reading(result)).context()["dependence"]
    assert sentence == [
        "Slope and intercept: columns of one row of posterior.csv, drawn as posterior."
    ]
    laws = [item["cells"][0]["law"] for item in result.provenance["inputs"]]
    assert laws[0]["columns"] == {"values": "b"}
    assert laws[0]["rows"] == ROWS
