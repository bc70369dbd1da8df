"""What compiling a graph as large as a fleet model costs: time, memory, each function.

Run by hand: ``python tests/benchmarks/compile.py``. Each figure is of a fresh process; "cold" ones
start with an empty folder of kernels. The study has 80 parameters and 40 equations over 4
applications, 16 years and, in a sum, 16 cohorts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

FIGURES = """
import json, resource, sys, time

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

start = time.perf_counter()
import numba.core.event as event
recorder = event.RecordingListener()
event.register("numba:compile", recorder)
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.counting.compiled import recorder
from mcsus.engine.store import index_sums
from mcsus.runner import check
from mcsus.study import Study
imported = time.perf_counter() - start
study, model = check(Study.from_dict(json.load(sys.stdin)))
positions = stream_positions({p.name: p for p in study.parameters})
start, before = time.perf_counter(), peak()
kernel = Kernel(model, positions)
made, held, start = time.perf_counter() - start, peak(), time.perf_counter()
recorder(), index_sums()
more = time.perf_counter() - start
opened, functions = {}, {}
for at, e in recorder.buffer:
    key = e.data["dispatcher"].py_func
    key = f"{key.__module__}.{key.__name__}"
    if e.is_start:
        opened[key] = at
    else:
        functions[key] = functions.get(key, 0.0) + at - opened[key]
figures = {
    "imports, s": imported, "kernel, s": made, "recorders and sums, s": more,
    "peak before, MB": before, "with kernel, MB": held, "at the end, MB": peak(),
}
steps = len(kernel.program.steps)
print(json.dumps([figures, functions, steps]))
"""


def study() -> dict[str, object]:
    """Return the study, as a file would hold it."""
    laws = [
        {"distribution": "lognormal", "median": 1.0, "gsd": 1.3},
        {"distribution": "triangular", "minimum": 0.5, "mode": 1.0, "maximum": 2.0},
        {"distribution": "uniform", "minimum": 0.5, "maximum": 2.0},
        {"distribution": "normal", "mean": 10.0, "sd": 1.0},
    ]
    common = {"unit": "1", "source": "assumed", "rationale": "a benchmark"}
    parameters: dict[str, object] = {}
    for k in range(80):
        law = laws[k % 4]
        parameters[f"p{k}"] = {**common, **law}
        if k % 8 == 0:
            labels = {f"app{a}": law for a in range(4)}
            parameters[f"p{k}"] = {**common, "by": {"application": labels}}
    e = {
        "shipments": "p1*exp(p2*(year - 2020)/16)/(1 + exp(-p3*(year - 2028)))",
        "survival": "where(year < cohort, 0, exp(-((abs(year - cohort)/p5)**p6)))",
        "stock": "sum(at(shipments, year=cohort)*survival, over=cohort)",
        "retired": "max(0, shipments - stock/p7)",
        "grid": "p9*exp(-p10*(year - 2020)/16) + min(p11, p13)",
    }
    for k in range(15):  # of one device, for each application
        a, b, c = 8 * (k % 10), (4 * k + 14) % 80, (5 * k + 15) % 80
        e[f"device{k}"] = f"p{a}*(p{b} + p{c}*p{(k + 33) % 80}) + p{(k + 41) % 80}/p{(k + 57) % 80}"
    for k in range(12):  # of all devices of an application in a year
        flow = ("shipments", "stock", "retired")[k % 3]
        e[f"flow{k}"] = f"{flow}*(device{k}*grid + device{k + 3})*p{(6 * k + 20) % 80}"
    for k in range(6):
        e[f"total{k}"] = f"sum(flow{k}*p{8 * k} + flow{k + 6}, over=application)"
    e["yearly"] = " + ".join(f"total{k}" for k in range(6))
    e["all_years"] = "sum(yearly, over=year)/(" + " + ".join(f"p{k}" for k in range(80)) + ")"
    return {
        "schema": "mcsus/1",
        "id": "large",
        "dims": {
            "application": [f"app{a}" for a in range(4)],
            "year": {"first": 2020, "last": 2035},
            "cohort": {"like": "year"},
        },
        "parameters": parameters,
        "equations": {name: {"formula": text, "unit": "1"} for name, text in e.items()},
        "outputs": {"yearly": "1", "all_years": "1"},
    }


def figures(folder: str, text: str) -> tuple[dict[str, float], dict[str, float], int]:
    """Return the figures of a fresh process, seconds of each function, and the number of steps."""
    done = subprocess.run(
        [sys.executable, "-c", FIGURES],
        env={**os.environ, "MCSUS_CACHE": folder},
        input=text,
        check=True,
        capture_output=True,
        text=True,
    )
    numbers, functions, steps = json.loads(done.stdout)
    return numbers, functions, steps


def main() -> None:
    """Print the figures of an empty folder, of a full one, and the functions compiled."""
    text = json.dumps(study())
    with tempfile.TemporaryDirectory() as folder:
        cold, functions, steps = figures(folder, text)
        warm, again, _ = figures(folder, text)
    lines = [f"{'':24}    cold    warm"]
    lines += [f"{name:24}{cold[name]:8.2f}{warm[name]:8.2f}" for name in cold]
    lines.append(f"{len(functions)} functions compiled, {len(again)} from the folder; slowest:")
    slowest = sorted(functions.items(), key=lambda item: -item[1])[:25]
    lines += [f"  {seconds:6.2f} s  {name}" for name, seconds in slowest]
    model = sum(t for name, t in functions.items() if name.endswith(".model"))
    lines.append(f"model: {1000 * model / steps:.0f} ms for each of {steps} steps")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
