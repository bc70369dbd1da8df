"""A dataset of ecoSpold 2: exchanges, their properties and parameters, with their uncertainty.

By the published schema (https://ecoinvent.org, EcoSpold02). ``meanValue`` of a lognormal is its
median, ``variance`` that of the natural log; ``varianceWithPedigreeUncertainty`` has the scores
of the pedigree matrix in it already and is what is drawn. That of a normal law is of the value.
"""

import math
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mcsus.errors import Fault, InputError
from mcsus.families import Distribution, distribution
from mcsus.neighbours.files import text_of
from mcsus.neighbours.formulas import SHEET, enter
from mcsus.neighbours.imported import Imported, constant, register

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_HELD = ("intermediateExchange", "elementaryExchange", "parameter", "property")
_FORBIDDEN = re.compile(r"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_ROUNDED = 0.02  # of mu, which some files have with three digits
_SPREAD = ("varianceWithPedigreeUncertainty", "variance")
_UNREADABLE = ("beta", "gamma", "binomial", "undefined")


@register("ecospold2", "a dataset of ecoSpold 2")
def read(path: Path) -> Imported:
    """Return the laws and equations of a dataset."""
    root = _root(text_of(path))
    found = Imported(title=_text(root, ".//{*}activity/{*}activityName"))
    formulas: dict[str, tuple[str, float | None]] = {}
    for own in root.iter():
        if own.tag.rpartition("}")[2] in _HELD:
            name = _name(own, found, formulas)
            amount = _number(own, "amount", name)
            if relation := own.get("mathematicalRelation"):
                formulas[name] = relation.strip(), amount
                continue
            _take(found, own, name, amount)
    enter(found, formulas, SHEET)
    return found


def _root(text: str) -> "Element":
    from xml.etree import ElementTree  # noqa: PLC0415 - light; a DOCTYPE is refused first

    if match := _FORBIDDEN.search(text):
        raise InputError(Fault(match.group(), "XML without a document type or entities"))
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - no entities are left to expand
    except ElementTree.ParseError as error:
        raise InputError(Fault(f"no XML ({error})", "a dataset of ecoSpold 2")) from None
    if "ecospold" not in root.tag.lower():
        found = root.tag.rpartition("}")[2]
        raise InputError(Fault(f"<{found}>", "<ecoSpold> or <childActivityDataset> in it"))
    return root


def _name(own: "Element", found: Imported, formulas: Mapping[str, object]) -> str:
    """Return the name of an exchange: its variable's, or its own, numbered where it comes again."""
    name = own.get("variableName") or _text(own, "{*}name")
    if not name:
        raise InputError(Fault(f"no name of id {own.get('id')!r}", "a name", ("name",)))
    plain, count = name.strip(), 1
    while plain in found.laws or plain in formulas:
        count += 1
        plain = f"{name.strip()} {count}"
    return plain


def _take(found: Imported, own: "Element", name: str, amount: float) -> None:
    unit, note = _text(own, "{*}unitName"), _text(own, "{*}comment")
    spread = own.find("{*}uncertainty")
    if spread is None or not len(spread):
        found.take(name, lambda: constant(amount), unit, note)
        return
    scores = spread.find("{*}pedigreeMatrix")
    if scores is not None:
        rows = ", ".join(f"{key} {value}" for key, value in scores.attrib.items())
        note = f"{note} Pedigree: {rows}.".strip()
    law = next(k for k in spread if k.tag.rpartition("}")[2] not in ("pedigreeMatrix", "comment"))
    kind = law.tag.rpartition("}")[2]
    if kind in _UNREADABLE:
        found.told.append(f"the {kind} uncertainty of {name!r} is not read: {amount:g} stands")
        found.take(name, lambda: constant(amount), unit, note)
    elif kind == "lognormal" and amount < 0:
        size = f"{name} size"
        found.take(size, partial(_law, found, law, name, abs(amount)), unit, note)
        found.formulas[name], found.units[name] = f"-{size}", unit
        found.told.append(f"{name!r} is negative: the negative of its lognormal size")
    else:
        found.take(name, partial(_law, found, law, name, amount), unit, note)


def _law(found: Imported, own: "Element", name: str, amount: float) -> Distribution:
    kind = own.tag.rpartition("}")[2]
    if kind in ("lognormal", "normal"):
        spread = next((key for key in _SPREAD if own.get(key) not in (None, "")), _SPREAD[0])
        sd = math.sqrt(max(_number(own, spread, kind), 0.0))
        middle = _number(own, "meanValue", kind)
        if kind == "lognormal":
            middle = abs(middle)
        if not math.isclose(middle, amount, rel_tol=1e-6):
            found.told.append(f"{name!r} is {amount:g} there, but the middle of its law {middle:g}")
        if sd == 0:
            return constant(middle)
        if kind == "normal":
            return distribution("normal", mean=middle, sd=sd)
        mu = own.get("mu")
        if mu and middle > 0 and abs(float(mu) - math.log(middle)) > _ROUNDED:
            told = f"mu {mu} of {name!r} is not the log of its mean, {math.log(middle):g}"
            found.told.append(f"{told}: {amount:g} stands")
            return constant(amount)
        return distribution("lognormal", median=middle, gsd=math.exp(sd))
    if kind in ("triangular", "uniform"):
        ends = {
            "minimum": _number(own, "minValue", kind),
            "maximum": _number(own, "maxValue", kind),
        }
        if ends["minimum"] == ends["maximum"]:
            return constant(ends["minimum"])
        if kind == "triangular":
            ends["mode"] = _number(own, "mostLikelyValue", kind)
        return distribution(kind, **ends)
    raise InputError(Fault(f"<{kind}>", "lognormal, normal, triangular or uniform"))


def _text(own: "Element", path: str) -> str:
    there = own.find(path)
    return " ".join((there.text or "").split()) if there is not None else ""


def _number(own: "Element", key: str, *where: str) -> float:
    value = own.get(key)
    try:
        return float(value or "")
    except ValueError:
        found = "nothing" if value is None else repr(value)
        raise InputError(Fault(found, "a number", (*where, key))) from None
