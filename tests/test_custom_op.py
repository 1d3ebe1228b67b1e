"""Custom ops work everywhere built-in ops do."""

import copy
import math
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import CompileError, Value, custom_op, draw_dot, grad, hessian, jvp
from autograd.expression import evaluate
from autograd.op import TABLE
from autograd.testing import gradcheck


def cube():
    return custom_op(lambda x: x**3, partials=lambda z, x: 3.0 * x * x, name="cube", symbol="x³")


def test_it_differentiates_to_any_order_in_both_modes():
    f = cube()
    assert (f(2.0), grad(f)(2.0), grad(grad(f))(2.0), grad(grad(grad(f)))(2.0)) == (8.0, 12.0, 12.0, 6.0)
    assert jvp(f, (2.0,), (1.0,)) == (8.0, 12.0)
    assert gradcheck(f, (0.7,), order=2)


def test_the_decorator_takes_one_partial_an_argument_and_keeps_the_docstring():
    @custom_op(partials=[lambda z, x, y: autograd.cos(x) * y, lambda z, x, y: autograd.sin(x)])
    def wave(x, y):
        """A wave."""
        return math.sin(x) * y

    assert (wave.name, wave.__doc__) == ("wave", "A wave.")
    assert hessian(wave, (0, 1))(0.5, 2.0)[0][1] == pytest.approx(math.cos(0.5))


def test_its_function_may_be_given_by_name():
    op = custom_op(forward=lambda x: x**3, partials=lambda z, x: 3.0 * x * x, name="cube")
    assert (op(2.0), grad(op)(2.0)) == (8.0, 12.0)


def test_it_is_drawn_parsed_and_known_to_a_layer():
    import nn

    f = cube()
    x = Value(2.0, label="x")
    assert "x³" in draw_dot(f(x)).source
    assert evaluate("cube(x) + 1", {"x": x})[0].data == 9.0
    assert nn.Neuron(1, f, seed=0)([1.0]).op is f


def test_an_exception_in_it_passes_unless_it_says_what_the_result_is_then():
    def partial(z, x):
        return -1.0 / autograd.sqrt(1.0 - x * x)

    def acos(x):  # with its own message: that of math.acos depends on the Python version
        if x > 1.0:
            raise ValueError("no angle has this cosine")
        return math.acos(x)

    f = custom_op(acos, partials=partial, name="my_acos")
    for argument in (2.0, Value(2.0)):
        with pytest.raises(ValueError, match="no angle has this cosine"):
            f(argument)
    f = custom_op(math.acos, partials=partial, name="my_acos", fallback=lambda x: math.nan)
    with pytest.warns(RuntimeWarning, match=r"my_acos\(2\.0\) is nan"):
        assert math.isnan(f(Value(2.0)).data)


def test_its_partials_are_floats_whatever_numbers_its_rules_give():
    import numpy

    f = custom_op(lambda x: numpy.sin(x), partials=lambda z, x: 1, name="one")
    x = Value(2.0)
    with autograd.anomaly():
        f(x).backward()
    assert type(x.grad) is type(grad(f)(2.0)) is type(f(2.0)) is float
    g = custom_op(lambda x: x, partials=lambda z, x: None, name="none")
    with pytest.raises(TypeError, match=r"^none: expected a real number, got NoneType"):
        g(x)


def test_an_op_is_pickled_and_copied_by_its_name():
    f = cube()
    assert pickle.loads(pickle.dumps(f)) is f
    assert copy.deepcopy(autograd.relu) is autograd.relu


def test_defining_it_again_replaces_it():
    cube()
    again = custom_op(lambda x: x * 27.0, partials=lambda z, x: 27.0, name="cube")
    assert TABLE["cube"] is again


def test_a_forward_that_gives_an_int_is_a_float_and_one_that_gives_a_list_is_refused():
    f = custom_op(lambda x: 3, partials=lambda z, x: 0.0, name="three")
    assert type(f(Value(1.0)).data) is float
    g = custom_op(lambda x: [x], partials=lambda z, x: 0.0, name="listed")
    with pytest.raises(TypeError, match=r"^listed: expected a real number, got list"):
        g(Value(1.0))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tanh", "'tanh' is a built-in op"),
        ("a b", "must be an identifier and not a keyword, got 'a b'"),
        ("lambda", "must be an identifier and not a keyword, got 'lambda'"),
    ],
)
def test_a_bad_name_is_refused(name, message):
    with pytest.raises(ValueError, match=message):
        custom_op(lambda x: x, partials=lambda z, x: 1.0, name=name)


