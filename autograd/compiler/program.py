"""Program: a recorded graph as straight-line code, a list of ops on numbered registers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from autograd._format import unique_names
from autograd.compiler.instructions import REDUCTIONS, by_role, lane_dot, matmul
from autograd.op import Op

Arg = int | float  # a register, or a constant
MAX_LISTED = 10  # arguments or results named on one line of a printed program


class Input(NamedTuple):
    """An input: its name, and whether it has one number per lane or one for all lanes."""

    name: str
    per_lane: bool = False


class Output(NamedTuple):
    """An output: its name, and the register or constant that holds it."""

    name: str
    arg: Arg


class Row(NamedTuple):
    """One operation: `result = op(*args)`. An int among the args is a register, a float is a constant.

    A matrix product has a `shape`, and several results: the registers from `result` on.
    """

    op: Op
    args: tuple[Arg, ...]
    result: int
    shape: tuple[int, int] | None = None

    @property
    def results(self) -> range:
        """The registers that the row writes."""
        return range(self.result, self.result + result_count(self.op, self.shape))


def result_count(op: Op, shape: tuple[int, int] | None) -> int:
    """The number of registers that an operation writes."""
    return 1 if shape is None else shape[0] if op is matmul else shape[0] * shape[1]


def renamed(args: Iterable[Arg], now: Sequence[Arg]) -> tuple[Arg, ...]:
    """The arguments with each register replaced by its entry in `now`; constants stay."""
    return tuple([now[arg] if type(arg) is int else arg for arg in args])


def renamed_outputs(outputs: Iterable[Output], now: Sequence[Arg]) -> tuple[Output, ...]:
    """The outputs with each register replaced by its entry in `now`; constants stay."""
    return tuple([Output(name, now[arg] if type(arg) is int else arg) for name, arg in outputs])


@dataclass(frozen=True)
class Program:
    """Straight-line code: inputs in registers 0, 1, …, then rows of ops, then outputs.

    A register is uniform or per lane. A row's result is per lane if any of its arguments is, unless the row reduces over
    lanes.

    >>> from autograd import compile
    >>> print(compile(lambda x, y: x * y + x, 2.0, 3.0))
    def program(x, y):
        v2 = dot(x, y, x)
        return v2
    """

    inputs: tuple[Input, ...]
    rows: tuple[Row, ...]
    outputs: tuple[Output, ...]
    registers: int

    @cached_property
    def per_lane(self) -> list[bool]:
        """For each register, True if it is per lane."""
        varies = [False] * self.registers
        for i, given in enumerate(self.inputs):
            varies[i] = given.per_lane
        for row in self.rows if True in varies else ():
            if row.op not in REDUCTIONS and any(type(arg) is int and varies[arg] for arg in row.args):
                for result in row.results:
                    varies[result] = True
        return varies

    @cached_property
    def outputs_per_lane(self) -> list[bool]:
        """For each output, True if it is per lane."""
        return [type(arg) is int and self.per_lane[arg] for _, arg in self.outputs]

    def use_counts(self) -> list[int]:
        """For each register, how many times rows and outputs read it."""
        counts = [0] * self.registers
        for arg in chain(*[row.args for row in self.rows], [output.arg for output in self.outputs]):
            if type(arg) is int:
                counts[arg] += 1
        return counts

    @property
    def operations(self) -> int:
        """Scalar operations per lane; a dot product of n pairs counts 2n."""
        return sum(map(_operations, self.rows))

    @property
    def multiply_adds(self) -> int:
        """Multiplications whose product is then added to something, per lane."""
        return sum(map(_multiply_adds, self.rows))

    def __repr__(self) -> str:
        shown = self.single_assignment()
        names = shown.names
        lines = [f"def program({_listed(names[: len(self.inputs)])}):"]
        lines += [f"    {_line(group, names)}" for group in _side_by_side(shown.rows)]
        lines.append(f"    return {_listed([_written(output.arg, names) for output in shown.outputs])}")
        return "\n".join(lines)

    def single_assignment(self) -> Program:
        """The same rows with a new register for each result, for reading; itself if no register is written twice."""
        written = [result for row in self.rows for result in row.results]
        if len({*range(len(self.inputs)), *written}) == len(self.inputs) + len(written):
            return self
        now, count = list(range(self.registers)), len(self.inputs)
        rows = []
        for row in self.rows:
            rows.append(row._replace(args=renamed(row.args, now), result=count))
            for result in row.results:
                now[result] = count
                count += 1
        return Program(self.inputs, tuple(rows), renamed_outputs(self.outputs, now), count)

    @cached_property
    def names(self) -> list[str]:
        """The name of each register: the input's name, or one like `v12`."""
        wanted = dict(enumerate(given.name for given in self.inputs))
        wanted |= {register: f"v{register}" for register in range(len(wanted), self.registers)}
        return list(unique_names(wanted, str).values())


def _operations(row: Row) -> int:
    if row.shape is not None or row.op is lane_dot:
        return 2 * _multiply_adds(row)
    return len(row.args) - 1 if row.op.terms is not None else 1


def _multiply_adds(row: Row) -> int:
    if row.shape is not None:
        n, m = row.shape
        return n * m
    if row.op is lane_dot:
        return 1
    terms = row.op.terms(len(row.args)) if row.op.terms is not None else ()
    return sum(len(term) == 2 for term in terms) if len(terms) > 1 else 0


# -- printed -----------------------------------------------------------------------------------------


def _side_by_side(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows in groups that share a line: consecutive rows that apply one op to consecutive registers."""
    groups: list[list[Row]] = []
    for row in rows:
        group = groups[-1] if groups else []
        if group and _follows(row, group[-1]) and (len(group) == 1 or _shifts(group[0], group[1]) == _shifts(group[-1], row)):
            group.append(row)
        else:
            groups.append([row])
    return [part for group in groups for part in ([group] if len(group) > 2 else [[row] for row in group])]


def _follows(row: Row, before: Row) -> bool:
    same = row.op is before.op and row.shape is None and len(row.args) == len(before.args) and row.result == before.result + 1
    return same and all(shift in (0, 1) for shift in _shifts(before, row))


def _shifts(one: Row, other: Row) -> list[float]:
    """The distance from each argument to the other row's; -1 where one is a constant and the two differ."""
    pairs = zip(one.args, other.args, strict=True)
    return [y - x if type(x) is int and type(y) is int else 0 if type(x) is type(y) and x == y else -1 for x, y in pairs]


def _line(group: Sequence[Row], names: Sequence[str]) -> str:
    row, last = group[0], group[-1]
    if row.shape is not None:
        n, m = row.shape
        args = "; ".join(_listed([_written(arg, names) for arg in part]) for part in by_role(row.op, row.shape, row.args))
        return f"{_listed([names[i] for i in row.results])} = {row.op.name}[{n}×{m}]({args})"
    written = [_range(_written(x, names), _written(y, names)) for x, y in zip(row.args, last.args, strict=True)]
    text = row.op.source.format(_listed(written)) if row.op.arity is None else row.op.source.format(*written)
    return f"{_range(names[row.result], names[last.result])} = {text}"


def _range(first: str, last: str) -> str:
    return first if first == last else f"{first}…{last}"


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(texts if len(texts) <= MAX_LISTED else [*texts[: MAX_LISTED - 2], "…", texts[-1]])


def _written(arg: Arg, names: Sequence[str]) -> str:
    if type(arg) is int:
        return names[arg]
    return f"({arg!r})" if arg < 0.0 else repr(arg)
