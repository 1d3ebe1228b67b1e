"""Warnings about classic slips in training loops: once, at the right line, with the fix, and no false alarms."""

import itertools
import linecache
import subprocess
import sys
import textwrap
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import TeachingWarning, Value, no_grad

ROOT = Path(__file__).parent.parent
count = itertools.count()


def told(program, **names):
    """The (line, message) warnings of a program run like a notebook cell, with its source where tracebacks find it."""
    source = textwrap.dedent(program).strip("\n") + "\n"
    name = f"<cell {next(count)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    names.update(Value=Value, no_grad=no_grad, autograd=autograd, __name__="__main__")
    with warnings.catch_warnings(action="ignore"):
        code = compile(source, name, "exec")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default", TeachingWarning)
        exec(code, names)
    assert all(issubclass(warning.category, TeachingWarning) and warning.filename == name for warning in caught)
    return [(warning.lineno, str(warning.message)) for warning in caught]


def lines(program, **names):
    return [line for line, _ in told(program, **names)]


def read(*data):
    """Leaves whose gradients were read."""
    leaves = [Value(x) for x in data]
    for leaf in leaves:
        leaf.grad = 1.0
        assert leaf.grad == 1.0
    return leaves


# -- a step that rebinds a name ------------------------------------------------------------------------------------------

STEPS = [  # the statement, the name it binds, and what to write
    ("x = x - 0.1*x.grad", "x", "x.data -= 0.1 * x.grad"),
    ("x -= 0.1 * x.grad", "x", "x.data -= 0.1 * x.grad"),
    ("x += -0.1 * x.grad", "x", "x.data += -0.1 * x.grad"),
    ("x = x + (-lr*x.grad)", "x", "x.data += -lr * x.grad"),
    ("x = -lr * x.grad + x", "x", "x.data += -lr * x.grad"),
    ("x = x - lr*(x.grad + 0.01*x.data)", "x", "x.data -= lr * (x.grad + 0.01 * x.data)"),
    ("x = x - lr*x.grad - lr*0.01*x.data", "x", "x.data = x.data - lr * x.grad - lr * 0.01 * x.data"),
    ("x: Value = x - lr*x.grad", "x", "x.data -= lr * x.grad"),
    ("print((x := x - lr*x.grad).data)", "x", "x.data -= lr * x.grad"),
    ("other = x = x - lr*x.grad", "x", "x.data -= lr * x.grad"),
    ("self.w = self.w - lr*self.w.grad", "self.w", "self.w.data -= lr * self.w.grad"),
    ("self.w -= lr*self.w.grad", "self.w", "self.w.data -= lr * self.w.grad"),
    ("p[0] = p[0] - lr*p[0].grad", "p[0]", "p[0].data -= lr * p[0].grad"),
    ("p[i] -= lr*p[i].grad", "p[i]", "p[i].data -= lr * p[i].grad"),
    ("p = [w - lr*w.grad for w in p]", "p", "for w in p: w.data -= lr * w.grad"),
    ("p = list(w - lr*w.grad for w in p)", "p", "for w in p: w.data -= lr * w.grad"),
    ("p = tuple(w - r*w.grad for w, r in zip(p, [lr]))", "p", "for w, r in zip(p, [lr]): w.data -= r * w.grad"),
    ("p = [[w - lr*w.grad for w in row] for row in [p]]", "p", "for row in [p]: for w in row: w.data -= lr * w.grad"),
    ("self.p = [w - lr*w.grad for w in self.p]", "self.p", "for w in self.p: w.data -= lr * w.grad"),
    ("for i, w in enumerate(p): p[i] = w - lr*w.grad", "p[i]", "w.data -= lr * w.grad"),
    ("d = {k: w - lr*w.grad for k, w in d.items()}", "d", "for k, w in d.items(): w.data -= lr * w.grad"),
    ("é = x; ü = 'ü'; x = x - lr*x.grad", "x", "x.data -= lr * x.grad"),
    ("x = (\n    x\n    - lr\n    * x.grad\n)", "x", "x.data -= lr * x.grad"),
    ("for w in p:\n    w -= lr*w.grad", "w", "w.data -= lr * w.grad"),
    ("def move(w):\n    w -= lr*w.grad\nmove(x)", "w", "w.data -= lr * w.grad"),
]


class Thing:
    """Something with an attribute."""


