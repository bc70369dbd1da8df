# mypy: allow-untyped-defs
# An equation takes floats, arrays, pint quantities or symbols: its arguments have no one type.
"""Avoided emissions: what a device is said to save, what is left of it, and what it costs.

Gross footprint, avoided and net emissions are three quantities, never one (ITU-T L.1480; Russell
2019, World Resources Institute). Every study adds `baseline_emissions` per year, an activity times
an emission factor, and declares whether the factor is average or marginal. A claim is discounted
by four shares, each used once, by what its evidence already contains: does the effect exist
(`works`), how much of a predicted saving is realised, what rebounds, what would have come anyway.
"""

from __future__ import annotations

from mcsus.expressions import exp, maximum, mean_over, where
from mcsus.model import Equation, equation


@equation(unit="kg CO2e")
def claimed_avoided(baseline_emissions, technical_saving, service_life):
    """Headline of a claim: the technical saving over the life, without discount or decay.

    Unit: kg CO2e. Source: ITU-T L.1480 (second-order effect, before any correction).
    """
    return baseline_emissions * technical_saving * service_life


@equation(unit="1")
def real_fraction(works, realisation, rebound, additionality):
    """What is left of a claim.

    Unit: 1. Source: Russell 2019, World Resources Institute, on avoided emissions; each discount
    from its own field evidence.
    """
    return works * realisation * (1 - rebound) * additionality


@equation(unit="kg CO2e/year")
def avoided_first_year(baseline_emissions, technical_saving, real_fraction):
    """Emissions really avoided in the first year.

    Unit: kg CO2e/year. Source: ITU-T L.1480 (second-order effect).
    """
    return baseline_emissions * technical_saving * real_fraction


@equation(unit="1/year")
def total_decay(saving_decay, factor_decline):
    """Yearly fall of what is avoided: the saving wears off, the factor that it avoids falls.

    Unit: 1/year. Source: Allcott and Rogers 2014, doi:10.1257/aer.104.10.3003 (persistence).
    """
    return saving_decay + factor_decline


@equation(unit="year")
def effective_life(service_life, total_decay):
    """Years of first-year saving that the whole life is worth.

    The integral of exp(-decay t) over the life by Simpson's rule, which needs no division by the
    decay; too long by less than 0.5 % while decay times life is below 2.

    Unit: year. Source: Simpson's rule.
    """
    return (
        service_life
        * (1 + 4 * exp(-total_decay * service_life / 2) + exp(-total_decay * service_life))
        / 6
    )


@equation(unit="kg CO2e")
def avoided(avoided_first_year, effective_life):
    """Emissions really avoided over the life: the second-order effect.

    Unit: kg CO2e. Source: ITU-T L.1480.
    """
    return avoided_first_year * effective_life


@equation(unit="kg CO2e/year")
def operation_first_year(device_power, use_grid_intensity, grid_loss):
    """Electricity of the device itself in its first year.

    Unit: kg CO2e/year. Source: ITU-T L.1480 (first-order effect).
    """
    return device_power * use_grid_intensity * (1 + grid_loss)


@equation(unit="kg CO2e", stage="use")
def operation(operation_first_year, service_life, grid_decline):
    """Electricity of the device itself over its life, at the grid of mid-life.

    Unit: kg CO2e. Source: ITU-T L.1480 (first-order effect).
    """
    return operation_first_year * service_life * exp(-grid_decline * service_life / 2)


@equation(unit="kg CO2e")
def gross_footprint(device_embodied, operation):
    """The device's own footprint, spent also where the deployment fails.

    Unit: kg CO2e. Source: ITU-T L.1480 (first-order effect).
    """
    return device_embodied + operation


@equation(unit="kg CO2e")
def net_footprint(gross_footprint, avoided):
    """Own footprint less what is avoided; below zero the device saves.

    Unit: kg CO2e. Source: ITU-T L.1480 (net second-order effect).
    """
    return gross_footprint - avoided


@equation(unit="1")
def avoided_ratio(avoided, gross_footprint):
    """Avoided emissions over the device's own footprint.

    Unit: 1. Source: ratio of second to first-order effect, ITU-T L.1480.
    """
    return avoided / gross_footprint


