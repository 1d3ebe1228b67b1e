"""NumPy's functions of a Value, or of a Value and an array. docs/numpy.md lists what works.

On arrays of Values alone NumPy calls the operators and methods of the elements by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograd import ops
from autograd.methods import Methods

_COMPARISONS = frozenset(("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"))  # NumPy's give bools
_ROWS = {ops.TABLE[name].ufunc: ops.TABLE[name] for name in ops.BUILT_IN}
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
}


def apply(ufunc: Any, method: str, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """What NumPy's function gives if a Value is among its inputs: the row of the table, or NumPy's own loop over objects."""
    name = ufunc.__name__
    row = _ROWS.get(name) or next((row for row in ops.TABLE.values() if row.ufunc == name), None)
    if row is not None and method == "__call__" and not options and not any(getattr(x, "ndim", 0) for x in inputs):
        result = row(*[x.item() if getattr(getattr(x, "dtype", None), "hasobject", False) else x for x in inputs])
        return bool(result) if name in _COMPARISONS else result
    import numpy

    for out in options.get("out", ()):
        if out is not None and out.dtype != object and name not in _COMPARISONS:
            raise TypeError(
                f"np.{name}: an array of {out.dtype} cannot hold Values: write a = a + v in place of a += v, "
                "or a = a.astype(object) before it"
            )
    if name in _INSTEAD or (row is None and not any("O" in types for types in ufunc.types)):
        raise TypeError(f"np.{name} has no counterpart here: write {_INSTEAD.get(name, 'it with the functions of autograd')}")
    if row is not None and method == "__call__" and name not in _COMPARISONS:
        ufunc = numpy.frompyfunc(row, len(inputs), 1)
    boxed = [numpy.full((), x, object) if isinstance(x, Methods) else x for x in inputs]
    with numpy.errstate(all="ignore"):  # the operations on Values warn by themselves
        return getattr(ufunc, method)(*boxed, **options)
