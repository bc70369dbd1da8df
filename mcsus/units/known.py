"""The units that are read: an allow-list, with the prefixes that each takes.

Sources: BIPM, The International System of Units, 9th edition (2019), doi 10.59161/AUEZ1291; NIST
Special Publication 811 (2008), doi 10.6028/NIST.SP.811e2008, for units outside the SI; the Btu
of ISO 31-4 (1,055.056 J). A year is 365.25 days. A test compares every factor with pint's.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from mcsus.units.dimension import Dimension

# Dimension; prefixes; factor to coherent base units; symbols; words, which take the prefixes as
# words ("kilo") and a plural. "-": none.
_TABLE = """
kg=1                 | fpnumcdhkMGTP | 1e-3          | g             | gram gramme
kg=1                 | kMG           | 1e3           | t             | tonne
kg=1                 | -             | 1e3           | -             | metric_ton
kg=1                 | -             | 0.45359237    | lb lbs        | pound
kg=1                 | -             | 0.028349523125 | oz           | ounce
kg=1                 | -             | 907.18474     | -             | short_ton
kg=1                 | -             | 1016.0469088  | -             | long_ton
kg=1                 | -             | 6.479891e-5   | -             | grain
kg=1                 | -             | 2e-4          | -             | carat
CO2e=1               | -             | 1             | CO2e          | -
device=1             | -             | 1             | -             | device
m=1                  | fpnumcdkMG    | 1             | m             | metre meter
m=1                  | -             | 1e-6          | -             | micron
m=1                  | -             | 0.0254        | in inch inches | -
m=1                  | -             | 0.3048        | ft foot feet  | -
m=1                  | -             | 0.9144        | yd            | yard
m=1                  | -             | 1609.344      | mi            | mile
m=1                  | -             | 1852          | nmi           | nautical_mile
m=1                  | -             | 1e-10         | -             | angstrom
m=2                  | kM            | 1e4           | ha            | hectare
m=2                  | -             | 4046.8726098742513 | -        | acre
m=2                  | -             | 0.09290304    | sq_ft         | square_foot
m=3                  | numcdhkMG     | 1e-3          | L             | litre liter
m=3                  | numcdhk       | 1e-3          | l             | -
m=3                  | -             | 1e-6          | cc            | -
m=3                  | -             | 0.0037854117839999993 | -     | US_gallon
m=3                  | -             | 0.004546090000000002 | -      | imperial_gallon
m=3                  | -             | 0.15898729492799996 | -       | oil_barrel
s=1                  | afpnumkMG     | 1             | s             | second
s=1                  | -             | 1             | -             | sec
s=1                  | -             | 60            | -             | minute min
s=1                  | -             | 3600          | h             | hour hr
s=1                  | -             | 86400         | d             | day
s=1                  | -             | 604800        | -             | week
s=1                  | -             | 1209600       | -             | fortnight
s=1                  | -             | 2629800       | -             | month
s=1                  | -             | 31557600      | a             | year yr
s=1                  | -             | 3155760000    | century centuries | -
s=-1                 | mkMGTP        | 1             | Hz            | hertz
s=-1                 | kMGTP         | 1             | Bq            | becquerel
s=-1                 | kMGT          | 1             | bps           | -
K=1                  | num           | 1             | K             | kelvin
K=1                  | -             | 1             | delta_degC    | -
K=1                  | -             | 0.5555555555555556 | delta_degF | -
mol=1                | pnumkMG       | 1             | mol           | mole
mol=1 s=-1           | num           | 1             | kat           | katal
cd=1                 | mk            | 1             | cd            | candela
cd=1                 | mkM           | 1             | lm            | lumen
cd=1 m=-2            | mkM           | 1             | lx            | lux
A=1                  | fpnumk        | 1             | A             | ampere amp
A=1 s=1              | numkM         | 3600          | Ah            | ampere_hour
A=1 s=1              | pnumkMG       | 1             | -             | coulomb
m=1 s=-1             | -             | 0.44704       | mph           | -
m=1 s=-1             | -             | 0.2777777777777778 | kph      | -
m=1 s=-1             | -             | 0.5144444444444445 | -        | knot
kg=1 m=1 s=-2        | numkMG        | 1             | N             | newton
kg=1 m=1 s=-2        | -             | 9.80665       | kgf           | -
kg=1 m=1 s=-2        | -             | 4.4482216152605 | lbf         | -
kg=1 m=-1 s=-2       | numhkMGT      | 1             | Pa            | pascal
kg=1 m=-1 s=-2       | umk           | 1e5           | bar           | -
kg=1 m=-1 s=-2       | -             | 101325        | atm           | -
kg=1 m=-1 s=-2       | -             | 6894.7572931683635 | psi      | -
kg=1 m=2 s=-2        | afpnumkMGTPEZ | 1             | J             | joule
kg=1 m=2 s=-2        | pnumkMGTPE    | 3600          | Wh            | watt_hour watthour
kg=1 m=2 s=-2        | mkMGT         | 1.602176634e-19 | eV          | electronvolt electron_volt
kg=1 m=2 s=-2        | kMG           | 4.184         | cal           | calorie
kg=1 m=2 s=-2        | k             | 1055.056      | Btu BTU Btus BTUs | -
kg=1 m=2 s=-2        | -             | 1055056000    | MMBtu MMBTU mmBtu | -
kg=1 m=2 s=-2        | -             | 1.055056e18   | quad quads    | -
kg=1 m=2 s=-2        | kMG           | 41868000000   | toe           | tonne_of_oil_equivalent
kg=1 m=2 s=-3        | afpnumkMGTPE  | 1             | W             | watt
kg=1 m=2 s=-3        | kM            | 1             | VA            | -
kg=1 m=2 s=-3        | -             | 745.69987158227 | hp          | horsepower
kg=1 m=2 s=-3        | -             | 735.49875     | -             | metric_horsepower
kg=1 m=2 s=-3 A=-1   | pnumkM        | 1             | V             | volt
kg=-1 m=-2 s=4 A=2   | afpnum        | 1             | F             | farad
kg=1 m=2 s=-3 A=-2   | numkMGT       | 1             | ohm Ω Ω       | ohm
kg=-1 m=-2 s=3 A=2   | pnumk         | 1             | S             | siemens
kg=1 m=2 s=-2 A=-1   | num           | 1             | Wb            | weber
kg=1 s=-2 A=-1       | pnum          | 1             | -             | tesla
kg=1 m=2 s=-2 A=-2   | num           | 1             | H             | henry
m=2 s=-2             | numk          | 1             | Gy            | gray
m=2 s=-2             | num           | 1             | Sv            | sievert
-                    | -             | 1e-2          | percent pct % | -
-                    | -             | 1e-3          | permille ‰    | -
-                    | -             | 1e-6          | ppm           | -
-                    | -             | 1e-9          | ppb           | -
-                    | -             | 1             | -             | count
-                    | numk          | 1             | rad           | radian
-                    | -             | 1             | sr            | steradian
-                    | -             | 0.0174532925199433 | deg      | -
-                    | kMGTPEi       | 1             | bit           | bit
-                    | kMGTPEZi      | 8             | ~B            | byte
"""

PREFIXES = {
    "a": ("atto", "1e-18"), "f": ("femto", "1e-15"), "p": ("pico", "1e-12"),
    "n": ("nano", "1e-9"), "u": ("micro", "1e-6"), "m": ("milli", "1e-3"),
    "c": ("centi", "1e-2"), "d": ("deci", "1e-1"), "h": ("hecto", "1e2"),
    "k": ("kilo", "1e3"), "M": ("mega", "1e6"), "G": ("giga", "1e9"), "T": ("tera", "1e12"),
    "P": ("peta", "1e15"), "E": ("exa", "1e18"), "Z": ("zetta", "1e21"),
}  # fmt: skip
"""Symbol, word and size of each prefix."""
_MICRO = ("µ", "μ")  # the micro sign and the Greek letter
_BINARY = tuple(
    (short, long, 1024**power)
    for power, (short, long) in enumerate(
        (("Ki", "kibi"), ("Mi", "mebi"), ("Gi", "gibi"), ("Ti", "tebi"), ("Pi", "pebi")), start=1
    )
)
_PREFIXED = "~"  # before a symbol that is none without a prefix

# Written; what it may mean, with sizes; what to write.
_CONFUSED = """
mt         | millitonne (1 kg); metric ton (1,000 kg)                               | kg; t
mtCO2 mtCO2e | millitonne (1 kg); metric ton (1,000 kg) | kg CO2e; t CO2e
MTCO2 MTCO2e | metric ton (1,000 kg); megatonne (1,000,000 t) | t CO2e; Mt CO2e
MT         | metric ton (1,000 kg); megatonne (1,000,000 t)                         | t; Mt
mT         | metric ton (1,000 kg); millitesla (0.001 tesla)                        | t; millitesla
T          | metric ton (1,000 kg); tesla; trillion (1e12)                          | t; tesla
ton tons   | metric ton (1,000 kg); short ton (907.18474 kg); long ton (1,016.0469088 kg) \
| t; short_ton; long_ton
kton ktons | 1,000 metric tons (1e6 kg); 1,000 short tons (907,184.74 kg)           | kt; short_ton
Mton Mtons | a million metric tons (1e9 kg); a million short tons (9.0718474e8 kg)  | Mt; short_ton
gr         | gram (0.001 kg); grain (0.00006479891 kg)                              | g; grain
gm         | gram (0.001 kg); gram metre (0.001 kg m)                               | g; g m
Nm         | newton metre (1 N m); normal metre of a gas (1 m)                      | N m; m
gal gallon gallons | US gallon (3.785411784 L); imperial gallon (4.54609 L); galileo (0.01 m/s**2) \
| US_gallon; imperial_gallon
bbl barrel barrels | barrel of oil (158.987 L); other barrels (119.240 L)          | oil_barrel; L
MBtu MBTU  | a thousand Btu (1,055,056 J); a million Btu (1,055,056,000 J)          | kBtu; MMBtu
mBtu mBTU  | a thousandth of a Btu (1.055 J); a thousand Btu (1,055,056 J); a million Btu \
(1,055,056,000 J) | J; kBtu; MMBtu
Cal Cals   | food calorie (4,184 J); calorie (4.184 J)                              | kcal; cal
therm therms thm | therm of the EC (105,505,600 J); of the US (105,480,400 J)       | MJ; MMBtu
b          | bit (1 bit); byte (8 bit); barn (1e-28 m**2)                           | bit; byte
kb         | kilobit (1,000 bit); kilobyte (8,000 bit)                              | kbit; kB
Mb         | megabit (1e6 bit); megabyte (8e6 bit)                                  | Mbit; MB
Gb         | gigabit (1e9 bit); gigabyte (8e9 bit)                                  | Gbit; GB
Tb         | terabit (1e12 bit); terabyte (8e12 bit)                                | Tbit; TB
B          | byte (8 bit); billion (1e9)                                            | byte; 1
M          | million (1e6); molar (1,000 mol/m**3)                                  | 1; mol/L
MM         | million (1e6); megamolar (1e9 mol/m**3)                                | 1; mol/L
k          | thousand (1,000); kelvin (1 K)                                         | 1; K
mil mils   | million (1e6); a thousandth of an inch (0.0000254 m)                   | 1; um
u          | unit (1); dalton (1.66053906892e-27 kg)                                | 1; kg
C          | coulomb (1 A s); carbon (44/12 of it is CO2); degree Celsius (1 K of difference) \
| coulomb; kg; K
degree degrees | degree of arc (0.0174532925199433); degree Celsius or Fahrenheit   | deg; K
ppt        | parts per thousand (0.001); parts per trillion (1e-12)                 | permille; ppm
pt         | pint (0.473 L or 0.568 L); point (0.353 mm); picotonne (1e-9 kg)       | L; mm; mg
at         | technical atmosphere (98,066.5 Pa); attotonne (1e-15 kg)               | Pa; kg
EV         | electric vehicle (a unit of your own: [units]); electronvolt           | 1; eV
PV         | photovoltaic; petavolt (1e15 V)                                        | 1; V
pmile      | passenger mile (units of your own: [units]); picomile (1.6e-9 m)       | mile; m
pkm        | passenger km (units of your own: [units]); picokilometre (1e-9 m)      | km; nm
cycle cycles | cycle (1); 2 pi radians (6.283185307179586)                          | 1; rad
NM         | nautical mile (1,852 m); nanometre (1e-9 m); newton metre (1 N m)      | \
nautical_mile; nm; N m
nmile nmiles | nautical mile (1,852 m); nanomile (1.6e-6 m); mile (1,609.344 m)    | \
nautical_mile; um; mile
kn         | knot (0.514444 m/s); kilonewton (1,000 N)                              | knot; kN
thou       | thousand (1,000); a thousandth of an inch (0.0000254 m)                | 1; um
stone stones | stone (6.35029318 kg); tonne (1,000 kg)                              | kg; t
dram drams | dram (0.0017718451953125 kg); fluid dram (0.0037 L); gram (0.001 kg)   | kg; L; g
rpm        | revolutions in a minute (1/60 Hz); as an angle (0.10472 rad/s)         | 1/min; rad/s
PS         | metric horsepower (735.49875 W); petasiemens (1e15 S)                  | \
metric_horsepower; S
ct         | cent (a unit of your own: [units]); carat (0.0002 kg); centitonne (10 kg) \
| 1; carat; kg
"""


class Scale(NamedTuple):
    """What a unit measures, and one of it in coherent base units, exactly."""

    dimension: Dimension
    factor: Fraction


class Row(NamedTuple):
    """Units of one size: the letters of their prefixes, what one is in base units, their names."""

    dimension: Dimension
    prefixes: str
    factor: str
    symbols: tuple[str, ...]
    words: tuple[str, ...]


class Confusion(NamedTuple):
    """A word with several readings, by name and size, and the units to write instead."""

    readings: tuple[str, ...]
    write: tuple[str, ...]


@lru_cache(maxsize=1)
def known_units() -> dict[str, Scale]:
    """Return every unit name that is read, with its prefix, and what it stands for."""
    return {
        name: Scale(row.dimension, size * Fraction(row.factor))
        for row in unit_rows()
        for name, size in _named(row)
    }


def unit_rows() -> Iterator[Row]:
    """Return the rows of the table of units."""
    for line in _TABLE.strip().splitlines():
        powers, prefixes, factor, *names = (cell.strip() for cell in line.split("|"))
        pairs = (power.split("=") for power in powers.split() if power != "-")
        dimension = Dimension.of(**{base: int(exponent) for base, exponent in pairs})
        symbols, words = (tuple(cell.replace("-", "").split()) for cell in names)
        yield Row(dimension, prefixes.replace("-", ""), factor, symbols, words)


def _named(row: Row) -> Iterator[tuple[str, int | Fraction]]:
    """Return the names of a row with the sizes of their prefixes."""
    chosen = [(symbol, *PREFIXES[symbol]) for symbol in row.prefixes if symbol in PREFIXES]
    binary = _BINARY if "i" in row.prefixes else ()
    for symbol in row.symbols:
        bare = symbol.removeprefix(_PREFIXED)
        if bare == symbol:
            yield bare, 1
        for short, _, number in chosen:
            for spelt in (short, *_MICRO) if short == "u" else (short,):
                yield spelt + bare, Fraction(number)
        for short, _, factor in binary:
            yield short + bare, factor
    for word in row.words:
        plural = "" if word[-1] in "sxzh" else "s"
        for prefix, size in (("", Fraction(1)), *((long, Fraction(n)) for _, long, n in chosen)):
            yield prefix + word, size
            yield prefix + word + plural, size
        for _, long, factor in binary:
            yield long + word, factor
            yield long + word + plural, factor


@lru_cache(maxsize=1)
def confused_words() -> dict[str, Confusion]:
    """Return the words that are refused since people read them in several ways."""
    confused: dict[str, Confusion] = {}
    for line in _CONFUSED.strip().splitlines():
        words, *cells = (cell.strip() for cell in line.split("|"))
        readings, write = (tuple(cell.split("; ")) for cell in cells)
        confused |= dict.fromkeys(words.split(), Confusion(readings, write))
    return confused
