"""European calls by Black and Scholes: price and five first derivatives, by hand in NumPy and in C."""

from __future__ import annotations

import ctypes
import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np

import autograd

INPUTS = ("spot", "strike", "rate", "volatility", "time")


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


def written_in_c(folder: Path) -> Any:
    """The same in C, compiled in `folder` by the machine's compiler with -O3 -march=native; None if there is none."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    source, library = Path(__file__).with_name("options.c"), folder / "options.so"
    subprocess.run([compiler, "-O3", "-march=native", "-shared", "-fPIC", "-o", library, source, "-lm"], check=True)
    function = ctypes.CDLL(str(library)).prices
    array = np.ctypeslib.ndpointer(dtype=np.float64, flags="C_CONTIGUOUS")
    function.argtypes, function.restype = [ctypes.c_long, *[array] * 11], None
    return function
