"""Every family in words: a report is written whatever law an input has."""

import pytest

from mcsus.cli import run_command
from mcsus.families import FAMILIES, distribution
from mcsus.result.law_words import law_text

LAWS = {
    "constant": {"value": 2},
    "uniform": {"minimum": 1, "maximum": 2},
    "loguniform": {"minimum": 1, "maximum": 20},
    "triangular": {"minimum": 1, "mode": 2, "maximum": 3},
    "pert": {"minimum": 1, "mode": 2, "maximum": 3, "shape": 6},
    "normal": {"mean": 1, "sd": 2},
    "lognormal": {"median": 1, "gsd": 2},
    "beta": {"alpha": 2, "beta": 3, "minimum": 1, "maximum": 4},
    "gamma": {"shape": 2, "scale": 3},
    "weibull": {"shape": 2, "scale": 3},
    "gumbel": {"mode": 2, "scale": 3},
    "exponential": {"mean": 2},
    "student_t": {"df": 4, "location": 1, "scale": 2},
    "bernoulli": {"probability": 0.25},
    "discrete": {"values": [1, 2], "weights": [0.25, 0.75]},
    "empirical": {"values": list(range(1, 10))},
    "quantiles": {"probabilities": [0.1, 0.5, 0.9], "values": [1, 2, 4]},
    "mixture": {
        "components": [
            {"distribution": "constant", "value": 0},
            {"distribution": "normal", "mean": 3, "sd": 1},
        ],
        "weights": [0.4, 0.6],
    },
    "scipy": {"name": "pareto", "arguments": {"b": 3}},
}
FORMS = [
    ("normal", {"low": 1, "high": 3, "coverage": 0.9}, "normal: 90 % between 1 and 3"),
    ("lognormal", {"mean": 2, "sd": 1}, "lognormal: mean 2, SD 1"),
    (
        "lognormal",
        {"median": 2, "pedigree": [2, 3, 1, 2, 3], "basic_gsd2": 1.05},
        "lognormal: median",
    ),
    ("beta", {"low": 0.2, "high": 0.6, "coverage": 0.9}, "beta: 90 % between 0.2 and 0.6"),
    ("mixture", LAWS["mixture"], "(constant: 0), (normal: mean 3, standard deviation 1)"),
    ("empirical", LAWS["empirical"], "1, 2, 3, 4, 5, 6 and 3 more"),
]


def test_every_family_is_here():
    assert set(LAWS) == set(FAMILIES)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_law_is_told_in_words(family):
    text = law_text(distribution(family, **LAWS[family]).to_dict())
    assert text
    assert "{" not in text
    assert "[" not in text


@pytest.mark.parametrize(("family", "parameters", "words"), FORMS)
def test_other_forms(family, parameters, words):
    assert words.lower() in law_text(distribution(family, **parameters).to_dict()).lower()


def test_a_study_of_every_family_is_run_and_reported(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    lines = ['schema = "mcsus/1"', 'id = "all"']
    every = [*LAWS.items(), *((family, parameters) for family, parameters, _ in FORMS)]
    names = [f"x{k}" for k in range(len(every))]
    for name, (family, parameters) in zip(names, every, strict=True):
        lines += [f"[parameters.{name}]", f'distribution = "{family}"']
        lines += ['unit = "1"', 'source = "a test"']
        for key, value in parameters.items():
            if key == "components":
                lines.append('components = [{ distribution = "constant", value = 0 }, '
                             '{ distribution = "normal", mean = 3, sd = 1 }]')  # fmt: skip
            elif key == "arguments":
                lines.append("arguments = { b = 3 }")
            else:
                lines.append(f"{key} = {value!r}".replace("'", '"'))
    lines += ["[equations]", f'y = {{ formula = "{" + ".join(names)}", unit = "1" }}']
    lines += ["[outputs]", 'y = "1"', "[design]", "draws = 256", "replicates = 2"]
    lines += ["[[dependence]]", 'parameters = ["x5", "x6"]', 'copula = "student_t"', "df = 4"]
    lines += ["correlation = 0.5"]
    (tmp_path / "all.toml").write_text("\n".join(lines), encoding="utf-8")
    assert run_command(["run", "all.toml"]) == 0, capsys.readouterr().err
    page = (tmp_path / "runs" / "all" / "report" / "index.html").read_text(encoding="utf-8")
    assert "x5 and x6: student t copula with 4 degrees of freedom" in page
