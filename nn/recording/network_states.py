"""Data for the network view on a record's page: the structure of the model, samples, and its numbers, step by step."""

from __future__ import annotations

from array import array
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import TYPE_CHECKING, Any

from autograd.extend import tree_leaves
from nn.metrics import plain
from nn.module import Module
from nn.network.numbers import Numbers, numbers_of
from nn.network.structure import Network, NotLayered, read_network
from nn.recording.responses import Responses

if TYPE_CHECKING:
    from nn.recording.records import Frame

Data = tuple[Sequence[Any], Sequence[Any]]  # samples and targets

MAX_BYTES = 1_500_000  # of all states of a record; base64 makes them a third longer on its page
MAX_SAMPLES = 20  # that can be followed through the network


@dataclass
class NetworkStates:
    """A network in training: for each step a state, its parameters and then their gradients, as 32-bit floats.

    If not `packed` there are none, since frames hold every parameter. If all would be too large, one frame in `every` has one.
    """

    network: Network
    samples: list[list[float]]
    targets: list[float | None]
    packed: bool
    every: int = 1  # frames
    states: dict[int, bytes] = field(default_factory=dict)

    def add(self, step: int, frame: int, last: bool) -> None:
        """Keep the state after this step, to which the frame with this index belongs."""
        if self.packed and (last or frame % self.every == 0):
            parameters = list(self.network.parameters)
            self.states[step] = array("f", [p.data for p in parameters] + [p.grad for p in parameters]).tobytes()

    def columns(self, first: Frame, last: Frame, responses: Responses, width: float) -> dict[str, Any] | None:
        """The view, samples and states in the form that a page takes; None if the parameters are not known.

        The view starts with the numbers of the first frame; of wide layers it shows the neurons that are strongest in the last.
        `width` is in pixels.
        """
        from nn.network.page import NetworkPage

        begin, end = self._numbers(first, 0), self._numbers(last, -1)
        if begin is None:
            return None
        page = NetworkPage(self.network, width=width, numbers=end)
        states = [[step, b64encode(_chosen(state, page.kept)).decode()] for step, state in self.states.items()]
        return {
            "view": page.data(begin),
            "samples": self.samples,
            "targets": self.targets,
            "activations": responses.of_units(self.network),
            "then": responses.of_columns(self.network),
            "states": states if self.packed else None,
        }

    def picture(self, last: Frame) -> str:
        """The network at the end as SVG, from the last frame; empty if the parameters are not known."""
        from nn.network.picture import NetworkPicture

        numbers = self._numbers(last, -1)
        return "" if numbers is None else NetworkPicture(self.network, numbers).complete()

    def _numbers(self, frame: Frame, which: int) -> Numbers | None:
        """The numbers of the view: those of a frame, or, if states are kept, those of the first or the last state."""
        numbers = [*frame.parameters.values(), *frame.gradients.values()]
        if self.packed:
            states = list(self.states.values())
            numbers = array("f", states[which]).tolist() if states else []
        count = len(self.network.parameters)
        if len(numbers) != 2 * count:
            return None
        found = numbers_of(self.network)
        found["weight"], found["grad"] = [*numbers[:count]], [*numbers[count:]]
        return found


def _chosen(state: bytes, kept: Sequence[int]) -> bytes:
    numbers = array("f", state)
    half = len(numbers) // 2
    return array("f", [numbers[start + i] for start in (0, half) for i in kept]).tobytes()


def network_states(
    model: Module, data: Data, features: Sequence[str] | None, kept: Sequence[str], frames: int
) -> NetworkStates | None:
    """The states for a record of so many `frames` that keep the numbers `kept`; None if the model is not made of layers."""
    try:
        network = read_network(model, inputs=features)
    except NotLayered:
        return None
    names = [name for name, _ in model.named_parameters()]
    X, y = data
    rows = [plain(X[i]) for i in range(min(len(X), MAX_SAMPLES))]
    samples = [[float(number) for number in tree_leaves(row)] for row in rows]
    targets = [float(target) if isinstance(target, Real) else None for target in y[: len(rows)]]
    every = -(-frames * 8 * len(names) // MAX_BYTES) or 1
    return NetworkStates(network, samples, targets, packed=list(kept) != names, every=every)
