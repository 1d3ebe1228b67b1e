"""Two distributions use the import name `autograd`; if both are installed, neither works."""

from __future__ import annotations

from collections.abc import Iterable


def refuse_mixed_folder(folders: Iterable[str]) -> None:
    """Raise an ImportError with the commands that fix it if HIPS autograd is installed in the same folder."""
    from importlib.machinery import PathFinder

    if PathFinder.find_spec("autograd.differential_operators", list(folders)) is not None:
        raise ImportError(
            "the package folder `autograd` holds two distributions: scalar-autograd and autograd (HIPS). "
            "Keep only one, preferably in a fresh environment:\n"
            "    pip uninstall --yes autograd scalar-autograd\n"
            "    pip install --force-reinstall scalar-autograd"
        )