def product(x, y):
    return x * y


def slope(z, x, y):
    return y


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        ({"forward": 3.0, "partials": slope}, "forward of op must be a function, got 3.0"),
        ({"forward": product, "partials": [slope, None]}, r"partials\[1\] of op must be a function, got None"),
        ({"forward": product, "partials": [2.0, 3.0]}, r"partials\[0\] of op must be a function, got 2.0"),
        ({"forward": product, "partials": {"x": slope, "y": slope}}, r"partials of op must be a function, got \{"),
        ({"forward": product, "partials": 2.0}, "partials of op must be a function, got 2.0"),
        ({"forward": product, "vjp": 2.0}, "vjp of op must be a function, got 2.0"),
        ({"forward": product, "partials": [slope, slope], "fallback": 0.0}, "fallback of op must be a function, got 0.0"),
        ({"forward": product, "partials": [slope, slope], "kinks": 0.0}, "kinks of op must be a function, got 0.0"),
    ],
)
def test_what_is_not_a_function_is_refused_when_the_op_is_made(columns, what):
    forward, *others = columns.items()
    with pytest.raises(TypeError, match=f"^custom_op: {what}"):
        custom_op(forward[1], name="op", **dict(others))
    assert "op" not in TABLE


@pytest.mark.parametrize("domain", [(0.0, math.inf), [(0.0, math.inf)], [[0.0, math.inf]], [[("0", "1")]], [[]] * 2, 0.0])
def test_a_domain_that_has_no_intervals_for_each_argument_is_refused(domain):
    with pytest.raises(ValueError, match=r"^custom_op: domain of root must have a list of intervals for each argument"):
        custom_op(math.sqrt, partials=lambda z, x: 0.5 / z, name="root", domain=domain)
    assert "root" not in TABLE


@pytest.mark.parametrize("partials", [1.0, None, {1.0: 2.0}])
def test_a_rule_of_any_number_of_arguments_that_returns_no_list_is_refused(partials):
    f = custom_op(lambda *xs: xs[0], partials=lambda z, *xs: partials, name="first", variadic=True)
    with pytest.raises(TypeError, match="first: its rule must return a list of partials, one per argument, got"):
        f(Value(1.0))


def test_a_fallback_gives_a_float_or_an_error_of_plain_numbers_too():
    f = custom_op(math.log, partials=lambda z, x: 1.0 / x, fallback=lambda x: 0, name="or_zero")
    assert [type(y) for y in (f(-1.0), f(Value(-1.0)).data)] == [float, float]
    f = custom_op(math.log, partials=lambda z, x: 1.0 / x, fallback=lambda x: None, name="or_none")
    for x in -1.0, Value(-1.0):
        with pytest.raises(TypeError, match=r"^or_none: expected a real number, got NoneType"):
            f(x)


def test_a_function_that_returns_another_kind_of_number_is_called_once():
    calls = []
    f = custom_op(lambda x: calls.append(x) or 3, partials=lambda z, x: True, name="three")
    y = f(Value(2.0))
    assert (calls, repr(y.data), repr(y.partials)) == ([2.0], "3.0", "(1.0,)")


def test_a_wrong_number_of_arguments_is_refused():
    f = cube()
    with pytest.raises(TypeError, match=r"cube\(\) takes 1 argument, got 2"):
        f(Value(1.0), 2.0)


@pytest.mark.parametrize(
    ("function", "partials", "message"),
    [
        (lambda x, y: x - y, lambda z, x, y: 1.0, r"each argument of op\(x, y\), got 1"),
        (math.sin, [lambda z, x: 1.0] * 2, r"each argument of op\(x, /\), got 2"),
    ],
)
def test_as_many_partials_as_arguments_are_asked_for_when_the_op_is_made(function, partials, message):
    with pytest.raises(TypeError, match=f"custom_op: partials must be one function for {message}"):
        custom_op(function, partials=partials, name="op")
    assert "op" not in TABLE


def test_a_function_that_does_not_tell_its_arguments_is_taken_at_its_word():
    assert custom_op(math.hypot, partials=[lambda z, x, y: x / z, lambda z, x, y: y / z], name="length")(3.0, 4.0) == 5.0
    assert custom_op(max, partials=[lambda z, x, y: 1.0, lambda z, x, y: 0.0], name="larger")(3.0, 4.0) == 4.0


# -- vjp ---------------------------------------------------------------------------------------------


