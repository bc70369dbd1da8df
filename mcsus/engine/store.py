"""The folder of generated kernels: written once, compiled once, never served stale.

numba caches a function beside the file it was read from, and does not see a change in a function
that file imports. So the name of each generated file carries a hash of everything the machine
code depends on.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import llvmlite
import llvmlite.binding
import numba
from numba.core.errors import NumbaExperimentalFeatureWarning

import mcsus
from mcsus.engine.blocks import RUN_SIGNATURE

_ARGUMENTS = ", ".join(f"a{k}" for k in range(len(RUN_SIGNATURE.args)))

_RUN = f'''"""Runs the blocks of every mcsus kernel; generated, safe to delete."""

from numba import njit

from mcsus.engine.blocks import RUN_SIGNATURE, run_blocks


@njit(RUN_SIGNATURE, nogil=True, cache=True, error_model="numpy")
def run({_ARGUMENTS}):
    run_blocks({_ARGUMENTS})
'''


_POINTS = '''"""The points of every mcsus kernel; generated, safe to delete."""

from numba import njit

from mcsus.engine.blocks import POINTS_SIGNATURE, fill_points


@njit(POINTS_SIGNATURE, nogil=True, cache=True, error_model="numpy")
def points(x, s, draw, kind, table, matrix, keys):
    fill_points(x, s, draw, kind, table, matrix, keys)
'''

_QUANTILE = '''"""The quantile loops of every mcsus kernel; generated, safe to delete."""

from numba import njit

from mcsus.engine.blocks import QUANTILE_SIGNATURE
from mcsus.families.kernels import apply_quantile


@njit(QUANTILE_SIGNATURE, nogil=True, cache=True, error_model="numpy")
def quantile(code, row, c):
    apply_quantile(code, row, c)
'''

_SALTELLI = '''"""The sums of every mcsus index run; generated, safe to delete."""

from numba import njit

from mcsus.engine import saltelli


@njit(saltelli.SUMS_SIGNATURE, nogil=True, cache=True, error_model="numpy")
def sums(out, n, pivot, groups, paired, into):
    saltelli.saltelli_sums(out, n, pivot, groups, paired, into)


@njit(saltelli.FOLD_SIGNATURE, nogil=True, cache=True, error_model="numpy")
def fold(total, carry, parts):
    saltelli.fold(total, carry, parts)
'''

_BINS = "centre, key, node, low, factor, size, first, child"
_LAYOUT = f"{_BINS}, threshold"

_RECORD = f'''"""What is recorded of the draws of every mcsus kernel; generated, safe to delete."""

from numba import njit

from mcsus.engine import recording


@njit(recording.RECORD_SIGNATURE, nogil=True, cache=True, error_model="numpy")
def record(values, n, pivot, {_LAYOUT}, sums, extremes, counts, shares):
    recording.record_slab(values, n, pivot, {_LAYOUT}, sums, extremes, counts, shares)


@njit(recording.FOLD_SIGNATURE, nogil=True, cache=True, error_model="numpy")
def fold(total, carry, parts):
    recording.fold_units(total, carry, parts)


@njit(recording.LOCATE_SIGNATURE, nogil=True, cache=True, error_model="numpy")
def locate(x, row, {_BINS}, out):
    recording.locate_values(x, row, {_BINS}, out)
'''


def cache_folder() -> Path:
    """Return the folder of generated kernels, made for this user alone.

    ``MCSUS_CACHE`` names another folder. A folder that belongs to somebody else is not used: code
    is loaded from it.

    Examples
    --------
    >>> cache_folder().is_dir()
    True
    """
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("MCSUS_CACHE") or home / "mcsus")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mine = not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()
        if mine and os.access(folder, os.W_OK):
            folder.chmod(0o700)
            return folder
    except OSError:
        pass
    return _private_folder()


@functools.lru_cache(maxsize=1)
def _private_folder() -> Path:
    """Return a folder that lasts as long as this process."""
    return Path(tempfile.mkdtemp(prefix="mcsus-"))


@functools.lru_cache(maxsize=1)
def fingerprint() -> bytes:
    """Hash what generated machine code depends on besides its own source.

    Examples
    --------
    >>> len(fingerprint())
    32
    """
    root = Path(mcsus.__file__).parent
    digest = hashlib.sha256()
    for folder in ("families", "dependence", "streams", "engine"):
        for path in sorted((root / folder).glob("*.py")):
            digest.update(path.read_bytes())
    host = llvmlite.binding.get_host_cpu_name()
    features = llvmlite.binding.get_host_cpu_features().flatten()
    options = [os.environ.get(k, "") for k in ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES")]
    parts = (sys.version, numba.__version__, llvmlite.__version__, host, features, *options)
    digest.update("\n".join(parts).encode())
    return digest.digest()


def load(prefix: str, source: str) -> ModuleType:
    """Return the module whose text is `source`, from the cache folder when it is there.

    Examples
    --------
    >>> load("doctest", "ANSWER = 42").ANSWER
    42
    """
    name = f"mcsus_{prefix}_{hashlib.sha256(fingerprint() + source.encode()).hexdigest()[:24]}"
    if name in sys.modules:
        return sys.modules[name]
    path = cache_folder() / f"{name}.py"
    if not path.exists():
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(source)
        Path(temporary).replace(path)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        with warnings.catch_warnings():  # functions as arguments are marked experimental in numba
            warnings.simplefilter("ignore", NumbaExperimentalFeatureWarning)
            spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def compiled() -> tuple[Callable[..., None], ...]:
    """Return what serves all studies: running blocks, filling points, quantile loops.

    Examples
    --------
    >>> [callable(function) for function in compiled()]
    [True, True, True]
    """
    return (
        load("run", _RUN).run,
        load("points", _POINTS).points,
        load("quantile", _QUANTILE).quantile,
    )


def index_sums() -> tuple[Callable[..., None], ...]:
    """Return what adds up index points: `saltelli_sums` and `fold` of `mcsus.engine.saltelli`.

    Examples
    --------
    >>> [callable(function) for function in index_sums()]
    [True, True]
    """
    module = load("saltelli", _SALTELLI)
    return module.sums, module.fold


def recorders() -> ModuleType:
    """Return what records draws: ``record``, ``fold`` and ``locate`` of `mcsus.engine.recording`.

    Examples
    --------
    >>> callable(recorders().fold)
    True
    """
    return load("record", _RECORD)
