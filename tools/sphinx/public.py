"""Every public name of the two packages, each of which has an entry in the reference."""

from __future__ import annotations

import inspect
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

# An object in several of them is documented under the first one.
MODULES = (
    "autograd",
    "nn",
    "autograd.formulas",
    "autograd.diagnosis",
    "autograd.lessons",
    "autograd.viz",
    "autograd.testing",
    "autograd.audit",
    "autograd.extend",
    "nn.optim",
    "nn.lr_scheduler",
    "nn.init",
    "nn.utils",
    "nn.datasets",
    "nn.network",
    "nn.recording",
    "nn.plot",
)
# Classes that public functions return, or that public classes derive from.
CLASSES = (
    "autograd.op.Op",
    "autograd.compiler.compiled.Compiled",
    "autograd.lessons.quiz.Quiz",
    "autograd.viz.drawing.Drawing",
    "autograd.viz.page.Player",
    "nn.activations.Elementwise",
    "nn.health.Health",
    "nn.losses.Loss",
)


def names(module: ModuleType) -> list[str]:
    """The public names of a module: `__all__`, or else the classes and functions that it defines."""
    listed = getattr(module, "__all__", None)
    if listed is not None:
        return [name for name in listed if not inspect.ismodule(getattr(module, name))]
    return [name for name, it in vars(module).items() if not name.startswith("_") and _is_defined_in(module, it)]


def _is_defined_in(module: ModuleType, it: Any) -> bool:
    return (inspect.isclass(it) or inspect.isfunction(it)) and it.__module__ == module.__name__


@cache
def public() -> dict[str, Any]:
    """Every public object by its full name, once."""
    listed = [(path, name) for path in MODULES for name in names(import_module(path))]
    found: dict[str, Any] = {}
    seen: set[int] = set()
    for path, name in [*listed, *(path.rsplit(".", 1) for path in CLASSES)]:
        it = getattr(import_module(path), name)
        if id(it) not in seen:
            seen.add(id(it))
            found[f"{path}.{name}"] = it
    return found


@cache
def full_names() -> dict[int, str]:
    """The full name of a public object, by its id."""
    return {id(it): name for name, it in public().items()}
