"""Functions that read outside state: each change is picked up or is an error; stale numbers are never used."""

import builtins
import functools
import importlib
import math
import os
import random
import re
import sys
import threading
import weakref
from argparse import Namespace
from array import array
from collections import ChainMap, OrderedDict, UserDict, UserList, deque
from configparser import ConfigParser
from contextvars import ContextVar, copy_context
from dataclasses import asdict, astuple, dataclass, field
from fractions import Fraction
from functools import partial
from operator import attrgetter, methodcaller
from os import environ
from types import MappingProxyType, ModuleType, SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import scipy.interpolate
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import CompileError, Value
from autograd.compiler import places
from autograd.compiler.plain_data import as_bytes
from autograd.extend import draw

RATE = 2.0
OFFSETS = [1.0, 2.0]


def scaled(x):
    return RATE * x


class Own(np.ndarray):
    pass


def test_a_leaf_from_outside_is_read_at_every_call():
    w = Value(2.0)
    program = autograd.compile(lambda x: x * w, 3.0)
    w.data = 5.0
    assert program(3.0) == 15.0


@pytest.mark.parametrize(
    ("name", "value"), [("RATE", 3.0), ("OFFSETS", [1.0, 3.0]), ("OFFSETS", [1.0]), ("OFFSETS", None)], ids=str
)
def test_a_number_or_a_list_that_has_changed_is_an_error(monkeypatch, name, value):
    program = autograd.compile(lambda x: scaled(x) + OFFSETS[0], 1.0)
    assert program(2.0) == 5.0
    monkeypatch.setitem(globals(), name, value)
    with pytest.raises(CompileError, match=f"{name}, which <lambda> reads, has changed"):
        program(2.0)


def test_a_number_that_has_changed_is_neither_exported_nor_saved(monkeypatch, tmp_path):
    program = autograd.compile(scaled, 1.0)
    monkeypatch.setitem(globals(), "RATE", 3.0)
    for write in (program.source, lambda: program.save(tmp_path / "program.npz")):
        with pytest.raises(CompileError, match="RATE, which scaled reads, has changed"):
            write()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("held", "change"),
    [
        ({1.0, 2.0}, lambda held: held.add(3.0)),
        ({1.0, 2.0}, lambda held: (held.remove(1.0), held.add(4.0))),
        (deque([1.0, 2.0]), lambda held: held.append(3.0)),
        (deque([1.0, 2.0], maxlen=2), lambda held: held.append(3.0)),
        (deque([1.0, 2.0]), lambda held: held.rotate()),
        (array("d", [1.0, 2.0]), lambda held: held.__setitem__(0, 3.0)),
        (bytearray([1, 2]), lambda held: held.__setitem__(0, 3)),
        (memoryview(bytearray([1, 2]))[::-1], lambda held: held.__setitem__(0, 3)),
        (UserList([1.0, 2.0]), lambda held: held.__setitem__(0, 3.0)),
        (np.ma.array([1.0, 2.0]), lambda held: held.__setitem__(0, 3.0)),
        (np.array([1.0, 2.0]).view(Own), lambda held: held.__setitem__(0, 3.0)),
        ([1.0, 0.0], lambda held: held.__setitem__(1, -0.0)),
    ],
    ids=[
        *("set", "set of as many", "deque", "full deque", "rotated deque", "array", "bytes", "view", "UserList"),
        *("masked array", "array of one's own kind", "sign of zero"),
    ],
)
def test_a_set_a_deque_or_an_array_that_has_changed_is_an_error(held, change):
    program = autograd.compile(lambda x: x * autograd.sum(list(held)), 1.0)
    assert program(2.0) == 2.0 * sum(held)
    change(held)
    with pytest.raises(CompileError, match=r"held(\[\d\])?, which <lambda> reads, has changed"):
        program(2.0)


def test_what_stands_in_a_set_or_a_deque_is_watched_too():
    rates = [2.0]
    for held in ({Scaled()}, deque([Scaled()]), frozenset([Scaled()])):
        (scaled,) = held
        program = autograd.compile(lambda x, held=held: autograd.sum([one(x) for one in held]), 1.0)
        assert program(2.0) == 12.0
        scaled.rate = 3.0
        with pytest.raises(CompileError, match="rate, which"):
            program(2.0)
    program = autograd.compile(lambda x: x * next(iter(deque([rates])))[0], 1.0)
    rates[0] = 3.0
    with pytest.raises(CompileError, match="rates"):
        program(2.0)


@pytest.mark.parametrize("kind", [SimpleNamespace, Namespace])
def test_a_setting_in_a_namespace_that_has_changed_is_an_error(kind):
    settings = kind(rate=2.0, name="a")
    program = autograd.compile(lambda x: x * settings.rate, 1.0)
    settings.name = "b"
    assert program(2.0) == 4.0
    settings.rate = 3.0
    with pytest.raises(CompileError, match=r"settings\.rate, which"):
        program(2.0)


def test_a_list_of_ones_own_kind_that_has_changed_is_an_error():
    class Rates(list):
        pass

    rates = Rates([2.0])
    program = autograd.compile(lambda x: x * rates[0], 1.0)
    rates[0] = 3.0
    with pytest.raises(CompileError, match=r"rates\[0\], which"):
        program(2.0)


def test_a_mask_that_has_changed_is_an_error():
    held = np.ma.array([1.0, 2.0])
    program = autograd.compile(lambda x: x * held.sum(), 1.0)
    assert program(2.0) == 6.0
    held[0] = np.ma.masked
    with pytest.raises(CompileError, match="held, which"):
        program(2.0)


COLUMNS = {
    "floats": [1.0, np.nan],
    "ints": [1, 2],
    "missing": pd.array([1, None], dtype="Int64"),
    "categories": pd.Categorical([1.0, 2.0]),
    "objects": np.array([1.0, pd.NA], object),
}


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
def test_a_table_of_pandas_that_has_changed_is_an_error(column):
    table = pd.DataFrame({"text": ["a", None], "when": pd.to_datetime(["2001", "2002"]), "x": column})
    series = table["x"].copy()
    programs = {
        "table": autograd.compile(lambda x: x * table["x"][0], 1.0),
        "series": autograd.compile(lambda x: x * series[0], 1.0),
    }
    assert [program(2.0) for program in programs.values()] == [2.0, 2.0]
    table.loc[0, "x"] = series[0] = column[1]
    for name, program in programs.items():
        with pytest.raises(CompileError, match=f"^{name}, which <lambda> reads, has changed"):
            program(2.0)


@pytest.mark.parametrize("kind", [pd.Series, pd.DataFrame])
def test_a_table_of_pandas_with_another_index_has_changed(kind):
    table = kind({"a": [1.0], "b": [2.0]}).T if kind is pd.DataFrame else kind({"a": 1.0, "b": 2.0})
    program = autograd.compile(lambda x: x * np.ravel(table.loc["a"])[0], 1.0)
    assert program(2.0) == 2.0
    table.index = ["b", "a"]
    with pytest.raises(CompileError, match="table, which"):
        program(2.0)


