"""An audit: the claim card of a result, its appendix, and the evidence as one file."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcsus.report.appendix import appendix
from mcsus.report.card import Card, claim_card
from mcsus.report.page import environment
from mcsus.report.tables import csv_text, same_workbook, workbook
from mcsus.result.atomic import replacing
from mcsus.result.bundle import bundle, unpacked
from mcsus.result.tree import FILE, JSON_FILE, load_result
from mcsus.result.wording import listing
from mcsus.runner.verification import Outcome, verify
from mcsus.study.told_files import files_of

if TYPE_CHECKING:
    from mcsus.result.tree import Result

PAGE, CARD, BOOK, EVIDENCE = "card.html", "card.json", "appendix.xlsx", "evidence.zip"
_TAG = re.compile(r"<[^>]*>")
_SIZES = (("", 2.0, 3400), ("", 1.0, 3400), ("small", 1.0, 4400), ("smallest", 0.85, 9999))
"""Sizes of type, how much longer than usual texts may be, and the letters that fit a page so."""

VERDICTS = {
    "supported": "Supported",
    "not_supported": "Not supported",
    "undecided": "Undecided",
    "mixed": "Mixed",
}
_README = """\
What a claim rests on, as mcsus {mcsus} saved it.

{page}        the card, to print: one page of A4
{card}        the same as data
appendix/        inputs, results, claims, credits and sources as CSV; {book} has them all
study/           the study as it was run, and what it has read of files
{file}        the result, with the study inside it; {json} are its numbers
digests.txt      sha256 of every file here: sha256sum -c digests.txt

    pip install mcsus=={mcsus}
    mcsus verify evidence.zip

