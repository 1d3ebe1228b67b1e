"""The Python program that trains as the page does; the page's numbers are checked against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from playground.training_choices import FEATURES, LOSSES, PENALTIES, optimizer_text
from playground.training_data import source_of


class ProgramText(NamedTuple):
    """`begin` makes the data and the model and defines `updates()`, which yields the loss after each update; `end` runs it."""

    begin: str
    end: str

    @property
    def whole(self) -> str:
        """The program."""
        return f"{self.begin}\n\n{self.end}"


def program_text(setting: Mapping[str, Any], steps: int) -> ProgramText:
    """The program that trains the network of a setting with the page's numbers."""
    parts = [list(_data(setting)), list(_model(setting)), list(_updates(setting))]
    body = [line for part in parts for line in part]
    begin = [*_imports(setting, "\n".join(body)), "", *body]
    return ProgramText("\n".join(begin) + "\n", "\n".join(printing(steps, "p.data")) + "\n")


def _imports(setting: Mapping[str, Any], body: str) -> Iterator[str]:
    wanted = [*source_of(setting).needs, "random.Random", f"nn.{LOSSES[setting['loss']].kind}"]
    wanted += ["nn.Layer", "nn.Sequential", "nn.batches", f"nn.optim.{setting['optimizer']}"]
    wanted += ["nn.train_test_split"] * ("train_test_split(" in body) + ["math.pi", "autograd.sin"] * ("sin(pi" in body)
    modules: dict[str, set[str]] = {}
    for name in wanted:
        module, _, last = name.rpartition(".")
        modules.setdefault(module, set()).add(last)
    for module in sorted(modules, key=lambda module: (module not in ("math", "random"), module)):
        yield f"from {module} import {', '.join(sorted(modules[module]))}"


def _data(setting: Mapping[str, Any]) -> Iterator[str]:
    source, target = source_of(setting), LOSSES[setting["loss"]].target
    yield from source.lines
    if target != "label":
        yield f"y = [{target} for label in y]"
    if setting["test"]:
        share = f"test_size={setting['test'] / 100}, random_state={setting['seed']}"
        yield f"X, X_test, y, y_test = train_test_split(X, y, {share})"
    yield ""
    yield ""


def _model(setting: Mapping[str, Any]) -> Iterator[str]:
    yield "def features(x1, x2):"
    yield f"    return [{', '.join(FEATURES[name].source for name in setting['features'])}]"
    yield ""
    yield ""
    yield f"source = Random({setting['seed']})  # of the first weights"
    yield "model = Sequential("
    width = len(setting["features"])
    for layer in [*setting["layers"], {"size": 1, "activation": "linear"}]:
        yield f'    Layer({width}, {layer["size"]}, "{layer["activation"]}", seed=source),'
        width = layer["size"]
    yield ")"
    yield f'loss = {LOSSES[setting["loss"]].kind}(reduction="sum")'
    yield f"optimizer = {optimizer_text(setting)}"
    if setting["penalty"] != "none":
        yield 'weights = [w for name, w in model.named_parameters() if not name.endswith(".b")]'
    yield ""
    yield ""


def _updates(setting: Mapping[str, Any]) -> Iterator[str]:
    whole = not setting["batch"]
    rates = dict(setting["rates"][1:])
    yield "def updates():"
    yield '    """Train, one update at a time: yields the loss of the batch before it."""'
    yield "    rows = [features(*point) for point in X]"
    if not whole:
        yield f"    order = Random({setting['seed']})"
    if rates:
        yield f"    step, rates = 0, {rates!r}  # other learning rates, by step"
    yield "    while True:"
    size, how = ("len(rows)", "shuffle=False") if whole else (setting["batch"], "random_state=order")
    yield f"        for inputs, targets in batches(rows, y, {size}, {how}):"
    if rates:
        yield "            optimizer.lr, step = rates.get(step, optimizer.lr), step + 1"
    yield "            optimizer.zero_grad()"
    yield "            total = 0.0"
    yield "            for x, target in zip(inputs, targets):"
    yield "                cost = loss(model(x), [target])"
    yield "                (cost / len(inputs)).backward()  # gradients add up"
    yield "                total += cost.data"
    if setting["penalty"] != "none":
        yield f"            ({PENALTIES[setting['penalty']].format(rate=repr(setting['penaltyRate']))}).backward()"
    yield "            optimizer.step()"
    yield "            yield total / len(inputs)"


def printing(steps: int, numbers: str) -> Iterator[str]:
    """Lines that run `steps` updates, printing losses on the way and finally the `numbers` of each parameter p."""
    every = max(1, steps // 10)
    yield f"for step, cost in zip(range(1, {steps + 1}), updates()):"
    yield f"    if step % {every} == 0:"
    yield '        print(f"step {step}: loss {cost:.6g}")'
    yield f"print([{numbers} for p in model.parameters()])"