def test_a_vjp_gives_what_partials_give_to_any_order_in_both_modes():
    f = custom_op(lambda x: x**3, vjp=lambda bar, z, x: bar * 3.0 * x * x, name="cube")
    assert (f(2.0), grad(f)(2.0), grad(grad(f))(2.0), grad(grad(grad(f)))(2.0)) == (8.0, 12.0, 12.0, 6.0)
    assert jvp(f, (2.0,), (1.0,)) == (8.0, 12.0)
    assert gradcheck(f, (0.7,), order=2)


@given(st.floats(-3.0, 3.0), st.floats(0.1, 3.0))
def test_a_vjp_of_two_arguments_is_bit_equal_to_its_partials(x, y):
    one = custom_op(lambda x, y: x / y, vjp=lambda bar, z, x, y: (bar / y, -bar * z / y), name="one")
    other = custom_op(lambda x, y: x / y, partials=[lambda z, x, y: 1.0 / y, lambda z, x, y: -z / y], name="other")
    assert one(Value(x), Value(y)).partials == other(Value(x), Value(y)).partials
    assert hessian(one, (0, 1))(x, y) == hessian(other, (0, 1))(x, y)


def test_a_vjp_is_accepted_by_the_decorator_and_may_leave_an_argument_without_gradient():
    @custom_op(vjp=lambda bar, z, x, *rest: [bar * 2.0, None])
    def doubled(x, how):
        return 2.0 * x

    x, how = Value(3.0), Value(1.0)
    doubled(x, how).backward()
    assert (x.grad, how.grad) == (2.0, 0.0)


def test_a_vjp_serves_an_op_of_any_number_of_arguments():
    total = custom_op(lambda *xs: math.fsum(xs), vjp=lambda bar, z, *xs: [bar] * len(xs), variadic=True, name="total")
    assert grad(lambda xs: total(*xs))([1.0, 2.0, 3.0]) == [1.0, 1.0, 1.0]


def test_a_constant_is_not_differentiated_by_a_vjp():
    f = custom_op(lambda x, y: x * y, vjp=lambda bar, z, x, y: (bar * y, bar * x), name="area")
    assert f(Value(2.0), 3.0).partials == (3.0, None)


@pytest.mark.parametrize("given", [{}, {"partials": lambda z, x: 1.0, "vjp": lambda bar, z, x: bar}])
def test_exactly_one_of_partials_and_vjp_is_asked_for(given):
    for function in (math.sin, None):  # called, and as a decorator
        with pytest.raises(TypeError, match=r"custom_op: give either partials=… or vjp=…, got (neither|both)"):
            custom_op(function, name="op", **given)


@pytest.mark.parametrize(
    ("vjp", "message"),
    [
        (lambda bar, z, x: bar, r"vjp must take bar, z and each argument of op\(x, y\), got 1"),
        (lambda bar: bar, r"vjp must take bar, z and each argument of op\(x, y\), got 0"),
        (lambda bar, z, x, y, w: bar, r"vjp must take bar, z and each argument of op\(x, y\), got 3"),
    ],
)
def test_a_vjp_takes_bar_the_result_and_every_argument(vjp, message):
    with pytest.raises(TypeError, match=f"custom_op: {message}"):
        custom_op(lambda x, y: x * y, vjp=vjp, name="op")
    assert "op" not in TABLE


def test_a_vjp_and_a_function_that_both_do_not_tell_their_arguments_are_refused():
    with pytest.raises(TypeError, match=r"vjp of op must name its arguments, as in lambda bar, z, x, y"):
        custom_op(max, vjp=lambda *args: args[2:], name="op")


@pytest.mark.parametrize("given", [None, 1.0, (1.0,), [1.0, 2.0, 3.0]])
def test_a_vjp_that_returns_no_gradient_for_an_argument_is_told_at_its_first_use(given):
    f = custom_op(lambda x, y: x * y, vjp=lambda bar, z, x, y: given, name="op")
    with pytest.raises(TypeError, match="op: vjp must return one gradient per argument, so 2, got"):
        f(Value(1.0), Value(2.0))


@pytest.mark.parametrize("wrong", [lambda bar: bar * bar, abs, lambda bar: bar + 1.0, lambda bar: 1.0])
def test_a_vjp_that_is_not_linear_in_the_gradient_is_told_at_its_first_use(wrong):
    f = custom_op(lambda x: 2.0 * x, vjp=lambda bar, z, x: 2.0 * wrong(bar), name="op")
    with pytest.raises(TypeError, match=r"op: vjp must be linear in bar, got .* for bar = 1\.0 and .* for bar = -2\.0"):
        f(Value(1.0))


