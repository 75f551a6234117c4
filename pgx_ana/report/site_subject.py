"""What was published about a variant or haplotype set: every conclusion, and every result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pgx_ana.knowledge import Association, KnowledgeBase
from pgx_ana.output import marker_facts, publication_facts
from pgx_ana.report.site_addresses import SiteAddresses
from pgx_ana.report.site_conclusions import ConclusionView, SiteConclusions
from pgx_ana.report.site_results import ResultDetail, SiteResults
from pgx_ana.report.studies import Facts, StudyBlock, StudyWriter
from pgx_ana.report.words import Mark, level_mark, level_rank
from pgx_ana.terms import Assembly


@dataclass(frozen=True, slots=True)
class SubjectConclusion:
    """A conclusion with the results that it lists."""

    conclusion: ConclusionView
    blocks: tuple[StudyBlock, ...]

    @property
    def n_rows(self) -> int:
        """Return the number of results."""
        return sum(len(block.rows) for block in self.blocks)


@dataclass(frozen=True, slots=True)
class SubjectEvidence:
    """All that was published about a variant or haplotype set.

    ``others`` are results that no conclusion on it lists. ``details`` has all results, by their
    identifier.
    """

    conclusions: tuple[SubjectConclusion, ...]
    others: tuple[StudyBlock, ...]
    details: Mapping[str, ResultDetail]


@dataclass(frozen=True, slots=True)
class SubjectCounts:
    """How much there is on a variant or haplotype set; ``level`` is its firmest, if it has any."""

    n_results: int
    n_conclusions: int
    level: Mark | None


class Site:
    """A knowledge base, and what the pages of its site share."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self.knowledge = knowledge
        self.addresses = SiteAddresses(knowledge)
        self.results = SiteResults(knowledge, self.addresses)
        self.conclusions = SiteConclusions(knowledge, self.addresses)
        self.drug = knowledge.drugs[knowledge.info.drug].name
        self._publications: Sequence[Facts] = publication_facts(knowledge)

    def evidence(self, subject: str) -> SubjectEvidence:
        """Return what was published about a variant or haplotype set."""
        knowledge = self.knowledge
        facts: Facts = marker_facts(subject, Assembly.GRCH38, knowledge)
        writer = self._writer(facts)
        associations = associations_of(subject, knowledge)
        concluded = zip(self.conclusions.views(associations), facts["associations"], strict=True)
        listed = {result for item in associations for result in item.evidence}
        keys = [item["result"] for item in facts["results"]]
        others = [key for key in keys if key not in listed]
        results = (knowledge.evidence[key] for key in keys)
        return SubjectEvidence(
            conclusions=tuple(
                SubjectConclusion(view, writer.behind(item, facts, "")) for view, item in concluded
            ),
            others=writer.blocks(dict.fromkeys(others, "background"), facts, "", {}),
            details={detail.result: detail for detail in self.results.details(results)},
        )

    def counts(self, subject: str) -> SubjectCounts:
        """Return how much there is on a variant or haplotype set."""
        knowledge = self.knowledge
        of_set = subject in knowledge.haplotype_sets
        results = (knowledge.evidence_on_set if of_set else knowledge.evidence_on)(subject)
        associations = associations_of(subject, knowledge)
        levels = sorted((knowledge.level(item.id) for item in associations), key=level_rank)
        firmest = level_mark(levels[0]) if levels else None
        return SubjectCounts(len(results), len(associations), firmest)

    def _writer(self, facts: Facts) -> StudyWriter:
        return StudyWriter(self._publications, facts["results"], self.drug)


def associations_of(subject: str, knowledge: KnowledgeBase) -> Sequence[Association]:
    """Return the associations of a variant or haplotype set."""
    if subject in knowledge.haplotype_sets:
        return knowledge.associations_of_set(subject)
    return knowledge.associations_of(subject)
