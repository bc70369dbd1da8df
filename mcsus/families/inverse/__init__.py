"""Quantile functions as tables: solved, interpolated and integrated once for a law."""
