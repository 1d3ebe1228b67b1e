"""Models in files: JSON with exact numbers, or safetensors. No pickle, so a file cannot run code."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from autograd.extend import read_json, tree_leaves, write_atomically
from nn.module import Module, checked_module

FORMAT = "scalar-autograd model"
VERSION = 1


class ModelFileError(ValueError):
    """A model file cannot be read, or does not fit the model; the model has not been touched.

    >>> import nn
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     nn.save(nn.Neuron(3), folder + "/neuron.json")
    ...     try:
    ...         nn.load(nn.Neuron(2), folder + "/neuron.json")
    ...     except ModelFileError as error:
    ...         print(str(error).partition(": ")[2])
    state: w has a different shape: expected a list of 2, got a list of 3
    """


def save(model: Module, path: str | Path) -> None:
    """Write the parameters of a model to `path`, as JSON or, if it ends in `.safetensors`, in that format.

    Numbers are restored exactly. The file is replaced only once the new one is complete. A parameter that is NaN or
    infinite is a ValueError that names it, and nothing is written.

    >>> import tempfile
    >>> from nn import Neuron
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     one, other = Neuron(2, seed=0), Neuron(2, seed=1)
    ...     save(one, folder + "/neuron.json")
    ...     load(other, folder + "/neuron.json")
    ...     other.state_dict() == one.state_dict()
    True
    """
    _refuse_swapped("save", model, path)
    for name, parameter in checked_module(model).named_parameters():
        if not math.isfinite(parameter.data):
            raise ValueError(f"parameter {name} is {parameter.data!r}: a model file can hold only finite numbers")
    state = model.state_dict()
    if Path(path).suffix == ".safetensors":
        write_atomically(path, _to_safetensors(state))
    else:
        write_atomically(path, json.dumps({"format": FORMAT, "version": VERSION, "state": state}, indent=1) + "\n")


def load(model: Module, path: str | Path, strict: bool = True) -> None:
    """Set the parameters of a model to those in a file written by `save`.

    With `strict=False` names may be missing from the file or from the model. ModelFileError if the file is not a model
    file or does not fit: it says where, and the model stays as it was.

    >>> import tempfile
    >>> from nn import Neuron
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(Neuron(2, seed=0), folder + "/neuron.json")
    ...     neuron = Neuron(2, seed=1)
    ...     load(neuron, folder + "/neuron.json")
    >>> neuron.state_dict() == Neuron(2, seed=0).state_dict()
    True
    """
    _refuse_swapped("load", model, path)
    checked_module(model)
    try:
        if Path(path).suffix == ".safetensors":
            state = _from_safetensors(path)
        else:
            # Python takes 80 bytes to read `[],`, so a file with many more values than the model has is not read.
            own = sum(len(tree_leaves(group)) for group in model.state_dict().values())
            state = _from_json(Path(path).read_bytes(), most=2 * own + 100 if strict else math.inf)
        model.load_state_dict(state, strict=strict)
    except RecursionError:
        raise ModelFileError(f"{path}: nested too deeply to be a model") from None
    except ValueError as error:
        raise ModelFileError(f"{path}: {error}") from error


def _refuse_swapped(function: str, model: Any, path: Any) -> None:
    if isinstance(path, Module) and isinstance(model, (str, PathLike)):
        raise TypeError(f"model must be a Module, got {type(model).__name__}: write {function}(model, path)")


def _from_json(content: bytes, most: float) -> Mapping[str, Any]:
    if content.count(b",") > most:
        raise ModelFileError("it holds more values than the model")
    try:
        document = read_json(content, object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise ModelFileError(f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise ModelFileError(f"not JSON: {error}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ModelFileError(f'not a model file: "format" is not {FORMAT!r}')
    if document.get("version") != VERSION or isinstance(document["version"], bool):
        raise ModelFileError(f"unknown version {document.get('version')!r}, expected {VERSION}")
    state = document.get("state")
    if not isinstance(state, dict):
        raise ModelFileError(f'"state" must be an object, got {type(state).__name__}')
    for name, group in state.items():
        if any(isinstance(number, float) and not math.isfinite(number) for number in tree_leaves(group)):
            raise ModelFileError(f"{name} holds a number that is not finite")
    return state


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ModelFileError(f"the key {key!r} occurs twice")
        found[key] = value
    return found


def _refuse_constant(text: str) -> float:
    raise ModelFileError(f"{text} is not a number that a model can hold")


def _to_safetensors(state: Mapping[str, Any]) -> bytes:
    numpy, library = _safetensors()
    arrays = {}
    for name, group in state.items():
        if name == "__metadata__":
            raise ValueError("__metadata__ cannot be the name of a parameter in a safetensors file: save to a .json file")
        try:
            arrays[name] = numpy.asarray(group, dtype="float64")
        except ValueError:
            raise ValueError(f"{name} is a ragged list, but a safetensors file holds only arrays: save to a .json file") from None
    return bytes(library.save(arrays))


def _from_safetensors(path: str | Path) -> Mapping[str, Any]:
    numpy, library = _safetensors()
    from safetensors import SafetensorError

    try:
        arrays: dict[str, Any] = library.load_file(path)
    except (SafetensorError, AttributeError, TypeError) as error:  # for types that NumPy lacks
        raise ModelFileError(f"not a safetensors file: {error}") from None
    for name, array in arrays.items():
        if not numpy.isfinite(array).all():
            raise ModelFileError(f"{name} holds a number that is not finite")
    with open(path, "rb") as file:  # the library takes the last of two equal names
        json.loads(
            file.read(int.from_bytes(file.read(8), "little")), object_pairs_hook=lambda pairs: bool(_without_duplicates(pairs))
        )
    return arrays


def _safetensors() -> tuple[Any, Any]:
    try:
        import numpy
        import safetensors.numpy
    except ImportError:
        raise ImportError("safetensors files need an extra: pip install 'scalar-autograd[safetensors]'") from None
    return numpy, safetensors.numpy
