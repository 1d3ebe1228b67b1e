"""Common slips in calls and expressions: each message says what to write."""

import importlib.util
import re
import subprocess
import sys
from collections import UserDict
from types import ModuleType

import numpy
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, foreign_names
from autograd.expression import ExpressionError, evaluate, functions
from nn import foreign_names as nn_names

A, B = Value(1.0), Value(2.0)
OF_A_LIST = ["sum", "prod", "mean", "norm", "softmax", "log_softmax", "logsumexp"]


@pytest.mark.parametrize("name", OF_A_LIST)
@pytest.mark.parametrize(
    ("given", "got"),
    [((A, B), "2 arguments"), ((1.0, 2.0, 3.0), "3 arguments"), (([A], [B]), "2 arguments"), ((A,), "a Value"), ((3,), "an int")],
)
def test_a_function_of_a_list_says_so(name, given, got):
    words = f"{name}() takes its numbers in a list, got {got}: write {name}([a, b])"
    with pytest.raises(TypeError, match=f"^{re.escape(words)}$"):
        getattr(autograd, name)(*given)


@pytest.mark.parametrize(
    ("name", "missing"), [(op.name, op.arity - 1) for op in autograd.ops.TABLE.values() if op.built_in and op.arity]
)
def test_an_op_of_a_list_says_how_to_write_it(name, missing):
    op = autograd.ops.TABLE[name]
    one_by_one = f"write {name}(*xs)" if missing else f"write [{name}(v) for v in …]"
    with pytest.raises(TypeError, match=re.escape(one_by_one) + "$"):
        op([A, B])
    others = ", ".join(["v", *["…"] * missing])
    with pytest.raises(
        TypeError, match=re.escape(f"it takes one number at a time, so write [{name}({others}) for v in …]") + "$"
    ):
        op([A, B], *[1.0] * missing)


@pytest.mark.parametrize("use", [int, range, lambda v: [1.0, 2.0][v]])
def test_a_value_where_python_takes_an_integer_says_how_to_get_one(use):
    with pytest.raises(TypeError, match=r"never silently converted to an integer, .* use int\(v\.data\) for an index"):
        use(Value(1.0))
    use(Value(1.0) > 0.0)


@pytest.mark.parametrize("operation", [lambda v, xs: v * xs, lambda v, xs: xs - v, lambda v, xs: v**xs, lambda v, xs: xs / v])
def test_an_operation_on_an_array_of_another_library_says_that_it_takes_one_number(operation):
    import jax

    with pytest.raises(TypeError, match=r"got ArrayImpl: apply the operation to one number at a time, as in \[v \* x for x"):
        operation(A, jax.numpy.ones(2))
    assert operation(A, jax.numpy.ones(2)[0]).data in (0.0, 1.0)


def test_var_of_a_value_says_that_it_takes_a_list():
    with pytest.raises(TypeError, match=re.escape("var() takes its numbers in a list, got a Value: write var([a, b])")):
        autograd.var(A, B)


@pytest.mark.parametrize("args", [(A, B), ([A], B), (A, [B]), (1.0, 2.0)])
def test_dot_of_values_says_that_it_takes_lists(args):
    with pytest.raises(TypeError, match=re.escape("dot() takes its numbers in a list, got a")) as error:
        autograd.dot(*args)
    assert "write a * b, or dot([a], [b])" in str(error.value)


@pytest.mark.parametrize("args", [(A, [A], [A]), ([A], [A], [A]), ([[A]], A, [A]), ([[A]], [A], A)])
def test_linear_of_values_says_that_it_takes_lists(args):
    with pytest.raises(
        TypeError, match=re.escape("linear() takes its numbers in a list, got a Value: write linear([[w]], [x], [b])")
    ):
        autograd.linear(*args)


@pytest.mark.parametrize("name", [*OF_A_LIST, "var"])
def test_any_iterable_is_as_good_as_a_list(name):
    function = getattr(autograd, name)
    expected = function([1.0, 2.0, 4.0])
    for numbers in (1.0, 2.0, 4.0), (x for x in (1.0, 2.0, 4.0)), numpy.array([1.0, 2.0, 4.0]), {1.0: 0, 2.0: 0, 4.0: 0}:
        assert function(numbers) == expected


