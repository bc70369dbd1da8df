"""Intervals, convergence, sensitivity and claims: from values to statements."""
