"""Which units are read: against pint's registry, and what hints say of those that are not."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from mcsus.errors import InputError, nearest
from mcsus.families import FAMILIES
from mcsus.units import known_units, unit
from mcsus.units.known import confused_words
from tests.pint_registry import dimension_of, registry

GONE = Path(__file__).parents[1] / "data" / "units_no_longer_read.txt"
"""Unit strings of up to four letters that pint reads as a unit that scales, and mcsus does not."""


def _pint_reads(name: str) -> str | None:
    """Return pint's name of a unit that scales and is no constant, else None."""
    read = registry().parse_unit_name(name)
    if not read:
        return None
    _, base, _ = read[0]
    one = registry().Quantity(1.0, base)
    is_constant = base.endswith("_constant") or base in {
        "speed_of_light",
        "elementary_charge",
        "pi",
        "avogadro_number",
        "eulers_number",
    }
    if is_constant or not one._is_multiplicative or base == "ton":
        return None
    try:
        dimension_of(one)
    except InputError:
        return None
    return str(base)


def _short_names() -> list[str]:
    pint = registry()
    made = map("".join, itertools.product(pint._prefixes, pint._units, ("", "s")))
    return sorted({name for name in made if len(name) <= 4 and name.isascii() and name.isalnum()})


def _is_read(name: str) -> bool:
    try:
        unit(name)
    except InputError:
        return False
    return True


def gone() -> str:
    """Return the list as a text: a line for each unit of pint."""
    lines: dict[str, list[str]] = {}
    for name in _short_names():
        base = _pint_reads(name)
        if base is not None and name[0].isalpha() and not _is_read(name):
            lines.setdefault(base, []).append(name)
    return "".join(f"{base}: {' '.join(names)}\n" for base, names in sorted(lines.items()))


@pytest.mark.slow  # goes through a whole registry
def test_every_short_name_that_is_no_longer_read_is_listed() -> None:
    assert GONE.read_text(encoding="utf-8") == gone()


def _pint_size(name: str) -> float | None:
    try:
        one = registry().Quantity(1.0, name)
        dimension_of(one)
        return float(one.to_base_units().magnitude)
    except Exception:  # noqa: BLE001 - pint has many ways to refuse
        return None


OF_OUR_OWN = {"pct", "amps", "mcd"}
"""To pint a picocarat, an attometre a second and a thousandth of a day."""


@pytest.mark.parametrize("name", sorted(known_units()))
def test_a_unit_has_the_size_that_pint_gives(name: str) -> None:
    if name in OF_OUR_OWN or (theirs := _pint_size(name)) is None:
        return
    assert float(known_units()[name].factor) == pytest.approx(theirs, rel=4e-16)
    assert known_units()[name].dimension == dimension_of(registry().Quantity(1.0, name))


@pytest.mark.parametrize("word", sorted(confused_words()))
def test_a_word_with_several_readings_is_refused_with_all_of_them(word: str) -> None:
    confusion = confused_words()[word]
    with pytest.raises(InputError) as caught:
        unit(word)
    assert word not in known_units()
    assert len(confusion.readings) > 1
    assert all(reading in str(caught.value) for reading in confusion.readings)
    for instead in confusion.write:
        assert repr(instead) in str(caught.value)
        unit(instead)


def test_metric_tons_are_no_millitonnes() -> None:
    with pytest.raises(
        InputError, match=r"millitonne \(1 kg\) or metric ton \(1,000 kg\)"
    ) as caught:
        unit("mt CO2e")
    assert "write 'kg' or 't'" in str(caught.value)


SIZED = {"mt", "mtCO2", "mtCO2e", "MT", "MTCO2", "ton", "tons", "gr", "MBtu", "Cal", "kb", "Mb"}


