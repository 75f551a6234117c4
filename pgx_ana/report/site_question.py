"""The page on a question that the field asks: what answers it, and how that was looked for."""

from __future__ import annotations

from dataclasses import dataclass

from pgx_ana.browse import answer_text, polygenic_text
from pgx_ana.knowledge import Answer
from pgx_ana.report.site_addresses import Link
from pgx_ana.report.site_results import ResultGroup
from pgx_ana.report.site_study import polygenic_anchor
from pgx_ana.report.site_subject import Site


@dataclass(frozen=True, slots=True)
class QuestionView:
    """What the page on a question shows; counts are those of the answer."""

    id: str
    name: str
    answer: str
    counts: tuple[int, int, int, int]
    outcomes: tuple[str, ...]
    sex: str
    searched: str
    searched_on: str
    note: str
    groups: tuple[ResultGroup, ...]
    polygenic: tuple[tuple[Link, str], ...]

    @property
    def n_results(self) -> int:
        """Return the number of results."""
        return sum(len(group.details) for group in self.groups)


def question_view(key: str, site: Site) -> QuestionView:
    """Return what the page on a question shows."""
    knowledge = site.knowledge
    answer = answer_of(key, site)
    question = answer.question
    return QuestionView(
        id=key,
        name=question.name,
        answer=answer_text(answer, knowledge),
        counts=(answer.on_drug, answer.on_class, answer.in_men, answer.without),
        outcomes=tuple(
            item.name for item in knowledge.outcomes.values() if item.group in question.groups
        ),
        sex="" if question.sex == "any" else question.sex,
        searched=question.searched,
        searched_on=question.searched_on,
        note=question.note or "",
        groups=site.results.groups(knowledge.evidence[result] for result in answer.results),
        polygenic=tuple(
            (
                site.results.study(item.publication, polygenic_anchor(item.id)),
                polygenic_text(item, knowledge),
            )
            for item in answer.polygenic
        ),
    )


def answer_of(key: str, site: Site) -> Answer:
    """Return what the evidence answers of a question."""
    return next(item for item in site.knowledge.answers if item.question.id == key)
