"""A value that is not finite stops a run and says where it came from."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from mcsus.errors import NotFiniteError
from mcsus.runner import run
from mcsus.study import load_study

MESSAGE = re.compile(
    r"(?P<kind>output|claim) '(?P<output>\w+)' is not finite in (?P<count>\d+) of (?P<draws>\d+) "
    r"draws of replicate (?P<replicate>\d+); the first is draw (?P<draw>\d+), "
    r"(?P<value>\S+); it comes from (?P<origin>\w+) '(?P<at>\w+)'(?: \((?P<label>[^)]*)\))?: "
    r"\S+ = (?P<formula>.+), where\n"
    r"(?P<inputs>(?:  \w+ = .+\n?)+)"
)


def refusal(asked, **options):
    with pytest.raises(NotFiniteError, match="is not finite") as caught:
        run(asked, **options)
    found = MESSAGE.fullmatch(str(caught.value))
    assert found, str(caught.value)
    values = {}
    for line in found["inputs"].splitlines():
        name, text = line.strip().split(" = ")
        values[name] = [
            float(number) for number in re.findall(r"-?[\d.]+(?:e-?\d+)?(?=,| |$)", text)
        ]
    return found, values


def test_exit_code():
    assert NotFiniteError.exit_code == 4


def test_the_first_bad_draw_is_named_with_inputs_that_give_it(study, by_hand):
    asked = study(
        {"a": ("normal", 2, 1), "unused": ("normal", 0, 1), "b": ("uniform", 1, 2)},
        {"root": "sqrt(a)*b", "fine": "b*2 + 0*unused"},
        ["fine", "root"],
    )
    found, values = refusal(asked)
    assert (found["output"], found["replicate"], found["draws"]) == ("root", "0", "256")
    assert list(values) == ["a", "b"]  # what the output depends on, and nothing else
    assert math.isnan(float(found["value"]))
    assert values["a"][0] < 0  # so that its root is NaN
    reference = by_hand(asked)
    drawn = reference.inputs(reference.cube(0, 256))
    bad = np.flatnonzero(drawn["a"] < 0)
    assert (int(found["count"]), int(found["draw"])) == (len(bad), bad[0])
    assert values["a"][0] == pytest.approx(drawn["a"][bad[0]], rel=1e-5)
    assert values["b"][0] == pytest.approx(drawn["b"][bad[0]], rel=1e-5)


def test_one_bad_draw_of_many_is_found_in_a_later_replicate(study, by_hand):
    """The threshold lies at the largest draw of all, which one replicate holds."""
    probe = study({"a": ("uniform", 0, 1)}, {"y": "a"}, design={"replicates": 3})
    reference = by_hand(probe)
    columns = [reference.cube(r, 256)["study:a"] for r in range(3)]
    replicate = int(np.argmax([c.max() for c in columns]))
    second = np.sort(np.concatenate(columns))[-2]
    limit = (second + max(c.max() for c in columns)) / 2
    asked = study(
        {"a": ("uniform", 0, 1)}, {"y": f"sqrt({float(limit)!r} - a)"}, design={"replicates": 3}
    )
    found, values = refusal(asked)
    assert (int(found["count"]), int(found["replicate"])) == (1, replicate)
    assert int(found["draw"]) == np.argmax(columns[replicate])
    assert values["a"][0] == pytest.approx(columns[replicate].max(), rel=1e-5)


def test_infinity_is_no_value_either(study):
    found, values = refusal(study({"a": ("uniform", 0, 1)}, {"y": "1/floor(2*a)"}))
    assert found["value"] == "inf"
    assert values["a"][0] < 0.5


def test_values_are_shown_in_the_unit_of_the_parameter_for_every_label(study):
    by = {p: {"distribution": "uniform", "minimum": 10, "maximum": 20} for p in ("n", "s")}
    asked = study(
        {"power": {"unit": "mW", "by": {"place": by}}},
        {"y": ("log(0*sum(power/power, over=place) - 1)", "1")},
        dims={"place": ["n", "s"]},
    )
    found, values = refusal(asked)
    assert found["count"] == "256"
    assert len(values["power"]) == 2
    assert all(10 < value < 20 for value in values["power"])
    assert "mW" in found["inputs"]


@pytest.mark.parametrize("relation", ["<", "<=", ">", ">="])
def test_an_infinite_side_of_a_claim_equals_nothing(study, relation):
    claim = {"id": "c", "statement": "s", "quantity": "much", "relation": relation, "value": 1,
             "unit": "1", "confidence": 0.5}  # fmt: skip
    asked = study({"a": ("uniform", 1, 2)}, {"y": "a", "much": "a*1e308"}, ["y"], claims=[claim])
    found, _ = refusal(asked)
    assert found["kind"] == "claim"


def test_claims_and_parts_are_checked_too(study):
    claim = {"id": "c", "statement": "s", "quantity": "bad", "relation": ">", "value": 0,
             "unit": "1", "confidence": 0.9}  # fmt: skip
    asked = study({"a": ("normal", 0, 1)}, {"y": "a", "bad": "log(a)"}, ["y"], claims=[claim])
    found = refusal(asked)[0]
    assert (found["kind"], found["output"]) == ("claim", "c")


def test_a_nan_that_reaches_no_output_is_no_fault(study):
    equations = {"log_a": "log(a)", "y": "where(a > 0, log_a, 0)"}
    asked = study({"a": ("normal", 0, 1)}, equations, ["y"])
    assert run(asked).to_dict()["outputs"]["y"]["cells"][0]["mean"]["value"] is not None


@pytest.mark.parametrize(("kind", "seed"), [("sobol", 3), ("monte_carlo", 2)])
def test_index_points_are_checked_wherever_they_are(study, by_hand, kind, seed):
    """The sum of `a` and `b` passes the limit neither in A nor in B, but where they are mixed."""
    limit = 1.95
    asked = study(
        {"a": ("uniform", 0, 1), "b": ("uniform", 0, 1)},
        {"y": f"sqrt({limit} - a - b)"},
        design={"draws": 256, "replicates": 1, "kind": kind, "seed": seed},
        sensitivity={"methods": ["sobol"], "draws": 256},
    )
    reference = by_hand(asked)
    one, other = (reference.cube(0, 256, matrix) for matrix in "AB")
    assert max((m["study:a"] + m["study:b"]).max() for m in (one, other)) < limit
    assert (one["study:a"] + other["study:b"]).max() > limit
    with pytest.raises(
        NotFiniteError, match=r"'y' is not finite .*, in A with '[ab]' from B: nan;"
    ):
        run(asked)


class TestTheEquation:
    """The first equation that is not finite is named, and not all inputs of the output."""

    def refusal(self, *args, **tables):
        with pytest.raises(NotFiniteError, match="is not finite") as caught:
            run(*args, **tables)
        return str(caught.value)

    def test_its_inputs_and_its_label(self, study):
        by = {p: {"distribution": "constant", "value": k} for k, p in enumerate(("n", "s"))}
        inputs = {f"x{k}": ("uniform", 1, 2) for k in range(70)}
        asked = study(
            {"rate": {"unit": "1", "by": {"place": by}}, **inputs},
            {"life": f"({' + '.join(inputs)})", "packs": "0*(life/rate)", "y": "packs + x1 + x2"},
            ["y"],
            dims={"place": ["n", "s"]},
        )
        text = self.refusal(asked)
        assert "it comes from equation 'packs' (place n): nan = 0*(life/rate), where\n" in text
        names = [line.split(" = ")[0].strip() for line in text.splitlines()[1:]]
        assert sorted(names) == ["life", "rate"]
        assert "rate = 0" in text

    @pytest.mark.parametrize("count", [3, 70])
    def test_it_is_short(self, study, count):
        inputs = {f"x{k}": ("uniform", 1, 2) for k in range(count)}
        text = self.refusal(study(inputs, {"y": f"log(0*({' + '.join(inputs)}) - 1)"}))
        assert len(text.splitlines()) <= 12
        assert ("and 62 more" in text) is (count == 70)

    def test_values_of_individuals_are_left_out(self, study):
        law = {"distribution": "uniform", "minimum": 0, "maximum": 1, "kind": "variability"}
        asked = study(
            {"v": law, "k": ("uniform", -2, -1)},
            {"y": "mean(sqrt(k*v), over=person)"},
            dims={"person": {"draws": 16}},
        )
        text = self.refusal(asked)
        assert "equation 'y': nan" in text
        assert [line.split(" = ")[0].strip() for line in text.splitlines()[1:]] == ["k"]


@pytest.mark.parametrize("replaceable", ["0", "1"])
def test_a_device_on_mains_has_no_battery(replaceable):
    pins = {"has_battery": "0", "battery_mass": "0 g", "battery_replaceable": replaceable}
    asked = load_study("tinyml_device").with_changes(draws=256, replicates=2, pins=pins)
    cells = run(asked).to_dict()["outputs"]["device_footprint"]["cells"]
    assert all(cell["mean"]["value"] > 0 for cell in cells)
