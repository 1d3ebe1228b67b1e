"""Rules and formulas in text and LaTeX: read back as mathematics, they evaluate to the original numbers."""

import math

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, custom_op, explain, ops, to_latex
from autograd._format import escaped, one_line, printable
from autograd.expression import evaluate
from autograd.formulas import name_latex, name_text, number_latex, number_text, partial_latex, partial_text
from autograd.formulas.printer import LATEX, TEXT, Formula
from autograd.op import ANY, ATOM, CALL, POWER, PRODUCT, SUM, TABLE, Op
from autograd.sweeps import topological_order
from tests.support.formulas import from_latex, from_text, value
from tests.support.programs import run_ops, wild_programs

ROWS = [TABLE[name] for name in sorted(ops.BUILT_IN)]
NAMES = ("a", "b", "c", "d", "f", "g", "h")
READERS = {"text": (TEXT, partial_text, from_text), "LaTeX": (LATEX, partial_latex, from_latex)}


@st.composite
def points(draw, row):
    """A point inside a row's domain where its textbook rule loses few digits."""
    count = row.arity or (2 * draw(st.integers(0, 3)) + 1 if row.name == "dot" else draw(st.integers(1, 7)))
    domains = row.domain if row.arity else [((-math.inf, math.inf),)] * count
    inside = [[(max(low, -3.0) + 0.05, min(high, 3.0) - 0.05) for low, high in domain] for domain in domains]
    point = [draw(st.one_of(*(st.floats(low, high) for low, high in domain if low < high))) for domain in inside]
    assume(row.name not in ("hypot", "norm") or any(point))  # its kink, where x/z is 0/0 and the partial 0
    assume(row.name != "mod" or abs(row.kinks(*point)) > 1e-9)
    if row.name == "polygamma":
        point[0] = float(draw(st.integers(0, 4)))
    return point


@pytest.mark.parametrize("row", [row for row in ROWS if row.textbook], ids=lambda row: row.name)
@settings(max_examples=10)
@given(data=st.data())
def test_what_is_taught_is_the_rule(row, data):
    args = data.draw(points(row))
    z = row(*args)
    partials = row.partials_at(z, args, [True] * len(args))
    for i, partial in enumerate(partials):
        x, y = (args[i], args[0]) if row.arity is None else (*args, math.nan)[:2]
        taught, _ = evaluate(row.textbook[min(i, len(row.textbook) - 1)], {"x": Value(x), "y": Value(y), "z": Value(z)})
        assert (taught.data if isinstance(taught, Value) else taught) == pytest.approx(partial, rel=1e-9, abs=1e-9)


