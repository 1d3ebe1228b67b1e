"""What to write in place of names from PyTorch's nn, and of arguments of other libraries."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import wraps
from inspect import CO_VARKEYWORDS
from types import FunctionType
from typing import Any, NoReturn, ParamSpec, TypeVar

import autograd
from autograd.extend import MissingSubmodules, refuse_name
from autograd.extend import advice_for as advice_of_autograd

P = ParamSpec("P")
R = TypeVar("R")
KINDS = ("_uniform", "_normal")
LISTS = ("ModuleList", "ModuleDict", "ParameterList", "ParameterDict")
LAYERS = (
    *("AvgPool1d", "AvgPool2d", "BatchNorm1d", "BatchNorm2d", "Bilinear", "Conv1d", "Conv2d", "Conv3d", "Embedding", "Flatten"),
    *("GRU", "GroupNorm", "LSTM", "LayerNorm", "MaxPool1d", "MaxPool2d", "MultiheadAttention", "RNN", "Transformer"),
)
OPTIMIZERS = ("ASGD", "Adadelta", "Adafactor", "Adamax", "LBFGS", "Muon", "RAdam", "Rprop", "SparseAdam")
SCHEDULERS = ("ChainedScheduler", "ConstantLR", "CosineAnnealingWarmRestarts", "CyclicLR", "MultiplicativeLR", "PolynomialLR")
ADVICE = {
    **dict.fromkeys(("Linear", "Dense"), 'write nn.Layer(nin, nout, "linear")'),
    "clip_grad_norm": "write nn.utils.clip_grad_norm_",
    "Parameter": "every Value in a Module is a parameter: write self.w = Value(0.0)",
    "functional": "its functions are in autograd, such as autograd.relu",
    "manual_seed": "seeds are arguments, as in nn.Layer(2, 3, seed=0) and nn.fit(…, seed=0)",
    "DataLoader": "write nn.batches(X, y, batch_size), or nn.fit(…, batch_size=…)",
    "TensorDataset": "X and y are lists, arrays or DataFrames",
    **dict.fromkeys(LISTS, "a Module finds the modules and Values in its lists and dicts"),
    **dict.fromkeys(LAYERS, "subclass nn.Module, and write its forward on Values"),
    **dict.fromkeys(OPTIMIZERS, "subclass nn.optim.Optimizer, and write its update"),
    **dict.fromkeys(SCHEDULERS, "write nn.lr_scheduler.LambdaLR(optimizer, lambda epoch: …), with any function of the epoch"),
    **dict.fromkeys((f"{name}{kind}_" for name in ("xavier", "glorot") for kind in KINDS), 'write nn.Layer(…, init="xavier")'),
    **dict.fromkeys((f"{name}{kind}_" for name in ("kaiming", "he") for kind in KINDS), 'write nn.Layer(…, init="he")'),
}
# Our arguments, by names that other libraries have for them.
ARGUMENTS = {
    **dict.fromkeys(("learning_rate", "eta", "max_learning_rate"), "lr"),
    **dict.fromkeys(("units", "out_features", "output_dim", "output_size", "n_outputs"), "nout"),
    **dict.fromkeys(("in_features", "input_dim", "input_size", "n_inputs"), "nin"),
    **dict.fromkeys(("hidden", "hidden_sizes", "hidden_layers", "hidden_layer_sizes", "layers", "sizes"), "nouts"),
    **dict.fromkeys(("n_epochs", "num_epochs", "max_iter"), "epochs"),
    **dict.fromkeys(("criterion", "loss_fn", "loss_function"), "loss"),
    **dict.fromkeys(("kernel_initializer", "initializer", "weight_init"), "init"),
    **dict.fromkeys(("rate", "prob", "dropout_rate"), "p"),
    **dict.fromkeys(("act", "nonlinearity"), "activation"),
    **dict.fromkeys(("final_activation", "last_activation", "out_activation"), "output_activation"),
    **dict.fromkeys(("n", "n_points", "num_samples"), "n_samples"),
    "epsilon": "eps",
    "rho": "alpha",
    "decay": "weight_decay",
    "batch": "batch_size",
    "metrics": "metric",
    "negative_slope": "slope",
    "verbose": "progress",
    "restore_best_weights": "restore_best",
    "noise_std": "noise",
    "random_state": "seed",
    "seed": "random_state",
    "lr_scheduler": "scheduler",
    "step": "step_size",
    "epochs": "steps",
}
_OF_OPTIMIZERS = "the optimizer has it, such as nn.optim.SGD(net.parameters(), lr=0.1)"
_OF_LOSSES = "the loss has it, such as nn.CrossEntropyLoss(weight=[1.0, 5.0])"
_NO_COUNTERPART = {
    **dict.fromkeys(("lr", "learning_rate", "weight_decay"), _OF_OPTIMIZERS),
    **dict.fromkeys(("beta1", "beta2", "beta_1", "beta_2"), "write betas=(0.9, 0.999)"),
    **dict.fromkeys(("class_weight", "sample_weight"), _OF_LOSSES),
    **dict.fromkeys(("bias", "use_bias"), "leave it out: every neuron has a bias"),
    **dict.fromkeys(("size_average", "reduce"), "write reduction="),
    **dict.fromkeys(("X_val", "validation_split"), "write validation_data=(X_val, y_val); nn.train_test_split splits data"),
    "shuffle": "leave it out: batches are shuffled by seed, and batch_size=None takes all samples at once",
    "momentum": "nn.optim.SGD and RMSprop have it; Adam has betas=(0.9, 0.999)",
    "set_to_none": "leave it out: has_grad is False afterwards",
    "train_size": "write test_size=",
    "return_X_y": "leave it out, and write data.X and data.y",
    "as_frame": "leave it out: data.X is a list of rows, and data.feature_names has its columns",
    "from_logits": "write nn.BCEWithLogitsLoss(), or nn.CrossEntropyLoss(), which takes logits",
    "mode": "leave it out: a loss should fall, and a metric rise",
    "last_epoch": "leave it out: load_state_dict resumes",
}

MODULES = tuple(f"nn.{name}" for name in ("optim", "lr_scheduler", "init", "utils", "plot"))


def advising(function: Callable[P, R]) -> Callable[P, R]:
    """The function; its TypeError for an argument of other libraries says what to write.

    >>> advising(lambda lr: None)(learning_rate=0.1)
    Traceback (most recent call last):
    TypeError: <lambda>() got an unexpected keyword argument 'learning_rate': write lr=
    """
    code = getattr(function, "__code__", None)
    if code is None or code.co_flags & CO_VARKEYWORDS:
        return function
    known = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]

    @wraps(function)
    def called(*args: P.args, **given: P.kwargs) -> R:
        for name in given:
            if name not in known:
                ours = ARGUMENTS.get(name)
                advice = f"write {ours}=" if ours in known else _NO_COUNTERPART.get(name)
                if advice:
                    raise TypeError(f"{function.__qualname__}() got an unexpected keyword argument {name!r}: {advice}")
        return function(*args, **given)

    return called


def advise_on_init(kind: type[Any]) -> None:
    """Make the constructor of a class of nn `advising`; those of users' own classes stay as they are."""
    if "__init__" in vars(kind) and kind.__module__.startswith("nn."):
        kind.__init__ = advising(kind.__init__)


