"""A population inside, doubt outside: whole distributions of what differs, with their doubt."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mcsus import InputError, load_result
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.engine.plans import Quantity
from mcsus.report import write_report
from mcsus.runner import check, run
from mcsus.runner.populations import _Populations, populations
from mcsus.study import Study
from tests.conftest import make_document

TYPICAL, SITE = np.log(1.3), np.log(1.6)  # sd of logarithms: of the doubt, of the population
ERRORS = 4  # standard errors


def written(*, with_dim, **tables):
    """Sites of a lognormal law, whose median is itself lognormal."""
    dims = {"d": ["a", "b"]} | ({"individual": {"draws": 256}} if with_dim else {})
    own = {"distribution": "uniform", "minimum": 0}
    return make_document(
        {
            "typical": ("lognormal", 10, 1.3),
            "site": {
                "distribution": "lognormal",
                "median": "typical",
                "gsd": 1.6,
                "kind": "variability",
            },
            "k": {
                "unit": "1",
                "source": "a test",
                "by": {"d": {"a": {**own, "maximum": 1}, "b": {**own, "maximum": 2}}},
            },
        },
        {"each": "k*site", "all": "mean(each, over=individual)" if with_dim else "each"},
        ["all"],
        dims=dims,
        **{"population": {"quantities": ["each"]}, "design": {"replicates": 8}} | tables,
    )


def parts(document):
    study, model = check(Study.from_dict(document))
    kernel = Kernel(model, stream_positions({p.name: p for p in study.parameters}))
    return study, model, kernel


@pytest.fixture(scope="module")
def made():
    return parts(written(with_dim=True))


def test_quantiles_over_doubt_of_quantiles_of_the_population(made):
    """Both laws are lognormal, so that each is exp of a sum of two normal quantiles."""
    data = populations(made[0], made[2])["populations/site"]
    shares, doubts = data["population_share"].values, data["quantile"].values

    def exact(step):  # in ranks
        logs = SITE * stats.norm.ppf(shares + step)[:, np.newaxis]
        return 10 * np.exp(logs + TYPICAL * stats.norm.ppf(doubts + step))

    most = (exact(1 / 512) - exact(-1 / 512)) / 2  # ranks of 256 points are known to half of one
    most += ERRORS * data["population_quantiles_error"].values
    assert (np.abs(data["population_quantiles"].values - exact(0.0)) < most).all()
    within, between = np.expm1(SITE**2), np.expm1(TYPICAL**2)
    part = within * (1 + between) / (within * (1 + between) + between)
    assert float(data["population_part"]) == pytest.approx(part, abs=0.02)


def test_populations_are_those_that_the_run_averages_over(made):
    """The mean of each population is what compiled code makes of the same draws."""
    study, model, kernel = made
    values = _Populations(study, model, ["each"]).values(1)["each"]
    plan = kernel.plan([Quantity("all")])
    known = kernel.run(plan, study.design, 1)[:, 0, : len(values)]
    np.testing.assert_allclose(values.mean(axis=1).T, known, rtol=1e-12)


def test_a_study_without_individuals_is_told_the_same(made):
    """What varies is drawn apart: the same points make the same populations."""
    study, _, kernel = parts(written(with_dim=False))
    told, wanted = populations(study, kernel), populations(made[0], made[2])
    assert list(told) == list(wanted) == ["populations/each", "populations/site"]
    for name in told:
        np.testing.assert_allclose(
            told[name]["population_quantiles"], wanted[name]["population_quantiles"], rtol=1e-12
        )


@pytest.mark.parametrize(
    ("table", "where", "found"),
    [
        ({"quantities": ["eech"]}, "quantities", "'eech'"),
        ({"quantities": ["all"]}, "quantities", "'all', in which individuals do not differ"),
        ({"quantities": ["typical"]}, "quantities", "'typical', in which individuals"),
        ({"individuals": 3}, "individuals", "3"),
        ({"individuals": True}, "individuals", "true"),
        ({"quantity": ["each"]}, "quantity", "an unknown key"),
    ],
)
def test_faults_have_their_place(table, where, found):
    with pytest.raises(InputError) as raised:
        check(Study.from_dict(written(with_dim=True, population=table)))
    assert f"population.{where}: found" in str(raised.value)
    assert found.lower() in str(raised.value).lower()


@pytest.mark.slow
def test_populations_are_told_saved_and_shown(tmp_path):
    result = run(Study.from_dict(written(with_dim=True)))
    result.save(tmp_path)
    told = load_result(tmp_path).to_dict()["populations"]
    assert told == result.to_dict()["populations"]
    assert told["site"]["individuals"] == 256
    first = told["each"]["cells"][0]
    assert first["labels"] == {"d": "a"}
    assert [row["share"] for row in first["quantiles"]] == [0.05, 0.25, 0.5, 0.75, 0.95]
    page = write_report(result, tmp_path / "page").read_text(encoding="utf-8")
    assert "Who differs, and what is doubt?" in page
    rows = (tmp_path / "page" / "population_each.csv").read_text().splitlines()
    assert rows[0] == "output,d,unit,what,share,at,value"
