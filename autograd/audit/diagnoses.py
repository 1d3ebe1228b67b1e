"""The mistakes that an audit knows, in the order in which it prefers them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from autograd.audit import network, penalties, plain, sharing
from autograd.audit.suspect import Diagnosis, Suspect

Hypothesis = Callable[[Suspect], Iterator[Diagnosis]]

# Each looks at one parameter and gives the mistakes that explain its claim. First those that leave nothing to choose,
# the simplest first; then those with a number that is fitted to the claim.
HYPOTHESES: Sequence[Hypothesis] = (
    plain.sign,
    plain.named_factor,
    plain.transpose,
    penalties.penalty_strength,
    sharing.samples,
    sharing.outer_product,
    plain.other_parameter,
    plain.wrong_axis,
    network.activation,
    network.way_back,
    network.another_loss,
    plain.any_factor,
    penalties.penalty_form,
)
WITHOUT_ANY = (penalties.two_mistakes, plain.single_entries)  # asked where no single mistake explains the claim
OF_ANOTHER_SHAPE: Sequence[Hypothesis] = (
    plain.transpose,
    plain.nested_otherwise,
    sharing.samples,
    sharing.outer_product,
    plain.other_parameter,
    plain.wrong_axis,
    plain.wrong_shape,
)


def diagnose(suspects: Sequence[Suspect]) -> dict[str, tuple[Diagnosis, ...]]:
    """For each suspect the mistakes that explain it, the likeliest first: those that explain all of them come before others."""
    found = {}
    for suspect in suspects:
        table = HYPOTHESES if suspect.same_shape else OF_ANOTHER_SHAPE
        found[suspect.name] = _asked(table, suspect) or (_asked(WITHOUT_ANY, suspect) if suspect.same_shape else [])
    common = set.intersection(*map(set, found.values())) if found else set()
    return {name: tuple(sorted(diagnoses, key=lambda one: one not in common)) for name, diagnoses in found.items()}


def _asked(table: Sequence[Hypothesis], suspect: Suspect) -> list[Diagnosis]:
    return [one for hypothesis in table for one in hypothesis(suspect)]
