"""In place of Matplotlib, where it could not be had: sketches of curves and points, and a word about what it leaves out."""

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec

from .absent import absent


class _Rest(MetaPathFinder, Loader):
    """Modules of Matplotlib that are not here: what is in them does nothing."""

    def find_spec(self, name, path=None, target=None):
        return ModuleSpec(name, self, is_package=True) if name.startswith("matplotlib.") else None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        module.__getattr__ = absent


sys.meta_path.append(_Rest())
rcParams = {}


def use(backend):
    """There is one way to show a sketch."""
