"""The networks of the benchmarks: one sample's loss in scalar code, and the data of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

import autograd
from benchmarks.workloads import mlp
from nn import make_moons

RIDGE = 1e-4


@dataclass(frozen=True)
class Network:
    """An MLP with relus, the name of its loss, and the batch size."""

    widths: tuple[int, ...]
    loss: str
    batch: int

    @property
    def title(self) -> str:
        """Such as "64-32-10, batch 256"."""
        return f"{'-'.join(map(str, self.widths))}, batch {self.batch}"

    def parameters(self) -> np.ndarray:
        """All weights and biases in one array: neuron by neuron, the weights and then the bias."""
        draw = np.random.default_rng(1337)
        layers = [draw.uniform(-1.0, 1.0, (nout, nin + 1)) / nin**0.5 for nin, nout in pairwise(self.widths)]
        return np.concatenate([layer.ravel() for layer in layers])

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """The inputs and the targets of a batch, one row per sample."""
        if self.loss == "hinge":
            rows, labels = make_moons(self.batch, noise=0.1, random_state=1337)
            return np.array(rows), 2.0 * np.array(labels) - 1.0
        draw = np.random.default_rng(42)
        rows = draw.normal(size=(self.batch, self.widths[0]))
        if self.loss == "cross-entropy":
            return rows, np.eye(self.widths[-1])[draw.integers(self.widths[-1], size=self.batch)]
        return rows, draw.normal(size=(self.batch, self.widths[-1]))

    def sample_loss(self, parameters: list[Any], x: list[Any], target: Any) -> Any:
        """The loss of one sample, in single multiplies and adds; the batch loss is the mean over the samples."""
        scores = mlp(autograd, self.widths, parameters, x)
        if self.loss == "hinge":
            return autograd.relu(1.0 - target * scores[0]) + RIDGE * sum(p * p for p in parameters)
        if self.loss == "cross-entropy":
            return autograd.logsumexp(scores) - sum(t * score for t, score in zip(target, scores, strict=True))
        return sum((score - t) ** 2 for t, score in zip(target, scores, strict=True))


def split(widths: tuple[int, ...], flat: Any) -> list[Any]:
    """Views of a flat parameter array, one per layer: a row per neuron, its weights and then its bias."""
    layers, position = [], 0
    for nin, nout in pairwise(widths):
        layers.append(flat[position : position + nout * (nin + 1)].reshape(nout, nin + 1))
        position += nout * (nin + 1)
    return layers
