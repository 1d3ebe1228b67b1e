"""The confusion matrix as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from autograd.extend import checked_integer
from nn._check import checked_list
from nn.plot.style import Look, axes, checked_ax, checked_names, readable_on

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_LETTERS = 40  # of all names together; more are slanted
MAX_DIGITS = 40.0  # in a row, with a space after each count; more need a larger figure


def confusion_matrix(
    table: Sequence[Sequence[int]], *, target_names: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """The counts of `nn.confusion_matrix` as squares, stronger for larger counts; returns the Axes.

    A row is an actual class, a column a predicted one, so whatever is off the diagonal is a mistake. A dot is 0.
    `target_names` are the names of the classes; without them they are numbered from 0.

    >>> from matplotlib.figure import Figure
    >>> ax = confusion_matrix([[5, 0], [1, 4]], target_names=["no", "yes"], ax=Figure().subplots())
    >>> [text.get_text() for text in ax.texts]
    ['5', '·', '1', '4']
    """
    checked_ax(ax)
    rows = _counts(table)
    names = checked_names(target_names, len(rows)) or [str(i) for i in range(len(rows))]
    largest = max(map(max, rows))
    larger = max(1.0, len(rows) * (len(str(largest)) + 1.0) / MAX_DIGITS)
    ax = axes(ax, 5.0 * larger, 4.6 * larger)
    image = ax.imshow(rows, cmap=Look(ax).amounts(), vmin=0, vmax=largest or 1)
    for i, row in enumerate(rows):
        for j, count in enumerate(row):
            ax.text(j, i, str(count or "·"), ha="center", va="center", color=readable_on(image, count))
    ax.set(xlabel="predicted", ylabel="actual", title="Confusion matrix")
    ax.set_xticks(range(len(names)), names, parse_math=False)
    ax.set_yticks(range(len(names)), names, parse_math=False)
    if max(map(len, names)) * len(names) > MAX_LETTERS:
        for label in ax.get_xticklabels():
            label.set(rotation=45.0, ha="right", rotation_mode="anchor")
    return ax


def _counts(table: Sequence[Sequence[int]]) -> list[list[int]]:
    rows = [checked_list("table: a row", row) for row in checked_list("table", table)]
    if not rows or any(len(row) != len(rows) for row in rows):
        raise ValueError(f"table must have as many columns as rows, at least one, got {len(rows)} rows of {[*map(len, rows)]}")
    return [[checked_integer("table: a count", count, at_least=0) for count in row] for row in rows]
