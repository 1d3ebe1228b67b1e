"""Array forms: ops on whole arrays of an array API namespace, by `array_form(op, xp)`.

A form is within 4 ulps of the op, with the same NaNs, infinities and signed zeros. An op without a form (polygamma, custom
ops) is computed number by number on NumPy's and Dask's arrays, which is slow.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import partial

from autograd import scalar_math
from autograd._typing import Any
from autograd.compiler.executors import array_functions as functions
from autograd.compiler.executors import array_special as special
from autograd.compiler.executors import library_functions as own
from autograd.compiler.executors.library_functions import AccurateJax
from autograd.errors import CompileError
from autograd.op import Op

Form = Callable[..., Any]


def array_form(op: Op, xp: Any) -> Form:
    """A function that computes `op` on floats and float64 arrays of the namespace `xp`.

    CompileError if the op has no form in it.
    """
    library = library_of(xp)
    form = OF_LIBRARY.get(library, {}).get(op.name) or FORMS.get(op.name)
    if form is not None:
        namespace = AccurateJax(xp) if library == "jax" else xp
        computed = partial(form, namespace)
    elif library in NUMBER_BY_NUMBER:
        computed = partial(NUMBER_BY_NUMBER[library], op)
    else:
        raise CompileError(
            f"{op.name} cannot be computed on arrays of {library}: call the program with NumPy arrays, "
            f"or write it without {op.name}"
        )

    def on_arrays(*args: Any) -> Any:
        for arg in args:
            if type(arg) is not float:
                return computed(*args)
        return op(*args)

    return on_arrays


def library_of(xp: Any) -> str:
    """The name of the library that a namespace belongs to: `numpy`, `jax`, `torch` …"""
    return str(xp.__name__).removeprefix("array_api_compat.").partition(".")[0]


# -- forms ---------------------------------------------------------------------------------------------


def _operator(function: Form) -> Form:
    """The form of an operator, or of a function on floats that uses only operators."""
    return lambda xp, *args: function(*args)


def _named(name: str) -> Form:
    return lambda xp, *args: getattr(xp, name)(*args)


def _comparison(function: Form) -> Form:
    return lambda xp, x, y: functions.indicator(xp, function(x, y))


# fmt: off
FORMS: Mapping[str, Form] = {
    "pos":            _operator(operator.pos),
    "neg":            _operator(operator.neg),
    "add":            _operator(operator.add),
    "sub":            _operator(operator.sub),
    "mul":            _operator(operator.mul),
    "div":            _operator(operator.truediv),
    "mod":            functions.mod,
    "pow":            functions.power,
    "exp":            _named("exp"),
    "expm1":          _named("expm1"),
    "exp2":           functions.exp2,
    "log":            _named("log"),
    "log1p":          _named("log1p"),
    "log2":           _named("log2"),
    "log10":          _named("log10"),
    "log1mexp":       functions.log1mexp,
    "sqrt":           _named("sqrt"),
    "cbrt":           functions.cbrt,
    "exp_difference": functions.exp_difference,
    "sin":            _named("sin"),
    "cos":            _named("cos"),
    "tan":            _named("tan"),
    "asin":           _named("asin"),
    "acos":           _named("acos"),
    "atan":           _named("atan"),
    "atan2":          _named("atan2"),
    "sinh":           _named("sinh"),
    "cosh":           _named("cosh"),
    "tanh":           _named("tanh"),
    "sech2":          functions.sech2,
    "asinh":          _named("asinh"),
    "acosh":          _named("acosh"),
    "atanh":          _named("atanh"),
    "hypot":          _named("hypot"),
    "leg":            functions.leg,
    "direction":      functions.direction,
    "norm":           functions.norm,
    "gaussian":       special.gaussian,
    "normal_pdf":     special.normal_pdf,
    "normal_cdf":     special.normal_cdf,
    "erf":            special.erf,
    "erfc":           special.erfc,
    "erfinv":         special.erfinv,
    "lgamma":         special.lgamma,
    "digamma":        special.digamma,
    "abs":            _operator(operator.abs),
    "sign":           functions.sign,
    "step":           functions.step,
    "floor":          _named("floor"),
    "ceil":           _named("ceil"),
    "round":          _named("round"),
    "copysign":       _named("copysign"),
    "maximum":        functions.maximum,
    "minimum":        functions.minimum,
    "where":          functions.where,
    "equal":          _comparison(operator.eq),
    "not_equal":      _comparison(operator.ne),
    "less":           _comparison(operator.lt),
    "less_equal":     _comparison(operator.le),
    "greater":        _comparison(operator.gt),
    "greater_equal":  _comparison(operator.ge),
    "relu":           functions.relu,
    "sigmoid":        functions.sigmoid,
    "softplus":       functions.softplus,
    "softsign":       functions.softsign,
    "mish":           functions.mish,
    "sum":            functions.total,
    "prod":           functions.product,
    "dot":            functions.dot,
    "fraction":       _operator(scalar_math.fraction),
    "logaddexp":      functions.logsumexp,
    "logsumexp":      functions.logsumexp,
    "softmax":        functions.softmax,
    "log_softmax":    functions.log_softmax,
}

# Used instead where a library's own function is accurate enough and faster, or the standard's isn't accurate enough.
OF_LIBRARY: Mapping[str, Mapping[str, Form]] = {
    "numpy": {
        "mod": _named("remainder"), "exp2": _named("exp2"), "cbrt": _named("cbrt"),
        "relu": own.relu, "step": own.step, "maximum": own.maximum, "minimum": own.minimum,
    },
    "torch": {
        "div": own.div, "mod": own.mod, "sinh": own.sinh, "cosh": own.cosh, "mish": own.mish,
        "erf": lambda xp, x: xp.special.erf(x), "erfc": lambda xp, x: xp.special.erfc(x),
    },
}
# fmt: on


# -- number by number ----------------------------------------------------------------------------------


def _by_number(op: Op, *args: Any) -> Any:
    import numpy as np

    return np.asarray(np.frompyfunc(op, len(args), 1)(*args), dtype=np.float64)


def _by_number_in_chunks(op: Op, *args: Any) -> Any:
    from dask.array.core import elemwise

    elementwise: Any = elemwise
    return elementwise(partial(_by_number, op), *args, dtype="float64")


NUMBER_BY_NUMBER: Mapping[str, Form] = {"numpy": _by_number, "dask": _by_number_in_chunks}
