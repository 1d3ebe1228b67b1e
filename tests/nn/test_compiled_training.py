"""Compiled training: the numbers, the history and the end of a run are those of eager training, up to rounding."""

import itertools
import math
import random
import subprocess
import sys
import warnings
from random import Random
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import CompileError, Value
from autograd.extend import draw, tree_leaves
from nn import EarlyStopping, fit, lr_scheduler
from nn._compiled_training import CompiledTraining
from nn.losses import Loss
from nn.optim import SGD, Adagrad, Adam, AdamW, NAdam, Optimizer, RMSprop
from nn.training import knows_numbers_alone
from tests.support.soak import few
from tests.support.work import interrupted

# The rounding error that a step may add to a number near 1. An optimizer that divides by the size of a gradient
# magnifies the error of a small gradient by its learning rate over its eps.
ROUNDING = 1e-13
EPS = 1e-4


@pytest.fixture(autouse=True)
def short_trainings_are_compiled(monkeypatch):
    """Make "auto" compile short trainings too: it runs them with NumPy, whereas True uses Numba."""
    monkeypatch.setattr(nn.training, "MIN_SECONDS", -math.inf)


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
    "NLLLoss that ignores": (nn.NLLLoss(weight=[1.0, 0.5, 2.0], ignore_index=0), 3, label),
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
    """True if nested lists and dicts agree, numbers up to the tolerance."""
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
    """Train eagerly, with NumPy and with Numba, check that the runs agree, and return the last one."""
    options = {"loss": nn.MSELoss(), "epochs": 3, **options}
    runs = []
    for compiled in (False, "auto", True):
        try:
            runs.append(trained(compiled, make, X, y, optimizer, **options))
        except (TypeError, ValueError) as error:  # such as a batch whose samples are all ignored
            runs.append((type(error), str(error)))
    if len(runs[0]) == 2:
        assert runs[0] == runs[1] == runs[2]
        return None
    steps = options["epochs"] * math.ceil(len(X) / (options.get("batch_size") or len(X)))
    for run in runs[1:]:
        check_alike(runs[0], run, tolerance or ROUNDING * steps)
    return runs[-1]


def test_a_batch_that_is_all_ignored_moves_parameters_by_decay_and_momentum_alone():

    def make():
        return nn.MLP(2, [3], seed=0)

    def classifier():
        return nn.Sequential(make(), nn.LogSoftmax())

    model, _, history = both(
        classifier, [[1.0, 2.0]] * 2, [1, 1], OPTIMIZERS["SGD"], loss=nn.NLLLoss("sum", ignore_index=1), epochs=1
    )
    assert history.loss == [0.0]
    decayed = [p.data * (1.0 - 0.05 * 0.01) for p in classifier().parameters()]
    assert [p.data for p in model.parameters()] == pytest.approx(decayed, rel=1e-15)
    both(make, [[1.0, 2.0]] * 3, [1, 0, 1], loss=nn.CrossEntropyLoss("sum", ignore_index=1), batch_size=1)
    for y in ([1, 1, 1], [0, 1, 1], [1, 2, 0]):
        both(make, [[1.0, 2.0]] * 3, y, loss=nn.NLLLoss("sum", ignore_index=1), batch_size=2)


points = st.lists(st.tuples(number, number).map(list), min_size=1, max_size=7)


@pytest.mark.slow
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


# -- special cases ------------------------------------------------------------------------------------

XY = ([[0.5, -1.0], [1.0, 0.25], [-0.75, 0.5], [0.125, 2.0], [1.5, -0.5]], [1.0, -0.5, 0.25, 2.0, 0.0])
CLASSES = (XY[0], [0, 2, 1, 1, 0])


class Model(nn.Module):
    """A model for a test: its parts, and a function that computes with them."""

    def __init__(self, function, **parts):
        vars(self).update(parts)
        self.function = lambda: function  # wrapped: it may hold Values that aren't parameters

    def forward(self, x):
        return self.function()(self, x)


@given(
    cuts=st.lists(st.integers(1, 4), max_size=3),
    momentum=st.sampled_from([0.0, 0.9]),
    rate=st.sampled_from(["StepLR", "ExponentialLR", "LambdaLR", "ReduceLROnPlateau"]),
)
@few
def test_schedulers_groups_and_frozen_parameters(cuts, momentum, rate):
    schedules = {
        "StepLR": lambda optimizer: lr_scheduler.StepLR(optimizer, 2),
        "ExponentialLR": lambda optimizer: lr_scheduler.ExponentialLR(optimizer, 0.5),
        "LambdaLR": lambda optimizer: lr_scheduler.LambdaLR(optimizer, lambda epoch: 1.0 / (1 + epoch)),
        "ReduceLROnPlateau": lambda optimizer: lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, factor=0.5),
    }
    runs = []
    for compiled in (False, True):
        model = net(1, hidden=(4, 3))
        for i in cuts:
            model.parameters()[i].requires_grad = False
        layers = [layer.parameters() for layer in model.layers[:2]]  # the last layer gets gradients, but isn't updated
        groups = [{"params": layers[0], "lr": 0.05}, {"params": layers[1], "weight_decay": 0.1}]
        optimizer = SGD(groups, lr=0.02, momentum=momentum)
        scheduler = schedules[rate](optimizer)
        options = {"loss": nn.MSELoss(), "epochs": 5, "batch_size": 2, "scheduler": scheduler, "progress": False}
        runs.append((model, optimizer, fit(model, *XY, optimizer=optimizer, compiled=compiled, **options)))
    check_alike(*runs, 5 * 3 * ROUNDING)


