"""The conclusion of an association on a genotype or diplotype: a direction and a sentence."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pgx_ana.haplotypes import Diplotype, DiplotypeStatus, Label, Labels, Nomenclature
from pgx_ana.knowledge import OTHER_DIPLOTYPES, Association, Direction, GenotypeConclusion, Message
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
_NEEDS_SOURCE_NOTE = frozenset({CallSource.ASSERTED, CallSource.OTHER_STRAND})


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What an association concludes on a genotype: a direction and a sentence."""

    direction: str
    statement: str


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


class _Interpreter:
    """Interprets calls under one association, with the message templates of the knowledge base."""

    def __init__(self, association: Association, messages: Mapping[str, Message]) -> None:
        self.association = association
        self._messages = messages

    def _message(self, name: str, **fields: str) -> str:
        return self._messages[name].text.format(**fields)

    def _with_source_note(self, source: CallSource, direction: str, statement: str) -> Conclusion:
        """Return a conclusion, with a note where it rests on the user's assertion or permission."""
        if source in _NEEDS_SOURCE_NOTE:
            statement = self._message(source.value, statement=statement)
        return Conclusion(direction, statement)


class VariantInterpreter(_Interpreter):
    """Interprets genotypes under an association of a variant.

    ``studied_allele`` is the allele that most papers call the variant; None where there is none.
    """

    def __init__(
        self,
        association: Association,
        messages: Mapping[str, Message],
        variant: Variant,
        locus: Locus,
        studied_allele: str | None,
    ) -> None:
        super().__init__(association, messages)
        self._variant = variant
        self._locus = locus
        self._studied_allele = studied_allele

    def conclusion(self, call: Call) -> Conclusion:
        """Return the conclusion on a call of the variant."""
        genotype = unphased_genotype(call, self._variant)
        if call.status is CallStatus.CALLED:
            curated = self.association.genotypes[genotype]
            direction, statement = curated.direction.value, curated.statement
        elif call.status is CallStatus.PARTIAL:
            direction, statement = self._partial(call)
        else:
            direction, statement = NOT_ASSESSED, self._not_assessed(call, genotype)
        return self._with_source_note(call.source, direction, statement)

    def _partial(self, call: Call) -> tuple[str, str]:
        """Return direction and sentence where one copy is known."""
        known = next(allele for allele in call.alleles if allele != ".")
        possible = [
            genotype for genotype in self.association.genotypes if known in genotype.split("/")
        ]
        conclusions = [self.association.genotypes[genotype] for genotype in possible]
        if _share_direction(conclusions):
            return conclusions[0].direction.value, self._message(
                "partial_agrees",
                known=known,
                reason=call.reason,
                statement=_joined_statements(conclusions),
            )
        return UNDETERMINED, self._message(
            "partial_open", known=known, reason=call.reason, possible=", ".join(possible)
        )

    def _not_assessed(self, call: Call, genotype: str) -> str:
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

    The keys of the association's conclusions are the numbers of copies of its haplotype, or names
    of diplotypes, or phenotypes.
    """

    def __init__(
        self, association: Association, messages: Mapping[str, Message], nomenclature: Nomenclature
    ) -> None:
        super().__init__(association, messages)
        self._nomenclature = nomenclature

    def conclusion(self, diplotype: Diplotype, source: CallSource) -> Conclusion:
        """Return the conclusion on a diplotype, or on all diplotypes that are possible."""
        deciding = ", ".join((*_unknown_allele_note(diplotype), *diplotype.deciding))
        if diplotype.status in {DiplotypeStatus.NOT_ASSESSED, DiplotypeStatus.UNKNOWN_ALLELE} or (
            not diplotype.candidates
        ):
            statement = self._message(
                "haplotypes_not_assessed", haplotypes=self._nomenclature.name, deciding=deciding
            )
            return Conclusion(NOT_ASSESSED, statement)
        keys = {key for c in diplotype.candidates for key in self._keys(*c.groups)}
        keys.update(self._unlisted_keys(diplotype))
        conclusions = [self._conclusion_of(key) for key in sorted(keys)]
        candidates = candidates_text(diplotype)
        if not _share_direction(conclusions):
            direction = UNDETERMINED if diplotype.status in _ALL_SITES_KNOWN else NOT_ASSESSED
            if diplotype.status is DiplotypeStatus.DETERMINED:
                statement = self._message("haplotypes_beside", diplotype=candidates)
            else:
                statement = self._message(
                    "haplotypes_open", candidates=candidates, deciding=deciding
                )
            return self._with_source_note(source, direction, statement)
        statement = _joined_statements(conclusions)
        if not diplotype.diplotype:
            statement = self._message(
                "haplotypes_agree", candidates=candidates, statement=statement
            )
        return self._with_source_note(source, conclusions[0].direction.value, statement)

    def _conclusion_of(self, key: str) -> GenotypeConclusion:
        """Return the curated conclusion on a key; not studied where no phenotype is assigned."""
        if key == _NO_PHENOTYPE:
            statement = self._message(
                "haplotypes_without_phenotype", haplotypes=self._nomenclature.name
            )
            return GenotypeConclusion(direction=Direction.NOT_STUDIED, statement=statement)
        return self.association.genotypes[key]

    def _keys(self, first: Labels, second: Labels) -> Iterator[str]:
        """Yield the key of every diplotype that two chromosomes with these labels may have."""
        if self.association.haplotype is not None:
            counts = [set(self._copy_counts(labels)) for labels in (first, second)]
            yield from {str(sum(pair)) for pair in itertools.product(*counts)}
        elif self.association.phenotypes:
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
        elif self.association.phenotypes:
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


def _share_direction(conclusions: Sequence[GenotypeConclusion]) -> bool:
    return len({conclusion.direction for conclusion in conclusions}) == 1


def _joined_statements(conclusions: Sequence[GenotypeConclusion]) -> str:
    return " / ".join(dict.fromkeys(conclusion.statement for conclusion in conclusions))
