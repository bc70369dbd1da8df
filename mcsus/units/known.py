"""The units that studies use most, so that reading them does not wait for pint (0.4 s).

Every line is what pint says of the unit, as a test shows; any other name is asked of pint.
"""

from fractions import Fraction
from functools import lru_cache

from mcsus.units.dimension import Dimension

# A dimension by its exponents, then names with their factors to coherent base units.
_TABLE = """
kg=1:               mg 1e-6  g 1e-3  kg 1  t 1e3  kt 1e6  Mt 1e9  Gt 1e12
CO2e=1:             CO2e 1
device=1:           device 1
m=1:                nm 1e-9  um 1e-6  mm 1e-3  cm 1e-2  m 1  km 1e3  mile 1609.344
m=2:                ha 1e4
m=3:                mL 1e-6  L 1e-3
s=1:                us 1e-6  ms 1e-3  s 1  min 60  h 3600  hour 3600
s=1:                day 86400  week 604800  month 2629800  year 31557600
s=-1:               Hz 1
K=1:                K 1
mol=1:              mol 1
A=1:                mA 1e-3  A 1
A=1 s=1:            mAh 3.6
kg=1 m=2 s=-2:      uJ 1e-6  mJ 1e-3  J 1  kJ 1e3  MJ 1e6  GJ 1e9  Btu 1055.056
kg=1 m=2 s=-2:      mWh 3.6  Wh 3600  kWh 3.6e6  MWh 3.6e9  GWh 3.6e12  TWh 3.6e15
kg=1 m=2 s=-3:      uW 1e-6  mW 1e-3  W 1  kW 1e3  MW 1e6  GW 1e9
kg=1 m=2 s=-3 A=-1: mV 1e-3  V 1
kg=-1 m=-2 s=4 A=2: F 1
:                   percent 1e-2  ppm 1e-6  count 1
:                   bit 1  byte 8  kB 8e3  MB 8e6  GB 8e9  TB 8e12
"""


@lru_cache(maxsize=1)
def known_units() -> dict[str, tuple[Dimension, Fraction]]:
    """Return dimension and exact factor of the units that need no pint, by name."""
    found = {}
    for line in _TABLE.strip().splitlines():
        powers, _, units = line.partition(":")
        pairs = (power.split("=") for power in powers.split())
        dimension = Dimension.of(**{base: int(exponent) for base, exponent in pairs})
        words = units.split()
        for name, factor in zip(words[::2], words[1::2], strict=True):
            found[name] = dimension, Fraction(factor)
    return found
