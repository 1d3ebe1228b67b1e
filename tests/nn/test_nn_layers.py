"""Modules, neurons, layers, networks, activations, initialisers."""

import copy
import math
import pickle
from random import Random

import numpy
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value
from autograd._tree import tree_map
from autograd.testing import gradcheck
from nn.activations import ACTIVATIONS
from nn.init import INITIALISERS
from tests.support.soak import few

MODULES = [
    nn.ReLU(),
    nn.Tanh(),
    nn.Sigmoid(),
    nn.Softplus(),
    nn.LeakyReLU(),
    nn.ELU(),
    nn.GELU(),
    nn.SiLU(),
    nn.Mish(),
    nn.Softsign(),
    nn.Hardtanh(),
    nn.LogSigmoid(),
    nn.Identity(),
]
small = st.floats(-2.0, 2.0)
very_few = settings(max_examples=settings.default.max_examples // 12)  # each example checks every parameter


def with_parameters(module, x):
    """The outputs of a module as a function of its input and its parameters, for gradcheck."""
    owned = module.parameters()

    def outputs(inputs, numbers):
        state = vars_of(module, owned, numbers)
        try:
            return module(inputs)
        finally:
            restore(state)

    return outputs, (x, [p.data for p in owned])


def vars_of(module, owned, numbers):
    """Replace the parameters by Values (or numbers), and return the old ones."""
    replaced = dict(zip(owned, numbers, strict=True))
    state = []
    for inner in module.modules():
        for name, held in list(vars(inner).items()):
            if type(held) is Value:
                state.append((inner, name, held))
                setattr(inner, name, replaced[held])
            elif isinstance(held, list) and held and type(held[0]) is Value:
                state.append((inner, name, held))
                setattr(inner, name, [replaced[v] for v in held])
    return state


def restore(state):
    for module, name, held in state:
        setattr(module, name, held)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@very_few
@given(x=st.lists(small, min_size=2, max_size=2), seed=st.integers(0, 5))
def test_the_gradient_of_a_neuron_by_inputs_weights_and_bias(activation, x, seed):
    neuron = nn.Neuron(2, activation, seed=seed)
    neuron.b.data = 0.25
    assert gradcheck(*with_parameters(neuron, x))


def biased(module):
    """The module with its zero parameters moved away from 0, so that no two kinks meet at the input 0."""
    for i, parameter in enumerate(module.parameters()):
        if parameter.data == 0.0:
            parameter.data = 0.1 + 0.01 * i
    return module


@pytest.mark.parametrize(
    "module",
    [
        nn.Layer(2, 2, "tanh", seed=0),
        nn.MLP(2, [3, 1], "sigmoid", seed=1),
        nn.Sequential(nn.Layer(2, 2, "linear", seed=2), nn.GELU(), nn.LogSoftmax()),
        nn.MLP(2, [2, 2], expand=True),
    ],
    ids=["layer", "mlp", "sequential", "expanded"],
)
@very_few
@given(x=st.lists(small, min_size=2, max_size=2))
def test_the_gradient_of_a_network_by_inputs_and_parameters(module, x):
    assert gradcheck(*with_parameters(biased(module), x))


@pytest.mark.parametrize("module", [*MODULES, nn.Softmax(), nn.LogSoftmax()], ids=lambda m: type(m).__name__)
@very_few
@given(x=st.lists(small, min_size=1, max_size=3))
def test_the_gradient_of_an_activation_module(module, x):
    assert gradcheck(module, (x,))


@pytest.mark.parametrize("module", MODULES, ids=lambda m: type(m).__name__)
def test_an_activation_module_takes_a_number_as_well(module):
    assert module(Value(0.5)).data == pytest.approx(module([0.5])[0])


def test_a_neuron_records_one_dot_and_one_activation():
    y = nn.Neuron(3, "tanh", seed=0)([1.0, 2.0, 3.0])
    (dot,) = y.args
    assert (y.op.name, dot.op.name, len(dot.args)) == ("tanh", "dot", 7)


def test_an_expanded_neuron_records_single_multiplies_and_adds_with_the_same_numbers():
    x = [Value(0.1), Value(-0.7), Value(1.3)]
    plain, expanded = nn.Neuron(3, seed=4), nn.Neuron(3, seed=4, expand=True)
    one, other = plain(x), expanded(x)
    one.backward()
    gradients = [v.grad for v in x]
    assert one.data == other.data
    other.backward()
    assert [v.grad for v in x] == [2 * g for g in gradients]
    names = {node.op.name for node in autograd.trace(other)[0] if node.op}
    assert names == {"add", "mul", "relu"}


def test_parameters_are_named_in_order_and_shared_ones_come_once():
    class Tied(nn.Module):
        def __init__(self):
            self.first = nn.Neuron(1, seed=0)
            self.table = {"again": [self.first.w], "new": (Value(1.0),)}

    assert [name for name, _ in Tied().named_parameters()] == ["first.w.0", "first.b", "table.new.0"]
    assert len(nn.MLP(2, [16, 16, 1]).parameters()) == 337


def test_an_intermediate_result_kept_on_a_module_is_no_parameter():
    neuron = nn.Neuron(1, seed=0)
    neuron.last = neuron([1.0])
    assert len(neuron.parameters()) == 2


def test_zero_grad_train_and_eval_reach_inner_modules():
    net = nn.Sequential(nn.Layer(1, 2, seed=0), nn.Dropout(0.5, seed=0))
    autograd.sum(net([1.0])).backward()
    net.zero_grad()
    assert all(p.grad == 0.0 and not p.has_grad for p in net.parameters())
    assert not net.eval()[1].training
    assert net.train()[1].training


@pytest.mark.parametrize("mode", ["eval", 0, None])
def test_a_mode_is_true_or_false(mode):
    net = nn.MLP(1, [1]).eval()
    with pytest.raises(TypeError, match=r"^mode must be True or False, got "):
        net.train(mode)
    assert not net.training


def test_state_goes_from_one_model_to_another_exactly():
    one, other = nn.MLP(2, [3, 1], seed=0), nn.MLP(2, [3, 1], seed=1)
    assert other.load_state_dict(one.state_dict()) == ([], [])
    assert [p.data for p in other.parameters()] == [p.data for p in one.parameters()]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("b"), "missing b"),
        (lambda s: s.update(c=1.0), "unexpected c"),
        (lambda s: s.update(w=[1.0]), "w has a different shape: expected a list of 2, got a list of 1$"),
        (lambda s: s.update(b="x"), "b must hold numbers, got str"),
        (lambda s: s.update(b=True), "b must hold numbers, got bool"),
        (lambda s: s.update(b=10**400), "b holds an integer too large"),
    ],
)
def test_a_state_that_does_not_fit_is_refused_and_changes_nothing(change, message):
    neuron = nn.Neuron(2, seed=0)
    before = neuron.state_dict()
    state = nn.Neuron(2, seed=1).state_dict()
    change(state)
    with pytest.raises(ValueError, match=message):
        neuron.load_state_dict(state)
    assert neuron.state_dict() == before


