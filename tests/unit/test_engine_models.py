"""The compiled kernel against the NumPy path, on two hundred random models and by hand.

Both are fed the same points. Sums, differences, products, quotients, square roots, rounding,
choices and comparisons of the same numbers must give the same bits: contraction is off, so both
follow IEEE 754 operation by operation. Where a function, a power or a reduction is involved, bits
may differ: the two use other implementations, each good to an ulp or two, and NumPy may add in
another order. There the tolerance is 1e-12, relative; random formulas combine such values only in
ways that lose no digits (no differences of them, powers up to 2, bounded exponents).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mcsus.families import distribution
from mcsus.parameters import Cell, Parameter, Provenance
from mcsus.streams import Design
from mcsus.units import unit
from tests.unit.random_models import (
    BATCHES,
    DIMS,
    MODELS_A_BATCH,
    by_definition,
    compiled,
    disagreement,
    run,
)


@pytest.mark.slow
@pytest.mark.parametrize("batches", [2, pytest.param(BATCHES, marks=pytest.mark.slow)])
def test_random_models(batches):
    command = [sys.executable, "-m", "tests.unit.random_models"]
    root = Path(__file__).parents[2]
    workers = [
        subprocess.Popen([*command, str(seed), str(batches)], cwd=root, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for seed in (1, 2)
    ]  # fmt: skip
    printed = [worker.communicate()[0] for worker in workers]
    for worker, text in zip(workers, printed, strict=True):
        assert worker.returncode == 0, text[-3000:]
    assert sum(int(text.split()[-3]) for text in printed) >= 2 * batches * MODELS_A_BATCH


class TestByHand:
    """Cases that random formulas leave out, or that deserve a name."""

    P = Parameter(
        "a",
        unit("1"),
        ("place",),
        tuple(
            Cell(distribution("uniform", minimum=-1, maximum=1), unit("1"), key, Provenance())
            for key in ("n", "s", "e")
        ),
        "uncertainty",
        None,
    )
    DESIGN = Design("sobol", 256, 1, seed=3)

    def both(self, texts, dims=DIMS):
        kernel = compiled([self.P], texts, dims)
        return run(kernel, self.DESIGN), by_definition(kernel, self.DESIGN)

    def test_sums_of_either_sign_agree_to_the_size_of_their_terms(self):
        long = {**DIMS, "year": tuple(range(2000, 2040))}  # NumPy adds forty terms in another order
        terms = "sin(a*year)"
        got, wanted = self.both({"s": f"sum({terms}, over=year)", "m": f"mean({terms}, over=year)",
                                 "size": f"sum(abs({terms}), over=year)"}, long)  # fmt: skip
        bound = 40 * np.finfo(float).eps * got["size"]
        assert (np.abs(got["s"] - wanted["s"]) <= bound).all()
        assert (np.abs(got["m"] - wanted["m"]) <= bound / 40).all()

    def test_nan_and_infinity_are_those_of_ieee(self):
        texts = {
            "root": "sqrt(a)",  # NaN below 0
            "pole": "1/(a - a)",
            "none": "(a - a)/(a - a)",
            "kept": "max(sqrt(a), 2)",  # maximum keeps a NaN
            "chosen": "where(sqrt(a) < 2, 1, 3)",  # a comparison with NaN is false
            "logs": "log(a)",
        }
        got, wanted = self.both(texts)
        assert np.isnan(got["root"]).any()
        assert np.isinf(got["pole"]).all()
        assert np.isnan(got["none"]).all()
        for name in texts:
            assert disagreement(got[name], wanted[name], exact=name != "logs") is None

    def test_the_branch_not_taken_does_not_matter(self):
        got, _ = self.both({"y": "where(a > 0, log(a), 0)"})
        assert np.isfinite(got["y"]).all()

    def test_powers(self):
        texts = {f"e{k}": f"abs(a)**{p}" for k, p in enumerate((0, 1, 2, 3, 7, 64, 65, 0.5, -1))}
        texts |= {"odd": "a**3", "inverse": "a**-3", "by_formula": "(2 + a)**a"}
        got, wanted = self.both(texts)
        for name in texts:
            assert disagreement(got[name], wanted[name], exact=False) is None, texts[name]

    def test_no_contraction_changes_an_equation(self):
        # fused, a*a - b rounds once and gives the rounding error of the product instead of 0
        got, _ = self.both({"square": "a*a", "zero": "a*a - square"})
        assert (got["zero"] == 0).all()

    def test_labels_are_read_at_the_dim_that_at_names(self):
        texts = {"y": "at(a*0 + year + at(cohort, cohort=year), year=cohort)"}
        with pytest.raises(Exception, match="carries 'year' and 'cohort' already"):
            self.both({"y": "at(year*cohort, year=cohort)"})
        got, wanted = self.both(texts)
        assert (got["y"] == 2 * np.tile(DIMS["year"], 3)[:, np.newaxis]).all()
        assert (got["y"] == wanted["y"]).all()

    def test_reductions_within_reductions(self):
        text = "sum(a*sum(year*prod(a, over=place), over=year), over=place)"
        got, wanted = self.both({"y": text, "outer": f"1 + 2*{text} - sum(a, over=place)"})
        scale = np.abs(wanted["y"]).max()
        for name in ("y", "outer"):
            assert np.abs(got[name] - wanted[name]).max() < 1e-12 * scale
        inner = got["a"].prod(axis=0) * (2024 + 2025 + 2027)
        assert np.allclose(got["y"][0], (got["a"] * inner).sum(axis=0), rtol=1e-12, atol=1e-9)

    def test_constants_and_equations_without_inputs(self):
        got, _ = self.both({"two": "2", "minus": "-1.5e-3", "grown": "two*year + 0*minus"})
        assert (got["two"] == 2).all()
        assert (got["minus"] == -1.5e-3).all()
        assert got["grown"][:, 0].tolist() == [4048, 4050, 4054]
