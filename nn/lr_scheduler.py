"""Learning rate schedulers. Names, defaults and rules are PyTorch's.

Call `optimizer.step()` after every batch, and `scheduler.step()` after the last batch of an epoch.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from autograd import Value
from autograd.extend import (
    any_number,
    below_one,
    checked_choice,
    checked_flag,
    checked_integer,
    checked_keys,
    finite_above_zero,
    finite_from_zero,
    number_check,
    zero_to_one,
)
from nn._check import checked_list, data_of
from nn.foreign_names import advise_on_init
from nn.optim import Check, Optimizer, ParamGroup

Loaded = list[tuple["_Scheduler", dict[str, Any]]]


def _count(name: str, value: int) -> int:
    return checked_integer(name, value, at_least=0)


def _rates(name: str, values: Sequence[float]) -> list[float]:
    return [finite_from_zero(f"{name}[{i}]", value) for i, value in enumerate(checked_list(name, values))]


def _milestones(values: Sequence[int]) -> list[int]:
    milestones = [_count(f"milestones[{i}]", value) for i, value in enumerate(checked_list("milestones", values))]
    if milestones != sorted(milestones):
        raise ValueError(f"milestones must not decrease, got {milestones}")
    return milestones


def _for_each_group(name: str, given: Any, optimizer: Any, check: Check) -> list[Any]:
    """One checked value per parameter group of the optimizer, from a list of them or one for all."""
    groups = len(_groups_of(optimizer))
    if not isinstance(given, (list, tuple)):
        return [check(name, given)] * groups
    if len(given) != groups:
        raise ValueError(f"{name} must hold {groups}, one for each parameter group, got {len(given)}")
    return [check(f"{name}[{i}]", one) for i, one in enumerate(given)]


def _groups_of(optimizer: Any) -> Sequence[ParamGroup]:
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer must be an Optimizer, got {optimizer!r}")
    return optimizer.param_groups


class _Scheduler:
    """The base of all schedulers: an optimizer, the number of epochs so far, and the rates set last, one per group."""

    # The attributes in a state_dict, each with the check that it must pass on loading.
    state_checks: ClassVar[dict[str, Check]] = {"last_epoch": _count, "last_lrs": _rates}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        advise_on_init(cls)

    def __init__(self, optimizer: Optimizer) -> None:
        self.last_lrs = [group["lr"] for group in _groups_of(optimizer)]
        self.optimizer, self.last_epoch = optimizer, 0

    if not TYPE_CHECKING:  # hidden from type checkers, which would otherwise accept any name

        def __getattr__(self, name: str) -> Any:
            if "last_epoch" in vars(self) or name.startswith("__"):
                return self.__getattribute__(name)  # again, for Python's own error or that of a property
            advice = "call super().__init__(optimizer) first"
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}: {advice}", name=name)

    def get_last_lr(self) -> list[float]:
        """The learning rates that this scheduler set last, one for each parameter group."""
        return list(self.last_lrs)

    def state_dict(self) -> dict[str, Any]:
        """The scheduler's progress, as a dict that `json.dumps` accepts; constructor arguments are not part of it.

        >>> from nn.optim import SGD
        >>> StepLR(SGD([Value(1.0)], lr=0.1), step_size=2).state_dict()
        {'scheduler': 'StepLR', 'last_epoch': 0, 'last_lrs': [0.1], 'base_lrs': [0.1]}
        """
        state = {name: getattr(self, name) for name in self.state_checks}
        return {"scheduler": type(self).__name__, **{k: list(x) if isinstance(x, list) else x for k, x in state.items()}}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Resume from a `state_dict` of the same kind of scheduler, made with the same arguments.

        The rates themselves are part of the optimizer's state: make optimizer and scheduler, then load both.
        ValueError or TypeError says what does not fit; nothing is changed then.
        """
        for scheduler, loaded in self._checked_state("state", state):
            scheduler.__dict__.update(loaded)

    def _checked_state(self, name: str, state: Any) -> Loaded:
        """The attributes to set on this scheduler and on each one inside it."""
        checked_keys(name, state, self.state_dict())
        if state["scheduler"] != type(self).__name__:
            raise ValueError(f"{name} must come from {type(self).__name__}, got one from {state['scheduler']!r}")
        loaded = {key: check(f"{name}: {key}", state[key]) for key, check in self.state_checks.items()}
        for key, held in loaded.items():
            if isinstance(held, list) and len(held) != len(self.last_lrs):
                raise ValueError(f"{name}: {key} must hold {len(self.last_lrs)}, one for each parameter group, got {held}")
        return [(self, loaded)]

    def _set(self, epoch: int, rates: Sequence[float]) -> None:
        """Set the rates of the groups, from this epoch on."""
        for group, rate in zip(self._groups(), rates, strict=True):
            group["lr"] = rate
        self.last_epoch, self.last_lrs = epoch, list(rates)

    def _groups(self) -> Sequence[ParamGroup]:
        groups = self.optimizer.param_groups
        if len(groups) != len(self.last_lrs):
            counts = f"it had {len(self.last_lrs)} then, and has {len(groups)} now"
            made = f"after {type(self).__name__} was made ({counts})"
            raise ValueError(f"a parameter group was added to the optimizer {made}: make a new scheduler")
        return groups


