"""Optimizers: step for step the same as PyTorch's, and properties of any optimizer."""

import copy
import itertools
import json
import math
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import TeachingWarning, Value
from autograd.extend import below_one
from nn import optim
from nn.optim import SGD, Adagrad, Adam, AdamW, NAdam, Optimizer, RMSprop, Setting
from tests.support.work import interrupted

REFERENCE = json.loads((Path(__file__).parent / "reference" / "optimizers.json").read_text())

Make = Callable[[list[Value]], Optimizer]

WITHOUT_DECAY: dict[str, Make] = {
    "SGD": lambda params: SGD(params, lr=1e-3),
    "SGD with momentum": lambda params: SGD(params, lr=1e-3, momentum=0.9),
    "SGD with Nesterov momentum": lambda params: SGD(params, lr=1e-3, momentum=0.9, nesterov=True),
    "Adam": lambda params: Adam(params, lr=1e-3),
    "AdamW": lambda params: AdamW(params, lr=1e-3, weight_decay=0.0),
    "Adam with amsgrad": lambda params: Adam(params, lr=1e-3, amsgrad=True),
    "NAdam": lambda params: NAdam(params, lr=1e-3),
    "RMSprop": lambda params: RMSprop(params, lr=1e-3),
    "RMSprop centered": lambda params: RMSprop(params, lr=1e-3, momentum=0.5, centered=True),
    "Adagrad": lambda params: Adagrad(params, lr=1e-3),
}
WITH_DECAY: dict[str, Make] = {
    "SGD": lambda params: SGD(params, lr=0.1, momentum=0.9, weight_decay=0.1, nesterov=True),
    "Adam": lambda params: Adam(params, lr=0.1, betas=(0.8, 0.9), eps=1e-4, weight_decay=0.1),
    "AdamW": lambda params: AdamW(params, lr=0.1, betas=(0.8, 0.9), weight_decay=0.1, amsgrad=True),
    "NAdam": lambda params: NAdam(params, lr=0.1, betas=(0.8, 0.9), weight_decay=0.1, decoupled_weight_decay=True),
    "RMSprop": lambda params: RMSprop(params, lr=0.1, alpha=0.5, weight_decay=0.1, momentum=0.5, centered=True),
    "Adagrad": lambda params: Adagrad(params, lr=0.1, lr_decay=0.1, weight_decay=0.1, initial_accumulator_value=0.5, eps=1e-4),
}
DEFAULTS: dict[str, Make] = {
    "SGD": SGD,
    "Adam": Adam,
    "AdamW": AdamW,
    "NAdam": NAdam,
    "RMSprop": RMSprop,
    "Adagrad": Adagrad,
}

numbers = st.floats(-100.0, 100.0)


def gradient(x: float, y: float, z: float) -> tuple[float, float, float]:
    """The gradient of x⁴/4 + (x − y)²/2 + y²·z²/2 + (z − 2)²/2, which the reference runs minimise."""
    return x * x * x + (x - y), (y - x) + y * z * z, y * y * z + (z - 2.0)


def step(optimizer: Optimizer, *grads: float) -> list[float]:
    """Make one step with these gradients, and return the parameters' numbers after it."""
    for p, grad in zip(optimizer.params, grads, strict=True):
        p.grad = grad
    optimizer.step()
    return [p.data for p in optimizer.params]


# -- against PyTorch ---------------------------------------------------------------------------------


@pytest.mark.parametrize("run", REFERENCE["optimizers"], ids=lambda run: run["name"])
def test_every_step_agrees_with_pytorch_to_1e_12_relative_or_absolute(run: dict[str, Any]) -> None:
    params: Any = [Value(x) for x in REFERENCE["start"]]
    groups = params if run["second_group"] is None else [{"params": params[0]}, {"params": params[1:], **run["second_group"]}]
    optimizer = getattr(optim, run["optimizer"])(groups, **run["settings"])
    assert len(run["params"]) == 50
    for expected, unreached in zip(run["params"], REFERENCE["unreached"], strict=True):
        optimizer.zero_grad()
        for i, (p, slope) in enumerate(zip(params, gradient(*(p.data for p in params)), strict=True)):
            if not (run["unreached"] and i in unreached):
                p.grad = slope
        optimizer.step()
        assert [p.data for p in params] == pytest.approx(expected, rel=1e-12, abs=1e-12)
    for found, kept in zip(optimizer.state, run["state"], strict=True):
        shared = found.keys() & kept.keys()  # PyTorch's RMSprop counts steps, though its rule doesn't need them
        assert shared >= kept.keys() - {"step"} if run["optimizer"] == "RMSprop" else shared == kept.keys()
        assert [found[name] for name in shared] == pytest.approx([kept[name] for name in shared], rel=1e-12, abs=1e-12)


