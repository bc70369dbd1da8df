"""Analyses of claims, one a module: each registers itself when it is imported."""
