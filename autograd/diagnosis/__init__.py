"""What is wrong with a graph and its gradients: why they vanish or explode, where the kinks are, how often each op runs."""

from autograd.diagnosis.kinks import Kink, Kinks, kinks
from autograd.diagnosis.profile import Profile, profile
from autograd.diagnosis.why import why

__all__ = ["Kink", "Kinks", "Profile", "kinks", "profile", "why"]
