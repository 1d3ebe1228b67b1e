"""Walking a recorded graph: topological order, the reverse sweep, the forward sweep.

Nothing here recurses, so a graph may be a million operations deep. `bar` is an adjoint,
∂root/∂node in flight; `dot` is a tangent, ∂node/∂input in flight.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from threading import RLock
from typing import TYPE_CHECKING, Any

from autograd import modes, teaching
from autograd.errors import AnomalyError
from autograd.frames import place

if TYPE_CHECKING:
    from autograd.value import Value

Partials = Callable[["Value"], Sequence[Any]]


def topological_order(roots: Iterable[Value], until: Collection[Value] = ()) -> list[Value]:
    """All nodes the roots were made from, arguments before results, in the same order on every run.

    The walk does not look behind the nodes of `until`.
    """
    order: list[Value] = []
    seen: set[Value] = set()
    stop = set(until)
    stack: list[Any] = list(roots)[::-1]
    while stack:
        node = stack.pop()
        if node is None:  # the node under a None has all its arguments in the order by now
            order.append(stack.pop())
        elif node not in seen:
            seen.add(node)
            stack += (node, None)
            if node not in stop:
                stack.extend(arg for arg in node.args[::-1] if type(arg) is not float and arg not in seen)
    return order


def adjoints(
    order: Sequence[Value],
    seeds: Mapping[Value, Any],
    partials: Partials,
    towards: Collection[Value] | None = None,
    watch: bool = False,
) -> dict[Value, Any]:
    """The reverse sweep: every node's adjoint, from the seeds at the roots.

    Works in floats and, given seeds and partials that are Values, records the gradient as more graph.
    With `towards` it goes only where these nodes are. A node no gradient reaches has no entry.
    With `watch` it raises AnomalyError where a contribution is not finite.
    """
    bars = dict(seeds)
    useful: set[Value] | None = None
    if towards is not None:
        useful = set(towards)
        useful.update(node for node in order if _grows(node, useful))
    for node in reversed(order):
        bar = bars.get(node)
        if bar is None or node.op is None:
            continue
        for arg, partial in zip(node.args, partials(node), strict=True):
            if partial is None or (useful is not None and arg not in useful):
                continue
            share = _times(bar, partial)
            if watch:
                _check("backward", node, bar, partial, share)
            bars[arg] = bars[arg] + share if arg in bars else share
    return bars


def _check(direction: str, node: Value, flow: Any, partial: Any, share: Any) -> None:
    """Raise AnomalyError if a contribution of a sweep (floats, or Values of them) is not finite, and was born here."""
    flow, partial, share = (x if type(x) is float else x.data for x in (flow, partial, share))
    if math.isfinite(flow) and not math.isfinite(share):
        assert node.op is not None
        what = "adjoint" if direction == "backward" else "tangent"
        operands = ", ".join(repr(arg if type(arg) is float else arg.data) for arg in node.args)
        where = "" if node.origin is None else f", recorded at {place(node.origin)}"
        raise AnomalyError(
            f"{direction} through {node.op.name}({operands}): {what} {flow!r} times partial {partial!r} is {share!r}{where}"
        )


def _grows(node: Value, useful: set[Value]) -> bool:
    """Does `node` use a useful node? It is then useful itself, which the next ones need to know."""
    if node not in useful and any(type(arg) is not float and arg in useful for arg in node.args):
        useful.add(node)
    return node in useful


def tangents(order: Sequence[Value], seeds: Mapping[Value, Any], partials: Partials, watch: bool = False) -> dict[Value, Any]:
    """The forward sweep over the same edges: every node's tangent, from the seeds at the inputs."""
    dots = dict(seeds)
    for node in order:
        if node in dots or node.op is None:
            continue
        if not any(type(arg) is not float and arg in dots for arg in node.args):
            continue
        for arg, partial in zip(node.args, partials(node), strict=True):
            if partial is not None and arg in dots:
                share = _times(dots[arg], partial)
                if watch:
                    _check("forward", node, dots[arg], partial, share)
                dots[node] = dots[node] + share if node in dots else share
    return dots


def _times(bar: Any, partial: Any) -> Any:
    """Their product; the many factors that are 1 make no node."""
    if type(partial) is float and partial == 1.0:
        return bar
    return partial if type(bar) is float and bar == 1.0 else bar * partial


_sweeping = RLock()


def backward(root: Value, seed: float) -> None:
    """Set `grad` of every node `root` was made from: leaves accumulate, the others start anew."""
    moved: list[Value] = []
    with _sweeping:  # two threads may sweep over shared nodes
        again = hasattr(root, "_grad")
        if root.op is None:
            if not root.requires_grad:
                raise ValueError("backward() of a frozen Value (requires_grad=False): no gradient flows anywhere")
            root._grad = getattr(root, "_grad", 0.0) + seed
        elif modes.watching.get():
            _sweep_and_watch(root, seed, moved)
        elif not _sweep_by_count(root, seed, moved):
            _sweep_by_count(root, seed, moved, counted=True)
    if again and moved:
        teaching.teach_old_graph()


def _sweep_and_watch(root: Value, seed: float, moved: list[Value]) -> None:
    order = topological_order([root])
    bars = adjoints(order, {root: seed}, recorded, watch=True)
    for node in order:
        if node.op is not None:
            node._grad = bars.get(node, 0.0)
        elif node in bars:
            before = getattr(node, "_grad", 0.0)
            node._grad = before + bars[node]
            if node._da is not None:
                _settle(node, before, moved)