@pytest.mark.parametrize("inside", [False, True])
def test_the_function_of_a_scheduler_sees_the_parameters_as_they_are(inside):
    seen = []
    for compiled in (False, True):
        model, rates = net(1), []
        optimizer = SGD(model.parameters(), lr=0.1)
        rate = lambda epoch, model=model, rates=rates: rates.append(model.parameters()[0].data) or 0.5**epoch  # noqa: E731
        scheduler = lr_scheduler.LambdaLR(optimizer, rate)
        if inside:
            scheduler = lr_scheduler.SequentialLR(optimizer, [scheduler, lr_scheduler.ExponentialLR(optimizer, 0.5)], [4])
        fit(model, *XY, loss=nn.MSELoss(), optimizer=optimizer, epochs=3, scheduler=scheduler, progress=False, compiled=compiled)
        seen.append(rates)
    assert len(set(seen[0])) > 2
    assert alike(*seen, ROUNDING)


def importing(epoch):
    import tests.nn.test_compiled_training as here

    return here.XY


def test_functions_of_the_epoch_alone_are_told_from_those_that_may_look_at_a_model():
    model, epochs = net(1), 5
    assert knows_numbers_alone(lambda epoch: 0.5**epoch)
    assert knows_numbers_alone(lambda epoch, least=0.1: max(least, 1.0 - epoch / epochs * math.sqrt(EPS)))
    assert not knows_numbers_alone(lambda epoch: model.parameters()[0].data)
    assert not knows_numbers_alone(lambda epoch, model=model: epoch)
    assert not knows_numbers_alone(lambda epoch: nn.MLP)
    assert not knows_numbers_alone(lambda epoch: globals())
    assert not knows_numbers_alone(importing)
    assert not knows_numbers_alone(lambda epoch: [(lambda: epoch)() for _ in range(2)])
    assert not knows_numbers_alone(model)


def test_parameters_that_are_shared_and_those_that_are_not_used():
    def shared(model, x):
        return autograd.tanh(model.w * x[0] + model.v) * model.w + model.v * model.w

    both(lambda: Model(shared, w=Value(0.5), v=Value(-0.25), unused=Value(3.0)), *XY, OPTIMIZERS["Adam"], 1e-8)
    both(lambda: nn.Sequential(layer := nn.Layer(2, 2, "tanh", seed=0), layer, nn.Layer(2, 1, seed=1)), *XY)


def test_a_parameter_that_no_sample_of_a_batch_leads_to_is_skipped():
    def expert(model, x):
        return autograd.where(autograd.greater(x[0], 0.9), model.w * x[1], model.v * x[1] + model.v)

    for name in ("SGD", "Adam"):
        _, optimizer, _ = both(
            lambda: Model(expert, w=Value(0.5), v=Value(-0.25)), *XY, OPTIMIZERS[name], 1e-8, batch_size=1, epochs=2
        )
        if name == "Adam":
            assert [memory["step"] for memory in optimizer.state] == [4, 6]

    def half(params):  # the second parameter gets a gradient but isn't updated
        return SGD(params[:1], lr=0.05)

    for x in (0.95, 0.5):  # whose gradient reaches that one, or doesn't
        both(lambda: Model(expert, w=Value(0.5), v=Value(-0.25)), [[x, 1.0], [1.0, 2.0]], [1.0, 2.0], half)


def test_a_class_that_is_not_in_a_batch_moves_nothing_but_its_own_weights():
    both(lambda: net(3, hidden=()), *CLASSES, OPTIMIZERS["AdamW"], 1e-8, loss=nn.NLLLoss(), batch_size=2)
    both(lambda: net(3, hidden=()), XY[0], [[0.5, 0.5, 0.0]] * 5, loss=nn.KLDivLoss(), optimizer=OPTIMIZERS["SGD"])


def test_draws_of_ones_own_come_in_the_same_order_from_the_same_generator():
    def noisy(model, x):
        return model.w * x[0] + draw(model.generator.random) * model.v - draw(lambda: model.generator.gauss(0.0, 1.0)) * model.w

    both(lambda: Model(noisy, w=Value(0.5), v=Value(-0.25), generator=Random(7)), *XY, batch_size=2)


