"""Laws fitted to data, with what speaks for and against each; the choice stays with the user."""

import html
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mcsus.errors import Fault, InputError, nearest
from mcsus.families.base import Array, Distribution
from mcsus.families.registry import FAMILIES, Twin, argument_names, distribution

__all__ = ["Fit", "Fits", "from_data"]

FEWEST = 5  # observations
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
        Akaike's criterion; only differences between families mean something.
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
    """

    count: int
    fits: dict[str, Fit]
    left_out: dict[str, str]

    def law(self, family: str) -> Distribution:
        """Return the fitted law of a family."""
        if family not in self.fits:
            found = self.left_out.get(family, "not fitted")
            close = nearest(family, self.fits)
            raise InputError(Fault(f"{family!r}: {found}", ", ".join(self.fits), ("law",), close))
        return self.fits[family].law

    def rows(self) -> list[tuple[str, ...]]:
        """Return the table as text, one row a family."""
        best = min((fit.aic for fit in self.fits.values()), default=0.0)
        rows = []
        for family, fit in self.fits.items():
            parameters = ", ".join(
                f"{name} = {value:.4g} ({low:.3g} to {high:.3g})"
                for name, value in fit.law.parameters().items()
                if name in fit.bootstrap
                for low, high in [fit.interval(name)]
            )
            numbers = (fit.ks, fit.ks_p, fit.ad, fit.aic, fit.aic - best)
            rows.append((family, parameters, *(f"{value:.3g}" for value in numbers)))
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
        """What was left out, and why."""
        return [f"{family} left out: {why}" for family, why in self.left_out.items()]

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
        At least five observations, in one unit.
    families : iterable of str, optional
        Which; all that can be fitted when left out.
    bootstrap : int
        Sets of draws of each fitted law, for the intervals of the parameters and the p value.
    seed : int
        Of the bootstrap.

    Notes
    -----
    Maximum likelihood by scipy.stats; none of the fits is preferred. A large p value does not
    make a law true: with few observations most laws pass.

    Examples
    --------
    >>> fits = from_data([1.2, 0.7, 2.1, 1.4, 0.9, 1.1], ["normal"], bootstrap=20)
    >>> fits.law("normal").parameters()["mean"]
    1.2333333333333334
    """
    data = np.ravel(np.asarray(values, dtype=np.float64))
    if data.size < FEWEST or not np.isfinite(data).all() or np.ptp(data) == 0:
        allowed = f"at least {FEWEST} finite numbers that are not all equal"
        found = f"{data.size} values, {int((~np.isfinite(data)).sum())} of them not finite"
        raise InputError(Fault(found, allowed, ("values",)))
    twins = fitted()
    names = list(twins if families is None else families)
    faults = [
        Fault(repr(name), ", ".join(twins), ("families",), nearest(str(name), twins))
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
        else:
            fits[name] = fit(name, twins[name], data, bootstrap, seed)
    return Fits(data.size, fits, left_out)


def fit(name: str, twin: Twin, data: Array, bootstrap: int, seed: int) -> Fit:
    """Return the fit of one family; its bootstrap does not depend on what else is fitted."""
    from scipy import stats  # noqa: PLC0415 - slow to import

    generic: Any = getattr(stats, twin.name)
    held = {f"f{name}": value for name, value in twin.held.items()}
    names = argument_names(generic)

    def fit_to(values: Array) -> tuple[list[float], dict[str, float]]:
        there = [float(x) for x in generic.fit(values, **held)]
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
    likelihood = float(np.sum(generic.logpdf(data, *there)))
    share = (farther + 1) / (bootstrap + 1)
    aic = 2 * (len(names) - len(held)) - 2 * likelihood
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
