"""Runs the Python that users type, with the engine's names in scope, and reports errors where they are."""

from __future__ import annotations

import ast
import builtins
import io
import math
import operator
import random
import re
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from itertools import islice
from keyword import iskeyword
from types import TracebackType
from typing import Any, NoReturn

import autograd
from autograd import Value
from autograd._format import did_you_mean
from autograd.expression import ExpressionError, variables
from autograd.foreign_names import FUNCTIONS
from nn.foreign_names import ADVICE
from playground import lists
from playground.free import near
from playground.plain import to_begin_with, with_values
from playground.spelling import CALLED, corrected, difference
from playground.syntax import rows
from playground.torch import advice
from playground.torch.refusals import refused, unasked
from playground.torch.samples import mixed, paired
from playground.torch.spelling import place_before, respelled

HERE = {"autograd", "nn"}
MAX_MESSAGE = 500  # characters of an error message
MAX_TEXT = 100_000  # characters that the page runs
MAX_PRINTED = 20_000  # characters of printed output that the page shows
WATCHER = "_differentiated"  # the name of the Watcher in the lines' scope
COMPARER = "_compared"  # and of the function that compares
COMPARISONS = {  # by the name of their `ast` node: the op, and Python's operator for plain numbers
    "Eq": (autograd.equal, operator.eq),
    "NotEq": (autograd.not_equal, operator.ne),
    "Lt": (autograd.less, operator.lt),
    "LtE": (autograd.less_equal, operator.le),
    "Gt": (autograd.greater, operator.gt),
    "GtE": (autograd.greater_equal, operator.ge),
}
SAYS = {
    MemoryError: "this needs more memory than is available here",
    SystemExit: "the program ended itself",
    KeyboardInterrupt: "the program ended itself",
}
_TORCH = (
    "PyTorch is not available on this page: torch.tensor(2.0, requires_grad=True) is Value(2.0), and several numbers are a list "
    "of Values; torch.nn is nn, torch.exp is exp"
)
_STOPPED = "PyTorch is not available on this page, and this line keeps the program from being rewritten"
TOO_DEEP = "this is nested too deep to be read: split it into several lines, and name what each one computes"
_NUMPY = "NumPy is not available on this page"
_LINEAR = "a linear layer is nn.Layer(2, 1, 'linear'), a network nn.MLP(2, [4, 1])"
HINTS = {  # for names, modules and operators of other libraries and papers
    "torch": _TORCH,
    "numpy": _NUMPY,
    "np": _NUMPY,
    "F": _TORCH,
    "Linear": _LINEAR,
    "micrograd": "micrograd is neither available on this page nor needed: leave this line out; Value is there, and MLP is nn.MLP",
    "@": "write a product with *, and that of lists as dot([a, b], [c, d])",
    "^": "write a power with **",
}


printed: Printed | None = None  # output of the lines that ran last


class Slip(Exception):
    """An error in the text and its place: line and column count from 1, up to column `end`; line 0 is the whole text.

    `fix` is the whole text corrected, if a correction is known.
    """

    def __init__(self, message: str, line: int = 0, column: int = 1, end: int = 0) -> None:
        message = message if len(message) <= MAX_MESSAGE else message[:MAX_MESSAGE] + " …"
        super().__init__(message)
        self.place: dict[str, Any] = {"message": message, "line": line, "column": column, "end": max(column + 1, end), "fix": ""}

    def offer(self, text: str, run: Callable[[str], object]) -> Slip:
        """This error, offering the text rewritten in Python's spelling, the engine's names, and Values, if that runs.

        If a rewritten PyTorch program doesn't run, its own error is reported instead, at its place in the original.
        """
        global printed
        if len(text) > MAX_TEXT:
            return self
        said = printed
        spelled = corrected(text)
        written = spelled or text
        ours = respelled(written)
        if self.place["message"] == _TORCH and (stopped := mixed(written)):
            ours = None
            self.tell(f"{_STOPPED}: {stopped[0]}", *stopped[1:])
        for fix in filter(None, (ours, spelled, with_values(written))):
            of_torch = fix == ours and self.place["message"] == _TORCH
            try:
                run(fix)
            except Slip as slip:
                if not (of_torch and isinstance(slip, Undrawn) and printed is not None and printed.text):  # it has another error
                    if of_torch and slip.place["line"]:
                        place = place_before(written, fix, slip.place["line"], slip.place["column"])
                        self.tell(f"{_STOPPED}: {slip.reason(fix)}", *place)
                    continue
            self.place["fix"] = fix
            if of_torch and (told := refused(written) or paired(written) or unasked(written)):
                self.tell(*told)
            break
        printed = said
        return self

    def tell(self, message: str, line: int, column: int, end: int) -> None:
        """Replace the message and its place."""
        self.place |= {"message": message, "line": line, "column": column, "end": end}

    def reason(self, text: str) -> str:
        """The message to show for the PyTorch program that was rewritten as this text."""
        name = advice.chain(_row(text, self.place["line"])[self.place["column"] - 1 :])
        instead = ADVICE.get(name.rpartition(".")[2])
        if self.place["message"] != _TORCH:
            return str(self.place["message"])
        return f"there is no {name} here: {instead}" if instead else f"{name} has no counterpart here"

    @classmethod
    def within(cls, text: str, error: ExpressionError, message: str = "", before: int = 0) -> Slip:
        """The error of an expression that starts `before` characters into the text."""
        start = before + error.column - 1
        above = text[:start].count("\n")
        begin = text.rfind("\n", 0, start) + 1
        end = f"{text}\n".index("\n", start)
        return cls(message or str(error), above + 1, start - begin + 1, min(end, before + error.end - 1) - begin + 1)


