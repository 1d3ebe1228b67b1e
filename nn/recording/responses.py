"""Activations, and functions that follow a layer, compiled to JavaScript for the page of a record."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

from autograd import CompileError, compile
from autograd.extend import tree_leaves
from nn.layers import neurons_of
from nn.module import in_mode
from nn.network.structure import Network, is_layer, parts

EXPORTED = re.compile(r"^export (?=function (\w+))", re.MULTILINE)


class Responses:
    """Distinct JavaScript functions, which a page refers to by number.

    >>> from nn import Tanh
    >>> responses = Responses()
    >>> responses.number(Tanh(), 1), responses.number(Tanh(), 1)
    (0, 0)
    >>> "tanh(" in responses.script()
    True
    """

    def __init__(self) -> None:
        self.sources: list[str] = []

    def number(self, function: Callable[[Any], Any], width: int | None = None) -> int | None:
        """The number of a function of one Value, or of a list of `width`; None if it has no form without branches."""
        row = (lambda x: function(x)) if width is None else (lambda *xs: tree_leaves(function(list(xs))))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compiled = compile(row, *[0.5 + 0.01 * i for i in range(width or 1)], in_axes=None)
                source = compiled.source("javascript")
        except CompileError:
            return None
        name = EXPORTED.search(source)
        if name is None or "guard_" in source:
            return None
        code = f"(() => {{\n{EXPORTED.sub('', source)}\nreturn {name[1]};\n}})()"
        if code not in self.sources:
            self.sources.append(code)
        return self.sources.index(code)

    def of_units(self, network: Network) -> list[int | None]:
        """The number of each unit's activation; None for inputs, and for activations that have none."""
        neurons = [neuron for _, step in parts(network.model) for neuron in neurons_of(step)]
        known = {key: self.number(function) for key, function in {id(n.activation): n.activation for n in neurons}.items()}
        return [None for _ in network.columns[0].units] + [known[id(neuron.activation)] for neuron in neurons]

    def of_columns(self, network: Network) -> list[list[int | None]]:
        """The numbers of the functions that follow each column, each applied to all of its values together."""
        found: list[list[int | None]] = [[]]
        with in_mode(network.model, training=False):
            for _, step in parts(network.model):
                if is_layer(step):
                    found.append([])
                else:
                    found[-1].append(self.number(step, len(network.columns[len(found) - 1].units)))
        return found

    def script(self) -> str:
        """The script that defines `RESPONSES`, the list of all functions."""
        listed = ",\n".join(self.sources)
        return f"const RESPONSES = [\n{listed}\n];"