def test_a_state_that_is_not_strict_may_lack_and_exceed():
    neuron = nn.Neuron(2, seed=0)
    assert neuron.load_state_dict({"b": 5.0, "c": 1.0}, strict=False) == (["w"], ["c"])
    assert neuron.b.data == 5.0


def test_the_same_seed_gives_the_same_weights_and_a_generator_is_shared():
    assert nn.MLP(2, [3, 1], seed=7).state_dict() == nn.MLP(2, [3, 1], seed=7).state_dict()
    generator = Random(0)
    one, other = nn.Neuron(2, seed=generator), nn.Neuron(2, seed=generator)
    assert one.state_dict() != other.state_dict()


@pytest.mark.parametrize(("name", "variance"), [("uniform", 1 / 3), ("xavier", 2 / 8), ("he", 2 / 5)])
def test_an_initialiser_has_its_variance(name, variance):
    generator = Random(0)
    draws = [INITIALISERS[name](5, 3, generator) for _ in range(20000)]
    assert sum(d * d for d in draws) / len(draws) == pytest.approx(variance, rel=0.03)


def test_dropout_zeroes_some_scales_the_rest_and_keeps_the_mean():
    x = [Value(1.0) for _ in range(4000)]
    y = nn.Dropout(0.25, seed=0)(x)
    assert {v.data for v in y} == {0.0, 4 / 3}
    assert sum(v.data for v in y) / len(y) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.Neuron(0, seed=0), ValueError, "nin must be at least 1, got 0"),
        (lambda: nn.Neuron(2.0, seed=0), TypeError, "nin must be an integer, got 2.0"),
        (lambda: nn.Neuron(2, seed=True), TypeError, "seed must be an int, a random.Random or None, got bool"),
        (lambda: nn.Neuron(2, seed="a"), TypeError, "seed must be an int, a random.Random or None, got str"),
        (lambda: nn.Neuron(2, "rellu", seed=0), ValueError, "activation must be one of .*, got 'rellu': did you mean relu?"),
        (lambda: nn.MLP(2, [1], "Tanh"), ValueError, r"got 'Tanh': did you mean tanh\?"),
        (lambda: nn.Layer(2, 1, "LeakyReLU"), ValueError, r"got 'LeakyReLU': did you mean leaky_relu\?"),
        (lambda: nn.Layer(2, 1, "sine"), ValueError, r"got 'sine': did you mean sin\?"),
        (
            lambda: nn.MLP(2, [3], "relu", "softmax"),
            ValueError,
            r"got 'softmax', which takes a list: put a module .*nn.Softmax\(\)",
        ),
        (lambda: nn.Layer(2, 1, None), TypeError, "activation must be a name or a function, got None: write 'linear' for none"),
        (lambda: nn.Layer(2, 1, False), TypeError, "got False: write nonlin=False"),
        (
            lambda: nn.Layer(2, 1, "relu", nonlin=False),
            TypeError,
            "nonlin and activation mean the same: .*nonlin=False and 'relu'",
        ),
        (lambda: nn.Neuron(2, nonlin="tanh"), TypeError, "nonlin must be True or False, got 'tanh'"),
        (lambda: nn.Neuron(2, init="He"), ValueError, r"init must be one of .*, got 'He': did you mean he\?"),
        (lambda: nn.Neuron(2, init=3), TypeError, "init must be one of uniform, xavier, he or a function, got 3"),
        (lambda: nn.Neuron(2, seed=0, init="xavi"), ValueError, "init must be one of .*, got 'xavi'"),
        (lambda: nn.Layer(2, 0, seed=0), ValueError, "nout must be at least 1, got 0"),
        (lambda: nn.MLP(2, []), ValueError, "nouts must be a list with the width of each layer, at least one, got "),
        (lambda: nn.Sequential(), ValueError, "modules: Sequential needs at least one"),
        (lambda: nn.MLP(2, 3), ValueError, r"nouts must be a list .*, got 3: write MLP\(2, \[3\]\)"),
        (lambda: nn.MLP(2, [8], 1), ValueError, r"nouts must be a list .*, got \[8\], 1: write MLP\(2, \[8, 1\]\)"),
        (lambda: nn.MLP(2, 8, 1), ValueError, r"nouts must be a list .*, got 8, 1: write MLP\(2, \[8, 1\]\)"),
        (lambda: nn.MLP(2, [1], "bogus"), ValueError, "activation must be one of .*, got 'bogus'"),
        (lambda: nn.Neuron(2, nn.ReLU, seed=0), TypeError, r"activation .* got the class ReLU: make an instance, ReLU\(\)"),
        (lambda: nn.Sequential(nn.ReLU), TypeError, r"takes modules, got the class ReLU: make an instance, ReLU\(\)"),
        (lambda: nn.Sequential([nn.ReLU()]), TypeError, r"takes modules one by one, got list: write Sequential\(\*modules\)"),
        (lambda: nn.Layer(2, 3, nn.Softmax()), TypeError, r"got Softmax\(\), which takes a list: put it after the layer"),
        (lambda: nn.save(nn.MLP, "x.json"), TypeError, r"model must be a Module, got the class MLP: make an instance, MLP\(…\)"),
        (lambda: nn.MLP(1, [1]).load_state_dict("x.json"), TypeError, r"got str: nn.load\(model, path\) reads a file"),
        (lambda: nn.Dropout("half"), TypeError, "p must be a number >= 0 and < 1, got 'half'"),
        (lambda: nn.Dropout(1.0, seed=0), ValueError, "p must be a number >= 0 and < 1, got 1.0"),
        (lambda: nn.MLP(2, [1])([1.0, 2.0, 3.0]), ValueError, "x: expected 2 numbers, got 3"),
        (lambda: nn.Neuron(2, seed=0)(1.0), TypeError, "x: expected a list of 2 numbers, got float"),
        (lambda: nn.Neuron(1, seed=0)(1.0), TypeError, r"x: expected a list of 1 number, got float: write net\(\[x\]\)"),
        (lambda: nn.MLP(2, [1])("ab"), TypeError, "x: expected a list of 2 numbers, got str"),
        (lambda: nn.MLP(2, [1])(["a", "b"]), TypeError, "x: expected 2 numbers, got the string 'a'"),
        (lambda: nn.MLP(2, [1])(1.0, Value(2.0)), TypeError, r"MLP takes its inputs as one list: write net\(\[1.0, 2.0\]\)"),
        (lambda: nn.MSELoss()(1.0, 2.0, 3.0), TypeError, "takes 3 positional arguments but 4 were given"),
        (lambda: nn.Dropout(0.5)(1.0), TypeError, "x: expected a list of numbers, got float"),
        (lambda: nn.Module()(1.0), NotImplementedError, "must define forward"),
    ],
)
def test_bad_arguments_are_refused_by_name(make, error, message):
    with pytest.raises(error, match=message):
        make()


