"""`make demo`: an expression, a neuron on iris, a network on two moons, one on digits; pages and pictures in demo/."""

from __future__ import annotations

import html
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nn
from autograd import Value, draw_dot, player
from autograd.__main__ import main as command_line
from autograd._files import write_atomically
from autograd.viz.palette import standalone
from tools.pictures import PAGE_STYLE

FOLDER = Path("demo")
NEURON = {"w1": -3.0, "x1": 2.0, "w2": 1.0, "x2": 0.0, "b": 6.8813735870195432}
EXPRESSION = "tanh(w1*x1 + w2*x2 + b)"

PICTURE = (
    """<picture><source media="(max-width: 600px)" srcset="{name}-narrow.svg"><img src="{name}.svg" alt="{alt}"></picture>"""
)
ALTS = {
    "neuron": "The graph of a neuron, with values and gradients",
    "flower": "The graph of the trained neuron for one flower",
    "network": "The network reading one digit",
}
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>scalar-autograd: demo</title>
<style>
{style}
td, th {{ text-align: right; padding: 0 .8rem; font-variant-numeric: tabular-nums; }}
a {{ color: var(--positive); }}
.digits {{ display: flex; flex-wrap: wrap; gap: 1rem; margin: 1rem 0; }}
.digits figure {{ margin: 0; text-align: center; }}
.digits rect {{ fill: var(--ink); }}
.wrong {{ color: var(--negative); font-weight: bold; }}
</style>
</head>
<body>
<main>
<h1>scalar-autograd: demo</h1>
<section>
<h2>Karpathy's neuron</h2>
<p>tanh(w1·x1 + w2·x2 + b): values run forward on grey arrows, gradients run back on coloured ones.
<a href="player.html">Step through both passes</a>.</p>
{neuron}
</section>
<section>
<h2>A neuron learns to recognize setosa</h2>
<p>Accuracy on {iris_n} unseen flowers: {iris:.1%}. Below: its answer and its loss for one flower, after training.</p>
{flower}
</section>
<section>
<h2>A network learns two moons</h2>
<p>{moons}. <a href="training.html">Watch it learn</a>: the network, its gradients and the boundary at every step.</p>
</section>
<section>
<h2>A network reads digits</h2>
<p>MLP(64, [32, 10]) after {epochs} epochs on {train_n} digits: accuracy on {test_n} unseen digits:
<strong>{digits:.1%}</strong>. The training was compiled: recorded once, for one digit, and run for all digits of a batch side
by side. <a href="network.html">Look into the network</a>.</p>
{network}
<div class="digits">{figures}</div>
<table><tr><th scope="col">epoch</th><th scope="col">loss</th><th scope="col">training accuracy</th></tr>{rows}</table>
</section>
</main>
</body>
</html>
"""


def main() -> None:
    """Run all four, and write a page with the results."""
    start = time.perf_counter()
    FOLDER.mkdir(exist_ok=True)
    print("== an expression: each step with its value, local partials and gradient ==")
    arguments = [f"{name}={number}" for name, number in NEURON.items()]
    command_line([EXPRESSION, *arguments, "--output", str(FOLDER / "neuron.svg")])
    draw_neuron()
    iris, iris_n = train_iris()
    moons = train_moons()
    facts = train_digits()
    pictures = {name: PICTURE.format(name=name, alt=alt) for name, alt in ALTS.items()}
    text = PAGE.format(style=PAGE_STYLE, **pictures, iris=iris, iris_n=iris_n, moons=html.escape(moons), **facts)
    write_atomically(FOLDER / "index.html", text)
    print(f"\npage: {FOLDER / 'index.html'}; all of it took {time.perf_counter() - start:.0f} s")


def draw_neuron() -> None:
    """Its picture, and the page that steps through it."""
    v = {name: Value(number, label=name) for name, number in NEURON.items()}
    y = (v["w1"] * v["x1"] + v["w2"] * v["x2"] + v["b"]).tanh()
    y.label = "y"
    y.backward()
    write_picture("neuron", lambda direction: draw_dot(y, direction=direction))
    player(y).save_html(FOLDER / "player.html")


def write_picture(name: str, draw: Callable[[str], Any]) -> None:
    """A drawing for a desktop and one for a phone, which follow the reader's light or dark mode."""
    for file, direction in ((f"{name}.svg", "LR"), (f"{name}-narrow.svg", "TB")):
        write_atomically(FOLDER / file, standalone(draw(direction).pipe("svg", encoding="utf-8")))


