"""Where a node was made: inside which `with scope(...)`, and inside the call of which module.

Inside `scope` every node is told its scope when it is recorded. A module call says less, for the sake of
speed: only its results are told. What else was made in the call lies between its arguments and its results,
and is found when somebody asks (`scopes_of`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

from autograd import context
from autograd._tree import tree_leaves
from autograd._typing import Any
from autograd.value import RESULT, Value, annotate, protect


class Scope:
    """One `with scope(name)`, or one call of a module (its `owner`), inside another one or none.

    It serves as the note of a node that has no label and no origin, so that marking a node is one assignment.
    """

    __slots__ = ("_inputs", "args", "name", "owner", "parent")
    label = ""
    origin = None
    _inputs: frozenset[Value]

    def __init__(self, name: str, parent: Scope | None, owner: Any = None, args: tuple[Any, ...] = ()) -> None:
        self.name, self.parent, self.owner, self.args = name, parent, owner, args

    @property
    def scope(self) -> Scope:
        """Itself, as the scope that this note tells."""
        return self

    @property
    def inputs(self) -> frozenset[Value]:
        """The Values that a module was called with."""
        try:
            return self._inputs
        except AttributeError:
            self._inputs = frozenset(arg for arg in tree_leaves(self.args) if type(arg) is Value)
            return self._inputs

    def path(self) -> list[Scope]:
        """The scopes around it and itself, the outermost first."""
        path: list[Scope] = []
        scope: Scope | None = self
        while scope is not None:
            path.append(scope)
            scope = scope.parent
        return path[::-1]

    def __repr__(self) -> str:
        return f"<scope {' / '.join(scope.name for scope in self.path())}>"


@context.mode
def scope(name: str) -> Generator[None, None, None]:
    """What is recorded inside belongs together, under this name: drawings fold it into one box.

    A context manager and a decorator; scopes nest. Modules of `nn` are scopes by themselves.

    >>> x = Value(3.0)
    >>> with scope("square"):
    ...     y = x * x
    >>> y.scope
    <scope square>
    """
    if not isinstance(name, str):
        raise TypeError(f"scope: name must be a str, got {type(name).__name__}")
    with context.switched(context.scope, Scope(name, context.scope.get())):
        yield


def call(owner: Any, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """`function(*args)` as a scope of its own: how a module is called."""
    made_in = Scope(type(owner).__name__, context.scope.get(), owner, args)
    token = context.scope.set(made_in)
    try:
        result = function(*args)
    finally:
        context.scope.reset(token)
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
        for arg in args:
            protect(arg if type(arg) is list else tree_leaves(arg), deepest)
    return result


def made_in_call(value: Value) -> bool:
    """Did a module compute it: returned it from a call, or made a leaf of it inside, under `no_grad()` or with `detach()`?"""
    note = getattr(value, "_note", None)
    if note is None or note is RESULT:
        return note is RESULT
    return note.scope is not None and any(around.owner is not None for around in note.scope.path())


def scopes_of(order: Sequence[Value]) -> dict[Value, Scope | None]:
    """The innermost scope of every node of a topological order; leaves have none.

    A node that was not told belongs to the call its user belongs to, unless it was an argument of that call;
    with users in several calls, to what is around all of them. (`with scope(...)` tells every node that is recorded inside.)
    """
    found: dict[Value, Scope | None] = {}
    claims: dict[Value, Scope | None] = {}
    for node in reversed(order):
        if node.op is None:
            found[node] = None
            continue
        made_in = node.scope or claims.get(node)
        while made_in is not None and node in made_in.inputs:
            made_in = made_in.parent  # a module that hands on its argument has not made it
        found[node] = made_in
        for arg in node.args:
            if type(arg) is Value and arg.op is not None and arg.scope is None:
                around = made_in
                while around is not None and (around.owner is None or arg in around.inputs):
                    around = around.parent
                claims[arg] = _common(claims[arg], around) if arg in claims else around
    return found


def _common(one: Scope | None, other: Scope | None) -> Scope | None:
    """The innermost call around both."""
    if one is other or one is None or other is None:
        return one if one is other else None
    pairs = zip(one.path(), other.path(), strict=False)
    shared = [a for a, b in pairs if a is b and a.owner is not None]
    return shared[-1] if shared else None
