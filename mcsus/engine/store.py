"""The folder of generated kernels: written once, compiled once, never served stale.

numba caches a function beside the file it was read from, and does not see a change in a function
that file imports. So the name of each generated file carries a hash of everything the machine
code depends on.
"""

import contextlib
import functools
import hashlib
import importlib.util
import inspect
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import ModuleType

import llvmlite
import llvmlite.binding
import numba

import mcsus
from mcsus.engine.blocks import fill_block, run_blocks
from mcsus.engine.executors import processors
from mcsus.families.loops.codes import COMMON, LOOPS
from mcsus.numba_private import functions_as_arguments, has_machine_code

_RUN = f'''"""Runs the blocks of mcsus kernels; generated, safe to delete."""

from numba import njit

from mcsus.engine.blocks import OWN, RUN_SIGNATURE, MIXING as mix_points
from mcsus.families.loops.codes import CONSTANT


@njit(nogil=True, error_model="numpy", inline="always")
{inspect.getsource(fill_block)}

{inspect.getsource(run_blocks)}

run = njit(RUN_SIGNATURE, nogil=True, cache=True, error_model="numpy")(run_blocks)
'''

_POINTS = '''"""The points of mcsus kernels; generated, safe to delete."""

from numba import njit

from mcsus.engine.blocks import POINTS_SIGNATURE, KIND_points as fill


@njit(POINTS_SIGNATURE, nogil=True, cache=True, error_model="numpy")
def points(x, s, draw, points):
    fill(x, s, draw, points)
'''


def _dispatch(codes: Iterable[int]) -> str:
    """Return the text of a function that calls the quantile loop of a code, of these codes."""
    calls = "\n    ".join(f"if code == {k}: loops.{LOOPS[k]}(row, c)" for k in sorted(codes))
    return f'''"""The quantile loops of mcsus kernels; generated, safe to delete."""

from numba import njit

from mcsus.engine.blocks import QUANTILE_SIGNATURE
from mcsus.families.loops import quantile_loops as loops


@njit(QUANTILE_SIGNATURE, nogil=True, cache=True, error_model="numpy")
def quantile(code, row, c):
    {calls}
'''


# What serves all studies, slowest to compile first; and what is enough for most, in half the time.
_SHARED = {
    "quantile": _dispatch(range(len(LOOPS))),
    "quantile_common": _dispatch(COMMON),
    "run": _RUN.replace("MIXING", "mix_points"),
    "run_unmixed": _RUN.replace("MIXING", "unmixed_points"),
    "points_sobol": _POINTS.replace("KIND", "sobol"),
    "points_monte_carlo": _POINTS.replace("KIND", "monte_carlo"),
    "points_given": _POINTS.replace("KIND", "given"),
}

_SALTELLI = '''"""The sums of every mcsus index run; generated, safe to delete."""

from numba import njit

from mcsus.engine import saltelli


@njit(saltelli.SUMS_SIGNATURE, nogil=True, cache=True, error_model="numpy")
def sums(out, n, pivot, groups, paired, into):
    saltelli.saltelli_sums(out, n, pivot, groups, paired, into)
'''


