"""Devices sold, in use and given up, year by year: a dynamic stock model.

Devices of one cohort are sold evenly over their year and survive by a Weibull law of shape 2,
written with its mean so that no gamma function is needed: exp(-pi/4 (age/mean)^2). Stocks at the
ends of a year follow, and what is given up closes the balance. In a steady state the stock is
shipments times mean life, exactly (Little 1961, doi:10.1287/opre.9.3.383).
"""

from math import pi

from mcsus.expressions import exp, log, minimum, sqrt, sum_over, where
from mcsus.model import equation


@equation(unit="device/year")
def shipments_2030(shipments_2030_forecast, forecast_error):
    """Devices sold in 2030: the forecast of the scenario times its error.

    Unit: device/year. Source: forecast of ABI Research; its error from past forecasts.
    """
    return shipments_2030_forecast * forecast_error


@equation(unit="1/year")
def growth_before(shipments_2030, shipments_2022, step):
    """Growth between the two anchors, 2022 and 2030; may be negative.

    Unit: 1/year. Source: exponential through two points.
    """
    return log(shipments_2030 / shipments_2022) / (8 * step)


def _sold(time, mcu_shipments_2021, mcu_growth, shipments_2030, growth_before, growth_after, step):
    """Return the devices sold in one year, no more than all microcontrollers."""
    growth = where(time < 2030, growth_before, growth_after)
    return minimum(
        mcu_shipments_2021 * exp(mcu_growth * (time - 2021) * step),
        shipments_2030 * exp(growth * ((time - 2030) * step)),
    )


@equation(unit="device/year")
def shipments(
    year, mcu_shipments_2021, mcu_growth, shipments_2030, growth_before, growth_after, step
):
    """Devices sold in a year, no more than all microcontrollers.

    Unit: device/year. Source: forecast of ABI Research; IC Insights for microcontrollers.
    """
    return _sold(
        year, mcu_shipments_2021, mcu_growth, shipments_2030, growth_before, growth_after, step
    )


@equation(unit="device/year")
def shipments_by_cohort(
    cohort, mcu_shipments_2021, mcu_growth, shipments_2030, growth_before, growth_after, step
):
    """Devices sold in the year of a cohort: the same path as `shipments`.

    Unit: device/year. Source: as `shipments`.
    """
    return _sold(
        cohort, mcu_shipments_2021, mcu_growth, shipments_2030, growth_before, growth_after, step
    )


@equation(unit="1")
def alive_end(cohort, year, step, fleet_life):
    """Part of a cohort that is in use at the end of a year.

    Unit: 1. Source: dynamic stock model, van der Voet et al. 2002,
    doi:10.1016/S0921-8009(02)00028-9; ODYM, Pauliuk and Heeren 2020, doi:10.1111/jiec.12952.
    """
    return where(cohort > year, 0, exp(-pi / 4 * ((year - cohort + 0.5) * step / fleet_life) ** 2))


@equation(unit="1")
def alive_begin(cohort, year, step, fleet_life):
    """Part of a cohort that is in use at the start of a year.

    Unit: 1. Source: dynamic stock model, van der Voet et al. 2002,
    doi:10.1016/S0921-8009(02)00028-9; ODYM, Pauliuk and Heeren 2020, doi:10.1111/jiec.12952.
    """
    return where(
        cohort > year - 1, 0, exp(-pi / 4 * ((year - cohort - 0.5) * step / fleet_life) ** 2)
    )


@equation(unit="device")
def stock_end(shipments_by_cohort, step, alive_end):
    """Devices in use at the end of a year, all cohorts.

    Unit: device. Source: dynamic stock model, van der Voet et al. 2002,
    doi:10.1016/S0921-8009(02)00028-9.
    """
    return sum_over(shipments_by_cohort * step * alive_end, over="cohort")


@equation(unit="device")
def stock_begin(shipments_by_cohort, step, alive_begin):
    """Devices in use at the start of a year, all cohorts.

    Unit: device. Source: dynamic stock model, van der Voet et al. 2002,
    doi:10.1016/S0921-8009(02)00028-9.
    """
    return sum_over(shipments_by_cohort * step * alive_begin, over="cohort")


@equation(unit="device")
def stock(stock_begin, stock_end):
    """Devices in use, mean of a year.

    Unit: device. Source: trapezoid in the year.
    """
    return (stock_begin + stock_end) / 2


@equation(unit="device/year")
def retired(shipments, stock_begin, stock_end, step):
    """Devices given up in a year: what was sold and has not been added to the stock.

    Unit: device/year. Source: balance of the stock.
    """
    return shipments + (stock_begin - stock_end) / step


@equation(unit="1")
def life_spread(life_draw):
    """Life of one device over the mean life: quantile of the survival law.

    Unit: 1. Source: inverse of exp(-pi/4 x^2).
    """
    return sqrt(-4 / pi * log(life_draw))


@equation(unit="year")
def device_life(fleet_life, life_spread):
    """Life of one device of the population.

    Unit: year. Source: the same survival law as the stock.
    """
    return fleet_life * life_spread
