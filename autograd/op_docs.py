"""The docstrings of the ops, by name."""

DOCS = {
    "pos": """The same number as a new node: `+x`.

>>> pos(2.0)
2.0""",
    "neg": """The negative of x: `-x`.

>>> neg(2.0)
-2.0""",
    "add": """The sum of two numbers: `x + y`.

>>> add(2.0, 3.0)
5.0""",
    "sub": """The difference of two numbers: `x - y`.

>>> sub(2.0, 3.0)
-1.0""",
    "mul": """The product of two numbers: `x * y`.

>>> mul(2.0, 3.0)
6.0""",
    "div": """The quotient of two numbers: `x / y`; 1/±0 is ±inf and 0/0 is NaN.

>>> div(1.0, 4.0), div(1.0, 0.0)
(0.25, inf)""",
    "pow": """x to the power y: `x ** y`; NaN for a negative x and a non-integer y, never a complex number.

>>> pow(2.0, -1.0), pow(-8.0, 1 / 3)
(0.5, nan)""",
    "mod": """The remainder of x / y with the sign of y, as in Python: `x % y`; NaN for y = 0.

>>> mod(7.0, 3.0), mod(-7.0, 3.0)
(1.0, 2.0)""",
    "exp": """e to the power x.

>>> exp(0.0), exp(710.0)
(1.0, inf)""",
    "expm1": """exp(x) - 1, accurate for small x.

>>> expm1(1e-20)
1e-20""",
    "exp2": """2 to the power x.

>>> exp2(3.0), exp2(1024.0)
(8.0, inf)""",
    "log": """The natural logarithm; -inf at 0, NaN below.

>>> log(1.0), log(0.0)
(0.0, -inf)""",
    "log1p": """log(1 + x), accurate for small x.

>>> log1p(1e-20)
1e-20""",
    "log2": """The base-2 logarithm.

>>> log2(8.0)
3.0""",
    "log10": """The base-10 logarithm.

>>> log10(1000.0)
3.0""",
    "sqrt": """The square root; NaN for negative x.

>>> sqrt(9.0)
3.0""",
    "cbrt": """The cube root, also of negative numbers.

>>> cbrt(-27.0)
-3.0""",
    "log1mexp": """log(1 - exp(-x)) for x > 0, the convention of Mächler (2012); accurate for small and large x.

>>> print(f"{log1mexp(1e-20):.6f} {log1mexp(50.0):.6g}")
-46.051702 -1.92875e-22""",
    "exp_difference": """exp(x - y), accurate even where x - y is rounded; softmax is built from it.

>>> exp_difference(3.0, 3.0)
1.0""",
    "sin": """The sine of x radians.

>>> sin(0.0)
0.0""",
    "cos": """The cosine of x radians.

>>> cos(0.0)
1.0""",
    "tan": """The tangent of x radians.

>>> tan(0.0)
0.0""",
    "asin": """The angle in [-π/2, π/2] whose sine is x.

>>> print(f"{asin(1.0):.6f}")
1.570796""",
    "acos": """The angle in [0, π] whose cosine is x.

>>> print(f"{acos(0.0):.6f}")
1.570796""",
    "atan": """The angle in (-π/2, π/2) whose tangent is x.

>>> print(f"{atan(1.0):.6f}")
0.785398""",
    "leg": """√(x² - y²): the other leg of a right triangle with hypotenuse x and leg y; NaN where |y| > x.

>>> leg(5.0, 3.0)
4.0""",
    "atan2": """The angle of the point (x, y), in [-π, π]. As in `math`, y comes first.

>>> print(f"{atan2(1.0, 1.0):.6f}")
0.785398""",
    "sinh": """The hyperbolic sine.

>>> sinh(0.0)
0.0""",
    "cosh": """The hyperbolic cosine.

>>> cosh(0.0)
1.0""",
    "tanh": """The hyperbolic tangent. Its partial is 1 - tanh², written so that it stays accurate in the tails.

>>> tanh(0.0), tanh(20.0)
(0.0, 1.0)""",
    "sech2": """1/cosh(x)² = 1 - tanh(x)², without overflow and accurate in the tails.

>>> print(f"{sech2(0.0)} {sech2(20.0):.6g}")
1.0 1.69934e-17""",
    "asinh": """The inverse of sinh.

>>> asinh(0.0)
0.0""",
    "acosh": """The inverse of cosh; NaN below 1.

>>> acosh(1.0)
0.0""",
    "atanh": """The inverse of tanh; ±inf at ±1.

>>> atanh(0.0), atanh(1.0)
(0.0, inf)""",
    "gaussian": """exp(-x²), accurate in the tails.

>>> print(f"{gaussian(0.0)} {gaussian(20.0):.6g}")
1.0 1.91517e-174""",
    "normal_pdf": """The density of the standard normal distribution, exp(-x²/2)/√(2π), accurate in the tails.

>>> print(f"{normal_pdf(0.0):.6f}")
0.398942""",
    "normal_cdf": """The cumulative distribution function Φ(x) of the standard normal distribution, accurate in the lower tail.

>>> print(f"{normal_cdf(0.0)} {normal_cdf(-10.0):.6g}")
0.5 7.61985e-24""",
    "erf": """The error function, 2/√π ∫₀ˣ exp(-t²) dt.

>>> erf(0.0)
0.0""",
    "erfc": """1 - erf(x), accurate for large x.

>>> print(f"{erfc(10.0):.6g}")
2.08849e-45""",
    "erfinv": """The inverse of erf; ±inf at ±1.

>>> print(f"{erfinv(0.5):.6f} {erfinv(1.0)}")
0.476936 inf""",
    "lgamma": """log |Γ(x)|, where Γ(n + 1) = n!; inf at 0, -1, -2, …

>>> print(f"{lgamma(5.0):.6f} {lgamma(2.0)} {lgamma(0.0)}")
3.178054 0.0 inf""",
    "digamma": """The derivative of lgamma; ∓inf at ±0, NaN at -1, -2, …

>>> print(f"{digamma(1.0):.6f}")
-0.577216""",
    "polygamma": """The n-th derivative of digamma, for an integer n from 0 to 100. The order comes first, as in SciPy.

>>> print(f"{polygamma(1, 1.0):.6f}")
1.644934""",
    "hypot": """√(x² + y²), without overflow. The gradient at (0, 0) is 0, the subgradient of least norm.

>>> hypot(3.0, 4.0)
5.0""",
    "direction": """x / √(x² + rest): a component over the length of its vector, whose other squares add up to `rest`.

>>> direction(3.0, 16.0)
0.6""",
    "abs": """The absolute value. Its partial at 0 is 0.

>>> abs(-2.0)
2.0""",
    "sign": """The sign of x: -1, 0 or 1.

>>> sign(-2.0), sign(0.0)
(-1.0, 0.0)""",
    "step": """1 where x > 0, else 0.

>>> step(2.0), step(0.0)
(1.0, 0.0)""",
    "floor": """The largest integer not above x, as a float. Its gradient is 0.

>>> floor(2.5), floor(-2.5)
(2.0, -3.0)""",
    "ceil": """The smallest integer not below x, as a float. Its gradient is 0.

>>> ceil(2.5), ceil(-2.5)
(3.0, -2.0)""",
    "round": """The nearest integer, ties to even, as a float. Its gradient is 0.

>>> round(2.5), round(3.5)
(2.0, 4.0)""",
    "copysign": """|x| with the sign of y; zeros have signs too. The partial at x = 0 is 0.

>>> copysign(2.0, -3.0), copysign(2.0, -0.0)
(-2.0, -2.0)""",
    "relu": """x where x > 0, else 0. Its partial at 0 is 0.

>>> relu(2.0), relu(-2.0)
(2.0, 0.0)""",
    "maximum": """The larger of two numbers, NaN if either is. A tie splits the gradient ½ and ½.

>>> maximum(2.0, 3.0)
3.0""",
    "minimum": """The smaller of two numbers, NaN if either is. A tie splits the gradient ½ and ½.

>>> minimum(2.0, 3.0)
2.0""",
    "where": """x where the condition holds (is not 0), else y. The branch not taken gets no gradient at all.

>>> where(True, 2.0, 3.0), where(0.0, 2.0, 3.0)
(2.0, 3.0)""",
    "equal": """1 where x = y, else 0: a comparison that is recorded. Its gradient is 0.

>>> equal(2.0, 3.0)
0.0""",
    "not_equal": """1 where x ≠ y, else 0: a comparison that is recorded. Its gradient is 0.

>>> not_equal(2.0, 3.0)
1.0""",
    "less": """1 where x < y, else 0: a comparison that is recorded. Its gradient is 0.

>>> less(2.0, 3.0)
1.0""",
    "less_equal": """1 where x ≤ y, else 0: a comparison that is recorded. Its gradient is 0.

>>> less_equal(2.0, 3.0)
1.0""",
    "greater": """1 where x > y, else 0: a comparison that is recorded. Its gradient is 0.

>>> greater(2.0, 3.0)
0.0""",
    "greater_equal": """1 where x ≥ y, else 0: a comparison that is recorded. Its gradient is 0.

>>> greater_equal(2.0, 3.0)
0.0""",
    "sigmoid": """1 / (1 + exp(-x)), without overflow. Its partial σ(x)·σ(-x) is computed as sech²(x/2)/4, accurate in the tails.

>>> sigmoid(0.0), sigmoid(-800.0)
(0.5, 0.0)""",
    "softplus": """log(1 + exp(x)), without overflow.

>>> softplus(800.0), softplus(-800.0)
(800.0, 0.0)""",
    "softsign": """x / (1 + |x|). Its second derivative jumps at 0.

>>> softsign(-3.0)
-0.75""",
    "mish": """x·tanh(softplus(x)) (Misra, 2019).

>>> print(f"{mish(1.0):.6f}")
0.865098""",
    "sum": """The sum of all arguments, added left to right. For a list: `autograd.sum(xs)`.

>>> sum(1.0, 2.0, 3.0)
6.0""",
    "prod": """The product of all arguments. For a list: `autograd.prod(xs)`.

>>> prod(2.0, 3.0, 4.0)
24.0""",
    "dot": """w₁x₁ + w₂x₂ + … + bias in one node. For lists: `autograd.dot(weights, inputs, bias)`.

>>> dot(1.0, 2.0, 3.0, 4.0, 0.5)
11.5""",
    "logsumexp": """log(exp(x₁) + exp(x₂) + …), without overflow. For a list: `autograd.logsumexp(xs)`.

>>> print(f"{logsumexp(1000.0, 1000.0):.6f}")
1000.693147""",
    "logaddexp": """log(exp(x) + exp(y)), without overflow.

>>> print(f"{logaddexp(1000.0, 1000.0):.6f}")
1000.693147""",
    "softmax": """exp(x₁) / (exp(x₁) + exp(x₂) + …), without overflow. For a list: `autograd.softmax(xs)`.

>>> softmax(0.0, 0.0), softmax(1e16, 1e16)
(0.5, 0.5)""",
    "log_softmax": """The logarithm of `softmax`, accurate near 0 and far below. For a list: `autograd.log_softmax(xs)`.

>>> print(f"{log_softmax(-1000.0, 0.0)} {log_softmax(40.0, 0.0):.6g}")
-1000.0 -4.24835e-18""",
    "norm": """√(x₁² + x₂² + …), without overflow. The gradient at 0 is 0. For a list: `autograd.norm(xs)`.

>>> norm(2.0, 3.0, 6.0)
7.0""",
    "fraction": """x / (x + y), accurate near 1 in its derivatives.

>>> fraction(1.0, 3.0)
0.25""",
}
