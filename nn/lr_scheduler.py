"""Schedulers: learning rates that change as training goes on. Names, defaults and rules are PyTorch's.

Call `optimizer.step()` for every batch, and after the last one of an epoch `scheduler.step()`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal

from autograd import Value
from nn.arguments import below_one, checked_integer, checked_keys, checked_number, finite_from_zero
from nn.optim import Optimizer

Check = Callable[[str, Any], float]


def _count(name: str, value: int) -> int:
    return checked_integer(name, value, at_least=0)


def _any_number(name: str, value: float) -> float:
    return checked_number(name, value, "a number", lambda x: True)


class _Scheduler:
    """What all schedulers have: an optimizer, the number of epochs so far, and the rate they set last."""

    # The attributes that a state_dict holds, each with the check that it has to pass on the way back.
    progress: ClassVar[dict[str, Check]] = {"last_epoch": _count, "last_lr": finite_from_zero}

    def __init__(self, optimizer: Optimizer) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"optimizer must be an Optimizer, got {optimizer!r}")
        self.optimizer = optimizer
        self.last_epoch = 0
        self.last_lr = optimizer.lr

    def get_last_lr(self) -> list[float]:
        """The learning rate as this scheduler left it: a list of one, as PyTorch has one for each parameter group."""
        return [self.last_lr]

    def state_dict(self) -> dict[str, Any]:
        """How far it has come, as a dict that `json.dumps` takes; the plan itself is what the constructor was given.

        >>> from nn.optim import SGD
        >>> StepLR(SGD([Value(1.0)], lr=0.1), step_size=2).state_dict()
        {'scheduler': 'StepLR', 'last_epoch': 0, 'last_lr': 0.1, 'base_lr': 0.1}
        """
        return {"scheduler": type(self).__name__, **{name: getattr(self, name) for name in self.progress}}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a `state_dict` of the same kind of scheduler, made with the same arguments.

        The rate itself is part of the optimizer's state: make optimizer and scheduler, then load both.
        ValueError or TypeError says what does not fit, and then nothing has been changed.
        """
        checked_keys("state", state, self.state_dict())
        if state["scheduler"] != type(self).__name__:
            raise ValueError(f"state must be that of {type(self).__name__}, got that of {state['scheduler']!r}")
        self.__dict__.update({name: check(f"state: {name}", state[name]) for name, check in self.progress.items()})


class LRScheduler(_Scheduler, ABC):
    """A plan for the learning rate by epochs: `step()`, once an epoch, sets the optimizer's rate to `rate(epoch)`.

    The plan starts from `base_lr`, the optimizer's rate when its first scheduler was made. Several schedulers may
    share an optimizer: all but LambdaLR change the rate that they find, so their factors multiply. A rate
    that would be negative, infinite or NaN is a ValueError, and nothing changes.

    A plan of your own is a subclass:

    >>> from nn.optim import SGD
    >>> class Halving(LRScheduler):
    ...     def rate(self, epoch):
    ...         return self.base_lr / 2**epoch
    >>> scheduler = Halving(SGD([Value(1.0)], lr=0.8))
    >>> scheduler.step()
    >>> scheduler.optimizer.lr
    0.4
    """

    progress: ClassVar[dict[str, Check]] = {**_Scheduler.progress, "base_lr": finite_from_zero}

    def __init__(self, optimizer: Optimizer) -> None:
        super().__init__(optimizer)
        if optimizer.initial_lr is None:
            optimizer.initial_lr = optimizer.lr
        self.base_lr = optimizer.initial_lr

    @abstractmethod
    def rate(self, epoch: int) -> float:
        """The learning rate after so many epochs; `self.optimizer.lr` is the one before."""

    def step(self) -> None:
        """Set the learning rate for the epoch that begins."""
        self._begin(self.last_epoch + 1)

    def _begin(self, epoch: int) -> None:
        self.optimizer.lr = self.rate(epoch)  # refuses a rate that cannot be, before anything here changes
        self.last_epoch, self.last_lr = epoch, self.optimizer.lr


