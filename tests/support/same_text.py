"""Texts with numbers in them, compared as far as every machine computes the same."""

import re

import pytest

NUMBER = re.compile(r"\d+\.\d+(?:e[+-]?\d+)?")


def nine_digits(text):
    """The text with its numbers as far as every libm gives them."""
    return NUMBER.sub(lambda number: f"{float(number[0]):.9g}", text)


def assert_same_text(text, expected):
    """Assert that two texts are the same, but for digits of their numbers that another libm may change: those after the ninth."""
    assert NUMBER.sub("#", text) == NUMBER.sub("#", expected)
    numbers, others = ([float(number) for number in NUMBER.findall(t)] for t in (text, expected))
    assert numbers == pytest.approx(others, rel=1e-9, abs=1e-12)
