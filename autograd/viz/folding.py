"""Folding: which nodes of a graph are drawn as one box, so that the drawing stays readable."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os.path import commonprefix
from typing import Any

from autograd._format import as_index
from autograd.context import Scope
from autograd.graph import Graph
from autograd.value import Value
from autograd.viz.style import Options

MAX_IN_RANK, MAX_IN_ROW = 12, 5  # a graph with groups folds if more nodes are equally far from the root; MAX_IN_ROW if narrow
MAX_PARTS = 6  # a layer with more neurons is not split into them
OPENED = 0.25  # share of max_nodes: groups are opened unasked only if this leaves no more boxes
MIN_DEPTH, DEEPEST = 8, 12  # a cut leaves distances from the root up to 8, or a twelfth of max_nodes if that is more
MAX_CHILDREN = 12  # a group that holds only groups is opened automatically if there are no more than this many
MIN_LEAVES = 3  # at least this many leaves of one list, used by the same folded boxes, become one box
MAX_ABOUT = 40  # characters


@dataclass(eq=False)
class Group:
    """Nodes that belong together: recorded by one module or in one scope, leaves of one list, or the rest.

    `nodes` and `groups` are those directly in it; `calls` are the calls of the module, or the entries into the scope.
    A `part` is a module that was not called itself, such as one neuron of a layer.
    """

    name: str
    about: str = ""
    parent: Group | None = None
    owner: Any = None
    calls: set[Scope] = field(default_factory=set)
    nodes: list[Value] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    part: bool = False
    key: str = ""  # its name for `expand`, preceded by those of enclosing groups if it isn't unique

    def path(self) -> list[Group]:
        """The groups around it and the group itself, outermost first."""
        path: list[Group] = []
        group: Group | None = self
        while group is not None:
            path.append(group)
            group = group.parent
        return path[::-1]

    def inner(self) -> Iterator[Group]:
        """All groups in it, outer ones first."""
        queue = list(self.groups)
        for group in queue:
            yield group
            queue.extend(group.groups)

    def everything(self) -> Iterator[Value]:
        """Its nodes, and those of the groups in it."""
        for group in (self, *self.inner()):
            yield from group.nodes


@dataclass
class Folding:
    """The `folded` nodes, each with the group drawn in its place, and the `open` groups, drawn as frames around their
    contents. `note` says what was folded unasked, `hint` how to open it."""

    folded: dict[Value, Group]
    open: list[Group]
    note: str
    hint: str


def fold_graph(graph: Graph, names: Mapping[Value, str], options: Options) -> Folding:
    """Choose what to fold: modules and scopes first, then whatever is farthest from the root."""
    top = group_tree(graph)
    for group in top.inner():
        if len(group.calls) > 1:
            group.about = " · ".join(filter(None, (group.about, f"used {len(group.calls)} times")))
    there = _name_keys(top)
    if unknown := set(options.opened) - there:
        boxes = ", ".join(sorted(there)) or "none"
        raise ValueError(f"{options.caller}: expand={min(unknown)!r} is not a box of this graph; its boxes are: {boxes}")
    opened = _opened(top, options, len(graph) > options.max_nodes or _is_large(graph, top, options.narrow))
    closed = [group for group in top.inner() if group.parent in opened and group not in opened]
    folded = {node: group for group in closed for node in group.everything()}
    unasked = bool(closed) and options.fold == "auto"
    if folded:
        _bundle_leaves(graph, names, folded)
    cut = _cut(graph, folded, options.max_nodes)
    note = cut or (f"{len(graph):,} nodes, folded" if unasked else "")
    hint = f"expand={closed[0].key!r} opens a box" if unasked and not cut else ""
    return Folding(folded, [group for group in top.inner() if group in opened], note, hint)


# -- groups ------------------------------------------------------------------------------------------


def group_tree(graph: Graph) -> Group:
    """The tree of groups: all calls of a module are one group, and so are all scopes of one name inside one group."""
    top = Group("")
    by_scope: dict[Scope, Group] = {}
    by_key: dict[tuple[Group, Any], Group] = {}

    def group_of(innermost: Scope) -> Group:
        group = top
        for scope in innermost.path():
            if scope not in by_scope:
                key = group, scope.name if scope.owner is None else id(scope.owner)
                if key not in by_key:
                    by_key[key] = _named_group(scope, group)
                by_scope[scope] = by_key[key]
                by_key[key].calls.add(scope)
            group = by_scope[scope]
        return group

    for node, scope in graph.scopes.items():
        if node.op is not None:
            group = top if scope is None else by_scope.get(scope) or group_of(scope)
            group.nodes.append(node)
    homes = _homes(top)
    for node in graph:
        if node.op is None:
            homes.get(node, top).nodes.append(node)
    for group in list(top.inner()):
        if group.owner is not None and not group.groups:
            _split(group)
    return top


def _name_keys(top: Group) -> set[str]:
    """Give every group its key; returns all names that `expand` accepts."""
    groups = list(top.inner())
    for longer in (lambda group: group.name, lambda group: f"{group.parent.name}.{group.name}", _dotted):
        taken = Counter(map(longer, groups))
        for group in groups:
            if not group.key and (taken[longer(group)] == 1 or longer is _dotted):
                group.key = longer(group)
    return {name for group in groups for name in (group.name, group.key)}


def _dotted(group: Group) -> str:
    return ".".join(outer.name for outer in group.path()[1:])


def _split(group: Group) -> None:
    """Split a layer into its neurons: a node that uses the parameters of a single one of its modules belongs to that one."""
    modules = {path: module for path, module in group.owner.named_modules() if path and module.parameters()}
    parts: dict[str, list[Value]] = {path: [] for path in modules if not any(path.startswith(f"{other}.") for other in modules)}
    if not 0 < len(parts) <= MAX_PARTS:
        return
    of = {value: path for path in parts for value in modules[path].parameters()}
    for node in reversed(group.nodes):  # arguments first
        used = {of[arg] for arg in node.args if arg in of}
        if node.op is not None and len(used) == 1:
            (of[node],) = used
        if node not in of:
            return
        parts[of[node]].append(node)
    for path, nodes in parts.items():
        part = Group(as_index(path), repr(modules[path]), group, modules[path], group.calls, nodes, part=True)
        group.groups.append(part)
    group.nodes = []


def _named_group(scope: Scope, parent: Group) -> Group:
    """A new group for a scope, added to its parent under a unique name."""
    name, about = scope.name, ""
    if scope.owner is not None:
        about = repr(scope.owner)
        about = about if len(about) <= MAX_ABOUT and "\n" not in about else ""
        owner = next((group.owner for group in reversed(parent.path()) if group.owner is not None), None)
        paths = {} if owner is None else {id(module): path for path, module in owner.named_modules()}
        if path := as_index(paths.get(id(scope.owner), "")):
            name = path
        else:
            about = about.removeprefix(f"{name}(").removesuffix(")")
    again = sum(name == sibling.name for sibling in parent.groups)
    group = Group(f"{name}_{again + 1}" if again else name, about, parent, scope.owner)
    parent.groups.append(group)
    return group


def _homes(top: Group) -> dict[Value, Group]:
    """The group in which each parameter is drawn: the innermost of its module, or the innermost around all that share it."""
    homes: dict[Value, Group] = {}
    for group in top.inner():  # outer ones first
        for value in group.owner.parameters() if group.owner is not None else ():
            before = homes.get(value, group).path()
            shared = [a for a, b in zip(before, group.path(), strict=False) if a is b]
            homes[value] = group if shared == before else shared[-1]
    return homes


# -- which groups are opened ----------------------------------------------------------------------------


def _is_large(graph: Graph, top: Group, narrow: bool) -> bool:
    """True if a graph with groups needs more than the height of a screen, or than the width of a narrow one."""
    if not top.groups:
        return False
    return max(Counter(_distances(graph).values()).values()) > (MAX_IN_ROW if narrow else MAX_IN_RANK)


def _distances(graph: Graph) -> dict[Value, int]:
    """The length of the longest path from each node to the root."""
    distance = dict.fromkeys(graph, 0)
    for node in reversed(graph.nodes):
        for arg in node.args:  # not edges, which take twice as long in a large graph
            if type(arg) is Value:
                distance[arg] = max(distance[arg], distance[node] + 1)
    return distance


def _opened(top: Group, options: Options, large: bool) -> set[Group]:
    everything = {top, *top.inner()}
    if options.fold == "none" or (options.fold == "auto" and not large):
        return everything
    opened = {top}
    for group in everything:
        if group.key in options.opened or group.name in options.opened:
            opened.update(group.path(), (part for part in group.groups if len(group.groups) == 1 and part.part))
    for group in top.inner():  # outer ones first
        only_groups = group.groups and all(node.op is None for node in group.nodes) and not group.groups[0].part
        if group.parent in opened and only_groups and len(group.groups) <= MAX_CHILDREN:
            opened.add(group)
    if options.fold == "module":
        return opened
    boxes = sum(len(group.nodes) + sum(inner not in opened for inner in group.groups) for group in opened)
    for parent in (top, *top.inner()):  # children of one parent are opened together or not at all
        closed = [group for group in parent.groups if not (group.part or group in opened)] if parent in opened else []
        more = sum(len(group.nodes) + len(group.groups) - 1 for group in closed)
        if closed and boxes + more <= options.max_nodes * OPENED and not options.narrow:
            opened.update(closed)
            boxes += more
    return opened


# -- leaves, and what is left over ----------------------------------------------------------------------


def _bundle_leaves(graph: Graph, names: Mapping[Value, str], folded: dict[Value, Group]) -> None:
    """Fold leaves of one list into one box if the same folded boxes use them."""
    users: dict[Value, set[Any]] = {node: set() for node in graph if node.op is None and node not in folded}
    for node in graph:
        for arg in node.args:  # not edges, which are slow in a large graph
            if arg in users:
                users[arg].add(folded.get(node, node))
    bundles: dict[tuple[str, frozenset[Any]], list[Value]] = {}
    for leaf, used_by in users.items():
        if used_by and all(type(user) is Group for user in used_by):
            name = names[leaf]
            prefix = name.partition("[")[0] if "[" in name else "" if re.fullmatch(r"v\d+", name) else name
            bundles.setdefault((prefix, frozenset(used_by)), []).append(leaf)
    for (prefix, _), leaves in bundles.items():
        if len(leaves) >= MIN_LEAVES:
            name = _shared_beginning([names[leaf] for leaf in leaves]) if prefix else "leaves"
            group = Group(name or prefix, f"{len(leaves)} values", nodes=leaves)
            folded.update(dict.fromkeys(leaves, group))


def _shared_beginning(names: Sequence[str]) -> str:
    """The beginning that all names share, in whole parts: "W" of W[0][1] and W[1][0]."""
    beginning = commonprefix(names)  # noqa: RUF071  # by characters, on purpose
    if beginning.rfind("[") > beginning.rfind("]"):
        beginning = beginning[: beginning.rfind("[")]
    return beginning.rstrip(".")


def _cut(graph: Graph, folded: dict[Value, Group], max_nodes: int) -> str:
    """If there are still too many boxes, fold those farthest from the root into one; returns the note about it.

    Distance is the longest path to the root, so all users of a node that is shown are shown too.
    """
    if len({folded.get(node, node) for node in graph}) <= max_nodes:
        return ""
    distance = _distances(graph)
    farthest: dict[Value | Group, int] = {}
    for node in graph:
        unit = folded.get(node, node)
        farthest[unit] = max(distance[node], farthest.get(unit, 0))
    deepest = max(MIN_DEPTH, max_nodes // DEEPEST)
    kept = {unit for unit in sorted(farthest, key=farthest.__getitem__)[: max_nodes - 1] if farthest[unit] <= deepest}
    rest = Group("everything before")
    for node in graph:
        if folded.get(node, node) not in kept:
            rest.nodes.append(node)
            folded[node] = rest
    rest.about = f"{len(rest.nodes):,} nodes"
    return f"{len(rest.nodes):,} of {len(graph):,} nodes are folded into one box, since max_nodes is {max_nodes}"