class LRScheduler(_Scheduler):
    """Learning rates by epoch: `step()`, once per epoch, sets each group's rate to `rate(epoch)`.

    They start from `base_lr`, the group's rate when the optimizer's first scheduler was made. Several schedulers may
    share an optimizer: as in PyTorch, all except LambdaLR and OneCycleLR change the rates that they find, so their factors
    multiply.
    A rate that would be negative, infinite or NaN is a ValueError, and nothing changes.

    For a schedule of your own, write a subclass:

    >>> from nn.optim import SGD
    >>> class Halving(LRScheduler):
    ...     def rate(self, epoch):
    ...         return self.base_lr / 2**epoch
    >>> scheduler = Halving(SGD([Value(1.0)], lr=0.8))
    >>> scheduler.step()
    >>> scheduler.optimizer.lr
    0.4
    """

    state_checks: ClassVar[dict[str, Check]] = {**_Scheduler.state_checks, "base_lrs": _rates}
    begins: ClassVar[bool] = False  # True if `rate(0)` is set at once; otherwise epoch 0 keeps `base_lr`

    def __init__(self, optimizer: Optimizer) -> None:
        super().__init__(optimizer)
        for group in optimizer.param_groups:
            if group["initial_lr"] is None:
                group["initial_lr"] = group["lr"]
        self.base_lrs: list[float] = [group["initial_lr"] for group in optimizer.param_groups]
        self._at = 0  # the index of the group whose rate is computed
        if self.begins:
            self._begin(0)

    @property
    def base_lr(self) -> float:
        """The rate that the schedule starts from: the first group's, and inside `rate` the current group's."""
        return self.base_lrs[self._at]

    def rate(self, epoch: int) -> float:
        """The learning rate after `epoch` epochs; `self.optimizer.lr` is the one before.

        It is called once per parameter group: `self.base_lr` and the optimizer's attributes are then that group's.
        """
        raise NotImplementedError(f"{type(self).__name__} must define rate(self, epoch)")

    def step(self) -> None:
        """Set the learning rates for the next epoch."""
        self._begin(self.last_epoch + 1)

    def _begin(self, epoch: int) -> None:
        rates = []  # all are computed, and checked, before anything changes
        try:
            for index in range(len(self._groups())):
                self._at = index
                with self.optimizer.at_group(index):
                    rates.append(finite_from_zero("lr", self.rate(epoch)))
        finally:
            self._at = 0
        self._set(epoch, rates)

    def _restart(self, rates: Sequence[float]) -> None:
        """Begin at epoch 0, with these rates."""
        self._set(0, rates)
        if self.begins:
            self._begin(0)