def test_an_attribute_whose_name_stands_in_a_tuple_is_watched():
    settings = SimpleNamespace(rate=2.0, shift=1.0)
    program = autograd.compile(lambda x: autograd.sum([x * getattr(settings, name) for name in ("rate", "shift")]), 1.0)
    settings.shift = 2.0
    with pytest.raises(CompileError, match=r"settings\.shift, which"):
        program(2.0)


@pytest.mark.parametrize(
    "read",
    [
        lambda held, i: getattr(held, f"rate{i}"),
        lambda held, i: getattr(held, "rate%d" % i),  # noqa: UP031
        lambda held, i: getattr(held, "rate{}".format(i)),  # noqa: UP032
        lambda held, i: getattr(held, held.stem + str(i)),
        lambda held, i: vars(held)["rate" + str(i)],
        lambda held, i: held.__dict__[f"rate{i}"],
    ],
)
def test_an_attribute_whose_name_is_put_together_is_watched(read):
    settings = SimpleNamespace(rate0=2.0, rate1=1.0, stem="rate", log=[])
    program = autograd.compile(lambda x: autograd.sum([x * read(settings, i) for i in range(2)]), 1.0)
    assert program(2.0) == 6.0
    settings.rate1 = 2.0
    with pytest.raises(CompileError, match=r"settings\.rate1, which"):
        program(2.0)


def test_an_attribute_whose_name_is_not_like_those_that_are_put_together_may_change():
    settings = SimpleNamespace(rate0=2.0, log=[])
    program = autograd.compile(lambda x: x * getattr(settings, f"rate{0}"), 1.0)
    settings.log.append(1.0)
    assert program(2.0) == 4.0


def test_what_a_module_holds_that_is_imported_inside_a_function_is_watched(monkeypatch):
    module = ModuleType("settings_of_a_test")
    module.rate = 2.0
    monkeypatch.setitem(sys.modules, "settings_of_a_test", module)

    def whole(x):
        import settings_of_a_test

        return x * settings_of_a_test.rate

    def part(x):
        from settings_of_a_test import rate

        return x * rate

    programs = [autograd.compile(f, 1.0) for f in (whole, part)]
    assert [program(3.0) for program in programs] == [6.0, 6.0]
    module.rate = 5.0
    for program in programs:
        with pytest.raises(CompileError, match=r"settings_of_a_test\.rate, which"):
            program(3.0)


class Attributed(dict):
    """A dict whose items are attributes too; any other attribute raises KeyError."""

    __getattr__ = dict.__getitem__


def test_settings_in_a_dict_whose_items_are_attributes_are_read_and_watched():
    settings = Attributed(rate=2.0, inner=Attributed(shift=1.0))
    program = autograd.compile(lambda x: x * settings.rate + settings.inner.shift, 1.0)
    assert program(3.0) == 7.0
    settings.inner["shift"] = 5.0
    with pytest.raises(CompileError, match=r"settings.*shift.*, which"):
        program(3.0)


def test_what_a_function_reads_that_has_a_cache_or_is_compiled_is_watched():
    rates = [2.0]
    cached = functools.cache(lambda: rates[0])
    compiled = autograd.compile(lambda x: rates[0] * x, 1.0)
    bound = functools.partial(lambda x, rate: rate * x, rate=2.0)
    programs = [autograd.compile(f, 1.0) for f in (lambda x: cached() * x, lambda x: compiled(x) + x, bound)]
    assert [program(3.0) for program in programs] == [6.0, 9.0, 6.0]
    rates[0] = bound.keywords["rate"] = 3.0
    for program in programs:
        with pytest.raises(CompileError, match="rate"):
            program(3.0)


@pytest.mark.parametrize("count", [3, 2 * places.MAX_SPELLED])
def test_one_changed_place_is_noticed_among_few_and_among_many(count):
    holder = {f"'{i}'": object() for i in range(count)}
    kept, last, missing = dict(holder), f"'{count - 1}'", [f"missing {i}" for i in range(count)]
    found = [places.Places.of("", holder, kept), places.Places.of("", holder, dict.fromkeys(missing, places.EMPTY))]
    is_unchanged = places.unchanged(found)
    assert is_unchanged()
    holder[last] = object()
    assert not is_unchanged()
    holder[last], holder[missing[-1]] = kept[last], 1.0
    assert not is_unchanged()
    del holder[missing[-1]]
    assert is_unchanged()


def test_a_list_that_grew_is_an_error():
    weights = [Value(1.0), Value(2.0)]
    program = autograd.compile(lambda x: autograd.sum([w * x for w in weights]), 1.0)
    assert program(2.0) == 6.0
    weights.append(Value(3.0))
    with pytest.raises(CompileError, match="weights"):
        program(2.0)


def test_a_leaf_that_another_has_replaced_is_an_error():
    w = Value(1.0)
    program = autograd.compile(lambda x: w * x, 1.0)
    w = w - 0.5
    with pytest.raises(CompileError, match="w, which <lambda> reads"):
        program(2.0)


@pytest.mark.parametrize(("name", "now"), [("requires_grad", False), ("label", "shift")])
def test_whether_a_leaf_is_frozen_and_its_label_are_watched_where_the_function_reads_them(name, now):
    weights = [Value(2.0, label="scale"), Value(3.0)]
    program = autograd.compile(lambda x: x * sum(w for w in weights if w.requires_grad and w.label != "shift"), 1.0)
    others = autograd.compile(lambda x: x * sum(weights), 1.0)
    assert program(1.0) == 5.0
    setattr(weights[1], name, now)
    assert others(1.0) == 5.0
    with pytest.raises(CompileError, match=rf"weights\[1\]\.{name}, which <lambda> reads, has changed"):
        program(1.0)


def test_an_array_that_was_written_to_is_an_error():
    table = np.array([1.0, np.nan])
    program = autograd.compile(lambda x: x * table[0], 1.0)
    assert program(2.0) == 2.0
    table[0] = 7.0
    with pytest.raises(CompileError, match="table"):
        program(2.0)


def test_an_array_whose_leaf_another_has_replaced_is_an_error():
    weights = np.array([Value(1.0), Value(2.0)])
    program = autograd.compile(lambda x: x * weights[0], 1.0)
    weights[0].data = 3.0
    assert program(2.0) == 6.0
    weights[0] = Value(3.0)
    with pytest.raises(CompileError, match="weights"):
        program(2.0)


def test_what_the_items_of_an_array_hold_is_watched():
    rows, table = np.array([[2.0], np.zeros(2)], dtype=object), np.array([[Plain, SimpleNamespace(rate=2.0)]], dtype=object)
    of_rows = autograd.compile(lambda x: x * rows[0][0] * len(rows[1]), 1.0)
    of_table = autograd.compile(lambda x: x * table[0, 1].rate, 1.0)
    assert (of_rows(1.0), of_table(1.0)) == (4.0, 2.0)
    rows[0][0] = 3.0
    with pytest.raises(CompileError, match=r"rows\[0\]\[0\], which <lambda> reads, has changed"):
        of_rows(1.0)
    table[0, 1].rate = 3.0
    with pytest.raises(CompileError, match=r"table\[\(0, 1\)\]\.rate, which <lambda> reads, has changed"):
        of_table(1.0)


