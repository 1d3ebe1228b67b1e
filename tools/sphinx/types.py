"""Links from types in signatures to the documentation of Python and others, from a table: the build needs no network."""

from __future__ import annotations

from typing import Any

from docutils import nodes

ABSTRACT = "https://docs.python.org/3/library/collections.abc.html#collections.abc."
PLACES = {name: ABSTRACT + name for name in ("Callable", "Iterable", "Iterator", "Mapping", "Sequence")} | {
    "Any": "https://docs.python.org/3/library/typing.html#typing.Any",
    "Path": "https://docs.python.org/3/library/pathlib.html#pathlib.Path",
    "Axes": "https://matplotlib.org/stable/api/axes_api.html",
    "Figure": "https://matplotlib.org/stable/api/figure_api.html",
    "RandomState": "https://numpy.org/doc/stable/reference/random/legacy.html#numpy.random.RandomState",
    "ndarray": "https://numpy.org/doc/stable/reference/generated/numpy.ndarray.html",
}


def resolve(app: Any, env: Any, node: nodes.Element, content: nodes.TextElement) -> nodes.reference | None:
    """The link for a type that is not ours; `float` and the like need none."""
    if node.get("refdomain") != "py":
        return None
    place = PLACES.get(node["reftarget"].rpartition(".")[2])
    return nodes.reference("", "", content, refuri=place, internal=False) if place else None


def setup(app: Any) -> dict[str, Any]:
    """Resolve the references that Sphinx cannot."""
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