def test_each_argument_of_a_row_that_is_taught_has_its_form():
    assert all(len(row.textbook) in ((0, row.arity) if row.arity else (0, 1, 2)) for row in ROWS)


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
@settings(max_examples=4)
@given(data=st.data())
def test_the_written_rule_read_back_has_the_number_of_the_rule(row, kind, data):
    _, partial, read = READERS[kind]
    args = data.draw(points(row))
    names = dict(zip(NAMES, args, strict=False))
    z = row(*args)
    exact = row.partials_at(z, args, [True] * len(args))
    for i in range(row.name == "polygamma", len(args)):
        formula = read(partial(row, i, NAMES[: len(args)]))
        assert value(formula, z=z, **names) == pytest.approx(exact[i], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("kind", READERS)
@example(drawn=([("where", (0, 0, 0)), ("abs", (0,)), ("greater_equal", (1, 0))], [0.1]))
@example(drawn=([("where", (0, 0, 1)), ("less", (0, 2))], [0.1, 0.5]))
@example(drawn=([("abs", (0,)), ("mul", (1, 2)), ("abs", (3,)), ("abs", (4,))], [-2.5, 1.5]))
@given(drawn=wild_programs(numbers=st.integers(-30, 30).map(lambda n: n / 10), most=8, widest=8))
def test_a_written_formula_read_back_has_the_number_of_the_graph(kind, drawn):
    printer, _, read = READERS[kind]
    program, numbers = drawn
    leaves = [Value(x) for x in numbers]
    order = topological_order([run_ops(program, leaves)[-1]])
    written = dict(zip(leaves, map(printer.variable, NAMES), strict=False))
    for node in order:
        if node.op is not None:
            assume(abs(node.data) < 1e6 and far_from_a_kink(node))  # so that rounding makes no difference
            args = [written[arg] if type(arg) is Value else printer.constant(arg) for arg in node.args]
            written[node] = printer.operation(node.op, args)
    formula = written[order[-1]].text
    assume(len(formula) < 2000)
    try:
        got = value(read(formula), **dict(zip(NAMES, numbers, strict=False)))
    except (ZeroDivisionError, OverflowError, TypeError):  # Python's own operators: 1/0, and complex roots
        assume(False)
    assert got == pytest.approx(order[-1].data, rel=1e-6, abs=1e-6), formula


def far_from_a_kink(node):
    if node.op.kinks is None:
        return True
    distance = node.op.kinks(*(arg if type(arg) is float else arg.data for arg in node.args))
    return distance == 0.0 or abs(distance) > 1e-6


# Sources that users may give their ops, and the number of arguments.
ODD = {
    "{0} if {2} > 0.0 else {1}": 3,
    "{} < {} <= {}": 3,
    "not {}": 1,
    "{} and {}": 2,
    "{} or 1.0": 1,
    "(lambda t: t * t + {1})({0})": 2,
    "maximum(*[{}, {}])": 2,
    "{} % {}": 2,
    "{} // {} + 1.0": 2,
    "{}**2": 1,
    "(-{}) ** 2": 1,
    "-{} ** 2": 1,
    "({} + 1.0)": 1,
    "{0} * {0} - {1}": 2,
    "-{}": 1,
}
NESTED = {name: (TABLE[name], TABLE[name].arity or 3) for name in sorted(ops.BUILT_IN)}
PLACES = [
    dict(zip("abc", numbers, strict=True)) for numbers in [(0.3, 0.7, 1.9), (-0.6, 0.4, 0.25), (1.7, -1.2, 0.5), (0.0, 1.3, -0.8)]
]


def odd_op(source, count):
    def forward(*xs):
        return eval(source.format(*map("({!r})".format, xs)), vars(ops) | {"nan": math.nan, "inf": math.inf})

    return Op("odd", forward, *[len] * count, source=source)


def nestings(printer, rows):
    """Every op, and numbers that need parentheses, in every place of every op: the printed form and a function for its value."""
    plain = [(printer.variable(name), lambda at, name=name: at[name]) for name in "abc"]

    def done(row, args):
        return printer.operation(row, [text for text, _ in args]), lambda at: row(*(number(at) for _, number in args))

    inner = [done(row, plain[:count]) for row, count in rows]
    inner += [
        (printer.constant(x), lambda at, x=x: x) for x in (-2.0, -0.5, 2.5e-7, -1e-7, math.log(2.0), 2.0 / math.sqrt(math.pi))
    ]
    for row, count in rows:
        for place in range(count):
            for part in inner:
                yield done(row, [*plain[:place], part, *plain[place + 1 : count]])


@pytest.mark.parametrize("kind", READERS)
def test_every_op_in_every_place_of_every_op_read_back_has_its_number(kind):
    printer, _, read = READERS[kind]
    odd = [(odd_op(source, count), count) for source, count in ODD.items()] if kind == "text" else []
    known = {name: TABLE[name] for name in ops.BUILT_IN} | {"ln": ops.log, "e": math.e, "pi": math.pi}
    for written, number in nestings(printer, [*NESTED.values(), *odd]):
        formula = compile(read(written.text).strip(), written.text, "eval")
        for at in PLACES:
            try:
                exact, got = number(at), float(eval(formula, {"__builtins__": {}} | known | at))
            except (ZeroDivisionError, OverflowError, TypeError):  # Python's own operators: 1/0, and complex roots
                continue
            if abs(exact) < 1e9:
                assert abs(got - exact) <= 1e-5 * max(1.0, abs(exact)), (written.text, at)


@pytest.mark.parametrize(
    ("latex", "args", "written", "level"),
    [
        ("{}!", ["a + b"], r"\left(a + b\right)!", ANY),
        ("{}'", ["a + b"], r"\left(a + b\right)'", ANY),
        (r"{} \bmod {}", ["a + b", "a b"], r"\left(a + b\right) \bmod \left(a b\right)", ANY),
        (r"{} \times {}", ["a", "a b"], r"a \times \left(a b\right)", ANY),
        (r"{} \cdot {} \oplus 2", ["a b", "a"], r"\left(a b\right) \cdot a \oplus 2", ANY),
        (r"\sin {}", ["a + b"], r"\sin \left(a + b\right)", ANY),
        ("2{}", ["a + b"], r"2\left(a + b\right)", ANY),
        ("{}^3", ["a b"], r"\left(a b\right)^3", ANY),
        ("{{{}}}_{{{}}}", ["a + b", "a"], r"{\left(a + b\right)}_{a}", ANY),
        (r"\lfloor {} \rfloor", ["a + b"], r"\lfloor a + b \rfloor", ANY),
        (r"\left\lfloor {} \right\rfloor", ["a + b"], r"\left\lfloor a + b \right\rfloor", ATOM),
        (r"\frac{{{}}}{{{}}}", ["a + b", "a b"], r"\frac{a + b}{a b}", CALL),
        (r"\Gamma\left({}, {}\right)", ["a + b", "a"], r"\Gamma\left(a + b, a\right)", ATOM),
        (r"\operatorname{{f}} {}", ["a b"], r"\operatorname{f} \left(a b\right)", ANY),
    ],
)
def test_in_latex_of_the_users_own_what_no_sign_sets_off_stands_in_parentheses(latex, args, written, level):
    levels = {"a": ATOM, "a b": PRODUCT, "a + b": SUM}
    row = Op("mine", len, *[len] * len(args), latex=latex)
    assert LATEX.operation(row, [Formula(arg, levels[arg]) for arg in args]) == (written, level)


# -- examples ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "position", "text", "latex"),
    [
        (ops.mul, 0, "b", "b"),
        (ops.div, 1, "−a/b²", r"-\frac{a}{{b}^{2}}"),
        (ops.pow, 0, "b·a^(b − 1)", r"b \cdot {a}^{b - 1}"),
        (ops.pow, 1, "z·ln(a)", r"z \cdot \ln\left(a\right)"),
        (ops.sin, 0, "cos(a)", r"\cos\left(a\right)"),
        (ops.tanh, 0, "1 − z²", "1 - {z}^{2}"),
        (ops.sigmoid, 0, "z·(1 − z)", r"z \cdot \left(1 - z\right)"),
        (ops.relu, 0, "[a > 0]", r"\left[a > 0\right]"),
        (ops.atan2, 1, "−a/(a² + b²)", r"-\frac{a}{{a}^{2} + {b}^{2}}"),
        (ops.log2, 0, "1/(a·ln 2)", r"\frac{1}{a \cdot \ln 2}"),
        (ops.erf, 0, "2/√π·exp(−a²)", r"\frac{2}{\sqrt{\pi}} \cdot e^{-{a}^{2}}"),
        (ops.where, 1, "[a ≠ 0]", r"\left[a \ne 0\right]"),
    ],
    ids=lambda value: value.name if isinstance(value, Op) else "",
)
def test_rules_read_as_in_a_textbook(row, position, text, latex):
    names = NAMES[: row.arity]
    assert (partial_text(row, position, names), partial_latex(row, position, names)) == (text, latex)


