"""Small mistakes planted in a copy of the engine, one at a time: each must be caught by a test.

    python -m tests.mutation.mutants [WORD…]     mutants with any of the words in their names; all without words

The first kind multiplies one partial derivative by 1 + 1e-12: every argument of every op, in its rule and in its kernel,
and every place that takes a partial without the table's help. The second kind is a list of the classic mistakes of
autodiff engines.
"""

from __future__ import annotations

import ast
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from autograd import ops
from autograd.op import TABLE, Op
from tests.mutation.classic_mistakes import MISTAKES
from tests.support.points import points, recorded

ROOT = Path(__file__).parent.parent.parent
QUICK = [
    f"tests/test_{topic}.py"
    for topic in ("core_details", "core_sweeps", "modes", "transforms", "lifetime", "transforms_nesting", "value", "relations")
]
REST = [
    f"tests/test_{topic}.py"
    for topic in ("custom_op", "teaching", "semantics", "scopes", "known_bugs", "foreign_exceptions", "frozen_graphs")
]
REST += [f"tests/test_{topic}.py" for topic in ("session", "random_graphs", "graph", "ops", "special_functions", "functions")]
OF_RULES = "tests/test_ops.py::test_every_value_and_partial_of_every_row_is_within_four_ulps_and_half_of_them_within_one"
OF_KERNELS = "tests/test_ops.py::test_a_kernel_gives_bit_for_bit_what_the_rules_of_its_row_give"
PLACES = ("first", "middle", "last")

# Appended to a file with a partial that is off; entries of a sequence are selected by place.
HELPERS = """

def _off(partial):
    return None if partial is None else (1.0 + 1e-12) * partial


def _entry_off(partials, place):
    i = {"first": 0, "middle": len(partials) // 2, "last": len(partials) - 1}.get(place, place)
    return type(partials)(_off(p) if k == i else p for k, p in enumerate(partials))


def _kernel_off(result, place):
    z, *partials = result
    return (z, _entry_off(partials[0], place)) if type(partials[0]) is tuple else (z, *_entry_off(partials, place))
"""


class Mutant(NamedTuple):
    """A file of the engine with a mistake in it, and the tests most likely to catch it."""

    name: str
    file: str
    source: str
    quick: list[str]


# -- every partial, times 1 + 1e-12 ------------------------------------------------------------------


def ops_with_a_partial_off() -> Iterator[Mutant]:
    source = (ROOT / "autograd/ops.py").read_text(encoding="utf-8")
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and ast.unparse(node.func) == "op"]
    calls_of = {call.args[0].value: call for call in calls if isinstance(call.args[0], ast.Constant)}
    kernels = (ROOT / "autograd/kernels.py").read_text(encoding="utf-8")
    (table,) = (
        node.value for node in ast.parse(kernels).body if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict)
    )
    kernel_of = {ast.literal_eval(key): kernel for key, kernel in zip(table.keys, table.values, strict=True)}
    for op in (TABLE[name] for name in sorted(ops.BUILT_IN)):
        if op.kernel:  # recording uses the kernel; a test compares the rules with it
            quick = [f"{OF_KERNELS}[{op.name}]"]
        else:
            quick = [f"{OF_RULES}[{op.name}{end}]" for end in ("", " at the ends of the float range")]
        for i, place in enumerate(PLACES if op.arity is None else range(op.arity)):
            name = f"∂{op.name} by its {place} argument" if op.arity is None else f"∂{op.name} by argument {i}"
            if not can_be_off(op, place):
                print(f"constant    {name}: nothing to change, since it is 0, infinite or NaN everywhere")
                continue
            call = calls_of[op.name]
            rule = call.args[2 if op.arity is None else 2 + i]
            off = "_off(({})(z, *a))" if op.arity is not None else f"_entry_off(({{}})(z, *a), {place!r})"
            yield Mutant(name, "autograd/ops.py", wrapped(source, rule, f"lambda z, *a: {off}"), quick)
            if op.kernel:
                off = f"lambda *a: _kernel_off(({{}})(*a), {place!r})"
                yield Mutant(f"kernel of {name}", "autograd/kernels.py", wrapped(kernels, kernel_of[op.name], off), quick)


