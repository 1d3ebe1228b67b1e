"""The texts on the cards of a drawing: a head and lines of numbers, the same for Graphviz and for our own pictures."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from autograd._format import counted, one_line
from autograd.viz import style
from autograd.viz.diagram import Box, Diagram
from autograd.viz.folding import Group

WARNING = "⚠"
PLACE = "·"  # stands for an argument in a symbol


@dataclass(frozen=True)
class Line:
    """A line of a card. `kind` is "value" or "grad" for a number, "sum" for a gradient written as a sum, else "about"."""

    kind: str
    word: str
    text: str
    colour: str


@dataclass(frozen=True)
class Card:
    """A leaf, an operation with its result, or a folded group; a `reference` has only the name of a card elsewhere.

    The head of an operation is its symbol with its constants, then its name. A card with `lanes` stands for one number per lane.
    """

    id: str
    kind: str
    head: str
    name: str = ""
    lines: list[Line] = field(default_factory=list)
    broken: bool = False
    tooltip: str = ""
    lanes: bool = False


def cards_of(diagram: Diagram) -> dict[str, Card]:
    """The cards of the boxes, by their ids."""
    return {id: _card_of(box, diagram.options.show) for id, box in diagram.boxes.items()}


def _card_of(box: Box, show: Collection[str]) -> Card:
    """The card of a box with the numbers in `show`."""
    if box.reference:
        return Card(box.id, "reference", box.name or "…", tooltip=box.name)
    if box.group is not None:
        return Card(box.id, "folded", box.name, "", _group_lines(box, box.group, show), tooltip=_tooltip(box))
    head, name = (_operation(box), box.name) if box.symbol else (box.name, "")
    lines = _numbers(box, show)
    if box.grads and box.contributions and "grad" in show:
        lines += _sum(box)
    if box.detached:
        lines.append(Line("about", "", "detached", style.LINE))
    elif box.placeholder is not None and not ("grad" in show and box.grads):
        lines.append(Line("grad", "grad", *box.placeholder))
    return Card(box.id, "operation" if box.symbol else "leaf", head, name, lines, box.framed, _tooltip(box))


def _operation(box: Box) -> str:
    """The symbol of an operation with its constants: `× 2`, `2 −`, `− (−2)`, `exp(· − 2)`."""
    if not box.constants:
        return box.symbol
    constants = [style.constant(x) for _, x in box.constants]
    given = dict(zip((position for position, _ in box.constants), constants, strict=True))
    if text := filled(box.symbol, box.arity, given):
        return text
    return f"{box.symbol} {', '.join(constants) if len(constants) <= style.MAX_VECTOR else f'{len(constants)} constants'}"


def filled(symbol: str, arity: int, given: Mapping[int, str]) -> str:
    """A symbol with the given arguments filled in: one with a place per argument, or a binary operator; "" for any other.

    >>> filled("exp(· − ·)", 2, {1: "2"}), filled("−", 2, {0: "2"}), filled("−", 2, {1: "−2"}), filled("max", 2, {1: "2"})
    ('exp(· − 2)', '2 −', '− (−2)', '')
    """
    if symbol.count(PLACE) == arity:
        first, *rest = symbol.split(PLACE)
        return first + "".join(given.get(i, PLACE) + part for i, part in enumerate(rest))
    if arity != 2 or symbol.isidentifier():
        return ""
    right = given.get(1, "")
    return f"{given.get(0, '')} {symbol} {f'({right})' if right.startswith(symbol) else right}".strip()


def _numbers(box: Box, show: Collection[str], times: int = 1) -> list[Line]:
    """The lines of value and gradient; for a group called `times` times, how many values each call gave."""
    lines = []
    if box.data and "data" in show:
        broken = not all(map(math.isfinite, box.data))
        lines.append(Line("value", "data", _marked(style.vector(box.data, times), broken), style.BROKEN if broken else style.INK))
    return lines + _grads("grad", box.grads, show)


def _grads(
    word: str, grads: list[float], show: Collection[str], written: Callable[[Sequence[float]], str] = style.gradients
) -> list[Line]:
    if not grads or "grad" not in show:
        return []
    text = _marked(written(grads), not math.isfinite(style.norm(grads)))
    return [Line("grad", word, text, style.gradient_colour(grads))]


def _marked(text: str, broken: bool) -> str:
    return f"{WARNING} {text}" if broken else text


def _group_lines(box: Box, group: Group, show: Collection[str]) -> list[Line]:
    lines = [Line("about", "", one_line(group.about), style.LINE)] if group.about else []
    if box.parameters is None:
        return lines + _numbers(box, show)
    if not group.about:
        lines.append(Line("about", "in → out", f"{len(box.inputs) or 'constants'} → {len(box.outputs)}", style.INK))
    lines += _numbers(box, show, times=len(group.calls))
    if box.parameters:
        count = counted(box.parameters, "param")
        grads = _grads(count, box.parameter_grads, show, style.parameter_gradients)
        lines += grads or [Line("about", count, "", style.INK)]
    return lines


def _sum(box: Box) -> list[Line]:
    """The gradient as a sum of contributions and what the leaf held before; no line if that is obvious."""
    terms, rest = style.terms(box.contributions), box.unexplained
    text = f"= {terms}" if len(box.contributions) > 1 else ""
    if rest and box.symbol:
        text = f"≠ {terms}"
    elif rest:
        text = f"= {style.short(rest)} from earlier + {terms}".replace("+ −", "− ") if box.grads[0] else "since reset to 0"
    return [Line("sum", "", text, style.LINE)] if text else []


def _tooltip(box: Box) -> str:
    if box.group is not None:
        return f"{f'{box.group.name} {box.group.about}'.strip()}: expand={box.group.key!r} opens it"
    grad = f", grad {box.grads[0]!r}" if box.grads else ""
    return f"{box.name}: data {box.data[0]!r}{grad}{box.origin and f', recorded at {box.origin}'}"
