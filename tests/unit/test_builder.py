"""A study from Python alone is that of the file that says the same."""

import subprocess
import sys

import pytest

import mcsus

FILE = """
schema = "mcsus/1"
id = "kettle"
title = "A kettle"
[dims]
country = ["de", "fr"]
[parameters]
energy = { distribution = "lognormal", low = 0.1, high = 0.12, coverage = 0.9, unit = "kWh", source = "assumed", rationale = "given from Python, which says no more of it" }
loss = { distribution = "normal", mean = 10, sd = 1, unit = "%", source = "our meter" }
made = { distribution = "triangular", minimum = 1, mode = 2, maximum = 4, unit = "kg CO2e", source = "assumed", rationale = "like others" }
[parameters.boilings]
distribution = "lognormal"
median = 500
gsd = 1.3
unit = "1"
source = "assumed"
rationale = "given from Python, which says no more of it"
[parameters.grid.by.country]
de = "grid.de.2024"
fr = { distribution = "normal", mean = 60, sd = 5, unit = "g CO2e/kWh", source = "assumed", rationale = "given from Python, which says no more of it" }
[equations]
use = { formula = "energy*(1 + loss)*grid", unit = "kg CO2e" }
footprint = { formula = "use + made/boilings", unit = "kg CO2e" }
[[scenarios]]
id = "old"
[scenarios.set]
energy = { distribution = "constant", value = 0.15, unit = "kWh", source = "assumed", rationale = "given from Python, which says no more of it" }
[outputs]
footprint = "kg CO2e"
[design]
draws = 256
replicates = 2
"""  # noqa: E501


def kettle(**changes):
    given = {
        "title": "A kettle",
        "dims": {"country": ["de", "fr"]},
        "parameters": {
            "energy": "0.1 to 0.12 kWh",
            "loss": {"law": "10 % +- 1 %", "source": "our meter"},
            "made": {"law": ("1 / 2 / 4", "kg CO2e"), "rationale": "like others"},
            "boilings": mcsus.distribution("lognormal", median=500, gsd=1.3),
            "grid": {"by": {"country": {"de": "grid.de.2024", "fr": "60 +- 5 g CO2e/kWh"}}},
        },
        "equations": {
            "use": (lambda energy, loss, grid: energy * (1 + loss) * grid, "kg CO2e"),
            "footprint": "use + made/boilings [kg CO2e]",
        },
        "scenarios": [{"id": "old", "set": {"energy": (0.15, "kWh")}}],
        "design": {"draws": 256, "replicates": 2},
    }
    return mcsus.study("kettle", **{**given, **changes})


@pytest.fixture
def of_file(tmp_path):
    path = tmp_path / "kettle.toml"
    path.write_text(FILE, encoding="utf-8")
    return mcsus.load_study(path)


def test_it_is_the_study_of_the_file_that_says_the_same(of_file, tmp_path):
    built = kettle()
    assert list(built.outputs) == ["footprint"]  # what no other equation takes
    assert built.to_dict() == of_file.to_dict()
    written = tmp_path / "written.toml"
    written.write_text(built.to_toml(), encoding="utf-8")
    digests = {
        mcsus.run(study, methods=[]).to_dict()["digest"]
        for study in (built, of_file, mcsus.load_study(written))
    }
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"a": "5 too 20 kg"}, r"parameters\.a\.column 3: found unknown unit 'too'"),
        ({"a": "5 kg to 3 m"}, r"parameters\.a\.column 11: found 'm'; allowed: a unit like kg"),
        ({"a": ("5 to 20 m", "kg")}, r"parameters\.a\.column 9: found 'm'"),
        ({"a": True}, r"parameters\.a: found true; allowed: a number"),
        ({"a": (5, 20)}, r"parameters\.a\.unit: found 20; allowed: a unit in quotes"),
        ({"a": "/germany 2024"}, "a search of 'germany 2024' without a unit"),
        ({"a": {"law": "grid.de.2024"}}, r"allowed: like = 'grid\.de\.2024'"),
        ({"a": {"law": "5 kg", "distribution": "normal"}}, "'law' beside 'distribution'"),
        ({"a": "3"}, r"equations\.y\.unit: found 'kg'; allowed: a unit like 1"),
    ],
)
def test_a_law_that_is_none_is_told_by_its_name(given, text):
    with pytest.raises(mcsus.InputError, match=text):
        mcsus.study("x", parameters=given, equations={"y": "2*a [kg]"})


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"equations": {"y": "2*a"}}, r"equations\.y: found '2\*a' without a unit"),
        ({"equations": [lambda a: a]}, "a function without a unit"),
        ({"equations": {"y": 3}}, r"equations\.y: found 3; allowed: a formula with its unit"),
        ({"outputs": ["z"]}, r"outputs: found 'z'; allowed: the name of an equation"),
        ({"titel": "x"}, "did you mean 'title'"),
        ({"units": {"cup": "2 foo"}}, r"units\.cup: found unknown unit 'foo'"),
        (
            {"dims": {"c": ["x"]}, "parameters": {"a": {"by": {"c": {"x": "5 m to 3 kg"}}}}},
            r"parameters\.a\.by\.c\.x\.column 10: found 'kg'",
        ),
        (
            {"scenarios": [{"id": "less", "set": {"a": "2 tou 4 kg"}}]},
            r"scenarios\.less\.set\.a\.column 3: found unknown unit 'tou'",
        ),
        ({"parameters": ["a"]}, "a mapping of names to parameters"),
    ],
)
def test_what_is_no_study_is_told(changes, text):
    given = {"parameters": {"a": "5 kg"}, "equations": {"y": "2*a [kg]"}, **changes}
    with pytest.raises(mcsus.InputError, match=text):
        mcsus.study("x", **given)


def test_units_of_ones_own_and_equations_of_python():
    @mcsus.equation(unit="kg CO2e")
    def footprint(cups, grid):
        """Of all cups."""
        return cups * grid

    built = mcsus.study(
        "cups",
        units={"cup": "0.03 kWh"},
        parameters={"cups": "5 to 20 cup", "grid": "grid.de.2024"},
        equations=[footprint],
    )
    assert built.to_dict()["equations"]["footprint"]["description"] == "Of all cups."
    assert built.parameter("cups").unit.text == "cup"
    assert built.outputs["footprint"].text == "kg CO2e"


def test_the_package_is_called_and_stays_a_package():
    code = (
        "import mcsus, sys; first = mcsus.study; import mcsus.study;"
        "assert first is mcsus.study is sys.modules['mcsus.study'];"
        "assert callable(first) and first.load_study;"
        "print(sorted({'scipy', 'xarray', 'numba', 'pandas'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
