"""Subclasses of list, tuple and dict: functions get instances of them, with their methods and rules."""

import math
import time
from collections import Counter, OrderedDict, defaultdict
from copy import copy
from typing import NamedTuple

import numpy as np
import pytest

from autograd import compile, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from autograd._tree import leaf_paths, tree_leaves, tree_map
from autograd.testing import check_grads, gradcheck


class Vector(tuple):
    """Adds and scales where a tuple is joined and repeated."""

    def __add__(self, other):
        return Vector(x + y for x, y in zip(self, other, strict=True))

    def __mul__(self, factor):
        return Vector(factor * x for x in self)


class Row(list):
    """The same for a list, with a name."""

    def __init__(self, name, items):
        super().__init__(items)
        self.name = name

    def __add__(self, other):
        return Row(self.name, [x + y for x, y in zip(self, other, strict=True)])

    def __mul__(self, factor):
        return Row(self.name, [factor * x for x in self])

    def dot(self, other):
        return sum(x * y for x, y in zip(self, other, strict=True))


class Parameters(dict):
    """Its items are attributes, too."""

    __getattr__ = dict.__getitem__


class Attributes(dict):
    """Its items are its attributes."""

    def __init__(self, *args, **items):
        super().__init__(*args, **items)
        self.__dict__ = self


class Constant(dict):
    """Can't be changed or copied."""

    def __setitem__(self, key, item):
        raise TypeError("constant")

    __copy__ = __reduce__ = __setitem__


class Positive(dict):
    """Stores the base-2 logarithms of its items."""

    def __getitem__(self, key):
        return 2.0 ** super().__getitem__(key)


class Checked(NamedTuple("Checked", [("a", float), ("b", float)])):
    """A named tuple whose constructor doesn't take its items."""

    def __new__(cls, both):
        return super().__new__(cls, both, both + 1.0)

    @property
    def area(self):
        return self.a * self.b


VECTOR = Vector((2.0, 3.0))
CASES = {
    "tuple": (VECTOR, lambda v: (v + v * 3.0)[0] * (v + v)[1], [24.0, 16.0]),
    "list": (Row("r", [2.0, 3.0]), lambda v: (v + v * 3.0).dot(v) + (v.name == "r") * v[0], [17.0, 24.0]),
    "dict": (Parameters(w=2.0, b=3.0), lambda p: p.w * p.w * p.b, [12.0, 4.0]),
    "dict of attributes": (Attributes(w=2.0, b=3.0), lambda p: p.w * p["w"] * p.b, [12.0, 4.0]),
    "constant dict": (Constant(w=2.0, b=3.0), lambda p: p["w"] * p["w"] * p["b"], [12.0, 4.0]),
    "named tuple": (Checked(2.0), lambda p: p.area * p.a, [12.0, 4.0]),
    "OrderedDict": (OrderedDict(b=2.0, a=3.0), lambda p: next(reversed(p.values())) * p["b"] ** 2, [12.0, 4.0]),
    "defaultdict": (defaultdict(float, a=2.0, b=3.0), lambda p: p["a"] * p["a"] * p["b"] + p["c"], [12.0, 4.0]),
    "Counter": (Counter(a=2.0, b=3.0), lambda p: p["a"] * p["a"] * p["b"] + p["c"], [12.0, 4.0]),
    "nested": ({"x": [VECTOR]}, lambda p: (p["x"][0] + p["x"][0])[0] * p["x"][0][1], [6.0, 4.0]),
}


def called(f, x):
    """f of x, or of a copy if reading may change x."""
    return f(copy(x) if isinstance(x, (defaultdict, Counter)) else x)


