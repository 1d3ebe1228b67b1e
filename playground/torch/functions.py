"""What replaces PyTorch's functions of several numbers, of rows and of samples."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from functools import partial

from playground.plain import recorded
from playground.torch.names import TorchNetwork
from playground.torch.values import TorchValues
from playground.torch.vocabulary import DIFFERENTIATED, EUCLIDEAN, OF_LISTS, OF_ROWS, ORDERS

INFINITE = {"inf", "torch.inf", "math.inf", "float('inf')"}
OF_ALL = {"unbiased=False", "correction=0"}  # what var is told when it divides by the count


class TorchFunctions(TorchValues):
    """Writes calls of functions, given their arguments."""

    def of_list(self, name: str, several: ast.expr, given: Sequence[ast.expr], named: Sequence[ast.keyword]) -> str | None:
        """A function of one list: its dimension is dropped; norm keeps its order, var its correction."""
        told = {*map(ast.unparse, [*given, *named])}
        if self.is_matrix(several) and name in OF_ROWS and not told:
            return f"{self.ours(name)}({self.flat(several)})"
        if not self.is_list(several):
            return None
        match name:
            case "max" | "min" if not told:
                return self.called(name, [several])
            case "argmax" | "argmin":
                return f"{self.operand(several)}.index({self.called(name.removeprefix('arg'), [several])})"
            case "var" | "std":
                variance = self.called("var", [several], (), *([] if told & OF_ALL else ["correction=1"]))
                return f"{self.ours('sqrt')}({variance})" if name == "std" else variance
            case "norm" if orders := [*given[:1], *(each.value for each in named if each.arg in ORDERS)]:
                return self.length(several, orders[0])
        return self.called(name, [several]) if name in OF_LISTS else None

    def length(self, several: ast.expr, order: ast.expr) -> str:
        """The norm of this order."""
        text, sizes = ast.unparse(order), partial(self.called, "abs", [several])
        if text in EUCLIDEAN:
            return self.called("norm", [several])
        if text.removeprefix("-") in INFINITE:
            return f"{self.ours('min' if text.startswith('-') else 'max')}({self.listed(sizes, several)})"
        if text == "1":
            return f"{self.ours('sum')}({self.listed(sizes, several)})"
        powers = self.listed(lambda: f"{sizes()}**{self.operand(order)}", several)
        return f"{self.ours('pow')}({self.ours('sum')}({powers}), 1/{self.operand(order)})"

    def product(self, node: ast.AST) -> str | None:
        """The dot product of a list, or of each row, with a list, or with each column."""
        match self.factors(node):
            case (x, y) if self.is_each(node):
                return f"{self.operand(x)}*{self.operand(y)}"
            case (x, y) if self.is_list(x) and self.is_list(y):
                return self.called("dot", [x, y])
            case (x, y) if self.is_several(x) and self.is_several(y):
                row, column = self.free[0] if self.is_matrix(x) else self.written(x), self.written(y)
                product = f"{self.ours('dot')}({row}, {self.free[1] if self.is_matrix(y) else column})"
                if self.is_matrix(y):
                    product = f"[{product} for {self.free[1]} in zip(*{column})]"
                return f"[{product} for {row} in {self.written(x)}]" if self.is_matrix(x) else product
        return None

    def each_row(self, name: str, rows: ast.expr) -> str:
        """A function of lists, called on each row."""
        return f"[{self.ours(name)}({self.free[0]}) for {self.free[0]} in {self.written(rows)}]"

    def each_column(self, name: str, rows: ast.expr) -> str:
        """A function of lists, called on each column."""
        column, correction = self.free[0], ", correction=1" * (name in ("var", "std"))
        called = f"{self.ours('var' if name == 'std' else name)}({column}{correction})"
        each = f"{self.ours('sqrt')}({called})" if name == "std" else called
        return f"[{each} for {column} in zip(*{self.written(rows)})]"

    def places(self, rows: ast.expr) -> str:
        """The place of the maximum of each row."""
        one = self.free[0]
        return f"[{one}.index(max({one})) for {one} in {self.written(rows)}]"

    def rows_of(self, several: ast.expr, count: ast.expr, width: ast.expr) -> str:
        """A list as rows of a width, or as so many rows where the width is -1."""
        text, one, per_row = self.operand(several), self.free[0], self.operand(width)
        if ast.unparse(width) == "-1":
            if ast.unparse(count) == "1":
                return f"[{text}]"
            per_row = f"(len({text})//{self.operand(count)})"
        return f"[{text}[{one}:{one} + {per_row}] for {one} in range(0, len({text}), {per_row})]"

    def joined(self, name: str, parts: ast.expr, call: ast.Call) -> str | None:
        """Tensors joined as one list, as rows, or as the columns of rows."""
        if not isinstance(parts, (ast.List, ast.Tuple)):
            return self.written(parts) if name == "stack" and not self.is_beside(call) else None
        texts = [*map(self.written, parts.elts)]
        if self.is_beside(call):
            return (
                f"[[*{self.free[0]}] for {self.free[0]} in zip({', '.join(texts)}, strict=True)]"
                if self.is_matrix(call)
                else None
            )
        if any(ast.unparse(each) not in ("0", "dim=0") for each in [*call.args[1:], *call.keywords]):
            return None
        if name != "stack":
            are_several = [*map(self.is_several, parts.elts)]
            texts = [f"{'*' * several}{text}" for several, text in zip(are_several, texts, strict=True)]
        return f"[{', '.join(texts)}]"

    def batched(self, call: ast.Call, tensors: Sequence[ast.expr]) -> str:
        """The batches of a DataLoader, or the samples of a TensorDataset."""
        if self.path(call.func).endswith(".TensorDataset"):
            return f"[*{self.called('zip', tensors)}]"
        given = dict(zip(("dataset", "batch_size", "shuffle"), call.args, strict=False))
        options = {name: self.written(x) for name, x in [*given.items(), *((each.arg, each.value) for each in call.keywords)]}
        more = options.get("batch_size", "1"), f"shuffle={options.get('shuffle', 'False')}"
        return self.called("nn.batches", tensors, (), *more)

    def of_samples(self, network: TorchNetwork, function: str, samples: ast.expr) -> str:
        """A network called on each sample in turn, since the engine's networks take one at a time."""
        text, one = self.written(samples), self.free[0]
        is_batch = self.is_batch(samples, network)
        sample = one if is_batch else text
        if network.of_lists and network.one_in and not self.is_matrix(samples):
            sample = f"[{sample}]"
        output = f"{function}({sample}){'[0]' if network.of_lists and network.one_out else ''}"
        return f"[{output} for {one} in {text}]" if is_batch else output

    def alone(self, node: ast.expr) -> str | None:
        """A one-output network called on the only sample of a tensor."""
        match node:
            case ast.Call(func=function, args=[ast.Call(args=[ast.List(elts=[ast.List() as sample])]) as given]):
                network = self.networks.get(ast.unparse(function))
                if network and network.one_out and self.rows(given):
                    sizes = TorchNetwork(False, network.one_out, network.of_lists)
                    return self.of_samples(sizes, self.written(function), sample)
        return None

    def close(self, x: ast.expr, y: ast.expr, within: Mapping[str | None, str]) -> str:
        """The comparison made by torch.allclose."""
        distance, share = within.get("atol", "1e-08"), within.get("rtol", "1e-05")

        def compared() -> str:
            return f"abs({self.operand(x)} - {self.operand(y)}) <= {distance} + {share}*abs({self.written(y)})"

        if rows := next(filter(self.is_matrix, (x, y)), None):
            return f"all(map(all, {self.listed(compared, rows)}))"
        several = x if self.is_several(x) else y
        return f"all({self.listed(compared, several)})" if self.is_list(several) else f"({compared()})"

    def clipped(self, args: Sequence[ast.expr], keywords: Sequence[ast.keyword]) -> str | None:
        """clip with both bounds, in order."""
        bounds = {keyword.arg: keyword.value for keyword in keywords} | dict(zip(("min", "max"), args[1:], strict=False))
        found = {name: self.written(x) for name, x in bounds.items() if not (isinstance(x, ast.Constant) and x.value is None)}
        if not args or not {*bounds} <= {"min", "max"}:
            return None
        return self.called("clip", args[:1], (), found.get("min", "-inf"), found.get("max", "inf"))

    def chosen(self, name: str, call: ast.Call) -> str | None:
        """The op that replaces Python's max or min of numbers that aren't all literals."""
        parts = call.args
        if call.keywords or len(parts) < 2 or any(isinstance(x, ast.Starred) for x in parts) or all(map(_is_number, parts)):
            return None
        text = self.called(name, parts)
        return recorded(text, ast.parse(text, mode="eval").body)  # type: ignore[arg-type]

    def derivative(self, name: str, args: Sequence[ast.expr]) -> str | None:
        """grad(x**3, x), rewritten because the engine differentiates functions."""
        match args:
            case [ast.Name(), ast.Name()] if name == "grad":
                return self.called("gradients", args, (), "create_graph=True")
            case [ast.Lambda() | ast.Name(), _]:
                return None
            case [y, ast.Name(id=x)]:
                return f"{name}(lambda {x}: {self.written(y)})({x})"
        return None

    def gradients(self, call: ast.Call, y: ast.expr, x: ast.expr, weights: ast.expr | None) -> str:
        """The call that differentiates y, or a list weighted."""
        xs = self.written(x) if isinstance(x, (ast.List, ast.Tuple)) else f"[{self.written(x)}]"
        named = [each for each in call.keywords if each.arg not in DIFFERENTIATED]
        if weights is None:
            return self.called("gradients", [y], named, xs)
        weighted = self.called("dot", [y, weights]) if self.is_list(y) else f"{self.operand(y)}*{self.seed(weights)}"
        return self.called("gradients", [], named, weighted, xs)

    def backward(self, result: ast.expr, call: ast.Call) -> str:
        """A call of backward that is given the gradient of its result."""
        seeds = [*call.args, *_gradients(call)]
        if seeds and self.is_list(result):
            return f"{self.called('dot', [result, seeds[0]])}.backward()"
        if seeds and self.is_several(result):
            return f"{self.called('dot', [], (), *map(self.flat, (result, seeds[0])))}.backward()"
        others = [each for each in call.keywords if each.arg != "gradient"]
        return self.called(f"{self.operand(result)}.backward", [], others, *map(self.seed, seeds))


def _gradients(call: ast.Call) -> list[ast.expr]:
    return [each.value for each in call.keywords if each.arg == "gradient"]


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant)
