"""fit: it learns, reports, stops, and survives Ctrl-C."""

import functools
import math
import re
import subprocess
import sys
import threading
import warnings
from contextlib import redirect_stderr
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from random import Random

import numpy
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import CompileError, Value, tanh
from nn import EarlyStopping, fit, training
from nn.lr_scheduler import OneCycleLR, ReduceLROnPlateau, StepLR
from nn.optim import SGD, Adam
from tests.support.soak import few

LINE = ([[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 5.0, 7.0])


@pytest.fixture(params=["eager", "compiled"], autouse=True)
def engine(request, monkeypatch):
    """Run every test on both engines."""
    monkeypatch.setattr(training, "MIN_SECONDS", -math.inf if request.param == "compiled" else math.inf)


def line_fit(net=None, **options):
    net = net or nn.MLP(1, [1], seed=0)
    settings = {"loss": nn.MSELoss(), "optimizer": SGD(net.parameters(), lr=0.1), "epochs": 20, "progress": False}
    return net, fit(net, *LINE, **{**settings, **options})


class Numbers(nn.Module):
    def __init__(self):
        self.w = Value(2.0)

    def forward(self, x):
        return self.w.data * 1.0


def test_a_model_whose_outputs_are_plain_numbers_is_refused():
    with pytest.raises(TypeError, match="the outputs of the model are plain numbers, so no gradient reaches its parameters"):
        line_fit(Numbers(), compiled=False)


def test_a_loss_that_drops_the_graph_of_the_outputs_is_told_apart_from_such_a_model():
    class Cut(nn.losses.Loss):
        def element(self, prediction, target):
            return (prediction.data - target) ** 2

    with pytest.raises(TypeError, match=r"the outputs of the model are Values: compute the loss from them, without \.data"):
        line_fit(loss=Cut(), compiled=False)


@pytest.mark.slow
def test_an_mlp_learns_the_moons_without_a_mistake():
    X, y = nn.make_moons(100, noise=0.1, random_state=0)
    signs = [2 * label - 1 for label in y]
    net = nn.MLP(2, [16, 16, 1])
    history = fit(
        net,
        X,
        signs,
        loss=nn.HingeLoss(),
        optimizer=Adam(net.parameters(), lr=0.02),
        epochs=60,
        metric=nn.accuracy,
        progress=False,
    )
    assert history.epochs == 60
    assert nn.accuracy([net(row) for row in X], signs) == 1.0


def test_a_history_has_a_number_an_epoch_for_what_was_asked():
    _, history = line_fit(epochs=3, metric=lambda outputs, targets: float(len(outputs)), validation_data=([[4.0]], [9.0]))
    assert [len(numbers) for numbers in (history.loss, history.metric, history.val_loss, history.val_metric, history.lr)] == [
        3
    ] * 5
    assert history.metric == [4.0] * 3
    assert history.loss[2] < history.loss[0]
    assert not history.interrupted
    assert not history.stopped_early


def test_a_metric_gets_plain_numbers_in_validation_too():
    _, history = line_fit(epochs=2, metric=lambda outputs, targets: outputs[0] - targets[0], validation_data=([[4.0]], [9.0]))
    assert {*map(type, [*history.metric, *history.val_metric])} == {float}


@pytest.mark.parametrize("compiled", [False, True])
def test_a_metric_gets_plain_numbers_of_outputs_that_are_dicts(compiled):
    class Scaled(nn.Module):
        def __init__(self):
            self.w = Value(0.5)

        def forward(self, x):
            return {"twice": 2 * self.w * x, "once": [self.w * x]}

    model, seen = Scaled(), []
    data = [1.0, 2.0], [{"twice": 1.0, "once": [0.0]}] * 2
    options = {"loss": nn.MSELoss(), "optimizer": SGD(model.parameters(), lr=0.0625), "epochs": 1, "progress": False}

    def metric(outputs, targets):
        seen.append(outputs)
        return 0.0

    fit(model, *data, validation_data=data, metric=metric, compiled=compiled, **options)
    assert seen[0] == [{"twice": 1.0, "once": [0.5]}, {"twice": 2.0, "once": [1.0]}]
    assert {type(x) for outputs in seen for output in outputs for x in (output["twice"], *output["once"])} == {float}


@pytest.mark.parametrize("number", [numpy.float32(0.5), numpy.array(0.5), Fraction(1, 2), Value(0.5)])
def test_what_a_metric_returns_is_read_as_a_float(number):
    _, history = line_fit(epochs=1, metric=lambda outputs, targets: number, validation_data=LINE)
    assert [*map(repr, [*history.metric, *history.val_metric])] == ["0.5", "0.5"]


@pytest.mark.parametrize("found", [None, "0.5", [0.5], numpy.array([0.5, 1.0]), 0.5j])
def test_a_metric_that_returns_no_number_is_refused(found):
    with pytest.raises(TypeError, match="the result of metric must be a number, got "):
        line_fit(metric=lambda outputs, targets: found)


def test_a_scheduler_of_another_optimizer_is_refused():
    net, other = nn.MLP(1, [1], seed=0), nn.MLP(1, [1], seed=0)
    for scheduler in (StepLR(SGD(other.parameters(), lr=0.1), 1), ReduceLROnPlateau(SGD(net.parameters(), lr=0.1))):
        with pytest.raises(ValueError, match=f"scheduler must have the optimizer passed to fit, .*{type(scheduler).__name__}"):
            line_fit(net, scheduler=scheduler)


def test_a_cycle_shorter_than_the_training_is_refused_before_it_starts():
    net = nn.MLP(1, [1], seed=0)
    optimizer = SGD(net.parameters(), lr=0.1)
    scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=5)
    line_fit(net, optimizer=optimizer, scheduler=scheduler, epochs=2)
    before = net.state_dict()
    with pytest.raises(ValueError, match="4 epochs need as many steps, but this OneCycleLR has 3 left: raise its total_steps"):
        line_fit(net, optimizer=optimizer, scheduler=scheduler, epochs=4)
    assert net.state_dict() == before
    line_fit(net, optimizer=optimizer, scheduler=scheduler, epochs=3)


