"""What a reader should know of credits before quoting them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from mcsus.study import Study
from mcsus.study.credits import Credit
from mcsus.vocabulary import Caution

if TYPE_CHECKING:
    import xarray as xr


def of_credits(study: Study, described: Mapping[str, xr.Dataset]) -> Iterator[Caution]:
    """Say of credits that their rule takes a mean that does not settle, or is at a step."""
    for own in study.credits:
        data = described[f"credits/{own.id}"]
        if own.rule.takes_mean and not np.isfinite(data["credited"].values).all():
            yield Caution(
                "no_mean",
                own.id,
                f"the mean of {own.quantity!r} does not settle, so that the rule {own.rule_name!r} "
                f"of {own.id!r} credits no amount: a lower_bound does",
            )
        yield from _at_a_step(study, own, data)


def _at_a_step(study: Study, own: Credit, data: xr.Dataset) -> Iterator[Caution]:
    """Say that a half width is not known well enough to tell which step it is on."""
    from mcsus.analysis.replication import student_quantile  # noqa: PLC0415 - SciPy

    bound = student_quantile(study.design.replicates)
    width, error = (data[key].values.ravel() for key in ("uncertainty", "uncertainty_error"))
    for limit in own.rule.limits:
        near = np.abs(width - limit) <= bound * np.nan_to_num(error)
        if (near & (error > 0)).any():
            yield Caution(
                "at_a_step",
                own.id,
                f"the half width of {own.quantity!r} is {limit:g} of the mean to within its "
                f"numerical error, where what {own.id!r} deducts changes: draw more",
            )
