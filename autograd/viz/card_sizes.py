"""How large cards are: the columns of words, numbers and heads that the cards of a rank share."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from autograd.viz.cards import Card
from autograd.viz.layered import grown
from autograd.viz.text_size import shortened, sides, text_width

NAME, NUMBER, WORD, LABEL = 12.0, 12.0, 11.0, 11.0  # font sizes
HEAD, LINE = 24.0, 16.0  # heights in a card
PADDING = 8.0
MAX_TEXT, HEAD_SPACE = 190.0, 8.0  # the widest head, and the space in it
FLAT, FLAT_PADDING, WORD_SPACE = 24.0, 6.0, 4.0  # of a card of one line: its height, around its parts, after a word
FLAT_APART = 9.0  # between two numbers on it


class Columns(NamedTuple):
    """The widths that the cards of a rank share: of the words, of numbers before and after the decimal point, and of all."""

    word: float
    whole: float
    rest: float
    width: float

    @property
    def point(self) -> float:
        """Where the decimal points are, from the left side of the card."""
        return self.width - PADDING - self.rest


class FlatColumns(NamedTuple):
    """Cards of one line: the width of their heads, where each word and each decimal point is, and the width of all."""

    head: float
    words: Sequence[float]
    points: Sequence[float]
    width: float


def columns_of(cards: Sequence[Card]) -> Columns:
    """What the cards of one rank need together."""
    lines = [line for card in cards for line in card.lines]
    word = max((text_width(line.word, WORD) for line in lines if line.word), default=0.0)
    numbers = [sides(line.text, NUMBER) for line in lines if line.kind in ("value", "grad")]
    whole, rest = (max((number[side] for number in numbers), default=0.0) for side in (0, 1))
    heads = [_head_width(card) for card in cards]
    wide = [text_width(line.text, WORD) for line in lines if line.kind in ("sum", "about") and not line.word]
    wide += [word + 8.0 + text_width(line.text, WORD) for line in lines if line.kind == "about" and line.word]
    body = word + 8.0 + whole + rest if numbers else 0.0
    return Columns(word, whole, rest, grown(2 * PADDING + max([28.0, body, *heads, *wide])))


def flat_columns(cards: Sequence[Card]) -> FlatColumns:
    """What cards need together if each has one line."""
    head = 2 * FLAT_PADDING + max(map(_head_width, cards))
    at = head
    words: list[float] = []
    points: list[float] = []
    for lines in zip_longest(*(card.lines for card in cards)):
        given = [line for line in lines if line is not None]
        numbers = [sides(line.text, NUMBER) for line in given]
        words.append(at + (FLAT_APART if words else FLAT_PADDING))
        points.append(words[-1] + max(text_width(line.word, WORD) for line in given) + WORD_SPACE + max(x for x, _ in numbers))
        at = points[-1] + max(rest for _, rest in numbers)
    return FlatColumns(head, words, points, grown(at + FLAT_PADDING))


def _head_width(card: Card) -> float:
    symbol, name = head_texts(card)
    return text_width(symbol, NAME, bold=True) + (HEAD_SPACE + text_width(name, NAME) if name else 0.0)


def head_texts(card: Card) -> tuple[str, str]:
    """The head of a card and the name beside it, no wider than a card is."""
    symbol = shortened(card.head, MAX_TEXT, NAME, bold=True)
    return symbol, shortened(card.name, max(MAX_TEXT - text_width(symbol, NAME, bold=True), 40.0), NAME)
