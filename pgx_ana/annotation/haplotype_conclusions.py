"""Conclusions on the diplotype of a haplotype set, or on all diplotypes that are possible."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

from pgx_ana.annotation.conclusions import Claim, Conclusion, Interpreter, listed
from pgx_ana.haplotypes import Diplotype, DiplotypeStatus, Label, Labels, Nomenclature
from pgx_ana.knowledge import OTHER_DIPLOTYPES, Direction, Message
from pgx_ana.terms import CallSource

_NO_PHENOTYPE = ""
_NO_HAPLOTYPE = -1
_MAX_CANDIDATES_TEXT = 80  # characters
_ALL_SITES_KNOWN = frozenset(
    {DiplotypeStatus.DETERMINED, DiplotypeStatus.PRESUMED, DiplotypeStatus.AMBIGUOUS}
)
_STATUS_WORDS = {
    DiplotypeStatus.NOT_ASSESSED: "no site is called",
    DiplotypeStatus.INCOMPLETE: "a site is not called",
    DiplotypeStatus.UNKNOWN_ALLELE: "unknown allele",
}
_COPIES = {"0": "no", "1": "one", "2": "two"}


def candidates_text(diplotype: Diplotype) -> str:
    """Return the candidate diplotypes as text, or the number of haplotypes if that is too long."""
    shortest = len(diplotype.candidates) * len("a/b or ") - len(" or ")
    if shortest <= _MAX_CANDIDATES_TEXT:
        text = " or ".join(candidate.text for candidate in diplotype.candidates)
        if len(text) <= _MAX_CANDIDATES_TEXT:
            return text
    return f"two of {diplotype.n_labels} haplotypes"


class HaplotypeInterpreter(Interpreter):
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
        deciding = listed((*_unknown_allele_note(diplotype), *diplotype.deciding))
        if diplotype.status in {DiplotypeStatus.NOT_ASSESSED, DiplotypeStatus.UNKNOWN_ALLELE} or (
            not diplotype.candidates
        ):
            statement = self._message(
                "haplotypes_not_assessed", haplotypes=self._nomenclature.name, deciding=deciding
            )
            return self._not_assessed(_STATUS_WORDS.get(diplotype.status, ""), statement)
        keys = sorted({*self._listed_keys(diplotype), *self._unlisted_keys(diplotype)})
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
        return self._not_assessed(_STATUS_WORDS.get(diplotype.status, ""), statement)

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

    def _listed_keys(self, diplotype: Diplotype) -> Iterator[str]:
        """Yield the keys of the candidates."""
        if self.association.keyed_by == "phenotype" and diplotype.is_unnamed:
            yield _NO_PHENOTYPE
            return
        for candidate in diplotype.candidates:
            yield from self._keys(*candidate.groups)

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
