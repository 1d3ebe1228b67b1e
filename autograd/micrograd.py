"""micrograd's attribute names on a Value, and advice on names that it lacks."""

from __future__ import annotations

from collections.abc import Iterable

from autograd._typing import TYPE_CHECKING, Any, NoReturn
from autograd.foreign_names import METHODS

if TYPE_CHECKING:
    from autograd.op import Op
    from autograd.value import Value


class Absent:
    """A missing attribute that people look for: using it raises an AttributeError that says what to use instead."""

    def __init__(self, advice: str) -> None:
        self.advice = advice

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, value: Any, owner: type | None = None) -> NoReturn:  # on the class too, so that hasattr is False
        self.refuse()

    def __set__(self, value: Any, new: Any) -> None:
        self.refuse()

    def refuse(self) -> NoReturn:
        # Given the name but not the object, Python adds no suggestion of its own.
        raise AttributeError(f"a Value has no attribute {self.name!r}: {self.advice}", name=self.name)


class MicrogradNames:
    """micrograd's `_prev` and `_op`, so that programs that draw its graphs can draw ours.

    A property costs nothing unless it is used. (`__getattr__` would slow down every other attribute, and `__setattr__`
    every recording, so all other missing attributes get Python's own AttributeError.)
    """

    __slots__ = ()
    op: Op | None
    if TYPE_CHECKING:

        @property
        def args(self) -> tuple[Any, ...]:
            """As in Value."""

    _backward = Absent("v.partials holds the derivatives with respect to its arguments; custom_op makes an operation of your own")
    name = Absent("use v.label, or a dict with Values as keys")
    value = Absent("its number is v.data")
    shape = Absent("it is one number; an array of Values has a shape")
    vars().update({name: Absent(advice) for name, advice in METHODS.items()})  # vars() is the namespace of this class

    @property
    def _prev(self) -> set[Value]:
        """The Values it was made from, as in micrograd; `args` also has the constants, in order."""
        return {arg for arg in self.args if type(arg) is not float}

    @_prev.setter
    def _prev(self, new: Any) -> None:
        raise AttributeError(f"_prev {_READ_ONLY}")

    @property
    def _op(self) -> str:
        """The symbol of the operation that made it, as in micrograd; "" for a leaf."""
        return "" if self.op is None else self.op.symbol

    @_op.setter
    def _op(self, new: Any) -> None:
        raise AttributeError(f"_op {_READ_ONLY}")

    def __dir__(self) -> Iterable[str]:
        return [name for name in super().__dir__() if hasattr(type(self), name)]


_READ_ONLY = "is read-only: operations on Values make nodes, and custom_op makes an operation of your own"
