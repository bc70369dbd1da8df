"""How much a run repeats that was killed: counted in draws, by a clock that goes with them."""

import numpy as np
import pytest

from mcsus.counting import drawing, tasks
from mcsus.runner import Run, Settings, group_sums, sampling

DRAWS, SIZE = 2**17, 1024
SECONDS = 0.1  # that a task takes by the clock
TABLES = {
    "design": {"draws": DRAWS, "replicates": 2},
    "sensitivity": {"outputs": ["y"], "draws": 2**15, "estimator": "streaming"},
}


class KilledError(BaseException):
    """Nothing that the run could do anything about."""


class Clock:
    """Counts draws and index points; its time goes with them, and with what is saved."""

    def __init__(self, patch, saving):
        self.now, self.drawn, self.kill_at = 1000.0, 0, None
        patch.setattr("time.monotonic", lambda: self.now)
        patch.setattr(sampling, "_HELD_DRAWS", 1 << 13)
        patch.setattr(sampling, "_FIRST_ROUND", 1 << 11)
        patch.setattr(sampling, "_FINE", 4e-5)
        patch.setattr(group_sums, "_TASK_POINTS", SIZE)
        made = tasks.tasks_between
        patch.setattr(sampling, "tasks_between", lambda r, a, b, _: made(r, a, b, SIZE))
        patch.setattr(sampling, "draw", self.counted(drawing.draw))
        patch.setattr(group_sums, "sums_of", self.counted(group_sums.sums_of))
        written = np.savez

        def slowly(*arguments, **arrays):
            self.now += saving
            written(*arguments, **arrays)

        patch.setattr("numpy.savez", slowly)

    def counted(self, function):
        def count(common, task):
            self.drawn += task.draws
            return function(common, task)

        return count

    def told(self, doing, done, total):
        self.now += SECONDS
        self.done = done + (2 * DRAWS if doing == "sensitivity" else 0)
        if self.kill_at is not None and self.done >= self.kill_at:
            raise KilledError


@pytest.fixture(scope="module")
def total():
    return 2 * DRAWS + 2 * 2**15


@pytest.mark.parametrize("saving", [0.01, 3.0])
def test_a_resume_repeats_little(study, tmp_path, monkeypatch, saving, total):
    """At most 10 % of what was done and what takes 5 seconds, wherever it was killed."""
    asked = study({"a": ("normal", 10, 2), "b": ("uniform", 1, 2)}, {"y": "a*b"}, **TABLES)
    choose = np.random.default_rng(1)
    for k, share in enumerate([*choose.uniform(0.05, 0.98, 4), 0.95]):
        with monkeypatch.context() as patch:
            clock = Clock(patch, saving)
            settings = Settings(folder=tmp_path / str(k), progress=clock.told, threads=1)
            clock.kill_at = share * total
            with pytest.raises(KilledError):
                list(Run(asked, settings).results())
            done = clock.done
            clock.kill_at = None
            [_] = Run.resume(tmp_path / str(k), Settings(progress=clock.told, threads=1)).results()
            repeated = clock.drawn - total
        assert 0 <= repeated <= 0.1 * done + 5 / SECONDS * SIZE
