"""False statements in published tutorials, each found by audit, with its findings; and some true ones."""

from typing import NamedTuple

import numpy
import pytest

import autograd
from autograd.audit import audit

SIGMOID, RELU, LOG = (numpy.frompyfunc(op, 1, 1) for op in (autograd.sigmoid, autograd.relu, autograd.log))
RANDOM = numpy.random.RandomState(2)


def sigmoid(z):
    return 1 / (1 + numpy.exp(-z))


class Statement(NamedTuple):
    """A tutorial's claim about a gradient, its loss, the correct gradient, and audit's expected finding per parameter."""

    tutorial: str
    says: str
    f: object
    claim: object
    at: dict
    holds: object
    expected: dict


# -- neural-networks-building-blocks: relu, then sigmoid, half squared error -------------------------

X4, Y3 = RANDOM.randn(4), RANDOM.rand(3)
BLOCKS = {"W1": RANDOM.randn(3, 4), "b1": RANDOM.randn(3), "W2": RANDOM.randn(3, 3), "b2": RANDOM.randn(3)}


def blocks(W1, b1, W2, b2):
    return ((Y3 - SIGMOID(W2 @ RELU(W1 @ X4 + b1) + b2)) ** 2 / 2).sum()


def blocks_gradient(as_written=None):
    def claim(W1, b1, W2, b2):
        z1 = W1 @ X4 + b1
        a1 = numpy.maximum(z1, 0)
        z2 = W2 @ a1 + b2
        a2 = sigmoid(z2)
        d2 = -(Y3 - a2) * a2 * (1 - a2)
        d1 = W2.T @ d2 * ((z2 if as_written == "R'(z2)" else z1) > 0)
        g = {"W1": numpy.outer(d1, X4), "b1": d1, "W2": numpy.outer(d2, a1), "b2": d2}
        return g | {"a1": {"W2": d2 * a1}, "dz1/dW1": {"b1": g["W1"]}}.get(as_written, {})

    return claim


# -- one-lego-at-a-time-xor: no biases, squared error and ridge, observations in rows ----------------

N = 6
XN = RANDOM.randn(N, 2)
YN = 1.0 * (numpy.logical_xor(XN[:, :1] > 0, XN[:, 1:] > 0) == numpy.array([[True, False]]))
REG = 1e-6
LEGO = {"w1": RANDOM.uniform(-1, 1, (2, 3)), "w2": RANDOM.uniform(-1, 1, (3, 2))}


def lego(n, reg):
    def f(w1, w2):
        h2 = SIGMOID(SIGMOID(XN @ w1) @ w2)
        return ((YN - h2) ** 2).sum() / (2 * n) + reg * ((w1**2).sum() + (w2**2).sum()) / (2 * n)

    return f


def lego_gradient(penalty, n=1, reg=REG):
    def claim(w1, w2):
        h1 = sigmoid(XN @ w1)
        h2 = sigmoid(h1 @ w2)
        d2 = -(YN - h2) * h2 * (1 - h2)
        d1 = d2 @ w2.T * h1 * (1 - h1)
        return {"w1": (XN.T @ d1 + reg * penalty(w1)) / n, "w2": (h1.T @ d2 + reg * penalty(w2)) / n}

    return claim


# -- ml-13-backpropagation: cross-entropy averaged over m examples, examples in columns --------------

M, LAMBDA = 5, 0.3
XM, YM = RANDOM.randn(3, M), 1.0 * (RANDOM.rand(2, M) > 0.5)
ML13 = {"W1": RANDOM.randn(2, 3), "b1": RANDOM.randn(2, 1), "W2": RANDOM.randn(2, 2), "b2": RANDOM.randn(2, 1)}
THETA = {"T1": ML13["W1"], "T2": ML13["W2"]}
Z3 = {"z": RANDOM.randn(2)}
Y2 = numpy.array([1.0, 0.0])


def cross_entropy(a, y):
    return -(y * LOG(a) + (1 - y) * LOG(1 - a)).sum()


def ml13(W1, b1, W2, b2):
    return cross_entropy(SIGMOID(W2 @ SIGMOID(W1 @ XM + b1) + b2), YM) / M


def ml13_gradient(as_written=False):
    def claim(W1, b1, W2, b2):
        A1 = sigmoid(W1 @ XM + b1)
        dZ2 = sigmoid(W2 @ A1 + b2) - YM
        dZ1 = W2.T @ dZ2 * A1 * (1 - A1)
        dW1 = dZ2 / M if as_written else dZ1 @ XM.T / M
        return {"W1": dW1, "b1": dZ1.sum(1, keepdims=True) / M, "W2": dZ2 @ A1.T / M, "b2": dZ2.sum(1, keepdims=True) / M}

    return claim


