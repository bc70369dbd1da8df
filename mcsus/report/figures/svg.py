"""A drawing as SVG to stand inside a page: rounded, anonymous, and the same on every machine."""

import html
import io
import re
import warnings

from matplotlib.figure import Figure as Canvas

_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_GEOMETRY = re.compile(
    r"""(?<=[\s])(d|points|x|y|x1|x2|y1|y2|width|height|cx|cy|r|transform|viewBox)="([^"]*)\""""
)
_REFERENCE = re.compile(r"""(?:url\(#|href="#)([^")]+)""")
_IDENTITY = re.compile(r"""\sid="([^"]*)\"""")
_FAMILY = re.compile(r"font-family:[^;\"]*;?")
_STYLE_SHEET = re.compile(r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>", re.DOTALL)
_STILL = re.compile(r' transform="rotate\(-?0 [^"]*"')


def inline_svg(figure: Canvas, prefix: str, description: str) -> str:
    """Return a drawing as an ``<svg>`` element.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    prefix : str
        Begins the ids of the drawing, which must be unique in a page.
    description : str
        What the drawing shows, for those who do not see it.
    """
    stream = io.StringIO()
    about = {"Date": None, "Creator": None}
    with warnings.catch_warnings():  # signs that our font lacks are drawn by the reader's
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure.savefig(stream, format="svg", metadata=about, transparent=True)
    text = stream.getvalue()
    body = text[text.index("<svg") :]
    body = body[body.index(">") + 1 : body.rindex("</svg>")]
    body = re.sub(r">[^<]+", lambda m: _guarded(m.group()), body)
    body = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", body, flags=re.DOTALL)
    body = _STYLE_SHEET.sub("", body)  # it would hold for the whole page
    body = _STILL.sub("", body)
    body = body.replace('xlink:href="', 'href="')
    body = _GEOMETRY.sub(lambda m: f'{m.group(1)}="{_rounded(m.group(2))}"', body)
    body = re.sub(r'style="([^"]*)"', lambda m: f'style="{_styled(m.group(1))}"', body)
    body = _renamed(body, prefix)
    body = _emptied(re.sub(r"\s*\n\s*", "\n", body).strip())
    width, height = (72 * float(inch) for inch in figure.get_size_inches())
    head = (
        f'<svg viewBox="0 0 {width:.4g} {height:.4g}" role="img" '
        f'aria-label="{html.escape(description)}" style="--natural:{width:.4g}px">'
    )
    return f"{head}\n{body}\n</svg>"


def _guarded(text: str) -> str:
    """Return text between tags so that nothing in it can be taken for an attribute."""
    return text.replace('"', "&quot;").replace("(#", "(&#35;")


def _rounded(text: str) -> str:
    """Round every number to two decimals, so that a difference in the last bits does not show."""
    text = _NUMBER.sub(
        lambda m: f"{round(float(m.group()), 2) + 0.0:.2f}".rstrip("0").rstrip("."), text
    )
    return " ".join(text.split())


def _styled(text: str) -> str:
    """Leave colours and lines; the page sets the family of the type."""
    return _rounded(_FAMILY.sub("", text)).replace("; ", ";").replace(": ", ":")


def _renamed(body: str, prefix: str) -> str:
    """Number the ids that are referred to; drop the others, which hash unrounded paths."""
    wanted: dict[str, str] = {}
    for reference in _REFERENCE.findall(body):
        wanted.setdefault(reference, f"{prefix}-{len(wanted)}")
    body = _IDENTITY.sub(
        lambda m: f' id="{wanted[m.group(1)]}"' if m.group(1) in wanted else "", body
    )
    return _REFERENCE.sub(lambda m: m.group().replace(m.group(1), wanted[m.group(1)]), body)


def _emptied(body: str) -> str:
    """Drop groups that hold nothing, and name no group that needs no name."""
    before = ""
    while before != body:
        before, body = body, re.sub(r"<g>\s*</g>\s*", "", body)
    return body


def standalone(svg: str) -> str:
    """Return an inline drawing as a file of its own: named space, size, white ground."""
    opening, rest = svg.split(">", 1)
    width, height = opening.split('viewBox="0 0 ')[1].split('"')[0].split()
    size = f'xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
    size += ' font-family="Helvetica, Arial, sans-serif"'
    ground = f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    return f"{opening.replace('<svg', f'<svg {size}', 1)}>{ground}{rest}"
