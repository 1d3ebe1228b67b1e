"""Optimizers: step for step as PyTorch's, and what must hold for any of them."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from nn import optim
from nn.optim import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop

REFERENCE = json.loads((Path(__file__).parent / "reference" / "optimizers.json").read_text())

Make = Callable[[list[Value]], Optimizer]

WITHOUT_DECAY: dict[str, Make] = {
    "SGD": lambda params: SGD(params, lr=1e-3),
    "SGD with momentum": lambda params: SGD(params, lr=1e-3, momentum=0.9),
    "SGD with Nesterov momentum": lambda params: SGD(params, lr=1e-3, momentum=0.9, nesterov=True),
    "Adam": lambda params: Adam(params, lr=1e-3),
    "AdamW": lambda params: AdamW(params, lr=1e-3, weight_decay=0.0),
    "RMSprop": lambda params: RMSprop(params, lr=1e-3),
    "RMSprop centered": lambda params: RMSprop(params, lr=1e-3, momentum=0.5, centered=True),
    "Adagrad": lambda params: Adagrad(params, lr=1e-3),
}
WITH_DECAY: dict[str, Make] = {
    "SGD": lambda params: SGD(params, lr=0.1, momentum=0.9, weight_decay=0.1, nesterov=True),
    "Adam": lambda params: Adam(params, lr=0.1, betas=(0.8, 0.9), eps=1e-4, weight_decay=0.1),
    "AdamW": lambda params: AdamW(params, lr=0.1, betas=(0.8, 0.9), weight_decay=0.1),
    "RMSprop": lambda params: RMSprop(params, lr=0.1, alpha=0.5, weight_decay=0.1, momentum=0.5, centered=True),
    "Adagrad": lambda params: Adagrad(params, lr=0.1, lr_decay=0.1, weight_decay=0.1, initial_accumulator_value=0.5, eps=1e-4),
}
DEFAULTS: dict[str, Make] = {
    "SGD": lambda params: SGD(params, lr=1.0),
    "Adam": Adam,
    "AdamW": AdamW,
    "RMSprop": RMSprop,
    "Adagrad": Adagrad,
}

numbers = st.floats(-100.0, 100.0)


def gradient(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Of x⁴/4 + (x − y)²/2 + y²·z²/2 + (z − 2)²/2, which the reference runs minimise."""
    return x * x * x + (x - y), (y - x) + y * z * z, y * y * z + (z - 2.0)


def step(optimizer: Optimizer, *grads: float) -> list[float]:
    """Make one step by these gradients; the numbers after it."""
    for p, grad in zip(optimizer.params, grads, strict=True):
        p.grad = grad
    optimizer.step()
    return [p.data for p in optimizer.params]


# -- as PyTorch --------------------------------------------------------------------------------------


@pytest.mark.parametrize("run", REFERENCE["optimizers"], ids=lambda run: run["name"])
def test_every_step_agrees_with_pytorch_to_1e_12_relative_or_absolute(run: dict[str, Any]) -> None:
    optimizer = getattr(optim, run["optimizer"])([Value(x) for x in REFERENCE["start"]], **run["settings"])
    assert len(run["params"]) == 50
    for expected in run["params"]:
        found = step(optimizer, *gradient(*(p.data for p in optimizer.params)))
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_the_gradients_of_backward_are_followed() -> None:
    w = Value(5.0)
    optimizer = SGD([w], lr=0.25)
    ((w - 1.0) ** 2).backward()
    optimizer.step()
    assert w.data == 5.0 - 0.25 * 8.0


# -- what holds for any optimizer --------------------------------------------------------------------


@pytest.mark.parametrize("make", WITHOUT_DECAY.values(), ids=WITHOUT_DECAY)
@given(data=numbers)
def test_a_zero_gradient_without_decay_leaves_the_parameter(make: Make, data: float) -> None:
    optimizer = make([Value(data)])
    assert step(optimizer, 0.0) == [data]


