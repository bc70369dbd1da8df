"""The live report: a page that works a study out again while its inputs are changed."""

import base64
import hashlib
import json
import re
import tomllib

import numpy as np
import pytest

from mcsus.cli import run_command
from mcsus.engine.plans import Quantity
from mcsus.report import write_report
from mcsus.runner.run import Run, run
from mcsus.study import Study
from tests.unit.test_individuals import document as of_individuals

pytestmark = pytest.mark.slow

ABOUT = {"source": "assumed", "rationale": "a test"}
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
DRAWS, REPLICATES = 1024, 4
FLOAT32 = 1e-6  # of a value: a few roundings of a float32
LAWS = {
    "grid": {"distribution": "lognormal", "median": 400, "gsd": 1.5, "unit": "g CO2e/kWh"},
    "power": {"distribution": "triangular", "minimum": 1, "mode": 2, "maximum": 5, "unit": "W"},
    "life": {"distribution": "weibull", "shape": 2, "scale": 5, "unit": "year"},
    "load": {"distribution": "pert", "minimum": 0.2, "mode": 0.5, "maximum": 0.9, "unit": "1"},
    "works": {"distribution": "bernoulli", "probability": 0.8, "unit": "1"},
    "offset": {"distribution": "normal", "mean": 0.5, "sd": 2, "truncate": {"low": -3},
               "unit": "kg CO2e"},
    "noise": {"distribution": "student_t", "df": 5, "location": 1, "scale": 0.1, "unit": "1"},
    "share": {"distribution": "beta", "alpha": 4, "beta": 2, "unit": "1"},
    "wait": {"distribution": "gamma", "shape": 3, "scale": 0.4, "unit": "1"},
    "hours": {"distribution": "constant", "value": 20, "unit": "h/day"},
}  # fmt: skip


def document(**changes):
    """Return a study of many families, two dims, dependence and a claim."""
    tables = {
        "schema": "mcsus/1",
        "id": "lamp",
        "title": f"A lamp {HOSTILE}",
        "dims": {"place": ["here", HOSTILE]},
        "scenarios": [{"id": "clean", "title": HOSTILE, "set": {"grid": {
            "distribution": "constant", "value": 50, "unit": "g CO2e/kWh"} | ABOUT}}],
        "parameters": {name: law | ABOUT for name, law in LAWS.items()}
        | {"made": {"by": {"place": {
            "here": LAWS["offset"] | {"mean": 9, "sd": 1, **ABOUT},
            HOSTILE: {"distribution": "uniform", "minimum": 2, "maximum": 4, "unit": "kg CO2e"}
            | ABOUT}}}},
        "equations": {
            "use": {"formula": "grid*power*hours*load*life*noise*where(works > 0.5, 1, share)",
                    "unit": "kg CO2e"},
            "make": {"formula": "made*wait + offset", "unit": "kg CO2e"},
            "footprint": {"formula": "use + make", "unit": "kg CO2e"},
        },
        "outputs": {"footprint": "kg CO2e", "use": "g CO2e"},
        "dependence": [{"parameters": ["power", "load"], "copula": "gaussian",
                        "correlation": 0.6}],
        "claims": [{"id": "low", "statement": f"Below 500 kg {HOSTILE}", "quantity": "footprint",
                    "relation": "<", "value": 500, "unit": "kg CO2e", "confidence": 0.7}],
        "design": {"draws": 256, "replicates": 4},
        "sensitivity": {"outputs": ["footprint"], "methods": []},
    }  # fmt: skip
    return tables | changes


@pytest.fixture(scope="module")
def study():
    return Study.from_dict(document())


@pytest.fixture(scope="module")
def result(study):
    with pytest.MonkeyPatch.context() as patch:  # what would break a claim takes the longest
        patch.setattr("mcsus.runner.claim_analyses.claim_analyses", dict)
        return run(study)


@pytest.fixture(scope="module")
def folder(result, tmp_path_factory):
    target = tmp_path_factory.mktemp("live")
    write_report(result, target, live=True)
    return target


@pytest.fixture
def page(browser, folder):
    """Return the page, with all that it asks for and all that goes wrong."""
    made = browser.new_page()
    made.asked, made.faults = [], []
    made.on("request", lambda request: made.asked.append(request.url))
    made.on("pageerror", lambda error: made.faults.append(str(error)))
    made.on("console", lambda message: made.faults.append(message.text))
    made.on("dialog", lambda dialog: made.faults.append(dialog.message))
    made.goto((folder / "index.html").as_uri())
    yield made
    assert made.faults == []
    assert [url for url in made.asked if not url.startswith(("file:", "data:"))] == []
    made.close()


