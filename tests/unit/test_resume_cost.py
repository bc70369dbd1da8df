"""How much a run repeats that was killed: counted in draws, by a clock that goes with them."""

import numpy as np
import pytest

from mcsus.counting import drawing, tasks
from mcsus.runner import Run, Settings, group_sums, run, sampling

DRAWS, SIZE = 2**17, 1024
SECONDS = 0.1  # that a task takes by the clock
SAVING = [0.01, pytest.param(3.0, marks=pytest.mark.slow)]  # seconds that a checkpoint takes
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


@pytest.mark.parametrize("saving", SAVING)
def test_a_resume_repeats_little(study, tmp_path, monkeypatch, saving, total):
    """At most 10 % of what was done and what takes 5 seconds, wherever it was killed."""
    asked = study({"a": ("normal", 10, 2), "b": ("uniform", 1, 2)}, {"y": "a*b"}, **TABLES)
    choose = np.random.default_rng(1)
    for k, share in enumerate([*choose.uniform(0.05, 0.98, 2), 0.95]):
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


@pytest.mark.parametrize("saving", SAVING)
def test_what_a_method_makes_of_a_replicate_is_not_made_again(study, tmp_path, monkeypatch, saving):
    """The same where values are held: an analysis may take longer than the draws."""
    replicates, each = 64, 0.5
    asked = study(
        {"a": ("normal", 10, 2), "b": ("uniform", 1, 2), "c": ("uniform", 1, 2)},
        {"y": "a*b + c"},
        design={"draws": 256, "replicates": 2},
        sensitivity={"outputs": ["y"], "draws": 256, "replicates": replicates,
                     "second_order": True, "estimator": "salib"},
    )  # fmt: skip
    wanted = run(asked).to_dict()["digest"]
    clock = {"now": 1000.0, "done": 0, "made": 0, "kill_at": None}
    monkeypatch.setattr("time.monotonic", lambda: clock["now"])
    written, values_of = np.savez, group_sums.values_of

    def slowly(*arguments, **arrays):
        clock["now"] += saving
        written(*arguments, **arrays)

    def counted(common, replicate):
        clock["made"] += 1
        return values_of(common, replicate)

    def told(doing, done, total):
        if doing == "sensitivity":
            clock["now"] += each * (done > 256 * clock["done"])
            clock["done"] = done // 256
            if clock["done"] == clock["kill_at"]:
                raise KilledError

    monkeypatch.setattr("numpy.savez", slowly)
    monkeypatch.setattr(group_sums, "values_of", counted)
    for kill_at in (3, 41):
        folder = tmp_path / str(kill_at)
        clock |= {"done": 0, "made": 0, "kill_at": kill_at}
        with pytest.raises(KilledError):
            list(Run(asked, Settings(folder=folder, progress=told, threads=1)).results())
        clock |= {"done": 0, "kill_at": None}
        [result] = Run.resume(folder, Settings(progress=told, threads=1)).results()
        assert result.to_dict()["digest"] == wanted
        assert 0 <= clock["made"] - replicates <= 0.1 * kill_at + 5 / each
