"""Stored people: who they are, their calls, and what was concluded from them."""

from __future__ import annotations

import graphlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pgx_ana.coded import Coded, concatenate
from pgx_ana.errors import InputError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import (
    CallOptions,
    Circumstances,
    CohortCalls,
    InputFile,
    SiteCalls,
)
from pgx_ana.output import Cells
from pgx_ana.results.sections import Section, joined_cells, joined_numbers
from pgx_ana.terms import Assembly, TableName


@dataclass(frozen=True, slots=True, eq=False)
class StoredPeople:
    """Some people of one run, on one assembly.

    ``files`` has the input files of each person. ``sections`` has, by table, what was concluded
    from the calls, to be compared with what is concluded now. ``place`` is where they are stored.
    """

    place: str
    samples: tuple[str, ...]
    files: Coded[tuple[InputFile, ...]]
    circumstances: Coded[Circumstances]
    assembly: Assembly
    sites: tuple[SiteCalls, ...]
    sections: Mapping[TableName, tuple[Section, ...]]

    def __len__(self) -> int:
        return len(self.samples)

    def calls(self, options: CallOptions) -> CohortCalls:
        """Return the calls as they were made, with the options of the run."""
        files, sample_files = _numbered(self.files.compact())
        return CohortCalls(
            self.samples, sample_files, files, self.assembly, options, sites=self.sites
        )

    def take(self, who: slice) -> StoredPeople:
        """Return some of the people."""
        return StoredPeople(
            self.place,
            self.samples[who],
            self.files.take(who).compact(),
            self.circumstances.take(who).compact(),
            self.assembly,
            tuple(_site_of(site, who) for site in self.sites),
            {
                table: tuple(
                    {name: _cells_of(cells, who) for name, cells in section.items()}
                    for section in sections
                )
                for table, sections in self.sections.items()
            },
        )

    def fits(self, other: StoredPeople) -> bool:
        """Say whether other people can be in one block with these: one assembly, the same rows."""
        return (
            self.assembly is other.assembly
            and [site.variant.id for site in self.sites]
            == [site.variant.id for site in other.sites]
            and {table: len(of) for table, of in self.sections.items()}
            == {table: len(of) for table, of in other.sections.items()}
        )


def together(parts: Sequence[StoredPeople]) -> StoredPeople:
    """Return the people of several parts that fit, in their order."""
    first = parts[0]
    if len(parts) == 1:
        return first
    sizes = [len(part) for part in parts]
    return StoredPeople(
        first.place,
        tuple(itertools.chain.from_iterable(part.samples for part in parts)),
        concatenate([part.files for part in parts]),
        concatenate([part.circumstances for part in parts]),
        first.assembly,
        tuple(map(_joined_site, zip(*(part.sites for part in parts), strict=True))),
        {
            table: tuple(
                joined_cells(sections, sizes)
                for sections in zip(*(part.sections[table] for part in parts), strict=True)
            )
            for table in first.sections
        },
    )


def in_blocks(parts: Iterable[StoredPeople], people: int | None) -> Iterator[StoredPeople]:
    """Yield the same people in blocks of at most so many, all that fit together for None.

    A block that is full is yielded before further people are asked for, and is not kept.
    """
    gathered: list[StoredPeople] = []
    for part in parts:
        for piece in _divided(part, people):
            if gathered and (_exceeds([*gathered, piece], people) or not gathered[0].fits(piece)):
                yield together(_emptied(gathered))
            gathered.append(piece)
        del part, piece
        if people is not None and sum(map(len, gathered)) == people:
            yield together(_emptied(gathered))
    if gathered:
        yield together(_emptied(gathered))


def _exceeds(parts: Sequence[StoredPeople], people: int | None) -> bool:
    return people is not None and sum(map(len, parts)) > people


def _emptied(parts: list[StoredPeople]) -> list[StoredPeople]:
    """Return what is in a list, which is empty afterwards."""
    found = parts.copy()
    parts.clear()
    return found


def check_circumstances(
    people: Iterable[Circumstances], knowledge: KnowledgeBase, place: str
) -> None:
    """Raise :class:`InputError` for a sex or context that the knowledge base does not have."""
    for person in people:
        context = knowledge.contexts.get(person.context)
        if person.context and context is None:
            raise InputError(f"{place}: unknown context {person.context!r}")
        sexes = {"", "female", "male"} if context is None else {context.sex}
        if person.sex not in sexes:
            raise InputError(
                f"{place}: the sex {person.sex or 'of nobody'!r} does not fit the context "
                f"{person.context or 'of nobody'!r}"
            )


def _divided(part: StoredPeople, people: int | None) -> Iterator[StoredPeople]:
    if people is None or len(part) <= people:
        yield part
        return
    for start in range(0, len(part), people):
        yield part.take(slice(start, start + people))


def _numbered(
    files: Coded[tuple[InputFile, ...]],
) -> tuple[tuple[InputFile, ...], Coded[tuple[int, ...]]]:
    """Return all files, and the numbers of those of each person, which rise."""
    order: graphlib.TopologicalSorter[InputFile] = graphlib.TopologicalSorter()
    for of_person in files.values:
        for number, file in enumerate(of_person):
            order.add(file, *of_person[max(0, number - 1) : number])
    try:
        listed = tuple(order.static_order())
    except graphlib.CycleError:  # people of several runs, which list their files in any order
        listed = tuple(dict.fromkeys(itertools.chain.from_iterable(files.values)))
    number_of = {file: number for number, file in enumerate(listed)}
    return listed, files.map(lambda of: tuple(number_of[file] for file in of))


def _site_of(site: SiteCalls, who: slice) -> SiteCalls:
    return SiteCalls(
        site.variant,
        site.calls.take(who).compact(),
        None if site.gq is None else site.gq[who],
        None if site.dp is None else site.dp[who],
        None if site.phase_set is None else site.phase_set[who],
    )


def _cells_of(cells: Cells, who: slice) -> Cells:
    return cells.take(who) if isinstance(cells, Coded) else cells[who]


def _joined_site(sites: Sequence[SiteCalls]) -> SiteCalls:
    sizes = [len(site.calls) for site in sites]
    return SiteCalls(
        sites[0].variant,
        concatenate([site.calls for site in sites]),
        joined_numbers([site.gq for site in sites], sizes),
        joined_numbers([site.dp for site in sites], sizes),
        joined_numbers([site.phase_set for site in sites], sizes),
    )
