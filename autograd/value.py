"""Value: a number that remembers how it was made."""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence

from autograd import context, kernels, ops, sweeps, teaching
from autograd._frames import place, user_frame
from autograd._typing import TYPE_CHECKING, Any, Never, NoReturn, final
from autograd.context import Note, Scope
from autograd.errors import AnomalyError, CompileError
from autograd.foreign_names import OPTIONS_OF_BACKWARD, refuse_options
from autograd.lifetime import MASK, REACH, Past
from autograd.methods import Methods
from autograd.micrograd import MicrogradNames
from autograd.op import Op, number


class Leaves(type):
    """The metaclass of Value, through which calling Value makes a leaf.

    With an `__init__` instead, making the empty Value of a node would take 15 ns longer, 3 % of recording it:
    `type.__call__` would call the `__init__`, and `object.__new__` is slow to reach from Python.
    """

    def __call__(cls, data: float, label: str = "", requires_grad: bool = True) -> Value:
        leaf = _new()
        leaf._number = data if type(data) is float else number(data)
        leaf.op = leaf._b = leaf._da = leaf._db = leaf._note = None
        leaf._a = context.started
        leaf._depth = leaf._reached = 0
        if label != "":
            leaf.label = label
        if requires_grad is not True:
            leaf.requires_grad = requires_grad
        return leaf

    __call__.__qualname__ = "Value"  # the name in Python's error messages


