"""Value: a number that remembers how it was made."""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd import graph, modes, ops
from autograd.errors import AnomalyError
from autograd.frames import place, user_frame
from autograd.methods import Methods
from autograd.primitive import Op, number

if TYPE_CHECKING:
    from autograd.scopes import Scope


class Note(NamedTuple):
    """What few nodes have: a name, the file and line that recorded it, the scope it was made in."""

    label: str
    origin: tuple[str, int] | None
    scope: Scope | None


class Value(Methods):
    """A number that remembers how it was made, so that it can tell its derivatives.

    Arithmetic and the functions of `autograd` on Values give new Values and record a graph;
    `backward()` fills in `grad`. The numbers 2 and 2.5, Fractions and NumPy scalars mix freely.

    >>> x, y = Value(2.0, label="x"), Value(3.0, label="y")
    >>> z = x * y + x.tanh()
    >>> z.backward()
    >>> x.grad, y.grad
    (3.0706508248531645, 2.0)

    `==`, `<` … compare the numbers and give a bool; hashing is by identity, as with torch.Tensor.
    A Value cannot be turned into a float by accident: `v.data` or `v.item()` says so.
    """

    # One or two arguments stand in _a and _b with their partials in _da and _db (None: no gradient
    # flows there); more stand as tuples in _a and _b. A tuple for every node would double the work of
    # the garbage collector, a large part of the cost of recording. A leaf has op None and no arguments.
    # _uses counts how often a node is an argument, _left is for the sweep (see graph.py). _grad and
    # _note are left unset until there is something to say. No slot is kept
    # for weak references: it is memory that a large graph pays for with time.
    __slots__ = ("_a", "_b", "_da", "_data", "_db", "_grad", "_left", "_note", "_uses", "op")

    op: Op | None
    _data: float
    _grad: float
    _note: Note | Scope
    _a: Any
    _b: Any
    _da: float | None
    _db: float | None
    _uses: int
    _left: int

    def __init__(self, data: float, label: str = "", requires_grad: bool = True) -> None:
        self._data = number(data)
        self.op = self._a = self._b = self._da = self._db = None
        self._uses = self._left = 0
        if label:
            self.label = label
        if requires_grad is not True:
            self.requires_grad = requires_grad

    def __init_subclass__(cls) -> None:
        raise TypeError("Value cannot be subclassed: hold one, or add an operation with custom_op")

    # -- what a node tells ---------------------------------------------------------------------------

    @property
    def data(self) -> float:
        """The number."""
        return self._data

    @data.setter
    def data(self, data: float) -> None:
        self._data = number(data)

    @property
    def grad(self) -> float:
        """The derivative of the last root of `backward()` by this node; 0.0 before there was one."""
        try:
            return self._grad if self._left != FROZEN else 0.0
        except AttributeError:
            return 0.0

    @grad.setter
    def grad(self, grad: float) -> None:
        grad = number(grad)
        if self._left == FROZEN:
            if grad:
                raise ValueError("grad: this Value is frozen (requires_grad=False), so its gradient stays 0.0")
        else:
            self._grad = grad

    @property
    def has_grad(self) -> bool:
        """True once a `backward()` reached it or `grad` was set, until `zero_grad()`; optimizers pass over the others.

        >>> x = Value(3.0)
        >>> x.has_grad
        False
        >>> (0.0 * x).backward()
        >>> x.grad, x.has_grad
        (0.0, True)
        """
        return self._left != FROZEN and hasattr(self, "_grad")

    def zero_grad(self) -> None:
        """Forget the gradient: `grad` is 0.0 and `has_grad` False, as in a new Value."""
        if self._left != FROZEN and hasattr(self, "_grad"):
            del self._grad

    @property
    def requires_grad(self) -> bool:
        """Set to False on a leaf to freeze it: no gradient flows to it, and optimizers pass over it.

        >>> w, x = Value(2.0), Value(3.0, requires_grad=False)
        >>> (w * x).backward()
        >>> w.grad, x.grad
        (3.0, 0.0)
        """
        return self._left != FROZEN

    @requires_grad.setter
    def requires_grad(self, requires_grad: bool) -> None:
        if not isinstance(requires_grad, bool):
            raise TypeError(f"requires_grad must be True or False, got {requires_grad!r}")
        if self.op is not None:
            raise ValueError(f"requires_grad can be set on leaves only, and {self.op.name} made this Value: freeze v.detach()")
        if requires_grad == self.requires_grad:
            return
        if requires_grad:
            self._left = 0
            del self._grad
        else:
            global _some_frozen
            _some_frozen = True
            self._grad = 0.0  # a place for what a sweep delivers, and nobody reads
            self._left = FROZEN

    @property
    def label(self) -> str:
        """The name it is drawn and explained under; empty if it has none."""
        try:
            return self._note.label
        except AttributeError:
            return ""

    @label.setter
    def label(self, label: str) -> None:
        if not isinstance(label, str):
            raise TypeError(f"label must be a str, got {type(label).__name__}")
        self._note = Note(label, self.origin, self.scope)

    @property
    def args(self) -> tuple[Any, ...]:
        """What it was made from: Values and plain floats, in order, repeats kept. A leaf has none."""
        if type(self._a) is tuple:
            return self._a
        if self.op is None:
            return ()
        return (self._a,) if self._b is None else (self._a, self._b)

    @property
    def partials(self) -> tuple[float | None, ...]:
        """∂self/∂arg for each of `args`, taken when it was recorded; None where no gradient flows."""
        if type(self._a) is tuple:
            partials = self._b
        elif self.op is None:
            return ()
        else:
            partials = (self._da,) if self._b is None else (self._da, self._db)
        if _some_frozen:
            pairs = zip(self.args, partials, strict=True)
            return tuple([None if type(arg) is Value and arg._left == FROZEN else partial for arg, partial in pairs])
        return partials  # type: ignore[no-any-return]

    @property
    def origin(self) -> tuple[str, int] | None:
        """File and line that recorded it, known inside `anomaly()`."""
        try:
            return self._note.origin
        except AttributeError:
            return None

    @property
    def scope(self) -> Scope | None:
        """The scope it was told it was made in: inside `scope(...)`, or as the result of a module."""
        try:
            return self._note.scope
        except AttributeError:
            return None

    def item(self) -> float:
        """The number, as `torch.Tensor.item` gives it."""
        return self._data

    def detach(self) -> Value:
        """A new leaf with the same number and no past."""
        leaf = _result_leaf(self._data)
        if self.label:
            leaf.label = self.label
        return leaf

    def backward(self, seed: float = 1.0) -> None:
        """Find ∂self/∂node for every node that self was made from, and keep it in `grad`.

        Leaves accumulate, so a second call doubles theirs exactly; the other nodes hold the gradient
        of this call alone. `seed` is the gradient of self, by which all others are multiplied.

        >>> x = Value(3.0)
        >>> y = x * x
        >>> y.backward()
        >>> y.backward()
        >>> x.grad, y.grad
        (12.0, 1.0)
        """
        graph.backward(self, number(seed))

    # -- arithmetic: inline for speed, and held bit-equal to the rows of the table by a test ---------

    def __add__(self, other: Any) -> Value:
        if type(other) is not Value:
            y = _operand(other)
            return NotImplemented if y is NotImplemented else _record_with_constant(_ADD, self, y, self._data + y, 1.0)
        z = self._data + other._data
        if z - z != modes.special:  # not finite, or a mode to ask about
            return record(_ADD, (self, other))
        self._uses += 1
        other._uses += 1
        node = _new()
        node._data = z
        node.op = _ADD
        node._a = self
        node._b = other
        node._da = 1.0
        node._db = 1.0
        node._uses = node._left = 0
        return node

    def __radd__(self, other: Any) -> Value:
        y = _operand(other)
        return NotImplemented if y is NotImplemented else _record_after_constant(_ADD, y, self, y + self._data, 1.0)

    def __sub__(self, other: Any) -> Value:
        if type(other) is not Value:
            y = _operand(other)
            return NotImplemented if y is NotImplemented else _record_with_constant(_SUB, self, y, self._data - y, 1.0)
        z = self._data - other._data
        if z - z != modes.special:  # not finite, or a mode to ask about
            return record(_SUB, (self, other))
        self._uses += 1
        other._uses += 1
        node = _new()
        node._data = z
        node.op = _SUB
        node._a = self
        node._b = other
        node._da = 1.0
        node._db = -1.0
        node._uses = node._left = 0
        return node

    def __rsub__(self, other: Any) -> Value:
        y = _operand(other)
        return NotImplemented if y is NotImplemented else _record_after_constant(_SUB, y, self, y - self._data, -1.0)

    def __mul__(self, other: Any) -> Value:
        if type(other) is not Value:
            y = _operand(other)
            return NotImplemented if y is NotImplemented else _record_with_constant(_MUL, self, y, self._data * y, y)
        z = self._data * other._data
        if z - z != modes.special:  # not finite, or a mode to ask about
            return record(_MUL, (self, other))
        self._uses += 1
        other._uses += 1
        node = _new()
        node._data = z
        node.op = _MUL
        node._a = self
        node._b = other
        node._da = other._data
        node._db = self._data
        node._uses = node._left = 0
        return node

    def __rmul__(self, other: Any) -> Value:
        y = _operand(other)
        return NotImplemented if y is NotImplemented else _record_after_constant(_MUL, y, self, y * self._data, y)

    def __truediv__(self, other: Any) -> Value:
        if type(other) is not Value:
            y = _operand(other)
            if y is NotImplemented:
                return NotImplemented
            return _record_with_constant(_DIV, self, y, self._data / y, 1.0 / y) if y else record(_DIV, (self, y))
        y = other._data
        if not y:
            return record(_DIV, (self, other))
        z = self._data / y
        if z - z != modes.special:
            return record(_DIV, (self, other))
        self._uses += 1
        other._uses += 1
        node = _new()
        node._data = z
        node.op = _DIV
        node._a = self
        node._b = other
        node._da = 1.0 / y
        node._db = -z / y
        node._uses = node._left = 0
        return node

    def __rtruediv__(self, other: Any) -> Value:
        y = _operand(other)
        if y is NotImplemented:
            return NotImplemented
        if not self._data:
            return record(_DIV, (y, self))
        z = y / self._data
        return _record_after_constant(_DIV, y, self, z, -z / self._data)

    def __pow__(self, other: Any) -> Value:
        y = other if type(other) is Value else _operand(other)
        if y is NotImplemented:
            return NotImplemented
        if type(y) is float and y >= 0.5:
            try:
                z, partial = math.pow(self._data, y), y * math.pow(self._data, y - 1.0)
            except (ValueError, OverflowError):
                return record(ops.pow, (self, y))
            return _record_with_constant(ops.pow, self, y, z, partial)
        return record(ops.pow, (self, y))

    def __rpow__(self, other: Any) -> Value:
        y = _operand(other)
        return NotImplemented if y is NotImplemented else record(ops.pow, (y, self))

    def __neg__(self) -> Value:
        return _record_one(ops.neg, (self,))

    def __pos__(self) -> Value:
        return _record_one(ops.pos, (self,))

    def __abs__(self) -> Value:
        return _record_one(ops.abs, (self,))

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
        return self._data != 0.0

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self._data!r}, grad={self.grad!r}{label})"

    def __format__(self, spec: str) -> str:
        return format(self._data, spec) if spec else repr(self)

    def __round__(self, digits: int | None = None) -> float:
        return round(self._data, digits)

    def __float__(self) -> float:
        raise TypeError(
            "a Value is not turned into a float silently, since that would cut the gradient: use v.data or v.item() "
            "for the number, and the functions of autograd (autograd.exp(v) for math.exp(v)) to record the operation"
        )

    def __int__(self) -> int:
        return int(float(self))  # which says what to do instead

    def __reduce__(self) -> tuple[Any, ...]:
        if self.op is not None:
            raise TypeError(
                f"this Value was made by {self.op.name} and carries its graph: detach first, with v.detach(), "
                "to pickle or copy its number"
            )
        return _restore, (self._data, self.label, self.grad if self.has_grad else None, self.requires_grad)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """NumPy's functions record too: `np.exp(v)` is `autograd.exp(v)`."""
        op = next((row for row in ops.TABLE.values() if row.ufunc == ufunc.__name__), None)
        if op is None or method != "__call__" or options:
            raise TypeError(f"np.{ufunc.__name__} has no counterpart here: use the functions of autograd on Values")
        if any(getattr(x, "ndim", 0) for x in inputs):
            import numpy

            boxed = [numpy.full((), x, object) if type(x) is Value else x for x in inputs]
            return numpy.frompyfunc(op, len(inputs), 1)(*boxed)
        return bool(op(*inputs).item()) if op in _COMPARISONS else op(*inputs)


