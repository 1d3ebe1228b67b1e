"""Which Values of a module are parameters; none is silently overlooked."""

import json
import re
import sys
from collections import Counter, OrderedDict, UserDict, defaultdict, deque
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from queue import LifoQueue, Queue
from random import Random
from types import MappingProxyType, SimpleNamespace
from typing import ClassVar, Generic, NamedTuple, TypeVar

import numpy
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import autograd
import nn
from autograd import TeachingWarning, Value, grad, no_grad
from autograd.testing import gradcheck
from nn.optim import SGD
from tests.support.soak import few


def module(**attributes):
    """A module with these attributes."""
    made = nn.Module()
    vars(made).update(attributes)
    return made


def names(net):
    return [name for name, _ in net.named_parameters()]


def value_array(numbers):
    """An object array of Values with the numbers and the shape of `numbers`."""
    held = numpy.empty(numbers.shape, dtype=object)
    for index in numpy.ndindex(numbers.shape):
        held[index] = Value(numbers[index])
    return held


def structured(held):
    """An array of records, each with a number and an object."""
    table = numpy.zeros(2, dtype=[("x", float), ("inner", [("w", object, (2,))])])
    table[1]["inner"]["w"][1] = held
    return table


def series(held):
    """A pandas Series that holds it."""
    cells = numpy.array([None, None], dtype=object)
    cells[1] = held
    return pandas.Series(cells)


def queue(kind, held):
    """A queue that holds it."""
    made = kind()
    made.put(held)
    return made


shapes = arrays.array_shapes(min_dims=0, max_dims=4, max_side=3)
number_arrays = arrays.arrays(float, shapes, elements=st.floats(allow_nan=False, allow_infinity=False))


# -- arrays ------------------------------------------------------------------------------------------


@few
@given(numbers=number_arrays)
def test_an_array_of_values_is_parameters_and_its_state_has_its_shape(numbers):
    held = value_array(numbers)
    net = module(w=held)
    assert net.parameters() == list(held.flat)
    assert net.state_dict() == {"w": numbers.tolist()}
    indices = [".".join(map(str, ("w", *index))) for index in numpy.ndindex(numbers.shape)]
    assert names(net) == indices


@pytest.mark.parametrize("kind", ["json", "safetensors"])
@few
@given(numbers=number_arrays)
def test_a_model_file_keeps_an_array_with_its_shape(tmp_path_factory, kind, numbers):
    path = tmp_path_factory.mktemp("model") / f"net.{kind}"
    one, other = module(w=value_array(numbers)), module(w=value_array(numpy.zeros(numbers.shape)))
    nn.save(one, path)
    nn.load(other, path)
    assert [p.data.hex() for p in other.parameters()] == [p.data.hex() for p in one.parameters()]


@few
@given(numbers=number_arrays, other=shapes)
def test_a_state_of_another_shape_is_refused_and_changes_nothing(numbers, other):
    net = module(w=value_array(numbers))
    before = net.state_dict()
    for given_state in (numpy.ones(other), numpy.ones(other).tolist()):
        if other != numbers.shape:
            with pytest.raises(ValueError, match="state: w has a different shape"):
                net.load_state_dict({"w": given_state})
            assert net.state_dict() == before


def test_a_net_on_arrays_is_trained_as_one_on_lists_is():
    class Dense(nn.Module):
        def __init__(self, w):
            self.w = w

        def forward(self, x):
            return self.w @ numpy.array(x, dtype=object)

    numbers = numpy.array([[0.5, -1.0], [0.25, 2.0]])
    on_array, on_lists = Dense(value_array(numbers)), nn.Layer(2, 2, "linear", seed=0)
    for neuron, row in zip(on_lists.neurons, numbers.tolist(), strict=True):
        for weight, number in zip(neuron.w, row, strict=True):
            weight.data = number
    weights = [weight for neuron in on_lists.neurons for weight in neuron.w]
    for net, parameters in ((on_array, on_array.parameters()), (on_lists, weights)):
        optimizer = SGD(net.parameters(), lr=0.25)
        nn.fit(net, [[1.0, 2.0]], [[1.0, 3.0]], loss=nn.MSELoss(), optimizer=optimizer, epochs=1, progress=False)
        assert [p.data for p in parameters] == [1.125, 0.25, -0.0625, 1.375]


