"""Which neurons of a wide layer are drawn: those that matter most."""

from __future__ import annotations

import math

from nn.network.numbers import Numbers
from nn.network.structure import Network


def strongest(network: Network, numbers: Numbers) -> list[list[int]]:
    """For each column its units, the strongest first.

    A unit is as strong as its value and its weights into the next layer are large; an output, as its value.

    >>> from nn import MLP
    >>> from nn.network.numbers import numbers_of
    >>> from nn.network.structure import read_network
    >>> model = MLP(1, [3, 1], seed=0)
    >>> for weight, number in zip(model.layers[1].neurons[0].w, (1.0, -3.0, 2.0)):
    ...     weight.data = number
    >>> network = read_network(model)
    >>> strongest(network, numbers_of(network))
    [[0], [2, 3, 1], [4]]
    """
    values, weight = numbers["value"], dict(zip(network.parameters, numbers["weight"], strict=True))
    ranked = []
    for k, (column, first) in enumerate(zip(network.columns, network.firsts, strict=True)):
        after = network.columns[k + 1].units if k + 1 < len(network.columns) else ()
        strengths = {}
        for i in range(len(column.units)):
            value = None if values is None else values[first + i]
            if after:
                size = math.hypot(*(weight[unit.weights[i]] or 0.0 for unit in after))
                strength = size * abs(1.0 if value is None else value)
            else:
                strength = value or 0.0
            strengths[first + i] = strength if strength == strength else math.inf
        ranked.append(sorted(strengths, key=strengths.__getitem__, reverse=True))
    return ranked