class StepLR(LRScheduler):
    """Multiply the learning rate by `gamma` (at least 0) every `step_size` epochs (at least 1).

    >>> from nn.optim import SGD
    >>> scheduler = StepLR(SGD([Value(1.0)], lr=0.8), step_size=2, gamma=0.5)
    >>> for _ in range(2):
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [0.8]
    [0.4]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        self.step_size = checked_integer("step_size", step_size, at_least=1)
        self.gamma = finite_from_zero("gamma", gamma)
        super().__init__(optimizer)

    def rate(self, epoch: int) -> float:
        return self.optimizer.lr * self.gamma if epoch % self.step_size == 0 else self.optimizer.lr


class ExponentialLR(LRScheduler):
    """Multiply the learning rate by `gamma` (at least 0) every epoch.

    >>> from nn.optim import SGD
    >>> scheduler = ExponentialLR(SGD([Value(1.0)], lr=0.8), gamma=0.5)
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.4]
    """

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        self.gamma = finite_from_zero("gamma", gamma)
        super().__init__(optimizer)

    def rate(self, epoch: int) -> float:
        return self.optimizer.lr * self.gamma


class CosineAnnealingLR(LRScheduler):
    """Lower the learning rate to `eta_min` (at least 0) along half a cosine wave, in `T_max` epochs (at least 1).

    At epoch t it is eta_min + ½·(base_lr − eta_min)·(1 + cos(π·t / T_max)), without restarts: after T_max it rises
    again (Loshchilov and Hutter, 2017, "SGDR", arXiv:1608.03983).

    >>> from nn.optim import SGD
    >>> scheduler = CosineAnnealingLR(SGD([Value(1.0)], lr=0.8), T_max=2)
    >>> scheduler.step()
    >>> round(scheduler.get_last_lr()[0], 6)
    0.4
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        self.T_max = checked_integer("T_max", T_max, at_least=1)
        self.eta_min = finite_from_zero("eta_min", eta_min)
        super().__init__(optimizer)

    def rate(self, epoch: int) -> float:
        if (epoch - 1 - self.T_max) % (2 * self.T_max) == 0:  # at the lowest point of the wave no ratio leads up
            return self.optimizer.lr + (self.base_lr - self.eta_min) * (1.0 - math.cos(math.pi / self.T_max)) / 2.0
        ratio = (1.0 + math.cos(math.pi * epoch / self.T_max)) / (1.0 + math.cos(math.pi * (epoch - 1) / self.T_max))
        return ratio * (self.optimizer.lr - self.eta_min) + self.eta_min


class LambdaLR(LRScheduler):
    """Set the learning rate to base_lr · lr_lambda(epoch), starting at once with epoch 0.

    `lr_lambda` takes an int and returns a finite number, at least 0; or it is a list of such functions, one per group.

    >>> from nn.optim import SGD
    >>> scheduler = LambdaLR(SGD([Value(1.0)], lr=0.8), lambda epoch: 1 / (1 + epoch))
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.4]
    """

    begins = True

    def __init__(self, optimizer: Optimizer, lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]]) -> None:
        self.lr_lambdas = _for_each_group("lr_lambda", lr_lambda, optimizer, _function_of_the_epoch)
        super().__init__(optimizer)

    def rate(self, epoch: int) -> float:
        return self.base_lr * finite_from_zero(f"lr_lambda({epoch})", self.lr_lambdas[self._at](epoch))


def _function_of_the_epoch(name: str, given: Callable[[int], float]) -> Callable[[int], float]:
    if not callable(given):
        raise TypeError(f"{name} must be a function of the epoch, got {given!r}")
    return given


class MultiStepLR(LRScheduler):
    """Multiply the learning rate by `gamma` (at least 0) at every epoch of `milestones`, a list in ascending order.

    A milestone that occurs twice counts twice, and one at 0 applies at once.

    >>> from nn.optim import SGD
    >>> scheduler = MultiStepLR(SGD([Value(1.0)], lr=0.8), milestones=[1, 3], gamma=0.5)
    >>> for _ in range(3):
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [0.4]
    [0.4]
    [0.2]
    """

    begins = True

    def __init__(self, optimizer: Optimizer, milestones: Sequence[int], gamma: float = 0.1) -> None:
        self.milestones = _milestones(milestones)
        self.gamma = finite_from_zero("gamma", gamma)
        super().__init__(optimizer)

    def rate(self, epoch: int) -> float:
        return float(self.optimizer.lr * self.gamma ** self.milestones.count(epoch))


