"""The palette as the style sheet palette.css, for all drawings on a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograd.viz.palette import recoloured, variables


def css() -> str:
    """The variables, light or dark as theme.js or else the system decides, and rules that make drawings follow them."""
    return "\n".join(
        [
            f":root {{ {variables('light')} color-scheme: light; }}",
            f':root[data-theme="dark"] {{ {variables("dark")} color-scheme: dark; }}',
            f"@media (prefers-color-scheme: dark) {{ :root:not([data-theme]) {{ {variables('dark')} color-scheme: dark; }} }}",
            recoloured(".drawing"),
        ]
    )


def write(app: Any, config: Any) -> None:
    """Write palette.css to a folder of static files, and add that to Sphinx's."""
    folder = Path(app.doctreedir).parent / "static"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "palette.css").write_text(css(), encoding="utf-8")
    config.html_static_path.append(str(folder))


def setup(app: Any) -> dict[str, Any]:
    """Write the style sheet before the pages that link to it."""
    app.connect("config-inited", write)
    app.add_css_file("palette.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