def test_what_goes_wrong_inside_a_list_is_said_as_it_was():
    def broken():
        yield A
        raise TypeError("inside")

    for call in (
        lambda: autograd.dot(broken(), [B]),
        lambda: autograd.linear([[A]], broken(), [B]),
        lambda: autograd.sum(broken()),
    ):
        with pytest.raises(TypeError, match=r"^inside$"):
            call()


@pytest.mark.parametrize("name", OF_A_LIST)
def test_a_dict_with_names_says_to_pass_its_values(name):
    words = f"{name}() takes its numbers in a list, got a dict, which gives its keys: write {name}(d.values())"
    for held in {"a": 1.0}, {0: A, 1: B}:
        with pytest.raises(TypeError, match=re.escape(words)):
            getattr(autograd, name)(held)


@pytest.mark.parametrize("held", [{0: A}, {"a": 1.0}, pandas.DataFrame({0: [1.0]}), pandas.DataFrame({"a": [1.0]})])
@pytest.mark.parametrize(
    "call",
    [
        autograd.sum,
        lambda xs: autograd.dot(xs, [A]),
        lambda xs: autograd.dot([A], xs),
        lambda xs: autograd.linear([xs], [A], [A]),
        lambda xs: autograd.linear([[A]], xs, [A]),
        lambda xs: autograd.linear([[A]], [A], xs),
    ],
)
def test_what_gives_its_keys_is_refused_wherever_a_list_is_taken_even_if_the_keys_are_numbers(held, call):
    with pytest.raises(TypeError, match=r"takes its numbers in a list, got a \w+, which gives its keys: write "):
        call(held)


def test_a_series_gives_its_numbers():
    assert autograd.sum(pandas.Series([1.0, 2.0])) == 3.0
    assert autograd.dot(pandas.Series([1.0, 2.0]), pandas.Series([3.0, 4.0])) == 11.0


ONE_BY_ONE = [
    (lambda: autograd.relu([A]), "[relu(v) for v in …]"),
    (lambda: autograd.relu((1.0, 2.0)), "[relu(v) for v in …]"),
    (lambda: autograd.gelu([A, B]), "got list: it takes one number at a time, so write [gelu(v) for v in …]"),
    (lambda: autograd.square([A]), "[square(v) for v in …]"),
    (lambda: autograd.clip((A,), 0.0, 1.0), "clip: expected a real number or a Value, got tuple: it takes one number at a time"),
    (lambda: autograd.logsigmoid([1.0]), "[logsigmoid(v) for v in …]"),
    (lambda: autograd.hardtanh([1.0]), "[hardtanh(v) for v in …]"),
    (lambda: autograd.maximum(A, [1.0]), "[maximum(…, v) for v in …]"),
    (lambda: autograd.where([1.0], A, B), "[where(v, …, …) for v in …]"),
    (lambda: A * [1.0, 2.0], "as in [v * x for x in …]"),
    (lambda: (1.0,) - A, "as in [v * x for x in …]"),
]


@pytest.mark.parametrize(("slip", "write"), ONE_BY_ONE)
def test_an_op_of_a_list_says_how_to_apply_it_to_each(slip, write):
    with pytest.raises(TypeError, match=re.escape(write)) as error:
        slip()
    assert re.search("got (list|tuple): ", str(error.value))


def test_pythons_sum_with_a_start_is_told_from_ours():
    w, b = [Value(1.0), Value(2.0)], Value(0.5)
    words = r"write sum\(\[\*xs, b\]\), or Python's own builtins\.sum\(xs, b\)$"
    with pytest.raises(TypeError, match=words):
        autograd.sum((wi * 2.0 for wi in w), b)


def test_pythons_functions_of_the_same_names_are_named():
    with pytest.raises(TypeError, match=r"takes 1 argument, got 2: Python's own function is builtins.round"):
        autograd.round(3.14159, 2)
    with pytest.raises(TypeError, match=r"takes 2 arguments, got 3: Python's own function is builtins\.pow"):
        autograd.pow(2, 3, 5)


@pytest.mark.parametrize(
    ("name", "wrong", "write"),
    [
        ("data", Value(1.0) * 2.0, "got a Value: assign its number, v.data = (…).data"),
        ("grad", Value(1.0) * 2.0, "got a Value: assign its number, v.grad = (…).data"),
        ("grad", None, "to clear it write v.zero_grad(), or v.grad = 0.0"),
        ("data", None, "pass a number; a function without `return` gives None"),
    ],
)
def test_what_cannot_be_assigned_says_what_to_write_and_changes_nothing(name, wrong, write):
    x = Value(3.0)
    x.grad = 2.0
    with pytest.raises(TypeError, match=re.escape(write)):
        setattr(x, name, wrong)
    assert (x.data, x.grad, x._da) == (3.0, 2.0, None)


