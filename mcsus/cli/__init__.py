"""The command line: the only place that prints."""

import atexit
import gc
import sys
import tempfile
import traceback
from pathlib import Path

from mcsus.errors import McsusError

FAULT_OF_OURS = 70
INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code.

    0 done; 1 a required claim does not hold, or a verification differs; 2 bad input; 3 refused;
    4 a value that is not finite; 70 a fault of ours; 130 interrupted.
    """
    # What is imported stays. Looking for garbage in it takes a tenth of the way to the first
    # draws, and half a second when the process ends.
    gc.set_threshold(100_000, 20, 20)
    atexit.register(gc.freeze)
    sys.exit(run_command(sys.argv[1:] if arguments is None else arguments))


def run_command(arguments: list[str]) -> int:
    """Run one command and return its exit code; no exception leaves this function."""
    import typer  # noqa: PLC0415 - so that `import mcsus.cli` is cheap

    from mcsus.cli.commands import app  # noqa: PLC0415 - the same

    # typer has carried its own click since 0.20; both spell the exception alike
    usage = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")
    try:
        code = int(app(arguments, prog_name="mcsus", standalone_mode=False) or 0)
        # typer turns a KeyboardInterrupt into this code, and says nothing
        return _complain("interrupted", code) if code == INTERRUPTED else code
    except McsusError as error:
        return _complain(str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return _complain("interrupted", INTERRUPTED)
    except BrokenPipeError:
        return 0
    except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback on screen
        if isinstance(error, usage):
            error.show()  # type: ignore[attr-defined]
            return 2
        return _complain(f"a fault of mcsus itself; details are in {_save_trace()}", FAULT_OF_OURS)


def _complain(message: str, code: int) -> int:
    from mcsus.cli.printing import printable, shortened  # noqa: PLC0415 - imports typer

    lines = message.splitlines()
    if len(lines) > 1 and code == 2:
        head = f"{len(lines)} faults in the input"
        message = "\n  ".join([head, *shortened(lines, "more")])
    else:
        message = "\n".join(shortened(lines, "more lines"))
    sys.stderr.write(f"mcsus: {printable(message)}\n")
    return code


def _save_trace() -> Path:
    with tempfile.NamedTemporaryFile(
        "w", prefix="mcsus-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(traceback.format_exc())
    return Path(file.name)
