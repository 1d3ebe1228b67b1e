"""What the nodes of a graph are called, when somebody asks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from autograd.frames import user_frame
from autograd.scopes import Scope
from autograd.value import Value

LONGEST_LIST = 100


def node_names(order: Sequence[Value]) -> dict[Value, str]:
    """A name for every node: its label, else the caller's variable that holds it, else `v12`.

    `w[2]` and `W[0][1]` name the items of lists and tuples. A parameter of a module that was called has its
    path in the module, `layers[0].neurons[1].w[0]`.
    """
    frame, _ = user_frame()
    held = _parameters(order)
    held.update(_variables(frame.f_globals))
    held.update(_variables(frame.f_locals))
    names: dict[Value, str] = {}
    for i, node in enumerate(order):
        names[node] = node.label or held.get(node) or f"v{i}"
    return names


def _variables(scope: Mapping[str, Any]) -> dict[Value, str]:
    found: dict[Value, str] = {}
    for name, held in list(scope.items()):
        if name.startswith("_") or not name.isidentifier():  # pytest keeps locals of its own
            continue
        if type(held) is Value:
            found[held] = name
        elif isinstance(held, (list, tuple)):
            for node, item in _items(name, held, depth=2):
                found.setdefault(node, item)
    return found


def _items(name: str, held: Sequence[Any], depth: int) -> Iterator[tuple[Value, str]]:
    """The Values in a list, and in the lists in it."""
    if len(held) > LONGEST_LIST:
        return
    for i, item in enumerate(held):
        if type(item) is Value:
            yield item, f"{name}[{i}]"
        elif depth > 1 and isinstance(item, (list, tuple)):
            yield from _items(f"{name}[{i}]", item, depth - 1)


def _parameters(order: Sequence[Value]) -> dict[Value, str]:
    """The parameters of the modules whose calls are in the graph, by their paths in the outermost one."""
    owners: dict[int, Any] = {}
    seen: set[Scope] = set()
    for node in order:
        made_in = node.scope
        while made_in is not None and made_in not in seen:
            seen.add(made_in)
            if made_in.owner is not None and not any(around.owner is not None for around in made_in.path()[:-1]):
                owners[id(made_in.owner)] = made_in.owner
            made_in = made_in.parent
    return {value: as_index(name) for owner in owners.values() for name, value in owner.named_parameters()}


def as_index(path: str) -> str:
    """An attribute path as Python writes it.

    >>> as_index("layers.0.neurons.1.w.0")
    'layers[0].neurons[1].w[0]'
    """
    return re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", path)
