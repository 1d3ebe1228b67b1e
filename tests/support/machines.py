"""Imitations of other machines: other BLAS kernels, NumPy and Numba without newer vector units, another libm.

Each is a few environment variables for a Jupyter kernel. A notebook must show the same on all of them.
"""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import jupytext
import nbformat

from tools.notebooks import NOTEBOOKS, run, stable

CORES = ("Prescott", "Nehalem", "Sandybridge", "Haswell", "Zen", "SkylakeX")  # some values of OPENBLAS_CORETYPE
OTHER_LIBM = {"PYTHONSTARTUP": str(Path(__file__).with_name("other_libm.py"))}
LIBRARIES = "import json, numpy, threadpoolctl; print(json.dumps(threadpoolctl.threadpool_info()))"
UNITS = "from numpy._core import _multiarray_umath as units; print(*units.__cpu_dispatch__)"


def without_vector_units():
    """NumPy's baseline loops, as on an old processor, and compiled programs for one of 2008, which sum in another order.

    NumPy's warnings about units that the processor lacks anyway are ignored.
    """
    disabled = printed(UNITS).strip()
    return {
        "NPY_DISABLE_CPU_FEATURES": disabled,
        "NUMBA_CPU_NAME": "nehalem",
        "NUMBA_CPU_FEATURES": "",
        "PYTHONWARNINGS": "ignore",
    }


def printed(program, **environment):
    """What a program prints in a new Python process, or None if it dies."""
    done = subprocess.run([sys.executable, "-c", program], env=os.environ | environment, capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else None


def blas_used(listed):
    """OpenBLAS's kernel and number of threads, from threadpoolctl's listing; None if NumPy uses another library."""
    found = [library for library in json.loads(listed) if library["internal_api"] == "openblas"]
    return (found[0]["architecture"], found[0]["num_threads"]) if found else None


def _selectable():
    """OpenBLAS kernels that this processor can run, each with a core type that selects it; none without OpenBLAS.

    Several core types share a kernel, and OpenBLAS may report it under another name (Katmai for Prescott). A kernel that needs
    instructions that the processor lacks is replaced by another, or crashes.
    """
    for core in CORES:
        listed = printed(f"import numpy; numpy.ones((64, 64)) @ numpy.ones((64, 64)); {LIBRARIES}", OPENBLAS_CORETYPE=core)
        if listed is not None and (used := blas_used(listed)) is not None:
            yield used[0], core


@cache
def blas_kernels():
    """The first core type that selects each of these kernels, by kernel name."""
    kernels = {}
    for kernel, core in _selectable():
        kernels.setdefault(kernel, core)
    return kernels


@cache
def own_blas():
    """The kernel of OpenBLAS that NumPy uses by default, and its number of threads; None if NumPy uses another library."""
    return blas_used(printed(LIBRARIES))


@cache
def another_machine():
    """A machine that differs from this one in everything: vector units, libm and, if there is a choice, the BLAS kernel."""
    other = next((core for kernel, core in _selectable() if kernel != own_blas()[0]), None)
    return OTHER_LIBM | without_vector_units() | ({"OPENBLAS_CORETYPE": other} if other else {})


def shown_on(machine, name):
    """The notebook as run on another machine, and the BLAS kernel and number of threads actually used."""
    notebook = jupytext.read(NOTEBOOKS / f"{name}.py")
    notebook.cells.append(nbformat.v4.new_code_cell(LIBRARIES))
    run(notebook, **machine)
    return stable(notebook), blas_used(notebook.cells.pop().outputs[0].text)
