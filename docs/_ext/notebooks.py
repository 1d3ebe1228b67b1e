"""Outputs of notebooks as the site shows them: drawings inside the page, so that they follow its theme and can be searched."""

from __future__ import annotations

import json
from typing import Any


def prepare(app: Any, docname: str, source: list[str]) -> None:
    """Change the text of a notebook before it is read."""
    if not docname.startswith("learn/"):
        return
    notebook = json.loads(source[0])
    for cell in notebook["cells"]:
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


def setup(app: Any) -> dict[str, Any]:
    """Prepare each notebook as it is read."""
    app.connect("source-read", prepare)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
