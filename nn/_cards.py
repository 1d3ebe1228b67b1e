"""Notebook displays of modules, optimizers and training runs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from autograd import Value
from autograd.extend import as_index, counted, html_card, html_note, html_table, shown

MAX_SEEN, MAX_KEPT = 10, 200  # epochs that are visible at once, and all that a table keeps, folded ones included
WIDTH, HEIGHT = 240, 40  # of a curve, in pixels
HEADER = ("module", "is", "parameters", "")


def module_card(module: Any) -> str:
    """The parts of a module with their parameter counts. A part whose repr is a single line is not taken apart."""
    try:
        parameters = module.parameters()
        frozen = _frozen(parameters)
        size = counted(len(parameters), "parameter") + (f", {frozen:,} of them frozen" if frozen else "")
        rows = [_module_row(name, part) for name, part in _parts(module)]
        return html_card(f"{_first_line(module)}: {size}", html_table(HEADER, rows, kinds="ttnt") if rows else "")
    except Exception:  # attributes and repr of a user's module may do anything
        return html_card(type(module).__name__, html_note("its parameters could not be read"))


def _parts(module: Any) -> Iterator[tuple[str, Any]]:
    shown_whole: list[str] = []
    for name, part in module.named_modules():
        if name and not any(name.startswith(f"{outer}.") for outer in shown_whole):
            yield name, part
            if "\n" not in repr(part):
                shown_whole.append(name)


def _module_row(name: str, part: Any) -> tuple[str, ...]:
    parameters = part.parameters()
    frozen = _frozen(parameters)
    return as_index(name), _first_line(part), f"{len(parameters):,}", f"{frozen:,} frozen" if frozen else ""


def _first_line(module: Any) -> str:
    first, *others = repr(module).split("\n")
    return type(module).__name__ if others else first


def _frozen(parameters: Sequence[Value]) -> int:
    return sum(not parameter.requires_grad for parameter in parameters)


def optimizer_card(title: str, groups: Iterable[Mapping[str, Any]]) -> str:
    """The settings of each parameter group."""
    groups = [{name: held for name, held in group.items() if held is not None} for group in groups]
    names = list(dict.fromkeys(name for group in groups for name in group if name != "params"))
    rows = [
        (str(i), f"{len(group['params']):,}", *(setting_text(group.get(name, "")) for name in names))
        for i, group in enumerate(groups, 1)
    ]
    return html_card(title, html_table(("group", "parameters", *names), rows, kinds="tn"))


def setting_text(held: Any) -> str:
    """An optimizer's setting, a single one or a tuple, as text."""
    if isinstance(held, tuple):
        return f"({', '.join(map(setting_text, held))})"
    return shown(held) if type(held) is float else str(held)


def series_card(title: str, each: str, columns: Mapping[str, Sequence[float]]) -> str:
    """Series of numbers: a curve for each, and a table; if there are many rows, most are folded."""
    count = max(map(len, columns.values()), default=0)
    kept = spread(count, MAX_KEPT)
    curves = "".join(_curve(name, column) for name, column in columns.items() if len(set(column)) > 1)
    rows = [(str(i + 1), *(shown(column[i]) if i < len(column) else "" for column in columns.values())) for i in kept]
    table = html_table((each, *columns), rows, kinds="tn", seen=spread(len(kept), MAX_SEEN)) if rows else ""
    left_out = html_note(f"{len(kept)} of {count:,} {each}s") if len(kept) < count else ""
    return html_card(title, curves, table, left_out)


def spread(count: int, most: int) -> list[int]:
    """The indices of at most `most` of `count` items, evenly spaced, including the first and the last.

    >>> spread(3, 10), spread(11, 3)
    ([0, 1, 2], [0, 5, 10])
    """
    return [round(k * (count - 1) / (most - 1)) for k in range(most)] if count > most else list(range(count))


def _curve(name: str, numbers: Sequence[float]) -> str:
    """A line without axes: the table has the numbers."""
    finite = [x for x in numbers if math.isfinite(x)]
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    scale, step = (HEIGHT - 4) / ((high - low) or 1.0), WIDTH / max(1, len(numbers) - 1)
    points = " ".join(f"{i * step:.1f},{HEIGHT - 2 - (x - low) * scale:.1f}" for i, x in enumerate(numbers) if math.isfinite(x))
    about = f"{name}: from {shown(numbers[0])} to {shown(numbers[-1])}, lowest {shown(low)}, highest {shown(high)}"
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    line = f'<polyline fill="none" stroke="currentColor" stroke-width="1.5" points="{points}"/>'
    return f'<div><svg role="img" aria-label="{about}" {size}>{line}</svg> {about}</div>'