def test_a_loss_with_parameters_of_its_own_and_an_element_of_ones_own():
    class Scaled(Loss):
        def element(self, prediction, target):
            return autograd.logaddexp(prediction - target, target - prediction)

    class Lopsided(nn.MSELoss):
        def element(self, prediction, target):
            return super().element(prediction, target) * autograd.where(autograd.greater(prediction, target), 2.0, 1.0)

    both(lambda: net(1), *XY, loss=Scaled())
    both(lambda: net(1), *XY, loss=Lopsided())


def test_an_op_of_ones_own_is_computed_number_by_number():
    cube = autograd.custom_op(lambda x: x**3, partials=lambda z, x: 3.0 * x * x, name="cube")
    both(lambda: Model(lambda model, x: cube(model.w * x[0]) + model.v, w=Value(0.5), v=Value(-0.25)), *XY)


def test_outputs_may_be_nested_and_samples_dicts():
    X = [{"size": x[0], "place": [x[1], 0.5]} for x in XY[0]]

    def nested(model, x):
        return [[model.w * x["size"], model.v], model.v * x["place"][0]]

    seen = []
    metric = lambda outputs, targets: seen.append(outputs) or float(len(outputs))  # noqa: E731
    y = [[[t, 0.5], 1.0] for t in XY[1]]
    both(lambda: Model(nested, w=Value(0.5), v=Value(-0.25)), X, y, metric=metric, epochs=1)
    assert alike(seen[0], seen[1], ROUNDING)
    assert alike(seen[0], seen[2], ROUNDING)


# -- callbacks ---------------------------------------------------------------------------------------


def doing(change):
    """A callback that changes something after the first epoch, and records what it sees."""

    def callback(model, history):
        notes.append([model.state_dict(), [(p.grad, p.has_grad) for p in model.parameters()], history.loss[-1]])
        if history.epochs == 1:
            change(model)

    notes = callback.notes = []
    return callback


def freeze(model):
    model.parameters()[1].requires_grad = False


def halve(model):
    for p in model.parameters():
        p.data *= 0.5


def replace(model):
    model.items[1].p = 0.0


def grow(model):
    model.items.append(nn.Tanh())


def look(model):
    model([0.5, 0.5])


@pytest.mark.parametrize("change", [freeze, halve, replace, grow, nn.Module.eval, look])
def test_callbacks_see_what_they_would_see_eagerly_and_what_they_change_is_changed(change):
    def make():
        return nn.Sequential(nn.Layer(2, 3, "tanh", seed=0), nn.Dropout(0.5, seed=1), nn.Layer(3, 1, "linear", seed=2))

    callbacks = [doing(change) for _ in range(2)]
    runs = [
        trained(compiled, make, *XY, OPTIMIZERS["SGD with momentum"], loss=nn.MSELoss(), epochs=4, batch_size=2, callbacks=[one])
        for compiled, one in zip((False, True), callbacks, strict=True)
    ]
    check_alike(*runs, 1e-11)
    assert alike(callbacks[0].notes, callbacks[1].notes, 1e-11)


class Scales:
    """Settings that training anneals."""

    shared = 1.0
    table: ClassVar = {"kept": 1.0}
    array = np.ones(2)


class Annealed(nn.Module):
    def __init__(self):
        self.layer, self.neuron, self.scales, self.mine = nn.Layer(2, 3, "tanh", seed=0), nn.Neuron(3, seed=1), Scales(), 1.0

    @property
    def scale(self):
        return self.mine

    def forward(self, x):
        scales = self.scales
        self.hidden = self.layer(x)
        return self.neuron(self.hidden) * self.scale * Scales.shared * scales.table["kept"] * scales.array[0]


class AnnealedLoss(nn.MSELoss):
    factor = 1.0

    def element(self, prediction, target):
        return self.factor * (prediction - target) ** 2


ANNEALING = {
    "property": lambda model, loss, patch: setattr(model, "mine", 2.0),
    "class": lambda model, loss, patch: patch.setattr(Scales, "shared", 2.0),
    "dict": lambda model, loss, patch: patch.setitem(Scales.table, "kept", 2.0),
    "array": lambda model, loss, patch: patch.setattr(Scales, "array", np.full(2, 2.0)),
    "object": lambda model, loss, patch: setattr(model.scales, "array", np.full(2, 2.0)),
    "loss": lambda model, loss, patch: setattr(loss, "factor", 2.0),
    "nothing": lambda model, loss, patch: None,
}


