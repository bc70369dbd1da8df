"""Make the pictures of the explorer in docs: ``python tools/page_pictures.py``, with chromium.

The page is the one that ``mcsus serve tinyml_device`` opens, with two changes; and the widget.
"""

import io
import json
import sys
from pathlib import Path
from urllib.parse import quote

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from mcsus import load_study  # noqa: E402 - of this repository
from tests.browser.conftest import serve  # noqa: E402
from tests.browser.test_widget import drawn  # noqa: E402
from tests.chromium import opened  # noqa: E402

TO = ROOT / "docs" / "pictures"
COLOURS = 64
CHANGES = [
    {"input": "use_grid_intensity", "law": "50 g CO2e/kWh", "rationale": "a cleaner grid"},
    {"input": "battery_mass", "scale": 0.8, "rationale": "a smaller battery"},
]
VIEWS = {
    "explore": ("", ".changes li .n"),
    "compare": ("&view=compare", ".why-apart .waterfall"),
    "model": ("&view=model", "#model-figure"),
    "library": ("&view=library", "main"),
}


def main() -> None:
    """Write a picture of each view, wide, and of the first one on a phone."""
    TO.mkdir(parents=True, exist_ok=True)
    changes = f"&study=tinyml_device&changes={quote(json.dumps(CHANGES))}"
    server = serve("tinyml_device")
    with opened() as browser:
        for name, (view, shown) in VIEWS.items():
            picture(browser, server.link(changes + view), shown, 1280, name)
        picture(browser, server.link(changes), ".changes li", 390, "phone")
        notebook(browser)
    server.stop()


def picture(browser, link: str, shown: str, width: int, name: str) -> None:
    """Write one picture, as soon as something is shown and what is being drawn has come to rest."""
    page = browser.new_page(viewport={"width": width, "height": 860})
    page.add_init_script("localStorage.setItem('mcsus: tour', 'seen')")
    page.goto(link)
    page.locator(shown).first.wait_for(timeout=60_000)
    if name == "library":
        page.get_by_placeholder("words").fill("germany 2024")
        page.locator("main li").first.click()
    taken(page, name)


def notebook(browser) -> None:
    """Write the picture of the widget, as wide as the output of a notebook's cell."""
    page = browser.new_page(viewport={"width": 960, "height": 860})
    drawn(page, load_study("tinyml_device"), state={"changes": CHANGES})
    taken(page, "notebook")


def taken(page, name: str) -> None:
    """Save what is seen of a page."""
    page.wait_for_timeout(6000)
    shown_as = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    page.close()
    shown_as.quantize(COLOURS, dither=Image.Dither.NONE).save(TO / f"{name}.png", optimize=True)
    print(TO / f"{name}.png")


if __name__ == "__main__":
    main()
