"""Figures, shown on request or at the end of their cell."""

from .absent import absent
from .figure import Figure

rcParams = {}
_open = []


def figure(*args, **options):
    _open.append(Figure(**options))
    return _open[-1]


def subplots(nrows=1, ncols=1, figsize=(6.4, 4.8), **options):
    made = figure(figsize=figsize)
    return made, made.subplots(nrows, ncols, **options)


def gcf():
    return _open[-1] if _open else figure()


def gca():
    return gcf().gca()


def plot(*args, **options):
    return gca().plot(*args, **options)


def close(which=None):
    """Close the given figure, the last one, or "all"."""
    if which == "all":
        _open.clear()
    elif which in _open:
        _open.remove(which)
    elif which is None and _open:
        _open.pop()


def show(*args, **options):
    """Show and close all open figures."""
    from IPython.display import display

    shown = _open[:]
    _open.clear()
    for one in shown:
        if any(ax.drawn for ax in one.axes):
            display(one)


def _at_the_end_of_a_cell():
    try:
        from IPython import get_ipython

        get_ipython().events.register("post_execute", show)
    except (ImportError, AttributeError):  # no notebook
        pass


_at_the_end_of_a_cell()
__getattr__ = absent
