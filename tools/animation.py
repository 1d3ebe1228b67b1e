"""The animation at the top of the README: both passes of a neuron, step by step, then a slider that moves its weight.

It is an SVG that plays in an <img>, by CSS alone. Readers who want no motion, and viewers without CSS, see the last step.
"""

from __future__ import annotations

import copy
import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

from autograd import Value, draw_dot, steps
from autograd.viz import style
from autograd.viz.palette import COLOURS, standalone
from autograd.viz.picture import Picture
from autograd.viz.routing import Arrangement
from autograd.viz.shapes import fixed, rectangle, text_at
from autograd.viz.text_size import FONT, text_width
from tools.keyframes import TRAVEL, Clock, Span

FRAME = 0.04  # seconds
REST, FORWARD_STEP, SEED_STEP, BACKWARD_STEP, LAST = 0.6, 1.1, 1.1, 1.9, 0.6
START, GRID = -0.5, 0.04  # the first weight, and the step in which it moves: never to 0, where an arrow has no head
WAY = ((-20, 1.4), (-20, 0.9), (25, 3.0), (25, 0.9), (0, 1.6), (0, 1.0))  # places on the grid, and the seconds taken to get there
RANGE = (-1.5, 1.0)  # of the slider
LARGEST = 1.9  # the gradient of the widest ribbon
INK, PAPER, QUIET, LINE, PANEL, ACCENT = (COLOURS[name].light for name in ("ink", "paper", "quiet", "line", "panel", "accent"))
TITLE, SENTENCE, SMALL = 15.0, 13.0, 12.0  # font sizes
MARGIN, ROW, LEADING = 12.0, 36.0, 19.0
STILL = ".moving{opacity:0}.traveller{offset-rotate:0deg;paint-order:stroke}"  # for what is not in the last step


# -- what is drawn -------------------------------------------------------------------------------------------


def neuron(w: float) -> Value:
    """One neuron with one input, after `backward()`."""
    weight, x, b = Value(w, label="w"), Value(2.0, label="x"), Value(0.7, label="b")
    p = weight * x
    p.label = "p"
    n = p + b
    n.label = "n"
    y = n.tanh()
    y.label = "y"
    y.backward()
    return y


def weight(k: int) -> float:
    """The weight at a place on the grid."""
    return round(START + GRID * k, 2)


def drawings(direction: str) -> dict[int, ET.Element]:
    """The drawing for each weight, all in the layout with the most room, and with one scale for the widths of ribbons."""
    pictures = {k: _picture(neuron(weight(k)), direction) for k in sorted(schedule()[1])}
    plan = max((picture.plan for picture in pictures.values()), key=room)
    return {k: _drawn(picture, plan.refilled(picture.cards)) for k, picture in pictures.items()}


def _picture(y: Value, direction: str) -> Picture:
    picture = draw_dot(y, direction=direction).picture
    assert isinstance(picture, Picture)
    return picture


def room(plan: Arrangement) -> float:
    """The total width of a layout's cards and of the labels between them."""
    return sum(placed.columns.width for placed in plan.placed.values()) + (0.0 if plan.upright else plan.along)


def _drawn(picture: Picture, plan: Arrangement) -> ET.Element:
    flows = {id: replace(flow, ribbon=style.ribbon(flow.back or (), LARGEST)) for id, flow in picture.shown.items()}
    svg = replace(picture.sheet, plan=plan, flows=flows, largest=LARGEST).svg().replace(' xmlns="http://www.w3.org/2000/svg"', "")
    return ET.fromstring(re.sub("<title>.*?</title>", "", svg))


def of_class(root: ET.Element, name: str) -> list[ET.Element]:
    """The elements of a class, in document order."""
    return [element for element in root.iter() if name in element.get("class", "").split()]


def group(root: ET.Element, id: str) -> ET.Element:
    """The card or arrow of this id."""
    return next(element for element in root if element.get("id") == id)


def markup(*elements: ET.Element) -> str:
    """Elements as text."""
    return "".join(ET.tostring(element, encoding="unicode").strip() for element in elements)