def _settle(leaf: Value, before: float, moved: list[Value]) -> None:
    """Was a leaf moved since a sweep last reached it? If it had a gradient `before`, its gradient is mixed now."""
    mixed = leaf._da is True
    if not mixed and leaf._da != leaf._data:
        moved.append(leaf)
        mixed = True
    leaf._da = True if mixed and before else None


def _sweep_by_count(root: Value, seed: float, moved: list[Value], counted: bool = False) -> bool:
    """The same sweep in one pass, or False if this graph does not allow it (no leaf has changed then).

    Every node counts, while recording, how often it is used. Once that many contributions have
    arrived its gradient is complete and can be passed on: no order has to be found first. If some
    use lies outside of this graph, a node is left waiting, and the uses inside have to be `counted` first.
    (Counting relies on the interpreter's lock: `+= 1` on a node that several threads use loses nothing.)

    `_left` says how many contributions are still to come to a node that some have reached; it is 0
    between sweeps, and -1 at a leaf that has been reached, which waits for nothing and passes nothing on.
    A frozen leaf takes what it gets as one that has been reached, and never shows it.
    """
    waiting: list[Value] = []
    leaves: list[tuple[Value, float]] = []  # with the gradient they had before
    complete = False
    try:
        if counted:
            _count(root, waiting)
        if _deliver(root, seed, waiting, leaves, counted):
            for leaf, before in leaves:
                leaf._grad += before
                if leaf._da is not None:
                    _settle(leaf, before, moved)
            complete = True
        return complete
    finally:  # an interrupted sweep, too, leaves the leaves as they were
        for node in waiting:
            node._left = 0
        for leaf, before in leaves:
            leaf._left = 0
            if not complete:
                leaf._grad = before


def _count(root: Value, waiting: list[Value]) -> None:
    """Set `_left` of every node of this graph to the contributions that will come to it, and add it to `waiting`.

    They are then added in the same order as by a sweep that trusts `_uses`: a use outside of the graph changes no
    bit of a gradient.
    """
    reached = {root}
    for node in reversed(topological_order([root])):
        if node.op is None:
            continue
        if node not in reached:
            node._grad = 0.0
            continue
        for arg, partial in zip(node.args, node.partials, strict=True):
            if partial is not None:
                reached.add(arg)
                if arg.op is not None:
                    if not arg._left:
                        waiting.append(arg)
                        arg._grad = -0.0  # the one number that adding to changes nothing, not even -0.0
                    arg._left += 1


def _deliver(root: Value, seed: float, waiting: list[Value], leaves: list[tuple[Value, float]], counted: bool) -> bool:
    """Pass the gradient on from node to node; False if some node is left waiting.

    The delivery of a contribution is written out three times: a call in its place would take about as
    long as the delivery.
    """
    ready: list[Value] = []
    push, pop = ready.append, ready.pop
    started = finished = 0  # nodes that had to wait, and those of them that are complete
    node = root
    node._grad = seed
    while True:
        bar = node._grad
        partial = node._db
        if partial is not None:
            arg = node._b
            left = arg._left
            if left < 0:
                arg._grad += bar * partial
            elif left:
                arg._grad += bar * partial
                arg._left = left - 1
                if left == 1:
                    finished += 1
                    push(arg)
            elif arg.op is None:
                leaves.append((arg, getattr(arg, "_grad", 0.0)))
                arg._grad = bar * partial
                arg._left = -1
            else:
                arg._grad = bar * partial
                left = arg._uses - 1
                if left:
                    started += 1
                    waiting.append(arg)
                    arg._left = left
                else:
                    push(arg)
        partial = node._da
        if partial is not None:
            arg = node._a
            left = arg._left
            if left < 0:
                arg._grad += bar * partial
            elif left:
                arg._grad += bar * partial
                arg._left = left - 1
                if left == 1:
                    finished += 1
                    node = arg  # what would be pushed and popped at once
                    continue
            elif arg.op is None:
                leaves.append((arg, getattr(arg, "_grad", 0.0)))
                arg._grad = bar * partial
                arg._left = -1
            else:
                arg._grad = bar * partial
                left = arg._uses - 1
                if not left:
                    node = arg
                    continue
                started += 1
                waiting.append(arg)
                arg._left = left
        elif type(node._a) is tuple:
            for arg, partial in zip(node._a, node._b):  # noqa: B905  # of one length, and this is the inner loop
                if partial is None:
                    if type(arg) is not float and not counted:
                        return False  # a branch not taken, whose nodes have to be reset
                    continue
                left = arg._left
                if left < 0:
                    arg._grad += bar * partial
                elif left:
                    arg._grad += bar * partial
                    arg._left = left - 1
                    if left == 1:
                        finished += 1
                        push(arg)
                elif arg.op is None:
                    leaves.append((arg, getattr(arg, "_grad", 0.0)))
                    arg._grad = bar * partial
                    arg._left = -1
                else:
                    arg._grad = bar * partial
                    left = arg._uses - 1
                    if left:
                        started += 1
                        waiting.append(arg)
                        arg._left = left
                    else:
                        push(arg)
        if not ready:
            return counted or started == finished
        node = pop()


def recorded(node: Value) -> Sequence[float | None]:
    """The partials as they were taken when the operation was recorded."""
    return node.partials