def test_a_share_of_several_numbers_is_written_as_that_of_the_first():
    a, b, c = Value(0.5, "a"), Value(-1.0, "b"), Value(2.0, "c")
    loss = nn.CrossEntropyLoss()([[a, b, c]], [1])
    assert "= log_softmax(b, a, c)[0]" in str(explain(a, of=loss))
    assert r"-\operatorname{log\_softmax}\left(b, a, c\right)_{0}" in str(to_latex(loss))
    assert "= softmax(a, b, c)[0]" in str(explain(a, of=ops.softmax(a, b, c)))


def test_the_partial_of_an_op_on_many_arguments_is_that_of_the_one_asked_about():
    names = ["a", "b", "c", "d", "f"]
    assert partial_text(ops.sum, 3, names) == "1"
    assert partial_text(ops.prod, 1, names) == "a·c·d·f"
    assert [partial_text(ops.dot, i, names) for i in range(5)] == ["c", "d", "a", "b", "1"]
    assert partial_text(ops.logsumexp, 2, names) == "exp(c − z)"
    assert partial_text(ops.prod, 1, [f"x{i}" for i in range(100)]) == "x₀·x₂·x₃·x₄·x₅·x₆·…·x₉₉"


def test_constants_may_come_as_numbers_or_as_text_and_are_reckoned_in():
    assert partial_text(ops.pow, 0, ["x", 3.0]) == partial_text(ops.pow, 0, ["x", "3"]) == "3·x²"
    assert partial_text(ops.pow, 0, ["x", "−1"]) == "−1·x⁻²"
    assert partial_text(ops.pow, 0, ["x", 1.0]) == "1"
    assert partial_text(ops.mul, 1, ["−0.5", "x"]) == "−0.5"
    assert partial_text(ops.div, 1, ["x", 1.0]) == "−x"  # x/1² is x


