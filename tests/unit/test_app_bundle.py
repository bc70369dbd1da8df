"""The page as one module, and the messages by which a notebook asks."""

import re

import pytest

from mcsus.app import bundle as bundling
from mcsus.app.bundle import bundle, styles


def test_a_bundle_imports_nothing_and_loads_nothing():
    text = bundle()
    assert not re.search(r"^\s*import\b", text, re.MULTILINE)
    assert re.findall(r"^export\b.*$", text, re.MULTILINE) == [
        "export default { render: module_widget_js.render };"
    ]
    assert not re.search(r"/api/|\bimport\(|url\(", text)


def test_every_module_of_the_served_page_but_its_transport_is_in_it():
    served = set(bundling._sources("main.js")) - {"main.js", "http.js"}
    assert served < set(bundling._sources("widget.js"))


def test_styles_follow_the_width_of_the_widget_and_not_of_the_window():
    text = styles()
    assert "@container (max-width: 560px)" in text
    assert not re.search(r"@media \((max|min)-width|\drem\b|:root", text)


def test_an_export_that_a_bundle_does_not_take_is_refused(monkeypatch):
    sources = {"widget.js": 'import { a } from "./a.js";\n', "a.js": "export let a = 1;\n"}
    monkeypatch.setattr(bundling, "_read", sources.__getitem__)
    with pytest.raises(ValueError, match=r"a\.js: 'export let a = 1;'"):
        bundle()