def test_a_callback_stops_the_training_by_any_true():
    for answer in (True, numpy.bool_(True), numpy.float64(0.5) < 1.0):
        assert line_fit(callbacks=[lambda model, history, answer=answer: answer])[1].epochs == 1


def test_a_callback_that_returns_anything_else_does_not_stop_it():
    for answer in (None, False, numpy.bool_(False), 1, 0.5, "yes", [True], numpy.ones(2)):
        assert line_fit(callbacks=[lambda model, history, answer=answer: answer])[1].epochs == 20


def test_the_same_seed_gives_the_same_run():
    runs = [line_fit(batch_size=2, seed=3)[1].loss for _ in range(2)]
    assert runs[0] == runs[1]
    assert line_fit(batch_size=2, seed=4)[1].loss != runs[0]


def test_ctrl_c_returns_what_there_is():
    def interrupt(model, history):
        if history.epochs == 2:
            raise KeyboardInterrupt

    net, history = line_fit(callbacks=[interrupt])
    assert history.interrupted
    assert history.epochs == 2
    assert net.training


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_an_error_that_ends_the_training_has_the_history_so_far():
    def stumble(model, history):
        if history.epochs == 2:
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine") as caught:
        line_fit(callbacks=[stumble])
    assert len(caught.value.history.loss) == len(caught.value.history.lr) == 2
    net = nn.MLP(1, [1], seed=0)
    with pytest.raises(ArithmeticError, match=r"the loss is inf in epoch (\d+)") as diverged:
        line_fit(net, optimizer=SGD(net.parameters(), lr=1e100))
    assert diverged.value.history.epochs == 2
    assert not diverged.value.history.interrupted


def test_ctrl_c_within_an_epoch_keeps_the_epochs_that_were_completed():
    class Impatient(nn.MLP):
        calls = 0

        def forward(self, x):
            Impatient.calls += 1
            if Impatient.calls == 7:
                raise KeyboardInterrupt
            return super().forward(x)

    _, history = line_fit(Impatient(1, [1], seed=0), compiled=False)  # a compiled run calls the model only to record it
    assert history.interrupted
    assert len(history.loss) == len(history.lr) == 1


def test_early_stopping_stops_and_gives_the_best_parameters_back():
    net = nn.MLP(1, [1], seed=0)
    states = []
    stop = EarlyStopping(patience=2)
    for _ in range(2):  # the same object serves a second run
        _, history = line_fit(
            net,
            optimizer=SGD(net.parameters(), lr=0.32),  # too fast: it goes down, then up
            epochs=50,
            validation_data=([[4.0]], [9.0]),
            callbacks=[lambda model, history: states.append(model.state_dict()), stop],
        )
        assert history.stopped_early
        best = history.val_loss.index(min(history.val_loss))
        assert history.epochs == best + 3
        assert net.state_dict() == states[best]
        states.clear()


def test_training_inside_no_grad_trains():
    with autograd.no_grad():
        _, history = line_fit(epochs=3)
    assert history.loss[2] < history.loss[0]


def test_modules_that_were_set_apart_stay_so():
    net = nn.Sequential(nn.Layer(1, 2, "linear", seed=0), nn.Dropout(0.5, seed=0), nn.Layer(2, 1, "linear", seed=1))
    net[1].eval()
    line_fit(net, optimizer=SGD(net.parameters(), lr=0.1), epochs=1)
    assert [module.training for module in net.items] == [True, False, True]


def test_schedulers_step_once_an_epoch():
    net = nn.MLP(1, [1], seed=0)
    optimizer = SGD(net.parameters(), lr=0.1)
    _, history = line_fit(net, optimizer=optimizer, scheduler=StepLR(optimizer, 2), epochs=5)
    assert history.lr == pytest.approx([0.1, 0.1, 0.01, 0.01, 0.001])
    optimizer = SGD(net.parameters(), lr=1e-12)
    _, history = line_fit(net, optimizer=optimizer, scheduler=ReduceLROnPlateau(optimizer, patience=0, eps=0.0), epochs=4)
    assert history.lr[-1] < 1e-12


