"""Formulas as MathML, which browsers display without a script."""

from __future__ import annotations

import re
from typing import Any

from latex2mathml.converter import convert

# The name of a function, around which the converter leaves no space, and an opening bracket after it.
FUNCTION = re.compile(
    r"<mi>(arccos|arcosh|arcsin|arctan|arsinh|artanh|cos|cosh|exp|ln|log|max|min|sin|sinh|tan|tanh)</mi>"
    r"(?P<bracket><mo stretchy=\"false\">&#x00028;)?"
)

NAME = re.compile(r"\\operatorname\{((?:\w|\\_)*(?:\d|\\_)(?:\w|\\_)*)\}")  # a name that the converter would take apart
THIN = "0.17em"


def formula(latex: str, display: str = "inline") -> str:
    """A formula as MathML; aligned lines become the rows of an array."""
    latex = NAME.sub(lambda name: rf"\text{{{name[1]}}}".replace(r"\_", "_"), latex)
    rows = latex.replace(r"\begin{aligned}", r"\begin{array}{rl}").replace(r"\end{aligned}", r"\end{array}")

    def spaced(found: re.Match[str]) -> str:
        before, after, bracket = found.string[: found.start()], found.string[found.end() :], found["bracket"] or ""
        powered = before.endswith("<msup>")
        left = "0" if powered or before.endswith('"><mrow>') else THIN
        right = "0" if powered or bracket or after.startswith("</mrow></math>") else THIN
        return f'<mo lspace="{left}" rspace="{right}">{found[1]}</mo>{bracket}'

    return FUNCTION.sub(spaced, convert(rows, display=display)).replace("<mi>&#x02032;</mi>", "<mo>&#x02032;</mo>")


def _inline(writer: Any, node: Any) -> None:
    from docutils import nodes

    writer.body.append(formula(node.astext()))
    raise nodes.SkipNode


def _block(writer: Any, node: Any) -> None:
    from docutils import nodes

    writer.body.append(f'<div class="math">{formula(node.astext(), "block")}</div>')
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, Any]:
    """Register the renderer, which `html_math_renderer` chooses."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
