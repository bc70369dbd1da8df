"""Units: exact factors, dimensions, and every way in which a unit string is refused."""

from __future__ import annotations

import math
import re
import subprocess
import sys
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcsus.errors import InputError
from mcsus.units import BASES, DIMENSIONLESS, Dimension, Unit, unit
from tests.pint_registry import dimension_of, quantity, registry

dimensions = st.dictionaries(
    st.sampled_from(BASES), st.integers(-9, 9).map(Fraction), max_size=4
).map(lambda powers: Dimension.of(**powers))


class TestFactors:
    """Factors follow from definitions (SI brochure, 9th edition) and are exact, not close."""

    @pytest.mark.parametrize(
        ("text", "factor", "dimension"),
        [
            ("1", 1.0, "1"),
            ("%", 0.01, "1"),
            ("kg", 1.0, "kg"),
            ("g", 1e-3, "kg"),
            ("t", 1e3, "kg"),
            ("Mt", 1e9, "kg"),
            ("Gt CO2e", 1e12, "kg CO2e"),
            ("kg CO2e", 1.0, "kg CO2e"),
            ("g CO2e", 1e-3, "kg CO2e"),
            ("mm**2", 1e-6, "m**2"),
            ("1/cm**2", 1e4, "1 / m**2"),
            ("L", 1e-3, "m**3"),
            ("kWh", 3.6e6, "kg m**2 / s**2"),
            ("mW", 1e-3, "kg m**2 / s**3"),
            ("kWh/cm**2", 3.6e10, "kg / s**2"),
            ("year", 31_557_600.0, "s"),  # 365.25 d
            ("day", 86_400.0, "s"),
            ("t km", 1e6, "kg m"),
            ("kg CO2e/(t km)", 1e-6, "CO2e / m"),
            ("mA h", 3.6, "s A"),
            ("device", 1.0, "device"),
            ("device/year", 1 / 31_557_600, "device / s"),
            ("kg CO2e/(device year)", 1 / 31_557_600, "kg CO2e / (device s)"),
            ("Mt CO2e/year", 1e9 / 31_557_600, "kg CO2e / s"),
            ("g CO2e/kWh", 1 / 3.6e9, "CO2e s**2 / m**2"),
            ("kg*m/s**2", 1.0, "kg m / s**2"),
            ("m**-2", 1.0, "1 / m**2"),
            ("m²", 1.0, "m**2"),
            ("kg·m·s⁻²", 1.0, "kg m / s**2"),
            ("kWh/(m² a)", 3.6e6 / 31_557_600, "kg / s**3"),
            ("kΩ", 1e3, "kg m**2 / (s**3 A**2)"),
            ("MMBtu", 1_055_056_000.0, "kg m**2 / s**2"),
            ("mmBtu", 1_055_056_000.0, "kg m**2 / s**2"),
            ("ppb", 1e-9, "1"),
            ("MiB", 8_388_608.0, "1"),
            ("(kg/m)**2", 1.0, "kg**2 / m**2"),
        ],
    )
    def test_exact(self, text: str, factor: float, dimension: str) -> None:
        found = unit(text)
        assert found.factor == factor
        assert str(found.dimension) == dimension

    def test_year_of_hours(self) -> None:
        assert 3 * unit("year").factor / unit("h").factor == 26_298

    def test_agrees_with_pint(self) -> None:
        for text in ("kg CO2e/(device year)", "g CO2e/kWh", "kWh/cm**2", "mA h"):
            base = registry().Quantity(1.0, text).to_base_units()
            # Two roundings of pint's float chain.
            assert unit(text).factor == pytest.approx(base.magnitude, rel=4e-16)
            assert unit(text).dimension == dimension_of(base)

    def test_mass_is_not_carbon_and_device_is_no_number(self) -> None:
        assert unit("kg").dimension != unit("kg CO2e").dimension
        assert unit("device").dimension != DIMENSIONLESS

    def test_spaces_do_not_matter(self) -> None:
        assert unit("  kg   CO2e / kWh ") == Unit("kg   CO2e / kWh", *_scale("kg CO2e/kWh"))

    def test_prints_as_written(self) -> None:
        assert str(unit("g CO2e/kWh")) == "g CO2e/kWh"


