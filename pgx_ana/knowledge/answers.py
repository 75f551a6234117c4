"""What the evidence answers of the questions that the field asks, counted from the results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pgx_ana.knowledge.evidence import Evidence, PolygenicResult

if TYPE_CHECKING:
    from pgx_ana.knowledge.base import KnowledgeBase
    from pgx_ana.knowledge.context import Question

_IN_MEN = frozenset({"male", "both"})


@dataclass(frozen=True, slots=True)
class Answer:
    """How often a question was studied with germline variants; all counts are of results.

    ``on_drug`` are those on the drug of the knowledge base, alone or pooled with others;
    ``on_class`` those on other drugs of its class; ``in_men`` those in men on any of them;
    ``without`` those without any of them: other drugs, no drug, or laboratory; ``polygenic`` are
    the results on many variants at once.
    """

    question: Question
    on_drug: int
    on_class: int
    in_men: int
    without: int
    polygenic: tuple[PolygenicResult, ...]

    @property
    def studied(self) -> str:
        """Return the drugs on which it was studied: drug, drug_class, other or none."""
        if self.on_drug:
            return "drug"
        if self.on_class:
            return "drug_class"
        return "other" if self.without or self.polygenic else "none"


def answers(knowledge: KnowledgeBase) -> Iterator[Answer]:
    """Yield what the evidence answers of each question, in file order."""
    drug = knowledge.drugs[knowledge.info.drug]
    in_class = {item.id for item in knowledge.drugs.values() if item.drug_class == drug.drug_class}
    for question in knowledge.questions.values():
        results = [
            item
            for item in knowledge.evidence.values()
            if knowledge.outcomes[item.outcome].group in question.groups
            and _is_asked_of(question, item)
        ]
        treated = [item for item in results if _is_treated(item, in_class)]
        on_drug = [item for item in treated if drug.id in item.drugs]
        yield Answer(
            question,
            on_drug=len(on_drug),
            on_class=len(treated) - len(on_drug),
            in_men=sum(item.population.sex in _IN_MEN for item in treated),
            without=len(results) - len(treated),
            polygenic=tuple(
                item
                for item in knowledge.polygenic.values()
                if knowledge.outcomes[item.outcome].group in question.groups
                and _is_asked_of(question, item)
            ),
        )


def _is_asked_of(question: Question, item: Evidence | PolygenicResult) -> bool:
    """Return whether a result is from people of the sex that a question is about."""
    return question.sex == "any" or item.population.sex in {question.sex, "both"}


def _is_treated(item: Evidence, in_class: set[str]) -> bool:
    return item.is_clinical and not in_class.isdisjoint(item.drugs)
