"""What an association says of a genotype or diplotype: a direction and a sentence."""

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
_MAX_TOLD = 80  # characters
_SETTLED = frozenset(
    {DiplotypeStatus.DETERMINED, DiplotypeStatus.PRESUMED, DiplotypeStatus.AMBIGUOUS}
)
_SAID = {CallSource.ASSERTED, CallSource.OTHER_STRAND}


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What an association says of some people: a direction and a sentence."""

    direction: str
    statement: str


def unphased_genotype(cell: Call, variant: Variant) -> str:
    """Return a genotype with its alleles in the order of the variant, whatever their phase.

    >>> from pgx_ana.terms import CallSource as Source, CallStatus as Status
    >>> v = Variant("rs1", "G", "snv", ("A", "C"), {})
    >>> unphased_genotype(Call(("C", "A"), True, Status.CALLED, Source.RECORD), v)
    'A/C'
    """
    rank = {base: number for number, base in enumerate((*variant.alleles, "."))}
    ordered = sorted(cell.alleles, key=lambda base: (base == ".", rank.get(base, len(rank)), base))
    return "/".join(ordered) or "."


def candidates_text(diplotype: Diplotype) -> str:
    """Return the diplotypes that are possible as text, or their number where they are many."""
    text = " or ".join(candidate.text for candidate in diplotype.candidates)
    if len(text) > _MAX_TOLD:
        alleles = {
            label.text
            for candidate in diplotype.candidates
            for label in itertools.chain(*candidate.groups)
        }
        return f"two of {len(alleles)} haplotypes"
    return text


class _Interpreter:
    """Fills in sentences."""

    def __init__(self, association: Association, messages: Mapping[str, Message]) -> None:
        self.association = association
        self._messages = messages

    def _say(self, name: str, **fields: str) -> str:
        return self._messages[name].text.format(**fields)

    def _marked(self, source: CallSource, direction: str, statement: str) -> Conclusion:
        """Return a conclusion that says so where it rests on what the user said."""
        if source in _SAID:
            statement = self._say(source.value, statement=statement)
        return Conclusion(direction, statement)


class VariantInterpreter(_Interpreter):
    """Speaks for an association of a variant; ``studied`` is the base that was studied, if any."""

    def __init__(
        self,
        association: Association,
        messages: Mapping[str, Message],
        variant: Variant,
        locus: Locus,
        studied: str | None,
    ) -> None:
        super().__init__(association, messages)
        self._variant = variant
        self._locus = locus
        self._studied = studied

    def conclusion(self, cell: Call) -> Conclusion:
        """Return what is said of a cell."""
        genotype = unphased_genotype(cell, self._variant)
        if cell.status is CallStatus.CALLED:
            said = self.association.genotypes[genotype]
            direction, statement = said.direction.value, said.statement
        elif cell.status is CallStatus.PARTIAL:
            direction, statement = self._partial(cell)
        else:
            direction, statement = NOT_ASSESSED, self._not_assessed(cell, genotype)
        return self._marked(cell.source, direction, statement)

    def _partial(self, cell: Call) -> tuple[str, str]:
        known = next(base for base in cell.alleles if base != ".")
        possible = [
            genotype for genotype in self.association.genotypes if known in genotype.split("/")
        ]
        said = [self.association.genotypes[genotype] for genotype in possible]
        if _agree(said):
            return said[0].direction.value, self._say(
                "partial_agrees", known=known, reason=cell.reason, statement=_statements(said)
            )
        return UNDETERMINED, self._say(
            "partial_open", known=known, reason=cell.reason, possible=", ".join(possible)
        )

    def _not_assessed(self, cell: Call, genotype: str) -> str:
        name = cell.status.value
        ref = self._locus.ref
        if cell.status is CallStatus.ABSENT and self._locus.ref_is_certain and ref == self._studied:
            name = "absent_reference_studied"
        return self._say(
            name, variant=self._variant.id, ref=ref, genotype=genotype, reason=cell.reason
        )


class HaplotypeInterpreter(_Interpreter):
    """Speaks for an association of a haplotype, or of diplotypes or phenotypes of a set."""

    def __init__(
        self, association: Association, messages: Mapping[str, Message], nomenclature: Nomenclature
    ) -> None:
        super().__init__(association, messages)
        self._nomenclature = nomenclature

    def conclusion(self, diplotype: Diplotype, source: CallSource) -> Conclusion:
        """Return what is said of a diplotype, or of all that are possible."""
        deciding = ", ".join((*_unknown(diplotype), *diplotype.deciding))
        if diplotype.status in {DiplotypeStatus.NOT_ASSESSED, DiplotypeStatus.UNKNOWN_ALLELE} or (
            not diplotype.candidates
        ):
            statement = self._say(
                "haplotypes_not_assessed", haplotypes=self._nomenclature.name, deciding=deciding
            )
            return Conclusion(NOT_ASSESSED, statement)
        possible = {key for c in diplotype.candidates for key in self._keys(*c.groups)}
        keys = sorted(possible.union(self._keys_of_others(diplotype)))
        said = [self._said(key) for key in keys]
        told = candidates_text(diplotype)
        if not _agree(said):
            direction = UNDETERMINED if diplotype.status in _SETTLED else NOT_ASSESSED
            if diplotype.status is DiplotypeStatus.DETERMINED:
                statement = self._say("haplotypes_beside", diplotype=told)
            else:
                statement = self._say("haplotypes_open", candidates=told, deciding=deciding)
            return self._marked(source, direction, statement)
        statement = _statements(said)
        if not diplotype.diplotype:
            statement = self._say("haplotypes_agree", candidates=told, statement=statement)
        return self._marked(source, said[0].direction.value, statement)

    def _said(self, key: str) -> GenotypeConclusion:
        """Return the conclusion on a key; none was studied where no phenotype is assigned."""
        if key == _NO_PHENOTYPE:
            statement = self._say(
                "haplotypes_without_phenotype", haplotypes=self._nomenclature.name
            )
            return GenotypeConclusion(direction=Direction.NOT_STUDIED, statement=statement)
        return self.association.genotypes[key]

    def _keys(self, first: Labels, second: Labels) -> Iterator[str]:
        """Yield the keys of every diplotype of two chromosomes with some possible labels."""
        if self.association.haplotype is not None:
            copies = [set(self._copies(group)) for group in (first, second)]
            yield from {str(one + two) for one, two in itertools.product(*copies)}
        elif self.association.phenotypes:
            for one, two in itertools.product(*map(self._by_function, (first, second))):
                yield self._nomenclature.phenotype(one, two)
        else:
            yield from self._named(_readings(first), _readings(second))

    def _named(self, first: Iterable[int], second: Iterable[int]) -> Iterator[str]:
        """Yield the keys of every diplotype of two chromosomes that count as some haplotypes."""
        for pair in itertools.product(first, second):
            text = "/".join(self._nomenclature.haplotypes[n].name for n in sorted(pair) if n >= 0)
            yield text if text in self.association.genotypes else OTHER_DIPLOTYPES

    def _keys_of_others(self, diplotype: Diplotype) -> Iterator[str]:
        """Yield the keys of combinations that are possible and not listed."""
        if not diplotype.also_possible:
            return
        if self.association.haplotype is not None:
            ids = {self._nomenclature.haplotypes[number].id for number in diplotype.also_possible}
            yield from ("0", "1", "2") if self.association.haplotype in ids else ("0",)
        elif self.association.phenotypes:
            yield _NO_PHENOTYPE
        else:
            for pair in diplotype.also_possible_pairs:
                yield from self._named(*(_readings(labels) | _beside(of) for labels, of in pair))

    def _copies(self, group: Labels) -> Iterator[int]:
        """Yield whether a chromosome is the haplotype; with more on it, it may count or not."""
        for label in group:
            ids = {self._nomenclature.haplotypes[number].id for number in label.haplotypes}
            has = self.association.haplotype in ids
            yield int(has)
            if has and not label.exact:
                yield 0

    def _by_function(self, group: Labels) -> Iterable[Label]:
        """Return one label for each function that a chromosome may have."""
        return {self._nomenclature.function(label): label for label in group}.values()


def _readings(group: Labels) -> set[int]:
    """Return what a chromosome may count as: with more on it, its haplotypes, or none of them."""
    found = {number for label in group for number in label.haplotypes}
    return found if all(label.exact for label in group) else {*found, _NO_HAPLOTYPE}


def _beside(others: frozenset[int]) -> set[int]:
    """Return what a chromosome may count as in combinations that are not listed, if any."""
    return {*others, _NO_HAPLOTYPE} if others else set()


def _unknown(diplotype: Diplotype) -> Iterator[str]:
    if diplotype.status is DiplotypeStatus.UNKNOWN_ALLELE:
        yield "an allele that is not known"


def _agree(said: Sequence[GenotypeConclusion]) -> bool:
    return len({item.direction for item in said}) == 1


def _statements(said: Sequence[GenotypeConclusion]) -> str:
    return " / ".join(dict.fromkeys(item.statement for item in said))
