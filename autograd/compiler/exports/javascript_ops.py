"""javascript_ops and tape_json: the ops and the Tape for interpreter.mjs."""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import Any

from autograd.compiler.exports.javascript import JavaScriptWriter
from autograd.compiler.exports.texts import INDENT, LIST, NUMBER
from autograd.compiler.instructions import INSTRUCTIONS
from autograd.compiler.tape import Tape
from autograd.op import Op, op_named
from autograd.python_source import is_sum, operation, variable


def javascript_ops(names: Iterable[str], given: Collection[str] = ()) -> str:
    """An ES module that exports `ops(math)`: the named ops as loops over lanes, for `interpreter.mjs`.

    `math` provides the elementary functions; its default is `Math`. `given` names those it has besides Math's, "erf" and
    "erfc", which are otherwise computed here, within 4 ulps. Sums of products are left out, since the interpreter computes
    them itself, like the compiler's instructions. CompileError if an op of your own has no source made of operators and
    functions that are in `Math`.

    >>> print(javascript_ops(["add"]))
    export function ops(math = Math) {
        return {
            add(m, n, z, at, by, k) {
                let x0 = at[k], x1 = at[k + 1];
                const d0 = by[k], d1 = by[k + 1];
                for (const end = z + n; z < end; z++, x0 += d0, x1 += d1) m[z] = m[x0] + m[x1];
            },
        };
    }
    """
    writer = JavaScriptWriter(given)
    ops = [op_named(name) for name in names if name not in INSTRUCTIONS]
    kernels = [line for op in ops if op.arity is not None or op.terms is None for line in _kernel(op, writer)]
    lines = [line for part in writer.preamble("math") for line in part.splitlines()]
    body = [*lines, "return {", *(INDENT + line for line in kernels), "};"]
    return "\n".join(["export function ops(math = Math) {", *(INDENT + line if line else "" for line in body), "}"])


def _kernel(op: Op, writer: JavaScriptWriter) -> list[str]:
    """A method that computes `n` numbers into m[z], …; argument j's start at m[at[k + j]] and are by[k + j] apart."""
    if op.arity is None:
        text = writer.translated(operation(op, [ast.Starred(variable("xs"), ast.Load())]), {"xs": LIST}, op.name).text
        return [
            f"{op.name}(m, n, z, at, by, k, count) {{",
            f"{INDENT}const xs = new Array(count);",
            f"{INDENT}for (let i = 0; i < n; i++) {{",
            f"{2 * INDENT}for (let j = 0; j < count; j++) xs[j] = m[at[k + j] + i * by[k + j]];",
            f"{2 * INDENT}m[z + i] = {text};",
            f"{INDENT}}}",
            "},",
        ]
    places = range(op.arity)
    cells = [f"m[x{j}]" for j in places]
    text = writer.translated(operation(op, list(map(variable, cells))), dict.fromkeys(cells, NUMBER), op.name).text
    of = [f"[k + {j}]" if j else "[k]" for j in places]
    return [
        f"{op.name}(m, n, z, at, by, k) {{",
        f"{INDENT}let {', '.join(f'x{j} = at{of[j]}' for j in places)};",
        f"{INDENT}const {', '.join(f'd{j} = by{of[j]}' for j in places)};",
        f"{INDENT}for (const end = z + n; z < end; z++, {', '.join(f'x{j} += d{j}' for j in places)}) m[z] = {text};",
        "},",
    ]


def tape_json(tape: Tape) -> str:
    """The tape as JSON for `load` in interpreter.mjs.

    Its keys are the fields of Tape, and `sums`: the sums of products, by op name and number of arguments. Constants that
    JSON can't represent are strings.
    """
    counts = [end - start for start, end in pairwise(tape.starts)]
    sums: dict[str, dict[int, Any]] = {}
    for code, count in zip(tape.codes, counts, strict=True):
        name = tape.ops[code]
        op = None if name in INSTRUCTIONS else op_named(name)
        if op is not None and op.arity is None and op.terms is not None:
            # -0.0 + x is x for every x.
            sums.setdefault(name, {})[count] = {"start": 0.0 if is_sum(op) else -0.0, "runs": _runs(op.terms(count))}
    constants = [x if math.isfinite(x) else "NaN" if x != x else f"{'-' * (x < 0.0)}Infinity" for x in tape.constants]
    return json.dumps({**vars(tape), "constants": constants, "sums": sums})


def _runs(terms: Iterable[Sequence[int]]) -> list[tuple[Sequence[int], int]]:
    """The terms as runs: the positions of the first term's factors, and the number of terms, each one position further on."""
    runs: list[tuple[Sequence[int], int]] = []
    for term in terms:
        first, count = runs[-1] if runs else ((), 0)
        if count and [i + count for i in first] == list(term):
            runs[-1] = first, count + 1
        else:
            runs.append((term, 1))
    return runs