CHANGE = """([name, change]) => {
    const one = livePage.controls.find((own) => own.input.name === name);
    one.take(change);
    livePage.state.evaluate();
    const law = (cell) => cell.law && changedCell(one.input, cell, one.change);
    return one.fault.hidden ? one.input.cells.map(law) : null;
}"""
DRAWN = """() => livePage.data.outputs.map((output) => output.dims.reduce(
    (all, dim) => all * dim.labels.length, 1)).map((count, k) => Array.from({ length: count },
    (_, cell) => Array.from(livePage.state.row(livePage.data.outputs[k].first + cell))))"""


def drawn(page):
    """Return the draws of the page, by output of shape (cell, draw)."""
    return [np.array(cells) for cells in page.evaluate(DRAWN)]


def by_kernel(made, outputs):
    """Return the same draws by the kernel."""
    design = made.study.design.__class__(
        made.study.design.kind, DRAWS, REPLICATES, made.study.design.seed
    )
    found = []
    for name in outputs:
        plan = made.kernel.plan([Quantity(name, 1 / made.study.outputs[name].factor)])
        rows = [made.kernel.run(plan, design, k)[:, 0] for k in range(REPLICATES)]
        found.append(np.concatenate(rows, axis=1))
    return found


def law_of(own, unit):
    """Return a law of the page as a table of a study file."""
    own = {key: value for key, value in own.items() if value is not None}
    ends = {key: own.pop(key) for key in ("low", "high") if key in own}
    return {"distribution": own.pop("family"), **own, "unit": unit} | (
        {"truncate": ends} if ends else {}
    )


def assert_same(got, wanted):
    for one, other in zip(got, wanted, strict=True):
        scale = np.abs(other) + np.abs(np.median(other, axis=1, keepdims=True))
        assert (np.abs(one - other) <= FLOAT32 * scale).all()


def test_unchanged_draws_are_those_of_the_kernel(page, study):
    assert_same(drawn(page), by_kernel(Run(study), study.outputs))


def test_changed_draws_are_those_of_the_kernel_with_the_changed_laws(page, study):
    """Also of inputs that depend on each other, and of a law with an atom; one after the other."""
    changes = {
        "grid": {"times": 0.7, "spread": 1.4},
        "power": {"times": 1.2, "spread": 0.5},
        "life": {"times": 0.9, "spread": 0.8},
        "load": {"spread": 1.3},
        "works": {"times": 0.5},
        "offset": {"plus": 1.5, "spread": 0.6},
        "share": {"times": 0.8, "spread": 0.7},
        "wait": {"times": 1.5, "spread": 0.9},
        "hours": {"times": 0.5},
    }
    made = {name: page.evaluate(CHANGE, [name, change]) for name, change in changes.items()}
    laws = {name: law_of(own[0], LAWS[name]["unit"]) for name, own in made.items()}
    assert made["grid"][1]["value"] == pytest.approx(0.7 * 50)  # of the scenario
    wanted = by_kernel(Run(study).with_laws(laws), study.outputs)
    assert_same([own[::2] for own in drawn(page)], [own[::2] for own in wanted])  # as written


def test_what_travels_as_draws_is_moved_around_its_middle(page, study):
    page.evaluate(CHANGE, ["noise", {"times": 2, "spread": 0.5}])
    law = study.parameters[[p.name for p in study.parameters].index("noise")].cell.law
    other = law.__class__(5.0, 2.0 * law.location, law.scale)
    wanted = by_kernel(Run(study).with_laws(noise=other), study.outputs)
    assert np.median(np.abs(drawn(page)[0] / wanted[0] - 1)) < 1e-3  # the median is of few draws


def test_changes_are_taken_back_to_the_bit(page):
    before = drawn(page)
    for name, change in (
        ("grid", {"times": 2}),
        ("works", {"known": True}),
        ("noise", {"plus": 1}),
    ):
        page.evaluate(CHANGE, [name, change])
    assert not (drawn(page)[0] == before[0]).all()
    page.get_by_role("button", name="change all back").click()
    page.evaluate("() => new Promise(requestAnimationFrame)")
    page.evaluate("() => new Promise(requestAnimationFrame)")
    assert all((one == other).all() for one, other in zip(drawn(page), before, strict=True))


