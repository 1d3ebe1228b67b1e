"""Which schedulers may look at parameters, which compiled training writes back for them alone."""

from __future__ import annotations

import builtins
import math
from dis import get_instructions
from types import CodeType, FunctionType
from typing import Any

from nn.lr_scheduler import LambdaLR, LRScheduler, SequentialLR


def may_look(scheduler: Any) -> bool:
    """True if it may look at parameters: those of nn.lr_scheduler set rates, but some call functions of the user."""
    if type(scheduler) is LambdaLR:
        return not all(map(knows_numbers_alone, scheduler.lr_lambdas))
    if scheduler is None or type(scheduler) is SequentialLR:
        return any(map(may_look, scheduler.schedulers if scheduler else ()))
    return type(scheduler).__module__ != LRScheduler.__module__


def knows_numbers_alone(function: Any) -> bool:
    """True if it is a function that refers to nothing but numbers, `math` and functions of numbers."""
    if type(function) is not FunctionType or any(isinstance(item, CodeType) for item in function.__code__.co_consts):
        return False
    steps = [(step.opname, step.argval) for step in get_instructions(function)]
    names = [name for op, name in steps if op.startswith("LOAD_GLOBAL")]
    outer = [function.__globals__.get(name, getattr(builtins, name, None)) for name in names]
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    defaults = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    known = (math, abs, bool, divmod, float, int, max, min, pow, range, round, sum)
    imports = any(op.startswith("IMPORT") for op, _ in steps)
    return not imports and all(
        isinstance(item, (bool, int, float, str)) or any(item is one for one in known) for item in (*cells, *outer, *defaults)
    )