def test_the_gradients_of_backward_are_followed() -> None:
    w = Value(5.0)
    optimizer = SGD([w], lr=0.25)
    ((w - 1.0) ** 2).backward()
    optimizer.step()
    assert w.data == 5.0 - 0.25 * 8.0


# -- properties of any optimizer ---------------------------------------------------------------------


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
@pytest.mark.parametrize("copied", [lambda held: pickle.loads(pickle.dumps(held)), copy.deepcopy], ids=["pickle", "deepcopy"])
def test_pickled_or_copied_with_its_model_and_schedule_it_continues_bit_for_bit(make: Make, copied: Callable[[Any], Any]) -> None:
    w = Value(1.0)
    optimizer = make([w])
    step(optimizer, 3.0)
    other, [v], schedule = copied((optimizer, [w], nn.lr_scheduler.ExponentialLR(optimizer, 0.5)))
    assert other.params[0] is v
    schedule.step()
    optimizer.lr *= 0.5
    assert step(optimizer, 2.0) == step(other, 2.0)
    with pytest.raises(ValueError, match="lr must be a finite number >= 0"):
        other.param_groups[0]["lr"] = -1.0


@pytest.mark.parametrize("make", WITH_DECAY.values(), ids=WITH_DECAY)
def test_a_saved_state_is_a_copy_that_json_holds_as_it_is(make: Make) -> None:
    optimizer = make([Value(1.0)])
    step(optimizer, 3.0)
    saved, text = optimizer.state_dict(), json.dumps(optimizer.state_dict())
    assert json.loads(text) == saved
    saved["state"][0].clear()
    saved["param_groups"][0].clear()
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


def test_zero_grad_clears_every_gradient() -> None:
    params = [Value(1.0), Value(2.0)]
    optimizer = SGD(params, lr=0.1)
    (params[0] * params[1]).backward()
    optimizer.zero_grad()
    assert [(p.grad, p.has_grad) for p in params] == [(0.0, False), (0.0, False)]


@pytest.mark.parametrize("make", WITH_DECAY.values(), ids=WITH_DECAY)
@given(start=numbers, grads=st.lists(numbers | st.none(), max_size=8))
def test_a_step_without_a_gradient_is_none_at_all_for_a_parameter(make: Make, start: float, grads: list[float | None]) -> None:
    one, other = make([Value(start), Value(0.0)]), make([Value(start), Value(0.0)])
    for grad in grads:
        one.zero_grad()
        one.params[1].grad = 1.0
        if grad is not None:
            one.params[0].grad = grad
        one.step()
    for grad in grads:
        if grad is not None:
            step(other, grad, 1.0)
    assert one.params[0].data == other.params[0].data
    assert one.state[0] == other.state[0]


@pytest.mark.parametrize("make", WITH_DECAY.values(), ids=WITH_DECAY)
def test_a_frozen_parameter_stays_as_it_is(make: Make) -> None:
    w, frozen = Value(1.0), Value(2.0)
    optimizer = make([w, frozen])
    frozen.requires_grad = False
    (w * frozen).backward()
    optimizer.step()
    assert w.data != 1.0
    assert frozen.data == 2.0


@pytest.mark.parametrize("make", WITH_DECAY.values(), ids=WITH_DECAY)
def test_a_gradient_of_0_counts(make: Make) -> None:
    optimizer = make([Value(2.0)])
    assert step(optimizer, 0.0) != [2.0]


# -- parameter groups --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WITH_DECAY)
@given(data=st.lists(st.tuples(numbers, st.lists(numbers, min_size=3, max_size=3)), min_size=1, max_size=4))
def test_a_group_moves_as_an_optimizer_of_its_own_would_move_it(name: str, data: list[tuple[float, list[float]]]) -> None:
    alone = WITH_DECAY[name]([Value(start) for start, _ in data])
    other, kind = Value(3.0), type(alone)
    settings = {key: held for key, held in alone.param_groups[0].items() if key != "initial_lr"}
    together = kind([{"params": other}, {**settings, "params": [Value(start) for start, _ in data]}])
    for i in range(3):
        grads = [slopes[i] for _, slopes in data]
        assert step(together, 1.0, *grads)[1:] == step(alone, *grads)


