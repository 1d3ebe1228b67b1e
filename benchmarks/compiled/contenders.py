"""The mean loss of a batch and its gradient: a compiled program, handwritten NumPy, PyTorch, JAX, CasADi.

A contender is built for one network and keeps the parameters and the batch in the form that suits it best. `step()` is
timed; `result()` gives the loss and the gradient in the order of `Network.parameters`.
"""

from __future__ import annotations

import importlib.util
from itertools import pairwise
from typing import Any

import numpy as np

import autograd
from benchmarks import timing
from benchmarks.compiled.figures import OURS
from benchmarks.compiled.networks import RIDGE, Network, split


class Ours:
    """The compiled loss of one sample, with the samples as lanes."""

    name = OURS

    def __init__(self, network: Network) -> None:
        parameters, (X, y) = network.parameters(), network.data()
        examples = (parameters.tolist(), X[0].tolist(), y[0].tolist())
        program = autograd.compile(network.sample_loss, *examples, in_axes=(None, 0, 0))
        self.step = lambda: program.value_and_grad(parameters, X, y, reduction="mean")
        with timing.processors(1):
            self.step()

    def result(self) -> tuple[float, np.ndarray]:
        """The loss and the flat gradient."""
        loss, gradient = self.step()
        return float(loss), np.asarray(gradient)


class NumPy:
    """Batched and differentiated by hand: every matrix product in BLAS, parameters and gradient in one array each."""

    name = "NumPy by hand"

    def __init__(self, network: Network) -> None:
        layers = split(network.widths, network.parameters())
        self.parameters = np.concatenate([part.ravel() for layer in layers for part in (layer[:, :-1].T, layer[:, -1])])
        self.gradient = np.empty_like(self.parameters)
        self.weights, self.biases = _views(network.widths, self.parameters)
        self.weight_gradients, self.bias_gradients = _views(network.widths, self.gradient)
        self.X, self.y = network.data()
        self.head = {"hinge": self._hinge, "cross-entropy": self._cross_entropy, "squares": self._squares}[network.loss]
        self.ridge = RIDGE if network.loss == "hinge" else 0.0

    def step(self) -> tuple[float, np.ndarray]:
        """The loss, and its gradient as one array."""
        weights, last = self.weights, len(self.weights) - 1
        inputs = [self.X]
        for i, (weight, bias) in enumerate(zip(weights, self.biases, strict=True)):
            z = inputs[-1] @ weight
            z += bias
            if i < last:
                np.maximum(z, 0.0, out=z)
            inputs.append(z)
        loss, delta = self.head(inputs.pop())
        for i in range(last, -1, -1):
            np.matmul(inputs[i].T, delta, out=self.weight_gradients[i])
            np.add.reduce(delta, axis=0, out=self.bias_gradients[i])
            if i:
                delta = delta @ weights[i].T
                delta *= inputs[i] > 0.0
        if self.ridge:
            loss += self.ridge * self.parameters.dot(self.parameters)
            self.gradient += 2.0 * self.ridge * self.parameters
        return loss, self.gradient

    def _hinge(self, scores: np.ndarray) -> tuple[float, np.ndarray]:
        y = self.y
        margin = 1.0 - y * scores[:, 0]
        delta = np.where(margin > 0.0, y * (-1.0 / len(y)), 0.0)
        return np.maximum(margin, 0.0, out=margin).sum() / len(y), delta[:, None]

    def _cross_entropy(self, scores: np.ndarray) -> tuple[float, np.ndarray]:
        largest = scores.max(axis=1, keepdims=True)
        shares = np.exp(scores - largest)
        totals = shares.sum(axis=1, keepdims=True)
        loss = (np.log(totals) + largest).sum() - np.vdot(self.y, scores)
        shares /= totals
        shares -= self.y
        shares /= len(shares)
        return loss / len(scores), shares

    def _squares(self, scores: np.ndarray) -> tuple[float, np.ndarray]:
        scores -= self.y
        loss = np.vdot(scores, scores) / len(scores)
        scores *= 2.0 / len(scores)
        return loss, scores

    def result(self) -> tuple[float, np.ndarray]:
        """The loss and the flat gradient."""
        loss, _ = self.step()
        return float(loss), _flat([weight.T for weight in self.weight_gradients], self.bias_gradients)


