"""Frozen laws of scipy.stats; each family says its names there where it registers."""

from typing import Any

from mcsus.errors import Fault, InputError
from mcsus.families import FAMILIES, Distribution, distribution
from mcsus.families.registry import argument_names


def from_scipy(frozen: Any) -> Distribution:
    """Return the law of a frozen law of scipy.stats.

    Bounds of a truncnorm are taken as SciPy has them, in standard deviations from loc.

    Examples
    --------
    >>> from scipy import stats
    >>> from_scipy(stats.lognorm(0.5, scale=2))
    lognormal(median=2.0, gsd=1.6487212707001282)
    """
    generic: Any = getattr(frozen, "dist", None)
    if not hasattr(generic, "shapes") or not hasattr(frozen, "args"):
        raise InputError(
            Fault(repr(frozen), "a frozen law, such as scipy.stats.norm(1, 2)", ("frozen",))
        )
    places = argument_names(generic)
    there = dict(zip(places, frozen.args, strict=False))
    there = {"loc": 0.0, "scale": 1.0, **there, **frozen.kwds}
    there = {name: float(value) for name, value in there.items()}
    for family in FAMILIES.values():
        for twin in family.twins:
            if twin.name == generic.name and twin.read is not None:
                for key, value in twin.fixed.items():
                    if there[key] != value:
                        wrong = f"{key} = {there[key]!r} of {generic.name}"
                        allowed = f"{key} = {value:g}: the law begins at 0 here"
                        raise InputError(Fault(wrong, allowed, (key,)))
                return distribution(family.name, **twin.read(there))
    return distribution("scipy", name=generic.name, arguments=there)


def to_scipy(law: Distribution) -> Any:
    """Return the frozen law of scipy.stats of a law, or refuse where there is none.

    Examples
    --------
    >>> float(to_scipy(distribution("exponential", mean=3)).mean())
    3.0
    """
    from scipy import stats  # noqa: PLC0415 - slow to import

    truncated = law.truncate is not None
    for twin in FAMILIES[law.family].twins:
        if twin.truncated == truncated:
            return getattr(stats, twin.name)(**twin.write(law))
    if hasattr(law, "frozen") and not truncated:
        return law.frozen
    names = ", ".join(family.name for family in FAMILIES.values() if family.twins)
    raise InputError(Fault(repr(law), f"an untruncated law of {names}", ("distribution",)))
