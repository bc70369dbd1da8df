"""Write reports/validation/products.*: declared products beside what their model predicts.

Reads the run of the study `declared_products` and the declarations in
`tests/validation/declared_products.csv`, which are no input of the model.
"""

import csv
import json
import math
import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

from mcsus.report.figures.style import INK, ORANGE, WIDTH, Sheet, colour, drawing, only_bottom
from mcsus.report.figures.svg import inline_svg

ROOT = Path(__file__).parent.parent
DECLARED = ROOT / "tests" / "validation" / "declared_products.csv"
FOLDER = ROOT / "reports" / "validation"

BLOCKS = {
    "device_footprint": "total",
    "manufacture": "manufacture",
    "use_stage": "use",
    "transport": "transport",
}
NAMES = {
    "apple_watch_s8": "Apple Watch Series 8 45mm Aluminum Case with Sport Band",
    "homepod_mini": "HomePod mini",
    "google_home": "Home",
    "home_mini": "Home Mini",
    "nest_cam_indoor": "Nest Cam (indoor wired)",
    "nest_doorbell": "Nest Doorbell (wired option)",
    "nest_hub_2": "Nest Hub (2nd generation)",
    "nest_learning_thermostat": "Nest Learning Thermostat",
    "nest_mini_2": "Nest Mini (2nd gen)",
    "nest_protect_battery": "Nest Protect (Battery)",
    "nest_protect_wired": "Nest Protect (Wired)",
    "nest_thermostat": "Nest Thermostat",
    "nest_thermostat_e_europe": "Nest Thermostat E - Europe",
    "nest_thermostat_e": "Nest Thermostat E - North America",
}
P = (0.05, 0.25, 0.5, 0.75, 0.95)
_SHARES = {
    "manufacture": "manufacturing_share",
    "use_stage": "use_share",
    "transport": "transport_share",
}


@dataclass(frozen=True)
class Prediction:
    """One block of one product: what is predicted, and what is declared.

    Parameters
    ----------
    product, block : str
    quantiles : tuple of float
        Predicted, at the probabilities `P`, in kg CO2e.
    declared : float or None
        In kg CO2e; None where the declaration does not tell.
    """

    product: str
    block: str
    quantiles: tuple[float, ...]
    declared: float | None

    @property
    def ratio(self) -> float | None:
        """Declared over the predicted median; None where either is nothing."""
        return self.declared / self.quantiles[2] if self.declared and self.quantiles[2] else None

    @property
    def spread(self) -> float:
        """95th over 5th percentile."""
        low, *_, high = self.quantiles
        return high / low if low else 1.0

    def inside(self, level: float) -> bool:
        """Whether the declared figure lies in the central interval of 50 or 90 %."""
        low, high = (1, 3) if level == 0.5 else (0, 4)
        return bool(self.declared) and self.quantiles[low] <= self.declared <= self.quantiles[high]


def declarations(path: Path = DECLARED) -> dict[str, Mapping[str, str]]:
    """Return each declaration by the name of its product."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["product"]: row for row in csv.DictReader(file)}


def declared(row: Mapping[str, str], block: str) -> float | None:
    """Return what a declaration tells of one block, in kg CO2e."""
    total = float(row["gwp_total_kgCO2e"])
    if block == "device_footprint":
        return total
    share = row[_SHARES[block]]
    return total * float(share) if share else None


def predictions(
    document: Mapping[str, Any], rows: Mapping[str, Mapping[str, str]]
) -> list[Prediction]:
    """Return every block of every product of a run, beside its declaration."""
    found = []
    for block in BLOCKS:
        for cell in document["outputs"][block]["cells"]:
            known = {told["p"]: told["value"] for told in cell["quantiles"]}
            product = cell["labels"]["product"]
            what = declared(rows[NAMES[product]], block)
            found.append(Prediction(product, block, tuple(known[p] for p in P), what))
    return found


@dataclass(frozen=True)
class Calibration:
    """How the predictions of one block meet the declarations.

    Parameters
    ----------
    count, inside_50, inside_90 : int
        Declared figures, and those inside the intervals.
    ratio, spread : float
        Geometric mean and geometric standard deviation of declared over predicted, where the
        predicted median is above nothing.
    widest : float
        Largest ratio of the 95th to the 5th percentile.
    """

    count: int
    inside_50: int
    inside_90: int
    ratio: float
    spread: float
    widest: float


def calibration(found: Iterable[Prediction]) -> Calibration:
    """Return how predictions meet declarations, over those that declare something."""
    own = [each for each in found if each.declared]
    logs = [math.log(each.ratio) for each in own if each.ratio]
    return Calibration(
        len(own),
        sum(each.inside(0.5) for each in own),
        sum(each.inside(0.9) for each in own),
        math.exp(statistics.fmean(logs)),
        math.exp(statistics.stdev(logs)),
        max(each.spread for each in own),
    )


def words(product: str) -> str:
    """Return the name of a product as it is drawn."""
    return product.replace("_", " ")


def _draw(found: Sequence[Prediction]) -> Sheet:
    products = list(dict.fromkeys(each.product for each in found))
    left, top, row, gap = 178.0, 52.0, 25.0, 14.0
    width = (WIDTH - left - 8 - gap * (len(BLOCKS) - 1)) / len(BLOCKS)
    sheet = Sheet(top + row * len(products) + 50)
    sheet.note(8, 16, "Predicted: median (dot), 50 % (dark) and 90 % (pale) interval.")
    sheet.write(WIDTH - 8, 16, "◆ declared", color=ORANGE, ha="right")
    for line, product in enumerate(products):
        sheet.name(8, top + row * line + 17, words(product), 27, bold=False)
    for k, (block, title) in enumerate(BLOCKS.items()):
        x = left + k * (width + gap)
        sheet.name(x, top - 10, title, 20)
        ax = sheet.axes(x, top, width, row * len(products))
        only_bottom(ax)
        ax.set_xscale("log")
        ax.set_ylim(len(products) - 0.5, -0.5)
        ax.yaxis.set_major_locator(FixedLocator([]))
        for each in (e for e in found if e.block == block):
            _draw_row(ax, products.index(each.product), each)
        shown = [v for e in found if e.block == block for v in (*e.quantiles, e.declared or 0)]
        low, high = min(v for v in shown if v > 0), max(shown)
        ticks = [t for t in _TICKS if low / 1.6 <= t <= high * 1.6]
        ax.set_xlim(low / 1.4, high * 1.4)
        ax.xaxis.set_major_locator(FixedLocator(_apart(ticks)))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    sheet.note(WIDTH - 8, sheet.height - 10, "kg CO2e, logarithmic", ends=True)
    return sheet


_TICKS = (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0, 3.0, 30.0, 0.3, 300.0, 0.03)


def _apart(ticks: Sequence[float]) -> list[float]:
    """Return powers of ten alone where there are enough of them."""
    tens = [t for t in ticks if math.log10(t).is_integer()]
    return sorted(tens if len(tens) >= 3 else ticks)


def _draw_row(ax: Any, line: int, each: Prediction) -> None:
    low, inner_low, middle, inner_high, high = each.quantiles
    if middle > 0:
        for ends, alpha in (((low, high), 0.3), ((inner_low, inner_high), 0.75)):
            ax.plot(
                ends,
                [line, line],
                color=colour(0),
                linewidth=8,
                solid_capstyle="butt",
                alpha=alpha,
            )
        ax.plot([middle], [line], "o", markersize=5, color="white", markeredgecolor=INK)
    if each.declared:
        ax.plot(
            [each.declared],
            [line],
            "D",
            markersize=7,
            color=ORANGE if each.inside(0.9) else "white",
            markeredgecolor=ORANGE,
            markeredgewidth=1.8,
        )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


_HEAD = """# Declared products, predicted

