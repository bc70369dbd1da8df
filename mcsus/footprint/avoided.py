"""Avoided emissions: what a device is said to save, what is left of it, and what it costs.

Gross footprint, avoided and net emissions are three quantities, never one (ITU-T L.1480; Russell
2019, World Resources Institute). Every study adds `baseline_emissions` per year, an activity times
an emission factor, and declares whether the factor is average or marginal. What is claimed and
what the evidence supports are two savings, `claimed_saving` and `technical_saving`, and stand side
by side in every scenario. The latter is discounted by four shares, each used once, by what its
evidence already contains: does the effect exist (`works`), how much of a predicted saving is
realised, what rebounds, what would have come anyway. A scenario that takes the claim at its word
says that `avoided_first_year` is `claimed_first_year` and `effective_life` is `service_life`.
"""

from mcsus.expressions import exp, mean_decay, payback
from mcsus.model import equation


@equation(unit="kg CO2e/year")
def claimed_baseline(baseline_emissions):
    """What a claim takes for the emissions without the device.

    Unit: kg CO2e/year. Source: ITU-T L.1480 (second-order effect, before any correction).
    """
    return baseline_emissions


@equation(unit="kg CO2e/year")
def claimed_first_year(claimed_baseline, claimed_saving):
    """What a claim says to be avoided in a year.

    Unit: kg CO2e/year. Source: ITU-T L.1480 (second-order effect, before any correction).
    """
    return claimed_baseline * claimed_saving


@equation(unit="kg CO2e")
def claimed_avoided(claimed_first_year, service_life):
    """Headline of a claim: the first year for the whole life, without discount or decay.

    Unit: kg CO2e. Source: ITU-T L.1480 (second-order effect, before any correction).
    """
    return claimed_first_year * service_life


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

    The integral of exp(-decay t) over the life; the life itself where nothing decays.

    Unit: year. Source: definition.
    """
    return service_life * mean_decay(total_decay * service_life)


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
def payback_time(device_embodied, annual_margin):
    """Time until savings have paid for making the device; never, where they do not.

    Unit: year. Source: definition.
    """
    return payback(device_embodied, annual_margin)


@equation(unit="1")
def break_even_real_saving(gross_footprint, baseline_emissions, effective_life):
    """Real saving, as a part of the baseline, at which the device just pays for itself.

    Unit: 1. Source: zero of `net_footprint`.
    """
    return gross_footprint / (baseline_emissions * effective_life)
