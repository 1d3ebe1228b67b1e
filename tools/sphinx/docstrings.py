"""Docstrings as shown in the reference: Markdown, with examples as code and exceptions in a separate list."""

from __future__ import annotations

import inspect
import re
from typing import Any, NamedTuple

# "TypeError if y is not a Value", as a whole sentence or at the end of one.
RAISES = re.compile(
    r"(?P<before>^|[.:]\s+|;\s+|,\s+(?:and\s+)?)(?:an?\s+)?(?P<name>[A-Z]\w*(?:Error|Warning))\s+(?P<when>(?:if|for|without|unless|where)\b"
    r"(?:[^.;`,]|`[^`]*`|\.(?=\w)|,(?!\s+(?:and\s+)?(?:an?\s+)?[A-Z]\w*(?:Error|Warning)\s))*)"
)
STRING = re.compile(r'(?<![\w=])(?:\w+=)?"[\w.*+-]+"')


class Docstring(NamedTuple):
    """A docstring in parts: `text` is Markdown, `raises` has (exception, when)."""

    text: str
    raises: tuple[tuple[str, str], ...]


def parsed(it: Any) -> Docstring:
    """The parsed docstring of an object.

    >>> parsed(lambda: None)
    Docstring(text='', raises=())
    """
    paragraphs: list[str] = []
    raises: list[tuple[str, str]] = []
    text = it.__doc__ if it.__doc__ != type(it).__doc__ else ""  # not one inherited from its type
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(text or "")):
        if paragraph.startswith(">>>"):
            paragraphs.append(f"```pycon\n{paragraph}\n```")
        elif paragraph.startswith("    "):
            paragraphs.append(f"```text\n{inspect.cleandoc(paragraph)}\n```")
        elif _is_table(paragraph):
            paragraphs.append(_listed(paragraph))
        elif paragraph.startswith("- "):
            paragraphs.append(_coded(paragraph))
        else:
            paragraphs.append(_told(paragraph, raises))
    return Docstring("\n\n".join(filter(None, paragraphs)), tuple(raises))


def _is_table(paragraph: str) -> bool:
    """True for lines of a name, several spaces and a text, such as lists of columns or attributes."""
    lines = paragraph.splitlines()
    return len([line for line in lines if re.match(r"\s*[\w, ]+\S\s{2,}\S", line)]) > len(lines) / 2 and len(lines) > 1


def _listed(paragraph: str) -> str:
    """Such lines as a Markdown list; a line that is indented further continues the one above."""
    items: list[str] = []
    margin = -1
    for line in paragraph.splitlines():
        row = re.match(r"(?P<space>\s*)(?P<name>\S[\w,. `]*?)\s{2,}(?P<text>\S.*)", line)
        short = re.match(rf"\s{{{margin}}}(?P<name>\w+) (?P<text>\S.*)", line) if margin >= 0 else None  # a long name, one space
        if row and margin in (-1, len(row["space"])):
            margin = len(row["space"])
        elif not short:
            items.append(line if not items else f"{items.pop()} {line.strip()}")
            continue
        found = row if row and len(row["space"]) == margin else short
        assert found is not None
        items.append(f"- `{found['name'].strip('`')}`: {found['text']}")
    return "\n".join(f"{item}\n" if not item.startswith("- ") else item for item in items)


def _told(paragraph: str, raises: list[tuple[str, str]]) -> str:
    """A paragraph without its clauses on exceptions, which are moved to `raises`."""
    flat = " ".join(paragraph.split())

    def moved(found: re.Match[str]) -> str:
        raises.append((found["name"], found["when"].strip()))
        return "" if found["before"][:1] in ("", ";", ",") else f"{found['before'][0]} "

    rest = re.sub(r"(?<=[.:])\s+(?=[.;]|$)", "", RAISES.sub(moved, flat)).strip()
    rest = re.sub(r"^[.;,\s]+|([.:])\s*[.;]+", r"\1", rest).strip()
    rest = re.sub(r"(?<=[a-z)`]\. )[a-z](?=[a-z]+ )", lambda found: found[0].upper(), rest) if rest != flat else rest
    return _coded(rest if not rest or rest[-1] in ".:!?" else f"{rest}.")


def _coded(text: str) -> str:
    """A text with one-word strings, which are values of arguments, marked as code."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else STRING.sub(r"`\g<0>`", part) for part in parts)