def test_a_mapping_is_passed_as_a_dict():
    with pytest.raises(TypeError, match=r"got a UserDict: pass dict\(\.\.\.\) instead"):
        autograd.grad(lambda d: d["a"])(UserDict(a=1.0))


@pytest.mark.parametrize("name", ["foo", "cosec"])
def test_a_far_name_is_not_guessed(name):
    assert refused(f"{name}(x)")[0] == f"{name!r} is not an op"


# -- names ---------------------------------------------------------------------------------------------------------------


@given(st.sampled_from(sorted(autograd.__all__)), st.data())
def test_a_name_in_other_capitals_or_with_a_letter_twice_is_guessed(name, data):
    i = data.draw(st.integers(0, len(name) - 1))
    for wrong in name.swapcase(), name[: i + 1] + name[i:]:
        if hasattr(autograd, wrong):
            continue
        with pytest.raises(AttributeError, match=f"^module 'autograd' has no attribute '{wrong}'") as error:
            getattr(autograd, wrong)
        if len(name) > 3:
            assert str(error.value).partition("did you mean ")[2].removesuffix("?") in autograd.__all__


@pytest.mark.parametrize(
    ("wrong", "right"), [("Tanh", "tanh"), ("softmaxx", "softmax"), ("VALUE", "Value"), ("no_grads", "no_grad")]
)
def test_autograd_says_which_name_was_meant(wrong, right):
    with pytest.raises(AttributeError, match=re.escape(f"module 'autograd' has no attribute {wrong!r}: did you mean {right}?")):
        getattr(autograd, wrong)
    with pytest.raises(ImportError, match=wrong):
        exec(f"from autograd import {wrong}")


def test_a_name_next_to_none_is_not_guessed():
    with pytest.raises(AttributeError, match=r"^module 'autograd' has no attribute 'zzz'$"):
        autograd.zzz  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("module", "name", "write"),
    [
        (autograd, "tensor", "write Value(2.0)"),
        (autograd, "clamp", "write clip(x, low, high)"),
        (autograd, "jit", "write compile(f, *examples)"),
        (autograd, "numpy", "write import numpy"),
        (autograd, "MLP", "write nn.MLP"),
        (autograd, "ln", "write log"),
        (autograd, "std", "write sqrt(var(xs)), or with correction=1"),
        (autograd, "rsqrt", "write 1/sqrt(x)"),
        (autograd.extend, "primitive", "write custom_op(forward, vjp="),
        (autograd, "gradcheck", "write from autograd.testing import gradcheck"),
        (nn, "manual_seed", "seeds are arguments, as in nn.Layer(2, 3, seed=0)"),
        (nn, "Linear", 'write nn.Layer(nin, nout, "linear")'),
        (nn, "Adam", "write nn.optim.Adam"),
        (nn, "CosineAnnealingLR", "write nn.lr_scheduler.CosineAnnealingLR"),
        (nn, "relu", "write autograd.relu"),
        (nn, "mse_loss", "write nn.MSELoss()"),
        (nn, "MSE_Loss", "did you mean MSELoss?"),
        (nn, "clamp", "write clip(x, low, high)"),
    ],
)
def test_a_name_of_another_engine_says_what_to_write_here(module, name, write):
    with pytest.raises(AttributeError, match=re.escape(f"module {module.__name__!r} has no attribute {name!r}: {write}")):
        getattr(module, name)
    with pytest.raises(ImportError, match=re.escape(f"cannot import name {name!r} from {module.__name__!r}: {write}")):
        exec(f"from {module.__name__} import {name}")


@pytest.mark.parametrize(
    ("module", "write"),
    [
        ("autograd.engine", "write from autograd import Value"),
        ("autograd.numpy", "write import numpy as np, whose functions take Values"),
        ("autograd.numpy.random", "write import numpy as np"),
        ("autograd.functional", "write from autograd import jacobian, hessian"),
        ("autograd.gradcheck", "write from autograd.testing import gradcheck"),
        ("nn.functional", "its functions are in autograd"),
    ],
)
def test_a_submodule_of_another_engine_says_what_to_write_here(module, write):
    there = ".".join(module.split(".")[:2])
    with pytest.raises(ModuleNotFoundError, match=f"^No module named '{there}': {re.escape(write)}") as error:
        importlib.import_module(module)
    assert error.value.name == there


