"""Complete training runs: micrograd's demo by `fit` and by micrograd itself, and the digits."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
from collections.abc import Iterator
from tempfile import TemporaryDirectory

import nn
from benchmarks import timing, workloads
from benchmarks.compiled.figures import OURS, Figure, agree, shown
from benchmarks.compiled.networks import RIDGE

EPOCHS = 100  # of micrograd's demo
MICROGRAD_EPOCHS = 5  # a hundred would take half a minute


def rate(epoch: int) -> float:
    """The demo's learning rate."""
    return 1.0 - 0.9 * epoch / EPOCHS


def fit_demo(epochs: int = EPOCHS) -> list[float]:
    """Train as the demo does and return the final parameters."""
    model = nn.MLP(2, [16, 16, 1], init="uniform", seed=1337)
    optimizer = nn.optim.SGD(model.parameters(), lr=1.0, weight_decay=2.0 * RIDGE)
    scheduler = nn.lr_scheduler.LinearLR(optimizer, start_factor=1.0, end_factor=rate(EPOCHS), total_iters=EPOCHS)
    nn.fit(
        model,
        workloads.MOONS,
        workloads.SIGNS,
        loss=nn.HingeLoss(),
        optimizer=optimizer,
        scheduler=scheduler,
        epochs=epochs,
        compiled=True,
        progress=False,
    )
    return [p.data for p in model.parameters()]


class Micrograd:
    """micrograd's own training loop, one epoch at a time."""

    def __init__(self) -> None:
        from micrograd.nn import MLP

        random.seed(1337)
        self.model, self.epochs = MLP(2, [16, 16, 1]), 0

    def epoch(self) -> None:
        """Train for one epoch."""
        model = self.model
        scores = [model(row) for row in workloads.MOONS]
        losses = [(1 + -sign * score).relu() for sign, score in zip(workloads.SIGNS, scores, strict=True)]
        loss = sum(losses) * (1.0 / len(losses)) + RIDGE * sum(p * p for p in model.parameters())
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= rate(self.epochs) * p.grad
        self.epochs += 1


def fit_digits() -> tuple[float, float]:
    """Train MLP(64, [32, 10]) on three quarters of the digits; return the seconds and the accuracy on the rest."""
    digits = nn.load_digits()
    X = [[pixel / 16.0 for pixel in row] for row in digits.X]
    X_train, X_test, y_train, y_test = nn.train_test_split(X, digits.y, stratify=digits.y, random_state=0)
    model, loss = nn.MLP(64, [32, 10], seed=0), nn.CrossEntropyLoss()
    optimizer = nn.optim.Adam(model.parameters(), lr=0.01)
    run = {"epochs": 12, "batch_size": 32, "compiled": True, "progress": False}
    seconds = timing.seconds(lambda: nn.fit(model, X_train, y_train, loss=loss, optimizer=optimizer, **run))
    return seconds, nn.accuracy([model(row) for row in X_test], y_test)


def figures() -> Iterator[Figure]:
    """An epoch of micrograd's demo: 1/100 of a full `fit`, against the median of micrograd's first epochs."""
    micrograd = Micrograd()
    times = [timing.seconds(micrograd.epoch) for _ in range(MICROGRAD_EPOCHS)]
    agree("fit and micrograd", [fit_demo(MICROGRAD_EPOCHS)], [[p.data for p in micrograd.model.parameters()]])
    with timing.processors(1):
        ours = timing.alternate({OURS: fit_demo})[OURS] / EPOCHS
    title = f"micrograd's demo, an epoch of fit's {EPOCHS}"
    yield Figure(title, {OURS: ours, "micrograd": statistics.median(times)}, {"micrograd": 0.001})


def digits() -> Iterator[tuple[str, str]]:
    """Accuracy and time on the digits, after a warm-up run."""
    with timing.processors(1):
        fit_digits()
        seconds, accuracy = fit_digits()
    what = "`fit` on the digits, MLP(64, [32, 10]), 12 epochs"
    yield what, f"{100 * accuracy:.1f} % accuracy on unseen digits, in {seconds:.2f} s"


def first_fit() -> Iterator[tuple[str, str]]:
    """The first `fit` in a new process, with and without the compilation that each machine does once."""
    program = "from benchmarks.compiled.training import fit_demo, timing; print(timing.seconds(fit_demo))"
    with TemporaryDirectory() as empty:
        environment = {**os.environ, "NUMBA_CACHE_DIR": empty}
        first, later = (
            float(subprocess.run([sys.executable, "-c", program], env=environment, check=True, stdout=subprocess.PIPE).stdout)
            for _ in range(2)
        )
    yield (
        "micrograd's demo by `fit` in a new process, before and after its machine code was compiled",
        f"{shown(first)}, {shown(later)}",
    )
