"""A recorded graph in formulas, sentences and numbers."""

from autograd.explaining.chain import Explanation, explain
from autograd.explaining.latex import Latex, to_latex
from autograd.explaining.nudge import Change, Nudge, nudge
from autograd.explaining.paths import Path, Paths, paths
from autograd.explaining.rules import partial_latex, partial_text
from autograd.explaining.source import Source, to_python
from autograd.explaining.spelling import name_latex, name_text, number_latex, number_text

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
