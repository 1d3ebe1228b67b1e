"""The smallest error that gradcheck detects, on random expressions."""

from __future__ import annotations

import statistics

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograd.testing import GradientError, expressions, gradcheck, points

EXPRESSIONS = 1000


def detection_limit() -> list[tuple[str, str]]:
    """How many correct gradients gradcheck refuses, and the relative errors above which it detects a wrong one."""
    refused = 0
    limits: list[float] = []

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
            limits.extend(derivative.sensitivity for derivative in report.checks if derivative.analytic)

    check()
    median, below = statistics.median(limits), sum(limit < 1e-8 for limit in limits) / len(limits)
    return [
        (f"false alarms of `gradcheck` on the correct gradients of {EXPRESSIONS:,} random expressions", str(refused)),
        ("derivatives in which a relative error of 1e−8 is detected", f"{100 * below:.0f} %"),
        ("median detection limit, relative", f"{median:.1e}".replace("-", "−").replace("−0", "−")),
    ]