def test_a_middle_is_typed(page):
    for name, wanted in (("wait", 2.5), ("offset", -1.0), ("load", 0.4), ("hours", 6.0)):
        field = page.get_by_label(f"Middle of {name.capitalize()}").last
        page.evaluate("document.querySelector('.live-rest').open = true")
        field.fill(str(wanted))
        field.press("Enter")
        middle = page.evaluate(
            f"""(() => {{ const own = livePage.controls.find((one) => one.input.name === "{name}");
            return own.told(own.change).middle; }})()"""
        )
        assert middle == pytest.approx(wanted, rel=1e-8)
    before = drawn(page)
    field.fill("-3")
    field.press("Enter")
    assert page.get_by_role("alert").filter(has_text="no such law").count() == 1
    assert (drawn(page)[0] == before[0]).all()


def test_a_link_brings_the_changes_back(page, browser):
    """And what is no change in an address is left out."""
    page.evaluate(CHANGE, ["grid", {"times": 0.7, "spread": 1.4}])
    page.evaluate(CHANGE, ["offset", {"plus": 1.5, "known": True}])
    page.wait_for_url("**#live?*")
    other = browser.new_page()
    other.goto(page.url + "&odd=1&power=1+x+2+3&life=9")
    assert all((a == b).all() for a, b in zip(drawn(page), drawn(other), strict=True))
    other.close()


def test_what_is_held_does_not_vary(page, study):
    for one in [own.name for own in study.parameters if own.name != "made"]:
        page.evaluate(CHANGE, [one, {"known": True}])
    page.evaluate(CHANGE, ["made", {"known": True}])
    assert all(np.ptp(cells, axis=1).max() == 0 for cells in drawn(page))


def test_a_law_that_cannot_be_is_said_and_the_last_one_stays(page):
    assert page.evaluate(CHANGE, ["share", {"times": 1.2}])
    before = drawn(page)
    assert page.evaluate(CHANGE, ["share", {"times": 9}]) is None
    said = page.get_by_role("alert").filter(has_text="no such law")
    assert said.count() == 1
    assert (drawn(page)[0] == before[0]).all()
    assert page.evaluate(CHANGE, ["share", {"times": 1}])
    assert said.count() == 0


def test_claims_and_intervals_are_those_of_few_draws(page, study):
    told = Run(study).evaluate(DRAWS, REPLICATES, [0.025, 0.5, 0.975])
    found = page.evaluate(
        """() => {
        const { state, data } = livePage, [output] = data.outputs, [claim] = data.claims;
        return [Array.from({ length: 4 }, (_, k) => {
            const own = summaryOf(state, output, state.row(output.first + k));
            return [own.middle, own.error / state.t, own.low, own.high];
        }), claim.cells.map((cell) => judged(state, claim, cell))]; }"""
    )
    wanted, claims = told.outputs["footprint"], told.claims["low"]
    for (middle, error, low, high), k in zip(found[0], range(4), strict=True):
        assert middle == pytest.approx(wanted.mean[k], rel=FLOAT32)
        assert error == pytest.approx(wanted.error[k], rel=1e-3)
        assert [low, high] == pytest.approx(wanted.quantiles[k, [0, 2]], rel=FLOAT32)
    for one, own in zip(found[1], claims, strict=True):
        assert one["share"] == own.probability
        assert one["error"] == pytest.approx(own.error, rel=1e-9)
        assert one["verdict"] == own.verdict.value


