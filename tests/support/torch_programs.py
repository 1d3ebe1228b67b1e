"""Programs that the playground writes for PyTorch, run on PyTorch: `make torch`. Each op is tried at random points."""

from __future__ import annotations

import builtins
import contextlib
import io
import math
import re
from random import Random
from typing import Any

import pytest

import autograd
import nn
from autograd import Value
from autograd.graph import Graph
from autograd.op import TABLE
from playground.torch.program import OF_SEVERAL, TORCH, in_torch
from playground.torch.spelling import respelled
from playground.training import begun, exported_for_torch
from tests.test_playground_torch_spelling import PRINTED
from tests.test_playground_training import settings

POINTS = 6
UPDATES = 12


def point_of(name: str, seed: int) -> tuple[Value, list[Value]]:
    """An op at numbers in its domain, some of them constants, plus x; and the leaves, with their gradients."""
    op, chance = TABLE[name], Random(seed)
    count = op.arity or (3 if name == "dot" else 1 + seed % 4)
    numbers = [1.25 + 0.5 * chance.random() if name == "acosh" else 0.05 + 0.9 * chance.random() for _ in range(count)]
    args: list[Any] = [
        x if i != seed % count and chance.random() < 0.4 else Value(x, label=f"x{i}") for i, x in enumerate(numbers)
    ]
    x = Value(1.5, label="x")
    y = op(*args) + x
    y.label = "y"
    y.backward()
    return y, [x, *(arg for arg in args if type(arg) is Value)]


@pytest.mark.parametrize("name", [*TORCH, *OF_SEVERAL, "sum", "prod", "dot"])
@pytest.mark.parametrize("seed", range(POINTS))
def test_each_op_has_the_value_and_the_gradients_of_the_engine_in_pytorch(name: str, seed: int) -> None:
    y, leaves = point_of(name, seed)
    scope: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(in_torch(Graph(y)), scope)
    assert math.isclose(scope["y"].item(), y.data, rel_tol=1e-9)
    for leaf in leaves:
        found = scope[leaf.label].grad
        assert math.isclose(0.0 if found is None else found.item(), leaf.grad, rel_tol=1e-9, abs_tol=1e-12)


@pytest.mark.parametrize("chosen", list(settings()), ids=lambda s: f"{s['data']}-{s['loss']}-{s['optimizer']}")
def test_a_training_has_the_losses_of_the_engine_in_pytorch(chosen: dict[str, Any]) -> None:
    scope: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(exported_for_torch(chosen, 0), scope)
    ours = [cost for cost, _ in zip(begun(chosen)["updates"](), range(UPDATES), strict=False)]
    theirs = [cost for cost, _ in zip(scope["updates"](), range(UPDATES), strict=False)]
    assert theirs == pytest.approx(ours, rel=1e-9)


VECTORS = (
    "w = torch.tensor([0.5, -1.0], requires_grad=True)\nx = torch.linspace(-1, 2, 2)\n"
    "y = torch.relu(w*x) + torch.exp(-w) - x.clamp(min=0.5)**2\ny.backward(torch.tensor([1.0, 3.0]))\n"
    "print(y.mean().item(), w.grad[0].item(), w.grad[1].item())",
    "p = torch.zeros(3, requires_grad=True)\nt = torch.ones_like(p)\nt[0] = -2.0\nfor _ in range(4):\n"
    "    loss = ((p - t)**2).mean() + torch.dot(p, p.detach())\n    loss.backward()\n    with torch.no_grad():\n"
    "        p -= 0.1*p.grad\n    p.grad.zero_()\nprint(loss.item(), p[0].item(), p.norm().item())",
    "z = torch.tensor([1.0, 0.0, -2.0], requires_grad=True)\nb = torch.tensor(0.5, requires_grad=True)\n"
    "optimizer = torch.optim.Adam([z, b], lr=0.1)\nfor _ in range(5):\n    optimizer.zero_grad()\n"
    "    loss = -torch.log_softmax(z*b, dim=0)[1]\n    loss.backward()\n    optimizer.step()\n"
    "print(loss.item(), z[0].item(), b.item())",
)


@pytest.mark.parametrize("text", [*VECTORS, *(text for text, _ in PRINTED)])
def test_a_program_on_vectors_prints_in_pytorch_what_it_prints_here(text: str) -> None:
    here = respelled(f"import torch\n{text}")
    assert here is not None
    assert printed(f"import torch\ntorch.set_default_dtype(torch.float64)\n{text}", {}) == pytest.approx(
        printed(here, vars(autograd) | {"autograd": autograd, "builtins": builtins, "nn": nn, "inf": math.inf}), rel=1e-9
    )


def printed(text: str, scope: dict[str, Any]) -> list[float]:
    """The numbers that a program prints, also in lists; True is 1."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(text, scope | {"__name__": "__main__"})
    return [float({"True": 1.0, "False": 0.0}.get(x, x)) for x in re.findall(r"[^\s,()[\]]+", out.getvalue())]
