"""Executors on threads, and what ``--cluster`` accepts."""

from __future__ import annotations

import builtins
import itertools
import operator
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from mcsus.engine.executors import MAX_LOCAL, Threads, executor_for
from mcsus.errors import InputError


def test_answers_come_in_order_of_tasks_whatever_ends_first() -> None:
    second = threading.Event()

    def wait_for_second(_: None, task: int) -> int:
        if task == 1:
            second.set()
        assert second.wait(60)  # task 0 ends only after task 1 has begun
        return task

    with Threads(2) as executor:
        assert list(executor.ordered(wait_for_second, None, range(20))) == list(range(20))


@pytest.mark.parametrize(("count", "ahead"), [(1, 1), (2, 1), (2, 3), (3, None)])
def test_tasks_are_taken_only_as_far_ahead_as_asked(count: int, ahead: int | None) -> None:
    taken = 0

    def endless() -> Any:
        nonlocal taken
        while True:
            taken += 1
            yield taken

    with Threads(count) as executor:
        answers = executor.ordered(pow, 1, endless(), ahead)
        assert taken == 0  # none before the first answer is asked for
        for answered in range(1, 50):
            next(answers)
            assert taken - answered == (ahead or 2 * count) - 1
        answers.close()


def test_no_answer_is_held_while_the_caller_has_it() -> None:
    alive = 0
    most = 0

    class Slab:
        def __init__(self) -> None:
            nonlocal alive, most
            alive += 1
            most = max(most, alive)

        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    with Threads(1) as executor:
        answers = executor.ordered(lambda kind, _: kind(), Slab, range(100), ahead=3)
        for slab in answers:
            del slab
    # Three handed out; the thread may keep its last one until it takes the next.
    assert most <= 4
    assert alive == 0


def test_the_first_error_in_order_of_tasks_is_raised() -> None:
    later = threading.Event()

    def fail(_: None, task: int) -> int:
        if task == 3:
            later.set()
            raise ValueError(task)
        if task == 2:
            assert later.wait(60)
            raise KeyError(task)
        return task

    with Threads(2) as executor:
        answers = executor.ordered(fail, None, range(10))
        assert [next(answers), next(answers)] == [0, 1]
        with pytest.raises(KeyError, match="2"):
            next(answers)
        assert list(executor.ordered(pow, 2, [3])) == [8]  # the executor can be used again


@pytest.mark.parametrize("end", ["error", "close", "interrupt"])
def test_nothing_runs_after_the_end(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    running = 0

    def work(_: None, task: int) -> int:
        nonlocal running
        begun.append(task)
        running += 1
        time.sleep(0.02)
        running -= 1
        if task == 1 and end == "error":
            raise ValueError("one")
        return task

    with Threads(1) as executor:
        answers = executor.ordered(work, None, range(1000), ahead=1000)
        assert next(answers) == 0
        if end == "close":
            answers.close()
        elif end == "error":
            with pytest.raises(ValueError, match="one"):
                next(answers)
        else:
            monkeypatch.setattr("mcsus.engine.executors.wait", _interrupted_once())
            with pytest.raises(KeyboardInterrupt):
                next(answers)
        assert running == 0
        count = len(begun)
        assert list(executor.ordered(pow, 2, [3])) == [8]  # after whatever is left of the others
        assert len(begun) == count < 1000


def _interrupted_once() -> Any:
    from concurrent.futures import wait

    calls = itertools.count()

    def interrupted(*args: Any, **options: Any) -> Any:
        if next(calls) == 0:
            raise KeyboardInterrupt
        return wait(*args, **options)

    return interrupted


def test_an_error_of_the_tasks_themselves_cancels_too() -> None:
    def tasks() -> Any:
        yield 1
        raise LookupError("no more tasks")

    with (
        Threads(1) as executor,
        pytest.raises(LookupError, match="no more tasks"),
    ):
        list(executor.ordered(pow, 2, tasks(), ahead=5))


def test_no_cluster_means_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_NUM_THREADS", "3")
    assert isinstance(executor_for(None), Threads)
    assert executor_for(None).workers == 3
    assert executor_for(None, 2).workers == 2


REMOTE = ["tcp://10.0.0.1:8786", "tcp://example.org:8786", "tcp://0.0.0.0:8786"]
TRICKS = [
    "tcp://127.0.0.1:8786@example.org:1",
    "tcp://127.0.0.1.example.org:8786",
    "tcp://localhost.example.org:8786",
    "tcp://[::1]:8786\n",
    "tcp://127.0.0.1:8786\n",
    "tcp://[::2]:8786",
]
MALFORMED = [
    "",
    "local",
    "local:",
    "local:0",
    "local:-1",
    f"local:{MAX_LOCAL + 1}",
    "local:2.5",
    "local:\N{ARABIC-INDIC DIGIT TWO}",
    "127.0.0.1:8786",
    "tls://example.org",
    "tls://example.org:0",
    "tls://example.org:65536",
    "tls://a@example.org:1",
    "TLS://example.org:1",
    "ucx://127.0.0.1:8786",
    "ws://127.0.0.1:8786",
]


@pytest.mark.parametrize("cluster", REMOTE + TRICKS)
def test_a_plain_remote_address_is_refused(cluster: str) -> None:
    with pytest.raises(InputError, match=r"--cluster: found .* a plain remote address.*tls://"):
        executor_for(cluster)


@pytest.mark.parametrize("cluster", [*MALFORMED, "tcp://127.0.0.1", "tcp://localhost:99999"])
def test_anything_else_is_refused(cluster: str) -> None:
    with pytest.raises(InputError, match=r"--cluster: found .*; allowed: local:N with N from 1 to"):
        executor_for(cluster)


@pytest.mark.parametrize(
    "cluster",
    [
        "local:1",
        f"local:{MAX_LOCAL}",
        "tcp://127.0.0.1:8786",
        "tcp://localhost:1",
        "tcp://[::1]:65535",
        "tls://example.org:8786",
        "tls://[2001:db8::1]:8786",
    ],
)
def test_these_are_accepted_and_nothing_starts_yet(cluster: str) -> None:
    before = threading.active_count()
    executor_for(cluster)
    assert threading.active_count() == before


def test_refusal_comes_before_dask_is_imported() -> None:
    script = (
        "import sys\n"
        "from mcsus.engine.executors import executor_for\n"
        "try:\n    executor_for('tcp://10.0.0.1:8786')\n"
        "except Exception as error:\n"
        "    print(type(error).__name__, 'distributed' in sys.modules, 'dask' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["InputError", "False", "False"]


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "mcsus.engine.cluster", raising=False)
    real = builtins.__import__

    def without(name: str, *args: Any) -> Any:
        if name.partition(".")[0] in {"distributed", "cloudpickle"}:
            raise ModuleNotFoundError(name, name=name)
        return real(name, *args)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"--cluster: .*pip install 'mcsus\[distributed\]'"):
        executor_for("local:2")


def test_threads_pass_what_is_common_as_it_is() -> None:
    common = object()
    with Threads(2) as executor:
        for answer in executor.ordered(lambda shared, _: shared, common, range(3)):
            assert operator.is_(answer, common)
