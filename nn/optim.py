"""Optimizers: how parameters follow their gradients downhill. Names, defaults and update rules are PyTorch's."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from autograd import Value
from autograd.teaching import teach_step_without_backward
from nn.arguments import (
    below_one,
    checked_flag,
    checked_integer,
    checked_keys,
    checked_number,
    checked_parameters,
    finite_from_zero,
)

Memory = dict[str, float]  # what an optimizer keeps of the past of one parameter


class Optimizer(ABC):
    """Holds parameters and moves each of them, at every `step`, by a rule that a subclass states in `update`.

    `params` is any iterable of distinct leaves, such as `model.parameters()`; `lr` is the learning rate, at
    first above 0. Later `optimizer.lr` can be set to any finite number from 0 on, as the schedulers do; with 0,
    where a schedule may end, a step moves nothing. `steps` counts the steps made, and `state` holds a dict of floats
    for each parameter. An argument that cannot be is a ValueError or TypeError that names it.

    A rule of your own is a subclass:

    >>> class SignDescent(Optimizer):
    ...     def update(self, data, grad, memory):
    ...         return data - math.copysign(self.lr, grad), memory
    >>> w = Value(1.0)
    >>> w.grad = 20.0
    >>> SignDescent([w], lr=0.25).step()
    >>> w.data
    0.75
    """

    settings: ClassVar[tuple[str, ...]] = ()  # the constructor's arguments other than params and lr, kept as attributes
    lowest: ClassVar[Memory] = {}  # each number in a parameter's memory by name, and the least that it can be

    def __init__(self, params: Iterable[Value], lr: float) -> None:
        self.params = checked_parameters("params", params)
        self.lr = checked_number("lr", lr, "a finite number > 0", lambda x: 0.0 < x < math.inf)
        self.initial_lr: float | None = None  # where the first scheduler began
        self.steps = 0
        self.state: list[Memory] = [dict.fromkeys(self.lowest, 0.0) for _ in self.params]

    @property
    def lr(self) -> float:
        """The learning rate."""
        return self._lr

    @lr.setter
    def lr(self, lr: float) -> None:
        self._lr = finite_from_zero("lr", lr)

    @abstractmethod
    def update(self, data: float, grad: float, memory: Memory) -> tuple[float, Memory]:
        """The new number of a parameter and its new memory, from the present ones and its gradient."""

    def zero_grad(self) -> None:
        """Clear the gradient of every parameter, before the next `backward()` adds to it."""
        for p in self.params:
            p.zero_grad()

    def step(self) -> None:
        """Move every parameter once, by its `grad`; one that `backward()` did not reach has the gradient 0.

        All new numbers are computed before any is assigned, so an error leaves everything as it was. With eps=0
        a parameter whose gradients have all been 0 is a ZeroDivisionError, where PyTorch makes it NaN.
        """
        if not any(p.has_grad for p in self.params):
            teach_step_without_backward()
        try:
            updated = [self.update(p.data, p.grad, memory) for p, memory in zip(self.params, self.state, strict=True)]
        except ZeroDivisionError as error:
            message = (
                f"{type(self).__name__} divides by 0: give eps > 0, which helps where a parameter's gradients have all been 0"
            )
            raise ZeroDivisionError(message) from error
        for p, (data, _) in zip(self.params, updated, strict=True):
            p.data = data
        self.state = [memory for _, memory in updated]
        self.steps += 1

    def state_dict(self) -> dict[str, Any]:
        """All that the next step depends on, except the parameters: dicts, lists and numbers that `json.dumps` takes.

        >>> SGD([Value(1.0)], lr=0.1, momentum=0.9).state_dict()["state"]
        [{'momentum_buffer': 0.0}]
        """
        settings = {name: getattr(self, name) for name in self.settings}
        return {
            "optimizer": type(self).__name__,
            "lr": self.lr,
            "initial_lr": self.initial_lr,
            "settings": {name: list(value) if isinstance(value, tuple) else value for name, value in settings.items()},
            "steps": self.steps,
            "state": [dict(memory) for memory in self.state],
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a `state_dict` of the same kind of optimizer, with as many parameters; its settings are taken too.

        ValueError or TypeError says what does not fit, and then nothing has been changed.
        """
        checked_keys("state", state, self.state_dict())
        if state["optimizer"] != type(self).__name__:
            raise ValueError(f"state must be that of {type(self).__name__}, got that of {state['optimizer']!r}")
        checked_keys("state: settings", state["settings"], self.settings)
        # Another optimizer, so that whatever is wrong is found before this one changes. The constructor
        # takes no rate of 0, where a schedule may have ended; the attribute does.
        loaded = type(self)(self.params, lr=1.0, **state["settings"])
        loaded.lr = finite_from_zero("state: lr", state["lr"])
        loaded.initial_lr = None if state["initial_lr"] is None else finite_from_zero("state: initial_lr", state["initial_lr"])
        loaded.steps = checked_integer("state: steps", state["steps"], at_least=0)
        loaded.state = self._checked_memories(state["state"])
        self.__dict__.update(loaded.__dict__)

    def _checked_memories(self, memories: Any) -> list[Memory]:
        if not isinstance(memories, list) or len(memories) != len(self.params):
            raise ValueError(f"state: state must be a list of {len(self.params)}, one dict for each parameter, got {memories!r}")
        checked: list[Memory] = []
        for i, memory in enumerate(memories):
            name = f"state: state[{i}]"
            checked_keys(name, memory, self.lowest)
            checked.append({key: _from(low, f"{name}[{key!r}]", memory[key]) for key, low in self.lowest.items()})
        return checked


