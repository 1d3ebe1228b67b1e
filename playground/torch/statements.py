"""Rules for lines: imports, assignments, and steps that change tensors in place."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from playground.lists import SYMBOLS
from playground.syntax import names_in
from playground.torch.calls import TorchCalls
from playground.torch.vocabulary import IN_PLACE, here, is_torch


class TorchStatements(TorchCalls):
    """Writes statements, and so whole programs."""

    def of_Import(self, line: ast.Import) -> str | None:
        ours = [alias for alias in line.names if not is_torch(alias.name)]
        return f"import {', '.join(map(ast.unparse, ours))}" if len(ours) < len(line.names) else None

    def of_With(self, node: ast.With) -> str | None:
        before = self.in_place
        self.in_place |= any(here(self.path(getattr(item.context_expr, "func", node))) == "no_grad" for item in node.items)
        made = self.spliced(node, *self.span(node))
        self.in_place = before
        return made

    def of_Assign(self, node: ast.Assign) -> str | None:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) if name in self.asking:
                self.learns = True
                made = self.spliced(node, *self.span(node))
                self.learns = False
                return made
            case ast.Assign(targets=[ast.Subscript(value=ast.Name() as x, slice=mask)], value=value) if self.is_mask(
                mask
            ) and self.is_list(mask):
                each = self.element(x, value)
                changed = self.masked(x, mask, lambda number, answer, over: f"{each} if {answer} else {number} {over}")
                return None if self.is_several(value) else f"{self.written(x)}[:] = {changed}"
            case ast.Assign(targets=[ast.Subscript(value=x, slice=place)], value=value) if self.is_filled(x, place, value):
                each = self.free[0]
                return f"for {each} in {self.written(place)}: {self.written(x)}[{each}] = {self.element(x, value)}"
            case ast.Assign(targets=[ast.Subscript(value=x, slice=place) as one], value=value) if self.is_several(
                x
            ) and not self.is_several(one):
                places = place.elts if isinstance(place, ast.Tuple) else [place]
                owner = x.value if isinstance(x, ast.Attribute) and x.attr == "data" else x
                if owner is x and not names_in(x) & self.learned:
                    return f"{self.written(one)} = {self.element(x, value)}"
                changed = f"{self.written(owner)}{''.join(f'[{self.written(each)}]' for each in places)}"
                is_number = self.is_builtin(value) or self.is_plain(value)
                return f"{changed}.data = {self.written(value)}{'' if is_number else '.data'}"
            case ast.Assign(targets=[target], value=ast.Call() as call) if step := self.step_with(call):
                return f"{self.written(target)} = {step}"
            case ast.Assign(targets=[ast.Attribute(value=x, attr="requires_grad")], value=asked) if self.is_several(x):
                return self.asked(x, asked)
            case ast.Assign(targets=[ast.Attribute(attr="data") as data], value=value) if self.is_several(data):
                return self.listed(lambda: f"{self.written(data)} = {self.written(value)}", data, as_loop=True)
            case ast.Assign(targets=[ast.Attribute(attr="grad") as gradient], value=ast.Constant(value=None)):
                return self.cleared(gradient)
            case ast.Assign(targets=targets, value=value) if owners := _cleared_together(targets, value):
                return f"for {self.free[0]} in [{', '.join(map(self.unpacked, owners))}]: {self.free[0]}.grad = 0"
        return None

    def of_AugAssign(self, node: ast.AugAssign) -> str | None:
        """A step that PyTorch applies to a parameter in place."""
        stepped = any(isinstance(part, ast.Attribute) and part.attr == "grad" for part in ast.walk(node.value))
        is_leaf, (start, end) = ast.unparse(node.target) in self.learned, (self.span(node.target)[1], self.span(node)[1])
        symbol, are_several = SYMBOLS.get(type(node.op).__name__), self.is_several(node.target)

        def changed() -> str:
            return f"{self.written(node.target)}{symbol}{self.operand(node.value)}"

        def step() -> str:
            target = self.written(node.target)
            return f"{target}.data{self.spliced(node, start, end)}" if stepped else f"{target}.data = ({changed()}).data"

        if symbol and are_several and isinstance(node.target, ast.Attribute) and node.target.attr == "data":
            return self.listed(lambda: f"{self.written(node.target)}{self.spliced(node, start, end)}", node.target, as_loop=True)
        if symbol and self.in_place and (stepped or is_leaf) and isinstance(node.target, ast.Name):
            return self.listed(step, node.target, as_loop=True) if are_several else step()
        target = self.written(node.target)  # a list, which Python would extend
        others = "[:]" if self.has_others(node.target) else ""
        return f"{target}{others} = {self.listed(changed, node.target)}" if symbol and are_several else None

    def of_Expr(self, line: ast.Expr) -> str | None:
        match line.value:
            case ast.Call() as call if step := self.step_with(call):
                return step
            case ast.Call(func=ast.Attribute(value=ast.Attribute() as gradient, attr="zero_")) if ".grad" in ast.unparse(
                gradient
            ):
                return self.cleared(gradient)
            case ast.Call(func=ast.Attribute(value=ast.Name() as x, attr="requires_grad_"), args=given):
                return self.asked(x, *given)
            case ast.Call(func=ast.Attribute(value=x, attr=method), args=given) if method in IN_PLACE and len(given) < 2:
                is_data = isinstance(x, ast.Attribute) and x.attr == "data"
                if is_data or (self.in_place and isinstance(x, ast.Name)):
                    return self.stepped(x, "" if is_data else ".data", line.value)
        return None

    def has_others(self, node: ast.AST) -> bool:
        """True if the list may have another name, because it was assigned to one or passed to a function."""
        pairs = [(x.id, getattr(value, "id", "")) for x, value, _ in self.given]
        name = ast.unparse(node)
        return any(other and name in (x, other) for x, other in pairs) or name not in dict(pairs)

    def step_with(self, call: ast.Call) -> str:
        """A call of the closure, and the step after it; "" for any other call."""
        match call:
            case ast.Call(func=ast.Attribute(attr="step"), args=[ast.Name(id=closure)]) if closure in self.closures:
                return f"{closure}(); {self.written(call.func)}()"
        return ""

    def stepped(self, x: ast.expr, data: str, call: ast.Call) -> str:
        """The line that changes a number, or each of a list, as x.sub_(change, alpha=…) or x.zero_() does."""

        def step() -> str:
            factors = [f"{self.operand(each.value)}*" for each in call.keywords if each.arg == "alpha"]
            by = [self.operand(change) if factors else self.written(change) for change in call.args] or ["0.0"]
            symbol = IN_PLACE[call.func.attr]  # type: ignore[attr-defined]
            return f"{self.written(x)}{data} {symbol}= {''.join([*factors, *by])}"

        return self.listed(step, x, as_loop=True) if self.is_several(x) else step()

    def asked(self, owner: ast.expr, *given: ast.expr) -> str:
        """The line that sets requires_grad for a number or a list."""
        answer = self.written(given[0]) if given else "True"
        if self.is_several(owner):
            return self.listed(lambda: f"{self.written(owner)}.requires_grad = {answer}", owner, as_loop=True)
        return f"{self.operand(owner)}.requires_grad = {answer}"

    def cleared(self, gradient: ast.Attribute) -> str:
        """The line that sets x.grad or x.grad.data to 0."""
        owner = gradient.value if gradient.attr == "grad" else getattr(gradient.value, "value", gradient)
        if self.is_several(owner):
            return self.listed(lambda: f"{self.written(owner)}.grad = 0", owner, as_loop=True)
        return f"{self.written(gradient)} = 0"


def _cleared_together(targets: Sequence[ast.expr], value: ast.expr) -> list[ast.expr]:
    """The owners of several gradients that a line sets to None: w.grad = b.grad = None, or w.grad, b.grad = None, None."""
    parts = [part for target in targets for part in getattr(target, "elts", [target])]
    owners = [part.value for part in parts if isinstance(part, ast.Attribute) and part.attr == "grad"]
    are_none = {*map(ast.unparse, getattr(value, "elts", [value]))} == {"None"}
    return owners if are_none and len(owners) == len(parts) else []