def test_a_vjp_at_a_pole_is_no_mistake():
    f = custom_op(lambda x: math.sqrt(x), vjp=lambda bar, z, x: bar / (2.0 * z), name="root")
    x = Value(0.0)
    f(x).backward()
    assert x.grad == math.inf
    assert grad(f)(4.0) == 0.25


def test_a_column_that_an_op_does_not_have_is_refused_by_name():
    with pytest.raises(TypeError, match=r"an op has no column 'latx'; they are doc, variadic, .*latex"):
        custom_op(math.sin, partials=lambda z, x: autograd.cos(x), name="op", latx="s({})")
    assert "op" not in TABLE


def test_an_op_of_any_number_of_arguments_that_was_made_one_of_a_single_argument_says_how_to_make_it():
    total = custom_op(lambda *xs: math.fsum(xs), partials=lambda z, *xs: 1.0, name="total")
    assert total(2.0) == 2.0
    with pytest.raises(TypeError, match=r"total\(\) takes 1 argument, got 2: custom_op\(…, variadic=True\) makes an op of any"):
        total(Value(1.0), 2.0)


# -- compiled ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rule",
    [
        lambda z, x: autograd.where(x > 0.0, 1.0, -1.0) * (x != 0.0),
        lambda z, x: autograd.where(x > 0.0, 1.0, autograd.where(x == 0.0, 0.0, -1.0)),
        lambda z, x: (x >= 0.0) - 1.0 * (x <= 0.0),
    ],
)
def test_a_rule_may_compare_where_no_branch_depends_on_it(rule):
    size = custom_op(abs, partials=rule, name="size")
    for x in (3.0, -2.0, 0.0):
        assert grad(size)(x) == autograd.compile(size, 1.0).value_and_grad(x)[1] == autograd.sign(x)


@pytest.mark.parametrize("rule", [lambda z, x: 1.0 if x > 0.0 else 0.0, lambda z, x: 0.0 if x == 0.0 else 1.0])
def test_a_rule_with_a_branch_is_not_compiled(rule):
    bend = custom_op(lambda x: max(x, 0.0), partials=rule, name="bend")
    assert (grad(bend)(2.0), grad(bend)(0.0)) == (1.0, 0.0)
    with pytest.raises(CompileError, match=r"a rule with a Python branch .* cannot be compiled"):
        autograd.compile(bend, 1.0).value_and_grad(2.0)


@pytest.mark.parametrize("rule", [lambda z, x: math.exp(x), lambda z, x: z.hex() and z, lambda z, x: [z][int(x) - int(x)]])
def test_a_rule_that_takes_numbers_alone_is_not_compiled_and_says_which_it_is(rule):
    growth = custom_op(math.exp, partials=rule, name="growth")
    assert grad(growth)(2.0) == math.exp(2.0)
    with pytest.raises(CompileError, match=r"^a partial of growth cannot be compiled, .*: write it with operators and"):
        autograd.compile(growth, 1.0).value_and_grad(2.0)