def _from(low: float, name: str, value: float) -> float:
    # NaN and infinity pass: a run that has diverged can be saved and loaded as well.
    return checked_number(name, value, f"a number >= {low}", lambda x: not x < low)


class SGD(Optimizer):
    """Step against the gradient: data −= lr·grad, with momentum if wanted.

    With `momentum` μ (at least 0) a velocity v ← μ·v + grad takes the place of grad (Polyak, 1964), and with
    `nesterov` grad + μ·v does (Nesterov, 1983, in the form of Sutskever et al., 2013). `weight_decay` λ (at least 0)
    adds λ·data to every gradient first, as a penalty ½λ·data² in the loss would. `lr` is in units of data per
    unit of gradient. PyTorch's dampening is left out: it is 0.

    >>> w = Value(5.0)
    >>> optimizer = SGD([w], lr=0.25)
    >>> for _ in range(3):
    ...     optimizer.zero_grad()
    ...     ((w - 1) ** 2).backward()
    ...     optimizer.step()
    ...     print(w.data)
    3.0
    2.0
    1.5
    """

    settings = ("momentum", "weight_decay", "nesterov")
    lowest: ClassVar[Memory] = {"momentum_buffer": -math.inf}

    def __init__(
        self, params: Iterable[Value], lr: float, momentum: float = 0.0, weight_decay: float = 0.0, nesterov: bool = False
    ) -> None:
        super().__init__(params, lr)
        self.momentum = finite_from_zero("momentum", momentum)
        self.weight_decay = finite_from_zero("weight_decay", weight_decay)
        self.nesterov = checked_flag("nesterov", nesterov)
        if nesterov and self.momentum == 0.0:
            raise ValueError(f"momentum must be > 0 where nesterov is True, got {momentum!r}")

    def update(self, data: float, grad: float, memory: Memory) -> tuple[float, Memory]:
        grad += self.weight_decay * data
        velocity = self.momentum * memory["momentum_buffer"] + grad
        direction = grad + self.momentum * velocity if self.nesterov else velocity
        return data - self.lr * direction, {"momentum_buffer": velocity}