@pytest.mark.parametrize("change", ANNEALING)
def test_settings_that_a_callback_changes_are_changed(monkeypatch, change):
    runs = []
    for compiled in (False, True):
        loss = AnnealedLoss()
        with monkeypatch.context() as patch:
            callback = doing(lambda model, patch=patch, loss=loss: ANNEALING[change](model, loss, patch))
            options = {"loss": loss, "epochs": 4, "callbacks": [callback]}
            runs.append(trained(compiled, Annealed, *XY, OPTIMIZERS["SGD with momentum"], **options))
    check_alike(*runs, 1e-11)


def test_what_the_function_of_a_scheduler_changes_is_changed():
    runs = []
    for compiled in (False, True):
        model = Annealed()
        optimizer = SGD(model.parameters(), lr=0.1)

        def rate(epoch, model=model):
            model.mine = 1.0 / (1.0 + epoch)
            model.neuron.b.data = 0.25
            return 1.0

        options = {"optimizer": optimizer, "scheduler": lr_scheduler.LambdaLR(optimizer, rate), "epochs": 4, "progress": False}
        runs.append((model, optimizer, fit(model, *XY, loss=nn.MSELoss(), compiled=compiled, **options)))
    check_alike(*runs, 1e-12)


class Scheduled(Annealed):
    """A model that reads the rate of its optimizer."""

    def forward(self, x):
        return super().forward(x) * (1.0 + self.optimizer.lr)


SCHEDULES = {
    "by the epoch": lambda optimizer: lr_scheduler.StepLR(optimizer, 2, 0.5),
    "by the loss": lambda optimizer: lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, threshold=10.0),
}


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_model_that_reads_the_rate_of_its_optimizer_reads_the_present_one(schedule):
    runs = []
    for compiled in (False, True):
        model = Scheduled()
        model.optimizer = SGD(model.parameters(), lr=0.1)
        options = {"scheduler": SCHEDULES[schedule](model.optimizer), "epochs": 5, "batch_size": 3, "seed": 0, "progress": False}
        history = fit(model, *XY, loss=nn.MSELoss(), optimizer=model.optimizer, compiled=compiled, **options)
        runs.append((model, model.optimizer, history))
    check_alike(*runs, 1e-12)


def test_what_a_metric_changes_is_changed():
    runs = []
    for compiled in (False, True):
        model = Annealed()

        def metric(outputs, targets, model=model):
            model.mine *= 0.75
            return model.mine

        optimizer = SGD(model.parameters(), lr=0.1)
        options = {"optimizer": optimizer, "metric": metric, "epochs": 4, "progress": False}
        runs.append((model, optimizer, fit(model, *XY, loss=nn.MSELoss(), compiled=compiled, **options)))
    check_alike(*runs, 1e-12)


class Averaging(nn.Module):
    """A model that keeps a running mean while it trains, as batch norm does, and uses it afterwards."""

    def __init__(self):
        self.layer, self.neuron, self.means = nn.Layer(2, 3, "tanh", seed=0), nn.Neuron(3, seed=1), [0.0] * 3

    def forward(self, x):
        hidden = self.layer(x)
        if self.training:
            with autograd.no_grad():
                self.means = [0.9 * mean + 0.1 * h for mean, h in zip(self.means, hidden, strict=True)]
            return self.neuron(hidden)
        return self.neuron([h - mean for h, mean in zip(hidden, self.means, strict=True)])


class Counting(nn.Module):
    """A model that computes something else after its 20th call."""

    def __init__(self):
        self.neuron, self.calls = nn.Neuron(2, "tanh", seed=1), 0

    def forward(self, x):
        self.calls += 1
        return self.neuron(x) * (2.0 if self.calls > 20 else 1.0)


class Standardizing(nn.Module):
    """A model that updates a mean, an array, a list and an object in place."""

    def __init__(self):
        self.neuron, self.mean, self.means, self.log = nn.Neuron(2, "tanh", seed=1), [0.0], np.zeros(1), {"x": []}
        self.settings = Settings()

    def forward(self, x):
        self.settings.scale = 0.9 * self.settings.scale
        self.mean[0] += 0.1 * (1.0 - self.mean[0])
        self.means += self.mean[0]
        self.log["x"].append(len(self.log["x"]))
        return self.neuron([x[0] * self.settings.scale - self.mean[0], x[1] + 0.01 * len(self.log["x"]) - float(self.means[0])])


class Settings:
    """Any attribute is 1 at first."""

    def __getattr__(self, name):
        return 1.0


class Noisy(nn.Module):
    """A model that draws random numbers from several generators."""

    def __init__(self):
        random.seed(0)
        self.settings = Settings()
        self.neuron, self.source, self.sources = nn.Neuron(2, "tanh", seed=1), Random(0), (np.random.default_rng(0),)

    def forward(self, x):
        return self.neuron([x[0] + self.source.random(), x[1] + random.random() + float(self.sources[0].random())])