ROW_NETS = {
    "neuron": nn.Neuron(2, seed=0),
    "layer": nn.Layer(2, 3, seed=0),
    "mlp": nn.MLP(2, [3, 1]),
    "sequential": nn.Sequential(nn.Layer(2, 2, seed=0), nn.Tanh()),
    "activation first": nn.Sequential(nn.Tanh(), nn.Layer(2, 2, seed=0)),
    "dropout first": nn.Sequential(nn.Dropout(0.5, seed=0), nn.Layer(2, 2, seed=0)).eval(),
}


@pytest.mark.parametrize("net", ROW_NETS.values(), ids=ROW_NETS)
@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_batch_in_place_of_a_row_is_refused_in_words_that_say_what_to_write(net, rows):
    batch = [[0.5, -1.0]] * rows
    for given_batch in (batch, tuple(map(tuple, batch)), numpy.array(batch), pandas.DataFrame(batch), list(numpy.array(batch))):
        with pytest.raises(
            ValueError,
            match=rf"x: expected one row of .*numbers, got {rows} row{'s' * (rows > 1)}: write \[net\(row\) for row in X\]",
        ):
            net(given_batch)


@pytest.mark.parametrize("net", ROW_NETS.values(), ids=ROW_NETS)
def test_a_row_may_come_in_any_holder(net):
    row = [0.5, -1.0]
    expected = tree_map(float_of, net(row))
    values = [Value(x) for x in row]
    for given_row in (tuple(row), numpy.array(row), numpy.array(values), pandas.Series(row, index=["a", "b"]), values):
        assert tree_map(float_of, net(given_row)) == expected


