"""Where readers leave, disks are full, hands are impatient and runs are many."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mcsus.cli import run_command
from mcsus.numba_private import interrupts_kept
from mcsus.result.tree import load_result
from mcsus.runner import Run, Settings, run
from mcsus.study import Study, load_study

MAIN = "from mcsus.cli import main; main()"
SMALL = ("run", "mcu_chip", "--draws", "256", "--replicates", "2")
posix = pytest.mark.skipif(os.name != "posix", reason="signals and limits of POSIX")


def process(*arguments, program=MAIN, **options):
    return subprocess.Popen([sys.executable, "-c", program, *arguments], text=True, **options)


def nobody_reads():
    """Return the end of a pipe whose other end is closed."""
    reads, writes = os.pipe()
    os.close(reads)
    return writes


class TestPrinting:
    @pytest.mark.parametrize("command", [("list", "parameters"), ("show", "nothing_such")])
    def test_to_nobody(self, command):
        """`mcsus list | head -1`: no trace, no words, and the code of what was asked."""
        pipe = nobody_reads()
        done = process(*command, stdout=pipe, stderr=subprocess.PIPE)
        _, err = done.communicate()
        os.close(pipe)
        assert done.returncode == (0 if command[0] == "list" else 2)
        assert "Exception" not in err
        assert "Broken" not in err

    def test_no_warning_of_a_library(self):
        program = """
import warnings
from mcsus.cli import listing, main
rows = listing.rows
def warned(*arguments):
    warnings.warn("overflow encountered in multiply", RuntimeWarning)
    return rows(*arguments)