def cache_folder() -> Path:
    """Return the folder of generated kernels, made for this user alone.

    ``MCSUS_CACHE`` names another folder. A folder that belongs to somebody else is not used: code
    is loaded from it.
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
    """Hash what generated machine code depends on besides its own source."""
    root = Path(mcsus.__file__).parent
    digest = hashlib.sha256()
    for folder in ("families/loops", "dependence", "streams", "engine", "counting"):
        for path in sorted((root / folder).glob("*.py")):
            digest.update(path.read_bytes())
    digest.update((root / "numba_private.py").read_bytes())
    host = llvmlite.binding.get_host_cpu_name()
    features = llvmlite.binding.get_host_cpu_features().flatten()
    options = [os.environ.get(k, "") for k in ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES")]
    parts = (sys.version, numba.__version__, llvmlite.__version__, host, features, *options)
    digest.update("\n".join(parts).encode())
    return digest.digest()


_LOADING = threading.Lock()


def load(prefix: str, source: str, given: object = None) -> ModuleType:
    """Return the module whose text is `source`, from the cache folder when it is there.

    The module finds `given`, which the text must describe in full, under this name. Threads wait
    for each other: none sees a module that another one has not filled yet.
    """
    with _LOADING:
        return _loaded(prefix, source, given)


def _name(prefix: str, source: str) -> str:
    """Return the name of the module whose text is `source`, on this machine."""
    return f"mcsus_{prefix}_{hashlib.sha256(fingerprint() + source.encode()).hexdigest()[:24]}"


def _loaded(prefix: str, source: str, given: object) -> ModuleType:
    name = _name(prefix, source)
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
    vars(module)["given"] = given
    sys.modules[name] = module
    try:
        with functions_as_arguments():
            spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


_helpers: dict[str, subprocess.Popen[bytes]] = {}


def wanted(codes: Iterable[int], *, mixed: bool) -> tuple[str, str, str]:
    """Return which shared functions serve a study: the smallest that do, or what is there already.

    Parameters
    ----------
    codes : iterable of int
        Quantile loops that are needed.
    mixed : bool
        Whether a cell depends on another one.
    """
    every = mixed or not serves("quantile_common", codes) or _is_there("quantile")
    mixing = mixed or _is_there("run")
    quantile = "quantile" if every else "quantile_common"
    return quantile, "run" if mixing else "run_unmixed", "points_sobol"


def serves(quantile: str, codes: Iterable[int]) -> bool:
    """Tell whether one of the functions of `wanted` has the quantile loops that are needed."""
    return quantile == "quantile" or COMMON.issuperset(codes)


def prepare(prefixes: Iterable[str]) -> None:
    """Begin to compile shared functions in other processes, where the folder lacks them.

    One process is started for each function while processors are left; numba compiles one function
    at a time in a process. Whatever becomes of them, `compiled` compiles what is missing then.
    """
    with _LOADING:
        missing = [prefix for prefix in prefixes if not _is_there(prefix)]
        for prefix in missing[: processors() - 1]:
            if prefix not in _helpers:
                with contextlib.suppress(OSError):
                    _helpers[prefix] = _helper(prefix)


def _is_there(prefix: str) -> bool:
    """Tell whether a shared module is imported, or lies in the folder with its machine code."""
    name = _name(prefix, _SHARED[prefix])
    return name in sys.modules or has_machine_code(cache_folder(), name)


def _helper(prefix: str) -> subprocess.Popen[bytes]:
    """Start a process that compiles one shared function into the folder."""
    package = str(Path(mcsus.__file__).parent.parent)
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(  # noqa: S603 - this interpreter, and a name of `_SHARED`
        [sys.executable, "-c", f"from mcsus.engine import store; store.shared({prefix!r})"],
        env={**os.environ, "PYTHONPATH": path, "MCSUS_CACHE": str(cache_folder())},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def shared(prefix: str) -> Callable[..., None]:
    """Return one of the functions that serve all studies, by its name in `wanted`."""
    module = load(prefix, _SHARED[prefix])
    return getattr(module, prefix.partition("_")[0])  # type: ignore[no-any-return]


def compiled(prefixes: Sequence[str]) -> list[Callable[..., None]]:
    """Return functions that serve all studies: quantile loops, running blocks, filling points."""
    with _LOADING:
        waiting = {prefix: _helpers.pop(prefix) for prefix in prefixes if prefix in _helpers}
    for prefix in prefixes:
        if prefix not in waiting:
            shared(prefix)
    for helper in waiting.values():
        helper.wait()
    return [shared(prefix) for prefix in prefixes]


def index_sums() -> Callable[..., None]:
    """Return what adds up index points: `saltelli_sums` of `mcsus.engine.saltelli`."""
    return load("saltelli", _SALTELLI).sums  # type: ignore[no-any-return]