@pytest.mark.parametrize("module", ["autograd.numpy", "autograd.engine", "nn.functional"])
def test_a_tool_that_asks_whether_there_is_such_a_submodule_is_told_no(module):
    assert importlib.util.find_spec(module) is None


def test_a_script_may_ask_the_finders_itself():
    program = "import sys, autograd\nfor finder in sys.meta_path: finder.find_spec('autograd.numpy', None)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False).stderr == ""


def test_an_unknown_submodule_gets_pythons_own_error():
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'autograd\.zzz'$"):
        importlib.import_module("autograd.zzz")


def test_a_submodule_that_is_still_being_imported_can_be_imported_from_its_package():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "autograd.half_imported", submodule := ModuleType("autograd.half_imported"))
        from autograd import half_imported
    assert half_imported is submodule


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("pow", "write x**2"),
        ("abs", "abs(x)"),
        ("numpy", "x.data"),
        ("requires_grad_", "x.requires_grad = True"),
        ("add_", "+= 1"),
        ("gelu", "write gelu(x)"),
        ("leaky_relu", "write leaky_relu(x)"),
        ("sign", "write sign(x)"),
        ("swish", "write silu(x)"),
        ("std", "sqrt(var([a, b])) takes several"),
    ],
)
def test_a_method_of_a_tensor_says_what_to_write(name, write):
    with pytest.raises(AttributeError, match=re.escape(write)):
        getattr(Value(2.0), name)
    assert name not in dir(Value(2.0))


def test_python_adds_no_guess_to_what_is_written_for_a_foreign_name():
    code = """
import sys, autograd, nn
from autograd.foreign_names import FUNCTIONS, METHODS
for owner, names in ((autograd.Value(2.0), METHODS), (autograd, FUNCTIONS), (nn, FUNCTIONS)):
    for name in names:
        try:
            getattr(owner, name)
        except AttributeError:
            sys.excepthook(*sys.exc_info())  # as it shows what nobody catches
"""
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr
    assert shown.count("AttributeError: a Value has no attribute") == len(foreign_names.METHODS)
    assert "Did you mean" not in shown


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("to", "leave it out"),
        ("children", "modules()"),
        ("fit", "write nn.fit(net, X, y"),
        ("weight", "the weights w"),
        ("evaluate", "write nn.accuracy"),
        ("get_weights", "write state_dict"),
        ("buffers", "frozen Values are saved but not trained"),
    ],
)
def test_what_other_libraries_give_a_module_says_what_to_write(name, write):
    net = nn.MLP(2, [3, 1], seed=0)
    with pytest.raises(AttributeError, match=f"^'MLP' object has no attribute '{name}': .*{re.escape(write)}") as caught:
        getattr(net, name)
    assert (caught.value.name, caught.value.obj) == (name, None)  # so that Python adds no suggestion


@pytest.mark.parametrize("name", ["tanh", "relu", "exp"])
def test_a_method_with_too_many_arguments_is_called_by_the_name_that_was_typed(name):
    with pytest.raises(TypeError, match=rf"^Value\.{name}\(\) takes 1 positional argument but 2 were given"):
        getattr(Value(2.0), name)(3.0)


@pytest.mark.parametrize(("name", "write"), [("Dense", "nn.Layer(nin"), ("clip_grad_norm", "nn.utils.clip_grad_norm_")])
def test_a_name_of_another_library_that_nn_lacks_says_what_to_write(name, write):
    with pytest.raises(AttributeError, match=re.escape(write)):
        getattr(nn, name)


def test_initials_have_the_article_that_they_are_spoken_with():
    with pytest.raises(TypeError, match="returned an MLP"):
        autograd.grad(lambda x: nn.MLP(1, [1]))(1.0)


def test_a_module_may_have_an_attribute_of_such_a_name_and_an_error_in_a_property_stays_what_it_is():
    class Own(nn.Module):
        def __init__(self):
            self.to = Value(2.0)

        @property
        def weight(self):
            return self.missing

    own = Own()
    assert own.to.data == 2.0
    with pytest.raises(AttributeError, match="'Own' object has no attribute 'missing'"):
        own.weight
    with pytest.raises(AttributeError, match="'Own' object has no attribute 'mode'"):
        own.mode