class Undrawn(Slip):
    """Lines that ran, but leave nothing to draw."""


class Printed(io.TextIOBase):
    """Keeps the beginning of the output and counts the rest."""

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


def names() -> dict[str, Any]:
    """The names that typed lines start with."""
    import nn  # imported late: the page shows its first graphs without them
    from autograd.audit import audit
    from autograd.testing import gradcheck

    public = {name: getattr(autograd, name) for name in autograd.__all__}
    modules = {"autograd": autograd, "nn": nn, "random": random, "math": math, "builtins": builtins}
    return public | modules | {"audit": audit, "gradcheck": gradcheck, "input": _input}


def _input(prompt: object = "", /) -> NoReturn:
    raise EOFError("input() has nobody to ask here: write the value into the text instead")


def load() -> None:
    """Import what typed lines may need while the page is idle."""
    names()


def check_length(text: str) -> None:
    """Raise a Slip if the text is too long."""
    if len(text) > MAX_TEXT:
        raise Slip(f"this text has {len(text):,} characters; the page runs up to {MAX_TEXT:,}")


def check_syntax(text: str) -> None:
    """Raise a Slip where the lines are not valid Python."""
    try:
        ast.parse(text)
    except SyntaxError as error:
        raise _unparsed(error, text) from None


def run_lines(
    text: str, scope: dict[str, Any], show: Callable[[Any], None] | None = None, numbers: Mapping[int, float] | None = None
) -> Value | None:
    """Run the lines, print the value of the last one if it is an expression, and store it in `_`.

    With `show`, each expression's value is passed to it instead of printed. `numbers` replace literals by their index in
    `places`.

    The result is the last root of `.backward()`, if there was one.
    """
    global printed
    printed = Printed()
    watcher = Watcher()
    check_length(text)
    try:
        tree = ast.parse(text)
        last = tree.body[-1] if tree.body else None
        if show is not None:
            scope["_show"] = show
            tree.body = [_shown(line) if isinstance(line, ast.Expr) else line for line in tree.body]
        elif isinstance(last, ast.Expr):
            tree.body[-1] = ast.copy_location(ast.Assign([ast.Name("_", ast.Store())], last.value), last)
        _watch(tree, numbers or {})
        _record_conditions(tree)
        scope |= {WATCHER: watcher, COMPARER: _compared}
        ast.fix_missing_locations(tree)
        with redirect_stdout(printed), redirect_stderr(printed):
            exec(compile(tree, "<page>", "exec"), scope)
            if show is None and isinstance(last, ast.Expr):
                _display(scope["_"])
    except BaseException as error:  # typed lines may raise whatever they like
        raise _raised(error, text, scope) from None
    return watcher.roots[-1] if watcher.roots else None


