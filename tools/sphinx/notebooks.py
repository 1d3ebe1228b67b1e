"""Notebook outputs for the site: drawings are inlined in the page, so that they follow its theme and are searchable."""

from __future__ import annotations

import json
import re
from typing import Any

HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
LABELS = [re.compile(rf"{axis}label\(?=?[\"'](.+?)[\"']") for axis in "xy"]
PLOT = re.compile(r"plot\.(\w+)\(")


def prepare(app: Any, docname: str, source: list[str]) -> None:
    """Change the source of a notebook before Sphinx reads it."""
    if not docname.startswith("learn/"):
        return
    notebook = json.loads(source[0])
    section = ""
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            section = (HEADING.findall(text) or [section])[-1]
            continue
        cell["metadata"]["mystnb"] = {"image": {"alt": alternative(text, section)}}
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/svg+xml" in data:
                svg = "".join(data["image/svg+xml"])
                data["text/html"] = f'<div class="drawing">{svg[svg.index("<svg") :]}</div>'
                del data["image/svg+xml"]
            if "text/latex" in data:
                latex = "".join(data["text/latex"]).strip("$\n").removeprefix(r"\displaystyle")
                data["text/latex"] = f"$${latex}$$"
    source[0] = json.dumps(notebook)


def alternative(code: str, section: str) -> str:
    """Alternative text for a plot: the section it is in, and its axes or the name of its function.

    >>> alternative('ax.set(xlabel="n", ylabel="tanh(n)")', "A curve")
    'A curve: plot of tanh(n) over n'
    >>> alternative("plot.decision_boundary(net, X, y)", "Moons")
    'Moons: plot of the decision boundary'
    """
    x, y = (label.search(code) for label in LABELS)
    drawn = PLOT.search(code)
    if x and y:
        return f"{section}: plot of {y[1]} over {x[1]}"
    return f"{section}: plot of the {drawn[1].replace('_', ' ')}" if drawn and drawn[1] != "show" else f"{section}: plot"


def setup(app: Any) -> dict[str, Any]:
    """Prepare each notebook as it is read."""
    app.connect("source-read", prepare)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
