"""User actions in the playground, and checks of the page's messages."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.support.browser import await_frame

LONG = 60_000  # milliseconds, generous for a busy machine


def write(page: Any, text: str, tab: str = "expression") -> None:
    page.click(f"#{tab} .cm-content")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)


def resize(page: Any, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    await_frame(page)


def linked(page: Any, tab: str, is_shown: Callable[[dict[str, Any]], bool]) -> None:
    """Wait until the address, which follows the user's actions, names this tab with a state that passes `is_shown`."""

    def is_there(address: str) -> bool:
        packed = address.partition("#a")[2]
        if not packed:
            return False
        found, state = json.loads(zlib.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), -15))
        return bool(found == tab and is_shown(state))

    page.wait_for_url(is_there, timeout=LONG)


def told(page: Any, text: str, where: str) -> None:
    expect(page.locator(where).first).to_contain_text(text)


def finger(page: Any, *places: tuple[float, float]) -> None:
    """Touch the first place, move the finger over the others, and lift it."""
    client = page.context.new_cdp_session(page)
    for i, (x, y) in enumerate(places):
        kind = "touchMove" if i else "touchStart"
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    client.detach()
