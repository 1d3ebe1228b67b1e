"""Checking gradients against finite differences that know their own error."""

from typing import TYPE_CHECKING, Any

from autograd.testing.finite import differentiate
from autograd.testing.finite.estimate import Estimate
from autograd.testing.gradcheck import check_grads, gradcheck
from autograd.testing.gradcheck.report import Checked, GradcheckReport, GradientError

if TYPE_CHECKING:
    from autograd.testing.given import gradcheck_given
    from autograd.testing.strategies import Dataset, Network, datasets, expressions, networks, numbers, points, values

__all__ = [
    "Checked",
    "Dataset",
    "Estimate",
    "GradcheckReport",
    "GradientError",
    "Network",
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


def __getattr__(name: str) -> Any:
    """What needs Hypothesis is loaded when it is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from autograd.testing import given, strategies

    return getattr(given if name == "gradcheck_given" else strategies, name)