def test_dropout_is_active_in_training_and_not_in_validation():
    seen = []

    class Spy(nn.Module):
        def __init__(self):
            self.inner = nn.MLP(1, [1], seed=0)

        def forward(self, x):
            seen.append(self.training)
            return self.inner(x)

    spy = Spy().eval()
    line_fit(spy, epochs=1, validation_data=([[4.0]], [9.0]), optimizer=SGD(spy.parameters(), lr=0.1), compiled=False)
    assert seen == [True] * 4 + [False] * 2  # the first of both shows that the loss takes the validation data
    assert not spy.training


@pytest.mark.parametrize("compiled", [False, "auto"])
@pytest.mark.parametrize(
    ("loss", "held_out", "message"),
    [
        (nn.MSELoss(), [[1.0, 2.0]], "validation_data: targets must have the shape of predictions, a list of 1, got 1 × 2"),
        (nn.HingeLoss(), [0], "validation_data: targets: HingeLoss takes -1 and 1, got 0"),
        (nn.BCEWithLogitsLoss(), [2], "validation_data: targets: expected a number from 0 to 1, got 2"),
    ],
)
def test_validation_data_that_the_loss_does_not_take_are_refused_before_the_first_step(loss, held_out, message, compiled):
    net = nn.MLP(1, [1], seed=0)
    before, options = net.state_dict(), {"loss": loss, "optimizer": SGD(net.parameters()), "epochs": 2, "compiled": compiled}
    with pytest.raises(ValueError, match=f"^{message}$"):
        fit(net, [[0.0], [1.0]], [1, 1], validation_data=([[0.0]], held_out), **options)
    with pytest.raises(CompileError, match="validation_data: "):
        fit(net, [[0.0], [1.0]], [1, 1], validation_data=([[0.0]], held_out), **{**options, "compiled": True})
    assert net.state_dict() == before


def test_training_may_give_more_than_validation():
    class Branched(nn.Module):
        def __init__(self):
            self.main, self.aside = nn.Neuron(1, "linear", seed=0), nn.Neuron(1, "linear", seed=1)

        def forward(self, x):
            return [self.main(x), self.aside(x)] if self.training else self.main(x)

    net = Branched()
    options = {"loss": nn.MSELoss(), "optimizer": SGD(net.parameters(), lr=0.1), "progress": False}
    history = fit(net, LINE[0], [[0.0, 0.0]] * 4, epochs=2, validation_data=([[4.0]], [9.0]), **options)
    assert history.epochs == len(history.val_loss) == 2


def test_a_diverging_loss_is_reported_with_its_epoch():
    net = nn.MLP(1, [1], seed=0)
    with pytest.raises(ArithmeticError, match=r"the loss is .* in epoch \d+"), pytest.warns(RuntimeWarning):
        line_fit(net, optimizer=SGD(net.parameters(), lr=1e6), epochs=100)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs must be at least 1, got 0"),
        ({"batch_size": 0}, "batch_size"),
        ({"validation_data": ([[1.0]], [])}, "validation_data: expected one target for each sample, got 1 sample and 0 targets"),
        ({"validation_data": ([[math.nan]], [1.0])}, "validation_data: X: expected finite numbers, got nan in row 0, column 0"),
        ({"validation_data": ([1.0], [1.0])}, "expected samples of 1 number, as in X, got single numbers"),
        ({"validation_data": [1.0]}, r"validation_data must be a pair \(X, y\), got list"),
        ({"validation_data": ([[1.0, 2.0]], [1.0])}, "expected samples of 1 number, as in X, got samples of 2 numbers"),
        ({"loss": nn.MSELoss}, r"loss must be a Loss, such as nn.MSELoss\(\), got <class"),
        (
            {"loss": lambda p, t: (p - t) ** 2},
            r"got <function .*: to write your own, subclass nn.losses.Loss and define element",
        ),
        ({"optimizer": SGD([Value(1.0)], lr=0.1)}, "optimizer must hold parameters of the model, got one for a different model"),
        ({"optimizer": "adam"}, "optimizer must be an Optimizer, such as .*, got 'adam'"),
        ({"scheduler": "x"}, "scheduler must be from nn.lr_scheduler, got 'x'"),
        ({"metric": "accuracy"}, "metric must be a function .*, got 'accuracy'"),
        ({"metric": nn.accuracy, "loss": nn.BCELoss()}, r"write metric=functools\.partial\(nn\.accuracy, threshold=0\.5\)"),
        ({"metric": nn.accuracy}, r"metric: accuracy: y\[\d\]: expected 1, and 0 or -1, for outputs of one number, got"),
        ({"callbacks": EarlyStopping()}, "callbacks must be a list of functions"),
        ({"callbacks": [EarlyStopping]}, r"callbacks must be functions, got a class: write EarlyStopping\(\)"),
    ],
)
def test_bad_arguments_are_refused_by_name_and_the_model_is_unchanged(options, message):
    net = nn.MLP(1, [1], seed=0)
    before = net.state_dict()
    with pytest.raises((ValueError, TypeError), match=message):
        line_fit(net, **options)
    assert net.state_dict() == before


