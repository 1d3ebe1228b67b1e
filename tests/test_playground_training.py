"""The Python side of the network tab: its tapes, its exported program, and its account of a step."""

from __future__ import annotations

import ast
import contextlib
import io
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from autograd.compiler.executors.python import run
from playground import training
from playground.engine import call
from playground.torch import training as torch_training
from playground.training import Check, Training, bits_of
from playground.training_choices import FEATURES, LOSSES, OPTIMIZERS, PENALTIES
from playground.training_data import SOURCES, read_csv
from playground.training_program import program_text
from playground.training_rules import rule_lines
from playground.training_tapes import Tapes, is_count, penalty_tape, update_tape
from playground.typed import Slip

STEPS = 6
OPTIONS: dict[str, list[dict[str, Any]]] = {
    "SGD": [{"momentum": 0, "nesterov": False}, {"momentum": 0.9, "nesterov": False}, {"momentum": 0.5, "nesterov": True}],
    "Adam": [
        {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "amsgrad": False},
        {"beta1": 0.8, "beta2": 0.99, "eps": 1e-4, "amsgrad": True},
    ],
    "AdamW": [{"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.1, "amsgrad": False}],
    "RMSprop": [
        {"alpha": 0.99, "eps": 1e-8, "momentum": 0, "centered": False},
        {"alpha": 0.9, "eps": 1e-8, "momentum": 0.5, "centered": True},
    ],
    "Adagrad": [
        {"lr_decay": 0, "initial_accumulator_value": 0, "eps": 1e-10},
        {"lr_decay": 0.1, "initial_accumulator_value": 0.1, "eps": 1e-10},
    ],
}
ACTIVATIONS = ("tanh", "relu", "sigmoid", "linear", "leaky_relu", "softplus", "gelu", "silu")
OWN = "x, y, label\n0, 1, a\n1, 1, b\n0.5, 0.2, a\n-1, 2, b\n"


def setting(**given: Any) -> dict[str, Any]:
    """The page's settings, with the given fields replaced."""
    layers = [{"size": 3, "activation": "tanh"}, {"size": 2, "activation": "relu"}]
    fixed = {"data": "moons", "samples": 20, "noise": 0.1, "seed": 0, "test": 20, "own": OWN, "features": ["x1", "x2"]}
    chosen = {"layers": layers, "loss": "logistic", "optimizer": "Adam", "options": OPTIONS["Adam"][0], "rates": [[0, 0.03]]}
    return {**fixed, **chosen, "penalty": "none", "penaltyRate": 0.003, "batch": 5, **given}


def settings() -> Iterator[dict[str, Any]]:
    """Every data set with every loss it allows; optimizers with their options and all other fields take turns."""
    optimizers = itertools.cycle([(name, options) for name in OPTIMIZERS for options in OPTIONS[name]])
    for i, (data, loss) in enumerate(itertools.product([*SOURCES, "own"], LOSSES)):
        classes = data == "own" or SOURCES[data].classes
        if not (LOSSES[loss].classes if classes else LOSSES[loss].numbers):
            continue
        optimizer, options = next(optimizers)
        activations = [ACTIVATIONS[(i + k) % len(ACTIVATIONS)] for k in range(i % 3 + 1)]
        yield setting(
            data=data, loss=loss, optimizer=optimizer, options=options, seed=i % 4, test=20 * (i % 2),
            layers=[{"size": 2 + (i + k) % 3, "activation": name} for k, name in enumerate(activations)],
            features=[name for k, name in enumerate(FEATURES) if (i + k) % 3 or k == i % 7],
            penalty=("none", "L1", "L2")[i % 3], batch=(0, 5, 7, 1)[i % 4],
            rates=[[0, 0.05], [3, 0.01]] if i % 5 == 0 else [[0, 0.03]],
        )  # fmt: skip


def trained(made: Training, steps: int) -> list[float]:
    """The parameters after this many steps on the tapes, run in Python as the page's interpreter runs them."""
    chosen = made.setting
    tapes = Tapes(made.model, made.scope["loss"], made.scope["features"])
    step, update = tapes.step(), update_tape(made.optimizer)
    numbers = [p.data for p in made.model.parameters()]
    weights = [i for i, name in enumerate(made.network.parameters.values()) if not name.endswith(".b")]
    counts = [is_count(low) for low in made.optimizer.lowest.values()]

    def spread(memory: Iterable[Any]) -> list[Any]:
        pairs = zip(memory, counts, strict=True)
        return [x if count or isinstance(x, list) else [x] * len(numbers) for x, count in pairs]

    memory = spread(made.optimizer.state[0].values())
    size, rows = chosen["batch"] or len(made.X), len(made.X)
    parts: list[list[int]] = []
    while len(parts) < steps:
        order = made.orders(1)[0] if chosen["batch"] else list(range(rows))
        parts += [order[start : start + size] for start in range(0, rows, size)]
    for i, part in enumerate(parts[:steps]):
        rate = [rate for start, rate in chosen["rates"] if start <= i][-1]
        columns = [*([made.X[k][j] for k in part] for j in range(2)), [float(made.y[k]) for k in part]]
        found = run(step["program"], [*columns, 1 / len(part), *(numbers[k] for k in step["at"])], len(part))
        gradient = list(found[1:])
        if chosen["penalty"] != "none":
            tape = penalty_tape(chosen["penalty"])["program"]
            (more,) = run(tape, [[numbers[k] for k in weights], chosen["penaltyRate"]], len(weights))
            for k, x in zip(weights, more, strict=True):
                gradient[k] += x
        moved, *memory = run(update["program"], [numbers, gradient, rate, *memory], len(numbers))
        memory = spread(memory)
        numbers = moved
    return numbers


@pytest.mark.parametrize("chosen", list(settings()), ids=lambda s: f"{s['data']}-{s['loss']}-{s['optimizer']}")
def test_tapes_give_the_numbers_of_the_exported_program_to_the_last_bit(chosen: dict[str, Any]) -> None:
    check = Check(chosen)
    check.until(STEPS, 60.0)
    assert list(map(bits_of, trained(Training(chosen), STEPS))) == check.bits()


def test_the_exported_program_runs_by_itself() -> None:
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        exec(program_text(setting(), 12).whole, {})
    first, *_, last = told.getvalue().splitlines()
    assert first.startswith("step 1: loss ")
    check = Check(setting())
    check.until(12, 60.0)
    assert last == str([p.data for p in check.scope["model"].parameters()])


@pytest.mark.parametrize("chosen", list(settings()), ids=lambda s: f"{s['data']}-{s['loss']}-{s['optimizer']}")
def test_the_program_for_pytorch_has_the_samples_of_the_page(chosen: dict[str, Any]) -> None:
    tree = ast.parse(training.exported_for_torch(chosen, 12))
    written = {
        node.targets[0].id: ast.literal_eval(node.value.args[0])
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) == "torch.tensor"
    }
    made = Training(chosen)
    assert written == {"X": made.X, "y": made.y}


def test_all_that_the_page_offers_has_a_form_in_pytorch() -> None:
    assert set(torch_training.MODULES) | {"linear"} == set(ACTIVATIONS)
    assert set(torch_training.PENALTIES) == set(PENALTIES)


@pytest.mark.parametrize(("name", "options"), [(name, options) for name in OPTIMIZERS for options in OPTIONS[name]])
def test_the_rule_of_a_step_ends_in_the_weight_that_the_optimizer_sets(name: str, options: dict[str, Any]) -> None:
    made = Training(setting(optimizer=name, options=options))
    weight, memory = made.optimizer.params[0], made.optimizer.state[0]
    lines = rule_lines(made.optimizer, 0.03, weight.data, -0.25, memory)
    for p in made.optimizer.params:
        p.grad = -0.25
    made.optimizer.step()
    what, symbols, numbers, result = lines[-1]
    assert (what, result) == ("w", f"{weight.data:.6g}".replace("-", "−"))
    assert symbols.count("rate") == 1 + (name == "AdamW")
    assert "{" not in symbols + numbers


def test_the_replay_of_a_sample_is_the_graph_of_its_loss() -> None:
    page = training.prepare(setting(), 640)
    x, y = page["train"]["X"][0], page["train"]["y"][0]
    found = training.replay(page["numbers"], [[*x, y]])
    assert found["title"].startswith("loss = ")
    assert {name for name, _ in found["groups"]} >= {"Sequential", "layer 1", "layer 2", "output", "a₁₁", "a₂₁", "y"}
    assert {"x₁", "x₂", "a₁₁.w₁", "y.w₂", "y.b"} <= {node["name"] for node in found["nodes"].values()}


@pytest.mark.parametrize("layers", [[], [(4, "tanh"), (4, "relu")], [(8, "tanh"), (12, "linear")]])
def test_all_names_of_a_network_count_from_1(layers: list[tuple[int, str]]) -> None:
    page = training.prepare(setting(layers=[{"size": size, "activation": name} for size, name in layers]), 640)
    replayed = training.replay(
        page["numbers"], [[*x, y] for x, y in zip(page["train"]["X"][:2], page["train"]["y"], strict=False)]
    )
    names = page["view"]["parameters"]
    assert training.training is not None
    assert list(training.training.network.parameters) == training.training.model.parameters()
    names = names + [name for name, _ in replayed["groups"]]
    names += [node["name"] for node in replayed["nodes"].values()]
    for text in (*page["view"]["svg"].values(), replayed["svg"], replayed["narrow"]["svg"], *names):
        assert not re.search(r"\w\[\d|(?<![₀-₉])₀", text)
    assert page["view"]["parameters"][:2] == (["a₁₁.w₁", "a₁₁.w₂"] if layers else ["y.w₁", "y.w₂"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "expected 2 to 1000 rows “x, y, label”, got 0"),
        ("0, 1, a\n0, one, b", "line 2: expected “x, y, label” such as 0.5, -1, 1, got '0, one, b'"),
        ("0, 1\n1, 2", "line 1: expected “x, y, label”"),
        ("0,0,a\n0,1,b\n1,1,c", "the labels must be two classes, or numbers; got the labels a, b, c"),
    ],
)
def test_a_slip_in_pasted_data_is_named(text: str, told: str) -> None:
    with pytest.raises(Slip, match=r"your data") as caught:
        read_csv(text)
    assert told in str(caught.value)


def test_pasted_labels_are_two_classes_or_numbers() -> None:
    assert read_csv("0,0,-1\n1,1,1\n") == ([[0.0, 0.0], [1.0, 1.0]], [0, 1], True)
    assert read_csv("0,0,0.5\n1,1,1\n2,2,3\n")[1:] == ([0.5, 1.0, 3.0], False)


@pytest.mark.parametrize("text", ["x\ty\tlabel\n0\t1\ta\n1\t0.5\tb", "0;1;a\n1;0.5;b"])
def test_rows_may_be_pasted_from_a_spreadsheet(text: str) -> None:
    assert read_csv(text) == ([[0.0, 1.0], [1.0, 0.5]], [0, 1], True)


def test_a_loss_of_classes_is_refused_for_numbers() -> None:
    with pytest.raises(Slip, match="logistic loss needs classes: choose squared error"):
        training.prepare(setting(data="plane"), 640)


def test_all_entries_of_the_table_of_calls_take_what_json_can_say() -> None:
    assert '"answer"' in call("prepare", json.dumps([setting(), 640]))
    assert '"answer"' in call("orders", "[2]")
    assert '"slip"' in call("prepare", json.dumps([setting(data="own", own=""), 640]))
