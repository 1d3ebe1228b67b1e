"""audit names the mistake made: it ranks planted mistakes first, and names none where there is none."""

import numpy
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autograd
from autograd.audit import audit

OPS = {name: numpy.frompyfunc(getattr(autograd, name), 1, 1) for name in ("sigmoid", "tanh", "relu", "log")}


def sigmoid(z):
    with numpy.errstate(over="ignore"):
        return 1 / (1 + numpy.exp(-z))


FUNCTIONS = {
    "sigmoid": (sigmoid, lambda z, a: a * (1 - a)),
    "tanh": (numpy.tanh, lambda z, a: 1 - a**2),
    "relu": (lambda z: numpy.maximum(z, 0), lambda z, a: 1.0 * (z > 0)),
}


class Network:
    """A small network of Values that ends in a sigmoid, and its gradient derived by hand with one mistake."""

    def __init__(self, seed, sizes=(3, 2, 3), samples=4, hidden="tanh", loss="half", mean=True, ridge=0.0, scale=1.0):
        random = numpy.random.RandomState(seed)
        inputs, units, outputs = sizes
        self.x = random.randn(inputs, samples)
        self.y = 1.0 * (random.rand(outputs, samples) > 0.5)
        self.hidden, self.loss, self.ridge, self.per = hidden, loss, ridge, samples if mean else 1
        shapes = {"w1": (units, inputs), "b1": (units,), "w2": (outputs, units), "b2": (outputs,)}
        self.at = {name: scale * random.randn(*shape) for name, shape in shapes.items()}

    def f(self, w1, b1, w2, b2):
        a1 = OPS[self.hidden](w1 @ self.x + b1[:, None])
        a2 = OPS["sigmoid"](w2 @ a1 + b2[:, None])
        if self.loss == "cross":
            terms = -(self.y * OPS["log"](a2) + (1 - self.y) * OPS["log"](1 - a2))
        elif self.loss == "absolute":
            terms = numpy.abs(a2 - self.y)
        else:
            terms = (a2 - self.y) ** 2 * (0.5 if self.loss == "half" else 1.0)
        return terms.sum() / self.per + self.ridge / 2 * ((w1**2).sum() + (w2**2).sum())

    def is_finite(self):
        """True if no output is so close to 0 or 1 that its logarithm is lost."""
        h = FUNCTIONS[self.hidden][0](self.at["w1"] @ self.x + self.at["b1"][:, None])
        return self.loss != "cross" or numpy.abs(self.at["w2"] @ h + self.at["b2"][:, None]).max() < 30

    def claim(self, mistake=None):
        def claimed(w1, b1, w2, b2):
            act, slope = FUNCTIONS[self.hidden]
            z1 = w1 @ self.x + b1[:, None]
            a1 = act(z1)
            z2 = w2 @ a1 + b2[:, None]
            a2 = sigmoid(z2)
            slope1, slope2 = slope(z1, a1), a2 * (1 - a2)
            loss = self.loss
            if mistake == "other loss":
                loss = {"half": "cross", "square": "cross", "cross": "half", "absolute": "half"}[loss]
            if mistake == "no hidden slope":
                slope1 = numpy.ones_like(z1)
            if mistake == "slope at result":
                slope1 = slope(a1, act(a1))
            if mistake == "slope by argument":
                slope1 = slope(z1, z1)
            if mistake == "slope of the other layer":
                slope1 = slope(z2, act(z2))
            if mistake == "another function's slope":
                slope1 = FUNCTIONS["sigmoid" if self.hidden == "tanh" else "tanh"][1](z1, a1)
            if mistake == "no output slope":
                slope2 = numpy.ones_like(z2)
            if loss == "cross":
                d2 = a2 - self.y
            elif loss == "absolute":
                d2 = numpy.sign(a2 - self.y) * slope2
            else:
                d2 = (a2 - self.y) * slope2 * (1 if loss == "half" else 2)
            d2 = d2 / self.per
            back = {"weights not transposed": w2, "weights missing": numpy.ones_like(w2).T}.get(mistake, w2.T)
            d1 = back @ d2 * slope1
            ridge = {"no ridge": 0.0, "ridge twice": 2.0}.get(mistake, 1.0) * self.ridge
            g = {"w1": d1 @ self.x.T + ridge * w1, "b1": d1.sum(1), "w2": d2 @ a1.T + ridge * w2, "b2": d2.sum(1)}
            if mistake == "ridge as a sum":
                g = {**g, "w1": g["w1"] - ridge * w1 + ridge * (w1**2).sum(), "w2": g["w2"] - ridge * w2 + ridge * (w2**2).sum()}
            if mistake == "ridge on a bias":
                g["b2"] = g["b2"] + self.ridge * b2
            changes = {
                "sign": lambda: {"w1": -g["w1"]},
                "all signs": lambda: {name: -one for name, one in g.items()},
                "twice": lambda: {name: 2 * one for name, one in g.items()},
                "half a bias": lambda: {"b1": g["b1"] / 2},
                "sum for mean": lambda: {name: self.x.shape[1] * one for name, one in g.items()},
                "mean of a bias": lambda: {"b2": g["b2"] / self.x.shape[1]},
                "some factor": lambda: {"w2": 0.37 * g["w2"]},
                "transpose": lambda: {"w2": g["w2"].T},
                "an entry": lambda: {"w1": g["w1"] + 0.1 * numpy.eye(*g["w1"].shape) * (numpy.arange(g["w1"].shape[1]) == 1)},
                "one sample": lambda: {"b1": d1[:, -1]},
                "a sample too few": lambda: {"w1": g["w1"] - d1[:, :1] @ self.x[:, :1].T},
                "samples apart": lambda: {"b2": d2},
                "over units": lambda: {"b2": numpy.full_like(b2, d2.sum())},
                "one number": lambda: {"b1": d1.sum()},
                "errors alone": lambda: {"w1": d1},
                "errors of the other layer": lambda: {"w1": d2},
                "no inputs": lambda: {"w2": d2.sum(1)[:, None] + ridge * w2},
                "column": lambda: {"b1": g["b1"][:, None]},
                "other parameter": lambda: {"b1": g["b2"]},
            }
            return g | (changes[mistake]() if mistake in changes else {})

        return claimed


