"""Schedulers: epoch for epoch the same as PyTorch's, and properties of each."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from nn import lr_scheduler, optim
from nn.lr_scheduler import (
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    MultiStepLR,
    OneCycleLR,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)
from nn.optim import SGD, Adagrad, Adam, Optimizer

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
    """The optimizer's learning rate after each epoch."""
    found = []
    for _ in range(epochs):
        scheduler.step()
        found.append(scheduler.optimizer.lr)
    return found


# -- against PyTorch ---------------------------------------------------------------------------------


def made(optimizer: Optimizer, kind: str, arguments: dict[str, Any]) -> LRScheduler | ReduceLROnPlateau:
    """The scheduler named in a reference run; LambdaLR's factors are given as a list."""
    if kind == "LambdaLR":
        return LambdaLR(optimizer, arguments["lr_lambda"].__getitem__)
    if kind == "SequentialLR":
        inner: list[Any] = [made(optimizer, *one) for one in arguments["schedulers"]]
        return SequentialLR(optimizer, inner, arguments["milestones"])
    scheduler: LRScheduler | ReduceLROnPlateau = getattr(lr_scheduler, kind)(optimizer, **arguments)
    return scheduler


@pytest.mark.parametrize("run", REFERENCE["schedulers"], ids=lambda run: run["name"])
def test_every_epoch_agrees_with_pytorch_to_1e_12_relative_or_absolute(run: dict[str, Any]) -> None:
    x, y, z = params = [Value(start) for start in REFERENCE["start"]]
    groups = [{"params": x}, {"params": [y, z], **run["second_group"]}]
    optimizer = getattr(optim, run["optimizer"])(groups, **run["settings"])
    schedulers = [made(optimizer, kind, arguments) for kind, arguments in run["schedulers"]]
    assert len(run["lr"]) == 50
    for metric, lr, momentum in zip(REFERENCE["metrics"], run["lr"], run["momentum"], strict=True):
        x.grad = x.data * x.data * x.data + (x.data - y.data)
        y.grad = (y.data - x.data) + y.data * z.data * z.data
        z.grad = y.data * y.data * z.data + (z.data - 2.0)
        optimizer.step()
        for scheduler in schedulers:
            advance(scheduler, metric)
        found = [group["lr"] for group in optimizer.param_groups]
        assert found == pytest.approx(lr, rel=1e-12, abs=1e-12)
        assert schedulers[-1].get_last_lr() == found
        momenta = [group.get("momentum", group.get("betas", [None])[0]) for group in optimizer.param_groups]
        assert momenta == (momentum if momentum[0] is None else pytest.approx(momentum, rel=1e-12, abs=1e-12))
    assert [p.data for p in params] == pytest.approx(run["params"][-1], rel=1e-12, abs=1e-12)
    assert [scheduler.last_epoch for scheduler in schedulers] == [50] * len(schedulers)


# -- properties of each ------------------------------------------------------------------------------


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


@given(lr=rates, gamma=st.floats(0.0, 1.0), milestones=st.lists(st.integers(0, 12), max_size=5))
def test_multi_step_lr_multiplies_by_gamma_at_each_milestone_as_often_as_it_stands_there(
    lr: float, gamma: float, milestones: list[int]
) -> None:
    scheduler = MultiStepLR(sgd(lr), sorted(milestones), gamma)
    found = [scheduler.optimizer.lr, *repeated(scheduler, 12)]
    for epoch in range(13):
        expected = lr * gamma ** sum(milestone <= epoch for milestone in milestones)
        assert found[epoch] == pytest.approx(expected, rel=1e-12)


@given(lr=rates, start=st.floats(0.01, 1.0), end=st.floats(0.0, 1.0), total=st.integers(1, 20))
def test_linear_lr_goes_in_equal_steps_from_one_factor_to_the_other_and_stays(
    lr: float, start: float, end: float, total: int
) -> None:
    scheduler = LinearLR(sgd(lr), start, end, total)
    found = [scheduler.optimizer.lr, *repeated(scheduler, total + 3)]
    factors = [start + (end - start) * min(epoch, total) / total for epoch in range(total + 4)]
    assert found == pytest.approx([lr * factor for factor in factors], rel=1e-9, abs=1e-12 * lr)


