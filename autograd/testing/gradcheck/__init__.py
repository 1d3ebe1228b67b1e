"""Gradients checked against finite differences, down to the partials of single ops."""

from autograd.testing.gradcheck.checks import check_grads, gradcheck
from autograd.testing.gradcheck.errors import GradientError
from autograd.testing.gradcheck.report import Checked, GradcheckReport

__all__ = ["Checked", "GradcheckReport", "GradientError", "check_grads", "gradcheck"]