def test_of_an_array_with_numbers_and_values_the_values_are_parameters():
    masked = numpy.array([[Value(1.0), 0.0], [0.0, Value(2.0)]], dtype=object)
    assert names(module(w=masked)) == ["w.0.0", "w.1.1"]


def test_an_array_without_dimensions_is_the_value_in_it_in_a_list_too():
    held = value_array(numpy.array(1.5))
    assert names(module(w=held)) == ["w"]
    assert names(module(w=[held, Value(2.0)])) == ["w.0", "w.1"]
    assert module(w=[held]).state_dict() == {"w": [1.5]}


def test_a_list_or_an_array_in_two_places_has_two_names_in_the_state_and_one_among_the_parameters():
    for held in ([Value(1.0)], numpy.array([Value(1.0)], dtype=object), [Value(1.0), "text"]):
        net = module(one=held, other=held)
        assert [name.partition(".")[0] for name in net.state_dict()] == ["one", "other"]
        assert names(net) == ["one.0"]


def test_modules_in_an_array_are_modules_of_the_net():
    net = module(blocks=numpy.array([nn.Neuron(1, seed=0), nn.Tanh()], dtype=object))
    assert names(net) == ["blocks.0.w.0", "blocks.0.b"]
    assert [name for name, _ in net.named_modules()] == ["", "blocks.0", "blocks.1"]
    assert "(blocks.1): Tanh()" in repr(net)


# -- Values that would be overlooked -----------------------------------------------------------------


@dataclass(eq=False)
class Config:
    rate: float
    w: object


class Plain:
    def __init__(self, w):
        self.w = w


class Slotted:
    __slots__ = ("w",)

    def __init__(self, w):
        self.w = w


class Pair(NamedTuple):
    name: str
    w: object


LISTED = {
    "list": lambda held: [held],
    "tuple": lambda held: (1, held),
    "named tuple": lambda held: Pair("w", held),
    "dict": lambda held: {"w": held},
    "OrderedDict": lambda held: OrderedDict(w=held),
    "defaultdict": lambda held: defaultdict(list, w=held),
    "array": lambda held: numpy.array([None, held, None], dtype=object)[1:2],
    "module": lambda held: module(w=held),
}
OVERLOOKED = {
    "set": lambda held: {id(held): {Plain(held)}},
    "deque": lambda held: deque([held]),
    "dataclass": lambda held: Config(0.5, held),
    "object": Plain,
    "object with slots": Slotted,
    "class": lambda held: type("Settings", (), {"w": held}),
    "namespace": lambda held: SimpleNamespace(w=held),
    "mapping": lambda held: MappingProxyType({"w": held}),
    "UserDict": lambda held: UserDict(w=held),
    "key": lambda held: {(1, Plain(held)): 2.0},
    "structured array": structured,
    "record": lambda held: structured(held)[1],
    "Series": series,
    "DataFrame": lambda held: pandas.DataFrame({"x": [1.0, 2.0], "w": series(held)}),
    "index": lambda held: pandas.DataFrame({"x": [1.0, 2.0]}, index=series(Plain(held))),
    "queue": lambda held: queue(Queue, held),
    "stack": lambda held: queue(LifoQueue, held),
    "partial": lambda held: partial(max, held),
    "partial by name": lambda held: partial(max, key=[held]),
}


@few
@given(chosen=st.lists(st.sampled_from([*LISTED, *OVERLOOKED]), min_size=1, max_size=5))
def test_however_a_value_is_wrapped_it_is_a_parameter_or_a_type_error_names_the_attribute(chosen):
    leaf = held = Value(1.0)
    for name in chosen:
        held = {**LISTED, **OVERLOOKED}[name](held)
    net = module(first=Value(0.0), other=[1.0, "text", None], table=held)
    if set(chosen) <= set(LISTED):
        assert len(net.parameters()) == 2
        assert net.parameters()[1] is leaf
    else:
        with pytest.raises(TypeError, match=r"^Module\.table.* leads to a .* that parameters\(\) doesn't list, so .*: \w+"):
            net.parameters()


@pytest.mark.parametrize("name", OVERLOOKED)
def test_whatever_overlooks_a_value_is_refused_by_itself(name):
    with pytest.raises(TypeError, match=r"^Module\.table.* leads to a Value that parameters\(\) doesn't list"):
        module(table=OVERLOOKED[name](Value(1.0))).parameters()