def float_of(v):
    return v.data if type(v) is Value else v


def test_without_a_seed_no_two_are_alike():
    for make in (nn.Neuron, lambda nin: nn.Layer(nin, 3), lambda nin: nn.MLP(nin, [3], seed=None)):
        assert make(2).state_dict() != make(2).state_dict()
    one, other = nn.Dropout(0.5), nn.Dropout(0.5)
    assert one([1.0] * 100) != other([1.0] * 100)


def test_the_widths_of_an_mlp_may_be_an_array():
    assert nn.MLP(2, numpy.array([3, 1])).state_dict() == nn.MLP(2, [3, 1]).state_dict()


def test_micrograds_nonlin_chooses_between_relu_and_linear():
    for nonlin, name in ((True, "relu"), (False, "linear")):
        assert repr(nn.Layer(3, 4, nonlin=nonlin)) == repr(nn.Layer(3, 4, name))
        assert nn.Neuron(3, nonlin=nonlin).activation is nn.Neuron(3, name).activation


def test_a_module_passes_keyword_arguments_on_to_forward():
    class TwoHeads(nn.Module):
        def __init__(self):
            self.heads = {"a": nn.Layer(2, 1, seed=0), "b": nn.Layer(2, 2, seed=1)}

        def forward(self, x, scale=1.0, *, head="a"):
            return [scale * out for out in self.heads[head](x)]

    net = TwoHeads()
    assert tree_map(float_of, net([1.0, -1.0], head="b")) == tree_map(float_of, net.heads["b"]([1.0, -1.0]))
    assert tree_map(float_of, net(x=[1.0, -1.0], scale=2.0)) == [2.0 * out.data for out in net.heads["a"]([1.0, -1.0])]
    with pytest.raises(TypeError, match=r"forward.* got an unexpected keyword argument 'mask'"):
        net([1.0, -1.0], mask=None)


def test_what_forward_returns_must_be_something():
    class Forgetful(nn.Module):
        def forward(self, x):
            x[0] * 2.0

    class Lazy(nn.Module):
        def forward(self, x):
            return (item * 2.0 for item in x)

    for net, message in (
        (Forgetful(), r"Forgetful returned None: did forward forget to return\?"),
        (Lazy(), "Lazy returned a generator, not numbers: return a list from forward"),
    ):
        for use in (net, nn.Sequential(nn.Tanh(), net)):
            with pytest.raises(TypeError, match=message):
                use([1.0])


