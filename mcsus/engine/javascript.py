"""From a program to JavaScript: what a live report evaluates in a browser, without a server.

Each step is a function that loops over its cells around a loop over draws, as in
`mcsus.engine.codegen`, on typed arrays: ``c`` one number for each cell of a constant, ``x`` the
draws of each cell of an input, ``q`` the inputs of each individual, ``w`` the rows of the steps for
one block of draws. Nothing in the text comes from a study but numbers, so that no name of a study
can be read as code. What a formula calls is told by the rows of `mcsus.expressions.language`;
``model.js`` beside this module runs the steps.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mcsus.engine.lowering import Program, Step
from mcsus.engine.planning import needed
from mcsus.errors import Fault, InputError
from mcsus.expressions import FUNCTIONS, REDUCTIONS, Function, language, nodes
from mcsus.expressions.nodes import Expression

_OPERATORS = {"==": "===", "!=": "!==", "and": "&&", "or": "||"}
_HEAD = "function (c, x, q, w, all, block, first, n, person)"
_PARTS = ("before", "begin", "each", "end", "after")

Places = Mapping[str, str]
"""Dim -> where along it a quantity is read: a name or a number of JavaScript."""


@dataclass(frozen=True)
class Script:
    """A program as JavaScript.

    Attributes
    ----------
    text : str
        Defines ``MODEL``.
    place : dict of str to tuple of str and int
        For every quantity that is read or kept, the array that holds it and its first row.
    work : int
        How many rows are filled for one draw, each as often as there are individuals in it.
    """

    text: str
    place: dict[str, tuple[str, int]]
    work: int


def script(
    program: Program,
    wanted: Sequence[str],
    constant: Collection[str] = (),
    individual: Collection[str] = (),
) -> Script:
    """Write a program as JavaScript.

    Parameters
    ----------
    wanted : sequence of str
        Quantities that are asked for; what none of them depends on is left out.
    constant, individual : collection of str
        Parameters that have one value in all draws, and those that differ between individuals.

    Raises
    ------
    InputError
        If a formula calls a function that has no JavaScript.

    Examples
    --------
    >>> from mcsus.engine.lowering import lower
    >>> from mcsus.expressions import parse
    >>> from mcsus.model import Equation, Model
    >>> from mcsus.units import unit
    >>> model = Model([Equation("y", unit("1"), parse("2*year"))], {}, {"year": (2024, 2025)})
    >>> made = script(lower(model), ["y"])
    >>> "w[t + j] = (2.0 * v0);" in made.text, made.place["y"]
    (True, ('w', 0))
    """
    return _Writer(program, wanted, constant, individual).written()


def prelude() -> str:
    """Return the JavaScript that a script needs: functions of the language, and what runs it."""
    files = Path(language.__file__).with_name("functions.js"), Path(__file__).with_name("model.js")
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


class _Writer:
    """Writes the steps of a program that are needed, a function each."""

    def __init__(
        self,
        program: Program,
        wanted: Sequence[str],
        constant: Collection[str],
        individual: Collection[str],
    ) -> None:
        self.program = program
        flags = needed(program, wanted)
        self.steps = [k for k in range(len(program.steps)) if flags[k]]
        read = {name for k in self.steps for name in program.steps[k].inputs} | {*wanted}
        arrays = dict.fromkeys(constant, "c") | dict.fromkeys(individual, "q")
        self.place: dict[str, tuple[str, int]] = {}
        self.rows = dict.fromkeys("cxqw", 0)
        for name in filter(read.__contains__, program.quantities):
            array = arrays.get(name, "x") if name in program.parameters else "w"
            self.place[name] = array, self.rows[array]
            self.rows[array] += program.cells(name)
        self.labels = {dim: f"y{k}" for k, dim in enumerate(program.coordinates)}
        self.reads: dict[str, str] = {}  # of the loop that is written: what -> what it is called

    def written(self) -> Script:
        """Return the functions in the order in which the kernel runs them."""
        program = self.program
        parts: dict[str, list[str]] = {part: [] for part in _PARTS}

        def add(part: str, step: Step, *lines: str) -> None:
            body = self.cells(step.dims, lines)
            parts[part].append(f"// {len(parts[part])}\n{_HEAD} {{\n{body}}},\n")

        for k in self.steps:
            step = program.steps[k]
            if k in program.folded:
                add("begin", step, self.begun(step))
                add("each", step, self.continued(step))
                add("end", step, self.ended(step))
            else:
                late = "after" if k in program.late else "before"
                add("each" if program.inside[k] else late, step, *self.filled(step))
        people = program.sizes[program.inner] if program.inner and parts["each"] else 0
        labels = [f"const {y} = {[*program.coordinates[d]]};\n" for d, y in self.labels.items()]
        rows = ", ".join(f"{array}: {count}" for array, count in self.rows.items())
        steps = "".join(f"{part}: [\n{''.join(own)}],\n" for part, own in parts.items())
        text = (
            f"{''.join(labels)}const MODEL = {{\nrows: {{ {rows} }},\npeople: {people},\n{steps}}};"
        )
        return Script(text, self.place, sum(self.work(k, people) for k in self.steps))

    def work(self, number: int, people: int) -> int:
        """Return how many rows a step fills for one draw."""
        step, count = (
            self.program.steps[number],
            self.program.cells(self.program.steps[number].target),
        )
        if step.reduce is not None and step.reduce[1] != self.program.inner:
            count *= self.program.sizes[step.reduce[1]]
        return count * (people if self.program.inside[number] else 1)

    # What a step writes to each of its cells

    def filled(self, step: Step) -> tuple[str, ...]:
        if step.reduce is None:
            return (self.draws(step, "=", lambda: self.value(step.expression, self.own(step))),)
        inner = self.cells((step.reduce[1],), [self.continued(step)])
        return self.begun(step), inner, self.ended(step)

    def begun(self, step: Step) -> str:
        return self.draws(step, "=", lambda: repr(REDUCTIONS[_kind(step)].start))

    def continued(self, step: Step) -> str:
        sign = f"{REDUCTIONS[_kind(step)].operator}="
        return self.draws(step, sign, lambda: self.value(step.expression, self.own(step)))

    def ended(self, step: Step) -> str:
        if not REDUCTIONS[_kind(step)].divides or step.reduce is None:
            return ""
        size = self.program.sizes[step.reduce[1]]
        return self.draws(step, "/=", lambda: repr(float(size)))

    # Loops

    def cells(self, dims: Sequence[str], lines: Sequence[str]) -> str:
        """Return lines within a loop over the labels of each dim."""
        text = "".join(lines)
        for dim in reversed(dims):
            i = self.index(dim)
            text = f"for (let {i} = 0; {i} < {self.program.sizes[dim]}; {i}++) {{\n{text}}}\n"
        return text

    def draws(self, step: Step, sign: str, value: Callable[[], str]) -> str:
        """Return the loop over draws that writes the cell; what it reads is looked up before."""
        self.reads = {}
        row = self.row(self.place[step.target][1], step.dims, self.own(step))
        told = value()
        reads = "".join(f"const {name} = {what};\n" for what, name in self.reads.items())
        loop = f"for (let j = 0; j < n; j++) w[t + j] {sign} {told};\n"
        return f"{{\nconst t = {row} * block;\n{reads}{loop}}}\n"

    def own(self, step: Step) -> Places:
        """Return the place of the cell that is written, and of what it is folded over."""
        over = () if step.reduce is None else (step.reduce[1],)
        return {dim: self.index(dim) for dim in (*step.dims, *over)}

    def index(self, dim: str) -> str:
        return f"i{list(self.program.sizes).index(dim)}"

    def row(self, first: int, dims: Sequence[str], places: Places) -> str:
        """Return the row of a cell of a quantity that carries `dims`."""
        stride, terms = 1, [str(first)]
        for dim in reversed(dims):
            terms.append(f"{stride} * {places[dim]}")
            stride *= self.program.sizes[dim]
        return f"({' + '.join(terms)})"

    def called(self, what: str, kind: str) -> str:
        """Return what something that is looked up before the loop is called in it."""
        return self.reads.setdefault(what, f"{kind}{len(self.reads)}")

    def name(self, name: str, places: Places) -> str:
        """Return what reads a quantity, or the label of a numeric dim, in the loop over draws."""
        if name in self.labels:
            return self.called(f"{self.labels[name]}[{places[name]}]", "v")
        array, first = self.place[name]
        row = self.row(first, self.program.dims[name], places)
        if array == "c":
            return self.called(f"c[{row}]", "v")
        if array == "q":
            return self.called(f"q[person + {row}]", "v")
        start = f"{row} * all + first" if array == "x" else f"{row} * block"
        return f"{array}[{self.called(start, 'r')} + j]"

    # Formulas

    def value(self, node: Expression, places: Places) -> str:
        """Return a formula, read at some places, with all its parentheses."""
        match node:
            case nodes.Number(number):
                return repr(float(number)) if number >= 0 else f"({float(number)!r})"
            case nodes.Name(name):
                return self.name(name, places)
            case nodes.Negate(arg):
                return f"(-{self.value(arg, places)})"
            case nodes.At(arg, dim, source):
                return self.value(arg, {**places, dim: places[source]})
            case nodes.AtLabel(arg, dim, place):
                return self.value(arg, {**places, dim: str(int(place))})
            case nodes.Binary("**", base, power):
                return f"Math.pow({self.value(base, places)}, {self.value(power, places)})"
            case nodes.Binary():
                return self.chain(node, places)
            case nodes.Compare(op, left, right) | nodes.Logical(op, left, right):
                sign = _OPERATORS.get(op, op)
                return f"({self.value(left, places)} {sign} {self.value(right, places)})"
            case nodes.Call(function, args):
                return self.call(FUNCTIONS[function], [self.value(arg, places) for arg in args])
        raise TypeError(node)

    def chain(self, node: Expression, places: Places) -> str:
        """Return operations from the left; a long sum is not a deep recursion here."""
        waiting = []
        while isinstance(node, nodes.Binary) and node.op != "**":
            waiting.append((node.op, node.right))
            node = node.left
        text = self.value(node, places)
        for op, right in reversed(waiting):
            text = f"({text} {op} {self.value(right, places)})"
        return text

    def call(self, row: Function, args: Sequence[str]) -> str:
        """Return a call of a function of the language; one that takes more is folded."""
        if not row.javascript:
            allowed = "functions that have JavaScript, for a live report"
            raise InputError(Fault(f"{row.name!r}", allowed, ("equations",)))
        if "{" in row.javascript:
            return row.javascript.format(*args)
        if not row.more:
            return f"{row.javascript}({', '.join(args)})"
        text = args[0]
        for arg in args[1:]:
            text = f"{row.javascript}({text}, {arg})"
        return text


def _kind(step: Step) -> str:
    return "" if step.reduce is None else step.reduce[0]
