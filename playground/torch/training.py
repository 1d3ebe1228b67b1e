"""Exports a training as a PyTorch program: the same network, samples and initial weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import indent
from typing import Any

from playground.training_choices import FEATURES, LOSSES, optimizer_text
from playground.training_program import printing

MODULES = {
    "tanh": "Tanh()",
    "relu": "ReLU()",
    "sigmoid": "Sigmoid()",
    "leaky_relu": "LeakyReLU()",
    "softplus": "Softplus(threshold=40)",  # x is exact from there on, unlike from PyTorch's default of 20
    "gelu": "GELU()",
    "silu": "SiLU()",
}
PENALTIES = {
    "L1": "{rate} * sum(layer.weight.abs().sum() for layer in layers)",
    "L2": "{rate} / 2 * sum((layer.weight ** 2).sum() for layer in layers)",
}


def torch_text(setting: Mapping[str, Any], X: Sequence[Sequence[float]], y: Sequence[float], steps: int) -> str:
    """The PyTorch program that trains a setting's network on these samples and prints the page's losses."""
    parts = [_data(setting, X, y), _model(setting), _updates(setting), ["", ""], printing(steps, "p.tolist()")]
    return "\n".join(line for part in parts for line in part) + "\n"


def _data(setting: Mapping[str, Any], X: Sequence[Sequence[float]], y: Sequence[float]) -> Iterator[str]:
    yield from ["from math import sqrt", "from random import Random", "", "import torch", "from torch import nn", ""]
    yield "torch.set_default_dtype(torch.float64)"
    yield f"# the {len(X)} samples that the page trains on"
    yield f"X = torch.tensor({[list(map(float, point)) for point in X]})"
    yield f"y = torch.tensor({list(map(float, y))})"
    yield "y = y.unsqueeze(1)  # a column, as the outputs are"
    if setting["features"] != ["x1", "x2"]:
        sources = (FEATURES[name].source.replace("sin(pi", "torch.sin(torch.pi") for name in setting["features"])
        yield "x1, x2 = X.T"
        yield f"X = torch.stack([{', '.join(sources)}], dim=1)"
    yield ""


def _model(setting: Mapping[str, Any]) -> Iterator[str]:
    yield "model = nn.Sequential("
    width = len(setting["features"])
    for layer in setting["layers"]:
        yield f"    nn.Linear({width}, {layer['size']}),"
        if layer["activation"] != "linear":
            yield f"    nn.{MODULES[layer['activation']]},"
        width = layer["size"]
    yield f"    nn.Linear({width}, 1),"
    yield ")"
    yield "layers = [layer for layer in model if isinstance(layer, nn.Linear)]"
    yield f"source = Random({setting['seed']})  # of the first weights"
    yield "with torch.no_grad():"
    yield "    for layer in layers:"
    yield "        bound = sqrt(6 / layer.in_features)  # He et al., 2015"
    yield "        layer.weight.copy_(torch.tensor([[source.uniform(-bound, bound) for _ in row] for row in layer.weight]))"
    yield "        layer.bias.zero_()"
    kind = LOSSES[setting["loss"]].kind
    hinge = "lambda scores, targets: torch.relu(1 - targets * scores).mean()"  # PyTorch has it only for multiple classes
    yield f"loss = {hinge if kind == 'HingeLoss' else f'nn.{kind}()'}"
    yield f"optimizer = torch.optim.{optimizer_text(setting)}"
    yield ""
    yield ""


def _updates(setting: Mapping[str, Any]) -> Iterator[str]:
    rates = dict(setting["rates"][1:])
    yield "def updates():"
    yield '    """Train, one update at a time: yields the loss of the batch before it."""'
    if setting["batch"]:
        yield f"    order = Random({setting['seed']})"
    if rates:
        yield f"    step, rates = 0, {rates!r}  # other learning rates, by step"
    yield "    while True:"
    if setting["batch"]:
        yield "        rows = list(range(len(X)))"
        yield "        order.shuffle(rows)"
        yield f"        for batch in torch.tensor(rows).split({setting['batch']}):"
    yield from indent("\n".join(_update(setting, bool(rates))), " " * (12 if setting["batch"] else 8)).split("\n")


def _update(setting: Mapping[str, Any], rates: bool) -> Iterator[str]:
    if rates:
        yield "if step in rates:"
        yield '    optimizer.param_groups[0]["lr"] = rates[step]'
        yield "step += 1"
    yield "optimizer.zero_grad()"
    yield f"cost = {'loss(model(X[batch]), y[batch])' if setting['batch'] else 'loss(model(X), y)'}"
    penalty = setting["penalty"]
    if penalty != "none":
        yield f"penalty = {PENALTIES[penalty].format(rate=repr(setting['penaltyRate']))}"
    yield f"{'cost' if penalty == 'none' else '(cost + penalty)'}.backward()"
    yield "optimizer.step()"
    yield "yield cost.item()"
