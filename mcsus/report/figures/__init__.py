"""Figures of a report: each a drawing as inline SVG with the numbers that it is drawn from."""