def test_a_function_that_does_something_else_at_every_call_is_refused():
    calls = [0]

    def counting(x):
        calls[0] += 1
        return x * calls[0]

    with pytest.raises(CompileError, match="something different on every call"):
        autograd.compile(counting, 1.0)


class Scaled:
    def __init__(self):
        self.rate, self.weight = 2.0, Value(3.0)

    def __call__(self, x):
        return self.rate * x * self.weight

    def method(self, x):
        return self(x)


USES = {"object": lambda held: held, "method": lambda held: held.method, "lambda": lambda held: lambda x: held(x)}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize(("name", "value"), [("rate", 3.0), ("weight", Value(3.0))], ids=["rate", "weight"])
def test_an_attribute_that_has_changed_is_an_error(use, name, value):
    held = Scaled()
    program = autograd.compile(USES[use](held), 1.0)
    assert program(2.0) == 12.0
    setattr(held, name, value)
    with pytest.raises(CompileError, match=f"{name}, which"):
        program(2.0)


class Settings:
    rate, rates = 2.0, {0: 2.0}


@dataclass(slots=True)
class InSlots:
    rate: float = 2.0


class Base:
    rate, rates = 1.0, {0: 1.0}

    def __init__(self):
        self._rate = 2.0

    @property
    def hidden(self):
        return self._rate

    @functools.cached_property
    def kept(self):
        return self._rate

    @classmethod
    def of_class(cls):
        return cls.rate

    @staticmethod
    def of_module():
        return RATE

    def by_name(self):
        return getattr(self, "_rate")  # noqa: B009

    def __neg__(self):
        return self._rate


class Derived(Base):
    rate, rates = 2.0, {0: 2.0}


class Offset:
    """A descriptor."""

    def __get__(self, held, kind):
        return held._rate


class Described(Derived):
    offset = Offset()


def test_a_setting_that_a_subclass_overrides_is_that_of_the_subclass():
    derived = Derived()
    assert autograd.compile(lambda x: x * derived.rate * derived.rates[0], 1.0)(3.0) == 12.0


@pytest.mark.parametrize(
    ("read", "change", "name"),
    [
        (lambda held: Settings.rate, lambda patch, held: patch.setattr(Settings, "rate", 3.0), "Settings.rate"),
        (lambda held: Settings.rates[0], lambda patch, held: patch.setitem(Settings.rates, 0, 3.0), r"Settings.rates\[0\]"),
        (lambda held: held.rate, lambda patch, held: patch.setattr(Derived, "rate", 3.0), "held.rate"),
        (lambda held: held.rates[0], lambda patch, held: patch.setitem(Derived.rates, 0, 3.0), r"held.rates\[0\]"),
        (lambda held: held.hidden, lambda patch, held: patch.setattr(held, "_rate", 3.0), "held._rate"),
        (lambda held: held.offset, lambda patch, held: patch.setattr(held, "_rate", 3.0), "held._rate"),
        (lambda held: held.by_name(), lambda patch, held: patch.setattr(held, "_rate", 3.0), "held._rate"),
        (lambda held: -held, lambda patch, held: patch.setattr(held, "_rate", 3.0), "held._rate"),
        (lambda held: held.kept, lambda patch, held: patch.setattr(held, "kept", 3.0), "held.kept"),
        (lambda held: held.of_class(), lambda patch, held: patch.setattr(Derived, "rate", 3.0), "held.rate"),
        (lambda held: held.of_module(), lambda patch, held: patch.setitem(globals(), "RATE", 3.0), "RATE"),
        (lambda held: Base.of_module(), lambda patch, held: patch.setitem(globals(), "RATE", 3.0), "RATE"),
        (lambda held: Base()._rate * RATE / 2, lambda patch, held: patch.setitem(globals(), "RATE", 3.0), "RATE"),
    ],
    ids=[
        *("class", "dict in a class", "class of an object", "dict in its class", "property", "descriptor", "getattr", "operator"),
        *("cached property", "classmethod", "staticmethod", "staticmethod of a class", "constructor"),
    ],
)
def test_a_setting_in_a_class_or_behind_a_property_that_has_changed_is_an_error(monkeypatch, read, change, name):
    held = Described()
    program = autograd.compile(lambda x: x * read(held), 1.0)
    assert program(3.0) == 6.0
    change(monkeypatch, held)
    with pytest.raises(CompileError, match=f"{name}, which"):
        program(3.0)


@pytest.mark.parametrize("kind", [InSlots, lambda: ModuleType("settings")], ids=["slots", "module"])
def test_a_setting_in_slots_or_in_a_module_inside_another_that_has_changed_is_an_error(kind):
    package = ModuleType("package")
    package.settings = kind()
    package.settings.rate = 2.0
    program = autograd.compile(lambda x: x * package.settings.rate, 1.0)
    assert program(3.0) == 6.0
    package.settings.rate = 3.0
    with pytest.raises(CompileError, match=r"package\.settings\.rate, which"):
        program(3.0)


@pytest.mark.parametrize("kind", [UserDict, ChainMap, MappingProxyType])
def test_a_mapping_that_has_changed_is_an_error(kind):
    rates = {"rate": 2.0}
    mapping = UserDict(rates) if kind is UserDict else kind(rates)
    program = autograd.compile(lambda x: x * mapping["rate"], 1.0)
    assert program(3.0) == 6.0
    (mapping if kind is UserDict else rates)["rate"] = 3.0
    with pytest.raises(CompileError, match=r"mapping\['rate'\], which"):
        program(3.0)


@pytest.mark.parametrize(
    "around",
    [autograd.grad, autograd.hessian, autograd.no_grad(), autograd.scope("inside"), lambda f: functools.partial(autograd.jvp, f)],
    ids=["grad", "hessian", "no_grad", "scope", "jvp"],
)
def test_what_a_function_reads_inside_a_transform_or_a_decorator_is_watched(monkeypatch, around):
    inner = around(lambda x: RATE * x * x)
    call = (lambda x: inner((x,), (1.0,))[1]) if isinstance(inner, functools.partial) else lambda x: inner(x)
    program = autograd.compile(call, 1.0)
    assert program(3.0) == autograd.compile(call, 3.0)(3.0)
    monkeypatch.setitem(globals(), "RATE", 3.0)
    with pytest.raises(CompileError, match="RATE, which"):
        program(3.0)


RULES = {
    "partials": {"partials": lambda z, x: RATE},
    "vjp": {"vjp": lambda bar, z, x: bar * RATE},
}