@pytest.mark.parametrize("word", sorted(SIZED))
def test_the_unit_to_write_has_the_size_of_a_reading(word: str) -> None:
    """Where each reading is named with a size, the units to write are these sizes, in order."""
    readings, write = confused_words()[word]
    for reading, instead in zip(readings, write, strict=True):
        number, text = re.findall(r"\(([0-9.,e-]+) ([A-Za-z]+)\)", reading)[0]
        size = float(number.replace(",", "")) * unit(text).factor
        assert unit(instead).factor == pytest.approx(size, rel=1e-6)


# Written by mistake, and what was meant. Each is refused.
MISTYPED = """
MWH MWh; MWH mWh; KWH kWh; kwh kWh; Kwh kWh; kWH kWh; KWh kWh; mwh mWh; Mwh MWh; GWH GWh; Gwh GWh;
gwh GWh; TWH TWh; Twh TWh; twh TWh; wh Wh; WH Wh; mWH mWh; uwh uWh; Mj MJ; Mj mJ; mj mJ; mj MJ;
gj GJ; Gj GJ; tj TJ; kj kJ; KJ kJ; Kj kJ; pj PJ; pj pJ; ej EJ; uj uJ; nj nJ; mw MW; mw mW; Mw MW;
kw kW; KW kW; Kw kW; gw GW; tw TW; uw uW; Kg kg; KG kg; kG kg; Mgm mg; KM km; Km km; kM km; CM cm;
Cm cm; dM dm; nM nm; UM um; mM mm; MM2 mm**2; cm2 cm**2; mm2 mm**2; m2 m**2; m3 m**3; km2 km**2;
dm3 dm**3; cm3 cm**3; mL2 mL**2; ML3 ML**3; HA ha; Ha ha; lB lb; LB lb; Lb lb; OZ oz; Oz oz;
FT ft; Ft ft; IN in; YD yd; Mi mi; NMI nmi; hz Hz; HZ Hz; khz kHz; Khz kHz; KHZ kHz; mhz MHz;
mhz mHz; MHZ MHz; Mhz MHz; ghz GHz; GHZ GHz; Ghz GHz; mah mAh; MAH MAh; mAH mAh; MaH MAh; ah Ah;
AH Ah; kv kV; KV kV; mv mV; mv MV; v V; w W; j J; n N; Pa2 Pa**2; PA Pa; pa Pa; KPA kPa; kpa kPa;
Kpa kPa; mpa MPa; mpa mPa; MPA MPa; BAR bar; Bar bar; ATM atm; PSI psi; Psi psi; BTu Btu; btu Btu;
BtU Btu; kbtu kBtu; KBTU kBtu; mmbtu MMBtu; MMbtu MMBtu; mMBtu MMBtu; EV2 eV**2; KEV keV; kev keV;
mev MeV; mev meV; KCAL kcal; Kcal kcal; CAL cal; TOE toe; MTOE Mtoe; Mtoes Mtoe; HP hp; Hp hp;
kwhr kWh; kwhs kWh; kWhs kWh; Whs Wh; year2 year**2; yaer year; yeer year; yera year; yers years;
YEAR year; Year year; Years year; YR yr; Yr yr; HOUR hour; Hour hour; houre hour; huor hour;
Hours hour; dya day; DAY day; Day day; Days day; weak week; WEEK week; Week week; moth month;
Month month; monht month; Minute minute; minuts minute; MIN min; SEC sec; Second second;
secound second; kilogam kilogram; killogram kilogram; kilogramm kilogram; Kilogram kilogram;
gramm gram; Gram gram; gramms gram; miligram milligram; migrogram microgram; tonn tonne;
tonnes2 tonne**2; Tonne tonne; tone tonne; tonnne tonne; meeter meter; Metre metre;
kilometr kilometre; killometer kilometer; kilomter kilometer; milimeter millimeter;
centimetr centimetre; Litre litre; litr litre; Liter liter; leter liter; mililitre millilitre;
hectar hectare; hectares2 hectare**2; Hectare hectare; acer acre; Acre acre; jule joule;
Joule joule; juole joule; megajule megajoule; kilojule kilojoule; wat watt; Watt watt; wattt watt;
kilowat kilowatt; megawat megawatt; milliwat milliwatt; kilowathour kilowatthour;
kilowathours kilowatthour; megawatthour2 megawatthour**2; volts2 volt**2; Volt volt; vollt volt;
amper ampere; Amp amp; kelvn kelvin; Kelvin kelvin; kelven kelvin; devise device; Device device;
devcie device; devices2 device**2; percnt percent; prcent percent; Percent percent;
PERCENT percent; PPM ppm; Ppm ppm; PPB ppb; Ppb ppb; permill permille; byt byte; Byte byte;
gigabit2 gigabit**2; megabyt megabyte; gigabyt gigabyte; KB kB; Kb kB; gb GB; GiB2 GiB**2;
KIB KiB; kib KiB; gib GiB; mb MB; tb TB; kgCO2e kg CO2e; kgCO2 kg CO2e; tCO2e t CO2e; gCO2 g CO2e;
MtCO2e Mt CO2e; GtCO2 Gt CO2e; kgCO2eq kg CO2e; co2e CO2e; CO2 CO2e; CO2eq CO2e; Co2e CO2e;
co2 CO2e; tkm t km; kWp kW; MWe MW; MWth MW; MMT Mt; MMTCO2e Mt CO2e; ounze ounce; pund pound;
poud pound; inche inch; yrad yard; mille mile; Mile mile; miles2 mile**2;
nautical_mil nautical_mile; knott knot; hektare hectare; cent_ury century; centurie century;
fortnigt fortnight; newtn newton; pascl pascal; Pascal pascal; hertzz hertz; lumn lumen;
mol2 mol**2; moll mole; Mol mol; KMOL kmol; kMol kmol; person person; passenger passenger;
household household; meal meal; kN2 kN**2; stone pound; dram ounce;
nmile nautical_mile; NM nautical_mile; kn knot; thou inch; gpu_hour gpu_hour; page page
"""
PAIRS = [tuple(pair.split(maxsplit=1)) for pair in MISTYPED.replace("\n", " ").split(";")]