FROZEN = -2  # in `_left`, where the sweeps find it without asking
_some_frozen = False  # has any Value ever been? Until then no partial has to be looked at

_ADD, _SUB, _MUL, _DIV = ops.add, ops.sub, ops.mul, ops.div
_new: Callable[[], Value] = functools.partial(object.__new__, Value)  # Value.__init__ is for leaves
_COMPARISONS = frozenset((ops.equal, ops.not_equal, ops.less, ops.less_equal, ops.greater, ops.greater_equal))
_REFUSED = frozenset(("complex", "Decimal", "str", "NoneType", "list", "tuple", "dict"))


RESULT = Note("", None, None)  # of a leaf that a module computed: it is not one of its parameters


def _result_leaf(z: float) -> Value:
    """A computed number without a past, from `no_grad()` or `detach()`; inside the call of a module it is marked."""
    leaf = Value(z)
    call = modes.scope.get()
    if call is not None and call.owner is not None:
        leaf._note = RESULT
    return leaf


def _restore(data: float, label: str, grad: float | None, requires_grad: bool) -> Value:
    leaf = Value(data, label, requires_grad)
    if grad is not None:
        leaf.grad = grad
    return leaf


def _operand(x: Any) -> Any:
    """`x` as a float; NotImplemented for an array or a type of which it is not known to be no number."""
    try:
        return number(x)
    except TypeError:
        if type(x).__name__ in _REFUSED:
            raise
        return NotImplemented


