"""The engines compared, behind one interface: the gradient of a scalar function at a point.

A peer has `functions` (`exp`, `log`, `sqrt`, `erf`, `relu`) and `gradient(f, point)`, which creates the inputs,
records `f(functions, inputs)`, sweeps back and returns the value and the gradient as floats.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import autograd

Function = Callable[[Any, list[Any]], Any]


class Ours:
    """This project, eager."""

    name = "ours"
    make = autograd.Value
    functions = SimpleNamespace(
        exp=autograd.exp, log=autograd.log, sqrt=autograd.sqrt, erf=autograd.erf, relu=autograd.relu, make=autograd.Value
    )

    def gradient(self, f: Function, point: list[float]) -> tuple[float, list[float]]:
        inputs = [autograd.Value(x) for x in point]
        y = f(self.functions, inputs)
        y.backward()
        return y.data, [x.grad for x in inputs]


class Micrograd:
    """karpathy/micrograd from PyPI; it has no exp, log, sqrt or erf."""

    name = "micrograd"

    def __init__(self) -> None:
        from micrograd.engine import Value

        self.make = Value
        self.functions = SimpleNamespace(relu=lambda x: x.relu(), make=Value)
        sys.setrecursionlimit(10**6)  # its backward recurses once per node

    def gradient(self, f: Function, point: list[float]) -> tuple[float, list[float]]:
        inputs = [self.make(x) for x in point]
        y = f(self.functions, inputs)
        y.backward()
        return y.data, [x.grad for x in inputs]


class Minimal:
    """The shortest fast engine, benchmarks/minimal.py: partial derivatives in tuples, no closures, about 40 lines."""

    name = "40 lines"

    def __init__(self) -> None:
        from benchmarks.minimal import Node

        sys.setrecursionlimit(10**6)  # its walk recurses, and a chain is 2·10⁵ nodes deep
        self.make = Node
        self.functions = SimpleNamespace(exp=Node.exp, log=Node.log, sqrt=lambda x: x**0.5, relu=Node.relu, make=Node)

    def gradient(self, f: Function, point: list[float]) -> tuple[float, list[float]]:
        inputs = [self.make(x) for x in point]
        y = f(self.functions, inputs)
        y.backward()
        return y.data, [x.grad for x in inputs]


class Xad:
    """XAD's Python bindings: a tape in C++."""

    name = "XAD"

    def __init__(self) -> None:
        import xad.math
        from xad.adj_1st import Real, Tape

        self.make, self.tape = Real, Tape
        self.functions = SimpleNamespace(
            exp=xad.math.exp,
            log=xad.math.log,
            sqrt=xad.math.sqrt,
            erf=xad.math.erf,
            relu=lambda x: x if x > 0.0 else Real(0.0),
            make=Real,
        )

    def gradient(self, f: Function, point: list[float]) -> tuple[float, list[float]]:
        inputs = [self.make(x) for x in point]
        with self.tape() as tape:
            tape.registerInputs(inputs)
            tape.newRecording()
            y = f(self.functions, inputs)
            tape.registerOutput(y)
            y.derivative = 1.0
            tape.computeAdjoints()
            return y.value, [x.derivative for x in inputs]


class Torch:
    """PyTorch, one 0-dimensional tensor per number, in double precision."""

    name = "PyTorch"

    def __init__(self) -> None:
        import torch

        torch.set_num_threads(1)
        self.torch = torch
        self.make = lambda x: torch.tensor(x, dtype=torch.float64)
        self.functions = SimpleNamespace(
            exp=torch.exp, log=torch.log, sqrt=torch.sqrt, erf=torch.erf, relu=torch.relu, make=self.make
        )

    def gradient(self, f: Function, point: list[float]) -> tuple[float, list[float]]:
        inputs = [self.torch.tensor(x, dtype=self.torch.float64, requires_grad=True) for x in point]
        y = f(self.functions, inputs)
        y.backward()
        return y.item(), [0.0 if x.grad is None else x.grad.item() for x in inputs]


def peers() -> list[Any]:
    """Ours, the minimal engine, and the others that are installed."""
    found: list[Any] = [Ours(), Minimal()]
    for module, peer in (("micrograd", Micrograd), ("xad", Xad), ("torch", Torch)):
        if importlib.util.find_spec(module) is not None:
            found.append(peer())
    return found