@pytest.mark.parametrize(
    "net",
    [
        nn.MLP(1, [2, 1], output_activation="sigmoid"),
        nn.Neuron(1, nn.Sigmoid()),
        nn.Sequential(nn.Layer(1, 1, "linear"), nn.Sigmoid()),
        nn.Sequential(nn.ReLU(), nn.Layer(1, 1, "sigmoid")),
    ],
)
def test_an_accuracy_of_probabilities_needs_a_threshold(net):
    options = {"loss": nn.MSELoss(), "optimizer": SGD(net.parameters()), "epochs": 1, "progress": False}
    with pytest.raises(
        ValueError, match=r"above 0 as class 1, and every probability is above 0: write metric=functools\.partial\(nn\."
    ):
        fit(net, [[0.0], [1.0]], [0, 1], metric=nn.accuracy, **options)
    half = functools.partial(nn.accuracy, threshold=0.5)
    assert fit(net, [[0.0], [1.0]], [0, 1], metric=half, **options).metric[0] in (0.0, 0.5, 1.0)


@pytest.mark.parametrize("loss", [nn.MSELoss(), nn.L1Loss(), nn.HuberLoss(), nn.SmoothL1Loss()])
def test_an_accuracy_of_outputs_that_are_drawn_to_0_and_1_needs_a_threshold(loss):
    net, name = nn.MLP(1, [2, 1]), type(loss).__name__
    options = {"loss": loss, "optimizer": SGD(net.parameters()), "epochs": 1, "metric": nn.accuracy, "progress": False}
    for y in ([0, 1], [[0.0], [1.0]]):
        with pytest.raises(ValueError, match=f"^metric: .* but with {name} the midpoint of targets 0 and 1 is 0.5: write "):
            fit(net, [[0.0], [1.0]], y, **options)
    assert len(fit(net, [[0.0], [1.0]], [-1, 1], **options).metric) == 1


def test_an_accuracy_of_several_sigmoids_needs_none():
    net = nn.MLP(1, [2], output_activation="sigmoid")
    options = {"loss": nn.CrossEntropyLoss(), "optimizer": SGD(net.parameters()), "epochs": 1, "progress": False}
    assert len(fit(net, [[0.0], [1.0]], [0, 1], metric=nn.accuracy, **options).metric) == 1


@pytest.mark.parametrize(
    "loss",
    [nn.BCEWithLogitsLoss(weight=[1.0, 2.0]), nn.BCEWithLogitsLoss(pos_weight=[[1.0], [2.0]]), nn.BCELoss(weight=[1.0, 0.0])],
)
def test_weights_of_single_samples_are_refused_where_samples_are_shuffled(loss):
    net = nn.MLP(1, [1], output_activation="sigmoid")
    options = {"loss": loss, "optimizer": SGD(net.parameters()), "epochs": 1, "progress": False, "compiled": False}
    with pytest.raises(ValueError, match=r"^loss: its (pos_)?weight must not have one number per sample with a batch_size"):
        fit(net, [[0.0], [1.0]], [0, 1], batch_size=2, **options)
    assert fit(net, [[0.0], [1.0]], [0, 1], **options).epochs == 1


def test_weights_of_outputs_are_taken_where_samples_are_shuffled():
    net = nn.MLP(1, [2])
    options = {"loss": nn.BCEWithLogitsLoss(weight=[1.0, 2.0], pos_weight=3.0), "optimizer": SGD(net.parameters()), "epochs": 1}
    assert fit(net, [[0.0], [1.0]], [[0, 1], [1, 1]], batch_size=2, progress=False, **options).epochs == 1


def test_validation_data_whose_columns_are_in_another_order_are_refused():
    net, table = nn.MLP(2, [1]), pandas.DataFrame({"size": [1.0, 2.0], "age": [3.0, 4.0]})
    options = {"loss": nn.MSELoss(), "optimizer": SGD(net.parameters()), "epochs": 1, "progress": False}
    with pytest.raises(ValueError, match=r"^validation_data: expected the columns size, age, as in X, got age, size$"):
        fit(net, table, [0.0, 1.0], validation_data=(table[["age", "size"]], [0.0, 1.0]), **options)
    for same in (table, table.to_numpy(), table.to_numpy().tolist(), pandas.DataFrame(table.to_numpy())):
        assert fit(net, table, [0.0, 1.0], validation_data=(same, [0.0, 1.0]), **options).epochs == 1


@pytest.mark.parametrize(
    ("loss", "nout", "y", "held_out", "message"),
    [
        (
            nn.CrossEntropyLoss(ignore_index=-1),
            2,
            [1, -1],
            [0],
            r"metric: accuracy: y\[1\]: expected a class from 0 to 1, got -1",
        ),
        (nn.CrossEntropyLoss(), 2, [1, 0], [[0.5, 0.5]], r"metric: accuracy: validation_data: y\[0\]: .* got \[0.5, 0.5\]"),
        (nn.BCEWithLogitsLoss(), 1, [[1], [0]], [[0.5]], r"metric: accuracy: validation_data: y\[0\]: .* got 0.5"),
    ],
)
def test_targets_of_no_class_are_refused_before_the_first_step(loss, nout, y, held_out, message):
    net = nn.MLP(1, [nout], seed=0)
    before, options = net.state_dict(), {"loss": loss, "optimizer": SGD(net.parameters()), "epochs": 1, "metric": nn.accuracy}
    with pytest.raises(ValueError, match=message):
        fit(net, [[0.0], [1.0]], y, validation_data=([[0.0]], held_out), **options)
    assert net.state_dict() == before


