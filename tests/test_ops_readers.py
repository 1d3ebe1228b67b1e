"""All knowledge of an op is in its row: an op added at run time works with every reader; none asks for an op by name."""

import ast
import math
from pathlib import Path

import numpy as np
import pytest

import autograd
from autograd import Value, cos, custom_op, draw_dot, equal, explain, grad, less, op, paths, to_latex, to_python, where, why
from autograd.__main__ import main
from autograd.audit import audit
from autograd.diagnosis.kinks import kinks
from autograd.diagnosis.profile import profile
from autograd.expression import evaluate, functions
from autograd.ops import BUILT_IN
from autograd.testing import gradcheck

ROOT = Path(__file__).parent.parent


# -- an op added at run time -------------------------------------------------------------------------


def sin_over_x(x):
    return math.sin(x) / x if x else 1.0


def slope(x):
    return (math.cos(x) - math.sin(x) / x) / x


SINC = {
    "doc": "sin(x)/x, and 1 at 0.",
    "kernel": lambda x: (sin_over_x(x), slope(x)),  # raises at 0, so that the rule is used there
    "fallback": lambda x: math.nan,  # at infinity
    "domain": [op.REAL],
    "varies_fast": True,
    "source": "sin({0}) / {0}",
    "text": "sinc({})",
    "latex": r"\operatorname{{sinc}}\left({}\right)",
    "precedence": (op.ATOM, op.ANY),
    "textbook": ["(cos(x) - z)/x"],
    "symbol": "sinc",
}
HINGE = {
    "kinks": lambda x: 1.0 - x,
    "at_kink": (0.0,),
    "activation": True,
    "source": "max(0.0, 1.0 - {})",
    "latex": r"\operatorname{{hinge}}\left({}\right)",
    "textbook": ["-(x < 1)"],
    "ufunc": "reciprocal",  # used by no built-in op
}
RULES = {
    "sinc": (sin_over_x, lambda z, x: where(equal(x, 0.0), 0.0, (cos(x) - z) / x), SINC),
    "hinge": (lambda x: max(0.0, 1.0 - x), lambda z, x: -less(x, 1.0), HINGE),
}


def own_op(name):
    forward, partial, columns = RULES[name]
    return custom_op(forward, partials=partial, name=name, **columns)


def row_of_the_table(name):
    forward, partial, columns = RULES[name]
    return op.op(name, forward, partial, built_in=True, **columns)


@pytest.fixture(params=[own_op, row_of_the_table])
def ops(request):
    """The smooth op sinc and the kinked op hinge, made by custom_op or added to the table like its own rows."""
    yield [request.param(name) for name in RULES]
    for name in RULES:
        del op.TABLE[name]


@pytest.fixture
def graph(ops):
    sinc, hinge = ops
    x, h = Value(2.0, "x"), Value(0.5, "h")
    y = sinc(x) * hinge(h)
    y.label = "y"
    return x, h, y


def test_it_is_recorded_and_differentiated_to_any_order(ops):
    sinc, _ = ops
    x = 2.0
    third = (3 * (2 - x * x) * math.sin(x) + x * (x * x - 6) * math.cos(x)) / x**4
    assert grad(sinc)(x) == pytest.approx(slope(x), rel=1e-14)
    assert grad(grad(grad(sinc)))(x) == pytest.approx(-third, rel=1e-12)
    assert (sinc(0.0), grad(sinc)(0.0)) == (1.0, 0.0)
    assert math.isnan(sinc(math.inf))


def test_it_is_drawn_with_its_symbol(graph):
    assert "<B>sinc</B>" in draw_dot(graph[-1]).source
    assert "sinc" in autograd.player(graph[-1])._repr_html_()


def test_it_is_explained_by_its_text_and_its_textbook_partial(graph):
    x, _, y = graph
    assert "v₁ = sinc(x), so ∂v₁/∂x = (cos(x) − v₁)/x = −0.435398" in str(explain(x, of=y))
    assert "−0.435398·0.5 = −0.217699" in str(paths(x, of=y))
    assert "v₁ = sinc(x) = sinc(2) = 0.454649" in str(autograd.steps(y))
    assert "−0.217699" in str(why(x, of=y))


def test_it_is_written_in_latex_and_python(graph):
    x, h, y = graph
    y.backward()
    assert r"\operatorname{sinc}\left(x\right)" in str(to_latex(y))
    program = {}
    exec(str(to_python(y)), program)
    assert (program["y"], program["dx"], program["dh"]) == (y.data, x.grad, h.grad)


