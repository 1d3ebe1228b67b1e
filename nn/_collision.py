"""Refuse another distribution's `autograd` at import."""

import autograd

if not hasattr(autograd, "Value"):
    raise ImportError(
        "Python found the `autograd` module of another distribution (HIPS autograd has the same import name). "
        "Keep only one of them, ideally in a fresh environment:\n"
        "    pip uninstall --yes autograd scalar-autograd\n"
        "    pip install --force-reinstall scalar-autograd"
    )
