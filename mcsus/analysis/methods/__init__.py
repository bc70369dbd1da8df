"""Methods of sensitivity analysis: one module each, found by looking."""
