"""Two distributions use the import name `autograd`; installed over one another, neither works."""

from __future__ import annotations

from collections.abc import Iterable


def refuse_mixed_folder(folders: Iterable[str]) -> None:
    """ImportError, with the commands that mend it, if HIPS autograd lies in the same folder as ours."""
    from importlib.machinery import PathFinder

    if PathFinder.find_spec("autograd.differential_operators", list(folders)) is not None:
        raise ImportError(
            "the package folder `autograd` holds two distributions: scalar-autograd and the one called autograd (HIPS). "
            "Keep one of them, best in a fresh environment:\n"
            "    pip uninstall --yes autograd scalar-autograd\n"
            "    pip install --force-reinstall scalar-autograd"
        )
