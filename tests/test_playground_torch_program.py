"""Exported PyTorch programs, run on a stand-in with the functions they may call; `make torch` runs them on PyTorch itself."""

from __future__ import annotations

import contextlib
import io
import math
import sys
import warnings
from types import SimpleNamespace
from typing import Any

import pytest

import autograd
from autograd import Value
from autograd.graph import Graph
from autograd.op import TABLE
from playground import expression
from playground.torch.program import OF_SEVERAL, TORCH, in_torch
from playground.typed import Slip
from tests.support.torch_programs import POINTS, point_of

RENAMED = {  # PyTorch's name: ours
    "remainder": "mod",
    "special.ndtr": "normal_cdf",
    "nn.functional.mish": "mish",
    "nn.functional.softsign": "softsign",
    "nn.functional.logsigmoid": "logsigmoid",
}
SAME = (
    "acos acosh asin asinh atan atan2 atanh ceil copysign cos cosh digamma erf erfc erfinv exp exp2 expm1 floor hypot lgamma log"
    " log10 log1p log2 logaddexp maximum minimum relu round sigmoid sign sin sinh sqrt tan tanh"
)


class Tensor:
    """The parts of a one-number double tensor that programs use."""

    def __init__(self, value: Value, asked: bool = True) -> None:
        self.value, self.asked = value, asked

    def item(self) -> float:
        return self.value.data

    def double(self) -> Tensor:
        return self

    def backward(self) -> None:
        self.value.backward()

    @property
    def grad(self) -> Tensor | None:
        return Tensor(Value(self.value.grad)) if self.asked else None


def _number(x: Any) -> Any:
    return x.value if isinstance(x, Tensor) else x


def _operator(op: Any) -> Any:
    return lambda *args: Tensor(op(*map(_number, args)))


OPERATORS = {"truediv": "div", "eq": "equal", "ne": "not_equal", "lt": "less", "le": "less_equal", "gt": "greater"}
for method in ("add", "sub", "mul", "pow", "neg", "pos", "abs", "ge", *OPERATORS):
    name = {**OPERATORS, "ge": "greater_equal"}.get(method, method)
    setattr(Tensor, f"__{method}__", _operator(TABLE[name]))
for method in ("add", "sub", "mul", "truediv", "pow"):
    op = TABLE["div" if method == "truediv" else method]
    setattr(Tensor, f"__r{method}__", lambda self, other, op=op: Tensor(op(other, self.value)))


def _function(name: str) -> Any:
    def called(*args: Any) -> Any:
        assert all(isinstance(arg, Tensor) for arg in args), f"torch.{name} takes tensors"
        return Tensor(getattr(autograd, name)(*(arg.value for arg in args)))

    return called


def _of_several(name: str) -> Any:
    def called(stacked: list[Tensor], dim: int = 0) -> Any:
        found = getattr(autograd, name)([x.value for x in stacked])
        return Tensor(found) if type(found) is Value else [Tensor(x) for x in found]

    return called


def stand_in() -> Any:
    """A stand-in for the torch module, with only the functions listed above."""
    functional = SimpleNamespace(functional=SimpleNamespace())
    torch = SimpleNamespace(float64="float64", pi=math.pi, special=SimpleNamespace(), nn=functional)
    torch.set_default_dtype = lambda dtype: None
    torch.tensor = lambda x, requires_grad=False: Tensor(Value(x, requires_grad=requires_grad), requires_grad)
    torch.linalg = SimpleNamespace(vector_norm=_of_several("norm"))
    torch.stack = list
    torch.where = _function("where")
    torch.clamp = lambda x, min=-math.inf, max=math.inf: Tensor(autograd.clip(x.value, min, max))
    for name, ours in {**dict(zip(SAME.split(), SAME.split(), strict=True)), **RENAMED}.items():
        *path, last = name.split(".")
        place = torch
        for part in path:
            place = getattr(place, part)
        setattr(place, last, _function(ours))
    for name in ("logsumexp", "softmax", "log_softmax"):
        setattr(torch, name, _of_several(name))
    return torch


@pytest.fixture(autouse=True)
def there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", stand_in())


def ran(code: str) -> dict[str, Any]:
    scope: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(code, scope)
    return scope


