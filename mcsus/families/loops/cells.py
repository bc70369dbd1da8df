"""How an inverse table lies among the constants of a law."""

TERMS = 8  # coefficients in a cell: one line of cache
HEADER = 8  # numbers before the first cell