def test_a_group_takes_what_it_does_not_set_from_the_constructor() -> None:
    optimizer = SGD([{"params": [Value(1.0)], "lr": 0.1}, {"params": [Value(2.0)], "momentum": 0.5}], lr=0.2, momentum=0.9)
    assert [(group["lr"], group["momentum"]) for group in optimizer.param_groups] == [(0.1, 0.9), (0.2, 0.5)]


def test_a_group_added_later_moves_too() -> None:
    optimizer = SGD([Value(1.0)], lr=0.5)
    step(optimizer, 1.0)
    optimizer.add_param_group({"params": (Value(x) for x in [2.0, 3.0]), "lr": 0.25})
    assert step(optimizer, 1.0, 1.0, 1.0) == [0.0, 1.75, 2.75]


def test_groups_are_added_by_add_param_group_alone() -> None:
    optimizer = SGD([Value(1.0)], lr=0.1)
    with pytest.raises(AttributeError):
        optimizer.param_groups.append({"params": [Value(2.0)], "lr": 0.1})  # type: ignore[attr-defined]
    assert len(optimizer.param_groups) == 1


def test_many_parameters_in_place_of_a_number_are_not_all_printed() -> None:
    parameters = nn.MLP(2, [16, 1], seed=0).parameters()
    with pytest.raises(TypeError, match=r"^lr must be a finite number > 0, got \[Value\(data=.{0,100}…$"):
        SGD(0.1, parameters)  # type: ignore[arg-type]


def test_settings_handed_on_wrongly_say_how() -> None:
    class Mine(Optimizer):
        def __init__(self, params: list[Value], how: str) -> None:
            if how == "as in PyTorch":
                super().__init__(params, {"lr": 0.1, "rho": 0.9})  # type: ignore[arg-type]
            else:
                super().__init__(params, 0.1, rho=0.9)

    with pytest.raises(TypeError, match=r"hand them on, super\(\)\.__init__\(params, lr=…, rho=…\)"):
        Mine([Value(1.0)], "as in PyTorch")
    with pytest.raises(TypeError, match=r"^Mine has no setting 'rho': declare it in the class, rho = Setting\(check\)"):
        Mine([Value(1.0)], "undeclared")


def test_a_rule_of_ones_own_reads_the_settings_of_the_group_at_hand() -> None:
    class Leap(Optimizer):
        share = Setting(below_one)

        def __init__(self, params: Any, lr: float, share: float) -> None:
            super().__init__(params, lr, share=share)

        def update(self, data: float, grad: float, memory: dict[str, float]) -> tuple[float, dict[str, float]]:
            return data - self.lr * self.share * grad, memory

    optimizer = Leap([{"params": Value(1.0)}, {"params": Value(1.0), "share": 0.25}], lr=1.0, share=0.5)
    assert step(optimizer, 1.0, 1.0) == [0.5, 0.75]
    assert optimizer.state_dict()["param_groups"][1] == {"lr": 1.0, "share": 0.25, "initial_lr": None, "params": [1]}
    with pytest.raises(ValueError, match=r"^param_group\['share'\] must be a number >= 0 and < 1, got 2.0"):
        optimizer.add_param_group({"params": Value(1.0), "share": 2.0})


@pytest.mark.parametrize("name", WITH_DECAY)
def test_a_rule_that_alters_another_one_is_followed(name: str) -> None:
    kind: Any = type(WITH_DECAY[name]([Value(1.0)]))

    class Reversed(kind):  # type: ignore[misc]
        def update(self, data: float, grad: float, memory: dict[str, float]) -> Any:
            return super().update(data, -grad, memory)

    one, other = kind([Value(1.0)]), Reversed([Value(1.0)])
    for grad in [3.0, -1.0, 2.0]:
        assert step(one, grad) == step(other, -grad)


def test_the_attributes_are_the_settings_of_the_first_group() -> None:
    optimizer = SGD([Value(1.0)], lr=0.5, momentum=0.9)
    optimizer.momentum = 0.0
    optimizer.param_groups[0]["lr"] = 0.25
    assert (optimizer.lr, optimizer.param_groups[0]["momentum"]) == (0.25, 0.0)
    assert step(optimizer, 1.0) == [0.75]
    optimizer.add_param_group({"params": [Value(1.0)], "lr": 0.5})
    assert optimizer.lr == 0.25


