"""Arrays of any library: NumPy, JAX, PyTorch, Dask, and any other that follows the array API standard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def is_any_array(x: Any) -> bool:
    """True for an array of any library: NumPy, JAX, PyTorch, Dask."""
    return not isinstance(x, dict) and hasattr(x, "dtype") and hasattr(x, "shape") and hasattr(x, "ndim")


def is_foreign(x: Any) -> bool:
    """True for an array of a library other than NumPy; subclasses of NumPy's arrays count as NumPy's."""
    return is_any_array(x) and not is_of(x, "numpy")


def is_of(x: Any, module: str) -> bool:
    """True for an object whose class, or a base of it, is defined in that module or package."""
    return any(f"{base.__module__}.".startswith(f"{module}.") for base in type(x).__mro__)


def each(x: Any) -> Sequence[Any]:
    """The items of a list or of an array along its first axis: some libraries' arrays aren't iterable."""
    return [x[i, ...] for i in range(x.shape[0])] if is_foreign(x) else x


def floats(x: Any) -> list[float]:
    """The items of a list or of an array with one axis as Python's floats."""
    return x.tolist() if hasattr(x, "tolist") else [float(item) for item in each(x)]


def reshaped(x: Any, shape: tuple[int, ...]) -> Any:
    """An array in another shape."""
    return x.reshape(shape) if hasattr(x, "reshape") else namespace_of([x]).reshape(x, shape)


def namespace_of(arrays: Sequence[Any]) -> Any:
    """The namespace of these arrays' library; NumPy's if none is from another library."""
    foreign = [x for x in arrays if is_foreign(x)]
    if foreign:
        try:
            from array_api_compat import array_namespace
        except ImportError as error:
            raise ImportError('arrays of other libraries need an extra: pip install "scalar-autograd[compile]"') from error
        return array_namespace(*foreign)
    return needed_numpy("arrays")


def has_numpy() -> bool:
    """True if a version of NumPy is installed that follows the array API standard."""
    try:
        import numpy
    except ImportError:
        return False
    return hasattr(numpy, "concat")


def needed_numpy(what: str) -> Any:
    """NumPy, or an ImportError that says what needs it and which extra installs it."""
    if not has_numpy():
        raise ImportError(f'{what} need NumPy 2: pip install "scalar-autograd[compile]"')
    import numpy

    return numpy


def for_lanes(x: Any, lanes: int | None) -> Any:
    """A result as one number per lane, repeated if the lanes share it; without lanes, as a single number."""
    if lanes is None:
        return float(x) if is_any_array(x) and not is_foreign(x) else x
    if is_any_array(x) and x.ndim:
        return x
    xp = namespace_of([x])
    return xp.broadcast_to(xp.asarray(x), (lanes,)) if is_foreign(x) else xp.full(lanes, float(x))
