"""Whatever a checkpoint holds, a run goes on with it or refuses it as bad input.

MCSUS_MUTATIONS says how many changes are tried, MCSUS_FIRST where their seeds begin.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import shutil

import numpy as np
import pytest

from mcsus.counting.drawing import Drawing
from mcsus.errors import InputError, McsusError
from mcsus.result.sealed import seal
from mcsus.runner import Run, Settings, sampling, saved
from mcsus.runner.checkpoint import FileCheckpoint
from mcsus.study import Study

MUTATIONS = int(os.environ.get("MCSUS_MUTATIONS", "60"))
FIRST = int(os.environ.get("MCSUS_FIRST", "0"))
FINISHED = 0.02  # of those that are read are run to their end

ODD = [None, True, 0, -1, 2.5, 1e308, "", "x", [], [1], {}, {"a": 1}, 10**30, "2", "1e999", ["a"]]


@pytest.fixture(scope="module")
def left(tmp_path_factory):
    """Two runs that were interrupted, while draws were held and while they were counted."""
    law = {"distribution": "lognormal", "median": 2, "gsd": 1.5, "unit": "1", "source": "a test"}
    study = Study.from_dict({
        "schema": "mcsus/1", "id": "small", "parameters": {"a": law, "b": law},
        "equations": {"y": {"formula": "a*b + b", "unit": "1"}}, "outputs": {"y": "1"},
        "design": {"draws": 2**14, "replicates": 2}, "sensitivity": {"methods": []},
    })  # fmt: skip
    folders = []
    with few_held():
        for stop in (4_000, 20_000):
            folder = tmp_path_factory.mktemp("left")

            def told(doing, done, total, stop=stop):
                if done >= stop:
                    raise KeyboardInterrupt

            with contextlib.suppress(KeyboardInterrupt):
                list(Run(study, Settings(folder=folder, progress=told, threads=1)).results())
            assert FileCheckpoint(folder).holds()
            folders.append(folder)
    return folders


@contextlib.contextmanager
def few_held():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sampling, "_HELD_DRAWS", 1 << 13)
        patch.setattr(sampling, "_FIRST_ROUND", 1 << 11)
        patch.setattr(sampling, "_FINE", 4e-5)
        yield


def change_bytes(folder, rng):
    path = rng.choice(sorted(folder.iterdir()))
    content = bytearray(path.read_bytes())
    if not content:
        return
    at = rng.randrange(len(content))
    match rng.randrange(4):
        case 0:
            content[at] ^= 1 << rng.randrange(8)
        case 1:
            del content[at : at + rng.randrange(1, 100)]
        case 2:
            content[at:at] = content[: rng.randrange(50)]
        case 3:
            del content[at:]
    path.write_bytes(content)


def change_arrays(folder, rng):
    """Change arrays of a file, and its checksum with them."""
    path = rng.choice(sorted(folder.glob("*.npz")))
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    for _ in range(rng.choice([1, 1, 2])):
        name = rng.choice(sorted(arrays))
        array = arrays[name].copy()
        match rng.randrange(7):
            case 0:
                del arrays[name]
                break
            case 1 if array.size:
                array.flat[rng.randrange(array.size)] = rng.choice([0, 1, 7, 2**31])
            case 2 if array.size and array.dtype == float:
                array.flat[rng.randrange(array.size)] = rng.choice([np.nan, np.inf, -1e308, 1e-320])
            case 3:
                array = array.astype(rng.choice([np.int32, np.float32, np.uint8, object, str]))
            case 4:
                array = array[..., : rng.randrange(3)] if array.ndim else np.array([array])
            case 5:
                array = np.concatenate([array.ravel(), array.ravel()])
            case 6 if array.dtype.kind == "i":
                array = -array - rng.choice([0, 1, 2**40])
        arrays[name] = array
    np.savez(path, **arrays)
    about = json.loads((folder / "run.json").read_text())
    seal(path, f"{about['checksum']}/{path.name}")


def change_about(folder, rng):
    """Change the description of the run, and its checksum with it."""
    about = json.loads((folder / "run.json").read_text())
    before = about.pop("checksum")
    inner = about
    while True:
        key = rng.choice(list(inner) if isinstance(inner, dict) else range(len(inner)))
        if not (isinstance(inner[key], dict | list) and inner[key] and rng.random() < 0.8):
            break
        inner = inner[key]
    if rng.random() < 0.2:
        del inner[key]
    else:
        inner[key] = rng.choice(ODD)
    about["checksum"] = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
    (folder / "run.json").write_text(json.dumps(about))
    for path in folder.glob("*.npz"):
        whole = path.read_bytes()
        path.write_bytes(whole[: whole.rindex(b"\nmcsus sha256 ")])
        seal(path, f"{about['checksum']}/{path.name}")
    assert before


def change_files(folder, rng):
    """Remove a file, exchange two, or put a folder in place of one."""
    paths = sorted(path for path in folder.iterdir() if path.name != "lock")
    one, other = rng.choice(paths), rng.choice(paths)
    match rng.randrange(3):
        case 0:
            one.unlink()
        case 1:
            one.write_bytes(other.read_bytes())
        case 2:
            one.unlink()
            one.mkdir()


def read(folder, rng):
    """Tell whether a run goes on."""
    try:
        made = Run.resume(folder, Settings(threads=1))
        if rng.random() < FINISHED:
            list(made.results())
            return True
        kept = FileCheckpoint(folder)
        kept.about()
        design = made.study.design
        names = list(made.study.outputs)
        drawing = Drawing.of(made.kernel, design, names, [])
        saved.load(kept, drawing, design.replicates, 2**12)
    except McsusError:
        return False
    return True


CHANGES = [change_bytes, change_arrays, change_arrays, change_about, change_about, change_files]


def test_a_changed_checkpoint_is_read_or_refused(left, tmp_path):
    accepted = 0
    with few_held():
        for seed in range(FIRST, FIRST + MUTATIONS):
            rng = random.Random(seed)
            folder = shutil.copytree(rng.choice(left), tmp_path / "run")
            with contextlib.suppress(Exception):  # what cannot be made
                for _ in range(rng.choice([1, 1, 2])):
                    rng.choice(CHANGES)(folder / "checkpoint", rng)
            try:
                accepted += read(folder, rng)
            except Exception as error:
                raise AssertionError(seed) from error
            shutil.rmtree(folder)
    assert 0 <= accepted < MUTATIONS


def test_bytes_that_were_changed_are_refused(left, tmp_path):
    folder = shutil.copytree(left[1], tmp_path / "run") / "checkpoint"
    whole = {path: path.read_bytes() for path in folder.iterdir() if path.name != "lock"}
    described = FileCheckpoint(folder.parent).about()
    for seed in range(FIRST, FIRST + 5 * MUTATIONS):
        rng = random.Random(seed)
        change_bytes(folder, rng)
        changed = [path for path, content in whole.items() if path.read_bytes() != content]
        for path in changed:
            kept = FileCheckpoint(folder.parent)
            if path.suffix == ".npz":
                kept.about()
                with pytest.raises(InputError, match="changed since it was written"):
                    kept.load(path.stem)
            else:  # spaces between words say nothing
                with contextlib.suppress(InputError):
                    assert kept.about() == described
            path.write_bytes(whole[path])
