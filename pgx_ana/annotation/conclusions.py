"""The conclusion of an association on a genotype or diplotype, seen from that genotype."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pgx_ana.annotation.headlines import HeadlineWriter
from pgx_ana.knowledge import (
    COMPARED,
    Association,
    Basis,
    Direction,
    Level,
    Message,
    Outcome,
)
from pgx_ana.terms import CallSource

NOT_ASSESSED = "not_assessed"
"""Direction of a conclusion where the genotype was not observed."""

UNDETERMINED = "undetermined"
"""Direction where a copy or the phase is unknown and the possible genotypes differ."""

_MAX_LISTED = 5


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What an association concludes on a genotype.

    ``compared_with`` are the genotypes that it is compared with, ``effect`` is whether the
    difference is better or worse for the person, or neutral; empty where there is none. ``caution``
    is what must not be concluded; empty where nothing was concluded.
    """

    direction: str
    compared_with: tuple[str, ...]
    effect: str
    headline: str
    statement: str
    caution: str


@dataclass(frozen=True, slots=True)
class Claim:
    """An association with what its conclusions need: its outcome, level and basis.

    ``drug_names`` are the names of the drugs of the basis, ``drug`` is that of its drug.
    """

    association: Association
    outcome: Outcome
    level: Level
    basis: Basis
    drug_names: tuple[str, ...]
    drug: str


class Interpreter:
    """Interprets calls under one claim, with the message templates of the knowledge base."""

    def __init__(self, claim: Claim, messages: Mapping[str, Message]) -> None:
        self.association = claim.association
        self._outcome = claim.outcome
        self._messages = messages
        self._headlines = HeadlineWriter(
            messages, claim.outcome.name, claim.level, claim.basis, claim.drug_names, claim.drug
        )

    def _message(self, name: str, **fields: str) -> str:
        return self._messages[name].text.format(**fields)

    def _not_assessed(self, status: str, statement: str) -> Conclusion:
        """Return the conclusion where the genotype was not observed."""
        headline = self._headlines.plain(
            "headline_not_assessed", CallSource.NONE, status=status.replace("_", " ")
        )
        return Conclusion(NOT_ASSESSED, (), "", headline, statement, "")

    def _undetermined(self, statement: str, source: CallSource) -> Conclusion:
        """Return the conclusion where the possible genotypes differ."""
        headline = self._headlines.plain("headline_undetermined", source)
        return Conclusion(UNDETERMINED, (), "", headline, statement, self.association.caution or "")

    def _concluded(
        self, keys: Sequence[str], genotype: str, source: CallSource, statement: str = ""
    ) -> Conclusion:
        """Return the conclusion on genotypes that share their direction."""
        direction = self._direction(keys[0])
        groups = self._compared_with(keys, direction)
        if direction is Direction.BETWEEN:
            lower, higher = self._group(Direction.LOWER), self._group(Direction.HIGHER)
            headline = self._headlines.between(lower, higher, source)
        elif direction in COMPARED:
            effect = self._effect(direction)
            named = self._named(groups)
            headline = self._headlines.difference(direction.value, named, effect, source)
        elif direction is Direction.NOT_STUDIED:
            headline = self._headlines.not_studied(genotype, source)
        else:
            headline = self._headlines.plain(f"headline_{direction}", source)
        return Conclusion(
            direction.value,
            groups,
            self._effect(direction),
            headline,
            statement or self.association.statement,
            self.association.caution or "",
        )

    def _direction(self, key: str) -> Direction:
        return self.association.genotypes[key]

    def _compared_with(self, keys: Sequence[str], direction: Direction) -> tuple[str, ...]:
        """Return the genotypes with which others are compared, as shown to the reader."""
        if direction is Direction.HIGHER:
            return self._group(Direction.LOWER)
        if direction is Direction.LOWER:
            return self._group(Direction.HIGHER)
        if direction is Direction.BETWEEN:
            return (*self._group(Direction.LOWER), *self._group(Direction.HIGHER))
        if direction is Direction.NOT_STUDIED:
            return ()
        studied = (
            key
            for key, found in self.association.genotypes.items()
            if found is not Direction.NOT_STUDIED and key not in keys
        )
        return tuple(map(self._key_text, studied))

    def _named(self, groups: tuple[str, ...]) -> tuple[str, ...]:
        """Return the groups as a headline names them."""
        return groups

    def _group(self, direction: Direction) -> tuple[str, ...]:
        return tuple(map(self._key_text, self.association.with_direction(direction)))

    def _key_text(self, key: str) -> str:
        return key

    def _effect(self, direction: Direction) -> str:
        """Return whether a difference is better or worse for the person; empty for none."""
        if direction not in {Direction.HIGHER, Direction.LOWER}:
            return ""
        if direction is Direction.HIGHER or self._outcome.higher_is == "neutral":
            return self._outcome.higher_is
        return {"better": "worse", "worse": "better"}[self._outcome.higher_is]


def listed(names: Sequence[str]) -> str:
    """Return names, or the first few and the number of the others."""
    shown = ", ".join(names[:_MAX_LISTED])
    more = len(names) - _MAX_LISTED
    return f"{shown} and {more} more" if more > 0 else shown