@pytest.mark.parametrize("make", WITHOUT_DECAY.values(), ids=WITHOUT_DECAY)
@given(bowls=st.lists(st.tuples(st.floats(0.1, 10.0), numbers, st.floats(0.1, 10.0), st.sampled_from([-1.0, 1.0])), min_size=1))
def test_a_small_step_on_a_convex_quadratic_goes_downhill(make: Make, bowls: list[tuple[float, float, float, float]]) -> None:
    def height() -> float:
        return math.fsum(a * (p.data - center) ** 2 / 2 for p, (a, center, _, _) in zip(params, bowls, strict=True))

    params = [Value(center + side * distance) for _, center, distance, side in bowls]
    before = height()
    step(make(params), *(a * (p.data - center) for p, (a, center, _, _) in zip(params, bowls, strict=True)))
    assert height() < before


@pytest.mark.parametrize("name", WITH_DECAY)
@given(start=numbers, grads=st.lists(numbers, min_size=2, max_size=8), cut=st.integers(0, 7), lr=st.floats(0.0, 1.0))
def test_a_run_saved_as_json_and_loaded_continues_bit_for_bit(
    name: str, start: float, grads: list[float], cut: int, lr: float
) -> None:
    one = WITH_DECAY[name]([Value(start)])
    for grad in grads[:cut]:
        step(one, grad)
    one.lr = lr
    other = DEFAULTS[name]([Value(one.params[0].data)])
    other.load_state_dict(json.loads(json.dumps(one.state_dict())))
    for grad in grads[cut:]:
        assert step(one, grad) == step(other, grad)
    assert one.state_dict() == other.state_dict()


@pytest.mark.parametrize("make", WITH_DECAY.values(), ids=WITH_DECAY)
def test_a_saved_state_is_a_copy_that_json_holds_as_it_is(make: Make) -> None:
    optimizer = make([Value(1.0)])
    step(optimizer, 3.0)
    saved, text = optimizer.state_dict(), json.dumps(optimizer.state_dict())
    assert json.loads(text) == saved
    saved["state"][0].clear()
    saved["settings"].clear()
    assert json.dumps(optimizer.state_dict()) == text


@pytest.mark.parametrize("make", WITH_DECAY.values(), ids=WITH_DECAY)
def test_a_learning_rate_of_0_which_a_schedule_may_reach_moves_nothing(make: Make) -> None:
    optimizer = make([Value(2.0)])
    optimizer.lr = 0.0
    assert step(optimizer, 3.0) == [2.0]


@pytest.mark.parametrize("make", WITH_DECAY.values(), ids=WITH_DECAY)
def test_a_gradient_of_nan_is_not_hidden(make: Make) -> None:
    assert math.isnan(step(make([Value(1.0)]), math.nan)[0])


def test_centered_rmsprop_does_not_take_a_variance_of_nan_for_0() -> None:
    assert math.isnan(step(RMSprop([Value(1.0)], centered=True), 1e200)[0])  # ∞ − ∞


def test_zero_grad_sets_every_gradient_to_0() -> None:
    params = [Value(1.0), Value(2.0)]
    optimizer = SGD(params, lr=0.1)
    (params[0] * params[1]).backward()
    optimizer.zero_grad()
    assert [p.grad for p in params] == [0.0, 0.0]


def test_params_may_be_a_generator() -> None:
    optimizer = SGD((Value(x) for x in [1.0, 2.0]), lr=0.5)
    assert step(optimizer, 1.0, 1.0) == [0.5, 1.5]


def test_centered_rmsprop_stays_finite_where_rounding_makes_the_variance_negative() -> None:
    optimizer = RMSprop([Value(0.0)], alpha=0.5, centered=True)
    below_zero = 0
    for _ in range(100):
        assert math.isfinite(step(optimizer, 0.7)[0])
        below_zero += optimizer.state[0]["square_avg"] < optimizer.state[0]["grad_avg"] ** 2
    assert below_zero


