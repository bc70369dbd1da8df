"""Laws fitted to data, with what speaks for and against each; the choice stays with the user."""

import html
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mcsus.errors import Fault, InputError, nearest
from mcsus.families.base import Array, Distribution
from mcsus.families.registry import FAMILIES, Twin, argument_names, distribution

__all__ = ["Fit", "Fits", "from_data"]

FEWEST = 3  # observations
MEAN = "mean"
"""What the law of the mean of the observations is called."""

COLUMNS = ("family", "parameters", "KS", "KS p", "AD", "AIC", "delta AIC")


def fitted() -> dict[str, Twin]:
    """Return the twins in scipy.stats by which families are fitted, by family."""
    return {
        family.name: twin
        for family in FAMILIES.values()
        for twin in family.twins
        if twin.fit is not None
    }


@dataclass(frozen=True)
class Fit:
    """One fitted family.

    Parameters
    ----------
    law : Distribution
        By maximum likelihood.
    ks, ks_p : float
        Kolmogorov-Smirnov distance, and its p value from the bootstrap: the share of sets of draws
        of the law, fitted again, that lie farther from their fit (Lilliefors' correction).
    ad : float
        Anderson-Darling statistic, which weighs the tails more.
    aic : float
        Akaike's criterion; only differences between families mean something. NaN for a law whose
        ends are estimated from the extremes: its likelihood is compared with no other.
    bootstrap : dict of str to array
        Parameters fitted to draws of the law, each set of the size of the data.
    """

    law: Distribution
    ks: float
    ks_p: float
    ad: float
    aic: float
    bootstrap: dict[str, Array]

    def interval(self, name: str, level: float = 0.95) -> tuple[float, float]:
        """Return the percentile interval of a parameter."""
        tail = (1 - level) / 2
        low, high = np.quantile(self.bootstrap[name], [tail, 1 - tail]).tolist()
        return low, high


@dataclass(frozen=True)
class Fits:
    """Fitted families side by side; `law` takes one by name.

    Parameters
    ----------
    count : int
        Number of observations.
    fits : dict of str to Fit
        By family, in the order asked for.
    left_out : dict of str to str
        Families that were not fitted, and why.
    mean : Distribution
        What the observations say of their mean, by Student's law: that of a quantity that was
        measured so many times (JCGM 101:2008, 6.4.9). Also ``law("mean")``.
    """

    count: int
    fits: dict[str, Fit]
    left_out: dict[str, str]
    mean: Distribution

    def law(self, family: str) -> Distribution:
        """Return the fitted law of a family; that of the mean for ``"mean"``."""
        known = {name: fit.law for name, fit in self.fits.items()} | {MEAN: self.mean}
        if family not in known:
            found = self.left_out.get(family, "not fitted")
            close = nearest(family, known)
            raise InputError(Fault(f"{family!r}: {found}", ", ".join(known), ("law",), close))
        return known[family]

    def rows(self) -> list[tuple[str, ...]]:
        """Return the table as text, one row a family."""
        best = min((fit.aic for fit in self.fits.values() if fit.aic == fit.aic), default=0.0)
        rows = []
        for family, fit in self.fits.items():
            parameters = ", ".join(
                f"{name} = {value:.4g} ({low:.3g} to {high:.3g})"
                for name, value in fit.law.parameters().items()
                if name in fit.bootstrap
                for low, high in [fit.interval(name)]
            )
            numbers = (fit.ks, fit.ks_p, fit.ad, fit.aic, fit.aic - best)
            texts = ("" if np.isnan(value) else f"{value:.3g}" for value in numbers)
            rows.append((family, parameters, *texts))
        return rows

    def __repr__(self) -> str:
        rows = [COLUMNS, *self.rows()]
        widths = [max(len(row[k]) for row in rows) for k in range(len(COLUMNS))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        return "\n".join(
            [f"{self.count} observations; choose with .law(family)", *lines, *self.notes]
        )

    @property
    def notes(self) -> list[str]:
        """What was left out, and why; what the numbers do not say; the law of the mean."""
        edges = [
            f"{name} has no AIC: its ends are estimated beyond the extremes of the data"
            for name, fit in self.fits.items()
            if np.isnan(fit.aic)
        ]
        out = [f"{family} left out: {why}" for family, why in self.left_out.items()]
        told = ", ".join(f"{name} = {value:.4g}" for name, value in self.mean.parameters().items())
        return [*out, *edges, f"of the mean, .law('mean'): student_t, {told}"]

    def _repr_html_(self) -> str:
        def line(cells: Iterable[str], tag: str) -> str:
            inner = "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells)
            return f"<tr>{inner}</tr>"

        body = "".join(line(row, "td") for row in self.rows())
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.notes)
        head = f"<caption>{self.count} observations; choose with .law(family)</caption>"
        return f"<table>{head}{line(COLUMNS, 'th')}{body}</table>{notes}"


