"""micrograd's names on a Value, and for names that a Value does not have the ones to use."""

from __future__ import annotations

from collections.abc import Iterable

from autograd._typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from autograd.op import Op
    from autograd.value import Value


class Absent:
    """An attribute that is often looked for: reading or setting it is an AttributeError that says what to use."""

    def __init__(self, advice: str) -> None:
        self.advice = advice

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, value: Any, owner: type | None = None) -> Absent:
        if value is None:
            return self
        self.refuse()

    def __set__(self, value: Any, new: Any) -> None:
        self.refuse()

    def refuse(self) -> NoReturn:
        raise AttributeError(f"a Value has no attribute {self.name!r}: {self.advice}")


class MicrogradNames:
    """What Value inherits of micrograd's names: `_prev` and `_op`, so that programs that draw its graphs run on ours.

    A property costs nothing where it is not asked for. (`__getattr__` would slow every other attribute down, and
    `__setattr__` every recording, so other free attributes get Python's own AttributeError.)
    """

    __slots__ = ()
    op: Op | None
    if TYPE_CHECKING:

        @property
        def args(self) -> tuple[Any, ...]:
            """As Value has them."""

    _backward = Absent(
        "the derivatives by its arguments are in v.partials; an operation of your own, with its derivatives, is made by custom_op"
    )
    name = Absent("use v.label, or a dict whose keys are Values")
    shape = Absent("it is one number, and an array of Values has the shape")
    value = Absent("its number is v.data")

    @property
    def _prev(self) -> set[Value]:
        """The Values it was made from, as in micrograd; `args` has its constants too, in order."""
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
        return [name for name in super().__dir__() if not isinstance(getattr(type(self), name, None), Absent)]


_READ_ONLY = "is read-only: a node is made by an operation on Values, and an operation of your own by custom_op"