@pytest.mark.parametrize("rules", RULES)
def test_what_an_op_of_ones_own_reads_is_watched(monkeypatch, rules):
    rated = autograd.custom_op(lambda x: RATE * x, name="rated", **RULES[rules])
    program = autograd.compile(lambda x: rated(x) ** 2, 1.0)
    assert program(3.0) == 36.0
    assert program.value_and_grad(3.0) == (36.0, 24.0)
    assert program.hessian(3.0) == 8.0
    monkeypatch.setitem(globals(), "RATE", 3.0)
    with pytest.raises(CompileError, match="RATE, which"):
        program(3.0)


class Keeping(nn.Module):
    """A module that keeps its results, as makemore's layers do, and reads one of them."""

    def __init__(self):
        self.layer, self.w = nn.Layer(2, 2, "tanh", seed=0), Value(2.0)

    def forward(self, x):
        self.inputs = x
        self.out = self.layer(x)
        self.first = self.out[0]
        return self.first * self.w + self.out[1]


COUNT = 0


def counting(x):
    global COUNT
    COUNT += 1
    return x if COUNT < 10 else 2.0 * x


class Moving:
    def __init__(self):
        self.mean = 0.0

    def __call__(self, x):
        with autograd.no_grad():
            self.mean = 0.5 * self.mean + 0.5 * x
        return x * x


class InPlace:
    def __init__(self):
        self.means, self.array = [0.0], np.zeros(2)

    def of_list(self, x):
        self.means[0] = 0.5 * self.means[0] + 0.5
        return x * x

    def of_array(self, x):
        self.array[:] += 1.0
        return x * x


class Logging:
    seen = 0

    def __init__(self):
        self.log, self.kinds = [], set()

    def to_list(self, x):
        self.log.append(x * x)
        return x

    def to_set(self, x):
        self.kinds.add(x * x)
        return x

    def to_class(self, x):
        Logging.seen += 1
        return x


CHANGING = {
    "list": (Logging().to_list, r"self\.log"),
    "set": (Logging().to_set, r"self\.kinds"),
    "class": (Logging().to_class, r"self\.seen|Logging\.seen"),
    "global": (counting, "COUNT"),
    "attribute": (Moving(), r"self\.mean"),
    "item": (InPlace().of_list, r"self\.means\[0\]"),
    "items": (InPlace().of_array, r"self\.array"),
}


DRAWN = random.Random(0)
GENERATOR = np.random.default_rng(0)
ITEMS = iter([1.0] * 9)
DRAWING = {  # numbers that are the same as long as the function is traced
    "random": (lambda x: x * (random.random() < 2.0), "draws random numbers from random,"),
    "numpy.random": (lambda x: x * (np.random.rand() < 2.0), r"draws random numbers from numpy\.random,"),
    "a function of random": (lambda x, draws=random.random: x * (draws() < 2.0), "draws random numbers from self,"),
    "Random": (lambda x: x * (DRAWN.random() < 2.0), "draws random numbers from DRAWN,"),
    "Generator": (lambda x: x * (GENERATOR.random() < 2.0), "draws random numbers from GENERATOR,"),
    "an iterator": (lambda x: x * next(ITEMS), "changes the state of ITEMS, which it reads, on every call"),
}


@pytest.mark.parametrize(("f", "words"), DRAWING.values(), ids=DRAWING)
def test_a_function_that_draws_or_uses_up_an_iterator_is_refused_even_if_its_calls_agree_so_far(f, words):
    with pytest.raises(CompileError, match=words):
        autograd.compile(f, 1.0)


def test_a_function_may_hold_a_patched_or_a_local_generator_that_it_does_not_draw_from(monkeypatch):
    class Own(random.Random):
        pass

    monkeypatch.setattr(random, "random", lambda: 0.5)
    own = Own(0)
    f = lambda x: x * 2.0 if own else x * random.random()  # noqa: E731
    assert autograd.compile(f, 1.0)(3.0) == 6.0


def test_a_function_may_seed_the_generator_that_it_draws_from():
    def f(x):
        return x * random.Random(0).random() + x * np.random.default_rng(0).random()

    assert autograd.compile(f, 1.0)(2.0) == f(2.0)


@pytest.mark.parametrize(("f", "name"), CHANGING.values(), ids=CHANGING)
def test_a_function_that_changes_what_it_reads_at_every_call_is_refused(f, name):
    with pytest.raises(CompileError, match=f"changes {name}, which it reads, on every call"):
        autograd.compile(f, 1.0)


def test_what_a_function_sets_anew_at_every_call_may_be_read():
    class Recurrent:
        def reset(self):
            self.h, self.steps = 0.0, 0

        def __call__(self, xs):
            self.reset()
            for x in xs:
                self.h, self.steps = autograd.tanh(x + self.h), self.steps + 1
            return self.h * self.steps

    rnn = Recurrent()
    program = autograd.compile(rnn, [1.0, 2.0])
    assert program([0.5, 0.25]) == rnn([Value(0.5), Value(0.25)]).data
    assert program([0.5, 0.25]) == rnn([Value(0.5), Value(0.25)]).data


def test_results_that_a_function_keeps_in_attributes_may_change():
    model = Keeping()
    program = autograd.compile(model, [1.0, 2.0])
    before = program([1.0, 2.0])
    model([3.0, 4.0])
    assert program([1.0, 2.0]) == before


def test_what_a_bound_method_of_a_dict_reads_is_watched():
    rates = {"rate": 2.0}
    get = rates.get
    program = autograd.compile(lambda x: x * get("rate"), 1.0)
    rates["rate"] = 3.0
    with pytest.raises(CompileError, match=r"\['rate'\], which"):
        program(3.0)


def test_defaults_and_bound_arguments_that_have_changed_are_errors():
    rates = [2.0]

    def with_default(x, rates=rates):
        return x * rates[0]

    def with_two(rates, x):
        return x * rates[0]

    programs = [autograd.compile(f, 1.0) for f in (with_default, functools.partial(with_two, rates))]
    assert [program(3.0) for program in programs] == [6.0, 6.0]
    rates[0] = 5.0
    for program in programs:
        with pytest.raises(CompileError, match="has changed"):
            program(3.0)


@pytest.mark.parametrize(
    "change",
    [
        lambda net: setattr(net.layers[0].neurons[0], "b", Value(1.0)),
        lambda net: net.layers[0].neurons[0].w.__setitem__(0, Value(1.0)),
        lambda net: net.layers.__setitem__(0, nn.Layer(2, 3)),
        lambda net: net.layers.append(nn.Layer(1, 1)),
        lambda net: setattr(net, "forward", lambda x: x[0]),
        lambda net: setattr(net.layers[0].neurons[0], "forward", lambda x: x[0]),
    ],
    ids=["bias", "weight", "layer", "layers", "forward", "forward of a neuron"],
)
def test_a_part_of_a_module_that_another_has_replaced_is_an_error(change):
    net = nn.MLP(2, [3, 1], seed=0)
    program = autograd.compile(lambda x: net(x), [1.0, 2.0])
    program([1.0, 2.0])
    change(net)
    with pytest.raises(CompileError, match="net"):
        program([1.0, 2.0])


def scaling():
    """A new class, whose methods tests replace."""

    class Scale:
        def __call__(self, x):
            return self.scale(x) * self.rate

        @staticmethod
        def scale(x):
            return 2.0 * x

        @property
        def rate(self):
            return 3.0

    return Scale


