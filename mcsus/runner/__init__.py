"""Study -> Result: a Run draws, analyses and describes, in rounds."""

from mcsus.runner.run import Run, run
from mcsus.runner.settings import Limits, Settings
from mcsus.runner.validity import breakdowns, check

__all__ = ["Limits", "Run", "Settings", "breakdowns", "check", "run"]