def _scale(text: str) -> tuple[Dimension, float]:
    return unit(text).dimension, unit(text).factor


class TestRefusals:
    @pytest.mark.parametrize(
        ("text", "match"),
        [
            ("", "an empty unit"),
            ("   ", "an empty unit"),
            ("ton", r"'ton': metric ton \(1,000 kg\) or short ton .* or long ton .*write 't'"),
            ("tons", r"long ton \(1,016"),
            ("kton CO2e", "1,000 short tons"),
            ("12 mt CO2e", "'12' in"),
            ("mt CO2e", r"millitonne \(1 kg\) or metric ton \(1,000 kg\)\?"),
            ("gr", r"grain \(0.00006479891 kg\)"),
            ("kg CO2e/pmile", r"passenger mile .* or picomile"),
            ("MWH", r"'mWh' \(3.6 J\) or 'MWh' \(3600000000 J\)$"),
            ("Mj", r"'mJ' \(0.001 J\) or 'MJ' \(1000000 J\)$"),
            ("person", r"\[units\] in the study$"),
            ("CO₂e", "did you mean 'CO2e'"),
            ("°C", "a temperature with an offset.*did you mean 'K'"),
            ("W/°F", "a temperature with an offset"),
            ("degC", "a temperature with an offset.*did you mean 'K'"),
            ("W/degF", "a temperature with an offset"),
            ("kdegC", "a temperature with an offset"),
            ("dB", "logarithmic"),
            ("dBm", "logarithmic"),
            ("kg**9**9**9", "a power of a power"),
            ("(((nm**9)**9)**9)**9", "powers of powers"),
            ("kg**99", "the exponent '99'"),
            ("kg**0.5", "'.' in"),
            ("kg**m", "the exponent 'm'"),
            ("kg**", "the exponent ''"),
            ("kg*", "which ends early"),
            ("kg//m", "'/' in"),
            ("*kg", "'[*]' in"),
            ("(kg", "a parenthesis that is not closed"),
            ("kg)", "'[)]' in"),
            ("((((((kg))))))", "nested deeper than 4"),
            ("2 kg", "'2' in"),
            ("1e3 kg", "'e3' right after another unit"),
            ("kg - m", "'-' in"),
            ("m^2", r"did you mean 'm\*\*2'"),
            ("kg\nCO2e", r"'\\n' in"),
            ("kg\0", "in 'kg"),
            ("kg%", "'%' right after another unit"),
            ("kg(m)", "'[(]' right after another unit"),
            ("kg/device year", "parentheses around what divides"),
            ("__import__('os')", "'_' in"),
            ("x" * 101, "a unit of 101 characters; allowed: at most 100"),
            ("x" * 60, "unknown unit"),
            ("pixel", "unknown unit"),
            ("k", "thousand"),
            ("Gm**9 " * 16, "whose size no float can hold"),
            ("fm**9 " * 16, "whose size no float can hold"),
        ],
    )
    def test_message(self, text: str, match: str) -> None:
        with pytest.raises(InputError, match=match):
            unit(text)

    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            ("kwh", "kWh"),
            ("Kg", "kg"),
            ("kgCO2e", "kg CO2e"),
            ("gCO2e/kWh", "g CO2e"),
            ("MtCO2", "Mt CO2e"),
            ("kg CO2eq", "CO2e"),
            ("kgCO2e/tkm", "kg CO2e"),
            ("kg CO2e/tkm", "t km"),
            ("mm2", "mm**2"),
            ("devise", "device"),
            ("yaer", "year"),
            ("m3", "m**3"),
            ("fraction", "1"),
        ],
    )
    def test_nearest(self, text: str, meant: str) -> None:
        with pytest.raises(InputError, match="unknown unit") as caught:
            unit(text)
        assert caught.value.faults[0].nearest == meant
        unit(meant)

    @pytest.mark.parametrize("value", [None, 1, ["kg"], b"kg"])
    def test_not_text(self, value: object) -> None:
        with pytest.raises(InputError, match="a unit in quotes"):
            unit(value)  # type: ignore[arg-type]

    def test_towers_are_refused_at_once(self) -> None:
        start = time.perf_counter()
        for text in ("kg**9**9**9", "9**9**9", "((1**9)**9)**9", "((((km**9)**9)**9)**9)**9"):
            with pytest.raises(InputError, match="found"):
                unit(text + "**9")
        # A hang takes hours; ten seconds are 10,000 times what these take.
        assert time.perf_counter() - start < 10

    def test_where_is_the_unit(self) -> None:
        with pytest.raises(InputError, match=r"^unit: found") as caught:
            unit("foo")
        assert caught.value.faults[0].where == ("unit",)