class LinearLR(LRScheduler):
    """Change a factor of the learning rate from `start_factor` to `end_factor` in `total_iters` equal steps: a warm-up.

    It begins at once, with epoch 0, and ends after `total_iters` epochs (at least 1). `start_factor` is above 0 and at
    most 1, `end_factor` from 0 to 1.

    >>> from nn.optim import SGD
    >>> scheduler = LinearLR(SGD([Value(1.0)], lr=0.8), start_factor=0.5, total_iters=2)
    >>> for _ in range(3):
    ...     print(round(scheduler.get_last_lr()[0], 6))
    ...     scheduler.step()
    0.4
    0.6
    0.8
    """

    begins = True

    def __init__(
        self, optimizer: Optimizer, start_factor: float = 1.0 / 3.0, end_factor: float = 1.0, total_iters: int = 5
    ) -> None:
        self.start_factor = number_check("a number > 0 and <= 1", lambda x: 0.0 < x <= 1.0)("start_factor", start_factor)
        self.end_factor = zero_to_one("end_factor", end_factor)
        self.total_iters = checked_integer("total_iters", total_iters, at_least=1)
        super().__init__(optimizer)

    def rate(self, epoch: int) -> float:
        lr = self.optimizer.lr
        if epoch == 0:
            return lr * self.start_factor
        if epoch > self.total_iters:
            return lr
        rise = self.end_factor - self.start_factor
        factor = 1.0 + rise / (self.total_iters * self.start_factor + (epoch - 1) * rise)
        return lr * max(factor, 0.0)  # on the way to 0, rounding can push the last factor below it


class OneCycleLR(LRScheduler):
    """One cycle of `total_steps` steps: the learning rate rises to `max_lr`, then falls far below where it began.

    Call `step()` after every batch. The rate begins at max_lr / `div_factor`, peaks after the fraction `pct_start` of
    the steps, and ends at max_lr / (div_factor · `final_div_factor`); `anneal_strategy` is "cos" or "linear". With
    `three_phase` it falls back in the time that it took to rise, and then to the end. Meanwhile, with `cycle_momentum`,
    the optimizer's momentum (Adam's β₁) goes the opposite way, from `max_momentum` to `base_momentum` and back (Smith
    and Topin, 2018, "Super-Convergence", arXiv:1708.07120). max_lr and both momenta may be lists with one number per
    parameter group. `epochs` and `steps_per_epoch` may be given in place of `total_steps`.

    The call that ends a loop keeps the rate of the last step; one more call is a ValueError.

    >>> from nn.optim import SGD
    >>> optimizer = SGD([Value(1.0)], lr=0.1, momentum=0.9)
    >>> scheduler = OneCycleLR(optimizer, max_lr=1.0, total_steps=10, pct_start=0.5, anneal_strategy="linear")
    >>> for step in range(10):
    ...     if step in (0, 4, 9):
    ...         print(round(optimizer.lr, 6), round(optimizer.momentum, 6))
    ...     scheduler.step()
    0.04 0.95
    1.0 0.85
    4e-06 0.95
    """

    begins = True

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | Sequence[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | Sequence[float] = 0.85,
        max_momentum: float | Sequence[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
    ) -> None:
        highest = _for_each_group("max_lr", max_lr, optimizer, finite_above_zero)
        bases = _for_each_group("base_momentum", base_momentum, optimizer, below_one)
        tops = _for_each_group("max_momentum", max_momentum, optimizer, below_one)
        div_factor = finite_above_zero("div_factor", div_factor)
        final_div_factor = finite_above_zero("final_div_factor", final_div_factor)
        pct_start = zero_to_one("pct_start", pct_start)
        self.total_steps = _total_steps(total_steps, epochs, steps_per_epoch)
        self.anneal_strategy = checked_choice("anneal_strategy", anneal_strategy, ("cos", "linear"))
        self.cycled = _momentum_of(optimizer) if checked_flag("cycle_momentum", cycle_momentum) else None
        # The rate and momentum of each group at the corners of the curve, the first at step 0.
        self.corners = [
            [(high / div_factor, top), (high, base), (high / div_factor / final_div_factor, top)]
            for high, base, top in zip(highest, bases, tops, strict=True)
        ]
        self.ends = [pct_start * self.total_steps - 1.0, self.total_steps - 1.0]
        if checked_flag("three_phase", three_phase):
            self.ends.insert(1, 2.0 * pct_start * self.total_steps - 2.0)
            for corners in self.corners:
                corners.insert(2, corners[0])
        for group, corners in zip(optimizer.param_groups, self.corners, strict=True):
            group["initial_lr"] = corners[0][0]
        super().__init__(optimizer)

    def rate(self, epoch: int) -> float:
        return self._point(self.corners[self._at], epoch)[0]

    def _begin(self, epoch: int) -> None:
        if epoch > self.total_steps:
            raise ValueError(f"step() was called {epoch} times, but the cycle has {self.total_steps} steps: raise total_steps")
        super()._begin(epoch)
        if self.cycled is not None:
            for corners, group in zip(self.corners, self._groups(), strict=True):
                momentum = self._point(corners, epoch)[1]
                group[self.cycled] = (momentum, group["betas"][1]) if self.cycled == "betas" else momentum

    def _point(self, corners: Sequence[tuple[float, float]], epoch: int) -> tuple[float, float]:
        """Rate and momentum on the curve through these corners."""
        step = min(epoch, self.total_steps - 1)
        phase = sum(step > end for end in self.ends[:-1])
        begin, end = (self.ends[phase - 1] if phase else 0.0), self.ends[phase]
        share = (step - begin) / (end - begin) if end != begin else 1.0
        (lr, momentum), (next_lr, next_momentum) = corners[phase : phase + 2]
        return self._between(lr, next_lr, share), self._between(momentum, next_momentum, share)

    def _between(self, start: float, end: float, share: float) -> float:
        if self.anneal_strategy == "linear":
            return (end - start) * share + start
        return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1.0)


