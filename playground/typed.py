"""What users type: lines of Python, run with the engine's names; what is wrong with them is told at its place."""

from __future__ import annotations

import ast
import math
import random
from typing import Any

import autograd
import nn
from autograd.audit import audit
from autograd.testing import gradcheck


class Slip(Exception):
    """What is wrong with the text, and where: line and column from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.place = {"message": message, "line": line, "column": column}


def names() -> dict[str, Any]:
    """The names that typed lines begin with."""
    public = {name: getattr(autograd, name) for name in autograd.__all__}
    return public | {"autograd": autograd, "nn": nn, "random": random, "math": math, "audit": audit, "gradcheck": gradcheck}


def run_lines(text: str, scope: dict[str, Any]) -> None:
    """Run the lines; `_` is then the value of the last one, if it is an expression."""
    try:
        tree = ast.parse(text)
        last = tree.body[-1] if tree.body else None
        if isinstance(last, ast.Expr):
            tree.body[-1] = ast.copy_location(ast.Assign([ast.Name("_", ast.Store())], last.value), last)
            ast.fix_missing_locations(tree)
        exec(compile(tree, "<page>", "exec"), scope)
    except SyntaxError as error:
        raise Slip(error.msg, error.lineno or 1, error.offset or 1) from None
    except Exception as error:
        raise Slip(f"{type(error).__name__}: {error}", _line_of(error)) from None


def _line_of(error: BaseException) -> int:
    line, at = 1, error.__traceback__
    while at is not None:
        if at.tb_frame.f_code.co_filename == "<page>":
            line = at.tb_lineno
        at = at.tb_next
    return line