def test_an_error_inside_forward_is_not_taken_for_a_wrong_call():
    class Two(nn.Module):
        def forward(self, x, y):
            return x + y + None

    with pytest.raises(TypeError, match="NoneType"):
        Two()(1.0, 2.0)


def test_a_model_shows_its_structure():
    net = nn.Sequential(nn.MLP(2, [3, 1]), nn.Dropout(0.1, seed=0))
    assert repr(net).splitlines()[1] == "  (items.0): MLP("
    assert "Layer(3, 1, 'linear')" in repr(net)
    assert "Dropout(0.1)" in repr(net)


class Unit(nn.Neuron):
    """A neuron with an __init__ and a forward of its own."""

    def __init__(self, nin):
        self.w, self.b = [Value(1.0) for _ in range(nin)], Value(0.0)

    def forward(self, x):
        return autograd.dot(self.w, x, self.b).tanh()


class Units(nn.Layer):
    """A layer that calls its neurons by another name."""

    def __init__(self, *units):
        self.units = units

    def forward(self, x):
        return [unit(x) for unit in self.units]


class Slope(nn.Neuron):
    """A neuron with one weight, which is not in a list."""

    def __init__(self):
        self.w, self.b, self.activation = Value(1.0), Value(2.0), autograd.tanh

    def forward(self, x):
        return self.activation(self.w * x[0] + self.b)


class Rows(nn.Layer):
    """A layer that keeps its weights in lists."""

    def __init__(self):
        self.neurons = [[Value(1.0), Value(1.0)]]

    def forward(self, x):
        return [autograd.dot(row, x).tanh() for row in self.neurons]


def test_neurons_and_layers_of_the_users_own_make_work_and_show_themselves():
    layer, sloping = nn.Layer(2, 1), nn.Layer(2, 1)
    layer.neurons, sloping.neurons = [Unit(2)], [Slope()]
    for model, shown in ((layer, "Unit()"), (Units(Unit(2)), "Unit()"), (Rows(), "Rows()"), (sloping, "Slope()")):
        assert model([1.0, 2.0])[0].data == math.tanh(3.0)
        assert shown in repr(model)
        assert "is not made of layers" in str(nn.draw(model))


def test_a_layer_without_neurons_shows_itself_and_says_why_it_cannot_compute():
    net = nn.MLP(2, [2, 1])
    net.layers[0].neurons = []
    assert "(layers.0): Layer()" in repr(net)
    with pytest.raises(ValueError, match="Layer has no neurons: give it at least one"):
        net([1.0, 2.0])
    with pytest.raises(ValueError, match="Layer has no neurons"):
        nn.fit(net, [[1.0, 2.0]], [1.0], loss=nn.MSELoss(), optimizer=nn.optim.SGD(net.parameters(), lr=0.1), epochs=1)


@pytest.mark.parametrize("held", [[1.0], nn.Tanh()])
@pytest.mark.parametrize("name", ["modules", "train", "zero_grad"])
def test_an_attribute_that_hides_a_method_is_named(name, held):
    net = nn.MLP(1, [1])
    optimizer = nn.optim.SGD(net.parameters(), lr=0.1)
    setattr(net, name, held)
    with pytest.raises(TypeError, match=rf"MLP\.{name} hides the method {name}\(\) of modules: choose another name"):
        nn.fit(net, [[1.0]], [1.0], loss=nn.MSELoss(), optimizer=optimizer, epochs=1)


def test_a_model_whose_attribute_hides_a_method_can_be_saved_and_drawn(tmp_path):
    net = nn.MLP(1, [1])
    net.modules = [1.0]
    nn.save(net, tmp_path / "net.json")
    nn.load(net, tmp_path / "net.json")
    assert "MLP 1 → 1" in str(nn.draw(net))
    with pytest.raises(TypeError, match=r"MLP\.modules hides the method modules\(\)"):
        nn.draw(net, x=[1.0])


def test_an_instance_may_have_a_forward_of_its_own_which_may_be_a_module():
    net = nn.Module()
    net.forward = nn.MLP(1, [1])
    optimizer = nn.optim.SGD(net.parameters(), lr=0.1)
    assert nn.fit(net, [[1.0]], [1.0], loss=nn.MSELoss(), optimizer=optimizer, epochs=1, progress=False).epochs == 1


def test_a_neuron_shows_the_activation_it_has_now():
    neuron = nn.Neuron(2, "relu")
    neuron.activation = autograd.tanh
    assert repr(neuron) == "Neuron(2, 'tanh')"


