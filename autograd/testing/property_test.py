"""gradcheck_given: a function turned into a property test of its own gradient."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from autograd.testing.gradcheck import gradcheck

try:
    import hypothesis
except ModuleNotFoundError as error:
    raise ImportError("autograd.testing: gradcheck_given needs Hypothesis: pip install 'scalar-autograd[testing]'") from error


def gradcheck_given(
    *strategies: Any, conventions: str = "check", **named: Any
) -> Callable[[Callable[..., Any]], Callable[..., None]]:
    """Turn a function into a property test: its gradient is checked at points that Hypothesis draws.

    Takes strategies the way `hypothesis.given` does; `@settings` and `@example` may stand above or below it. pytest
    collects the test under the name of the function, whether or not that starts with `test`. The test fails where the
    conventions at kinks do not give the derivative of a smooth function, unless `conventions="accept"`.

    >>> from hypothesis.strategies import floats
    >>> @gradcheck_given(x=floats(-10, 10))
    ... def softsign(x):
    ...     return x / (1.0 + abs(x))
    >>> softsign()
    """

    def test_of(f: Callable[..., Any]) -> Callable[..., None]:
        signature = inspect.signature(f)
        for parameter in signature.parameters.values():
            if parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD):
                raise TypeError(f"gradcheck_given: arguments must be positional, got {parameter.name!r} of {f.__name__}")

        @functools.wraps(f)
        def check(*args: Any, **kwargs: Any) -> None:
            report = gradcheck(f, signature.bind(*args, **kwargs).args, conventions=conventions)
            if not report:
                raise AssertionError("\n".join(["gradcheck_given:", *report.at_kinks()]))

        given: Any = hypothesis.given(*strategies, **named)
        test = given(check)
        test.__test__ = True  # pytest collects a function of any name that has this
        return test  # type: ignore[no-any-return]

    return test_of