@pytest.mark.parametrize(
    ("held", "message"),
    [
        ({Value(1.0)}, "Module.w leads to a Value .* use a list, a tuple, a dict or an array instead of the set. To keep"),
        (frozenset([Value(1.0)]), "use a list, a tuple, a dict or an array instead of the frozenset"),
        (deque([Value(1.0)]), "use a list, a tuple, a dict or an array instead of the deque"),
        (Config(0.5, [Value(1.0)]), "make Config a Module, or move its Values into attributes of the module"),
        ([1.0, Plain(nn.Neuron(1, seed=0))], r"Module.w\[1\] leads to a Module \(Neuron\) .*: make Plain a Module"),
        ({Value(1.0): 2.0}, "make them values of the dict, not keys"),
        (series(Value(1.0)), "use a list, a tuple, a dict or an array instead of the Series"),
        (pandas.DataFrame({"w": [Value(1.0)]}), "use a list, a tuple, a dict or an array instead of the DataFrame"),
        (pandas.Index([Value(1.0)]), "use a list, a tuple, a dict or an array instead of the Index"),
        (structured(Value(1.0)), "use a list, a tuple, a dict or an array instead of the structured array"),
        (queue(Queue, Value(1.0)), "use a list, a tuple, a dict or an array instead of the Queue"),
        (
            partial(max, Value(1.0)),
            "Values to attributes of the module, and use them in a method instead of the partial",
        ),
    ],
)
def test_an_overlooked_value_is_refused_in_words_that_say_what_to_write(held, message):
    net = module(b=Value(0.0), w=held)
    for use in (
        net.parameters,
        net.zero_grad,
        net.state_dict,
        lambda: net.load_state_dict({}),
        lambda: nn.save(net, "/nowhere/x"),
    ):
        with pytest.raises(TypeError, match=message):
            use()


def test_an_attribute_of_the_class_is_refused_until_the_instance_has_its_own():
    class Shared(nn.Module):
        w = Value(1.0)
        layers = (nn.Neuron(1, seed=0),)
        rate = 0.5

    class Inner(Shared):
        pass

    net = Inner()
    with pytest.raises(TypeError, match=r"Inner\.w leads to .*, which all instances share: assign self\.w in __init__"):
        net.parameters()
    net.w = Value(2.0)
    with pytest.raises(TypeError, match=r"Sequential\.items\[0\]\.layers leads to a Module \(Neuron\)"):
        nn.Sequential(net).parameters()
    net.layers = list(Shared.layers)
    assert len(net.parameters()) == 3
    with pytest.raises(TypeError, match=r"Module\.other\.w leads to"):
        module(net=net, other=Inner()).parameters()


def test_a_slot_of_a_module_is_refused():
    class Narrow(nn.Module):
        __slots__ = ("empty", "w")

        def __init__(self):
            self.w = Value(1.0)

    with pytest.raises(TypeError, match=r"Narrow\.w leads to a Value .*: remove w from __slots__"):
        Narrow().parameters()


def test_an_attribute_of_a_list_is_refused():
    class Row(list):
        pass

    row = Row([1.0, 2.0])
    row.w = Value(1.0)
    with pytest.raises(TypeError, match=r"Module\.row leads to a Value .*: use a list, .* instead of the Row"):
        module(row=row).parameters()


@pytest.mark.parametrize(
    ("held", "name"),
    [
        (lambda: {1: Value(1.0), "1": Value(2.0)}, "w.1"),
        (lambda: {1: [Value(1.0)], "1": Value(2.0)}, "w.1"),
        (lambda: {"a": [Value(1.0)], "a.0": Value(2.0)}, "w.a.0"),
        (lambda: {"a.0": [Value(2.0)], "a-b": Value(3.0), "a": [[Value(1.0)]]}, "w.a.0.0"),
    ],
)
def test_two_parameters_of_one_name_are_refused(held, name):
    with pytest.raises(ValueError, match=f"two parameters are called {re.escape(name)}: choose different keys for the dict"):
        module(w=held()).state_dict()


