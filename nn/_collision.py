"""Refuse another distribution's `autograd` at import."""

import autograd

if not hasattr(autograd, "Value"):
    raise ImportError(
        "the module `autograd` that Python found is another distribution's (HIPS autograd has the same import name). "
        "Keep only one of them, preferably in a fresh environment:\n"
        "    pip uninstall --yes autograd scalar-autograd\n"
        "    pip install --force-reinstall scalar-autograd"
    )
