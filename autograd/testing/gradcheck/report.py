"""What a check of gradients tells: a table if all is right, an error that names the operation if not."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from autograd._format import one_line
from autograd._frames import place
from autograd.diagnosis.kinks import arguments_text, numbers, table_text
from autograd.testing.gradcheck.beside import Kind
from autograd.testing.gradcheck.judge import Judged
from autograd.testing.gradcheck.partials import Partial
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.viz.drawing import Drawing

MOST_ROWS = 20
MOST_LINES = 10
MOST_WRONG = 3


class Checked(NamedTuple):
    """The derivative of one output by one input: as the graph gives it, and as finite differences give it.

    `slack` is how far rounding may have put off the graph's. `kind` is None unless the point is at a kink of some
    operation and the derivative is the one that docs/semantics.md states there; then it says whether f itself has a kink
    there, is smooth, or does not tell.
    """

    input: str
    output: str
    point: float
    analytic: float
    judged: Judged
    slack: float
    kind: Kind | None = None

    @property
    def allowed(self) -> bool:
        """Is the graph's derivative the one that finite differences give, as far as can be seen?"""
        return self.judged.allows(self.analytic, self.slack)

    @property
    def smooth(self) -> bool:
        """Are operations at their kinks, f is smooth there nevertheless, and the conventions do not give its slope?"""
        return self.kind is Kind.SMOOTH and not self.allowed

    @property
    def numeric(self) -> float:
        """What finite differences give: at a kink the middle of both sides, NaN if nothing can be seen."""
        return self.judged.value

    @property
    def error(self) -> float:
        """How far finite differences may be off, as they estimate it; infinite if nothing can be seen."""
        return self.judged.error

    @property
    def sensitivity(self) -> float:
        """The smallest relative error of the derivative that would have been caught; inf if none would, or if it is 0."""
        if not math.isfinite(self.analytic):
            return 0.0 if self.judged.low == self.judged.high == self.analytic else math.inf
        off = self.error + self.slack + 0.5 * abs(self.judged.high - self.judged.low)
        return abs(off / self.analytic) if self.analytic and not math.isnan(off) else math.inf


@dataclass(frozen=True, repr=False)
class GradcheckReport:
    """What was checked, and how sharply; shows as a table.

    It is true unless f is smooth at kinks of its operations, and the conventions there do not give its derivative
    (those checks are `smooth`); with `conventions="accept"` it is true nevertheless.

    `checks` are the derivatives. `partials` has, for every partial of a single operation that was checked besides, the
    smallest relative error that would have been caught. `skipped` is the number of inputs that are no floats, `frozen`
    that of inputs and parameters with `requires_grad=False`.
    """

    checks: tuple[Checked, ...]
    partials: tuple[float, ...]
    skipped: int
    frozen: int = 0
    conventions: str = "check"

    @property
    def sensitivity(self) -> float:
        """The smallest relative error that would have been caught in every derivative that is not 0."""
        return max((check.sensitivity for check in self.checks if check.analytic), default=0.0)

    def __bool__(self) -> bool:
        return self.conventions == "accept" or not any(check.smooth for check in self.checks)

    def __repr__(self) -> str:
        rows = [("input", "of", "gradient", "differences", "±", "caught from", "")]
        for check in self.checks[:MOST_ROWS]:
            caught = "" if math.isinf(check.sensitivity) else f"{check.sensitivity:.1e}"
            numbers = f"{check.analytic:.6g}", _judged_text(check.judged), f"{check.error:.1e}", caught
            rows.append((one_line(check.input), one_line(check.output), *numbers, _remark(check)))
        lines = table_text(rows)
        if len(self.checks) > MOST_ROWS:
            lines.append(f"… and {len(self.checks) - MOST_ROWS:,} more; in all an error from {self.sensitivity:.1e} is caught")
        unseen = sum(not check.judged.known for check in self.checks)
        if unseen:
            lines.append(
                f"{unseen} of {counted(len(self.checks), 'derivative')} could not be seen: differences tell nothing there"
            )
        lines += self.at_kinks()
        lines.append(self._about_partials())
        if self.skipped:
            lines.append(f"not checked, being no float: {counted(self.skipped, 'input')}")
        if self.frozen:
            lines.append(f"not checked, being frozen: {counted(self.frozen, 'Value')}")
        return "\n".join(lines)

    def at_kinks(self) -> list[str]:
        """Where the conventions do not give the derivative of a smooth function, and where that cannot be told."""
        smooth = [check for check in self.checks if check.smooth]
        lines = [
            f"{check.output} by {check.input} at {check.point!r}: the function is smooth here, and finite differences give "
            f"{check.judged}; the recorded convention gives {check.analytic!r}"
            for check in smooth[:MOST_WRONG]
        ]
        if len(smooth) > MOST_WRONG:
            lines.append(f"… and {len(smooth) - MOST_WRONG} more where the function is smooth")
        if smooth and not self:
            lines.append("so the report is false: pass conventions='accept' to accept what the conventions give")
        unclear = sum(check.kind is Kind.UNCLEAR for check in self.checks)
        if unclear:
            lines.append(
                f"{counted(unclear, 'derivative')} by convention, at kinks: finite differences are too coarse to tell "
                "whether the function is smooth there"
            )
        return lines

    def _about_partials(self) -> str:
        seen = [sensitivity for sensitivity in self.partials if sensitivity < 1.0]
        tiny = len(self.partials) - len(seen)
        caught = f": an error from {max(seen):.1e} is caught" if seen else ""
        return f"{counted(len(seen), 'partial')} of single operations{caught}" + (
            f"; {tiny} more next to nothing" if tiny else ""
        )


