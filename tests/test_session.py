"""A user's session, in any order, against a plain model: no divergence in numbers, gradients or the graph.

The model computes with Fractions. All inputs are integers or halves and results stay small, so floats are exact and
everything must agree to the last bit, whatever the order of summation.
"""

import copy
import gc
import pickle
from contextlib import ExitStack
from fractions import Fraction
from math import lcm

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

import autograd
from autograd import AnomalyError, StaleGraphError, Value, anomaly, context, enable_grad, gradients, no_grad, scope
from autograd.op import TABLE
from tests.support.soak import count

LARGE = 10**6  # larger results are skipped
FINE = 2**5  # so are larger denominators: the product of any two numbers is exact
EXACT = 2**53

# -- the model ---------------------------------------------------------------------------------------


class Node:
    """A plain model of a Value. A leaf has no name and no args."""

    def __init__(self, data, name=None, args=(), partials=(), scope=(), watched=False, label="", grad=0):
        self.data, self.name, self.args, self.partials = Fraction(data), name, args, partials
        self.scope, self.watched, self.label, self.grad = scope, watched, label, Fraction(grad)


def tie(x, y, wins):
    return [Fraction(1, 2)] * 2 if x == y else [int(wins), int(not wins)]


def without(xs, i):
    product = 1
    for k, x in enumerate(xs):
        product *= x if k != i else 1
    return product


# Each operation and its partials; None where no gradient flows.
RULES = {
    "add": (lambda x, y: x + y, lambda x, y: [1, 1]),
    "sub": (lambda x, y: x - y, lambda x, y: [1, -1]),
    "mul": (lambda x, y: x * y, lambda x, y: [y, x]),
    "pow": (lambda x, n: x**n, lambda x, n: [n * x ** (n - 1), None]),
    "neg": (lambda x: -x, lambda x: [-1]),
    "pos": (lambda x: x, lambda x: [1]),
    "abs": (abs, lambda x: [(x > 0) - (x < 0)]),
    "relu": (lambda x: max(x, 0), lambda x: [int(x > 0)]),
    "step": (lambda x: int(x > 0), lambda x: [0]),
    "less": (lambda x, y: int(x < y), lambda x, y: [0, 0]),
    "maximum": (max, lambda x, y: tie(x, y, x > y)),
    "minimum": (min, lambda x, y: tie(x, y, x < y)),
    "where": (lambda c, x, y: x if c else y, lambda c, x, y: [None, 1, None] if c else [None, None, 1]),
    "sum": (lambda *xs: sum(xs), lambda *xs: [1] * len(xs)),
    "prod": (lambda *xs: without(xs, None), lambda *xs: [without(xs, i) for i in range(len(xs))]),
    "dot": (lambda w, v, x, y, b: w * x + v * y + b, lambda w, v, x, y, b: [x, y, w, v, 1]),
}


def number(x):
    return x.data if isinstance(x, Node) else Fraction(x)


def graph_of(root):
    """All nodes of the root's graph, arguments first."""
    order, seen = [], set()

    def visit(node):
        if isinstance(node, Node) and id(node) not in seen:
            seen.add(id(node))
            for arg in node.args:
                visit(arg)
            order.append(node)

    visit(root)
    return order


def sweep(root, seed):
    """∂root/∂node times the seed for all nodes that the sweep reaches; None if floats might round."""
    bars, sizes, denominator = {id(root): Fraction(seed)}, {id(root): abs(Fraction(seed))}, 1
    for node in reversed(graph_of(root)):
        if id(node) not in bars:
            continue
        denominator = lcm(denominator, bars[id(node)].denominator, node.grad.denominator)
        for arg, partial in zip(node.args, node.partials, strict=True):
            if partial is not None:
                bars[id(arg)] = bars.get(id(arg), 0) + bars[id(node)] * partial
                sizes[id(arg)] = sizes.get(id(arg), 0) + sizes[id(node)] * abs(partial)
                denominator = lcm(denominator, (bars[id(node)] * partial).denominator)
    largest = max([*sizes.values(), *(abs(node.grad) for node in graph_of(root))])
    return bars if 2 * largest * denominator < EXACT else None


def is_stale(root):
    """True if some node no longer follows from its arguments' numbers."""
    for node in graph_of(root):
        if node.name:
            value, partials = RULES[node.name]
            xs = [number(arg) for arg in node.args]
            again = [p if isinstance(arg, Node) else None for arg, p in zip(node.args, partials(*xs), strict=True)]
            if value(*xs) != node.data or again != list(node.partials):
                return True
    return False


# -- the session -------------------------------------------------------------------------------------

