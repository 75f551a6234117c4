"""Small numbers of people hidden, with all others from which they could be computed.

Every number of a cohort that is shown follows from the cells of its partitions that are told, and
from the number of people. So it is enough to hide cells: within each partition, and where two
partitions tell of the same people.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence

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
    sets = tuple(_suppress_set(of_set, sites, below) for of_set in cohort.haplotype_sets)
    hiding = {key for key, site in sites.items() if site.people.has_hidden}
    hiding |= {of_set.id for of_set in sets if of_set.people.has_hidden}
    categories = tuple(
        _suppress_category(category, cohort.associations, hiding, below)
        for category in cohort.categories
    )
    return dataclasses.replace(
        cohort,
        n_people=n_people,
        files=_suppress_files(cohort.files, n_people, below),
        sites=tuple(sites.values()),
        haplotype_sets=sets,
        categories=tuple(_without_unions(categories, below)),
        sexes=hide_small(cohort.sexes, below),
        contexts=hide_small(cohort.contexts, below),
        people=None,
        hides=below,
    )


def hide_small(partition: Partition[K], below: int) -> Partition[K]:
    """Return a partition without cells of fewer than ``below`` people.

    Further cells are hidden, those with the fewest people first, until every small number may be
    any number from 1 to ``below`` - 1 for somebody who knows all that is told, what the marks mean,
    and that what is hidden beside is not more than what is told. If that is not enough, nothing is
    told of any cell.
    """
    counts = {cell: count for cell, count in partition.cells.items() if isinstance(count, int)}
    by_size = sorted(counts, key=lambda cell: counts[cell])
    hidden = [cell for cell in by_size if counts[cell] < below]
    others = [cell for cell in by_size if cell not in set(hidden)]
    if not hidden:
        return partition
    for n_more in range(len(others) + 1):
        told = others[n_more:]
        # What is hidden to protect others has at most as many people as what is told.
        most = counts[told[0]] if told else partition.n_people
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
    return Hidden.SMALL if _is_small(count, below) else count


def _part(count: Count, n_people: Count, below: int) -> Count:
    """Return a number of all people, hidden if it is small, or if the number of the others is."""
    if isinstance(count, Hidden) or isinstance(n_people, Hidden):
        return Hidden.OTHER
    if 0 < count < below:
        return Hidden.SMALL
    return Hidden.OTHER if 0 < n_people - count < below else count


def _suppress_files(files: FileFacts, n_people: Count, below: int) -> FileFacts:
    """Leave out what tells of single files: each may be that of one person.

    So the number of files may be that of people.
    """
    return dataclasses.replace(
        files,
        first=(),
        n_files=Hidden.OTHER if isinstance(n_people, Hidden) else files.n_files,
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
        # That it was compared, or fits, would narrow down how many are called or have an allele.
        frequency = dataclasses.replace(
            frequency,
            observed=Hidden.OTHER,
            is_compared=False,
            is_outlier=False,
            is_swapped=False,
        )
    return SitePeople(site.variant, people, frequency)


def _suppress_set(of_set: SetPeople, sites: Mapping[str, SitePeople], below: int) -> SetPeople:
    """Hide all of a haplotype set if anything is hidden of it, or at one of its sites.

    Diplotypes are combinations of genotypes that are told at each site. A few of them that are told
    beside those would be enough to compute others. That everybody is in one cell tells nothing.
    """
    is_open = not (
        hide_small(of_set.people, below).has_hidden
        or any(sites[rsid].people.has_hidden for rsid in of_set.sites)
        or any(_is_small(count, below) for _, count in of_set.deciding)
    )
    if is_open:
        return of_set
    is_one_cell = len(of_set.people.cells) == 1 and of_set.people.n_people >= below
    hidden = Partition(of_set.people.n_people, _NO_CELLS, hides_zeros=True)
    deciding = tuple(
        (text, Hidden.OTHER) for text, count in of_set.deciding if not _is_small(count, below)
    )
    return SetPeople(of_set.id, of_set.sites, of_set.people if is_one_cell else hidden, deciding)


def _is_small(count: Count, below: int) -> bool:
    return isinstance(count, int) and 0 < count < below


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
        or any(_is_small(count, below) for count in _overlaps(category))
        or any(
            item.marker in hiding
            for item in associations
            if category.category in {item.category, OVERALL}
        )
    )
    return category if is_open else _hidden_category(category)


def _without_unions(categories: Sequence[CategoryPeople], below: int) -> Iterator[CategoryPeople]:
    """Hide the findings of all categories if a few people have theirs in all but one of them."""
    parts = [_at_least(item) for item in categories if item.category != OVERALL]
    for category in categories:
        differences = (
            abs(of_all - of_part)
            for part in parts
            for of_all, of_part in zip(_at_least(category), part, strict=False)
        )
        is_union = category.category == OVERALL
        is_close = is_union and any(_is_small(count, below) for count in differences)
        yield _hidden_category(category) if is_close else category


def _at_least(category: CategoryPeople) -> list[int]:
    """Return the people with a finding of each level or a firmer one; none where it is hidden."""
    if category.highest.has_hidden:
        return []
    counts = (category.highest.cells.get(level, 0) for level in Level)
    return list(itertools.accumulate(count for count in counts if isinstance(count, int)))


def _overlaps(category: CategoryPeople) -> Iterator[int]:
    """Yield the people whom differences of the numbers tell: who has a level beside a firmer one.

    And those who have a firmer one alone.
    """
    firmer = 0
    for level in Level:
        highest, with_any = category.highest.cells.get(level, 0), category.with_level.get(level, 0)
        if isinstance(highest, int) and isinstance(with_any, int) and level in category.with_level:
            yield with_any - highest
            yield firmer - (with_any - highest)
            firmer += highest


def _hidden_category(category: CategoryPeople) -> CategoryPeople:
    return CategoryPeople(
        category.category,
        Partition(category.highest.n_people, {}, hides_zeros=True),
        dict.fromkeys(category.with_level, Hidden.OTHER),
        Hidden.OTHER,
    )
