"""Display names of nodes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from autograd._format import LEFT_TO_RIGHT, MAX_NAME, as_index, one_line, unique_names
from autograd._frames import user_frame
from autograd.value import Value, is_detached

MAX_LIST = 100
_LETTERS = "vut"

_NAME = re.compile(r"[^\W\d](\w|[\[\].'′])*")
_PLAIN = re.compile("([A-Za-z])([0-9]{0,50})")  # the usual case, handled first
_FROM_THE_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")  # Hebrew, Arabic and their neighbours
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def node_names(
    order: Sequence[Value], others: Sequence[Value] = (), namespace: Mapping[str, Any] | None = None
) -> dict[Value, str]:
    """A name for every node: its label, else the variable that holds it, else `v12`. The variables are the caller's by default.

    If a label or a variable looks like `v12`, nodes without either are named like `u12`. `w[2]` and `W[0][1]` name items of
    lists and tuples. A parameter of a module that was called is named by its path, `layers[0].neurons[1].w[0]`, with the
    module's name in front if there are several modules. No two nodes have the same name: a second `h` is called `h_2`,
    as is a detached copy of h; a second label `exp(a)`, being a formula, becomes `2nd exp(a)`. `others`, Values outside the
    graph, don't change the names inside it.
    """
    scopes = _of_the_caller() if namespace is None else (namespace,)
    variables = [(held, name) for scope in scopes for held, name in _variables(scope)]
    held = {node: name for scope in scopes for node, name in _in_lists(scope)}
    held.update(_parameters(order, variables))
    held.update((node, name) for node, name in variables if type(node) is Value)
    given = {node: node.label or held.get(node) for node in (*order, *others)}
    letter = _free_letter(name for name in given.values() if name)
    names = {node: name or f"{letter}{i}" for i, (node, name) in enumerate(given.items())}
    made = [node for node in names if not is_detached(node)]  # they are first to keep their names, after the root
    unique = unique_names({node: names[node] for node in (*order[-1:], *made, *names)}, str, numbered=_numbered)
    return {node: unique[node] for node in names}


def _free_letter(given: Iterable[str]) -> str:
    """The letter for generated names such as `v12`, chosen so that no given name looks like one."""
    taken = {name[0] for name in given if name[0] in _LETTERS and re.fullmatch(r"._?\d+", name)}
    return next((letter for letter in _LETTERS if letter not in taken), _LETTERS[0])


def _numbered(name: str, count: int) -> str:
    """A new name for a node whose name is taken. A number at the end of a formula would read as part of it."""
    if _NAME.fullmatch(name):
        return f"{name}_{count}"
    ending = {1: "st", 2: "nd", 3: "rd"}.get(0 if count % 100 in (11, 12, 13) else count % 10, "th")
    return f"{count}{ending} {name}"


def _of_the_caller() -> tuple[Mapping[str, Any], ...]:
    frame, _ = user_frame()
    return frame.f_globals, frame.f_locals  # locals come later, so they win


def spelled(names: Mapping[Value, str]) -> dict[Value, str]:
    """Names as pictures, tables and sentences show them: `w₁`. Those that would look the same are told apart.

    >>> list(spelled({Value(1.0): "h2", Value(2.0): "h_2"}).values())
    ['h₂', 'h₂_2']
    """
    return unique_names(names, name_text, numbered=_numbered)


def name_text(name: str) -> str:
    """A name in a text formula: a number at its end becomes a subscript, and what does not read as a name gets quotes.

    >>> name_text("w1"), name_text("x_12"), name_text("layers[0].b"), name_text("my loss")
    ('w₁', 'x₁₂', 'layers[0].b', '“my loss”')
    """
    if plain := _PLAIN.fullmatch(name):
        return plain[1] + plain[2].translate(_SUBSCRIPTS)
    name = one_line(name)
    if _FROM_THE_RIGHT.search(name):
        return f"“{name}”{LEFT_TO_RIGHT}"
    if not _NAME.fullmatch(name):
        return f"“{name}”"
    match = re.fullmatch(r"(.*[^\W\d_])_?([0-9]+)", name)
    return match[1] + match[2].translate(_SUBSCRIPTS) if match else name


def other_spelling(name: str) -> str | None:
    """The only other name without subscripts that `name_text` would write the same way; "" if there is none, None if there
    may be many.

    >>> other_spelling("w1"), other_spelling("w_1"), other_spelling("b[0]"), other_spelling("my loss"), other_spelling("w₁")
    ('w_1', 'w1', '', None, None)
    """
    if re.search("[₀-₉]", name):
        return None
    if numbered := re.fullmatch(r"([^\W\d](?:[\w\[\].]*[^\W\d_])?)(_?)([0-9]+)", name):
        base, line, number = numbered.groups()
        return f"{base}{'' if line else '_'}{number}"
    return "" if len(name) < MAX_NAME and re.fullmatch(r"[^\W\d][\w\[\].]*", name) else None


def _variables(scope: Mapping[str, Any]) -> Iterator[tuple[Any, str]]:
    for name, held in list(scope.items()):
        if not name.startswith("_") and name.isidentifier():  # pytest adds locals such as @py_assert1
            yield held, name


def _in_lists(scope: Mapping[str, Any]) -> Iterator[tuple[Value, str]]:
    for held, name in list(_variables(scope))[::-1]:  # the first list that holds a node names it
        if isinstance(held, (list, tuple)):
            yield from list(_items(name, held, depth=2))[::-1]


def _items(name: str, held: Sequence[Any], depth: int) -> Iterator[tuple[Value, str]]:
    """The Values in a list and in the lists inside it, with their names."""
    if len(held) > MAX_LIST:
        return
    for i, item in enumerate(held):
        if type(item) is Value:
            yield item, f"{name}[{i}]"
        elif depth > 1 and isinstance(item, (list, tuple)):
            yield from _items(f"{name}[{i}]", item, depth - 1)


def _parameters(order: Sequence[Value], variables: Sequence[tuple[Any, str]]) -> dict[Value, str]:
    """The parameters of the modules called in the graph, with their paths from the outermost module."""
    owners: dict[int, Any] = {}
    for scope in dict.fromkeys(node.scope for node in order):
        modules = [around.owner for around in scope.path() if around.owner is not None] if scope else []
        owners.update((id(outermost), outermost) for outermost in modules[:1])
    paths = {key: list(owner.named_parameters()) for key, owner in owners.items()}
    several = sum(map(bool, paths.values())) > 1
    called = {id(held): name for held, name in variables}
    return {
        value: f"{called.get(key, type(owners[key]).__name__)}.{as_index(path)}" if several else as_index(path)
        for key, named in paths.items()
        for path, value in named
    }