def test_names_that_only_begin_alike_are_taken():
    assert [*module(w={"a": [Value(1.0)], "a.5": Value(2.0), "a-b": Value(3.0)}).state_dict()] == ["w.a", "w.a.5", "w.a-b"]


# -- what a module may hold --------------------------------------------------------------------------


def test_what_leads_only_to_parameters_and_plain_objects_may_stand_in_a_module():
    class Logger:
        """A callback that refers back to the net, to its parameters and to what it saw."""

        def __init__(self, net):
            self.net, self.seen, self.by_value = net, deque([1.0]), dict.fromkeys(net.parameters(), 0.0)
            self.chosen = set(net.parameters())
            self.itself = self

    net = nn.MLP(1, [2, 1], seed=0)
    before = net.parameters()
    net.logger = net.layers[0].logger = Logger(net)
    net.optimizer, net.loss, net.history = SGD(before, lr=0.1), nn.MSELoss(), nn.History()
    net.callbacks, net.generator = [nn.EarlyStopping(), net.forward], Random(0)
    net.settings = {"since": date(2020, 1, 1), "share": Decimal("0.1"), 3: {"a", "b"}}
    net.table = pandas.DataFrame({"a": pandas.Categorical(["x", "y"]), "b": pandas.to_datetime([0, 1]), "c": ["s", None]})
    net.labels, net.by_two = net.table["a"], net.table.set_index(["a", "c"])
    net.records, net.tasks, net.rule = (
        numpy.zeros(2, dtype=[("x", float)]),
        queue(Queue, before[0]),
        partial(max, before[0]),
    )
    net.frame, net.weights = numpy.zeros((2, 2)), numpy.array(["text", None], dtype=object)
    assert net.parameters() == before
    assert len(net.layers[0].parameters()) == 4


def test_a_function_is_how_to_keep_values_that_are_no_parameters():
    teacher = nn.Neuron(1, seed=0)
    net = module(w=Value(1.0), teacher=lambda: teacher, scaled=partial(teacher, [1.0]), call=teacher.forward)
    assert names(net) == ["w"]


def test_the_values_of_an_optimizer_are_not_those_of_the_module_that_holds_it():
    assert names(module(w=Value(1.0), optimizer=SGD([Value(2.0)], lr=0.1))) == ["w"]


def test_containers_that_hold_themselves_are_searched_once():
    held, table = [Value(1.0), 2.0], {}
    held.append(held)
    table["again"] = [table, Plain(table)]
    assert names(module(held=held, table=table)) == ["held.0"]


def test_a_list_of_parameters_that_holds_itself_is_searched_and_shown_once():
    held, cells = [Value(1.0), Value(2.0)], numpy.array([Value(3.0), None], dtype=object)
    held.append(held)
    cells[1] = cells
    net = module(held=held, cells=cells, mixed=[nn.Neuron(1, seed=0)])
    net.mixed.append(net.mixed)
    assert names(net) == ["held.0", "held.1", "cells.0", "mixed.0.w.0", "mixed.0.b"]
    assert [p.data for p in net.parameters()][:3] == [1.0, 2.0, 3.0]
    assert net.state_dict()["held.1"] == 2.0
    assert "(mixed.0): Neuron(1, 'relu')" in repr(net)


# -- freezing ----------------------------------------------------------------------------------------


def test_requires_grad_freezes_all_parameters_of_a_module_and_unfreezes_them():
    net = nn.MLP(2, [3, 1], seed=0)
    assert net.layers[0].requires_grad_(False) is net.layers[0]
    assert [p.requires_grad for p in net.parameters()] == [False] * 9 + [True] * 4
    net([1.0, 2.0]).backward()
    assert [p.has_grad for p in net.parameters()] == [False] * 9 + [True] * 4
    assert all(p.requires_grad for p in net.requires_grad_().parameters())
    with pytest.raises(TypeError, match="requires_grad must be True or False, got 0"):
        net.requires_grad_(0)


@pytest.mark.parametrize("wanted", [True, False])
def test_setting_requires_grad_of_a_module_says_what_to_write(wanted):
    net = nn.MLP(2, [3, 1], seed=0)
    before = dict(vars(net))
    for part in (net, net.layers[0]):
        with pytest.raises(AttributeError, match=rf"write module\.requires_grad_\({wanted}\)"):
            part.requires_grad = wanted
    assert vars(net) == before
    assert not hasattr(net, "requires_grad")


