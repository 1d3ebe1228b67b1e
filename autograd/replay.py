"""A recorded graph computed again, with other numbers in its leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from autograd.op import number
from autograd.value import Value, take_partials


def replay(order: Sequence[Value], given: Mapping[Value, float]) -> dict[Value, float]:
    """The number of every node of a topological order, computed again; the graph stays as it is.

    A leaf has the number it is given, else its own `data` as it is now. Every operation is the row's, so the numbers
    are bit for bit those that recording the program anew would give, with no warning for NaN and infinity.

    >>> from autograd.graph import topological_order
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
    """What `partials` of every node would be at these numbers, as `replay` gives them.

    None for constants and for the branch that `where` does not take at these numbers. Those by frozen leaves are
    numbers as well: a leaf that gets no gradient may be moved all the same.

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
    """The numbers of a node's arguments, its constants among them."""
    return [arg if type(arg) is float else values[arg] for arg in node.args]


def changed_leaves(order: Sequence[Value]) -> list[Value]:
    """The leaves of a topological order whose numbers were changed after the graph was recorded with them.

    Told from the operations that use them: one that computed again gives another number, or other partials. Where one
    of several leaves must have changed and the graph does not say which, as in a sum, all of these are given; a change
    that no number of the graph depends on is none.

    >>> from autograd.graph import topological_order
    >>> x, w = Value(3.0, "x"), Value(2.0, "w")
    >>> order = topological_order([x * w])
    >>> changed_leaves(order)
    []
    >>> x.data = 10.0
    >>> [leaf.label for leaf in changed_leaves(order)]
    ['x']
    """
    changed: set[Value] = set()
    kept: set[Value] = set()
    doubtful: list[set[Value]] = []
    for node in order:
        args = node.args
        unknown = {arg for arg in args if type(arg) is Value and arg.op is None}
        if not unknown:
            continue
        then = {arg: had for arg, had in _factors(node) if type(arg) is Value and arg.op is None}
        for arg, had in then.items():
            (kept if alike(arg.data, had) else changed).add(arg)
        unknown -= then.keys()
        if not unknown:
            continue
        numbers = [arg if type(arg) is float else then.get(arg, arg.data) for arg in args]
        if _follows(node, numbers):
            kept |= unknown
        else:
            doubtful.append(unknown)
    for leaves in sorted(doubtful, key=len):
        if changed.isdisjoint(leaves):
            changed |= leaves - kept or leaves
    return [leaf for leaf in order if leaf in changed]


def alike(one: float | None, other: float | None) -> bool:
    """Are they the same? NaN is the same as NaN here."""
    return one == other or (one != one and other != other)


def _factors(node: Value) -> Iterator[tuple[Value | float, float]]:
    """The factors in products of two, each with the number it had when the product was recorded: the other's partial."""
    op: Any = node.op
    count = len(node.args)
    for position, partial in enumerate(node.partials):
        partner = op.partner(position, count)
        if partner is not None and partial is not None:
            yield node.args[partner], partial


def _follows(node: Value, numbers: Sequence[float]) -> bool:
    """Would recording the node with these numbers give its own, and its partials?"""
    op: Any = node.op
    if not alike(op(*numbers), node.data):
        return False
    if op.linear:
        return True
    partials = node.partials
    again = take_partials(op, node.data, numbers, [partial is not None for partial in partials])
    return all(map(alike, again, partials))
