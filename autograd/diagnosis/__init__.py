"""Diagnosis of a graph and its gradients: why they vanish or explode, where the kinks are, what they cost."""

from autograd.diagnosis.kinks import Kink, Kinks, kinks
from autograd.diagnosis.profile import Profile, profile
from autograd.diagnosis.why import Why, why

__all__ = ["Kink", "Kinks", "Profile", "kinks", "profile", "Why", "why"]
