"""A stand-in for NumPy where it is unavailable: importing it says so, in a notebook as a note below the cell."""

MESSAGE = (
    "NumPy isn't available on this page, so neither this cell nor those that use its results can run here. "
    "They run on your computer: `pip install 'scalar-autograd[lab]'`"
)


class NotHere(ModuleNotFoundError):
    """NumPy was asked for."""


def _note(shell, kind, error, traceback, tb_offset=None):
    from IPython.display import Markdown, display

    display(Markdown(f"> **Not run.** {MESSAGE}"))


try:
    from IPython import get_ipython

    get_ipython().set_custom_exc((NotHere,), _note)
except (ImportError, AttributeError):  # no notebook
    pass
raise NotHere(MESSAGE, name="numpy")
