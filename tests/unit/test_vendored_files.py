"""Files of others are those that are told of, and none is without its licence."""

import hashlib
import re
from pathlib import Path

import pytest

import mcsus

ROOT = Path(mcsus.__file__).parents[1]
FOLDERS = ROOT / "mcsus" / "app" / "static" / "vendor", ROOT / "docs" / "_static" / "vendor"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parts[-3])
def test_files_of_others_are_as_published(folder):
    told = re.findall(
        r"^\| `(.+?)` .* `([0-9a-f]{64})` \|$", (folder / "VENDOR.md").read_text(), re.M
    )
    there = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.glob("*.js")
    }
    assert dict(told) == there


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parts[-3])
def test_every_licence_that_is_named_is_there(folder):
    named = re.findall(r"`([\w.]+\.LICENSE)`", (folder / "VENDOR.md").read_text())
    assert sorted(named) == sorted(file.name for file in folder.glob("*.LICENSE"))
    assert all((folder / name).read_text().strip() for name in named)
