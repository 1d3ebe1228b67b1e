"""Evaluate a recorded graph again, with other numbers in its leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograd.op import number
from autograd.value import Value, take_partials


def replay(order: Sequence[Value], given: Mapping[Value, float]) -> dict[Value, float]:
    """The number of every node of a topological order, computed again; the graph stays as it is.

    A leaf takes its number from `given`, else its current `data`. Every number is bit for bit what recording
    the program again would give; NaN and infinity cause no warning.

    >>> from autograd.sweeps import topological_order
    >>> x = Value(3.0)
    >>> y = x * x
    >>> replay(topological_order([y]), {x: 4.0})[y], y.data
    (16.0, 9.0)
    """
    values: dict[Value, float] = {}
    for node in order:
        if node.op is None:
            values[node] = given.get(node, node.data)
        else:
            values[node] = number(node.op(*numbers_of(node, values)))
    return values


def replay_partials(order: Sequence[Value], values: Mapping[Value, float]) -> dict[Value, tuple[float | None, ...]]:
    """The partials of every node at these numbers, which come from `replay`.

    None for constants and for the branch that `where` does not take at these numbers. Partials by frozen
    leaves are included: a leaf that gets no gradient may still be moved.

    >>> x = Value(3.0)
    >>> y = x * x
    >>> replay_partials([x, y], replay([x, y], {x: 4.0}))[y]
    (4.0, 4.0)
    """
    partials: dict[Value, tuple[float | None, ...]] = {}
    for node in order:
        if node.op is None:
            partials[node] = ()
        else:
            wanted = [type(arg) is not float for arg in node.args]
            partials[node] = tuple(take_partials(node.op, values[node], numbers_of(node, values), wanted))
    return partials


def without_frozen(node: Value, partials: Sequence[float | None]) -> tuple[float | None, ...]:
    """These partials of a node, with None for frozen leaves: no gradient flows to them.

    >>> x, w = Value(3.0), Value(2.0, requires_grad=False)
    >>> y = x * w
    >>> without_frozen(y, replay_partials([x, w, y], replay([x, w, y], {}))[y])
    (2.0, None)
    """
    pairs = zip(node.args, partials, strict=True)
    return tuple([None if type(arg) is Value and not arg.requires_grad else partial for arg, partial in pairs])


def numbers_of(node: Value, values: Mapping[Value, float]) -> list[float]:
    """The numbers of a node's arguments, constants included."""
    return [arg if type(arg) is float else values[arg] for arg in node.args]