@pytest.mark.parametrize("name", [*TORCH, *OF_SEVERAL, "sum", "prod", "dot"])
@pytest.mark.parametrize("seed", range(POINTS))
def test_each_op_has_the_value_and_the_gradients_of_the_engine(name: str, seed: int) -> None:
    y, leaves = point_of(name, seed)
    scope = ran(in_torch(Graph(y)))
    assert scope["y"].item() == pytest.approx(y.data, rel=1e-12, nan_ok=True)
    for leaf in leaves:
        assert scope[leaf.label].value.grad == pytest.approx(leaf.grad, rel=1e-12, abs=1e-300, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("tanh(w*x + b)", {"w": 0.3}),
        ("loss = x if x > 1 else x**2", {"x": 0.5}),
        ("softmax(a, b, c)*var(a, b)", {}),
        ("clip(x, 0, 1) + gelu(x) + elu(x) + silu(-x)", {"x": -0.7}),
        ("a = Value(2.0)\nfor i in range(3):\n    a = a*1.5 if a.data < 4 else a\na", {"a": 3.0}),
        ("xs = [Value(float(i)) for i in range(3)]\ny = norm(xs)", {"xs[1]": 7.0}),
        ("net = nn.MLP(1, [2, 1], seed=0)\nnet([x])", {"x": 0.25}),
        ("with no_grad():\n    z = x*3\ny = z*x", {"x": 5.0}),
        ("p = softmax([a, b, x])\nloss = -log(p[0])", {"a": 0.5}),
        ("print_ = 1\nlambda1 = Value(-0.0)\ny = lambda1*x*inf", {}),
        ("y = x\nfor i in range(900):\n    y = y*1.001", {}),
    ],
)
def test_a_program_has_the_value_and_the_gradients_on_the_page(text: str, numbers: dict[str, float]) -> None:
    shown = expression.show(text, numbers)
    code = expression.program_for_torch(text, numbers)
    scope = ran(code)
    (root,) = [line.removesuffix(".backward()") for line in code.split("\n") if line.endswith(".backward()")]
    assert scope[root].item() == pytest.approx(float(shown["value"]), rel=1e-12, nan_ok=True)
    grads = [x.value.grad for x in scope.values() if isinstance(x, Tensor) and x.asked and x.value.op is None]
    nan_last = [sorted((g for g in map(float, found) if g), key=lambda g: (g != g, g)) for found in (grads, shown["gradients"])]
    assert nan_last[0] == pytest.approx(nan_last[1], nan_ok=True)


@pytest.mark.parametrize(
    ("text", "x", "line"),
    [
        ("2*clip(x, 0, 1)", 0.5, "y = 2.0 * torch.clamp(x, min=0.0, max=1.0)"),
        ("clip(x*x, -inf, 3)", 7.0, "y = torch.clamp(x * x, max=3.0)"),
        ("hardtanh(x)", -4.0, "y = torch.clamp(x, min=-1.0, max=1.0)"),
        ("clip(x, 0, 1)", 1.0, "y = torch.minimum(torch.maximum(x, torch.tensor(0.0)), torch.tensor(1.0))"),  # slope 0.5
        ("clip(x, 0, w)", 0.5, "y = torch.minimum(torch.maximum(x, torch.tensor(0.0)), w)"),
        ("minimum(maximum(x, 0), 1)", 0.5, "y = torch.minimum(torch.maximum(x, torch.tensor(0.0)), torch.tensor(1.0))"),
    ],
)
def test_clip_is_clamp_where_that_has_the_same_gradient(text: str, x: float, line: str) -> None:
    code = expression.program_for_torch(text, {"x": x, "w": 3.0})
    assert line in code.split("\n")
    found = expression.show(text, {"x": x, "w": 3.0})
    scope = ran(code)
    assert scope["y"].item() == found["value"]
    assert scope["x"].value.grad == dict(zip(found["leaves"], found["gradients"], strict=True))["x"]


LOOP = (
    "w = Value(2.0)\nfor i in range(3):\n    loss = (w*3 - 1)**2\n    loss.backward()\n    w.data -= 0.1*w.grad\n    w.grad = 0"
)


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        (LOOP, f"# {expression.LAST}"),
        ("w = Value(2.0)\ny = w*w.detach()", f"# {expression.DETACHED}"),
        ("w = Value(2.0)\n(w*w).backward()\ny = w*w.detach()\ny.backward()", f"# {expression.LAST} {expression.DETACHED}"),
        ("w = Value(2.0)\ny = w*w\ny.backward()", "import torch"),
        ("w*w", "import torch"),
    ],
)
def test_a_program_begins_with_what_the_lines_do_and_it_does_not(text: str, comment: str) -> None:
    code = expression.program_for_torch(text, {})
    assert code.split("\n")[0] == comment
    ran(code)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("step(x) + leg(x, 1)*step(x)", "PyTorch has no step and leg"),
        ("cube = custom_op(lambda x: x**3, partials=lambda z, x: 3*x**2, name='cube')\ny = cube(x)", "PyTorch has no cube"),
        ("x > 2", "PyTorch computes no gradient of y: comparisons have none there"),
        (
            "y = x\nfor i in range(2000):\n    y = y*1.001",
            "each of 2,000 operations would be a line; a program for PyTorch has at most",
        ),
    ],
)
def test_what_pytorch_does_not_have_is_refused_by_name(text: str, message: str) -> None:
    with pytest.raises(Slip) as slip:
        expression.program_for_torch(text, {})
    assert str(slip.value).startswith(message)


def test_every_op_of_the_table_is_written_or_refused() -> None:
    x = Value(0.5, label="x")
    for op in TABLE.values():
        with warnings.catch_warnings(action="ignore"), contextlib.suppress(Slip):  # acosh(0.5) is NaN
            ran(in_torch(Graph(op(*[x] * (op.arity or 2)))))