def _views(widths: tuple[int, ...], flat: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
    weights, biases, position = [], [], 0
    for nin, nout in pairwise(widths):
        weights.append(flat[position : position + nin * nout].reshape(nin, nout))
        biases.append(flat[position + nin * nout : position + (nin + 1) * nout])
        position += (nin + 1) * nout
    return weights, biases


def _flat(weights: Any, biases: Any) -> np.ndarray:
    layers = [np.column_stack([np.asarray(w), np.asarray(b)]) for w, b in zip(weights, biases, strict=True)]
    return np.concatenate([layer.ravel() for layer in layers])


class Torch:
    """PyTorch on whole batches; its parameters are views of one tensor."""

    name = "PyTorch"

    def __init__(self, network: Network) -> None:
        import torch

        torch.set_num_threads(1)
        self.torch, self.network = torch, network
        parts = [part for layer in split(network.widths, network.parameters()) for part in (layer[:, :-1], layer[:, -1])]
        self.shapes, self.sizes = [part.shape for part in parts], [part.size for part in parts]
        self.parameters = torch.tensor(np.concatenate([part.ravel() for part in parts]), requires_grad=True)
        X, y = network.data()
        self.X, self.y = torch.tensor(X), torch.tensor(y.argmax(axis=1) if network.loss == "cross-entropy" else y)

    def step(self) -> tuple[Any, Any]:
        """The loss, and its gradient as one tensor."""
        loss = self._loss()
        return loss, self.torch.autograd.grad(loss, self.parameters)[0]

    def _loss(self) -> Any:
        torch, functional, y = self.torch, self.torch.nn.functional, self.y
        (weight, bias), *rest = self._layers(self.parameters)
        x = functional.linear(self.X, weight, bias)
        for weight, bias in rest:
            x = functional.linear(torch.relu(x), weight, bias)
        if self.network.loss == "hinge":
            return torch.relu(1.0 - y * x[:, 0]).mean() + RIDGE * torch.dot(self.parameters, self.parameters)
        if self.network.loss == "cross-entropy":
            return functional.cross_entropy(x, y)
        return functional.mse_loss(x, y, reduction="sum") / len(x)

    def result(self) -> tuple[float, np.ndarray]:
        """The loss and the flat gradient."""
        loss, gradient = self.step()
        return loss.item(), _flat(*zip(*self._layers(gradient), strict=True))

    def _layers(self, flat: Any) -> list[tuple[Any, Any]]:
        """The weights and bias of each layer, as views of a flat tensor."""
        parts = [part.view(shape) for part, shape in zip(flat.split(self.sizes), self.shapes, strict=True)]
        return list(zip(parts[::2], parts[1::2], strict=True))


class Jax:
    """JAX on whole batches, compiled by XLA; its parameters are one array, since every array in a call costs microseconds."""

    name = "JAX, jit"

    def __init__(self, network: Network) -> None:
        import jax
        import jax.numpy as jnp

        jax.config.update("jax_enable_x64", True)
        self.parameters = jnp.array(network.parameters())
        X, y = network.data()
        self.X, self.y = jnp.array(X), jnp.array(y)

        def loss(parameters: Any, x: Any, y: Any) -> Any:
            *hidden, last = split(network.widths, parameters)
            for layer in hidden:
                x = jax.nn.relu(x @ layer[:, :-1].T + layer[:, -1])
            x = x @ last[:, :-1].T + last[:, -1]
            if network.loss == "hinge":
                return jax.nn.relu(1.0 - y * x[:, 0]).mean() + RIDGE * (parameters * parameters).sum()
            if network.loss == "cross-entropy":
                return (jax.nn.logsumexp(x, axis=1) - (y * x).sum(axis=1)).mean()
            return ((x - y) ** 2).sum() / len(x)

        self.gradient = jax.jit(jax.value_and_grad(loss))
        self.ready = jax.block_until_ready

    def step(self) -> Any:
        """The loss and its gradient, once computed."""
        return self.ready(self.gradient(self.parameters, self.X, self.y))

    def result(self) -> tuple[float, np.ndarray]:
        """The loss and the flat gradient."""
        loss, gradient = self.step()
        return float(loss), np.asarray(gradient)


class Casadi:
    """CasADi: one sample's loss and gradient as an SX graph, mapped over the batch and summed."""

    name = "CasADi"

    def __init__(self, network: Network) -> None:
        import casadi

        flat = network.parameters()
        X, y = network.data()
        p, x, target = casadi.SX.sym("p", len(flat)), casadi.SX.sym("x", X.shape[1]), casadi.SX.sym("y", y[:1].size)
        loss = _casadi_loss(casadi, network, p, x, target) / len(X)
        sample = casadi.Function("sample", [p, x, target], [loss, casadi.gradient(loss, p)])
        self.batch = sample.map(len(X), [True, False, False], [True, True])
        self.arguments = [flat, X.copy(), y.copy()]
        self.results = [np.zeros(1), np.zeros(len(flat))]
        buffer, self.step = self.batch.buffer()
        for i, array in enumerate(self.arguments):
            buffer.set_arg(i, memoryview(array))
        for i, array in enumerate(self.results):
            buffer.set_res(i, memoryview(array))
        self.buffer = buffer

    def result(self) -> tuple[float, np.ndarray]:
        """The loss and the flat gradient."""
        self.step()
        return float(self.results[0][0]), self.results[1].copy()


def _casadi_loss(casadi: Any, network: Network, p: Any, x: Any, y: Any) -> Any:
    position, last = 0, len(network.widths) - 2
    for i, (nin, nout) in enumerate(zip(network.widths, network.widths[1:], strict=False)):
        layer = casadi.reshape(p[position : position + nout * (nin + 1)], nin + 1, nout).T
        position += nout * (nin + 1)
        x = layer[:, :nin] @ x + layer[:, nin]
        if i < last:
            x = casadi.fmax(0.0, x)
    if network.loss == "hinge":
        return casadi.fmax(0.0, 1.0 - y * x) + RIDGE * casadi.sumsqr(p)
    if network.loss == "cross-entropy":
        return casadi.logsumexp(x) - casadi.dot(y, x)
    return casadi.sumsqr(x - y)


def contenders(network: Network) -> list[Any]:
    """Ours, NumPy, and the others that are installed; CasADi, which has no matrix products, only for the small network."""
    found: list[Any] = [Ours(network), NumPy(network)]
    for module, peer in (("torch", Torch), ("jax", Jax), ("casadi", Casadi)):
        if importlib.util.find_spec(module) is not None and (peer is not Casadi or network.widths[0] == 2):
            found.append(peer(network))
    return found