# -- results of operations ---------------------------------------------------------------------------


class Line(nn.Module):
    def __init__(self):
        self.w, self.b, self.last = Value(2.0), Value(1.0), None

    def forward(self, x):
        self.last = self.w * x + self.b
        return self.last


@pytest.mark.parametrize(
    ("update", "path", "op"),
    [
        (lambda net: setattr(net, "w", net.w - 0.1 * net.w.grad), "w", "sub"),
        (lambda net: net.rows.__setitem__(0, net.rows[0] * 0.5), "rows[0]", "mul"),
        (lambda net: setattr(net, "array", net.array - 0.1), "array[0]", "sub"),
        (lambda net: net.table.update(v=net.table["v"] - 0.5), "table.v", "sub"),
        (lambda net: setattr(net.plain, "w", Value(1.0) * 2.0), "plain", "mul"),
    ],
)
def test_a_parameter_that_a_result_replaced_is_refused(update, path, op):
    net = Line()
    net.rows, net.table, net.plain = [Value(1.0)], {"v": Value(3.0)}, Plain(1.0)
    net.array = numpy.array([Value(4.0), Value(5.0)], dtype=object)
    net(3.0).backward()
    update(net)
    outer = nn.Sequential(net)
    for use, name, at in ((net.parameters, "Line", ""), (outer.state_dict, "Sequential", "items[0].")):
        message = (
            f"{name}.{at}{path} holds a Value that {op} made, so it is no longer a parameter: "
            f"set its data instead: self.{at}{path}.data -= …"
        )
        with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
            use()


def test_outputs_that_a_module_keeps_are_no_parameters():
    net = Line()
    net.seen, net.recent, net.hidden = [], deque(maxlen=2), {}
    outer = nn.Sequential(nn.Neuron(1, seed=0), net)
    before = len(outer.parameters())
    for _ in range(3):
        net.seen.append(net(2.0))
        net.recent.append(net.last)
        net.hidden["square"] = net.last * net.last
    inner = nn.Neuron(1, "linear", seed=1)
    inner.input = net(1.0)  # the output of another module
    assert len(outer.parameters()) == before
    assert len(inner.parameters()) == 2
    assert set(names(net)) == {"w", "b"}


def test_a_frozen_number_that_forward_sets_is_saved_as_it_is_then():
    class Centred(nn.Module):
        def __init__(self):
            self.mean = Value(0.0, requires_grad=False)

        def forward(self, x):
            self.mean.data += 0.5 * (x - self.mean.data)
            return x - self.mean

    net = Centred()
    assert net(4.0).data == 2.0
    assert net.state_dict() == {"mean": 2.0}


def test_what_forward_computes_under_no_grad_is_no_parameter_though_it_is_a_leaf(tmp_path):
    class Keeps(Line):
        def forward(self, x):
            self.table, self.square = {"states": [super().forward(x)], "seen": deque([self.w * x])}, self.w * self.w
            return self.table["states"][0]

    net = Keeps()
    inner = nn.Neuron(1, seed=0)
    with no_grad():
        inner.input = [net(1.0)]
    assert (net.last.op, names(net), len(inner.parameters())) == (None, ["w", "b"], 2)
    nn.save(net, tmp_path / "net.json")
    nn.load(Keeps(), tmp_path / "net.json")


def test_what_forward_detaches_is_no_parameter():
    class Keeps(Line):
        def forward(self, x):
            y = super().forward(x)
            self.last, self.before = y.detach(), self.w.detach()
            return y

    net = Keeps()
    net(1.0).backward()
    assert names(net) == ["w", "b"]
    assert names(module(w=net.w.detach())) == ["w"]


@pytest.mark.parametrize(
    "transformed",
    [
        lambda net: grad(net)(3.0),
        lambda net: grad(grad(net))(3.0),
        lambda net: grad(lambda xs: nn.Sequential(nn.Tanh(), net)(xs[0]))([3.0]),
        lambda net: autograd.vjp(net, 3.0)[1](1.0),
        lambda net: autograd.hvp(net, (3.0,), (1.0,)),
        lambda net: autograd.jacobian(net)(3.0),
        lambda net: autograd.compile(net, 3.0).value_and_grad(2.0),
        lambda net: gradcheck(net, (3.0,)),
    ],
)
def test_an_input_of_a_transform_that_forward_keeps_is_no_parameter(transformed):
    class Keeps(Line):
        def forward(self, x):
            self.x, self.both, self.square = x, [x, self.w], x * x
            return super().forward(x) * x

    net = Keeps()
    transformed(net)
    assert net.parameters() == [net.w, net.b]
    assert set(names(net)) == {"w", "b"}