@pytest.mark.parametrize("name", ["__call__", "scale", "rate"])
def test_a_method_that_another_has_replaced_in_its_class_is_an_error(name):
    Scale = scaling()
    scale = Scale()
    program = autograd.compile(lambda x: scale(x), 1.0)
    assert program(1.0) == 6.0
    setattr(Scale, name, property(lambda self: 5.0) if name == "rate" else lambda self, x: x)
    with pytest.raises(CompileError, match=f"Scale.{name}, which <lambda> reads, has changed"):
        program(1.0)


@pytest.mark.parametrize("name", ["__call__", "scale", "rate"])
def test_a_method_of_a_base_class_that_its_subclass_overrides_later_is_an_error(name):
    class Scale(scaling()):
        pass

    scale = Scale()
    program = autograd.compile(lambda x: scale(x), 1.0)
    Scale.other = 1.0
    assert program(1.0) == 6.0
    setattr(Scale, name, property(lambda self: 5.0) if name == "rate" else staticmethod(lambda x: x))
    with pytest.raises(CompileError, match=f"Scale.{name}, which <lambda> reads, has changed"):
        program(1.0)


def test_a_method_that_a_class_in_between_gets_later_is_an_error():
    class Between(scaling()):
        pass

    class Scale(Between):
        def __call__(self, x):
            return 2.0 * super().__call__(x)

    scale = Scale()
    program = autograd.compile(lambda x: scale(x), 1.0)
    assert program(1.0) == 12.0
    Between.__call__ = lambda self, x: x
    with pytest.raises(CompileError, match=r"Between\.__call__, which <lambda> reads, has changed"):
        program(1.0)


class Plain:
    """A class whose instances have no attributes."""

    def scale(self, x):
        return 2.0 * x


def test_a_method_of_an_object_without_attributes_that_another_has_replaced_is_an_error():
    plain = Plain()
    program = autograd.compile(lambda x: plain.scale(x), 1.0)
    assert program(1.0) == 2.0
    plain.scale = lambda x: x
    with pytest.raises(CompileError, match=r"plain\.scale, which <lambda> reads, has changed"):
        program(1.0)


def attribute_or_error(held):
    try:
        return held.rate
    except AttributeError:
        return 2.0


def attribute_or_exception(held):
    try:
        return held.rate
    except Exception:
        return 2.0


class InUnsetSlots:
    __slots__ = ("other", "rate")


@pytest.mark.parametrize(
    "read",
    [
        *(lambda held: getattr(held, "rate", 2.0), lambda held: held.rate if hasattr(held, "rate") else 2.0),
        *(attribute_or_error, attribute_or_exception),
    ],
    ids=["getattr", "hasattr", "AttributeError", "Exception"],
)
@pytest.mark.parametrize("holder", ["object", "class", "namespace", "module", "slots"])
def test_an_attribute_that_a_function_missed_and_would_find_now_is_an_error(monkeypatch, read, holder):
    held = {"namespace": SimpleNamespace(), "module": ModuleType("settings"), "slots": InUnsetSlots()}.get(holder, Plain())
    program = autograd.compile(lambda x: x * read(held), 1.0)
    monkeypatch.setattr(held, "other", 3.0, raising=False)
    assert program(1.0) == 2.0
    monkeypatch.setattr(Plain if holder == "class" else held, "rate", 3.0, raising=False)
    with pytest.raises(CompileError, match=r"held\.rate, which <lambda> reads, has changed"):
        program(1.0)


def test_an_attribute_that_a_class_made_up_and_an_object_has_now_is_an_error():
    class Lenient:
        def __getattr__(self, name):
            return 2.0

    settings = Lenient()
    program = autograd.compile(lambda x: x * settings.rate, 1.0)
    assert program(1.0) == 2.0
    settings.rate = 3.0
    with pytest.raises(CompileError, match=r"settings\.rate, which"):
        program(1.0)


@pytest.mark.parametrize(
    "read", [lambda held: vars(held).values(), lambda held: [getattr(held, name) for name in dir(held) if name[0] != "_"]]
)
def test_one_more_attribute_of_an_object_whose_attributes_are_all_read_is_an_error(read):
    settings = SimpleNamespace(rate=2.0)
    program = autograd.compile(lambda x: x * sum(read(settings)), 1.0)
    assert program(1.0) == 2.0
    settings.other = 3.0
    with pytest.raises(CompileError, match=r"vars\(settings\), which"):
        program(1.0)


def halved(x):
    return x * halved.rate


halved.rate = 0.5


def with_default(x, rate=0.5, *, shift=0.0):
    return x * rate + shift


def with_keyword(x, *, rate=0.5):
    return x * rate


@pytest.mark.parametrize(
    ("f", "name", "value"),
    [
        (halved, "rate", 0.25),
        (with_default, "__defaults__", (0.25,)),
        (with_default, "__kwdefaults__", {"shift": 1.0}),
        (with_keyword, "__code__", (lambda x, *, rate=0.5: x).__code__),  # as IPython's autoreload does
    ],
    ids=["attribute", "defaults", "keyword defaults", "code"],
)
def test_another_attribute_of_a_function_is_an_error(monkeypatch, f, name, value):
    program = autograd.compile(lambda x: f(x), 1.0)
    assert program(4.0) == 2.0
    monkeypatch.setattr(f, name, value)
    with pytest.raises(CompileError, match=rf"{f.__name__}\.{name}, which <lambda> reads, has changed"):
        program(4.0)


def test_calls_that_a_function_counts_in_its_attributes_may_go_on():
    def counted(x):
        counted.calls += 1
        return 2.0 * x

    counted.calls = 0
    program = autograd.compile(lambda x: counted(x), 1.0)
    counted(1.0)
    assert program(3.0) == 6.0


def test_a_builtin_function_that_another_hides_is_an_error(monkeypatch):
    program = autograd.compile(lambda x: max(x, 2.0 * x), 1.0)
    assert program(1.0) == 2.0
    monkeypatch.setitem(globals(), "max", min)
    with pytest.raises(CompileError, match="max, which <lambda> reads, has changed"):
        program(1.0)


def test_a_variable_with_the_name_of_an_attribute_may_change(monkeypatch):
    settings = SimpleNamespace(RATE=2.0)
    program = autograd.compile(lambda x: x * settings.RATE, 1.0)
    monkeypatch.setitem(globals(), "RATE", 3.0)
    assert program(1.0) == 2.0


@pytest.mark.parametrize(
    ("read", "name"),
    [
        (lambda: globals()["RATE"], "RATE"),
        (lambda: globals().get("FACTOR", 2.0), "FACTOR"),
        (lambda: sys.modules[__name__].RATE, rf"{__name__}\.RATE"),
        (lambda: importlib.import_module("tests.compiler.test_closures").RATE, r"tests\.compiler\.test_closures\.RATE"),
    ],
    ids=["globals", "missing global", "sys.modules", "import_module"],
)
def test_a_variable_that_a_function_reads_by_its_text_is_watched(monkeypatch, read, name):
    program = autograd.compile(lambda x: x * read(), 1.0)
    assert program(1.0) == 2.0
    monkeypatch.setitem(globals(), "FACTOR" if name == "FACTOR" else "RATE", 3.0)
    with pytest.raises(CompileError, match=f"{name}, which <lambda> reads, has changed"):
        program(1.0)