listing.rows = warned
main()
"""
        done = process("list", "studies", program=program, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE)  # fmt: skip
        out, err = done.communicate()
        assert (done.returncode, err) == (0, "")
        assert "tinyml_device" in out

    def test_errors_to_nobody(self):
        pipe = nobody_reads()
        done = process("show", "nothing_such", stdout=pipe, stderr=pipe)
        assert done.wait() == 2
        os.close(pipe)

    @pytest.mark.slow  # a process that runs a study
    def test_of_a_run_to_nobody(self, tmp_path):
        pipe = nobody_reads()
        done = process(*SMALL, "--json", "--out", tmp_path, stdout=pipe, stderr=subprocess.PIPE)
        _, err = done.communicate()
        os.close(pipe)
        assert (done.returncode, err) == (0, "")
        assert json.loads((tmp_path / "result.json").read_text())["study"] == "mcu_chip"

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
    def test_to_a_full_disk(self):
        with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
            done = process("list", "parameters", stdout=full, stderr=subprocess.PIPE)
            _, err = done.communicate()
        assert done.returncode == 3
        assert err == "mcsus: refused by the system (No space left on device)\n"


FULL = """
import resource, sys
import matplotlib.pyplot
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)), resource.RLIM_INFINITY))
from mcsus.cli import main
main()
"""


class TestFullDisk:
    @posix
    @pytest.mark.slow  # processes that run a study
    @pytest.mark.parametrize("room", [100, 4_000, 20_000, 90_000])
    def test_nothing_is_left_half_written(self, tmp_path, room):
        """No file may grow beyond some bytes; a slow machine leaves whole files to go on from."""
        done = process(str(room), *SMALL, "--out", tmp_path / "out", program=FULL,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
        out, err = done.communicate()
        assert (done.returncode, out) == (3, "")
        assert ": cannot be written (" in err
        assert str(tmp_path / "out") in err
        left = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert all(path.parent.name == "checkpoint" for path in left)
        assert not [path for path in left if path.suffix == ".tmp"]

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "file",
        ["run.json", "result.nc", "result.json",
         *(pytest.param(name, marks=pytest.mark.slow) for name in ("drivers", "index"))],
    )  # fmt: skip
    def test_any_file(self, tmp_path, monkeypatch, capsys, file):
        report = [] if file in ("drivers", "index") else ["--no-report"]
        assert run_command([*SMALL, "--seed", "7", "--out", str(tmp_path), *report]) == 0
        before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
        replaced = Path.replace

        def full(self, target):
            if file in Path(target).name:
                raise OSError(28, "No space left on device")
            return replaced(self, target)

        monkeypatch.setattr(Path, "replace", full)
        assert run_command([*SMALL, "--out", str(tmp_path), *report]) == 3
        assert f"{file}" in capsys.readouterr().err
        monkeypatch.undo()
        after = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
        assert not [p for p in after if p.name.endswith(".tmp")]
        if file in ("run.json", "result.nc"):
            assert {p: after.get(p) for p in before} == before


@posix
class TestInterrupts:
    def test_one_that_would_be_lost_is_kept(self):
        def _raw_object_cache_notify():
            os.kill(os.getpid(), signal.SIGINT)

        def compile_all():
            with interrupts_kept():
                _raw_object_cache_notify()
                raise RuntimeError("no compiled object yet")

        with pytest.raises(KeyboardInterrupt):
            compile_all()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def test_others_come_at_once(self):
        reached = []

        def compile_all():
            with interrupts_kept():
                os.kill(os.getpid(), signal.SIGINT)
                reached.append(True)

        with pytest.raises(KeyboardInterrupt):
            compile_all()
        assert not reached

    @pytest.mark.slow  # compiles from an empty cache, again and again
    @pytest.mark.parametrize("seconds", [1, 2, 3, 4, 6])
    def test_while_the_kernel_compiles(self, tmp_path, seconds):
        """On a quick machine the last may come while it draws: then what is kept is told before."""
        done = process(*SMALL, "--out", tmp_path / "out", stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, start_new_session=True,
                       env={**os.environ, "MCSUS_CACHE": str(tmp_path / "cache")})  # fmt: skip
        time.sleep(seconds)
        done.send_signal(signal.SIGINT)
        _, err = done.communicate(timeout=60)
        assert done.returncode in (0, 130, -signal.SIGINT)  # it was quicker; before our code begins
        assert done.returncode != 130 or err.splitlines()[-1] == "mcsus: interrupted"
        assert not _session(done.pid)

    @pytest.mark.slow  # compiles from an empty cache
    def test_a_kill_ends_the_processes_that_compile(self, tmp_path):
        done = process(*SMALL, "--out", tmp_path / "out", stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, start_new_session=True,
                       env={**os.environ, "MCSUS_CACHE": str(tmp_path / "cache")})  # fmt: skip
        ends = time.monotonic() + 60
        while len(_session(done.pid)) < 2 and done.poll() is None and time.monotonic() < ends:
            time.sleep(0.1)
        done.kill()
        done.wait()
        time.sleep(5)
        assert not _session(done.pid)


def _session(leader):
    """Return the processes of a session that run."""
    shown = subprocess.run(
        ["ps", "-eo", "pid,sid,stat"], capture_output=True, text=True, check=True
    )
    rows = [line.split() for line in shown.stdout.splitlines()[1:]]
    return [pid for pid, session, state in rows if session == str(leader) and state[0] != "Z"]


class TestManyRunsInOneProcess:
    def test_threads_do_not_meet(self):
        """Studies with units of their own and without, at once, give the numbers of one by one."""
        law = {"distribution": "lognormal", "median": 2, "gsd": 1.5, "source": "a test"}

        def study(k):
            unit = f"coin{k % 2}"
            return Study.from_dict({
                "schema": "mcsus/1", "id": f"s{k}",
                "units": {unit: "currency", "big": f"{k + 2} {unit}"},
                "parameters": {"price": law | {"unit": "big"}},
                "equations": {"y": {"formula": "price*2", "unit": unit}},
                "outputs": {"y": unit},
                "design": {"draws": 256, "replicates": 2, "seed": k},
                "sensitivity": {"methods": []},
            })  # fmt: skip

        wanted = [run(study(k)).to_dict()["digest"] for k in range(4)]
        assert len(set(wanted)) == 4
        started = threading.Barrier(4)

        def told(k):
            started.wait()
            return run(study(k)).to_dict()["digest"]

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(told, range(4))) == wanted

    @pytest.mark.slow  # four whole runs
    def test_files_of_runs_at_once(self, tmp_path):
        """The library of netCDF ends a process that calls it from two threads."""
        study = load_study("mcu_chip").with_changes(draws=256, replicates=2)

        def digest(k):
            folder = tmp_path / str(k)
            folder.mkdir()
            kept = Settings(folder=folder, keep_draws=folder / "draws.nc", threads=1)
            list(Run(study, kept).results())
            return load_result(folder).to_dict()["digest"]

        with ThreadPoolExecutor(4) as pool:
            assert len(set(pool.map(digest, range(4)))) == 1
        first, *others = ((tmp_path / str(k) / "draws.nc").read_bytes() for k in range(4))
        assert all(other == first for other in others)

    @pytest.mark.slow
    def test_one_run_from_two_threads(self):
        """The kernel is compiled once; the numbers are those of one after the other."""
        made = Run("mcu_chip").with_laws({})
        settled = Run(made.study.with_changes(draws=256, replicates=2))
        with ThreadPoolExecutor(2) as pool:
            digests = list(
                pool.map(lambda _: next(settled.results()).to_dict()["digest"], range(2))
            )
        assert digests[0] == digests[1]
