"""What one can choose in the network tab, by name: features, losses, optimizers, penalties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from autograd import Value
from nn import optim


class Feature(NamedTuple):
    """An input of the network, computed from a point: as Python, and as it is called in pictures."""

    source: str
    name: str


FEATURES = {
    "x1": Feature("x1", "x₁"),
    "x2": Feature("x2", "x₂"),
    "x1^2": Feature("x1 * x1", "x₁²"),
    "x2^2": Feature("x2 * x2", "x₂²"),
    "x1*x2": Feature("x1 * x2", "x₁·x₂"),
    "sin x1": Feature("sin(pi * x1)", "sin πx₁"),
    "sin x2": Feature("sin(pi * x2)", "sin πx₂"),
}


class LossChoice(NamedTuple):
    """A class of `nn`, what it can be trained on, its target of a class, and the score between two classes."""

    kind: str
    classes: bool
    numbers: bool
    target: str = "label"
    middle: float = 0.0
    half: float = 1.0


LOSSES = {
    "logistic": LossChoice("BCEWithLogitsLoss", True, False, half=2.0),
    "hinge": LossChoice("HingeLoss", True, False, target="2 * label - 1"),
    "squared error": LossChoice("MSELoss", True, True, middle=0.5, half=0.5),
    "absolute error": LossChoice("L1Loss", True, True, middle=0.5, half=0.5),
    "Huber": LossChoice("HuberLoss", True, True, middle=0.5, half=0.5),
}
OPTIMIZERS = ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad")
PENALTIES = {"L1": "{rate} * sum(abs(w) for w in weights)", "L2": "{rate} / 2 * sum(w * w for w in weights)"}


def optimizer_text(setting: Mapping[str, Any]) -> str:
    """The call that makes the optimizer of a model, with the options that differ from its defaults."""
    given = dict(setting["options"])
    if "beta1" in given:
        given["betas"] = (given.pop("beta1"), given.pop("beta2"))
    kind: Any = getattr(optim, setting["optimizer"])
    defaults = kind([Value(0.0)]).defaults
    options = "".join(f", {name}={value!r}" for name, value in given.items() if defaults[name] != value)
    return f"{setting['optimizer']}(model.parameters(), lr={setting['rates'][0][1]!r}{options})"
