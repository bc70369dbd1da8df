"""The jobs of the field, each with its known answer; `outcome.csv` is the list and what came."""

import csv

import pytest

from tests.field.__main__ import OUT
from tests.field.by_hand import JOBS
from tests.field.job import outcomes
from tests.field.made import made

MADE = made()


@pytest.mark.slow  # compiles a kernel for each
@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_by_hand(job, tmp_path):
    assert [row for row in outcomes(job, tmp_path) if not row.met] == []


@pytest.mark.slow
@pytest.mark.parametrize("job", MADE, ids=lambda job: job.name)
def test_made(job, tmp_path):
    assert [row for row in outcomes(job, tmp_path) if not row.met] == []


def test_the_list_is_whole():
    with OUT.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["job"] for row in rows} == {job.name for job in (*JOBS, *MADE)}
    assert {row["met"] for row in rows} == {"yes"}
    assert len({row["job"] for row in rows}) >= 100
