"""The head of a frame around an open module or scope: its name, inputs and outputs, and the size of its gradient."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from autograd._format import counted, one_line
from autograd.viz import style
from autograd.viz.card_sizes import NAME, WORD
from autograd.viz.diagram import Diagram
from autograd.viz.folding import Group
from autograd.viz.layered import GRID
from autograd.viz.routing import PlacedFrame
from autograd.viz.text_size import text_width


class Part(NamedTuple):
    """A text in the head of a frame: the "name", "about", "ends" (inputs and outputs) or "size" (of the gradient)."""

    kind: str
    text: str

    @property
    def width(self) -> float:
        return text_width(self.text, NAME, bold=True) if self.kind == "name" else text_width(self.text, WORD)


@dataclass(frozen=True)
class FrameHead:
    """The counts of a frame's inputs and outputs, in words (`ends`) and in short (`brief`), and the size of its gradient.

    The gradient is that of its parameters, or of its outputs if it has none.
    """

    ends: str
    brief: str
    size: str
    tooltip: str


def frame_heads(diagram: Diagram) -> dict[Group, FrameHead]:
    opened = diagram.folding.open
    ins: dict[Group, set[Hashable]] = {group: set() for group in opened}
    outs: dict[Group, set[Hashable]] = {group: set() for group in opened}
    for arrow in diagram.arrows:
        first = next(iter(arrow.sums))  # all its arguments are in one box, which a stub may replace
        source, target = diagram.boxes[diagram.box_ids.get(first, arrow.source)], diagram.boxes[arrow.target]  # type: ignore[call-overload]
        out, into = set(source.frames), set(target.frames)
        for group in into - out:
            ins[group].update(arrow.sums)
        for group in out - into:
            outs[group].update(arrow.sums)
    for root in diagram.graph.roots:
        for group in diagram.boxes[diagram.box_ids[root]].frames:
            outs[group].add(root)
    return {group: _head(diagram, group, ins[group], outs[group]) for group in opened}


def _head(diagram: Diagram, group: Group, ins: set[Hashable], outs: set[Hashable]) -> FrameHead:
    times = len(group.calls)
    each = [len(ends) // times if times and len(ends) % times == 0 else len(ends) for ends in (ins, outs)]
    words = [counted(count, word) for count, word in zip(each, ("input", "output"), strict=True) if count]
    grads = diagram.quantities.grads
    own = grads([node for node in group.everything() if node.op is None])
    sizes = own or grads([node for node in outs if node in diagram.box_ids])  # type: ignore[misc]
    size = style.parameter_gradients(sizes) if sizes and "grad" in diagram.options.show else ""
    whose = f"{len(own)} parameters" if len(own) > 1 else "parameter" if own else "outputs"
    tooltip = f"{group.name}: {' · '.join(words)}" + f" · {size}, the gradient of its {whose}" * bool(size)
    return FrameHead(" · ".join(words), " → ".join(map(str, each)) if all(each) else "", size, tooltip)


def fitting(frames: Sequence[PlacedFrame], heads: Mapping[Group, FrameHead]) -> dict[Group, list[Part]]:
    """The texts that fit the frames: the longest form for which there is room, the same for frames with the same parent."""
    forms = {frame.group: _forms(frame, heads[frame.group]) for frame in frames}
    chosen: dict[Group | None, int] = {}
    for frame in frames:
        lengths = (GRID + sum(part.width + GRID for part in parts) for parts in forms[frame.group])
        form = next((k for k, length in enumerate(lengths) if length <= frame.along), len(forms[frame.group]) - 1)
        chosen[frame.group.parent] = max(form, chosen.get(frame.group.parent, 0))
    return {group: form[chosen[group.parent]] for group, form in forms.items()}


def _forms(frame: PlacedFrame, head: FrameHead) -> list[list[Part]]:
    """The forms of a head from the longest to the shortest, for which every frame has room."""
    name, about = Part("name", one_line(frame.group.name)), Part("about", one_line(frame.group.about))
    ends, brief, size = Part("ends", head.ends), Part("ends", head.brief), Part("size", head.size)
    forms = [name, about, ends, size], [name, about, brief, size], [name, ends, size], [name, brief, size], [name, about]
    return [[part for part in parts if part.text] for parts in forms]
