"""Derivatives by finite differences, with a bound on their own error."""

from autograd.testing.finite.differences import differentiate, one_sided, two_sided
from autograd.testing.finite.estimate import Estimate

__all__ = ["Estimate", "differentiate", "one_sided", "two_sided"]