@given(
    high=rates,
    total=st.integers(1, 40),
    pct_start=st.floats(0.0, 1.0),
    strategy=st.sampled_from(["cos", "linear"]),
    three_phase=st.booleans(),
)
def test_one_cycle_stays_between_its_lowest_and_highest_rate_and_momentum(
    high: float, total: int, pct_start: float, strategy: Any, three_phase: bool
) -> None:
    optimizer = SGD([Value(1.0)], momentum=0.9)
    scheduler = OneCycleLR(
        optimizer, high, total, pct_start=pct_start, anneal_strategy=strategy, three_phase=three_phase, div_factor=10.0
    )
    points = [(optimizer.lr, optimizer.momentum)]
    for _ in range(total):
        scheduler.step()
        points.append((optimizer.lr, optimizer.momentum))
    slack = 1.0 + 1e-9
    assert all(high / 1e5 / slack <= lr <= high * slack and 0.85 / slack <= momentum <= 0.95 * slack for lr, momentum in points)


@pytest.mark.parametrize("strategy", ["cos", "linear"])
def test_the_rate_of_the_last_step_of_a_cycle_stays_for_the_call_that_ends_a_loop(strategy: Any) -> None:
    optimizer = SGD([Value(1.0)], momentum=0.9)
    scheduler = OneCycleLR(optimizer, 1.0, total_steps=10, anneal_strategy=strategy)
    found = repeated(scheduler, 10)
    assert found[8] == found[9] == pytest.approx(1.0 / 25.0 / 1e4, rel=1e-9)
    before = scheduler.state_dict(), optimizer.state_dict()
    with pytest.raises(ValueError, match=r"^step\(\) was called 11 times, but the cycle has 10 steps: raise total_steps"):
        scheduler.step()
    assert (scheduler.state_dict(), optimizer.state_dict()) == before


def test_a_rise_of_no_length_begins_at_the_highest_rate() -> None:
    assert OneCycleLR(sgd(), 1.0, total_steps=10, pct_start=0.1).get_last_lr() == [1.0]


def test_one_cycle_cycles_the_first_beta_where_there_is_no_momentum() -> None:
    optimizer = Adam([Value(1.0)])
    scheduler = OneCycleLR(optimizer, 1.0, total_steps=20, pct_start=0.5)
    assert optimizer.betas == (0.95, 0.999)
    repeated(scheduler, 9)
    assert optimizer.betas == (pytest.approx(0.85, rel=1e-12), 0.999)


@given(lr=rates, first=st.integers(1, 5), gamma=st.floats(0.1, 1.0))
def test_in_a_sequence_each_plan_begins_anew_when_its_turn_comes(lr: float, first: int, gamma: float) -> None:
    optimizer = sgd(lr)
    plans = [LambdaLR(optimizer, lambda epoch: 2.0 + epoch), ExponentialLR(optimizer, gamma)]
    scheduler = SequentialLR(optimizer, plans, [first])
    found = [optimizer.lr, *repeated(scheduler, first + 3)]
    assert found[:first] == [lr * (2.0 + epoch) for epoch in range(first)]
    assert found[first:] == pytest.approx([lr * gamma**epoch for epoch in range(4)], rel=1e-12)
    assert [plan.last_epoch for plan in plans] == [first - 1, 3]


def test_a_sequence_may_be_a_plan_of_a_sequence() -> None:
    optimizer = sgd(1.0)
    inner = SequentialLR(optimizer, [ExponentialLR(optimizer, 0.5), LambdaLR(optimizer, lambda epoch: 3.0)], [2])
    scheduler = SequentialLR(optimizer, [LambdaLR(optimizer, lambda epoch: 7.0), inner], [1])
    assert [optimizer.lr, *repeated(scheduler, 4)] == [7.0, 1.0, 0.5, 3.0, 3.0]


def test_a_plan_acts_on_each_group_from_its_own_rate() -> None:
    class Falling(LRScheduler):
        def rate(self, epoch: int) -> float:
            return min(self.base_lr / epoch, self.optimizer.lr)

    optimizer = SGD([{"params": Value(1.0), "lr": 0.8}, {"params": Value(1.0), "lr": 0.2}])
    scheduler = Falling(optimizer)
    repeated(scheduler, 2)
    assert scheduler.get_last_lr() == [group["lr"] for group in optimizer.param_groups] == [0.4, 0.1]
    assert scheduler.base_lr == 0.8


