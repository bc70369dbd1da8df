"""What is opened, and what else can be opened from where it was not."""

import pytest

from .conftest import opened, serve

BROKEN = """schema = "mcsus/1"
id = "broken"
[parameters.a]
distribution = "lognormol"
"""


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    file = tmp_path_factory.mktemp("broken") / "broken.toml"
    file.write_text(BROKEN)
    server = serve(file)
    yield file, server
    server.stop()


@pytest.mark.slow
def test_a_study_with_faults_is_told_by_its_lines_and_is_no_dead_end(page, broken):
    file, server = broken
    page.goto(server.link())
    fault = page.locator(".faults li", has_text="lognormol")
    assert "line 4" in fault.inner_text()
    assert "lognormol" in page.locator(".text .faulty").all_inner_texts()[-1]
    assert page.locator(".faults input[type=file]").count() == 1
    assert page.locator(".faults button", has_text="new study").count() == 1
    file.write_text(BROKEN.replace("lognormol", "lognormel"))
    page.locator("button", has_text="open it again").click()
    page.locator(".faults li", has_text="lognormel").wait_for()
    page.locator(".faults select").select_option("tinyml_table")
    page.locator(".answer .now").wait_for(timeout=60_000)
    assert page.said == []


@pytest.mark.slow
def test_what_was_asked_of_the_study_before_says_nothing_of_the_next_one(page, served):
    opened(page, served.link())
    held = []
    page.route("**/api/evaluate", lambda route: held.append(route), times=1)  # noqa: PLW0108
    page.locator(".row .title").first.click()
    page.locator(".field input").first.fill("x 3")
    with page.expect_request("**/api/evaluate"):
        page.keyboard.press("Enter")
    page.locator("button", has_text="new study").click()
    page.locator("h1", has_text="sensor node").wait_for()
    held[0].continue_()
    page.locator(".rows .title", has_text="Battery factor").wait_for()
    page.locator(".quality .chip").wait_for()
    assert page.locator(".gone, .refused").count() == 0
    assert page.said == []


def test_what_of_an_address_cannot_be_read_is_told(page, served):
    opened(page, served.link("&study=tinyml_device&changes=garbage"))
    page.locator(".refused", has_text="changes in the address").wait_for()
    page.locator(".refused button").click()
    page.locator(".refused").wait_for(state="detached")
    assert page.said == []


@pytest.mark.slow
def test_a_study_is_opened_again_where_another_one_was_opened_elsewhere(page, served):
    opened(page, served.link())
    page.locator(".row .title").first.click()
    page.locator(".field input").first.fill("x 3")
    page.keyboard.press("Enter")
    page.locator(".changes li").first.wait_for()
    other = page.context.new_page()
    other.goto(served.link("&study=tinyml_table"))
    other.locator(".answer .now").wait_for(timeout=60_000)
    page.locator(".field input").first.fill("x 4")
    page.locator(".gone button", has_text="open this one again").click()
    page.locator(".gone").wait_for(state="detached")
    page.locator(".stale").wait_for(state="detached")
    assert page.locator(".changes li").count() == 1
    other.close()
