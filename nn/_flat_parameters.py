"""Parameters in one flat array, on which the optimizer steps during compiled training."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from autograd import Value
from nn._interrupts import never_half
from nn.optim import Arithmetic, Memory, Optimizer

ARRAYS = Arithmetic(numpy.sqrt, lambda x, y: numpy.where(y > x, y, x))


@dataclass
class _Block:
    """Parameters of one group with equal step counts, which move together."""

    group: int
    indices: list[int]  # in the optimizer's lists
    places: Any  # in the flat array: a slice or indices
    memory: Memory  # of arrays
    is_ahead: bool = False  # True if `memory` is newer than the optimizer's own


class FlatParameters:
    """The leaves that a gradient reaches, as one float64 array, and the optimizer's memory of them, as arrays.

    Steps are made on the arrays. `write` brings the Values up to date, and `read` picks up changes made to them.
    """

    def __init__(self, leaves: Sequence[Value], optimizer: Optimizer) -> None:
        self.leaves, self.optimizer = list(leaves), optimizer
        self.place = {p: i for i, p in enumerate(self.leaves)}
        self.data = numpy.empty(len(self.leaves))
        self.grad: Any = None  # None before the first step
        self.missed: list[int] = []  # indices of leaves that the last gradient did not reach
        self.ahead = False  # True if the arrays are newer than the Values
        self.read()

    def read(self) -> None:
        """Reload numbers, groups and the optimizer's memory."""
        self.data[:] = [p.data for p in self.leaves]
        members = set(self.optimizer.params)
        # Gradients of leaves that the optimizer does not hold are never cleared: they add up.
        self.others = [i for i, p in enumerate(self.leaves) if p not in members]
        self.sums = numpy.array([self.leaves[i].grad for i in self.others])
        self.untouched = {i for i in self.others if not self.leaves[i].has_grad}
        self.blocks = self._blocks() if _moves_arrays(self.optimizer) else None

    def _blocks(self) -> list[_Block]:
        optimizer = self.optimizer
        counts = [name for name, low in optimizer.lowest.items() if isinstance(low, int)]
        groups = [number for number, group in enumerate(optimizer.param_groups) for _ in group["params"]]
        together: dict[tuple[int, ...], list[int]] = {}
        for i, (number, p, memory) in enumerate(zip(groups, optimizer.params, optimizer.state, strict=True)):
            if p in self.place:
                together.setdefault((number, *[memory[name] for name in counts]), []).append(i)
        blocks = []
        for (number, *_), indices in together.items():
            memories = [optimizer.state[i] for i in indices]
            memory = {
                name: memories[0][name] if name in counts else numpy.array([held[name] for held in memories])
                for name in optimizer.lowest
            }
            blocks.append(_Block(number, indices, _as_slice([self.place[optimizer.params[i]] for i in indices]), memory))
        return blocks

    def take(self, grad: Any, missed: list[int]) -> None:
        """Take the gradient of a batch, and the indices of the leaves that it did not reach."""
        self.grad, self.missed, self.ahead = grad, missed, True
        if self.others:
            self.sums += grad[self.others]
            self.untouched.intersection_update(missed)

    def step(self) -> None:
        """Move every parameter, bit for bit as `optimizer.step()` would."""
        self.ahead = True
        if self.blocks is None or self.missed or not self._step_on_arrays(self.blocks):
            self.optimizer.zero_grad()
            self._add_what_was_kept()
            self.write()
            self.optimizer.step()
            self.read()

    def _add_what_was_kept(self) -> None:
        """Add the gradients that a user's own `zero_grad` kept, for example to accumulate them over several batches."""
        kept = {i for i, p in enumerate(self.leaves) if p.has_grad} - {*self.others}
        if kept and self.grad is not None:
            self.grad = self.grad + [p.grad if i in kept else 0.0 for i, p in enumerate(self.leaves)]
            self.missed = [i for i in self.missed if i not in kept]

    def _step_on_arrays(self, blocks: Iterable[_Block]) -> bool:
        """Step on arrays; False, with nothing changed, if a number is not finite: on floats the rule may report dividing by 0."""
        moved = []
        with numpy.errstate(all="ignore"):
            for block in blocks:
                update = self.optimizer.rule(self.optimizer.param_groups[block.group].data, ARRAYS)
                data, memory = update(self.data[block.places], self.grad[block.places], block.memory)
                if not numpy.isfinite(data).all():
                    return False
                moved.append((block, data, memory))
        steps = self.optimizer.steps + 1

        def move() -> None:
            for block, data, memory in moved:
                self.data[block.places] = data
                block.is_ahead = block.is_ahead or memory is not block.memory  # plain SGD returns what it was given
                block.memory = memory
            self.optimizer.steps = steps

        never_half(move)
        return True

    def write(self) -> None:
        """Bring the Values and the optimizer's memory to where eager training would have them, unless they are there."""
        if not self.ahead:
            return
        for p, number in zip(self.leaves, self.data.tolist(), strict=True):
            p.data = number
        if self.grad is not None:
            grads = self.grad.copy()
            grads[self.others] = self.sums
            for p, number in zip(self.leaves, grads.tolist(), strict=True):
                p.grad = number
            missed = {self.leaves[i] for i in self.missed}
            for p in (*self.optimizer.params, *(self.leaves[i] for i in self.untouched)):
                if p not in self.place or p in missed:
                    p.zero_grad()
        for block in self.blocks or ():
            if block.is_ahead:
                names = list(block.memory)
                columns = [numpy.broadcast_to(held, len(block.indices)).tolist() for held in block.memory.values()]
                for i, numbers in zip(block.indices, zip(*columns, strict=True), strict=True):
                    self.optimizer.state[i] = dict(zip(names, numbers, strict=True))
                block.is_ahead = False
        self.ahead = False  # last, so that a write broken off by Ctrl-C is done again


def _moves_arrays(optimizer: Optimizer) -> bool:
    """True if its methods are those of `nn.optim`, so that no code of the user's needs the single numbers."""
    methods = (getattr(optimizer, name) for name in ("rule", "update", "step", "zero_grad"))
    return all(method.__module__ == Optimizer.__module__ for method in methods)


def _as_slice(places: list[int]) -> Any:
    """The places as a slice, which copies nothing, if they are consecutive; otherwise as an array."""
    return slice(places[0], places[-1] + 1) if places == list(range(places[0], places[-1] + 1)) else numpy.array(places)
