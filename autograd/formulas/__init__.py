"""A recorded graph in formulas, sentences and numbers."""

from autograd.formulas.chain import Explanation, explain
from autograd.formulas.latex import Latex, to_latex
from autograd.formulas.nudge import Change, Nudge, nudge
from autograd.formulas.paths import Path, Paths, paths
from autograd.formulas.rules import partial_latex, partial_text
from autograd.formulas.source import Source, to_python
from autograd.formulas.spelling import name_latex, name_text, number_latex, number_text

__all__ = [
    "Change",
    "explain",
    "Explanation",
    "Latex",
    "name_latex",
    "name_text",
    "nudge",
    "Nudge",
    "number_latex",
    "number_text",
    "partial_latex",
    "partial_text",
    "Path",
    "paths",
    "Paths",
    "Source",
    "to_latex",
    "to_python",
]
