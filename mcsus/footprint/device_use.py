"""Life of one device in use: power, battery, service life, electricity, replacement packs."""

from mcsus.expressions import exp, maximum, minimum, where
from mcsus.model import equation


@equation(unit="mW")
def mean_power(inference_energy, inference_rate, idle_power):
    """Mean load at the battery: inferences and what the device draws between them.

    Unit: mW. Source: MLPerf Tiny, Banbury et al. 2021, arXiv:2106.07597.
    """
    return inference_energy * inference_rate + idle_power


@equation(unit="year")
def battery_life(
    battery_calendar_life, battery_cycles, battery_mass, battery_specific_energy, mean_power
):
    """Life of one pack: the earlier of its calendar limit and its cycle limit.

    Unit: year. Source: energy balance of the pack; primary cells have one cycle.
    """
    return minimum(
        battery_calendar_life, battery_cycles * battery_mass * battery_specific_energy / mean_power
    )


@equation(unit="year")
def service_life(has_battery, battery_replaceable, device_life, battery_life):
    """Time in service; a sealed device ends with its battery, if it has one.

    Unit: year. Source: Prakash et al. 2023, arXiv:2301.11899, where it is 3 years.
    """
    sealed_life = where(battery_replaceable > 0.5, device_life, minimum(device_life, battery_life))
    return where(has_battery > 0, sealed_life, device_life)


@equation(unit="1")
def replacements(has_battery, service_life, battery_life):
    """Expected packs beyond the first, continuous so that its sensitivity is smooth.

    Unit: 1. Source: renewal of parts as in Pirson and Bol 2021,
    doi:10.1016/j.jclepro.2021.128966.
    """
    return where(has_battery > 0, has_battery * maximum(0, service_life / battery_life - 1), 0)


@equation(unit="kg CO2e", stage="maintenance")
def maintenance(truncation, battery_pack, replacements):
    """Carbon of the replacement packs, corrected like the rest of production.

    Unit: kg CO2e. Source: Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966; Freitag et al.
    2021, doi:10.1016/j.patter.2021.100340.
    """
    return truncation * battery_pack * replacements


@equation(unit="mW")
def grid_power(grid_supplied, mean_power, charging_efficiency, standby_power):
    """Mean power drawn from the wall, charging losses and the idle adapter included.

    Unit: mW. Source: Prakash et al. 2023, arXiv:2301.11899; charging losses added here.
    """
    return grid_supplied * mean_power / charging_efficiency + standby_power


@equation(unit="kWh")
def grid_energy(grid_power, service_life):
    """Electricity from the wall over the service life.

    Unit: kWh. Source: Prakash et al. 2023, arXiv:2301.11899.
    """
    return grid_power * service_life


@equation(unit="g CO2e/kWh")
def use_grid_mean(use_grid_intensity, grid_loss, grid_decline, service_life):
    """Delivered carbon intensity at the middle of the life, as the mean over it.

    Unit: g CO2e/kWh. Source: Ember data and trends; the midpoint is second order in the decline.
    """
    return use_grid_intensity * (1 + grid_loss) * exp(-grid_decline * service_life / 2)


@equation(unit="kg CO2e", stage="use")
def use_stage(grid_energy, use_grid_mean):
    """Electricity of use times its delivered carbon intensity.

    Unit: kg CO2e. Source: Prakash et al. 2023, arXiv:2301.11899.
    """
    return grid_energy * use_grid_mean
