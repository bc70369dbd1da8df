"""Quantiles as compiled loops over rows of points, and what they are made of."""
