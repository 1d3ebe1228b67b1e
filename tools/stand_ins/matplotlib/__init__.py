"""A stand-in for Matplotlib where it is unavailable: it sketches curves and points, and names what it leaves out."""

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec

from .absent import absent


class _Rest(MetaPathFinder, Loader):
    """A finder for Matplotlib's missing modules, whose contents do nothing."""

    def find_spec(self, name, path=None, target=None):
        return ModuleSpec(name, self, is_package=True) if name.startswith("matplotlib.") else None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        module.__getattr__ = absent


sys.meta_path.append(_Rest())
rcParams = {}


def use(backend):
    """Do nothing: there is only one way to show a sketch."""