def test_gradcheck_audit_kinks_and_profile_know_how_it_behaves(ops, graph):
    sinc, hinge = ops
    assert gradcheck(lambda x, h: sinc(x) * hinge(h), (2.0, 0.5), order=2)
    assert gradcheck(hinge, (1.0,))  # at its kink, where at_kink decides
    assert audit(lambda x: sinc(x) ** 2, lambda x: 2 * math.sin(x) / x * slope(x), at=2.0)
    assert not audit(lambda x: sinc(x) ** 2, lambda x: math.sin(x) / x * slope(x), at=2.0)
    assert [(kink.op, kink.margin) for kink in kinks(graph[-1])] == [("hinge", 0.5)]
    assert profile(graph[-1]).ops == {"sinc": 1, "hinge": 1, "mul": 1}


def test_formulas_as_text_and_the_command_line_call_it(ops, tmp_path, capsys):
    assert {"sinc", "hinge"} <= set(functions())
    root, _ = evaluate("sinc(x)*hinge(h)", {"x": Value(2.0), "h": Value(0.5)})
    assert root.data == math.sin(2.0) / 2.0 * 0.5
    assert main(["sinc(x)", "x=2", "-o", str(tmp_path / "sinc.svg")]) == 0
    assert "sinc(x)  0.454649" in capsys.readouterr().out


def test_numpy_calls_it_by_the_name_of_its_ufunc(graph):
    _, h, _ = graph
    assert np.reciprocal(h).op.name == "hinge"


# -- no reader asks for an op by name ----------------------------------------------------------------

TABLE_FILES = {"autograd/ops.py", "autograd/op_docs.py", "autograd/kernels.py", "autograd/__init__.py"}
TABLES_OF_EXECUTORS = ("array_forms", "array_products", "generic_forms", "lane_kernels", "lane_ops")
TABLE_FILES |= {f"autograd/compiler/executors/{table}.py" for table in TABLES_OF_EXECUTORS}
ALLOWED = {
    "autograd/value.py": "add sub mul div",  # the operators inlined for speed
    "autograd/compiler/executors/python.py": "dot",  # one per row of a matrix product
    "autograd/compiler/gates.py": "equal not_equal",  # comparisons with 0
    "autograd/compiler/passes/common_subexpressions.py": "add mul equal not_equal hypot",  # commutative ops
    "autograd/compiler/passes/gates.py": "where",
    "autograd/compiler/passes/identities.py": "add sub mul div pow neg pos prod dot where maximum minimum equal not_equal",
    "autograd/compiler/passes/simplifier.py": (  # results that are 0 or 1, or never -0.0
        "add mul maximum minimum where exp exp2 exp_difference sigmoid abs step relu gaussian sum"
    ),
    "autograd/compiler/passes/dots.py": "add mul dot sum",  # it keeps their order of addition
    "autograd/compiler/passes/matrix_products.py": "dot",
    "autograd/compiler/passes/reductions.py": "add mul dot",
    "autograd/testing/expression_tree.py": "dot softmax log_softmax",  # their functions take and return lists
    "autograd/testing/strategies.py": "dot polygamma",  # they take an odd number of arguments, and an integer
    "autograd/foreign_names.py": (  # methods of PyTorch's tensors; functions that take more arguments elsewhere
        "abs add atan atan2 div dot hypot log log_softmax logaddexp logsumexp maximum minimum mish mul neg norm normal_cdf "
        "normal_pdf pow prod sign softmax softplus softsign sub sum"
    ),
    "autograd/formulas/mathml.py": "cos cosh exp log sin sinh tan tanh",  # LaTeX commands of the same name
    "autograd/compiler/exports/straight_line.py": "dot",  # one per row of a matrix product
}


def asked_for(path):
    """The ops that a file imports, compares with, or lists in collections, which would be tables of their own."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    public = [node.value for node in ast.walk(tree) if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"]
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [part for side in (node.left, *node.comparators) for part in (getattr(side, "elts", None) or [side])]
            yield from attributes(sides)
            if any(ast.unparse(side).endswith("name") for side in sides):
                yield from literals(sides)
        elif isinstance(node, ast.ImportFrom) and node.module == "autograd.ops":
            yield from (alias.name for alias in node.names if alias.name in BUILT_IN)
        elif isinstance(node, (ast.Dict, ast.Set, ast.List, ast.Tuple)) and node not in public:
            parts = node.keys if isinstance(node, ast.Dict) else node.elts
            for found in (literals(parts), attributes(parts)):
                yield from found if len(found) > 1 else ()


def literals(nodes):
    """Names of ops in string literals."""
    return [node.value for node in nodes if isinstance(node, ast.Constant) and node.value in BUILT_IN]


def attributes(nodes):
    """Names of ops in `ops.NAME`."""
    found = [node.attr for node in nodes if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "ops"]
    return [name for name in found if name in BUILT_IN]


@pytest.mark.parametrize("path", sorted((ROOT / "autograd").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_code_but_the_table_asks_for_an_op_by_name(path):
    file = str(path.relative_to(ROOT))
    if file not in TABLE_FILES:
        assert set(asked_for(path)) == set(ALLOWED.get(file, "").split())
