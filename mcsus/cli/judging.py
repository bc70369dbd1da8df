"""Claims for continuous integration: verdicts, as JUnit XML, and beside the lines of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mcsus.cli.folders import writable
from mcsus.cli.printing import printable, say
from mcsus.errors import Fault, InputError, nearest
from mcsus.vocabulary import Verdict

if TYPE_CHECKING:
    from mcsus.result.tree import Result
    from mcsus.study import Study


@dataclass(frozen=True)
class Judged:
    """What is said of a claim at its labels.

    Parameters
    ----------
    name, text : str
        Its id with its labels, and its statement with verdict and probability.
    file, line : str and int, or None
        Where it is written, if in a file of the user.
    """

    name: str
    text: str
    verdict: Verdict
    required: bool
    file: str | None
    line: int | None

    @property
    def fails(self) -> bool:
        """Whether it has to hold and does not."""
        return self.required and self.verdict != Verdict.SUPPORTED


@dataclass(frozen=True)
class Verdicts:
    """Where verdicts are told of beside what a run prints.

    Parameters
    ----------
    junit : Path, optional
        File for JUnit XML.
    annotate : str, optional
        Name of a format of `FORMATS`.
    """

    junit: Path | None = None
    annotate: str | None = None

    def __post_init__(self) -> None:
        if self.junit is not None:
            writable(self.junit.parent, "--junit")
        if self.annotate is not None and self.annotate not in FORMATS:
            found, known = repr(self.annotate), ", ".join(FORMATS)
            close = nearest(self.annotate, FORMATS)
            raise InputError(Fault(found, known, ("--annotate",), close))

    def tell(self, result: Result, study: str | None, *, err: bool = False) -> None:
        """Write and print the verdicts of a result, of a study as it was named."""
        if self.junit is None and self.annotate is None:
            return
        found = judged(result, study)
        if self.junit is not None:
            write_junit(found, str(result.provenance["study"]["id"]), self.junit)
        if self.annotate is not None:
            for line in annotated(found, FORMATS[self.annotate]):
                say(line, err=err)


def judge(study: Study, threads: int | None) -> Result:
    """Return the result of a study that is drawn and judged, and of which nothing is analysed.

    Raises
    ------
    InputError
        If it makes no claims.
    """
    from mcsus.runner import Run, Settings  # noqa: PLC0415

    if not study.claims:
        raise InputError(Fault(f"no claims in {study.id!r}", "[[claims]]", ("--claims-only",)))
    [result] = Run(study, Settings(threads=threads, analyses=())).results()
    return result


def say_claims(result: Result) -> None:
    """Print a sentence on each claim."""
    from mcsus.result.columns import terminal_width, wrapped  # noqa: PLC0415
    from mcsus.result.reading import ResultReading  # noqa: PLC0415 - xarray
    from mcsus.result.verdicts import verdicts  # noqa: PLC0415 - the same

    for own in verdicts(ResultReading(result)):
        must = " (required)" if own["required"] else ""
        say(wrapped(f"{own['statement']}{must}: {own['text']}", terminal_width(), "  ", "- "))


def judged(result: Result, study: str | None) -> list[Judged]:
    """Return what is said of each claim at each of its labels."""
    from mcsus.declared.lines import line_of  # noqa: PLC0415
    from mcsus.result.wording import label_text, probability  # noqa: PLC0415

    file = study if study is not None and Path(study).is_file() else None
    source = "" if file is None else Path(file).read_text("utf-8", "replace")
    asked = {name: data.attrs for name, data in result.datasets("claims").items()}
    found = []
    for name, document in result.to_dict(timing=False)["claims"].items():
        line = line_of(source, ("", "claims", name)) if file else None
        about = asked[name]
        for cell in document["cells"]:
            verdict, chance = Verdict(cell["verdict"]), probability(cell["probability"]["value"])
            text = (
                f"{about['statement']}: {verdict.words}, probability {chance} "
                f"(asked for: {float(about['confidence']):g})"
            )
            named, must = label_text(name, cell["labels"]), bool(about["required"])
            found.append(Judged(named, text, verdict, must, file, line))
    return found


def write_junit(claims: list[Judged], study: str, file: Path) -> None:
    """Write verdicts as JUnit XML: a failure where a required claim does not hold."""
    from xml.etree import ElementTree  # noqa: PLC0415 - only where it is asked for

    from mcsus.result.atomic import replacing  # noqa: PLC0415

    open_ = [own for own in claims if own.verdict != Verdict.SUPPORTED]
    failed = sum(own.fails for own in claims)
    counts = {"tests": len(claims), "failures": failed, "skipped": len(open_) - failed, "errors": 0}
    suites = ElementTree.Element("testsuites")
    attributes = {"name": study, **{key: str(own) for key, own in counts.items()}}
    suite = ElementTree.SubElement(suites, "testsuite", attributes)
    for own in claims:
        about = {"classname": f"{study}.claims", "name": printable(own.name)}
        if own.file is not None:
            about |= {"file": own.file} | ({"line": str(own.line)} if own.line else {})
        test = ElementTree.SubElement(suite, "testcase", about)
        if own in open_:
            kind, told = ("failure", "") if own.fails else ("skipped", "not required: ")
            ElementTree.SubElement(test, kind, message=f"{told}{printable(own.text)}")
    ElementTree.indent(suites)
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing(file) as temporary:
        ElementTree.ElementTree(suites).write(temporary, encoding="utf-8", xml_declaration=True)


Told = Callable[[str, str | None, int | None], str]
"""How a fault is told: from what is said, the file and the line."""


def _github(text: str, file: str | None, line: int | None) -> str:
    place = f" file={_escaped(file, ':,')}" if file else ""
    return f"::error{place}{f',line={line}' if file and line else ''}::{_escaped(text)}"


def _azure(text: str, file: str | None, line: int | None) -> str:
    place = f"sourcepath={_escaped(file, ';]')};" if file else ""
    place += f"linenumber={line};" if file and line else ""
    return f"##vso[task.logissue type=error;{place}]{_escaped(text)}"


def _gcc(text: str, file: str | None, line: int | None) -> str:
    return f"{file or 'mcsus'}:{f'{line}:' if line else ''} error: {text}"


FORMATS: dict[str, Told] = {"github": _github, "azure": _azure, "gcc": _gcc}
"""How what fails is printed, so that who shows a log shows it beside its line."""


def _escaped(text: str | None, further: str = "") -> str:
    """Return a text without the signs that end a command: as percent and code."""
    signs = f"%\r\n{further}"
    return "".join(f"%{ord(own):02X}" if own in signs else own for own in text or "")


def annotated(claims: list[Judged], told: Told) -> Iterator[str]:
    """Yield a line for each required claim that does not hold."""
    for own in claims:
        if own.fails:
            yield told(f"{own.name}: {own.text}", own.file, own.line)