def test_each_group_may_have_a_function_and_a_least_rate_of_its_own() -> None:
    optimizer = SGD([{"params": Value(1.0)}, {"params": Value(1.0)}], lr=1.0)
    assert LambdaLR(optimizer, [lambda epoch: 0.5, lambda epoch: 0.25]).get_last_lr() == [0.5, 0.25]
    plateau = ReduceLROnPlateau(optimizer, factor=0.1, patience=0, min_lr=[0.1, 0.2])
    plateau.step(1.0)
    plateau.step(1.0)
    assert plateau.get_last_lr() == [0.1, 0.2]


def test_a_rate_of_one_group_that_cannot_be_changes_no_group() -> None:
    class Falling(LRScheduler):
        def rate(self, epoch: int) -> float:
            return self.optimizer.lr - 0.5

    optimizer = SGD([{"params": Value(1.0), "lr": 0.8}, {"params": Value(1.0), "lr": 0.2}])
    scheduler = Falling(optimizer)
    before = optimizer.state_dict(), scheduler.state_dict()
    with pytest.raises(ValueError, match=r"^lr must be a finite number >= 0, got -0.3"):
        scheduler.step()
    assert (optimizer.state_dict(), scheduler.state_dict()) == before


@pytest.mark.parametrize("make", [lambda o: StepLR(o, 1), ReduceLROnPlateau], ids=["StepLR", "ReduceLROnPlateau"])
def test_a_group_added_after_a_scheduler_is_not_left_out_in_silence(make: Any) -> None:
    scheduler = make(sgd())
    scheduler.optimizer.add_param_group({"params": Value(1.0)})
    with pytest.raises(ValueError, match=r"^a parameter group was added to the optimizer after \w+ was made .*: make a new"):
        advance(scheduler, 1.0)


def test_a_plan_without_a_rate_says_what_to_define() -> None:
    with pytest.raises(NotImplementedError, match=r"^LRScheduler must define rate\(self, epoch\)"):
        LRScheduler(sgd()).step()


def test_a_plan_whose_constructor_leaves_out_ours_says_what_to_call() -> None:
    class Constant(LRScheduler):
        def __init__(self, optimizer: Optimizer, lr: float) -> None:
            self.optimizer, self.lr = optimizer, lr

        def rate(self, epoch: int) -> float:
            return self.lr

    with pytest.raises(AttributeError, match=r"'Constant' .* attribute 'last_epoch': call super\(\).__init__\(optimizer\) first"):
        Constant(sgd(), 0.1).step()
    with pytest.raises(AttributeError, match=r"attribute 'lrs'$"):
        LRScheduler(sgd()).lrs


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
    "MultiStepLR": lambda optimizer: MultiStepLR(optimizer, [2, 5], 0.7),
    "LinearLR": lambda optimizer: LinearLR(optimizer, 0.5),
    "OneCycleLR": lambda optimizer: OneCycleLR(optimizer, 0.5, 20),
    "SequentialLR": lambda optimizer: SequentialLR(
        optimizer, [LinearLR(optimizer), ExponentialLR(optimizer, 0.9), OneCycleLR(optimizer, 0.5, 20)], [4, 8]
    ),
}


