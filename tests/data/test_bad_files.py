"""Every faulty study file is refused, in words that name the file, the key and the fault.

The first lines of a file say what its message must hold: ``# expect: ..`` and ``# key: ..``.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from mcsus.errors import InputError
from mcsus.runner import check
from mcsus.study import load_study

FOLDER = Path(__file__).parent / "bad"
FILES = sorted(FOLDER.glob("*.toml"))
UNREADABLE = {"empty.toml": ("an empty file", ""), "utf16.toml": ("UTF-16", "")}


def expected(path: Path) -> tuple[str, str]:
    if path.name in UNREADABLE:
        return UNREADABLE[path.name]
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    first, second = text.splitlines()[:2]
    assert first.startswith("# expect: ")
    assert second.startswith("# key:")
    return first.removeprefix("# expect: "), second.removeprefix("# key:").strip()


def test_there_are_enough_files():
    assert len(FILES) >= 60


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_faulty_file_is_refused(path):
    expect, key = expected(path)
    start = time.perf_counter()
    with pytest.raises(InputError, match=re.escape(expect)) as caught:
        check(path)
    message = str(caught.value)
    assert time.perf_counter() - start < 5.0  # far above what it takes: a hang would show
    assert key in message
    for fault in caught.value.faults:
        assert fault.where[0] == str(path)
        assert fault.found
        assert fault.allowed
    assert all(line.isprintable() for line in message.splitlines())


def test_all_faults_of_a_file_are_told_at_once():
    with pytest.raises(InputError, match="gsd") as caught:
        load_study(FOLDER / "many_faults.toml")
    places = {fault.where[1:] for fault in caught.value.faults}
    assert places >= {
        ("parameters", "power", "gsd"),
        ("parameters", "life", "unit"),
        ("design", "draws"),
    }


def test_a_file_of_ten_megabytes_is_refused_at_once(tmp_path):
    path = tmp_path / "large.toml"
    path.write_bytes(b"# a line that says nothing\n" * 400_000)
    start = time.perf_counter()
    with pytest.raises(InputError, match=r"large\.toml: found 10800000 bytes; allowed: at most"):
        load_study(path)
    assert time.perf_counter() - start < 1.0


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"nothing\.toml: found no such file"):
        load_study(tmp_path / "nothing.toml")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="found a folder; allowed: a file"):
        load_study(tmp_path)


def test_an_unknown_study_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'tinyml_device'"):
        load_study("tinyml_devise")


@pytest.mark.parametrize(
    "content",
    [
        "a = " + "[" * 400_000,
        "[" * 400_000,
        ".".join("a" * 300_000) + " = 1",
        "a" * 900_000,
        "a = " + "9" * 900_000,
        "a = 0x" + "f" * 900_000,
        'a = "' + "x. " * 300_000 + '"',
        "\n".join(f"k{i} = 1" for i in range(60_000)),
        "[parameters]\n" + "\n".join(f'p{i} = "no.such.id.{i}"' for i in range(30_000)),
        "[parameters]\n" + "\n".join(f"p{i} = {{ unit = 'u{i}' }}" for i in range(30_000)),
    ],
    ids=["lists", "headers", "key", "word", "digits", "hex", "text", "keys", "ids", "units"],
)
def test_a_hostile_file_is_refused_soon(tmp_path, content):
    path = tmp_path / "hostile.toml"
    path.write_text(content)
    start = time.perf_counter()
    with pytest.raises(InputError, match=r"hostile\.toml"):
        load_study(path)
    assert time.perf_counter() - start < 15.0  # none may take time that grows with the square