@final
class Value(Methods, MicrogradNames, metaclass=Leaves):
    """A number that remembers how it was made, and so can be differentiated.

    Arithmetic and the functions of `autograd` on Values give new Values and record a graph;
    `backward()` fills in `grad`. Ints, floats, Fractions and NumPy scalars mix freely with Values.

    >>> x, y = Value(2.0, label="x"), Value(3.0, label="y")
    >>> z = x * y + x.tanh()
    >>> z.backward()
    >>> x.grad, y.grad
    (3.0706508248531645, 2.0)

    `==`, `<` … compare the numbers and give a bool (a Value, 1.0 or 0.0, in a function that `compile` traces); hashing is
    by identity, as with torch.Tensor.
    A Value never becomes a float by accident: for the number, write `v.data` or `v.item()`.
    """

    # One or two arguments are stored in _a and _b with their partials in _da and _db (None: no gradient
    # flows there); three or more as tuples in _a and _b. A tuple for every node would double the work of
    # the garbage collector, a large part of the cost of recording. A leaf has op None and no arguments.
    # _depth is 0 for a leaf, else one more than that of the deepest argument: sweeps run level by level.
    # _reached is the sweep's own mark (see sweeps.py). _grad is unset until there is something to store, and so is _note,
    # except on leaves: theirs is read often, and reading an unset slot takes many times as long.
    # Slots are cleared in the order of their names, so _note outlives _a and _b, which Past relies on (see lifetime.py).
    # There is no slot for weak references, since memory costs time in a large graph.
    # A leaf has no edges, so those slots have other uses. _a counts the transforms started before it was made.
    # _da and _db detect classic slips (see teaching.py). _da is the number that the leaf held when a sweep last
    # reached it, if it has changed since; True if its gradient mixes sweeps from before and after a change.
    # _db is True once its gradient has been read; before that, False if no_grad() or detach() made the leaf and its gradient
    # has not been asked for (see is_detached), ENDED if the leaf was an input of a transform that has ended, else None.
    __slots__ = ("_a", "_b", "_da", "_db", "_depth", "_grad", "_note", "_number", "_reached", "op")

    op: Op | None
    _number: float
    _grad: float
    _note: Note | Scope | Past | None
    _a: Any
    _b: Any
    _da: float | None
    _db: float | None
    _depth: int
    _reached: int

    if TYPE_CHECKING:  # see Leaves

        def __init__(self, data: float, label: str = "", requires_grad: bool = True) -> None: ...

    def __init_subclass__(cls) -> None:
        raise TypeError("Value cannot be subclassed: keep one in an attribute, or add an operation with custom_op")

    # -- reading a node ------------------------------------------------------------------------------

    @property
    def data(self) -> float:
        """The number."""
        if context.tracing:
            _number_is_read(self, "data")
        return self._number

    @data.setter
    def data(self, data: float) -> None:
        if context.tracing:
            _number_is_assigned("data")
        if type(data) is not float:
            data = _assigned("data", data)
        if self._da is None and self.op is None:
            self._da = self._number
        self._number = data

    @property
    def grad(self) -> float:
        """The derivative of the root that `backward()` was called on with respect to this node; 0.0 before the first call."""
        if context.tracing:
            _number_is_read(self, "grad")
        if self.op is None:
            if self._da is True:
                self._da = None
                teaching.teach_no_zero_grad()
            self._db = True
        try:
            return self._grad
        except AttributeError:
            return _CLEARED

    @grad.setter
    def grad(self, grad: float) -> None:
        if context.tracing:
            _number_is_assigned("grad")
        if type(grad) is not float:
            grad = _assigned("grad", grad)
        if self._reached is FROZEN:
            if grad:
                raise ValueError("grad: this Value is frozen (requires_grad=False), so its gradient stays 0.0")
        else:
            self._grad = grad if grad is not _CLEARED else 0.0
            if not self._reached:
                self._reached = sweeps.STORED
            if (grad or self._da is True) and self.op is None:
                self._da = None

    @property
    def has_grad(self) -> bool:
        """True once `backward()` has reached it or `grad` was set, until `zero_grad()`; optimizers skip leaves without one.

        >>> x = Value(3.0)
        >>> x.has_grad
        False
        >>> (0.0 * x).backward()
        >>> x.grad, x.has_grad
        (0.0, True)
        """
        try:
            return self._grad is not _CLEARED
        except AttributeError:
            return False

    def zero_grad(self) -> None:
        """Forget the gradient: `grad` is 0.0 and `has_grad` False, as in a new Value."""
        if self._reached is not FROZEN:
            self._grad = _CLEARED
            if self._da is True:
                self._da = None
            if self._db is False:
                self._db = None

    @property
    def requires_grad(self) -> bool:
        """Set to False on a leaf to freeze it: no gradient flows to it, and optimizers skip it.

        >>> w, x = Value(2.0), Value(3.0, requires_grad=False)
        >>> (w * x).backward()
        >>> w.grad, x.grad
        (3.0, 0.0)
        """
        return self._reached is not FROZEN

    @requires_grad.setter
    def requires_grad(self, requires_grad: bool) -> None:
        if not isinstance(requires_grad, bool):
            raise TypeError(f"requires_grad must be True or False, got {requires_grad!r}")
        if self.op is not None:
            raise ValueError(
                f"requires_grad can be set only on leaves, but {self.op.name} made this Value: freeze v.detach() instead"
            )
        if self._db is False:
            self._db = None
        if requires_grad == self.requires_grad:
            return
        if requires_grad:
            self._reached = 0
        else:
            global _some_frozen
            _some_frozen = True
            self._grad = _CLEARED
            self._reached = FROZEN

    @property
    def label(self) -> str:
        """Its name in drawings and formulas; empty if it has none."""
        note = getattr(self, "_note", None)  # catching an AttributeError takes twice as long
        return "" if note is None else note.label

    @label.setter
    def label(self, label: str) -> None:
        if not isinstance(label, str):
            made = ": nodes are made by operations on Values, or by your own through custom_op, not by Value(data, children, op)"
            hint = made if isinstance(label, (tuple, list, set, frozenset)) else ""
            raise TypeError(f"label must be a str, got {type(label).__name__}{hint}")
        annotate(self, label, self.origin, self.scope)

    @property
    def args(self) -> tuple[Any, ...]:
        """The operands it was made from: Values and plain floats, in order, repeats kept. A leaf has none."""
        if type(self._a) is tuple:
            return self._a
        if self.op is None:
            return ()
        return (self._a,) if self._b is None else (self._a, self._b)

    @property
    def partials(self) -> tuple[float | None, ...]:
        """∂self/∂arg for each of `args`, computed when self was recorded; None where no gradient flows."""
        if context.tracing:
            _number_is_read(self, "partials")
        return self._partials

    @property
    def _partials(self) -> tuple[float | None, ...]:
        """`partials` without the check for tracing: for readers whose results no traced function can return."""
        if type(self._a) is tuple:
            partials = self._b
        elif self.op is None:
            return ()
        else:
            partials = (self._da,) if self._b is None else (self._da, self._db)
        if _some_frozen:
            pairs = zip(self.args, partials, strict=True)
            return tuple([None if type(arg) is Value and arg._reached is FROZEN else partial for arg, partial in pairs])
        return partials  # type: ignore[no-any-return]

    @property
    def origin(self) -> tuple[str, int] | None:
        """The file and line that recorded it; known only for nodes recorded inside `anomaly()`."""
        note = getattr(self, "_note", None)
        return None if note is None else note.origin

    @property
    def scope(self) -> Scope | None:
        """The scope it was recorded in; known only for nodes recorded inside `scope(...)` and for results of a module."""
        note = getattr(self, "_note", None)
        return None if note is None else note.scope

    def item(self) -> float:
        """The number, as in `torch.Tensor.item`."""
        if context.tracing:
            _number_is_read(self, "item()")
        return self._number

    def detach(self) -> Value:
        """A new leaf with the same number and no graph.

        `backward()` gives it a gradient of its own, which flows no further. Pictures mark it as detached and leave that
        gradient out until you read or clear it.

        >>> x = Value(3.0)
        >>> y = x.detach() * x
        >>> y.backward()
        >>> x.grad
        3.0
        """
        leaf = _result_leaf(self._number)
        if self.label:
            leaf.label = self.label
        trace = context.current_trace(self)
        return leaf if trace is None else trace.detached(leaf, self)

    def backward(self, seed: float = 1.0, **others: Never) -> None:
        """Compute ∂self/∂node for every node that self was made from, and store it in `grad`.

        Leaves accumulate, so a second call doubles theirs exactly; all other nodes hold the gradient
        of this call alone. `seed` is the gradient of self, which multiplies all others.

        >>> x = Value(3.0)
        >>> y = x * x
        >>> y.backward()
        >>> y.backward()
        >>> x.grad, y.grad
        (12.0, 1.0)
        """
        if others:
            refuse_options("backward", others, OPTIONS_OF_BACKWARD)
        if isinstance(seed, Value):
            raise TypeError("seed: expected a real number, got a Value: write y.backward(seed.data)")
        sweeps.backward(self, number(seed))
        if self._db is False and self.op is None:
            teaching.teach_no_past()

    # -- arithmetic: inlined for speed; a test holds it bit-equal to the ops of the table -------------

    def __add__(self, other: Any) -> Value:
        if type(other) is not Value:
            if self._db is True:
                _grad_was_read(self)
            y = other if type(other) is float else _operand(other)
            return NotImplemented if y is NotImplemented else _record_with_constant(_ADD, self, y, self._number + y, _ONE)
        z = self._number + other._number
        if z - z != context.special:  # not finite, or a mode is on
            return _unusual(_ADD, (self, other), z)
        a = self._depth
        b = other._depth
        depth = a + 1 if a > b else b + 1
        if depth >= REACH and (not depth & MASK or (a >= REACH <= b and depth - (a if a < b else b) > depth & MASK)):
            protect((self, other), depth)
        node = _new()
        node._depth = depth
        node._reached = 0
        node._number = z
        node.op = _ADD
        node._a = self
        node._b = other
        node._da = node._db = _ONE
        return node

    def __radd__(self, other: Any) -> Value:
        if self._db is True:
            _grad_was_read(self)
        y = other if type(other) is float else _operand(other)
        return NotImplemented if y is NotImplemented else _record_after_constant(_ADD, y, self, y + self._number, _ONE)

    def __sub__(self, other: Any) -> Value:
        if type(other) is not Value:
            if self._db is True:
                _grad_was_read(self)
            y = other if type(other) is float else _operand(other)
            return NotImplemented if y is NotImplemented else _record_with_constant(_SUB, self, y, self._number - y, _ONE)
        z = self._number - other._number
        if z - z != context.special:  # not finite, or a mode is on
            return _unusual(_SUB, (self, other), z)
        a = self._depth
        b = other._depth
        depth = a + 1 if a > b else b + 1
        if depth >= REACH and (not depth & MASK or (a >= REACH <= b and depth - (a if a < b else b) > depth & MASK)):
            protect((self, other), depth)
        node = _new()
        node._depth = depth
        node._reached = 0
        node._number = z
        node.op = _SUB
        node._a = self
        node._b = other
        node._da = _ONE
        node._db = -1.0
        return node

    def __rsub__(self, other: Any) -> Value:
        y = other if type(other) is float else _operand(other)
        return NotImplemented if y is NotImplemented else _record_after_constant(_SUB, y, self, y - self._number, -1.0)

    def __mul__(self, other: Any) -> Value:
        if type(other) is not Value:
            y = other if type(other) is float else _operand(other)
            return NotImplemented if y is NotImplemented else _record_with_constant(_MUL, self, y, self._number * y, y)
        z = self._number * other._number
        if z - z != context.special:  # not finite, or a mode is on
            return _unusual(_MUL, (self, other), z)
        a = self._depth
        b = other._depth
        depth = a + 1 if a > b else b + 1
        if depth >= REACH and (not depth & MASK or (a >= REACH <= b and depth - (a if a < b else b) > depth & MASK)):
            protect((self, other), depth)
        node = _new()
        node._depth = depth
        node._reached = 0
        node._number = z
        node.op = _MUL
        node._a = self
        node._b = other
        node._da = other._number
        node._db = self._number
        return node

    def __rmul__(self, other: Any) -> Value:
        y = other if type(other) is float else _operand(other)
        return NotImplemented if y is NotImplemented else _record_after_constant(_MUL, y, self, y * self._number, y)

    def __truediv__(self, other: Any) -> Value:
        if type(other) is not Value:
            y = other if type(other) is float else _operand(other)
            if y is NotImplemented:
                return NotImplemented
            return _record_with_constant(_DIV, self, y, self._number / y, 1.0 / y) if y else record(_DIV, (self, y))
        y = other._number
        if not y:
            return record(_DIV, (self, other))
        z = self._number / y
        if z - z != context.special:
            return _unusual(_DIV, (self, other), z)
        a = self._depth
        b = other._depth
        depth = a + 1 if a > b else b + 1
        if depth >= REACH and (not depth & MASK or (a >= REACH <= b and depth - (a if a < b else b) > depth & MASK)):
            protect((self, other), depth)
        node = _new()
        node._depth = depth
        node._reached = 0
        node._number = z
        node.op = _DIV
        node._a = self
        node._b = other
        node._da = 1.0 / y
        node._db = -z / y
        return node

    def __rtruediv__(self, other: Any) -> Value:
        y = other if type(other) is float else _operand(other)
        if y is NotImplemented:
            return NotImplemented
        if not self._number:
            return record(_DIV, (y, self))
        z = y / self._number
        return _record_after_constant(_DIV, y, self, z, -z / self._number)

    def __pow__(self, other: Any) -> Value:
        if type(other) is not Value:
            other = _operand(other)
            if other is NotImplemented:
                return NotImplemented
            x = self._number
            try:
                if 0.5 <= other <= _MAX_EXACT:
                    z, partial = math.pow(x, other), other * math.pow(x, other - 1.0)
                else:
                    z = math.pow(x, other)
                    partial = other * z / x
            except (ValueError, ArithmeticError):
                return record(ops.pow, (self, other))
            return _record_with_constant(ops.pow, self, other, z, partial)
        return Value._record(ops.pow, (self, other))

    def __rpow__(self, other: Any) -> Value:
        y = other if type(other) is float else _operand(other)
        return NotImplemented if y is NotImplemented else Value._record(ops.pow, (y, self))

    def __mod__(self, other: Any) -> Value:
        y = other if type(other) is Value else _operand(other)
        return NotImplemented if y is NotImplemented else Value._record(ops.mod, (self, y))

    def __rmod__(self, other: Any) -> Value:
        y = _operand(other)
        return NotImplemented if y is NotImplemented else Value._record(ops.mod, (y, self))

    def __floordiv__(self, other: Any) -> Value:
        raise TypeError("// is not recorded: write autograd.floor(x / y)")

    __rfloordiv__ = __floordiv__

    def __divmod__(self, other: Any) -> Value:
        raise TypeError("divmod is not recorded: write (autograd.floor(x / y), x % y)")

    __rdivmod__ = __divmod__

    def __neg__(self) -> Value:
        return Value._record(ops.neg, (self,))

    def __pos__(self) -> Value:
        return Value._record(ops.pos, (self,))

    def __abs__(self) -> Value:
        return Value._record(ops.abs, (self,))

    # -- comparing, showing, converting --------------------------------------------------------------

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return _compare(ops.equal, self, other)

    def __ne__(self, other: object) -> bool:
        return _compare(ops.not_equal, self, other)

    def __lt__(self, other: Any) -> bool:
        return _compare(ops.less, self, other)

    def __le__(self, other: Any) -> bool:
        return _compare(ops.less_equal, self, other)

    def __gt__(self, other: Any) -> bool:
        return _compare(ops.greater, self, other)

    def __ge__(self, other: Any) -> bool:
        return _compare(ops.greater_equal, self, other)

    def __bool__(self) -> bool:
        if context.tracing and (trace := context.current_trace(self)) is not None:
            trace.decided(self)
        return self._number != 0.0

    def __repr__(self) -> str:
        if context.tracing:
            if stands_for_bool(self):
                return repr(bool(self))
            if sys._getframe(1).f_globals.get("__name__", "").partition(".")[0] not in ("autograd", "nn"):  # their errors
                _number_is_read(self, "the text of a Value")
        label = f", label={self.label!r}" if self.label else ""
        grad = self._grad if self.has_grad else 0.0  # printing it does not count as reading it
        return f"Value(data={self._number!r}, grad={grad!r}{label})"

    def __format__(self, spec: str) -> str:
        if context.tracing:
            if stands_for_bool(self):
                return format(bool(self), spec)
            _number_is_read(self, f"the number formatted as {spec!r}" if spec else "the text of a Value")
        return format(self._number, spec) if spec else repr(self)

    def __round__(self, digits: int | None = None) -> float:
        if context.tracing:
            _number_is_read(self, "round()")
        return round(self._number, digits)

    def __and__(self, other: Any) -> Any:
        return _of_truths(self, other, lambda x, y: x * y > 0.5)

    def __or__(self, other: Any) -> Any:
        return _of_truths(self, other, lambda x, y: x + y > 0.5)

    def __xor__(self, other: Any) -> Any:
        result = _of_truths(self, other, lambda x, y: x != y)
        if result is NotImplemented and isinstance(other, (Value, int, float)):
            raise TypeError("unsupported operand type for ^, which is not a power in Python: write x**2")
        return result

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __index__(self) -> int:
        if _is_truth(self):
            return int(bool(self))
        raise TypeError(
            "a Value is never silently converted to an integer, since that would cut the gradient: use int(v.data) for an index, "
            "a size or a number of rounds, and int(x > y) + int(y > z) to count comparisons"
        )

    def __float__(self) -> float:
        if _is_truth(self):
            return float(bool(self))
        raise TypeError(
            "a Value is never silently converted to a float, since that would cut the gradient: use v.data or v.item() "
            "for the number, the functions of autograd (autograd.exp(v) for math.exp(v)) to record the operation, and "
            "np.zeros(n, dtype=object) for an array that holds Values"
        )

    def __floor__(self) -> int:
        _refuse("math.floor", "autograd.floor(v), or [autograd.floor(v) for v in array],")

    def __ceil__(self) -> int:
        _refuse("math.ceil", "autograd.ceil(v), or [autograd.ceil(v) for v in array],")

    def __trunc__(self) -> int:
        _refuse("math.trunc", "autograd.copysign(autograd.floor(abs(v)), v)")

    def __reduce__(self) -> tuple[Any, ...]:
        what = "" if self.op is None else f"was made by {self.op.name}"
        if self in context.differentiated_inputs():
            what = "is an argument of the function being differentiated"
        if what:
            raise TypeError(
                f"this Value {what} and carries its graph: detach first, with v.detach(), to pickle or copy its number"
            )
        if context.tracing:
            _number_is_read(self, "the number of a copied Value")
        return _restore, (self._number, self.label, self._grad if self.has_grad else None, self.requires_grad)

    @staticmethod
    def _record(op: Op, args: tuple[Any, ...]) -> Value:
        """Record an op called on Values: `record` without its loops, falling back to it for anything unusual.

        Marked fast path: most functions are recorded here, and a call of `_node` takes a tenth of the time.
        """
        n = len(args)
        if n != op.arity:
            return _record_many(op, args) if op.arity is None and op.kernel is not None else record(op, args)
        kernel = op.kernel
        try:
            if n == 1:
                x = args[0]
                if kernel is None:
                    z = op.forward(x._number)
                    partial = op.partials[0](z, x._number)
                else:
                    z, partial = kernel(x._number)
                if type(z) is not float:
                    z = op.read(z)
                if z - z != context.special:
                    return _unusual(op, args, z)
                if type(partial) is not float:
                    partial = op.read(partial)
                depth = x._depth + 1
                if not depth & MASK:
                    protect(args, depth)
                node = _new()
                node._depth = depth
                node._reached = 0
                node._number = z
                node.op = op
                node._a = x
                node._da = partial
                node._b = node._db = None
                return node
            if kernel is None or n != 2:
                return _record_many(op, args) if kernel is not None else record(op, args)
            x, y = args
            if type(y) is not Value:
                y = number(y)
                z, partial, _ = kernel(x._number, y)
                return _record_with_constant(op, x, y, z, partial)
            if type(x) is not Value:
                x = number(x)
                z, _, partial = kernel(x, y._number)
                return _record_after_constant(op, x, y, z, partial)
            z, da, db = kernel(x._number, y._number)
        except (ArithmeticError, ValueError):
            return record(op, args)
        if z - z != context.special:
            return _unusual(op, args, z)
        a, b = x._depth, y._depth
        depth = a + 1 if a > b else b + 1
        if depth >= REACH:
            protect(args, depth)
        node = _new()
        node._depth = depth
        node._reached = 0
        node._number = z
        node.op = op
        node._a = x
        node._b = y
        node._da = da
        node._db = db
        return node

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """NumPy's functions record too: `np.exp(v)` is `autograd.exp(v)`."""
        from autograd import numpy_functions  # imported here: most programs don't need it

        return numpy_functions.apply(ufunc, method, inputs, options)


