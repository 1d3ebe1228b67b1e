"""Schedulers: epoch for epoch as PyTorch's, and what must hold for any of them."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from nn import lr_scheduler
from nn.lr_scheduler import CosineAnnealingLR, ExponentialLR, LambdaLR, LRScheduler, ReduceLROnPlateau, StepLR
from nn.optim import SGD, Optimizer

REFERENCE = json.loads((Path(__file__).parent / "reference" / "optimizers.json").read_text())

rates = st.floats(1e-6, 10.0)


def sgd(lr: float = 0.8) -> SGD:
    return SGD([Value(1.0)], lr=lr)


def advance(scheduler: LRScheduler | ReduceLROnPlateau, metric: float) -> None:
    if isinstance(scheduler, ReduceLROnPlateau):
        scheduler.step(metric)
    else:
        scheduler.step()


def repeated(scheduler: LRScheduler, epochs: int) -> list[float]:
    """The optimizer's learning rate after each of the epochs."""
    found = []
    for _ in range(epochs):
        scheduler.step()
        found.append(scheduler.optimizer.lr)
    return found


# -- as PyTorch --------------------------------------------------------------------------------------


def made(optimizer: Optimizer, kind: str, arguments: dict[str, Any]) -> LRScheduler | ReduceLROnPlateau:
    """The scheduler that a reference run names; the factors of a LambdaLR are given as a list."""
    if kind == "LambdaLR":
        return LambdaLR(optimizer, arguments["lr_lambda"].__getitem__)
    scheduler: LRScheduler | ReduceLROnPlateau = getattr(lr_scheduler, kind)(optimizer, **arguments)
    return scheduler


@pytest.mark.parametrize("run", REFERENCE["schedulers"], ids=lambda run: run["name"])
def test_every_epoch_agrees_with_pytorch_to_1e_12_relative_or_absolute(run: dict[str, Any]) -> None:
    x, y, z = params = [Value(start) for start in REFERENCE["start"]]
    optimizer = SGD(params, **run["settings"])
    schedulers = [made(optimizer, kind, arguments) for kind, arguments in run["schedulers"]]
    assert len(run["lr"]) == 50
    for metric, expected, lr in zip(REFERENCE["metrics"], run["params"], run["lr"], strict=True):
        x.grad = x.data * x.data * x.data + (x.data - y.data)
        y.grad = (y.data - x.data) + y.data * z.data * z.data
        z.grad = y.data * y.data * z.data + (z.data - 2.0)
        optimizer.step()
        for scheduler in schedulers:
            advance(scheduler, metric)
        assert [p.data for p in params] == pytest.approx(expected, rel=1e-12, abs=1e-12)
        assert optimizer.lr == pytest.approx(lr, rel=1e-12, abs=1e-12)
        assert schedulers[-1].get_last_lr() == [optimizer.lr]
    assert [scheduler.last_epoch for scheduler in schedulers] == [50] * len(schedulers)


# -- what holds for each -----------------------------------------------------------------------------


@given(lr=rates, gamma=st.floats(0.0, 1.0), step_size=st.integers(1, 5))
def test_step_lr_multiplies_by_gamma_at_every_multiple_of_step_size_and_nowhere_else(
    lr: float, gamma: float, step_size: int
) -> None:
    found = [lr, *repeated(StepLR(sgd(lr), step_size, gamma), 12)]
    for epoch in range(1, 13):
        assert found[epoch] == (found[epoch - 1] * gamma if epoch % step_size == 0 else found[epoch - 1])


@given(lr=rates, gamma=st.floats(0.0, 2.0), epochs=st.integers(1, 20))
def test_exponential_lr_is_a_power_of_gamma(lr: float, gamma: float, epochs: int) -> None:
    found = repeated(ExponentialLR(sgd(lr), gamma), epochs)
    assert found[-1] == pytest.approx(lr * gamma**epochs, rel=1e-12)


@given(lr=rates, share=st.floats(0.0, 1.0), T_max=st.integers(1, 60))
def test_a_cosine_falls_to_eta_min_in_T_max_epochs_and_rises_again_as_far(lr: float, share: float, T_max: int) -> None:
    eta_min = lr * share
    found = [lr, *repeated(CosineAnnealingLR(sgd(lr), T_max, eta_min), 2 * T_max)]
    assert found[T_max] == pytest.approx(eta_min, rel=1e-12)
    assert found == pytest.approx(
        [eta_min + (lr - eta_min) * (1.0 + math.cos(math.pi * t / T_max)) / 2.0 for t in range(2 * T_max + 1)], rel=1e-9
    )


