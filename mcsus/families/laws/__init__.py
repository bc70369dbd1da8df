"""The families, a module each, found when `mcsus.families` is imported."""