def names_of_a_program():
    x, w = read(3.0, 2.0)
    thing = Thing()
    thing.w = w
    thing.p = read(6.0)
    return {"x": x, "lr": 0.1, "self": thing, "p": read(4.0), "i": 0, "d": {"k": read(5.0)[0]}}


@pytest.mark.parametrize(("statement", "name", "write"), STEPS, ids=[step for step, _, _ in STEPS])
def test_a_step_that_binds_a_name_anew_says_what_to_write(statement, name, write):
    [(line, message)] = told(statement, **names_of_a_program())
    assert (
        message
        == f"this records a new Value and binds {name} to it; the parameter itself does not change. To update it, write {write}"
    )
    assert line == 1 + ("\n" in statement)


@pytest.mark.parametrize(("statement", "name", "write"), STEPS, ids=[step for step, _, _ in STEPS])
def test_it_says_so_under_no_grad_as_well(statement, name, write):
    program = "with no_grad():\n" + textwrap.indent(statement, "    ")
    [(_, message)] = told(program, **names_of_a_program())
    assert (
        message
        == f"this makes a new Value and binds {name} to it; the parameter itself does not change. To update it, write {write}"
    )


@pytest.mark.parametrize(("statement", "name", "write"), STEPS, ids=[step for step, _, _ in STEPS])
def test_what_it_says_to_write_moves_the_parameter_as_the_step_was_meant_to(statement, name, write):
    names = names_of_a_program()
    leaves = [names["x"], names["self"].w, names["p"][0], names["d"]["k"], names["self"].p[0]]
    before = [leaf.data for leaf in leaves]
    names["w"] = leaves[0]
    assert told(write.replace(": for", ":\n    for"), **names) == []
    after = [leaf.data for leaf in leaves]
    moved = [x - y for x, y in zip(before, after, strict=True) if x != y]
    assert len(moved) == 1
    assert 0.09 < moved[0] < 0.11


STEPS_MEANT = [
    "print(x.grad); loss = (x - 3)**2",
    "loss = (x - 0.5*y.grad)**2",
    "loss = (x - 0.5*x.grad)**2",  # a gradient penalty
    "y = x - lr*x.grad",  # a lookahead step
    "fast = [w - lr*w.grad for w in p]",
    "x = (x - lr*x.grad).detach()",
    "x = Value((x - lr*x.grad).data)",
    "x.data -= lr*x.grad",
    "x.data = x.data - lr*x.grad",
    "for w in p: w.data = w.data - lr*w.grad",
    "x = x - 3",
    "x -= lr",
    "x -= lr*y.grad",
    "x = lr*x.grad - x",
    "x = x * x.grad",
    "x = y - lr*x.grad",
    "x = x - lr*y.grad",
    "x, y = y - 1.0*x.grad, x - 1.0*y.grad",  # crossed
    "assert x - lr*x.grad == x.data - lr*x.grad",
    "x = x.data - lr*x.grad",
    "x = f(x - lr*x.grad)",
    "x = 'x = x - lr*x.grad' and x - 1.0",
    "x = x - 1.0; g = x.grad",
    "x.grad; loss = sum(w - lr*w.grad for w in p)",
    "for i, w in enumerate(p): d[i] = w - lr*w.grad",
    "x = (y if lr > 1 else x) - lr*x.grad",
    "for i, w in enumerate(p): p[i] = x - lr*x.grad",
    "for i, w in enumerate(p): p[0] = x - lr*x.grad",
    "g = x.grad\nx = (x - 1.0) if g > 0 else (x + 1.0)",
]


@pytest.mark.parametrize("statement", STEPS_MEANT)
def test_what_may_be_meant_is_not_told(statement):
    names = names_of_a_program() | {"y": read(7.0)[0], "f": lambda x: x}
    assert told(statement, **names) == []


@given(st.lists(st.sampled_from([*STEPS_MEANT, *(step for step, _, _ in STEPS if "\n" not in step)]), min_size=1, max_size=6))
def test_each_of_several_statements_of_a_program_is_told_by_itself(statements):
    slips = {step for step, _, _ in STEPS}
    program = "\n".join(["reset()"] + [f"{statement}\nreset()" for statement in statements])

    def reset():
        sys._getframe(1).f_globals.update(names_of_a_program(), y=read(7.0)[0], f=lambda x: x)

    expected = []
    line = 2
    for statement in statements:
        if statement in slips:
            expected.append(line)
        line += statement.count("\n") + 2
    assert lines(program, reset=reset) == expected


