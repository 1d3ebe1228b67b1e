"""Why a gradient is wrong though every operation is right: what the graph does not show."""

from __future__ import annotations

from collections.abc import Mapping

from autograd import context
from autograd._format import one_line
from autograd.testing.finite.estimate import first_step
from autograd.testing.gradcheck.subject import Recording, Subject
from autograd.value import Value


def origins_of(subject: Subject, made: Recording) -> dict[Value, tuple[str, int]]:
    """The source lines that recorded the nodes, from one more run that looks for them."""
    try:
        with context.anomaly():
            again = subject.record(subject.point)
    except ArithmeticError:  # a sweep that is not finite
        return {}
    if len(again.order) != len(made.order):
        return {}
    pairs = zip(made.order, again.order, strict=True)
    return {node: other.origin for node, other in pairs if other.origin is not None}


def hidden_reason(subject: Subject, made: Recording, i: int, names: Mapping[Value, str]) -> str:
    """How f depends on input i in a way that the graph does not show."""
    x, name = subject.point[i], subject.names[i]
    step = 2.0**-10 * first_step(x)
    moved = subject.recorded_at([*subject.point[:i], x + step, *subject.point[i + 1 :]])
    if moved is None or [node.op for node in moved.order] != [node.op for node in made.order]:
        return f"every operation on the way is right; f does other operations when {name} moves: does an `if` depend on it?"
    inputs = {*made.inputs, *moved.inputs}
    for node, other in zip(made.order, moved.order, strict=True):
        if node.op is None and node not in inputs and node.data != other.data:
            return _plain(f"{one_line(names[node])} is a leaf", node.data, other.data, name)
        for k, (arg, new) in enumerate(zip(node.args, other.args, strict=True)):
            if type(arg) is float and type(new) is float and arg != new and node.op is not None:
                return _plain(f"argument {k + 1} of {node.op.name} ({one_line(names[node])}) is a plain number", arg, new, name)
    return "every operation on the way is right: f depends on the input in a way that its graph does not show"


def _plain(what: str, before: float, after: float, name: str) -> str:
    return (
        f"every operation on the way is right, but {what} that changes with {name}, from {before:.6g} to {after:.6g}: "
        "a Value was used as a plain number (.data, detach, no_grad)"
    )
