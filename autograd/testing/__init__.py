"""Gradient checks against finite differences that estimate their own error."""

from typing import TYPE_CHECKING, Any

from autograd.testing.finite_differences import Estimate, differentiate
from autograd.testing.gradcheck import Checked, GradcheckReport, GradientError, check_grads, gradcheck

if TYPE_CHECKING:
    from autograd.testing.strategies import (
        LabelledRows,
        SmallNetwork,
        datasets,
        expressions,
        gradcheck_given,
        networks,
        numbers,
        points,
        values,
    )

__all__ = [
    "Checked",
    "Estimate",
    "GradcheckReport",
    "GradientError",
    "LabelledRows",
    "SmallNetwork",
    "check_grads",
    "datasets",
    "differentiate",
    "expressions",
    "gradcheck",
    "gradcheck_given",
    "networks",
    "numbers",
    "points",
    "values",
]


if not TYPE_CHECKING:  # hidden from type checkers, which would otherwise accept any name

    def __getattr__(name: str) -> Any:
        """Import the names that need Hypothesis on first use."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from autograd.testing import strategies

        return getattr(strategies, name)