def test_a_setting_of_several_groups_is_not_set_for_one_of_them_unawares() -> None:
    optimizer = SGD([{"params": [Value(1.0)], "lr": 0.1}, {"params": [Value(1.0)], "lr": 0.2}])
    with pytest.raises(ValueError, match=r'write for group in optimizer.param_groups: group\["lr"\] = 0.5$'):
        optimizer.lr = 0.5
    assert [group["lr"] for group in optimizer.param_groups] == [0.1, 0.2]


@given(rates=st.lists(st.floats(0.01, 1.0), min_size=1, max_size=3), grad=numbers)
def test_groups_saved_as_json_and_loaded_continue_bit_for_bit(rates: list[float], grad: float) -> None:
    def made(lr: float, rates: list[float]) -> Optimizer:
        return Adam([{"params": [Value(1.0), Value(2.0)], "lr": rate, "amsgrad": rate > 0.5} for rate in rates], lr=lr)

    one, other = made(0.1, rates), made(0.2, [0.3 for _ in rates])
    step(one, *[grad for _ in one.params])
    other.load_state_dict(json.loads(json.dumps(one.state_dict())))
    for p, q in zip(one.params, other.params, strict=True):
        q.data = p.data
    assert step(one, *[1.0 for _ in one.params]) == step(other, *[1.0 for _ in one.params])
    assert one.state_dict() == other.state_dict()


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
    [lambda p, kind=kind: kind(p, eps=0.0) for kind in (Adam, AdamW, NAdam, RMSprop, Adagrad)],
    ids=["Adam", "AdamW", "NAdam", "RMSprop", "Adagrad"],
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
        (lambda: SGD([], lr=0.1), ValueError, r"params must .* got none \(a module's parameters are the Values in it\)"),
        (lambda: SGD(iter(()), lr=0.1), ValueError, r"params must .* got none \(a generator can be used only once\)"),
        (lambda: SGD(w, lr=0.1), TypeError, r"params must be an iterable of Values, got Value: write \[v\]$"),
        (lambda: SGD({"params": [w]}, lr=0.1), TypeError, r"params .* got one group: write \[\{'params': …\}\]$"),
        (
            lambda: SGD({"params": [w], "lr": 0.1}, lr=1),
            TypeError,
            r"params .* got one group: write \[\{'params': …, 'lr': …\}\]$",
        ),
        (
            lambda: SGD({"w": w}, lr=0.1),
            TypeError,
            r"params must hold Values only, got a dict whose keys are str: pass its values\(\)$",
        ),
        (lambda: SGD([w, 2.0], lr=0.1), TypeError, "params must hold Values only, got 2.0 at 1"),
        (
            lambda: SGD([nn.MLP(1, [1]), nn.MLP(1, [1])], lr=0.1),
            TypeError,
            r"params must hold Values only, got MLP at 0: pass the parameters of each module, \[\*a\.parameters\(\), \*b",
        ),
        (
            lambda: SGD([w, w + 1.0], lr=0.1),
            ValueError,
            r"params must hold leaves only, got Value\(data=2.0.* at 1, which add made",
        ),
        (
            lambda: SGD([w, Value(1.0), w], lr=0.1),
            ValueError,
            r"params must hold each Value once, got Value.* at 0 and at 2: write list",
        ),
        (lambda: SGD([w], lr=0.0), ValueError, "lr must be a finite number > 0, got 0.0"),
        (lambda: SGD([w], lr=-1), ValueError, "lr must be a finite number > 0, got -1"),
        (lambda: SGD([w], lr=math.nan), ValueError, "lr must be a finite number > 0, got nan"),
        (lambda: SGD([w], lr=math.inf), ValueError, "lr must be a finite number > 0, got inf"),
        (lambda: SGD([w], lr="0.1"), TypeError, "lr must be a finite number > 0, got '0.1'"),
        (lambda: SGD([w], lr=0.1, momentum=-0.1), ValueError, "momentum must be a finite number >= 0, got -0.1"),
        (lambda: SGD([w], lr=0.1, weight_decay=math.nan), ValueError, "weight_decay must be a finite number >= 0, got nan"),
        (lambda: SGD([w], lr=0.1, nesterov=True), ValueError, "momentum must be > 0 if nesterov is True, got 0.0"),
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
        (lambda: Adam([w], amsgrad=1), TypeError, "amsgrad must be True or False, got 1"),
        (lambda: NAdam([w], momentum_decay=-1.0), ValueError, "momentum_decay must be a finite number >= 0, got -1.0"),
        (lambda: NAdam([w], decoupled_weight_decay=0), TypeError, "decoupled_weight_decay must be True or False, got 0"),
        (lambda: SGD([{"params": []}]), ValueError, r"params\[0\]\['params'\] must hold at least one Value, got none"),
        (lambda: SGD([{"params": w}, w]), TypeError, r"params\[1\] must be a dict with the key 'params', .*, got Value"),
        (
            lambda: Adagrad([{"params": w, "lr_decai": 0.9}]),
            ValueError,
            r"params\[0\] must have .*, and may have lr, lr_decay, .*, eps, got \['params', 'lr_decai'\]: did you mean lr_decay",
        ),
        (lambda: SGD([{"lr": 0.1}]), ValueError, r"params\[0\] must have the key 'params', .*, got \['lr'\]"),
        (
            lambda: SGD([{"params": w}, {"params": [Value(1.0), w]}]),
            ValueError,
            r"params\[1\]\['params'\] must hold no Value of another group, got Value.* at 1",
        ),
        (
            lambda: SGD([{"params": w, "lr": 0.0}]),
            ValueError,
            r"params\[0\]\['lr'\] must be a finite number > 0, got 0.0",
        ),
        (
            lambda: Adam([{"params": w, "betas": (0.9, 1.0)}]),
            ValueError,
            r"params\[0\]\['betas'\]\[1\] must be a number >= 0 and < 1, got 1.0",
        ),
        (lambda: SGD([{"params": w, "nesterov": True}]), ValueError, "momentum must be > 0 if nesterov is True, got 0.0"),
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
    with pytest.raises(ValueError, match=f"^lr must be a finite number >= 0, got {lr}"):
        optimizer.param_groups[0]["lr"] = lr
    assert optimizer.lr == 0.1