@pytest.mark.parametrize("make", [Averaging, Counting, Standardizing, Noisy])
def test_a_model_that_changes_what_it_reads_is_trained_eagerly_from_where_it_was(make):
    options = {"loss": nn.MSELoss(), "epochs": 4, "validation_data": XY}
    with pytest.warns(UserWarning, match="on every call"):
        found = trained("auto", make, *XY, OPTIMIZERS["SGD with momentum"], **options)
    check_alike(found, trained(False, make, *XY, OPTIMIZERS["SGD with momentum"], **options), 0.0)
    with pytest.raises(CompileError, match="on every call"):
        trained(True, make, *XY, OPTIMIZERS["SGD with momentum"], **options)


def test_a_model_that_keeps_its_results_is_recorded_once(monkeypatch):
    starts = []
    start = CompiledTraining._start
    monkeypatch.setattr(CompiledTraining, "_start", lambda self: starts.append(start(self)))
    options = {"loss": nn.MSELoss(), "epochs": 4, "callbacks": [lambda model, history: look(model)]}
    trained(True, Annealed, *XY, OPTIMIZERS["SGD with momentum"], **options)
    assert len(starts) == 1


def test_what_forward_keeps_in_attributes_does_not_become_a_parameter():
    class Keeping(nn.Module):
        def __init__(self):
            self.neuron, self.width = nn.Neuron(2, "tanh", seed=1), 0

        def forward(self, x):
            self.x, self.y, self.width = x, self.neuron(x), len(x)
            return self.y

    model, _, _ = trained(True, Keeping, *XY, OPTIMIZERS["SGD"], loss=nn.MSELoss(), epochs=2, validation_data=XY)
    assert list(vars(model)) == ["neuron", "width", "training"]
    assert model.width == 2
    assert list(model.state_dict()) == ["neuron.w", "neuron.b"]


def test_a_callback_may_change_the_optimizer_and_its_memory():
    def change(optimizer):
        def callback(model, history):
            optimizer.param_groups[0]["lr"] *= 0.5
            if history.epochs == 2:
                optimizer.load_state_dict(SGD(model.parameters(), lr=0.03, momentum=0.5).state_dict())

        return callback

    runs = []
    for compiled in (False, True):
        model = net(1)
        optimizer = SGD(model.parameters(), lr=0.05, momentum=0.9)
        options = {"loss": nn.MSELoss(), "epochs": 4, "progress": False, "callbacks": [change(optimizer)]}
        runs.append((model, optimizer, fit(model, *XY, optimizer=optimizer, compiled=compiled, **options)))
    check_alike(*runs, 1e-12)


def test_early_stopping_gives_the_best_parameters_back():
    def options():
        return {"validation_data": ([[1.0, 1.0]], [0.5]), "callbacks": [EarlyStopping(patience=1)], "loss": nn.MSELoss()}

    runs = [
        trained(compiled, lambda: net(1), *XY, lambda params: SGD(params, lr=0.3), epochs=40, **options())
        for compiled in (False, True)
    ]
    check_alike(*runs, 1e-9)
    assert runs[1][2].stopped_early


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_parameters_are_written_back_whatever_ends_the_run(error):
    def end(model, history):
        if history.epochs == 2:
            for p in model.parameters():
                p.data += 1.0  # kept, although an error ends the run
            raise error

    runs = []
    for compiled in (False, True):
        model = net(1)
        optimizer = OPTIMIZERS["Adam"](model.parameters())
        options = {"loss": nn.MSELoss(), "epochs": 5, "progress": False, "callbacks": [end], "compiled": compiled}
        if error is RuntimeError:
            with pytest.raises(RuntimeError):
                fit(model, *XY, optimizer=optimizer, **options)
            runs.append((model, optimizer, nn.History()))
        else:
            runs.append((model, optimizer, fit(model, *XY, optimizer=optimizer, **options)))
            assert runs[-1][2].interrupted
    check_alike(*runs, 1e-9)


def test_ctrl_c_between_batches_keeps_the_steps_that_were_made():
    runs = []
    for compiled in (False, True):
        model, calls = net(1), []

        class Impatient(SGD):
            def step(self, calls=calls):
                calls.append(self)
                if len(calls) == 5:
                    raise KeyboardInterrupt
                super().step()

        optimizer = Impatient(model.parameters(), lr=0.1, momentum=0.9)
        options = {"loss": nn.MSELoss(), "epochs": 5, "batch_size": 2, "progress": False, "compiled": compiled}
        runs.append((model, optimizer, fit(model, *XY, optimizer=optimizer, **options)))
        assert runs[-1][2].interrupted
        assert runs[-1][2].epochs == 1
    check_alike(*runs, 1e-12)