@pytest.mark.parametrize(("x", "f", "slopes"), CASES.values(), ids=CASES)
def test_a_function_gets_containers_of_its_classes_and_so_do_results(x, f, slopes):
    gradient = grad(f)(x)
    assert (type(gradient), tree_leaves(gradient)) == (type(x), slopes)
    value = called(f, x)
    assert value_and_grad(f)(x) == (value, gradient)
    assert vjp(f, x)[1](1.0) == (gradient,)
    assert jvp(f, (x,), (gradient,)) == (value, sum(slope * slope for slope in slopes))
    assert jacobian(lambda p: [f(p)])(x) == [gradient]
    assert tree_leaves(hvp(f, (x,), (x,))) == pytest.approx(tree_leaves(jvp(grad(f), (x,), (x,))[1]))
    assert type(hessian(f)(x)) is type(x)
    assert gradcheck(f, (x,))
    assert check_grads(f, (x,), order=2)
    assert type(x) is not Row or gradient.name == x.name


@pytest.mark.parametrize("executor", ["auto", "python"])
@pytest.mark.parametrize(("x", "f", "slopes"), CASES.values(), ids=CASES)
def test_a_compiled_function_gets_containers_of_its_classes_and_so_do_results(x, f, slopes, executor):
    program = compile(f, x, executor=executor)
    for _ in range(2):
        value, gradient = program.value_and_grad(x)
        assert (value, type(gradient), tree_leaves(gradient)) == (called(f, x), type(x), slopes)
    assert program.jacobian(x) == gradient
    assert tree_leaves(program.hessian(x)) == tree_leaves(hessian(f)(x))
    lanes = tree_map(lambda y: y * np.ones(3), x)
    values, gradient = program.value_and_grad(lanes)
    assert (values.tolist(), type(gradient)) == ([value] * 3, type(x))
    assert tree_leaves(gradient) == [slope for slope in slopes for _ in range(3)]


def test_a_class_that_reads_its_items_in_its_own_way_does_so_in_the_function_alone():
    x = Positive(a=1.0, b=3.0)

    def f(p):
        return p["a"] * p["b"]

    slopes = [f(x) * math.log(2.0)] * 2
    assert list(leaf_paths(x)) == [("['a']", 1.0), ("['b']", 3.0)]
    assert list(grad(f)(x).values()) == pytest.approx(slopes)
    assert list(compile(f, x).value_and_grad(x)[1].values()) == pytest.approx(slopes)
    assert gradcheck(f, (x,))


class Totalled(list):
    def __init__(self, items):
        super().__init__(items)
        self.total, self.unit = sum(items), "m"


def test_an_attribute_that_holds_numbers_is_missed_rather_than_taken_for_a_constant():
    assert grad(lambda x: x[0] ** len(x.unit))(Totalled([3.0])) == [1.0]
    with pytest.raises(AttributeError, match="total"):
        grad(lambda x: x.total * x[0])(Totalled([3.0]))


def test_results_that_a_function_returns_keep_their_class():
    assert jvp(lambda x: Vector((x, x * x)) + Vector((x, x)), (2.0,), (1.0,)) == (Vector((4.0, 6.0)), Vector((2.0, 5.0)))
    assert type(jacobian(lambda x: Vector((x, x)))(2.0)) is Vector
    assert type(compile(lambda x: Parameters(w=x), 1.0)(2.0)) is Parameters
    value, pull = vjp(lambda x: Parameters(w=x * x), 2.0)
    assert (value.w, pull(Parameters(w=1.0))) == (4.0, (4.0,))


def test_a_function_may_change_the_container_that_it_gets():
    x = defaultdict(float, a=2.0)

    def f(p):
        p["a"] = p["a"] * p["b"]
        return p["a"]

    assert (grad(f)(x), x) == ({"a": 0.0}, {"a": 2.0})


def test_an_argument_of_a_compiled_function_is_refused_by_its_keys_whatever_its_attributes_are():
    program = compile(lambda p: p.w, Parameters(w=1.0))
    with pytest.raises(TypeError, match=r"p: expected a dict with the keys 'w', got \{'b': 1\.0\}"):
        program(Parameters(b=1.0))


def test_tuples_of_classes_in_c_that_only_c_can_make_become_plain_ones():
    slope, aux = grad(lambda x: (x * x, {"at": time.gmtime(0), "x": x}), has_aux=True)(3.0)
    assert (slope, aux) == (6.0, {"at": tuple(time.gmtime(0)), "x": 3.0})
