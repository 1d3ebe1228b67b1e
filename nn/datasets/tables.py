"""Real data: two classic tables, read from the files beside this one."""

from __future__ import annotations

import csv
import gzip
from importlib.resources import files
from typing import NamedTuple, NoReturn

from nn.foreign_names import advising


class Dataset(NamedTuple):
    """A data set: rows `X`, labels `y`, the names of columns and labels, and where it comes from.

    >>> X, y, feature_names, target_names, description = load_iris()
    >>> len(X), len(y), target_names[y[0]]
    (150, 150, 'setosa')
    """

    X: list[list[float]]
    y: list[int]
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...]
    description: str

    def __getattr__(self, name: str) -> NoReturn:
        advice = {"data": ": write X", "target": ": write y"}.get(name, "")
        raise AttributeError(f"'Dataset' object has no attribute {name!r}{advice}")

    def __repr__(self) -> str:
        return f"<Dataset: {len(self.X)} rows of {len(self.feature_names)} features, {len(self.target_names)} classes>"


@advising
def load_iris() -> Dataset:
    """Fisher's irises: 150 flowers of 3 species, 50 each, measured in four places.

    X: 150 rows of 4 floats, in cm; y: 0, 1 or 2, the index of the species in target_names.
    Source and licence are in its description. Every call gives a fresh copy.

    >>> iris = load_iris()
    >>> iris
    <Dataset: 150 rows of 4 features, 3 classes>
    >>> dict(zip(iris.feature_names, iris.X[0]))["petal width (cm)"], iris.target_names[iris.y[0]]
    (0.2, 'setosa')
    """
    return _load("iris.csv")


@advising
def load_digits() -> Dataset:
    """Handwritten digits: 1797 images of 8×8 pixels, about 180 of each digit.

    X: 1797 rows of 64 floats, line by line, whole numbers from 0 (paper) to 16 (ink): divide by 16 before training.
    y: the digit. Source and licence are in its description. Every call gives a fresh copy.

    >>> digits = load_digits()
    >>> digits
    <Dataset: 1797 rows of 64 features, 10 classes>
    >>> digits.y[:5], max(digits.X[0])
    ([0, 1, 2, 3, 4], 15.0)
    """
    return _load("digits.csv.gz")


def _load(name: str) -> Dataset:
    folder = files("nn.datasets")
    content = (folder / name).read_bytes()
    text = (gzip.decompress(content) if name.endswith(".gz") else content).decode()
    header, *rows = csv.reader(text.splitlines())
    # The description is the file's section of the README: one statement of source and licence, not two that drift.
    section = (folder / "README.md").read_text(encoding="utf-8").partition(f"## {name}\n")[2]
    target_names = sorted({row[-1] for row in rows})
    return Dataset(
        X=[[float(x) for x in row[:-1]] for row in rows],
        y=[target_names.index(row[-1]) for row in rows],
        feature_names=tuple(header[:-1]),
        target_names=tuple(target_names),
        description=section.partition("\n## ")[0].strip(),
    )
