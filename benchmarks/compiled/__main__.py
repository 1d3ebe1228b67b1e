"""Benchmark compiled programs against their peers: print a table and draw docs/speed.svg."""

from __future__ import annotations

import os

ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


def main() -> None:
    """Measure everything on one thread, except the rows that say they compare two with one."""
    os.environ.update(ONE_THREAD)  # NumPy and JAX read this when the next line imports them
    from benchmarks.compiled.report import report

    report()


if __name__ == "__main__":
    main()