def test_two_steps_on_one_line_are_both_told():
    named = dict(zip("wb", read(1.0, 2.0), strict=True))
    messages = [message for _, message in told("w, b = w - 0.1*w.grad, b - 0.1*b.grad", **named)]
    assert [message.rpartition("write ")[2] for message in messages] == ["w.data -= 0.1 * w.grad", "b.data -= 0.1 * b.grad"]


def test_a_step_in_a_loop_is_told_once():
    program = """
        x = Value(5.0)
        for _ in range(10):
            ((x - 3)**2).backward()
            x = x - 0.1*x.grad
    """
    assert lines(program) == [4]


def test_several_steps_in_a_loop_are_told_once_each():
    program = """
        for _ in range(3):
            x, y = Value(5.0), Value(4.0)
            ((x*y - 3)**2).backward()
            x = x - 0.1*x.grad
            y = y - 0.1*y.grad
    """
    assert lines(program) == [4, 5]


def test_reading_the_source_warns_of_nothing_else_in_it():
    assert lines(
        r"""
        pattern = "\d"
        x = x - 0.1*x.grad
    """,
        x=read(3.0)[0],
    ) == [2]


def test_a_first_backward_is_no_repetition_though_the_gradient_of_its_root_was_set_to_zero_by_hand():
    program = """
    y = x * 2.0
    y.grad = 0.0
    x.data = 5.0
    y.backward()
    """
    assert told(program, x=Value(3.0)) == []


def told_without_source(statement, name="<stdin>", **names):
    names.update(Value=Value, no_grad=no_grad, __name__="__main__")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default", TeachingWarning)
        exec(compile(statement, name, "exec"), names)
    return [str(warning.message) for warning in caught]


PLAIN_STEPS = [  # no comprehensions, which are separate functions, nor function locals, which some Pythons load in pairs
    step for step in STEPS if " for " not in step[0] and not step[0].startswith(("def", "for i,"))
]


@pytest.mark.parametrize("around", ["{}", "with no_grad():\n    {}", "for _ in range(1):\n    {}"])
@pytest.mark.parametrize(("statement", "name", "write"), PLAIN_STEPS, ids=[step for step, _, _ in PLAIN_STEPS])
def test_without_source_a_step_is_read_off_the_instructions(statement, name, write, around):
    if "\n    w" in statement:
        statement = "w = p[0]; w.grad; " + statement.partition("\n")[2].strip()
    [message] = told_without_source(around.format(statement), **names_of_a_program())
    assert f"binds {name} to it" in message
    assert message.endswith(f"To update it, write {write}")


@pytest.mark.parametrize("statement", STEPS_MEANT)
def test_without_source_what_may_be_meant_is_not_told_either(statement):
    names = names_of_a_program() | {"y": read(7.0)[0], "f": lambda x: x}
    assert told_without_source(statement, **names) == []


def test_a_plain_interactive_session_is_told_of_a_step_by_hand():
    typed = "from autograd import Value, no_grad\nw = Value(1.0)\n(w*w).backward()\nw = w - 0.1*w.grad\n"
    assert in_python("-i", typed=typed) == 1
    loop = "p = [Value(1.0), Value(2.0)]\n(p[0]*p[1]).backward()\nwith no_grad():\n    for q in p:\n        q -= 0.1*q.grad\n\n"
    assert in_python("-i", typed="from autograd import Value, no_grad\n" + loop) == 1


# -- gradients that are not zeroed ---------------------------------------------------------------------------------------


def test_training_by_hand_without_zero_grad_is_told_where_the_gradient_is_read():
    program = """
        w = Value(5.0)
        for _ in range(10):
            loss = (w - 3)**2
            loss.backward()
            w.data -= 0.1*w.grad
    """
    [(line, message)] = told(program)
    assert line == 5
    assert "call zero_grad(), or write p.grad = 0.0, before backward()" in message


def test_training_with_an_optimizer_without_zero_grad_is_told_at_step():
    program = """
        import nn.optim
        w = Value(5.0)
        optimizer = nn.optim.SGD([w], lr=0.1)
        for _ in range(10):
            loss = (w - 3)**2
            loss.backward()
            optimizer.step()
    """
    assert lines(program) == [7]


def test_training_with_a_compiled_program_without_zero_grad_is_told_as_without_one():
    program = """
        import nn.optim
        w = Value(5.0)
        loss = autograd.compile(lambda: (w - 3)**2)
        optimizer = nn.optim.SGD([w], lr=0.1)
        for _ in range(10):
            loss.backward()
            optimizer.step()
    """
    assert lines(program) == [7]
    assert lines(program.replace("loss.backward()", "w.zero_grad(); loss.backward()")) == []


