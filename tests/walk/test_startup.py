"""What a command imports before it does its work, and that a second run compiles nothing."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from mcsus.cli import run_command
from mcsus.engine.store import cache_folder

SLOW = {"SALib", "dask", "jinja2", "matplotlib", "netCDF4", "pandas", "pint", "rich", "xarray"}
COMPILED = {"numba", "llvmlite"}

# Runs a command and prints the modules imported at its end, or when it has drawn for the first
# time, and how many functions numba has compiled.
PROGRAM = """
import contextlib, json, os, sys

def imported():
    return sorted({name.partition(".")[0] for name in sys.modules} | set(sys.modules))

def tell(modules, compiled=0):
    sys.stdout.flush()
    os.write(2, json.dumps([modules, compiled]).encode())
    os._exit(0)

until, *arguments = sys.argv[1:]
if until == "first draws":
    import mcsus.cli.progress
    drawn = lambda *told: tell(imported())
    mcsus.cli.progress.progress = lambda: contextlib.nullcontext(drawn)
if until == "compiled":
    from numba.core import event
    recorder = event.RecordingListener()
    event.register("numba:compile", recorder)
from mcsus.cli import run_command
assert run_command(arguments) == 0
tell(imported(), sum(e.is_start for _, e in recorder.buffer) if until == "compiled" else 0)
"""


def after(until: str, *arguments: str, folder: str = ".") -> tuple[set[str], int]:
    """Return what a fresh process had imported and compiled."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, until, *arguments],
        capture_output=True,
        check=False,
        text=True,
        cwd=folder,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    modules, compiled = json.loads(done.stderr.splitlines()[-1])
    return set(modules), compiled


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["--version"]])
def test_help_imports_nothing_that_computes(arguments):
    modules, _ = after("end", *arguments)
    assert "typer" in modules
    assert not modules & (SLOW | COMPILED | {"numpy", "scipy", "mcsus.runner", "mcsus.study"})


@pytest.mark.parametrize("arguments", [["list"], ["check", "tinyml_device"]])
def test_what_draws_nothing_imports_no_compiler_and_no_scipy(arguments):
    modules, _ = after("end", *arguments)
    assert "numpy" in modules
    assert not modules & (SLOW | COMPILED | {"scipy"})


def test_nothing_that_describes_is_imported_before_the_first_draws(tmp_path):
    run = ["run", "tinyml_table", "--draws", "2^8", "--replicates", "2", "--no-report"]
    modules, _ = after("first draws", *run, "--out", str(tmp_path))
    assert "numba" in modules
    assert not (tmp_path / "result.nc").exists()  # it was stopped there
    assert not modules & (SLOW | {"scipy.special", "scipy.stats"})


@pytest.mark.slow  # starts processes
@pytest.mark.parametrize("kind", ["sobol", "monte_carlo"])
def test_a_second_run_compiles_nothing(tmp_path, monkeypatch, kind):
    monkeypatch.setenv("MCSUS_CACHE", str(cache_folder()))
    (tmp_path / "small.toml").write_text(
        f"""
        schema = "mcsus/1"
        id = "small"
        design = {{ kind = "{kind}" }}
        outputs = {{ y = "1" }}
        [parameters]
        a = {{ distribution = "uniform", minimum = 1, maximum = 2, unit = "1", source = "a test" }}
        b = {{ distribution = "normal", mean = 5, sd = 1, unit = "1", source = "a test" }}
        [equations]
        y = {{ formula = "a*b", unit = "1" }}
        """,
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    run = ["run", "small.toml", "--draws", "2^17", "--replicates", "2", "--no-report"]
    assert run_command(run) == 0
    modules, compiled = after("compiled", *run, folder=str(tmp_path))
    assert "numba" in modules
    assert compiled == 0
