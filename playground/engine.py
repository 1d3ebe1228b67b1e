"""The functions that the page calls in Python. Each takes and returns what JSON can represent."""

from __future__ import annotations

import json
import warnings
from importlib import import_module

from autograd.viz.page import plain
from playground import expression, typed
from playground.typed import Slip

FIRST = expression.__name__  # the page shows its first graphs with it
# Each function and its module. Other modules than FIRST are imported on the first call: the page is live before that.
CALLS = {
    "load": "playground.typed",
    "show": FIRST,
    "move": FIRST,
    "tell": FIRST,
    "placed": FIRST,
    "program": FIRST,
    "program_for_torch": FIRST,
    "script": "playground.program",
    **dict.fromkeys(("prepare", "orders", "check", "exported", "exported_for_torch", "replay", "rule"), "playground.training"),
    "answer": "playground.proofreading",
    "letters": "playground.proofreading",
    "proofread": "playground.proofreading",
    "in_python": "playground.proofreading_program",
    "ask": "playground.quiz",
    "look": "playground.lessons",
    "open_lesson": "playground.lessons",
}


def call(name: str, args: str) -> str:
    """Answer a message of the page in JSON: {"answer": …} or {"slip": …}, with the output of typed lines if any ran."""
    typed.printed = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the page says what is wrong in its own way
            result = {"answer": getattr(import_module(CALLS[name]), name)(*json.loads(args))}
    except Slip as slip:
        result = {"slip": slip.place}
    except (RecursionError, MemoryError):  # of Python's own parser, or of what reads the tree
        result = {"slip": Slip(typed.TOO_DEEP).place}
    told: dict[str, str] = {} if typed.printed is None else {"printed": str(typed.printed)}
    return json.dumps(plain({**result, **told}), allow_nan=False)
