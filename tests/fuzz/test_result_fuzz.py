"""Whatever a saved result holds, it is read or refused as bad input; nothing else happens.

MCSUS_MUTATIONS says how many changes are tried, MCSUS_FIRST where their seeds begin.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import random

import numpy as np
import pytest
import xarray as xr

from mcsus.errors import InputError
from mcsus.report import write_report
from mcsus.result.schema import refuse_odd
from mcsus.result.tree import FILE, Result, load_result
from mcsus.runner import run
from mcsus.study import Study

MUTATIONS = int(os.environ.get("MCSUS_MUTATIONS", "60"))
FIRST = int(os.environ.get("MCSUS_FIRST", "0"))
RENDERED = 0.02  # of the changes that are read are drawn as a page as well

DEEP = "[" * 5000 + "]" * 5000
ODD = [None, True, 0, -1, 2.5, 1e308, "", "x", "\x1b[31m", [], [1], ["a"], [[]], {}, {"a": 1},
       {"a": {"b": [None]}}, 10**30, "base", "sobol", "kg"]  # fmt: skip
TEXTS = ["", "null", "{}", "[]", "1", '"x"', "NaN", "[NaN]", "1e999", "{", DEEP, "true", "\ud800"]
LAW = {"distribution": "lognormal", "median": 2, "gsd": 1.5, "unit": "1", "source": "a test"}


@pytest.fixture(scope="module")
def made():
    """A result that has all that a result may have."""
    document = {
        "schema": "mcsus/1",
        "id": "all",
        "dims": {"year": {"first": 2030, "last": 2031}, "place": ["kitchen", "office"]},
        "parameters": {
            "a": LAW,
            "b": LAW | {"kind": "variability"},
            "c": {"unit": "1", "source": "a test", "by": {"place": {
                "kitchen": {"distribution": "constant", "value": 1},
                "office": {"distribution": "normal", "mean": 2, "sd": 1}}}},
        },
        "equations": {
            "y": {"formula": "p + q", "unit": "1"},
            "p": {"formula": "a*b", "unit": "1"},
            "q": {"formula": "c*year/2030", "unit": "1"},
        },
        "outputs": {"y": "1", "p": "1"},
        "breakdown": {"y": ["p", "q"]},
        "dependence": [{"parameters": ["a", "b"], "copula": "gaussian", "correlation": 0.5}],
        "sensitivity": {"outputs": ["y"], "groups": {"both": ["a", "b"]}, "draws": 256},
        "design": {"draws": 256, "replicates": 2},
        "claims": [{"id": "low", "statement": "y is low", "quantity": "y", "relation": "<",
                    "value": 4, "unit": "1", "confidence": 0.9}],
        "scenarios": [{"id": "high", "set": {"a": {"value": 9, "unit": "1"}}}],
    }  # fmt: skip
    return run(Study.from_dict(document))


def places(value, path=()):
    """All paths into tables and lists."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value)
    if isinstance(value, dict | list):
        for key, inner in items:
            yield from places(inner, (*path, key))


def put(value, path, new):
    """Return a copy of JSON with another value at a path; without it where that is ``del``."""
    value = copy.deepcopy(value)
    inner = value
    if not path:
        return new
    for key in path[:-1]:
        inner = inner[key]
    if new is del_:
        del inner[path[-1]]
    else:
        inner[path[-1]] = new
    return value


del_ = object()


def change_about(tree, rng):
    """Change something in the provenance."""
    attrs = dict(tree["provenance"].attrs)
    key = rng.choice(list(attrs))
    how = rng.random()
    if how < 0.1:
        del attrs[key]
    elif how < 0.2:
        attrs[key] = rng.choice([*TEXTS, 3, 2.5, np.array([1, 2]), np.nan])
    else:
        value = json.loads(attrs[key])
        path = rng.choice(list(places(value)))
        new = rng.choice([*ODD, del_]) if path else rng.choice(ODD)
        attrs[key] = json.dumps(put(value, path, new))
    tree["provenance"].attrs = attrs


