"""Compiled programs next to what they replace: code by hand in NumPy and C, and other compilers of gradients."""
