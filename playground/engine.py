"""What the page asks Python for. Each function takes and gives what JSON can say."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from typing import Any

from autograd.viz.page import plain
from playground import typed
from playground.expression import move, program, show, tell
from playground.proofreading import answer
from playground.training import check, prepare
from playground.typed import Slip

CALLS: dict[str, Callable[..., Any]] = {
    "show": show,
    "move": move,
    "tell": tell,
    "program": program,
    "prepare": prepare,
    "check": check,
    "answer": answer,
}


def call(name: str, args: str) -> str:
    """The answer to a message of the page, as JSON: {"answer": …} or {"slip": …}; with what typed lines printed, if any ran."""
    typed.printed = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the page says what is wrong in its own way
            result = {"answer": CALLS[name](*json.loads(args))}
    except Slip as slip:
        result = {"slip": slip.place}
    told = {} if typed.printed is None else {"printed": str(typed.printed)}
    return json.dumps(plain({**result, **told}), allow_nan=False)