def _compare(op: Op, x: Value, other: object) -> bool:
    y: float
    if type(other) is Value:
        y = other._data
    elif isinstance(other, (int, float)):
        y = other  # as it is: Python compares a float with an int of any size exactly
    else:
        try:
            y = number(other)
        except TypeError:
            return NotImplemented  # type: ignore[no-any-return]  # as the data model has it
        except ValueError:
            y = other  # type: ignore[assignment]  # too large for a float: Python compares a Fraction exactly as well
    return bool(op.forward(x._data, y))


def _node(op: Op, z: float, a: Any, b: Any, da: Any, db: Any) -> Value:
    """A new node; the operators of Value write this out, for the sake of their speed."""
    node = _new()
    node._data = z
    node.op = op
    node._a = a
    node._b = b
    node._da = da
    node._db = db
    node._uses = node._left = 0
    return node


def record(op: Op, args: tuple[Any, ...]) -> Value:
    """Do an operation and remember it: the way every op of the table is recorded."""
    args = tuple([arg if type(arg) is Value else number(arg) for arg in op.checked(args)])
    numbers = [arg._data if type(arg) is Value else arg for arg in args]
    try:
        z = op.forward(*numbers)
    except (ArithmeticError, ValueError):
        z = op.otherwise(*numbers)
    if type(z) is not float:
        z = number(z)
    if z - z != 0.0:
        _report(op, numbers, z)
    if modes.special and not modes.recording.get():
        return _result_leaf(z)
    wanted = [type(arg) is Value for arg in args]
    partials = take_partials(op, z, numbers, wanted)
    if op.select or not 1 <= len(args) <= 2:
        node = _node(op, z, args, tuple(partials), None, None)
    elif len(args) == 1:
        node = _node(op, z, args[0], None, partials[0], None)
    else:
        node = _node(op, z, *args, *partials)
    for arg in args:
        if type(arg) is Value:
            arg._uses += 1
    if modes.special:
        _take_note(node)
    return node


