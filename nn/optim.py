"""Optimizers: how gradients move parameters. Names, defaults and update rules are PyTorch's."""

from __future__ import annotations

import math
from collections import UserDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, NoReturn, TypeVar, overload

from autograd import Value
from autograd.extend import (
    any_number,
    below_one,
    checked_flag,
    checked_integer,
    checked_keys,
    counted,
    did_you_mean,
    finite_above_zero,
    finite_from_zero,
    number_check,
    teach_step_without_backward,
)
from nn._cards import optimizer_card, setting_text
from nn._check import checked_parameters
from nn._interrupts import never_half
from nn.foreign_names import advise_on_init, advising

T = TypeVar("T")
Memory = dict[str, Any]  # what an optimizer remembers of one parameter, or in arrays of many
Update = Callable[[Any, Any, Memory], tuple[Any, Memory]]
Check = Callable[[str, Any], Any]
Params = Iterable[Value] | Sequence[Mapping[str, Any]]


class Arithmetic(NamedTuple):
    """The functions that a rule needs besides operators, on floats or on arrays.

    >>> FLOATS.sqrt(9.0), FLOATS.largest(2.0, 3.0)
    (3.0, 3.0)
    """

    sqrt: Callable[[Any], Any]
    largest: Callable[[Any, Any], Any]  # the first number unless the second is greater, so NaN is kept


FLOATS = Arithmetic(math.sqrt, max)


class Setting(Generic[T]):
    """An option of an optimizer, with the check its values must pass; each parameter group has its own value.

    Read as an attribute of the optimizer it is the first group's value, and inside `update` the current group's. It can
    be assigned as an attribute while there is only one group.

    >>> optimizer = SGD([Value(1.0)], lr=0.1)
    >>> optimizer.lr = 0.01
    >>> optimizer.lr = -1.0
    Traceback (most recent call last):
    ValueError: lr must be a finite number >= 0, got -1.0
    """

    def __init__(self, check: Callable[[str, Any], T]) -> None:
        self.check = check

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, optimizer: None, owner: type) -> Setting[T]: ...
    @overload
    def __get__(self, optimizer: Optimizer, owner: type) -> T: ...
    def __get__(self, optimizer: Optimizer | None, owner: type) -> Any:
        return self if optimizer is None else optimizer.param_groups[optimizer._at][self.name]

    def __set__(self, optimizer: Optimizer, value: Any) -> None:
        groups = optimizer.param_groups
        if len(groups) > 1:
            write = f'for group in optimizer.param_groups: group["{self.name}"] = {value!r}'
            raise ValueError(f"{self.name} must be set per group, since there are {len(groups)} groups: write {write}")
        groups[0][self.name] = value


class ParamGroup(UserDict[str, Any]):
    """Parameters that share their settings: a dict of "params" and every setting by name.

    A setting is checked when it is assigned; "params" is a tuple and cannot be assigned. "initial_lr" is the rate that the
    first scheduler started from, None before there is one.

    >>> optimizer = SGD([Value(1.0)], lr=0.1)
    >>> optimizer.param_groups[0]["lr"] = -1.0
    Traceback (most recent call last):
    ValueError: lr must be a finite number >= 0, got -1.0
    """

    def __init__(self, params: Iterable[Value], optimizer: type[Optimizer], settings: Mapping[str, Any]) -> None:
        super().__init__()
        self.optimizer = optimizer  # for its checks: a class can be pickled, the checks cannot
        self.data.update(params=tuple(params), **settings)

    def __setitem__(self, name: str, value: Any) -> None:
        checks = self.optimizer.checks()
        if name not in checks:
            settings, meant = ", ".join(checks), did_you_mean(str(name), checks)
            raise ValueError(f"a parameter group can set only {settings}, got {name!r}{meant}")
        self.data[name] = checks[name](name, value)


