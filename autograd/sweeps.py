"""Sweeps over a recorded graph: topological order, adjoints, tangents, and `backward()`.

Nothing here recurses, so a graph may be a million operations deep. `bar` is an adjoint,
∂root/∂node; `dot` is a tangent, ∂node/∂input.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from threading import RLock

from autograd import context, teaching
from autograd._frames import place
from autograd._typing import TYPE_CHECKING, Any, NoReturn
from autograd.errors import AnomalyError

if TYPE_CHECKING:
    from autograd.value import Value

Partials = Callable[["Value"], Sequence[Any]]

# zero_grad() makes this very object the gradient of a leaf: it reads as 0.0 and is faster than an empty slot.
CLEARED = float("0")
# Values of `_reached` other than the mark of the last sweep that reached the node: no gradient was ever stored (a leaf may
# have no `_grad` then); one was stored, but not by a sweep; none is wanted.
NEVER, STORED, FROZEN = 0, 1, 2
# The partial of additions and subtractions is this very object: a sweep recognizes it and passes the gradient on
# unmultiplied, which saves making a float.
ONE = 1.0


def topological_order(
    roots: Iterable[Value], until: Collection[Value] = (), sources: Mapping[Value, Value] | None = None
) -> list[Value]:
    """All nodes the roots were made from, arguments before results, in the same order on every run.

    The walk includes the nodes of `until` but does not go beyond them. From a leaf in `sources`, it continues at the
    leaf's source.
    """
    order: list[Value] = []
    seen: set[Value] = set()
    stop = set(until)
    stack: list[Any] = list(roots)[::-1]
    while stack:
        node = stack.pop()
        if node is None:  # all arguments of the node under this None are in `order` now
            order.append(stack.pop())
        elif node not in seen:
            seen.add(node)
            source = sources.get(node) if sources else None
            if node in stop or (node.op is None and source is None):
                order.append(node)
                continue
            stack.append(node)
            stack.append(None)
            if source is not None:
                args: Iterable[Any] = (source,)
            else:
                args = node._a[::-1] if type(node._a) is tuple else (node._b, node._a)
            for arg in args:  # the last one first: it is popped last
                if type(arg) is not float and arg is not None and arg not in seen:
                    stack.append(arg)  # noqa: PERF401  # takes half the time of extending by a list
    return order


def adjoints(
    order: Sequence[Value],
    seeds: Mapping[Value, Any],
    partials: Partials,
    within: Collection[Value] | None = None,
    watch: bool = False,
) -> dict[Value, Any]:
    """The reverse sweep: every node's adjoint, from the seeds at the roots.

    Works on floats; given seeds and partials that are Values, it records the gradient as more graph.
    If `within` is given, only its nodes are visited (see `depending_on`). A node that no gradient reaches has no entry.
    With `watch`, a contribution or a running sum that is not finite raises AnomalyError.
    """
    bars = dict(seeds)
    for node in reversed(order):
        bar = bars.get(node)
        if bar is None or node.op is None:
            continue
        for arg, partial in zip(node.args, partials(node), strict=True):
            if partial is None or (within is not None and arg not in within):
                continue
            share = _times(bar, partial)
            if watch:
                _check("backward", node, bar, partial, share)
                _check_sum("backward", arg, bars.get(arg, 0.0), share)
            bars[arg] = bars[arg] + share if arg in bars else share
    return bars


def recorded_adjoints(order: Sequence[Value], seeds: Mapping[Value, float]) -> dict[Value, float]:
    """`adjoints` for float seeds and recorded partials: several times as fast, since nothing is recorded."""
    bars = dict(seeds)
    for node in reversed(order):
        if node.op is not None and node in bars:
            bar = bars[node]
            for arg, partial in _recorded_edges(node):
                if partial is None:
                    continue
                if arg in bars:
                    bars[arg] += bar * partial
                elif arg._reached is not FROZEN:
                    bars[arg] = bar * partial
    return bars


def recorded_tangents(order: Sequence[Value], seeds: Mapping[Value, float]) -> dict[Value, float]:
    """`tangents` for float seeds and recorded partials, likewise faster."""
    dots = dict(seeds)
    for node in order:
        if node.op is not None and node not in dots:
            for arg, partial in _recorded_edges(node):
                if partial is not None and arg in dots and arg._reached is not FROZEN:
                    share = dots[arg] * partial
                    dots[node] = dots[node] + share if node in dots else share
    return dots


def _recorded_edges(node: Value) -> Iterable[tuple[Any, float | None]]:
    """The arguments of a node with its stored partials, including those of frozen leaves."""
    a = node._a
    return zip(a, node._b, strict=True) if type(a) is tuple else ((a, node._da), (node._b, node._db))


def depending_on(sources: Iterable[Value], order: Sequence[Value]) -> set[Value]:
    """The sources, and the nodes of a topological order that depend on them."""
    found = set(sources)
    for node in order:
        if node not in found:
            for arg in node.args:
                if type(arg) is not float and arg in found:
                    found.add(node)
                    break
    return found


def _check(direction: str, node: Value, flow: Any, partial: Any, share: Any) -> None:
    """Raise AnomalyError if a contribution to a sweep (a float or a Value) is not finite although `flow` is finite."""
    flow, partial, share = map(_plain, (flow, partial, share))
    if math.isfinite(flow) and not math.isfinite(share):
        what = "adjoint" if direction == "backward" else "tangent"
        _raise_anomaly(f"{direction} through", node, f"{what} {flow!r} times partial {partial!r} is {share!r}")


def _check_sum(direction: str, node: Value, before: Any, share: Any) -> None:
    """Raise AnomalyError if finite contributions to a node add up to a number that is not finite."""
    before, share = _plain(before), _plain(share)
    if math.isfinite(before) and math.isfinite(share) and not math.isfinite(before + share):
        what = "adjoints" if direction == "backward" else "tangents"
        _raise_anomaly(f"{direction} to", node, f"{what} {before!r} and {share!r} add up to {before + share!r}")


def _plain(x: Any) -> Any:
    return x if type(x) is float else x._number


def _raise_anomaly(what: str, node: Value, why: str) -> NoReturn:
    operands = ", ".join(repr(_plain(arg)) for arg in node.args)
    name = f"{node.op.name}({operands})" if node.op is not None else node.label or repr(node._number)
    where = "" if node.origin is None else f", recorded at {place(node.origin)}"
    raise AnomalyError(f"{what} {name}: {why}{where}")


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
                    _check_sum("forward", node, dots.get(node, 0.0), share)
                dots[node] = dots[node] + share if node in dots else share
    return dots


def tangents_by(
    inputs: Iterable[Value], order: Sequence[Value], partials: Partials, watch: bool = False
) -> Iterator[dict[Value, Any]]:
    """One forward sweep per input, over only the nodes that depend on it."""
    after: dict[Value, list[tuple[Value, Any]]] = {node: [] for node in order}
    place = {node: i for i, node in enumerate(order)}
    within = depending_on(inputs := list(inputs), order)
    for node in order:
        if node in within and node.op is not None:
            for arg, partial in zip(node.args, partials(node), strict=True):
                if partial is not None and arg in within and arg in after:
                    after[arg].append((node, partial))
    for x in inputs:
        dots: dict[Value, Any] = {x: 1.0}
        for node in sorted(_reachable(x, after), key=place.__getitem__) if x in after else ():
            dot = dots[node]
            for user, partial in after[node]:
                share = _times(dot, partial)
                if watch:
                    _check("forward", user, dot, partial, share)
                    _check_sum("forward", user, dots.get(user, 0.0), share)
                dots[user] = dots[user] + share if user in dots else share
        yield dots


def _reachable(source: Value, after: Mapping[Value, Iterable[tuple[Value, Any]]]) -> set[Value]:
    found = {source}
    stack = [source]
    while stack:
        for user, _ in after[stack.pop()]:
            if user not in found:
                found.add(user)
                stack.append(user)
    return found


def _times(bar: Any, partial: Any) -> Any:
    """The product; a factor of 1.0, which is frequent, records nothing."""
    if type(partial) is float and partial == 1.0:
        return bar
    return partial if type(bar) is float and bar == 1.0 else bar * partial


# Held while gradients are added up: threads may share leaves and nodes.
sweeping = context.free_after_fork(RLock())


def backward(root: Value, seed: float) -> None:
    """Set `grad` of every node that `root` was made from: leaves accumulate, all others start from 0."""
    moved: list[Value] = []
    if seed is CLEARED:  # read from a cleared leaf; as a gradient it would count as none
        seed = 0.0
    with sweeping:
        # Results with a gradient of an earlier sweep, as in total + loss. One set by hand does not count, nor does a reset to 0.
        found = [x for x in (root, root._a, root._b) if getattr(x, "_reached", NEVER)]  # reading an unset _grad takes longer
        again = [x for x in found if x.op is not None and x._reached is not STORED and x._grad != 0.0]
        if root.op is None:
            if not root.requires_grad:
                raise ValueError("backward() of a frozen Value (requires_grad=False): no gradient flows anywhere")
            root._grad = getattr(root, "_grad", 0.0) + seed
            root._reached = STORED
        elif context.watching.get():
            _sweep_and_watch(root, seed, moved)
        else:
            _sweep(root, seed, moved)
    if again and moved and not {*moved}.isdisjoint(topological_order(again)):
        teaching.teach_old_graph()


def _sweep_and_watch(root: Value, seed: float, moved: list[Value]) -> None:
    order = topological_order([root])
    bars = adjoints(order, {root: seed}, recorded, watch=True)
    sweep: Any = object()
    for leaf in order:
        if leaf.op is None and leaf in bars:
            _check_sum("backward", leaf, getattr(leaf, "_grad", 0.0), bars[leaf])
    for node in order:
        if node.op is not None:
            if node in bars or node.has_grad:
                node._grad, node._reached = bars.get(node, 0.0), sweep
        elif node in bars:
            before = getattr(node, "_grad", 0.0)
            node._grad = before + bars[node]
            node._reached = STORED
            if node._da is not None:
                _settle(node, before, moved)


def _settle(leaf: Value, before: float, moved: list[Value]) -> None:
    """Note if a leaf has changed since a sweep last reached it: any gradient it had `before` is then a mixed one."""
    mixed = leaf._da is True
    if not mixed and leaf._da != leaf._number:
        moved.append(leaf)
        mixed = True
    leaf._da = True if mixed and before else None


def accumulate(leaves: Sequence[Value], slopes: Sequence[float]) -> None:
    """Add to the gradients of leaves as a sweep that reaches them would; frozen leaves get nothing."""
    with sweeping:
        before = [leaf._grad if leaf._reached else CLEARED for leaf in leaves]
        complete = False
        try:
            for leaf, slope, old in zip(leaves, slopes, before, strict=True):
                if leaf._reached is not FROZEN:
                    leaf._grad = old + slope
                    leaf._reached = STORED
                    if old and leaf._da is not None:
                        _settle(leaf, old, [])
                    else:
                        leaf._da = None
            complete = True
        finally:  # an interrupt leaves them as they were
            if not complete:
                for leaf, old in zip(leaves, before, strict=True):
                    leaf._grad = old


def _sweep(root: Value, seed: float, moved: list[Value]) -> None:
    """The same sweep in one pass, from the deepest node to the leaves.

    A node is deeper than its arguments, so its gradient is complete once all deeper nodes have passed theirs on. This
    needs no topological order, and uses outside the graph don't matter. Every sweep makes a new object `sweep` and sets
    `_reached` to it on the nodes it reaches, so these marks need no clearing.
    """
    sweep: Any = object()
    leaves: list[tuple[Value, float]] = []  # with the gradient they had before
    complete = False
    try:
        root._grad, root._reached = seed, sweep
        _deliver(root, sweep, leaves)
        for leaf, before in leaves:
            leaf._grad += before
            if leaf._da is not None:
                _settle(leaf, before, moved)
        complete = True
    finally:  # an interrupted sweep leaves the leaves as they were
        if not complete:
            for leaf, before in leaves:
                leaf._grad = before


def _deliver(root: Value, sweep: object, leaves: list[tuple[Value, float]]) -> None:
    """Pass the gradients on, level by level, and list the leaves they reach.

    Marked fast path: the delivery of a contribution is written out three times, since calling a function would take
    about as long as the delivery itself.
    """
    one = ONE  # a local name is read faster
    below = root._depth - 1  # the depth of the next level
    level: list[Value] = [root]  # the nodes of the current level
    levels: list[Any] = [None] * root._depth  # for each level below, the nodes reached so far or None; not for leaves
    passed: set[Value] = set()  # nodes already reset, in branches not taken
    while True:
        alone = len(level) == 1
        for node in reversed(level):
            while True:  # repeated while the only node of a level reaches the only node of the next
                bar = node._grad
                partial = node._db
                if partial is not None:
                    arg = node._b
                    share = bar if partial is one else bar * partial
                    if arg._reached is sweep:
                        arg._grad += share
                    else:
                        depth = arg._depth
                        others = levels[depth]
                        if others is not None:
                            arg._grad = share
                            others.append(arg)
                            arg._reached = sweep
                        elif depth:
                            arg._grad = share
                            levels[depth] = [arg]
                            arg._reached = sweep
                        elif arg._reached is not FROZEN:
                            leaves.append((arg, arg._grad if arg._reached else CLEARED))
                            arg._grad = share
                            arg._reached = sweep
                partial = node._da
                if partial is not None:
                    arg = node._a
                    share = bar if partial is one else bar * partial
                    if arg._reached is sweep:
                        arg._grad += share
                    else:
                        depth = arg._depth
                        others = levels[depth]
                        if others is not None:
                            arg._grad = share
                            others.append(arg)
                            arg._reached = sweep
                        elif depth:
                            arg._grad = share
                            if alone and depth == below:
                                node = arg
                                below -= 1
                                continue
                            levels[depth] = [arg]
                            arg._reached = sweep
                        elif arg._reached is not FROZEN:
                            leaves.append((arg, arg._grad if arg._reached else CLEARED))
                            arg._grad = share
                            arg._reached = sweep
                elif type(node._a) is tuple:
                    for arg, partial in zip(node._a, node._b):  # noqa: B905  # equally long, and this is the inner loop
                        if partial is None:
                            continue
                        share = bar if partial is one else bar * partial
                        if arg._reached is sweep:
                            arg._grad += share
                        else:
                            depth = arg._depth
                            others = levels[depth]
                            if others is not None:
                                arg._grad = share
                                others.append(arg)
                                arg._reached = sweep
                            elif depth:
                                arg._grad = share
                                levels[depth] = [arg]
                                arg._reached = sweep
                            elif arg._reached is not FROZEN:
                                leaves.append((arg, arg._grad if arg._reached else CLEARED))
                                arg._grad = share
                                arg._reached = sweep
                    if node.op.select:  # type: ignore[union-attr]  # not a leaf
                        _reset(node, sweep, passed)
                break
        while True:
            if below <= 0:
                return
            level = levels[below]
            levels[below] = None
            below -= 1
            if level is not None:
                break


def _reset(node: Value, sweep: object, passed: set[Value]) -> None:
    """Set the gradients in the branch that `node` did not take to 0, except for nodes already reached.

    All nodes there are less deep than `node`, so a contribution that reaches one later overwrites the 0.
    """
    stack = list(node.args)
    while stack:
        arg = stack.pop()
        if type(arg) is not float and arg.op is not None and arg._reached is not sweep and arg not in passed:
            passed.add(arg)
            if arg.has_grad:
                arg._grad = 0.0
            stack.extend(arg.args)


def recorded(node: Value) -> Sequence[float | None]:
    """The partials as computed when the operation was recorded."""
    return node._partials
