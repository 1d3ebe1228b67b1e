"""Refuse another distribution's `autograd` at import."""

import autograd

if not hasattr(autograd, "Value"):
    raise ImportError(
        "the module `autograd` that Python found is not ours but another distribution (HIPS autograd has the same import name). "
        "Keep one of them, best in a fresh environment:\n"
        "    pip uninstall --yes autograd scalar-autograd\n"
        "    pip install --force-reinstall scalar-autograd"
    )