def test_a_cosine_without_eta_min_ends_at_a_rate_of_exactly_0() -> None:
    assert repeated(CosineAnnealingLR(sgd(), T_max=7), 7)[-1] == 0.0


@given(lr=rates, factors=st.lists(st.floats(0.0, 2.0), min_size=2))
def test_lambda_lr_multiplies_the_first_rate_by_its_function_from_epoch_0_on(lr: float, factors: list[float]) -> None:
    scheduler = LambdaLR(sgd(lr), factors.__getitem__)
    found = [scheduler.optimizer.lr, *repeated(scheduler, len(factors) - 1)]
    assert found == [lr * factor for factor in factors]


def test_a_rate_changed_by_hand_is_kept_by_the_schedulers_that_multiply() -> None:
    scheduler = ExponentialLR(sgd(), gamma=0.5)
    scheduler.optimizer.lr = 0.25
    assert repeated(scheduler, 1) == [0.125]


def test_the_plan_starts_from_the_rate_when_the_first_scheduler_was_made() -> None:
    optimizer = sgd(0.8)
    optimizer.lr = 0.4
    first = LambdaLR(optimizer, lambda epoch: 0.5)
    assert CosineAnnealingLR(optimizer, T_max=2).base_lr == first.base_lr == 0.4


@pytest.mark.parametrize(("mode", "metrics"), [("min", [1.0, math.nan, math.inf]), ("max", [1.0, math.nan, -math.inf])])
def test_on_a_plateau_a_metric_of_nan_is_never_better(mode: Any, metrics: list[float]) -> None:
    scheduler = ReduceLROnPlateau(sgd(), mode=mode, factor=0.5, patience=1)
    for metric in metrics:
        scheduler.step(metric)
    assert scheduler.best == 1.0
    assert scheduler.get_last_lr() == [0.4]


def test_on_a_plateau_the_metric_may_be_the_loss_itself() -> None:
    scheduler = ReduceLROnPlateau(sgd(), factor=0.5, patience=0)
    for loss in [Value(1.0), Value(2.0) * 3.0]:
        scheduler.step(loss)
    assert scheduler.get_last_lr() == [0.4]


# -- saving ------------------------------------------------------------------------------------------

PLANS: dict[str, Callable[[Optimizer], LRScheduler | ReduceLROnPlateau]] = {
    "StepLR": lambda optimizer: StepLR(optimizer, 3, 0.7),
    "ExponentialLR": lambda optimizer: ExponentialLR(optimizer, 0.9),
    "CosineAnnealingLR": lambda optimizer: CosineAnnealingLR(optimizer, 4, 0.01),
    "LambdaLR": lambda optimizer: LambdaLR(optimizer, lambda epoch: 1.0 / (2.0 + epoch)),
    "ReduceLROnPlateau": lambda optimizer: ReduceLROnPlateau(optimizer, factor=0.5, patience=1, cooldown=1),
}


@pytest.mark.parametrize("make", PLANS.values(), ids=PLANS)
@given(metrics=st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=20), cut=st.integers(0, 20))
def test_a_schedule_saved_as_json_and_loaded_continues_bit_for_bit(
    make: Callable[[Optimizer], LRScheduler | ReduceLROnPlateau], metrics: list[float], cut: int
) -> None:
    one, other = make(sgd(0.8)), make(sgd(0.1))
    for metric in metrics[:cut]:
        advance(one, metric)
    other.optimizer.load_state_dict(json.loads(json.dumps(one.optimizer.state_dict())))
    other.load_state_dict(json.loads(json.dumps(one.state_dict())))
    for metric in metrics[cut:]:
        advance(one, metric)
        advance(other, metric)
        assert one.optimizer.lr == other.optimizer.lr
    assert one.state_dict() == other.state_dict()
    assert one.optimizer.state_dict() == other.optimizer.state_dict()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (None, TypeError, "state must be a dict, got NoneType"),
        ({"best": 1.0}, ValueError, "state must have the keys .*; missing: none; unexpected: best"),
        ({"scheduler": "ExponentialLR"}, ValueError, "state must be that of StepLR, got that of 'ExponentialLR'"),
        ({"last_epoch": -1}, ValueError, "state: last_epoch must be at least 0, got -1"),
        ({"last_lr": None}, TypeError, "state: last_lr must be a finite number >= 0, got None"),
        ({"base_lr": -0.1}, ValueError, "state: base_lr must be a finite number >= 0, got -0.1"),
    ],
)
def test_a_state_that_does_not_fit_says_why_and_changes_nothing(
    change: dict[str, Any] | None, error: type[Exception], message: str
) -> None:
    scheduler = StepLR(sgd(), step_size=2)
    before = scheduler.state_dict()
    state: Any = None if change is None else {**before, "last_epoch": 7, **change}
    with pytest.raises(error, match=f"^{message}"):
        scheduler.load_state_dict(state)
    assert scheduler.state_dict() == before


