"""The folder of generated kernels: written once, compiled once, never served stale.

numba caches a function beside the file it was read from, and does not see a change in a function
that file imports. So the name of each generated file carries a hash of everything the machine
code depends on.
"""

import atexit
import contextlib
import functools
import hashlib
import importlib.util
import inspect
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import ModuleType

import llvmlite
import llvmlite.binding
import numba

import mcsus
from mcsus.engine.blocks import fill_block, run_blocks
from mcsus.engine.cache import (
    cache_folder,
    has_code,
    module_file,
    private_folder,
    remember_code,
)
from mcsus.engine.executors import processors
from mcsus.errors import RefusedError
from mcsus.families.loops.codes import COMMON, LOOPS
from mcsus.numba_private import functions_as_arguments, interrupts_kept

_RUN = f'''"""Runs the blocks of mcsus kernels; generated, safe to delete."""

from numba import njit

from mcsus.engine.blocks import OWN, RUN_SIGNATURE, MIXING as mix_points
from mcsus.errors import RefusedError
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
    try:
        return _made(name, source, given, cache_folder())
    except OSError:  # nothing more can be written there
        pass
    try:
        return _made(name, source, given, private_folder())
    except OSError as error:
        reason = f"{private_folder()}: generated code cannot be written ({error.strerror})"
        raise RefusedError(reason) from error


def _made(name: str, source: str, given: object, folder: Path) -> ModuleType:
    """Return the module whose text is `source`; its machine code is loaded, or made and kept.

    The text is run as it is here: what lies in the file is for numba to find.
    """
    path, known = module_file(folder, name, source)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    vars(module)["given"] = given
    sys.modules[name] = module
    try:
        with functions_as_arguments(), interrupts_kept():
            exec(compile(source, str(path), "exec"), vars(module))  # noqa: S102 - our own text
    except BaseException:
        del sys.modules[name]
        raise
    if not known:
        remember_code(folder, name)
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
    at a time in a process. Whatever becomes of them, `compiled` compiles what is missing then. They
    end with this process, or with `stop`.
    """
    with _LOADING:
        missing = [prefix for prefix in prefixes if not _is_there(prefix)]
        for prefix in missing[: processors() - 1]:
            if prefix not in _helpers:
                with contextlib.suppress(OSError):
                    _helpers[prefix] = _helper(prefix)


def stop() -> None:
    """End the other processes that compile."""
    with contextlib.suppress(KeyError):
        while True:
            _, helper = _helpers.popitem()
            helper.kill()
            _ended(helper)


atexit.register(stop)


def _is_there(prefix: str) -> bool:
    """Tell whether a shared module is imported, or lies in the folder with its machine code."""
    name = _name(prefix, _SHARED[prefix])
    return name in sys.modules or has_code(cache_folder(), name)


def _helper(prefix: str) -> subprocess.Popen[bytes]:
    """Start a process that compiles one shared function into the folder."""
    package = str(Path(mcsus.__file__).parent.parent)
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(  # noqa: S603 - this interpreter, and a name of `_SHARED`
        [sys.executable, "-c", f"from mcsus.engine import store; store.help_with({prefix!r})"],
        env={**os.environ, "PYTHONPATH": path, "MCSUS_CACHE": str(cache_folder())},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def help_with(prefix: str) -> None:
    """Compile a shared function for the process that started this one, while that lives."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    shared(prefix)


def _end_with_parent() -> None:
    """End this process when the other end of its input is closed, even by a kill."""
    os.read(0, 1)
    os._exit(1)


def _ended(helper: subprocess.Popen[bytes]) -> None:
    """Wait for the end of a process."""
    helper.wait()
    if helper.stdin is not None:
        helper.stdin.close()


def shared(prefix: str) -> Callable[..., None]:
    """Return one of the functions that serve all studies, by its name in `wanted`."""
    module = load(prefix, _SHARED[prefix])
    return getattr(module, prefix.partition("_")[0])  # type: ignore[no-any-return]


def compiled(prefixes: Sequence[str]) -> list[Callable[..., None]]:
    """Return functions that serve all studies: quantile loops, running blocks, filling points."""
    with _LOADING:
        waiting = {prefix: _helpers[prefix] for prefix in prefixes if prefix in _helpers}
    for prefix in prefixes:
        if prefix not in waiting:
            shared(prefix)
    for prefix, helper in waiting.items():
        _ended(helper)
        _helpers.pop(prefix, None)
    return [shared(prefix) for prefix in prefixes]


def index_sums() -> Callable[..., None]:
    """Return what adds up index points: `saltelli_sums` of `mcsus.engine.saltelli`."""
    return load("saltelli", _SALTELLI).sums  # type: ignore[no-any-return]
