"""Packages whose modules are found by looking: each of them registers what it adds."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules


def import_all(package: str) -> None:
    """Import every module of a package, also of folders that were added to it since."""
    _import_from(package, tuple(import_module(package).__path__))


@cache
def _import_from(package: str, folders: tuple[str, ...]) -> None:
    for module in iter_modules(folders):
        import_module(f"{package}.{module.name}")
