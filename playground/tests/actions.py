"""What a user does in the playground, and what is told there."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

LONG = 60_000  # milliseconds: the machine may be busy


def write(page: Any, text: str, tab: str = "expression") -> None:
    page.click(f"#{tab} .cm-content")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)


def told(page: Any, text: str, where: str) -> None:
    expect(page.locator(where).first).to_contain_text(text, timeout=LONG)
