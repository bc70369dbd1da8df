"""numba's private interfaces: one file uses them, and says what is missing."""

import re
import tomllib
from pathlib import Path

import numba
import pytest
from numba import njit, types

from mcsus import numba_private
from mcsus.errors import McsusError

ROOT = Path(__file__).parents[2]
PRIVATE = re.compile(
    r"numba\.core|cgutils|entry_point|overloads\[|fndesc|make_array\(|get_dummy_value"
    r"|get_data_type|resolve_value_type|resolve_function_type|add_linking_libs|no_cfunc_wrapper"
    r"|WrapperAddressProtocol|\.nbi"
)


def test_no_other_file_uses_a_private_interface():
    users = {
        path.relative_to(ROOT / "mcsus").as_posix()
        for path in (ROOT / "mcsus").rglob("*.py")
        if PRIVATE.search(path.read_text(encoding="utf-8"))
    }
    assert users == {"numba_private.py"}


def test_the_versions_that_are_told_are_those_that_pip_allows():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (wanted,) = (text for text in project["dependencies"] if text.startswith("numba"))
    low, high = re.fullmatch(r"numba>=0\.(\d+),<0\.(\d+)", wanted).groups()
    assert f"0.{low} to 0.{int(high) - 1}" == numba_private.ALLOWED
    script = (ROOT / "tools/try_numba.py").read_text(encoding="utf-8")
    assert f'"oldest": "numba==0.{low}.*", "newest": "{wanted}"' in script


def test_what_is_missing_is_named():
    with pytest.raises(McsusError, match=rf"numba {numba.__version__} does not have the entry "
                                         r"point.*0\.61 to 0\."):  # fmt: skip
        numba_private.entry(object(), types.void())


def test_functions_are_entered_and_passed():
    double = types.float64(types.float64)
    half = njit(double)(lambda x: x / 2)
    assert numba_private.entry(half, double)(3.0) == 1.5
    passed = numba_private.Passed(half, double)

    outer = types.float64(types.FunctionType(double), types.float64)
    with numba_private.functions_as_arguments():
        twice = njit(outer)(lambda f, x: f(f(x)))
    assert numba_private.entry(twice, outer)(passed, 3.0) == 0.75