def test_nothing_is_recorded_and_no_mode_is_in_the_way():
    with autograd.no_grad():
        assert partial_text(ops.tanh, 0, ["x"], "a") == "1 − a²"
    with autograd.anomaly():
        assert partial_text(ops.log, 0, ["x"]) == "1/x"


def test_bad_arguments_are_refused():
    with pytest.raises(TypeError, match="op must be an Op, got str"):
        partial_text("tanh", 0, ["x"])
    with pytest.raises(IndexError, match="tanh has no argument 1 here: it has 1"):
        partial_latex(ops.tanh, 1, ["x"])
    with pytest.raises(TypeError, match=r"mul\(\) takes 2 arguments, got 1"):
        partial_text(ops.mul, 0, ["x"])


def test_an_op_of_the_users_own_is_written_by_its_columns_and_its_rule():
    cube = custom_op(
        lambda x: x**3, partials=lambda z, x: 3.0 * x * x, name="cube", latex="{}^3", source="{} ** 3", precedence=[POWER, ATOM]
    )
    assert partial_text(cube, 0, ["x"]) == "3·x·x"
    assert (
        LATEX.operation(cube, [LATEX.operation(ops.add, [LATEX.variable("a"), LATEX.variable("b")])]).text
        == r"\left(a + b\right)^3"
    )
    assert TEXT.operation(ops.mul, [TEXT.variable("a"), TEXT.operation(cube, [TEXT.constant(-2.0)])]).text == "a·(−2)^3"
    floats_alone = custom_op(math.gamma, partials=lambda z, x: math.cos(x), name="floats_alone")
    assert partial_text(floats_alone, 0, ["x"], "y") == "∂y/∂x"
    assert partial_latex(floats_alone, 0, ["x"], "y") == r"\frac{\partial y}{\partial x}"
    taught = custom_op(math.gamma, partials=lambda z, x: math.cos(x), name="taught", textbook=["z*cos(x)"])
    assert partial_text(taught, 0, ["x"], "y") == "y·cos(x)"


