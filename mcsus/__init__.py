"""Monte Carlo uncertainty and sensitivity of life-cycle carbon footprints."""
