"""The sizes of cards: the columns of words, numbers, heads and rows that the cards of a rank share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import NamedTuple

from autograd.viz.cards import Card, Line
from autograd.viz.layered import grown
from autograd.viz.text_size import shortened, sides, text_width

NAME, NUMBER, WORD, LABEL = 12.0, 12.0, 11.0, 11.0  # font sizes
HEAD, LINE = 24.0, 16.0  # heights in a card
PADDING = 8.0
MAX_TEXT, HEAD_SPACE = 190.0, 8.0  # the widest head, and the space between symbol and name
FLAT, FLAT_PADDING, WORD_SPACE = 24.0, 6.0, 4.0  # of a one-line card: its height, the space around its parts, after a word
FLAT_APART = 9.0  # between two numbers on one
ROW_WORDS = {"value": "data", "grad": "grad"}  # above the numbers of rows
ROW_SPACE = 12.0  # before each of them


class RowColumns(NamedTuple):
    """The width of the rows of a rank, and the positions of the decimal points of values and gradients, from the left."""

    width: float = 0.0
    value: float = 0.0
    grad: float = 0.0


class Columns(NamedTuple):
    """The widths that the cards of a rank share: of words, of numbers before and after the decimal point, of whole cards."""

    word: float
    whole: float
    rest: float
    width: float
    rows: RowColumns

    @property
    def point(self) -> float:
        """The position of the decimal points, from the left side of the card."""
        return self.width - PADDING - self.rest


class FlatColumns(NamedTuple):
    """Columns of one-line cards: the width of heads, the positions of words and decimal points, the width of whole cards."""

    head: float
    words: Sequence[float]
    points: Sequence[float]
    width: float


def columns_of(cards: Sequence[Card], rows: Sequence[Card] = ()) -> Columns:
    """The columns that fit all cards of a rank, and the rows on them."""
    lines = [line for card in cards for line in card.lines]
    word = max((text_width(line.word, WORD) for line in lines if line.word), default=0.0)
    numbers = [line for line in lines if line.kind in ("value", "grad")]
    whole, rest = _sides(numbers)
    heads = [_head_width(card) for card in cards]
    wide = [text_width(line.text, WORD) for line in lines if line.kind in ("sum", "about") and not line.word]
    wide += [word + 8.0 + text_width(line.text, WORD) for line in lines if line.kind == "about" and line.word]
    body = word + 8.0 + whole + rest if numbers else 0.0
    own, of_rows = 2 * PADDING + max([28.0, body, *heads, *wide]), _row_columns(rows)
    return Columns(word, whole, rest, grown(max(own, of_rows.width)), of_rows)


def flat_columns(cards: Sequence[Card]) -> FlatColumns:
    """The columns that fit all these cards in one line each."""
    head = 2 * FLAT_PADDING + max(map(_head_width, cards))
    at = head
    words: list[float] = []
    points: list[float] = []
    for lines in zip_longest(*(card.lines for card in cards)):
        given = [line for line in lines if line is not None]
        whole, rest = _sides(given)
        words.append(at + (FLAT_APART if words else FLAT_PADDING))
        points.append(words[-1] + max(text_width(line.word, WORD) for line in given) + WORD_SPACE + whole)
        at = points[-1] + rest
    return FlatColumns(head, words, points, grown(at + FLAT_PADDING))


def _row_columns(rows: Sequence[Card]) -> RowColumns:
    if not rows:
        return RowColumns()
    at, points = PADDING + max(text_width(card.head, WORD) for card in rows), []
    for kind, word in ROW_WORDS.items():
        whole, rest = _sides(line for card in rows for line in card.lines if line.kind == kind)
        whole = max(whole, text_width(word, WORD) - rest)
        points.append(at + ROW_SPACE + whole)
        at = points[-1] + rest
    return RowColumns(at + PADDING, *points)


def _sides(lines: Iterable[Line]) -> tuple[float, float]:
    """The largest widths of these numbers before and after their decimal points."""
    numbers = [sides(line.text, NUMBER) for line in lines]
    return max((whole for whole, _ in numbers), default=0.0), max((rest for _, rest in numbers), default=0.0)


def _head_width(card: Card) -> float:
    symbol, name = head_texts(card)
    return text_width(symbol, NAME, bold=True) + (HEAD_SPACE + text_width(name, NAME) if name else 0.0)


def head_texts(card: Card) -> tuple[str, str]:
    """The head of a card and the name beside it, shortened to fit."""
    symbol = shortened(card.head, MAX_TEXT, NAME, bold=True)
    return symbol, shortened(card.name, max(MAX_TEXT - text_width(symbol, NAME, bold=True), 40.0), NAME)