def regularised(T1, T2):
    return cross_entropy(SIGMOID(T2 @ SIGMOID(T1 @ XM)), YM) / M + LAMBDA / (2 * M) * ((T1**2).sum() + (T2**2).sum())


def accumulated(strength):
    def claim(T1, T2):
        g = ml13_gradient()(T1, numpy.zeros((2, 1)), T2, numpy.zeros((2, 1)))
        return {"T1": g["W1"] + strength * T1, "T2": g["W2"] + strength * T2}

    return claim


def hidden_delta(as_written):
    def claim(z):
        a = sigmoid(z)
        return ML13["W2"].T @ (sigmoid(ML13["W2"] @ a) - Y2) * (1 if as_written else a * (1 - a))

    return claim


# -- how-do-neural-networks-learn: one hidden layer of two sigmoid neurons, half squared error --------

P = numpy.array([0.2, 0.7, 0.5, 0.9, 0.4])
YP = numpy.array([0.0, 1.0, 1.0, 0.0, 1.0])
X2, HOW = RANDOM.randn(2), {"W1": RANDOM.randn(2, 2), "b1": RANDOM.randn(2), "W2": RANDOM.randn(2), "b2": 0.3}


def how(W1, b1, W2, b2):
    return 0.5 * (autograd.sigmoid(W2 @ SIGMOID(W1 @ X2 + b1) + b2) - 1.0) ** 2


def how_gradient(W1, b1, W2, b2):
    """The product of the tutorial's factors, for every weight."""
    s = sigmoid(W1 @ X2 + b1)
    y = sigmoid(W2 @ s + b2)
    to_h = (y - 1.0) * y * (1 - y)
    to_hidden = to_h * W2 * s * (1 - s)
    return {"W1": numpy.outer(to_hidden, X2), "b1": to_hidden, "W2": to_h * s, "b2": to_h}