_CLEARED = sweeps.CLEARED
_ONE = sweeps.ONE
FROZEN = sweeps.FROZEN
ENDED = math.inf  # see __slots__
_some_frozen = False  # True once any Value has been frozen: until then, partials need no filtering

_ADD, _SUB, _MUL, _DIV = ops.add, ops.sub, ops.mul, ops.div
_MAX_EXACT = kernels.MAX_EXACT
_new: Callable[[], Value] = type.__call__.__get__(Value)  # makes an empty Value: see Leaves
_REFUSED = frozenset(("complex", "Decimal", "str", "NoneType", "list", "tuple", "dict"))


def _number_is_read(x: Value, how: str) -> None:
    if (trace := context.current_trace(x)) is not None:
        trace.was_read(how)


def _number_is_assigned(name: str) -> None:
    if context.current_trace() is not None:
        raise CompileError(
            f"v.{name} was assigned while the function was traced: a compiled program only computes; it can't change Values"
        )


def _grad_was_read(leaf: Value) -> None:
    """Called when a constant is added to a leaf whose gradient was read: warn if that was meant to update the leaf."""
    leaf._db = None
    teaching.teach_rebinding(context.recording.get())


RESULT = Note("", None, None)  # marks a Value that a module computed or was called with, so that it is not taken for a parameter