class StepLR(LRScheduler):
    """Multiply the learning rate by `gamma` (at least 0) every `step_size` epochs (at least 1).

    >>> from nn.optim import SGD
    >>> scheduler = StepLR(SGD([Value(1.0)], lr=0.8), step_size=2, gamma=0.5)
    >>> for _ in range(4):
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [0.8]
    [0.4]
    [0.4]
    [0.2]
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
    """Let the learning rate fall to `eta_min` (at least 0) along half a cosine wave, in `T_max` epochs (at least 1).

    At epoch t it is eta_min + ½·(base_lr − eta_min)·(1 + cos(π·t / T_max)), without restarts: after T_max it rises
    again (Loshchilov and Hutter, 2017, "SGDR", arXiv:1608.03983). As in PyTorch each rate is found from the one before,
    so that other schedulers' factors are kept.

    >>> from nn.optim import SGD
    >>> scheduler = CosineAnnealingLR(SGD([Value(1.0)], lr=0.8), T_max=2)
    >>> for _ in range(2):
    ...     scheduler.step()
    ...     print(round(scheduler.get_last_lr()[0], 6))
    0.4
    0.0
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        self.T_max = checked_integer("T_max", T_max, at_least=1)
        self.eta_min = finite_from_zero("eta_min", eta_min)
        super().__init__(optimizer)

    def rate(self, epoch: int) -> float:
        if (epoch - 1 - self.T_max) % (2 * self.T_max) == 0:  # the wave was at its lowest, where no ratio leads upwards
            return self.optimizer.lr + (self.base_lr - self.eta_min) * (1.0 - math.cos(math.pi / self.T_max)) / 2.0
        ratio = (1.0 + math.cos(math.pi * epoch / self.T_max)) / (1.0 + math.cos(math.pi * (epoch - 1) / self.T_max))
        return ratio * (self.optimizer.lr - self.eta_min) + self.eta_min


class LambdaLR(LRScheduler):
    """The learning rate is base_lr · lr_lambda(epoch), from epoch 0, which begins at once.

    `lr_lambda` takes an int and returns a number, finite and at least 0.

    >>> from nn.optim import SGD
    >>> scheduler = LambdaLR(SGD([Value(1.0)], lr=0.8), lambda epoch: 1 / (1 + epoch))
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.4]
    """

    def __init__(self, optimizer: Optimizer, lr_lambda: Callable[[int], float]) -> None:
        if not callable(lr_lambda):
            raise TypeError(f"lr_lambda must be a function of the epoch, got {lr_lambda!r}")
        self.lr_lambda = lr_lambda
        super().__init__(optimizer)
        self._begin(0)

    def rate(self, epoch: int) -> float:
        return self.base_lr * finite_from_zero(f"lr_lambda({epoch})", self.lr_lambda(epoch))


class ReduceLROnPlateau(_Scheduler):
    """Multiply the learning rate by `factor` once a number has not got better for more than `patience` epochs.

    `step(metrics)` is given the number. With `mode` "min" it is better below best · (1 − threshold), or, with
    `threshold_mode` "abs", below best − threshold; with "max" above best · (1 + threshold) or best + threshold. NaN is
    never better. After a reduction `cooldown` epochs do not count. The rate does not fall below `min_lr`, and
    a change of no more than `eps` is not made.

    `factor` is at least 0 and below 1, `patience` and `cooldown` are ints from 0 on, the others numbers from 0 on.
    ValueError or TypeError names an argument that cannot be.

    >>> from nn.optim import SGD
    >>> scheduler = ReduceLROnPlateau(SGD([Value(1.0)], lr=0.8), factor=0.5, patience=1)
    >>> for loss in [3.0, 2.0, 2.0, 2.0]:
    ...     scheduler.step(loss)
    ...     print(scheduler.get_last_lr())
    [0.8]
    [0.8]
    [0.8]
    [0.4]
    """

    progress: ClassVar[dict[str, Check]] = {
        **_Scheduler.progress,
        "best": _any_number,
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
        min_lr: float = 0.0,
        eps: float = 1e-8,
    ) -> None:
        super().__init__(optimizer)
        if mode not in ("min", "max"):
            raise ValueError(f"mode must be 'min' or 'max', got {mode!r}")
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f"threshold_mode must be 'rel' or 'abs', got {threshold_mode!r}")
        self.mode, self.threshold_mode = mode, threshold_mode
        self.factor = below_one("factor", factor)
        self.patience = _count("patience", patience)
        self.threshold = finite_from_zero("threshold", threshold)
        self.cooldown = _count("cooldown", cooldown)
        self.min_lr = finite_from_zero("min_lr", min_lr)
        self.eps = finite_from_zero("eps", eps)
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = 0
        self.cooldown_counter = 0

    def step(self, metrics: float | Value) -> None:
        """Take note of this epoch's number (a Value will do), and reduce the learning rate if it is time."""
        metric = _any_number("metrics", metrics.data if isinstance(metrics, Value) else metrics)
        self.last_epoch += 1
        if self._is_better(metric):
            self.best, self.num_bad_epochs = metric, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            reduced = max(self.optimizer.lr * self.factor, self.min_lr)
            if self.optimizer.lr - reduced > self.eps:
                self.optimizer.lr = reduced
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self.last_lr = self.optimizer.lr

    def _is_better(self, metric: float) -> bool:
        margin = self.threshold if self.mode == "max" else -self.threshold
        bound = self.best + margin if self.threshold_mode == "abs" else self.best * (1.0 + margin)
        return metric > bound if self.mode == "max" else metric < bound