@pytest.mark.parametrize("name", ["params", "momentun"])
def test_a_group_has_no_other_settings_and_keeps_its_parameters(name: str) -> None:
    optimizer = SGD([Value(1.0)], lr=0.1)
    message = "^a parameter group can set only lr, momentum, weight_decay, nesterov, initial_lr, got "
    with pytest.raises(ValueError, match=f"{message}'{name}'"):
        optimizer.param_groups[0][name] = 0.9


@pytest.mark.parametrize(
    "group", [{"params": [w]}, {"params": [Value(1.0)], "lr": -1.0}, {"params": [Value(1.0), 2.0]}, [Value(1.0)]]
)
def test_a_group_that_cannot_be_added_changes_nothing(group: Any) -> None:
    optimizer = Adam([w], lr=0.1)
    before = optimizer.state_dict()
    with pytest.raises((ValueError, TypeError), match=r"^param_group"):
        optimizer.add_param_group(group)
    assert optimizer.state_dict() == before
    assert optimizer.params == (w,)


def test_the_parameters_of_all_groups_are_put_together_once_and_not_at_each_look() -> None:
    optimizer = SGD([{"params": [w]}, {"params": [Value(1.0)]}], lr=0.1)
    assert optimizer.params is optimizer.params
    added = Value(2.0)
    optimizer.add_param_group({"params": [added]})
    assert optimizer.params[0] is w
    assert optimizer.params[2] is added


def test_the_parameters_of_an_optimizer_cannot_be_assigned() -> None:
    optimizer = SGD([{"params": [w]}, {"params": [Value(1.0)]}], lr=0.1)
    with pytest.raises(
        AttributeError, match=r"params of SGD cannot be assigned: make a new one, SGD\(model.parameters\(\), …\), or"
    ):
        optimizer.params = [Value(1.0)]
    assert optimizer.params[0] is w

    class Unmade(SGD):
        def __init__(self, params: Any) -> None:
            self.params = params

    with pytest.raises(AttributeError, match=r"params of Unmade cannot be assigned: call super\(\)\.__init__\(params, lr\)"):
        Unmade([w])


