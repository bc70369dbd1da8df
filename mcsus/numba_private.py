"""What mcsus uses of numba that numba does not promise to keep; it is used nowhere else.

A version of numba that lacks something says so in one sentence. Which versions are allowed stands
in ``pyproject.toml``; ``make test-numba`` tries the oldest and the newest. Imports numba.
"""

from __future__ import annotations

import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import numba
from numba import types

from mcsus.errors import McsusError

__all__ = [
    "ALLOWED",
    "INNER",
    "MACHINE_CODE",
    "Passed",
    "TypingError",
    "array_of",
    "caller",
    "entry",
    "functions_as_arguments",
    "interrupts_kept",
    "machine_code",
    "needed",
    "nothing",
    "stack_room",
]

ALLOWED = "0.61 to 0.68"
"""Versions of numba that have all of it, as the tests know."""


@contextmanager
def needed(what: str) -> Iterator[None]:
    """Name an interface that this numba does not have.

    Examples
    --------
    >>> with needed("an answer"):
    ...     numba.answer
    Traceback (most recent call last):
    mcsus.errors.McsusError: numba ... does not have an answer as mcsus uses it; ...
    """
    try:
        yield
    except (AttributeError, ImportError, KeyError, TypeError) as error:
        message = (
            f"numba {numba.__version__} does not have {what} as mcsus uses it; versions that do: "
            f"{ALLOWED} ({type(error).__name__}: {error})"
        )
        raise McsusError(message) from error


with needed("warnings of what is experimental, and its helpers for LLVM"):
    from numba.core import cgutils
    from numba.core.errors import NumbaExperimentalFeatureWarning, TypingError

    _Protocol: Any = types.WrapperAddressProtocol
    _allocate: Any = cgutils.alloca_once

INNER: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Options of functions that only compiled code calls: no doors to Python or C, which take as long
to compile as a short function."""


class Passed(_Protocol):  # type: ignore[misc]
    """A compiled function as an argument of another one, without numba's dispatch.

    Looking up what fits the arguments takes 0.1 ms a call when functions are passed, longer than a
    block of draws. A function that has one signature needs no looking up.

    Parameters
    ----------
    function : compiled function
    signature : numba signature
        For which it was compiled.
    """

    def __init__(self, function: Any, signature: Any) -> None:
        with needed("the address of a compiled function"):
            compiled = function.overloads[tuple(signature.args)]
            name = compiled.fndesc.llvm_cfunc_wrapper_name
            self._address = int(compiled.library.get_pointer_to_function(name))
        self._function = function  # keeps the machine code alive
        self._signature = signature

    def __wrapper_address__(self) -> int:
        """Return the address of the machine code (numba's protocol)."""
        return self._address

    def signature(self) -> Any:
        """Return the signature (numba's protocol)."""
        return self._signature


def entry(function: Any, signature: Any) -> Callable[..., None]:
    """Return what calls the machine code of a function; arguments must fit its signature."""
    with needed("the entry point of a compiled function"):
        point: Callable[..., None] = function.overloads[tuple(signature.args)].entry_point
    return point


@contextmanager
def functions_as_arguments() -> Iterator[None]:
    """Compile functions that take functions, which numba marks as experimental."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumbaExperimentalFeatureWarning)
        yield


MACHINE_CODE = "__pycache__"
"""Folder of numba's cache, below that of the modules."""


def machine_code(folder: Path, module: str) -> list[Path]:
    """Return the files of numba's cache that belong to a module of this folder."""
    kept = folder / MACHINE_CODE
    names = os.listdir(kept) if kept.is_dir() else []  # noqa: PTH208 - a third of the time
    mine = (name for name in names if name.startswith(f"{module}."))
    return sorted(kept / name for name in mine if name.endswith((".nbi", ".nbc")))


_CALLED_BACK = {"_raw_object_cache_notify", "_raw_object_cache_getbuffer", "__del__", "finalize"}


@contextmanager
def interrupts_kept() -> Iterator[None]:
    """Raise an interrupt at the end that came while LLVM called back, where it would be lost."""
    before = signal.getsignal(signal.SIGINT)
    main = threading.current_thread() is threading.main_thread()
    if not main or before is not signal.default_int_handler:
        yield
        return
    lost = False

    def interrupted(number: int, frame: FrameType | None) -> None:
        nonlocal lost
        here = frame
        while here is not None:
            if here.f_code.co_name in _CALLED_BACK:
                lost = True
                return
            here = here.f_back
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if lost:
            raise KeyboardInterrupt


# What follows is for those who write LLVM instructions: of numba's contexts they use this alone.


def array_of(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """Return an array as LLVM knows it, with ``data`` (a pointer) and ``shape``."""
    with needed("arrays in LLVM"):
        return context.make_array(kind)(context, builder, value)


def nothing(context: Any) -> Any:
    """Return what an intrinsic without a value gives back."""
    with needed("a dummy value"):
        return context.get_dummy_value()


def stack_room(context: Any, builder: Any, kind: Any, size: int) -> Any:
    """Return a pointer to room for `size` numbers on the stack, gone with the function."""
    with needed("room on the stack"):
        return _allocate(builder, context.get_data_type(kind), size=size)


def caller(context: Any, function: Any, kinds: Sequence[Any]) -> Callable[[Any, Any], Any]:
    """Return what calls a function as numba does, given a builder and values of these kinds."""
    with needed("a way to call functions from LLVM"):
        typing = context.typing_context
        kind = typing.resolve_value_type(function)
        signature = typing.resolve_function_type(kind, tuple(kinds), {})
        made = context.get_function(kind, signature)
        context.add_linking_libs(getattr(made, "libs", ()))
    return made  # type: ignore[no-any-return]
