"""Published functions and examples of metrology are met by their study files."""

import numpy as np
import pytest

from tests.validation.published import (
    at_points,
    example_numbers,
    function_numbers,
    points,
    table,
)

POINTS = points()
EXAMPLES = sorted({row["study"] for row in table("published.csv")})


def test_there_are_as_many_as_are_told():
    studies = [row["study"] for row in table("functions.csv")]
    assert len(studies) >= 60
    assert studies == list(POINTS) == [row["study"] for row in table("references.csv")]


@pytest.mark.parametrize("study", POINTS)
def test_a_function_has_the_published_values(study):
    # The same operations in another order: some hundred roundings of 1e-16, and cancellation.
    known = POINTS[study]
    np.testing.assert_allclose(at_points(study, known["x"]), known["y"], rtol=1e-10, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("row", table("references.csv"), ids=lambda row: row["study"])
def test_a_function_has_the_published_moments(row):
    assert [number for number in function_numbers(row) if not number.is_met] == []


@pytest.mark.slow
@pytest.mark.parametrize("study", EXAMPLES)
def test_an_example_has_the_printed_numbers(study):
    assert [number for number in example_numbers(study) if not number.is_met] == []