class Optimizer:
    """Holds parameters and moves each of them at every `step`, by a rule that a subclass states in `update`.

    `params` is any iterable of distinct leaves, such as `model.parameters()`, or a list of groups, each a dict of its
    "params" and the settings in which it differs: `[{"params": a, "lr": 0.1}, {"params": b}]`. The learning rate `lr`
    starts above 0. Later it can be any finite number >= 0, since a schedule may end at 0, where a step moves nothing.

    `param_groups` holds the groups as dicts (see ParamGroup), `params` the parameters of all groups, `state` a dict of
    numbers for each of them, and `steps` counts the steps made. ValueError or TypeError names a bad argument.

    For a rule of your own, write a subclass. What it keeps in `memory` stands in `lowest`, each number by name with its lower
    bound, and is 0 before the first step. Any new setting is a `Setting` that the constructor passes on by name:

    >>> class SignDescent(Optimizer):
    ...     shrink = Setting(finite_from_zero)  # a check of `autograd.extend`
    ...     def __init__(self, params, lr, shrink=1.0):
    ...         super().__init__(params, lr, shrink=shrink)
    ...     def update(self, data, grad, memory):
    ...         return self.shrink * data - math.copysign(self.lr, grad), memory
    >>> w = Value(1.0)
    >>> w.grad = 20.0
    >>> SignDescent([w], lr=0.25, shrink=0.5).step()
    >>> w.data
    0.25
    """

    settings: ClassVar[tuple[str, ...]] = ()  # the names of the settings other than lr, as the constructor takes them
    lowest: ClassVar[Memory] = {}  # each number in a parameter's memory by name, and its lower bound

    lr = Setting(finite_from_zero)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        advise_on_init(cls)
        cls.settings = (*cls.settings, *(name for name, held in vars(cls).items() if isinstance(held, Setting)))

    def __init__(self, params: Params, lr: float, **settings: Any) -> None:
        if isinstance(lr, Mapping):
            write = ", ".join(f"{key}=…" for key in lr)
            raise TypeError(f"lr must be a number, got a dict of settings: hand them on, super().__init__(params, {write})")
        unknown = next((name for name in settings if name not in self.settings), None)
        if unknown is not None:
            declared = f"declare it in the class, {unknown} = Setting(check)"
            raise TypeError(f"{type(self).__name__} has no setting {unknown!r}: {declared}")
        checked_keys("settings", settings, self.settings)
        checked = {name: getattr(type(self), name).check(name, settings[name]) for name in self.settings}
        self.defaults = {"lr": finite_above_zero("lr", lr), **checked}
        self.param_groups: tuple[ParamGroup, ...] = ()
        self._params: tuple[Value, ...] = ()
        self.state: list[Memory] = []
        self.steps = 0
        self._at = 0  # the index of the group whose settings can be read as attributes
        if isinstance(params, Mapping) and "params" in params:
            write = ", ".join(f"{key!r}: …" for key in params)
            raise TypeError(f"params must be an iterable of Values or a list of groups, got one group: write [{{{write}}}]")
        if isinstance(params, (list, tuple)) and any(isinstance(group, Mapping) for group in params):
            for i, group in enumerate(params):
                self._add(group, f"params[{i}]")
        else:
            self._add({"params": params}, "")

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={setting_text(self.param_groups[0][name])}" for name in self.defaults)
        return f"{type(self).__name__}({settings if len(self.param_groups) == 1 else f'{len(self.param_groups)} groups'})"

    def _repr_html_(self) -> str:
        made = f"{counted(len(self.params), 'parameter')}, {counted(self.steps, 'step')} made"
        return optimizer_card(f"{type(self).__name__}: {made}", self.param_groups)

    if not TYPE_CHECKING:  # hidden from type checkers, which would otherwise accept any name

        def __getattr__(self, name: str) -> Any:
            advice = "" if "defaults" in vars(self) else ": call super().__init__(params, lr) first"
            advice = ": write optimizer.lr" if name == "learning_rate" else advice
            if not advice:
                return self.__getattribute__(name)  # again, for Python's own error or that of a property
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}{advice}", name=name)

        def __setattr__(self, name: str, value: Any) -> None:
            if name == "learning_rate" and type(self).__module__ == __name__:  # Keras's: it would have no effect
                raise AttributeError(f"{type(self).__name__} has no learning_rate: write optimizer.lr = {value!r}")
            super().__setattr__(name, value)

    @property
    def params(self) -> tuple[Value, ...]:
        """The parameters of all groups, in order; they cannot be assigned, since the optimizer remembers each one's past."""
        return self._params

    @params.setter
    def params(self, params: Any) -> NoReturn:
        name = type(self).__name__
        write = f"make a new one, {name}(model.parameters(), …), or call add_param_group"
        if not hasattr(self, "param_groups"):
            write = "call super().__init__(params, lr)"
        raise AttributeError(f"params of {name} cannot be assigned: {write}")

    @classmethod
    def checks(cls) -> dict[str, Check]:
        """The checks of everything in a group except its parameters, by name."""
        return {**{name: getattr(cls, name).check for name in ("lr", *cls.settings)}, "initial_lr": _rate_or_none}

    def add_param_group(self, param_group: Mapping[str, Any]) -> None:
        """Move these parameters too: a dict of "params" and the settings in which they differ.

        >>> optimizer = SGD([Value(1.0)], lr=0.1)
        >>> optimizer.add_param_group({"params": [Value(2.0)], "lr": 0.01})
        >>> [group["lr"] for group in optimizer.param_groups]
        [0.1, 0.01]
        """
        self._add(param_group, "param_group")

    def _add(self, given: Any, name: str) -> None:
        """Add a group, called `name` in errors; "" if `params` was given without groups."""
        if not isinstance(given, Mapping):
            raise TypeError(f"{name} must be a dict with the key 'params', like the other groups, got {given!r}")
        unknown = [key for key in given if key not in ("params", *self.defaults)]
        if unknown or "params" not in given:
            meant = did_you_mean(str(unknown[0]), self.defaults) if unknown else ""
            keys = f"the key 'params', and may have {', '.join(self.defaults)}"
            raise ValueError(f"{name} must have {keys}, got {list(given)}{meant}")
        params = [given["params"]] if name and isinstance(given["params"], Value) else given["params"]
        params = checked_parameters(f"{name}['params']" if name else "params", params)
        others = set(self.params)
        for i, value in enumerate(params):
            if value in others:
                raise ValueError(f"{name}['params'] must hold no Value of another group, got {value!r} at {i}")
        checks = {**self.checks(), "lr": finite_above_zero}
        settings = {key: checks[key](f"{name}[{key!r}]", given[key]) for key in given if key != "params"}
        group = ParamGroup(params, type(self), {**self.defaults, **settings, "initial_lr": None})
        self._check(group)
        self.param_groups += (group,)
        self._params += group.data["params"]
        self.state += [self._first_memory(group) for _ in params]

    def _check(self, group: Mapping[str, Any]) -> None:
        """ValueError if settings of a group do not go together."""

    def _first_memory(self, group: Mapping[str, Any]) -> Memory:
        """The memory of a parameter before its first step."""
        return {name: type(low)() for name, low in self.lowest.items()}

    @contextmanager
    def at_group(self, index: int) -> Iterator[None]:
        """Inside, settings read as attributes are this group's, as they are inside `update`."""
        self._at = index
        try:
            yield
        finally:
            self._at = 0

    def update(self, data: float, grad: float, memory: Memory) -> tuple[float, Memory]:
        """The new number of a parameter and its new memory, from the present ones and its gradient."""
        return self.rule(self.param_groups[self._at], FLOATS)(data, grad, memory)

    def rule(self, group: Mapping[str, Any], arithmetic: Arithmetic) -> Update:
        """The `update` function for a group's parameters, which reads the settings once for all of them.

        Given arrays it moves many parameters at once, bit for bit as one by one; integers in their memory are shared.
        Arrays are not changed in place.
        """
        raise NotImplementedError(f"{type(self).__name__} must define update(self, data, grad, memory)")

    @advising
    def zero_grad(self) -> None:
        """Clear the gradient of every parameter, before the next `backward()` adds to it."""
        for p in self.params:
            p.zero_grad()

    def step(self) -> None:
        """Move every parameter once by its `grad`; one that no gradient has reached since `zero_grad()` is skipped.

        A skipped parameter, such as a frozen one, keeps its number and its memory: no weight decay, no momentum. A gradient
        of 0 does count. All new numbers are computed before any is assigned, so an error leaves everything as it was, and
        Ctrl-C leaves the step either not begun or complete.
        With eps=0 a parameter whose gradients have all been 0 is a ZeroDivisionError, where PyTorch makes it NaN.
        """
        if not any(p.has_grad for p in self.params):
            teach_step_without_backward(all_frozen=not any(p.requires_grad for p in self.params))
        own = type(self).update is not Optimizer.update
        memories = iter(self.state)
        skipped: Any = ()  # not None, which an `update` without a return gives
        updated: list[tuple[float, Memory]] = []
        try:
            for index, group in enumerate(self.param_groups):
                with self.at_group(index):
                    settings = group.data  # the plain dict, which is faster to read
                    update = self.update if own else self.rule(settings, FLOATS)
                    # A nonzero gradient has certainly been set, and testing for it first is faster.
                    updated += [
                        update(p.data, grad, memory) if (grad := p.grad) or p.has_grad else skipped
                        for p, memory in zip(settings["params"], memories, strict=False)
                    ]
        except ZeroDivisionError as error:
            advice = "give eps > 0, which helps when a parameter's gradients have all been 0"
            raise ZeroDivisionError(f"{type(self).__name__} divides by 0: {advice}") from error
        for new in updated if own else ():
            if new is skipped:
                continue
            if not (isinstance(new, (tuple, list)) and len(new) == 2 and isinstance(new[1], Mapping)):
                name = type(self).__name__
                raise TypeError(
                    f"{name}.update must return the new number and the memory, as in return data - …, memory, got {new!r}"
                )
            any_number("the result of update", new[0])
        state = [new[1] if new else memory for memory, new in zip(self.state, updated, strict=True)]
        steps = self.steps + 1

        def move() -> None:
            for p, new in zip(self.params, updated, strict=True):
                if new:
                    p.data = new[0]
            self.state, self.steps = state, steps

        never_half(move)

    def state_dict(self) -> dict[str, Any]:
        """Everything the next step depends on except the parameters: dicts, lists and numbers that `json.dumps` accepts.

        As in PyTorch, "param_groups" holds the settings of each group and the indices of its parameters.

        >>> SGD([Value(1.0)], lr=0.1, momentum=0.9).state_dict()["state"]
        [{'momentum_buffer': 0.0}]
        """
        groups, indices = [], iter(range(len(self.params)))
        for group in self.param_groups:
            settings = {name: list(held) if isinstance(held, tuple) else held for name, held in group.items() if name != "params"}
            groups.append({**settings, "params": [next(indices) for _ in group["params"]]})
        state = [dict(memory) for memory in self.state]
        return {"optimizer": type(self).__name__, "steps": self.steps, "state": state, "param_groups": groups}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Resume from a `state_dict` of the same kind of optimizer, with as many parameters in as many groups.

        Settings are restored too. ValueError or TypeError says what does not fit; nothing is changed then.
        """
        now = self.state_dict()
        checked_keys("state", state, now)
        if state["optimizer"] != now["optimizer"]:
            raise ValueError(f"state must come from {now['optimizer']}, got one from {state['optimizer']!r}")
        steps = checked_integer("state: steps", state["steps"], at_least=0)
        memories, settings = [], []
        for name, memory in _each(state, "state", "parameter", len(self.params)):
            unknown = [key for key in memory if key not in self.lowest] if isinstance(memory, Mapping) else []
            if unknown and type(self).update is not Optimizer.update:
                bounds = ", ".join(f"{key!r}: -math.inf" for key in unknown)
                raise ValueError(f"{name} has what {type(self).__name__}.lowest does not declare: write lowest = {{{bounds}, …}}")
            checked_keys(name, memory, self.lowest)
            memories.append({key: _from(low, f"{name}[{key!r}]", memory[key]) for key, low in self.lowest.items()})
        groups = _each(state, "param_groups", "group", len(self.param_groups))
        for (name, group), own in zip(groups, now["param_groups"], strict=True):
            checked_keys(name, group, own)
            if group["params"] != own["params"]:
                raise ValueError(f"{name}['params'] must be {own['params']}, as in this optimizer, got {group['params']}")
            settings.append({key: check(f"{name}[{key!r}]", group[key]) for key, check in self.checks().items()})
            self._check(settings[-1])

        def take() -> None:
            for group, loaded in zip(self.param_groups, settings, strict=True):
                group.update(loaded)
            self.steps, self.state = steps, memories

        never_half(take)


def _each(state: Mapping[str, Any], key: str, what: str, count: int) -> list[tuple[str, Any]]:
    """The dicts in a list of the state, one per parameter or group, each with its name in errors."""
    if not isinstance(state[key], list) or len(state[key]) != count:
        got = f"a list of {len(state[key])}" if isinstance(state[key], list) else repr(state[key])
        raise ValueError(f"state: {key} must be a list of {count}, one dict for each {what}, got {got}")
    return [(f"state: {key}[{i}]", held) for i, held in enumerate(state[key])]


def _from(low: float, name: str, value: float) -> float:
    if isinstance(low, int):
        return checked_integer(name, value, at_least=low)
    # NaN and infinity pass: a run that has diverged can be saved and loaded too.
    return number_check(f"a number >= {low}", lambda x: not x < low)(name, value)


def _rate_or_none(name: str, value: float | None) -> float | None:
    return None if value is None else finite_from_zero(name, value)


def _pair_below_one(name: str, value: Sequence[float]) -> tuple[float, float]:
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise ValueError(f"{name} must be a pair of numbers >= 0 and < 1, got {value!r}")
    return below_one(f"{name}[0]", value[0]), below_one(f"{name}[1]", value[1])


class SGD(Optimizer):
    """Stochastic gradient descent: data −= lr·grad, optionally with momentum.

    With `momentum` μ (at least 0) a velocity v ← μ·v + grad takes the place of grad (Polyak, 1964), and with
    `nesterov` grad + μ·v does (Nesterov, 1983, in the form of Sutskever et al., 2013). `weight_decay` λ (at least 0)
    adds λ·data to every gradient first, as a penalty ½λ·data² in the loss would. `lr` is in units of data per
    unit of gradient. There is no dampening.

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

    lowest: ClassVar[Memory] = {"momentum_buffer": -math.inf}

    momentum = Setting(finite_from_zero)
    weight_decay = Setting(finite_from_zero)
    nesterov = Setting(checked_flag)

    def __init__(
        self, params: Params, lr: float = 1e-3, momentum: float = 0.0, weight_decay: float = 0.0, nesterov: bool = False
    ) -> None:
        super().__init__(params, lr, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov)

    def _check(self, group: Mapping[str, Any]) -> None:
        if group["nesterov"] and group["momentum"] == 0.0:
            raise ValueError(f"momentum must be > 0 if nesterov is True, got {group['momentum']!r}")

    def rule(self, group: Mapping[str, Any], arithmetic: Arithmetic) -> Update:
        lr, momentum, weight_decay, nesterov = (group[name] for name in ("lr", "momentum", "weight_decay", "nesterov"))

        def plain(data: Any, grad: Any, memory: Memory) -> tuple[Any, Memory]:
            return data - lr * (grad + weight_decay * data), memory

        def with_momentum(data: Any, grad: Any, memory: Memory) -> tuple[Any, Memory]:
            grad = grad + weight_decay * data
            velocity = momentum * memory["momentum_buffer"] + grad
            direction = grad + momentum * velocity if nesterov else velocity
            return data - lr * direction, {"momentum_buffer": velocity}

        return with_momentum if momentum else plain