def train_iris() -> tuple[float, int]:
    """Train a single neuron to recognize setosa; return its accuracy on unseen flowers, and their number."""
    print("\n== a neuron on iris: setosa or not ==")
    iris = nn.load_iris()
    setosa = [int(label == 0) for label in iris.y]
    X_train, X_test, y_train, y_test = nn.train_test_split(iris.X, setosa, stratify=setosa, random_state=0)
    neuron = nn.Neuron(4, "linear", seed=0, init="xavier")
    optimizer = nn.optim.Adam(neuron.parameters(), lr=0.05)
    nn.fit(neuron, X_train, y_train, loss=nn.BCEWithLogitsLoss(), optimizer=optimizer, epochs=60, metric=nn.accuracy)
    right = nn.accuracy([neuron(row) for row in X_test], y_test)
    print(f"accuracy on {len(X_test)} unseen flowers: {right:.1%}")
    _draw_flower(neuron, X_test[0], y_test[0], [name.removesuffix(" (cm)") for name in iris.feature_names])
    return right, len(X_test)


def _draw_flower(neuron: nn.Neuron, row: list[float], target: int, names: list[str]) -> None:
    for weight, name in zip(neuron.w, names, strict=True):
        weight.label = f"w {name}"
    neuron.b.label = "bias"
    neuron.zero_grad()
    inputs = [Value(x, label=name) for x, name in zip(row, names, strict=True)]
    score = neuron(inputs)
    score.label = "score"
    loss = nn.BCEWithLogitsLoss()([score], [target])
    loss.label = "loss"
    loss.backward()
    write_picture("flower", lambda direction: draw_dot(loss, direction=direction))


def train_moons() -> str:
    """Record how a network learns two moons, and write the page that shows it; return the record in one line."""
    print("\n== a network on two moons, recorded step by step ==")
    X, y = nn.make_moons(100, noise=0.1, random_state=0)
    net = nn.MLP(2, [6, 4, 1], "tanh", seed=0)
    optimizer = nn.optim.Adam(net.parameters(), lr=0.1)
    options = {"loss": nn.BCEWithLogitsLoss(), "optimizer": optimizer, "steps": 60, "metric": nn.accuracy, "boundary": 24}
    record = nn.record_training(net, X, y, **options)
    record.save_html(FOLDER / "training.html")
    return repr(record)


def train_digits() -> dict[str, object]:
    """Train a network on the 8×8 digits; return the results for the page."""
    print("\n== a network on the 8×8 digits ==")
    digits = nn.load_digits()
    X = [[pixel / 16.0 for pixel in row] for row in digits.X]
    X_train, X_test, y_train, y_test = nn.train_test_split(X, digits.y, stratify=digits.y, random_state=0)
    net = nn.MLP(64, [32, 10], seed=0)
    optimizer = nn.optim.Adam(net.parameters(), lr=0.01)
    scheduler = nn.lr_scheduler.CosineAnnealingLR(optimizer, T_max=12)
    start = time.perf_counter()
    history = nn.fit(
        net,
        X_train,
        y_train,
        loss=nn.CrossEntropyLoss(),
        optimizer=optimizer,
        scheduler=scheduler,
        epochs=12,
        batch_size=32,
        metric=nn.accuracy,
        compiled=True,
    )
    seconds = time.perf_counter() - start
    outputs = [net(row) for row in X_test]
    right = nn.accuracy(outputs, y_test)
    print(f"accuracy on {len(X_test)} unseen digits: {right:.1%}, after {seconds:.1f} s of compiled training")

    def network(direction: str) -> Any:
        names = [str(i) for i in range(10)]
        return nn.draw(net, X_test[0], y_test[0], loss=nn.CrossEntropyLoss(), outputs=names, direction=direction)

    write_picture("network", network)
    network("LR").save_html(FOLDER / "network.html")
    guesses = [output.index(max(output)) for output in outputs]
    figures = "".join(_digit(row, guess, target) for row, guess, target in list(zip(X_test, guesses, y_test, strict=True))[:24])
    rows = "".join(
        f"<tr><td>{i}</td><td>{loss:.4f}</td><td>{metric:.1%}</td></tr>"
        for i, (loss, metric) in enumerate(zip(history.loss, history.metric, strict=True), start=1)
    )
    return {
        "digits": right,
        "epochs": history.epochs,
        "train_n": len(X_train),
        "test_n": len(X_test),
        "figures": figures,
        "rows": rows,
    }


def _digit(row: list[float], guess: int, target: int) -> str:
    """One digit as a small SVG, with the network's answer."""
    pixels = "".join(
        f'<rect x="{i % 8}" y="{i // 8}" width="1" height="1" fill-opacity="{pixel:.3f}"/>'
        for i, pixel in enumerate(row)
        if pixel
    )
    verdict = f"{guess}" if guess == target else f'<span class="wrong">{guess}, actually {target}</span>'
    picture = f'<svg viewBox="0 0 8 8" width="64" height="64" role="img" aria-label="a handwritten {target}">{pixels}</svg>'
    return f"<figure>{picture}<figcaption>{verdict}</figcaption></figure>"


if __name__ == "__main__":
    main()
