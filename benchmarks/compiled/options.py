"""European calls by Black and Scholes: price and five first derivatives, by hand in NumPy and in C."""

from __future__ import annotations

import ctypes
import math
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import autograd

def price(spot: Any, strike: Any, rate: Any, volatility: Any, time: Any) -> Any:
    """The price of one option, in scalar code."""
    spread = volatility * autograd.sqrt(time)
    d1 = (autograd.log(spot / strike) + (rate + 0.5 * volatility * volatility) * time) / spread
    return spot * _normal(d1) - strike * autograd.exp(-rate * time) * _normal(d1 - spread)


def _normal(x: Any) -> Any:
    return 0.5 * autograd.erfc(x * -math.sqrt(0.5))


def options(count: int) -> list[np.ndarray]:
    """The inputs of so many options, one array each."""
    draw = np.random.default_rng(7)
    bounds = ((80.0, 120.0), (80.0, 120.0), (0.0, 0.05), (0.1, 0.5), (0.1, 2.0))
    return [draw.uniform(low, high, count) for low, high in bounds]


def by_hand(spot: Any, strike: Any, rate: Any, volatility: Any, time: Any) -> tuple[Any, ...]:
    """Prices and their derivatives with respect to the five inputs, in NumPy: the formulas of the textbooks."""
    from scipy.special import ndtr

    root = np.sqrt(time)
    spread = volatility * root
    d1 = (np.log(spot / strike) + (rate + 0.5 * volatility * volatility) * time) / spread
    d2 = d1 - spread
    discount = np.exp(-rate * time)
    delta = ndtr(d1)
    dual_delta = -discount * ndtr(d2)
    density = spot * np.exp(-0.5 * d1 * d1) * (1.0 / math.sqrt(2.0 * math.pi))
    owed = -strike * dual_delta
    rho = time * owed
    vega = density * root
    theta = 0.5 * volatility * density / root + rate * owed
    return spot * delta - owed, delta, dual_delta, rho, vega, theta


def written_in_c(folder: Path, inputs: list[np.ndarray]) -> tuple[Callable[[], None], list[np.ndarray]] | None:
    """The same in C, compiled in `folder` by the machine's compiler: a call, and the arrays it fills; None without one."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    source, library = Path(__file__).with_name("options.c"), folder / "options.so"
    subprocess.run([compiler, "-O3", "-march=native", "-shared", "-fPIC", "-o", library, source, "-lm"], check=True)
    function = ctypes.CDLL(str(library)).prices
    function.restype = None
    results = [np.empty_like(inputs[0]) for _ in range(len(inputs) + 1)]
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in (*inputs, *results)]
    count = ctypes.c_long(len(inputs[0]))
    return lambda: function(count, *pointers), results