def change_data(tree, rng):
    """Change an array, labels or attributes of an output, an analysis or a claim."""
    group = tree[rng.choice(["outputs", "sensitivity", "claims"])]
    name = rng.choice(list(group.children))
    data = group[name].to_dataset()
    how = rng.randrange(8)
    if how < 2:
        key = rng.choice(list(data.attrs))
        odd = [*TEXTS, None, 3, -2.5, np.nan, np.inf, np.array([1, 2]), np.array(["a", "b"])]
        data.attrs[key] = rng.choice(odd)
        if rng.random() < 0.3:
            del data.attrs[key]
    elif how < 4:
        key = rng.choice(list(data.data_vars))
        array = data[key]
        values = array.values.copy()
        if values.dtype.kind == "f":
            part = rng.random()
            values.flat[rng.randrange(values.size)] = rng.choice(
                [np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324, 0.0, -1.0]
            )
            if part < 0.3:
                values[...] = rng.choice([np.nan, 0.0, 1e300, -3.0])
        if rng.random() < 0.3:
            odd = [values.astype(object), values.astype(str), values.astype(bool), values.ravel()]
            values = rng.choice(odd)
        if values.shape == array.shape:
            data[key] = (array.dims, values)
        else:
            data[key] = ("along", values)
    elif how == 4:
        data = data.drop_vars(rng.choice(list(data.variables)))
    elif how == 5:
        dim = rng.choice(list(data.dims))
        data = data.isel({dim: slice(0, rng.randrange(data.sizes[dim] + 1))})
    elif how == 6:
        dim = rng.choice(list(data.dims))
        n = data.sizes[dim]
        odd = [["a"] * n, list(range(n)), [float(k) for k in range(n, 0, -1)], [np.nan] * n,
               [f"l{k}" for k in range(n)], [True] * n]  # fmt: skip
        data = data.assign_coords({dim: rng.choice(odd)})
    else:
        dims = list(data.dims)
        data = rng.choice([data.rename({rng.choice(dims): "other"}), data.transpose(*dims[::-1])])
    group[name] = xr.DataTree(data)


def change_groups(tree, rng):
    """Leave out a group or one of its members, or add one."""
    group = rng.choice(["outputs", "sensitivity", "claims", "provenance"])
    if rng.random() < 0.3 or group == "provenance":
        del tree[group]
    elif rng.random() < 0.5:
        del tree[f"{group}/{rng.choice(list(tree[group].children))}"]
    else:
        other = rng.choice(["outputs/y", "sensitivity/y", "claims/low", "provenance"])
        tree[f"{group}/more"] = tree[other].copy() if other in tree else xr.DataTree()


def refusal(tree):
    """Return what is said of a tree that is refused, or None."""
    try:
        refuse_odd(tree, "result.nc")
    except InputError as error:
        return str(error)
    return None


def read(tree, folder, rng, render):
    """Tell whether a tree is read; draw it, if so."""
    said = refusal(tree)
    if said is not None:
        assert said.startswith("result.nc: ")
        return False
    result = Result(tree)
    result.to_dict()
    str(result.summary())
    result.required_claims_hold()
    if rng.random() < render:
        write_report(result, folder)
    return True


def changed(made, seed):
    """Return a result with one to four changes."""
    rng = random.Random(seed)
    tree = made.tree.copy(deep=True)
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        change = rng.choice([change_about] * 5 + [change_data] * 5 + [change_groups])
        with contextlib.suppress(Exception):  # cannot be made
            change(tree, rng)
    return tree, rng


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::FutureWarning")
def test_a_changed_result_is_read_or_refused(made, tmp_path):
    accepted = 0
    for seed in range(FIRST, FIRST + MUTATIONS):
        tree, rng = changed(made, seed)
        try:
            accepted += read(tree, tmp_path, rng, RENDERED)
        except Exception as error:
            raise AssertionError(seed) from error
    assert 0 < accepted < MUTATIONS


def test_bytes_that_were_changed_are_refused(made, tmp_path):
    """Before any library reads them."""
    path = made.save(tmp_path) / FILE
    whole = path.read_bytes()
    for seed in range(FIRST, FIRST + 5 * MUTATIONS):
        rng, content = random.Random(seed), bytearray(whole)
        for _ in range(rng.choice([1, 1, 2, 4])):
            at, other = rng.randrange(len(content)), rng.randrange(len(content))
            match rng.randrange(4):
                case 0:
                    content[at] ^= 1 << rng.randrange(8)
                case 1:
                    del content[at : at + rng.randrange(1, 200)]
                case 2:
                    content[at:at] = rng.randbytes(rng.randrange(1, 20))
                case 3:
                    content[at : at + 8] = content[other : other + 8]
        if content != whole:
            path.write_bytes(content)
            with pytest.raises(InputError, match="changed since it was written"):
                load_result(tmp_path)


@pytest.mark.slow
def test_a_whole_result_is_read(made, tmp_path):
    assert read(made.tree, tmp_path, random.Random(1), 1.0)
    assert load_result(made.save(tmp_path)).to_dict() == {**made.to_dict(), "timing": {}}