@equation(unit="kg CO2e/year")
def annual_margin(avoided_first_year, operation_first_year):
    """What the first year saves beyond the device's own electricity.

    Unit: kg CO2e/year. Source: definition.
    """
    return avoided_first_year - operation_first_year


@equation(unit="year")
def payback_time(device_embodied, annual_margin, payback_cap):
    """Time until savings have paid for making the device; at the cap, never.

    Unit: year. Source: definition.
    """
    return device_embodied / maximum(annual_margin, device_embodied / payback_cap)


@equation(unit="1")
def break_even_real_saving(gross_footprint, baseline_emissions, effective_life):
    """Real saving, as a part of the baseline, at which the device just pays for itself.

    Unit: 1. Source: zero of `net_footprint`.
    """
    return gross_footprint / (baseline_emissions * effective_life)


EQUATIONS: tuple[Equation, ...] = (
    claimed_avoided,
    real_fraction,
    avoided_first_year,
    total_decay,
    effective_life,
    avoided,
    operation_first_year,
    operation,
    gross_footprint,
    net_footprint,
    avoided_ratio,
    annual_margin,
    payback_time,
    break_even_real_saving,
)


@equation(unit="kg CO2e/(device*year)")
def required_avoided(device_year_emissions):
    """What each device in use must avoid, on average, for the fleet to pay for itself that year.

    Unit: kg CO2e/(device year). Source: balance of first and second-order effects over the
    world's fleet.
    """
    return device_year_emissions


@equation(unit="kg CO2e/(device*year)")
def real_avoided(saver_avoided, success_share, rebound_direct, rebound_indirect):
    """What one device that is deployed to save avoids, failures and rebound taken off.

    Unit: kg CO2e/(device year). Source: Russell 2019, World Resources Institute, on avoided
    emissions.
    """
    return saver_avoided * success_share * (1 - rebound_direct - rebound_indirect)


@equation(unit="1")
def saver_share_needed(required_avoided, real_avoided):
    """Part of all devices in use that must be savers; above 1 there is no such part.

    Unit: 1. Source: balance of first and second-order effects over the world's fleet.
    """
    return required_avoided / real_avoided


SAVERS: tuple[Equation, ...] = (required_avoided, real_avoided, saver_share_needed)


@equation(unit="1/year")
def factor_decline(factor_falls, grid_decline):
    """Yearly fall of the factor that is avoided: that of the grid (1) or none (0).

    Unit: 1/year. Source: Ember trends, the same draw for the saving and the device's own load.
    """
    return factor_falls * grid_decline


@equation(unit="kg CO2e")
def programme_claimed(claimed_avoided):
    """Headline of a claim for the mean deployment of a programme.

    Unit: kg CO2e. Source: mean over deployments.
    """
    return mean_over(claimed_avoided, over="individual")


@equation(unit="kg CO2e")
def programme_gross(gross_footprint):
    """Own footprint of the mean deployment, failed ones included.

    Unit: kg CO2e. Source: mean over deployments.
    """
    return mean_over(gross_footprint, over="individual")


@equation(unit="kg CO2e")
def programme_avoided(avoided):
    """What the mean deployment really avoids, failed ones included.

    Unit: kg CO2e. Source: mean over deployments.
    """
    return mean_over(avoided, over="individual")


@equation(unit="kg CO2e")
def programme_net(programme_gross, programme_avoided):
    """Own footprint less what is avoided, mean deployment; below zero the programme saves.

    Unit: kg CO2e. Source: ITU-T L.1480 (net second-order effect), mean over deployments.
    """
    return programme_gross - programme_avoided


@equation(unit="1")
def programme_ratio(programme_avoided, programme_gross):
    """Avoided emissions of a programme over its own footprint.

    Unit: 1. Source: ratio of second to first-order effect, ITU-T L.1480.
    """
    return programme_avoided / programme_gross


@equation(unit="1")
def saving_share(net_footprint):
    """Part of the deployments that avoid more than they cost.

    Unit: 1. Source: mean over deployments of an indicator.
    """
    return mean_over(where(net_footprint < 0, 1, 0), over="individual")


PROGRAMME: tuple[Equation, ...] = (
    *EQUATIONS,
    factor_decline,
    programme_claimed,
    programme_gross,
    programme_avoided,
    programme_net,
    programme_ratio,
    saving_share,
)
