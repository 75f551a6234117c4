"""In whom and for what the drug is used: from ``--sex``, ``--context`` and the sample sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pgx_ana.coded import Coded, concatenate
from pgx_ana.errors import UsageError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import Circumstances
from pgx_ana.names import did_you_mean
from pgx_ana.pipeline.request import Request
from pgx_ana.pipeline.sample_sheet import SheetRow

_SEXES = {"female": "female", "f": "female", "male": "male", "m": "male", "": ""}


@dataclass(frozen=True, slots=True)
class Stated:
    """What was stated of samples by name, and of all others."""

    by_sample: Mapping[str, Circumstances]
    others: Circumstances

    def of(self, samples: Sequence[str]) -> Coded[Circumstances]:
        """Return the sex and context of every sample, empty where nobody stated them."""
        if not self.by_sample:
            return Coded.constant(self.others, len(samples))
        people = (self.by_sample.get(sample, self.others) for sample in samples)
        return concatenate([Coded.constant(person, 1) for person in people])


def stated_circumstances(request: Request, knowledge: KnowledgeBase) -> Stated:
    """Return what the request and its sample sheet state of the people. Nothing is assumed.

    A context of the sample sheet holds for its sample, that of the request for all others. Raises
    :class:`UsageError` for an unknown sex or context, for a sex that the context does not have, and
    for rows of one sample that disagree.
    """
    context = "" if request.context is None else knowledge.context_named(request.context)
    sex = _sex_named(request.sex or "", "--sex")
    others = _checked(Circumstances(sex, context), knowledge, "--context")
    sheet = request.identity.place
    by_sample: dict[str, Circumstances] = {}
    for row in request.identity.rows_of(request.paths).values():
        if not row.sample:
            continue
        place = f"{sheet}: sample {row.sample}"
        found = _stated(row, knowledge, place)
        earlier = by_sample.get(row.sample, Circumstances())
        by_sample[row.sample] = Circumstances(
            _one_of(earlier.sex, found.sex, place), _one_of(earlier.context, found.context, place)
        )
    for sample, stated in by_sample.items():
        place = f"{sheet}: sample {sample}"
        complete = Circumstances(stated.sex or sex, stated.context or context)
        by_sample[sample] = _checked(complete, knowledge, place)
    return Stated(by_sample, others)


def _one_of(first: str, second: str, place: str) -> str:
    """Return what two rows of one person state; an empty cell states nothing."""
    if first and second and first != second:
        raise UsageError(f"{place}: its rows disagree: {first}, {second}")
    return first or second


def _sex_named(name: str, place: str) -> str:
    """Return a sex by its name or initial, in any case; empty for an empty text."""
    sex = _SEXES.get(name.casefold())
    if sex is None:
        hint = did_you_mean(name, ("female", "male"))
        raise UsageError(f"{place}: unknown sex {name!r}; use female or male{hint}")
    return sex


def _stated(row: SheetRow, knowledge: KnowledgeBase, place: str) -> Circumstances:
    sex = _sex_named(row.sex, place)
    try:
        context = knowledge.context_named(row.context) if row.context else ""
    except UsageError as error:
        raise UsageError(f"{place}: {error}") from error
    return Circumstances(sex, context)


def _checked(stated: Circumstances, knowledge: KnowledgeBase, place: str) -> Circumstances:
    """Return what was stated, with the sex that the context implies."""
    if not stated.context:
        return stated
    sex = knowledge.contexts[stated.context].sex
    if stated.sex not in {"", sex}:
        raise UsageError(
            f"{place}: the context {stated.context} is one of a {sex}, not {stated.sex}"
        )
    return Circumstances(sex, stated.context)