@pytest.mark.parametrize(
    "read",
    [lambda: os.environ.get("RATE", "2.0"), lambda: os.getenv("RATE", "2.0"), lambda: environ.get("RATE", "2.0")],
    ids=["os.environ", "os.getenv", "environ"],
)
@pytest.mark.parametrize("before", ["2.0", None], ids=["set", "unset"])
def test_an_environment_variable_that_has_changed_is_an_error(monkeypatch, read, before):
    if before is not None:
        monkeypatch.setenv("RATE", before)
    program = autograd.compile(lambda x: x * float(read()), 1.0)
    monkeypatch.setenv("OTHER", "5.0")
    assert program(1.0) == 2.0
    monkeypatch.setenv("RATE", "3.0")
    with pytest.raises(CompileError, match=r"os\.environ\['RATE'\], which <lambda> reads, has changed"):
        program(1.0)


@dataclass(eq=False)
class Node:
    rate: float
    note: str = field(default="", kw_only=True)


def matched(x, node):
    match node:
        case Node(rate):
            return x * rate


class Missing(dict):
    rate = 2.0

    def __missing__(self, key):
        return self.rate


class Renaming:
    def __init__(self):
        self.rate = 2.0

    def __getattribute__(self, name):
        return super().__getattribute__("rate" if name == "speed" else name)

    def __round__(self):
        return self.rate


class Dispatched:
    rate = 2.0

    @functools.singledispatchmethod
    def scaled(self, x):
        return x * self.rate

    def own_rate(self):
        return self.rate


def indirect(node):
    dispatched, call = Dispatched(), methodcaller("own_rate")
    local = threading.local()
    local.rate = 2.0
    get, weak, view = attrgetter("rate"), weakref.ref(node), (rates := {"rate": 2.0}).values()
    lazy, metaclass = ModuleType("lazy"), type("Rated", (type,), {"rate": 2.0, "speed": property(lambda kind: kind.rate)})
    rated = metaclass("Rates", (), {})
    lazy.settings = SimpleNamespace(rate=2.0)
    lazy.__getattr__ = lambda name: lazy.settings.rate
    missing, renaming, some = Missing(), Renaming(), weakref.WeakSet([node])
    return {
        "match": (lambda x: matched(x, node), node),
        "attrgetter": (lambda x: x * get(node), node),
        "weak reference": (lambda x: x * weak().rate, node),
        "thread's local": (lambda x: x * local.rate, local),
        "view of a dict": (lambda x: x * sum(view), rates),
        "set of weak references": (lambda x: x * sum(one.rate for one in some), node),
        "__missing__": (lambda x: x * missing["a"], missing),
        "__getattr__ of a module": (lambda x: x * lazy.speed, lazy.settings),
        "metaclass": (lambda x: x * rated.speed, type(rated)),
        "__getattribute__": (lambda x: x * renaming.speed, renaming),
        "__round__": (lambda x: x * round(renaming), renaming),
        "singledispatchmethod": (lambda x: dispatched.scaled(x), dispatched),
        "methodcaller": (lambda x: x * call(dispatched), dispatched),
    }


@pytest.mark.parametrize("way", indirect(Node(2.0)))
def test_what_a_function_reads_in_a_roundabout_way_is_watched(way):
    node = Node(2.0)
    f, holder = indirect(node)[way]
    program = autograd.compile(f, 1.0)
    node.note = "changed"
    assert program(1.0) == 2.0
    if type(holder) is dict:
        holder["rate"] = 3.0
    else:
        holder.rate = 3.0
    with pytest.raises(CompileError, match="which <lambda> reads, has changed"):
        program(1.0)


@pytest.mark.parametrize("read", [lambda node: asdict(node)["rate"], lambda node: astuple(node)[0]], ids=["asdict", "astuple"])
def test_all_fields_of_a_dataclass_that_is_read_as_a_whole_are_watched(read):
    node = Node(2.0)
    program = autograd.compile(lambda x: x * read(node), 1.0)
    assert program(1.0) == 2.0
    node.rate = 3.0
    with pytest.raises(CompileError, match=r"node\.rate, which <lambda> reads, has changed"):
        program(1.0)


@pytest.mark.parametrize("made", [np.vectorize, partial(np.frompyfunc, nin=1, nout=1)], ids=["vectorize", "frompyfunc"])
def test_a_function_that_numpy_applies_to_every_element_has_outer_variables(made):
    rate = 2.0
    on_arrays = made(lambda x: rate * x)
    program = autograd.compile(lambda xs: on_arrays(xs).sum(), np.ones(2))
    assert program(np.array([1.0, 2.0])) == 6.0
    rate = 3.0
    with pytest.raises(CompileError, match="rate, which <lambda> reads, has changed"):
        program(np.array([1.0, 2.0]))


FORMULA = "RATE * x + OFFSETS[0]"
BYTECODE = builtins.compile(FORMULA, "formula", "eval")


def executed(x):
    names = {"x": x}
    exec("y = RATE * x + OFFSETS[0]", globals(), names)
    return names["y"]


@pytest.mark.parametrize(
    "f",
    [
        lambda x: eval("RATE") * x + OFFSETS[0],
        lambda x: eval("RATE * x + OFFSETS[0]"),
        lambda x: eval(FORMULA),
        lambda x: eval(BYTECODE),
        lambda x: eval(FORMULA, globals(), {"x": x}),
        executed,
    ],
    ids=["a name", "a text", "a text elsewhere", "code", "names", "exec"],
)
def test_what_a_formula_given_as_text_reads_is_watched(monkeypatch, f):
    program = autograd.compile(f, 1.0)
    monkeypatch.setitem(globals(), "x", 5.0)  # another one
    assert program(2.0) == 5.0
    monkeypatch.setitem(globals(), "RATE", 3.0)
    with pytest.raises(CompileError, match=r"RATE, which .* reads, has changed"):
        program(2.0)


def test_a_context_variable_that_is_set_anew_is_an_error_in_that_context_alone():
    rate = ContextVar("rate", default=2.0)
    program = autograd.compile(lambda x: x * rate.get(), 1.0)
    other = copy_context()
    other.run(rate.set, 3.0)
    assert program(1.0) == 2.0
    with pytest.raises(CompileError, match=r"rate.get\(\), which <lambda> reads, has changed"):
        other.run(program, 1.0)


def test_a_context_variable_may_have_no_value_yet():
    rate = ContextVar("rate")
    program = autograd.compile(lambda x: x * rate.get(2.0), 1.0)
    assert program(1.0) == 2.0
    rate.set(3.0)
    with pytest.raises(CompileError, match=r"rate.get\(\), which <lambda> reads, has changed"):
        program(1.0)


