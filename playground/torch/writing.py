"""Writes a PyTorch program anew, node by node: elementwise operations become comprehensions over lists."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from playground.syntax import ATOMS
from playground.torch.shapes import TorchShapes
from playground.torch.trees import is_dropped

LEFT_OUT = {"inplace", "set_to_none", "dtype", "device", "retain_graph", "allow_unused"}  # keywords
ANSWERS = {"double": "float", "float": "float", "int": "int", "long": "int"}


class TorchWriting(TorchShapes):
    """Writes every node: by the rule for its kind, a method such as of_Call, or else unchanged except for its parts."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.closures = {node.name for node in self.nodes if isinstance(node, ast.FunctionDef)}
        losses = [x for x in self.nodes if isinstance(x, ast.Call) and len(x.args) == 2 and self.is_loss(x.func)]
        self.alone_in_batch = {id(x.args[1]) for x in losses if self.is_matrix(x.args[0]) and not self.is_several(x.args[1])}
        self.in_place = False  # inside `with torch.no_grad()`
        self.learns = False  # inside the value of a name that a later line makes require a gradient
        self.letters: dict[str, str] | None = None  # one for each list, inside an elementwise expression
        self.row_letters: dict[str, str] | None = None  # and one for each list of rows

    def text(self) -> str:
        made = self.spliced(self.tree, 0, len(self.source))
        return made if self.source.startswith(b"\n") else made.lstrip("\n")

    def written(self, node: ast.AST) -> str:
        if id(node) in self.alone_in_batch:
            return f"[{self.rewritten(node)}]"
        return self.rewritten(node)

    def rewritten(self, node: ast.AST) -> str:
        is_each, is_each_of_rows = self.is_each(node), self.is_each_of_rows(node)
        if self.letters is None:
            if is_each or is_each_of_rows:
                return self.listed(lambda: self.answer(node) or self.written(node), node)
        elif not (is_each if self.row_letters is None else is_each_of_rows):
            return self.lettered(node)
        rule: Callable[[Any], str | None] | None = getattr(self, f"of_{type(node).__name__}", None)
        made = rule(node) if rule else None
        return self.spliced(node, *self.span(node)) if made is None else made

    def lettered(self, node: ast.AST) -> str:
        """The letter of a list in an elementwise expression, or the whole text of a number."""
        letters, rows, self.letters, self.row_letters = self.letters or {}, self.row_letters, None, None
        whole = self.written(node)
        self.letters, self.row_letters = letters, rows
        free = iter(self.free[len(letters) + len(rows or ()) :])
        is_column = rows is not None and self.shape(node) == "column"
        if rows is not None and (is_column or self.is_matrix(node)):
            whole = rows.setdefault(whole, next(free))
        return whole if is_column or not self.is_several(node) else letters.setdefault(whole, next(free))

    def answer(self, node: ast.AST) -> str | None:
        """float(x > y) for (x > y).double(): a comparison converted to a number."""
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Compare() as asked, attr=kind)) if kind in ANSWERS:
                return f"{ANSWERS[kind]}({self.written(asked)})"
        return None

    def listed(self, write: Callable[[], str], several: ast.AST, as_loop: bool = False) -> str:
        """An elementwise text, which makes or changes several numbers, as a comprehension over the lists in it, or as a loop."""
        self.letters, self.row_letters = {}, {} if self.is_matrix(several) else None
        text = write()
        letters, rows, self.letters, self.row_letters = self.letters, self.row_letters, None, None
        if not as_loop:
            each = f"[{text} {_over(letters)}]"
            return f"[{each} {_over(rows)}]" if rows else each
        if rows and {*letters} != {*rows.values()}:
            raise ValueError("a list is combined with each row, in a loop through all numbers")
        numbers = [(whole, row, letters[row]) for whole, row in (rows or {}).items()]
        flat = {f"[{number} for {row} in {whole} for {number} in {row}]": number for whole, row, number in numbers}
        return f"{_over(flat or letters)}: {text}"

    def masked(self, several: ast.expr, mask: ast.expr, form: Callable[[str, str, str], str]) -> str:
        """The numbers, or rows, chosen by a mask, or changed where it is true."""
        self.letters, self.row_letters = {}, {} if self.is_matrix(mask) else None
        number, answer = self.written(several), self.written(mask)
        letters, rows, self.letters, self.row_letters = self.letters, self.row_letters, None, None
        return f"[{form(number, answer, ' '.join(map(_over, filter(None, (rows, letters)))))}]"

    def spliced(self, node: ast.AST, start: int, end: int) -> str:
        """The source from start to end, with the node's parts rewritten."""
        made: list[tuple[str, ast.AST, str]] = []
        for part in sorted(_parts(node), key=self.span):
            first, last = self.span(part)
            if first < start:  # the target of a step
                continue
            dropped = is_dropped(part)
            made.append((self.source[start:first].decode(), part, "" if dropped else self.written(part)))
            start = self.next_line(last) if dropped else last
        if any(type(part) in (ast.Assign, ast.AugAssign, ast.Expr) and text.startswith("for ") for _, part, text in made):
            made = self.on_own_lines(made)
        return "".join(before + text for before, _, text in made) + self.source[start:end].decode()

    def on_own_lines(self, made: Sequence[tuple[str, ast.AST, str]]) -> list[tuple[str, ast.AST, str]]:
        """The parts, each statement on a line of its own: a loop would take in the others on its line, or cannot follow them."""
        apart: list[tuple[str, ast.AST, str]] = []
        indent = ""
        for before, part, text in made:
            if isinstance(part, ast.stmt):
                row = self.source[self.starts[part.lineno - 1] :].decode()
                around, between = row[: len(row) - len(row.lstrip())], before.rpartition("\n")[2].rstrip()
                if between.endswith(":"):
                    indent = f"{around}    "
                elif "\n" in before or not apart:
                    indent = around
                if between.endswith((":", ";")):
                    before = f"{before.rstrip().removesuffix(';')}\n{indent}"
            apart.append((before, part, text))
        return apart

    def next_line(self, at: int) -> int:
        """The start of the statement after the one that ends here."""
        rest = self.source[at:]
        return at + len(rest) - len(rest.lstrip(b" \t;")) if rest.lstrip(b" \t").startswith(b";") else at + rest.find(b"\n") + 1

    def operand(self, node: ast.expr) -> str:
        return self.written(node) if isinstance(node, ATOMS) else f"({self.written(node)})"

    def called(self, name: str, args: Sequence[ast.AST], keywords: Sequence[ast.keyword] = (), *more: str) -> str:
        kept = [keyword for keyword in keywords if keyword.arg not in LEFT_OUT]
        return f"{self.ours(name)}({', '.join([*map(self.written, args), *more, *map(self.written, kept)])})"

    def unpacked(self, x: ast.expr) -> str:
        """A number, or several as elements of a list around them."""
        if self.is_matrix(x):
            return f"*{self.flat(x)}"
        return f"{'*' * self.is_list(x)}{self.written(x)}"

    def flat(self, rows: ast.expr) -> str:
        """The numbers of all rows, as one list."""
        row, number, *_ = self.free
        return f"[{number} for {row} in {self.written(rows)} for {number} in {row}]"

    def transposed(self, rows: ast.expr) -> str:
        """The columns of rows, as rows."""
        return f"[[*{self.free[0]}] for {self.free[0]} in zip(*{self.written(rows)})]"


def _over(letters: Mapping[str, str]) -> str:
    """The clause of a comprehension or loop that goes through several lists together."""
    lists = ", ".join(letters)
    return f"for {', '.join(letters.values())} in {lists if len(letters) == 1 else f'zip({lists}, strict=True)'}"


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes inside that have positions."""
    for child in ast.iter_child_nodes(node):
        if hasattr(child, "lineno"):
            yield child
        else:
            yield from _parts(child)