def from_data(
    values: ArrayLike, families: Iterable[str] | None = None, *, bootstrap: int = 200, seed: int = 1
) -> Fits:
    """Fit families to observations and return all fits side by side.

    Parameters
    ----------
    values : array_like
        At least three observations, in one unit.
    families : iterable of str, optional
        Which; all that can be fitted when left out. "mean" stands for the law of the mean alone.
    bootstrap : int
        Sets of draws of each fitted law, for the intervals of the parameters and the p value.
    seed : int
        Of the bootstrap.

    Notes
    -----
    Maximum likelihood by scipy.stats; none of the fits is preferred. A large p value does not
    make a law true: with few observations most laws pass. The ends of a uniform law are estimated
    without bias, beyond the extremes of the data, where the likelihood would put them.

    A law that is fitted is that of single values. What repeated readings of one quantity say of it
    is the law of their mean.

    Examples
    --------
    >>> fits = from_data([1.2, 0.7, 2.1, 1.4, 0.9, 1.1], ["normal"], bootstrap=20)
    >>> fits.law("normal").parameters()["mean"]
    1.2333333333333334
    >>> from_data([10.1, 10.4, 9.9], ["mean"]).law("mean").parameters()["df"]
    2.0
    """
    data = np.ravel(np.asarray(values, dtype=np.float64))
    if data.size < FEWEST or not np.isfinite(data).all() or np.ptp(data) == 0:
        allowed = f"at least {FEWEST} finite numbers that are not all equal"
        found = f"{data.size} values, {int((~np.isfinite(data)).sum())} of them not finite"
        raise InputError(Fault(found, allowed, ("values",)))
    twins = fitted()
    names = [name for name in (twins if families is None else families) if name != MEAN]
    faults = [
        Fault(repr(name), ", ".join([*twins, MEAN]), ("families",), nearest(str(name), twins))
        for name in names
        if name not in twins
    ]
    if faults:
        raise InputError(*faults)
    fits, left_out = {}, {}
    for name in names:
        held = twins[name].held
        if "scale" in held and not 0 < data.min() <= data.max() < 1:
            left_out[name] = "a value is not between 0 and 1"
        elif "loc" in held and data.min() <= 0:
            left_out[name] = "a value is not above 0"
        elif data.size <= (free := twins[name].free):
            left_out[name] = f"{free} parameters of {data.size} values"
        else:
            fits[name] = fit(name, twins[name], data, bootstrap, seed)
    return Fits(data.size, fits, left_out, law_of_mean(data))


def law_of_mean(data: Array) -> Distribution:
    """Return what readings of one quantity say of it: Student's law (JCGM 101:2008, 6.4.9)."""
    scale = float(data.std(ddof=1)) / math.sqrt(data.size)
    return distribution("student_t", df=data.size - 1, location=float(data.mean()), scale=scale)


def fit(name: str, twin: Twin, data: Array, bootstrap: int, seed: int) -> Fit:
    """Return the fit of one family; its bootstrap does not depend on what else is fitted."""
    from scipy import stats  # noqa: PLC0415 - slow to import

    generic: Any = getattr(stats, twin.name)
    held = {f"f{name}": value for name, value in twin.held.items()}
    names = argument_names(generic)

    def fit_to(values: Array) -> tuple[list[float], dict[str, float]]:
        there = [float(x) for x in generic.fit(values, **held)]
        if twin.edges:
            *shapes, low, width = there
            beyond = width / (values.size - 1)  # on average the extremes fall short by this
            there = [*shapes, low - beyond, width + 2 * beyond]
        return there, twin.read(dict(zip(names, there, strict=True))) if twin.read else {}

    there, here = fit_to(data)
    law = distribution(name, **here)
    distance = ks(law, data)
    rng = np.random.default_rng([seed, *name.encode()])
    parameters: list[dict[str, float]] = []
    farther = 0
    for _ in range(bootstrap):
        drawn = np.asarray(law.quantile(rng.uniform(size=data.size)))
        again = fit_to(drawn)[1]
        parameters.append(again)
        farther += ks(distribution(name, **again), drawn) >= distance
    spread = {key: np.array([one[key] for one in parameters]) for key in here if parameters}
    likelihood = math.nan if twin.edges else float(np.sum(generic.logpdf(data, *there)))
    share = (farther + 1) / (bootstrap + 1)
    aic = 2 * twin.free - 2 * likelihood
    return Fit(law, distance, share, anderson_darling(law, data), aic, spread)


def ks(law: Distribution, data: Array) -> float:
    """Return the largest distance between the law's and the data's distribution function."""
    u = np.asarray(law.cdf(np.sort(data)))
    steps = np.arange(u.size + 1) / u.size
    return float(max((steps[1:] - u).max(), (u - steps[:-1]).max()))


def anderson_darling(law: Distribution, data: Array) -> float:
    """Return the Anderson-Darling statistic (doi:10.1080/01621459.1954.10501232)."""
    below, above = (np.maximum(tail, 1e-300) for tail in law.tails(np.sort(data)))
    count = below.size
    weight = 2 * np.arange(1, count + 1) - 1
    return float(-count - (weight * (np.log(below) + np.log(above[::-1]))).mean())