def _result_leaf(z: float) -> Value:
    """A leaf with a computed number, from `no_grad()` or `detach()`; marked if a module computed it."""
    leaf = Value(z)
    leaf._db = False
    call = context.current_scope.get()
    if call is not None and call.owner is not None:
        leaf._note = RESULT
    return leaf


def is_detached(node: Value) -> bool:
    """True for a leaf made by `detach()` or `no_grad()`, until it is used like any other leaf.

    That is, until its gradient is read or cleared or its `requires_grad` is set, as when a loop repeats
    `w = (w - lr * w.grad).detach()`.
    """
    return node._db is False


def takes_gradient(node: Value) -> bool:
    """False for frozen and detached leaves."""
    return node._reached is not FROZEN and node._db is not False


def flowing(node: Value) -> tuple[float | None, ...]:
    """The partials of a node, with None for detached leaves too: pictures and steps don't show their gradients.

    >>> x = Value(3.0)
    >>> y = x.detach() * x
    >>> y.partials, flowing(y)
    ((3.0, 3.0), (None, 3.0))
    """
    pairs = zip(node.args, node._partials, strict=True)
    return tuple([None if type(arg) is Value and arg._db is False else partial for arg, partial in pairs])


def _refuse(function: str, instead: str) -> NoReturn:
    use = f"use {instead} to record the operation, and {function}(v.data) for the number"
    raise TypeError(f"{function} would cut the gradient: {use}")


