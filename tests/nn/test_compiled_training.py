"""Compiled training: the numbers, the history and the end of a run are those of eager training, up to rounding."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd.extend import tree_leaves
from nn import fit
from nn.optim import SGD, Adagrad, Adam, AdamW, NAdam, RMSprop
from tests.support.soak import few

# A step may add rounding errors of this size to a number near 1. An optimizer that divides by the size of a gradient
# magnifies those of the gradient, where it is small, by its learning rate over its eps.
ROUNDING = 1e-13
EPS = 1e-4


def net(nout, activation="tanh", hidden=(4,), seed=0):
    return nn.MLP(2, [*hidden, nout], activation, seed=seed)


MODELS = {
    "a layer": lambda nout: net(nout, hidden=()),
    "tanh": lambda nout: net(nout),
    "relu": lambda nout: net(nout, "relu", (5, 3)),
    "elu": lambda nout: net(nout, "elu"),
    "gelu": lambda nout: net(nout, "gelu"),
    "expanded": lambda nout: nn.MLP(2, [3, nout], "sigmoid", expand=True),
    "dropout": lambda nout: nn.Sequential(
        nn.Dropout(0.2, seed=5), nn.Layer(2, 6, "softplus", seed=0), nn.Dropout(0.5, seed=6), net_of(6, nout)
    ),
    "log-softmax": lambda nout: nn.Sequential(net(nout), nn.LogSoftmax() if nout > 1 else nn.Identity()),
}


def net_of(nin, nout):
    return nn.MLP(nin, [nout], seed=3)


shares = st.lists(st.integers(0, 3), min_size=3, max_size=3).filter(any).map(lambda xs: [x / sum(xs) for x in xs])
row_of_3 = st.lists(st.floats(-2.0, 2.0), min_size=3, max_size=3)
number = st.floats(-2.0, 2.0)
label = st.integers(0, 2)
LOSSES = {
    "MSELoss": (nn.MSELoss(), 3, row_of_3),
    "MSELoss of single numbers": (nn.MSELoss("sum"), 1, number),
    "MSELoss of columns": (nn.MSELoss(), 1, number.map(lambda x: [x])),
    "L1Loss": (nn.L1Loss(), 3, row_of_3),
    "HuberLoss": (nn.HuberLoss(delta=0.7), 1, number),
    "SmoothL1Loss": (nn.SmoothL1Loss("sum", 0.5), 1, number),
    "HingeLoss": (nn.HingeLoss(), 1, st.sampled_from([-1, 1])),
    "KLDivLoss": (nn.KLDivLoss("batchmean"), 3, shares),
    "BCEWithLogitsLoss": (nn.BCEWithLogitsLoss(weight=0.5, pos_weight=2.0), 1, st.sampled_from([0, 1, True, 0.25])),
    "NLLLoss": (nn.NLLLoss(), 3, label),
    "CrossEntropyLoss": (nn.CrossEntropyLoss(), 3, label),
    "CrossEntropyLoss with weights": (nn.CrossEntropyLoss(weight=[1.0, 0.5, 2.0], label_smoothing=0.1), 3, label),
    "CrossEntropyLoss that ignores": (nn.CrossEntropyLoss("sum", ignore_index=1), 3, label),
    "CrossEntropyLoss of shares": (nn.CrossEntropyLoss(weight=[1.0, 0.5, 2.0]), 3, shares),
}
OPTIMIZERS = {
    "SGD": lambda params: SGD(params, lr=0.05, weight_decay=0.01),
    "SGD with momentum": lambda params: SGD(params, lr=0.02, momentum=0.9, nesterov=True),
    "Adam": lambda params: Adam(params, lr=0.01, eps=EPS),
    "AdamW": lambda params: AdamW(params, lr=0.01, eps=EPS, amsgrad=True),
    "NAdam": lambda params: NAdam(params, lr=0.01, eps=EPS, weight_decay=0.01),
    "RMSprop": lambda params: RMSprop(params, lr=0.01, eps=EPS, momentum=0.5),
    "Adagrad": lambda params: Adagrad(params, lr=0.01, eps=EPS),
}


def trained(compiled, make, X, y, optimizer, **options):
    """A model and its optimizer after a run, and the history."""
    model = make()
    moved = optimizer(model.parameters())
    history = fit(model, X, y, optimizer=moved, compiled=compiled, progress=False, **options)
    return model, moved, history


def alike(one, other, tolerance):
    """Do nested lists and dicts agree, numbers up to the tolerance?"""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key], tolerance) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(alike(a, b, tolerance) for a, b in zip(one, other, strict=True))
    if isinstance(one, float):
        return isinstance(other, float) and math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance)
    return type(one) is type(other) and one == other


def check_alike(eager, compiled, tolerance):
    (model, optimizer, history), (same_model, same_optimizer, same_history) = eager, compiled
    assert alike(vars(history), vars(same_history), tolerance)
    assert alike(model.state_dict(), same_model.state_dict(), tolerance)
    assert alike(optimizer.state_dict(), same_optimizer.state_dict(), tolerance)
    for p, q in zip(model.parameters(), same_model.parameters(), strict=True):
        assert p.has_grad == q.has_grad
        assert alike(p.grad, q.grad, tolerance)


def both(make, X, y, optimizer=OPTIMIZERS["SGD with momentum"], tolerance=None, **options):
    """The same run on both engines, which must agree; returns the compiled one."""
    options = {"loss": nn.MSELoss(), "epochs": 3, **options}
    runs = []
    for compiled in (False, True):
        try:
            runs.append(trained(compiled, make, X, y, optimizer, **options))
        except (TypeError, ValueError) as error:  # such as a batch of which all samples are ignored
            runs.append((type(error), str(error)))
    if len(runs[0]) == 2:
        assert runs[0] == runs[1]
        return None
    steps = options["epochs"] * math.ceil(len(X) / (options.get("batch_size") or len(X)))
    check_alike(*runs, tolerance or ROUNDING * steps)
    return runs[1]


points = st.lists(st.tuples(number, number).map(list), min_size=1, max_size=7)


@pytest.mark.parametrize("loss", LOSSES)
@few
@given(data=st.data(), model=st.sampled_from(sorted(MODELS)), X=points)
def test_compiled_training_is_eager_training_up_to_rounding(loss, data, model, X):
    cost, nout, targets = LOSSES[loss]
    y = data.draw(st.lists(targets, min_size=len(X), max_size=len(X)))
    name = data.draw(st.sampled_from(sorted(OPTIMIZERS)))
    batch_size = data.draw(st.none() | st.integers(1, len(X) + 1))
    options = {
        "loss": cost,
        "epochs": data.draw(st.integers(1, 3)),
        "batch_size": batch_size,
        "seed": data.draw(st.integers(0, 3)),
    }
    if data.draw(st.booleans()):
        options["validation_data"] = (X[:2], y[:2])
    if data.draw(st.booleans()):
        options["metric"] = lambda outputs, targets: math.fsum(getattr(x, "data", x) for x in tree_leaves(outputs))
    steps = options["epochs"] * math.ceil(len(X) / (batch_size or len(X)))
    tolerance = ROUNDING * steps * (1.0 if name.startswith("SGD") else 1.0 / EPS)
    both(lambda: MODELS[model](nout), X, y, OPTIMIZERS[name], tolerance, **options)