@pytest.mark.parametrize("name", nn_names.ADVICE)
def test_what_is_written_for_a_name_of_pytorchs_nn_is_there(name):
    for path, written in re.findall(r"\b(nn|autograd)\.(\w+)", nn_names.ADVICE[name]):
        assert hasattr({"nn": nn, "autograd": autograd}[path], written)


@pytest.mark.parametrize(
    ("module", "name", "write"),
    [
        ("optim", "lr_scheduler", "write nn.lr_scheduler"),
        ("optim", "RAdam", "subclass nn.optim.Optimizer, and write its update"),
        ("optim", "adam", "did you mean Adam?"),
        ("lr_scheduler", "CyclicLR", "write nn.lr_scheduler.LambdaLR(optimizer, lambda epoch: …)"),
        ("lr_scheduler", "SGD", "write nn.optim.SGD"),
        ("init", "kaiming_normal_", 'write nn.Layer(…, init="he")'),
        ("utils", "clip_grad_norm", "write nn.utils.clip_grad_norm_"),
        ("plot", "losscurve", "did you mean loss_curve?"),
    ],
)
def test_a_name_of_pytorchs_optim_says_what_to_write(module, name, write):
    with pytest.raises(AttributeError, match=f"^module 'nn.{module}' has no attribute '{name}': {re.escape(write)}"):
        getattr(getattr(nn, module), name)
    with pytest.raises(ImportError, match=f"^cannot import name '{name}' from 'nn.{module}': {re.escape(write)}"):
        exec(f"from nn.{module} import {name}")


def test_an_option_of_another_backward_says_what_to_write():
    y = Value(2.0) * 3.0
    with pytest.raises(TypeError, match="'retain_graph': leave it out: the graph is kept"):
        y.backward(retain_graph=True)
    with pytest.raises(TypeError, match=r"^seed: expected a real number, got a Value: write y\.backward\(seed\.data\)$"):
        y.backward(Value(1.0))
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'sead'$"):
        y.backward(sead=2.0)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: autograd.log(A, 2), "log() takes 1 argument, got 2: write log2(x), log10(x), or log(x)/log(base)"),
        (lambda: autograd.log(8.0, base=2), "log() got an unexpected keyword argument 'base': write log2(x), log10(x), or"),
        (lambda: autograd.log(x=A), "log() got an unexpected keyword argument 'x': write log(x)"),
        (lambda: autograd.relu(A, inplace=True), "relu() got an unexpected keyword argument 'inplace': write relu(x)"),
        (lambda: autograd.sub(A, B, alpha=2), "sub() got an unexpected keyword argument 'alpha': write sub(x, y)"),
        (lambda: autograd.maximum(A, B, 3.0), "maximum() takes 2 arguments, got 3: write maximum(x, maximum(y, z))"),
        (lambda: autograd.softplus(A, beta=2), "'beta': write softplus(beta*x)/beta"),
        (lambda: autograd.softmax([A, B], dim=0), "'dim': leave it out for one list of numbers; for rows, write [f(row)"),
        (lambda: autograd.softmax([A, B], -1), "takes its numbers in a list, got 2 arguments: write softmax(xs)"),
        (lambda: autograd.mean([A, B], axis=0), "mean() got an unexpected keyword argument 'axis': leave it out for one list"),
        (lambda: autograd.prod([A, B], start=2.0), "'start': put it in the list, [start, *xs]"),
        (lambda: autograd.var([A, B], ddof=1), "'ddof': write correction=1 for the sample variance"),
        (lambda: autograd.norm([A, B], ord=1), "'ord': leave it out: it is the Euclidean norm"),
        (lambda: autograd.clip(A, 0.0, None), "clip: each bound must be a number or a Value, got None: write -inf or inf"),
        (lambda: autograd.gradients(A * B, [A], retain_graph=True), "'retain_graph': leave it out: the graph is kept"),
        (lambda: autograd.grad(A * B, A, create_graph=True), "for Values, write gradients(y, xs)"),
    ],
)
def test_an_argument_that_other_libraries_take_says_what_to_write(call, words):
    with pytest.raises(TypeError, match=re.escape(words)):
        call()