def test_it_is_told_inside_anomaly_as_well():
    program = """
        w = Value(5.0)
        with autograd.anomaly():
            for _ in range(10):
                loss = (w - 3)**2
                loss.backward()
                w.data -= 0.1*w.grad
    """
    assert lines(program) == [6]


LOOP = """
w, b = params = [Value(1.0), Value(2.0)]
for _ in range(3):
    {zero}
    for x in ([1.0, 2.0, 3.0][:batches] if accumulate else [1.0]):
        loss = {loss}
        loss.backward()
    {step}
"""
ZERO = ["for p in params: p.grad = 0.0", "w.grad = b.grad = 0.0", "[setattr(p, 'grad', 0) for p in params]"]
LOSS = ["(w*x + b - 7)**2", "(w - 1.0)**2 + (b + x)**2", "w*w*x + autograd.exp(b)", "(3 - w) * (2.0 + b) * x"]
STEP = [
    "for p in params: p.data -= 0.1*p.grad",
    "w.data -= 0.1*w.grad; b.data -= 0.1*b.grad",
    "for p, g in [(p, p.grad) for p in params]: p.data = p.data - 0.1*g",
    "print(w, b); [setattr(p, 'data', p.data - 0.1*p.grad) for p in params]",
]


@given(st.sampled_from(ZERO), st.sampled_from(LOSS), st.sampled_from(STEP), st.booleans(), st.integers(1, 3))
def test_a_right_training_loop_is_told_nothing(zero, loss, step, accumulate, batches):
    assert told(LOOP.format(zero=zero, loss=loss, step=step), accumulate=accumulate, batches=batches) == []


@given(st.sampled_from(LOSS), st.sampled_from(STEP), st.booleans(), st.integers(1, 3))
def test_the_same_loop_without_zeroing_is_told_at_its_step(loss, step, accumulate, batches):
    found = lines(LOOP.format(zero="pass", loss=loss, step=step), accumulate=accumulate, batches=batches)
    assert found == [7]


RIGHT = {
    "gradients that are added over batches": """
        w = Value(1.0)
        for x in 1.0, 2.0, 3.0:
            ((w - x)**2).backward()
        print(w.grad)
    """,
    "a first number set before training": """
        w = Value(1.0)
        w.data = 2.0
        (w*w).backward()
        (w*w).backward()
        print(w.grad)
    """,
    "momentum kept in the gradient": """
        w = Value(1.0)
        for _ in range(3):
            w.grad *= 0.9
            ((w - 3)**2).backward()
            w.data -= 0.1*w.grad
    """,
    "a number that was moved and put back": """
        w = Value(1.0)
        (w*w).backward()
        w.data, kept = 5.0, w.data
        w.data = kept
        (w*w).backward()
        print(w.grad)
    """,
    "two networks that train in turn": """
        g, d = Value(1.0), Value(2.0)
        for _ in range(3):
            d.grad = 0.0
            (d*g.data - 1.0).backward()
            d.data -= 0.1*d.grad
            g.grad = 0.0
            (d*g).backward()
            g.data -= 0.1*g.grad
    """,
    "a gradient that is forgotten before it is read": """
        w = Value(1.0)
        for _ in range(3):
            (w*w).backward()
            w.data -= 0.1
        w.zero_grad()
        print(w.grad)
    """,
    "a gradient that is only shown or copied": """
        import copy
        w = Value(1.0)
        for _ in range(3):
            (w*w).backward()
            w.data -= 0.1
            repr(w), str(w), copy.copy(w), autograd.to_latex(w*w), str(autograd.draw_dot(w*w))
    """,
    "a graph gone through twice where it was recorded": """
        w = Value(1.0)
        y = w*w
        y.backward()
        y.backward()
        print(w.grad)
    """,
    "a sweep by hand, which backward() checks": """
        x = Value(1.0)
        for _ in range(3):
            y = x*x
            z = 3.0*y
            z.grad = 1.0
            y.grad = 3.0
            x.grad = 0.0
            z.backward()
            x.data -= 0.1*x.grad
    """,
    "a total of the losses, each new, one of which went back by itself": """
        w, v, total = Value(1.0), Value(2.0), 0.0
        for _ in range(3):
            one, other = w*w, v*v
            one.backward()
            (one + other).backward()
            total += one.data + other.data
            for p in w, v:
                p.data -= 0.1*p.grad
                p.grad = 0.0
    """,
    "a loss for each optimizer, recorded before both steps": """
        w, b = Value(1.0), Value(2.0)
        one, two = w*b, w + b
        one.backward()
        w.data -= 0.1*w.grad
        w.grad = 0.0
        two.backward()
        b.data -= 0.1*b.grad
    """,
}


