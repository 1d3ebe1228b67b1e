"""Folding: which nodes of a graph stand in one box together, so that the drawing can be read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os.path import commonprefix
from typing import Any

from autograd._format import as_index
from autograd.calls import scopes_of
from autograd.context import Scope
from autograd.value import Value

MOST_CHILDREN = 12  # what only holds other modules is opened by itself if it holds no more than these
FEWEST_LEAVES = 3  # so many leaves of one list, used by the same folded box, become one box


@dataclass(eq=False)
class Group:
    """Nodes that belong together: made by one module or in one scope, leaves of one list, or what is left over.

    `nodes` are those that lie right in it, `groups` the groups in it; `calls` says how often a module was
    called, or a scope entered.
    """

    name: str
    about: str = ""
    parent: Group | None = None
    owner: Any = None
    calls: set[Scope] = field(default_factory=set)
    nodes: list[Value] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)

    def everything(self) -> Iterator[Value]:
        """Its nodes, and those of the groups in it."""
        stack = [self]
        while stack:
            group = stack.pop()
            yield from group.nodes
            stack.extend(reversed(group.groups))

    def around(self) -> list[Group]:
        """The groups around it, the outermost first."""
        around: list[Group] = []
        group = self.parent
        while group is not None:
            around.append(group)
            group = group.parent
        return around[::-1]

    def inner(self) -> Iterator[Group]:
        """All groups in it, outer ones first."""
        queue = list(self.groups)
        for group in queue:
            yield group
            queue.extend(group.groups)


@dataclass
class Folding:
    """`box` has, for each node that is not drawn for itself, the group that stands for it; `open` are the
    groups that are drawn as a frame around what they hold; `note` says what was folded without being asked,
    `hint` how to open it."""

    box: dict[Value, Group]
    open: list[Group]
    note: str = ""
    hint: str = ""


def folding(order: Sequence[Value], names: Mapping[Value, str], fold: str, max_nodes: int, opened: Collection[str]) -> Folding:
    """Choose what is folded: by modules and scopes first, then whatever lies farthest from the root."""
    root = _groups(order)
    unknown = set(opened) - {group.name for group in root.inner()}
    if unknown:
        there = ", ".join(sorted({group.name for group in root.inner()})) or "none"
        raise ValueError(f"draw_dot: expand={sorted(unknown)[0]!r} names no box of this graph; there are: {there}")
    open_groups = _opened(root, fold, max_nodes, opened, len(order))
    folded = [group for group in root.inner() if group.parent in open_groups and group not in open_groups]
    box = {node: group for group in folded for node in group.everything()}
    unasked = bool(folded) and fold == "auto"
    _bundle_leaves(order, names, box)
    cut = _cut(order, box, max_nodes)
    note = cut or (f"{len(order):,} nodes, folded" if unasked else "")
    hint = f"expand={folded[0].name!r} opens a box" if unasked and not cut else ""
    return Folding(box, [group for group in root.inner() if group in open_groups], note, hint)


# -- groups ------------------------------------------------------------------------------------------


def _groups(order: Sequence[Value]) -> Group:
    """The tree of groups: all calls of a module are one group, all scopes of one name inside one group too."""
    root = Group("")
    by_scope: dict[Scope, Group] = {}
    by_key: dict[tuple[Group, Any], Group] = {}

    def group_of(made_in: Scope) -> Group:
        group = root
        for scope in made_in.path():
            if scope not in by_scope:
                key = group, scope.name if scope.owner is None else id(scope.owner)
                if key not in by_key:
                    by_key[key] = _named_group(scope, group)
                    again = sum(by_key[key].name == sibling.name for sibling in group.groups)
                    by_key[key].name += f"_{again + 1}" if again else ""
                    group.groups.append(by_key[key])
                by_scope[scope] = by_key[key]
                by_key[key].calls.add(scope)
            group = by_scope[scope]
        return group

    leaves = set()
    for node, made_in in scopes_of(order).items():
        if node.op is None:
            leaves.add(node)
        elif made_in is not None:
            (by_scope.get(made_in) or group_of(made_in)).nodes.append(node)
        else:
            root.nodes.append(node)
    homes = _homes(root)
    for leaf in order:
        if leaf in leaves:
            homes.get(leaf, root).nodes.append(leaf)
    return root


def _homes(root: Group) -> dict[Value, Group]:
    """Where a parameter is drawn: in the innermost group of its module; outside of all groups that share it."""
    homes: dict[Value, Group] = {}
    for group in root.inner():  # outer ones first
        for value in group.owner.parameters() if group.owner is not None else ():
            before = homes.get(value, group)
            homes[value] = group if before in group.around() else _common([*before.around(), before], [*group.around(), group])
    return homes


def _common(one: Sequence[Group], other: Sequence[Group]) -> Group:
    """The innermost group on both ways from the root."""
    return [a for a, b in zip(one, other, strict=False) if a is b][-1]


def _named_group(scope: Scope, parent: Group) -> Group:
    if scope.owner is None:
        return Group(scope.name, parent=parent)
    about = repr(scope.owner)
    about = about if len(about) <= 40 and "\n" not in about else ""
    around: Group | None = parent
    while around is not None and around.owner is None:
        around = around.parent
    paths = {} if around is None else {id(module): path for path, module in around.owner.named_modules()}
    path = as_index(paths.get(id(scope.owner), ""))
    inside = about.removeprefix(f"{scope.name}(").removesuffix(")")
    return Group(path or scope.name, about if path else inside, parent, scope.owner)


# -- which groups are opened ----------------------------------------------------------------------------


def _opened(root: Group, fold: str, max_nodes: int, names: Collection[str], total: int) -> set[Group]:
    everything = {root, *root.inner()}
    if fold == "none" or (fold == "auto" and total <= max_nodes):
        return everything
    chosen: set[Group] = {root}
    for group in everything:
        if group.name in names:
            around: Group | None = group
            while around is not None:
                chosen.add(around)
                around = around.parent
    for group in root.inner():  # outer ones first
        only_groups = group.groups and all(node.op is None for node in group.nodes)
        if group.parent in chosen and only_groups and len(group.groups) <= MOST_CHILDREN:
            chosen.add(group)
    if fold == "module":
        return chosen
    shown = sum(len(group.nodes) + sum(inner not in chosen for inner in group.groups) for group in chosen)
    for parent in (root, *root.inner()):  # children of one parent are opened together, or none of them
        closed = [group for group in parent.groups if group not in chosen] if parent in chosen else []
        more = sum(len(group.nodes) + len(group.groups) - 1 for group in closed)
        if closed and shown + more <= max_nodes:
            chosen.update(closed)
            shown += more
    return chosen


# -- leaves, and what is left over ----------------------------------------------------------------------


def _bundle_leaves(order: Sequence[Value], names: Mapping[Value, str], box: dict[Value, Group]) -> None:
    """Leaves of one list that the same folded boxes use become one box."""
    users: dict[Value, dict[Any, None]] = {}
    for node in order:
        for arg in node.args:
            if type(arg) is Value and arg.op is None and arg not in box:
                users.setdefault(arg, {})[box.get(node, node)] = None
    bundles: dict[tuple[str, frozenset[Any]], list[Value]] = {}
    for leaf, used_by in users.items():
        if all(type(user) is Group for user in used_by):
            name = names[leaf]
            prefix = name.partition("[")[0] if "[" in name else "" if re.fullmatch(r"v\d+", name) else name
            bundles.setdefault((prefix, frozenset(used_by)), []).append(leaf)
    for (prefix, _), leaves in bundles.items():
        if len(leaves) >= FEWEST_LEAVES:
            name = _shared_beginning([names[leaf] for leaf in leaves]) if prefix else "leaves"
            group = Group(name or prefix, f"{len(leaves)} values", nodes=leaves)
            box.update(dict.fromkeys(leaves, group))


def _shared_beginning(names: Sequence[str]) -> str:
    """What names begin with alike, in whole parts: "W" of W[0][1] and W[1][0]."""
    beginning = commonprefix(names)  # noqa: RUF071  # by characters is meant
    if beginning.rfind("[") > beginning.rfind("]"):
        beginning = beginning[: beginning.rfind("[")]
    return beginning.rstrip(".")


def _cut(order: Sequence[Value], box: dict[Value, Group], max_nodes: int) -> str:
    """If there are still too many boxes: what lies farthest from the root goes into one; says so.

    Distance is the longest way to the root, so all users of a node that is shown are shown too.
    """
    boxes = {box.get(node, node) for node in order}
    if len(boxes) <= max_nodes:
        return ""
    distance: dict[Any, int] = {}
    for node in reversed(order):
        here = distance.setdefault(node, 0) + 1
        for arg in node.args:
            if type(arg) is Value and distance.get(arg, 0) < here:
                distance[arg] = here
    farthest: dict[Any, int] = {}
    for node in order:
        unit = box.get(node, node)
        farthest[unit] = max(distance[node], farthest.get(unit, 0))
    kept = set(sorted(farthest, key=farthest.__getitem__)[: max_nodes - 1])
    rest = Group("everything before")
    for node in order:
        if box.get(node, node) not in kept:
            rest.nodes.append(node)
            box[node] = rest
    rest.about = f"{len(rest.nodes):,} nodes"
    return f"{len(rest.nodes):,} of {len(order):,} nodes are folded into one box, since max_nodes is {max_nodes}"
