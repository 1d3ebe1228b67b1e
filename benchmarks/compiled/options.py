"""Black–Scholes prices of European calls and their five first derivatives: compiled, and by hand in NumPy and C."""

from __future__ import annotations

import ctypes
import math
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import autograd
from benchmarks import timing
from benchmarks.compiled.figures import OURS, Figure, agree


def price(spot: Any, strike: Any, rate: Any, volatility: Any, time: Any) -> Any:
    """The price of one option, in scalar code."""
    spread = volatility * autograd.sqrt(time)
    d1 = (autograd.log(spot / strike) + (rate + 0.5 * volatility * volatility) * time) / spread
    return spot * _normal(d1) - strike * autograd.exp(-rate * time) * _normal(d1 - spread)


def _normal(x: Any) -> Any:
    return 0.5 * autograd.erfc(x * -math.sqrt(0.5))


def options(count: int) -> list[np.ndarray]:
    """The inputs of `count` options, one array each."""
    draw = np.random.default_rng(7)
    bounds = ((80.0, 120.0), (80.0, 120.0), (0.0, 0.05), (0.1, 0.5), (0.1, 2.0))
    return [draw.uniform(low, high, count) for low, high in bounds]


def by_hand(spot: Any, strike: Any, rate: Any, volatility: Any, time: Any) -> tuple[Any, ...]:
    """Prices and their derivatives with respect to the five inputs, by textbook formulas in NumPy."""
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
    """The same in C, built in `folder`: a function, and the arrays it fills; None if no C compiler is installed."""
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


def figures() -> Iterator[Figure]:
    """A million options against NumPy, a thousand against NumPy and C."""
    many = options(10**6)
    run = compiled(many)
    agree("options, ours", run(), by_hand(*many))
    title = "price and Greeks of 10⁶ options"
    yield Figure(title, timing.alternate({OURS: run, "NumPy by hand": lambda: by_hand(*many)}), {"NumPy by hand": 1.2})
    few = options(1000)
    run = compiled(few)
    for i, price_and_greeks in enumerate(zip(*run(), strict=True)):
        value, greeks = autograd.value_and_grad(price, argnums=range(5))(*[float(column[i]) for column in few])
        agree("options, ours", price_and_greeks, (value, *greeks))
    with tempfile.TemporaryDirectory() as folder:
        runs = {OURS: run, "NumPy by hand": lambda: by_hand(*few)}
        in_c = written_in_c(Path(folder), few)
        if in_c is not None:
            call, results = in_c
            call()
            agree("options, C", results, by_hand(*few))
            runs["C"] = call
        yield Figure("the same for 1000 options", timing.alternate_short(runs), {"C": 1.5})


def compiled(columns: list[np.ndarray]) -> Callable[[], list[np.ndarray]]:
    """The compiled price: a function that returns prices and Greeks, one array each."""
    program = autograd.compile(price, *[float(column[0]) for column in columns])

    def run() -> list[np.ndarray]:
        value, greeks = program.value_and_grad(*columns, argnums=(0, 1, 2, 3, 4))
        return [value, *greeks]

    with timing.processors(1):
        run()
    return run
