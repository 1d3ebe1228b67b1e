"""The contents of an op's row as Markdown: its formula, partials, kinks and plot."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence

from autograd import Value, to_latex
from autograd.formulas import partial_latex
from autograd.formulas.printer import LATEX
from autograd.op import Op
from tools.sphinx.plots import Plot, plot_of, svg

MAX_FORMULA = 150  # characters of LaTeX
HELD = {"clip": (-1.0, 2.0)}  # values of a function's other arguments in its plot
SHOWN = 3  # arguments shown of an op that takes any number


def arguments(op: Op) -> tuple[str, ...]:
    """Names for the arguments of an op: its own if their number is fixed; else x₁, x₂, x₃, or weights, inputs and a bias."""
    if op.arity is not None:
        return op.parameters
    pairs = op.partners(2 * SHOWN + 1)
    if pairs:
        return ("w1", "w2", "x1", "x2", "b")
    return tuple(f"x{i}" for i in range(1, SHOWN + 1))


def rule(op: Op) -> str:
    """The card of an op."""
    names = arguments(op)
    lines = [rf"z &= {LATEX.operation(op, [LATEX.variable(name) for name in names]).text}"]
    for position, name in enumerate(names):
        lines.append(rf"\frac{{\partial z}}{{\partial {LATEX.variable(name).text}}} &= {partial_latex(op, position, names)}")
    formula = r" \\ ".join(lines)
    notes = _notes(op)
    return card(rf"\begin{{aligned}}{formula}\end{{aligned}}", notes, plot_of(op))


def composed(function: Callable[..., Value]) -> str:
    """The card of a function written with ops."""
    x, *others = (p.name for p in inspect.signature(function).parameters.values() if p.default is p.empty)
    held = HELD.get(function.__name__, ())
    z = function(Value(0.5, label=x), *(Value(number, label=name) for name, number in zip(others, held, strict=True)))
    z.label = "z"
    formula = str(to_latex(z))
    name = f"{function.__name__}({', '.join([x, *(f'{number:g}' for number in held)])})".replace("-", "−")
    return card(formula if len(formula) < MAX_FORMULA else "", (), Plot(name, lambda x: function(x, *held), -4.0, 4.0))


def _notes(op: Op) -> Sequence[str]:
    if op.at_kink is None:
        return ()
    shown = " and ".join(f"{partial:g}" for partial in dict.fromkeys(op.at_kink))
    return (f"At a kink the {'partial is' if len(op.at_kink) == 1 else 'partials are'} {shown}, [by convention](/semantics.md).",)


def card(formula: str, notes: Sequence[str], plot: Plot | None) -> str:
    """Formula and notes beside a plot."""
    told = "\n\n".join([f"$$\n{formula}\n$$"] * bool(formula) + [*notes])
    words = f":::{{container}} formulas\n{told}\n:::\n" if told else ""
    picture = f"```{{raw}} html\n{figure(plot)}\n```" if plot else ""
    return f"::::{{container}} rule\n{words}{picture}\n::::"


def figure(plot: Plot) -> str:
    """The plot with its legend."""
    legend = f'<span class="value">{plot.name}</span><span class="derivative">its derivative</span>'
    return f'<figure class="plot">{svg(plot)}<figcaption>{legend}</figcaption></figure>'