def _restore(data: float, label: str, grad: float | None, requires_grad: bool) -> Value:
    leaf = Value(data, label, requires_grad)
    if grad is not None:
        leaf.grad = grad
    return leaf


def _assigned(name: str, x: Any) -> float:
    """`x` as a float, for `v.data = x` and `v.grad = x`."""
    if type(x) is Value:
        raise TypeError(f"{name}: expected a real number, got a Value: assign its number, v.{name} = (…).data")
    if x is None and name == "grad":
        raise TypeError("grad: expected a real number, got None: to clear it write v.zero_grad(), or v.grad = 0.0")
    return number(x)


def _operand(x: Any) -> Any:
    """`x` as a float; NotImplemented for arrays and for other types that may know how to handle a Value."""
    try:
        return float(x) if type(x) is int else number(x)
    except OverflowError:
        return number(x)  # raises: it is too large
    except TypeError:
        foreign = type(x).__module__.partition(".")[0] in ("torch", "jax", "jaxlib") and hasattr(x, "ndim")
        if type(x) in (list, tuple) or foreign:  # lists, and arrays that can't hold Values
            raise TypeError(
                f"expected a real number or a Value, got {type(x).__name__}: apply the operation to one number at a time, "
                "as in [v * x for x in …]"
            ) from None
        if type(x).__name__ in _REFUSED:
            raise
        return NotImplemented


