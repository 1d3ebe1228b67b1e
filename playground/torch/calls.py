"""Rules for calls of PyTorch's functions and methods."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from autograd import Value
from autograd.foreign_names import FUNCTIONS
from playground.torch.expressions import TorchExpressions
from playground.torch.trees import is_taken_out, owner_of_method, sizes_of
from playground.torch.vocabulary import OTHERS, SAME, SAME_NUMBER, WITHIN, here
from playground.torch.writing import LEFT_OUT

DERIVATIVES = {"grad", "jacobian", "hessian"}


class TorchCalls(TorchExpressions):
    """Writes calls."""

    def of_Call(self, call: ast.Call) -> str | None:
        network = self.networks.get(ast.unparse(call.func))
        if network and len(call.args) == 1 and not ast.unparse(call.func).startswith("self."):
            return self.of_samples(network, self.written(call.func), call.args[0])
        if rows := self.best(call):
            return self.places(rows)
        if rows := self.best_pair(call):
            return f"({self.each_row('max', rows)}, {self.places(rows)})"
        if row := self.by_row(call):
            return self.each_row(*row)
        if rows := self.activated(call):
            return f"[{self.written(call.func)}({self.free[0]}) for {self.free[0]} in {self.written(rows)}]"
        if column := self.by_column(call):
            return self.each_column(*column)
        if tensors := self.loaded(call):
            return self.batched(call, tensors)
        if rows := self.flattened(call):
            return self.flat(rows)
        if (rows := self.turned(call)) and self.is_matrix(rows):
            return self.transposed(rows)
        if (
            self.path(call.func) in ("torch.nn.Softmax", "torch.nn.LogSoftmax")
            and {ast.unparse(x) for x in _values(call)} <= WITHIN
        ):
            return f"{here(self.path(call.func))}()"
        if product := self.product(call):
            return product
        if name := self.of_torch(call.func):
            return self.of_function(name, call)
        match call.func:
            case ast.Name(id="max" | "min" as chooser) if chooser not in self.own:
                return self.chosen(chooser, call)
            case ast.Name(id="float" | "int" as kind) if (
                kind not in self.own and len(call.args) == 1 and self.is_made(call.args[0])
            ):
                number = f"{self.operand(call.args[0])}.item()"
                return number if kind == "float" else f"int({number})"
            case ast.Name(id="round") if len(call.args) == 2 and "round" not in self.own:
                return self.called("builtins.round", call.args)
            case ast.Name(id="clip" | "clamp" as limit) if limit not in self.own:
                return self.clipped(call.args, call.keywords) if limit == "clamp" or call.keywords else None
            case ast.Name(id=derivative) if derivative in DERIVATIVES - self.own and not call.keywords:
                return self.derivative(derivative, call.args)
            case ast.Attribute(value=owner, attr=method) if ast.unparse(owner) not in self.modules:
                return self.of_method(owner, method, call)
        return None

    def of_function(self, name: str, call: ast.Call) -> str | None:
        if made := self.several(call):
            return made
        if number := self.number(call):
            return self.value(number, call)
        match name, call.args:
            case "Linear", _ if len(sizes := sizes_of(call)) == len(call.args) + len(_told(call.keywords)) == 2:
                return self.called("nn.Layer", sizes, (), '"linear"')
            case _, [several, *given] if made := self.of_list(name, several, given, call.keywords):
                return made
            case "dot", [x, y]:
                return self.called("dot", [x, y])
            case "ModuleList" | "ParameterList", [] if not call.keywords:
                return "[]"
            case "ModuleList" | "ParameterList", [ast.List() | ast.ListComp() as parts]:
                return self.written(parts)
            case "ModuleList" | "ParameterList", [parts]:
                return f"[*{self.operand(parts)}]"
            case "set_grad_enabled", [ast.Constant(value=enabled)]:
                return f"{'enable' if enabled else 'no'}_grad()"
            case "equal", [x, y]:
                return f"({self.operand(x)} == {self.operand(y)})"
            case "allclose", [x, y]:
                return self.close(x, y, {each.arg: self.written(each.value) for each in call.keywords})
            case "is_available", []:
                return "False"
            case "device", [device, *_]:
                return self.written(device)
            case "clamp" | "clip", _:
                return self.clipped(call.args, call.keywords)
            case "max" | "min", [x, y]:
                return self.called(f"{name}imum", [x, y])
            case "cat" | "concat" | "stack", [parts, *_]:
                return self.joined(name, parts, call)
            case "jacobian" | "hessian", [function, x] if "functional" in self.path(call.func):
                return f"{self.called(name, [function])}({self.written(x)})"
            case "manual_seed", [seed]:
                return self.called("random.seed", [seed])
            case "grad", _ if differentiated := self.differentiated(call):
                return self.gradients(call, *differentiated)
        loss, _, called = FUNCTIONS.get(name, "").partition("()")
        if called:
            return self.called(self.called(loss, [], call.keywords), call.args)
        ours = here(self.path(call.func)) or ""
        if ours.startswith(("nn.optim.", "nn.utils.")) and call.args and isinstance(call.args[0], ast.List):
            params = map(self.unpacked, call.args[0].elts)
            return self.called(ours, [], call.keywords, f"[{', '.join(params)}]", *map(self.written, call.args[1:]))
        return self.called(ours, call.args, call.keywords) if ours else None

    def of_method(self, owner: ast.expr, name: str, call: ast.Call) -> str | None:
        ours = OTHERS.get(name, name)
        match name, call.args:
            case "item", [] if alone := self.alone(owner):
                return f"{alone}.item()"
            case "item", [] if self.holds_one(owner):
                is_number = is_taken_out(owner) or self.is_plain(owner)
                return f"{self.operand(owner)}[0]{'' if is_number else '.item()'}"
            case _, given if made := self.of_list(name, owner, given, call.keywords):
                return made
            case "int" | "long", []:
                return self.answer(call) or self.called("int", [owner])
            case "clamp" | "clip", _:
                return self.clipped([owner, *call.args], call.keywords)
            case "max" | "min", [other]:
                return self.called(f"{name}imum", [owner, other])
            case "view" | "reshape", _ if rows := self.split(call):
                return self.rows_of(*rows)
            case "item" | "numpy" | "tolist" | "detach", [] if is_taken_out(owner) or self.is_plain(owner):
                return self.operand(owner)
            case "numpy" | "tolist", []:
                return f"{self.operand(owner)}.data"
            case "requires_grad_", _ if made := self.leaf(owner, call):
                return made
            case "backward", seeds if seeds or call.keywords:
                return self.backward(owner, call)
            case "numel" | "nelement", []:
                return self.count(owner)
            case "size", []:
                return f"({', '.join(sizes)},)" if (sizes := self.sizes(owner)) else None
            case "dim", [] if sizes := self.sizes(owner):
                return str(len(sizes))
            case "size", [place]:
                return self.counted(owner, place)
            case "sum" | "mean", []:
                return self.operand(owner)
            case "zero_grad", []:
                return self.called(f"{self.operand(owner)}.zero_grad", [], call.keywords)
            case "detach", []:
                return f"{self.operand(owner_of_method('clone', owner) or owner)}.detach()"
            case "clone", []:
                is_own = owner_of_method("detach", owner) or is_taken_out(owner) or self.is_plain(owner)
                return self.written(owner) if is_own else self.called("pos", [owner])
        if name in SAME_NUMBER:
            return (None if self.is_each(call) else self.answer(call)) or self.operand(owner)
        if ours in SAME and (self.is_several(owner) or self.is_plain(owner) or not hasattr(Value, name)):
            return self.called(ours, [owner, *call.args], call.keywords)
        return None


def _told(keywords: Sequence[ast.keyword]) -> list[ast.keyword]:
    """The keywords of a linear layer, except those that say what is so anyway."""
    return [each for each in keywords if ast.unparse(each) != "bias=True" and each.arg not in LEFT_OUT]


def _values(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(each.value for each in call.keywords)]
