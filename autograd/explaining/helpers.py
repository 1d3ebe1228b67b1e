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
}
HELPERS |= {
    name: re.sub(r'    """.*"""\n', "", inspect.getsource(function))
    for name, function in vars(scalar_math).items()
    if inspect.isfunction(function)
}
