"""What `to_python` needs beyond Python's operators and `math`: the text of each, ready to stand at the top.

They compute what the rows of the table compute, bit for bit (a test holds them to it), for every number.
"""

from __future__ import annotations

import inspect
import re

from autograd import scalar_math

HELPERS = {
    "relu": """\
def relu(x):
    return 0.0 if x <= 0.0 else x
""",
    "step": """\
def step(x):
    return 1.0 if x > 0.0 else 0.0 if x <= 0.0 else x
""",
    "sign": """\
def sign(x):
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0 if x == 0.0 else x
""",
    "maximum": """\
def maximum(x, y):
    return x if x >= y or x != x else y
""",
    "minimum": """\
def minimum(x, y):
    return x if x <= y or x != x else y
""",
    "sigmoid": """\
def sigmoid(x):
    return 1.0 / (1.0 + exp(-x)) if x >= 0.0 else exp(x) / (1.0 + exp(x))
""",
    "softplus": """\
def softplus(x):  # ln(1 + exp(x)), without overflow
    return (x if x > 0.0 else 0.0) + log1p(exp(-abs(x))) if x == x else x
""",
    "cube_root": """\
def cube_root(x):
    z = cbrt(x)
    return z - (z - x / (z * z)) / 3.0 if z and isfinite(z) else z
""",
    "exp_difference": """\
def exp_difference(x, y):  # exp(x - y), with what x - y rounds off
    d = x - y
    rest = x - d
    lost = (x - (d + rest)) + (rest - y)
    return exp(d) * (1.0 + lost) if isfinite(lost) else exp(d)
""",
    "gaussian": """\
def gaussian(x):  # exp(-x²): the square of `high` is exact
    x = x if x >= 0.0 else -x
    if not x <= 30.0:
        return nan if x != x else 0.0
    high = floor(x * 2.0**20) / 2.0**20
    return exp(-high * high) * exp(-(x - high) * (x + high))
""",
    "logsumexp": """\
def logsumexp(*xs):  # without overflow: the largest first
    largest = -inf
    for x in xs:
        if x != x:
            return x
        largest = x if x > largest else largest
    if isinf(largest):
        return largest
    rest = list(xs)
    rest.remove(largest)
    return largest + log1p(fsum(exp_difference(x, largest) for x in rest))
""",
    "sech2": """\
def sech2(x):  # 1/cosh(x)²
    e = exp(-2.0 * abs(x))
    return 4.0 * e / ((1.0 + e) * (1.0 + e))
""",
    "leg": """\
def leg(x, y):  # sqrt(x² - y²)
    if not x >= abs(y):
        return nan
    square = (x - y) * (x + y)
    return sqrt(square) if 1e-290 < square < 1e300 else sqrt(x - y) * sqrt(x + y)
""",
    "direction": """\
def direction(x, rest):
    return x / hypot(x, sqrt(rest))
""",
    "fraction": """\
def fraction(x, y):
    return x / (x + y)
""",
    "normal_pdf": """\
def normal_pdf(x):  # exp(-x²/2)/sqrt(2π): the square of `high` is exact
    x = x if x >= 0.0 else -x
    if not x <= 40.0:
        return nan if x != x else 0.0
    high = floor(x * 2.0**20) / 2.0**20
    return 0.3989422804014327 * exp(-0.5 * high * high) * exp(-0.5 * (x - high) * (x + high))
""",
    "normal_cdf": """\
def normal_cdf(x):  # erfc(-x/sqrt(2))/2, with what -x/sqrt(2) rounds off
    def halves(x):
        shifted = (2.0**27 + 1.0) * x
        high = shifted - (shifted - x)
        return high, x - high

    if x > 0.0:
        return 1.0 - normal_cdf(-x)
    if not x >= -40.0:
        return nan if x != x else 0.0
    u = -x * 0.7071067811865476
    (head, tail), (c, rest) = halves(-x), halves(0.7071067811865476)
    lost = ((head * c - u) + head * rest + tail * c) + tail * rest - x * -4.833646656726457e-17
    return 0.5 * erfc(u) - 1.4142135623730951 * lost * normal_pdf(x)
""",
    "softsign": """\
def softsign(x):
    return x / (1.0 + abs(x))
""",
    "mish": """\
def mish(x):
    return x * tanh(softplus(x))
""",
    "softmax": """\
def softmax(x, *others):  # of the first
    largest = max(x, *others) if others else x
    term, *rest = [exp_difference(y, largest) for y in (x, *others)]
    return term / fsum([term, *rest])
""",
    "log_softmax": """\
def log_softmax(x, *others):  # of the first
    largest = max(x, *others) if others else x
    rest = [x, *others]
    rest.remove(largest)
    return -(largest - x) - log1p(fsum(exp_difference(y, largest) for y in rest))
""",
}
HELPERS |= {
    name: re.sub(r'    """.*"""\n', "", inspect.getsource(function))
    for name, function in vars(scalar_math).items()
    if inspect.isfunction(function) and function.__module__ == scalar_math.__name__
}
