"""What the nodes of a graph are called, when somebody asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograd.frames import user_frame
from autograd.value import Value


def node_names(order: Sequence[Value]) -> dict[Value, str]:
    """A name for every node: its label, else the caller's variable that holds it, else `v12`.

    `w[2]` names the items of lists and tuples.
    """
    frame, _ = user_frame()
    held = _variables(frame.f_globals)
    held.update(_variables(frame.f_locals))
    names: dict[Value, str] = {}
    for i, node in enumerate(order):
        names[node] = node.label or held.get(node) or f"v{i}"
    return names


def _variables(scope: Mapping[str, Any]) -> dict[Value, str]:
    found: dict[Value, str] = {}
    for name, held in list(scope.items()):
        if name.startswith("_"):
            continue
        if type(held) is Value:
            found[held] = name
        elif isinstance(held, (list, tuple)) and len(held) <= 100:
            for i, item in enumerate(held):
                if type(item) is Value:
                    found.setdefault(item, f"{name}[{i}]")
    return found
