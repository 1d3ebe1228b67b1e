"""A claimed gradient beside the right one, and a test of whether a candidate formula explains the claim."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from autograd._format import listed
from autograd.audit.parameters import indices
from autograd.audit.recorded_loss import RecordedLoss

MAX_UNEXPLAINED = 1e-4  # the fraction of a difference, however small, that an explanation may leave unexplained
MIN_DIGITS = 7  # that must agree, not counting those that the fit itself uses up
SAME_FACTOR = 1e-6
MAX_REASONS = 3
UNDERFLOW = 1e-300  # the error that underflow may cause

# A formula that may have been claimed: maps a recorded loss to the formula's numbers, None if it has none.
Candidate = Callable[[RecordedLoss], Sequence[float] | None]


class Entry(NamedTuple):
    """One number of a parameter: the claimed and the right one, the rounding allowed between them, and the verdict.

    It is `hidden` if rounding hides which of the two is right.
    """

    parameter: str
    place: str
    claimed: float
    gradient: float
    tolerance: float
    agrees: bool
    hidden: bool


class Diagnosis(NamedTuple):
    """A mistake that explains a claim: its kind, and a sentence that says which.

    >>> from autograd.audit import audit
    >>> audit(lambda w: w**2, lambda w: w, at=3.0).parameters["w"].diagnosis.text
    'the factor 2 in the derivative of w² is missing'
    """

    mistake: str
    text: str


class Factor(NamedTuple):
    """A factor, its text, and the size it comes from."""

    k: float
    text: str
    size: int


class Claim:
    """The claimed gradient of a parameter, at all the points where it is judged."""

    def __init__(self, name: str, losses: Sequence[RecordedLoss], sizes: Mapping[str, int], rtol: float) -> None:
        self.name, self.rtol, self.given_sizes = name, rtol, sizes
        self.loss = losses[0]  # at the point given
        first, self.shape = self.loss.claimed[name], self.loss.shapes[name]
        losses = [loss for loss in losses if name in loss.claimed and loss.claimed[name].shape == first.shape]
        self.claimed_shape = first.shape if math.prod(self.shape) * len(first.numbers) > 1 else self.shape
        self.same_shape = self.claimed_shape == self.shape
        judged = [(loss, self._entries(loss)) for loss in losses] if self.same_shape else []
        holds_everywhere = bool(judged) and all(entry.agrees for _, entries in judged for entry in entries)
        if all(loss.claimed[name] == first for loss in losses) and not holds_everywhere:
            losses, judged = losses[:1], judged[:1]  # numbers, or a function that is meant for one point only
        decided = [(loss, entries) for loss, entries in judged if not _is_hidden(entries)]
        self.hidden_here = bool(judged) and _is_hidden(judged[0][1])
        self.undecided = bool(judged) and not decided
        self.losses = [loss for loss, _ in decided or judged] or losses
        self.entries = [entries for _, entries in decided or judged]
        self.agrees = self.same_shape and all(entry.agrees for entries in self.entries for entry in entries)
        self.takes_a_side = self.same_shape and any(low < high for low, high in self.loss.sides.spans[name])

    def _entries(self, loss: RecordedLoss) -> list[Entry]:
        claimed, gradient, spans = loss.claimed[self.name].numbers, loss.gradient[self.name], loss.sides.spans[self.name]
        off = [max(low - c, c - high, 0.0) for c, (low, high) in zip(claimed, spans, strict=True)]
        least = [self.rtol * abs(g) + UNDERFLOW for g in gradient]
        noise = [0.0] * len(off)
        if any(x > t for x, t in zip(off, least, strict=True)):  # otherwise its rounding does not matter
            noise = loss.noise[self.name]
        entries = []
        for i, (index, c, g) in enumerate(zip(indices(self.shape), claimed, gradient, strict=True)):
            tolerance = least[i] + (1.0 + self.rtol) * noise[i]
            fits = off[i] <= tolerance
            hidden = fits and off[i] > least[i] and loss.hidden[self.name][i]
            entries.append(Entry(self.name, index, c, g, tolerance, fits and not hidden, hidden))
        return entries

    def gradient(self, loss: RecordedLoss) -> list[float]:
        return loss.gradient[self.name]

    def penalty(self, loss: RecordedLoss) -> list[float]:
        """The part of the gradient that comes from f's penalties."""
        return loss.penalty[self.name]

    def data(self, loss: RecordedLoss) -> list[float]:
        """The gradient without the part from the penalties."""
        return [g - p for g, p in zip(self.gradient(loss), self.penalty(loss), strict=True)]

    @cached_property
    def has_penalty(self) -> bool:
        return any(any(self.penalty(loss)) for loss in self.losses)

    @cached_property
    def is_of_a_model(self) -> bool:
        """True if f has arrays, samples or activations. A plain function of numbers has no penalties and no errors δ."""
        counts = (len(uses) for loss in self.losses for rows in loss.contributions.values() for uses in rows)
        return self.has_layers_or_arrays or max(counts, default=0) > 1

    @property
    def has_layers_or_arrays(self) -> bool:
        return any(self.loss.shapes.values()) or any(units[0].op.activation for units in self.loss.layers.values())

    @cached_property
    def uses(self) -> str:
        """A term for the uses of the parameter. Samples use it once each and are added up; in x·tanh(3·x) the uses multiply."""
        apart = self.has_layers_or_arrays and not self.loss.repeats and self.loss.is_used_apart(self.name)
        return "samples" if apart else f"uses of {self.name}"

    @property
    def of_the_penalty(self) -> str:
        """A phrase for the part of the gradient that comes from the penalty."""
        name = self.name
        return f"the gradient of the penalty on {name}" if self.is_of_a_model else f"the contribution of the term in {name} alone"

    def is_explained_by(self, of: Candidate, k: float = 1.0, beside: Candidate | None = None) -> bool:
        """True if k·of + beside equals the claim, up to rounding, at every point."""
        for loss in self.losses:
            rows = self._equations(loss, of, beside)
            if rows is None or not all(abs(k * x + rest - c) <= self._slack[loss] for x, rest, c in rows):
                return False
        return True

    def _equations(self, loss: RecordedLoss, of: Candidate, beside: Candidate | None) -> list[tuple[float, float, float]] | None:
        """Numbers of both candidates beside those of the claim; None if there are none, or a different count."""
        claimed = loss.claimed[self.name].numbers
        xs, rests = of(loss), beside(loss) if beside else [0.0] * len(claimed)
        if xs is None or rests is None or not len(xs) == len(rests) == len(claimed):
            return None
        return list(zip(xs, rests, claimed, strict=True))

    @cached_property
    def _slack(self) -> dict[RecordedLoss, float]:
        """The rounding error allowed in an explanation of the claim, far below the difference that it explains."""
        slack = {}
        for loss in self.losses:
            largest = max(map(abs, loss.claimed[self.name].numbers))
            noise = max(loss.noise[self.name]) * max(1.0, largest / (max(map(abs, self.gradient(loss))) or 1.0))
            slack[loss] = min(noise + self.rtol * largest + UNDERFLOW, max(MAX_UNEXPLAINED, self.rtol) * self._off)
        return slack

    @cached_property
    def _off(self) -> float:
        """The largest difference; if the shapes differ, the largest number."""
        if self.same_shape:
            return max(abs(entry.claimed - entry.gradient) for entries in self.entries for entry in entries)
        return max(abs(x) for loss in self.losses for x in (*loss.claimed[self.name].numbers, *self.gradient(loss)))

    # -- factors -------------------------------------------------------------------------------------

    def known_factor(self, of: Candidate, beside: Candidate | None = None) -> Factor | None:
        """The known factor k for which the claim is k·of + beside, if there is one."""
        ratios = (self._least_squares([loss], of, beside) for loss in self.losses)
        k = next((k for k in ratios if k == k), math.nan)  # from one point; tested at all of them below
        near = (factor for factor in self.known_factors if abs(k - factor.k) <= max(SAME_FACTOR, self.rtol) * abs(k))
        return next((factor for factor in near if self.is_explained_by(of, factor.k, beside)), None)

    def fitted_factor(self, of: Candidate, beside: Candidate | None = None) -> float | None:
        """The k for which the claim is k·of + beside, if the claim holds more information than it takes to fit k."""
        k = self._least_squares(self.losses, of, beside)
        if not self.is_explained_by(of, k, beside):
            return None
        rows = (row for loss in self.losses for row in enumerate(self._equations(loss, of, beside) or ()))
        different = {(i, f"{x:.6g}") for i, (x, _, _) in rows if abs(x) > UNDERFLOW}
        digits = -math.log10(max(self._slack.values()) / self._off)
        return k if (len(different) - 1) * digits >= MIN_DIGITS else None

    def _least_squares(self, losses: Iterable[RecordedLoss], of: Candidate, beside: Candidate | None) -> float:
        """The k for which k·of + beside is nearest to the claim, NaN if there is none."""
        above = below = 0.0
        for loss in losses:
            for x, rest, c in self._equations(loss, of, beside) or ():
                above, below = above + x * (c - rest), below + x * x
        return above / below if below else math.nan

    @cached_property
    def known_factors(self) -> list[Factor]:
        """Factors that a known mistake may cause, the simplest first."""
        sizes = sorted({n for _, n in self.sizes})
        factors = {1.0: ("1", 1), 2.0: ("2", 2), 0.5: ("½", 2)}
        factors |= {4.0: ("4", 4), 0.25: ("1/4", 4)} if 2 in sizes else {}
        for times, text in ((1.0, ""), (2.0, "2·"), (0.5, "½·")):
            for n in sizes:
                factors.setdefault(times * n, (f"{text}{n}", n))
                factors.setdefault(times / n, (f"{text}1/{n}", n))
        positive = [Factor(k, text, size) for k, (text, size) in factors.items()]
        return [Factor(0.0, "0", 0), *positive, *(Factor(-k, f"−{text}", size) for k, text, size in positive)]

    @cached_property
    def sizes(self) -> list[tuple[str, int]]:
        """Factors by which a gradient may be too large or too small, with their reasons."""
        sizes = [*self.given_sizes.items(), *(("an exponent in f", n) for n in self.loss.exponents)]
        sizes.append((f"the number of {self.uses}", len(self.loss.contributions[self.name][0])))
        for other, shape in self.loss.shapes.items():
            words = ["the length"] if len(shape) == 1 else ["the number of rows", "the number of columns"]
            lengths = [(f"{word} of {other}", n) for word, n in zip(words, shape, strict=False)]
            sizes += [(reason, n) for reason, n in lengths if n not in self.loss.exponents]  # an exponent is the likelier reason
        return [(reason, n) for reason, n in sizes if n > 1]

    def reasons(self, factor: Factor) -> str:
        """The sizes that a factor may come from, in parentheses."""
        reasons = [reason for reason, n in self.sizes if n == factor.size]
        return f" ({factor.size} is {listed(reasons, MAX_REASONS)})" if reasons else ""


def _is_hidden(entries: Iterable[Entry]) -> bool:
    """True if some entry cannot be judged, and none is wrong."""
    doubtful = [entry.hidden for entry in entries if not entry.agrees]
    return bool(doubtful) and all(doubtful)
