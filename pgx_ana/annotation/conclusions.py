"""The conclusion of an association on a genotype or diplotype, seen from that genotype."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pgx_ana.annotation.headlines import HeadlineWriter
from pgx_ana.haplotypes import Diplotype, DiplotypeStatus, Label, Labels, Nomenclature
from pgx_ana.knowledge import (
    COMPARED,
    OTHER_DIPLOTYPES,
    Association,
    Basis,
    Direction,
    Level,
    Message,
    Outcome,
)
from pgx_ana.model import Call, Locus, Variant
from pgx_ana.terms import CallSource, CallStatus

NOT_ASSESSED = "not_assessed"
"""Direction of a conclusion where the genotype was not observed."""

UNDETERMINED = "undetermined"
"""Direction where a copy or the phase is unknown and the possible genotypes differ."""

_NO_PHENOTYPE = ""
_NO_HAPLOTYPE = -1
_MAX_CANDIDATES_TEXT = 80  # characters
_ALL_SITES_KNOWN = frozenset(
    {DiplotypeStatus.DETERMINED, DiplotypeStatus.PRESUMED, DiplotypeStatus.AMBIGUOUS}
)
_COPIES = {"0": "no", "1": "one", "2": "two"}
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


def unphased_genotype(call: Call, variant: Variant) -> str:
    """Return a genotype with its alleles in the order of the variant, whatever their phase.

    Alleles that the variant does not have come after its own, missing copies come last.

    >>> from pgx_ana.terms import CallSource as Source, CallStatus as Status
    >>> v = Variant("rs1", "G", "snv", ("A", "C"), {})
    >>> unphased_genotype(Call(("C", "A"), True, Status.CALLED, Source.RECORD), v)
    'A/C'
    """
    rank = {allele: number for number, allele in enumerate((*variant.alleles, "."))}
    ordered = sorted(
        call.alleles, key=lambda allele: (allele == ".", rank.get(allele, len(rank)), allele)
    )
    return "/".join(ordered) or "."


def candidates_text(diplotype: Diplotype) -> str:
    """Return the candidate diplotypes as text, or the number of haplotypes if that is too long."""
    text = " or ".join(candidate.text for candidate in diplotype.candidates)
    if len(text) > _MAX_CANDIDATES_TEXT:
        names = {
            label.text
            for candidate in diplotype.candidates
            for label in itertools.chain(*candidate.groups)
        }
        return f"two of {len(names)} haplotypes"
    return text


@dataclass(frozen=True, slots=True)
class Claim:
    """An association with what its conclusions need: its outcome, level and basis.

    ``drug_names`` are the names of the drugs of the basis.
    """

    association: Association
    outcome: Outcome
    level: Level
    basis: Basis
    drug_names: tuple[str, ...]


class _Interpreter:
    """Interprets calls under one claim, with the message templates of the knowledge base."""

    def __init__(self, claim: Claim, messages: Mapping[str, Message]) -> None:
        self.association = claim.association
        self._outcome = claim.outcome
        self._messages = messages
        self._headlines = HeadlineWriter(
            messages, claim.outcome.name, claim.level, claim.basis, claim.drug_names
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
            sides = (Direction.LOWER, Direction.HIGHER)
            headline = self._headlines.between(*map(self._group, sides), source)
        elif direction in COMPARED:
            effect = self._effect(direction)
            headline = self._headlines.difference(direction.value, groups, effect, source)
        else:
            headline = self._headlines.plain(f"headline_{direction}", source, genotype=genotype)
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


class VariantInterpreter(_Interpreter):
    """Interprets genotypes under an association of a variant.

    ``studied_allele`` is the allele that most papers call the variant; None where there is none.
    """

    def __init__(
        self,
        claim: Claim,
        messages: Mapping[str, Message],
        variant: Variant,
        locus: Locus,
        studied_allele: str | None,
    ) -> None:
        super().__init__(claim, messages)
        self._variant = variant
        self._locus = locus
        self._studied_allele = studied_allele

    def conclusion(self, call: Call) -> Conclusion:
        """Return the conclusion on a call of the variant."""
        genotype = unphased_genotype(call, self._variant)
        if call.status is CallStatus.CALLED:
            return self._concluded([genotype], genotype, call.source)
        if call.status is CallStatus.PARTIAL:
            return self._partial(call, genotype)
        return self._not_assessed(call.status.value, self._reason(call, genotype))

    def _partial(self, call: Call, genotype: str) -> Conclusion:
        """Return the conclusion where one copy is known."""
        known = next(allele for allele in call.alleles if allele != ".")
        possible = [key for key in self.association.genotypes if known in key.split("/")]
        if len({self.association.genotypes[key] for key in possible}) == 1:
            return self._concluded(possible, genotype, call.source)
        statement = self._message(
            "undetermined", genotypes=_listed(possible), deciding=f"the other copy ({call.reason})"
        )
        return self._undetermined(statement, call.source)

    def _reason(self, call: Call, genotype: str) -> str:
        """Return the sentence where the genotype was not observed."""
        name = call.status.value
        ref = self._locus.ref
        reference_was_studied = self._locus.ref_is_certain and ref == self._studied_allele
        if call.status is CallStatus.ABSENT and reference_was_studied:
            name = "absent_reference_studied"
        return self._message(
            name, variant=self._variant.id, ref=ref, genotype=genotype, reason=call.reason
        )


class HaplotypeInterpreter(_Interpreter):
    """Interprets diplotypes under an association of a haplotype, of diplotypes or of phenotypes.

    The keys of the association's genotypes are the numbers of copies of its haplotype, or names
    of diplotypes, or phenotypes.
    """

    def __init__(
        self, claim: Claim, messages: Mapping[str, Message], nomenclature: Nomenclature
    ) -> None:
        super().__init__(claim, messages)
        self._nomenclature = nomenclature

    def conclusion(self, diplotype: Diplotype, source: CallSource) -> Conclusion:
        """Return the conclusion on a diplotype, or on all diplotypes that are possible."""
        deciding = _listed((*_unknown_allele_note(diplotype), *diplotype.deciding))
        if diplotype.status in {DiplotypeStatus.NOT_ASSESSED, DiplotypeStatus.UNKNOWN_ALLELE} or (
            not diplotype.candidates
        ):
            statement = self._message(
                "haplotypes_not_assessed", haplotypes=self._nomenclature.name, deciding=deciding
            )
            return self._not_assessed(diplotype.status.value, statement)
        found = {key for c in diplotype.candidates for key in self._keys(*c.groups)}
        found.update(self._unlisted_keys(diplotype))
        keys = sorted(found)
        candidates = candidates_text(diplotype)
        if len({self._direction(key) for key in keys}) == 1:
            statement = ""
            if keys == [_NO_PHENOTYPE]:
                statement = self._message(
                    "haplotypes_without_phenotype", haplotypes=self._nomenclature.name
                )
            return self._concluded(keys, candidates, source, statement)
        if diplotype.status is DiplotypeStatus.DETERMINED:
            statement = self._message("haplotypes_beside", diplotype=candidates)
        else:
            statement = self._message("undetermined", genotypes=candidates, deciding=deciding)
        if diplotype.status in _ALL_SITES_KNOWN:
            return self._undetermined(statement, source)
        return self._not_assessed(diplotype.status.value, statement)

    def _direction(self, key: str) -> Direction:
        """Return the direction of a key; not studied where no phenotype is assigned."""
        return Direction.NOT_STUDIED if key == _NO_PHENOTYPE else self.association.genotypes[key]

    def _key_text(self, key: str) -> str:
        """Return a key as shown to the reader: one T-T-T, other diplotypes."""
        if self.association.haplotype is not None:
            names = (
                item.name
                for item in self._nomenclature.haplotypes
                if item.id == self.association.haplotype
            )
            return f"{_COPIES[key]} {next(names)}"
        return f"{key} diplotypes" if key == OTHER_DIPLOTYPES else key

    def _keys(self, first: Labels, second: Labels) -> Iterator[str]:
        """Yield the key of every diplotype that two chromosomes with these labels may have."""
        if self.association.haplotype is not None:
            counts = [set(self._copy_counts(labels)) for labels in (first, second)]
            yield from {str(sum(pair)) for pair in itertools.product(*counts)}
        elif self.association.keyed_by == "phenotype":
            representatives = map(self._labels_by_function, (first, second))
            for first_label, second_label in itertools.product(*representatives):
                yield self._nomenclature.phenotype(first_label, second_label)
        else:
            yield from self._diplotype_keys(_haplotypes_of(first), _haplotypes_of(second))

    def _diplotype_keys(self, first: Iterable[int], second: Iterable[int]) -> Iterator[str]:
        """Yield the key of every pair of haplotypes that two chromosomes may count as."""
        for pair in itertools.product(first, second):
            name = "/".join(
                self._nomenclature.haplotypes[number].name for number in sorted(pair) if number >= 0
            )
            yield name if name in self.association.genotypes else OTHER_DIPLOTYPES

    def _unlisted_keys(self, diplotype: Diplotype) -> Iterator[str]:
        """Yield the keys of combinations that are possible but not among the candidates."""
        if not diplotype.also_possible:
            return
        if self.association.haplotype is not None:
            ids = {self._nomenclature.haplotypes[number].id for number in diplotype.also_possible}
            yield from ("0", "1", "2") if self.association.haplotype in ids else ("0",)
        elif self.association.keyed_by == "phenotype":
            yield _NO_PHENOTYPE
        else:
            for pair in diplotype.also_possible_pairs:
                first, second = (
                    _haplotypes_of(chromosome.labels) | _or_none(chromosome.unlisted)
                    for chromosome in pair
                )
                yield from self._diplotype_keys(first, second)

    def _copy_counts(self, labels: Labels) -> Iterator[int]:
        """Yield the number of copies, 0 or 1, that a chromosome may count as.

        A chromosome that carries further alleles may count as a copy or not.
        """
        for label in labels:
            ids = {self._nomenclature.haplotypes[number].id for number in label.haplotypes}
            carries = self.association.haplotype in ids
            yield int(carries)
            if carries and not label.exact:
                yield 0

    def _labels_by_function(self, labels: Labels) -> Iterable[Label]:
        """Return one label for each function that a chromosome may have."""
        return {self._nomenclature.function(label): label for label in labels}.values()


def _haplotypes_of(labels: Labels) -> set[int]:
    """Return the haplotypes that a chromosome may count as.

    A chromosome that carries further alleles may also count as none of them.
    """
    haplotypes = {number for label in labels for number in label.haplotypes}
    if all(label.exact for label in labels):
        return haplotypes
    return {*haplotypes, _NO_HAPLOTYPE}


def _or_none(haplotypes: frozenset[int]) -> set[int]:
    """Return unlisted haplotypes, with the possibility that the combination counts as none."""
    return {*haplotypes, _NO_HAPLOTYPE} if haplotypes else set()


def _unknown_allele_note(diplotype: Diplotype) -> Iterator[str]:
    if diplotype.status is DiplotypeStatus.UNKNOWN_ALLELE:
        yield "an allele that is not known"


def _listed(names: Sequence[str]) -> str:
    """Return names, or the first few and the number of the others."""
    shown = ", ".join(names[:_MAX_LISTED])
    more = len(names) - _MAX_LISTED
    return f"{shown} and {more} more" if more > 0 else shown
