"""Module: something with parameters that maps inputs to outputs, nested to any depth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, pairwise
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, NoReturn

from autograd import Value
from autograd.extend import call, checked_flag, listed, same_shape, takes_first_alone, tree_leaves, tree_map
from nn._check import data_of, plain_lists, shape_text, sizes
from nn._interrupts import never_half
from nn._parameter_search import ParameterSearch, indexed, items, leaves
from nn.foreign_names import advise_on_init, advising

_FLOATS = "leave it out: a module's numbers are Python floats"
# What to write in place of names from other libraries' modules.
FOREIGN_NAMES = {
    **dict.fromkeys(("to", "cpu", "cuda", "float", "double", "half", "type"), _FLOATS),
    "children": "modules() has this module and all modules in it",
    "named_children": "named_modules() has this module and all modules in it",
    "apply": "write for module in net.modules(): …",
    **dict.fromkeys(("buffers", "named_buffers"), "frozen Values are saved but not trained, and parameters() has them too"),
    "get_parameter": "write dict(net.named_parameters())[name]",
    "get_submodule": "write dict(net.named_modules())[name]",
    "register_forward_hook": "write a subclass with its own forward, or read what was recorded: every Value keeps its .data",
    "register_full_backward_hook": "read .grad after backward(), which every Value keeps",
    **dict.fromkeys(("add_module", "register_module"), "write self.name = module"),
    "register_parameter": "write self.name = Value(0.0)",
    "register_buffer": "write self.name = Value(0.0, requires_grad=False), and set its data: it is saved, but not trained",
    "weight": "a Neuron has the weights w, and a Layer has neurons",
    "bias": "a Neuron has the bias b, and a Layer has neurons",
    "fit": "write nn.fit(net, X, y, loss=…, optimizer=…)",
    "predict": "write [net(row) for row in X]",
    **dict.fromkeys(("evaluate", "score"), "write nn.accuracy([net(row) for row in X], y), or call a loss on them"),
    "get_weights": "write state_dict()",
    "set_weights": "write load_state_dict(state)",
    "save": 'write nn.save(net, "net.json")',
    "load": 'write nn.load(net, "net.json")',
    "summary": "write print(net), or nn.draw(net)",
    "compile": "write nn.fit(net, …), which compiles it",
}


class Module:
    """Something with parameters: the base of neurons, layers, networks, activations and losses.

    Assign Values, Modules and lists, tuples, dicts or NumPy arrays of them to attributes, in any nesting, and define
    `forward`; parameters are found and named by the attributes that hold them, in order of assignment.

    A parameter is a leaf. A plain number is a constant, even if it replaces a parameter: to change a parameter, set its
    `data`. For a number that should be saved but not trained, such as a running mean, use a Value with requires_grad=False,
    and set its `data` in `forward`. A Value that `forward` computes may be kept in an attribute; it is not a parameter.

    If a Value would be overlooked (in a set, an object that is not a Module, a class attribute …), or a parameter was
    replaced by the result of an operation (`self.w = self.w - …`), any request for the parameters raises a TypeError
    that names the attribute and says what to write. Functions are not searched: to keep Values that are not parameters,
    keep a function that returns them.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Value(2.0), Value(1.0)
    ...     def forward(self, x):
    ...         return self.slope * x + self.offset
    >>> Line()(3.0).data
    7.0
    >>> [name for name, _ in Line().named_parameters()]
    ['slope', 'offset']
    """

    training: bool = True

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        advise_on_init(cls)

    def forward(self, x: Any) -> Any:
        """The output for an input; subclasses define it."""
        raise NotImplementedError(f"{type(self).__name__} must define forward(self, x)")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            result = call(self, self.forward, args, **kwargs)
        except TypeError:
            self._refuse_loose_numbers(args)
            raise
        if type(result) is Value:
            return result
        if result is None:
            raise TypeError(f"{type(self).__name__} returned None: did forward forget to return?")
        if isinstance(result, Iterator):
            raise TypeError(f"{type(self).__name__} returned a {type(result).__name__}, not numbers: return a list from forward")
        return result

    if not TYPE_CHECKING:  # hidden from type checkers, which would otherwise accept any name

        def __getattr__(self, name: str) -> Any:
            if name in FOREIGN_NAMES and not hasattr(type(self), name):
                advice = FOREIGN_NAMES[name]
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}: {advice}", name=name)
            return self.__getattribute__(name)  # again, for Python's own error or a property's

    def _refuse_loose_numbers(self, args: tuple[Any, ...]) -> None:
        """TypeError if it was called as net(1.0, 2.0) though forward takes one list."""
        if all(isinstance(arg, (int, float, Value)) for arg in args) and takes_first_alone(self.forward, args):
            shown = ", ".join(str(data_of(arg)) for arg in args)
            raise TypeError(f"{type(self).__name__} takes its inputs as one list: write net([{shown}])") from None

    # -- parameters ----------------------------------------------------------------------------------

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Every parameter with its name, in order; a shared one appears once, under its first name.

        >>> from nn import MLP
        >>> [name for name, _ in MLP(1, [1]).named_parameters()]
        ['layers.0.neurons.0.w.0', 'layers.0.neurons.0.b']
        """
        seen: set[Value] = set()
        for name, group in self._groups():
            for index, parameter in indexed(group):
                if parameter not in seen:
                    seen.add(parameter)
                    yield name + index, parameter

    def parameters(self) -> list[Value]:
        """All parameters, in order, each once."""
        return list(dict.fromkeys(chain.from_iterable([leaves(group) for _, group in self._groups()])))

    @advising
    def zero_grad(self) -> None:
        """Clear the gradient of every parameter: `grad` is 0.0 and `has_grad` False."""
        for parameter in self.parameters():
            parameter.zero_grad()

    def requires_grad_(self, requires_grad: bool = True) -> Module:
        """Freeze all parameters if False, so that no gradient reaches them, or let them train again; returns the module.

        >>> from nn import MLP
        >>> net = MLP(2, [3, 1]).requires_grad_(False)
        >>> sum(p.requires_grad for p in net.layers[1].requires_grad_().parameters())
        4
        """
        checked_flag("requires_grad", requires_grad)
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    @property
    def requires_grad(self) -> NoReturn:
        """An attribute of parameters, not of modules: `requires_grad_` sets it for all parameters."""
        raise AttributeError(
            "a module has no requires_grad, but its parameters do: write all(p.requires_grad for p in module.parameters())"
        )

    @requires_grad.setter
    def requires_grad(self, requires_grad: Any) -> NoReturn:
        raise AttributeError(f"requires_grad of a module cannot be assigned: write module.requires_grad_({requires_grad!r})")

    def _groups(self) -> list[tuple[str, Any]]:
        """Every parameter or nested list of parameters with its attribute path, in order."""
        search = ParameterSearch(self, Module)
        search.refuse_hidden()
        ends = sorted(f"{name}." for name, _ in search.groups)
        if any(after.startswith(before) for before, after in pairwise(ends)):  # only then can two be equal
            counts = Counter(chain.from_iterable({name, *(name + i for i, _ in indexed(held))} for name, held in search.groups))
            twice = next((name for name, count in counts.items() if count > 1), None)
            if twice is not None:
                raise ValueError(f"{type(self).__name__}: two parameters are called {twice}: choose different keys for the dict")
        return search.groups

    # -- modules -------------------------------------------------------------------------------------

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """This module (its name is empty) and all modules in it, outer before inner, each once."""
        yield from ParameterSearch(self, Module).modules

    def modules(self) -> list[Module]:
        """This module and all modules in it."""
        return [module for _, module in self.named_modules()]

    def train(self, mode: bool = True) -> Module:
        """Switch this and all inner modules to training mode, in which Dropout drops."""
        checked_flag("mode", mode)
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Module:
        """Switch to evaluation mode: `train(False)`."""
        return self.train(False)

    # -- state ---------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """The numbers of all parameters by attribute path: floats and nested lists of floats.

        >>> from nn import Neuron
        >>> sorted(Neuron(2, seed=0).state_dict())
        ['b', 'w']
        """
        return {name: tree_map(lambda p: p.data, plain_lists(group)) for name, group in self._groups()}

    def load_state_dict(self, state: Mapping[str, Any], strict: bool = True) -> tuple[list[str], list[str]]:
        """Set the parameters to the numbers of a `state_dict`; returns the missing names and the unexpected ones.

        With `strict` there must be none of either. A ValueError names what does not fit; nothing is changed then.
        """
        if not isinstance(state, Mapping):
            instead = ": nn.load(model, path) reads a file" if isinstance(state, str) else ""
            raise TypeError(f"state must be a dict from state_dict(), got {type(state).__name__}{instead}")
        groups = dict(self._groups())
        missing = [name for name in groups if name not in state]
        unexpected = [name for name in state if name not in groups]
        if strict and missing:
            raise ValueError(f"state: missing {listed(missing)}")
        if strict and unexpected:
            raise ValueError(f"state: unexpected {listed(unexpected)}")
        found = [(name, group) for name, group in groups.items() if name in state]
        for name, group in found:
            given = state[name]
            # Sizes are compared first: an array of shape [10**9, 0] holds no numbers but would become a billion lists.
            if sizes(group) != sizes(given) or not same_shape(plain_lists(group), given := plain_lists(given)):
                raise ValueError(f"state: {name} has a different shape: expected {shape_text(group)}, got {shape_text(given)}")
            for number in tree_leaves(given):
                if isinstance(number, bool) or not isinstance(number, (int, float)):
                    raise ValueError(f"state: {name} must hold numbers, got {type(number).__name__}")
                try:
                    float(number)
                except OverflowError:
                    raise ValueError(f"state: {name} holds an integer too large for a float") from None

        def take() -> None:
            for name, group in found:  # converted again, not kept: lists of all would be larger than the file
                for parameter, number in zip(leaves(group), tree_leaves(plain_lists(state[name])), strict=True):
                    parameter.data = number

        never_half(take)
        return missing, unexpected

    @recursive_repr("…")
    def __repr__(self) -> str:
        parts = [part for name, held in vars(self).items() for part in children(name, held)]
        inner = [f"({path}): {module!r}" for path, module in parts]
        body = "".join("\n  " + line.replace("\n", "\n  ") for line in inner)
        return f"{type(self).__name__}({self._described()}{body}{chr(10) if body else ''})"

    def _described(self) -> str:
        """The text in the parentheses of the repr."""
        return ""

    def _repr_html_(self) -> str:
        return self._repr_mimebundle_()["text/html"]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **_: Any) -> dict[str, str]:
        return _display[-1](self)


_display: list[Callable[[Module], dict[str, str]]] = []


def show_modules_with(display: Callable[[Module], dict[str, str]]) -> None:
    """Show modules in notebooks with `display`: the network view imports this module, so it registers itself."""
    _display.append(display)


def children(path: str, held: Any, around: tuple[Any, ...] = ()) -> Iterator[tuple[str, Module]]:
    """The outermost modules in `held`, with their paths; `around` are the containers around it."""
    if isinstance(held, Module):
        yield path, held
    elif not any(held is outer for outer in around):
        for key, item in items(held):
            yield from children(f"{path}.{key}", item, (*around, held))


def checked_module(model: Any) -> Module:
    """`model`; TypeError unless it is a Module.

    >>> checked_module(3)
    Traceback (most recent call last):
    TypeError: model must be a Module, got int
    """
    if isinstance(model, type):
        raise TypeError(f"model must be a Module, got the class {model.__name__}: make an instance, {model.__name__}(…)")
    if not isinstance(model, Module):
        raise TypeError(f"model must be a Module, got {type(model).__name__}")
    return model


def refuse_hidden_methods(model: Module) -> None:
    """TypeError if an attribute hides a method that training may call."""
    for name, held in vars(model).items():
        replaces = callable(held) and (name == "forward" or not isinstance(held, Module))
        if callable(getattr(Module, name, None)) and not replaces:
            raise TypeError(f"{type(model).__name__}.{name} hides the method {name}() of modules: choose another name for it")


@contextmanager
def in_mode(model: Module, training: bool) -> Iterator[None]:
    """Put all modules of `model` in training or evaluation mode; restore each one's own mode afterwards."""
    refuse_hidden_methods(model)
    modes = [(module, module.training) for module in model.modules()]
    model.train(training)
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode
