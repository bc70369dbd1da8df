"""Compiled functions without numba's dispatch, which costs 0.1 ms a call when functions are passed.

Looking up what fits the arguments takes longer than a block of draws. All functions here have one
signature and were compiled for it, so there is nothing to look up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import types

_Protocol: Any = types.WrapperAddressProtocol


class Passed(_Protocol):  # type: ignore[misc]
    """A compiled function as an argument of another one.

    Parameters
    ----------
    function : compiled function
    signature : numba signature
        For which it was compiled.

    Examples
    --------
    >>> from mcsus.engine.blocks import POINTS_SIGNATURE
    >>> from mcsus.engine.store import compiled
    >>> Passed(compiled()[2], POINTS_SIGNATURE).signature() is POINTS_SIGNATURE
    True
    """

    def __init__(self, function: Any, signature: Any) -> None:
        compiled = function.overloads[tuple(signature.args)]
        name = compiled.fndesc.llvm_cfunc_wrapper_name
        self._function = function  # keeps the machine code alive
        self._address = compiled.library.get_pointer_to_function(name)
        self._signature = signature

    def __wrapper_address__(self) -> int:
        """Return the address of the machine code (numba's protocol)."""
        return int(self._address)

    def signature(self) -> Any:
        """Return the signature (numba's protocol)."""
        return self._signature


def entry(function: Any, signature: Any) -> Callable[..., None]:
    """Return what calls the machine code of a function; arguments must fit its signature exactly.

    Examples
    --------
    >>> from mcsus.engine.blocks import QUANTILE_SIGNATURE
    >>> from mcsus.engine.store import compiled
    >>> callable(entry(compiled()[0], QUANTILE_SIGNATURE))
    True
    """
    return function.overloads[tuple(signature.args)].entry_point  # type: ignore[no-any-return]
