"""Formulas as MathML, which browsers display without a script."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.util import logging

from autograd.formulas.mathml import mathml

log = logging.getLogger(__name__)


def _formula(node: nodes.Node, display: str) -> str:
    """The formula as MathML; an unsupported one logs a warning, which fails the build."""
    try:
        return mathml(node.astext(), display)
    except ValueError as error:
        log.warning("%s", error, location=node)
        return ""


def _inline(writer: Any, node: nodes.Node) -> None:
    writer.body.append(_formula(node, "inline"))
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.Node) -> None:
    writer.body.append(f'<div class="math">{_formula(node, "block")}</div>')
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, Any]:
    """Register the renderer that `html_math_renderer` selects."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