class Adam(Optimizer):
    """Step by about `lr` in every coordinate: the mean of recent gradients over their root mean square.

    m ← β₁·m + (1 − β₁)·grad and v ← β₂·v + (1 − β₂)·grad², with `betas` (β₁, β₂), each at least 0 and below 1.
    Both are divided by 1 − βᵗ at step t, since they began at 0; then data −= lr·m / (√v + eps)
    (Kingma and Ba, 2015, arXiv:1412.6980). So `lr` is in units of data per step, and `eps` (at least 0) in those of
    the gradient. `weight_decay` λ (at least 0) adds λ·data to the gradient first; see AdamW.

    >>> w = Value(5.0)
    >>> optimizer = Adam([w], lr=0.5)
    >>> ((w - 1) ** 2).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    4.5
    """

    settings = ("betas", "eps", "weight_decay")
    lowest: ClassVar[Memory] = {"exp_avg": -math.inf, "exp_avg_sq": 0.0}

    def __init__(
        self,
        params: Iterable[Value],
        lr: float = 1e-3,
        betas: Sequence[float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr)
        if not isinstance(betas, (list, tuple)) or len(betas) != 2:
            raise ValueError(f"betas must be a pair of numbers >= 0 and < 1, got {betas!r}")
        self.betas = (below_one("betas[0]", betas[0]), below_one("betas[1]", betas[1]))
        self.eps = finite_from_zero("eps", eps)
        self.weight_decay = finite_from_zero("weight_decay", weight_decay)

    def update(self, data: float, grad: float, memory: Memory) -> tuple[float, Memory]:
        return self._moved(data, grad + self.weight_decay * data, memory)

    def _moved(self, data: float, grad: float, memory: Memory) -> tuple[float, Memory]:
        beta1, beta2 = self.betas
        mean = beta1 * memory["exp_avg"] + (1.0 - beta1) * grad
        square = beta2 * memory["exp_avg_sq"] + (1.0 - beta2) * grad * grad
        step = self.steps + 1
        size = math.sqrt(square) / math.sqrt(1.0 - beta2**step) + self.eps
        data -= self.lr / (1.0 - beta1**step) * (mean / size)
        return data, {"exp_avg": mean, "exp_avg_sq": square}


class AdamW(Adam):
    """Adam, with a weight decay that shrinks the parameters themselves instead of adding to their gradients.

    First data ← (1 − lr·λ)·data with `weight_decay` λ (at least 0), then Adam's step by the gradient alone: so the decay
    is not divided by the size of the gradients (Loshchilov and Hutter, 2019, arXiv:1711.05101).

    >>> w = Value(5.0)
    >>> w.grad = 0.0
    >>> AdamW([w], lr=0.5, weight_decay=0.1).step()
    >>> w.data
    4.75
    """

    def __init__(
        self,
        params: Iterable[Value],
        lr: float = 1e-3,
        betas: Sequence[float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay)

    def update(self, data: float, grad: float, memory: Memory) -> tuple[float, Memory]:
        return self._moved(data * (1.0 - self.lr * self.weight_decay), grad, memory)


class RMSprop(Optimizer):
    """Step by the gradient over its root mean square of late.

    v ← α·v + (1 − α)·grad² with `alpha` (at least 0, below 1), then data −= lr·grad / (√v + eps) (Hinton, 2012, lecture 6e
    of "Neural Networks for Machine Learning"). `centered` takes the variance in place of v: less the square of
    the mean gradient (Graves, 2013, arXiv:1308.0850). `momentum` μ (at least 0) collects what is to be subtracted, without
    lr, in b ← μ·b + grad / (√v + eps). `lr` is in units of data per step, `eps` (at least 0) in those of the gradient.
    `weight_decay` λ (at least 0) adds λ·data to the gradient first.

    >>> w = Value(5.0)
    >>> optimizer = RMSprop([w], lr=0.05)
    >>> ((w - 1) ** 2).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    4.5
    """

    settings = ("alpha", "eps", "weight_decay", "momentum", "centered")
    lowest: ClassVar[Memory] = {"square_avg": 0.0, "grad_avg": -math.inf, "momentum_buffer": -math.inf}

    def __init__(
        self,
        params: Iterable[Value],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ) -> None:
        super().__init__(params, lr)
        self.alpha = below_one("alpha", alpha)
        self.eps = finite_from_zero("eps", eps)
        self.weight_decay = finite_from_zero("weight_decay", weight_decay)
        self.momentum = finite_from_zero("momentum", momentum)
        self.centered = checked_flag("centered", centered)

    def update(self, data: float, grad: float, memory: Memory) -> tuple[float, Memory]:
        grad += self.weight_decay * data
        square = self.alpha * memory["square_avg"] + (1.0 - self.alpha) * grad * grad
        mean = self.alpha * memory["grad_avg"] + (1.0 - self.alpha) * grad
        # Rounding can take a variance next to 0 below it, and PyTorch's root is NaN then. A variance of NaN is kept:
        # max gives its first argument where nothing is greater.
        variance = max(square - mean * mean, 0.0) if self.centered else square
        velocity = self.momentum * memory["momentum_buffer"] + grad / (math.sqrt(variance) + self.eps)
        return data - self.lr * velocity, {"square_avg": square, "grad_avg": mean, "momentum_buffer": velocity}


class Adagrad(Optimizer):
    """Step by the gradient over the root of the sum of all its squares so far, so steps grow ever shorter.

    s ← s + grad², from `initial_accumulator_value` on (at least 0, in units of the gradient squared); then
    data −= lr / (1 + (t − 1)·lr_decay) · grad / (√s + eps) at step t, with `lr_decay` at least 0 (Duchi, Hazan
    and Singer, 2011). `lr` is in units of data per step, `eps` (at least 0) in those of the gradient. `weight_decay` λ
    (at least 0) adds λ·data to the gradient first.

    >>> w = Value(5.0)
    >>> optimizer = Adagrad([w], lr=0.5)
    >>> ((w - 1) ** 2).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    4.5
    """

    settings = ("lr_decay", "weight_decay", "initial_accumulator_value", "eps")
    lowest: ClassVar[Memory] = {"sum": 0.0}

    def __init__(
        self,
        params: Iterable[Value],
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
    ) -> None:
        super().__init__(params, lr)
        self.lr_decay = finite_from_zero("lr_decay", lr_decay)
        self.weight_decay = finite_from_zero("weight_decay", weight_decay)
        self.initial_accumulator_value = finite_from_zero("initial_accumulator_value", initial_accumulator_value)
        self.eps = finite_from_zero("eps", eps)
        self.state = [{"sum": self.initial_accumulator_value} for _ in self.params]

    def update(self, data: float, grad: float, memory: Memory) -> tuple[float, Memory]:
        grad += self.weight_decay * data
        total = memory["sum"] + grad * grad
        rate = self.lr / (1.0 + self.steps * self.lr_decay)
        return data - rate * (grad / (math.sqrt(total) + self.eps)), {"sum": total}
