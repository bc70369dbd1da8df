"""What the pages of the documentation show is what the program does."""

import re
from pathlib import Path

import pytest

from mcsus.study.tables import tables_by_name
from tools.pages import fragments
from tools.pages.blocks import blocks
from tools.pages.examples import examples, keys_of, written
from tools.pages.links import faults
from tools.pages.running import run_page
from tools.pages.session import DiffersError, Session

ROOT = Path(__file__).parents[2]
WRITTEN = [
    page
    for page in sorted((ROOT / "docs").rglob("*.md"))
    if not {"_build", "_made"} & {*page.parts} and page.parent.name != "library"
]
PAGES = [page for page in WRITTEN if any(block.kind == "executed" for block in blocks(page))]
SHOWN = "text", "toml", "yaml", "python"


@pytest.fixture
def session(tmp_path):
    return Session(tmp_path)


@pytest.mark.slow  # runs studies
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_prints_what_it_says(page, tmp_path):
    run_page(page, tmp_path)


def test_another_number_is_told_with_its_line(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# One\n\n```{executed}\n>>> 1 + 1\n3\n```\n", encoding="utf-8")
    with pytest.raises(DiffersError, match=r"page.md, line 4:(?s:.*)-3\n\+2"):
        run_page(page, tmp_path)
    run_page(page, tmp_path, write=True)
    assert page.read_text(encoding="utf-8").endswith(">>> 1 + 1\n2\n```\n")


def test_a_command_that_fails_where_the_page_does_not_say_so_is_told(session):
    with pytest.raises(DiffersError, match="exit code 2"):
        session.checked("$ mcsus check none.toml\n", {})
    assert "none.toml" in session.run("$ mcsus check none.toml\n", {"exit": "2"})


def test_only_the_parts_that_are_asked_for_are_shown(session):
    session.write("say.py", "print('One', 1, '', 'Two', 2, sep=chr(10))\n")
    assert session.run("$ python say.py\n", {"parts": "Two"}) == "$ python say.py\nTwo\n2\n"
    assert session.says("One 1")
    with pytest.raises(DiffersError, match="Three"):
        session.run("$ python say.py\n", {"parts": "Three"})


def test_every_key_of_a_study_file_has_an_example():
    found = examples()
    bare = [
        (name, key)
        for name, table in tables_by_name().items()
        for key, item in keys_of(table).items()
        if item.below() is None
        and key not in found.get(name, {})
        and (written(key, item, None) or "...").count("...")
    ]
    assert not bare


def test_links_that_lead_nowhere_and_what_is_loaded_from_elsewhere_are_told(tmp_path):
    (tmp_path / "other.html").write_text('<h1 id="here">', encoding="utf-8")
    (tmp_path / "page.html").write_text(
        '<a href="other.html#here"><a href="other.html#there"><a href="none.html">'
        '<a href="https://example.org"><script src="https://example.org/a.js">',
        encoding="utf-8",
    )
    assert sorted(line.split(": ", 1)[1] for line in faults(tmp_path)) == [
        "https://example.org/a.js: is loaded from elsewhere",
        "none.html: no such file",
        "other.html#there: no such place",
    ]


@pytest.mark.parametrize("page", [ROOT / "README.md", *WRITTEN], ids=lambda page: page.stem)
def test_parts_of_study_files_have_keys_and_values_of_the_schema(page):
    parts = [block for block in blocks(page) if block.kind == "toml"]
    assert not [
        (block.first, fragments.faults(block.body))
        for block in parts
        if fragments.faults(block.body)
    ]


def test_a_wrong_key_of_a_part_is_told():
    assert fragments.faults('[parameters.a]\ndistribution = "normal"\nmeen = 1\n')
    assert fragments.faults("[design]\ndrawz = 4\n")


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.stem)
def test_no_block_of_a_page_is_left_unrun(page):
    plain = {block.kind for block in blocks(page) if not block.is_directive}
    assert plain <= {*SHOWN}


def test_the_python_that_pages_show_alone_works(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for page in WRITTEN:
        for block in blocks(page):
            if block.kind == "python" and not block.is_directive:
                exec(compile(block.body, page.name, "exec"), {})


def test_the_step_for_ci_has_commands_that_the_page_runs():
    page = ROOT / "docs" / "howto" / "ci.md"
    steps = "".join(block.body for block in blocks(page) if block.kind == "yaml")
    run = " ".join(block.body for block in blocks(page) if block.kind == "executed")
    commands = re.findall(r"- (?:run: )?(mcsus .+)", steps)
    assert commands
    assert all(f"$ {command}\n" in run for command in commands)
