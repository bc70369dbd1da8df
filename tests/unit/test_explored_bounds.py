"""What is known to lie between two numbers, as the page is told of it."""

import tomllib

from mcsus import Study
from mcsus.runner.explorer import Explorer

BOX = """
schema = "mcsus/1"
id = "box"
title = "Box"
[parameters.a]
distribution = "uniform"
minimum = 0
maximum = { between = [1, 2] }
unit = "kg"
source = "assumed"
rationale = "to test with"
[parameters.b]
distribution = "uniform"
minimum = 3
maximum = 4
unit = "kg"
source = "assumed"
rationale = "to test with"
[equations]
y = { formula = "a + b", unit = "kg" }
z = { formula = "2 * b", unit = "kg" }
[outputs]
y = "kg"
z = "kg"
[[claims]]
id = "low"
statement = "it is low"
quantity = "y"
relation = "<"
value = 4.5
unit = "kg"
confidence = 0.7
[design]
kind = "sobol"
draws = 256
replicates = 4
seed = 1
[sensitivity]
methods = []
"""


def test_bounds_and_what_leaves_a_claim_undecided_are_told():
    explorer = Explorer(Study.from_dict(tomllib.loads(BOX), "box.toml"))
    told = explorer.describe()
    assert [own["between"] for own in (*told["outputs"], *told["claims"])] == [["a"], [], ["a"]]
    law = told["inputs"][0]["laws"][0]["law"]
    assert law["between"] == [{"key": "maximum", "low": 1.0, "high": 2.0}]
    settled = explorer.settle().snapshot.to_dict()
    low, high = settled["outputs"]["y"][0]["bounds"]["mean"]
    assert abs(low - 4.0) < 0.02
    assert abs(high - 4.5) < 0.02
    assert "bounds" not in settled["outputs"]["z"][0]
    claim = settled["claims"]["low"][0]
    assert claim["bounds"][0] < 0.7 < claim["bounds"][1]
    assert claim["undecided_by"] == "ignorance"


def test_a_law_that_is_typed_leaves_nothing_between():
    explorer = Explorer(Study.from_dict(tomllib.loads(BOX), "box.toml"))
    shot = explorer.evaluate([{"input": "a", "law": "1 kg"}], draws=256, ranking=0).to_dict()
    assert shot["inputs"]["a"][0]["law"]["between"] == []
    assert shot["outputs"]["y"][0]["before"]["mean_error"] > 0
