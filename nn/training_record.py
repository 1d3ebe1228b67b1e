"""What was kept of a training run, and how two runs differ."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, overload

from autograd._format import shown
from nn.boundary import Plane

if TYPE_CHECKING:
    from autograd.viz.page import Player


@dataclass(frozen=True)
class Frame:
    """A model after `step` updates: its numbers there, and the loss and the gradients that the next update follows."""

    step: int
    epoch: int
    loss: float
    metric: float | None
    parameters: dict[str, float]
    gradients: dict[str, float]
    boundary: bytes | None

    def numbers(self) -> Iterator[tuple[str, float]]:
        """All numbers with their names, in the order in which one comes from the other."""
        yield from self.parameters.items()
        yield "loss", self.loss
        if self.metric is not None:
            yield "metric", self.metric
        for name, gradient in self.gradients.items():
            yield f"gradient of {name}", gradient


class _WithPage(ABC):
    """Something with a page, which a notebook shows and a file keeps."""

    @abstractmethod
    def _records(self) -> list[TrainingRecord]: ...

    @abstractmethod
    def _difference(self) -> Difference | None: ...

    def save_html(self, path: str | Path) -> str:
        """Write it as one HTML file that needs no network and no Python behind it; returns the path."""
        return self._page().save_html(path)

    def _repr_html_(self) -> str | None:
        return self._page()._repr_html_() if all(record.frames for record in self._records()) else None

    def _page(self) -> Player:
        from nn.recording_page import training_page

        return training_page(self._records(), self._difference(), repr(self))


@dataclass(repr=False)
class TrainingRecord(_WithPage, Sequence[Frame]):
    """The frames of a training run, a sequence; the first is before any update. It shows itself in a notebook.

    `interrupted` is True after Ctrl-C; `diverged` says where the loss ceased to be a finite number, if it did.
    """

    setting: str  # the model, the loss, the optimizer, the batches and the seed in words
    rate: float | None  # what a gradient is multiplied with in an update, where there is no more to an update
    plane: Plane | None
    frames: list[Frame] = field(default_factory=list)
    interrupted: bool = False
    diverged: str = ""

    def __len__(self) -> int:
        return len(self.frames)

    @overload
    def __getitem__(self, index: int) -> Frame: ...
    @overload
    def __getitem__(self, index: slice) -> list[Frame]: ...
    def __getitem__(self, index: int | slice) -> Frame | list[Frame]:
        return self.frames[index]

    def __repr__(self) -> str:
        """What ran, what was kept, how it went."""
        if not self.frames:
            return f"{self.setting}: no frames, {self._ending()}"
        first, last = self.frames[0], self.frames[-1]
        return f"{self.setting}: {len(self)} frames, loss {shown(first.loss)} → {shown(last.loss)}, {self._ending()}"

    def _ending(self) -> str:
        how = "interrupted" if self.interrupted else self.diverged
        if not self.frames:
            return how
        return f"{how}; kept up to step {self.frames[-1].step}" if how else f"complete after step {self.frames[-1].step}"

    def beside(self, other: TrainingRecord) -> TrainingComparison:
        """This run, A, and another one, B, side by side, with the first step in which they differ.

        >>> from nn import MLP, MSELoss
        >>> from nn.optim import SGD
        >>> from nn.recording import record_training
        >>> def run(lr):
        ...     net = MLP(1, [1], seed=0)
        ...     return record_training(net, [[0.0], [1.0]], [1.0, 3.0], loss=MSELoss(), optimizer=SGD(net.parameters(), lr=lr),
        ...                            steps=5, progress=False)
        >>> print(run(0.5).beside(run(0.25)))
        first difference at step 1: layers.0.neurons.0.w.0 2.34366 against 2.01549, and 4 more
        """
        if not isinstance(other, TrainingRecord):
            raise TypeError(f"other must be a TrainingRecord, got {type(other).__name__}")
        return TrainingComparison(self, other)

    def _records(self) -> list[TrainingRecord]:
        return [self]

    def _difference(self) -> None:
        return None


@dataclass(frozen=True)
class Difference:
    """The first step in which two runs differ, and in what: the number of the one and of the other."""

    step: int
    name: str
    numbers: tuple[float, float]
    more: int  # how many other numbers differ in this step

    def __str__(self) -> str:
        texts = ([shown(number, digits) for number in self.numbers] for digits in range(6, 18))
        one, other = next(pair for pair in texts if pair[0] != pair[1])  # with as many digits as it takes
        return f"step {self.step}: {self.name} {one} against {other}" + (f", and {self.more} more" if self.more else "")


@dataclass(repr=False)
class TrainingComparison(_WithPage):
    """Two runs. `difference` is the first, or None if they are the same in all steps that both have kept."""

    one: TrainingRecord
    other: TrainingRecord
    difference: Difference | None = field(init=False)

    def __post_init__(self) -> None:
        self.difference = first_difference(self.one, self.other)

    def __repr__(self) -> str:
        if self.difference is not None:
            return f"first difference at {self.difference}"
        shared = len({frame.step for frame in self.one} & {frame.step for frame in self.other})
        return f"no difference in the {shared} steps that both runs have kept"

    def _records(self) -> list[TrainingRecord]:
        return [self.one, self.other]

    def _difference(self) -> Difference | None:
        return self.difference


def first_difference(one: TrainingRecord, other: TrainingRecord) -> Difference | None:
    """The first difference in what both have kept; NaN does not differ from NaN."""
    others = {frame.step: frame for frame in other}
    for frame in one:
        if frame.step not in others:
            continue
        there = dict(others[frame.step].numbers())
        pairs = [(name, number, there[name]) for name, number in frame.numbers() if name in there]
        differing = [pair for pair in pairs if pair[1] != pair[2] and not (pair[1] != pair[1] and pair[2] != pair[2])]
        if differing:
            name, *numbers = differing[0]
            return Difference(frame.step, name, (numbers[0], numbers[1]), len(differing) - 1)
    return None
