"""``python -m tests.validation``: runs every study and writes ``reports/validation``."""

import csv
import sys
from pathlib import Path

from tests.validation.published import DESIGN, Number, example_numbers, function_numbers, table

OUT = Path(__file__).parents[2] / "reports" / "validation"
HEADER = ("study", "quantity", "published", "found", "error", "within", "met", "source")


def main() -> int:
    """Return 1 where a number is not met."""
    functions = [number for row in table("references.csv") for number in function_numbers(row)]
    studies = dict.fromkeys(row["study"] for row in table("published.csv"))
    examples = [number for study in studies for number in example_numbers(study)]
    OUT.mkdir(parents=True, exist_ok=True)
    with (OUT / "numbers.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(map(_row, (*functions, *examples)))
    (OUT / "README.md").write_text(_page(functions, examples), encoding="utf-8")
    missed = [number for number in (*functions, *examples) if not number.is_met]
    for number in missed:
        print(*_row(number), sep=" | ")  # noqa: T201
    return min(len(missed), 1)


def _row(number: Number) -> tuple[str, ...]:
    figures = (number.published, number.found, number.error, number.within)
    told = ("" if x != x else f"{x:.6g}" for x in figures)
    return (number.study, number.quantity, *told, "yes" if number.is_met else "no", number.source)


def _page(functions: list[Number], examples: list[Number]) -> str:
    met = [sum(number.is_met for number in group) for group in (functions, examples)]
    count = len({number.study for number in functions})
    lines = [
        "# Published functions and examples, met or not",
        "",
        (
            f"Made by `make validation`, with {DESIGN['draws']:,} draws in each of "
            f"{DESIGN['replicates']} replicates. All numbers are in `numbers.csv`."
        ),
        "",
        (
            f"- {count} functions of uncertainty quantification, with their laws, as study files "
            f"(`tests/validation/functions`): {met[0]} of {len(functions)} means and standard "
            "deviations are within six standard errors of those of UQTestFuns 0.7.0 "
            "(https://doi.org/10.21105/joss.05671), another implementation of functions and "
            "laws; values at points agree to 1e-10."
        ),
        (
            f"- {len({number.study for number in examples})} examples of guides in metrology "
            f"(`tests/validation/examples`): {met[1]} of {len(examples)} printed numbers are met, "
            "to the digits printed and six standard errors. The guides were read at second hand."
        ),
        (
            "- Products with declared footprints, predicted from data sheets: "
            "[products.md](products.md), made by `make reports`."
        ),
        "",
        "| example | quantity | printed | found | met | where |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {n.study.replace('_', ' ')} | {n.quantity} | {n.published:.6g} | {n.found:.6g} | "
        f"{'yes' if n.is_met else 'no'} | {n.source} |"
        for n in examples
    ]
    lines += ["", "| function | mean, published | found | sd, published | found | met |"]
    lines += ["| --- | --- | --- | --- | --- | --- |"]
    for mean, sd in zip(functions[::2], functions[1::2], strict=True):
        both = "yes" if mean.is_met and sd.is_met else "no"
        lines.append(
            f"| {mean.source} | {mean.published:.6g} | {mean.found:.6g} ± {mean.error:.1g} | "
            f"{sd.published:.6g} | {sd.found:.6g} ± {sd.error:.1g} | {both} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
