"""Programs that the playground writes for PyTorch, run on PyTorch: `make torch`. Points at which ops are tried."""

from __future__ import annotations

import contextlib
import io
import math
from random import Random
from typing import Any

import pytest

from autograd import Value
from autograd.graph import Graph
from autograd.op import TABLE
from playground.torch_program import OF_SEVERAL, TORCH, in_torch
from playground.training import begun, exported_for_torch
from tests.test_playground_training import settings

POINTS = 6
UPDATES = 12


def point_of(name: str, seed: int) -> tuple[Value, list[Value]]:
    """A multiple of an op of numbers in its domain, some of them constants; and its leaves, with their gradients."""
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