@pytest.mark.parametrize("make", WITH_DECAY.values(), ids=WITH_DECAY)
def test_a_step_interrupted_at_any_line_is_made_as_a_whole_or_not_at_all(make: Make) -> None:
    def start() -> Optimizer:
        optimizer = make([Value(1.0), Value(2.0)])
        for p in optimizer.params:
            p.grad = 0.5
        return optimizer

    def facts(optimizer: Optimizer) -> Any:
        return [[p.data for p in optimizer.params], optimizer.state_dict()]

    unmoved, moved = start(), start()
    moved.step()
    ends = [facts(unmoved), facts(moved)]
    found = []
    for line in itertools.count():
        optimizer = start()
        if not interrupted(optimizer.step, line, optim):
            break
        found.append(ends.index(facts(optimizer)))
    assert {*found} == {0, 1}
    assert found == sorted(found)


@pytest.mark.parametrize("kind", ["optimizer", "module"])
def test_a_state_whose_loading_is_interrupted_at_any_line_is_taken_as_a_whole_or_not_at_all(kind: str) -> None:
    def start(data: float) -> Any:
        layer = nn.Layer(2, 2, "linear")
        for p in layer.parameters():
            p.data = p.grad = data
        optimizer = Adam(layer.parameters(), lr=data)
        optimizer.step()
        return optimizer if kind == "optimizer" else layer

    module = optim if kind == "optimizer" else nn.module
    ends = [start(0.5).state_dict(), start(0.25).state_dict()]
    found = []
    for line in itertools.count():
        loading = start(0.5)
        if not interrupted(lambda loading=loading: loading.load_state_dict(ends[1]), line, module):
            break
        found.append(ends.index(loading.state_dict()))
    assert {*found} == {0, 1}


def test_a_rule_that_gives_no_number_changes_nothing() -> None:
    class Half(Optimizer):
        def update(self, data: float, grad: float, memory: dict[str, float]) -> Any:
            return (data - grad if grad < 2.0 else None), memory

    optimizer = Half([Value(1.0), Value(1.0)], lr=0.1)
    with pytest.raises(TypeError, match=r"^the result of update must be a number, got None"):
        step(optimizer, 1.0, 2.0)
    assert [p.data for p in optimizer.params] == [1.0, 1.0]
    assert optimizer.steps == 0


@pytest.mark.parametrize("given", [0.5, None, (0.5, None), (0.5, {}, 1.0)])
def test_a_rule_that_gives_anything_but_a_number_and_a_memory_says_what_to_return(given: Any) -> None:
    class Plain(Optimizer):
        def update(self, data: float, grad: float, memory: dict[str, float]) -> Any:
            return given

    optimizer = Plain([Value(1.0)], lr=0.5)
    message = "Plain.update must return the new number and the memory, as in return data - …, memory, got "
    with pytest.raises(TypeError, match=f"^{re.escape(message + repr(given))}$"):
        step(optimizer, 1.0)
    assert optimizer.steps == 0


def test_an_optimizer_without_a_rule_says_what_to_define() -> None:
    class Nothing(Optimizer):
        pass

    with pytest.raises(NotImplementedError, match=r"^Nothing must define update\(self, data, grad, memory\)"):
        step(Nothing([Value(1.0)], lr=0.1), 1.0)


