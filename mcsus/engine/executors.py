"""Where tasks run: on threads of this process, or on the processes of a Dask cluster.

Tasks are answered in their own order whoever runs them, so what is folded from the answers does
not depend on the executor.
"""

import os
import re
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, Self, TypeVar

from mcsus.errors import Fault, InputError

Common = TypeVar("Common")
Task = TypeVar("Task")
Answer = TypeVar("Answer")

MAX_LOCAL = 64  # processes of local:N; each takes about 200 MB before it holds a draw

_POLL = 0.5  # seconds
_LOCAL = re.compile(r"local:([0-9]{1,9})")
_LOOPBACK = re.compile(r"tcp://(?:127\.0\.0\.1|localhost|\[::1\]):([0-9]{1,5})")
_ENCRYPTED = re.compile(r"tls://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})")
_PLAIN = re.compile(r"tcp://.*", re.DOTALL)
_ALLOWED = (
    f"local:N with N from 1 to {MAX_LOCAL}, tcp:// at 127.0.0.1, localhost or [::1] with a port,"
    " or tls://HOST:PORT"
)


class Executor(ABC):
    """Runs tasks and answers in their order; a context manager, which leaves nothing running.

    Examples
    --------
    >>> def total(executor: Executor) -> int:
    ...     return sum(executor.ordered(pow, 2, range(4)))
    >>> with Threads(2) as executor:
    ...     total(executor)
    15
    """

    @property
    @abstractmethod
    def workers(self) -> int:
        """Tasks that run at one time."""

    @abstractmethod
    def submitter(self, function: Callable[[Common, Task], Answer], common: Common) -> Any:
        """Return what hands out one task, and gives what stands for its answer."""

    @abstractmethod
    def result(self, pending: Any) -> Any:
        """Wait for an answer."""

    @abstractmethod
    def cancel(self, pending: Iterable[Any]) -> None:
        """Drop tasks that have not begun."""

    def ordered(
        self,
        function: Callable[[Common, Task], Answer],
        common: Common,
        tasks: Iterable[Task],
        ahead: int | None = None,
    ) -> Generator[Answer, None, None]:
        """Yield ``function(common, task)`` for each of `tasks`, in their order.

        The first error in the order of tasks is raised. After an error, an interrupt or a close,
        tasks that have not begun are cancelled; on threads, those that have begun are waited for.

        Parameters
        ----------
        function : callable
            Without side effects: a task may be run twice. For a cluster, a function of a module.
        common
            What all tasks share. A cluster gets it once for each worker, pickled.
        tasks : iterable
            Taken one by one as answers are asked for, so it may be endless.
        ahead : int, optional
            Tasks handed out and not yet answered, at most; by default twice `workers`.
        """
        submit, most = self.submitter(function, common), ahead or 2 * self.workers
        pending: deque[Any] = deque()

        def take() -> Answer:
            # Taken out only when answered: an interrupted wait leaves it to be cancelled. A
            # function, so that no answer is held here while the caller works on it.
            answer = self.result(pending[0])
            pending.popleft()
            return answer  # type: ignore[no-any-return]

        try:
            for task in tasks:
                pending.append(submit(task))
                if len(pending) >= most:
                    yield take()
            while pending:
                yield take()
        finally:
            self.cancel(pending)

    def __enter__(self) -> Self:
        return self

    @abstractmethod
    def __exit__(self, *reason: object) -> None:
        """Cancel what has not begun, wait for the rest, stop."""


class Threads(Executor):
    """Runs tasks on `count` threads of this process.

    Tasks should release the global interpreter lock. They run on the pool even when `count` is 1,
    so that Ctrl-C reaches the waiting main thread.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="mcsus")

    @property
    def workers(self) -> int:
        """How many threads there are."""
        return self._count

    def submitter(self, function: Callable[[Common, Task], Answer], common: Common) -> Any:
        """Return what puts a task into the pool."""
        return lambda task: self._pool.submit(function, common, task)

    def result(self, pending: Future[Answer]) -> Answer:
        """Wait for an answer in steps: on Windows no other wait ends by Ctrl-C."""
        while not wait([pending], timeout=_POLL).done:
            pass
        return pending.result()

    def cancel(self, pending: Iterable[Future[Any]]) -> None:
        """Drop tasks that have not begun, and wait for those that have."""
        wait([future for future in pending if not future.cancel()])

    def __exit__(self, *reason: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


def executor_for(cluster: str | None, threads: int | None = None) -> Executor:
    """Return the executor that ``--cluster`` asks for, not yet started.

    Dask runs whatever it is sent, so an address that others could reach must be encrypted and
    authenticated: a remote address without TLS is refused before Dask is imported.

    Parameters
    ----------
    cluster : str or None
        ``local:N``, ``tcp://127.0.0.1:PORT`` (or ``localhost``, ``[::1]``), ``tls://HOST:PORT``;
        None for threads.
    threads : int, optional
        Threads when there is no cluster; by default `default_threads`.

    Examples
    --------
    >>> executor_for(None, threads=3).workers
    3
    >>> executor_for("tcp://10.0.0.1:8786")
    Traceback (most recent call last):
    mcsus.errors.InputError: --cluster: found 'tcp://10.0.0.1:8786', a plain remote address; ...
    """
    if cluster is None:
        return Threads(threads or default_threads())
    target = _target(cluster)
    try:
        from mcsus.engine.cluster import DaskExecutor  # noqa: PLC0415 - Dask is an extra
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("mcsus"):
            raise
        found = f"{cluster!r}, but Dask is not installed (no module {error.name!r})"
        allowed = "after pip install 'mcsus[distributed]'"
        raise InputError(Fault(found, allowed, ("--cluster",))) from error
    return DaskExecutor(target)


def default_threads() -> int:
    """Return ``NUMBA_NUM_THREADS`` if it is set, else `processors`."""
    asked = os.environ.get("NUMBA_NUM_THREADS", "")
    return int(asked) if asked.isdigit() and int(asked) > 0 else processors()


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _target(cluster: str) -> int | str:
    """Return the processes of ``local:N``, or the address of a scheduler."""
    local = _LOCAL.fullmatch(cluster)
    if local and 1 <= int(local[1]) <= MAX_LOCAL:
        return int(local[1])
    address = _LOOPBACK.fullmatch(cluster) or _ENCRYPTED.fullmatch(cluster)
    if address and 1 <= int(address[1]) <= 65535:
        return cluster
    found = repr(cluster)
    if _PLAIN.fullmatch(cluster) and not address:
        found += ", a plain remote address; Dask runs what it is sent, unencrypted and from anyone"
    raise InputError(Fault(found, _ALLOWED, ("--cluster",)))