def can_be_off(op: Op, place: str | int) -> bool:
    """True if multiplying this partial changes it anywhere."""
    for point in (*points(op), *points(op, end=True)):
        partials = recorded(op, point).partials
        i = place if isinstance(place, int) else {"first": 0, "middle": len(partials) // 2, "last": len(partials) - 1}[place]
        partial = partials[i]
        if partial and math.isfinite(partial) and (1.0 + 1e-12) * partial != partial:
            return True
    return False


def places_with_a_partial_off() -> Iterator[Mutant]:
    for file in ("autograd/value.py", "autograd/transforms.py"):
        source = (ROOT / file).read_text(encoding="utf-8")
        for node, is_sequence in places_of_partials(ast.parse(source)):
            for place in ("first", "last") if is_sequence else ("",):
                template = f"_entry_off({{}}, {place!r})" if is_sequence else "_off({})"
                what = f"{Path(file).name}:{node.lineno} {' '.join([place, ast.unparse(node)]).strip()}"
                yield Mutant(f"partial at {what}", file, wrapped(source, node, template), QUICK)


def places_of_partials(tree: ast.AST) -> Iterator[tuple[ast.expr, bool]]:
    """The expressions that give a partial (False) or a sequence of partials (True)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Attribute):
            if ast.unparse(node.targets[0]) in ("node._da", "node._db") and ast.unparse(node.value) != "None":
                yield node.value, False
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".partials_at"):
            yield node, True
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("_record_with_constant", "_record_after_constant"):
            yield node.args[-1], False
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "_node":
            for arg in node.args:
                if "partials" in ast.unparse(arg) and not isinstance(arg, ast.Subscript):
                    yield arg.value if isinstance(arg, ast.Starred) else arg, True
                elif "partial" in ast.unparse(arg) or ast.unparse(arg) in ("da", "db"):
                    yield arg, False


def wrapped(source: str, node: ast.expr, template: str) -> str:
    """The source with the expression `node` wrapped in the template, followed by the helpers."""
    lines = source.encode().splitlines(keepends=True)  # ast counts columns in bytes
    starts = [sum(map(len, lines[: line - 1])) for line in (node.lineno, node.end_lineno or 0)]
    start, end = starts[0] + node.col_offset, starts[1] + (node.end_col_offset or 0)
    text = b"".join(lines)
    middle = template.format(text[start:end].decode())
    return f"{text[:start].decode()}{middle}{text[end:].decode()}{HELPERS}"


# -- the classic mistakes ----------------------------------------------------------------------------


def classic_mistakes() -> Iterator[Mutant]:
    """Each mistake at every occurrence of its text; exits if a text no longer occurs."""
    for what, file, old, new in MISTAKES:
        source = (ROOT / "autograd" / file).read_text(encoding="utf-8")
        parts = source.split(old)
        if len(parts) == 1:
            raise SystemExit(f"{what}: autograd/{file} does not contain {old!r} any more")
        for i in range(1, len(parts)):
            line = old.join(parts[:i]).count("\n") + 1
            yield Mutant(f"{what} ({file}:{line})", f"autograd/{file}", old.join(parts[:i]) + new + old.join(parts[i:]), QUICK)


# -- running them ------------------------------------------------------------------------------------


def failing_test(root: Path, tests: list[str]) -> str:
    """The first of the tests that fails in `root`; empty if all pass."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "--no-header", "-p", "no:cacheprovider"]
    command += ["--hypothesis-profile=unshrunk", *tests]  # any failure will do; shrinking takes long
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}  # files change faster than the resolution of their timestamps
    try:
        run = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=600, check=False)
    except subprocess.TimeoutExpired:
        return "a test that does not end"
    if run.returncode < 0:
        return "a test that ends the process"
    if run.returncode not in (0, 1):
        raise SystemExit(f"pytest could not run:\n{run.stdout}{run.stderr}")
    failed = [line for line in run.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    return failed[0].split(" ", 1)[1].split(" - ")[0] if run.returncode else ""


def main(words: list[str]) -> int:
    if {"-h", "--help"} & set(words):
        print(__doc__)
        return 0
    mutants = [*ops_with_a_partial_off(), *places_with_a_partial_off(), *classic_mistakes()]
    chosen = [mutant for mutant in mutants if not words or any(word in mutant.name for word in words)]
    survivors = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for part in ("autograd", "nn", "tests", "docs"):
            shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", root)
        if failing := failing_test(root, QUICK + REST):
            raise SystemExit(f"without any mutant {failing} fails")
        for mutant in chosen:
            file = root / mutant.file
            sound = file.read_text(encoding="utf-8")
            file.write_text(mutant.source, encoding="utf-8")
            others = [test for test in QUICK + REST if test not in mutant.quick]
            failing = failing_test(root, mutant.quick) or failing_test(root, others)
            file.write_text(sound, encoding="utf-8")
            if not failing:
                survivors.append(mutant)
            print(f"{'killed  ' if failing else 'SURVIVED'}    {mutant.name}{f': {failing}' if failing else ''}", flush=True)
    print(f"{len(chosen)} mutants, {len(chosen) - len(survivors)} killed, {len(survivors)} survived")
    return 1 if survivors else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
