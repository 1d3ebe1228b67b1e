"""Columns of text with places for the arguments, `{} + {}`: read as Python, and checked when an op is made."""

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


def check_places(who: str, template: str, arity: int | None) -> None:
    """ValueError if the template has not a place for every argument, and nothing else in braces."""
    from string import Formatter

    if not isinstance(template, str):
        raise TypeError(f"{who} must be a str, got {type(template).__name__}")
    count = 1 if arity is None else arity
    numbered = ", ".join(f"{{{i}}}" for i in range(count))
    wanted = "one {} for all the arguments" if arity is None else f"a {{}} for each argument, or {numbered}"
    try:
        fields = [parts[1:] for parts in Formatter().parse(template) if parts[1] is not None]
    except ValueError as error:
        raise ValueError(f"{who} must have {wanted}, got {template!r}: {error} (a brace of its own is written twice)") from None
    names = [name for name, form, conversion in fields if not form and conversion is None]
    if names == [""] * count or (len(names) == len(fields) and set(names) == set(map(str, range(count)))):
        return
    raise ValueError(f"{who} must have {wanted}, got {template!r}")


def check_source(who: str, source: str, arity: int | None) -> None:
    """ValueError if the template is not a Python expression in its arguments."""
    import ast

    check_places(who, source, arity)
    count = 2 if arity is None else arity
    try:
        names = [node.id for node in ast.walk(tree(source, slots(count), arity is None)) if isinstance(node, ast.Name)]
    except ValueError as error:
        raise ValueError(f"{who} must be an expression: {error}") from None
    if sum(map(names.count, slots(count))) != filled(source, slots(count), arity is None).count(SLOT[:10]):
        raise ValueError(f"{who} must have its arguments as operands, not inside names or texts, got {source!r}")
