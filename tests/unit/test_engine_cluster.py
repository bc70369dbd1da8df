"""The Dask executor, on processes of this machine. One cluster serves the whole module.

Functions that are sent are local ones or of the standard library: a worker does not import the
tests. Loopback is needed; without it these tests fail.
"""

from __future__ import annotations

import importlib.metadata
import operator
import os
import pickle
import signal
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from functools import partial
from pathlib import Path
from typing import Any

import dask
import numpy as np
import pytest
from distributed import KilledWorker

from mcsus.engine import cluster as cluster_module
from mcsus.engine.cluster import DaskExecutor
from mcsus.engine.executors import Threads, executor_for
from mcsus.engine.store import cache_folder
from mcsus.errors import InputError, McsusError, NotFiniteError, RefusedError
from mcsus.streams import Design, points

# KILL is SIGKILL where there is one; elsewhere TERM ends a process as abruptly.
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


@pytest.fixture(scope="module")
def cluster() -> Iterator[DaskExecutor]:
    executor = executor_for("local:2")
    assert isinstance(executor, DaskExecutor)
    with executor:
        yield executor


def folded(executor: Any, common: Any, tasks: Any) -> list[float]:
    """Return sums whose bits depend on their order."""
    total, sums = 0.0, []
    for block in executor.ordered(operator.call, common, tasks):
        total += float(np.sum(block))
        sums.append(total)
    return sums


def test_the_values_are_those_of_threads(cluster: DaskExecutor) -> None:
    design = Design("sobol", 1 << 15, 1, 7)
    block = partial(points, design, [0, 1], ["a", "b"], 0, count=1024)
    firsts = range(0, 1 << 15, 1024)
    with Threads(2) as threads:
        assert folded(cluster, block, firsts) == folded(threads, block, firsts)


def test_a_worker_killed_in_the_middle_changes_nothing(cluster: DaskExecutor) -> None:
    def work(seed: int, task: int) -> tuple[float, int]:
        time.sleep(0.03)
        return float(np.random.default_rng([seed, task]).normal()), os.getpid()

    answers = cluster.ordered(work, 1, range(40), ahead=6)
    got = [next(answers)]
    victim = got[0][1]
    os.kill(victim, KILL)
    got += answers
    assert [value for value, _ in got] == [work(1, task)[0] for task in range(40)]
    pids = {pid for _, pid in got[1:]}
    assert pids - {victim}  # another worker went on
    assert victim not in {pid for _, pid in got[20:]}
    deadline = time.monotonic() + 60  # and a new one takes its place
    while len(cluster.client.nthreads()) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(cluster.client.nthreads()) == 2


def test_what_is_common_is_unpickled_once_for_each_worker(
    cluster: DaskExecutor, tmp_path: Path
) -> None:
    folder = str(tmp_path)

    class Recipe:
        def __reduce__(self) -> Any:
            def build() -> str:
                descriptor, _ = tempfile.mkstemp(dir=folder)
                os.close(descriptor)
                return "kernel"

            return build, ()

    assert list(cluster.ordered(operator.add, Recipe(), ["!"] * 20)) == ["kernel!"] * 20
    assert 1 <= len(list(tmp_path.iterdir())) <= 2


def test_no_more_tasks_are_out_than_asked(cluster: DaskExecutor) -> None:
    taken = 0

    def endless() -> Iterator[int]:
        nonlocal taken
        while True:
            taken += 1
            yield taken

    answers = cluster.ordered(pow, 1, endless(), ahead=3)
    for answered in range(1, 20):
        next(answers)
        assert taken - answered == 2
    answers.close()
    assert not _held(cluster)


def test_answers_are_let_go_once_taken(cluster: DaskExecutor) -> None:
    answers = cluster.ordered(operator.mul, b"x" * 1000, range(30), ahead=2)
    for _ in answers:
        # Handed out, the one just taken (its release is on its way) and what is common.
        assert len(cluster.client.futures) <= 4
    assert not _held(cluster)


def _held(cluster: DaskExecutor) -> dict[str, Any]:
    """Return the keys that workers still hold, given time for releases to arrive."""
    deadline = time.monotonic() + 60
    while True:
        held = {key: who for key, who in cluster.client.who_has().items() if who}
        if not held or time.monotonic() > deadline:
            return held
        time.sleep(0.02)


def test_the_first_error_in_order_of_tasks_is_raised(cluster: DaskExecutor) -> None:
    def fail(_: None, task: int) -> int:
        if task == 3:
            raise ValueError(task)
        if task == 2:
            time.sleep(0.1)
            raise KeyError(task)
        return task

    answers = cluster.ordered(fail, None, range(10))
    assert [next(answers), next(answers)] == [0, 1]
    with pytest.raises(KeyError, match="2"):
        next(answers)
    assert list(cluster.ordered(pow, 2, [3])) == [8]


def test_what_fails_once_is_tried_again(cluster: DaskExecutor, tmp_path: Path) -> None:
    def late(folder: str, task: int) -> int:
        mark = Path(folder) / str(task)
        if not mark.exists():
            mark.touch()
            raise OSError("not yet")
        return task

    assert list(cluster.ordered(late, str(tmp_path), range(4))) == [0, 1, 2, 3]


