"""Columns with places for the arguments, `{} + {}`, read as Python."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast

SLOT = "_argument_{}_"


def slots(count: int) -> tuple[str, ...]:
    """The names that stand for the arguments in the tree of a template."""
    return tuple(map(SLOT.format, range(count)))


def filled(template: str, texts: Sequence[str], variadic: bool) -> str:
    """The template with these texts in its places; in the only place of a variadic one stand all of them."""
    return template.format(", ".join(texts)) if variadic else template.format(*texts)


@lru_cache(maxsize=1024)
def tree(template: str, texts: tuple[str, ...], variadic: bool) -> ast.expr:
    """The template with these texts in its places as Python reads it; ValueError if Python does not."""
    import ast  # takes longer to load than what reads no template needs

    try:
        return ast.parse(filled(template, texts, variadic).strip(), mode="eval").body
    except SyntaxError as error:
        raise ValueError(f"{template!r} is not a Python expression: {error.msg}") from None
