"""A glass-box scalar reverse-mode autodiff engine.

>>> import autograd
>>> x = autograd.Value(2.0)
>>> y = x * x + autograd.exp(x)
>>> y.backward()
>>> print(f"{x.grad:.4f}")
11.3891
"""

import sys
from importlib import import_module

from autograd._collision import refuse_mixed_folder
from autograd._typing import TYPE_CHECKING, Any
from autograd.context import anomaly, enable_grad, no_grad, scope
from autograd.custom_op import custom_op
from autograd.errors import (
    AnomalyError,
    BranchError,
    CompileError,
    ProgramFileError,
    StaleGraphError,
    TeachingWarning,
    TracingWarning,
)
from autograd.foreign_names import MissingSubmodules, advice_for, refuse_name
from autograd.functions import (
    clip,
    dot,
    elu,
    gelu,
    hardtanh,
    leaky_relu,
    linear,
    log_softmax,
    logsigmoid,
    logsumexp,
    mean,
    norm,
    prod,
    reciprocal,
    silu,
    softmax,
    square,
    sum,
    var,
)
from autograd.ops import (
    abs,
    acos,
    acosh,
    add,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    ceil,
    copysign,
    cos,
    cosh,
    digamma,
    direction,
    div,
    equal,
    erf,
    erfc,
    erfinv,
    exp,
    exp2,
    exp_difference,
    expm1,
    floor,
    fraction,
    gaussian,
    greater,
    greater_equal,
    hypot,
    leg,
    less,
    less_equal,
    lgamma,
    log,
    log1mexp,
    log1p,
    log2,
    log10,
    logaddexp,
    maximum,
    minimum,
    mish,
    mod,
    mul,
    neg,
    normal_cdf,
    normal_pdf,
    not_equal,
    polygamma,
    pos,
    pow,
    relu,
    round,
    sech2,
    sigmoid,
    sign,
    sin,
    sinh,
    softplus,
    softsign,
    sqrt,
    step,
    sub,
    tan,
    tanh,
    where,
)
from autograd.teaching import quiet_in_scripts
from autograd.transforms import grad, gradients, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from autograd.value import Value

__version__ = "0.1.0"

if TYPE_CHECKING:
    from autograd.compiler.entry import compile, load_program
    from autograd.diagnosis.kinks import kinks
    from autograd.diagnosis.profile import profile
    from autograd.diagnosis.why import why
    from autograd.formulas.explanation import explain
    from autograd.formulas.latex import to_latex
    from autograd.formulas.nudges import nudge
    from autograd.formulas.path_sum import paths
    from autograd.formulas.python import to_python
    from autograd.graph import trace
    from autograd.lessons.misconceptions import misconception
    from autograd.lessons.quiz import quiz
    from autograd.lessons.steps import steps
    from autograd.viz.draw_dot import draw_dot
    from autograd.viz.player import player
    from autograd.viz.widget import widget

# Loaded on first use, so that a program that only differentiates starts twice as fast.
_LOADED_LATER = {
    "compile": "autograd.compiler.entry",
    "load_program": "autograd.compiler.entry",
    "draw_dot": "autograd.viz.draw_dot",
    "explain": "autograd.formulas.explanation",
    "kinks": "autograd.diagnosis.kinks",
    "misconception": "autograd.lessons.misconceptions",
    "nudge": "autograd.formulas.nudges",
    "paths": "autograd.formulas.path_sum",
    "player": "autograd.viz.player",
    "profile": "autograd.diagnosis.profile",
    "quiz": "autograd.lessons.quiz",
    "steps": "autograd.lessons.steps",
    "to_latex": "autograd.formulas.latex",
    "to_python": "autograd.formulas.python",
    "trace": "autograd.graph",
    "why": "autograd.diagnosis.why",
    "widget": "autograd.viz.widget",
}


if not TYPE_CHECKING:  # hidden from type checkers, which would otherwise accept any name

    def __getattr__(name: str) -> Any:
        if name not in _LOADED_LATER:
            refuse_name("autograd", name, advice_for(name, __all__))
        found = globals()[name] = getattr(import_module(_LOADED_LATER[name]), name)
        return found


def __dir__() -> list[str]:
    return sorted(__all__)


# fmt: off
__all__ = [
    "Value",
    "abs", "add", "ceil", "copysign", "div", "floor", "fraction", "hypot", "leg", "direction", "maximum", "minimum", "mod",
    "mul", "neg", "pos", "pow", "reciprocal", "round", "sign", "step", "sub", "where",
    "equal", "not_equal", "greater", "greater_equal", "less", "less_equal",
    "exp", "exp2", "exp_difference", "expm1", "log", "log10", "log1mexp", "log1p", "log2", "logaddexp", "cbrt", "sqrt",
    "square",
    "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "sech2",
    "erf", "erfc", "erfinv", "gaussian", "normal_cdf", "normal_pdf", "lgamma", "digamma", "polygamma",
    "clip", "elu", "gelu", "hardtanh", "leaky_relu", "logsigmoid", "mish", "relu", "sigmoid", "silu", "softplus", "softsign",
    "dot", "linear", "log_softmax", "logsumexp", "mean", "norm", "prod", "softmax", "sum", "var",
    "grad", "gradients", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp",
    "anomaly", "enable_grad", "no_grad", "scope", "custom_op", "compile", "load_program", "trace",
    "draw_dot", "player", "widget", "explain", "nudge", "paths", "to_latex", "to_python", "kinks", "profile", "why",
    "misconception", "quiz", "steps",
    "AnomalyError", "BranchError", "CompileError", "ProgramFileError", "StaleGraphError", "TeachingWarning", "TracingWarning",
]
# fmt: on

refuse_mixed_folder(__path__)
sys.meta_path.append(MissingSubmodules(__name__, lambda name: advice_for(name, __all__)))
quiet_in_scripts()