def _total_steps(total_steps: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
    if total_steps is not None:
        return checked_integer("total_steps", total_steps, at_least=1)
    if epochs is None or steps_per_epoch is None:
        raise ValueError("give total_steps, or both epochs and steps_per_epoch")
    return checked_integer("epochs", epochs, at_least=1) * checked_integer("steps_per_epoch", steps_per_epoch, at_least=1)


def _momentum_of(optimizer: Optimizer) -> str:
    for name in ("betas", "momentum"):
        if name in optimizer.settings:
            return name
    raise ValueError(f"cycle_momentum must be False for {type(optimizer).__name__}, which has no momentum, got True")


class SequentialLR(LRScheduler):
    """Run schedulers one after another: at each of `milestones`, one fewer than `schedulers`, the next takes over.

    Milestones are epochs. Each scheduler starts at its own epoch 0, from its `base_lr`, whatever rate it finds.
    ReduceLROnPlateau, which needs a metric, cannot be among them.

    >>> from nn.optim import SGD
    >>> optimizer = SGD([Value(1.0)], lr=0.8)
    >>> warm_up, decay = LinearLR(optimizer, start_factor=0.5, total_iters=2), ExponentialLR(optimizer, gamma=0.5)
    >>> scheduler = SequentialLR(optimizer, [warm_up, decay], milestones=[2])
    >>> for _ in range(4):
    ...     print(round(optimizer.lr, 6))
    ...     scheduler.step()
    0.4
    0.6
    0.8
    0.4
    """

    def __init__(self, optimizer: Optimizer, schedulers: Sequence[LRScheduler], milestones: Sequence[int]) -> None:
        super().__init__(optimizer)
        self.schedulers: list[LRScheduler] = checked_list("schedulers", schedulers)
        for i, scheduler in enumerate(self.schedulers):
            if not isinstance(scheduler, LRScheduler):
                raise TypeError(f"schedulers[{i}] must be an LRScheduler, got {scheduler!r}")
            if scheduler.optimizer is not optimizer:
                raise ValueError(f"schedulers[{i}] must have the same optimizer, got one with a different optimizer")
        self.milestones = _milestones(milestones)
        if len(self.milestones) != len(self.schedulers) - 1:
            counts = f"got {len(self.milestones)} milestones and {len(self.schedulers)} schedulers"
            raise ValueError(f"milestones must be one fewer than schedulers, {counts}")
        self._restart([group["initial_lr"] for group in optimizer.param_groups])

    def step(self) -> None:
        epoch = self.last_epoch + 1
        scheduler = self._whose_turn(epoch)
        if epoch in self.milestones:
            scheduler._restart(scheduler.base_lrs)
        else:
            scheduler.step()
        self.last_epoch, self.last_lrs = epoch, scheduler.get_last_lr()

    def state_dict(self) -> dict[str, Any]:
        return {**super().state_dict(), "schedulers": [scheduler.state_dict() for scheduler in self.schedulers]}

    def _checked_state(self, name: str, state: Any) -> Loaded:
        loaded = super()._checked_state(name, state)
        inner = state["schedulers"]
        if not isinstance(inner, list) or len(inner) != len(self.schedulers):
            raise ValueError(f"{name}: schedulers must be a list of {len(self.schedulers)}, got {inner!r}")
        for i, (scheduler, its_state) in enumerate(zip(self.schedulers, inner, strict=True)):
            loaded += scheduler._checked_state(f"{name}: schedulers[{i}]", its_state)
        return loaded

    def _restart(self, rates: Sequence[float]) -> None:
        scheduler = self._whose_turn(0)
        scheduler._restart(rates)
        self.last_epoch, self.last_lrs = 0, scheduler.get_last_lr()

    def _whose_turn(self, epoch: int) -> LRScheduler:
        return self.schedulers[bisect_right(self.milestones, epoch)]


class ReduceLROnPlateau(_Scheduler):
    """Multiply the learning rate by `factor` once a metric has not improved for more than `patience` epochs.

    `step(metrics)` takes the metric. With `mode` "min" it improves below best · (1 − threshold), or, with
    `threshold_mode` "abs", below best − threshold; with "max" above best · (1 + threshold) or best + threshold. NaN is
    no improvement. After a reduction, `cooldown` epochs do not count. The rate does not fall below `min_lr`, and
    a change of at most `eps` is not made.

    `factor` is at least 0 and below 1, `patience` and `cooldown` are ints >= 0, the others numbers >= 0;
    `min_lr` may be a list with one number per parameter group. ValueError or TypeError names a bad argument.

    >>> from nn.optim import SGD
    >>> scheduler = ReduceLROnPlateau(SGD([Value(1.0)], lr=0.8), factor=0.5, patience=0)
    >>> for loss in (3.0, 2.0, 2.0):
    ...     scheduler.step(loss)
    ...     print(scheduler.get_last_lr())
    [0.8]
    [0.8]
    [0.4]
    """

    state_checks: ClassVar[dict[str, Check]] = {
        **_Scheduler.state_checks,
        "best": any_number,
        "num_bad_epochs": _count,
        "cooldown_counter": _count,
    }

    def __init__(
        self,
        optimizer: Optimizer,
        mode: Literal["min", "max"] = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: Literal["rel", "abs"] = "rel",
        cooldown: int = 0,
        min_lr: float | Sequence[float] = 0.0,
        eps: float = 1e-8,
    ) -> None:
        super().__init__(optimizer)
        self.mode = checked_choice("mode", mode, ("min", "max"))
        self.threshold_mode = checked_choice("threshold_mode", threshold_mode, ("rel", "abs"))
        self.factor = below_one("factor", factor)
        self.patience = _count("patience", patience)
        self.threshold = finite_from_zero("threshold", threshold)
        self.cooldown = _count("cooldown", cooldown)
        self.min_lrs = _for_each_group("min_lr", min_lr, optimizer, finite_from_zero)
        self.eps = finite_from_zero("eps", eps)
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = self.cooldown_counter = 0

    def step(self, metrics: float | Value) -> None:
        """Take this epoch's metric (a Value will do), and reduce the learning rate if it is due."""
        metric = any_number("metrics", data_of(metrics))
        rates = [group["lr"] for group in self._groups()]
        if self._is_better(metric):
            self.best, self.num_bad_epochs = metric, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            reduced = [max(lr * self.factor, low) for lr, low in zip(rates, self.min_lrs, strict=True)]
            rates = [less if lr - less > self.eps else lr for lr, less in zip(rates, reduced, strict=True)]
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._set(self.last_epoch + 1, rates)

    def _is_better(self, metric: float) -> bool:
        margin = self.threshold if self.mode == "max" else -self.threshold
        bound = self.best + margin if self.threshold_mode == "abs" else self.best * (1.0 + margin)
        return metric > bound if self.mode == "max" else metric < bound