OPERATORS = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "neg": lambda x: -x,
    "pos": lambda x: +x,
    "abs": lambda x: abs(x),
    "pow": lambda x, n: x**n,
    "sum": lambda *xs: autograd.sum(xs),
    "prod": lambda *xs: autograd.prod(xs),
    "dot": lambda w, v, x, y, b: autograd.dot([w, v], [x, y], b),
}
MODES = {"no_grad": no_grad, "enable_grad": enable_grad, "anomaly": anomaly, "scope": lambda: scope("inside")}
places = st.sampled_from([-1, -1, -2, -3, -4, -5]) | st.integers(0, 30)  # modulo the number of Values in reach
numbers = st.integers(-6, 6).map(lambda n: n / 2)
labels = st.sampled_from(["", "x", "a.b", "ä"])


class Session(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.pairs = []  # (Value, model) of all Values in reach
        self.open = []  # modes entered, and how to leave them

    # -- modes, as the model sees them

    def recording(self):
        return next((kind == "enable_grad" for kind, _ in reversed(self.open) if kind.endswith("_grad")), True)

    def watching(self):
        return any(kind == "anomaly" for kind, _ in self.open)

    def scopes(self):
        return tuple("inside" for kind, _ in self.open if kind == "scope")

    # -- making

    def pair(self, place):
        return self.pairs[place % len(self.pairs)]

    def add(self, value, node):
        self.pairs.append((value, node))

    def add_made(self, made):
        if made:
            self.pairs.append(made)

    def make(self, name, given, call):
        """Apply an operation to pairs and plain numbers; None if the result would be too large."""
        args = [x[1] if isinstance(x, tuple) else x for x in given]
        value, partials = RULES[name]
        xs = [number(arg) for arg in args]
        result = value(*xs)
        slopes = [p if isinstance(arg, Node) else None for arg, p in zip(args, partials(*xs), strict=True)]
        made = [result, *(slope or Fraction(0) for slope in slopes)]
        if any(abs(x) > LARGE or x.denominator > FINE for x in made):
            return None
        z = call(*[x[0] if isinstance(x, tuple) else x for x in given])
        if not any(isinstance(arg, Node) for arg in args):
            assert z == result
            return None
        if not self.recording():
            return z, Node(result)
        return z, Node(result, name, args, slopes, self.scopes(), self.watching())

    @initialize(xs=st.lists(numbers, min_size=2, max_size=4))
    def begin(self, xs):
        for x in xs:
            self.add(Value(x), Node(x))

    @rule(x=numbers, label=labels)
    def a_leaf_is_made(self, x, label):
        self.add(Value(x, label), Node(x, label=label))

    @rule(
        name=st.sampled_from([name for name in RULES if TABLE[name].arity in (1, 2)]),
        at=st.tuples(places, places),
        constant=st.none() | numbers,
        as_operator=st.booleans(),
    )
    def values_are_combined(self, name, at, constant, as_operator):
        if name == "pow":
            given = [self.pair(at[0]), 2 if as_operator else 3.0]
        else:
            given = [self.pair(at[0]), self.pair(at[1]) if constant is None else constant][: TABLE[name].arity]
        self.add_made(self.make(name, given, OPERATORS.get(name, TABLE[name]) if as_operator else TABLE[name]))

    @rule(
        name=st.sampled_from(["sum", "prod", "dot"]),
        at=st.lists(places, min_size=5, max_size=5),
        constants=st.just([None] * 5) | st.lists(st.sampled_from([None, None, 0.5, -2, 3.0]), min_size=5, max_size=5),
    )
    def many_are_gathered(self, name, at, constants):
        given = [self.pair(place) if x is None else x for place, x in zip(at, constants, strict=True)]
        self.add_made(self.make(name, given, OPERATORS[name]))

    @rule(at=st.tuples(places, places, places))
    def one_of_two_is_chosen(self, at):
        self.add_made(self.make("where", [self.pair(place) for place in at], autograd.where))

    @rule(place=places, other=places, constant=st.none() | numbers, name=st.sampled_from(["add", "sub", "mul"]))
    def a_name_is_rebound_by_an_augmented_assignment(self, place, other, constant, name):
        made = self.make(name, [self.pair(place), self.pair(other) if constant is None else constant], OPERATORS[name])
        if made:
            self.pairs[place % len(self.pairs)] = made

    @rule(place=places)
    def a_value_is_detached(self, place):
        value, node = self.pair(place)
        self.add(value.detach(), Node(node.data, label=node.label))

    @rule(place=places, copied=st.sampled_from([copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))]))
    def a_value_is_copied(self, place, copied):
        value, node = self.pair(place)
        if node.name:
            with pytest.raises(TypeError, match=f"made by {node.name} .*detach first"):
                copied(value)
        else:
            self.add(copied(value), Node(node.data, label=node.label, grad=node.grad))

    @rule(place=places)
    def an_infinity_is_born(self, place):
        value, _ = self.pair(place)
        if self.watching():
            with pytest.raises(AnomalyError, match=r"log\(-?0.0\) is -inf"):
                autograd.log(value * 0.0)
        else:
            with pytest.warns(RuntimeWarning, match=r"log\(-?0.0\) is -inf"):
                autograd.log(value * 0.0)

    # -- changing

    @rule(place=places, x=numbers)
    def data_is_changed(self, place, x):
        value, node = self.pair(place)
        value.data = x
        node.data = Fraction(x)

    @rule(place=places, x=numbers)
    def a_gradient_is_set(self, place, x):
        value, node = self.pair(place)
        value.grad = x
        node.grad = Fraction(x)

    @rule()
    def all_gradients_are_zeroed(self):
        for value, node in self.pairs:
            value.grad = 0.0
            node.grad = Fraction(0)

    @rule(place=places, label=labels)
    def a_value_is_named(self, place, label):
        value, node = self.pair(place)
        value.label = node.label = label

    @precondition(lambda self: len(self.pairs) > 1)
    @rule(place=places)
    def a_reference_is_dropped(self, place):
        del self.pairs[place % len(self.pairs)]

    @rule()
    def garbage_is_collected(self):
        gc.collect(0)

    # -- differentiating

    @rule(place=places, seed=st.sampled_from([1.0, 1, 2, -0.5, 0]), times=st.integers(1, 2))
    def a_gradient_is_propagated(self, place, seed, times):
        value, root = self.pair(place)
        for _ in range(times):
            bars = sweep(root, seed)
            if bars is None:
                return
            value.backward(seed)
            for node in graph_of(root):
                node.grad = bars.get(id(node), Fraction(0)) + (0 if node.name else node.grad)

    @rule(place=places, by=st.lists(places, min_size=1, max_size=4), as_graph=st.booleans())
    def a_gradient_is_asked_for(self, place, by, as_graph):
        value, root = self.pair(place)
        bars = sweep(root, 1)
        if bars is None:
            return
        xs = [self.pair(k) for k in by]
        expected = [bars.get(id(x), 0) for _, x in xs]
        if as_graph and is_stale(root):
            with pytest.raises(StaleGraphError):
                gradients(value, [x for x, _ in xs], create_graph=True)
        else:
            got = gradients(value, [x for x, _ in xs], create_graph=as_graph)
            assert [g.data if as_graph else g for g in got] == expected

    # -- modes

    @rule(kind=st.sampled_from(sorted(MODES)))
    def a_mode_is_entered(self, kind):
        stack = ExitStack()
        stack.enter_context(MODES[kind]())
        self.open.append((kind, stack))

    @precondition(lambda self: self.open)
    @rule()
    def a_mode_is_left(self):
        self.open.pop()[1].close()

    @precondition(lambda self: self.open)
    @rule()
    def a_mode_is_left_by_an_exception(self):
        with pytest.raises(KeyError), self.open.pop()[1]:
            raise KeyError

    # -- invariants

    @invariant()
    def all_is_as_in_the_model(self):
        value_of = {id(node): value for value, node in self.pairs}
        for value, node in self.pairs:
            assert (value.data, value.grad, value.label) == (node.data, node.grad, node.label)
            assert (value.op.name if value.op else None) == node.name
            assert node.scope == (tuple(around.name for around in value.scope.path()) if value.scope else ())
            assert (value.origin is not None) == node.watched
            assert list(value.partials) == list(node.partials)
            for arg, its_model in zip(value.args, node.args, strict=True):
                if not isinstance(its_model, Node):
                    assert type(arg) is float
                    assert arg == its_model
                elif id(its_model) in value_of:
                    assert arg is value_of[id(its_model)]
                else:
                    assert (arg.data, arg.grad, arg.label) == (its_model.data, its_model.grad, its_model.label)

    def teardown(self):
        while self.open:
            self.open.pop()[1].close()
        assert context.special == 0.0


@pytest.mark.filterwarnings("ignore::autograd.errors.TeachingWarning")  # it changes leaves freely between sweeps
def test_any_session_agrees_with_a_plain_model():
    run_state_machine_as_test(Session, settings=settings(max_examples=count(40, 3000), stateful_step_count=count(50, 100)))
