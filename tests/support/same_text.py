"""Compare texts with numbers in them, up to digits that may differ between machines."""

import re

import pytest

NUMBER = re.compile(r"\d+\.\d+(?:e[+-]?\d+)?")


def nine_digits(text):
    """The text with its numbers to nine digits, on which every libm agrees."""
    return NUMBER.sub(lambda number: f"{float(number[0]):.9g}", text)


def assert_same_text(text, expected):
    """Assert that two texts are the same, except for digits of numbers after the ninth, which another libm may change."""
    assert NUMBER.sub("#", text) == NUMBER.sub("#", expected)
    numbers, others = ([float(number) for number in NUMBER.findall(t)] for t in (text, expected))
    assert numbers == pytest.approx(others, rel=1e-9, abs=1e-12)
