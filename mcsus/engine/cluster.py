"""Runs tasks on a Dask cluster: processes of this machine, or a scheduler that is there already.

Needs the extra ``mcsus[distributed]``; imported only when a cluster is asked for.
"""

import functools
import importlib.metadata
import itertools
import logging
import platform
import tempfile
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Self

import cloudpickle
import dask
from distributed import Client, KilledWorker, LocalCluster
from distributed.security import Security

from mcsus.engine.cache import cache_folder
from mcsus.engine.executors import Answer, Common, Executor, Task
from mcsus.errors import Fault, InputError, McsusError, RefusedError

_RETRIES = 3  # of a task that raises something other than an error of ours
_DEATHS = 10  # workers that may die at one task before the task is blamed
_PATIENCE = 10  # seconds for a scheduler to answer and to have a worker
_DIAL = "5s"  # to reach a process that may have died; Dask's 30 s would hold up its heirs
# Ctrl-C reaches every process of a terminal; the first one stops the others.
_DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
_ONE_THREAD = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class _Failed:
    """An error of ours as an answer: it would come again, so Dask need not try again."""

    error: McsusError


class DaskExecutor(Executor):
    """Runs tasks on `target`: that many new processes of this machine, or a scheduler's workers.

    New processes talk over loopback with keys made for this run, and end with it. Tasks of a
    worker that dies run again on another; answers are the same, and in the order of tasks. A
    script must start its work under ``if __name__ == "__main__":``, since processes import it.
    """

    def __init__(self, target: int | str) -> None:
        self._target = target
        self._stack = ExitStack()
        self._calls = itertools.count()
        self.client: Any = None

    @property
    def workers(self) -> int:
        """Tasks that run at one time."""
        if isinstance(self._target, int):
            return self._target
        return max(1, sum(int(count) for count in self.client.nthreads().values()))

    def submitter(self, function: Callable[[Common, Task], Answer], common: Common) -> Any:
        """Return what sends a task.

        Keys are numbered, and differ between clients and calls: no answer is taken for another's.
        """
        client = self.client
        call = f"mcsus-{client.id}-{next(self._calls)}"
        numbers = itertools.count()
        # Part of the graph and not scattered: the scheduler can make it again when a worker dies.
        # As bytes: a worker unpickles it once, and what it keeps on it is never pickled.
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
            shared = client.submit(bytes, cloudpickle.dumps(common), key=f"{call}-common")

        def submit(task: Task) -> Any:
            number = next(numbers)
            return client.submit(
                _attempt,
                function,
                shared,
                task,
                key=f"{call}-{number}",
                priority=-number,  # Dask does not keep to the order of what comes within 0.1 s
                retries=_RETRIES,
            )

        return submit

    def result(self, pending: Any) -> Any:
        """Return the answer of a task, or raise what a user can act on."""
        while True:
            try:
                answer = pending.result(timeout=_PATIENCE)
                break
            except KilledWorker as error:
                what = f"{_DEATHS} workers died at one task: it may need more memory than they have"
                raise RefusedError(what) from error
            except CancelledError as error:
                what = "the Dask scheduler went away, or the task was cancelled there"
                raise McsusError(what) from error
            except TimeoutError as error:
                if pending.status == "error":  # the task itself timed out, then or since
                    raise pending.exception(timeout=_PATIENCE) from error
                self._need_workers()
        if isinstance(answer, _Failed):
            raise answer.error
        return answer

    def cancel(self, pending: Iterable[Any]) -> None:
        """Drop tasks, begun or not."""
        self.client.cancel(pending)

    def _need_workers(self) -> None:
        """Raise if no worker comes: one that dies while it starts is not replaced."""
        try:
            self.client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError as error:
            raise McsusError("the Dask cluster has no workers left") from error

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for name in ("distributed", "distributed.client"):  # our errors say what went wrong
                logger = logging.getLogger(name)
                stack.callback(logger.setLevel, logger.level)
                logger.setLevel(logging.CRITICAL)
            if isinstance(self._target, int):
                self.client = _start(self._target, stack)
            else:
                self.client = _connect(self._target, stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *reason: object) -> None:
        self._stack.close()


def _start(count: int, stack: ExitStack) -> Any:
    """Start processes of one thread each, and return a client of them."""
    folder = stack.enter_context(
        tempfile.TemporaryDirectory(prefix="mcsus-dask-", ignore_cleanup_errors=True)
    )
    environment = dict.fromkeys(_ONE_THREAD, "1") | {
        "MCSUS_CACHE": str(cache_folder()),
        "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": _DIAL,
    }
    stack.enter_context(dask.config.set({"distributed.comm.timeouts.connect": _DIAL}))
    try:
        cluster = stack.enter_context(
            LocalCluster(
                n_workers=count,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                security=True,  # keys for this run alone: others on this machine have loopback too
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
                memory_limit=0,
                local_directory=folder,
                env=environment,
                preload=_DEAF,
                scheduler_kwargs={"allowed_failures": _DEATHS},
            )
        )
        return stack.enter_context(Client(cluster, set_as_default=False))
    except (OSError, RuntimeError) as error:
        message = f"--cluster local:{count} did not start: {error}"
        raise McsusError(message) from error


def _connect(address: str, stack: ExitStack) -> Any:
    """Return a client of the scheduler at `address`, with the keys of the Dask configuration."""

    def refuse(found: str, allowed: str) -> InputError:
        return InputError(Fault(f"{address}, {found}", allowed, ("--cluster",)))

    try:
        security = Security()
        if address.startswith("tls") and not security.get_connection_args("client")["ssl_context"]:
            allowed = "distributed.comm.tls with ca-file, client.key and client.cert"
            raise refuse("but the Dask configuration has no keys for it", allowed)
        client = stack.enter_context(
            Client(address, security=security, set_as_default=False, timeout=_PATIENCE)
        )
        client.wait_for_workers(1, timeout=_PATIENCE)
        versions = client.run(_versions)
    except (OSError, RuntimeError, ImportError) as error:
        found = f"which cannot be used ({type(error).__name__}: {error})"
        raise refuse(found, "a scheduler with workers that have mcsus installed") from error
    here = _versions()
    for worker, there in versions.items():
        if there != here:
            raise refuse(f"whose worker {worker} has {there}", f"workers with {here}")
    return client


def _versions() -> str:
    """Return the versions that decide the last bits of an answer."""
    names = ("mcsus", "numpy", "scipy", "numba")
    parts = [f"{name} {importlib.metadata.version(name)}" for name in names]
    return ", ".join([f"Python {platform.python_version()}", *parts])


@functools.lru_cache(maxsize=2)
def _unpickled(shared: bytes) -> Any:
    return cloudpickle.loads(shared)


def _attempt(function: Callable[[Any, Task], Answer], shared: bytes, task: Task) -> object:
    """Run one task, on the worker."""
    try:
        return function(_unpickled(shared), task)
    except McsusError as error:
        return _Failed(error)