@pytest.mark.parametrize("program", RIGHT.values(), ids=RIGHT)
def test_nothing_is_told_of(program):
    assert told(program) == []


OLD_GRAPHS = {
    "a loss computed before the loop": ("total = (w - 3)**2", "pass"),
    "a total that grows": ("total = Value(0.0)", "total += (w - 3)**2"),
    "a sum that grows": ("total = Value(0.0)", "total = autograd.sum([total, (w - 3)**2])"),
}


@pytest.mark.parametrize(("before", "inside"), OLD_GRAPHS.values(), ids=OLD_GRAPHS)
def test_a_graph_that_is_swept_again_after_a_step_is_told(before, inside):
    program = f"""
        w = Value(5.0)
        {before}
        for _ in range(5):
            {inside}
            w.grad = 0.0
            total.backward()
            w.data -= 0.1*w.grad
    """
    [(line, message)] = told(program)
    assert line == 6
    assert "compute the loss again after each step, inside the loop, and add up only its number: total += loss.data" in message


def test_the_gradient_is_complete_when_a_warning_that_is_an_error_comes():
    w = Value(1.0)
    loss = w * w
    loss.backward()
    w.data = 3.0
    w.grad = 0.0
    with pytest.raises(TeachingWarning):
        loss.backward()
    assert w.grad == 2.0


def test_an_optimizer_moves_nothing_when_a_warning_that_is_an_error_comes():
    import nn.optim

    w, b = Value(1.0), Value(2.0)
    optimizer = nn.optim.SGD([w, b], lr=0.1)
    (w * 2.0).backward()
    b.grad = 1.0
    b.data = 4.0
    (w * b).backward()
    b.data = 5.0
    (w * b).backward()
    with pytest.raises(TeachingWarning):
        optimizer.step()
    assert (w.data, b.data) == (1.0, 5.0)


# -- a backward that reaches nothing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "made", ["with no_grad(): y = x*2.0", "with no_grad(): y = x.exp()", "y = (x*2.0).detach()", "with no_grad(): y = 2.0 + x"]
)
def test_backward_on_a_result_without_a_past_is_told(made):
    [(line, message)] = told(f"x = Value(3.0)\n{made}\ny.backward()")
    assert line == 3
    assert message == (
        "this backward() reaches only the Value itself, which was made by no_grad() or detach() and has no graph: "
        "compute it outside no_grad(), and call backward() before detach()"
    )


@pytest.mark.parametrize(
    "program",
    [
        "x = Value(3.0)\nx.backward()",
        "with no_grad(): x = Value(3.0)\nx.backward()",
        "with no_grad(): w = Value(3.0)*2.0\n(w*w).backward()",
        "w = (Value(3.0)*2.0).detach()\n(w*w).backward()",
    ],
)
def test_backward_on_or_to_a_leaf_is_told_nothing(program):
    assert told(program) == []


# -- a step without a gradient ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["", "((w - 3)**2).backward(); optimizer.zero_grad()", "(Value(2.0) * 2.0).backward()"])
def test_a_step_before_any_backward_is_told(before):
    program = f"""
        import nn.optim
        w = Value(5.0)
        optimizer = nn.optim.SGD([w], lr=0.1)
        {before}
        optimizer.step()
    """
    [(line, message)] = told(program)
    assert line == 5
    assert "the order is zero_grad(), loss.backward(), step()" in message.lower()


@pytest.mark.parametrize("before", ["((w - 3)**2).backward()", "(0.0 * w).backward()", "b.grad = 0.0"])
def test_a_step_with_any_gradient_is_told_nothing(before):
    program = f"""
        import nn.optim
        w, b = Value(5.0), Value(1.0)
        optimizer = nn.optim.SGD([w, b], lr=0.1)
        {before}
        optimizer.step()
    """
    assert told(program) == []


# -- where the warnings are on -------------------------------------------------------------------------------------------

