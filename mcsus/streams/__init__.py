"""Design and its points in the open unit cube: scrambled Sobol' and Philox Monte Carlo.

This package holds the definitions and a NumPy reference. The compiled versions are in
`mcsus.streams.point_loops`, which nothing here imports, so that checking a study loads no compiler.
"""

from mcsus.streams.design import Design
from mcsus.streams.reference import points

__all__ = ["Design", "points"]
