"""The error for a wrong gradient: the derivative, the ops at fault or why none is, and a small tree."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from autograd import context
from autograd._format import one_line
from autograd._frames import place
from autograd.diagnosis.kinks import arguments_text
from autograd.graph import Graph
from autograd.names import spelled
from autograd.sweeps import depending_on
from autograd.testing.finite_differences import first_step
from autograd.testing.gradcheck.op_checks import Partial
from autograd.testing.gradcheck.report import Checked
from autograd.testing.gradcheck.slopes import SlopeRange
from autograd.testing.gradcheck.smooth_pieces import ends_of, is_entire
from autograd.testing.gradcheck.tested_function import FunctionUnderTest, Recording
from autograd.value import Value, op_of, operands

if TYPE_CHECKING:
    from autograd.viz.drawing import Drawing

MAX_LINES = 10
MAX_WRONG = 3


class GradientError(AssertionError):
    """A gradient disagrees with finite differences.

    `check` is the derivative that failed, with both numbers and the error estimate (None if all pass, but an op is
    wrong); `wrong` lists the partials of single ops that are wrong; `drawing` is the graph.

    >>> from autograd import custom_op
    >>> from autograd.testing import gradcheck
    >>> square = custom_op(lambda x: x * x, partials=lambda z, x: x, name="square")  # 2x is right
    >>> try:
    ...     gradcheck(square, (3.0,))
    ... except GradientError as error:
    ...     print(error.check.analytic, error.wrong[0].node.op.name)
    3.0 square
    """

    def __init__(
        self, message: str, check: Checked | None, wrong: Sequence[Partial], root: Value, names: Mapping[Value, str]
    ) -> None:
        super().__init__(message)
        self.check = check
        self.wrong = tuple(wrong)
        self._root, self._names = root, names

    @cached_property
    def drawing(self) -> Drawing:
        """The graph at the point of failure, with the wrong ops marked."""
        return self.draw()

    def draw(self, narrow: bool = False) -> Drawing:
        """Draw the graph with the wrong ops marked; `narrow` is as in `draw_dot`."""
        from autograd.viz.diagram import Quantities
        from autograd.viz.drawing import draw_graph
        from autograd.viz.style import Options

        graph, names = Graph(self._root), spelled(self._names)
        marks = {partial.node: f"{names[partial.node]}: WRONG partial for {_argument(partial, names)}" for partial in self.wrong}
        quantities = Quantities(grad=lambda node: graph.adjoints.get(node, 0.0), framed=marks)
        options = Options(direction="TB" if narrow else "LR", narrow=narrow, turns=True)
        return draw_graph(graph, options, quantities, names={**names, **marks})


def gradient_error(
    function: FunctionUnderTest, made: Recording, wrong: Sequence[Partial], check: Checked | None = None, i: int = 0, k: int = 0
) -> GradientError:
    """The error for wrong ops, and for the derivative of output k by input i if `check` is given."""
    names = made.graph.names | dict(zip(made.inputs, function.names, strict=True))
    if check is None:
        problem = "an op has a wrong partial; its effect on the whole gradient is below the error of finite differences"
    else:
        problem = (
            f"the gradient of {check.output} with respect to {check.input} at {check.point!r} is wrong: got {check.analytic!r}, "
            f"finite differences give {check.differences}{_relative(check.analytic, check.differences)}"
        )
    lines, origins = [f"{function.caller}: {problem}"], _origins(function, made)
    lines += [_at_fault(partial, names, origins.get(partial.node)) for partial in wrong[:MAX_WRONG]]
    if len(wrong) > MAX_WRONG:
        lines.append(f"… and {len(wrong) - MAX_WRONG} more partials are wrong")
    if check is not None and not math.isfinite(check.analytic):
        lines.append("the sweep met 0 times infinity or an overflow: run backward() inside autograd.anomaly() to see where")
    elif check is not None and not wrong:
        lines.append(_hidden_reason(function, made, i, names))
    root = made.outputs[k] if type(made.outputs[k]) is Value else made.inputs[i]
    lines += _tree(wrong[0].node if wrong else root, names)
    return GradientError("\n".join(lines), check, wrong, root, names)


def _relative(got: float, slopes: SlopeRange) -> str:
    if not slopes.is_one or not slopes.low or not math.isfinite(got) or math.isinf(slopes.low):
        return ""
    return f" (relative error {abs(got / slopes.low - 1.0):.2g})"


def _at_fault(partial: Partial, names: Mapping[Value, str], origin: tuple[str, int] | None) -> str:
    node, slopes = partial.node, partial.differences
    right = (
        f"at this kink it is {slopes.low!r} by convention" if partial.stated else f"finite differences of the op give {slopes}"
    )
    where = "" if origin is None else f", recorded at {place(origin)}"
    call = f"{op_of(node).name}{arguments_text(operands(node))}"
    return (
        f"the partial of {call} with respect to {_argument(partial, names)} is wrong: got {partial.claimed!r}, {right}"
        f"{_relative(partial.claimed, slopes)}{where}; node {one_line(names[node])}"
    )


def _argument(partial: Partial, names: Mapping[Value, str]) -> str:
    """The name of the argument, with its position if the op takes it twice."""
    args = partial.node.args
    arg = args[partial.position]
    name = one_line(names[arg]) if type(arg) is Value else repr(arg)
    return name if sum(other is arg for other in args) == 1 else f"argument {partial.position + 1}, {name},"


def _tree(root: Value, names: Mapping[Value, str]) -> list[str]:
    """The first lines of the text tree below `root`."""
    from autograd.viz.drawing import text_tree

    lines = text_tree([root], lambda node: names.get(node, "v"))
    return ["", *lines[:MAX_LINES], *(["…"] if len(lines) > MAX_LINES else [])]


def _origins(function: FunctionUnderTest, made: Recording) -> dict[Value, tuple[str, int]]:
    """The source lines that recorded the nodes, found by running f once more."""
    try:
        with context.anomaly():
            again = function.record(function.point)
    except ArithmeticError:  # from a sweep that is not finite
        return {}
    if len(again.graph) != len(made.graph):
        return {}
    pairs = zip(made.graph, again.graph, strict=True)
    return {node: other.origin for node, other in pairs if other.origin is not None}


def _hidden_reason(function: FunctionUnderTest, made: Recording, i: int, names: Mapping[Value, str]) -> str:
    """Explain how f depends on input i in a way that the graph does not show."""
    x, name = function.point[i], function.names[i]
    step = 2.0**-10 * first_step(x)
    with function.recorded_at([*function.point[:i], x + step, *function.point[i + 1 :]]) as moved:
        if moved is None or [node.op for node in moved.graph] != [node.op for node in made.graph]:
            return f"every op along the way is right, but f runs different ops when {name} changes: does an `if` depend on it?"
        inputs = {*made.inputs, *moved.inputs}
        for node, other in zip(made.graph, moved.graph, strict=True):
            if node.op is None and node not in inputs and node.data != other.data:
                return _plain(f"{one_line(names[node])} is a leaf", node.data, other.data, name)
            for k, (arg, new) in enumerate(zip(node.args, other.args, strict=True)):
                if type(arg) is float and type(new) is float and arg != new and node.op is not None:
                    what = f"argument {k + 1} of {node.op.name} ({one_line(names[node])}) is a plain number"
                    return _plain(what, arg, new, name)
    depending = depending_on([made.inputs[i]], made.graph.nodes)
    for node in made.graph:
        if node not in depending or node.op is None or not node.op.built_in or is_entire(node):
            continue
        if any(operands(node)[position] == end for position, end in ends_of(node.op)):
            return (
                f"{node.op.name}{arguments_text(operands(node))} is at the end of its domain, where its partials are "
                "conventions, stated in docs/semantics.md: they need not give the slope of f"
            )
    return "every op along the way is right, but f depends on the input in a way its graph does not show"


def _plain(what: str, before: float, after: float, name: str) -> str:
    return (
        f"every op along the way is right, but {what} that changes with {name}, from {before:.6g} to {after:.6g}: "
        "a Value was used as a plain number (.data, detach, no_grad)"
    )
