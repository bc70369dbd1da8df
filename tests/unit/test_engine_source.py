"""The text of a kernel: long formulas stay within what the compiler reads."""

import numpy as np
import pytest

from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import Quantity
from mcsus.expressions import parse
from mcsus.model import Equation, Model, evaluate
from mcsus.streams import Design
from mcsus.units import unit

TERMS = ["2", "year", "3", "year"]


@pytest.mark.parametrize(
    "text",
    [
        " + ".join(TERMS * 62),
        " - ".join(TERMS * 62),
        " * ".join(["year"] * 200),
        " / ".join(["year"] * 200),
        "-" * 200 + "year",
        "2 - (3 - (year - 4)) - 5",
        "2 / (3 / year) / 5 * year",
        "2 - 3*year - -year",
        "-(year + 2)*3 - -(-year)",
        "-year**2 + (-year)**2",
        "2*year - 3/year*5 + 7",
    ],
)
def test_chains_are_read_as_the_tree_stands(text):
    model = Model([Equation("y", unit("1"), parse(text))], {}, {"year": (1, 2, 3)})
    kernel = Kernel(model, {})
    got = kernel.run(kernel.plan([Quantity("y")]), Design("sobol", 256, 1, 0), 0)[:, 0, 0]
    np.testing.assert_allclose(got, evaluate(model, {})["y"][0], rtol=1e-12)
