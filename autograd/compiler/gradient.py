"""Derivatives of a Program, as more rows: the reverse and the forward sweep, with rules called on Symbols."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from autograd import ops
from autograd.compiler.builder import Builder, Symbol
from autograd.compiler.instructions import detach
from autograd.compiler.program import Arg, Row
from autograd.op import number


class Sweep:
    """Sweeps over the rows that a builder holds now; what they compute becomes more rows."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.rows: Sequence[Row] = tuple(builder.rows)

    def reverse(self, seeds: Mapping[int, Any], inputs: Iterable[int]) -> list[Any]:
        """The adjoint of each input, as a Symbol or a float, given those of some registers."""
        inputs = list(inputs)
        within = self._depending_on(inputs)
        bars = _Flows(seeds)
        for row in reversed(self.rows):
            if row.result not in bars or row.op is detach:
                continue
            wanted = [type(arg) is int and arg in within for arg in row.args]
            if any(wanted):
                for arg, partial in zip(row.args, self._partials(row, wanted), strict=True):
                    if partial is not None:
                        bars.send(row.result, partial, arg, row.op.select)
        return [bars.total(x) for x in inputs]

    def forward(self, seeds: Mapping[int, Any], outputs: Iterable[Arg]) -> list[Any]:
        """The tangent of each output, as a Symbol or a float, given those of some registers."""
        dots = _Flows(seeds)
        for row in self.rows:
            if row.op is detach or row.result in dots:
                continue
            wanted = [type(arg) is int and arg in dots for arg in row.args]
            if any(wanted):
                for arg, partial in zip(row.args, self._partials(row, wanted), strict=True):
                    if partial is not None:
                        dots.send(arg, partial, row.result, row.op.select)
        return [dots.total(y) for y in outputs]

    def _partials(self, row: Row, wanted: Sequence[bool]) -> list[Any]:
        symbol = self.builder.symbol
        partials = row.op.partials_at(symbol(row.result), [symbol(arg) for arg in row.args], wanted)
        if row.op.select:  # a partial that is always 0 sends nothing
            return [p if type(p) is Symbol else number(p) or None for p in (p if p is not None else 0.0 for p in partials)]
        return [p if p is None or type(p) is Symbol else number(p) for p in partials]

    def _depending_on(self, inputs: Collection[int]) -> set[int]:
        within = set(inputs)
        for row in self.rows:
            for arg in row.args:
                if type(arg) is int and arg in within:
                    within.add(row.result)
                    break
        return within


class _Flows:
    """The adjoints or tangents of a sweep so far.

    A row whose op selects, as `where` does, lets nothing through to what it did not take, not even 0·inf. What it takes
    is known only when the program runs, so such a flow has a gate: 1.0 where something flows, 0.0 where nothing does.
    There the flow itself is -0.0, which changes nothing that it is added to.
    """

    def __init__(self, seeds: Mapping[Any, Any]) -> None:
        self._flows: dict[Arg, Any] = dict(seeds)
        self._gates: dict[Arg, Any] = {}

    def __contains__(self, register: Arg) -> bool:
        return register in self._flows

    def send(self, source: Arg, partial: Any, target: Arg, selects: bool) -> None:
        """Add what flows at the source, times a partial, to the target."""
        flow, gate = self._flows[source], self._gates.get(source)
        share = _times(flow, partial)
        if selects:
            gate = partial if gate is None else gate * partial
        if gate is not None and share is not flow:
            share = ops.where(gate, share, -0.0)
        if target not in self._flows:
            self._flows[target] = share
            if gate is not None:
                self._gates[target] = gate
            return
        self._flows[target] = self._flows[target] + share
        if target in self._gates:
            if gate is None:
                del self._gates[target]
            else:
                self._gates[target] = ops.maximum(self._gates[target], gate)

    def total(self, register: Arg) -> Any:
        """What flows at a register in the end: 0.0 if nothing does."""
        flow = self._flows.get(register, 0.0)
        return ops.where(self._gates[register], flow, 0.0) if register in self._gates else flow


def _times(bar: Any, partial: Any) -> Any:
    """Their product; multiplying by 1.0, which is frequent, needs no row."""
    if type(partial) is float and partial == 1.0:
        return bar
    return partial if type(bar) is float and bar == 1.0 else bar * partial