@pytest.mark.parametrize("make", PLANS.values(), ids=PLANS)
@given(metrics=st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=20), cut=st.integers(0, 20))
def test_a_schedule_saved_as_json_and_loaded_continues_bit_for_bit(
    make: Callable[[Optimizer], LRScheduler | ReduceLROnPlateau], metrics: list[float], cut: int
) -> None:
    def optimizer(lr: float, momentum: float) -> Optimizer:
        return SGD([{"params": Value(1.0), "lr": lr}, {"params": Value(1.0)}], lr=0.3, momentum=momentum)

    one, other = make(optimizer(0.8, 0.5)), make(optimizer(0.1, 0.9))
    for metric in metrics[:cut]:
        advance(one, metric)
    other.optimizer.load_state_dict(json.loads(json.dumps(one.optimizer.state_dict())))
    other.load_state_dict(json.loads(json.dumps(one.state_dict())))
    for metric in metrics[cut:]:
        advance(one, metric)
        advance(other, metric)
        assert one.get_last_lr() == other.get_last_lr()
    assert one.state_dict() == other.state_dict()
    assert one.optimizer.state_dict() == other.optimizer.state_dict()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (None, TypeError, "state must be a dict, got NoneType"),
        ({"best": 1.0}, ValueError, "state must have the keys .*; missing: none; unexpected: best"),
        ({"scheduler": "ExponentialLR"}, ValueError, "state must come from StepLR, got one from 'ExponentialLR'"),
        ({"last_epoch": -1}, ValueError, "state: last_epoch must be at least 0, got -1"),
        ({"last_lrs": [None]}, TypeError, r"state: last_lrs\[0\] must be a finite number >= 0, got None"),
        ({"last_lrs": None}, TypeError, "state: last_lrs must be a list, a tuple or an array, got NoneType"),
        ({"base_lrs": [-0.1]}, ValueError, r"state: base_lrs\[0\] must be a finite number >= 0, got -0.1"),
        ({"base_lrs": [0.1, 0.1]}, ValueError, r"state: base_lrs must hold 1, one for each parameter group, got \[0.1, 0.1\]"),
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


@pytest.mark.parametrize(
    ("schedulers", "message"),
    [
        (lambda inner: inner[:1], "state: schedulers must be a list of 2, got "),
        (
            lambda inner: inner[::-1],
            r"state: schedulers\[0\] must have the keys|state: schedulers\[0\] must come from LinearLR, got",
        ),
        (
            lambda inner: [inner[0], {**inner[1], "last_epoch": -1}],
            r"state: schedulers\[1\]: last_epoch must be at least 0, got -1",
        ),
    ],
)
def test_a_state_that_does_not_fit_a_sequence_changes_none_of_its_plans(schedulers: Any, message: str) -> None:
    optimizer = sgd()
    scheduler = SequentialLR(optimizer, [LinearLR(optimizer), StepLR(optimizer, 2)], [3])
    before = scheduler.state_dict()
    scheduler.step()
    moved = scheduler.state_dict()
    with pytest.raises(ValueError, match=f"^({message})"):
        scheduler.load_state_dict({**before, "schedulers": schedulers(before["schedulers"])})
    assert scheduler.state_dict() == moved != before


# -- errors ------------------------------------------------------------------------------------------