def test_early_stopping_without_validation_data_is_refused_before_the_first_step():
    neuron = nn.Neuron(1, seed=0)
    before = neuron.state_dict()
    options = {"loss": nn.MSELoss(), "optimizer": SGD(neuron.parameters()), "epochs": 1, "callbacks": [EarlyStopping()]}
    with pytest.raises(ValueError, match="EarlyStopping monitors val_loss"):
        fit(neuron, [[1.0]], [2.0], **options)
    assert neuron.state_dict() == before


def test_early_stopping_refuses_what_it_cannot_watch():
    stopping, metric = EarlyStopping(), EarlyStopping(monitor="val_metric")
    for callback, needed in (
        (stopping, "val_loss, for which fit needs validation_data"),
        (lambda *reached: stopping(*reached), "val_loss, for which fit needs validation_data"),
        (metric, "val_metric, for which fit needs validation_data and metric"),
    ):
        with pytest.raises(ValueError, match=f"^callbacks: EarlyStopping monitors {needed}$"):
            line_fit(callbacks=[callback])
    with pytest.raises(ValueError, match="restore_best needs monitor='val_loss' or 'val_metric', got 'loss'"):
        EarlyStopping(monitor="loss")
    with pytest.raises(ValueError, match=r"monitor must be one of .*, got 'val-loss': did you mean val_loss\?"):
        EarlyStopping(monitor="val-loss")
    for wrong in (float("nan"), -0.1):  # below 0 a worse epoch would be the best one
        with pytest.raises(ValueError, match=f"min_delta must be a finite number >= 0, got {wrong}"):
            EarlyStopping(min_delta=wrong)
    with pytest.raises(TypeError, match=r"restore_best must be True or False, got 'no'"):
        EarlyStopping(restore_best="no")


def test_data_that_does_not_match_is_refused():
    net = nn.MLP(1, [1], seed=0)
    for X, y, message in (
        ([[1.0]], [1.0, 2.0], "got 1 sample and 2 targets"),
        ([], [], "there is no data"),
        ([[1.0], [1.0, 2.0]], [1.0, 2.0], "all samples must have the same number of features, got 1 in row 0 and 2 in row 1"),
        ([[1.0], [1.0, 2.0]], [1.0, 2.0], r"if they are sequences, .*, write each item as a list: \[\[x\] for x in row\]"),
    ):
        with pytest.raises(ValueError, match=message):
            fit(net, X, y, loss=nn.MSELoss(), optimizer=SGD(net.parameters(), lr=0.1), epochs=1)


def test_a_frozen_value_whose_data_forward_sets_is_a_buffer(tmp_path):
    class Centred(nn.Module):
        def __init__(self):
            self.w, self.mean = Value(1.0), Value(0.0, requires_grad=False)

        def forward(self, x):
            if self.training:
                self.mean.data += 0.5 * (x[0] - self.mean.data)
            return self.w * (x[0] - self.mean)

    net, (X, y) = Centred(), LINE
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "fit trains without compiling: v.data was assigned")
        optimizer = SGD(net.parameters(), lr=0.1, weight_decay=0.5)
        fit(net, X, y, loss=nn.MSELoss(), optimizer=optimizer, epochs=1, validation_data=LINE, progress=False)
    assert net.mean.data == 2.125
    nn.save(net, tmp_path / "net.json")
    other = Centred()
    nn.load(other, tmp_path / "net.json")
    assert other.state_dict() == net.state_dict() == {"w": net.w.data, "mean": 2.125}


class Recurrent(nn.Module):
    def __init__(self):
        self.from_input, self.from_state = Value(0.5), Value(0.25)

    def forward(self, xs):
        state = 0.0
        for (x,) in xs:
            state = tanh(self.from_input * x + self.from_state * state)
        return state


def test_sequences_of_different_lengths_train_a_recurrent_net_as_by_hand():
    X, y = [[[1.0], [-0.5]], [[0.25]], [[2.0], [1.0], [-1.0]]], [0.5, 0.0, -0.5]
    nets = Recurrent(), Recurrent()
    optimizer = SGD(nets[0].parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        nn.MSELoss()([nets[0](xs) for xs in X], y).backward()
        optimizer.step()
    settings = {"loss": nn.MSELoss(), "optimizer": SGD(nets[1].parameters(), lr=0.1), "progress": False}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "fit trains without compiling: not all samples have the same shape")
        history = fit(nets[1], X, y, epochs=3, validation_data=([[[3.0]] * 4, [[1.0]]], [1.0, 0.5]), **settings)
    assert nets[1].state_dict() == nets[0].state_dict()
    assert len(history.val_loss) == 3
    with pytest.raises(CompileError, match="not all samples have the same shape"):
        fit(nets[1], X, y, epochs=3, compiled=True, **settings)
    with pytest.raises(ValueError, match="validation_data: expected sequences, as in X, got single numbers"):
        fit(nets[1], X, y, epochs=3, validation_data=([1.0], [1.0]), **settings)


