"""A bill of materials of ACT (https://github.com/facebookresearch/ACT), as its YAML files have it.

What a part costs follows the equations of ACT; its factors are records of the library, most of
them ACT's own with the spread that its files show.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from mcsus.errors import Fault, InputError, nearest
from mcsus.neighbours.files import text_of
from mcsus.neighbours.imported import Imported, constant, named, register

_QUANTITY = re.compile(
    r"\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*\*?\s*([A-Za-z]+)(?:\*\*|\^)?([23])?\s*"
)
_NODES = ("28nm", "20nm", "14nm", "10nm", "8nm", "7nm", "5nm", "3nm")
_PLACES = ("world", "india", "australia", "taiwan", "singapore", "usa", "europe", "brazil")
_GRIDS = {
    place: f"semi.fab_ci.{place}.act" for place in (*_PLACES, "iceland", "korea", "japan")
} | {
    "coal": "grid.source.coal_pc.ipcc",  # ACT has the medians of these records
    "gas": "grid.source.gas_cc.ipcc",
    "biomass": "grid.source.biomass_dedicated.ipcc",
    "solar": "grid.source.pv_rooftop.ipcc",
    "geothermal": "grid.source.geothermal.ipcc",
    "hydropower": "grid.source.hydro.ipcc",
    "nuclear": "grid.source.nuclear.ipcc",
    "wind": "grid.source.wind_on.ipcc",
}
_DRAM = ("ddr3_50nm", "ddr3_40nm", "ddr3_30nm", "lpddr3_30nm", "lpddr3_20nm", "lpddr2_20nm")
_DRAMS = {name: f"semi.dram.{name}.act" for name in (*_DRAM, "lpddr4", "ddr4_10nm")}
_FLASH = ("nand_30nm", "nand_20nm", "nand_10nm", "nand_tlc_1z", "nand_tlc_v3")
_DISKS = ("seagate_nytro_3530", "seagate_nytro_1551", "seagate_nytro_3331")
_YEARS = tuple(f"western_digital_{year}" for year in range(2016, 2020))
_FLASHES = {name: f"semi.flash.{name}.act" for name in (*_FLASH, *_DISKS, *_YEARS)}
_ENTERPRISE = ("Exos2x14", "Exosx12", "Exosx16", "Exos15e900", "Exos10e2400", "Exos5e8", "Exos7e8")
_MATERIALS = {
    "steel": "mat.steel.act",
    "aluminium": "mat.aluminium.act",
    "alumnimum": "mat.aluminium.act",  # as ACT spells it
}
_CAPACITORS = {"mlcc": "part.mlcc_energy.act", "tec": "part.tec_energy.act"}
_PARTS = ("silicon", "passives", "materials")
_MOST = 1e9
_GENERIC = 300.0  # grams each, as ACT has it
_FOOTPRINT = "kg CO2e"

Part = Mapping[str, Any]
_Row = TypeVar("_Row")


@register("act", "a bill of materials of ACT")
def read(path: Path) -> Imported:
    """Return a bill of materials as a model."""
    bill = _bill(path)
    found = Imported(title=str(bill.get("name") or ""))
    parts = [(table, name, own) for table in _PARTS for name, own in bill[table].items()]
    if not parts:
        raise InputError(Fault("no parts", f"one of {', '.join(_PARTS)}"))
    names = named(f"{name}" for _, name, _ in parts)
    if len(names) < len(parts):
        raise InputError(Fault("a name twice", "each part once"))
    for table, name, own in parts:
        try:
            text = _READERS[table](found, names[name], own)
        except InputError as error:
            raise InputError(*(fault.within(f"{table}.{name}") for fault in error.faults)) from None
        _add(found, f"{names[name]}_footprint", text)
    _add(found, "footprint", " + ".join(f"{own}_footprint" for own in names.values()))
    found.told.append("only what the bill has: the use phase of ACT is on its command line")
    return found


def _add(found: Imported, name: str, formula: str) -> None:
    found.formulas[name], found.units[name] = formula, _FOOTPRINT


def _bill(path: Path, *, imports: bool = True) -> dict[str, Any]:
    """Return the tables of a file, with those of the files that it names."""
    import yaml  # noqa: PLC0415 - only here

    try:
        bill = yaml.safe_load(text_of(path))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InputError(Fault(f"no YAML ({error})".replace("\n", " "), "a bill of ACT")) from None
    if not isinstance(bill, dict):
        raise InputError(Fault("no table", "a bill of materials of ACT"))
    for table in _PARTS:
        bill[table] = bill.get(table) or {}
        rows = bill[table].values() if isinstance(bill[table], dict) else [None]
        if not all(isinstance(own, dict) and _is_flat(own) for own in rows):
            raise InputError(Fault("no tables by name", "a table for each part", (table,)))
    others = bill.get("imports") or {}
    if not isinstance(others, dict) or not _is_flat(others):
        raise InputError(Fault("no names of files", "files by name", ("imports",)))
    for prefix, name in others.items() if imports else ():
        other = (path.parent / str(name)).resolve()
        if path.parent.resolve() not in other.parents or not other.is_file():
            raise InputError(Fault(repr(name), "a file beside this one", ("imports", str(prefix))))
        more = _bill(other, imports=False)
        for table in _PARTS:
            bill[table] |= {f"{prefix}.{key}": own for key, own in more[table].items()}
    return bill


def _is_flat(own: Mapping[str, Any]) -> bool:
    """Tell whether a table has words and numbers alone: what refers to itself may have no end."""
    return all(value is None or isinstance(value, str | int | float) for value in own.values())


def _silicon(found: Imported, name: str, own: Part) -> str:
    model = str(own.get("model", "logic"))
    made = _one_of(_SILICON, model, "model")(found, name, own)
    share = _yield(found, name, own)
    count = int(_number(own, "n_ics", 0))
    pack = f"{count} * {_record(found, 'package', 'semi.packaging_kr.act')}"
    if model == "manual":
        return f"({made} + {pack}) / {share}" if count else f"{made} / {share}"
    return f"{made} / {share} + {pack}" if count else f"{made} / {share}"


def _logic(found: Imported, name: str, own: Part) -> str:
    node = str(own.get("process"))
    _one_of(dict.fromkeys(_NODES), node, "process")
    area = _quantity(found, f"{name}_area", own, "area")
    grid = _grid(found, own, "taiwan")
    energy, gas, material = (
        _record(found, f"fab_{part}_{node}", f"semi.{key}.{node}.act")
        for part, key in (("energy", "epa"), ("gas", "gpa"), ("material", "mpa"))
    )
    if (level := own.get("gpa")) not in (None, 97):
        told = f"gpa {level}: the law of gases runs from 99 to 95 % of abatement"
        found.told += [told] if told not in found.told else []
    return f"{area} * ({grid} * {energy} + {gas} + {material})"


def _stored(records: Mapping[str, str]) -> Callable[[Imported, str, Part], str]:
    def made(found: Imported, name: str, own: Part) -> str:
        process = str(own.get("process"))
        factor = _record(found, f"factor_{process}", _one_of(records, process, "process"))
        return f"{_quantity(found, f'{name}_capacity', own, 'capacity')} * {factor}"

    return made


def _disk(found: Imported, name: str, own: Part) -> str:
    kind = "enterprise" if own.get("process") in _ENTERPRISE else "consumer"
    factor = _record(found, f"disk_{kind}", f"semi.hdd.{kind}.act")
    found.told.append(f"{name}: the law of {kind} drives stands for {own.get('process')!r}")
    return f"{_quantity(found, f'{name}_capacity', own, 'capacity')} * {factor}"


def _manual(found: Imported, name: str, own: Part) -> str:
    return _quantity(found, f"{name}_carbon", own, "carbon", "CO2e")


_SILICON = {
    "logic": _logic,
    "dram": _stored(_DRAMS),
    "flash": _stored(_FLASHES),
    "hdd": _disk,
    "manual": _manual,
}


def _yield(found: Imported, name: str, own: Part) -> str:
    if own.get("fab_yield") is None:
        return _record(found, "fab_yield", "semi.yield.act")
    share = _number(own, "fab_yield", 1)
    if not 0 < share <= 1:
        raise InputError(Fault(f"{share:g}", "a share above 0, up to 1", ("fab_yield",)))
    found.take(f"{name}_yield", lambda: constant(share), "1")
    return f"{name}_yield"


def _passive(found: Imported, name: str, own: Part) -> str:
    _one_of({"capacitor": ""}, str(own.get("category")), "category")
    kind = str(own.get("type", "generic"))
    count = int(_number(own, "quantity", 0))
    if kind == "generic":
        found.laws["capacitor"], found.units["capacitor"] = constant(_GENERIC), "g CO2e"
        return f"{count} * capacitor"
    energy = _record(found, f"energy_{kind}", _one_of(_CAPACITORS, kind, "type"))
    weight = _quantity(found, f"{name}_weight", own, "weight")
    return f"{count} * {weight} * {energy} * {_grid(found, own, 'japan')}"


def _material(found: Imported, name: str, own: Part) -> str:
    category = str(own.get("category"))
    if category in ("frame", "enclosure"):
        kind = str(own.get("type"))
        factor = _record(found, f"factor_{kind}", _one_of(_MATERIALS, kind, "type"))
        return f"{_quantity(found, f'{name}_weight', own, 'weight')} * {factor}"
    if category == "pcb":
        found.told.append(f"{name}: boards of the library, whose factor is not that of ACT")
        factor = _record(found, "factor_board", "pcb.envelope")
        return f"{_quantity(found, f'{name}_area', own, 'area')} * {factor}"
    if category == "battery":
        factor = _record(found, "factor_battery", "battery.nmc.act")
        return f"{_quantity(found, f'{name}_capacity', own, 'capacity')} * {factor}"
    return _one_of(
        dict.fromkeys(("frame", "enclosure", "pcb", "battery"), ""), category, "category"
    )


_READERS = {"silicon": _silicon, "passives": _passive, "materials": _material}


def _grid(found: Imported, own: Part, default: str) -> str:
    place = str(own.get("fab_ci") or default)
    return _record(found, f"fab_grid_{place}", _one_of(_GRIDS, place, "fab_ci"))


def _record(found: Imported, name: str, record: str) -> str:
    """Enter a record of the library once; return its name in formulas."""
    found.records[name] = record
    return name


def _one_of(known: Mapping[str, _Row], name: str, key: str) -> _Row:
    if name not in known:
        raise InputError(Fault(repr(name), ", ".join(known), (key,), nearest(name, known)))
    return known[name]


def _number(own: Part, key: str, default: float) -> float:
    value = own.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _MOST:
        raise InputError(Fault(repr(value), "a number", (key,)))
    return float(value)


def _quantity(found: Imported, name: str, own: Part, key: str, of: str = "") -> str:
    """Enter a number with a unit, such as ``46.4 mm2``."""
    match = _QUANTITY.fullmatch(str(own.get(key, "")))
    if match is None:
        raise InputError(Fault(repr(own.get(key)), "a number with a unit", (key,)))
    power = f"**{match[3]}" if match[3] else ""
    unit = f"{match[2]}{power} {of}".strip()
    found.take(name, lambda: constant(float(match[1])), unit)
    return name
