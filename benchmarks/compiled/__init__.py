"""Benchmarks of compiled programs against what they replace: handwritten NumPy and C, and other gradient compilers."""
