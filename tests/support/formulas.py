"""Formulas in text and LaTeX, read back as Python the way a reader understands them."""

import math
import re

from autograd import ops
from autograd.op import TABLE

SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
NAMES = {"\\sigma": "sigmoid", "\\cdot": "*", "\\,": "*", "\\ne": "!=", "\\le": "<=", "\\ge": ">=", "\\pi": "pi"}
NAMES |= {"\\lfloor": " floor(", "\\rfloor": ")", "\\lceil": " ceil(", "\\rceil": ")", "\\bmod": "%", "\\psi": " digamma"}
NAMES |= {"\\arcsin": "asin", "\\arccos": "acos", "\\arctan": "atan", "\\min": "minimum", "\\max": "maximum"}
OPERATORS = {"arsinh": "asinh", "arcosh": "acosh", "artanh": "atanh", "exp_difference": "exp_difference"}


def value(formula, **names):
    """The number that a formula, read as Python, evaluates to."""
    known = {name: TABLE[name] for name in ops.BUILT_IN} | {"ln": ops.log, "e": math.e, "pi": math.pi}
    return float(eval(formula, {"__builtins__": {}} | known | names))


def from_text(text):
    """A text formula as Python."""
    for known in (2.0, 10.0):
        text = text.replace(f"ln {known:g}", repr(math.log(known)))
    text = text.replace("√π/2", repr(math.sqrt(math.pi) / 2)).replace("ψ", "digamma")
    text = text.replace("⌊", "floor(").replace("⌈", "ceil(").replace("⌋", ")").replace("⌉", ")")
    text = text.replace("2/√π", repr(2 / math.sqrt(math.pi))).replace("log₂", "log2").replace("log₁₀", "log10")
    text = re.sub("([⁻⁰¹²³⁴-⁹]+)", lambda power: f"**({power[1].translate(SUPERSCRIPTS)})", text)
    text = text.replace("≠", "!=").replace("≤", "<=").replace("≥", ">=")
    text = re.sub(r"(?<![<>!=])=(?!=)", "==", text)
    text = text.replace(")[0]", ")")  # our ops of that name return only the first number
    return _absolute(text).replace("[", "(").replace("]", ")").replace("·", "*").replace("−", "-").replace("^", "**")


def _absolute(text):
    """Read bars as `abs`: a bar opens where an operand must follow, and closes anywhere else."""
    read = ""
    for sign in text:
        opens = re.search(r"(^|[-−+·/^*,:%(\[=<>≠≤≥√∛]|\b(ln|log2|log10|if|else|not|and|or))\s*$", read)
        read += sign if sign != "|" else "abs(" if opens else ")"
    return read


def from_latex(latex):
    """A LaTeX formula as Python."""
    for known in (10.0, 2.0):
        latex = latex.replace(rf"\ln {known:g}", repr(math.log(known)))
    latex = latex.replace(r"\ln\left|\Gamma\left(", " lgamma((")
    latex = latex.replace(r"\left|", " abs(").replace(r"\right|", ")").replace(r"\log_2", " log2").replace(r"\log_{10}", " log10")
    latex = latex.replace(r"\right)_{0}", ")")
    latex = re.sub(r"\\(left|right)", "", latex).replace("[3]", "3").replace("[", "(").replace("]", ")")
    return _read(latex)


def _read(latex):
    read = []
    while latex:
        command = re.match(r"\\([a-z]+|,)|.", latex, re.DOTALL)[0]
        latex = latex[len(command) :]
        if command == "\\frac":
            above, latex = _group(latex)
            below, latex = _group(latex)
            read.append(f"(({_read(above)})/({_read(below)}))")
        elif command == "\\sqrt":
            function = "cbrt" if latex[0] == "3" else "sqrt"
            inner, latex = _group(latex.removeprefix("3"))
            read.append(f" {function}({_read(inner)})")
        elif command == "\\operatorname":
            name, latex = _group(latex)
            name = name.replace("\\", "")
            if latex.startswith("^{-1}"):
                name, latex = f"{name}inv", latex.removeprefix("^{-1}")
            read.append(f" {OPERATORS.get(name, name)}")
        elif command == "\\psi" and latex[0] == "^":
            order, latex = _group(latex[1:])
            read.append(f" polygamma({_read(order)}, ")
            latex = latex.removeprefix("(")
        elif command == "\\begin":
            inner, latex = _cases(latex)
            read.append(inner)
        elif command == "{":
            inner, latex = _group("{" + latex)
            read.append(f"({_read(inner)})")
        elif command == "^":
            power, latex = _group(latex) if latex[0] == "{" else (latex[0], latex[1:])
            read.append(f"**({_read(power)})")
        elif command == "_":
            index, latex = _group(latex)
            read.append(index)
        else:
            read.append("==" if command == "=" else NAMES.get(command, command.replace("\\", " ")))
    return "".join(read)


def _group(latex):
    """The contents of the braces at the start, and the rest."""
    assert latex[0] == "{", latex
    depth = 0
    for i, c in enumerate(latex):
        depth += (c == "{") - (c == "}")
        if depth == 0:
            return latex[1:i], latex[i + 1 :]
    raise AssertionError(f"unbalanced: {latex}")


def _cases(latex):
    """A \\begin{cases} whose first word has been read, as a conditional, and the rest."""
    latex = latex.removeprefix("{cases}")
    depth, parts, start = 1, [], 0
    for match in re.finditer(r"\\begin\{cases\}|\\end\{cases\}| & \\text\{if \} | & \\text\{otherwise\}|\\\\", latex):
        depth += match[0].startswith("\\begin") - match[0].startswith("\\end")
        if depth == 0:
            first, condition, second = parts
            return f"(({first}) if ({condition}) else ({second}))", latex[match.end() :]
        if depth == 1 and "end" not in match[0]:
            parts.append(_read(latex[start : match.start()]))
            start = match.end()
    raise AssertionError(f"no end of cases: {latex}")
