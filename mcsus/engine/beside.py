"""A second process: work that holds the interpreter's lock goes on beside what this one does.

It begins with nothing of this one but the paths that modules are found on, and is handed functions
of modules with what they take, one after the other.
"""

import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO, Self, TypeVar

from mcsus.engine.executors import processors

Answer = TypeVar("Answer")

_PROGRAM = "import sys; sys.path[:] = {path!r}; from mcsus.engine.beside import serve; serve()"
_LOST = (OSError, EOFError, ValueError, pickle.PickleError, TypeError, AttributeError)


class Beside:
    """A process beside this one; a context manager, which ends it whatever it is doing.

    Examples
    --------
    >>> with Beside() as beside:
    ...     answer = beside.submit(divmod, 7, 2)
    ...     answer()
    (3, 1)
    """

    def __init__(self) -> None:
        self._process = _started()
        self._turns = ThreadPoolExecutor(1, thread_name_prefix="mcsus-beside")

    def submit(self, function: Callable[..., Answer], *given: Any) -> Callable[[], Answer]:
        """Hand a call over; return what waits for its answer.

        Parameters
        ----------
        function : callable
            Of a module, without side effects. Where there is no process, or it ends without an
            answer, the function is called in this one, and what it raises is raised.
        given
            What it takes. It is pickled, as the answer is.
        """
        pending = self._turns.submit(self._asked, function, given)

        def answer() -> Answer:
            try:
                return pending.result()  # type: ignore[no-any-return]
            except _LOST:
                return function(*given)

        return answer

    def _asked(self, function: Callable[..., Any], given: tuple[Any, ...]) -> Any:
        if self._process is None:
            raise EOFError
        handed, answers = self._process.stdin, self._process.stdout
        assert handed is not None  # noqa: S101 - as it was started
        assert answers is not None  # noqa: S101 - the same
        pickle.dump((function, given), handed, pickle.HIGHEST_PROTOCOL)
        handed.flush()
        return pickle.load(answers)  # noqa: S301 - from a process of ours

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        if self._process is not None:
            self._process.kill()
        self._turns.shutdown(wait=True, cancel_futures=True)
        if self._process is not None:
            self._process.communicate()


def _started() -> subprocess.Popen[bytes] | None:
    """Return a process that answers calls; None where nothing is there to run it."""
    if processors() < 2 or not sys.executable or getattr(sys, "frozen", False):
        return None
    try:
        return subprocess.Popen(  # noqa: S603 - this interpreter
            [sys.executable, "-c", _PROGRAM.format(path=sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the process that waits, which ends this one
        )
    except OSError:
        return None


def serve(calls: BinaryIO | None = None, answers: BinaryIO | None = None) -> None:
    """Answer calls until there are no more: what the process beside does.

    Parameters
    ----------
    calls, answers : file, optional
        By default the standard ones, which what is called does not get to write to.
    """
    calls, answers = calls or sys.stdin.buffer, answers or sys.stdout.buffer
    sys.stdout = sys.stderr
    while True:
        try:
            function, given = pickle.load(calls)  # noqa: S301 - from the process that started this
        except EOFError:
            return
        pickle.dump(function(*given), answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()
