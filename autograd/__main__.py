"""The command line: evaluates an expression, prints values and gradients step by step, and draws the graph."""

from __future__ import annotations

import argparse
import os
import re
import sys
import textwrap
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from keyword import iskeyword
from pathlib import Path

from autograd import __version__
from autograd._files import write_atomically
from autograd._format import text_table
from autograd.expression import ExpressionError, evaluate, functions, variables
from autograd.graph import Graph, edges_of
from autograd.names import node_names
from autograd.value import Value
from autograd.viz import draw_dot


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    parser = _parser()
    options = parser.parse_intermixed_args(_with_space_before_minus(sys.argv[1:] if argv is None else argv))
    options.expression = " ".join(options.expression.split())
    try:
        picture = _picture_format(options.output)
        given = _values(options.values)
        with _plain_warnings(parser.prog):
            result, texts = evaluate(options.expression, given)
        unused = sorted(set(given) - set(variables(options.expression)))
        if unused:
            raise ValueError(f"{unused[0]}=… is given, but the expression has no variable {unused[0]!r}")
        if type(result) is not Value:
            raise ValueError("the expression has no variables, so there is nothing to differentiate")
    except ExpressionError as error:
        here = _cut(options.expression[error.column - 1 :].split("\n")[0], 60) or "the end"
        print(f"{parser.prog}: error: column {error.column}, at {here!r}: {error}", file=sys.stderr)
        return 2
    except ValueError as error:
        print(f"{parser.prog}: error: {error}", file=sys.stderr)
        return 2
    result.backward()
    print(step_table(result, texts))
    return _write_picture(parser.prog, result, options.output, picture)


_OPTION = re.compile(r"-h|-o|-o.*\.[a-zA-Z]{3,4}|--|--[a-z]{2,}(=.*)?", re.DOTALL)  # -o*x and --x are expressions


def _with_space_before_minus(argv: list[str]) -> list[str]:
    """The arguments, with a space before an expression that begins with a minus and would look like an option."""
    for i, arg in enumerate(argv):
        if not _OPTION.fullmatch(arg) and argv[i - 1 : i] not in (["-o"], ["--output"]):
            return [*argv[:i], " " * arg.startswith("-") + arg, *argv[i + 1 :]]
    return argv


@contextmanager
def _plain_warnings(program: str) -> Iterator[None]:
    """Print warnings on one line, without the source location that Python adds."""
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *place: print(f"{program}: warning: {message}", file=sys.stderr)
        yield


def step_table(root: Value, texts: dict[Value, str]) -> str:
    """The steps of a computation as a table: expression, value, local partials, gradient."""
    names = node_names(Graph(root).nodes, namespace={}) | texts
    rows = [("step", "value", "local partials", "gradient")]
    for node, name in names.items():
        partials = [f"∂{_short(names[edge.arg])} = {edge.partial:.6g}" for edge in edges_of(node) if edge.partial is not None]
        rows.append((name, f"{node.data:.6g}", ", ".join(partials), f"{node.grad:.6g}"))
    return "\n".join(text_table(rows, align="lrlr"))


def _short(text: str) -> str:
    return text if text.isidentifier() else f"({_cut(text, 30)})"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m autograd",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Evaluate an expression, run backpropagation through it, and draw the graph.",
        epilog=f"""
example (Karpathy's neuron: tanh 0.7071; gradients x1 -1.5, w1 1.0, x2 0.5, w2 0):
  python -m autograd "tanh(w1*x1 + w2*x2 + b)" w1=-3 x1=2 w2=1 x2=0 b=6.8813735870195432

The table has one row per step of the computation. A local partial says how the step's value
changes with one of its arguments. The gradient says how the result changes with the step's value:
it is the sum, over the steps that use it, of their gradient times their local partial.

In an expression: numbers, variables, + - * / % **, one comparison, x if … else y, and the functions
{textwrap.fill(" ".join(functions()), 98, initial_indent="  ", subsequent_indent="  ")}
sum, prod, mean, var, norm and logsumexp take any number of arguments, as do softmax and log_softmax, which give
the share of the first.
""",
    )
    parser.add_argument("expression", help='what to compute, for example "x*y + sin(x)"')
    parser.add_argument("values", nargs="*", default=[], metavar="name=value", help="a number for each variable")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("graph.svg"), help="the file for the picture (default: %(default)s)"
    )
    parser.add_argument("--version", action="version", version=f"scalar-autograd {__version__}")
    return parser


def _values(pairs: list[str]) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        name = unicodedata.normalize("NFKC", name)  # as Python reads the names in the expression
        if not equals or not name.isidentifier():
            raise ValueError(f"{pair!r} is not of the form name=value")
        if iskeyword(name):
            raise ValueError(f"{pair!r}: {name} is a Python keyword and cannot be a variable name: choose another")
        if name in values:
            raise ValueError(f"{name} is given twice")
        try:
            values[name] = Value(float(text), label=name)
        except ValueError:
            raise ValueError(f"{pair!r}: {text!r} is not a number") from None
    return values


def _picture_format(path: Path) -> str:
    kind = path.suffix.removeprefix(".").lower() or "svg"
    if kind not in ("svg", "png", "pdf"):
        raise ValueError(f"--output: the file must end in .svg, .png or .pdf, got {path.name!r}")
    return kind


def _write_picture(program: str, root: Value, path: Path, kind: str) -> int:
    drawing = draw_dot(root)
    try:
        write_atomically(path, drawing.pipe(kind))
    except RuntimeError as error:  # no program draws it, or it gave up
        print(f"{program}: no picture: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{program}: error: {error.strerror}: {path}", file=sys.stderr)
        return 1
    print(f"\npicture: {path}")
    return 0


def _main_at_a_terminal() -> int:
    """Run main, though the output may go to a file that cannot encode ∂ or to a program that stops reading."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        status = main()
        print(end="", flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would flush once more and complain
        return 1
    return status


if __name__ == "__main__":
    sys.exit(_main_at_a_terminal())
