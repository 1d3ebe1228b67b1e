"""Reads a PyTorch program as a whole: the kinds of its names, its networks, and which tensors learn."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import product
from typing import Any, TypeVar

from playground.syntax import UNREADABLE, names_in
from playground.torch.kinds import TorchKinds
from playground.torch.names import TorchNetwork
from playground.torch.trees import Name, made_by_calls, passed_to_class, sizes_of
from playground.torch.vocabulary import CLASSES


class TorchReading(TorchKinds):
    """A PyTorch program, read as a whole."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.find_objects()
        given = {self.name(target) for target, _, _ in self.given}
        self.passed = dict(self.parameters())
        self.only |= {name: x[0] for name, x in self.passed.items() if len(x) == 1 and name not in given}  # names of one value
        self.asking |= {
            name for x, value, is_part in self.given if is_part and x.id in self.asking for name in self.listing(value)
        }
        asked_names = {target.id for target, value, _ in self.given if any(map(self.asks, ast.walk(value)))} | self.asking
        lists = [*(x for _, x, _ in self.given), *(x for arguments in self.passed.values() for x in arguments)]
        self.leaves = [x for x in lists if self.is_of_leaves(x, asked_names)]
        self.over_parameters = {
            target.id
            for target, x, is_part in self.given
            if ast.unparse(x).endswith(".parameters()") or (is_part and self.meant(x) in self.leaves)
        }
        self.learned = asked_names | self.over_parameters  # names of leaves that PyTorch changes in place
        self.given += [each for node in self.nodes for each in self.batches(node)]
        self.networks = self.find_networks()
        self.answers.clear()
        self.has_classes = bool((self.learns_any or self.networks) and CLASSES.search(text)) or self.has_places()
        self.lists |= {own for node in self.nodes if isinstance(node, ast.ClassDef) for own in self.samples(node)}
        passed = {name: ast.unparse(value) for (_, name), value in self.only.items()}
        self.networks = {name: self.networks[x] for name, x in passed.items() if x in self.networks} | self.networks
        self.find_kinds()

    def find_objects(self) -> None:
        """Find what objects of the program's classes hold, and what calling those runs that hold tensors and no linear layers."""
        classes = {node.name: node for node in self.nodes if isinstance(node, ast.ClassDef)}
        held: dict[str, dict[str, ast.expr]] = {name: {} for name in classes}
        given = Counter[str]()
        for name, node in [(name, node) for name, made in classes.items() for node in ast.walk(made)]:
            match node:
                case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=attribute)], value=value):
                    held[name][attribute] = value
                    given[attribute] += 1
        for target, call in made_by_calls(self.nodes):
            if made := classes.get(name := ast.unparse(call.func)):
                known = {at: x for at, x in held[name].items() if given[at] == 1}
                self.held |= {f"{owner}.{at}": x for owner in ("self", ast.unparse(target)) for at, x in known.items()}
                has_layers = any(self.path(part) == "torch.nn.Linear" for part in ast.walk(made))
                if not has_layers and any(self.numbers(x) or self.rows(x) or self.filled(x) for x in known.values()):
                    methods = {line.name: line for line in made.body if isinstance(line, ast.FunctionDef)}
                    self.functions |= {ast.unparse(target): methods[at] for at in ("forward", "__call__") if at in methods}

    def find_networks(self) -> dict[str, TorchNetwork]:
        """The networks of linear layers by name, made in one line or by a class of the program."""
        classes = {
            node.name: node
            for node in self.nodes
            if isinstance(node, ast.ClassDef) and "torch.nn.Module" in map(self.path, node.bases)
        }
        found = {}
        for target, call in made_by_calls(self.nodes):
            made: ast.AST = classes.get(ast.unparse(call.func), call)
            self.makers[ast.unparse(target)] = self.path(call.func)
            is_known = made is not call or self.path(call.func) in ("torch.nn.Linear", "torch.nn.Sequential")
            if not is_known or ast.unparse(target) in self.functions:
                continue
            inner = sorted([x for x in ast.walk(made) if isinstance(x, ast.Call)], key=self.span)
            layers = [layer for layer in inner if self.path(layer.func) == "torch.nn.Linear"]
            sizes = [self.size(x, passed_to_class(made, call)) for layer in layers for x in sizes_of(layer)]
            learns_several = any(self.asks(each) and (self.numbers(each) or self.filled(each)) for each in inner)
            one_in, one_out = (sizes[0] == "1", sizes[-1] == "1") if sizes else (not learns_several, True)
            if sizes or isinstance(made, ast.ClassDef):
                found[ast.unparse(target)] = TorchNetwork(one_in, one_out, bool(sizes))
        return found

    def size(self, node: ast.expr, passed: Mapping[str, ast.expr]) -> str:
        """The size of a layer as text: the number if it is named, or `passed` to the class of the network."""
        return ast.unparse(self.meant(passed.get(getattr(node, "id", ""), node)))

    def is_of_leaves(self, node: ast.AST, leaves: Collection[str]) -> bool:
        """True for a list of tensors that learn, if the program only loops over it or gives it to an optimizer."""
        if not isinstance(node, ast.List) or not node.elts:
            return False
        names = {x.id for x, value, is_part in self.given if value is node and not is_part}
        names |= {own[1] for own, values in self.passed.items() for x in values if x is node or getattr(x, "id", "") in names}
        through = [taken for x in self.nodes for taken in self.taken_whole(x)]
        through += [x for values in self.passed.values() for x in values]
        loads = [x for x in self.nodes if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Load) and x.id in names]
        return all(isinstance(x, ast.Name) and x.id in leaves for x in node.elts) and all(x in through for x in loads)

    def taken_whole(self, node: ast.AST) -> Iterator[ast.expr]:
        """The iterable of a loop, or the parameters given to an optimizer."""
        match node:
            case ast.For(iter=x) | ast.comprehension(iter=x):
                yield x
            case ast.Call(func=function, args=[x, *_]) if self.path(function).startswith(("torch.optim.", "torch.nn.utils.")):
                yield x

    def has_places(self) -> bool:
        """True if whole numbers in a tensor are used as an index."""
        indices = [node.slice for node in self.nodes if isinstance(node, ast.Subscript)]
        used = {x.id for x in indices for x in getattr(x, "elts", [x]) if isinstance(x, ast.Name)}
        return any(self.is_whole_tensor(value) for target, value, _ in self.given if target.id in used)

    def find_kinds(self) -> None:
        """Classify each name as a list, as rows, or as plain, by the values that lines or all calls give it."""
        kinds = (
            (self.is_matrix, self.matrices, None),
            (self.is_list, self.lists, self.is_matrix),
            (self.is_plain, self.plain, self.is_plain),
        )
        for self.are_known, (kind, names, of_parts) in product((False, True), kinds):
            self.spread(kind, names, of_parts)
        sums: list[tuple[ast.Name, ast.expr]] = [
            (x, value) for x, value, _ in self.given if isinstance(value, ast.BinOp) and x.id in names_in(value)
        ]
        sums += [(x.target, x.value) for x in self.nodes if isinstance(x, ast.AugAssign) and isinstance(x.target, ast.Name)]
        for node in self.nodes:
            match node:
                case ast.Assign(targets=[ast.Subscript(value=ast.Name() as x)], value=value):
                    sums.append((x, value))
        sums = [(x, value) for x, value in sums if self.name(x) in self.plain]
        while added := {self.name(x) for x, value in sums if not (self.is_builtin(value) or self.is_plain(value))} - self.summed:
            self.summed |= added
            self.plain.clear()
            self.spread(*kinds[-1])

    def spread(self, kind: Callable[[ast.AST], bool], names: set[Name], of_parts: Callable[[ast.AST], bool] | None) -> None:
        """Add the names of this kind, until no name makes another one."""
        self.answers.clear()
        while True:
            found = {self.name(x) for x, value, is_part in self.given if not is_part and kind(value)}
            found |= {self.name(x) for x, value, is_part in self.given if is_part and of_parts and of_parts(value)}
            found |= {name for name, values in self.passed.items() if values and all(map(kind, values))}
            if found <= names:
                break
            names |= found
            self.answers.clear()


Reader = TypeVar("Reader", bound=TorchReading)


def first_found(
    text: str, read: Callable[[str], Reader], *kinds: tuple[Callable[[Reader], Iterable[Any]], str]
) -> tuple[Any, str] | None:
    """The first node in a program of the first kind that it has, and what is said of that kind. None if it has none, or the text
    isn't Python. A kind is a function that finds its nodes."""
    try:
        reading = read(text)
        for find, told in kinds:
            if node := min(find(reading), key=reading.span, default=None):
                return node, told
    except UNREADABLE:
        pass
    return None