@pytest.mark.parametrize(
    ("make", "argument", "write"),
    [
        (lambda: nn.optim.SGD([Value(1.0)], learning_rate=0.1), "learning_rate", "write lr="),
        (lambda: nn.optim.Adam([Value(1.0)], beta1=0.9), "beta1", "write betas=(0.9, 0.999)"),
        (lambda: nn.optim.RMSprop([Value(1.0)], rho=0.9), "rho", "write alpha="),
        (lambda: nn.Layer(2, units=3), "units", "write nout="),
        (lambda: nn.Dropout(rate=0.5), "rate", "write p="),
        (lambda: nn.LeakyReLU(negative_slope=0.1), "negative_slope", "write slope="),
        (lambda: nn.BCELoss(from_logits=True), "from_logits", "write nn.BCEWithLogitsLoss()"),
        (lambda: nn.optim.Adam([Value(1.0)], momentum=0.9), "momentum", "nn.optim.SGD and RMSprop have it"),
        (lambda: nn.EarlyStopping(restore_best_weights=True), "restore_best_weights", "write restore_best="),
        (lambda: nn.fit(shuffle=True), "shuffle", "leave it out: batches are shuffled by seed"),
        (lambda: nn.fit(lr=0.1), "lr", "the optimizer has it, such as nn.optim.SGD(net.parameters(), lr=0.1)"),
        (lambda: nn.train_test_split([], [], seed=0), "seed", "write random_state="),
        (lambda: nn.make_moons(seed=0), "seed", "write random_state="),
        (lambda: nn.make_blobs(num_samples=9), "num_samples", "write n_samples="),
        (lambda: nn.load_iris(return_X_y=True), "return_X_y", "leave it out, and write data.X and data.y"),
        (lambda: nn.load_digits(as_frame=True), "as_frame", "leave it out: data.X is a list of rows"),
        (lambda: nn.lr_scheduler.StepLR(None, step=3), "step", "write step_size="),
        (lambda: nn.record_training(epochs=5), "epochs", "write steps="),
        (lambda: nn.Neuron(1).zero_grad(set_to_none=True), "set_to_none", "leave it out"),
        (lambda: nn.optim.SGD([Value(1.0)]).zero_grad(set_to_none=True), "set_to_none", "leave it out"),
    ],
)
def test_an_argument_of_another_library_says_what_to_write(make, argument, write):
    with pytest.raises(TypeError, match=f"got an unexpected keyword argument '{argument}': {re.escape(write)}"):
        make()


def test_an_unknown_argument_of_nns_or_of_a_users_class_is_pythons_error():
    class Net(nn.Module):
        def __init__(self, width):
            self.layer = nn.Layer(1, width)

    for make in (lambda: nn.Layer(2, widht=3), lambda: Net(units=3)):
        with pytest.raises(TypeError, match=r"unexpected keyword argument '\w+'$"):
            make()


def test_names_are_guessed_only_once_something_is_wrong():
    code = "import sys, autograd; print('difflib' in sys.modules, 'ast' in sys.modules)"
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"] * 2


# -- expressions ---------------------------------------------------------------------------------------------------------


