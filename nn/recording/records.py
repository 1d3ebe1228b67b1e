"""The record of a training run, the comparison of two, and the page that shows either."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from autograd.extend import as_index, counted, shown, told_apart
from nn._decision_plane import Plane
from nn.recording.network_states import NetworkStates
from nn.recording.responses import Responses

if TYPE_CHECKING:
    from autograd.viz.page import Player

MAX_POINTS = 500  # samples in a picture
NETWORK_WIDTHS = (590.0, 500.0)  # of the network's picture on a page 1280 pixels wide, with one run and with two
FOLDER = Path(__file__).parent / "assets"
FILES = (
    *("training.css", "axes.js", "chart.js", "symbols.js", "contours.js", "boundary.js"),
    *("states.js", "maps.js", "updates.js", "numbers.js", "run.js", "training.js"),
)


@dataclass(frozen=True)
class Frame:
    """A model after `step` updates: its parameters, and the loss and gradients that the next update is made from.

    >>> import nn
    >>> neuron = nn.Neuron(1, seed=0)
    >>> optimizer = nn.optim.SGD(neuron.parameters(), lr=0.1)
    >>> record = nn.record_training(neuron, [[1.0]], [2.0], loss=nn.MSELoss(), optimizer=optimizer, steps=2, progress=False)
    >>> record[0].step, list(record[0].parameters), record[2].loss < record[0].loss
    (0, ['w.0', 'b'], True)
    """

    step: int
    epoch: int
    loss: float
    metric: float | None
    parameters: dict[str, float]
    gradients: dict[str, float]
    boundary: bytes | None

    def numbers(self) -> Iterator[tuple[str, float]]:
        """All numbers with their names, each after those it is computed from."""
        yield from self.parameters.items()
        yield "loss", self.loss
        if self.metric is not None:
            yield "metric", self.metric
        for name, gradient in self.gradients.items():
            yield f"gradient of {name}", gradient


class Labels(NamedTuple):
    """Display names of the quantities in a record."""

    features: Sequence[str] | None = None
    metric: str = "metric"
    optimizer: str = "the optimizer"


class _WithPage:
    """The base of results that a notebook shows as a page and that can be saved as one."""

    def _runs(self) -> list[TrainingRecord]:
        raise NotImplementedError

    difference: Difference | None = None

    def save_html(self, path: str | Path) -> str:
        """Write it as one HTML file that works offline and without Python; returns the path."""
        return self._page().save_html(path)

    def _repr_html_(self) -> str | None:
        return self._page()._repr_html_() if all(self._runs()) else None

    def _page(self) -> Player:
        """One column per run, all with the same controls; ValueError if one has no frames."""
        from autograd.viz.page import Player
        from nn.network.page import ASSETS as NETWORK

        runs, difference = self._runs(), self.difference
        for run in runs:
            if not run:
                raise ValueError(f"nothing to show: {run!r}")
        responses = Responses()
        data = {
            "runs": [run._columns(responses, NETWORK_WIDTHS[len(runs) - 1]) for run in runs],
            "steps": sorted({frame.step for run in runs for frame in run}),
            "summary": repr(self),
            "difference": None if difference is None else {"step": difference.step, "sentence": str(difference)},
        }
        assets = [*NETWORK, *(FOLDER / name for name in FILES)]
        return Player("Training", data, assets, height=820, still=runs[0]._picture(), script=responses.script())


@dataclass(repr=False)
class TrainingRecord(_WithPage, Sequence[Frame]):
    """A sequence of the frames of a training run, the first from before any update. It displays itself in a notebook.

    `interrupted` is True after Ctrl-C; `diverged` says where the loss stopped being finite, if it did.

    >>> import nn
    >>> neuron = nn.Neuron(1, seed=0)
    >>> optimizer = nn.optim.SGD(neuron.parameters(), lr=0.1)
    >>> record = nn.record_training(neuron, [[1.0]], [2.0], loss=nn.MSELoss(), optimizer=optimizer, steps=2, progress=False)
    >>> [frame.step for frame in record], record.interrupted
    ([0, 1, 2], False)
    """

    setting: str  # the model, loss, optimizer, batches and seed in words
    rate: float | None  # an update is rate · gradient; None if the rule is not that simple
    plane: Plane | None
    frames: list[Frame] = field(default_factory=list)
    interrupted: bool = False
    diverged: str = ""
    labels: Labels = field(default_factory=Labels, compare=False)
    network: NetworkStates | None = field(default=None, compare=False)

    def __len__(self) -> int:
        return len(self.frames)

    @overload
    def __getitem__(self, index: int) -> Frame: ...
    @overload
    def __getitem__(self, index: slice) -> list[Frame]: ...
    def __getitem__(self, index: int | slice) -> Frame | list[Frame]:
        return self.frames[index]

    def __repr__(self) -> str:
        how = "interrupted" if self.interrupted else self.diverged
        if not self.frames:
            return f"{self.setting}: no frames, {how}"
        first, last = self.frames[0], self.frames[-1]
        ending = f"{how}; kept up to step {last.step}" if how else f"complete after step {last.step}"
        return f"{self.setting}: {counted(len(self), 'frame')}, loss {shown(first.loss)} → {shown(last.loss)}, {ending}"

    def beside(self, other: TrainingRecord) -> TrainingComparison:
        """This run, A, and another one, B, side by side, with the first step at which they differ.

        >>> from nn import MLP, MSELoss, record_training
        >>> from nn.optim import SGD
        >>> def run(lr):
        ...     net = MLP(1, [1], seed=0)
        ...     return record_training(net, [[0.0], [1.0]], [1.0, 3.0], loss=MSELoss(), optimizer=SGD(net.parameters(), lr=lr),
        ...                            steps=5, progress=False)
        >>> print(run(0.5).beside(run(0.25)))
        first difference at step 1: layers[0].neurons[0].w[0] 2.34366 against 2.01549, and 4 more
        """
        if not isinstance(other, TrainingRecord):
            raise TypeError(f"other must be a TrainingRecord, got {type(other).__name__}")
        return TrainingComparison(self, other)

    def _runs(self) -> list[TrainingRecord]:
        return [self]

    def _picture(self) -> str:
        """The trained network as an SVG, empty if the model is not made of layers."""
        return self.network.picture(self[-1]) if self.network else ""

    def _columns(self, responses: Responses, width: float) -> dict[str, Any]:
        """The record in the form that its page takes: for each quantity a list over the frames."""
        from autograd.viz.palette import MARKERS, RAMP

        first, plane = self[0], self.plane
        return {
            "summary": repr(self),
            "rate": self.rate,
            "steps": [frame.step for frame in self],
            "epochs": [frame.epoch for frame in self],
            "loss": [frame.loss for frame in self],
            "metric": None if first.metric is None else [frame.metric for frame in self],
            "labels": self.labels._asdict(),
            "names": [as_index(name) for name in first.parameters],
            "values": [[frame.parameters[name] for frame in self] for name in first.parameters],
            "gradients": [[frame.gradients[name] for frame in self] for name in first.gradients],
            "network": self.network and self.network.columns(first, self[-1], responses, width),
            "plane": plane
            and {
                **{name: getattr(plane, name) for name in ("resolution", "x", "y", "kind")},
                "labels": list(plane.labels),
                "points": plane.points[:MAX_POINTS],
                "hidden": max(0, len(plane.points) - MAX_POINTS),
                "ramp": RAMP,
                "markers": MARKERS,
                "cells": [b64encode(frame.boundary or b"").decode() for frame in self],
            },
        }


@dataclass(frozen=True)
class Difference:
    """The first step at which two runs differ: the name of a number that differs, and that number in each run.

    >>> print(Difference(step=1, name="w.0", numbers=(0.5, 0.25), more=2))
    step 1: w[0] 0.5 against 0.25, and 2 more
    """

    step: int
    name: str
    numbers: tuple[float, float]
    more: int  # how many other numbers differ at this step

    def __str__(self) -> str:
        one, other = told_apart(*self.numbers)
        return f"step {self.step}: {as_index(self.name)} {one} against {other}" + (f", and {self.more} more" if self.more else "")


@dataclass(repr=False)
class TrainingComparison(_WithPage):
    """Two runs. `difference` is their first, or None if they agree at all steps that both kept; NaN agrees with NaN.

    >>> import nn
    >>> neuron = nn.Neuron(1, seed=0)
    >>> optimizer = nn.optim.SGD(neuron.parameters(), lr=0.1)
    >>> record = nn.record_training(neuron, [[1.0]], [2.0], loss=nn.MSELoss(), optimizer=optimizer, steps=2, progress=False)
    >>> record.beside(record)
    no difference in the 3 steps kept by both runs
    """

    one: TrainingRecord
    other: TrainingRecord
    difference: Difference | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        others = {frame.step: frame for frame in self.other}
        for frame in self.one:
            there = dict(others[frame.step].numbers()) if frame.step in others else {}
            pairs = [(name, number, there[name]) for name, number in frame.numbers() if name in there]
            differing = [pair for pair in pairs if pair[1] != pair[2] and not (pair[1] != pair[1] and pair[2] != pair[2])]
            if differing:
                name, *numbers = differing[0]
                self.difference = Difference(frame.step, name, (numbers[0], numbers[1]), len(differing) - 1)
                return

    def __repr__(self) -> str:
        if self.difference is not None:
            return f"first difference at {self.difference}"
        shared = len({frame.step for frame in self.one} & {frame.step for frame in self.other})
        return f"no difference in the {counted(shared, 'step')} kept by both runs"

    def _runs(self) -> list[TrainingRecord]:
        return [self.one, self.other]