def sequence(optimizer: Optimizer, schedulers: list[Any], milestones: list[Any]) -> SequentialLR:
    return SequentialLR(optimizer, schedulers, milestones)


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
        (lambda o: ReduceLROnPlateau(o, mode="up"), ValueError, "mode must be one of min, max, got 'up'"),
        (lambda o: ReduceLROnPlateau(o, factor=1.0), ValueError, "factor must be a number >= 0 and < 1, got 1.0"),
        (lambda o: ReduceLROnPlateau(o, patience=-1), ValueError, "patience must be at least 0, got -1"),
        (lambda o: ReduceLROnPlateau(o, threshold=-1.0), ValueError, "threshold must be a finite number >= 0, got -1.0"),
        (lambda o: ReduceLROnPlateau(o, threshold_mode="x"), ValueError, "threshold_mode must be one of rel, abs, got 'x'"),
        (lambda o: ReduceLROnPlateau(o, cooldown=-1), ValueError, "cooldown must be at least 0, got -1"),
        (lambda o: ReduceLROnPlateau(o, min_lr=-1.0), ValueError, "min_lr must be a finite number >= 0, got -1.0"),
        (lambda o: ReduceLROnPlateau(o, eps=-1.0), ValueError, "eps must be a finite number >= 0, got -1.0"),
        (lambda o: ReduceLROnPlateau(o).step("low"), TypeError, "metrics must be a number, got 'low'"),
        (
            lambda o: ReduceLROnPlateau(o, min_lr=[0.1, 0.2]),
            ValueError,
            "min_lr must hold 1, one for each parameter group, got 2",
        ),
        (lambda o: LambdaLR(o, []), ValueError, "lr_lambda must hold 1, one for each parameter group, got 0"),
        (lambda o: MultiStepLR(o, 3), TypeError, "milestones must be a list, a tuple or an array, got int"),
        (lambda o: MultiStepLR(o, [3, 2]), ValueError, r"milestones must not decrease, got \[3, 2\]"),
        (lambda o: MultiStepLR(o, [1, 2.5]), TypeError, r"milestones\[1\] must be an integer, got 2.5"),
        (lambda o: MultiStepLR(o, [-1]), ValueError, r"milestones\[0\] must be at least 0, got -1"),
        (lambda o: MultiStepLR(o, [1], -0.1), ValueError, "gamma must be a finite number >= 0, got -0.1"),
        (lambda o: LinearLR(o, 0.0), ValueError, "start_factor must be a number > 0 and <= 1, got 0.0"),
        (lambda o: LinearLR(o, 1.5), ValueError, "start_factor must be a number > 0 and <= 1, got 1.5"),
        (lambda o: LinearLR(o, end_factor=-0.1), ValueError, "end_factor must be a number from 0 to 1, got -0.1"),
        (lambda o: LinearLR(o, total_iters=0), ValueError, "total_iters must be at least 1, got 0"),
        (lambda o: OneCycleLR(None, 0.1, 10), TypeError, "optimizer must be an Optimizer, got None"),
        (lambda o: OneCycleLR(o, 0.1), ValueError, "give total_steps, or both epochs and steps_per_epoch"),
        (lambda o: OneCycleLR(o, 0.1, epochs=3), ValueError, "give total_steps, or both epochs and steps_per_epoch"),
        (lambda o: OneCycleLR(o, 0.1, 0), ValueError, "total_steps must be at least 1, got 0"),
        (lambda o: OneCycleLR(o, 0.1, epochs=2, steps_per_epoch=1.5), TypeError, "steps_per_epoch must be an integer, got 1.5"),
        (lambda o: OneCycleLR(o, 0.0, 10), ValueError, "max_lr must be a finite number > 0, got 0.0"),
        (lambda o: OneCycleLR(o, [0.1, 0.2], 10), ValueError, "max_lr must hold 1, one for each parameter group, got 2"),
        (lambda o: OneCycleLR(o, 0.1, 10, pct_start=30), ValueError, "pct_start must be a number from 0 to 1, got 30"),
        (
            lambda o: OneCycleLR(o, 0.1, 10, anneal_strategy="cosine"),
            ValueError,
            "anneal_strategy must be one of cos, linear, got 'cosine'",
        ),
        (lambda o: OneCycleLR(o, 0.1, 10, base_momentum=1.0), ValueError, "base_momentum must be a number >= 0 and < 1, got 1.0"),
        (lambda o: OneCycleLR(o, 0.1, 10, max_momentum=1.0), ValueError, "max_momentum must be a number >= 0 and < 1, got 1.0"),
        (lambda o: OneCycleLR(o, 0.1, 10, div_factor=0.0), ValueError, "div_factor must be a finite number > 0, got 0.0"),
        (lambda o: OneCycleLR(o, 0.1, 10, final_div_factor=0), ValueError, "final_div_factor must be a finite number > 0, got 0"),
        (lambda o: OneCycleLR(o, 0.1, 10, cycle_momentum=1), TypeError, "cycle_momentum must be True or False, got 1"),
        (lambda o: OneCycleLR(o, 0.1, 10, three_phase=1), TypeError, "three_phase must be True or False, got 1"),
        (
            lambda o: OneCycleLR(Adagrad([Value(1.0)]), 0.1, 10),
            ValueError,
            "cycle_momentum must be False for Adagrad, which has no momentum, got True",
        ),
        (
            lambda o: sequence(o, [], []),
            ValueError,
            "milestones must be one fewer than schedulers, got 0 milestones and 0 schedulers",
        ),
        (
            lambda o: sequence(o, [StepLR(o, 2)], [2]),
            ValueError,
            "milestones must be one fewer than schedulers, got 1 milestones",
        ),
        (lambda o: sequence(o, [ReduceLROnPlateau(o)], []), TypeError, r"schedulers\[0\] must be an LRScheduler, got <.*Plateau"),
        (
            lambda o: sequence(o, [StepLR(sgd(), 2)], []),
            ValueError,
            r"schedulers\[0\] must have the same optimizer, got one with a different",
        ),
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