class Adam(Optimizer):
    """Step by about `lr` in every coordinate: the mean of recent gradients over their root mean square.

    m ← β₁·m + (1 − β₁)·grad and v ← β₂·v + (1 − β₂)·grad², with `betas` (β₁, β₂), each at least 0 and below 1.
    Both are divided by 1 − βᵗ at the parameter's step t, since they start at 0; then data −= lr·m / (√v + eps)
    (Kingma and Ba, 2015, arXiv:1412.6980). So `lr` is in units of data per step, and `eps` (at least 0) in units of
    the gradient. `weight_decay` λ (at least 0) adds λ·data to the gradient first; see AdamW. `amsgrad` takes the
    largest v so far in place of v (Reddi, Kale and Kumar, 2018, arXiv:1904.09237).

    >>> w = Value(5.0)
    >>> ((w - 1) ** 2).backward()
    >>> Adam([w], lr=0.5).step()
    >>> round(w.data, 6)
    4.5
    """

    lowest: ClassVar[Memory] = {"step": 0, "exp_avg": -math.inf, "exp_avg_sq": 0.0, "max_exp_avg_sq": 0.0}
    decoupled: ClassVar[bool] = False  # True if weight decay shrinks the parameters themselves

    betas = Setting(_pair_below_one)
    eps = Setting(finite_from_zero)
    weight_decay = Setting(finite_from_zero)
    amsgrad = Setting(checked_flag)

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: Sequence[float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(params, lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)

    def rule(self, group: Mapping[str, Any], arithmetic: Arithmetic) -> Update:
        sqrt, largest = arithmetic
        lr, (beta1, beta2), eps, amsgrad = (group[name] for name in ("lr", "betas", "eps", "amsgrad"))
        shrink, decay = (1.0 - lr * group["weight_decay"], 0.0) if self.decoupled else (1.0, group["weight_decay"])
        scales: dict[float, tuple[float, float]] = {}  # for both means, by step: most parameters share theirs

        def update(data: Any, grad: Any, memory: Memory) -> tuple[Any, Memory]:
            step = memory["step"] + 1
            if step not in scales:
                scales[step] = lr / (1.0 - beta1**step), sqrt(1.0 - beta2**step)
            rate, root = scales[step]
            grad = grad + decay * data
            mean = beta1 * memory["exp_avg"] + (1.0 - beta1) * grad
            square = beta2 * memory["exp_avg_sq"] + (1.0 - beta2) * grad * grad
            highest = largest(square, memory["max_exp_avg_sq"]) if amsgrad else 0.0
            size = sqrt(highest if amsgrad else square) / root + eps
            memory = {"step": step, "exp_avg": mean, "exp_avg_sq": square, "max_exp_avg_sq": highest}
            return data * shrink - rate * (mean / size), memory

        return update


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

    decoupled = True

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: Sequence[float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad)


class NAdam(Optimizer):
    """Adam that looks ahead: it steps by the mean that the next gradient will meet, as Nesterov's momentum does.

    m and v are Adam's. With μₜ = β₁·(1 − ½·0.96^(t·`momentum_decay`)) at the parameter's step t, and M the product of
    all μ so far, data −= lr·((1 − μₜ)/(1 − M)·grad + μₜ₊₁/(1 − M·μₜ₊₁)·m) / (√(v/(1 − β₂ᵗ)) + eps) (Dozat, 2016,
    "Incorporating Nesterov Momentum into Adam"). `weight_decay` λ (at least 0) adds λ·data to the gradient first, or
    with `decoupled_weight_decay` shrinks data by the factor 1 − lr·λ as AdamW does. `lr` is in units of data per step.

    >>> w = Value(5.0)
    >>> ((w - 1) ** 2).backward()
    >>> NAdam([w], lr=0.5).step()
    >>> round(w.data, 3)
    4.472
    """

    lowest: ClassVar[Memory] = {"step": 0, "exp_avg": -math.inf, "exp_avg_sq": 0.0, "mu_product": 0.0}

    betas = Setting(_pair_below_one)
    eps = Setting(finite_from_zero)
    weight_decay = Setting(finite_from_zero)
    momentum_decay = Setting(finite_from_zero)
    decoupled_weight_decay = Setting(checked_flag)

    def __init__(
        self,
        params: Params,
        lr: float = 2e-3,
        betas: Sequence[float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
    ) -> None:
        settings = {"betas": betas, "eps": eps, "weight_decay": weight_decay, "momentum_decay": momentum_decay}
        super().__init__(params, lr, **settings, decoupled_weight_decay=decoupled_weight_decay)

    def _first_memory(self, group: Mapping[str, Any]) -> Memory:
        return {**super()._first_memory(group), "mu_product": 1.0}

    def rule(self, group: Mapping[str, Any], arithmetic: Arithmetic) -> Update:
        sqrt = arithmetic.sqrt
        lr, (beta1, beta2), eps, momentum_decay = (group[name] for name in ("lr", "betas", "eps", "momentum_decay"))
        decoupled, weight_decay = group["decoupled_weight_decay"], group["weight_decay"]
        shrink, decay = (1.0 - lr * weight_decay, 0.0) if decoupled else (1.0, weight_decay)

        def mu(step: float) -> float:
            return float(beta1 * (1.0 - 0.5 * 0.96 ** (step * momentum_decay)))

        def update(data: Any, grad: Any, memory: Memory) -> tuple[Any, Memory]:
            step = memory["step"] + 1
            now, following = mu(step), mu(step + 1)
            product = memory["mu_product"] * now
            grad = grad + decay * data
            mean = beta1 * memory["exp_avg"] + (1.0 - beta1) * grad
            square = beta2 * memory["exp_avg_sq"] + (1.0 - beta2) * grad * grad
            size = sqrt(square / (1.0 - beta2**step)) + eps
            data = data * shrink - lr * (1.0 - now) / (1.0 - product) * (grad / size)
            data = data - lr * following / (1.0 - product * following) * (mean / size)
            return data, {"step": step, "exp_avg": mean, "exp_avg_sq": square, "mu_product": product}

        return update


class RMSprop(Optimizer):
    """Step by the gradient over its recent root mean square.

    v ← α·v + (1 − α)·grad² with `alpha` (at least 0, below 1), then data −= lr·grad / (√v + eps) (Hinton, 2012, lecture 6e
    of "Neural Networks for Machine Learning"). `centered` replaces v by the variance, which is v less the square of
    the mean gradient (Graves, 2013, arXiv:1308.0850). `momentum` μ (at least 0) replaces the
    fraction by b ← μ·b + grad / (√v + eps). `lr` is in units of data per step, `eps` (at least 0) in units of the gradient.
    `weight_decay` λ (at least 0) adds λ·data to the gradient first.

    >>> w = Value(5.0)
    >>> ((w - 1) ** 2).backward()
    >>> RMSprop([w], lr=0.05).step()
    >>> round(w.data, 6)
    4.5
    """

    lowest: ClassVar[Memory] = {"square_avg": 0.0, "grad_avg": -math.inf, "momentum_buffer": -math.inf}

    alpha = Setting(below_one)
    eps = Setting(finite_from_zero)
    weight_decay = Setting(finite_from_zero)
    momentum = Setting(finite_from_zero)
    centered = Setting(checked_flag)

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ) -> None:
        super().__init__(params, lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum, centered=centered)

    def rule(self, group: Mapping[str, Any], arithmetic: Arithmetic) -> Update:
        sqrt, largest = arithmetic
        lr, alpha, eps, weight_decay = (group[name] for name in ("lr", "alpha", "eps", "weight_decay"))
        momentum, centered = group["momentum"], group["centered"]

        def update(data: Any, grad: Any, memory: Memory) -> tuple[Any, Memory]:
            grad = grad + weight_decay * data
            square = alpha * memory["square_avg"] + (1.0 - alpha) * grad * grad
            mean = alpha * memory["grad_avg"] + (1.0 - alpha) * grad if centered else 0.0
            # Rounding can push a variance near 0 below it, where PyTorch's root is NaN. A NaN variance is kept.
            variance = largest(square - mean * mean, 0.0) if centered else square
            velocity = momentum * memory["momentum_buffer"] + grad / (sqrt(variance) + eps)
            return data - lr * velocity, {"square_avg": square, "grad_avg": mean, "momentum_buffer": velocity}

        return update


class Adagrad(Optimizer):
    """Step by the gradient over the root of the sum of all its squares so far, so steps become ever shorter.

    s ← s + grad², starting at `initial_accumulator_value` (at least 0, in units of the gradient squared); then
    data −= lr / (1 + (t − 1)·lr_decay) · grad / (√s + eps) at the parameter's step t, with `lr_decay` at least 0 (Duchi,
    Hazan and Singer, 2011). `lr` is in units of data per step, `eps` (at least 0) in units of the gradient.
    `weight_decay` λ (at least 0) adds λ·data to the gradient first. Each group starts at its own
    `initial_accumulator_value`, where PyTorch uses the constructor's.

    >>> w = Value(5.0)
    >>> ((w - 1) ** 2).backward()
    >>> Adagrad([w], lr=0.5).step()
    >>> round(w.data, 6)
    4.5
    """

    lowest: ClassVar[Memory] = {"step": 0, "sum": 0.0}

    lr_decay = Setting(finite_from_zero)
    weight_decay = Setting(finite_from_zero)
    initial_accumulator_value = Setting(finite_from_zero)
    eps = Setting(finite_from_zero)

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
    ) -> None:
        settings = {"lr_decay": lr_decay, "weight_decay": weight_decay, "eps": eps}
        super().__init__(params, lr, **settings, initial_accumulator_value=initial_accumulator_value)

    def _first_memory(self, group: Mapping[str, Any]) -> Memory:
        return {"step": 0, "sum": group["initial_accumulator_value"]}

    def rule(self, group: Mapping[str, Any], arithmetic: Arithmetic) -> Update:
        sqrt = arithmetic.sqrt
        lr, lr_decay, weight_decay, eps = (group[name] for name in ("lr", "lr_decay", "weight_decay", "eps"))

        def update(data: Any, grad: Any, memory: Memory) -> tuple[Any, Memory]:
            grad = grad + weight_decay * data
            total = memory["sum"] + grad * grad
            rate = lr / (1.0 + memory["step"] * lr_decay)
            return data - rate * (grad / (sqrt(total) + eps)), {"step": memory["step"] + 1, "sum": total}

        return update
