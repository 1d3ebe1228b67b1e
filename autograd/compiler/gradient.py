"""Derivatives of a Program as additional rows: reverse and forward sweeps that call the ops' partials on Symbols."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from typing import Any

from autograd import ops
from autograd.compiler.builder import Builder, Symbol
from autograd.compiler.gates import OPEN, SHUT, Gate, Gates
from autograd.compiler.instructions import detach
from autograd.compiler.program import Arg, Row
from autograd.errors import CompileError
from autograd.op import number


class Sweep:
    """Sweeps over the rows that a builder holds now; they append rows to it."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.rows: Sequence[Row] = tuple(builder.rows)

    def reverse(self, output: Arg, inputs: Sequence[int]) -> list[Any]:
        """The derivative of an output by each input, as a Symbol or a float. `gates` then tell where a gradient reaches each."""
        if type(output) is float:
            self.gates: list[Any] = [0.0] * len(inputs)
            return [0.0] * len(inputs)
        within = self._depending_on(inputs)
        bars = _Flows({output: 1.0}, Gates(self.builder, self.rows))
        for row in reversed(self.rows):
            if row.result in bars and row.op is not detach:
                for arg, partial in self._partials(row, within):
                    bars.send(row.result, partial, arg, row.op.select)
        self.gates = [bars.gate(x) for x in inputs]
        return [bars.total(x) for x in inputs]

    def forward(self, seeds: Mapping[int, Any], outputs: Iterable[Arg]) -> list[Any]:
        """The tangent of each output, as a Symbol or a float, given the tangents of some registers."""
        dots = _Flows(seeds, Gates(self.builder, self.rows))
        for row in self.rows:
            if row.result not in dots and row.op is not detach:
                for arg, partial in self._partials(row, dots):
                    dots.send(arg, partial, row.result, row.op.select)
        return [dots.total(y) if type(y) is int else 0.0 for y in outputs]

    def _partials(self, row: Row, chosen: Container[Arg]) -> list[tuple[Arg, Any]]:
        """The chosen arguments, each with its partial; for an op that selects, without partials that are always 0."""
        wanted = [type(arg) is int and arg in chosen for arg in row.args]
        if not any(wanted):
            return []
        symbol = self.builder.symbol
        z, args = symbol(row.result), [symbol(arg) for arg in row.args]
        try:
            partials = row.op.partials_at(z, args, wanted)
        except (ArithmeticError, ValueError):  # a rule computed with constants only: unlike rows, Python raises at 1/0
            args = [arg if type(arg) is Symbol else Symbol(self.builder, self.builder.add(ops.pos, (arg,))) for arg in args]
            partials = row.op.partials_at(z, args, wanted)
        except (TypeError, AttributeError, LookupError) as error:  # from a user's rule that expects floats
            raise CompileError(
                f"a partial of {row.op.name} cannot be compiled, {error}: write it with operators and functions of autograd "
                "only, such as autograd.exp(x) for math.exp(x)"
            ) from error
        found = [(arg, p if type(p) is Symbol else number(p)) for arg, p in zip(row.args, partials, strict=True) if p is not None]
        return [(arg, p) for arg, p in found if type(p) is Symbol or p] if row.op.select else found

    def _depending_on(self, inputs: Collection[int]) -> set[int]:
        within = set(inputs)
        for row in self.rows:
            for arg in row.args if row.op is not detach else ():
                if type(arg) is int and arg in within:
                    within.add(row.result)
                    break
        return within


class _Flows:
    """The adjoints or tangents of a sweep so far: for each register, the products that flow into it.

    They are summed on demand: several of them in one `dot`, in the order in which they came.

    A row whose op selects, such as `where`, passes nothing to the arguments that it didn't select, not even 0·inf. The
    selection is known only when the program runs, so such a flow has a gate. Where the gate is shut, the flow is -0.0,
    which changes nothing that it is added to.
    """

    def __init__(self, seeds: Mapping[Any, Any], gates: Gates) -> None:
        self._terms: dict[Arg, list[tuple[Any, Any]]] = {register: [(seed, 1.0)] for register, seed in seeds.items()}
        self._gates: dict[Arg, Gate] = dict.fromkeys(seeds, OPEN)
        self._rules = gates
        self._flows: dict[Arg, Any] = {}

    def __contains__(self, register: object) -> bool:
        return register in self._terms

    def send(self, source: Arg, partial: Any, target: Arg, selects: bool) -> None:
        """Add the source's flow, times a partial, to the target."""
        flow, gate = self._flow(source), self._gates[source]
        if selects:
            gate = self._rules.both(gate, self._rules.of(partial))
        if gate == SHUT:
            return
        if gate != OPEN and (selects or type(partial) is not float or partial != 1.0):
            flow, partial = ops.where(self._rules.symbol(gate), flow * partial, -0.0), 1.0
        if target not in self._terms:
            self._terms[target], self._gates[target] = [(flow, partial)], gate
            return
        self._terms[target].append((flow, partial))
        self._gates[target] = self._rules.either(self._gates[target], gate)

    def total(self, register: Arg) -> Any:
        """The total flow at a register; 0.0 if there is none."""
        gate = self.gate(register)
        if type(gate) is not float:
            return ops.where(gate, self._flow(register), 0.0)
        return self._flow(register) if gate else 0.0

    def gate(self, register: Arg) -> Any:
        """1.0 where the sweep reaches a register and 0.0 elsewhere: a Symbol, or one of these numbers."""
        return self._rules.symbol(self._gates.get(register, SHUT))

    def _flow(self, register: Arg) -> Any:
        if register not in self._flows:
            self._flows[register] = _added(self._terms[register])
        return self._flows[register]


def _added(terms: Sequence[tuple[Any, Any]]) -> Any:
    """The sum of the products, in order, without the frequent factors of 1.0."""
    total: Any = None
    lefts: list[Any] = []
    rights: list[Any] = []
    for left, right in terms:
        if type(right) is float and right == 1.0:
            term = left
        elif type(left) is float and left == 1.0:
            term = right
        else:
            lefts.append(left)
            rights.append(right)
            continue
        total = term if total is None and not lefts else _with_products(total, lefts, rights) + term
        lefts, rights = [], []
    return _with_products(total, lefts, rights)


def _with_products(total: Any, lefts: Sequence[Any], rights: Sequence[Any]) -> Any:
    """The total so far, which may be None, plus these products, if any."""
    if not lefts:
        return total
    if len(lefts) > 1:
        return ops.dot(*lefts, *rights, -0.0 if total is None else total)  # adding -0.0 changes nothing
    return lefts[0] * rights[0] if total is None else total + lefts[0] * rights[0]
