"""Reads typed text as an expression or as lines of Python, and records it with values for its free names."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from autograd import Value
from autograd.expression import ExpressionError, evaluate
from autograd.graph import Graph
from autograd.staleness import same_number
from playground.formula import formula_of, starts, variables_of
from playground.free import CONSTANTS, free_names
from playground.program import result_name
from playground.typed import HINTS, WATCHER, Watcher, check_length, names, run_lines

Numbers = Mapping[str, float | str]  # by name; strings where JSON has no number, such as NaN


class Outcome(NamedTuple):
    """The outcome of running a text.

    `root` is its result, and `scope` maps the names it defined to their values. For lines of Python, the result is the last
    root of `.backward()`, else the value of the last expression, else that of the last assignment; `last` is the value of the
    last line if it is an expression and `.backward()` was never called; `swept` holds the last two roots of `.backward()`;
    `places` maps leaves to the literals that set them, and `overwritten` holds Values whose numbers were changed later.
    For an expression, `texts` maps each node to its source text.
    """

    root: Any
    scope: dict[str, Any]
    last: Any = None
    swept: Sequence[Value] = ()
    texts: Mapping[Value, str] = {}
    places: Mapping[Value, int] = {}
    overwritten: Collection[Value] = ()

    def places_by_name(self) -> dict[str, int]:
        """The places, keyed by the leaves' names on the page and by their names in the lines."""
        names = [(name, x) for name, x in self.scope.items() if type(x) is Value]
        if type(self.root) is Value and self.places:
            graph = Graph(self.root)
            graph.name_from(self.scope)
            names += [(name, node) for node, name in graph.names.items()]
        return {name: self.places[x] for name, x in names if x in self.places}


class At(NamedTuple):
    """The outcome at given numbers, the known places by name, and the numbers that belong to no place."""

    outcome: Outcome
    known: Mapping[str, int]
    left: Mapping[str, float]

    @property
    def places(self) -> dict[str, int]:
        """The places of numbers in the text, by name. Computed on demand: on a large graph it takes longer than recording."""
        return {**self.outcome.places_by_name(), **self.known}


class Reading:
    """A text, its formula if it is one, and its free names in the order they are written.

    >>> read = Reading("y = w*x.relu() + pi")
    >>> read.formula, read.free, read.variables
    (None, ['w', 'x', 'pi'], ['w', 'x'])
    >>> read.record(read.begun({"x": 5.0})).root.data
    13.141592653589793
    """

    def __init__(self, text: str) -> None:
        check_length(text)
        self.text = text
        self.formula = formula_of(text)
        if self.formula is None:
            self.free = free_names(text, {*names(), *HINTS})
            return
        try:
            self.free = variables_of(self.formula.text)
        except ExpressionError as error:
            raise self.formula.slip(error) from None

    @property
    def variables(self) -> list[str]:
        """The free names without the constants."""
        return [name for name in self.free if name not in CONSTANTS]

    @cached_property
    def starts(self) -> dict[str, float]:
        """Initial values of the variables: all positive if the formula is undefined otherwise, as sqrt and log can be."""
        begin = starts(self.free)
        if self.formula is None or min(begin.values(), default=0.0) >= 0.0:
            return begin
        root = self.record({name: Value(begin[name]) if name in begin else CONSTANTS[name] for name in self.free}).root
        return begin if math.isfinite(root.data if type(root) is Value else root) else {name: abs(x) for name, x in begin.items()}

    def begun(self, numbers: Numbers) -> dict[str, Value | float]:
        """The free names and their values: variables have these numbers, or else their initial ones."""
        begin = self.starts
        return {
            name: Value(float(numbers.get(name, begin[name])), label=name) if name in begin else CONSTANTS[name]
            for name in self.free
        }

    def record(self, free: Mapping[str, Value | float], at: Mapping[int, float] | None = None) -> Outcome:
        """Run the text with these values of the free names, and these numbers at the places where lines make Values."""
        return self._of_lines(free, at or {}) if self.formula is None else self._of_expression(free)

    def at(self, numbers: Numbers, places: Mapping[str, int] | None = None) -> At:
        """Run the text at these numbers. `places` are the already known places of numbers in the lines.

        >>> at = Reading("x = [Value(2.0), Value(3.0)]\\ny = x[0]*x[1]*w").at({"x[1]": 5.0, "w": 7.0, "z": 1.0})
        >>> at.outcome.root.data, at.places, at.left
        (70.0, {'x[0]': 0, 'x[1]': 1}, {'z': 1.0})
        """
        free, known = self.begun(numbers), dict(places or {})
        others = {name: float(x) for name, x in numbers.items() if name not in free}
        made = self.record(free, {known[name]: x for name, x in others.items() if name in known})
        unknown = others.keys() - known.keys()
        found = made.places_by_name() if unknown else {}
        if unknown & found.keys():
            known = found | known
            made = self.record(free, {known[name]: x for name, x in others.items() if name in known})
        return At(made, known, {name: x for name, x in others.items() if name not in known})

    def _of_expression(self, free: Mapping[str, Value | float]) -> Outcome:
        assert self.formula is not None
        try:
            root, texts = evaluate(self.formula.text, free)
        except ExpressionError as error:
            raise self.formula.slip(error) from None
        values = {name: x for name, x in free.items() if type(x) is Value}
        return Outcome(_named(root, values, self.formula.name), values, texts=texts)

    def _of_lines(self, free: Mapping[str, Value | float], at: Mapping[int, float]) -> Outcome:
        scope = names() | {"__name__": "__main__"}
        known = {*scope, *(name for name, x in free.items() if type(x) is float)}
        scope |= free
        begun = {x: x.data for x in free.values() if type(x) is Value}
        called = run_lines(self.text, scope, numbers=at)
        watcher: Watcher = scope[WATCHER]
        overwritten = {x for x, number in (begun | watcher.begun).items() if not same_number(x.data, number)}
        places = {x: place for x, place in watcher.places.items() if x not in overwritten}
        made = {name: x for name, x in scope.items() if name not in known and not name.startswith("_")}
        values = [x for name, x in made.items() if type(x) is Value and x is not free.get(name)]
        if called is not None:
            return Outcome(_named(called, made), made, None, watcher.roots, places=places, overwritten=overwritten)
        last = scope.get("_")
        root = _named(last if type(last) is Value else next(reversed(values), None), made)
        return Outcome(root, made, last, watcher.roots, places=places, overwritten=overwritten)


def _named(root: Any, scope: Mapping[str, Any], name: str = "") -> Any:
    """The root, labelled with this name or an unused one if it has no name yet."""
    if type(root) is Value and not root.label and all(x is not root for x in scope.values()):
        root.label = name or result_name(scope)
    return root
