"""The workloads: scalar programs in plain Python, the same for every engine."""

from __future__ import annotations

from collections.abc import Sequence
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
    """The loss of micrograd's demo: 100 moons, relu, hinge loss, ridge; in single multiplies and adds."""
    rows = [[fn.make(x) for x in row] for row in MOONS]
    scores = [mlp(fn, WIDTHS, parameters, row)[0] for row in rows]
    losses = [fn.relu(1.0 + -sign * score) for sign, score in zip(SIGNS, scores, strict=True)]
    return sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in parameters)


def mlp(fn: Any, widths: Sequence[int], parameters: list[Any], x: list[Any]) -> list[Any]:
    """The outputs of a network for one sample, in single multiplies and adds, with relu in all layers but the last."""
    position = 0
    for layer, (nin, nout) in enumerate(pairwise(widths), start=2):
        outputs = []
        for _ in range(nout):
            total = parameters[position + nin]
            for i in range(nin):
                total = total + parameters[position + i] * x[i]
            outputs.append(total if layer == len(widths) else fn.relu(total))
            position += nin + 1
        x = outputs
    return x


CHAIN = 10**5


def chain(fn: Any, point: list[Any]) -> Any:
    """A chain of 10⁵ multiply-adds."""
    y, w, b = point
    for _ in range(CHAIN):
        y = y * w + b
    return y


CHAIN_POINT = [1.0, 0.999, 0.001]


def black_scholes(fn: Any, point: list[Any]) -> Any:
    """The sum of the Black–Scholes prices of 1000 European calls, as a function of five inputs."""
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
    """The Rosenbrock function in 100 variables, added up 20 times."""
    total = 0.0
    for _ in range(20):
        for a, b in pairwise(x):
            total = total + 100.0 * (b - a**2) ** 2 + (1.0 - a) ** 2
    return total


ROSENBROCK_POINT = [0.9 + 0.002 * i for i in range(100)]


VOCABULARY, WIDTH, HEADS, CONTEXT = 27, 16, 4, 8
TOKENS = [0, 5, 13, 13, 1, 22, 9, 14, 0]
MATRICES = {
    "tokens": (VOCABULARY, WIDTH),
    "places": (CONTEXT, WIDTH),
    "queries": (WIDTH, WIDTH),
    "keys": (WIDTH, WIDTH),
    "values": (WIDTH, WIDTH),
    "joined": (WIDTH, WIDTH),
    "wide": (4 * WIDTH, WIDTH),
    "narrow": (WIDTH, 4 * WIDTH),
    "scores": (VOCABULARY, WIDTH),
}


def transformer_point() -> list[float]:
    """The transformer's 4064 weights."""
    draw = Random(42)
    return [draw.gauss(0.0, 0.1) for rows, columns in MATRICES.values() for _ in range(rows * columns)]


def transformer(fn: Any, point: list[Any]) -> Any:
    """The loss of a small transformer on 8 tokens: attention, a feed-forward layer and cross-entropy, in plain operators."""
    weights, position = {}, 0
    for name, (rows, columns) in MATRICES.items():
        weights[name] = [point[position + i * columns : position + (i + 1) * columns] for i in range(rows)]
        position += rows * columns
    keys: list[Any] = []
    values: list[Any] = []
    losses = []
    size = WIDTH // HEADS
    for place, (token, following) in enumerate(pairwise(TOKENS)):
        x = [a + b for a, b in zip(weights["tokens"][token], weights["places"][place], strict=True)]
        normal = _normalised(x)
        query = _product(weights["queries"], normal)
        keys.append(_product(weights["keys"], normal))
        values.append(_product(weights["values"], normal))
        heads = []
        for start in range(0, WIDTH, size):
            part = range(start, start + size)
            shares = _softmax(fn, [sum(query[i] * key[i] for i in part) / size**0.5 for key in keys])
            heads += [sum(share * value[i] for share, value in zip(shares, values, strict=True)) for i in part]
        x = [a + b for a, b in zip(x, _product(weights["joined"], heads), strict=True)]
        hidden = [fn.relu(h) for h in _product(weights["wide"], _normalised(x))]
        x = [a + b for a, b in zip(x, _product(weights["narrow"], hidden), strict=True)]
        losses.append(-fn.log(_softmax(fn, _product(weights["scores"], x))[following]))
    return sum(losses) / len(losses)


def _product(rows: list[list[Any]], x: list[Any]) -> list[Any]:
    return [sum(w * item for w, item in zip(row, x, strict=True)) for row in rows]


def _normalised(x: list[Any]) -> list[Any]:
    scale = (sum(item * item for item in x) / len(x) + 1e-5) ** -0.5
    return [item * scale for item in x]


def _softmax(fn: Any, scores: list[Any]) -> list[Any]:
    largest = max(score.data for score in scores) if hasattr(scores[0], "data") else 0.0
    powers = [fn.exp(score - largest) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def recurrent_policy(fn: Any, point: list[Any]) -> Any:
    """The policy-gradient loss of a recurrent net that chooses 40 actions: log, exp, powers and indexing."""
    width, actions = 12, 4
    inner, outer = width * (width + 3), actions * width
    cells = [point[i * (width + 3) : (i + 1) * (width + 3)] for i in range(width)]
    heads = [point[inner + i * width : inner + (i + 1) * width] for i in range(actions)]
    state: list[Any] = [0.0] * width
    loss = 0.0
    draw = Random(7)
    for _ in range(40):
        seen = [draw.uniform(-1.0, 1.0), draw.uniform(-1.0, 1.0)]
        sums = [sum(w * s for w, s in zip(row, [*state, *seen], strict=False)) + row[-1] for row in cells]
        state = [2.0 / (1.0 + fn.exp(-2.0 * total)) - 1.0 for total in sums]
        shares = _softmax(fn, _product(heads, state))
        advantage = draw.gauss(0.0, 1.0)
        loss = loss - advantage * fn.log(shares[draw.randrange(actions)]) + 0.01 * sum(p**2.0 for p in shares)
    assert len(point) == inner + outer
    return loss


def recurrent_point() -> list[float]:
    """The policy's 228 weights."""
    draw = Random(3)
    return [draw.gauss(0.0, 0.3) for _ in range(12 * 15 + 4 * 12)]