Made by `make reports` from the study `declared_products`: the model `connected_device` with inputs
from data sheets and teardowns, or assumed, all set before the declarations were looked at
(`docs/decisions.md`). The declarations (`tests/validation/declared_products.csv`, from the
collection of Boavizta, ODbL) are no input. Full marks are inside the interval of 90 %.

![Predicted intervals and declared values](products.svg)

Ratio: declared over the predicted median, geometric mean; spread: its geometric standard deviation;
width: the largest 95th over 5th percentile.

| block | products | inside 50 % | inside 90 % | ratio | spread | width |
| --- | --- | --- | --- | --- | --- | --- |"""


def _page(found: Sequence[Prediction], notes: str) -> str:
    lines = [_HEAD]
    for block, title in BLOCKS.items():
        told = calibration(each for each in found if each.block == block)
        share_50, share_90 = told.inside_50 / told.count, told.inside_90 / told.count
        lines.append(
            f"| {title} | {told.count} | {told.inside_50} ({share_50:.0%}) | {told.inside_90} "
            f"({share_90:.0%}) | {told.ratio:.2f} | {told.spread:.2f} | {told.widest:.1f} |"
        )
    lines += ["", notes.strip(), ""]
    lines += [
        "| product | block | declared | 5 % | 25 % | 50 % | 75 % | 95 % | inside 90 % |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for each in found:
        told = " | ".join(_number(v) for v in (each.declared, *each.quantiles))
        inside = "" if not each.declared else "yes" if each.inside(0.9) else "no"
        lines.append(f"| {words(each.product)} | {BLOCKS[each.block]} | {told} | {inside} |")
    return "\n".join(lines) + "\n"


def _table(found: Sequence[Prediction]) -> str:
    lines = ["product,block,unit,declared,p05,p25,p50,p75,p95,inside_50,inside_90"]
    for each in found:
        numbers = ",".join(
            "" if v is None else f"{v:.6g}" for v in (each.declared, *each.quantiles)
        )
        inside = ",".join(str(each.inside(p)).lower() for p in (0.5, 0.9))
        lines.append(f"{each.product},{BLOCKS[each.block]},kg CO2e,{numbers},{inside}")
    return "\n".join(lines) + "\n"


def write(run: Path, folder: Path = FOLDER) -> None:
    """Write page, table and figure of a run."""
    document = json.loads((run / "result.json").read_text(encoding="utf-8"))
    found = predictions(document, declarations())
    notes = (DECLARED.parent / "products_notes.md").read_text(encoding="utf-8")
    texts = {"products.md": _page(found, notes), "products.csv": _table(found)}
    with drawing():
        sheet = _draw(found)
        told = "Predicted intervals of fourteen products with the declared value of each block."
        drawn = inline_svg(sheet.figure, "products", told)
        texts["products.svg"] = drawn.replace(
            "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" ', 1
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "runs" / "declared_products")