def _compare(op: Op, x: Value, other: object) -> bool:
    if context.tracing and (trace := context.current_trace(x, other)) is not None:
        return _compare_traced(op, x, other, trace)  # type: ignore[no-any-return]  # a Value while tracing
    y: float
    if type(other) is Value:
        y = other._number
    elif isinstance(other, (int, float)):
        y = other  # unconverted: Python compares a float with an int of any size exactly
    else:
        try:
            y = number(other)
        except TypeError:
            return NotImplemented  # type: ignore[no-any-return]  # as Python's data model asks
        except ValueError:
            y = other  # type: ignore[assignment]  # too large for a float: Python compares a Fraction exactly, too
    return bool(op.forward(x._number, y))


def _compare_traced(op: Op, x: Value, other: object, trace: Any) -> Any:
    """The comparison as a node; if Python branches on it, `__bool__` notifies the trace."""
    try:
        node = truth_of(op, x, other if type(other) is Value else number(other))
    except TypeError:
        return NotImplemented
    return trace.compares(node)


def truth_of(op: Op, x: Value, y: Any) -> Value:
    """A comparison as a node that stands for a bool, which no gradient flows through."""
    node = record(op, (x, y))
    if node.op is not None:
        node._da = node._db = None
    return node


def stands_for_bool(node: Value) -> bool:
    """True for a node recorded by `_compare_traced`, but not for one made by calling the op itself."""
    return node.op is not None and node.op.comparison and node._da is None and node._db is None


def _is_truth(x: object) -> bool:
    """True for a bool, and for the node that stands for one: a comparison in a function being traced."""
    return type(x) is bool or (context.tracing > 0 and type(x) is Value and x.op is not None and x.op.comparison)


def _of_truths(x: Value, other: Any, combined: Callable[[Any, Any], Any]) -> Any:
    """`x & other` and its kin as for Python's bools, on comparisons in a function being traced."""
    return combined(x, 1.0 * other) if _is_truth(x) and _is_truth(other) else NotImplemented


def _node(op: Op, z: float, a: Any, b: Any, da: Any, db: Any, depth: int) -> Value:
    """A new node; the operators and `_record` of Value inline this for speed."""
    node = _new()
    node._depth = depth
    node._reached = 0
    node._number = z
    node.op = op
    node._a = a
    node._b = b
    node._da = da
    node._db = db
    return node


def annotate(node: Value, label: str, origin: tuple[str, int] | None, scope: Scope | None) -> None:
    """Store a node's label, origin and scope."""
    note = getattr(node, "_note", None)
    if type(note) is Past:
        note.label, note.origin, note.scope = label, origin, scope
    else:
        node._note = Note(label, origin, scope)


def protect(args: Iterable[Any], depth: int) -> None:
    """Called for a node of this depth that will hold `args`: give a Past to those across a multiple of REACH from it.

    An arg at least as deep, which a scope may hold, gets one too. An arg less deep than REACH needs none: its graph is small.
    """
    for arg in args:
        if type(arg) is not Value or not arg._depth or type(getattr(arg, "_note", None)) is Past:
            continue
        if arg._depth >= depth or 0 < arg._depth // REACH < depth // REACH:
            arg._note = Past(arg.label, arg.origin, arg.scope, (arg._a, arg._b), arg._depth)


def _unusual(op: Op, args: tuple[Any, ...], z: float) -> Value:
    """`record` for a result z that is not finite or while a mode is on, with shortcuts for `no_grad()` and `scope`."""
    if z - z == 0.0 and context.current_trace(*args) is None:
        if not context.recording.get():
            return _result_leaf(z)
        if not context.watching.get() and op.arity == len(args) <= (1 if op.kernel is None else 2):
            try:
                return _record_in_scope(op, args, z)
            except (ArithmeticError, ValueError):
                return record(op, args)
    return record(op, args)