# -- errors ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [lambda p: Adam(p, eps=0.0), lambda p: AdamW(p, eps=0.0), lambda p: RMSprop(p, eps=0.0), lambda p: Adagrad(p, eps=0.0)],
    ids=["Adam", "AdamW", "RMSprop", "Adagrad"],
)
def test_a_step_that_fails_at_the_last_parameter_changes_none(make: Make) -> None:
    optimizer = make([Value(1.0), Value(2.0)])
    before = optimizer.state_dict()
    with pytest.raises(ZeroDivisionError, match="divides by 0: give eps > 0"):
        step(optimizer, 3.0, 0.0)
    assert [p.data for p in optimizer.params] == [1.0, 2.0]
    assert optimizer.state_dict() == before


w = Value(1.0)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: SGD([], lr=0.1), ValueError, "params must hold at least one Value, got none"),
        (lambda: SGD(iter(()), lr=0.1), ValueError, "params must hold at least one Value, got none"),
        (lambda: SGD(w, lr=0.1), TypeError, "params must be an iterable of Values, got Value$"),
        (lambda: SGD([w, 2.0], lr=0.1), TypeError, "params must hold Values only, got 2.0 at 1"),
        (
            lambda: SGD([w, w + 1.0], lr=0.1),
            ValueError,
            r"params must hold leaves only, got Value\(data=2.0.* at 1, which add made",
        ),
        (lambda: SGD([w, Value(1.0), w], lr=0.1), ValueError, r"params must hold each Value once, got Value.* at 0 and at 2"),
        (lambda: SGD([w], lr=0.0), ValueError, "lr must be a finite number > 0, got 0.0"),
        (lambda: SGD([w], lr=-1), ValueError, "lr must be a finite number > 0, got -1"),
        (lambda: SGD([w], lr=math.nan), ValueError, "lr must be a finite number > 0, got nan"),
        (lambda: SGD([w], lr=math.inf), ValueError, "lr must be a finite number > 0, got inf"),
        (lambda: SGD([w], lr="0.1"), TypeError, "lr must be a finite number > 0, got '0.1'"),
        (lambda: SGD([w], lr=0.1, momentum=-0.1), ValueError, "momentum must be a finite number >= 0, got -0.1"),
        (lambda: SGD([w], lr=0.1, weight_decay=math.nan), ValueError, "weight_decay must be a finite number >= 0, got nan"),
        (lambda: SGD([w], lr=0.1, nesterov=True), ValueError, "momentum must be > 0 where nesterov is True, got 0.0"),
        (lambda: SGD([w], lr=0.1, nesterov=1), TypeError, "nesterov must be True or False, got 1"),
        (lambda: Adam([w], lr=0), ValueError, "lr must be a finite number > 0, got 0"),
        (lambda: Adam([w], betas=(1.0, 0.9)), ValueError, r"betas\[0\] must be a number >= 0 and < 1, got 1.0"),
        (lambda: Adam([w], betas=(0.9, -0.1)), ValueError, r"betas\[1\] must be a number >= 0 and < 1, got -0.1"),
        (lambda: Adam([w], betas=(0.9,)), ValueError, r"betas must be a pair of numbers >= 0 and < 1, got \(0.9,\)"),
        (lambda: Adam([w], eps=-1e-8), ValueError, "eps must be a finite number >= 0, got -1e-08"),
        (lambda: Adam([w], weight_decay=-1.0), ValueError, "weight_decay must be a finite number >= 0, got -1.0"),
        (lambda: AdamW([w], weight_decay=-1.0), ValueError, "weight_decay must be a finite number >= 0, got -1.0"),
        (lambda: RMSprop([w], alpha=1.0), ValueError, "alpha must be a number >= 0 and < 1, got 1.0"),
        (lambda: RMSprop([w], eps=-1.0), ValueError, "eps must be a finite number >= 0, got -1.0"),
        (lambda: RMSprop([w], momentum=-1.0), ValueError, "momentum must be a finite number >= 0, got -1.0"),
        (lambda: RMSprop([w], weight_decay=-1.0), ValueError, "weight_decay must be a finite number >= 0, got -1.0"),
        (lambda: RMSprop([w], centered=None), TypeError, "centered must be True or False, got None"),
        (lambda: Adagrad([w], lr_decay=-1.0), ValueError, "lr_decay must be a finite number >= 0, got -1.0"),
        (lambda: Adagrad([w], weight_decay=-1.0), ValueError, "weight_decay must be a finite number >= 0, got -1.0"),
        (lambda: Adagrad([w], eps=-1.0), ValueError, "eps must be a finite number >= 0, got -1.0"),
        (
            lambda: Adagrad([w], initial_accumulator_value=-1.0),
            ValueError,
            "initial_accumulator_value must be a finite number >= 0, got -1.0",
        ),
    ],
)
def test_an_argument_that_cannot_be_is_named_with_its_value_and_what_was_expected(
    make: Callable[[], Optimizer], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=f"^{message}"):
        make()