BLOCKS_NAME, LEGO_NAME, ML13_NAME = "neural-networks-building-blocks", "one-lego-at-a-time-xor", "ml-13-backpropagation"
AT_Z2 = "the derivative of relu in layer 1 is evaluated at the argument of layer 2 (sigmoid) instead of its own"
STATEMENTS = [
    Statement(
        BLOCKS_NAME,
        "∂L/∂W1 = −(y−a2)σ'(z2)W2R'(z2)x and ∂L/∂b1 = −(y−a2)σ'(z2)W2R'(z2)",
        blocks,
        blocks_gradient("R'(z2)"),
        BLOCKS,
        blocks_gradient(),
        {"W1": AT_Z2, "b1": AT_Z2},
    ),
    Statement(
        BLOCKS_NAME,
        "∂L/∂W2 = −(y−a2)σ'(z2)a1",
        blocks,
        blocks_gradient("a1"),
        BLOCKS,
        blocks_gradient(),
        {"W2": "δ and the inputs are multiplied entry by entry, but every δ should be multiplied by every input"},
    ),
    Statement(
        BLOCKS_NAME,
        "∂L/∂b1 = ∂L/∂a2 ∂a2/∂z2 ∂z2/∂a1 ∂a1/∂z1 ∂z1/∂W1",
        blocks,
        blocks_gradient("dz1/dW1"),
        BLOCKS,
        blocks_gradient(),
        {"b1": "the claim is the gradient of W1"},
    ),
    Statement(
        LEGO_NAME,
        "Loss = (y−h2)², its derivative is −(y−h2)",
        lambda h2: ((YN - h2) ** 2).sum(),
        lambda h2: -(YN - h2),
        {"h2": sigmoid(XN)},
        lambda h2: -2 * (YN - h2),
        {"h2": "the claim is ½ times the gradient (2 is an exponent in f)"},
    ),
    Statement(
        LEGO_NAME,
        "the loss is divided by 2N, its gradients are h1ᵀ·d2 and Xᵀ·d1",
        lego(N, 0.0),
        lego_gradient(lambda w: w, reg=0.0),
        LEGO,
        lego_gradient(lambda w: w, n=N, reg=0.0),
        dict.fromkeys(LEGO, "the claim is 6 times the gradient (6 is the number of samples)"),
    ),
    Statement(
        LEGO_NAME,
        "the penalty is reg·Σw²/2, its gradient is reg·Σw² in every entry",
        lego(1, REG),
        lego_gradient(lambda w: (w**2).sum()),
        LEGO,
        lego_gradient(lambda w: w),
        {w: f"the gradient of the penalty on {w} is taken as 1e−06·Σ{w}² instead of 1e−06·{w}" for w in LEGO},
    ),
    Statement(
        LEGO_NAME,
        "the program as it is: Σ(y−h2)²/(2N) + reg·Σw²/(2N) has the gradients h1ᵀ·d2 + reg·Σw2² and Xᵀ·d1 + reg·Σw1²",
        lego(N, REG),
        lego_gradient(lambda w: (w**2).sum()),
        LEGO,
        lego_gradient(lambda w: w, n=N),
        {
            w: f"two mistakes: the gradient of the penalty on {w} is taken as 1e−06·Σ{w}² instead of 1.66667e−07·{w}; "
            "and the rest is 6 times what it should be (6 is the number of samples)"
            for w in LEGO
        },
    ),
    Statement(
        ML13_NAME,
        "dW[1] = (1/m) dZ[2]",
        ml13,
        ml13_gradient(as_written=True),
        ML13,
        ml13_gradient(),
        {
            "W1": "the product with the inputs is missing: the claim is δ, one number per unit, "
            "and δ belongs to another layer, that of W2"
        },
    ),
    Statement(
        ML13_NAME,
        "J has the penalty λ/(2m)·ΣΘ², and ∂J/∂Θ = Δ/m + λΘ",
        regularised,
        accumulated(LAMBDA),
        THETA,
        accumulated(LAMBDA / M),
        {
            name: f"the gradient of the penalty on {name} is 5 times what it should be (5 is the number of samples)"
            for name in THETA
        },
    ),
    Statement(
        ML13_NAME,
        "cost = y·log(h) + (1−y)·log(1−h), and δ = ∂cost/∂z = a − y",
        lambda z: -cross_entropy(SIGMOID(z), Y2),
        lambda z: sigmoid(z) - Y2,
        Z3,
        lambda z: Y2 - sigmoid(z),
        {"z": "the sign is wrong"},
    ),
    Statement(
        ML13_NAME,
        "δ₂⁽²⁾ = Θ₁₂δ₁⁽³⁾ + Θ₂₂δ₂⁽³⁾",
        lambda z: cross_entropy(SIGMOID(ML13["W2"] @ SIGMOID(z)), Y2),
        hidden_delta(as_written=True),
        Z3,
        hidden_delta(as_written=False),
        {"z": "the derivative of sigmoid in layer 1 is missing, as if it were 1"},
    ),
    Statement(
        ML13_NAME,
        "δ⁽ᴸ⁾ = 0 − y",
        lambda z: cross_entropy(SIGMOID(z), Y2),
        lambda z: 0 * z - Y2,
        Z3,
        lambda z: sigmoid(z) - Y2,
        {"z": "no single known mistake explains it"},
    ),
]


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda statement: statement.says)
def test_the_statement_does_not_hold_and_audit_says_why(statement):
    report = audit(statement.f, statement.claim, at=statement.at)
    assert {verdict.name: verdict.likely() for verdict in report if not verdict.agrees} == statement.expected


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda statement: statement.says)
def test_what_holds_instead_agrees(statement):
    assert audit(statement.f, statement.holds, at=statement.at)


HOLD = {
    "∂E/∂W = ∂E/∂ŷ · ∂ŷ/∂h · ∂h/∂h₁ · ∂h₁/∂W": (how, how_gradient, HOW),
    "E = (1/m) Σ CE, of the losses CE of one example each": (
        lambda p: sum(cross_entropy(p[i : i + 1], YP[i : i + 1]) for i in range(M)) / M,
        lambda p: (p - YP) / (p * (1 - p)) / M,
        {"p": P},
    ),
    "one-lego: d2 = −(y−h2)·h2(1−h2), by z2": (
        lambda z2: ((YN - SIGMOID(z2)) ** 2).sum() / 2,
        lambda z2: -(YN - sigmoid(z2)) * sigmoid(z2) * (1 - sigmoid(z2)),
        {"z2": XN},
    ),
}


@pytest.mark.parametrize("says", HOLD)
def test_a_statement_that_holds_is_not_accused(says):
    f, claim, at = HOLD[says]
    assert audit(f, claim, at=at)
