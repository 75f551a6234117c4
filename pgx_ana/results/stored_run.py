"""The people of stored results, annotated anew, and the check that nothing differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pgx_ana.annotation import Annotations, Annotator
from pgx_ana.coded import Coded, distinct_rows
from pgx_ana.errors import InputError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.output import Cells
from pgx_ana.results.facts import RunFacts
from pgx_ana.results.folder import RefusedFile
from pgx_ana.results.people import StoredPeople, in_blocks
from pgx_ana.results.sections import Section
from pgx_ana.terms import TableName

PEOPLE_IN_BLOCK = 50_000
"""Most people of a block, as in a run over files."""

Recompute = Callable[[TableName, Annotations], Iterator[Section]]
"""Gives the sections of a table as this program writes them now."""


class Source(Protocol):
    """Where stored people are: how many there are, and what is said of their run."""

    @property
    def facts(self) -> RunFacts:
        """The run that made the results."""

    @property
    def n_people(self) -> int:
        """The number of all people."""

    def people(self) -> Iterator[StoredPeople]:
        """Yield all people, some at a time."""


class StoredRun:
    """The people of stored results, annotated some at a time, as by :class:`pipeline.Run`.

    ``n_people`` is the number of all people, ``refused`` are the files that a batch refused.
    Haplotypes, conclusions and summaries are computed again from the calls, and held against what
    is stored of them.
    """

    def __init__(
        self,
        source: Source,
        knowledge: KnowledgeBase,
        recompute: Recompute,
        refused: tuple[RefusedFile, ...] = (),
    ) -> None:
        self._source = source
        self._recompute = recompute
        self._annotator = Annotator(knowledge, source.facts.population)
        self.n_people = source.n_people
        self.refused = refused

    def blocks(self, people: int | None = PEOPLE_IN_BLOCK) -> Iterator[Annotations]:
        """Yield all people, at most ``people`` at a time, in their order.

        A block has people of one assembly. Memory grows with the people of a block, not with those
        of the run. Raises :class:`InputError` where the results cannot be read, or differ from what
        this program concludes from the calls in them.
        """
        for stored in in_blocks(self._source.people(), people):
            block = self._annotated(stored)
            del stored  # so that only one block is kept at a time
            yield block
            del block

    def _annotated(self, stored: StoredPeople) -> Annotations:
        calls = stored.calls(self._source.facts.options)
        block = self._annotator.annotate(calls, stored.circumstances)
        self._check(stored, block)
        return block

    def _check(self, stored: StoredPeople, block: Annotations) -> None:
        for table, sections in stored.sections.items():
            now = list(self._recompute(table, block))
            if len(now) != len(sections):
                raise self._difference(stored, table, 0)
            for then, found in zip(sections, now, strict=True):
                differing = first_difference(then, found, len(stored))
                if differing is not None:
                    raise self._difference(stored, table, differing)

    def _difference(self, stored: StoredPeople, table: TableName, person: int) -> InputError:
        return InputError(
            f"{stored.place}: sample {stored.samples[person]!r}: the {table} are not those that "
            f"follow from the calls: the results were {self._source.facts.maker}; annotate again"
        )


def first_difference(then: Section, now: Section, n_people: int) -> int | None:
    """Return the first person with another cell in any column; None for nobody."""
    found = (_differing(then.get(name), now.get(name), n_people) for name in {**then, **now})
    return min((number for number in found if number is not None), default=None)


def _differing(then: Cells | None, now: Cells | None, n_people: int) -> int | None:
    if isinstance(then, np.ndarray):
        before, after = _numbers(then, n_people), _numbers(now, n_people)
        differing = (before != after) & ~(np.isnan(before) & np.isnan(after))
        return int(differing.argmax()) if differing.any() else None
    before_texts, after_texts = _texts(then, n_people), _texts(now, n_people)
    _, people = distinct_rows([before_texts.codes, after_texts.codes])
    differing_people = (
        person for person in people.tolist() if before_texts[person] != after_texts[person]
    )
    return min(differing_people, default=None)


def _numbers(cells: Cells | None, n_people: int) -> NDArray[np.float64]:
    if isinstance(cells, np.ndarray):
        return cells.astype(np.float64)
    if cells is None:
        return np.full(n_people, np.nan)
    values = [np.nan if value is None else value for value in cells.values]
    return np.array(values, np.float64)[cells.codes]


def _texts(cells: Cells | None, n_people: int) -> Coded[str | None]:
    if isinstance(cells, Coded):
        return cells.map(lambda value: None if value is None else str(value))
    return Coded.constant(None, n_people)