class TestDimension:
    @given(dimensions, dimensions)
    def test_division_undoes_multiplication(self, one: Dimension, two: Dimension) -> None:
        assert one * two / two == one
        assert one * two == two * one
        assert (one / one).is_dimensionless

    @given(dimensions, st.integers(1, 5))
    def test_roots_undo_powers(self, one: Dimension, power: int) -> None:
        assert (one**power) ** (1 / power) == one
        assert hash((one**power) ** Fraction(1, power)) == hash(one)

    @given(dimensions)
    def test_text_reads_back(self, one: Dimension) -> None:
        assert unit(str(one)).dimension == one
        assert unit(str(one)).factor == 1.0

    @given(dimensions)
    def test_there_and_back_through_pint(self, one: Dimension) -> None:
        measured = quantity(2.5, one)
        assert dimension_of(measured) == one
        assert measured.to_base_units().magnitude == 2.5

    def test_zero_exponents_vanish(self) -> None:
        assert Dimension.of(kg=0, m=1) == Dimension.of(m=1)
        assert str(Dimension.of(m=0.5, s=-1.5)) == "m**(1/2) / s**(3/2)"

    def test_messages_show_the_units_that_were_written(self) -> None:
        power, price = unit("kWh/day").dimension, unit("g CO2e/kWh").dimension
        assert (power * price).shown == "g CO2e / day"
        assert str(power * price) == "kg CO2e / s"
        assert (power / unit("kWh/day").dimension).shown == "1"
        assert (unit("m²").dimension ** 0.5).shown == "m"

    def test_unknown_base(self) -> None:
        with pytest.raises(InputError, match=r"base unit 'devic'.*did you mean 'device'"):
            Dimension.of(devic=1)

    def test_numbers_are_dimensionless(self) -> None:
        assert dimension_of(3.0) == DIMENSIONLESS
        assert dimension_of(registry().Quantity(1.0, "percent")) == DIMENSIONLESS


class TestRegistry:
    def test_one_instance(self) -> None:
        assert registry() is registry()

    def test_carbon_does_not_convert_to_mass(self) -> None:
        with pytest.raises(Exception, match="Cannot convert"):
            registry().Quantity(1.0, "kg CO2e").to("kg")

    def test_units_are_read_without_pint(self) -> None:
        code = (
            "import sys, mcsus.units, mcsus.expressions;"
            "mcsus.units.unit('kg CO2e/kWh'); mcsus.units.unit('%'); mcsus.units.unit('acre');"
            "assert not {'pint', 'scipy', 'numba'} & set(sys.modules)"
        )
        subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_every_allowed_example_in_the_message_is_a_unit() -> None:
    with pytest.raises(InputError, match="for example") as caught:
        unit("")
    example = re.search(r"'(kg[^']*)'", caught.value.faults[0].allowed)
    assert example is not None
    assert math.isfinite(unit(example[1]).factor)


@pytest.mark.parametrize(
    ("text", "kilograms"), [("t", 1e3), ("kt", 1e6), ("Mt", 1e9), ("Gt", 1e12)]
)
def test_masses_of_emissions_grow_by_thousands(text, kilograms):
    assert unit(f"{text} CO2e").factor == kilograms
    assert registry().Quantity(1, text).to("kg").magnitude == pytest.approx(kilograms, rel=1e-15)