runs the study again from the result and compares every number. It needs nothing else.
"""


def write_audit(
    result: Result,
    folder: str | os.PathLike[str],
    files: Mapping[str, bytes] | None = None,
) -> Path:
    """Write the claim card, its appendix and the evidence bundle into a folder.

    Nothing in them depends on when or where they are written.

    Parameters
    ----------
    result : Result
        Of a run, or loaded from its folder.
    folder : str or path
        Made if it does not exist.
    files : mapping of str to bytes, optional
        The file of the study, and those that it has read, as they are, by their names.

    Returns
    -------
    Path
        The card.
    """
    target = Path(folder)
    result.save(target)
    made = _made(result)
    saved = {name: (target / name).read_bytes() for name in (FILE, JSON_FILE)}
    study = _study(result.provenance["document"], files or {})
    packed = {**made, **study, **saved}
    (target / "appendix").mkdir(exist_ok=True)
    for name, content in {**made, EVIDENCE: bundle(packed)}.items():
        with replacing(target / name) as temporary:
            temporary.write_bytes(content)
    return target / PAGE


def verify_audit(
    path: str | os.PathLike[str], progress: Callable[[str, int, int], None] | None = None
) -> Outcome:
    """Run again what an evidence bundle holds; its card and appendix must be those of its result.

    Parameters
    ----------
    path : path
        The zip.

    Raises
    ------
    InputError
        If it is no bundle, or a file in it was changed since it was packed.
    """
    with unpacked(Path(path)) as folder:
        outcome = verify(folder, progress, files=folder / "study")
        made = _made(load_result(folder))
        other = [name for name, content in made.items() if not _is_same(folder / name, content)]
    if not other:
        return outcome
    told = f"Not what the result says: {', '.join(other)}."
    return Outcome(agrees=False, message=f"{outcome.message}\n{told}")


def _made(result: Result) -> dict[str, bytes]:
    """Return the files that follow from a result, by name."""
    card, tables = claim_card(result), appendix(result)
    about = {"file": FILE, "json": JSON_FILE, "page": PAGE, "card": CARD, "book": BOOK}
    texts = {
        "README.txt": _README.format(**about, mcsus=card["reproduce"]["mcsus"]),
        PAGE: card_page(card),
        CARD: json.dumps(card, indent=1, ensure_ascii=False) + "\n",
    }
    texts |= {f"appendix/{name}.csv": csv_text(rows) for name, rows in tables.items()}
    return {**{name: text.encode() for name, text in texts.items()}, BOOK: workbook(tables)}


def _is_same(path: Path, content: bytes) -> bool:
    """Tell whether a file is what it should be; a workbook by what its cells hold."""
    if not path.is_file():
        return False
    found = path.read_bytes()
    return same_workbook(found, content) if path.name == BOOK else found == content


def card_page(card: Card) -> str:
    """Return the card as a page that prints on one sheet of A4."""
    template, command = environment().get_template("card.html.j2"), card["reproduce"]["command"]

    def made(size: str, room: float) -> str:
        def cut(text: str, most: int) -> str:
            return short(text, int(most * room))

        about = {"short": cut, "listing": listing, "verdict_words": VERDICTS}
        text = template.render(card=card, command=shlex.join(command), size=size, **about)
        return "\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n"

    page = ""
    for size, room, most in _SIZES:
        page = made(size, room)
        if len(_TAG.sub("", page.partition("<body")[2])) <= most:
            break
    return page


def card_text(card: Card) -> str:
    """Return the card for a terminal."""
    lines = [f"Claim card: {card['title']}"]  # of a variant, it says what is held
    if claim := card["claim"]:
        holder = f" (claimed by: {card['holder']})" if card["holder"] else ""
        lines += [f"“{claim['statement']}”{holder}"]
        lines.append(f"Tested: {claim['tested']}")
        lines += [f"{VERDICTS[claim['verdict']].upper()}  {claim['text']}"]
    lines += [f"  {sentence}" for sentence in card["summary"]]
    lines += [f"{own['what']}: {own['text']}" for own in card["amounts"]]
    lines += card["credits"]
    decides = ", ".join(f"{own['words']} {own['index']:.2f}" for own in card["decides"])
    told = {
        "What decides": f"{decides} ({card['decides_by']})"
        if decides
        else "no indices in this run",
    }
    if card["claim"]:
        told["What would turn it"] = "; ".join(card["would_turn_it"])
        told["How robust"] = "; ".join(card["robust"])
        told["What to measure"] = "; ".join(card["to_measure"])
    told["Rests on"] = _counts(card["rests_on"])
    lines += [f"{what}: {text}" for what, text in told.items()]
    if card["case"]:
        lines.append(f"What would turn it, how robust and what to measure are of {card['case']}")
    for own in card["other_claims"]:
        lines.append(
            f"{VERDICTS[own['verdict']]}: “{own['statement']}” ({own['tested']}) {own['text']}"
        )
    signed = [f"{row['what'].lower()} {row['text']}" for row in card["signed"]]
    lines += [f"Signed: {'; '.join(signed)}"] if signed else []
    lines += [f"Not stated: {listing(card['not_stated'])}"] if card["not_stated"] else []
    return "\n".join(lines)


def short(text: str, most: int) -> str:
    """Return a text cut at a word, so that a card stays one page.

    Examples
    --------
    >>> short("a long sentence", 10), short("short", 10)
    ('a long …', 'short')
    """
    if len(text) <= most:
        return text
    cut = text[: most - 1].rpartition(" ")[0] or text[: most - 2]
    return f"{cut.rstrip(' ,;:.')} …"


def _counts(resting: Mapping[str, Any]) -> str:
    counts = ", ".join(f"{kind} {amount}" for kind, amount in resting["counts"].items() if amount)
    return f"{counts}. {resting['text']}"


def _study(document: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the study as it was run, with the files that it has read, or the columns of these."""
    made = {"study/study.json": (json.dumps(document, indent=1) + "\n").encode()}
    made |= {f"study/{name}": content for name, content in files.items()}
    for each in files_of(document):
        if each["file"] not in files:
            columns = document["files"][each["file"]]["columns"]
            stream = io.StringIO()
            rows = [columns, *zip(*columns.values(), strict=True)]
            csv.writer(stream, lineterminator="\n").writerows(rows)
            made[f"study/{each['file']}.columns.csv"] = stream.getvalue().encode()
    return made