def test_a_drag_is_answered_and_the_keyboard_reaches_all(page):
    shown = page.locator(".live-middle").inner_text()
    first = page.locator("input[type=range]").first
    first.scroll_into_view_if_needed()
    box = first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    seen = set()
    for k in range(12):
        page.mouse.move(box["x"] + box["width"] * (0.5 + 0.04 * k), box["y"] + box["height"] / 2)
        page.evaluate("() => new Promise(requestAnimationFrame)")
        seen.add(page.locator(".live-middle").inner_text())
    page.mouse.up()
    assert len(seen) > 6
    page.get_by_role("button", name="change back").first.click()
    page.wait_for_timeout(50)
    assert page.locator(".live-middle").inner_text() == shown
    wanted = page.evaluate(
        """[...document.querySelectorAll('#live-page :is(select, input, button, summary)')]
        .filter((own) => own.checkVisibility()).length"""
    )
    page.locator("#live-page").evaluate("(own) => { own.tabIndex = -1; own.focus(); }")
    reached = 0
    for _ in range(wanted + 1):
        page.keyboard.press("Tab")
        reached += page.evaluate(
            "document.querySelector('#live-page').contains(document.activeElement)"
        )
    assert reached == wanted
    first.focus()
    page.keyboard.press("ArrowRight")
    assert float(page.locator("output").first.inner_text().split()[1]) == pytest.approx(1.01)
    page.keyboard.press("Shift+ArrowRight")
    assert float(page.locator("output").first.inner_text().split()[1]) == pytest.approx(
        1.12, abs=0.01
    )


def test_changes_are_told_as_lines_of_a_study_file(page, tmp_path):
    """Which a study reads, and whose laws are those of the page."""
    page.evaluate(CHANGE, ["wait", {"times": 1.5, "spread": 0.9}])
    page.evaluate(CHANGE, ["offset", {"plus": 1.5}])
    page.wait_for_selector(".live-changes li")
    lines = page.evaluate("livePage.lines.textContent").splitlines()
    assert [line.split(" = ")[0] for line in lines] == ["offset", "wait"]
    read = tomllib.loads("\n".join(lines))
    parameters = document()["parameters"] | read
    Study.from_dict(document(parameters=parameters))
    assert read["offset"]["truncate"] == {"low": -3}
    assert read["offset"]["mean"] == pytest.approx(2.0)


@pytest.mark.parametrize("width", [390, 900, 1400])
def test_nothing_is_wider_than_the_screen(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_script_alone_is_allowed(folder):
    text = (folder / "index.html").read_text(encoding="utf-8")
    [script] = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text).group(1)
    wanted = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{wanted}';" in policy
    assert "unsafe-eval" not in policy
    assert not re.search(r"\beval\(|new Function|innerHTML", script)
    assert text.isascii() or "\u2028" not in script


def test_a_page_without_it_has_no_script(result, tmp_path):
    page = write_report(result, tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "script-src" not in text


def test_other_numbers_than_the_kernels_are_not_shown(browser, folder, tmp_path):
    text = (folder / "index.html").read_text(encoding="utf-8")
    data = re.search(r'id="live-data">(.*?)</script>', text).group(1)
    broken = json.loads(data)
    broken["outputs"][0]["expected"][0]["mean"] *= 1.5
    whole = text.replace(data, json.dumps(broken).replace("<", "\\u003c"))
    (tmp_path / "index.html").write_text(whole, encoding="utf-8")
    page = browser.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    assert "cannot work the model out" in page.locator("#live-page").inner_text()
    assert page.locator("input[type=range]").count() == 0


def test_individuals_are_met_by_every_draw(browser, tmp_path):
    study = Study.from_dict(of_individuals(individuals=256, sensitivity={"methods": []}))
    write_report(run(study), tmp_path, live=True)
    page = browser.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    assert_same(drawn(page), by_kernel(Run(study), study.outputs))
    before = page.evaluate("livePage.middle.textContent")
    assert page.evaluate(CHANGE, ["mass", {"times": 2}])
    page.evaluate("livePage.refresh()")
    assert page.evaluate("livePage.middle.textContent") != before


SMALL = """
schema = "mcsus/1"
id = "small"
outputs = { y = "kg" }
design = { draws = 256, replicates = 2 }
sensitivity = { methods = [] }
equations = { y = { formula = "2*a", unit = "kg" } }

[parameters]
a = { distribution = "uniform", minimum = 1, maximum = 2, unit = "kg", source = "a test" }
"""


def test_the_command_writes_it_and_refuses_it_without_a_report(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.toml").write_text(SMALL)
    assert run_command(["run", "small.toml", "--live", "--no-report"]) == 2
    assert "--live beside --no-report" in capsys.readouterr().err
    assert run_command(["run", "small.toml", "--live"]) == 0
    written = (tmp_path / "runs/small/report/index.html").read_text(encoding="utf-8")
    assert 'id="live-data"' in written
    assert run_command(["report", "runs/small", "--live", "--to", "again"]) == 0
    assert (tmp_path / "again/index.html").read_text(encoding="utf-8") == written
