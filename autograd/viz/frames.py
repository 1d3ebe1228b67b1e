"""What stands in the head of a frame around an open module or scope, beside its name: inputs, outputs, size of gradient."""

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
    """A text in the head of a frame: its "name", what it is "about", its "ends" or its "size"."""

    kind: str
    text: str

    @property
    def width(self) -> float:
        return text_width(self.text, NAME, bold=True) if self.kind == "name" else text_width(self.text, WORD)


@dataclass(frozen=True)
class FrameHead:
    """How many inputs and outputs a frame has, in words and in short, and how large the gradient of its parameters is.

    A frame without parameters has the gradient of its outputs.
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
        first = next(iter(arrow.sums))  # all its arguments are in one box, for which a stub may stand
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
    """The texts for which the frames have room: more about each where it fits, and the same about those beside each other."""
    forms = {frame.group: _forms(frame, heads[frame.group]) for frame in frames}
    chosen: dict[Group | None, int] = {}
    for frame in frames:
        lengths = (GRID + sum(part.width + GRID for part in parts) for parts in forms[frame.group])
        form = next((k for k, length in enumerate(lengths) if length <= frame.along), len(forms[frame.group]) - 1)
        chosen[frame.group.parent] = max(form, chosen.get(frame.group.parent, 0))
    return {group: form[chosen[group.parent]] for group, form in forms.items()}


def _forms(frame: PlacedFrame, head: FrameHead) -> list[list[Part]]:
    """From the longest to the shortest, for which every frame has room."""
    name, about = Part("name", one_line(frame.group.name)), Part("about", one_line(frame.group.about))
    ends, brief, size = Part("ends", head.ends), Part("ends", head.brief), Part("size", head.size)
    forms = [name, about, ends, size], [name, about, brief, size], [name, ends, size], [name, brief, size], [name, about]
    return [[part for part in parts if part.text] for parts in forms]