def _take_note(node: Value) -> None:
    """Where it was recorded, as far as a mode asks for it."""
    origin, made_in = None, modes.scope.get()
    if modes.watching.get():
        frame, _ = user_frame()
        origin = frame.f_code.co_filename, frame.f_lineno
    if origin or made_in:
        node._note = Note("", origin, made_in)


def _record_with_constant(op: Op, x: Value, y: float, z: float, partial: float) -> Value:
    """`record` for `x op y` with a constant y, of which the caller knows value and partial."""
    if z - z != modes.special:
        return record(op, (x, y))
    x._uses += 1
    return _node(op, z, x, y, partial, None)


def _record_after_constant(op: Op, x: float, y: Value, z: float, partial: float) -> Value:
    """`record` for `x op y` with a constant x, of which the caller knows value and partial."""
    if z - z != modes.special:
        return record(op, (x, y))
    y._uses += 1
    return _node(op, z, x, y, None, partial)


def _record_one(op: Op, args: tuple[Any, ...]) -> Value:
    """`record` without its loops if there is one argument; whatever is out of the ordinary is left to it."""
    if len(args) != 1 or op.arity != 1:
        return record(op, args)
    x = args[0]
    try:
        z = op.forward(x._data)
        partial = op.partials[0](z, x._data)
    except (ArithmeticError, ValueError):
        return record(op, args)
    if type(z) is not float or type(partial) is not float or z - z != modes.special:
        return record(op, args)
    x._uses += 1
    return _node(op, z, x, None, partial, None)


