"""Text typed in the playground, respelled as Python."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.spelling import corrected

MENDED = [
    ("x^2+3x", "x**2+3*x"),
    ("x² sin x", "x**2*sin(x)"),
    ("2x", "2*x"),
    ("w11 x1", "w11*x1"),
    ("w11 x1 + w12 x2 + b1", "w11*x1 + w12*x2 + b1"),
    ("log p", "log(p)"),
    ("ln x", "log(x)"),
    ("ln(x)", "log(x)"),
    ("-log p", "-log(p)"),
    ("3(x+1)", "3*(x+1)"),
    ("x(x+1)", "x*(x+1)"),
    ("(x+1)(x-1)", "(x+1)*(x-1)"),
    ("(x + 1) (x - 1) y", "(x + 1)*(x - 1)*y"),
    ("2 sin(x) cos(x)", "2*sin(x)*cos(x)"),
    ("sin(x)(x+1)", "sin(x)*(x+1)"),
    ("sin x", "sin(x)"),
    ("sin 2x cos y", "sin(2*x)*cos(y)"),
    ("sin -x", "sin(-x)"),
    ("sin² x", "sin(x)**2"),
    ("sin^2(x) + cos^2(x)", "sin(x)**2 + cos(x)**2"),
    ("exp sin x", "exp(sin(x))"),
    ("exp -x^2", "exp(-x**2)"),
    ("p = e^z1/(e^z1+e^z2)", "p = exp(z1)/(exp(z1)+exp(z2))"),
    ("1/(1+e^(-x))", "1/(1+exp(-x))"),
    ("1/(1 + e^-(w x + b))", "1/(1 + exp(-(w*x + b)))"),
    ("e^(x+1)(x+2)", "exp(x+1)*(x+2)"),
    ("3,5*x", "3.5*x"),
    ("0,5 x + 1,25", "0.5*x + 1.25"),
    ("(3,5 + x)^2", "(3.5 + x)**2"),
    ("w·x", "w*x"),
    ("y = w·x + b", "y = w*x + b"),
    ("2·x × y ÷ z − 1", "2*x * y / z - 1"),
    ("x³ − x⁻¹", "x**3 - x**-1"),
    ("w₁x₁ + b", "w1*x1 + b"),
    ("w₁ x₁ + b", "w1*x1 + b"),
    ("√x + √(x+1)", "sqrt(x) + sqrt(x+1)"),
    ("|x - 1|", "abs(x - 1)"),
    ("|x| + |y|^2", "abs(x) + abs(y)**2"),
    ("||x| - |y - 1||", "abs(abs(x) - abs(y - 1))"),
    ("2|x| + (3|y|)", "2*abs(x) + (3*abs(y))"),
    ("sin|x| cos x", "sin(abs(x))*cos(x)"),
    ("(a|b) + 2x", "(a|b) + 2*x"),
    ("log_2 x + log_{10}(x)", "log2(x) + log10(x)"),
    ("f(x) = x^2", "f = x**2"),
    ("a = Value(1.0)\nL = (a - 1)^2  # a^2", "a = Value(1.0)\nL = (a - 1)**2  # a^2"),
    ("h1 = relu(w11 x1 + b1)\ny = 2h1", "h1 = relu(w11*x1 + b1)\ny = 2*h1"),
    ("y = (a\n  b)", "y = (a*b)"),
    ("2πx", "2*πx"),
    ("2 pi x", "2*pi*x"),
    ("w[0] x", "w[0]*x"),
    ("1e-3x", "1e-3*x"),
    ("2e^x", "2*exp(x)"),
    ("σ(w x + b)", "sigmoid(w*x + b)"),
    ("σ x", "σ*x"),
    ("sec x", "(1/cos(x))"),
    ("cot(x)", "(1/tan(x))"),
    ("sec^2(x)", "(1/cos(x)**2)"),
    ("x csc x", "x*(1/sin(x))"),
    ("sinx cosx", "sin(x)*cos(x)"),
    ("2lnx + 1", "2*log(x) + 1"),
    ("2cost", "2*cost"),
    ("∛x + 2x", "cbrt(x) + 2*x"),
    ("100 000 x", "100000*x"),
    ("e^{-x^2}", "exp(-x**2)"),
    ("x^{10}", "x**10"),
    (r"\frac{1}{2\sqrt{x}}", "(1/(2*sqrt(x)))"),
    (r"2 \cdot \sin\left(x\right)", "2 *sin(x)"),
    (r"\alpha x_{1}", "alpha*x_1"),
    ("f: x ↦ x²", "x**2"),
    ("x → 2x", "2*x"),
    ("d/dx x^2", "x**2"),
    ("np.exp(-x^2)", "exp(-x**2)"),
    ("math.sqrt(x)", "sqrt(x)"),
    ("  a = 2x\n  b = a^2", "a = 2*x\nb = a**2"),
    ("2x = 4", "2*x - 4"),
    ("½x + 2¼", "(1/2)*x + (2+1/4)"),
    ("x^2 + y = 1 + z", "x**2 + y - (1 + z)"),
    ("0 = x^2 - 2", "x**2 - 2"),
    ("sin(x) = 0.5", "sin(x) - 0.5"),
    ("= x^2", "x**2"),
    ("$x^2$", "x**2"),
    ("sin(x°) + sin 30°", "sin(x*pi/180) + sin (30*pi/180)"),
    ("Tanh(w x) + ReLU(x)", "tanh(w*x) + relu(x)"),
]
UNCHANGED = [
    "x**2 + 3*x",
    "tanh(w*x + b)",
    "a = Value(2.0)\nb = a * a",
    "y = x ** 2 + 2 ** x",
    "for i in range(3):\n    x = x * 2",
    "loss = nn.MSELoss()(y, t)",
    "net = nn.MLP(2, [4, 1])\nnet([1.0, 2.0])[0]",
    "y = x if x > 1 else 2",
    "y = [i for i in range(3) if not i]",
    "max(3,5)",
    "a, b = 1,5",
    "xs = [1,2]",
    "point = (1, 2)",
    "1,2,3",
    "def f(x):\n    return x\nf(2)",
    'print("2x, x^2")',
    "f(x)",
    "nn.Tanh()(x)",
    "Tanh()(x)",
    "class Norm(nn.Module):\n    pass\nnorm = Norm(2)",
    "x*2 = y = z",
    "lambda x: x",
    "x = 0x1f",
    "not x",
    "e = 2\ne**x",
    "",
    "2 +",
    "x (",
    "sin",
    "foo bar: baz",
    "|x",
]


@pytest.mark.parametrize(("typed", "python"), MENDED)
def test_what_school_and_slides_write_is_respelled_as_python_all_at_once(typed, python):
    assert corrected(typed) == python


@pytest.mark.parametrize("text", UNCHANGED)
def test_what_is_python_or_cannot_be_mended_has_no_other_spelling(text):
    assert corrected(text) is None


@given(st.text("xy2 3.,()^²*+-/|√e sin[]\n=·₁#'\\", max_size=30))
def test_a_correction_is_python_and_has_no_correction_itself(text):
    mended = corrected(text)
    if mended is not None:
        ast.parse(mended.strip())
        assert corrected(mended) is None
