"""Programs written for micrograd: its names work on a Value, or the error gives the name to use."""

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, custom_op
from autograd.op import TABLE
from autograd.sweeps import topological_order
from tests.support.programs import random_program, run

# Cells of a typical first micrograd notebook.
CELLS = """
from graphviz import Digraph

def trace(root):
    nodes, edges = set(), set()
    def build(v):
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)
    build(root)
    return nodes, edges

def draw_dot(root):
    dot = Digraph(format='svg', graph_attr={'rankdir': 'LR'})
    nodes, edges = trace(root)
    for n in nodes:
        uid = str(id(n))
        dot.node(name=uid, label="{ %s | data %.4f | grad %.4f }" % (n.label, n.data, n.grad), shape='record')
        if n._op:
            dot.node(name=uid + n._op, label=n._op)
            dot.edge(uid + n._op, uid)
    for n1, n2 in edges:
        dot.edge(str(id(n1)), str(id(n2)) + n2._op)
    return dot
"""


def cells():
    names = {}
    exec(CELLS, names)
    return names["trace"], names["draw_dot"]


def random_root(seed):
    program, numbers = random_program(Random(seed), 40)
    return run(program, [Value(x) for x in numbers])[-1]


@given(st.integers(0, 10**6))
def test_prev_is_the_set_of_the_arguments_that_are_values(seed):
    for node in topological_order([random_root(seed)]):
        assert node._prev == {arg for arg in node.args if type(arg) is Value}
        assert node._op == ("" if node.op is None else node.op.symbol)


@given(st.integers(0, 10**6))
def test_cells_that_draw_micrograds_graphs_draw_ours(seed):
    root = random_root(seed)
    order = topological_order([root])
    trace, draw = cells()
    nodes, edges = trace(root)
    assert nodes == set(order)
    assert edges == {(arg, node) for node in order for arg in node.args if type(arg) is Value}
    source = draw(root).source
    operations = [node for node in order if node.op is not None]
    assert source.count("label=") == len(nodes) + len(operations)
    assert source.count(" -> ") == len(edges) + len(operations)


def test_the_cells_are_laid_out_by_graphviz():
    from autograd.viz.dot import layout

    w, x = Value(2.0, label="w"), Value(-3.0, label="x")
    y = (w * x + 1).tanh()
    y.label = "y"
    y.backward()
    _, draw = cells()
    picture = layout(draw(y).source, "svg").decode()
    for text in ("w", "data 2.0000", "×", "+", "tanh", "y"):
        assert re.search(rf">{re.escape(text)}\s*<", picture), text


def test_every_op_has_a_symbol_that_is_no_empty_text():
    assert all(op.symbol for op in TABLE.values())


def test_what_prev_gives_is_the_callers_own():
    x = Value(3.0)
    y = x * x
    y._prev.clear()
    assert y._prev == {x}


@pytest.mark.parametrize(
    ("name", "new", "words"),
    [
        ("_prev", set(), "read-only: operations on Values make nodes, and custom_op makes an operation of your own"),
        ("_op", "+", "read-only: operations on Values make nodes, and custom_op makes an operation of your own"),
        (
            "_backward",
            lambda: None,
            "v.partials holds the derivatives with respect to its arguments; custom_op makes an operation of your own",
        ),
        ("name", "x", "use v.label, or a dict with Values as keys"),
        ("value", 3.0, "its number is v.data"),
        ("shape", (), "it is one number"),
    ],
)
def test_a_name_that_cannot_be_set_says_what_to_use(name, new, words):
    v = Value(1.0) * 2.0
    with pytest.raises(AttributeError, match=re.escape(words)):
        setattr(v, name, new)
    if name not in ("_prev", "_op"):
        with pytest.raises(AttributeError, match=re.escape(words)):
            getattr(v, name)
        assert name not in dir(v)
        assert not hasattr(v, name)


def test_a_free_attribute_is_an_error():
    with pytest.raises(AttributeError, match="mine"):
        Value(1.0).mine = 3  # type: ignore[attr-defined]


@pytest.mark.parametrize("children", [(), (Value(1.0),), {Value(1.0)}, [], frozenset()], ids=str)
@pytest.mark.parametrize("rest", [(), ("+",)])
def test_a_node_made_by_hand_says_how_nodes_are_made(children, rest):
    with pytest.raises(TypeError, match=r"label must be a str, got \w+: nodes are made by operations on Values"):
        Value(3.0, children, *rest)


def test_an_operation_of_your_own_is_made_by_custom_op_as_the_error_says():
    double = custom_op(lambda x: 2.0 * x, partials=lambda z, x: 2.0, name="micrograd_doubled")
    y = double(Value(3.0))
    assert (y._op, y.partials) == ("micrograd_doubled", (2.0,))
