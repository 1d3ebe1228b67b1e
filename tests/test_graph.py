"""Size: depth, width, memory, threads. Nothing recurses, leaks, or disturbs its neighbours."""

import gc
import itertools
import math
import sys
from contextlib import nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, anomaly, ops, sweeps
from autograd.graph import Graph
from autograd.sweeps import topological_order
from tests.support.programs import odd_graphs
from tests.support.threads import in_a_small_stack

SIZE = 200_000


@pytest.mark.slow
def test_a_chain_of_200_000_operations_is_recorded_swept_and_freed_in_a_small_stack():
    def chain():
        x = y = Value(1.0)
        for _ in range(SIZE // 2):
            y = (y + x).relu()
        y.backward()
        assert x.grad == SIZE // 2 + 1
        assert len(topological_order([y])) == SIZE + 1
        del y

    assert sys.getrecursionlimit() <= 1000
    in_a_small_stack(chain)


@pytest.mark.slow
def test_a_leaf_can_be_used_200_000_times():
    def fan():
        x = Value(2.0)
        from autograd import sum

        y = sum([x] * SIZE)
        y.backward()
        assert x.grad == SIZE

    in_a_small_stack(fan)


@pytest.mark.slow
def test_a_node_behind_a_dead_use_is_swept_in_a_small_stack():
    def ladder():
        x = y = Value(1.0)
        for _ in range(SIZE // 10):
            y = y + x
        y * 2.0  # a use outside the root's graph, which needs the careful sweep
        dead = y.args[0] * 2.0
        y.backward()
        assert x.grad == SIZE // 10 + 1
        assert dead.grad == 0.0

    in_a_small_stack(ladder)


def test_a_graph_holds_no_reference_cycle():
    gc.collect()
    gc.disable()
    try:
        x = Value(2.0)
        y = (x * x + x.tanh()) / 3.0
        y.backward()
        del x, y
        assert gc.collect() == 0
    finally:
        gc.enable()


@pytest.mark.parametrize("mode", [nullcontext, anomaly])
def test_a_sweep_interrupted_at_any_line_leaves_the_leaves_untouched_and_the_next_one_right(mode):
    def sweep_and_interrupt(root, line):
        """Sweep with a Ctrl-C at the given line; True if the sweep ends before it."""
        lines = itertools.count()

        def trace(frame, event, arg):
            if frame.f_code.co_filename != sweeps.__file__ or frame.f_code.co_name in ("_sweep", "backward", "_sweep_and_watch"):
                return trace
            if event == "line" and next(lines) == line:
                raise KeyboardInterrupt
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            root.backward()
        except KeyboardInterrupt:
            return False
        finally:
            sys.settrace(before)
        return True

    for line in itertools.count():
        x, t = Value(2.0), Value(0.5)
        x.grad = 5.0
        y = x * x
        z = y + y.sin() + ops.where(x, y, y * t) + ops.sum(y, y, x) - y * y * 0.0
        with mode():
            over = sweep_and_interrupt(z, line)
            if not over:
                assert (x.grad, t.grad) == (5.0, 0.0)
                z.backward()
            assert math.isclose(x.grad, 5.0 + 4.0 * (4.0 + math.cos(4.0)) + 1.0, rel_tol=1e-15)
        if over:
            break
    assert line > 20


def test_gradients_from_elsewhere_are_added_to_all_leaves_or_to_none():
    class Fails:
        def __radd__(self, other):
            raise KeyboardInterrupt

    x, w, frozen = Value(2.0), Value(3.0), Value(4.0, requires_grad=False)
    x.grad = 5.0
    with pytest.raises(KeyboardInterrupt):
        sweeps.accumulate([x, w, frozen], [1.0, Fails(), 1.0])
    assert (x.grad, w.grad, w.has_grad) == (5.0, 0.0, False)
    sweeps.accumulate([x, w, frozen], [1.0, 2.0, 3.0])
    assert (x.grad, w.grad, frozen.grad, frozen.has_grad) == (6.0, 2.0, 0.0, False)


def test_a_sweep_that_fails_midway_leaves_the_leaves_untouched_and_the_next_one_right():
    class Fails:
        def __rmul__(self, other):
            raise KeyboardInterrupt

    x, w = Value(2.0), Value(3.0)
    x.grad = 5.0
    y = x * x
    z = y * w + y + x  # the sweep reaches x and w, with y pending, before the failing edge
    partial = y._da
    y._da = Fails()
    with pytest.raises(KeyboardInterrupt):
        z.backward()
    assert (x.grad, w.grad, w.has_grad) == (5.0, 0.0, False)
    y._da = partial
    z.backward()
    assert (x.grad, w.grad) == (5.0 + 17.0, 4.0)


def test_the_order_is_the_same_on_every_run_and_has_arguments_first():
    x, y = Value(1.0), Value(2.0)
    z = (x * y + x) * (y + x)
    order = topological_order([z])
    assert order == topological_order([z])
    position = {node: i for i, node in enumerate(order)}
    assert all(position[arg] < position[node] for node in order for arg in node.args)


def test_a_graph_names_its_nodes_after_the_variables_of_whoever_asks_and_knows_every_use_of_each():
    width = Value(3.0)
    area = width * width
    total = area + width
    graph = Graph(total)
    assert list(graph.names.values()) == ["width", "area", "total"]
    assert [(edge.node, edge.position, edge.partial) for edge in graph.users[width]] == [
        (area, 0, 3.0),
        (area, 1, 3.0),
        (total, 1, 1.0),
    ]
    assert [edge.arg for edge in graph.edges()] == [width, width, area, width]
    assert graph.adjoints == {total: 1.0, area: 1.0, width: 7.0}
    assert graph.stale == []
    width.data = 4.0
    assert Graph(total).stale == [width]
    assert len(graph) == 3
    assert Value(3.0) not in graph


@given(odd_graphs(), st.data())
def test_the_uses_from_a_node_are_all_edges_between_nodes_that_depend_on_it(drawn, data):
    root, _ = drawn
    graph = Graph(root)
    x = data.draw(st.sampled_from(graph.nodes))
    found = graph.uses_from(x)
    assert list(found) == [node for node in graph if x in Graph(node)]
    for node, edges in found.items():
        assert edges == [edge for edge in graph.users[node] if edge.node in found]
        assert all(edge.node.args[edge.position] is node is edge.arg for edge in edges)
    assert Graph(root).uses_from(Value(1.0)) == {}


def test_a_graph_takes_its_names_from_a_namespace_instead_of_the_callers_variables():
    x, w = Value(2.0), [Value(1.0), Value(-1.0)]
    y = w[0] * x + w[1]
    graph = Graph(y)
    graph.name_from({"out": y, "ws": w, "_x": x})
    assert [graph.names[node] for node in (y, *w, x)] == ["out", "ws[0]", "ws[1]", f"v{graph.nodes.index(x)}"]


def test_names_from_a_namespace_are_told_apart_from_one_another_whatever_names_were_read_before():
    x, w = Value(2.0), Value(1.0)
    graph = Graph(w * x)
    assert graph.spell(x) == "x"
    graph.name_from({"h1": x, "h_1": w})
    assert {graph.spell(x), graph.spell(w)} == {"h₁", "h₁_2"}


@pytest.mark.parametrize("labels", [*itertools.permutations(["w1", "w_1", "w₁", "b2"], 3)])
def test_a_node_is_spelled_alone_as_it_is_among_all(labels):
    x, y, z = map(Value, (1.0, 2.0, 3.0), labels)
    graph = Graph(x * y * z)
    alone = [graph.spell(node) for node in graph]
    assert alone == [graph.spelled[node] for node in graph]


@pytest.mark.parametrize(
    ("labels", "letter"), [(("w", "x"), "v"), (("v2", "x"), "u"), (("v_2", "x"), "u"), (("v2", "u7"), "t"), (("vec2", "v"), "v")]
)
def test_a_node_without_a_name_has_none_that_looks_like_a_given_one(labels, letter):
    w, x = (Value(2.0, label=label) for label in labels)
    graph = Graph((w * x) ** 2.0)
    assert (graph.names[w], graph.names[x]) == labels
    assert {name[0] for node, name in graph.names.items() if node.op is not None} == {letter}
