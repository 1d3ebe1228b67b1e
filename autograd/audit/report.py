"""The results of an audit: as text, as rows, as a table in a notebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograd._format import listed, printable, told_apart
from autograd._html import card, table
from autograd.audit.claim import Claim, Diagnosis, Entry
from autograd.audit.parameters import shape_text

MAX_ALTERNATIVES = 4
UNEXPLAINED = "no single known mistake explains it"
HIDDEN = "at the given point, rounding hides which is right"


class Verdict:
    """The verdict on the claimed gradient of one parameter.

    `entries` are those at the given point, or at the first nearby point where some differ; there are none if the
    claim has another shape. It is `undecided` if rounding hides which is right, and `apart` if it and others each take
    a side of a kink, but not all the same one. `diagnosis` is the likeliest mistake, None if the claim agrees or
    nothing explains it; `also_possible` are others that explain it too. `points` is the number of points at which it
    was judged; `kinks` are the ops at a kink at the given point.
    """

    def __init__(self, claim: Claim, diagnoses: Sequence[Diagnosis], apart: bool) -> None:
        differs = (i for i, entries in enumerate(claim.entries) if not all(entry.agrees for entry in entries))
        first = next(differs, 0)
        self.name, self.shape, self.claimed_shape = claim.name, claim.shape, claim.claimed_shape
        self.agrees, self.apart = claim.agrees and not apart, apart
        self.entries = claim.entries[first] if claim.entries else []
        self.undecided, self.hidden_here = claim.undecided, claim.hidden_here
        self.points, self.only_nearby = len(claim.losses), first > 0 or (claim.hidden_here and not claim.undecided)
        self.kinks, self.takes_a_side = claim.loss.sides.ops, claim.takes_a_side
        self.diagnosis, self.also_possible = next(iter(diagnoses), None), tuple(diagnoses[1:])

    def __repr__(self) -> str:
        lines = [f"{self.name} ({shape_text(self.shape)}): {self.sentence()}"]
        lines += [f"    likely: {self.likely()}"] if self.likely() else []
        lines += [f"    also possible: {self.others()}"] if self.also_possible else []
        return "\n".join(map(printable, lines))

    def sentence(self) -> str:
        """The verdict in words; at a kink, also that either side counts."""
        if self.apart:
            return f"contradicts the others: {self.conflict}"
        either = self.takes_a_side and (self.agrees or self.only_nearby)
        kink = f"; the given point is at a kink of {listed(self.kinks)}, where either side is accepted" if either else ""
        return self._sentence() + kink

    @property
    def conflict(self) -> str:
        """Why it and others cannot all hold; empty if they can."""
        return f"at the kink of {listed(self.kinks)}, no side gives all these numbers" if self.apart else ""

    def _sentence(self) -> str:
        if self.agrees and self.hidden_here:
            nearby = "a nearby point" if self.points == 1 else f"{self.points} nearby points"
            return f"agrees at {nearby}; {HIDDEN}"
        if self.agrees:
            return "agrees" if self.points > 1 else "agrees at the given point, the only one checked"
        if self.undecided:
            entry = next(entry for entry in self.entries if entry.hidden)
            claimed, found = told_apart(entry.claimed, entry.gradient)
            at = f" at {entry.place}" if self.shape else ""
            return f"cannot be judged{at}: claimed {claimed}, the engine computes {found}, but {HIDDEN}; choose another point"
        if self.shape != self.claimed_shape:
            return "does not hold"
        wrong = [entry for entry in self.entries if not entry.agrees]
        worst = max(wrong, key=lambda entry: abs(entry.claimed - entry.gradient))
        differ, agree, at = ("differ", "they agree", "most at") if len(wrong) > 1 else ("differs", "it agrees", "at")
        given = HIDDEN if self.hidden_here else f"{agree} at the given one"
        where = f" (at a nearby point; {given})" if self.only_nearby else ""
        claimed, right = told_apart(worst.claimed, worst.gradient)
        count = f"{len(wrong)} of {len(self.entries)} entries {differ}{where}, {at} {worst.place}"
        return f"{count if self.shape else f'differs{where}'}: claimed {claimed}, should be {right}"

    def likely(self) -> str:
        """The likely mistake in words; empty unless the claim itself is wrong."""
        if self.agrees or self.undecided or self.apart:
            return ""
        if self.diagnosis is None:
            return UNEXPLAINED
        return self.diagnosis.text + (" (at this point)" if self.points == 1 else "")

    def others(self) -> str:
        texts = [diagnosis.text for diagnosis in self.also_possible]
        more = len(texts) - MAX_ALTERNATIVES
        return "; ".join([*texts[:MAX_ALTERNATIVES], f"{more} more"] if more > 0 else texts)


def verdict_on(what: str, holds: Sequence[bool], undecided: int) -> str:
    """How many do not hold, and how many cannot be judged; empty if all hold.

    >>> verdict_on("statements", [True, False, False], 1), verdict_on("statements", [True], 0)
    ('1 of 3 statements does not hold, 1 cannot be judged', '')
    """
    count, wrong = len(holds), holds.count(False) - undecided
    if wrong:
        verb = "does" if wrong == 1 else "do"
        return f"{wrong} of {count} {what} {verb} not hold" + (f", {undecided} cannot be judged" if undecided else "")
    return f"{undecided} of {count} {what} cannot be judged" if undecided else ""


@dataclass(frozen=True)
class AuditReport:
    """The results of an audit; true if every claimed gradient agrees. `parameters` maps each name to a Verdict.

    >>> from autograd.audit import audit
    >>> report = audit(lambda w: w**2, lambda w: w, at=3.0)
    >>> bool(report), report.parameters["w"].agrees
    (False, False)
    """

    parameters: Mapping[str, Verdict]

    def __bool__(self) -> bool:
        return all(verdict.agrees for verdict in self)

    def __iter__(self) -> Iterator[Verdict]:
        return iter(self.parameters.values())

    def __getitem__(self, name: str) -> Verdict:
        return self.parameters[name]

    def table(self) -> list[Entry]:
        """The entries of all parameters."""
        return [entry for verdict in self for entry in verdict.entries]

    def headline(self) -> str:
        """The verdict in a sentence."""
        agree, undecided = [verdict.agrees for verdict in self], sum(verdict.undecided for verdict in self)
        verdict = verdict_on("claimed gradients", agree, undecided)
        return f"{verdict}." if verdict else f"All claimed gradients agree ({len(agree)})."

    def __repr__(self) -> str:
        return "\n".join([self.headline(), *map(repr, self)])

    def _repr_html_(self) -> str:
        verdicts = [[v.name, shape_text(v.shape), v.sentence(), v.likely(), v.others()] for v in self]
        columns = ["parameter", "shape", "verdict", "likely mistake", "also possible"]
        parts = [table(columns, verdicts)]
        wrong = [entry for entry in self.table() if entry.place and not entry.agrees]  # for a lone number the verdict says it all
        rows = [[one.parameter + one.place, *told_apart(one.claimed, one.gradient)] for one in wrong]
        if rows:
            parts.append(table(["entry", "claimed", "gradient"], rows, "Entries that differ", kinds="ts"))
        return card(self.headline(), *parts, holds=bool(self))
