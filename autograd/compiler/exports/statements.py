"""Translates Python functions to another language, so that every formula is written only once.

An op's `plain` column and the functions it calls, from `scalar_math` and `library`, are read as syntax trees. They use only
a small part of Python: numbers, truth values, lists of numbers and pairs; conditionals and loops.
"""

from __future__ import annotations

import ast
from collections import ChainMap
from collections.abc import MutableMapping, Sequence

from autograd.compiler.exports.expressions import OPERATORS, Expressions, OpenFunction
from autograd.compiler.exports.python_trees import Declarations, declarations, function_trees, kind_of, numbers_of, range_of
from autograd.compiler.exports.texts import ATOM, INDENT, LIST, NUMBER, Text


class Writer(Expressions):
    """Writes expressions and functions in one language; subclasses for C and JavaScript."""

    # -- functions -----------------------------------------------------------------------------------

    def translated(self, expression: ast.expr, kinds: MutableMapping[str, str], what: str) -> Text:
        """An expression whose variables have these kinds; CompileError, naming `what`, if the language can't express it."""
        self.what = what
        self.scope = OpenFunction(ChainMap({}, kinds), Declarations({}, {}), NUMBER)
        found = self.numeric(expression)
        if self.scope.lines:
            raise self.refusal(f"{ast.unparse(expression)!r} is not one expression there")
        return found

    def require(self, name: str) -> None:
        if name in self.functions:
            return
        if name in self.snippets:
            self.functions[name] = self.snippets[name]
            return
        tree = function_trees()[name]
        outer = self.scope
        kinds = {arg.arg: kind_of(arg.annotation) for arg in tree.args.args}
        if tree.args.vararg is not None:
            kinds[tree.args.vararg.arg] = LIST
        self.scope = OpenFunction(kinds, declarations(tree), kind_of(tree.returns))
        self.functions[name] = ""  # it may call itself
        self.block(tree.body[1:], indented=True)
        body = [*self.scope.hoisted, *self.scope.lines]
        del self.functions[name]
        comment = "".join(f"// {line.strip()}\n" for line in (ast.get_docstring(tree) or "").splitlines())
        self.functions[name] = "\n".join([f"{comment}{self.signature(tree)} {{", *body, "}\n"])
        self.scope = outer

    # -- statements ----------------------------------------------------------------------------------

    def block(self, statements: Sequence[ast.stmt], indented: bool = False) -> None:
        outer, self.scope.lines = self.scope.lines, []
        for statement in statements:
            self.dispatch("statement", statement)
        # A variable's kind is known only after its first assignment has been read.
        at_start = self.scope.home.at_start.get(id(statements[0]), ())
        declarations = [self.declared(self.scope.kinds[name], name) for name in at_start]
        lines = [line for line in (*declarations, *self.scope.lines) if line]
        self.scope.lines = outer
        self.scope.lines += [INDENT + line for line in lines] if indented else lines

    def assign(self, target: str, value: Text, at: ast.stmt) -> None:
        """Write `target = value`, with the declaration of the variable if this is where it belongs."""
        self.scope.kinds.setdefault(target, value.kind)
        declare = self.scope.home.at_assignment.get(target) == id(at)
        self.scope.lines.append(self.declared(value.kind, target, value.text) if declare else f"{target} = {value.text};")

    def unpack(self, target: ast.expr, value: ast.expr, at: ast.stmt) -> None:
        """Write `target = value`, where the target may be several variables."""
        if isinstance(target, ast.Name):
            self.assign(target.id, self.expression(value), at)
        elif isinstance(target, ast.Subscript):
            self.scope.lines.append(f"{self.expression(target).text} = {self.expression(value).text};")
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            self._unpack_each(target.elts, value.elts, at)
        elif isinstance(target, ast.Tuple):
            items = self.named(self.expression(value))
            for i, part in enumerate(target.elts):
                if isinstance(part, ast.Starred) and isinstance(part.value, ast.Name):
                    self.assign(part.value.id, self.rest_of(items), at)  # only `first, *rest`
                elif isinstance(part, ast.Name) and part.id != "_":
                    self.assign(part.id, Text(self.indexed(items, str(i))), at)

    def _unpack_each(self, targets: Sequence[ast.expr], values: Sequence[ast.expr], at: ast.stmt) -> None:
        names = {target.id for target in targets if isinstance(target, ast.Name)}
        read = {node.id for value in values[1:] for node in ast.walk(value) if isinstance(node, ast.Name)}
        if names & read:  # a swap: read everything before writing anything
            found = [self.named(self.expression(value), copy=True) for value in values]
            for target, text in zip(targets, found, strict=True):
                self.assign(ast.unparse(target), text, at)
            return
        for target, value in zip(targets, values, strict=True):
            self.unpack(target, value, at)

    def named(self, value: Text, copy: bool = False) -> Text:
        """A variable that holds the value."""
        if value.text.isidentifier() and not copy:
            return value
        name = self.temporary()
        self.scope.kinds[name] = value.kind
        self.scope.lines.append(self.declared(value.kind, name, value.text))
        return Text(name, ATOM, value.kind)

    def statement_Assign(self, node: ast.Assign) -> None:
        self.unpack(node.targets[0], node.value, node)

    def statement_AnnAssign(self, node: ast.AnnAssign) -> None:
        assert node.value is not None
        self.unpack(node.target, node.value, node)

    def statement_AugAssign(self, node: ast.AugAssign) -> None:
        symbol, _ = OPERATORS[type(node.op)]
        self.scope.lines.append(f"{self.expression(node.target).text} {symbol}= {self.expression(node.value).text};")

    def statement_Return(self, node: ast.Return) -> None:
        assert node.value is not None
        self.scope.lines.append(self.returned(node.value, self.scope.result))

    def statement_Expr(self, node: ast.Expr) -> None:
        call = node.value
        assert isinstance(call, ast.Call)
        assert isinstance(call.func, ast.Attribute)
        self.scope.lines.append(self.method(ast.unparse(call.func.value), call.func.attr, self.expression(call.args[0]).text))

    def statement_Delete(self, node: ast.Delete) -> None:
        (target,) = node.targets
        assert isinstance(target, ast.Subscript)
        assert isinstance(target.slice, ast.Slice)
        assert target.slice.lower is not None
        self.scope.lines.append(self.method(ast.unparse(target.value), "truncate", self.expression(target.slice.lower).text))

    def statement_If(self, node: ast.If) -> None:
        self.scope.lines.append(f"if ({self.truth(node.test).text}) {{")
        self.block(node.body, indented=True)
        if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
            start = len(self.scope.lines)
            self.block(node.orelse)
            self.scope.lines[start] = f"}} else {self.scope.lines[start]}"
            return
        if node.orelse:
            self.scope.lines.append("} else {")
            self.block(node.orelse, indented=True)
        self.scope.lines.append("}")

    def statement_While(self, node: ast.While) -> None:
        self._loop(f"while ({self.truth(node.test).text})", node.body)

    def statement_For(self, node: ast.For) -> None:
        assert isinstance(node.target, ast.Name)
        name = node.target.id
        if isinstance(node.iter, ast.Call) and ast.unparse(node.iter.func) == "range":
            over = range_of(node.iter)
            self.scope.kinds.setdefault(name, NUMBER)
            ahead, by = ("<", f"{name} += {over.step}") if over.step > 0 else (">", f"{name} -= {-over.step}")
            self._loop(f"for ({self.declared(NUMBER, name, str(over.start))} {name} {ahead} {over.stop}; {by})", node.body)
            return
        numbers = numbers_of(node.iter)
        header = self.for_each(name, self.expression(node.iter)) if numbers is None else self.for_numbers(name, numbers)
        self.scope.kinds[name] = NUMBER
        self._loop(header, node.body)

    def _loop(self, header: str, body: Sequence[ast.stmt]) -> None:
        opening, *first = header.split("\n")
        self.scope.lines.append(f"{opening} {{")
        self.scope.lines += [INDENT + line for line in first]
        self.block(body, indented=True)
        self.scope.lines.append("}")

    def statement_Break(self, node: ast.Break) -> None:
        self.scope.lines.append("break;")

    def statement_Continue(self, node: ast.Continue) -> None:
        self.scope.lines.append("continue;")
