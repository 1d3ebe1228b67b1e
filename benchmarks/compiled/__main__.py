"""Compiled programs next to their peers: prints a table, and draws docs/speed.svg."""

from __future__ import annotations

import os

ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


def main() -> None:
    """Measure everything on one thread; where two are compared with one, the text says so."""
    os.environ.update(ONE_THREAD)  # read when NumPy and JAX are loaded, which the next line does
    from benchmarks.compiled.report import report

    report()


if __name__ == "__main__":
    main()
