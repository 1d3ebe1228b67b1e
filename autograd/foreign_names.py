"""What to write for names that other engines have, and this one has not. Read only once such a name has been asked for."""

from __future__ import annotations

from collections.abc import Iterable

from autograd._format import did_you_mean
from autograd._typing import NoReturn

_VALUE = "Value(2.0) is one number, and a list or a NumPy array holds several"
ADVICE = {
    "tensor": _VALUE,
    "Tensor": _VALUE,
    "Variable": _VALUE,
    "array": _VALUE,
    "Function": "custom_op makes an operation of your own",
    "backward": "write y.backward()",
    "max": "write maximum(x, y), or Python's max(values)",
    "min": "write minimum(x, y), or Python's min(values)",
    "clamp": "write clip(x, low, high)",
    "arctan2": "write atan2(y, x)",
    "functional": "grad, jacobian, hessian, jvp, vjp and hvp are in autograd itself",
    "elementwise_grad": "write [grad(f)(x) for x in xs], or compile(f, 0.0) for many at once",
    "jit": "write compile(f, *examples)",
    "vmap": "write compile(f, *examples), which takes arrays with a leading axis",
    "jacfwd": 'write jacobian(f, mode="forward")',
    "jacrev": 'write jacobian(f, mode="reverse")',
    "stop_gradient": "write x.detach()",
    "detect_anomaly": "write with anomaly():",
    "set_grad_enabled": "write with no_grad(): or with enable_grad():",
    "inference_mode": "write with no_grad():",
    "numpy": "NumPy's own functions take Values: np.exp(v)",
}
OPTIONS_OF_BACKWARD = {
    "retain_graph": "the graph stays anyway: write y.backward()",
    "create_graph": "write gradients(y, x, create_graph=True)",
    "gradient": "write y.backward(seed)",
    "inputs": "write gradients(y, inputs)",
}


def told(name: str, known: Iterable[str]) -> str:
    """The end of the error for a name that autograd lacks: what to write, or which name is close.

    >>> told("jit", ["grad"]), told("gradd", ["grad"])
    (': write compile(f, *examples)', ': did you mean grad?')
    """
    return f": {ADVICE[name]}" if name in ADVICE else did_you_mean(name, known)


def refuse_options_of_backward(given: Iterable[str]) -> NoReturn:
    """TypeError for arguments that `backward` does not have."""
    name = next(iter(given))
    advice = f": {OPTIONS_OF_BACKWARD[name]}" if name in OPTIONS_OF_BACKWARD else ""
    raise TypeError(f"backward() got an unexpected keyword argument {name!r}{advice}")