def numbers(drawn: ET.Element) -> dict[str, str]:
    """The parts that may change with the weight: `n0 value` and `n0 grad`, texts on a card; `b2-0` and `b2-0 label`, a ribbon."""
    found = {}
    for part in drawn:
        id = part.get("id", "")
        if id[:1] == "n":
            for kind in ("value", "grad"):
                found[f"{id} {kind}"] = markup(*of_class(part, kind))
        elif id[:1] == "b":
            *ribbon, label = part
            found[id], found[f"{id} label"] = markup(*ribbon), markup(label)
    return found


# -- time ------------------------------------------------------------------------------------------------------


@cache
def schedule() -> tuple[list[float], dict[int, list[Span]], float]:
    """When each step begins and the last one ends; then, for each place of the weight, its time spans; the total length."""
    begins, t = [], REST
    for step in steps(neuron(START)):
        begins.append(t)
        t += FORWARD_STEP if step.phase == "forward" else BACKWARD_STEP if step.contributions else SEED_STEP
    begins.append(t)
    now, places = 0, [(t, 0)]
    for target, seconds in WAY:
        for i in range(1, round(seconds / FRAME) + 1):
            share = i * FRAME / seconds
            k = round(now + (target - now) * share * share * (3.0 - 2.0 * share))
            if k != places[-1][1]:
                places.append((t + i * FRAME, k))
        t, now = t + seconds, target
    spans: dict[int, list[Span]] = defaultdict(list)
    for (begin, k), (end, _) in pairwise([*places, (t + LAST, 0)]):
        spans[k].append((begin, end))
    return begins, spans, t + LAST


# -- the picture -------------------------------------------------------------------------------------------------


