"""Every call of a module is a scope: how its results are marked, and which scope a node belongs to.

Inside `with scope(...)` every node stores its scope when it is recorded. For speed, a module call marks only its
results. Everything else made in the call lies between its arguments and its results, where `scopes_of` finds it on
demand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from autograd import context
from autograd._tree import tree_leaves
from autograd._typing import Any
from autograd.context import Scope
from autograd.value import RESULT, Value, annotate, protect


def call(owner: Any, function: Callable[..., Any], args: tuple[Any, ...], /, **kwargs: Any) -> Any:
    """Call `function(*args, **kwargs)` in a scope of its own: this is how a module is called.

    >>> from autograd import Value
    >>> call("owner", lambda x: 2.0 * x, (Value(3.0),)).scope
    <scope str>
    """
    made_in = Scope(type(owner).__name__, context.current_scope.get(), owner, (*args, *kwargs.values()) if kwargs else args)
    if context.differentiated or context.tracing:
        _mark_inputs((*args, *kwargs.values()))
    token = context.current_scope.set(made_in)
    try:
        result = function(*args, **kwargs)
    finally:
        context.current_scope.reset(token)
    deepest = 0
    for node in (result,) if type(result) is Value else result if type(result) is list else tree_leaves(result):
        if type(node) is Value and node.op is not None:
            deepest = max(deepest, node._depth)
            note = getattr(node, "_note", None)
            if note is None:
                node._note = made_in
            elif note.scope is None:
                annotate(node, note.label, note.origin, made_in)
    if deepest:
        for arg in made_in.args:
            protect(arg if type(arg) is list else tree_leaves(arg), deepest)
    return result


def _mark_inputs(args: tuple[Any, ...]) -> None:
    """Mark the arguments that a running function is differentiated or traced by: a module that keeps one has no new parameter."""
    trace = context.current_trace()
    running = (*tuple(context.differentiated.values()), *([trace.traced] if trace else ()))
    for arg in tree_leaves(args):
        if type(arg) is Value and getattr(arg, "_note", None) is None and any(arg in inputs for inputs in running):
            arg._note = RESULT


def made_in_call(*values: Value) -> bool:
    """True if a module's call returned one of the Values, or made it inside as a leaf, by `no_grad()` or `detach()`.

    True, too, for an input of a transform that a module was called with.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> made_in_call(x), made_in_call(x, call("owner", lambda x: 2.0 * x, (x,)))
    (False, True)
    """
    notes: set[Any] = {getattr(value, "_note", None) for value in values} - {None}
    return any(note is RESULT or (note.scope and any(around.owner is not None for around in note.scope.path())) for note in notes)


def scopes_of(order: Sequence[Value]) -> dict[Value, Scope | None]:
    """The innermost scope of every node of a topological order; leaves have none.

    A node that stores none belongs to the same call as its user, unless it was an argument of that call; if its users are
    in several calls, it belongs to the innermost call around all of them. (In `with scope(...)` every node stores one.)

    >>> import nn
    >>> from autograd.extend import Graph
    >>> list(scopes_of(Graph(nn.MLP(1, [1], seed=0)([2.0])).nodes).values())
    [<scope MLP / Layer>, None, None]
    """
    found: dict[Value, Scope | None] = {}
    claims: dict[Value, Scope | None] = {}
    for node in reversed(order):
        if node.op is None:
            found[node] = None
            continue
        made_in = node.scope or claims.get(node)
        while made_in is not None and node in _inputs(made_in):
            made_in = made_in.parent  # a module that returns its argument did not make it
        found[node] = made_in
        for arg in node.args:
            if type(arg) is Value and arg.op is not None and arg.scope is None:
                around = made_in
                while around is not None and (around.owner is None or arg in _inputs(around)):
                    around = around.parent
                claims[arg] = _common(claims[arg], around) if arg in claims else around
    return found


def _inputs(scope: Scope) -> frozenset[Value]:
    """The Values that a module was called with."""
    try:
        return scope.inputs
    except AttributeError:
        scope.inputs = frozenset(arg for arg in tree_leaves(scope.args) if type(arg) is Value)
        return scope.inputs


def _common(one: Scope | None, other: Scope | None) -> Scope | None:
    """The innermost module call around both scopes."""
    if one is other or one is None or other is None:
        return one if one is other else None
    pairs = zip(one.path(), other.path(), strict=False)
    shared = [a for a, b in pairs if a is b and a.owner is not None]
    return shared[-1] if shared else None
