"""The names from `typing` used in annotations, without importing it, which takes as long as the rest of the package."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Never, NoReturn, final
else:
    Any = Never = NoReturn = object

    def final(cls: type) -> type:
        return cls


__all__ = ["Any", "Never", "NoReturn", "TYPE_CHECKING", "final"]