def test_samples_and_targets_may_be_arrays_in_an_array_of_objects_or_a_series():
    X, y = [[0.0], [1.0], [2.0]], [[1.0, 0.0], [3.0, 1.0], [5.0, 0.0]]
    kept = numpy.empty(3, object)
    kept[:] = [numpy.array(row) for row in X]
    runs = []
    for rows, targets in ((X, y), (kept, pandas.Series([numpy.array(target) for target in y]))):
        net = nn.MLP(1, [2], seed=0)
        settings = {"loss": nn.MSELoss(), "optimizer": SGD(net.parameters(), lr=0.1), "progress": False}
        runs.append(fit(net, rows, targets, epochs=2, validation_data=(rows, targets), **settings))
    assert runs[0] == runs[1]


def test_validation_data_may_be_sequences_of_different_lengths_with_a_target_for_each_item():
    class Filter(Recurrent):
        def forward(self, xs):
            return [self.from_input * x for (x,) in xs]

    X, y, net = [[[1.0], [2.0]], [[3.0]], [[1.0], [0.0], [4.0]]], [[1.0, 2.0], 3.0, [1.0, 0.0, 4.0]], Filter()
    settings = {"loss": nn.MSELoss(), "optimizer": SGD(net.parameters(), lr=0.1), "progress": False, "compiled": False}
    assert fit(net, X, y, epochs=50, batch_size=1, validation_data=(X[1:], y[1:]), **settings).val_loss[-1] < 1e-9


@pytest.mark.parametrize(
    "kinds",
    [
        (numpy.array, numpy.array),
        (pandas.DataFrame, pandas.Series),
        (lambda X: pandas.DataFrame(X, columns=["a"], index=[7, 7, 5, 3]), lambda y: pandas.DataFrame({"label": y})),
        (numpy.array, lambda y: [[number] for number in y]),
        (lambda X: tuple(map(tuple, X)), lambda y: list(map(Fraction, y))),
    ],
)
def test_data_may_come_in_any_holder(kinds):
    X, y = (kind(data) for kind, data in zip(kinds, LINE, strict=True))
    options = {"validation_data": (X, y), "epochs": 2, "batch_size": 3}
    net = nn.MLP(1, [1], seed=0)
    settings = {"loss": nn.MSELoss(), "optimizer": SGD(net.parameters(), lr=0.1), "progress": False}
    assert fit(net, X, y, **settings, **options) == line_fit(**{**options, "validation_data": LINE})[1]


def test_classes_from_a_table_with_named_columns_are_learned():
    iris = nn.load_iris()
    X, y = pandas.DataFrame(iris.X, columns=iris.feature_names), pandas.Series(iris.y)
    histories = []
    for data in ((iris.X, iris.y), (X, y), (X, y.to_frame())):
        X_train, X_test, y_train, y_test = nn.train_test_split(*data, stratify=iris.y, random_state=0)
        net = nn.MLP(4, [3])
        histories.append(
            fit(
                net,
                X_train,
                y_train,
                loss=nn.CrossEntropyLoss(),
                optimizer=SGD(net.parameters(), lr=0.1),
                epochs=1,
                metric=nn.accuracy,
                validation_data=(X_test, y_test),
                progress=False,
            )
        )
    assert histories[0] == histories[1] == histories[2]


NOT_FINITE = st.sampled_from([math.nan, math.inf, -math.inf, 10**400])
NOT_NUMBERS = st.sampled_from(["text", "1.5", None, b"1", Decimal("1"), 1j, object()])


def trained_on(function, X, y):
    """Train on these data and return the expected error; the model must be unchanged, and no bar shown."""
    net = nn.MLP(2, [1], seed=0)
    before, optimizer = net.state_dict(), SGD(net.parameters(), lr=0.1)
    length = {"epochs": 1} if function is fit else {"steps": 1}
    with redirect_stderr(StringIO()) as shown, pytest.raises((TypeError, ValueError)) as caught:
        function(net, X, y, loss=nn.MSELoss(), optimizer=optimizer, **length)
    assert shown.getvalue() == ""
    assert net.state_dict() == before
    return caught


@pytest.mark.parametrize("function", [fit, nn.record_training])
@few
@given(data=st.data(), rows=st.integers(1, 5), bad=NOT_FINITE | NOT_NUMBERS)
def test_what_is_not_a_finite_number_is_named_by_row_and_column_before_the_first_step(function, data, rows, bad):
    i, j = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, 1))
    X, y = [[1.0, 2] for _ in range(rows)], [0.5] * rows
    X[i][j] = bad
    caught = trained_on(function, X, y)
    number = isinstance(bad, (int, float))
    assert caught.type is (ValueError if number else TypeError)
    assert str(caught.value).startswith("X: ")
    assert str(caught.value).endswith(f" in row {i}, column {j} (counted from 0)")
    assert number or repr(bad) in str(caught.value)
    table = trained_on(function, pandas.DataFrame(X, columns=["a", "b"], dtype=object), y)
    assert str(table.value) == str(caught.value).replace(f"column {j}", f"column {'ab'[j]!r}")