def of_group(state: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The state with other settings in its only group."""
    return {**state, "param_groups": [{**state["param_groups"][0], **changes}]}


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda state: [], TypeError, "state must be a dict, got list"),
        (lambda state: {**state, "extra": 1}, ValueError, "state must have the keys .*; missing: none; unexpected: extra"),
        (lambda state: {k: state[k] for k in state if k != "steps"}, ValueError, "state must have the keys .*; missing: steps; "),
        (lambda state: {**state, "optimizer": "AdamW"}, ValueError, "state must come from Adam, got one from 'AdamW'"),
        (
            lambda state: of_group(state, lr=-1.0),
            ValueError,
            r"state: param_groups\[0\]\['lr'\] must be a finite number >= 0, got -1.0",
        ),
        (
            lambda state: of_group(state, initial_lr="x"),
            TypeError,
            r"state: param_groups\[0\]\['initial_lr'\] must be a finite number >= 0, got 'x'",
        ),
        (
            lambda state: of_group(state, params=[0]),
            ValueError,
            r"state: param_groups\[0\]\['params'\] must be \[0, 1\], as in this optimizer, got \[0\]",
        ),
        (
            lambda state: {**state, "param_groups": 2 * state["param_groups"]},
            ValueError,
            "state: param_groups must be a list of 1, one dict for each group, got ",
        ),
        (lambda state: {**state, "steps": 1.5}, TypeError, "state: steps must be an integer, got 1.5"),
        (lambda state: {**state, "steps": -1}, ValueError, "state: steps must be at least 0, got -1"),
        (
            lambda state: {**state, "param_groups": [{}]},
            ValueError,
            r"state: param_groups\[0\] must have the keys lr, betas, eps, weight_decay, amsgrad, initial_lr, params; missing",
        ),
        (
            lambda state: of_group(state, betas=[0.9, 1.5]),
            ValueError,
            r"state: param_groups\[0\]\['betas'\]\[1\] must be a number >= 0 and < 1, got 1.5",
        ),
        (
            lambda state: {**state, "state": {}},
            ValueError,
            "state: state must be a list of 2, one dict for each parameter, got {}",
        ),
        (
            lambda state: {**state, "state": state["state"][:1]},
            ValueError,
            "state: state must be a list of 2, one dict for each parameter, got a list of 1",
        ),
        (
            lambda state: {**state, "state": [{}, {}]},
            ValueError,
            r"state: state\[0\] must have the keys step, exp_avg, exp_avg_sq, max_exp_avg_sq; missing",
        ),
        (
            lambda state: {**state, "state": [state["state"][0], {**state["state"][0], "exp_avg_sq": -1.0}]},
            ValueError,
            r"state: state\[1\]\['exp_avg_sq'\] must be a number >= 0.0, got -1.0",
        ),
        (
            lambda state: {**state, "state": [{**state["state"][0], "step": 1.5}, state["state"][1]]},
            TypeError,
            r"state: state\[0\]\['step'\] must be an integer, got 1.5",
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


def test_a_step_of_an_optimizer_whose_parameters_are_all_frozen_says_so():
    net = nn.Neuron(2, seed=0).requires_grad_(False)
    optimizer = SGD(net.parameters(), lr=0.1)
    with pytest.warns(TeachingWarning, match="changes nothing: all parameters of the optimizer are frozen") as caught:
        optimizer.step()
    assert "backward" not in str(caught[0].message)
    net.b.requires_grad = True
    with pytest.warns(TeachingWarning, match=r"changes nothing: no backward\(\) has reached"):
        optimizer.step()


def test_a_rule_of_ones_own_that_does_not_declare_its_memory_says_how_when_its_state_is_loaded():
    class Momentum(Optimizer):
        def update(self, data, grad, memory):
            velocity = 0.9 * memory.get("velocity", 0.0) + grad
            return data - self.lr * velocity, {"velocity": velocity}

    optimizer = Momentum([Value(1.0)], lr=0.1)
    optimizer.params[0].grad = 1.0
    optimizer.step()
    write = r"Momentum.lowest does not declare: write lowest = {'velocity': -math.inf, …}"
    with pytest.raises(ValueError, match=rf"^state: state\[0\] has what {write}$"):
        optimizer.load_state_dict(optimizer.state_dict())


def test_an_optimizer_that_skips_super_init_says_to_call_it():
    class Own(Optimizer):
        def __init__(self, params, lr):
            self.lr = lr

    with pytest.raises(
        AttributeError, match=r"'Own' object has no attribute 'param_groups': call super\(\).__init__\(params, lr\)"
    ):
        Own([Value(1.0)], 0.1)
    with pytest.raises(AttributeError, match=r"^'SGD' object has no attribute 'rate'$"):
        SGD([Value(1.0)]).rate


def test_kerass_name_of_the_rate_is_refused_rather_than_ignored():
    optimizer = SGD([Value(1.0)], lr=0.1)
    with pytest.raises(AttributeError, match=r"write optimizer\.lr = 0\.5$"):
        optimizer.learning_rate = 0.5
    with pytest.raises(AttributeError, match=r"write optimizer\.lr$"):
        optimizer.learning_rate


def test_the_attributes_of_a_users_own_optimizer_are_pythons():
    class Own(Optimizer):
        def __init__(self, params, learning_rate):
            self.learning_rate = learning_rate
            super().__init__(params, learning_rate)

        @property
        def broken(self):
            return self.missing

    own = Own([Value(1.0)], 0.5)
    assert own.learning_rate == 0.5
    with pytest.raises(AttributeError, match="'missing'"):
        _ = own.broken