@pytest.mark.parametrize("lr", [-0.1, math.nan, math.inf])
def test_a_learning_rate_that_cannot_be_is_not_set(lr: float) -> None:
    optimizer = SGD([Value(1.0)], lr=0.1)
    with pytest.raises(ValueError, match=f"^lr must be a finite number >= 0, got {lr}"):
        optimizer.lr = lr
    assert optimizer.lr == 0.1


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda state: [], TypeError, "state must be a dict, got list"),
        (lambda state: {**state, "extra": 1}, ValueError, "state must have the keys .*; missing: none; unexpected: extra"),
        (lambda state: {k: state[k] for k in state if k != "lr"}, ValueError, "state must have the keys .*; missing: lr; "),
        (lambda state: {**state, "optimizer": "AdamW"}, ValueError, "state must be that of Adam, got that of 'AdamW'"),
        (lambda state: {**state, "lr": -1.0}, ValueError, "state: lr must be a finite number >= 0, got -1.0"),
        (lambda state: {**state, "initial_lr": "x"}, TypeError, "state: initial_lr must be a finite number >= 0, got 'x'"),
        (lambda state: {**state, "steps": 1.5}, TypeError, "state: steps must be an integer, got 1.5"),
        (lambda state: {**state, "steps": -1}, ValueError, "state: steps must be at least 0, got -1"),
        (
            lambda state: {**state, "settings": {}},
            ValueError,
            "state: settings must have the keys betas, eps, weight_decay; missing",
        ),
        (
            lambda state: {**state, "settings": {**state["settings"], "betas": [0.9, 1.5]}},
            ValueError,
            r"betas\[1\] must be a number >= 0 and < 1, got 1.5",
        ),
        (
            lambda state: {**state, "state": {}},
            ValueError,
            "state: state must be a list of 2, one dict for each parameter, got {}",
        ),
        (lambda state: {**state, "state": state["state"][:1]}, ValueError, "state: state must be a list of 2, one dict for each"),
        (
            lambda state: {**state, "state": [{}, {}]},
            ValueError,
            r"state: state\[0\] must have the keys exp_avg, exp_avg_sq; missing",
        ),
        (
            lambda state: {**state, "state": [state["state"][0], {"exp_avg": 0.0, "exp_avg_sq": -1.0}]},
            ValueError,
            r"state: state\[1\]\['exp_avg_sq'\] must be a number >= 0.0, got -1.0",
        ),
    ],
)
def test_a_state_that_does_not_fit_says_why_and_changes_nothing(
    change: Callable[[dict[str, Any]], Any], error: type[Exception], message: str
) -> None:
    optimizer, other = (Adam([Value(1.0), Value(2.0)], lr=lr) for lr in (0.1, 0.2))
    step(optimizer, 1.0, 1.0)
    before = optimizer.state_dict()
    with pytest.raises(error, match=f"^{message}"):
        optimizer.load_state_dict(change(other.state_dict()))
    assert optimizer.state_dict() == before
