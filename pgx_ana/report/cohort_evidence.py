"""What was published about each genotype, with the number of people who have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from pgx_ana.annotation import NOT_ASSESSED, UNDETERMINED
from pgx_ana.browse import claim_text
from pgx_ana.knowledge import Association, Direction, KnowledgeBase
from pgx_ana.output import marker_facts, publication_facts
from pgx_ana.quality import AssociationPeople, Cohort, Count, SetPeople, SitePeople
from pgx_ana.report.figures import Figure, Figures, Segment
from pgx_ana.report.origin import Reference, references
from pgx_ana.report.studies import Facts, StudyBlock, StudyWriter
from pgx_ana.report.words import CATEGORIES, Mark, level_mark
from pgx_ana.terms import Assembly

_MAX_GENOTYPES = 12
"""Genotypes of one site that are listed; the rest are counted together."""

_GROUPS = {
    Direction.HIGHER.value: "higher",
    Direction.BETWEEN.value: "in between",
    Direction.LOWER.value: "lower",
    Direction.NO_DIFFERENCE.value: "no significant difference reported",
    Direction.UNSETTLED.value: "unsettled",
    Direction.NOT_STUDIED.value: "no usable result",
    UNDETERMINED: "not determined",
    NOT_ASSESSED: "not assessed",
}
_COPIES = {"0": "no copy", "1": "one copy", "2": "two copies"}
_N_STYLES = 5
_ONE_COPY = "one copy known"
_NOT_KNOWN = "not known"
_NOT_KNOWN_STYLE = "absent"


@dataclass(frozen=True, slots=True)
class GenotypePeople:
    """The people with one genotype; ``people`` is None where they are not counted one by one.

    ``style`` names the part of a bar that stands for them, empty for none.
    """

    genotype: str
    people: Figure | None
    style: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The people of whom a conclusion says the same, and the genotypes that are meant."""

    direction: str
    words: str
    genotypes: tuple[GenotypePeople, ...]
    people: Figure


@dataclass(frozen=True, slots=True)
class Claim:
    """One conclusion: what it claims, how firm it is, and how many people are in each group.

    ``tally`` counts the studies for, null and against. ``why`` is the reason for the level.
    """

    association: str
    outcome: str
    category: str
    claim: str
    level: Mark
    tally: tuple[int, int, int]
    why: str
    statement: str
    caution: str
    groups: tuple[Group, ...]
    bar: tuple[Segment, ...]
    blocks: tuple[StudyBlock, ...]


@dataclass(frozen=True, slots=True)
class MarkerPeople:
    """A variant or haplotype set with evidence: who has which genotype, and what it means.

    ``genotypes`` has those that somebody has, each with its share of all people; it is empty for a
    haplotype set. ``paper_wording`` says how papers write alleles.
    """

    marker: str
    gene: str
    paper_wording: str
    genotypes: tuple[GenotypePeople, ...]
    bar: tuple[Segment, ...]
    claims: tuple[Claim, ...]