class Watcher:
    """Watches the last two roots of `.backward()`, and which Values each place of the text creates, with which numbers."""

    def __init__(self) -> None:
        self.roots: list[Value] = []
        self.made: dict[int, list[Value]] = {}
        self.begun: dict[Value, float] = {}

    def __call__(self, root: Any) -> Any:
        if type(root) is Value:
            self.roots = [*self.roots[-1:], root]
        return root

    def making(self, place: int, make: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, noting what it makes as coming from this place."""

        def made(*args: Any, **named: Any) -> Any:
            x = make(*args, **named)
            self.made[place] = [*self.made.get(place, [])[:1], x]
            if type(x) is Value:
                self.begun[x] = x.data
            return x

        return made

    @property
    def places(self) -> dict[Value, int]:
        """The place of each Value whose literal set no other Value."""
        return {found[0]: place for place, found in self.made.items() if len(found) == 1 and type(found[0]) is Value}


def places(tree: ast.AST) -> list[tuple[ast.Call, ast.expr]]:
    """The calls that make a Value, each with its argument.

    >>> [ast.unparse(number) for _, number in places(ast.parse("a, b = Value(2), [Value(0.5, label='b')]"))]
    ['2', '0.5']
    """
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and len(node.args) == 1]
    named = [call for call in calls if ast.unparse(call.func) in ("Value", "autograd.Value")]
    return [(call, call.args[0]) for call in named if not isinstance(call.args[0], ast.Starred)]


def _display(x: Any) -> None:
    """Print the last line's value as a notebook does, except Values, which are drawn, and functions."""
    if x is not None and type(x) is not Value and not callable(x):
        print(repr(x))


def _watch(tree: ast.Module, numbers: Mapping[int, float]) -> None:
    """Route `.backward()` and the making of Values through WATCHER, with these numbers at their places."""
    for place, (call, number) in enumerate(places(tree)):
        call.args[0] = ast.copy_location(ast.Constant(numbers[place]), number) if place in numbers else number
        watch = ast.Attribute(ast.Name(WATCHER, ast.Load()), "making", ast.Load())
        call.func = ast.copy_location(ast.Call(watch, [ast.Constant(place), call.func], []), call.func)
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=root, attr="backward") as method):
                method.value = ast.copy_location(ast.Call(ast.Name(WATCHER, ast.Load()), [root], []), root)


def _record_conditions(tree: ast.Module) -> None:
    """Record the comparison in `where(x < 1, …)` as an op, so the graph holds the condition, not just its outcome."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="where"), args=[ast.Compare(left=x, ops=[kind], comparators=[y]) as compared, *_]):
                if (name := type(kind).__name__) in COMPARISONS:
                    call = ast.Call(ast.Name(COMPARER, ast.Load()), [ast.Constant(name), x, y], [])
                    node.args[0] = ast.copy_location(call, compared)


def _compared(name: str, x: Any, y: Any) -> Any:
    op, plain = COMPARISONS[name]
    return op(x, y) if type(x) is Value or type(y) is Value else plain(x, y)


def _shown(line: ast.Expr) -> ast.Expr:
    call = ast.Call(ast.Name("_show", ast.Load()), [line.value], [])
    return ast.copy_location(ast.Expr(call), line)


def _unparsed(error: SyntaxError, text: str) -> Slip:
    """A syntax error, explained as an expression's if the line is one, possibly after `name =`."""
    line = error.lineno or 1
    row = _row(text, line).partition("#")[0]
    found = re.match(r"\s*(?:\w+\s*=(?!=))?\s*(?=(\w*))", row)
    if found and error.msg.startswith("invalid") and not iskeyword(found[1]) and not re.search("[='\"]", row[found.end() :]):
        try:
            variables(row[found.end() :])
        except ExpressionError as slip:
            return Slip(str(slip), line, found.end() + slip.column, found.end() + slip.end)
    called = re.match(r"\s*(\w+)\s*\([^()]*\)\s*=(?!=)\s*(.+)", row)
    if called and called[1] not in CALLED:
        return Slip(f"write {called[1]} = {called[2].strip()}, or only what is to the right of the =", line, 1, len(row) + 1)
    apart = difference(corrected(row) or row)
    if re.match(r"[^=]*[^\s=][^=]*=[^=]*$", row) and "=" not in apart:
        return Slip(f"equations are not solved here; the difference of its sides has a gradient: {apart}", line, 1, len(row) + 1)
    if "line continuation" in error.msg and (command := re.search(r"\\[a-zA-Z]+", row)):
        return Slip(f"{command[0]} is LaTeX: write formulas as in sqrt(x)/2", line, command.start() + 1, command.end() + 1)
    same = error.end_lineno == line
    return Slip(error.msg, line, error.offset or 1, (same and error.end_offset) or 0)


def _raised(error: BaseException, text: str, scope: Mapping[str, Any]) -> Slip:
    """The exception the lines raised, placed at the code being evaluated; `scope` has their names."""
    at = _last_of_the_page(error.__traceback__)
    if at is None:  # raised by no line of the text: while it is read, or what its last line gives is printed
        if isinstance(error, SyntaxError):
            return _unparsed(error, text)
        return Slip(TOO_DEEP if isinstance(error, (RecursionError, MemoryError)) else _told(error))
    line, column, end = _place(at, text)
    row = _row(text, line)
    written, after = row[column - 1 : end - 1], row[end - 1 :].lstrip()
    message = (
        _of_a_name(error, after, scope)
        or to_begin_with(error, text)
        or _of_a_function(error, written)
        or lists.instead(error, written, {**scope, **at.tb_frame.f_locals})
    )
    if not message and (message := _of_pytorch(error, row[column - 1 :], row)):
        end = max(end, column + len(advice.chain(row[column - 1 :])))
    return Slip(message or _otherwise(error, scope), line, column, end)


