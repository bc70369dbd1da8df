"""All draws of a run, in its result: what a file would hold, in memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import xarray as xr

from mcsus.result.drawn import DRAWS_FILE, GROUP, read_draws
from mcsus.result.tree import Result
from mcsus.runner.draws_file import columns_of
from mcsus.runner.memory import refuse_if_too_large
from mcsus.runner.run import Run
from mcsus.runner.settings import Settings
from mcsus.study import Study

_MADE_TWICE = 2  # once in the file, which the system holds in memory, once in the result


def run_with_draws(study: Study, settings: Settings) -> Result:
    """Run a study, and put all draws of its inputs and outputs into ``/draws`` of the result.

    Raises
    ------
    RefusedError
        If they would not fit in memory; nothing is drawn then.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / DRAWS_FILE
        run = Run(study, replace(settings, keep_draws=path, keep_inputs=True))
        columns = columns_of(study, run.model, inputs=True).items()
        shapes = [run.model.shape(key) for key, own in columns if not own.individual]
        cells = sum(int(np.prod(shape)) for shape in shapes)
        numbers = _MADE_TWICE * cells * study.design.draws * study.design.replicates
        refuse_if_too_large(numbers, "keep_draws")
        [result] = run.results()
        result.tree[GROUP] = xr.DataTree(read_draws(path))
    return result