Value._record = staticmethod(_record_one)  # type: ignore[method-assign]


def record_dots(rows: Sequence[Sequence[Any]], inputs: Sequence[Any], biases: Sequence[Any]) -> list[Value]:
    """`record` for the dots of a layer, one a row of weights, without the general loops.

    That takes weights and biases that are Values, and inputs that are all Values or all floats.
    """
    kinds = set(map(type, inputs))
    constant = kinds <= {float}
    if not constant and kinds != {Value}:
        return [record(ops.dot, (*weights, *inputs, bias)) for weights, bias in zip(rows, biases, strict=True)]
    x = inputs if constant else [arg._data for arg in inputs]
    no_partials = [None] * len(x)
    nodes = []
    used = 0
    for weights, bias in zip(rows, biases, strict=True):
        try:
            w = [arg._data for arg in weights]
            z = ops.weighted_sum(w, x, bias._data)
        except AttributeError:  # a constant among them
            z = math.nan
        if z - z != modes.special:
            nodes.append(record(ops.dot, (*weights, *inputs, bias)))
            continue
        for arg in weights:
            if arg.op is not None:  # most are leaves, whose count nobody asks for
                arg._uses += 1
        bias._uses += 1
        used += 1
        partials = (*x, *(no_partials if constant else w), 1.0)
        nodes.append(_node(ops.dot, z, (*weights, *inputs, bias), partials, None, None))
    if not constant:
        for arg in inputs:
            arg._uses += used
    return nodes


def take_partials(op: Op, z: float, numbers: Sequence[float], wanted: Sequence[bool]) -> list[float | None]:
    """The partials as floats, None for the arguments not wanted and for the branch `where` does not take."""
    try:
        partials = op.partials_at(z, numbers, wanted)
    except (ArithmeticError, ValueError):  # Python raises at 1/0: Values compute it as IEEE-754 has it
        with modes.no_grad(), modes.quiet():
            partials = op.partials_at(Value(z), [Value(x) for x in numbers], wanted)
            partials = [partial._data if type(partial) is Value else partial for partial in partials]
    if op.select:
        return [partial or None for partial in partials]
    return [number(partial) if want else None for partial, want in zip(partials, wanted, strict=True)]


def _report(op: Op, numbers: list[float], z: float) -> None:
    """Warn of a NaN or infinity that was born from finite operands, or raise inside `anomaly()`."""
    if not all(map(math.isfinite, numbers)) or not modes.warning.get():
        return
    message = f"{op.name}({', '.join(map(repr, numbers))}) is {z!r}"
    frame, depth = user_frame()
    if modes.watching.get():
        raise AnomalyError(f"{message} at {place((frame.f_code.co_filename, frame.f_lineno))}")
    warnings.warn(message, RuntimeWarning, stacklevel=depth + 1)