@few
@given(data=st.data(), rows=st.integers(1, 5), bad=NOT_FINITE | NOT_NUMBERS.filter(lambda bad: not isinstance(bad, str)))
def test_a_target_that_is_not_a_finite_number_is_named_by_its_row(data, rows, bad):
    i = data.draw(st.integers(0, rows - 1))
    y = [0.5] * rows
    y[i] = bad
    for targets, where in ((y, f"row {i}"), ([[1.0, target] for target in y], f"row {i}, column 1")):
        assert re.match(rf"y: .* in {where} \(counted from 0\)$", str(trained_on(fit, [[1.0, 2.0]] * rows, targets).value))


def test_deeper_samples_and_values_are_looked_into():
    image = [[[0.0, 1.0], [2.0, math.nan]]]
    assert "in row 0, column 1[1] (counted" in str(trained_on(fit, image, [1.0]).value)
    assert "in row 0, column 1 (counted" in str(trained_on(fit, [[1.0, Value(math.inf)]], [1.0]).value)
    assert "in row 0, column 'size' (counted" in str(trained_on(fit, [{"size": None}], [1.0]).value)


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (
            [[1.0, 2.0]] * 2,
            [0, "setosa"],
            "y: expected numbers, got the string 'setosa' in row 1 (counted from 0): number the classes",
        ),
        ([[1.0, 2.0]], 1.0, "y must be a list, a tuple or an array, got float"),
        (({1.0, 2.0}), [1.0], "X must be a list, a tuple or an array, got set"),
        (iter([[1.0, 2.0]]), [1.0], "X must be a list, a tuple or an array, got list_iterator"),
        ("ab", [1.0], "X must be a list, a tuple or an array, got str"),
    ],
)
def test_data_that_are_no_tables_are_refused(X, y, message):
    assert message in str(trained_on(fit, X, y).value)


def test_single_numbers_are_samples_of_a_model_that_takes_them():
    class Slope(nn.Module):
        def __init__(self):
            self.w = Value(0.0)

        def forward(self, x):
            return self.w * x

    net = Slope()
    settings = {"loss": nn.MSELoss(), "optimizer": SGD(net.parameters(), lr=0.5), "epochs": 1, "progress": False}
    fit(net, pandas.Series([1.0, -1.0]), [2.0, -2.0], validation_data=([3.0], [6.0]), **settings)
    assert net.w.data == 2.0


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            lambda net: net.parameters,
            r"params must be an iterable of Values, got the method parameters itself: call it, parameters\(\)",
        ),
        (
            lambda net: net.named_parameters(),
            r"got \('w.0', Value.* at 0: pass parameters\(\), which leaves out the names",
        ),
        (lambda net: net, r"got Neuron: pass its parameters\(\)"),
        (lambda net: set(net.parameters()), "params must have a fixed order, got a set: pass a list"),
    ],
)
def test_what_was_given_in_place_of_parameters_is_told_with_what_to_write(params, message):
    with pytest.raises(TypeError, match=message):
        SGD(params(nn.Neuron(1, seed=0)), lr=0.1)


LAYERED = [
    lambda nin, nout: nn.MLP(nin, [3, nout], seed=0),
    lambda nin, nout: nn.Layer(nin, nout, "tanh", seed=0),
    lambda nin, nout: nn.Sequential(nn.Layer(nin, 3, seed=0), nn.Dropout(0.5, seed=0), nn.MLP(3, [nout], seed=1), nn.Tanh()),
]


class Wrapped(nn.Module):
    """A model whose layers are hidden inside another module."""

    def __init__(self, inner):
        self.inner = inner

    def forward(self, x):
        return self.inner(x)


def refused(function, net, X, y, loss, **options):
    """The message that refuses the data; the model and all generators must be unchanged, and no bar shown."""
    before, modes, order = net.state_dict(), [module.training for module in net.modules()], Random(0)
    dropouts = [module.generator for module in net.modules() if isinstance(module, nn.Dropout)]
    drawn = [generator.getstate() for generator in dropouts]
    length = {"epochs": 1} if function is fit else {"steps": 1}
    optimizer = SGD(net.parameters(), lr=0.1)
    with redirect_stderr(StringIO()) as shown, pytest.raises((TypeError, ValueError)) as caught:
        function(net, X, y, loss=loss, optimizer=optimizer, seed=order, **length, **options)
    assert shown.getvalue() == ""
    assert net.state_dict() == before
    assert [module.training for module in net.modules()] == modes
    assert [generator.getstate() for generator in dropouts] == drawn
    assert order.getstate() == Random(0).getstate()
    return str(caught.value)


@pytest.mark.parametrize("function", [fit, nn.record_training])
@pytest.mark.parametrize("make", LAYERED)
@few
@given(nin=st.integers(1, 3), nout=st.integers(2, 3), data=st.data())
def test_data_of_another_width_than_the_model_are_refused_in_words_about_them(function, make, nin, nout, data):
    width = data.draw(st.integers(1, 4).filter(lambda width: width != nin))
    wrong = data.draw(st.integers(nout, 6) | st.just(-1))
    X, y = [[0.5] * nin] * 4, [0, 1, 0, 1]
    net = make(nin, nout)
    said = refused(function, net, [[0.5] * width] * 4, y, nn.CrossEntropyLoss())
    plural = "s" if nin > 1 else ""
    assert said.startswith(f"X: the model takes {nin} feature{plural} per sample, got {width}")
    said = refused(function, net, X, [0, 1, 0, wrong], nn.CrossEntropyLoss(), batch_size=1)
    assert said == f"y[3]: expected the index of a class, 0 to {nout - 1}, got {wrong}"


