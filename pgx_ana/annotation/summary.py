"""One summary per person and category: what was found, on which drug, how firmly, what is missing.

Each distinct combination of genotypes at the markers of a category is summarised once. A last
summary is about the person as a whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pgx_ana.annotation.annotations import Annotations
from pgx_ana.annotation.findings import MarkerFindings
from pgx_ana.annotation.headlines import level_words
from pgx_ana.annotation.markers import AnnotatedCategory
from pgx_ana.annotation.signals import Signal, SignalCounter, highest
from pgx_ana.coded import Coded, combine
from pgx_ana.knowledge import LADDER, BasisKind, KnowledgeBase, Level
from pgx_ana.model import Circumstances

OVERALL = "overall"
"""Category of the summary about the person as a whole."""

_ESTABLISHED = LADDER[: LADDER.index(Level.REPLICATED) + 1]


@dataclass(frozen=True, slots=True)
class Summary:
    """The summary of one category in one person.

    ``highest_level`` is the level of the strongest finding that applies to the genotype: None where
    none applies, ``not_assessable`` where no marker was assessed. ``findings`` has the genotype and
    headline of every association that found a difference, ``n_findings`` their number with linked
    variants counted once. ``assessed`` and ``not_assessed`` have the markers (variants and
    haplotype sets) with their genotype or status.
    """

    conclusion: str
    highest_level: Level | None
    n_findings: int = 0
    findings: tuple[str, ...] = ()
    assessed: tuple[str, ...] = ()
    not_assessed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class CategorySummary:
    """The summaries of one category, or of the persons as a whole, in all samples."""

    category: str
    summaries: Coded[Summary]


def summarise_categories(annotations: Annotations) -> tuple[CategorySummary, ...]:
    """Summarise every category."""
    return tuple(_summarise(category, annotations) for category in AnnotatedCategory)


def _summarise(category: AnnotatedCategory, annotations: Annotations) -> CategorySummary:
    knowledge = annotations.knowledge
    maker = annotations.annotator.finding_maker
    writer = _SummaryWriter(knowledge, maker.counter)
    people = annotations.circumstances.map(lambda one: is_unstudied_man(one, knowledge)).unique()
    markers = [maker.of_marker(results) for results in annotations.of_category(category)]
    summaries = combine([*markers, people]).map(
        lambda row: writer.summary(row[:-1], is_man=row[-1])
    )
    return CategorySummary(category.value, summaries)


def is_unstudied_man(person: Circumstances, knowledge: KnowledgeBase) -> bool:
    """Return whether a person is a man, while no result is from men on the drug."""
    return person.sex == "male" and not knowledge.was_studied_in_men


class _SummaryWriter:
    """Writes the summaries of one category."""

    def __init__(self, knowledge: KnowledgeBase, counter: SignalCounter) -> None:
        self._knowledge = knowledge
        self._counter = counter
        self._drug = knowledge.drugs[knowledge.info.drug]

    def summary(self, markers: Sequence[MarkerFindings], *, is_man: bool) -> Summary:
        """Return the summary of one combination of calls at all markers."""
        states = [marker.state for marker in markers]
        findings = [finding for marker in markers for finding in marker.findings]
        found = self._counter.signals(findings)
        assessed = tuple(state.text for state in states if state.is_assessed)
        sentences = [self._message("men", drug=self._drug.name)] if is_man else []
        sentences += self._sentences(found, markers)
        return Summary(
            conclusion=" ".join(sentences),
            highest_level=(
                highest(finding.level for finding in findings) if assessed else _NOTHING_ASSESSED
            ),
            n_findings=len(found),
            findings=tuple(finding.text for finding in findings),
            assessed=assessed,
            not_assessed=tuple(state.text for state in states if not state.is_assessed),
        )

    def _sentences(
        self, found: Sequence[Signal], markers: Sequence[MarkerFindings]
    ) -> Iterator[str]:
        states = [marker.state for marker in markers]
        if not states:
            yield self._message("summary_no_evidence")
            return
        missing = [state for state in states if not state.is_assessed]
        n_assessed = len(states) - len(missing)
        if n_assessed:
            yield from self._finding_sentences(found)
            if not found and not any(marker.undetermined for marker in markers):
                yield self._message("summary_no_finding", assessed=n_assessed, total=len(states))
            yield from self._other_sentences(markers)
        else:
            yield self._message("summary_nothing")
        if missing:
            statuses = Counter(state.status for state in missing)
            text = ", ".join(f"{count} {status}" for status, count in statuses.items())
            yield self._message(
                "summary_missing", missing=len(missing), total=len(states), statuses=text
            )

    def _finding_sentences(self, found: Sequence[Signal]) -> Iterator[str]:
        established = [signal for signal in found if signal.level in _ESTABLISHED]
        if established:
            yield self._message("summary_established", established=_listed(established))
        else:
            yield self._message("summary_not_established")
        kinds = {
            "summary_on_drug": ((BasisKind.DRUG,), _listed),
            "summary_on_class": ((BasisKind.DRUG_CLASS,), _tallied),
            "summary_on_others": ((BasisKind.OTHER_DRUGS, BasisKind.LABORATORY), _tallied),
        }
        for name, (of_kind, told) in kinds.items():
            on_it = [signal for signal in found if signal.kind in of_kind]
            if on_it:
                yield self._message(
                    name,
                    drug=self._drug.name,
                    drug_class=f"{self._drug.drug_class}s",
                    findings=told(on_it),
                )

    def _other_sentences(self, markers: Sequence[MarkerFindings]) -> Iterator[str]:
        """Yield what was assessed without a finding, and what rests on an assertion."""
        undetermined = [marker.undetermined for marker in markers if marker.undetermined]
        not_studied = [marker.not_studied for marker in markers if marker.not_studied]
        asserted = [marker.state.text for marker in markers if marker.state.is_asserted]
        if undetermined:
            yield self._message("summary_undetermined", undetermined=", ".join(undetermined))
        if not_studied:
            yield self._message("summary_not_studied", not_studied=", ".join(not_studied))
        if asserted:
            text = ", ".join(asserted).replace(" (asserted)", "")
            yield self._message("summary_asserted", asserted=text)

    def _message(self, name: str, **fields: object) -> str:
        return self._knowledge.messages[name].text.format(**fields)


_NOTHING_ASSESSED = Level.NOT_ASSESSABLE


def _listed(found: Sequence[Signal]) -> str:
    """Return findings one by one, each with its outcome, effect, markers and how firm it is.

    >>> _listed([Signal(("rs1",), "joint pain", "better", Level.SINGLE_NOMINAL, BasisKind.DRUG)])
    '1 finding: joint pain better (rs1; weak evidence)'
    """
    listed = (
        f"{signal.outcome} {signal.effect} "
        f"({', '.join(signal.markers)}; {level_words(signal.level)})"
        for signal in found
    )
    return f"{_counted(found)}: {', '.join(listed)}"


def _tallied(found: Sequence[Signal]) -> str:
    """Return how many findings there are of each effect, and how firm they are.

    >>> _tallied([Signal(("rs1",), "pain", "better", Level.SINGLE_NOMINAL, BasisKind.DRUG)])
    '1 finding: 1 better (weak evidence)'
    """
    kinds = Counter((signal.effect, level_words(signal.level)) for signal in found)
    listed = (f"{count} {effect} ({level})" for (effect, level), count in kinds.items())
    return f"{_counted(found)}: {', '.join(listed)}"


def _counted(found: Sequence[Signal]) -> str:
    return f"{len(found)} finding{'' if len(found) == 1 else 's'}"
