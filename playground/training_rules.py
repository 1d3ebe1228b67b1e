"""Optimizers' rules for one weight as formulas, in symbols and with the numbers of a step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from autograd import Value
from autograd.extend import shown
from autograd.viz.player import player
from nn.optim import FLOATS, Optimizer
from playground.training_tapes import ON_VALUES, is_count

SYMBOLS = {
    "w": "w", "g": "g", "lr": "rate", "momentum": "μ", "momentum_buffer": "v", "beta1": "β₁", "beta2": "β₂", "eps": "ε", "t": "t",
    "exp_avg": "m", "exp_avg_sq": "s", "max_exp_avg_sq": "s̄", "weight_decay": "λ", "alpha": "α", "square_avg": "s",
    "grad_avg": "a", "sum": "s", "lr_decay": "δ", "step": "t₀",
}  # fmt: skip
MEAN = ("exp_avg", "{beta1}·{exp_avg} + (1 − {beta1})·{g}")
SQUARE = ("exp_avg_sq", "{beta2}·{exp_avg_sq} + (1 − {beta2})·{g}²")
ADAM = "{lr} · {new_exp_avg}/(1 − {beta1}^{t}) / (√({root}/(1 − {beta2}^{t})) + {eps})"


def _sgd(options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not options["momentum"]:
        yield "w", "{w} − {lr}·{g}"
        return
    yield "momentum_buffer", "{momentum}·{momentum_buffer} + {g}"
    ahead = "({g} + {momentum}·{new_momentum_buffer})" if options["nesterov"] else "{new_momentum_buffer}"
    yield "w", f"{{w}} − {{lr}}·{ahead}"


def _adam(options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from (MEAN, SQUARE)
    if options["amsgrad"]:
        yield "max_exp_avg_sq", "max({max_exp_avg_sq}, {new_exp_avg_sq})"
    root = "{new_max_exp_avg_sq}" if options["amsgrad"] else "{new_exp_avg_sq}"
    yield "w", "{w} − " + ADAM.replace("{root}", root)


def _adamw(options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    *lines, (w, formula) = _adam(options)
    yield from lines
    yield w, formula.replace("{w}", "(1 − {lr}·{weight_decay})·{w}", 1)


def _rmsprop(options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "square_avg", "{alpha}·{square_avg} + (1 − {alpha})·{g}²"
    size = "{new_square_avg}"
    if options["centered"]:
        yield "grad_avg", "{alpha}·{grad_avg} + (1 − {alpha})·{g}"
        size = "({new_square_avg} − {new_grad_avg}²)"
    share = f"{{g}} / (√{size} + {{eps}})"
    if not options["momentum"]:
        yield "w", f"{{w}} − {{lr}} · {share}"
        return
    yield "momentum_buffer", f"{{momentum}}·{{momentum_buffer}} + {share}"
    yield "w", "{w} − {lr}·{new_momentum_buffer}"


def _adagrad(options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "sum", "{sum} + {g}²"
    rate = "{lr}/(1 + {step}·{lr_decay})" if options["lr_decay"] else "{lr}"
    yield "w", f"{{w}} − {rate} · {{g}} / (√{{new_sum}} + {{eps}})"


RULES = {"SGD": _sgd, "Adam": _adam, "AdamW": _adamw, "RMSprop": _rmsprop, "Adagrad": _adagrad}


def rule_lines(optimizer: Optimizer, rate: float, w: float, g: float, memory: Mapping[str, float]) -> list[list[str]]:
    """For each line of the rule: the name it sets, the formula in symbols, the formula in numbers, and the result.

    >>> from nn.optim import SGD
    >>> rule_lines(SGD([Value(1.0)], lr=0.5), 0.5, 1.0, -3.0, {"momentum_buffer": 0.0})
    [['w', 'w − rate·g', '1 − 0.5·(−3)', '2.5']]
    """
    options = {**optimizer.param_groups[0].data, "lr": rate}
    moved, after = optimizer.rule(options, FLOATS)(w, g, dict(memory))
    numbers: dict[str, float] = {"w": w, "g": g, **_scalars(options), **memory, "t": memory.get("step", 0) + 1}
    numbers |= {f"new_{name}": x for name, x in after.items()}
    results = {**after, "w": moved}
    texts = {name: _in_formula(x) for name, x in numbers.items()}
    symbols = SYMBOLS | {f"new_{name}": symbol for name, symbol in SYMBOLS.items()}
    lines = RULES[type(optimizer).__name__](options)
    return [[SYMBOLS[name], line.format_map(symbols), line.format_map(texts), shown(results[name])] for name, line in lines]


def rule_page(optimizer: Optimizer, rate: float, w: float, g: float, memory: Mapping[str, float]) -> dict[str, Any]:
    """The rule as a graph for the player."""
    options = {**optimizer.param_groups[0].data, "lr": Value(rate, label="rate")}
    counts = {name for name, low in optimizer.lowest.items() if is_count(low)}
    held = {name: Value(x, label="t₀" if name in counts else SYMBOLS[name]) for name, x in memory.items()}
    moved, _ = optimizer.rule(options, ON_VALUES)(Value(w, label="w"), Value(g, label="g"), held)
    moved.label = "w after"
    page: dict[str, Any] = player(moved).data
    return page


def _scalars(options: Mapping[str, Any]) -> dict[str, float]:
    found = {name: x for name, x in options.items() if isinstance(x, (int, float))}
    if "betas" in options:
        found["beta1"], found["beta2"] = options["betas"]
    return found


def _in_formula(x: float) -> str:
    return f"({shown(x)})" if x < 0 else shown(x)