@pytest.mark.slow
def test_ctrl_c_at_any_line_leaves_parameters_and_memory_as_they_are_between_two_steps():
    def run(epochs=2):
        model = net(1, hidden=())
        optimizer = Adam(model.parameters(), lr=0.01, eps=EPS)
        options = {"loss": nn.MSELoss(), "batch_size": 3, "epochs": epochs, "progress": False}
        return model, optimizer, lambda: fit(model, *XY, optimizer=optimizer, **options)

    def facts(model, optimizer):
        return [model.state_dict(), optimizer.state_dict()]

    between = []
    model, optimizer, train = run()
    step = optimizer.step
    optimizer.step = lambda: (between.append(facts(model, optimizer)), step())
    train()
    between.append(facts(model, optimizer))
    assert len(between) == 5
    for line in itertools.count():
        model, optimizer, train = run()
        if not interrupted(train, line, nn._flat_parameters):
            break
        assert any(alike(facts(model, optimizer), one, 1e-9) for one in between)
    assert line > 50


def test_gradients_of_several_batches_add_up_where_the_optimizer_keeps_them():
    class Accumulating(SGD):
        batches = 0

        def zero_grad(self):
            if self.batches % 3 == 0:
                super().zero_grad()
            self.batches += 1

        def step(self):
            if self.batches % 3 == 0:
                super().step()

    options = {"loss": nn.MSELoss(), "epochs": 4, "batch_size": 2, "optimizer": lambda params: Accumulating(params, lr=0.1)}
    runs = [trained(compiled, lambda: net(1), *XY, **options) for compiled in (False, True)]
    assert runs[0][1].steps == 4 * math.ceil(len(XY[0]) / 2) // 3
    check_alike(*runs, 1e-12)


def test_samples_and_targets_may_be_dicts_whose_keys_are_in_any_order():
    class Line(nn.Module):
        def __init__(self):
            self.layer = nn.Layer(2, 2, "linear", seed=0)

        def forward(self, x):
            up, down = self.layer([x["a"], x["b"]])
            return {"up": up, "down": down}

    X, y = [{"a": 1.0, "b": 2.0}, {"b": 3.0, "a": -1.0}], [{"up": 1.0, "down": 2.0}, {"down": 5.0, "up": 3.0}]
    options = {"loss": nn.MSELoss(), "epochs": 3, "validation_data": (X[::-1], y[::-1]), "optimizer": SGD}
    runs = [trained(compiled, Line, X, y, **options) for compiled in (False, True)]
    first = runs[0][2].loss[0]
    output = Line()
    errors = [output(x)[key].data - target[key] for x, target in zip(X, y, strict=True) for key in ("up", "down")]
    assert first == pytest.approx(sum(error**2 for error in errors) / 4, rel=1e-12)
    check_alike(*runs, 1e-12)


def test_a_model_may_change_the_list_that_it_is_given():
    def shifting(model, x):
        x[0] = 2.0 * x[0]
        x.append(model.v)
        return autograd.sigmoid(50.0 * model.w * x[0] + x[1])  # exactly 0 for a sample, so that batches are computed eagerly

    both(
        lambda: Model(shifting, w=Value(1.0), v=Value(0.0)),
        [[1.0], [-8.0], [0.01]],
        [1, 0, 1],
        lambda params: SGD(params, lr=1e-4),
        loss=nn.BCELoss(),
        validation_data=([[1.0], [0.02]], [1, 1]),
    )


@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_dicts_of_samples_and_targets_may_hold_lists_tuples_and_arrays(kind):
    class Heads(nn.Module):
        def __init__(self):
            self.layer, self.neuron = nn.Layer(3, 2, "linear", seed=0), nn.Layer(2, 1, "linear", seed=1)

        def forward(self, x):
            hidden = self.layer([*x["place"], x["size"]])
            return {"box": hidden, "score": self.neuron(hidden)}

    X = [{"place": kind([1.0, 2.0]), "size": np.array(0.5)}, {"place": kind([3.0, -1.0]), "size": np.array(1.5)}]
    y = [{"box": kind([1.0, 2.0]), "score": 1.0}, {"box": kind([0.0, 1.0]), "score": -1.0}]
    both(Heads, X, y, loss=nn.MSELoss(), validation_data=(X, y))


def test_a_metric_of_ones_own_sees_the_model_as_it_is_after_the_epoch():
    seen = []
    for compiled in (False, True):
        model = net(1)
        look = lambda outputs, targets, model=model: sum(p.data for p in model.parameters())  # noqa: E731
        options = {
            "loss": nn.MSELoss(),
            "epochs": 3,
            "progress": False,
            "metric": look,
            "validation_data": (XY[0][:2], XY[1][:2]),
        }
        seen.append(vars(fit(model, *XY, optimizer=SGD(model.parameters(), lr=0.1), compiled=compiled, **options)))
    assert alike(*seen, 1e-12)


# -- losses that are not finite ------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_run_diverges_in_the_same_epoch_with_the_same_words():
    runs = []
    for compiled in (False, True):
        model = net(1, "relu")
        optimizer = SGD(model.parameters(), lr=1e6)
        with pytest.raises(ArithmeticError, match=r"the loss is .* in epoch \d+") as caught:
            fit(model, *XY, loss=nn.MSELoss(), optimizer=optimizer, epochs=50, progress=False, compiled=compiled)
        runs.append(str(caught.value))
    assert runs[0] == runs[1]