def test_a_method_may_keep_what_it_computed_under_its_name():
    class Scale:
        @functools.cached_property
        def rate(self):
            return 3.0

    scale = Scale()
    program = autograd.compile(lambda x: x * scale.rate if x > 0.0 else x, -1.0, guard="ignore")
    assert scale.rate == 3.0
    assert program(-1.0) == -1.0


def test_a_module_that_is_switched_to_evaluation_is_an_error_if_that_changes_what_it_does():
    dropout = nn.Dropout(0.5, seed=0)
    program = autograd.compile(lambda x: dropout([x])[0], 1.0)
    program(2.0)
    dropout.eval()
    with pytest.raises(CompileError, match="training"):
        program(2.0)


def test_parameters_and_their_gradients_may_change():
    net = nn.MLP(2, [3, 1], seed=0)
    program = autograd.compile(lambda x: net(x), [1.0, 2.0])
    for p in net.parameters():
        p.data, p.grad = 1.0, 2.0
    assert program([1.0, 2.0]) == net([1.0, 2.0]).data


def test_a_function_that_draws_cannot_be_traced_anew_for_a_branch():
    rng = random.Random(0)
    with pytest.raises(CompileError, match="random"):
        autograd.compile(lambda x: x * 2 if draw(rng.random) > 0.5 else x, 1.0, guard="recompile")


class Trainer:
    def __init__(self):
        self.model, self.rate, self.steps = nn.MLP(2, [2, 1], seed=0), 0.5, 0

    def loss(self, x):
        return self.rate * self.model(x)

    def step(self):
        self.steps += 1


def test_an_attribute_that_the_function_does_not_read_may_change():
    trainer = Trainer()
    program = autograd.compile(trainer.loss, [1.0, 2.0])
    before = program([1.0, 2.0])
    trainer.step()
    assert program([1.0, 2.0]) == before
    trainer.rate = 0.25
    with pytest.raises(CompileError, match="rate"):
        program([1.0, 2.0])


def test_what_a_function_assigns_while_it_is_traced_is_refused():
    w = Value(2.0)

    def assigning(x):
        w.data = 5.0
        return w * x

    with pytest.raises(CompileError, match="data was assigned"):
        autograd.compile(assigning, 1.0)
    assert w.data == 2.0


# -- plain data: nested lists and dicts of numbers and strings ----------------------------------------------

LIKE_EACH_OTHER = st.sampled_from([0, 0.0, -0.0, False, 1, 1.0, True, 1 + 0j, 2**70, float(2**70), math.nan, None, "1", b"1", ""])
PLAIN = st.recursive(
    LIKE_EACH_OTHER, lambda items: st.lists(items, max_size=3) | st.dictionaries(LIKE_EACH_OTHER, items, max_size=3)
)


@given(PLAIN, PLAIN)
def test_plain_data_are_equal_as_bytes_if_they_read_the_same(one, other):
    assert (as_bytes(one) == as_bytes(other)) is (repr(one) == repr(other))


@given(st.lists(PLAIN, min_size=1), st.data())
def test_whatever_changes_in_plain_data_is_an_error_that_names_the_place(held, data):
    def f(x, held=held):
        return x * len(held)

    program = autograd.compile(f, 1.0)
    before, path, at = repr(held), "held", held
    while True:
        keys = list(at) if type(at) is dict else list(range(len(at)))
        deeper = [key for key in keys if type(at[key]) in (list, dict)]
        if not deeper or data.draw(st.booleans()):
            break
        key = data.draw(st.sampled_from(deeper))
        at, path = at[key], f"{path}[{key!r}]"
    if keys and data.draw(st.booleans()):
        key = data.draw(st.sampled_from(keys))
        at[key], path = data.draw(PLAIN), f"{path}[{key!r}]"
    elif type(at) is dict:
        at["new"] = data.draw(PLAIN)
    else:
        at.append(data.draw(PLAIN))
    if repr(held) == before:
        program(2.0)
    else:
        with pytest.raises(CompileError, match=rf"\]?{re.escape(path.removeprefix('held'))}.*, which f reads, has changed"):
            program(2.0)


def test_a_row_of_a_table_that_another_has_replaced_is_watched_from_then_on():
    rows = [[1.0, 2.0], [3.0]]
    program = autograd.compile(lambda x: x * rows[0][0], 1.0)
    rows[0] = [1.0, 2.0]
    assert program(2.0) == 2.0
    rows[0][0] = 4.0
    with pytest.raises(CompileError, match=r"rows\[0\]\[0\], which <lambda> reads, has changed"):
        program(2.0)


@pytest.mark.parametrize("number", [Value(3.0), np.float64(1.0), object()], ids=["Value", "NumPy", "object"])
def test_what_is_not_plain_has_changed_plain_data(number):
    rows = [[1.0, 2.0], [3.0]]
    program = autograd.compile(lambda x: x * rows[0][0], 1.0)
    rows[1][0] = number
    with pytest.raises(CompileError, match=r"rows\[1\]\[0\], which"):
        program(2.0)


def test_a_dict_in_another_order_has_changed():
    rates = {"a": 1e16, "b": 1.0, "c": -1e16}
    program = autograd.compile(lambda x: x * sum(rates.values()), 1.0)
    rates["a"] = rates.pop("a")
    with pytest.raises(CompileError, match="rates, which"):
        program(2.0)


@pytest.mark.parametrize("kind", [dict, OrderedDict, UserDict, MappingProxyType])
def test_a_dict_of_functions_or_modules_in_another_order_has_changed(kind):
    layers = {"a": autograd.sin, "b": nn.Layer(1, 1, seed=0)}
    held = kind(layers)
    changed = layers if kind is MappingProxyType else held
    program = autograd.compile(lambda x: x * (1.0 if next(iter(held)) == "a" else 2.0), 1.0)
    changed["a"] = changed["a"]
    assert program(2.0) == 2.0
    changed["a"] = changed.pop("a")
    with pytest.raises(CompileError, match="held, which"):
        program(2.0)


@pytest.mark.parametrize("depth", [50, 500])
def test_data_may_be_nested_deep_hold_itself_or_share_its_rows(depth):
    deep = [1.0]
    for _ in range(depth):
        deep = [deep]
    knot = [2.0]
    knot.append(knot)
    shared = [3.0]
    for _ in range(depth):
        shared = [shared, shared]
    program = autograd.compile(lambda x: x * knot[0] * len(deep) * len(shared), 1.0)
    assert program(2.0) == 8.0
    while type(shared[0]) is list:
        shared = shared[0]
    shared[0] = 4.0
    with pytest.raises(CompileError, match="which <lambda> reads, has changed"):
        program(2.0)


