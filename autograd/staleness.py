"""Stale graphs: the leaves that have changed since recording, and the refusal to mix old and new numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from autograd.errors import REFUSALS, StaleGraphError
from autograd.op import Op
from autograd.value import Value, operands, take_partials


def stale_leaves(nodes: Sequence[Value]) -> list[Value]:
    """The leaves of a topological order whose numbers have changed since the graph was recorded.

    They are detected by evaluating the operations that use them again: the number or the partials come out different.
    If one of several leaves must have changed but the graph does not show which, as in a sum, all are returned.
    A change that affects no number of the graph does not count.

    >>> from autograd.sweeps import topological_order
    >>> x, w = Value(3.0, "x"), Value(2.0, "w")
    >>> nodes = topological_order([x * w])
    >>> stale_leaves(nodes)
    []
    >>> x.data = 10.0
    >>> [leaf.label for leaf in stale_leaves(nodes)]
    ['x']
    """
    changed: set[Value] = set()
    kept: set[Value] = set()
    doubtful: list[set[Value]] = []
    for node in nodes:
        args = node.args
        unknown = {arg for arg in args if type(arg) is Value and arg.op is None}
        if not unknown:
            continue
        then = factors_of(node, unknown)
        for arg, factor in then.items():
            (kept if same_number(arg._number, factor) else changed).add(arg)
        unknown -= then.keys()
        if not unknown:
            continue
        if is_current(node, [arg if type(arg) is float else then.get(arg, arg._number) for arg in args]):
            kept |= unknown
        else:
            doubtful.append(unknown)
    for leaves in sorted(doubtful, key=len):
        if changed.isdisjoint(leaves):
            changed |= leaves - kept or leaves
    return [leaf for leaf in nodes if leaf in changed]


def refuse_stale(nodes: Iterable[Value]) -> None:
    """Raise StaleGraphError if a node no longer follows from its arguments: its rules would mix old and new numbers."""
    for node in nodes:
        if not is_current(node):
            leaves = [arg for arg in node.args if type(arg) is not float and arg.op is None]
            changed = stale_leaves([*leaves, node]) or [node]
            names = " or ".join(dict.fromkeys(leaf.label or repr(leaf) for leaf in changed))
            assert node.op is not None
            raise StaleGraphError(
                f"the number of {names} was changed after {node.op.name} was recorded with it: "
                "evaluate the function again to differentiate it further"
            )


def same_number(one: float | None, other: float | None) -> bool:
    """True if they are equal; NaN counts as equal to NaN."""
    return one == other or (one != one and other != other)


def gives(op: Op, numbers: Sequence[float], z: float) -> bool:
    """True if the op of these numbers is z; False if it is a custom op outside its domain."""
    try:
        return same_number(op(*numbers), z)
    except REFUSALS:
        return False


def is_current(node: Value, numbers: Sequence[float] | None = None) -> bool:
    """True if recording the node again, on its current arguments or on `numbers`, would give the same number and partials."""
    op = node.op
    if op is None:
        return True
    numbers = operands(node) if numbers is None else numbers
    if not gives(op, numbers, node._number):
        return False
    if op.linear:
        return True
    again = take_partials(op, node._number, numbers, [partial is not None for partial in node._partials])
    return all(map(same_number, again, node._partials))


def factors_of(node: Value, among: Collection[Value]) -> dict[Value, float]:
    """The factors in products of two, each with its number at recording time, which is the other factor's partial."""
    args = node.args
    partners = node.op.partners(len(args)) if node.op else {}
    if not partners:
        return {}
    partials = node._partials
    return {args[j]: p for i, j in partners.items() if args[j] in among and (p := partials[i]) is not None}
