"""How large a study is decides before any work, and what is said stays short."""

import json

import pytest

from mcsus.cli import run_command
from mcsus.cli.printing import printable
from mcsus.errors import RefusedError
from mcsus.runner import check
from mcsus.runner.size import MOST_SECONDS, size_of
from mcsus.study import Study, shipped_studies

LAW = {"distribution": "uniform", "minimum": 1, "maximum": 2, "unit": "1", "source": "a test"}


def written(formula="x", **more):
    return {
        "schema": "mcsus/1",
        "id": "s",
        "parameters": {"x": LAW},
        "equations": {"y": {"formula": formula, "unit": "1"}},
        "outputs": {"y": "1"},
    } | more


def years(name, count):
    return {name: {"first": 1, "last": count}}


def chain(length):
    steps = {f"e{k}": {"formula": f"e{k - 1} + 1", "unit": "1"} for k in range(1, length)}
    first, last = {"formula": "x", "unit": "1"}, {"formula": f"e{length - 1}", "unit": "1"}
    return written(equations={"e0": first, **steps, "y": last})


def mixture(count):
    components = [{"distribution": "normal", "mean": k, "sd": 1} for k in range(count)]
    about = {key: LAW[key] for key in ("unit", "source")}
    law = {"distribution": "mixture", "components": components, "weights": [1] * count}
    return written(parameters={"x": law | about})


LARGE = {
    "labels": (written("x*i*j", dims=years("i", 10_000) | years("j", 10_000)), "100,000,000 of"),
    "labels inside": (
        written(
            dims=years("i", 10_000) | years("j", 10_000),
            equations={
                "z": {"formula": "x*i*j", "unit": "1"},
                "y": {"formula": "sum(sum(z, over=i), over=j)", "unit": "1"},
            },
        ),
        "100,010,002 values a draw, 1 of them .* 143.1 GiB;",
    ),
    "equations": (chain(5_000), "5,001 equations.* most of it to compile"),
    "components": (mixture(5_000), "most of it to tabulate"),
    "levels": (
        written(
            "x*i",
            dims=years("i", 1_000),
            intervals={"levels": [k / 100_001 for k in range(1, 100_001)]},
        ),
        "100,000 intervals of each: about .* to describe",
    ),
}


@pytest.mark.parametrize("name", LARGE)
def test_what_would_not_begin_is_refused_at_once(name):
    document, match = LARGE[name]
    with pytest.raises(RefusedError, match=match) as caught:
        check(Study.from_dict(document))
    assert caught.value.exit_code == 3


def test_every_study_that_ships_is_small():
    for path in shipped_studies():
        assert size_of(*check(path)).seconds < MOST_SECONDS / 10


def toml(value):
    """Return tables of texts and numbers as TOML."""
    inside = lambda item: (  # noqa: E731
        f"{{ {', '.join(f'{key} = {inside(one)}' for key, one in item.items())} }}"
        if isinstance(item, dict)
        else json.dumps(item)
    )
    return "\n".join(f"{key} = {inside(item)}" for key, item in value.items())


def many(count):
    return written(parameters={"x": LAW, **{f"spare_{k}": LAW for k in range(count)}})


@pytest.fixture
def told(tmp_path, monkeypatch, capsys):
    """Return what a command on a document prints, with its exit code."""
    monkeypatch.chdir(tmp_path)

    def tell(document, *words):
        path = tmp_path / "s.toml"
        path.write_text(toml(document), encoding="utf-8")
        code = run_command([words[0], str(path), *words[1:]])
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    return tell


@pytest.mark.parametrize("words", [("check",), ("run", "--draws", "256", "--replicates", "2")])
def test_many_cautions_are_few_lines(told, words):
    code, text = told(many(500), *words)
    assert code == 0
    assert len(text.splitlines()) < 60
    assert "and 462 more" in text or "and 494 more" in text


def test_many_faults_are_few_lines(told):
    bad = {f"x{k}": {**LAW, "unit": "nonsense"} for k in range(150)}
    code, text = told(written(parameters={"x": LAW, **bad}), "check")
    assert code == 2
    assert "150 faults" in text
    assert len(text.splitlines()) <= 41


@pytest.mark.parametrize("sign", ["\x1b[31m", "\x07", "\x9b", "\u202e", "\r"])
def test_no_text_steers_the_terminal(told, sign):
    code, text = told(written(title=f"red {sign} ink"), "check")
    assert code == 2
    assert "title: found the control character" in text
    assert sign not in text
    assert printable(f"a{sign}b\n") != f"a{sign}b\n"
