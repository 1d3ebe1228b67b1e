"""One round of a check: every derivative of a function at one point, and every partial on the way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from autograd.names import node_names
from autograd.ops import BUILT_IN
from autograd.sweeps import adjoints, recorded, tangents, topological_order
from autograd.testing.finite.estimate import neighbours, scatter
from autograd.testing.gradcheck.beside import Kind, beside
from autograd.testing.gradcheck.frozen import Frozen, shows
from autograd.testing.gradcheck.hidden import hidden_reason, origins_of
from autograd.testing.gradcheck.judge import Judged, judge
from autograd.testing.gradcheck.line import Line
from autograd.testing.gradcheck.partials import Partial, checked_partials
from autograd.testing.gradcheck.progress import counted_off
from autograd.testing.gradcheck.report import Checked, GradientError, Graph, gradient_error
from autograd.testing.gradcheck.rounding import PartialErrors, gradient_errors
from autograd.testing.gradcheck.subject import Subject
from autograd.value import Value


class Round:
    """The derivatives of a subject, by one sweep or by several that should give the same."""

    def __init__(self, subject: Subject, sweeps: Sequence[str], rtol: float, atol: float, step: float | None) -> None:
        self.subject, self.sweeps = subject, sweeps
        self.rtol, self.atol, self.step = rtol, atol, step
        self.made = subject.record(subject.point)
        self.here = subject.steady_reading(self.made)
        self.outputs = subject.output_names(len(self.made.outputs))
        for name, value in zip(self.outputs, self.here.values, strict=True):
            if not math.isfinite(value):
                raise ValueError(
                    f"{subject.who}: {name} is {value!r} at {subject.shown()}, so there is no gradient to check; "
                    "points(f) draws points where f is defined"
                )
        self.noises = self._measured_noises()
        self.frozen: dict[int, Frozen] = {}  # by output

    def check(self) -> tuple[list[Checked], list[Partial]]:
        """All derivatives and all partials; GradientError if one is wrong."""
        order = self.made.order
        outputs = [y for y in self.made.outputs if type(y) is Value]
        partials = list(checked_partials(order, self.made.inputs, outputs, self.rtol, self.atol))
        wrong = [partial for partial in partials if not partial.right]
        unsure = PartialErrors(order)
        bars = [adjoints(order, {y: 1.0}, recorded) if type(y) is Value else {} for y in self.made.outputs]
        errors = [gradient_errors(order, bar, unsure) for bar in bars]
        checks: dict[tuple[int, int], Checked] = {}
        for i, x in enumerate(counted_off(self.made.inputs, self.subject.who, "input")):
            line = Line(self.subject, self.here, i)
            dots = tangents(order, {x: 1.0}, recorded) if "fwd" in self.sweeps else {}
            for k, y in enumerate(self.made.outputs):
                swept = {"rev": bars[k].get(x, 0.0), "fwd": dots.get(y, 0.0) if type(y) is Value else 0.0}
                for sweep in self.sweeps:
                    check = self._checked(line, k, swept[sweep], errors[k].get(x, 0.0))
                    if not (check.allowed or check.smooth):
                        raise self._failure(wrong, check, i, k)
                    checks[k, i] = check
        if wrong:
            raise self._failure(wrong)
        return [checks[key] for key in sorted(checks)], partials

    def _checked(self, line: Line, k: int, analytic: float, rounding: float) -> Checked:
        slack = (math.inf if math.isnan(rounding) else rounding) + self.atol + (self.rtol and self.rtol * abs(analytic))
        judged, kind = self._judged(line, k, analytic, slack)
        return Checked(self.subject.names[line.i], self.outputs[k], line.x, analytic, judged, slack, kind)

    def _judged(self, line: Line, k: int, analytic: float, slack: float) -> tuple[Judged, Kind | None]:
        """What the values show; and if f with its kinks frozen shows it, what f itself does there."""
        judged = judge(line.sample(k, self.noises[k]), line.x, analytic, slack, step=self.step)
        if not (0.0 in self.here.margins if judged.known else line.at_edge()):
            return judged, None
        if (frozen := self._frozen(line, k)) is not None:
            leaf = self.made.inputs[line.i]
            seen = judged.known  # only with steps so small that an argument of a kink is rounded to 0, or none reaches one
            judged = judged if seen else judge(frozen.along(leaf), line.x, analytic, slack, step=self.step)
            if not judged.allows(analytic, slack):
                return judged, None  # wrong, whatever the convention
            kind, slope = beside(frozen, self.made.inputs, leaf, analytic, slack, self.step)
            if kind is Kind.SMOOTH and not slope.allows(analytic, slack):
                return slope, kind
            return judged, None if seen else kind
        if judged.known:
            return judged, None
        edge = line.edge(k, self.noises[k])
        return judge(edge, line.x, analytic, slack, edge=edge, step=self.step), None

    def _frozen(self, line: Line, k: int) -> Frozen | None:
        """Output k with its kinks frozen, if it is at some that move with the line, and its graph is all there is to f."""
        y, leaf = self.made.outputs[k], self.made.inputs[line.i]
        if type(y) is not Value:
            return None
        if k not in self.frozen:
            self.frozen[k] = Frozen(y)
        frozen = self.frozen[k]
        told = frozen.moves(leaf) and shows(frozen.order, leaf, lambda x: there.values[k] if (there := line.reading(x)) else None)
        return frozen if told else None

    def _measured_noises(self) -> list[float]:
        """How much the outputs scatter when all inputs move a tiny bit: an op of the user's may be less than exact."""
        if all(node.op is None or node.op.name in BUILT_IN for node in self.made.order):
            return [0.0] * len(self.outputs)
        points = zip(*map(neighbours, self.subject.point), strict=True)
        readings = [self.subject.read(point) for point in points]
        near = [there if there and self.here.reaches(there) else None for there in readings]
        return [scatter([there.values[k] if there else math.nan for there in near]) for k in range(len(self.outputs))]

    def _failure(self, wrong: Sequence[Partial], check: Checked | None = None, i: int = 0, k: int = 0) -> GradientError:
        names = node_names(self.made.order)
        names.update(zip(self.made.inputs, self.subject.names, strict=True))
        reason = ""
        if check is not None and not math.isfinite(check.analytic):
            reason = "the sweep came upon 0 times infinity or an overflow: inside autograd.anomaly() backward() says where"
        elif check is not None and not wrong:
            reason = hidden_reason(self.subject, self.made, i, names)
        y: Any = self.made.outputs[k]
        order = topological_order([y]) if type(y) is Value else [self.made.inputs[i]]
        bars = adjoints(order, {y: 1.0}, recorded) if type(y) is Value else {}
        return gradient_error(
            self.subject.who, check, wrong, reason, Graph(order, names, bars, origins_of(self.subject, self.made))
        )
