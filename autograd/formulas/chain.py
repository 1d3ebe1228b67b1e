"""The chain rule for one derivative, in symbols and then in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autograd._check import checked_value
from autograd._format import unique_names
from autograd.formulas.latex import Latex, aligned, numbered_latex
from autograd.formulas.spelling import name_latex, name_text
from autograd.formulas.telling import IN_LATEX, IN_TEXT, Account, Voice, stale
from autograd.names import node_names
from autograd.staleness import stale_leaves
from autograd.sweeps import adjoints, depending_on, recorded, topological_order
from autograd.value import Value


@dataclass(frozen=True)
class Explanation:
    """How a derivative comes about: `value` is its number; `text` (also `str()`) and `latex` tell the chain rule."""

    value: float
    text: str
    latex: Latex

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_latex_(self) -> str:
        return self.latex._repr_latex_()


def explain(x: Value, of: Value | None = None) -> Explanation:
    """The chain rule for ∂of/∂x: the sum over everything that uses x, in symbols and then in numbers.

    The lines that follow do the same for what it is made of, from `of` backwards as `backward()` goes. It tells of
    the graph as recorded, and says so first if a leaf was changed since; it needs no `backward()` and changes no
    gradient. Of more than 40 lines the first are shown, and how many there are. The result prints as text, and a
    notebook shows it as formulas.
    A TypeError if x or of is no Value.

    >>> x, y = Value(3.0, "x"), Value(2.0, "y")
    >>> a, b = x * y, -4.0 * x
    >>> a.label, b.label = "a", "b"
    >>> L = 2.0 * a + b
    >>> L.label = "L"
    >>> explain(x, of=L)
    ∂L/∂x = ∂L/∂a·∂a/∂x + ∂L/∂b·∂b/∂x = 2·2 + 1·(−4) = 0
        a = x·y, so ∂a/∂x = y = 2
        b = −4·x, so ∂b/∂x = −4
    ∂L/∂b = 1, since L = v₃ + b
    ∂L/∂v₃ = 1, since L = v₃ + b
    ∂L/∂a = ∂L/∂v₃·∂v₃/∂a = 1·2 = 2
        v₃ = 2·a, so ∂v₃/∂a = 2
    """
    x, of = (checked_value("explain(x, of={})", name, given) for name, given in (("x", x), ("of", of)))
    order = topological_order([of])
    connected = x in set(order)
    names = node_names(order if connected else [*order, x])
    in_text, in_latex = unique_names(names, name_text), unique_names(names, name_latex, numbered=numbered_latex)
    live = {x}  # what x flows into
    for node in order:
        if any(partial is not None and arg in live for arg, partial in zip(node.args, node.partials, strict=True)):
            live.add(node)
    if of not in live or not x.requires_grad:
        of_text, of_latex = (_why_none(voice, x, connected) for voice in (IN_TEXT, IN_LATEX))
        latex = Latex(of_latex.format(in_latex[of], in_latex[x]))
        return Explanation(0.0, of_text.format(in_text[of], in_text[x]), latex)
    bars = adjoints(order, {of: 1.0}, recorded, within=depending_on([x], order))
    turns = [node for node in reversed(order) if node in live and node in bars]
    changed = stale_leaves(order)

    def lines(voice: Voice, spelled: Mapping[Value, str]) -> list[str]:
        told = Account(voice, spelled, turns, bars, changed).lines()
        return [stale(voice, [spelled[leaf] for leaf in changed]), *told] if changed else told

    return Explanation(bars[x], "\n".join(lines(IN_TEXT, in_text)), aligned(lines(IN_LATEX, in_latex)))


def _why_none(voice: Voice, x: Value, connected: bool) -> str:
    """Why no gradient flows to x."""
    if not connected:
        return voice.independent
    return voice.not_taken if x.requires_grad else voice.frozen