def test_an_mlp_with_other_modules_among_its_layers_is_trained():
    net = nn.MLP(1, [3, 2], seed=0)
    net.layers[1:1] = [nn.ReLU()]
    net.layers += [nn.Dropout(0.0), nn.LogSoftmax()]
    settings = {"loss": nn.NLLLoss(), "optimizer": SGD(net.parameters(), lr=0.1), "metric": nn.accuracy, "progress": False}
    history = fit(net, LINE[0], [0, 0, 1, 1], epochs=2, **settings)
    assert history.loss[1] < history.loss[0]
    with pytest.raises(ValueError, match=r"y\[3\]: expected the index of a class, 0 to 1, got 2"):
        fit(net, LINE[0], [0, 0, 1, 2], epochs=2, **settings)


def test_what_to_write_for_data_that_do_not_fit_the_model():
    net, loss = nn.MLP(1, [2], seed=0), nn.MSELoss()
    assert "got single numbers: write X = [[x] for x in X]" in refused(fit, net, [1.0, 2.0], [1.0, 2.0], loss)
    assert "got 3: write MLP(3, …)" in refused(fit, net, [[1.0, 2.0, 3.0]], [1.0], loss)
    assert refused(fit, net, [[]], [1.0], loss).endswith("takes 1 feature per sample, got 0")
    said = refused(fit, nn.MLP(2, [3], seed=0), [1.0, 2.0], [1.0, 2.0], loss)
    assert said == "X: the model takes 2 features per sample, got single numbers: X must be a list of rows"
    assert "one row of 1 number, got 1 row:" in refused(fit, net, [[[1.0, 2.0]]], [1.0], loss)
    for X in ([[1.0], 2.0], [1.0, [2.0]]):
        said = refused(fit, Wrapped(net), X, [1.0, 2.0], loss)
        assert said == "X, y: samples must be all rows or all single numbers, got both, in row 0 and row 1 (counted from 0)"
    held_out = {"validation_data": ([[1.0]], [2])}
    said = refused(fit, net, [[1.0]], [1], nn.CrossEntropyLoss(), **held_out)
    assert said == "validation_data: y[0]: expected the index of a class, 0 to 1, got 2"


@pytest.mark.parametrize("loss", [nn.CrossEntropyLoss(), nn.NLLLoss()])
def test_a_single_output_and_a_loss_of_classes_say_what_to_write(loss):
    for net in (nn.MLP(2, [3, 1], seed=0), nn.Neuron(2, seed=0), nn.Sequential(nn.MLP(2, [1], seed=0), nn.Tanh())):
        said = refused(fit, net, [[1.0, 2.0]], [0], loss)
        assert said.startswith(f"loss: {type(loss).__name__} takes one output per class, but the model has only one: ")
        assert "BCEWithLogitsLoss()" in said


@pytest.mark.parametrize("function", [fit, nn.record_training])
def test_an_error_in_the_first_batch_comes_without_a_bar(function):
    for X, y, loss in (
        ([[1.0] * 3], [1.0], nn.MSELoss()),
        ([[1.0] * 2], [[1.0, 2.0]], nn.MSELoss()),
        ([[1.0] * 2], [2.0], nn.BCELoss()),
    ):
        refused(function, Wrapped(nn.MLP(2, [1], "relu", "sigmoid", seed=0)), X, y, loss)


def test_probabilities_and_ignored_classes_are_targets():
    net = nn.MLP(1, [2], seed=0)
    options = {"optimizer": SGD(net.parameters(), lr=0.1), "epochs": 1, "progress": False}
    fit(net, [[1.0], [2.0]], [[0.5, 0.5], [0.0, 1.0]], loss=nn.CrossEntropyLoss(), **options)
    fit(net, [[1.0], [2.0]], [-100, 1], loss=nn.CrossEntropyLoss(), **options)


def test_without_a_progress_bar_tqdm_is_not_imported():
    code = (
        "import sys, nn; net = nn.MLP(1, [1], seed=0); options = {'loss': nn.MSELoss(), 'progress': False};"
        "nn.fit(net, [[1.0]], [1.0], optimizer=nn.optim.SGD(net.parameters(), lr=0.1), epochs=2, **options);"
        "nn.record_training(net, [[1.0]], [1.0], optimizer=nn.optim.SGD(net.parameters(), lr=0.1), steps=2, **options);"
        "print('tqdm' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_progress_bar_starts_no_thread(capsys):
    threads = threading.enumerate()
    seen = []
    line_fit(epochs=1, progress=True, callbacks=[lambda model, history: seen.append(threading.enumerate())])
    assert seen == [threads]


def test_a_program_without_a_console_trains_without_a_bar(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    assert len(line_fit(epochs=2, progress=True)[1].loss) == 2


def test_a_progress_bar_is_shown(capsys):
    line_fit(epochs=2, progress=True)
    assert "2/2" in capsys.readouterr().err
