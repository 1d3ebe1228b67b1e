"""Scopes: every node knows the `with scope(...)` blocks and module calls it was recorded in."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, scope
from autograd.module_calls import scopes_of
from autograd.sweeps import topological_order


def made_in(root):
    """The scope names of every operation in the graph, outermost first."""
    return {
        node: [part.name for part in inside.path()] if inside else []
        for node, inside in scopes_of(autograd.trace(root)[0]).items()
        if node.op is not None
    }


def test_a_node_recorded_inside_a_scope_knows_it_and_one_outside_has_none():
    x = Value(3.0)
    with scope("square"):
        y = x * x
    z = y + x
    assert y.scope.name == "square"
    assert z.scope is None
    assert made_in(z) == {y: ["square"], z: []}


def test_scopes_nest_and_decorate():
    @scope("inner")
    def double(x):
        return x * 2.0

    with scope("outer"):
        y = double(Value(1.0))
        z = y + 1.0
    assert made_in(z) == {y: ["outer", "inner"], z: ["outer"]}


def test_what_a_module_made_lies_between_its_arguments_and_its_results():
    x = [Value(1.0) * 2.0, Value(2.0) * 3.0]
    net = nn.MLP(2, [3, 1], seed=0)
    y = net(x)
    loss = y * y
    found = made_in(loss)
    assert found[loss] == found[x[0]] == found[x[1]] == []
    inside = [names for node, names in found.items() if node not in (loss, *x)]
    assert sorted(inside) == [["MLP", "Layer"]] * 7  # 3 dots and 3 activations, and the dot of a linear output
    assert len({id(node.scope) for node in found if node.scope}) == 2


def test_a_module_that_hands_on_its_argument_has_not_made_it():
    x = Value(1.0) * 2.0
    y = nn.Dropout(0.5, seed=0).eval()([x])[0] + 1.0
    assert made_in(y) == {x: [], y: []}


def test_an_argument_given_by_keyword_was_not_made_in_the_call():
    class Scaled(nn.Module):
        def forward(self, x, scale):
            return x * scale

    x, scale = Value(1.0) + 1.0, Value(2.0) * 1.5
    y = Scaled()(x, scale=scale)
    assert made_in(y) == {x: [], scale: [], y: ["Scaled"]}


def test_a_value_that_a_module_took_from_outside_of_its_arguments_is_outside_if_it_is_used_there():
    captured = Value(2.0) * 1.5

    class Scaled(nn.Module):
        def forward(self, x):
            return x * captured

    y = Scaled()(Value(1.0)) + captured
    assert made_in(y)[captured] == []


@given(st.booleans(), st.booleans())
def test_labels_origins_and_scopes_do_not_replace_each_other(label_first, watched):
    x = Value(1.0)
    with scope("s"):
        if watched:
            with autograd.anomaly():
                y = x * 2.0
        else:
            y = x * 2.0
        if label_first:
            y.label = "y"
    y.label = "y"
    assert (y.label, y.scope.name, y.origin is not None) == ("y", "s", watched)


def test_a_scope_does_not_change_what_is_computed():
    def gradient(inside):
        x = Value(0.3)
        if inside:
            with scope("s"):
                y = (x * x + 1.0).tanh() / x
        else:
            y = (x * x + 1.0).tanh() / x
        y.backward()
        return y.data, x.grad

    assert gradient(True) == gradient(False)


def test_a_thread_does_not_see_the_scope_of_another():
    made = []
    with scope("here"):
        thread = threading.Thread(target=lambda: made.append(Value(1.0) * 2.0))
        thread.start()
        thread.join()
    assert made[0].scope is None


def test_the_name_of_a_scope_is_a_string():
    with pytest.raises(TypeError, match="scope: name must be a str, got int"), scope(3):
        pass


def test_parameters_are_named_by_their_path_in_the_module_and_variables_come_before():
    net = nn.MLP(1, [2, 1], seed=0)
    bias = net.layers[1].neurons[0].b
    y = net([1.0])
    names = autograd.names.node_names(autograd.trace(y)[0])
    assert names[net.layers[0].neurons[1].w[0]] == "layers[0].neurons[1].w[0]"
    assert names[bias] == "bias"


def test_items_of_nested_lists_are_named():
    W = [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]]
    y = W[0][1] * W[1][0]
    names = autograd.names.node_names(autograd.trace(y)[0])
    assert [names[W[0][1]], names[W[1][0]], names[y]] == ["W[0][1]", "W[1][0]", "y"]


def test_what_was_recorded_before_a_scope_is_not_drawn_into_it_by_its_use():
    x = Value(2.0)
    before = x * 3.0
    shared = x * 5.0
    net = nn.MLP(1, [1], "linear", seed=0)
    with scope("loss"):
        inside = before + 1.0
        results = [net([shared * k]) for k in (1.0, 2.0)]
        loss = inside + results[0] * results[1] + net([shared])
    found = scopes_of(topological_order([loss]))
    assert found[before] is found[shared] is None
    assert found[inside].name == found[loss].name == "loss"
