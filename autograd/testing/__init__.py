"""Checking gradients against finite differences that know their own error."""

from autograd.testing.audit import audit
from autograd.testing.finite import Estimate, differentiate
from autograd.testing.gradcheck import GradientError, gradcheck

__all__ = ["Estimate", "GradientError", "audit", "differentiate", "gradcheck"]
