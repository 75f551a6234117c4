"""In whom and for what the drug is used: from ``--context`` and from the sample sheet."""

from __future__ import annotations

from collections.abc import Sequence

from pgx_ana.coded import Coded, concatenate
from pgx_ana.errors import UsageError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import Circumstances
from pgx_ana.names import did_you_mean
from pgx_ana.pipeline.request import Request
from pgx_ana.pipeline.sample_sheet import SheetRow, read_sample_sheet

_SEXES = {"female": "female", "f": "female", "male": "male", "m": "male", "": ""}


def circumstances_of(
    request: Request, samples: Sequence[str], knowledge: KnowledgeBase
) -> Coded[Circumstances]:
    """Return the sex and context of every sample, empty where nobody stated them.

    A context of the sample sheet holds for its sample, that of the request for all others. Nothing
    is assumed. Raises :class:`UsageError` for an unknown sex or context, for a sex that the context
    does not have, and for rows that disagree.
    """
    context = knowledge.context_named(request.context) if request.context else ""
    default = _checked(Circumstances("", context), knowledge, "--context")
    sheet = request.identity.sample_sheet
    if not sheet:
        return Coded.constant(default, len(samples))
    stated: dict[str, Circumstances] = {}
    for row in read_sample_sheet(sheet):
        place = f"--sample-sheet {sheet}: sample {row.sample}"
        found = _checked(_stated(row, context, knowledge, place), knowledge, place)
        if stated.setdefault(row.sample, found) != found:
            raise UsageError(f"{place}: its rows have different sexes or contexts")
    people = [stated.get(sample, default) for sample in samples]
    return concatenate([Coded.constant(person, 1) for person in people])


def _stated(
    row: SheetRow, default_context: str, knowledge: KnowledgeBase, place: str
) -> Circumstances:
    sex = _SEXES.get(row.sex.casefold())
    if sex is None:
        hint = did_you_mean(row.sex, ("female", "male"))
        raise UsageError(f"{place}: unknown sex {row.sex!r}; use female or male{hint}")
    try:
        context = knowledge.context_named(row.context) if row.context else default_context
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