def test_a_variadic_op_of_the_users_own_is_written_with_all_its_arguments_or_with_dots():
    largest = custom_op(
        lambda *xs: max(xs),
        partials=lambda z, *xs: [float(x == z) for x in xs],
        name="largest",
        variadic=True,
        source="max(*[{}])",
        latex=r"\max{{}}\left({}\right)",
    )
    for printer, dots, written in (TEXT, "…", "max(*[{}])"), (LATEX, r"\dots", r"\max{{}}\left({}\right)"):
        names = [printer.variable(f"x{i}") for i in range(10)]
        texts = [name.text for name in names]
        assert printer.operation(largest, names[:3]).text == written.format(", ".join(texts[:3]))
        assert printer.operation(largest, names).text == written.format(", ".join([*texts[:6], dots, texts[9]]))


# -- names and numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("x", "x"),
        ("w1", "w_{1}"),
        ("x_hat", r"\hat{x}"),
        ("w1_bar", r"\bar{w}_{1}"),
        ("alpha", r"\alpha"),
        ("sigma_2", r"\sigma_{2}"),
        ("σ", r"\sigma"),
        ("μ_1", r"\mu_{1}"),
        ("Δx₁₂", r"\Delta x_{12}"),
        ("ε_hat[0]", r"\hat{\varepsilon}_{0}"),
        ("₁x", r"\text{₁x}"),
        ("y_true", r"y_{\mathrm{true}}"),
        ("loss", r"\mathrm{loss}"),
        ("W[0][1]", "W_{0,1}"),
        ("w1[0]", "w_{1,0}"),
        ("layers[0].neurons[1].w[0]", r"\mathrm{layers}_{0}.\mathrm{neurons}_{1}.w_{0}"),
        ("my loss", r"\text{my loss}"),
        ("", r"\text{}"),
        ("50%", r"\text{50}\%"),
        ("a\nb", r"\text{a b}"),
        ("\ud800", r"\text{�}"),
        (r"\end{x}$^~", r"\backslash \text{end}\{\text{x}\}\$\wedge \sim "),
        ("<b>&", r"{<}\text{b}{>}\&"),
    ],
)
def test_a_name_in_latex(name, latex):
    assert name_latex(name) == latex


@given(st.text())
def test_any_name_in_latex_has_balanced_braces_and_no_bare_special_character(name):
    latex = name_latex(name)
    bare = latex.replace("\\{", "").replace("\\}", "")
    depth = 0
    for c in bare:
        depth += (c == "{") - (c == "}")
        assert depth >= 0
    assert depth == 0
    for special in "%#&$":
        assert special not in latex.replace(f"\\{special}", "")
    assert "\n" not in latex
    latex.encode()


@given(st.text())
def test_any_name_in_text_is_one_line_of_bounded_length(name):
    text = name_text(name)
    assert len(text.splitlines()) == 1
    assert len(text) <= 63
    text.encode()


@pytest.mark.parametrize("name", ["שלום", "وزن_1", "my שלום"])
def test_numbers_after_a_name_read_from_right_to_left_are_read_from_left_to_right(name):
    assert name_text(name) == f"“{name}”\u200e"
    assert escaped(name_text(name)) == name_text(name)


@pytest.mark.parametrize("name", ["👨\u200d👩\u200d👧", "می\u200cخواهم", "5\xa0km", "1\u202f000", "\u200fx"])
def test_characters_that_join_or_space_letters_are_kept(name):
    assert printable(name) == name
    assert one_line(name) == " ".join(name.split())


def test_numbers_have_six_digits():
    assert [number_text(x) for x in (2.0, -0.1, 1 / 3, 1e-7, -0.0, math.inf, math.nan)] == [
        *("2", "−0.1", "0.333333", "1e−07", "0", "inf", "NaN")
    ]
    assert [number_latex(x) for x in (2.0, -1e-7, 2.5e30, -math.inf, math.nan)] == [
        *("2", "-10^{-7}", r"2.5 \cdot 10^{30}", r"-\infty", r"\mathrm{NaN}")
    ]