def test_an_error_of_ours_is_not_tried_again(cluster: DaskExecutor, tmp_path: Path) -> None:
    def refuse(folder: str, task: int) -> int:
        descriptor, _ = tempfile.mkstemp(dir=folder)
        os.close(descriptor)
        raise NotFiniteError(f"draw {task} is not finite")

    with pytest.raises(NotFiniteError, match="draw 5 is not finite"):
        list(cluster.ordered(refuse, str(tmp_path), [5]))
    assert len(list(tmp_path.iterdir())) == 1


def test_closing_cancels_what_has_not_begun(cluster: DaskExecutor, tmp_path: Path) -> None:
    def work(folder: str, task: int) -> int:
        (Path(folder) / str(task)).touch()
        end = time.monotonic() + 60
        while task and not (Path(folder) / "gate").exists() and time.monotonic() < end:
            time.sleep(0.01)
        return task

    def queued(dask_worker: Any) -> int:
        return sum(t.state in {"waiting", "ready"} for t in dask_worker.state.tasks.values())

    answers = cluster.ordered(work, str(tmp_path), range(1000), ahead=60)
    assert next(answers) == 0
    answers.close()
    deadline = time.monotonic() + 60  # for the workers to hear of it
    while any(cluster.client.run(queued).values()) and time.monotonic() < deadline:
        time.sleep(0.02)
    (tmp_path / "gate").touch()
    assert list(cluster.ordered(pow, 2, range(8))) == [2**k for k in range(8)]
    begun = {path.name for path in tmp_path.iterdir()} - {"gate"}
    assert len(begun) <= 3  # the first, and one in each worker: which, the scheduler says


class Stub:
    """A future, and a client, that only fail."""

    status = "pending"

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def result(self, timeout: float) -> None:
        raise self.error

    def wait_for_workers(self, count: int, timeout: float) -> None:
        raise TimeoutError


@pytest.mark.parametrize(
    ("error", "raised", "message"),
    [
        (KilledWorker("task", None, 10), RefusedError, "workers died at one task"),
        (CancelledError(), McsusError, "scheduler went away"),
        (TimeoutError(), McsusError, "no workers left"),
    ],
)
def test_a_lost_cluster_ends_the_run(error: Any, raised: type[McsusError], message: str) -> None:
    executor = DaskExecutor(1)
    executor.client = Stub(error)
    with pytest.raises(raised, match=message):
        executor.result(Stub(error))


def test_a_task_may_take_longer_than_our_patience(
    cluster: DaskExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "_PATIENCE", 0.05)
    assert list(cluster.ordered(operator.call, time.sleep, [0.3])) == [None]

    def fail(_: None, task: int) -> None:
        raise TimeoutError(f"task {task}")

    with pytest.raises(TimeoutError, match="task 7"):
        list(cluster.ordered(fail, None, [7]))


def test_workers_use_one_thread_and_our_cache(cluster: DaskExecutor) -> None:
    names = ["NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "MCSUS_CACHE"]
    found = list(cluster.ordered(operator.call, os.getenv, names))
    assert found == ["1", "1", str(cache_folder())]
    assert list(cluster.ordered(operator.call, signal.getsignal, [signal.SIGINT])) == [
        signal.SIG_IGN
    ]


@pytest.fixture
def keys(cluster: DaskExecutor) -> Iterator[str]:
    """Put the keys of the cluster into the Dask configuration, and give its address."""
    security = cluster.client.security
    with dask.config.set(
        {
            "distributed.comm.tls.ca-file": security.tls_ca_file,
            "distributed.comm.tls.client.cert": security.tls_client_cert,
            "distributed.comm.tls.client.key": security.tls_client_key,
        }
    ):
        yield cluster.client.scheduler.address


def test_a_scheduler_with_tls_is_used(keys: str) -> None:
    assert keys.startswith("tls://127.0.0.1:")
    with executor_for(keys) as executor:
        assert executor.workers == 2
        assert list(executor.ordered(pow, 2, range(5))) == [1, 2, 4, 8, 16]


def test_workers_of_other_versions_are_refused(keys: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "0.0")
    with (
        pytest.raises(InputError, match=r"--cluster: .* has Python .*; allowed: .*mcsus 0\.0"),
        executor_for(keys),
    ):
        pass


def test_tls_without_keys_is_refused(cluster: DaskExecutor) -> None:
    with (
        pytest.raises(InputError, match=r"no keys for it; allowed: distributed\.comm\.tls"),
        executor_for(cluster.client.scheduler.address),
    ):
        pass


def test_nobody_without_keys_gets_in(
    cluster: DaskExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mcsus.engine.cluster._PATIENCE", 0.5)
    plain = cluster.client.scheduler.address.replace("tls://", "tcp://")
    with (
        pytest.raises(InputError, match=r"--cluster: found tcp://127.* which cannot be used"),
        executor_for(plain),
    ):
        pass


def test_our_errors_survive_the_way_back() -> None:
    for error in (NotFiniteError("a"), RefusedError("b"), McsusError("c")):
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error)
        assert str(again) == str(error)
