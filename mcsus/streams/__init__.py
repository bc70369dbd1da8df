"""Design and its points in the open unit cube: scrambled Sobol' and Philox Monte Carlo.

This package holds the definitions and a NumPy reference. The compiled versions are in
`mcsus.streams.point_loops`, which nothing here imports, so that checking a study loads no compiler.
"""

from mcsus.streams.design import Design
from mcsus.streams.philox import philox4x32, uniforms
from mcsus.streams.reference import points
from mcsus.streams.sobol import (
    SobolPoints,
    block_table,
    directions,
    scrambled_directions,
)

__all__ = [
    "Design",
    "SobolPoints",
    "block_table",
    "directions",
    "philox4x32",
    "points",
    "scrambled_directions",
    "uniforms",
]