def _of_a_name(error: BaseException, after: str, scope: Mapping[str, Any]) -> str:
    """What to write for an undefined name, unless it is called or has an attribute read, as no number would."""
    name = error.name if type(error) is NameError and error.name else ""
    if name in FUNCTIONS:
        return advice.function(name)
    if "·" in name:  # a letter to Python
        return f"write a product with *: {name.replace('·', '*')}"
    if not name or after.startswith(("(", ".")):
        return ""
    meant = near(name, scope)
    return f"{name} has no value" + (f": did you mean {meant}?" if meant else f" yet: write {name} = Value(2.0) first")


def _otherwise(error: BaseException, scope: Mapping[str, Any]) -> str:
    """What this page offers instead of the missing thing, or else the error itself."""
    meant = _meant(error)
    if meant in HINTS:
        return HINTS[meant]
    if isinstance(error, ModuleNotFoundError) and error.name in ("autograd.numpy", "autograd.scipy"):
        return f"{error.name} is part of another package named autograd: leave this line out, and write tanh(x) for np.tanh(x)"
    if isinstance(error, ModuleNotFoundError) and meant not in HERE:
        return f"{meant} is not available on this page, which has autograd, nn and the standard library"
    return _told(error) + _nearest(error, scope)


def _of_pytorch(error: BaseException, called: str, written: str) -> str:
    """What to write for the PyTorch name that caused an error, or "". `called` is the line from there on; `written` all of it."""
    message = _message(error)
    if isinstance(error, AttributeError) and message.startswith("a Value has no attribute"):  # then what to write
        return message
    if isinstance(error, AttributeError) and isinstance(error.obj, (Value, float)):
        return advice.method(error.obj, error.name or "", written)
    if isinstance(error, TypeError):
        return advice.keyword(message)
    if isinstance(error, (NameError, AttributeError)):
        name = advice.chain(called)
        return HINTS.get(name.rpartition(".")[2], "") or advice.rows(called) or advice.function(name)
    return ""


def _of_a_function(error: BaseException, written: str) -> str:
    """What to write if a transform was given a function's result instead of the function."""
    form = respelled(written) if type(error) is TypeError and "f must be a function" in str(error) else None
    return f"{advice.chain(written)} takes a function, not its result: write {form}" if form else ""


def _nearest(error: BaseException, scope: Mapping[str, Any]) -> str:
    """A suggestion for an undefined function's name, or for a missing attribute."""
    if type(error) is NameError and error.name:
        return did_you_mean(error.name, (name for name, x in scope.items() if callable(x) and not name.startswith("_")))
    if type(error) is AttributeError and error.name and isinstance(error.obj, Value):
        return did_you_mean(error.name, (name for name in dir(error.obj) if not name.startswith("_")))
    return ""


def _meant(error: BaseException) -> str:
    """The name, module or operator an error is about, parsed from its text where the import system doesn't set it."""
    if isinstance(error, (NameError, ImportError, AttributeError)) and error.name:
        return str(error.name).partition(".")[0]
    message = _told(error).partition(": ")[2]
    found = re.search(r"^(?:No module named|The module) '(\w+)|operand type(?:\(s\))? for (\W+?)[:,] ", message)
    return found[1] or found[2] if found else ""


def _place(at: TracebackType, text: str) -> tuple[int, int, int]:
    """The line being evaluated, its first column, and the column after the end; all counted from 1."""
    line, last, start, end = next(islice(at.tb_frame.f_code.co_positions(), at.tb_lasti // 2, None))
    if line is None or start is None:
        row = _row(text, at.tb_lineno)
        return at.tb_lineno, len(row) - len(row.lstrip()) + 1, len(row.rstrip()) + 1
    written = _row(text, line).encode()
    column, after = (len(written[:i].decode(errors="ignore")) + 1 for i in (start, end if last == line else len(written)))
    return line, column, after


def _row(text: str, line: int) -> str:
    """A line, as Python counts lines; "" if it doesn't exist, as in code that the lines generated."""
    return "".join(rows(text)[line - 1 : line])


def _told(error: BaseException) -> str:
    return ": ".join(filter(None, [type(error).__name__, SAYS.get(type(error), _message(error))]))


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as worse:
        return f"its text cannot be read ({type(worse).__name__})"


def _last_of_the_page(at: TracebackType | None) -> TracebackType | None:
    found = None
    while at is not None:
        found = at if at.tb_frame.f_code.co_filename == "<page>" else found
        at = at.tb_next
    return found