def counted(count: int, what: str) -> str:
    """So many of them.

    >>> counted(1, "partial"), counted(2, "partial")
    ('1 partial', '2 partials')
    """
    return f"{count} {what}{'' if count == 1 else 's'}"


def _judged_text(judged: Judged) -> str:
    if not judged.known:
        return "?"
    return f"{judged.low:.6g}" if judged.low == judged.high else f"{judged.low:.6g} to {judged.high:.6g}"


def _remark(check: Checked) -> str:
    if not check.judged.known:
        return "nothing can be seen here"
    if check.smooth:
        return "the function is smooth here"
    if check.kind is Kind.UNCLEAR:
        return "at a kink; too coarse to tell whether it is smooth"
    return "at a kink" if check.kind or check.judged.low != check.judged.high else ""


class GradientError(AssertionError):
    """A gradient is not the one that the values show.

    `check` is the derivative that failed, with both numbers and the error estimate (None if it is within the error, but
    an operation is wrong), `wrong` the operations whose own partials are wrong, `drawing` the graph.
    """

    def __init__(self, message: str, check: Checked | None, wrong: Sequence[Partial], graph: Graph) -> None:
        super().__init__(message)
        self.check = check
        self.wrong = tuple(wrong)
        self._graph = graph

    @cached_property
    def drawing(self) -> Drawing:
        """The graph at the point of the failure, the wrong operations marked."""
        from autograd.graph import Graph as Recorded
        from autograd.viz.diagram import Quantities
        from autograd.viz.drawing import draw_graph
        from autograd.viz.options import Options

        graph = self._graph
        marks = {
            partial.node: f"{graph.names[partial.node]}: WRONG partial by {_argument(partial, graph)}" for partial in self.wrong
        }
        quantities = Quantities(grad=lambda node: graph.bars.get(node, 0.0), framed=marks)
        return draw_graph(Recorded(graph.order[-1]), Options(), quantities, names={**graph.names, **marks})


class Graph(NamedTuple):
    """What is told of a graph: the nodes up to the output, their names, their gradients, and what lines recorded them."""

    order: Sequence[Value]
    names: Mapping[Value, str]
    bars: Mapping[Value, float]
    origins: Mapping[Value, tuple[str, int]]


def gradient_error(who: str, check: Checked | None, wrong: Sequence[Partial], reason: str, graph: Graph) -> GradientError:
    """The error with its message: the derivative, the operations at fault, and a small tree."""
    if check is None:
        lines = [f"{who}: an operation has a wrong partial; in the whole gradient it is below the error of finite differences"]
    else:
        lines = [
            f"{who}: the gradient of {check.output} by {check.input} at {check.point!r} is wrong: got {check.analytic!r}, "
            f"finite differences give {check.judged}{_relative(check.analytic, check.judged)}"
        ]
    lines += [_at_fault(partial, graph) for partial in wrong[:MOST_WRONG]]
    if len(wrong) > MOST_WRONG:
        lines.append(f"… and {len(wrong) - MOST_WRONG} more partials are wrong")
    lines += [reason] if reason else []
    lines += _tree(wrong[0].node if wrong else graph.order[-1], graph.names)
    return GradientError("\n".join(lines), check, wrong, graph)


def _relative(got: float, judged: Judged) -> str:
    if judged.low != judged.high or not judged.low or not math.isfinite(got) or math.isinf(judged.low):
        return ""
    return f" (off by {abs(got / judged.low - 1.0):.2g} of it)"


def _at_fault(partial: Partial, graph: Graph) -> str:
    node = partial.node
    assert node.op is not None
    right = (
        f"at this kink it is {partial.judged.low!r} by convention" if partial.stated else f"its own values give {partial.judged}"
    )
    origin = graph.origins.get(node)
    where = "" if origin is None else f", recorded at {place(origin)}"
    call = f"{node.op.name}{arguments_text(numbers(node))}"
    return (
        f"the partial of {call} by {_argument(partial, graph)} is wrong: got {partial.claimed!r}, {right}"
        f"{_relative(partial.claimed, partial.judged)}{where}; it is the node {one_line(graph.names[node])}"
    )


def _argument(partial: Partial, graph: Graph) -> str:
    """Its name, and its place if the operation has it twice."""
    args = partial.node.args
    arg = args[partial.position]
    name = one_line(graph.names[arg]) if type(arg) is Value else repr(arg)
    return name if sum(other is arg for other in args) == 1 else f"argument {partial.position + 1}, {name},"


def _tree(root: Value, names: Mapping[Value, str]) -> list[str]:
    """The first lines of the tree of what `root` was made from."""
    from autograd.viz.text_tree import text_tree

    lines = text_tree([root], names)
    return ["", *lines[:MOST_LINES], *(["…"] if len(lines) > MOST_LINES else [])]