def test_there_are_some_two_hundred_mistypings() -> None:
    assert len(PAIRS) > 200


@pytest.mark.parametrize(("written", "meant"), PAIRS)
def test_no_hint_changes_the_size_of_a_value(written: str, meant: str) -> None:
    """What is named alone has the size that was meant; else all that is close is named."""
    with pytest.raises(InputError) as caught:
        unit(written)
    (fault,) = caught.value.faults
    if fault.nearest is not None:
        hint, right = unit(fault.nearest), unit(meant)
        assert (hint.factor, hint.dimension) == (right.factor, right.dimension)
    named = re.findall(r"'([^']+)' \(", fault.allowed)
    if named:
        sizes = {(unit(one).factor, unit(one).dimension) for one in named}
        assert len(sizes) > 1
        assert (unit(meant).factor, unit(meant).dimension) in sizes


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_no_hint_of_a_key_changes_what_a_number_means(family: str) -> None:
    """Another word is no misspelling; a slip of one letter is one of its own key or of none."""
    keys = list(FAMILIES[family].parameters)
    every = {key for each in FAMILIES.values() for key in each.parameters}
    every -= {"probability", "probabilities"}
    every |= {"gsd2", "log_sd", "log_mean", "cv", "variance", "sigma", "relative_sd", "rate"}
    plain = [
        key for key in every - set(keys) if key.rstrip("s") not in {k.rstrip("s") for k in keys}
    ]
    assert {key: nearest(key, keys) for key in plain if nearest(key, keys)} == {}
    for key in keys:
        slips = {key[:i] + key[i + 1 :] for i in range(len(key))}
        slips |= {key[:i] + key[i] + key[i:] for i in range(len(key))}
        slips |= {key[:i] + key[i + 1] + key[i] + key[i + 2 :] for i in range(len(key) - 1)}
        assert {nearest(slip, keys) for slip in slips - every} <= {key, None}
