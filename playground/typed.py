"""What users type: lines of Python, run with the engine's names; what is wrong with them is told at its place."""

from __future__ import annotations

import ast
import io
import math
import random
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, NoReturn

import autograd

MAX_MESSAGE = 500  # characters of what is wrong
MAX_TEXT = 100_000  # characters that the page runs
MAX_PRINTED = 20_000  # characters that the page shows of what was printed
SAYS = {
    MemoryError: "this needs more memory than there is here",
    SystemExit: "the program ended itself",
    KeyboardInterrupt: "the program ended itself",
}


class Slip(Exception):
    """What is wrong with the text, and where: line and column from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        message = message if len(message) <= MAX_MESSAGE else message[:MAX_MESSAGE] + " …"
        super().__init__(message)
        self.place = {"message": message, "line": line, "column": column}


class Printed(io.TextIOBase):
    """Keeps the beginning of what is printed, and counts the rest."""

    def __init__(self) -> None:
        self.text = ""
        self.more = 0

    def write(self, text: str, /) -> int:
        kept = text[: MAX_PRINTED - len(self.text)]
        self.text += kept
        self.more += len(text) - len(kept)
        return len(text)

    def __str__(self) -> str:
        return self.text + (f"… and {self.more:,} more characters" if self.more else "")


printed: Printed | None = None  # by the lines that ran last


def names() -> dict[str, Any]:
    """The names that typed lines begin with."""
    import nn  # these are imported here: the page shows its first graphs without them
    from autograd.audit import audit
    from autograd.testing import gradcheck

    public = {name: getattr(autograd, name) for name in autograd.__all__}
    modules = {"autograd": autograd, "nn": nn, "random": random, "math": math}
    return public | modules | {"audit": audit, "gradcheck": gradcheck, "input": _input}


def _input(prompt: object = "", /) -> NoReturn:
    raise EOFError("nobody can answer here: write the value into the text instead of input()")


def load() -> None:
    """Import what typed lines may use, while the page has nothing else to do."""
    names()


def run_lines(text: str, scope: dict[str, Any], show: Callable[[Any], None] | None = None) -> None:
    """Run the lines; `_` is then the value of the last one, if it is an expression. `show` gets the value of each that is one."""
    global printed
    printed = Printed()
    if len(text) > MAX_TEXT:
        raise Slip(f"this text has {len(text):,} characters; the page runs up to {MAX_TEXT:,}")
    try:
        tree = ast.parse(text)
        last = tree.body[-1] if tree.body else None
        if show is not None:
            scope["_show"] = show
            tree.body = [_shown(line) if isinstance(line, ast.Expr) else line for line in tree.body]
        elif isinstance(last, ast.Expr):
            tree.body[-1] = ast.copy_location(ast.Assign([ast.Name("_", ast.Store())], last.value), last)
        ast.fix_missing_locations(tree)
        with redirect_stdout(printed), redirect_stderr(printed):
            exec(compile(tree, "<page>", "exec"), scope)
    except SyntaxError as error:
        raise Slip(error.msg, error.lineno or 1, error.offset or 1) from None
    except BaseException as error:  # typed lines may raise whatever they like
        raise Slip(_told(error), _line_of(error)) from None


def _shown(line: ast.Expr) -> ast.Expr:
    call = ast.Call(ast.Name("_show", ast.Load()), [line.value], [])
    return ast.copy_location(ast.Expr(call), line)


def _told(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception as worse:
        text = f"its text cannot be had ({type(worse).__name__})"
    return ": ".join(filter(None, [type(error).__name__, SAYS.get(type(error), text)]))


def _line_of(error: BaseException) -> int:
    line, at = 1, error.__traceback__
    while at is not None:
        if at.tb_frame.f_code.co_filename == "<page>":
            line = at.tb_lineno
        at = at.tb_next
    return line
