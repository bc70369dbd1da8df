"""The equations of which draws are kept beside the outputs, for what a study asks of them."""

from __future__ import annotations

from mcsus.model import Equation
from mcsus.study.definition import Study


def kept_beside(study: Study) -> tuple[Equation, ...]:
    """Return the margins of claims with what is told beside them, and the reductions of credits.

    They are equations of the model.

    Examples
    --------
    >>> from mcsus.study import load_study
    >>> [equation.name for equation in kept_beside(load_study("offset_lighting"))]
    ['claim:programme_pays_back', 'claim:tenfold', 'claim:most_deployments_save']
    """
    return (
        *(equation for claim in study.claims for equation in claim.equations),
        *(equation for credit in study.credits for equation in credit.equations),
    )