def refusing(module: str, known: Iterable[str] | None = None) -> Callable[[str], NoReturn]:
    """A `__getattr__` for a module of nn: its error for a missing name says what to write, or which name is close."""

    def refuse(name: str) -> NoReturn:
        if name == "__path__":  # Python asks for it at every import
            raise AttributeError(name)
        refuse_name(module, name, advice_for(name, _own(module) if known is None else known))

    return refuse


def _own(module: str) -> list[str]:
    """Names of the public classes and functions defined in a module or the modules inside it."""
    held = {name: x for name, x in vars(sys.modules[module]).items() if isinstance(x, (type, FunctionType))}
    return [name for name, x in held.items() if x.__module__.startswith(module) and not name.startswith("_")]


def advice_for(name: str, known: Iterable[str]) -> str:
    """The end of the error for a name missing from nn: what to write, where it is, or which name is close.

    >>> advice_for("SGD", ["MLP"]), advice_for("relu", ["MLP"]), advice_for("mlp", ["MLP"])
    (': write nn.optim.SGD', ': write autograd.relu', ': did you mean MLP?')
    """
    if name in ADVICE:
        return f": {ADVICE[name]}"
    for module in MODULES:
        if f"nn.{name}" == module:
            return f": write {module}"
        if name in _own(module):
            return f": write {module}.{name}"
    return f": write autograd.{name}" if name in autograd.__all__ else advice_of_autograd(name, known)


sys.meta_path.append(MissingSubmodules("nn", lambda name: advice_for(name, sys.modules["nn"].__all__)))
