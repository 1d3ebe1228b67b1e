"""An imitation of another C library: the functions of `math` are off by one bit here and there.

Real libraries differ in the last bit of one result in hundreds or thousands. This one differs in two of three, so that a short
training run shows what a long one would. Results that every library gets right, such as exp(0) and x**1, are left alone.
A Jupyter kernel runs this file before its first cell if PYTHONSTARTUP names it.
"""


def be_another_libm():
    import functools
    import math
    import sys

    def off_by_a_bit(function):
        @functools.wraps(function)
        def nearly(*args):
            result = function(*args)
            if result != result or result == round(result, 6) or result in args:
                return result
            return math.nextafter(result, (-math.inf, result, math.inf)[hash((function.__name__, *args)) % 3])

        return nearly

    inexact = "acos acosh asin asinh atan atan2 atanh cbrt cos cosh erf erfc exp exp2 expm1 gamma lgamma log log10 log1p log2"
    for name in f"{inexact} pow sin sinh tan tanh".split():
        setattr(math, name, off_by_a_bit(getattr(math, name)))
    sys.modules["numba"] = None  # which calls the real functions; compiled programs run on NumPy instead


if __name__ == "__main__":
    be_another_libm()
    del be_another_libm