def _record_in_scope(op: Op, args: tuple[Any, ...], z: float) -> Value:
    """`record` inside a `scope`, or while a mode is on elsewhere, for one or two arguments, in a quarter of the time."""
    x, y, da, db = args[0], None, None, None
    kernel: Any = op.kernel
    if len(args) == 1:
        da = op.partials[0](z, x._number) if kernel is None else kernel(x._number)[1]
        if type(da) is not float:
            da = op.read(da)
        depth = x._depth + 1
    else:
        y = args[1]
        u, a = (x._number, x._depth) if type(x) is Value else (x, 0)
        v, b = (y._number, y._depth) if type(y) is Value else (y, 0)
        _, by_x, by_y = kernel(u, v)
        da, db = by_x if type(x) is Value else None, by_y if type(y) is Value else None
        depth = a + 1 if a > b else b + 1
    if depth >= REACH:
        protect(args, depth)
    node = _node(op, z, x, y, da, db, depth)
    if (made_in := context.current_scope.get()) is not None:
        node._note = made_in
    return node


def record(op: Op, args: tuple[Any, ...]) -> Value:
    """Evaluate an op and record it: the general way, for every op."""
    args = tuple([arg if type(arg) is Value or type(arg) is float else number(arg) for arg in op.checked(args)])
    numbers = [arg._number if type(arg) is Value else arg for arg in args]
    try:
        z = op.forward(*numbers)
    except (ArithmeticError, ValueError):
        z = op.fallback(*numbers)
    if type(z) is not float:
        z = op.read(z)
    if z - z != 0.0:
        _warn_not_finite(op, numbers, z)
    if context.special and not context.recording.get():
        return _unrecorded(op, args, z)
    wanted = [type(arg) is Value for arg in args]
    partials = take_partials(op, z, numbers, wanted)
    depth = 1 + max([arg._depth for arg in args if type(arg) is Value])
    if depth >= REACH:
        protect(args, depth)
    if op.select or not 1 <= len(args) <= 2:
        node = _node(op, z, args, tuple(partials), None, None, depth)
    elif len(args) == 1:
        node = _node(op, z, args[0], None, partials[0], None, depth)
    else:
        (x, y), (da, db) = args, partials
        node = _node(op, z, x, y, da, db, depth)
    if context.special:
        _take_note(node)
    return node


def _unrecorded(op: Op, args: tuple[Any, ...], z: float) -> Value:
    """The result inside `no_grad()`, as a leaf; a trace remembers how it was computed."""
    leaf, trace = _result_leaf(z), context.current_trace()
    if trace is None:
        return leaf
    with context.enable_grad():
        return trace.detached(leaf, record(op, args))


def _take_note(node: Value) -> None:
    """Store where a node was recorded, if a mode asks for it."""
    made_in = context.current_scope.get()
    if context.watching.get():
        frame, _ = user_frame()
        node._note = Note("", (frame.f_code.co_filename, frame.f_lineno), made_in)
    elif made_in is not None:
        node._note = made_in


def _record_with_constant(op: Op, x: Value, y: float, z: float, partial: float) -> Value:
    """`record` for `x op y` with a constant y, when the result z and the partial ∂z/∂x are known."""
    if z - z != context.special:
        return _unusual(op, (x, y), z)
    depth = x._depth + 1
    if not depth & MASK:
        protect((x,), depth)
    node = _new()
    node._number = z
    node.op = op
    node._a = x
    node._b = y
    node._da = partial
    node._db = None
    node._depth = depth
    node._reached = 0
    return node


def _record_after_constant(op: Op, x: float, y: Value, z: float, partial: float) -> Value:
    """`record` for `x op y` with a constant x, when the result z and the partial ∂z/∂y are known."""
    if z - z != context.special:
        return _unusual(op, (x, y), z)
    depth = y._depth + 1
    if not depth & MASK:
        protect((y,), depth)
    node = _new()
    node._number = z
    node.op = op
    node._a = x
    node._b = y
    node._da = None
    node._db = partial
    node._depth = depth
    node._reached = 0
    return node


def _record_many(op: Op, args: tuple[Any, ...]) -> Value:
    """`record` for an op with a kernel and any number of arguments."""
    kernel: Any = op.kernel
    numbers = []
    depth = 0
    constants = False
    for arg in args:
        if type(arg) is Value:
            numbers.append(arg._number)
            if arg._depth > depth:
                depth = arg._depth
        else:
            numbers.append(arg if type(arg) is float else number(arg))
            constants = True
    try:
        z, partials = kernel(*numbers)
    except (ArithmeticError, ValueError):
        return record(op, args)
    if z - z != context.special:
        return _unusual(op, args, z)
    if constants:
        given, flowing = [*args], [*partials]
        for i, arg in enumerate(args):
            if type(arg) is not Value:
                given[i], flowing[i] = numbers[i], None
        args, partials = tuple(given), tuple(flowing)
    depth += 1
    if depth >= REACH:
        protect(args, depth)
    if len(args) > 2 or op.select:
        return _node(op, z, args, partials, None, None, depth)
    if len(args) == 2:
        return _node(op, z, args[0], args[1], partials[0], partials[1], depth)
    return _node(op, z, args[0], None, partials[0], None, depth)


