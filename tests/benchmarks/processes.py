"""One process at a time: its time, its memory and what it printed; and the machine it ran on."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Nothing heavy may be imported here: the peak memory of a child counts the pages it shared with
# its parent before it became another program, so the parent must be smaller than any child.

MEBIBYTE = 2**20


@dataclass(frozen=True)
class Run:
    """What one process took and told; ``note`` says why it has no figures."""

    seconds: float = float("nan")
    memory: float = float("nan")  # peak resident memory, MiB
    told: dict[str, Any] = field(default_factory=dict)
    note: str = ""


def run(command: Sequence[str], limit: float = 600.0) -> Run:
    """Run a command that prints JSON, one thread in every library that takes the usual hints."""
    one = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OPENTURNS_NUM_THREADS")
    environment = os.environ | dict.fromkeys(one, "1")
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=out, stderr=err, env=environment)
        late = threading.Timer(limit, child.kill)
        late.start()
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        stopped = not late.is_alive()
        late.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if child.returncode:
            words = err.read().decode(errors="replace").strip().splitlines()
            why = f"over {limit:.0f} s" if stopped else _failure(child.returncode, words)
            return Run(note=why)
        unit = 1 if platform.system() == "Darwin" else 1024  # bytes there, kibibytes elsewhere
        return Run(seconds, used.ru_maxrss * unit / MEBIBYTE, json.loads(out.read()))


def _failure(code: int, words: list[str]) -> str:
    if code == 3:  # the exit status of mcsus for what it will not begin
        return "refused"
    return f"failed ({code}): {words[-1][:80] if words else 'no message'}"


@contextmanager
def one_processor() -> Iterator[None]:
    """Hold this process, and those it starts, to one processor where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def free_memory() -> float:
    """Return what a process may take, in MiB; 4 GiB where the system does not tell."""
    path = Path("/proc/meminfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = [int(line.split()[1]) for line in lines if line.startswith("MemAvailable")]
    return found[0] / 1024 if found else 4096.0


def machine() -> dict[str, Any]:
    """Return the processor, how many of them, the memory and the system."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return {
        "processor": names[0] if names else platform.processor() or platform.machine(),
        "processors": os.cpu_count(),
        "memory_available_mib": round(free_memory()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
