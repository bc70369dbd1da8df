"""Files of others are those that are told of, and none is without its licence."""

import hashlib
import re
from pathlib import Path

import mcsus

VENDOR = Path(mcsus.__file__).parent / "app" / "static" / "vendor"


def test_files_of_others_are_as_published():
    told = re.findall(
        r"^\| `(.+?)` .* `([0-9a-f]{64})` \|$", (VENDOR / "VENDOR.md").read_text(), re.M
    )
    there = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in VENDOR.glob("*.js")
    }
    assert dict(told) == there


def test_every_licence_that_is_named_is_there():
    named = re.findall(r"`([\w.]+\.LICENSE)`", (VENDOR / "VENDOR.md").read_text())
    assert sorted(named) == sorted(file.name for file in VENDOR.glob("*.LICENSE"))
    assert all((VENDOR / name).read_text().strip() for name in named)