def record_dots(rows: Sequence[Sequence[Any]], inputs: Sequence[Any], biases: Sequence[Any]) -> list[Value]:
    """`record` for the dot products of a layer, one per row of weights, without the general loops.

    Weights and biases must be Values, and inputs all Values or all floats; otherwise each dot product goes through `record`.
    """
    kinds = set(map(type, inputs))
    if not kinds <= {float, Value}:  # integers or NumPy's numbers
        inputs = [arg if type(arg) is Value else number(arg) for arg in inputs]
        kinds = set(map(type, inputs))
    constant = kinds <= {float}
    if not constant and kinds != {Value}:
        return [record(ops.dot, (*weights, *inputs, bias)) for weights, bias in zip(rows, biases, strict=True)]
    x = inputs if constant else [arg._number for arg in inputs]
    no_partials = [None] * len(x)
    deepest = 0 if constant else max([arg._depth for arg in inputs])
    nodes = []
    for weights, bias in zip(rows, biases, strict=True):
        try:
            w = [arg._number for arg in weights]
            z = kernels.weighted_sum(w, x, bias._number)
        except AttributeError:  # a constant among them
            z = math.nan
        if z - z != context.special:
            nodes.append(_unusual(ops.dot, (*weights, *inputs, bias), z))
            continue
        args = (*weights, *inputs, bias)
        depth = max(deepest, bias._depth)
        for arg in weights:
            if arg._depth > depth:  # most are leaves
                depth = arg._depth
        depth += 1
        if depth >= REACH:
            protect(args, depth)
        partials = (*x, *(no_partials if constant else w), 1.0)
        nodes.append(_node(ops.dot, z, args, partials, None, None, depth))
    return nodes


def operands(node: Value, values: Mapping[Value, float] | None = None) -> list[float]:
    """The numbers of a node's arguments, constants included: the current ones, or those in `values`."""
    if values is None:
        return [arg if type(arg) is float else arg._number for arg in node.args]
    return [arg if type(arg) is float else values[arg] for arg in node.args]


def op_of(node: Value) -> Op:
    """The op that made a node, which must not be a leaf."""
    assert node.op is not None
    return node.op


def partials_at(node: Value, numbers: Sequence[float]) -> list[float | None]:
    """The partials a node would have if its arguments had these numbers."""
    op = op_of(node)
    return take_partials(op, op(*numbers), numbers, [type(arg) is Value for arg in node.args])


def take_partials(op: Op, z: Any, args: Sequence[Any], wanted: Sequence[bool]) -> list[Any]:
    """The partials of an op at z and `args`: None where not wanted, and for the branch that `where` does not take.

    Given floats, they are floats. If the result is a Value, a partial that depends on Values is a Value with its own graph.
    """
    try:
        partials = op.partials_at(z, args, wanted)
    except (ArithmeticError, ValueError):  # Python raises at 1/0; Values follow IEEE-754
        partials = _partials_of_values(op, z, args, wanted)
    if op.select:
        return [partial or None for partial in partials]
    if type(z) is float:
        pairs = zip(partials, wanted, strict=True)
        return [None if not want else p if type(p) is float else op.read(p) for p, want in pairs]
    return [p if not want or type(p) is Value else op.read(p) for p, want in zip(partials, wanted, strict=True)]


def _partials_of_values(op: Op, z: Any, args: Sequence[Any], wanted: Sequence[bool]) -> list[Any]:
    """The partials from rules called on Values instead of floats; those that depend on no given Value come out as floats."""
    given = {x for x in (z, *args) if type(x) is Value}
    z, *args = [x if type(x) is Value else Value(x) for x in (z, *args)]
    trace = context.current_trace() if given else None
    with context.recording_if(bool(given)), context.quiet(), context.tracing_with(trace):
        partials = op.partials_at(z, args, wanted)
    return [partial._number if type(partial) is Value and _is_constant(partial, given) else partial for partial in partials]


def _is_constant(node: Value, given: set[Value]) -> bool:
    """True if the node depends on none of the given Values."""
    return given.isdisjoint(sweeps.topological_order([node], until=given))


def _warn_not_finite(op: Op, numbers: list[float], z: float) -> None:
    """Warn about a NaN or infinity that came from finite operands; inside `anomaly()`, raise instead."""
    if not all(map(math.isfinite, numbers)) or not context.warning.get():
        return
    message = f"{op.name}({', '.join(map(repr, numbers))}) is {z!r}"
    frame, depth = user_frame()
    if context.watching.get():
        raise AnomalyError(f"{message} at {place((frame.f_code.co_filename, frame.f_lineno))}")
    # Python shows each text once per line, but the operands make every text new: we show one per op and line.
    registry = frame.f_globals.setdefault("__warningregistry__", {})
    site, shown = (op.name, frame.f_lineno), (message, RuntimeWarning, frame.f_lineno)
    if site in registry:
        registry[shown] = True
    warnings.warn(message, RuntimeWarning, stacklevel=depth + 1)  # clears a registry older than the filters
    if registry.pop(shown, False):
        registry[site] = True
