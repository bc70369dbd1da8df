"""The published footprint table of TinyML systems, block by block.

Prakash et al. 2023, "Is TinyML Sustainable?", arXiv:2301.11899, whose blocks follow Pirson and
Bol 2021, doi:10.1016/j.jclepro.2021.128966. Every block is an input here; only the two sums are
equations.
"""

from mcsus.model import equation


@equation(unit="kg CO2e", stage="production")
def manufacture(
    actuators,
    casing,
    connectivity,
    memory,
    others,
    pcb,
    power_supply,
    processing,
    security,
    sensing,
    user_interface,
):
    """Eleven hardware blocks of one device, cradle to gate.

    Unit: kg CO2e. Source: Prakash et al. 2023, data table of the paper; blocks of Pirson and Bol
    2021, doi:10.1016/j.jclepro.2021.128966.
    """
    return (
        actuators
        + casing
        + connectivity
        + memory
        + others
        + pcb
        + power_supply
        + processing
        + security
        + sensing
        + user_interface
    )


@equation(unit="kg CO2e")
def device_footprint(ml_training, manufacture, transport, use_stage, end_of_life):
    """One device, cradle to grave, as the table adds it up.

    Unit: kg CO2e. Source: Prakash et al. 2023, data table of the paper.
    """
    return ml_training + manufacture + transport + use_stage + end_of_life