@pytest.mark.parametrize("compiled", [False, "auto", True])
def test_anomaly_stops_at_a_gradient_that_is_nan_though_the_loss_is_finite(compiled):
    model = Model(lambda model, x: model.v * x[0] + 0.0 * autograd.sqrt(model.w), v=Value(1.0), w=Value(0.0))
    options = {"loss": nn.MSELoss(), "optimizer": SGD(model.parameters()), "epochs": 2, "progress": False}
    with autograd.anomaly(), pytest.raises(autograd.AnomalyError, match=r"backward through sqrt\(0.0\)"):
        fit(model, *XY, compiled=compiled, **options)
    assert (model.v.data, model.w.data) == (1.0, 0.0)


def test_probabilities_of_exactly_0_and_1_are_trained_as_eagerly():
    def certain(model, x):
        return autograd.sigmoid(100.0 * (model.w * x[0] + model.v))

    both(
        lambda: Model(certain, w=Value(1.0), v=Value(0.0)),
        [[1.0], [-8.0], [0.01]],
        [1, 0, 1],
        lambda params: SGD(params, lr=1e-4),
        loss=nn.BCELoss(),
        validation_data=([[1.0]], [1]),
    )


def test_a_batch_that_is_computed_eagerly_has_the_draws_of_the_program():
    def certain(model, x):
        return autograd.sigmoid(100.0 * (model.w * x[0] * (0.5 + draw(model.generator.random)) + model.v))

    both(
        lambda: Model(certain, w=Value(1.0), v=Value(0.0), generator=Random(1)),
        [[1.0], [-8.0], [0.01]],
        [1, 0, 1],
        lambda params: SGD(params, lr=1e-4),
        loss=nn.BCELoss(),
        validation_data=([[1.0]], [1]),
    )


def test_predictions_and_targets_that_a_loss_refuses_are_refused_in_the_same_words():
    wide = lambda: Model(lambda model, x: 3.0 * model.w * x[0], w=Value(1.0))  # noqa: E731
    assert both(wide, [[0.1], [0.9]], [1, 0], loss=nn.BCELoss()) is None
    with pytest.raises(CompileError, match="HingeLoss takes -1 and 1, got 0"):
        trained(True, lambda: net(1), XY[0], [1, -1, 0, 1, 1], OPTIMIZERS["SGD"], loss=nn.HingeLoss(), epochs=1)


def test_validation_data_of_which_nothing_counts_are_refused_before_the_first_step():
    loss, model = nn.CrossEntropyLoss(ignore_index=2), net(3)
    before, held_out = model.state_dict(), (XY[0][:2], [2, 2])
    for compiled in (False, "auto", True):
        with pytest.raises(ValueError, match=r"^validation_data: targets: every target is ignored"):
            trained(compiled, lambda: model, XY[0], [0, 1, 2, 1, 0], SGD, loss=loss, epochs=2, validation_data=held_out)
        assert model.state_dict() == before


# -- what cannot be compiled ---------------------------------------------------------------------------


def branching(model, x):
    return model.w * x[0] if x[1] > 0.0 else model.v * x[0]


def reading(model, x):
    return model.w * x[0] * (1.0 + abs(model.v.data)) + model.v


def failing(model, x):
    return model.w * math.exp(x[0]) + model.v


def random_(model, x):
    return model.w * model.generator.random() + model.v * x[0]


def looking_up(model, x):
    return model.w * {0.3: 2.0}.get(x[0], 1.0) + model.v


def finding(model, x):
    return model.w * (2.0 if x[0] in {XY[0][3][0]} else 1.0) + model.v


def typed(model, x):
    return model.w * sum(2.0 * item for item in x if isinstance(item, float)) + model.v


class Whole(Loss):
    def forward(self, predictions, targets):
        return autograd.mean([(p - t) ** 2 for p, t in zip(predictions, targets, strict=True)])


class Softer(nn.HingeLoss):
    def element(self, prediction, target):
        return autograd.softplus(1.0 - target * prediction)