TOOLBOX = """
import functools

class Solver:
    calls, cache = 0, {}

    def __init__(self, rate):
        self.rate = rate

    def solve(self, x):
        Solver.calls += 1
        Solver.cache[Solver.calls] = x
        return self.rate * x

class Edges:
    def __init__(self, weights):
        self._weights, self._reads, self.__cache__ = weights, 0, {}

    def __getitem__(self, edge):
        self._reads += 1
        self.__cache__[self._reads] = edge
        return self._weights[edge]

class Config:
    def __init__(self, **fields):
        object.__setattr__(self, "_fields", fields)

    def __getattr__(self, name):
        return self._fields[name]

    def __setattr__(self, name, x):
        self._fields[name] = x

RATE = 2.0

def solved(x):
    return Solver(2.0).solve(x)

def scaled(x):
    return RATE * x

def logged(f):
    @functools.wraps(f)
    def wrapper(*args):
        Solver.calls += 1
        return f(*args)
    return wrapper
"""


@pytest.fixture(scope="module")
def toolbox(tmp_path_factory):
    """A package in a site-packages folder, as if installed by pip."""
    folder = tmp_path_factory.mktemp("env") / "site-packages"
    folder.mkdir()
    (folder / "toolbox_of_others.py").write_text(TOOLBOX)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("toolbox_of_others")
    sys.path.remove(str(folder))
    del sys.modules["toolbox_of_others"]


def test_what_an_installed_package_does_inside_is_not_looked_at(toolbox):
    solved = toolbox.solved
    solver = toolbox.Solver(3.0)
    program = autograd.compile(lambda x: toolbox.solved(x) + solved(x) + solver.solve(x), 1.0)
    assert [program(2.0), program(4.0)] == [14.0, 28.0]


def test_a_function_of_an_installed_package_has_the_settings_of_its_package(toolbox, monkeypatch):
    program = autograd.compile(toolbox.scaled, 1.0)
    monkeypatch.setattr(toolbox, "RATE", 3.0)
    with pytest.raises(CompileError, match="RATE, which scaled reads, has changed"):
        program(2.0)


def test_an_object_of_an_installed_package_has_settings(toolbox):
    solver = toolbox.Solver(3.0)
    program = autograd.compile(lambda x: solver.rate * x, 1.0)
    solver.rate = 4.0
    with pytest.raises(CompileError, match=r"solver\.rate, which <lambda> reads, has changed"):
        program(2.0)


def test_what_is_stored_in_an_object_of_an_installed_package_is_watched(toolbox):
    weights = {(0, 1): 3.0}
    edges, config = toolbox.Edges(weights), toolbox.Config(rate=2.0)
    by_edge = autograd.compile(lambda x: edges[0, 1] * x, 1.0)
    by_config = autograd.compile(lambda x: config.rate * x, 1.0)
    assert (edges[0, 1], by_edge(2.0), by_config(2.0)) == (3.0, 6.0, 4.0)
    weights[0, 1] = 4.0
    with pytest.raises(CompileError, match=r"edges\._weights\[\(0, 1\)\], which <lambda> reads, has changed"):
        by_edge(2.0)
    config.rate = 5.0
    with pytest.raises(CompileError, match=r"config\._fields\['rate'\], which <lambda> reads, has changed"):
        by_config(2.0)


def stored():
    line, matrix = np.polynomial.Polynomial([1.0, 2.0]), scipy.sparse.csr_array(np.eye(2))
    spline = scipy.interpolate.CubicSpline([0.0, 1.0, 2.0], [0.0, 1.0, 0.0])
    return {
        "a polynomial": (line, lambda x: line(x), line.coef),
        "a spline": (spline, lambda x: x * spline.c[0, 0], spline.c),
        "a sparse matrix": (matrix, lambda x: x * matrix[0, 0], matrix.data),
    }


@pytest.mark.parametrize("kind", ["a polynomial", "a spline", "a sparse matrix"])
def test_what_an_object_of_numpy_or_scipy_stores_is_watched(kind):
    _, f, numbers = stored()[kind]
    program = autograd.compile(f, 1.0)
    assert program(2.0) == f(2.0)
    numbers[:] = 7.0
    with pytest.raises(CompileError, match="which <lambda> reads, has changed"):
        program(2.0)


def test_what_a_configuration_and_a_dict_with_weak_keys_hold_is_watched():
    config, node = ConfigParser(), Plain
    config["model"], weights = {"rate": "2.0"}, weakref.WeakKeyDictionary({node: 3.0})
    by_config = autograd.compile(lambda x: config.getfloat("model", "rate") * x, 1.0)
    by_node = autograd.compile(lambda x: weights[node] * x, 1.0)
    assert (by_config(2.0), by_node(2.0)) == (4.0, 6.0)
    config["model"]["rate"] = "5.0"
    with pytest.raises(CompileError, match=r"rate.*, which <lambda> reads, has changed"):
        by_config(2.0)
    weights[node] = 5.0
    with pytest.raises(CompileError, match="which <lambda> reads, has changed"):
        by_node(2.0)


def test_a_function_that_an_installed_package_has_wrapped_has_outer_variables(toolbox):
    factor = [2.0]
    program = autograd.compile(toolbox.logged(lambda x: factor[0] * x), 1.0)
    assert program(3.0) == 6.0
    factor[0] = 5.0
    with pytest.raises(CompileError, match=r"factor\[0\], which <lambda> reads, has changed"):
        program(3.0)


@pytest.mark.parametrize(
    ("make", "change"),
    [
        (lambda: (1.0, (2, "a")), None),
        (lambda: range(1, 3), None),
        (lambda: [1.0, [2.0]], lambda held: held[1].append(3.0)),
        (lambda: {"a": 1.0, "b": [2.0]}, lambda held: held.update(a=3.0)),
        (lambda: np.array([1.0, math.nan]), lambda held: held.fill(1.0)),
    ],
    ids=["tuple", "range", "list", "dict", "array"],
)
def test_data_replaced_by_equal_data_have_not_changed_and_are_watched_from_then_on(make, change):
    holder = SimpleNamespace(data=make(), many=[make()])
    f = autograd.compile(lambda x: x * len(holder.data) * len(holder.many[0]), 1.0)
    holder.data, holder.many[0] = make(), make()
    assert (f(2.0), f(2.0)) == (8.0, 8.0)
    for held in (holder.data, holder.many[0]):
        if change is not None:
            change(held)
            with pytest.raises(CompileError, match=r"holder\.(data|many\[0\]).*, which <lambda> reads, has changed"):
                f(2.0)
    holder.data = [*make()]
    holder.many[0] = np.array([1.0, 0.0]).view(int)
    with pytest.raises(CompileError, match=r"holder\.(data|many\[0\]), which <lambda> reads, has changed"):
        f(2.0)


@pytest.mark.parametrize("number", [3, 3.0, Fraction(3), np.int64(3), np.float32(3), np.float64(3)], ids=repr)
def test_a_number_replaced_by_an_equal_one_has_not_changed(number):
    holder = SimpleNamespace(k=number)
    f = autograd.compile(lambda x: x * float(holder.k), 1.0)
    holder.k = type(number)(3)
    assert f(2.0) == 6.0
    holder.k = type(number)(4)
    with pytest.raises(CompileError, match=r"holder\.k"):
        f(2.0)
