"""What the evidence answers of the questions that the field asks, counted from the results."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from pgx_ana.knowledge.context import Question
from pgx_ana.knowledge.evidence import Drug, Evidence, Outcome, PolygenicResult
from pgx_ana.knowledge.vocabulary import Result


@dataclass(frozen=True, slots=True)
class Answer:
    """How often a question was studied with germline variants; all counts are of results.

    ``on_drug`` are those on the drug of the knowledge base alone; ``on_class`` those on other drugs
    of its class, or on several pooled; ``in_men`` those in men on any of them; ``without`` those
    without any of them: other drugs, no drug, or laboratory. Results whose report is unclear do not
    count. ``polygenic`` are the results on many variants at once, counted in ``in_men`` only;
    ``results`` are the identifiers of the others. ``studied`` says on what it was studied, the
    nearest first: ``drug``, ``drug_class``, ``other`` or ``none``.
    """

    question: Question
    on_drug: int
    on_class: int
    in_men: int
    without: int
    polygenic: tuple[PolygenicResult, ...]
    studied: str
    results: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerSources:
    """What questions are answered from, and the drug that they are about."""

    evidence: Collection[Evidence]
    polygenic: Collection[PolygenicResult]
    outcomes: Mapping[str, Outcome]
    drugs: Mapping[str, Drug]
    drug: str


def answers(questions: Collection[Question], sources: AnswerSources) -> Iterator[Answer]:
    """Yield what the evidence answers of each question, in their order."""
    drug_class = sources.drugs[sources.drug].drug_class
    in_class = {item.id for item in sources.drugs.values() if item.drug_class == drug_class}
    for question in questions:
        results = [
            item
            for item in sources.evidence
            if item.result is not Result.UNCLEAR and _answers(item, question, sources)
        ]
        treated = [item for item in results if item.is_clinical and in_class & {*item.drugs}]
        polygenic = tuple(item for item in sources.polygenic if _answers(item, question, sources))
        on_drug = sum(item.drugs == (sources.drug,) for item in treated)
        scores = [item for item in polygenic if in_class & {*item.drugs}]
        of_class: list[Evidence | PolygenicResult] = [*treated, *scores]
        given = {item.drugs for item in of_class}
        yield Answer(
            question,
            on_drug=on_drug,
            on_class=len(treated) - on_drug,
            in_men=sum(item.population.sex in {"male", "both"} for item in of_class),
            without=len(results) - len(treated),
            polygenic=polygenic,
            studied=_studied(given, sources.drug, in_class, [*results, *polygenic]),
            results=tuple(item.id for item in results),
        )


def _studied(
    given: set[tuple[str, ...]],
    drug: str,
    in_class: set[str],
    results: Collection[Evidence | PolygenicResult],
) -> str:
    if (drug,) in given:
        return "drug"
    if any(in_class & {*drugs} for drugs in given):
        return "drug_class"
    return "other" if results else "none"


def _answers(item: Evidence | PolygenicResult, question: Question, sources: AnswerSources) -> bool:
    """Return whether a result is on an outcome of a question, in people of its sex."""
    is_asked_of = question.sex == "any" or item.population.sex in {question.sex, "both"}
    return is_asked_of and sources.outcomes[item.outcome].group in question.groups
