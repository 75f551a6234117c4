"""The diplotypes of a cohort as a reader meets them, and why they are not determined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter

from pgx_ana.haplotypes import DiplotypeStatus
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.quality import Cohort, Count, SetCell, SetPeople
from pgx_ana.report.figures import Figure, Figures, Segment

_MAX_DIPLOTYPES = 20
_REST = "all other diplotypes"
_STATUS_WORDS = {
    DiplotypeStatus.DETERMINED.value: "determined: only one diplotype fits",
    DiplotypeStatus.PRESUMED.value: "presumed: only one pair of named haplotypes fits",
    DiplotypeStatus.AMBIGUOUS.value: "ambiguous: several diplotypes fit",
    DiplotypeStatus.INCOMPLETE.value: "incomplete: a site is not called",
    DiplotypeStatus.UNKNOWN_ALLELE.value: "unknown allele: a haplotype cannot be named",
    DiplotypeStatus.NOT_ASSESSED.value: "not assessed: no site is called",
}


@dataclass(frozen=True, slots=True)
class NamedFigure:
    """A number of people with the name of what they have, and their style in a bar if any."""

    name: str
    people: Figure
    style: str = ""


@dataclass(frozen=True, slots=True)
class SetRow:
    """One haplotype set: the most frequent diplotypes, then all others and those without.

    ``undetermined`` are all whose diplotype is not reported, ``reasons`` what would settle it.
    ``is_hidden`` if no number of people is told.
    """

    id: str
    gene: str
    name: str
    n_sites: int
    is_hidden: bool
    statuses: tuple[NamedFigure, ...]
    bar: tuple[Segment, ...]
    diplotypes: tuple[NamedFigure, ...]
    phenotypes: tuple[NamedFigure, ...]
    undetermined: Figure
    reasons: tuple[NamedFigure, ...]


def set_rows(cohort: Cohort, knowledge: KnowledgeBase) -> tuple[SetRow, ...]:
    """Return every haplotype set of a cohort."""
    figures = Figures(cohort.hides)
    return tuple(_SetWriter(of_set, figures).row(knowledge) for of_set in cohort.haplotype_sets)


class _SetWriter:
    def __init__(self, of_set: SetPeople, figures: Figures) -> None:
        self._set = of_set
        self._figures = figures

    def row(self, knowledge: KnowledgeBase) -> SetRow:
        definition = knowledge.haplotype_sets[self._set.id]
        statuses = [
            (status, words, self._where("status", status))
            for status, words in _STATUS_WORDS.items()
        ]
        is_told = not self._set.people.hides_zeros
        return SetRow(
            self._set.id,
            definition.gene,
            definition.name,
            len(self._set.sites),
            is_hidden=not is_told,
            statuses=tuple(
                NamedFigure(words, self._figure(n), key) for key, words, n in statuses if n != 0
            ),
            bar=self._figures.bar([(key, n) for key, _, n in statuses], self._set.people.n_people),
            diplotypes=tuple(self._diplotypes()) if is_told else (),
            phenotypes=tuple(self._phenotypes()) if definition.phenotypes and is_told else (),
            undetermined=self._figure(self._of(lambda cell: not _is_reported(cell))),
            reasons=tuple(
                self._named(text.replace("_", " "), count) for text, count in self._set.deciding
            ),
        )

    def _diplotypes(self) -> Iterator[NamedFigure]:
        """Yield the most frequent diplotypes of which the number is told, then all others."""
        counts: Counter[str] = Counter()
        for cell, count in self._set.people.cells.items():
            if cell.diplotype and isinstance(count, int):
                counts[cell.diplotype] += count
        listed = dict(counts.most_common(_MAX_DIPLOTYPES))
        for name, count in listed.items():
            yield self._named(name, count)
        others = self._of(lambda cell: _is_reported(cell) and cell.diplotype not in listed)
        if others != 0:
            yield self._named(_REST, others)

    def _phenotypes(self) -> Iterator[NamedFigure]:
        names = sorted({cell.phenotype for cell in self._set.people.cells if cell.phenotype})
        for name in names:
            yield self._named(name, self._where("phenotype", name))
        without = self._where("phenotype", "")
        if without != 0:
            yield self._named("none assigned, or not determined", without)

    def _of(self, is_in: Callable[[SetCell], bool]) -> Count:
        return self._set.people.of(is_in)

    def _where(self, name: str, value: str) -> Count:
        return self._set.people.where(attrgetter(name), value)

    def _figure(self, count: Count) -> Figure:
        return self._figures.figure(count, self._set.people.n_people)

    def _named(self, name: str, count: Count) -> NamedFigure:
        return NamedFigure(name, self._figure(count))


def _is_reported(cell: SetCell) -> bool:
    """Return whether a diplotype is reported, by name or among those that are too many."""
    return bool(cell.diplotype) or cell.is_rest
