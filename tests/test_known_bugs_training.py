"""Published bugs of other engines in training and in model files, as tests of ours.

The comments above each test say where the bug was reported and what went wrong.
"""

import math
from functools import partial

import pytest

from autograd import Value
from nn import MLP, Dropout, ModelFileError, Neuron, load, save
from nn.lr_scheduler import CosineAnnealingLR, StepLR
from nn.optim import SGD, Adam, AdamW, RMSprop
from nn.utils import clip_grad_norm_

near = partial(pytest.approx, rel=1e-15, abs=0.0)  # approx's default abs=1e-12 would hide the digits of small numbers


def stepped(optimizer, *slopes):
    """The parameter's value after each step, given its gradients."""
    (w,) = optimizer.params
    path = []
    for slope in slopes:
        w.grad = slope
        optimizer.step()
        path.append(w.data)
    return path


# PyTorch #40967: a parameter given twice was updated twice
def test_a_parameter_given_twice_is_refused():
    w = Value(1.0)
    with pytest.raises(ValueError, match="params must hold each Value once"):
        SGD([w, w], lr=0.1)


# MLX #473: without momentum, weight decay did nothing
def test_weight_decay_needs_no_momentum():
    assert stepped(SGD([Value(4.0)], lr=0.5, weight_decay=0.25), 3.0) == [4.0 - 0.5 * (3.0 + 0.25 * 4.0)]


# pytorch_optimizer #516: the momentum was set to 0 before every step
# MLX #87 (its review): Nesterov's step was not the usual one
def test_momentum_is_kept_from_step_to_step():
    assert stepped(SGD([Value(0.0)], lr=1.0, momentum=0.5), 1.0, 1.0, 1.0, 0.0) == [-1.0, -2.5, -4.25, -5.125]
    assert stepped(SGD([Value(0.0)], lr=1.0, momentum=0.5, nesterov=True), 1.0, 1.0, 1.0) == [-1.5, -3.25, -5.125]


# PyTorch #22628, nanochat #304: the correction for the first steps was applied to eps as well
def test_the_first_step_of_adam_divides_by_the_gradient_plus_eps():
    (moved,) = stepped(Adam([Value(1.0)], lr=0.25, eps=6.0), 2.0)
    assert moved == near(1.0 - 0.25 * 2.0 / (2.0 + 6.0))


# Keras #19051: AdamW was Adam with the decay in the gradient
# Transformers #14539: it decayed the parameter after the update
def test_the_decay_of_adamw_shrinks_the_parameter_before_the_step():
    (moved,) = stepped(AdamW([Value(4.0)], lr=0.5, weight_decay=0.25, eps=0.0), 1e-3)
    assert moved == near(4.0 * (1.0 - 0.5 * 0.25) - 0.5)


# MXNet #6235: the variance of centered RMSprop was rounded below 0, and its root NaN
def test_centered_rmsprop_survives_a_variance_that_rounds_below_zero():
    g, square, mean, lowest = 1.7, 0.0, 0.0, 0.0
    for _ in range(60):
        square, mean = 0.5 * square + 0.5 * g * g, 0.5 * mean + 0.5 * g
        lowest = min(lowest, square - mean * mean)
    assert lowest < 0.0
    path = stepped(RMSprop([Value(0.0)], lr=0.01, alpha=0.5, centered=True), *[g] * 60)
    assert all(map(math.isfinite, path))


# PyTorch #22107, PyTorch #20527: the rate of StepLR, read after a step that decays it, was decayed twice
# PyTorch #20086: the rates of CosineAnnealingLR left their curve, and later exceeded the initial rate
def test_a_schedule_is_followed_from_its_first_rate_on():
    def rates(make, steps):
        optimizer = SGD([Value(0.0)], lr=1.0)
        scheduler = make(optimizer)
        found = []
        for _ in range(steps):
            assert scheduler.get_last_lr() == [optimizer.lr]
            found.append(optimizer.lr)
            scheduler.step()
        return found

    assert rates(lambda o: StepLR(o, 3, gamma=0.5), 8) == [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25, 0.25]
    curve = [0.5 + 0.5 * math.cos(math.pi * t / 3) for t in range(10)]
    assert rates(lambda o: CosineAnnealingLR(o, 3), 10) == pytest.approx(curve, abs=1e-15)


# PyTorch #46849: gradients whose norm overflows were silently set to 0, and infinite ones to NaN
def test_clipping_neither_overflows_nor_hides_what_is_not_finite():
    v, w = Value(0.0), Value(0.0)
    v.grad, w.grad = 3e200, 4e200
    assert clip_grad_norm_([v, w], 1.0) == near(5e200)
    assert (v.grad, w.grad) == (near(0.6), near(0.8))
    v.grad = math.inf
    with pytest.raises(RuntimeError, match="inf"):
        clip_grad_norm_([v, w], 1.0, error_if_nonfinite=True)
    assert v.grad == math.inf


# PyTorch #1833, Flax #2055, Axon #367: dropping everything divided by zero
def test_dropping_everything_is_refused():
    with pytest.raises(ValueError, match=r"p must be a number >= 0 and < 1, got 1\.0"):
        Dropout(1.0, seed=0)


# PyTorch #451: load_state_dict ignored missing and unexpected keys
def test_a_state_that_does_not_fit_changes_nothing():
    net = MLP(2, [2, 1])
    before = net.state_dict()
    first, *rest = before
    changed = {first: [9.0, 9.0], **{name: before[name] for name in rest}}
    for state in ({**changed, "extra": 1.0}, {first: [9.0, 9.0]}, {**changed, rest[-1]: [1.0, 2.0]}):
        with pytest.raises(ValueError, match="state"):
            net.load_state_dict(state)
        assert net.state_dict() == before


# safetensors #401: a duplicate key in the header gave an error about offsets
def test_a_key_that_stands_twice_in_a_model_file_is_named(tmp_path):
    path, model = tmp_path / "model.json", Neuron(1, seed=0)
    save(model, path)
    path.write_text(path.read_text().replace('"b":', '"b": 7.0, "b":'))
    with pytest.raises(ModelFileError, match="'b' occurs twice"):
        load(model, path)
    assert model.b.data == 0.0
