"""Avoided emissions of a programme: the mean over many deployments, some of which fail."""

from mcsus.expressions import mean_over, where
from mcsus.model import equation


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