SLIP = """
import autograd
w = autograd.Value(5.0)
for _ in range(3):
    ((w - 3)**2).backward()
    w.data -= 0.1*w.grad
"""


def count_told(tmp_path, *options, source=SLIP):
    """The number of warnings of a program, run in its own interpreter."""
    path = tmp_path / "program.py"
    path.write_text(source)
    return in_python(*options, str(path))


def in_python(*command, typed=""):
    done = subprocess.run([sys.executable, *command], input=typed, capture_output=True, text=True, check=True, cwd=ROOT)
    return done.stderr.count("TeachingWarning: ")


ASK = "import warnings, autograd\nwarnings.simplefilter({!r}, autograd.TeachingWarning)\n"


def test_a_script_is_told_nothing_unless_it_asks(tmp_path):
    assert count_told(tmp_path) == 0
    assert count_told(tmp_path, source=ASK.format("default") + SLIP) == 1


def test_a_filter_of_the_interpreter_wins(tmp_path):
    assert count_told(tmp_path, "-W", "default") == 1
    assert count_told(tmp_path, "-W", "always") == 2


def test_an_interactive_session_is_told_unless_it_refuses(tmp_path):
    assert count_told(tmp_path, "-i") == 1
    assert count_told(tmp_path, "-i", source=ASK.format("ignore") + SLIP) == 0
    assert in_python("-i", typed=f"{SLIP}\n") == 1


def test_a_notebook_is_told_once_per_run_of_a_cell():
    program = f"""
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell({SLIP!r})
shell.run_cell("w = w - 0.1*w.grad")
shell.run_cell("import warnings; warnings.simplefilter('ignore', autograd.TeachingWarning)")
shell.run_cell("w = autograd.Value(1.0)\\nw.grad = 2.0\\nw -= 0.1 * w.grad")
"""
    assert in_python("-c", program) == 2


# -- a function that keeps a Value from an earlier call -----------------------------------------------------------------

KEEPING = """
    memo = {}
    def fib(x, n):
        if n < 2:
            return x if n else 1.0
        if n not in memo:
            memo[n] = fib(x, n - 1)*x + fib(x, n - 2)
        return memo[n]
    autograd.grad(fib)(2.0, 4)
    memo.pop(4)
    results.append(autograd.VERB)
"""


@pytest.mark.parametrize(
    ("verb", "right"),
    [
        ("grad(fib)(3.0, 4)", 12.0),
        ("grad(lambda x: (fib(x, 4), x), has_aux=True)(3.0)", (12.0, 3.0)),
        ("value_and_grad(fib)(3.0, 4)", (41.0, 12.0)),
        ("jvp(lambda x: fib(x, 4), (3.0,), (1.0,))", (41.0, 12.0)),
        ("vjp(lambda x: fib(x, 4), 3.0)[1](1.0)", (12.0,)),
        ("jacobian(lambda x: [fib(x, 4)])(3.0)", [12.0]),
        ("hessian(lambda x: fib(x, 4)*x)(3.0)", 24.0),
        ("hvp(lambda x: fib(x, 4)*x, (3.0,), (1.0,))", 24.0),
    ],
)
def test_a_value_kept_from_an_earlier_call_is_a_number_and_is_told(verb, right):
    results = []
    warned = told(KEEPING.replace("VERB", verb), results=results)
    assert repr(results) == repr([right])  # Value(12.0) is equal to 12.0
    assert {line for line, _ in warned} == {10}
    assert "depends on a Value that it kept from an earlier call" in warned[0][1]


@pytest.mark.parametrize(
    "program",
    [
        "kept = []\nf = lambda x: kept.append(x*x) or kept[-1].detach()*x\nautograd.grad(f)(2.0)\nautograd.grad(f)(3.0)",
        "w = Value(2.0)\ny = autograd.grad(lambda x: w*x*x)(3.0)\nautograd.grad(lambda t: y*t)(1.0)",
        "w = Value(2.0)\ny, pull = autograd.vjp(lambda x: w*x, 3.0)\nautograd.grad(lambda t: y*t)(1.0)",
        "autograd.grad(lambda w: w*autograd.grad(lambda x: w*x*x)(3.0))(2.0)",
        "w = Value(2.0)\n_, y = autograd.grad(lambda x: (x*x, w*x), has_aux=True)(3.0)\nautograd.grad(lambda t: y*t)(1.0)",
    ],
)
def test_a_number_kept_or_a_result_that_depends_on_an_outer_value_is_told_nothing(program):
    assert told(program) == []