class EvidenceWriter:
    """Makes the evidence of all markers of a cohort; it numbers the publications as it goes."""

    def __init__(self, cohort: Cohort, knowledge: KnowledgeBase) -> None:
        self._cohort = cohort
        self._knowledge = knowledge
        self._figures = Figures(cohort.hides)
        assembly = Assembly(next(iter(cohort.files.assemblies), Assembly.GRCH38.value))
        self._by_marker: dict[str, list[AssociationPeople]] = {}
        for item in cohort.associations:
            self._by_marker.setdefault(item.marker, []).append(item)
        self._facts: dict[str, Any] = {
            key: marker_facts(key, assembly, knowledge) for key in self._by_marker
        }
        self._publications: list[Any] = list(publication_facts(knowledge))
        results = [item for facts in self._facts.values() for item in facts["results"]]
        drug = knowledge.drugs[knowledge.info.drug].name
        self._studies = StudyWriter(self._publications, results, drug)

    def markers(self) -> tuple[MarkerPeople, ...]:
        """Return every variant, then every haplotype set with conclusions, by gene."""
        sites = {site.variant: site for site in self._cohort.sites}
        sets = {of_set.id: of_set for of_set in self._cohort.haplotype_sets}
        found = (
            *(self._variant(site) for key, site in sites.items() if key in self._by_marker),
            *(self._set(of_set) for key, of_set in sets.items() if key in self._by_marker),
        )
        ranks = {gene: rank for rank, gene in enumerate(self._knowledge.genes)}
        return tuple(sorted(found, key=lambda marker: ranks[marker.gene]))

    def references(self) -> tuple[Reference, ...]:
        """Return the publications that the evidence names, by number."""
        return tuple(references({"publications": self._publications}, self._studies.cited))

    def _variant(self, site: SitePeople) -> MarkerPeople:
        facts, n_people = self._facts[site.variant], site.people.n_people
        counted = list(_genotypes(site))
        styles = [f"part{min(number, _N_STYLES - 1)}" for number in range(len(counted))]
        parts = [
            (_NOT_KNOWN_STYLE if genotype == _NOT_KNOWN else style, genotype, count)
            for style, (genotype, count) in zip(styles, counted, strict=True)
        ]
        return MarkerPeople(
            marker=site.variant,
            gene=facts["gene"],
            paper_wording=facts["paper_wording"],
            genotypes=tuple(
                GenotypePeople(genotype, self._figures.figure(count, n_people), style)
                for style, genotype, count in parts
            ),
            bar=self._figures.bar([(style, count) for style, _, count in parts], n_people),
            claims=tuple(self._claims(site.variant, site)),
        )

    def _set(self, of_set: SetPeople) -> MarkerPeople:
        facts = self._facts[of_set.id]
        return MarkerPeople(
            of_set.id, facts["gene"], "", (), (), tuple(self._claims(of_set.id, of_set))
        )

    def _claims(self, marker: str, people: SitePeople | SetPeople) -> Iterator[Claim]:
        facts = self._facts[marker]
        of_association = {item["association"]: item for item in facts["associations"]}
        for item in self._by_marker[marker]:
            association = self._knowledge.associations[item.id]
            yield self._claim(association, item, people, facts, of_association[item.id])

    def _claim(
        self,
        association: Association,
        said: AssociationPeople,
        people: SitePeople | SetPeople,
        facts: Facts,
        of_association: Facts,
    ) -> Claim:
        knowledge = self._knowledge
        grade = knowledge.grades[association.id]
        groups = tuple(self._groups(association, said, people))
        counts = [(group.direction, count) for group, count in groups]
        return Claim(
            association=association.id,
            outcome=of_association["outcome_name"],
            category=CATEGORIES[said.category],
            claim=claim_text(association),
            level=level_mark(grade.level.value),
            tally=(len(grade.supporting), len(grade.null), len(grade.contradicting)),
            why=of_association["level_reason"],
            statement=association.statement,
            caution=association.caution or "",
            groups=tuple(group for group, _ in groups),
            bar=self._figures.bar(counts, people.people.n_people),
            blocks=self._studies.behind(of_association, facts, ""),
        )

    def _groups(
        self, association: Association, said: AssociationPeople, people: SitePeople | SetPeople
    ) -> Iterator[tuple[Group, Count]]:
        """Yield each group that has genotypes or people, with the number of its people.

        Those who were not assessed are always told, even if there are none.
        """
        for direction, words in _GROUPS.items():
            keys = [key for key, found in association.genotypes.items() if found == direction]
            count = self._cohort.count(said, direction)
            if not keys and count == 0 and direction != NOT_ASSESSED:
                continue
            genotypes = (
                GenotypePeople(_key_text(association, key), self._with_genotype(people, key))
                for key in (*keys, *_unlisted(association, direction))
            )
            figure = self._figures.figure(count, people.people.n_people)
            yield Group(direction, words, tuple(genotypes), figure), count

    def _with_genotype(self, people: SitePeople | SetPeople, genotype: str) -> Figure | None:
        if isinstance(people, SetPeople):
            return None
        count = people.people.of(lambda cell: cell.is_called and cell.genotype == genotype)
        return self._figures.figure(count)


def _unlisted(association: Association, direction: str) -> tuple[str, ...]:
    """Return who else is not studied: those whose diplotype has no phenotype."""
    has_others = association.keyed_by == "phenotype" and direction == Direction.NOT_STUDIED
    return ("no phenotype assigned",) if has_others else ()


def _genotypes(site: SitePeople) -> Iterator[tuple[str, Count]]:
    """Yield the called genotypes that somebody has; then people with one known copy, and others.

    Of many genotypes, those after the first are counted together.
    """
    people = site.people
    with_genotype = dict.fromkeys(cell.genotype for cell in people.cells if cell.is_called)
    listed = list(with_genotype)[:_MAX_GENOTYPES]
    for genotype in listed:
        yield genotype, people.where(attrgetter("genotype"), genotype)
    if len(with_genotype) > len(listed):
        others = people.of(lambda cell: cell.is_called and cell.genotype not in listed)
        yield f"{len(with_genotype) - len(listed)} other genotypes", others
    yield _ONE_COPY, people.of(lambda cell: bool(cell.genotype) and not cell.is_called)
    yield _NOT_KNOWN, people.of(lambda cell: not cell.genotype)


def _key_text(association: Association, key: str) -> str:
    """Return a key of an association as a reader meets it: ``one copy of AAA-2``."""
    if association.haplotype is not None:
        return f"{_COPIES[key]} of {association.haplotype}"
    return f"{key} diplotypes" if key == "other" else key
