"""The network tab in Chromium."""

from __future__ import annotations

from typing import Any

import pytest

from playground.tests.actions import LONG, told


@pytest.mark.parametrize("optimizer", ["SGD", "Adam", "RMSprop", "Adagrad"])
def test_training_in_the_page_is_bit_for_bit_that_of_python(page: Any, optimizer: str) -> None:
    page.click("#tab-network")
    page.wait_for_selector("#network .plane", timeout=LONG)
    page.select_option("#network select[name=optimizer]", optimizer)
    told(page, "0 steps", "#network .sentence[role=status]")
    for steps in range(1, 4):
        page.click('#network button:text-is("Step")')
        told(page, f"{steps} steps, loss", "#network .sentence[role=status]")
    page.click("#network button:has-text('Same numbers')")
    told(page, "numbers are those of the engine in Python, to the last bit", "#network .sentence[role=status]")
