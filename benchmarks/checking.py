"""How sharp gradcheck is: the smallest error that it would have caught, on random expressions."""

from __future__ import annotations

import statistics

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograd.testing import GradientError, expressions, gradcheck, points

EXPRESSIONS = 1000


def sensitivity() -> str:
    """Of right gradients: how many are refused, and from what relative error on a wrong one would be."""
    refused = 0
    caught: list[float] = []

    @settings(max_examples=EXPRESSIONS, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def check(data: st.DataObject) -> None:
        nonlocal refused
        f = data.draw(expressions())
        try:
            report = gradcheck(f, data.draw(points(f)))
        except GradientError:
            refused += 1
        else:
            caught.extend(derivative.sensitivity for derivative in report.checks if derivative.analytic)

    check()
    sharp = sum(error < 1e-8 for error in caught) / len(caught)
    return f"{refused} of {EXPRESSIONS} refused; median {statistics.median(caught):.1e}, below 1e-8 on {sharp:.0%}"
