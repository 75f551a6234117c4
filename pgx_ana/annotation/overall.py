"""The summary of a person as a whole: how much was assessed, in whom it was studied, and for what.

It is made of a few numbers per person, so that its cost does not grow with the combinations of
genotypes in a cohort.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pgx_ana.annotation.annotations import Annotations
from pgx_ana.annotation.conclusions import NOT_ASSESSED
from pgx_ana.annotation.headlines import level_words
from pgx_ana.annotation.summary import (
    OVERALL,
    CategorySummary,
    Summary,
    is_unstudied_man,
    summarise_categories,
)
from pgx_ana.coded import Coded, combine, distinct_rows
from pgx_ana.knowledge import Context, Level
from pgx_ana.model import Circumstances
from pgx_ana.terms import CallStatus

_RANKS = (*Level, None)
"""Levels by rank, strongest first; the last is that of no finding."""

_LABELS = {"no": "a labelled use", "yes": "off-label"}


def summarise(annotations: Annotations) -> tuple[CategorySummary, ...]:
    """Summarise every category, then the persons as a whole."""
    categories = summarise_categories(annotations)
    return (*categories, _overall(annotations, categories))


def evidence_context(settings: Sequence[str], context: Context | None) -> str | None:
    """Return whether evidence comes from a context: same, other or none; None without context.

    ``settings`` are those of the results of patients on which a conclusion rests.
    """
    if context is None:
        return None
    if not settings:
        return "none"
    return "other" if set(settings).isdisjoint(context.settings) else "same"


def _overall(annotations: Annotations, categories: Sequence[CategorySummary]) -> CategorySummary:
    writer = _OverallWriter(annotations)
    numbers = [
        _n_called(annotations),
        _n_assessed(annotations),
        sum(
            (
                _numbers(item.summaries.map(lambda summary: summary.n_findings))
                for item in categories
            ),
            np.zeros(len(annotations.calls.samples), np.int64),
        ),
        np.min([_numbers(item.summaries.map(_rank)) for item in categories], axis=0),
    ]
    codes, examples = distinct_rows(numbers)
    rows = Coded(
        tuple(tuple(int(column[sample]) for column in numbers) for sample in examples.tolist()),
        codes,
    )
    summaries = combine([rows, annotations.circumstances]).map(lambda row: writer.summary(*row))
    return CategorySummary(OVERALL, summaries)


def _numbers(values: Coded[int]) -> NDArray[np.int64]:
    """Return the number of each sample, int64 of shape (samples,)."""
    numbers: NDArray[np.int64] = np.array(values.values, np.int64)[values.codes]
    return numbers


def _rank(summary: Summary) -> int:
    """Return the rank of the strongest finding; that of none where none applies."""
    return _RANKS.index(summary.highest_level if summary.findings else None)


def _n_called(annotations: Annotations) -> NDArray[np.int64]:
    """Return how many known variants are called in each sample."""
    n_called = np.zeros(len(annotations.calls.samples), np.int64)
    for site in annotations.calls.sites:
        n_called += site.calls.mask(lambda call: call.status is CallStatus.CALLED)
    return n_called


def _n_assessed(annotations: Annotations) -> NDArray[np.int64]:
    """Return how many markers with evidence are assessed in each sample."""
    n_assessed = np.zeros(len(annotations.calls.samples), np.int64)
    for results in annotations.by_marker.values():
        is_assessed = np.array(
            [
                any(conclusion.direction != NOT_ASSESSED for conclusion in of_call)
                for of_call in zip(*(result.conclusions for result in results), strict=True)
            ],
            np.bool_,
        )
        n_assessed += is_assessed[results[0].marker.calls.codes]
    return n_assessed


class _OverallWriter:
    """Writes the summaries of persons as a whole."""

    def __init__(self, annotations: Annotations) -> None:
        self._knowledge = annotations.knowledge
        self._drug = self._knowledge.drugs[self._knowledge.info.drug]
        self._n_sites = len(annotations.calls.sites)
        self._n_markers = len(annotations.by_marker)
        self._settings = [result.basis.settings for result in annotations.associations]
        self._questions = "".join(self._question_sentences())

    def summary(self, numbers: tuple[int, int, int, int], person: Circumstances) -> Summary:
        """Return the summary for the numbers of :func:`_overall`, in the order given there."""
        n_called, n_assessed, n_findings, rank = numbers
        level = _RANKS[rank]
        sentences = []
        if is_unstudied_man(person, self._knowledge):
            sentences.append(self._message("men", drug=self._drug.name))
        sentences.append(
            self._message(
                "overall_sites",
                called=n_called,
                sites=self._n_sites,
                assessed=n_assessed,
                total=self._n_markers,
            )
        )
        if n_findings:
            text = f"{n_findings} finding{'' if n_findings == 1 else 's'}"
            words = "" if level is None else level_words(level)
            sentences.append(self._message("overall_findings", findings=text, level=words))
        else:
            sentences.append(self._message("overall_no_findings"))
        sentences += self._context_sentences(person)
        if self._questions:
            sentences.append(self._questions)
        if not n_assessed:
            level = Level.NOT_ASSESSABLE
        return Summary(" ".join(sentences), level, n_findings)

    def _context_sentences(self, person: Circumstances) -> Iterator[str]:
        """Yield in whom the evidence was gathered, and what is known of the person's context."""
        context = self._knowledge.contexts.get(person.context)
        if context is None:
            names = dict.fromkeys(
                self._knowledge.settings[setting].name
                for settings in self._settings
                for setting in settings
            )
            if names:
                yield self._message("overall_studied_in", settings="; ".join(names))
            return
        same = sum(evidence_context(item, context) == "same" for item in self._settings)
        yield self._message(
            "overall_context",
            context=context.name,
            label=_LABELS[context.off_label],
            same=same,
            total=len(self._settings),
        )
        if context.monitored:
            yield self._message("overall_monitored", monitored=", ".join(context.monitored))
        if context.note:
            yield context.note

    def _question_sentences(self) -> Iterator[str]:
        answers = self._knowledge.answers
        if not answers:
            return
        studied = [answer.studied for answer in answers]
        others = [item.question.name for item in answers if item.studied in {"other", "none"}]
        yield self._message(
            "overall_questions",
            drug=self._drug.name,
            questions=len(answers),
            on_drug=studied.count("drug"),
            on_class=studied.count("drug_class"),
            unstudied=f"{len(others)} ({', '.join(others)})" if others else "0",
            in_men=sum(item.in_men > 0 for item in answers),
        )

    def _message(self, name: str, **fields: object) -> str:
        return self._knowledge.messages[name].text.format(**fields)
