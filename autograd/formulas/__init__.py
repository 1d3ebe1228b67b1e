"""A recorded graph in formulas, sentences and numbers."""

from autograd.formulas.explanation import Explanation, explain
from autograd.formulas.latex import Latex, to_latex
from autograd.formulas.nudges import Change, Nudge, nudge
from autograd.formulas.partials import partial_latex, partial_text
from autograd.formulas.path_sum import Path, Paths, paths
from autograd.formulas.printer import name_latex, number_latex, number_text
from autograd.formulas.python import to_python
from autograd.names import name_text
from autograd.python_source import Source

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
