"""The command line: the only place that prints."""

import _thread
import atexit
import contextlib
import errno
import gc
import os
import sys
import tempfile
import threading
import traceback
import warnings
from typing import Any, TextIO

from mcsus.errors import McsusError

REFUSED = 3
FAULT_OF_OURS = 70
INTERRUPTED = 130
_LATER = 0.05  # seconds

# Of linear algebra. Matrices of regressions are small: threads that wait for each other at them
# take ten times the time of one, and take it from those that draw and sort.
_ONE_THREAD = "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"

# xarray imports these where they are installed, to ask whether an array is one of theirs.
_UNASKED = "dask", "distributed", "pint"

# What the system refuses: no fault of ours, and nothing that the input says.
_REFUSALS = {
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO,
    errno.EMFILE, errno.ENFILE, errno.ENAMETOOLONG,
}  # fmt: skip


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code.

    0 done; 1 a required claim does not hold, or a verification differs; 2 bad input; 3 refused;
    4 a value that is not finite; 70 a fault of ours; 130 interrupted.
    """
    # What is imported stays. Looking for garbage in it takes a tenth of the way to the first
    # draws, and half a second when the process ends.
    gc.set_threshold(100_000, 20, 20)
    atexit.register(gc.freeze)
    for name in _ONE_THREAD:
        os.environ.setdefault(name, "1")  # read when numpy is imported
    given = sys.argv[1:] if arguments is None else arguments
    if "xarray" not in sys.modules and not any(own.startswith("--cluster") for own in given):
        absent: dict[str, Any] = dict.fromkeys(_UNASKED)  # so none of them can be imported
        sys.modules.update({name: own for name, own in absent.items() if name not in sys.modules})
    sys.unraisablehook = _keep_interrupts
    if not sys.warnoptions:  # what libraries warn programmers of tells a reader nothing
        warnings.simplefilter("ignore")
    sys.exit(run_command(given))


def _keep_interrupts(lost: Any) -> None:
    """Interrupt again a little later, where an interrupt came while an object was removed."""
    if lost.exc_type is KeyboardInterrupt:
        threading.Timer(_LATER, _thread.interrupt_main).start()
    else:
        sys.__unraisablehook__(lost)


def run_command(arguments: list[str]) -> int:
    """Run one command and return its exit code; no exception leaves this function."""
    import typer  # noqa: PLC0415 - so that `import mcsus.cli` is cheap

    from mcsus.cli.commands import app  # noqa: PLC0415 - the same

    # typer has carried its own click since 0.20; both spell the exception alike
    usage = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")
    try:
        code = int(app(arguments, prog_name="mcsus", standalone_mode=False) or 0)
        if sys.stdout is not None:  # it may be closed
            sys.stdout.flush()
        # typer turns a KeyboardInterrupt into this code, and says nothing
        return _complain("interrupted", code) if code == INTERRUPTED else code
    except McsusError as error:
        return _complain(str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return _complain("interrupted", INTERRUPTED)
    except SystemExit as error:  # so typer ends what completes, and when nobody reads
        if error.code in (0, None):
            return 0
        return _failed(error.__context__ if isinstance(error.__context__, OSError) else error)
    except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback on screen
        if isinstance(error, usage):
            with contextlib.suppress(OSError):
                error.show()  # type: ignore[attr-defined]
            return 2
        return _failed(error)


def _failed(error: BaseException) -> int:
    """Say why a command failed that no error of ours explains; return its exit code."""
    if isinstance(error, BrokenPipeError):
        _read_no_more(sys.stdout)
        return 0
    if isinstance(error, OSError) and error.errno in _REFUSALS:
        if error.errno == errno.ENOSPC:
            _read_no_more(sys.stdout)  # it may be what was printed that found no room
        where = f"{error.filename}: " if error.filename else ""
        return _complain(f"{where}refused by the system ({error.strerror})", REFUSED)
    if isinstance(error, MemoryError):
        return _complain("not enough memory: ask for fewer draws, replicates or outputs", REFUSED)
    if _is_from_interrupt(error):
        return _complain("interrupted", INTERRUPTED)
    return _complain(f"a fault of mcsus itself; {_save_trace()}", FAULT_OF_OURS)


def _is_from_interrupt(error: BaseException | None) -> bool:
    """Tell whether an error came up while an interrupt was dealt with."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False


def _read_no_more(stream: TextIO | None) -> None:
    """Forget what is still to be printed: nobody reads it, or it finds no room."""
    with contextlib.suppress(AttributeError, OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())  # type: ignore[union-attr]
        os.close(null)


def _complain(message: str, code: int) -> int:
    from mcsus.cli.printing import printable, shortened  # noqa: PLC0415 - imports typer

    lines = message.splitlines()
    if len(lines) > 1 and code == 2:
        head = f"{len(lines)} faults in the input"
        message = "\n  ".join([head, *shortened(lines, "more")])
    else:
        message = "\n".join(shortened(lines, "more lines"))
    try:
        sys.stderr.write(f"mcsus: {printable(message)}\n")
        sys.stderr.flush()
    except (AttributeError, OSError):  # it is closed, or nobody reads it
        _read_no_more(sys.stderr)
    return code


def _save_trace() -> str:
    """Write down where a fault came up; say where that is to be read."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="mcsus-", suffix=".txt", delete=False, encoding="utf-8"
        ) as file:
            file.write(traceback.format_exc())
    except OSError:
        return traceback.format_exc(limit=-1).splitlines()[-1]
    return f"details are in {file.name}"
