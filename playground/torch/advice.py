"""What to write here instead of PyTorch's names."""

from __future__ import annotations

import re

import autograd
from autograd import Value
from autograd.foreign_names import FUNCTIONS, METHODS, OPTIONS_OF_BACKWARD

ROOTS = ("torch", "F", "nn", "optim")  # prefixes of its names
KEYWORDS = {
    **OPTIONS_OF_BACKWARD,
    **dict.fromkeys(("min", "max"), "write both bounds, in order: clip(x, low, high), of which one may be -inf or inf"),
    "dim": "leave it out: functions of several numbers take one list of them",
    "inplace": "leave it out: nothing changes in place",
    **dict.fromkeys(("dtype", "device"), "leave it out: a Value is one number"),
}
SEVERAL = {  # functions that make or take multiple numbers
    "zeros": "[Value(0.0) for _ in range(n)]",
    "ones": "[Value(1.0) for _ in range(n)]",
    "rand": "random.random(), and several are [Value(random.random()) for _ in range(n)]",
    "randn": "random.gauss(0, 1), and several are [Value(random.gauss(0, 1)) for _ in range(n)]",
    "linspace": "[low + i*(high - low)/(n - 1) for i in range(n)]",
    "argmax": "xs.index(max(xs))",
    "stack": "a list of its parts, [x, y],",
    "cat": "[*xs, *ys]",
}


def function(name: str) -> str:
    """What to write for a dotted name; "" if unknown.

    >>> function("torch.clamp"), function("F.relu"), function("torch.optim.SGD"), function("torch.compiler")
    ('torch.clamp is clip(x, low, high) here', 'F.relu is relu(…) here', 'torch.optim.SGD is nn.optim.SGD(…) here', '')
    """
    import nn

    *before, last = name.split(".")
    written = SEVERAL.get(last) or FUNCTIONS.get(last, "")
    if not written and last in autograd.__all__:
        written = f"{last}(…)"
    for module, where in ((nn, "nn"), (nn.optim, "nn.optim")):
        if not written and isinstance(getattr(module, last, None), type):
            written = f"{where}.{last}(…)"
    known = written and written.partition("(")[0] != name and (not before or before[0] in ROOTS)
    return f"{name} is {written} here" if known else ""


def rows(called: str) -> str:
    """What to write for a tensor of several rows; "" if the text doesn't begin with one.

    >>> rows("torch.tensor([[1.0, 2.0], [3.0, 4.0]])").partition(":")[0], rows("torch.tensor([1.0, 2.0])")
    ('a tensor of several rows is a list of lists here', '')
    """
    if not re.match(r"(\w+\.)*\w*[tT]ensor\(\s*\[\s*\[", called):
        return ""
    return (
        "a tensor of several rows is a list of lists here: X = [[1.0, 2.0], [3.0, 4.0]], and X @ w is [dot(row, w) for row in X]"
    )


def method(owner: object, name: str, written: str) -> str:
    """What to write for a method that a Value or a gradient lacks; `written` is the line. "" if unknown.

    >>> method(Value(2.0), "relu_", "x.relu_()")
    'a Value has no .relu_: nothing changes in place, so name the result of relu'
    >>> method(0.0, "zero_", "w.grad.zero_()")
    'w.grad is a plain number: write w.grad = 0'
    """
    if type(owner) is Value:
        plain = name.removesuffix("_")
        known = plain != name and (plain in METHODS or hasattr(Value, plain))
        return f"a Value has no .{name}: nothing changes in place, so name the result of {plain}" if known else ""
    gradient = re.search(rf"([\w.\[\]]*\bgrad)\.{name}\b", written)
    if not isinstance(owner, float) or gradient is None:
        return ""
    called = "()" if f".{name}(" in written else ""
    what = f"write {gradient[1]} = 0" if name == "zero_" else f"leave .{name}{called} out"
    return f"{gradient[1]} is a plain number: {what}"


def keyword(message: str) -> str:
    """What to write for a keyword that a function doesn't accept, given Python's message. "" if unknown.

    >>> keyword("Value.backward() got an unexpected keyword argument 'gradient'")
    'backward() takes no gradient=: write y.backward(2.0)'
    """
    found = re.search(r"(\w+\(\)) got an unexpected keyword argument '(\w+)'", message)
    return f"{found[1]} takes no {found[2]}=: {KEYWORDS[found[2]]}" if found and found[2] in KEYWORDS else ""


def chain(written: str) -> str:
    """The dotted name that a text begins with.

    >>> chain("torch.nn.functional.relu(x)*2")
    'torch.nn.functional.relu'
    """
    found = re.match(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*", written)
    return found[0] if found else ""
