"""How much devices that are deployed to save must avoid, for a fleet to pay for itself."""

from mcsus.model import equation


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
