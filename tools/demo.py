"""`make demo`: an expression, a neuron on iris, a network on digits; pictures in demo/."""

from __future__ import annotations

import time
from pathlib import Path

import nn
from autograd import Value, draw_dot
from autograd.__main__ import main as command_line
from autograd._files import write_atomically

FOLDER = Path("demo")
NEURON = ["tanh(w1*x1 + w2*x2 + b)", "w1=-3", "x1=2", "w2=1", "x2=0", "b=6.8813735870195432"]

PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>scalar-autograd: demo</title>
<style>
  body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #222; }}
  img {{ max-width: 100%; height: auto; }}
  td, th {{ text-align: right; padding: 0 .8rem; }}
  .digits {{ display: flex; flex-wrap: wrap; gap: 1rem; }}
  .digits figure {{ margin: 0; text-align: center; }}
  .wrong {{ color: #c4501b; font-weight: bold; }}
</style>
<h1>scalar-autograd: demo</h1>
<h2>Karpathy's neuron</h2>
<p>tanh(w1·x1 + w2·x2 + b). The number on an edge is the local partial; its colour and width show the gradient
flowing back.</p>
<img src="neuron.svg" alt="The graph of a neuron, with values and gradients">
<h2>A neuron learns to recognize setosa</h2>
<p>Accuracy on {iris_n} unseen flowers: {iris:.1%}. Below: its answer and its loss for one flower, after training.</p>
<img src="iris.svg" alt="The graph of the trained neuron for one flower">
<h2>A network reads digits</h2>
<p>MLP(64, [32, 10]) after {epochs} epochs on {train_n} digits: accuracy on {test_n} unseen digits:
<strong>{digits:.1%}</strong>. The training was compiled: recorded once, for one digit, and run for all digits of a batch side
by side.</p>
<div class="digits">{figures}</div>
<table><tr><th>epoch</th><th>loss</th><th>training accuracy</th></tr>{rows}</table>
</html>
"""


def main() -> None:
    """Run all three, and write a page with the results."""
    start = time.perf_counter()
    FOLDER.mkdir(exist_ok=True)
    print("== an expression: each step with its value, local partials and gradient ==")
    command_line([*NEURON, "--output", str(FOLDER / "neuron.svg")])
    iris, iris_n = train_iris()
    facts = train_digits()
    write_atomically(FOLDER / "index.html", PAGE.format(iris=iris, iris_n=iris_n, **facts))
    print(f"\npage: {FOLDER / 'index.html'}; all of it took {time.perf_counter() - start:.0f} s")


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
    draw_dot(loss).render(FOLDER / "iris.svg")


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
        f'<rect x="{i % 8}" y="{i // 8}" width="1" height="1" fill="#1f3a5f" fill-opacity="{pixel:.3f}"/>'
        for i, pixel in enumerate(row)
        if pixel
    )
    verdict = f"{guess}" if guess == target else f'<span class="wrong">{guess}, actually {target}</span>'
    picture = f'<svg viewBox="0 0 8 8" width="64" height="64" role="img" aria-label="a handwritten {target}">{pixels}</svg>'
    return f"<figure>{picture}<figcaption>{verdict}</figcaption></figure>"


if __name__ == "__main__":
    main()