# -- errors ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda o: StepLR(0.1, 2), TypeError, "optimizer must be an Optimizer, got 0.1"),
        (lambda o: ReduceLROnPlateau(None), TypeError, "optimizer must be an Optimizer, got None"),
        (lambda o: StepLR(o, 0), ValueError, "step_size must be at least 1, got 0"),
        (lambda o: StepLR(o, 2.5), TypeError, "step_size must be an integer, got 2.5"),
        (lambda o: StepLR(o, 2, -0.1), ValueError, "gamma must be a finite number >= 0, got -0.1"),
        (lambda o: ExponentialLR(o, math.nan), ValueError, "gamma must be a finite number >= 0, got nan"),
        (lambda o: CosineAnnealingLR(o, 0), ValueError, "T_max must be at least 1, got 0"),
        (lambda o: CosineAnnealingLR(o, 5, -1.0), ValueError, "eta_min must be a finite number >= 0, got -1.0"),
        (lambda o: LambdaLR(o, 0.5), TypeError, "lr_lambda must be a function of the epoch, got 0.5"),
        (lambda o: LambdaLR(o, lambda epoch: -1), ValueError, r"lr_lambda\(0\) must be a finite number >= 0, got -1"),
        (lambda o: ReduceLROnPlateau(o, mode="up"), ValueError, "mode must be 'min' or 'max', got 'up'"),
        (lambda o: ReduceLROnPlateau(o, factor=1.0), ValueError, "factor must be a number >= 0 and < 1, got 1.0"),
        (lambda o: ReduceLROnPlateau(o, patience=-1), ValueError, "patience must be at least 0, got -1"),
        (lambda o: ReduceLROnPlateau(o, threshold=-1.0), ValueError, "threshold must be a finite number >= 0, got -1.0"),
        (lambda o: ReduceLROnPlateau(o, threshold_mode="x"), ValueError, "threshold_mode must be 'rel' or 'abs', got 'x'"),
        (lambda o: ReduceLROnPlateau(o, cooldown=-1), ValueError, "cooldown must be at least 0, got -1"),
        (lambda o: ReduceLROnPlateau(o, min_lr=-1.0), ValueError, "min_lr must be a finite number >= 0, got -1.0"),
        (lambda o: ReduceLROnPlateau(o, eps=-1.0), ValueError, "eps must be a finite number >= 0, got -1.0"),
        (lambda o: ReduceLROnPlateau(o).step("low"), TypeError, "metrics must be a number, got 'low'"),
    ],
)
def test_an_argument_that_cannot_be_is_named_with_its_value_and_what_was_expected(
    make: Callable[[Any], Any], error: type[Exception], message: str
) -> None:
    optimizer = sgd()
    with pytest.raises(error, match=f"^{message}"):
        make(optimizer)
    assert optimizer.lr == 0.8


def test_a_step_to_a_rate_that_cannot_be_changes_nothing() -> None:
    scheduler = LambdaLR(sgd(), [1.0, 0.5, math.nan].__getitem__)
    scheduler.step()
    before = scheduler.state_dict()
    with pytest.raises(ValueError, match=r"^lr_lambda\(2\) must be a finite number >= 0, got nan"):
        scheduler.step()
    assert scheduler.state_dict() == before
    assert scheduler.optimizer.lr == 0.4