MISTAKES = {
    "sign": "sign",
    "all signs": "sign",
    "twice": "constant factor",
    "half a bias": "constant factor",
    "sum for mean": "constant factor",
    "mean of a bias": "constant factor",
    "some factor": "constant factor",
    "transpose": "transpose",
    "an entry": "single entries",
    "one sample": "samples",
    "a sample too few": "samples",
    "samples apart": "samples",
    "over units": "wrong axis",
    "one number": "wrong axis",
    "errors alone": "outer product",
    "errors of the other layer": "outer product",
    "no inputs": "outer product",
    "column": "wrong shape",
    "other parameter": "other parameter",
    "no ridge": "penalty",
    "ridge twice": "penalty",
    "ridge as a sum": "penalty",
    "ridge on a bias": "penalty",
    "no hidden slope": "missing derivative",
    "no output slope": "missing derivative",
    "slope at result": "misplaced derivative",
    "slope by argument": "misplaced derivative",
    "slope of the other layer": "misplaced derivative",
    "another function's slope": "other derivative",
    "weights not transposed": "weights",
    "weights missing": "weights",
    "other loss": "another loss",
}
PENALTIES = {name for name, kind in MISTAKES.items() if kind == "penalty"}
SQUARE = {"errors of the other layer", "slope of the other layer", "weights not transposed", "weights missing", "other parameter"}
DEAD = {"sign", "twice", "transpose", "an entry", "column"}  # mistakes that dead units don't turn into others
FEWER = settings(max_examples=max(settings.default.max_examples // 20, 1))  # per kind of mistake


@st.composite
def networks(draw, mistake=None):
    units = draw(st.integers(2, 3))
    return Network(
        draw(st.integers(0, 10**6)),
        sizes=(draw(st.integers(2, 3)), units, units if mistake in SQUARE else draw(st.integers(2, 3))),
        samples=draw(st.integers(2, 5)),
        hidden=draw(st.sampled_from(["tanh", "sigmoid", "relu"] if mistake in {None, *DEAD} else ["tanh", "sigmoid"])),
        loss=draw(st.sampled_from(["square", "cross", "absolute"] if mistake == "other loss" else ["half", "square", "cross"])),
        mean=draw(st.booleans()),
        ridge=draw(st.sampled_from([0.01, 0.3] if mistake in PENALTIES else [0.0, 0.1])),
    )


@pytest.mark.parametrize("mistake", MISTAKES)
@FEWER
@given(data=st.data())
def test_a_planted_mistake_is_named_first(mistake, data):
    network = data.draw(networks(mistake))
    report = audit(network.f, network.claim(mistake), at=network.at)
    wrong = [verdict for verdict in report if not verdict.agrees]
    assume(wrong)  # with relu, a mistake may make no difference
    assert {verdict.diagnosis and verdict.diagnosis.mistake for verdict in wrong} == {MISTAKES[mistake]}, str(report)


@settings(max_examples=settings.default.max_examples // 2)
@given(data=st.data())
def test_a_right_claim_is_never_accused(data):
    network = data.draw(networks())
    for name, array in network.at.items():
        for place in numpy.ndindex(array.shape):
            array[place] = data.draw(st.sampled_from([array[place], 0.0, 1.0, 8.0, -20.0]), label=name)
    assume(network.is_finite())
    assert audit(network.f, network.claim(), at=network.at)
    assert audit(network.f, network.claim()(**network.at), at=network.at)


@given(seed=st.integers(0, 10**6), hidden=st.sampled_from(["tanh", "sigmoid", "relu"]), loss=st.sampled_from(["half", "cross"]))
@FEWER
def test_one_unit_and_one_sample_are_not_accused_of_anything(seed, hidden, loss):
    network = Network(seed, sizes=(1, 1, 1), samples=1, hidden=hidden, loss=loss, ridge=0.1)
    for mistake in (
        None,
        "transpose",
        "column",
        "over units",
        "one sample",
        "mean of a bias",
        "samples apart",
        "errors of no layer",
    ):
        assert audit(network.f, network.claim(mistake), at=network.at), mistake


@FEWER
@given(data=st.data())
def test_no_mistake_is_named_where_the_claim_is_just_wrong(data):
    noise = data.draw(st.sampled_from([1.0, 0.01, 1e-7]))
    network = data.draw(networks("no hidden slope"))  # with relu, only one entry may be nonzero, off by a factor
    junk = numpy.random.RandomState(data.draw(st.integers(0, 10**6)))
    shift = {name: junk.randn(*array.shape) for name, array in network.at.items()}

    def claim(**at):
        return {name: g * (1 + noise * shift[name]) for name, g in network.claim()(**at).items()}

    assert not audit(network.f, claim, at=network.at)
    added = {name: g + noise * shift[name] for name, g in network.claim()(**network.at).items()}
    for claimed in (claim, claim(**network.at), added):
        named = {verdict.diagnosis.mistake for verdict in audit(network.f, claimed, at=network.at) if verdict.diagnosis}
        assert named <= {"single entries"}  # the others may be zero, or too small to be wrong


def test_of_a_plain_function_no_penalties_and_no_errors_of_layers_are_guessed():
    report = audit(lambda x, y: x * y + x**2, {"x": lambda x, y: y, "y": lambda x, y: x}, at={"x": 3.0, "y": 2.0})
    assert report["x"].likely() == "in the derivative of x·y + x², the term with the derivative of x² is missing"
    assert report["x"].others() == "the contribution of the term in x alone is missing"
