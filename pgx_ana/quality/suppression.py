"""Small numbers of people hidden, with all others from which they could be computed.

Every number of a cohort that is shown follows from the cells of its partitions that are told, and
from the number of people. So it is enough to hide cells: within each partition, and where two
partitions tell of the same people.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pgx_ana.annotation import OVERALL
from pgx_ana.errors import UsageError
from pgx_ana.knowledge import Level
from pgx_ana.quality.cohort import (
    AssociationPeople,
    CategoryPeople,
    Cohort,
    FileFacts,
    SetCell,
    SetPeople,
    SitePeople,
)
from pgx_ana.quality.partition import Count, Hidden, K, Partition

_NO_CELLS: Mapping[SetCell, Count] = {}
_LEAST = 3
"""Least number below which counts can be hidden: else they are all 1."""


def suppress(cohort: Cohort, below: int) -> Cohort:
    """Return a cohort in which no number of people from 1 to ``below`` - 1 is told.

    Nor does one follow from sums and differences of the numbers that are told. Lists of people and
    files are left out. Raises :class:`UsageError` if ``below`` is less than 3, or if ``cohort`` has
    numbers hidden already.
    """
    if below < _LEAST:
        raise UsageError(
            f"small counts can be hidden below {_LEAST} or more: below 2, the mark tells the number"
        )
    if cohort.hides:
        raise UsageError("small counts are hidden already; hide those of the whole cohort")
    n_people = _alone(cohort.n_people, below)
    sites = {site.variant: _suppress_site(site, below) for site in cohort.sites}
    sets = tuple(_suppress_sets(cohort.haplotype_sets, sites, below))
    hiding = {key for key, site in sites.items() if site.people.has_hidden}
    hiding |= {of_set.id for of_set in sets if of_set.people.has_hidden}
    return dataclasses.replace(
        cohort,
        n_people=n_people,
        files=_suppress_files(cohort.files, n_people, below),
        sites=tuple(sites.values()),
        haplotype_sets=sets,
        categories=tuple(
            _suppress_category(category, cohort.associations, hiding, below)
            for category in cohort.categories
        ),
        sexes=hide_small(cohort.sexes, below),
        contexts=hide_small(cohort.contexts, below),
        people=None,
        hides=below,
    )


def hide_small(
    partition: Partition[K], below: int, also: Collection[K] = frozenset()
) -> Partition[K]:
    """Return a partition without cells of fewer than ``below`` people.

    Further cells are hidden, those with the fewest people first, until every small number may be
    any number from 1 to ``below`` - 1 for somebody who knows all that is told, what the marks mean,
    and that what is hidden beside is not more than what is told. If that is not enough, nothing is
    told of any cell. ``also`` are cells that are hidden in any case. A cell that everybody is in
    tells nothing of anybody, and is not hidden.
    """
    counts = {cell: count for cell, count in partition.cells.items() if isinstance(count, int)}
    by_size = sorted(counts, key=lambda cell: counts[cell])
    hidden = [cell for cell in by_size if counts[cell] < below or cell in also]
    others = [cell for cell in by_size if cell not in set(hidden)]
    if not hidden or (len(counts) == 1 and partition.n_people >= below):
        return partition
    for n_more in range(len(others) + 1):
        told = others[n_more:]
        # What is hidden to protect others has at most as many people as what is told.
        most = counts[told[0]] if told and not also else partition.n_people
        for marks in _markings([*hidden, *others[:n_more]], counts, below):
            bounds = _bounds(marks.values(), below, most)
            protected = [bound for cell, bound in zip(marks, bounds, strict=True) if cell in hidden]
            if _are_open(sum(counts[cell] for cell in marks), protected, bounds, below):
                # Nor does the order of cells tell which has fewer people.
                ordered = {cell: marks[cell] for cell in sorted(marks, key=str)}
                shown = {cell: counts[cell] for cell in reversed(told)}
                return Partition(partition.n_people, {**shown, **ordered})
    return Partition(partition.n_people, {}, hides_zeros=True)


def _markings(cells: Sequence[K], counts: Mapping[K, int], below: int) -> Iterator[dict[K, Hidden]]:
    """Yield ways to mark hidden cells: small ones as such, else all alike."""
    yield {cell: Hidden.SMALL if counts[cell] < below else Hidden.OTHER for cell in cells}
    yield dict.fromkeys(cells, Hidden.OTHER)


def _bounds(marks: Collection[Hidden], below: int, most: int) -> list[tuple[int, int]]:
    """Return the least and the greatest number that a mark may stand for.

    ``most`` is the greatest number that may be hidden. Beside cells that are marked as small, all
    others are not.
    """
    least = below if Hidden.SMALL in marks else 1
    of_mark = {Hidden.SMALL: (1, below - 1), Hidden.OTHER: (least, max(most, least))}
    return [of_mark[mark] for mark in marks]


def _are_open(
    total: int,
    protected: Sequence[tuple[int, int]],
    bounds: Sequence[tuple[int, int]],
    below: int,
) -> bool:
    """Return whether each protected number may be any one from 1 to ``below`` - 1.

    It is known that all numbers have a sum, and that each is within its bounds.
    """
    least, greatest = (sum(column) for column in zip(*bounds, strict=True))
    return all(
        low == 1 and total - (greatest - high) <= 1 and total - (least - low) >= below - 1
        for low, high in protected
    )


def _alone(count: Count, below: int) -> Count:
    """Return a number that stands alone, hidden if it is small."""
    return Hidden.SMALL if isinstance(count, int) and 0 < count < below else count


def _part(count: Count, n_people: Count, below: int) -> Count:
    """Return a number of all people, hidden if it is small, or if the number of the others is."""
    if isinstance(count, Hidden) or isinstance(n_people, Hidden):
        return Hidden.OTHER
    if 0 < count < below:
        return Hidden.SMALL
    return Hidden.OTHER if 0 < n_people - count < below else count


def _suppress_files(files: FileFacts, n_people: Count, below: int) -> FileFacts:
    """Leave out what tells of single files: each may be that of one person."""
    return dataclasses.replace(
        files,
        first=(),
        kinds=dict.fromkeys(files.kinds, Hidden.OTHER),
        remarks=dict.fromkeys(files.remarks, Hidden.OTHER),
        in_several=_part(files.in_several, n_people, below),
    )


def _suppress_site(site: SitePeople, below: int) -> SitePeople:
    people = hide_small(site.people, below)
    frequency = site.frequency
    is_told = not people.hides_zeros and not any(
        cell.is_called and isinstance(count, Hidden) for cell, count in people.cells.items()
    )
    if frequency is not None and frequency.observed is not None and not is_told:
        frequency = dataclasses.replace(frequency, observed=Hidden.OTHER)
    return SitePeople(site.variant, people, frequency)


def _suppress_sets(
    sets: tuple[SetPeople, ...], sites: Mapping[str, SitePeople], below: int
) -> Iterator[SetPeople]:
    """Yield haplotype sets that tell nothing of what is hidden at their sites, or in each other."""
    for of_set in sets:
        is_shared = any(
            other is not of_set and not set(other.sites).isdisjoint(of_set.sites) for other in sets
        )
        core = [sites[rsid] for rsid in of_set.sites]
        is_small = hide_small(of_set.people, below).has_hidden or any(
            _number(count) < below for _, count in of_set.deciding
        )
        if is_small or any(site.people.has_hidden for site in core):
            people = (
                Partition(of_set.people.n_people, _NO_CELLS, hides_zeros=True)
                if is_shared
                else _Diplotypes(of_set, core, below).hidden()
            )
            deciding = tuple(
                (text, Hidden.OTHER) for text, count in of_set.deciding if _number(count) >= below
            )
            yield dataclasses.replace(of_set, people=people, deciding=deciding)
        else:
            yield of_set


@dataclass(frozen=True, slots=True)
class _Diplotypes:
    """The diplotypes of a set, whose people are also told of by their genotypes at its sites."""

    of_set: SetPeople
    core: list[SitePeople]
    below: int

    def hidden(self) -> Partition[SetCell]:
        """Return the diplotypes of which the sites tell everything anyway, and no others.

        At each site, the people with a genotype whose diplotypes are not told are none, or are not
        few. Which other diplotypes there are is not told: with the genotypes, even that nobody has
        one of them may tell how many have another.
        """
        everyone = self.of_set.people
        also = {cell for cell in everyone.cells if not self._is_told(cell)}
        while True:
            found = hide_small(everyone, self.below, also)
            giving_away = self._giving_away(found)
            if giving_away is None:
                break
            also.add(giving_away)
        if not found.has_hidden:
            return found
        told = {cell: n for cell, n in found.cells.items() if isinstance(n, int)}
        return Partition(everyone.n_people, told, hides_zeros=True)

    def _is_told(self, cell: SetCell) -> bool:
        """Return whether the number of people with each genotype of a diplotype is told."""
        if not cell.diplotype or cell.is_rest:
            return False
        return all(
            isinstance(_with_genotype(site, genotype), int)
            for site, genotype in zip(self.core, self._genotypes(cell), strict=True)
        )

    def _genotypes(self, cell: SetCell) -> tuple[str, ...]:
        return self.of_set.genotypes[cell.diplotype]

    def _giving_away(self, people: Partition[SetCell]) -> SetCell | None:
        """Return a diplotype that is told, and leaves few people with one of its genotypes."""
        counts = people.cells.items()
        told = [cell for cell, n in counts if isinstance(n, int) and self._is_told(cell)]
        for number, site in enumerate(self.core):
            by_genotype: dict[str, list[SetCell]] = {}
            for cell in told:
                by_genotype.setdefault(self._genotypes(cell)[number], []).append(cell)
            for genotype, cells in by_genotype.items():
                n_told = {cell: _number(people.cells[cell]) for cell in cells}
                rest = _number(_with_genotype(site, genotype)) - sum(n_told.values())
                if 0 < rest < self.below:
                    return min(n_told, key=n_told.__getitem__)
        return None


def _number(count: Count) -> int:
    """Return a number that is known to be told."""
    if isinstance(count, Hidden):
        raise TypeError("a hidden number has no value")
    return count


def _with_genotype(site: SitePeople, genotype: str) -> Count:
    return site.people.of(lambda cell: cell.is_called and cell.genotype == genotype)


def _suppress_category(
    category: CategoryPeople,
    associations: tuple[AssociationPeople, ...],
    hiding: Collection[str],
    below: int,
) -> CategoryPeople:
    """Hide the findings of a category if they rest on a marker of which anything is hidden."""
    highest = hide_small(category.highest, below)
    with_level: dict[Level, Count] = {
        level: _part(count, category.highest.n_people, below)
        for level, count in category.with_level.items()
    }
    is_open = not (
        highest.has_hidden
        or any(isinstance(count, Hidden) for count in with_level.values())
        or any(
            item.marker in hiding
            for item in associations
            if category.category in {item.category, OVERALL}
        )
    )
    if is_open:
        return category
    return CategoryPeople(
        category.category,
        Partition(category.highest.n_people, {}, hides_zeros=True),
        dict.fromkeys(with_level, Hidden.OTHER),
        Hidden.OTHER,
    )
