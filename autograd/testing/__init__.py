"""Checking gradients against finite differences that know their own error, and proofreading gradients made by hand."""

from typing import TYPE_CHECKING, Any

from autograd.testing.audit import audit
from autograd.testing.audit.proofreading import Proofreading
from autograd.testing.finite import differentiate
from autograd.testing.finite.estimate import Estimate
from autograd.testing.gradcheck import check_grads, gradcheck
from autograd.testing.gradcheck.report import Checked, GradcheckReport, GradientError
from autograd.testing.kinks import Kink, Kinks, kinks
from autograd.testing.profile import Profile, profile

if TYPE_CHECKING:
    from autograd.testing.given import gradcheck_given
    from autograd.testing.strategies import Dataset, Network, datasets, expressions, networks, numbers, points, values

__all__ = [
    "Checked",
    "Dataset",
    "Estimate",
    "GradcheckReport",
    "GradientError",
    "Kink",
    "Kinks",
    "Network",
    "Profile",
    "Proofreading",
    "audit",
    "check_grads",
    "datasets",
    "differentiate",
    "expressions",
    "gradcheck",
    "gradcheck_given",
    "kinks",
    "networks",
    "numbers",
    "points",
    "profile",
    "values",
]


def __getattr__(name: str) -> Any:
    """What needs Hypothesis is loaded when it is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from autograd.testing import given, strategies

    return getattr(given if name == "gradcheck_given" else strategies, name)
