"""`make demo`: write and open one page, demo/index.html, with the player, a training run and a look into a network."""

from __future__ import annotations

import html
import os
import sys
import time
import webbrowser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import nn
from autograd import Value, player
from autograd._files import write_atomically
from tools.pictures import PAGE, PAGE_STYLE

FOLDER = Path("demo")
TITLE = "scalar-autograd: demo"
LEAD = "Three pages that the engine makes from a computation. Each also works by itself, offline."
STYLE = f"""{PAGE_STYLE}
a {{ color: var(--positive); }}
iframe {{ box-sizing: border-box; width: 100%; max-height: 95vh; border: 1px solid var(--line); border-radius: 8px; }}
@media (max-width: 600px) {{ iframe {{ height: 95vh; }} }}"""
SECTION = """<section aria-labelledby="{name}">
<h2 id="{name}">{title}</h2>
<p>{about} <a href="{name}.html">Open it on its own</a></p>
<iframe src="{name}.html" title="{title}" height="{height}"></iframe>
</section>"""


class Page(Protocol):
    """Anything that can be saved as a page."""

    def save_html(self, path: str | Path) -> str:
        """Write it to `path`."""


def main(arguments: Sequence[str] = ()) -> None:
    """Make the page and print its path; open it in a browser, unless there is no display or `--no-open` is given."""
    start = time.perf_counter()
    FOLDER.mkdir(exist_ok=True)
    sections = [
        section("player", "Step through a neuron", 560, *step()),
        section("training", "Watch a network learn two moons", 860, *train()),
        section("network", "Look into a network that reads", 860, *read()),
    ]
    path = (FOLDER / "index.html").resolve()
    write_atomically(path, PAGE.format(title=TITLE, style=STYLE, lead=LEAD, sections="\n".join(sections)))
    print(f"\nmade in {time.perf_counter() - start:.0f} s: {path}")
    if "--no-open" not in arguments and has_display(os.environ, sys.platform):
        webbrowser.open(path.as_uri())


def has_display(environment: Mapping[str, str], platform: str) -> bool:
    """True if a browser that opens would be seen: not on a build machine, nor on Linux without a display."""
    if environment.get("CI"):
        return False
    return platform in ("darwin", "win32") or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def section(name: str, title: str, height: int, about: str, page: Page) -> str:
    """Save the page to a file; returns a section with the page in a frame."""
    page.save_html(FOLDER / f"{name}.html")
    return SECTION.format(name=name, title=title, height=height, about=html.escape(about))


def step() -> tuple[str, Page]:
    """The player of Karpathy's neuron."""
    numbers = {"w1": -3.0, "x1": 2.0, "w2": 1.0, "x2": 0.0, "b": 6.8813735870195432}
    v = {name: Value(number, label=name) for name, number in numbers.items()}
    y = (v["w1"] * v["x1"] + v["w2"] * v["x2"] + v["b"]).tanh()
    y.label = "y"
    return "tanh(w₁·x₁ + w₂·x₂ + b): values run forward, gradients run back. Press ▶, or the arrow keys.", player(y)


def train() -> tuple[str, Page]:
    """The training of a network on two moons, with its boundary and curves."""
    print("== a network learns two moons, recorded step by step ==")
    X, y = nn.make_moons(100, noise=0.1, random_state=0)
    net = nn.MLP(2, [6, 4, 1], "tanh", seed=0)
    optimizer = nn.optim.Adam(net.parameters(), lr=0.1)
    options: dict[str, Any] = {"optimizer": optimizer, "steps": 60, "metric": nn.accuracy, "boundary": 24}
    record = nn.record_training(net, X, y, loss=nn.BCEWithLogitsLoss(), **options)
    return "The network, the boundary, the loss and every gradient, at each of 60 steps.", record


def read() -> tuple[str, Page]:
    """A network that reads digits, shown at a digit it was not trained on."""
    print("== a network learns to read digits, compiled ==")
    digits = nn.load_digits()
    X = [[pixel / 16.0 for pixel in row] for row in digits.X]
    X_train, X_test, y_train, y_test = nn.train_test_split(X, digits.y, stratify=digits.y, random_state=0)
    net = nn.MLP(64, [32, 10], seed=0)
    optimizer = nn.optim.Adam(net.parameters(), lr=0.01)
    scheduler = nn.lr_scheduler.CosineAnnealingLR(optimizer, T_max=12)
    options: dict[str, Any] = {"optimizer": optimizer, "scheduler": scheduler, "epochs": 12, "batch_size": 32, "compiled": True}
    nn.fit(net, X_train, y_train, loss=nn.CrossEntropyLoss(), **options)
    right = nn.accuracy([net(row) for row in X_test], y_test)
    print(f"it reads {right:.1%} of {len(X_test)} unseen digits")
    about = f"It reads {right:.1%} of {len(X_test)} unseen digits: what each neuron looks for, and what it made of this one."
    names = [str(i) for i in range(10)]
    return about, nn.draw(net, X_test[0], y_test[0], loss=nn.CrossEntropyLoss(), outputs=names)


if __name__ == "__main__":
    main(sys.argv[1:])
