"""The network tab's data as lines of Python: points on a plane, each with a class (0 or 1) or a number."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from playground.typed import Slip

MAX_ROWS = 1000  # of the user's own data
REGRESSION = (
    "rng = Random({seed})",
    "X = [[rng.uniform(-1.5, 1.5), rng.uniform(-1.5, 1.5)] for _ in range({samples})]",
)


class DataLines(NamedTuple):
    """Lines of Python that make X and y, and the names they need, as `module.name`."""

    lines: Sequence[str]
    needs: Sequence[str]
    classes: bool = True


SOURCES = {
    "moons": DataLines(["X, y = make_moons({samples}, noise={noise}, random_state={seed})"], ["nn.make_moons"]),
    "circles": DataLines(["X, y = make_circles({samples}, noise={noise}, factor=0.5, random_state={seed})"], ["nn.make_circles"]),
    "xor": DataLines(["X, y = make_xor({samples}, noise={noise}, random_state={seed})"], ["nn.make_xor"]),
    "spirals": DataLines(["X, y = make_spirals({samples}, noise={noise} / 4, random_state={seed})"], ["nn.make_spirals"]),
    "blobs": DataLines(
        [
            "centers = [[-1.0, -1.0], [1.0, 1.0]]",
            "X, y = make_blobs({samples}, centers=centers, cluster_std=0.25 + {noise}, random_state={seed})",
        ],
        ["nn.make_blobs"],
    ),
    "plane": DataLines([*REGRESSION, "y = [0.5 * (a + b) + rng.gauss(0.0, {noise}) for a, b in X]"], ["random.Random"], False),
    "hills": DataLines(
        [
            *REGRESSION,
            "hill = lambda a, b: exp(-2 * (a * a + b * b))",
            "y = [hill(a - 0.6, b - 0.6) - hill(a + 0.6, b + 0.6) + rng.gauss(0.0, {noise}) for a, b in X]",
        ],
        ["random.Random", "math.exp"],
        False,
    ),
}


def source_of(setting: Mapping[str, Any]) -> DataLines:
    """Lines that make a setting's data; the user's own data are written out."""
    if setting["data"] == "own":
        X, y, classes = read_csv(setting["own"])
        return DataLines([f"X = {X!r}", f"y = {y!r}"], [], classes)
    made = SOURCES[setting["data"]]
    return made._replace(lines=[line.format_map(setting) for line in made.lines])


def read_csv(text: str) -> tuple[list[list[float]], list[Any], bool]:
    """Parse rows `x, y, label` into points, labels, and whether the labels are two classes. Slip if a line is wrong.

    Two distinct labels of any kind become classes 0 and 1 in sorted order; more are numbers to learn.

    >>> read_csv("x,y,label\\n0,1,no\\n1,0.5,yes")
    ([[0.0, 1.0], [1.0, 0.5]], [0, 1], True)
    """
    lines = text.strip().splitlines()
    between = next((mark for mark in "\t;" if lines and mark in lines[0]), ",")  # as spreadsheets copy or save them
    rows = [(number, row) for number, row in enumerate(csv.reader(lines, delimiter=between), 1) if row]
    if rows and len(rows[0][1]) == 3 and not any(_is_number(cell) for cell in rows[0][1][:2]):
        rows = rows[1:]  # a header
    if not 2 <= len(rows) <= MAX_ROWS:
        raise Slip(f"your data: expected 2 to {MAX_ROWS} rows “x, y, label”, got {len(rows)}")
    X = []
    for number, row in rows:
        line = ", ".join(cell.strip() for cell in row)
        if len(row) != 3 or not all(map(_is_number, row[:2])):
            raise Slip(f"your data, line {number}: expected “x, y, label” such as 0.5, -1, 1, got {line!r}")
        X.append([float(row[0]), float(row[1])])
    labels = [row[2].strip() for _, row in rows]
    are_numbers = all(map(_is_number, labels))
    given: list[Any] = [float(label) for label in labels] if are_numbers else labels
    seen = sorted(set(given))
    if len(seen) > 2 and are_numbers:
        return X, given, False
    if len(seen) > 2:
        raise Slip(f"your data: the labels must be two classes, or numbers; got the labels {', '.join(seen[:4])}")
    return X, [seen.index(label) for label in given], True


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
