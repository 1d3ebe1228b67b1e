"""Exports a recorded graph as a PyTorch program in float64."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Collection

from autograd import Value
from autograd._format import listed, unique_names
from autograd.graph import Graph
from autograd.op import Op
from autograd.python_source import filled, identifier, operation, variable
from autograd.value import takes_gradient
from playground.program import number_source
from playground.torch.gradients import Limit, limit_of
from playground.typed import Slip

MAX_OPS = 1000  # in a program: each is written out
MAX_INLINE = 60  # characters of a subexpression
# Each op's form in PyTorch. Its functions only take tensors, even where ours take plain numbers.
ALIKE = (
    "acos acosh asin asinh atan atan2 atanh ceil copysign cos cosh digamma erf erfc erfinv exp exp2 expm1 floor hypot lgamma log"
    " log10 log1p log2 logaddexp maximum minimum relu round sigmoid sign sin sinh sqrt tan tanh"
)
TORCH = {
    **{name: f"torch.{name}" for name in ALIKE.split()},
    "abs": "abs({0})",
    "pos": "+{0}",
    "neg": "-{0}",
    "add": "{0} + {1}",
    "sub": "{0} - {1}",
    "mul": "{0} * {1}",
    "div": "{0} / {1}",
    "pow": "{0} ** {1}",
    "mod": "torch.remainder",
    "cbrt": "torch.sign({0}) * abs({0}) ** (1 / 3)",
    "exp_difference": "torch.exp({0} - {1})",  # softmax is made of it
    "log1mexp": "torch.log(-torch.expm1(-{0}))",
    "sech2": "1 / torch.cosh({0}) ** 2",
    "gaussian": "torch.exp(-({0} ** 2))",
    "normal_pdf": "torch.exp(-({0} ** 2) / 2) / (2 * torch.pi) ** 0.5",
    "direction": "{0} / torch.sqrt({0} ** 2 + {1})",
    "fraction": "{0} / ({0} + {1})",
    "normal_cdf": "torch.special.ndtr",
    "mish": "torch.nn.functional.mish",
    "softplus": "-torch.nn.functional.logsigmoid(-{0})",  # also exact for large numbers
    "softsign": "torch.nn.functional.softsign",
    "equal": "({0} == {1}).double()",
    "not_equal": "({0} != {1}).double()",
    "less": "({0} < {1}).double()",
    "less_equal": "({0} <= {1}).double()",
    "greater": "({0} > {1}).double()",
    "greater_equal": "({0} >= {1}).double()",
    "where": "torch.where({0}, {1}, {2})",
}
OF_SEVERAL = {
    "logsumexp": "torch.logsumexp(torch.stack([{}]), 0)",
    "norm": "torch.linalg.vector_norm(torch.stack([{}]))",
    "softmax": "torch.softmax(torch.stack([{}]), 0)[0]",
    "log_softmax": "torch.log_softmax(torch.stack([{}]), 0)[0]",
}
NEEDS_TENSORS = re.compile(r"^torch\.\w|torch\.stack|torch\.where")
TAKEN = {*keyword.kwlist, "torch", "print", "float", "abs"}


def in_torch(graph: Graph, called: Collection[str] = ()) -> str:
    """The graph of one result as a PyTorch program, with all gradients. Slip names ops that PyTorch lacks.

    `called` are the functions called by the text that recorded it.

    >>> x, w = Value(3.0, label="x"), Value(2.0, label="w")
    >>> y = (x * w + 1).tanh()
    >>> y.label = "y"
    >>> print(in_torch(Graph(y)))
    import torch
    <BLANKLINE>
    torch.set_default_dtype(torch.float64)
    x = torch.tensor(3.0, requires_grad=True)
    w = torch.tensor(2.0, requires_grad=True)
    y = torch.tanh(x * w + 1.0)
    y.backward()
    <BLANKLINE>
    print("y =", y.item())
    print("x.grad =", x.grad.item())
    print("w.grad =", w.grad.item())
    <BLANKLINE>
    """
    ops = [node.op for node in graph if node.op is not None]
    missing = dict.fromkeys(op.name for op in ops if not _has(op))
    if missing:
        raise Slip(f"PyTorch has no {listed(list(missing))}")
    if len(ops) > MAX_OPS:
        raise Slip(f"each of {len(ops):,} operations would be a line; a program for PyTorch has at most {MAX_OPS:,}")
    (root,) = graph.roots
    reached = _reached(graph)
    if root not in reached:
        raise Slip(f"PyTorch computes no gradient of {graph.spell(root)}: comparisons have none there")
    names = unique_names(graph.names, lambda name: identifier(name, TAKEN))
    written = {node: variable(names[node]) for node in graph if node.op is None}
    given = [f"{names[leaf]} = torch.tensor({number_source(leaf.data)}{_asks(leaf)})" for leaf in written]
    lines = []
    limit = limit_of(graph, called)
    for node in graph:
        if node.op is None or _is_within(node, limit, graph):
            continue
        written[node] = _limited(node, limit, written) or _operation(node.op, node, written)
        text = ast.unparse(written[node])
        if (
            node is root
            or len(graph.users[node]) > 1
            or len(text) > MAX_INLINE
            or re.fullmatch(r"v\d+", graph.names[node]) is None
        ):
            lines.append(f"{names[node]} = {text}")
            written[node] = variable(names[node])
    asked = [node for node in written if node.op is None and takes_gradient(node)]
    grads = [f'print("{names[leaf]}.grad =", {names[leaf]}.grad{".item()" * (leaf in reached)})' for leaf in asked]
    told = [f'print("{names[root]} =", {names[root]}.item())', *grads]
    head = ["import torch", "", "torch.set_default_dtype(torch.float64)"]
    return "\n".join([*head, *given, *lines, f"{names[root]}.backward()", "", *told, ""])


def _is_within(node: Value, limit: Limit, graph: Graph) -> bool:
    """True for the first op of a call that limits a number to plain bounds, a single op in PyTorch.

    False at a bound, where the slope of PyTorch's op differs.
    """
    last = limit.results.get(node, node)
    if last is node or len(graph.users[node]) > 1 or limit.at_bound(node) or limit.at_bound(last):
        return False
    return type(node.args[0]) is Value and Value not in (type(node.args[1]), type(last.args[1]))


def _limited(node: Value, limit: Limit, written: dict[Value, ast.expr]) -> ast.expr | None:
    """The expression for the result of such a call; None for any other node."""
    first = node.args[0] if node in limit.results else None
    if type(first) is not Value or first in written:
        return None
    bounds = {"min": first.args[1], "max": node.args[1]}
    given = "".join(f", {name}={number_source(x)}" for name, x in bounds.items() if type(x) is float and x - x == 0.0)
    if not given:
        return written[first.args[0]]
    made: ast.expr = filled(ast.parse(f"torch.clamp(a0_{given})", mode="eval").body, {"a0_": written[first.args[0]]})
    return made


def _reached(graph: Graph) -> set[Value]:
    """The nodes that PyTorch passes a gradient to; comparisons pass none on."""
    asks: set[Value] = set()
    for node in graph:
        if takes_gradient(node) if node.op is None else any(arg in asks for arg in _sources(node)):
            asks.add(node)
    reached = {*graph.roots} & asks
    for node in reversed(graph.nodes):
        reached |= {arg for arg in _sources(node) if arg in asks} if node in reached else set()
    return reached


def _sources(node: Value) -> list[Value]:
    """The arguments that PyTorch differentiates by."""
    if node.op is None or node.op.comparison:
        return []
    return [arg for arg in node.args[1 if node.op.select else 0 :] if type(arg) is Value]


def _has(op: Op) -> bool:
    return op.name in TORCH or op.name in OF_SEVERAL or (op.terms is not None and op.arity is None)


def _asks(leaf: Value) -> str:
    return ", requires_grad=True" if takes_gradient(leaf) else ""


def _operation(op: Op, node: Value, written: dict[Value, ast.expr]) -> ast.expr:
    """The expression for a node, given its arguments'."""
    template = TORCH.get(op.name) or OF_SEVERAL.get(op.name, "")
    tensors = NEEDS_TENSORS.search(template) is not None
    args = [written[arg] if type(arg) is Value else _constant(arg, tensors) for arg in node.args]
    if op.terms is not None and op.arity is None and not template:
        return operation(op, args)
    if op.select:
        args[0] = _condition(args[0])
    slots = [f"a{i}_" for i in range(len(args))]
    if op.name in OF_SEVERAL:
        text = template.format(", ".join(slots))
    elif "{" in template:
        text = template.format(*slots)
    else:
        text = f"{template}({', '.join(slots)})"
    made: ast.expr = filled(ast.parse(text, mode="eval").body, dict(zip(slots, args, strict=True)))
    return made


def _condition(x: ast.expr) -> ast.expr:
    """A number as a boolean tensor, which a comparison already is."""
    match x:
        case ast.Call(func=ast.Attribute(value=compared, attr="double")):
            return compared
    return ast.Compare(x, [ast.NotEq()], [ast.Constant(0.0)])


def _constant(x: float, tensor: bool) -> ast.expr:
    return ast.parse(f"torch.tensor({number_source(x)})" if tensor else number_source(x), mode="eval").body