HERE = r"test_compiled_training.py:\d+"
REFUSED = {
    "a branch": ({"function": branching}, rf"{HERE}: return model.w .* else model.v \* x\[0\]\nthis branch"),
    "a number that is read": ({"function": reading}, rf"{HERE}: data was read"),
    "a function that takes no Value": ({"function": failing}, rf"{HERE}: TypeError on Values in place of numbers"),
    "a draw that nobody knows of": ({"function": random_}, "the model or its loss does something different on every call"),
    "a dict that is asked for a number": (
        {"function": looking_up, "X": [[0.3, 1.0], *XY[0][1:]]},
        "numbers are looked up in a set, a dict",
    ),
    "a set that is asked for a number": ({"function": finding}, "numbers are looked up in a set, a dict"),
    "a type that is asked for": ({"function": typed}, "Model returns something else when recorded than when called"),
    "a loss that is opaque": ({"loss": Whole()}, "Whole defines forward itself"),
    "a loss that alters another": ({"loss": Softer()}, "Softer defines element itself"),
    "samples of several shapes": (
        {"X": [[0.5, [1.0]], [0.5, [1.0, 2.0]], *([[1.0, [2.0]]] * 3)]},
        "not all samples have the same shape",
    ),
    "Values among the samples": ({"X": [[Value(0.5), 1.0], *XY[0][1:]]}, "there are Values among the samples"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_compiled_is_trained_eagerly_with_a_sentence_or_is_an_error(name):
    changes, sentence = REFUSED[name]
    options = {"function": lambda model, x: model.w * x[0] + model.v, "X": XY[0], "loss": nn.MSELoss(), **changes}

    def run(compiled):
        model = Model(options["function"], w=Value(0.5), v=Value(-0.25), generator=Random(3))
        optimizer = SGD(model.parameters(), lr=0.1)
        settings = {"loss": options["loss"], "epochs": 2, "progress": False, "compiled": compiled}
        return model, optimizer, fit(model, options["X"], XY[1], optimizer=optimizer, **settings)

    with pytest.raises(CompileError, match=sentence):
        run(True)
    with pytest.warns(UserWarning, match=f"^fit trains without compiling: .*{sentence}") as caught:
        found = run("auto")
    assert len(caught) == 1
    assert caught[0].filename == __file__
    check_alike(run(False), found, 0.0)


def test_an_error_in_the_first_batch_comes_without_the_sentence():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(TypeError, match="loss must return one Value, got list: use reduction"):
            trained("auto", lambda: net(1), *XY, OPTIMIZERS["SGD"], loss=nn.MSELoss("none"), epochs=1)


@pytest.mark.parametrize(("batch_size", "batches"), [(None, 1), (2, 3), (1, 5)])
def test_short_trainings_are_not_compiled_and_long_ones_are(monkeypatch, batch_size, batches):
    class Spy(nn.MLP):
        def forward(self, x):
            next(counter)
            return super().forward(x)

    parameters = 3 * (5 + 2 * batches) * nn.training.PARAMETER_SECONDS  # of samples and of steps
    seconds = 3 * (5 * nn.training.SAMPLE_SECONDS + parameters) - 3 * nn.training.COMPILING_SECONDS
    for limit, calls in ((1.01 * seconds, 3 * 5), (0.99 * seconds, 3 + 5)):  # tried, recorded twice, and compared on 5 samples
        counter = itertools.count()
        monkeypatch.setattr(nn.training, "MIN_SECONDS", limit)
        trained("auto", lambda: Spy(2, [1]), *XY, OPTIMIZERS["SGD"], loss=nn.MSELoss(), epochs=3, batch_size=batch_size)
        assert next(counter) == calls


def test_compiled_is_a_flag_or_auto():
    with pytest.raises(TypeError, match="compiled must be True, False or 'auto', got 'yes'"):
        trained("yes", lambda: net(1), *XY, OPTIMIZERS["SGD"], loss=nn.MSELoss(), epochs=1)


@pytest.mark.parametrize("lacking", ["sys.modules['numpy'] = None", "import numpy; del numpy.concat"], ids=["none", "too old"])
def test_without_numpy_a_long_training_is_eager_and_says_what_to_install(lacking):
    code = (
        f"import sys, warnings; {lacking}\n"
        "import nn; nn.training.MIN_SECONDS = -1\n"
        "net = nn.MLP(1, [1]); options = {'loss': nn.MSELoss(), 'progress': False, 'epochs': 1}\n"
        "def run(**more): nn.fit(net, [[1.0]], [1.0], optimizer=nn.optim.SGD(net.parameters(), lr=0.1), **options, **more)\n"
        "with warnings.catch_warnings(record=True) as caught: run()\n"
        "print(caught[0].message)\n"
        "try: run(compiled=True)\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    first, second = done.stdout.splitlines()
    assert first == 'fit trains without compiling: it needs NumPy 2: pip install "scalar-autograd[compile]"'
    assert second == 'compiled=True: it needs NumPy 2: pip install "scalar-autograd[compile]"'


def test_training_inside_no_grad_trains():
    with autograd.no_grad():
        both(lambda: net(1), *XY)


def test_an_optimizer_of_ones_own_is_stepped_number_by_number():
    class Signs(Optimizer):
        def update(self, data, grad, memory):
            return data - math.copysign(self.lr, grad), memory

    both(lambda: net(1), *XY, lambda params: Signs(params, lr=0.01))
