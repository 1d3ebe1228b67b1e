"""The directive `entries`: signature, docstring, exceptions, rule and plot of public names.

```{entries} autograd
:plot:
grad jacobian
```
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import chdir, redirect_stdout, suppress
from importlib import import_module
from io import StringIO
from tempfile import TemporaryDirectory
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective
from sphinx.util.inspect import stringify_signature

from autograd.op import TABLE, Op
from tools.sphinx.docstrings import parsed
from tools.sphinx.public import full_names, names
from tools.sphinx.rules import composed, rule

FENCE = 12  # colons around the outermost entry


class Entries(SphinxDirective):
    """Entries for names of a module, in the given order."""

    required_arguments = 1
    has_content = True
    option_spec = {"plot": directives.flag, "without": directives.unchanged}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        path = self.arguments[0]
        module = import_module(path)
        without = self.options.get("without", "").split()
        entries = []
        for name in " ".join(self.content).split():
            if name not in names(module):
                raise self.error(f"{path} has no public name {name!r}")
            entries.append(entry(path, name, getattr(module, name), "plot" in self.options, without))
        return self.parse_text_to_nodes("\n\n".join(entries), allow_section_headings=False)


def entry(path: str, name: str, it: Any, plotted: bool = False, without: Any = ()) -> str:
    """The entry of a public object of the module at `path`, in Markdown."""
    if inspect.isclass(it):
        kind = "exception" if issubclass(it, BaseException) else "class"
        body = [_bases(it), *_body(it), *_members(path, name, it, without)]
        return directive(kind, name + signature(it), body, FENCE, module=path)
    if not callable(it):
        return directive("data", name, _body(it), FENCE, module=path)
    body = list(_body(it))
    op = it if isinstance(it, Op) else TABLE.get(it.__name__)
    if op is not None and path == "autograd":
        body.insert(1, rule(op))
    elif plotted:
        body.insert(1, composed(it))
    return directive("function", name + signature(it), body, FENCE, module=path)


def directive(kind: str, head: str, body: Iterable[str], colons: int, **options: str) -> str:
    """An entry of Sphinx's Python domain."""
    listed = "\n".join(f":{option}: {text}" for option, text in options.items())
    fence = ":" * colons
    return "\n\n".join([f"{fence}{{py:{kind}}} {head}\n{listed}", *body, fence])


def signature(it: Any) -> str:
    """The arguments with their types; empty if Python can't tell."""
    try:
        found = inspect.signature(it)
    except (TypeError, ValueError):
        return ""
    parameters = [
        p.replace(default=_Written(p.default)) if inspect.isfunction(p.default) else p
        for p in found.parameters.values()
        if p.annotation != "Never"  # such parameters exist only to be rejected
    ]
    result = inspect.Signature.empty if inspect.isclass(it) else found.return_annotation
    written = found.replace(parameters=parameters, return_annotation=result)
    text = stringify_signature(written, unqualified_typehints=True).replace("<factory>", "…")
    return re.sub(r"\bScalar\b", "float | Value", text)


class _Written:
    """A default whose own repr would contain a memory address."""

    def __init__(self, default: Any) -> None:
        self.name = getattr(default, "__name__", str(default))

    def __repr__(self) -> str:
        return "…" if "<" in self.name else self.name


def _body(it: Any) -> Iterator[str]:
    """The first paragraph; the rest; the exceptions."""
    docstring = parsed(it)
    first, _, rest = docstring.text.partition("\n\n")
    yield first
    yield rest
    yield "\n".join(f":raises {name}: {when}" for name, when in docstring.raises)


def _bases(it: type) -> str:
    known = [full_names()[id(base)] for base in it.__bases__ if id(base) in full_names()]
    builtin = [base.__name__ for base in it.__bases__ if issubclass(it, BaseException) and base.__module__ == "builtins"]
    links = [f"{{py:class}}`{name}`" for name in known] + [f"`{name}`" for name in builtin]
    return f"Base: {', '.join(links)}" if links else ""


def _members(path: str, name: str, it: type, without: Any) -> Iterator[str]:
    """Entries for methods and properties with a docstring: the class's own, and those of bases without an entry."""
    seen: set[str] = set()
    for base in it.__mro__:
        if base is not it and (id(base) in full_names() or base.__module__ == "builtins" or base.__name__ in without):
            continue
        if base.__module__.partition(".")[0] not in ("autograd", "nn"):
            continue
        for key, member in vars(base).items():
            if (not key.startswith("_") or key == "__call__") and getattr(it, key, None) is not None and key not in seen:
                seen.add(key)
                yield _member(path, f"{name}.{key}", member)


def _member(path: str, name: str, member: Any) -> str:
    options: Mapping[str, str] = {}
    if isinstance(member, (classmethod, staticmethod)):
        options = {type(member).__name__: ""}
        member = member.__func__
    if isinstance(member, property):
        kind, head = "property", name
        returned = member.fget and inspect.signature(member.fget).return_annotation
        options = {"type": returned} if isinstance(returned, str) else {}
    elif inspect.isfunction(member):
        kind, head = "method", name + _without_self(member, "classmethod" in options or "staticmethod" not in options)
    else:
        return ""
    if not member.__doc__:  # documented in its base
        return ""
    return directive(kind, head, _body(member), FENCE - 4, module=path, **options)


def _without_self(function: Any, bound: bool) -> str:
    found = inspect.signature(function)
    parameters = list(found.parameters.values())[1 if bound else 0 :]
    return stringify_signature(found.replace(parameters=parameters), unqualified_typehints=True)


class Usage(SphinxDirective):
    """The help text of `python -m PACKAGE`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        return [_console(import_module(self.arguments[0]), ["--help"])]


class Run(SphinxDirective):
    """A command, with one argument per line, and its output."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        return [_console(import_module(self.arguments[0]), list(self.content))]


def _console(module: Any, arguments: Sequence[str]) -> nodes.literal_block:
    printed = StringIO()
    with TemporaryDirectory() as folder, chdir(folder), redirect_stdout(printed), suppress(SystemExit):
        module.main(arguments)
    command = " ".join(["$ python -m", module.__package__, *(f'"{arg}"' if " " in arg else arg for arg in arguments)])
    return nodes.literal_block("", f"{command}\n{printed.getvalue()}", language="text")


def setup(app: Any) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("entries", Entries)
    app.add_directive("usage", Usage)
    app.add_directive("run", Run)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
