"""The folder of generated kernels: private, reused, never stale."""

from __future__ import annotations

import os
import py_compile
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba.core import event

import mcsus
from mcsus.engine import cache, store
from mcsus.errors import RefusedError
from mcsus.families.loops.codes import COMMON, NORMAL, STEPS

# Runs a small kernel in a process of its own; prints how many functions numba compiled.
COUNT = """
import numba.core.event as event
recorder = event.RecordingListener()
event.register("numba:compile", recorder)
from mcsus.runner import run
from mcsus.study import Study
law = {"distribution": "normal", "mean": 1, "sd": 0.1, "unit": "1", "source": "a test"}
study = Study.from_dict({
    "schema": "mcsus/1", "id": "one", "parameters": {"a": law},
    "equations": {"y": {"formula": FORMULA, "unit": "1"}}, "outputs": {"y": "1"},
    "design": {"draws": 256, "replicates": 2}, "sensitivity": {"methods": []},
})
mean = run(study).to_dict()["outputs"]["y"]["cells"][0]["mean"]["value"]
print(len(recorder.buffer), round(mean, 3))
"""


def compiled_and_mean(folder, formula):
    program = COUNT.replace("FORMULA", repr(formula))
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "MCSUS_CACHE": str(folder)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    count, mean = done.stdout.split()
    return int(count), float(mean)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MCSUS_CACHE", str(tmp_path / "made" / "here"))
    return tmp_path / "made" / "here"


@pytest.mark.slow  # compiles from an empty cache
def test_a_second_run_compiles_nothing_and_another_formula_only_itself(tmp_path):
    folder = tmp_path / "cache"
    cold, mean = compiled_and_mean(folder, "2*a")
    assert cold > 2
    assert mean == 2.0
    assert folder.stat().st_mode & 0o777 == 0o700
    assert compiled_and_mean(folder, "2*a") == (0, 2.0)
    other, mean = compiled_and_mean(folder, "3*a")
    assert mean == 3.0  # and not the kernel that lay there
    assert 0 < other < cold  # what fills the inputs and runs the blocks is not compiled again


