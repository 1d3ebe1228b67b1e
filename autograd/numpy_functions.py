"""NumPy's and SciPy's functions of a Value, or of a Value and an array. docs/numpy.md lists what works.

On arrays that hold only Values, NumPy itself calls the operators and methods of the elements.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograd.methods import Methods
from autograd.op import TABLE
from autograd.ops import BUILT_IN

_BUILT_IN = {TABLE[name].ufunc: TABLE[name] for name in BUILT_IN}
_INSTEAD = {
    "isnan": "math.isnan(v.data)",
    "isinf": "math.isinf(v.data)",
    "isfinite": "math.isfinite(v.data)",
    "signbit": "math.copysign(1.0, v.data) < 0.0",
    "degrees": "v * (180.0 / math.pi)",
    "rad2deg": "v * (180.0 / math.pi)",
    "radians": "v * (math.pi / 180.0)",
    "deg2rad": "v * (math.pi / 180.0)",
    "float_power": "v ** p",
    "floor_divide": "autograd.floor(v / y)",
    "fmax": "np.maximum(v, y), which keeps a NaN",
    "fmin": "np.minimum(v, y), which keeps a NaN",
    "fmod": "v % y, which has the sign of y",
    "heaviside": "autograd.step(v)",
    "trunc": "autograd.copysign(autograd.floor(abs(v)), v)",
    "gamma": "autograd.exp(autograd.lgamma(v)) for v > 0",
    "logit": "autograd.log(v / (1.0 - v))",
    "xlogy": "x * autograd.log(y)",
}


def apply(ufunc: Any, method: str, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """The result of a NumPy function with a Value among its inputs, from the op or from NumPy's own loop over objects."""
    name = ufunc.__name__
    op = _BUILT_IN.get(name) or next((op for op in TABLE.values() if op.ufunc == name), None)
    gives_bools = op is not None and op.comparison
    if op is not None and method == "__call__" and not options:
        numbers = [x if isinstance(x, Methods) else float(x) if isinstance(x, float) else _number(x) for x in inputs]
        if type(None) not in map(type, numbers):  # `None in numbers` would compare Values
            result = op(*numbers)
            return bool(result) if gives_bools else result
    import numpy

    for out in options.get("out", ()):
        if out is not None and out.dtype != object and not gives_bools:
            raise TypeError(
                f"np.{name}: an array of {out.dtype} cannot hold Values: write a = a + v instead of a += v, "
                "or a = a.astype(object) first"
            )
    if name in _INSTEAD or (op is None and not any("O" in types for types in ufunc.types)):
        called = f"np.{name}" if hasattr(numpy, name) else name  # the others are SciPy's
        raise TypeError(f"{called} has no counterpart here: write {_INSTEAD.get(name, 'it with the functions of autograd')}")
    if op is not None and method == "__call__" and not gives_bools:
        ufunc = numpy.frompyfunc(op, len(inputs), 1)
    boxed = [numpy.full((), x, object) if isinstance(x, Methods) else x for x in inputs]
    with numpy.errstate(all="ignore"):  # operations on Values issue their own warnings
        return getattr(ufunc, method)(*boxed, **options)


def _number(x: Any) -> Any:
    """A number from NumPy or elsewhere, taken out of a zero-dimensional object array; None for an array with dimensions."""
    if getattr(x, "ndim", 0):
        return None
    return x.item() if getattr(getattr(x, "dtype", None), "hasobject", False) else x
