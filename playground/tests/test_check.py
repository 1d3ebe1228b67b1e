"""The check tab in Chromium."""

from __future__ import annotations

from typing import Any

from playground.tests.actions import told


def test_a_gradient_derived_by_hand_is_proofread(page: Any) -> None:
    page.click("#tab-check")
    told(page, "the derivative of tanh in layer 1 is missing", "#check .answer")