def test_the_folder_is_made_for_this_user_alone(folder):
    assert cache.cache_folder() == folder
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_open_to_others_is_closed(folder):
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    assert cache.cache_folder() == folder
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_default_lies_in_the_cache_of_the_user(tmp_path, monkeypatch):
    monkeypatch.delenv("MCSUS_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.cache_folder() == tmp_path / "mcsus"


class TestFoldersThatAreNotUsed:
    def test_one_of_another_user(self, folder, monkeypatch):
        folder.mkdir(parents=True)
        folder.chmod(0o755)
        monkeypatch.setattr(os, "getuid", lambda: folder.stat().st_uid + 1)
        chosen = cache.cache_folder()
        assert chosen != folder
        assert chosen.stat().st_mode & 0o777 == 0o700
        store.load("elsewhere", "VALUE = 1")
        assert not list(folder.iterdir())
        assert folder.stat().st_mode & 0o777 == 0o755  # and it is left as it was

    def test_one_that_cannot_be_made(self, tmp_path, monkeypatch):
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("MCSUS_CACHE", str(tmp_path / "file" / "below"))
        assert cache.cache_folder().is_dir()
        assert tmp_path not in cache.cache_folder().parents

    def test_one_that_cannot_be_written(self, folder, monkeypatch):
        monkeypatch.setattr(os, "access", lambda path, mode: False)
        assert cache.cache_folder() != folder

    def test_one_that_others_could_exchange(self, tmp_path, monkeypatch):
        (tmp_path / "shared").mkdir()
        (tmp_path / "shared").chmod(0o777)
        monkeypatch.setenv("MCSUS_CACHE", str(tmp_path / "shared" / "mine"))
        assert tmp_path not in cache.cache_folder().parents
        (tmp_path / "shared").chmod(0o1777)  # as /tmp
        assert cache.cache_folder() == tmp_path / "shared" / "mine"

    def test_one_whose_machine_code_lies_elsewhere(self, folder, tmp_path):
        folder.mkdir(parents=True, mode=0o700)
        (folder / "__pycache__").symlink_to(tmp_path)
        assert cache.cache_folder() != folder

    def test_without_a_home(self, monkeypatch):
        monkeypatch.delenv("MCSUS_CACHE", raising=False)
        monkeypatch.delenv("XDG_CACHE_HOME", raising=False)

        def none():
            raise RuntimeError("Could not determine home directory.")

        monkeypatch.setattr(Path, "home", none)
        assert cache.cache_folder() == cache.private_folder()

    def test_a_disk_that_is_full(self, folder, monkeypatch):
        written = cache._write

        def full(path, content):
            if folder in path.parents:
                raise OSError(28, "No space left on device")
            written(path, content)

        monkeypatch.setattr(cache, "_write", full)
        assert store.load("full", "VALUE = 3").VALUE == 3
        monkeypatch.setattr(cache, "_write", lambda *_: full(folder / "x", b""))
        with pytest.raises(RefusedError, match=r"generated code cannot be written \(No space left"):
            store.load("full", "VALUE = 4")


COMPILED = """
from numba import njit
@njit("float64(float64)", cache=True)
def twice(x):
    return 2 * x
"""


class TestPlanted:
    """Nothing that lies in the folder is run because of its name."""

    @pytest.fixture
    def again(self, folder):
        """Load as a process that comes later does."""

        def load(source=COMPILED):
            sys.modules.pop(store._name("planted", source), None)
            return store.load("planted", source)

        return load

    @pytest.fixture
    def compilations(self):
        """Count what numba compiles."""
        recorder = event.RecordingListener()
        event.register("numba:compile", recorder)
        yield recorder.buffer
        event.unregister("numba:compile", recorder)

    def test_machine_code_is_used_again(self, again, compilations):
        assert again().twice(2.0) == 4
        compilations.clear()
        assert again().twice(2.0) == 4
        assert not compilations

    @pytest.mark.parametrize("suffix", ["nbi", "nbc", "sha256"])
    @pytest.mark.parametrize("what", ["bit", "cut", "gone", "other"])
    def test_machine_code_that_was_changed_is_made_anew(self, again, folder, suffix, what):
        again()
        [path] = list(folder.rglob(f"mcsus_planted*.{suffix}"))
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.unlink()
        if what == "other":
            path.symlink_to(__file__)
        elif what != "gone":
            path.write_bytes(content if what == "bit" else content[:20])
        assert again().twice(2.0) == 4
        [path] = list(folder.rglob(f"mcsus_planted*.{suffix}"))
        assert not path.is_symlink()
        assert again().twice(2.0) == 4

    def test_text_is_written_anew(self, again, folder):
        path = Path(again("VALUE = 1").__file__)
        path.write_text("VALUE = 2")
        assert again("VALUE = 1").VALUE == 1
        assert path.read_text() == "VALUE = 1"

    def test_bytecode_is_not_run(self, again, folder):
        path = Path(again("VALUE = 1").__file__)
        at = path.stat().st_mtime
        path.write_text("VALUE = 2")
        os.utime(path, (at, at))
        py_compile.compile(str(path))
        path.write_text("VALUE = 1")
        os.utime(path, (at, at))
        assert list(folder.rglob("*.pyc"))
        assert again("VALUE = 1").VALUE == 1

    def test_what_others_could_write_is_forgotten(self, again, folder, compilations):
        again()
        folder.chmod(0o775)
        (folder / "not of ours").touch()
        compilations.clear()
        again()
        assert compilations
        assert (folder / "not of ours").exists()


class TestLoad:
    def test_text_decides_the_file(self, folder):
        one, two = (store.load("t", f"VALUE = {k}") for k in (1, 2))
        assert (one.VALUE, two.VALUE) == (1, 2)
        assert {Path(m.__file__).parent for m in (one, two)} == {folder}
        assert store.load("t", "VALUE = 1") is one

    def test_files_are_private(self, folder):
        path = Path(store.load("t", "VALUE = 'private'").__file__)
        assert path.stat().st_mode & 0o077 == 0

    def test_no_half_written_file_is_left(self, folder):
        store.load("t", "VALUE = 'whole'")
        assert not list(folder.glob("*.tmp"))

    def test_a_module_that_fails_is_not_kept(self, folder):
        for _ in range(2):
            with pytest.raises(ZeroDivisionError, match="division by zero"):
                store.load("t", "VALUE = 1/0")


class TestSharedFunctions:
    @pytest.fixture
    def made(self, folder, monkeypatch):
        """Return an empty folder on a machine of two processors."""
        for name in [name for name in sys.modules if name.startswith("mcsus_")]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setattr(store, "processors", lambda: 2)
        return folder

    def test_the_smallest_that_do_are_wanted(self, made):
        assert store.wanted([NORMAL], mixed=False) == (
            "quantile_common",
            "run_unmixed",
            "points_sobol",
        )
        assert store.wanted([NORMAL, STEPS], mixed=False)[0] == "quantile"
        assert store.wanted([NORMAL], mixed=True) == ("quantile", "run", "points_sobol")

    def test_one_that_is_there_serves_all(self, made, monkeypatch):
        monkeypatch.setattr(store, "_is_there", lambda prefix: prefix == "quantile")
        assert store.wanted([NORMAL], mixed=False) == ("quantile", "run_unmixed", "points_sobol")

    @pytest.mark.slow
    def test_another_process_compiles_what_is_missing(self, made):
        store.prepare(["points_sobol"])
        assert callable(store.compiled(["points_sobol"])[0])
        assert list((made / "__pycache__").glob("mcsus_points_*.nbi"))
        assert not store._helpers
        store.prepare(["points_sobol"])
        assert not store._helpers  # there is nothing left to do

    def test_a_process_that_fails_costs_time_only(self, made, monkeypatch):
        monkeypatch.setattr(store.sys, "executable", "/bin/false")
        store.prepare(["points_sobol"])
        assert callable(store.compiled(["points_sobol"])[0])

    def test_one_processor_starts_none(self, made, monkeypatch):
        monkeypatch.setattr(store, "processors", lambda: 1)
        store.prepare(["points_sobol"])
        assert not store._helpers

    @pytest.mark.parametrize("code", sorted(COMMON))
    def test_common_laws_need_no_other_loops(self, code):
        row, same = np.linspace(0.001, 0.999, 777), np.linspace(0.001, 0.999, 777)
        constants = np.linspace(0.1, 0.5, 32)
        store.shared("quantile")(code, row, constants)
        store.shared("quantile_common")(code, same, constants)
        assert np.array_equal(row, same, equal_nan=True)
        assert not np.array_equal(row, np.linspace(0.001, 0.999, 777))


class TestFingerprint:
    @pytest.fixture
    def copy(self, tmp_path, monkeypatch):
        root = tmp_path / "mcsus"
        for name in ("families", "streams", "engine", "units"):
            shutil.copytree(Path(mcsus.__file__).parent / name, root / name)
        shutil.copy(Path(mcsus.__file__).parent / "numba_private.py", root)
        monkeypatch.setattr(mcsus, "__file__", str(root / "__init__.py"))
        store.fingerprint.cache_clear()
        yield root
        store.fingerprint.cache_clear()

    @pytest.mark.parametrize(
        "changed", ["families/loops/quantile_loops.py", "families/loops/elementary.py",
                    "streams/point_loops.py", "engine/blocks.py", "numba_private.py",
                    "engine/codegen.py"],
    )  # fmt: skip
    def test_a_law_that_changes_changes_every_name(self, copy, changed):
        """numba looks at the file of a function, not at those that it imports."""
        before = store.fingerprint()
        with (copy / changed).open("a") as file:
            file.write("\n# another law\n")
        store.fingerprint.cache_clear()
        assert store.fingerprint() != before

    def test_what_kernels_do_not_use_changes_nothing(self, copy):
        before = store.fingerprint()
        (copy / "units" / "reader.py").write_text("")
        (copy / "families" / "laws" / "pert.py").write_text("")
        store.fingerprint.cache_clear()
        assert store.fingerprint() == before

    @pytest.mark.parametrize("changed", ["numba", "llvmlite"])
    def test_versions_of_the_compiler_count(self, copy, changed, monkeypatch):
        before = store.fingerprint()
        monkeypatch.setattr(getattr(store, changed), "__version__", "0.0.0")
        store.fingerprint.cache_clear()
        assert store.fingerprint() != before

    def test_the_processor_counts(self, copy, monkeypatch):
        before = store.fingerprint()
        monkeypatch.setenv("NUMBA_CPU_NAME", "generic")
        store.fingerprint.cache_clear()
        assert store.fingerprint() != before

    def test_the_fingerprint_is_part_of_the_name(self, folder, monkeypatch):
        one = store.load("t", "VALUE = 'same'")
        monkeypatch.setattr(store, "fingerprint", lambda: b"another machine")
        two = store.load("t", "VALUE = 'same'")
        assert one.__name__ != two.__name__