class Animation:
    """The picture, wide or narrow, in light-mode colours."""

    def __init__(self, narrow: bool) -> None:
        self.narrow, direction = narrow, "TB" if narrow else "LR"
        y = neuron(START)
        self.steps = steps(y)
        self.ids = draw_dot(y).box_ids
        self.begins, self.spans, length = schedule()
        self.clock = Clock(length)
        drawn = drawings(direction)
        self.base = drawn[0]
        self.changing = {k: numbers(root) for k, root in drawn.items()}
        self.width = float(self.base.get("width", ""))
        borders = of_class(self.base, "border")
        self.floor = max(float(one.get("y", "")) + float(one.get("height", "")) for one in borders) + MARGIN

    def svg(self) -> str:
        """The picture as SVG."""
        rows, height = self._below()
        parts = [*self._graph(), *self._passes(), *self._weights(), *rows]
        begin = (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{fixed(self.width)}" height="{fixed(height)}" '
            f'viewBox="0 0 {fixed(self.width)} {fixed(height)}" font-family="{FONT}" font-size="12" fill="{INK}">'
        )
        title = "<title>The player steps through a neuron, y = tanh(w·x + b), forward and backward; then a slider moves w</title>"
        frame = rectangle((0.5, 0.5), (self.width - 1.0, height - 1.0), "page", PAPER, LINE)
        return "\n".join([begin, title, f"<style>{STILL}{self.clock.css()}</style>", frame, *parts, "</svg>\n"])

    # -- the drawing -----------------------------------------------------------------------------------------

    def _graph(self) -> Iterator[str]:
        """The lasting parts: forward arrows and cards, which are pale until they are computed."""
        yield text_at((MARGIN, 28.0), "y = tanh(w·x + b)", "title", size=TITLE, bold=True)
        appears = self._appears()
        for part in copy.deepcopy(self.base):
            id = part.get("id", "")
            if id[:1] == "f":
                yield markup(part)
            elif id[:1] == "n":
                for text in [*of_class(part, "value"), *of_class(part, "grad")]:
                    part.remove(text)
                begin = appears.get(f"{id} value", 0.0) - TRAVEL
                name = f' class="{self.clock.since(begin, before=0.35)}"' if begin > 0.0 else ""
                yield f"<g{name}>{markup(*part)}</g>"

    def _passes(self) -> Iterator[str]:
        """The marks of each step: on its card and those that receive a gradient, and the numbers that travel."""
        for step, (begin, end) in zip(self.steps, pairwise(self.begins), strict=True):
            now, turn = self.clock.during([(begin, end)]), self.ids[step.node][1:]
            yield self._marked(step.node, now, 3.0, "")
            if step.phase == "forward":
                for position, arg in enumerate(step.node.args):
                    assert isinstance(arg, Value)
                    yield self._traveller(f"f{turn}-{position}", arg.data, begin)
            for passed in step.contributions:
                yield self._marked(passed.arg, now, 2.0, "5 3")
                yield self._traveller(f"b{turn}-{passed.position}", passed.amount, begin)

    def _marked(self, node: Value, now: str, width: float, dashes: str) -> str:
        (border,) = of_class(group(self.base, self.ids[node]), "border")
        x, y, w, h = (float(border.get(name, "")) for name in ("x", "y", "width", "height"))
        return f'<g class="moving {now}">{rectangle((x, y), (w, h), "now", "none", ACCENT, width, dashes)}</g>'

    def _traveller(self, id: str, amount: float, begin: float) -> str:
        (line,) = of_class(group(self.base, id), "line")
        colour = style.gradient_colour([amount]) if id[0] == "b" else INK
        text = text_at((0.0, -8.0), style.short(amount), "amount", colour, SMALL, bold=True, anchor="middle")
        path = f"offset-path:path('{line.get('d')}')"
        look = f'class="moving traveller {self.clock.along(begin)}" style="{path}" stroke="{PAPER}" stroke-width="3"'
        return f'<g {look}><circle r="6" fill="{colour}"/>{text}</g>'

    # -- the numbers --------------------------------------------------------------------------------------------

    def _appears(self) -> dict[str, float]:
        """When each number and each ribbon first appears."""
        found = {}
        for step, begin in zip(self.steps, self.begins, strict=False):
            if step.phase == "forward":
                found[f"{self.ids[step.node]} value"] = begin + TRAVEL
            elif not step.contributions:
                found[f"{self.ids[step.node]} grad"] = begin
            for passed in step.contributions:
                ribbon = f"b{self.ids[step.node][1:]}-{passed.position}"
                found[ribbon] = begin
                found[f"{ribbon} label"] = found[f"{self.ids[passed.arg]} grad"] = begin + TRAVEL
        return found

    def _weights(self) -> Iterator[str]:
        """The numbers and ribbons for each weight; those that are the same for all weights are drawn once."""
        appears, first = self._appears(), self.changing[0]
        same = {key for key, text in first.items() if all(one[key] == text for one in self.changing.values())}
        at_start = {
            key: f'<g class="{self.clock.since(appears[key])}">{text}</g>' if key in appears else text
            for key, text in first.items()
        }
        yield "".join(at_start[key] for key in at_start if key in same)
        for k, spans in self.spans.items():
            texts = at_start if k == 0 else self.changing[k]
            shown = "".join(texts[key] for key in texts if key not in same)
            now = self.clock.during([(0.0, spans[0][1]), *spans[1:]] if k == 0 else spans)
            yield f'<g class="{now}{" moving" * (k != 0)}">{shown}</g>'

    # -- sentences and sliders -----------------------------------------------------------------------------------

    def _below(self) -> tuple[list[str], float]:
        """The sentence, the slider of the steps, and that of the weight; and the height at which they end."""
        lines = 2 if self.narrow else 1
        top = self.floor + LEADING * lines + 13.0
        rule = f'<path d="M0.5,{fixed(self.floor)}H{fixed(self.width - 0.5)}" stroke="{LINE}"/>'
        half = (self.width - 3.0 * MARGIN) / 2.0
        sides = ((MARGIN, top), (MARGIN, top + ROW)) if self.narrow else ((MARGIN, top), (2.0 * MARGIN + half, top))
        room = self.width - 2.0 * MARGIN if self.narrow else half
        sliders = *self._step_slider(*sides[0], room), *self._weight_slider(*sides[1], room)
        return [rule, *self._sentences(lines), *sliders], sides[1][1] + ROW + 4.0

    def _sentences(self, lines: int) -> Iterator[str]:
        ends = pairwise([0.0, *self.begins[1:]])
        for step, span in zip(self.steps, ends, strict=True):
            said = self._said(step.phase.capitalize(), step.sentence.split("; "), lines)
            yield f'<g class="moving {self.clock.during([span])}">{said}</g>'
        for k, spans in self.spans.items():
            y = neuron(weight(k))
            slopes = {passed.name: passed.amount for step in steps(y) for passed in step.contributions}
            texts = [f"y = {style.short(y.data)}", *(f"∂y/∂{name} = {style.short(slopes[name])}" for name in ("w", "x"))]
            said = self._said("Move w", [", ".join(texts)], lines)
            yield f'<g class="{self.clock.during(spans)}{" moving" * (k != 0)}">{said}</g>'

    def _said(self, about: str, parts: Sequence[str], lines: int) -> str:
        at, y = MARGIN, self.floor + LEADING + 3.0
        head = text_at((at, y), about, "about", QUIET, SENTENCE)
        x = at + text_width(about, SENTENCE) + 12.0
        texts = ["; ".join(parts)] if lines == 1 else parts
        return head + "".join(
            text_at((x, y + LEADING * i), text, "sentence", size=SENTENCE, bold=True) for i, text in enumerate(texts)
        )

    def _step_slider(self, x: float, y: float, room: float) -> Iterator[str]:
        """A button, a track, and the number of the step."""
        last = len(self.steps) - 1
        yield rectangle((x, y), (40.0, 28.0), "play", INK, "none")
        yield f'<path d="M{fixed(x + 15.0)},{fixed(y + 7.0)}l12,7l-12,7z" fill="{PAPER}"/>'
        left, right = x + 56.0, x + room - 84.0
        yield self._track(left, right, y)
        ends = pairwise([0.0, *self.begins[1:-1], self.clock.length])
        for i, span in enumerate(ends):
            at = left + (right - left) * i / last
            count = text_at((x + room, y + 18.0), f"step {i + 1} of {last + 1}", "count", QUIET, SENTENCE, anchor="end")
            shown = self._knob(left, at, y, QUIET) + count
            yield f'<g class="{self.clock.during([span])}{" moving" * (i != last)}">{shown}</g>'

    def _weight_slider(self, x: float, y: float, room: float) -> Iterator[str]:
        left, right = x + 26.0, x + room - 84.0
        yield text_at((x + 4.0, y + 18.0), "w", "leaf", size=SENTENCE, bold=True)
        yield self._track(left, right, y)
        for k, spans in self.spans.items():
            at = left + (right - left) * (weight(k) - RANGE[0]) / (RANGE[1] - RANGE[0])
            count = text_at((x + room, y + 18.0), style.short(weight(k)), "count", size=SENTENCE, anchor="end")
            now = self.clock.during([(0.0, spans[0][1]), *spans[1:]] if k == 0 else spans)
            yield f'<g class="{now}{" moving" * (k != 0)}">{self._knob(left, at, y, ACCENT)}{count}</g>'

    def _track(self, left: float, right: float, y: float) -> str:
        return rectangle((left, y + 11.0), (right - left, 6.0), "track", PANEL, LINE)

    def _knob(self, left: float, at: float, y: float, colour: str) -> str:
        done = rectangle((left, y + 11.0), (max(at - left, 0.0), 6.0), "done", colour, "none")
        return f'{done}<circle cx="{fixed(at)}" cy="{fixed(y + 14.0)}" r="8" fill="{colour}"/>'


def files() -> dict[str, str]:
    """The files of the animation, with their contents."""
    return variants("player", lambda narrow: Animation(narrow).svg())


def variants(name: str, draw: Callable[[bool], str]) -> dict[str, str]:
    """The files of a picture drawn by `draw(narrow)`, wide and narrow, in light and dark."""
    made = {}
    for narrow in (False, True):
        svg = draw(narrow)
        for mode in ("light", "dark"):
            made[f"{name}{'-narrow' if narrow else ''}-{mode}.svg"] = standalone(svg, mode)
    return made