def test_an_input_of_a_transform_that_replaces_a_parameter_is_one():
    net, seen = Line(), []

    def loss(w):
        net.w = w
        seen.append(net.parameters())
        return net(2.0)

    grad(loss)(3.0)
    assert net.parameters() == seen[0] == [net.w, net.b]


def test_a_parameter_made_anew_under_no_grad_is_a_parameter():
    net = Line()
    net(3.0).backward()
    with no_grad(), pytest.warns(TeachingWarning, match=r"write net\.w\.data -= 0\.5 \* net\.w\.grad"):
        net.w = net.w - 0.5 * net.w.grad
    assert (names(net), net.w.data) == (["w", "b"], 0.5)


def test_a_kept_output_is_recognised_without_reading_its_whole_graph(monkeypatch):
    net = Line()
    state = net(1.0)
    for _ in range(2000):
        state = state * 0.5 + net.b
    net.state = state
    asked = []
    args = Value.args.fget
    monkeypatch.setattr(Value, "args", property(lambda self: asked.append(self) or args(self)))
    net.parameters()
    assert len(asked) < 10


def test_a_frozen_parameter_is_still_a_parameter(tmp_path):
    net = Line()
    net.b.requires_grad = False
    assert names(net) == ["w", "b"]
    nn.save(net, tmp_path / "net.json")
    assert json.loads((tmp_path / "net.json").read_text())["state"] == {"w": 2.0, "b": 1.0}


def test_an_attribute_whose_own_attributes_are_a_key_error_holds_no_parameter():
    class Settings(dict):
        __getattr__ = dict.__getitem__

    class Held:
        def __getattr__(self, name):
            return {"rate": 2.0}[name]

    class Line(nn.Module):
        def __init__(self):
            self.w, self.settings, self.held = Value(1.0), Settings(rate=3.0, more=Settings(v=Value(2.0))), Held()

        def forward(self, x):
            return self.w * x * self.settings.rate * self.settings.more.v * self.held.rate

    line = Line()
    assert [name for name, _ in line.named_parameters()] == ["w", "settings.more.v"]
    assert autograd.compile(line, 1.0)(2.0) == line(2.0).data == 24.0
    assert nn.MSELoss()(Settings(a=1.0), Settings(a=3.0)) == 4.0


@pytest.mark.parametrize(
    "data",
    [
        [0.5] * 10_000,
        [*numpy.arange(10_000.0)],
        [[0.5, 1.0]] * 10_000,
        dict.fromkeys(range(10000), (0.5, "cat")),
        {*range(10_000)},
        SimpleNamespace(rows=[[[0.5]]] * 10_000),
    ],
)
def test_the_search_does_not_visit_a_data_set_number_by_number(data):
    net = module(w=[Value(1.0)], data=data)
    calls = Counter()
    sys.setprofile(lambda frame, event, arg: calls.update([event]))
    try:
        net.parameters(), repr(net)
    finally:
        sys.setprofile(None)
    assert calls["call"] < 500


def test_a_class_of_modules_takes_the_options_of_its_other_bases():
    T = TypeVar("T")

    class Registered:
        names: ClassVar[list[str]] = []

        def __init_subclass__(cls, key: str = "", **options: object) -> None:
            super().__init_subclass__(**options)
            cls.names.append(key)

    class Net(nn.Module, Registered, Generic[T], key="net"):
        def __init__(self):
            self.w = Value(1.0)

    class Rate(nn.lr_scheduler.LRScheduler, Registered, key="rate"): ...

    class Descent(SGD, Registered, key="descent"): ...

    class Square(nn.activations.Elementwise, Registered, function=lambda x: x * x, key="square"): ...

    assert Registered.names == ["net", "rate", "descent", "square"]
    assert [name for name, _ in Net[int]().named_parameters()] == ["w"]
    assert Square()(3.0) == 9.0
