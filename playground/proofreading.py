"""The check tab: what audit, gradcheck and others answer to lines of Python."""

from __future__ import annotations

import html

from playground.typed import Slip, names, run_lines


def answer(text: str) -> str:
    """Run the lines; the value of the last expression as HTML, as a notebook shows it."""
    scope = names()
    run_lines(text, scope)
    shown = scope.get("_")
    if shown is None:
        raise Slip("the last line says what to show: end with audit(…), gradcheck(…) or another call")
    form = getattr(shown, "_repr_html_", None)
    return form() if form is not None else f"<pre>{html.escape(repr(shown))}</pre>"