def test_activations_show_their_numbers():
    net = nn.Sequential(nn.Layer(2, 1, nn.LeakyReLU(0.2)), nn.ELU(), nn.LeakyReLU(Value(0.25)))
    for shown in ("Layer(2, 1, 'LeakyReLU(0.2)')", ": ELU(1.0)", ": LeakyReLU(0.25)"):
        assert shown in repr(net)


def test_any_op_of_one_argument_is_an_activation_by_name():
    assert nn.Neuron(1, "sin", seed=0)([1.0]).op is autograd.sin


def test_a_model_is_pickled_and_copied_whole():
    net = nn.MLP(2, [3, 1], "tanh")
    for other in (pickle.loads(pickle.dumps(net)), copy.deepcopy(net)):
        assert other.state_dict() == net.state_dict()
        assert other.layers[0].neurons[0].activation is autograd.tanh


def test_modules_that_hold_each_other_are_listed_once():
    outer, inner = nn.Module(), nn.MLP(1, [1])
    outer.child, outer.again, inner.parent = inner, inner, outer
    assert len(outer.modules()) == 4
    assert len(outer.parameters()) == 2


def test_a_parameter_replaced_by_a_result_is_refused():
    neuron = nn.Neuron(2, seed=0)
    neuron.w[0] = neuron.w[0] - 0.1
    with pytest.raises(
        TypeError, match=r"Neuron.w holds a Value that sub made among its parameters: set its data instead: self.w\[i"
    ):
        neuron.parameters()
    assert neuron.eval().modules() == [neuron]


def test_a_training_loop_written_for_micrograd_gives_its_losses():
    from micrograd.engine import Value as Theirs
    from micrograd.nn import MLP as TheirMLP

    theirs, ours = TheirMLP(3, [4, 4, 1]), nn.MLP(3, [4, 4, 1])
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        p.data = q.data
    xs, ys = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]], [1.0, -1.0, -1.0, 1.0]
    losses = {}
    for net, value in ((theirs, Theirs), (ours, Value)):
        for _ in range(5):
            ypred = [net(list(map(value, x))) for x in xs]
            loss = sum((yout - ygt) ** 2 for ygt, yout in zip(ys, ypred, strict=True))
            net.zero_grad()
            loss.backward()
            for p in net.parameters():
                p.data += -0.01 * p.grad
            losses.setdefault(value, []).append(loss.data)
    assert losses[Value] == pytest.approx(losses[Theirs], rel=1e-9)


def test_neurons_and_layers_are_made_as_in_micrograd():
    assert len(nn.Neuron(3).parameters()) == 4
    assert len(nn.Layer(3, 4).parameters()) == len(nn.Layer(3, 4, nonlin=False).parameters()) == 16
    first, second = nn.Sequential(nn.Layer(3, 3), nn.Layer(3, 3))
    assert first.state_dict() != second.state_dict()


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("tahn", "tanh"),
        ("lrelu", "leaky_relu"),
        ("LReLU", "leaky_relu"),
        ("sigmiod", "sigmoid"),
        ("swish", "silu"),
        ("sinn", "sin"),
    ],
)
def test_the_activation_that_is_meant_is_looked_for_among_those_that_are_listed_first(wrong, right):
    with pytest.raises(ValueError, match=rf"got '{wrong}': did you mean {right}\?$"):
        nn.MLP(2, [3], wrong)


@few
@given(name=st.sampled_from(sorted(ACTIVATIONS)), data=st.data())
def test_two_letters_that_have_changed_places_in_an_activation_are_guessed(name, data):
    i = data.draw(st.integers(0, len(name) - 2).filter(lambda i: name[i] != name[i + 1]))
    wrong = name[:i] + name[i + 1] + name[i] + name[i + 2 :]
    with pytest.raises(ValueError, match=rf"did you mean {name}\?$"):
        nn.Neuron(1, wrong)


def test_a_layer_calls_neurons_with_a_forward_of_their_own():
    class Doubled(nn.Neuron):
        def forward(self, x):
            return 2.0 * super().forward(x)

    layer = nn.Layer(2, 2, "linear", seed=0)
    before = [y.data for y in layer([1.0, 2.0])]
    layer.neurons[1] = Doubled(2, "linear", seed=0)
    layer.neurons[1].load_state_dict(nn.Layer(2, 2, seed=0).neurons[1].state_dict())
    assert [y.data for y in layer([1.0, 2.0])] == [before[0], 2.0 * before[1]]