# -- its texts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "text", "message"),
    [
        ("source", "({}, {}", "custom_op: source must be an expression: '({}, {}' is not a Python expression"),
        ("source", "{} = {}", "must be an expression: '{} = {}' is not a Python expression"),
        ("source", "return {} - {}", "is not a Python expression"),
        ("source", "{} -", "custom_op: source must have a {} for each argument, or {0}, {1}, got '{} -'"),
        ("source", "{} - {} - {}", "must have a {} for each argument, or {0}, {1}"),
        ("source", "{0} - {2}", "must have a {} for each argument, or {0}, {1}"),
        ("source", "{0} - {0}", "must have a {} for each argument, or {0}, {1}"),
        ("source", "{x} - {y}", "must have a {} for each argument, or {0}, {1}"),
        ("source", "{0} - {}", "must have a {} for each argument, or {0}, {1}"),
        ("source", "{:.2f} - {}", "must have a {} for each argument, or {0}, {1}"),
        ("source", "{} - {!r}", "must have a {} for each argument, or {0}, {1}"),
        ("source", "max({, {})", "write a literal brace twice"),
        ("source", "x{} - y{}", "source must use its arguments as operands, not inside names or strings, got 'x{} - y{}'"),
        ("source", "'{} - {}'", "as operands, not inside names or strings"),
        ("source", "lambda {}: {}", "as operands, not inside names or strings"),
        ("latex", "{}^2", "custom_op: latex must have a {} for each argument, or {0}, {1}, got '{}^2'"),
        ("latex", r"\frac{{}}{{}}", "custom_op: latex must have a {} for each argument"),
    ],
)
def test_a_text_that_does_not_show_each_argument_is_refused_when_the_op_is_made(column, text, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        custom_op(lambda x, y: x - y, partials=[lambda z, x, y: 1.0, lambda z, x, y: -1.0], name="op", **{column: text})
    assert "op" not in TABLE


def test_a_text_that_is_none_is_refused():
    with pytest.raises(TypeError, match="custom_op: source must be a str, got int"):
        custom_op(lambda x: x, partials=lambda z, x: 1.0, name="op", source=3)


def test_texts_of_ops_of_any_number_of_arguments_have_one_place():
    columns = {"name": "op", "variadic": True, "partials": lambda z, *xs: [1.0] * len(xs)}
    assert custom_op(lambda *xs: max(xs), source="max(*[{}])", **columns).source == "max(*[{}])"
    for source in ("max(0.0)", "max({}, {})", "max({1})"):
        with pytest.raises(ValueError, match=re.escape("source must have one {} for all the arguments")):
            custom_op(lambda *xs: max(xs), source=source, **columns)


@pytest.mark.parametrize(
    ("forward", "partials", "message"),
    [
        (
            lambda x: x * x,
            lambda x: 2 * x,
            "partials[0] of wrong must take the result first and then each argument, as in lambda z, x: …",
        ),
        (lambda x: x * x, [lambda z, x, y: 2 * x], "got one that takes (z, x, y)"),
        (lambda x, y: x * y, [lambda z, x, y: y, lambda x, y: x], "partials[1] of wrong must take the result first"),
        (lambda x, y: x * y, [lambda x, y: y, lambda z, x, y: x], "as in lambda z, x1, x2: …, got one that takes (x, y)"),
    ],
)
def test_a_partial_that_does_not_take_the_result_first_is_refused_where_it_is_given(forward, partials, message):
    with pytest.raises(TypeError, match=re.escape(message)):
        custom_op(forward, partials=partials, name="wrong")
    assert "wrong" not in TABLE


@pytest.mark.parametrize("partial", [lambda z, x: 2.0 * x, lambda *args: 2.0 * args[1], lambda z, x, k=2.0: k * x, math.pow])
def test_a_partial_that_can_be_called_with_result_and_argument_is_taken(partial):
    assert custom_op(lambda x: x * x, partials=partial, name="right")(3.0) == 9.0


def test_a_value_that_a_function_or_rule_returns_is_refused_with_how_to_pass_it():
    k, words = Value(2.0), r"^scaled: expected a real number, got a Value: .* pass every Value that they need as an argument$"
    for forward, rule in (lambda x: k * x, lambda z, x: 2.0), (lambda x: 2.0 * x, lambda z, x: 1.0 * k):
        scaled = custom_op(forward, partials=rule, name="scaled")
        with pytest.raises(TypeError, match=words):
            scaled(Value(3.0))


def test_rules_given_by_position_are_refused_with_the_names_to_give_them_by():
    with pytest.raises(TypeError, match=r"^custom_op: give its rules by name, partials=… or vjp=…$"):
        custom_op(math.sin, math.cos)


def test_an_exception_of_the_users_own_functions_says_which_op_raised_it_and_for_which_arguments():
    def forward(x):
        if x < 0.0:
            raise ValueError("no root of a negative number")
        return math.sqrt(x)

    root = custom_op(forward, partials=lambda z, x: 0.5 / z, name="root", kinks=lambda x: {}[x])
    x = Value(0.25, "x")
    y = root(x)
    with pytest.raises(ValueError, match="no root of a negative number") as caught:
        autograd.nudge(y, {x: -1.0})
    assert caught.value.__notes__ == ["raised by root, called with -0.75"]
    for check in (lambda: autograd.kinks(y), lambda: gradcheck(root, (0.25,))):
        with pytest.raises(KeyError) as caught:
            check()
        assert caught.value.__notes__ == ["raised by kinks of root, called with 0.25"]
    y = custom_op(abs, partials=lambda z, x: 1.0, name="size", kinks=lambda x: None)(x)
    with pytest.raises(TypeError, match="expected a real number, got NoneType") as missing:
        autograd.kinks(y)
    assert missing.value.__notes__ == ["raised by kinks of size, called with 0.25"]
