"""Counting: draws held in full, or counted in bins and forgotten, and statistics of either."""
