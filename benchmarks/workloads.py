"""What is measured: scalar programs in plain Python, the same for every engine."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import Any

from nn import make_moons

WIDTHS = (2, 16, 16, 1)
MOONS, LABELS = make_moons(100, noise=0.1, random_state=1337)
SIGNS = [2.0 * label - 1.0 for label in LABELS]


def mlp_point() -> list[float]:
    """The 337 weights and biases of MLP(2, [16, 16, 1]), drawn as micrograd draws them."""
    draw = Random(1337)
    point = []
    for nin, nout in pairwise(WIDTHS):
        for _ in range(nout):
            point += [draw.uniform(-1.0, 1.0) for _ in range(nin)] + [0.0]
    return point


def moons_step(fn: Any, parameters: list[Any]) -> Any:
    """The step of micrograd's demo: 100 moons, relu, hinge loss, ridge; single multiplies and adds."""
    rows = [[fn.make(x) for x in row] for row in MOONS]
    scores = [_mlp(fn, parameters, row) for row in rows]
    losses = [fn.relu(1.0 + -sign * score) for sign, score in zip(SIGNS, scores, strict=True)]
    return sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in parameters)


def _mlp(fn: Any, parameters: list[Any], x: list[Any]) -> Any:
    position = 0
    for nin, nout in pairwise(WIDTHS):
        outputs = []
        for _ in range(nout):
            total = parameters[position + nin]
            for i in range(nin):
                total = total + parameters[position + i] * x[i]
            outputs.append(total if nout == 1 else fn.relu(total))
            position += nin + 1
        x = outputs
    return x[0]


CHAIN = 10**5


def chain(fn: Any, point: list[Any]) -> Any:
    """10⁵ multiply-adds in a row."""
    y, w, b = point
    for _ in range(CHAIN):
        y = y * w + b
    return y


CHAIN_POINT = [1.0, 0.999, 0.001]


def black_scholes(fn: Any, point: list[Any]) -> Any:
    """The price of 1000 European calls by Black and Scholes, each with its five first derivatives."""
    spot, strike, rate, volatility, time = point
    total = 0.0
    for i in range(1000):
        k = strike + 0.01 * i
        spread = volatility * fn.sqrt(time)
        d1 = (fn.log(spot / k) + (rate + 0.5 * volatility * volatility) * time) / spread
        d2 = d1 - spread
        total = total + spot * _normal(fn, d1) - k * fn.exp(-rate * time) * _normal(fn, d2)
    return total


def _normal(fn: Any, x: Any) -> Any:
    return 0.5 * (1.0 + fn.erf(x * 0.7071067811865476))


BLACK_SCHOLES_POINT = [100.0, 95.0, 0.03, 0.2, 1.5]


def rosenbrock(fn: Any, x: list[Any]) -> Any:
    """Rosenbrock's valley in 100 variables, 20 times over."""
    total = 0.0
    for _ in range(20):
        for a, b in pairwise(x):
            total = total + 100.0 * (b - a**2) ** 2 + (1.0 - a) ** 2
    return total


ROSENBROCK_POINT = [0.9 + 0.002 * i for i in range(100)]