def refused(text):
    with pytest.raises(ExpressionError) as error:
        evaluate(text, {"x": Value(3.0), "y": Value(4.0)})
    return str(error.value), error.value.column


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("2x+1", "write a product with *: 2*x", 1),
        ("x *\n", "something is missing at the end", 4),
        ("2*x + ", "something is missing at the end", 6),
        (" ", "there is no expression", 1),
        ("1 + 2.5e3x", "write a product with *: 2.5e3*x", 5),
        ("1e5 + 2x", "write a product with *: 2*x", 7),
        ("x1 + .5 y", "write a product with *: .5*y", 6),
        ("3sin(x)", "write a product with *: 3*sin", 1),
        ("x y", "write a product with *: x*y", 1),
        ("2(x + 1)", "only ops can be called, by name: write a product with *", 1),
        ("(x + 1)(x + 2)", "only ops can be called, by name: write a product with *", 2),
        ("(x + 1)x", "write a product with *", 7),
        ("x(y + 1)", "'x' is not an op: write a product with *", 1),
        ("x × y", "write a product with *, not ×", 3),
        ("x ÷ y", "write a quotient with /, not ÷", 3),
        ("x − y", "write minus as -, not −", 3),
        ("x²", "write a power with **, not ²", 2),
        ("√x", "write a square root as sqrt(x)", 1),
        ("0,5x + 1", "write 0.5, not 0,5", 1),
        (r"1 + \int x dx", r"\int is LaTeX: write formulas as in sqrt(x)/2", 5),
        ("1,000,000x", "write 1000000, not 1,000,000", 1),
        ("1,000 x", "write 1000 or 1.000, not 1,000", 1),
        ("3 1/2 + x", "write +, or * for a product, between 3 and 1", 1),
        ("x mod 3", "write a remainder as x % 3", 2),
        ("x ≤ 3", "write <=, not ≤", 3),
        ("x + ∞", "write inf, not ∞", 5),
        ("⌊x⌋", "write floor(x), not ⌊x⌋", 1),
        ("x.foo()", "'foo' is not an op", 1),
        ("x.sine()", "'sine' is not an op: did you mean sin?", 1),
        ("½*x", "write a fraction as 1/2, not ½", 1),
        ("2*sin(30°)", "angles are in radians: 30° is 30*pi/180", 9),
        ("f'(x)", "leave ' out: every derivative is computed", 2),
        ("∂f/∂x", "leave ∂ out: every derivative is computed", 1),
        ("(x + 1)!", "write x! as exp(lgamma(x + 1))", 8),
        ("x^2", "the operators are + - * / and **: write a power with **", 1),
        ("|x| + 1", "write an absolute value as abs(x), not |x|", 1),
        ("y = x + 1", "give only the expression, without a name and =", 3),
        ("1 + sin x", "call an op with parentheses: sin(x)", 5),
        ("exp 2", "call an op with parentheses: exp(2)", 1),
        ("sin + x", "no value for 'sin': give sin=…; sin is a function: write sin(x)", 1),
        ("Tanh(x)", "'Tanh' is not an op: did you mean tanh?", 1),
        ("ln(x)", "'ln' is not an op: did you mean log?", 1),
        ("max(x, y)", "'max' is not an op: did you mean maximum?", 1),
        ("arctan(x)", "'arctan' is not an op: did you mean atan?", 1),
        ("blub(x)", "'blub' is not an op", 1),
        ("np.exp(x)", "only ops can be called, by name: write exp(…)", 1),
        (
            "e**x",
            "no value for 'e': give e=…; the exponential function is exp(x), and for the number give e=2.718281828459045",
            1,
        ),
        ("2*π*x", "no value for 'π': give π=…; for the number give π=3.141592653589793", 3),
        ("pi*x", "no value for 'pi': give pi=…; for the number give pi=3.141592653589793", 1),
        ("z*x", "no value for 'z': give z=…", 1),
    ],
)
def test_an_expression_that_cannot_be_read_says_what_to_write(text, message, column):
    said, at = refused(text)
    assert at == column
    assert said == message or (text == "x^2" and said.endswith("write a power with **"))


@given(st.sampled_from(functions()), st.data())
def test_a_misspelled_function_is_guessed(name, data):
    i = data.draw(st.integers(0, len(name) - 1))
    for wrong in name.capitalize(), name.upper(), name[: i + 1] + name[i:]:
        if len(name) > 3 and wrong not in functions():
            guess = refused(f"{wrong}(x)")[0].removeprefix(f"{wrong!r} is not an op: did you mean ").removesuffix("?")
            assert guess in functions()


number_texts = st.floats(0.0, 1e300).map(repr) | st.integers(0, 10**9).map(str)


@given(number_texts, st.sampled_from(["x", "y", "x1", "ω", "sin(x)", "(x)"]), st.sampled_from(["", " "]))
def test_a_number_before_a_name_is_a_product_and_what_is_said_can_be_read(number, name, space):
    said, column = refused(f"y + {number}{space}{name}")
    assert column == 5
    assert "write a product with *" in said
    head = said.partition("with *: ")[2]
    assert head in ("", f"{number}*{name.partition('(')[0]}")


@pytest.mark.parametrize("text", ["x if", "x and", "lambda x", "x +", "x.5", "x[", "x not", "in x"])
def test_what_is_no_slip_of_these_is_left_to_python(text):
    assert "written" not in refused(text)[0]


@given(number_texts, number_texts)
def test_numbers_are_read_as_python_reads_them(one, other):
    result, _ = evaluate(f"{one}*x + {other}", {"x": Value(3.0)})
    assert result.data == float(one) * 3.0 + float(other)
