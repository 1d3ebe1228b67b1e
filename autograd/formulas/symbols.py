"""Names and numbers as text and as LaTeX, whatever characters they contain."""

from __future__ import annotations

import math
import re

from autograd._format import one_line, shown

_PLAIN = re.compile("([A-Za-z])([0-9]{0,50})")  # the usual case, handled first
_PATH = re.compile(r"[A-Za-z]\w*(\[\d+\])*(\.[A-Za-z]\w*(\[\d+\])*)*", re.ASCII)
_GREEK = re.compile(
    "alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|upsilon|phi|chi|psi|omega"
    "|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi|Omega"
)
_ACCENTS = frozenset(("hat", "bar", "tilde"))
_SPECIAL = {c: rf"\{c}" for c in "{}_%#&$"} | {"\\": r"\backslash ", "^": r"\wedge ", "~": r"\sim ", "<": "{<}", ">": "{>}"}
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_CONSTANTS = {  # of partials, in text and in LaTeX
    math.log(2.0): ("ln 2", r"\ln 2"),
    math.log(10.0): ("ln 10", r"\ln 10"),
    0.886226925452758: ("√π/2", r"\frac{\sqrt{\pi}}{2}"),
    2.0 / math.sqrt(math.pi): ("2/√π", r"\frac{2}{\sqrt{\pi}}"),
    -2.0 / math.sqrt(math.pi): ("−2/√π", r"-\frac{2}{\sqrt{\pi}}"),
}


def name_text(name: str) -> str:
    """A name in a text formula: a number at its end as a subscript; in quotes if it does not read as a name.

    >>> name_text("w1"), name_text("x_12"), name_text("layers[0].b"), name_text("my loss")
    ('w₁', 'x₁₂', 'layers[0].b', '“my loss”')
    """
    if plain := _PLAIN.fullmatch(name):
        return plain[1] + plain[2].translate(_SUBSCRIPTS)
    name = one_line(name)
    if not re.fullmatch(r"[^\W\d](\w|[\[\].'′])*", name):
        return f"“{name}”"
    match = re.fullmatch(r"(.*[^\W\d_])_?([0-9]+)", name)
    return match[1] + match[2].translate(_SUBSCRIPTS) if match else name


def name_latex(name: str) -> str:
    r"""A name in LaTeX: indices as subscripts, Greek letters, hats; escaped if it is not an identifier.

    >>> print(name_latex("w1"), name_latex("x_hat"), name_latex("alpha"), name_latex("W[0][1]"), name_latex("loss"))
    w_{1} \hat{x} \alpha W_{0,1} \mathrm{loss}
    >>> print(name_latex("layers[0].neurons[1].w[0]"), name_latex("50% off"))
    \mathrm{layers}_{0}.\mathrm{neurons}_{1}.w_{0} \text{50}\%\text{ off}
    """
    if plain := _PLAIN.fullmatch(name):
        return f"{plain[1]}_{{{plain[2]}}}" if plain[2] else plain[1]
    name = one_line(name)
    if not _PATH.fullmatch(name):
        runs = re.findall(r"[^\\{}_%#&$^~<>]+|.", name)
        return "".join(_SPECIAL.get(run) or rf"\text{{{run}}}" for run in runs) or r"\text{}"
    return ".".join(map(_attribute_latex, name.split(".")))


def _attribute_latex(name: str) -> str:
    """One part of a path: `w1`, `x_hat`, `W[0][1]`."""
    stem, *indices = name.replace("]", "").split("[")
    words = [word for word in stem.split("_") if word]
    accents = [word for word in words[1:] if word in _ACCENTS]
    subscripts = [_word_latex(word) for word in words[1:] if word not in _ACCENTS]
    match = re.fullmatch(r"([A-Za-z]+)(\d+)", words[0])
    head = _word_latex(match[1] if match else words[0])
    subscripts = [match[2], *subscripts] if match else subscripts
    for accent in accents:
        head = rf"\{accent}{{{head}}}"
    below = ",".join([*subscripts, *indices])
    return f"{head}_{{{below}}}" if below else head


def _word_latex(word: str) -> str:
    return rf"\{word}" if _GREEK.fullmatch(word) else word if len(word) == 1 or word.isdigit() else rf"\mathrm{{{word}}}"


def number_text(x: float) -> str:
    """A constant in a text formula: by its name if it has one.

    >>> number_text(-0.5), number_text(math.log(2.0))
    ('−0.5', 'ln 2')
    """
    return _CONSTANTS[x][0] if x in _CONSTANTS else shown(x)


def number_latex(x: float) -> str:
    r"""The same in LaTeX.

    >>> print(number_latex(-0.5), number_latex(1e-7), number_latex(float("inf")))
    -0.5 10^{-7} \infty
    """
    if x in _CONSTANTS:
        return _CONSTANTS[x][1]
    digits, _, exponent = f"{x + 0.0:.6g}".partition("e")
    if exponent:
        digits = {"1": "", "-1": "-"}.get(digits, rf"{digits} \cdot ") + f"10^{{{int(exponent)}}}"
    return digits.replace("inf", r"\infty").replace("nan", r"\mathrm{NaN}")
