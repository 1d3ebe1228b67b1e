"""The flow along the arrows of a diagram: whether it runs forward, and the gradients that flow back, with label and look."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from autograd.viz import style
from autograd.viz.cards import WARNING
from autograd.viz.diagram import Arrow
from autograd.viz.style import Options, Ribbon

MAX_PRODUCTS = 30  # a picture with more arrows has no room for products beside them, nor has one from top to bottom
NOTHING = "; no gradient flows back: branch not taken, or leaf frozen or detached"


@dataclass(frozen=True)
class Flow:
    """The lines of one arrow: whether there is one `forward`, and the gradients that flow `back`, None if there are none (yet).

    The `label` belongs to the line back, or to the one forward if that is the only line.
    """

    forward: bool
    back: list[float] | None
    label: str
    ribbon: Ribbon | None  # of the line back
    tooltip: str
    names: str  # of what flows forward, and a remark if nothing can flow back

    @property
    def brief(self) -> Flow:
        """The flow with only the result on its label: `1` instead of `0.5 · 2 = 1`."""
        return replace(self, label=self.label.rpartition("= ")[2])


def flows_of(arrows: Iterable[Arrow], options: Options, scale: float = 0.0) -> tuple[dict[str, Flow], float]:
    """The flows by arrow id, and the gradient that gets the widest line: the largest of all, at least `scale`."""
    arrows = list(arrows)
    sizes = [style.norm(arrow.contributions) for arrow in arrows if arrow.contributions is not None]
    largest = max(size for size in (scale, *sizes) if math.isfinite(size))
    # from top to bottom, cards are closer together unless they are flat
    brief = (options.direction in ("TB", "BT") and not options.flat) or len(sizes) > MAX_PRODUCTS
    return {arrow.id: _flow(arrow, options, largest, brief) for arrow in arrows}, largest


def brief_flows(flows: Mapping[str, Flow]) -> dict[str, Flow]:
    """The flows without products on their labels."""
    return {id: flow.brief for id, flow in flows.items()}


def telling_flows(flows: Mapping[str, Flow], arrows: Iterable[Arrow]) -> dict[str, Flow]:
    """The flows without labels that repeat a card's gradient, because nothing else arrives there."""
    users = Counter(arrow.source for arrow in arrows)
    return {arrow.id: flows[arrow.id] if users[arrow.source] > 1 else replace(flows[arrow.id], label="") for arrow in arrows}


def _flow(arrow: Arrow, options: Options, largest: float, brief: bool) -> Flow:
    back = arrow.contributions if options.flow != "forward" else None
    return Flow(
        forward=options.flow != "backward" or back is None,
        back=back,
        label=_label(arrow, back, "partial" in options.show, brief),
        ribbon=None if back is None else style.ribbon(back, largest),
        tooltip=_tooltip(arrow, "partial" in options.show),
        names=", ".join(arrow.names) + (NOTHING if arrow.partials == [None] else ""),
    )


def _label(arrow: Arrow, back: list[float] | None, show_partial: bool, brief: bool) -> str:
    """The label of what flows back: adjoint times partial if there is only one and the adjoint is on a card, unless `brief`.

    Before anything flows back, the partial alone. Where a gradient dies, the product shows why: `2 · 0 = 0`. Farther back,
    0 times anything explains nothing and is left out.
    """
    partial = arrow.partial if show_partial else None
    if back is None:
        return "" if partial is None else style.short(partial)
    text = style.gradients(back)
    if not brief and partial is not None and arrow.bar is not None and (arrow.bar or any(back)):
        text = f"{style.short(arrow.bar)} · {style.factor(partial)} = {text}"
    return text if math.isfinite(style.norm(back)) else f"{WARNING} {text}"


def _tooltip(arrow: Arrow, partial: bool) -> str:
    what, back = ", ".join(arrow.names), arrow.contributions
    if back is None:
        return what
    if len(arrow.partials) == 1 and partial:
        return f"{what}: gradient {arrow.bar!r} times partial {arrow.partials[0]!r} is {back[0]!r}"
    return f"{what}: gradient {back[0]!r}" if len(back) == 1 else f"{what}: {len(back)} gradients of norm {style.norm(back)!r}"
