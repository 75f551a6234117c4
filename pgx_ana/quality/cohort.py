"""A cohort in numbers: what its people have at every site, haplotype set and association.

The size of these values does not depend on the number of people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pgx_ana.knowledge import Level
from pgx_ana.model import CallOptions, InputFile
from pgx_ana.quality.call_counts import ASSERTED
from pgx_ana.quality.partition import Count, Hidden, Partition
from pgx_ana.terms import CallStatus

CALLED_STATES = frozenset({CallStatus.CALLED.value, ASSERTED})
"""The states of calls with a complete genotype."""


class SiteCell(NamedTuple):
    """People with one state and genotype at a site.

    ``genotype`` is unphased, in the order of the variant's alleles; empty where no genotype counts
    as observed.
    """

    state: str
    genotype: str

    @property
    def is_called(self) -> bool:
        """Return whether both copies are known or asserted."""
        return self.state in CALLED_STATES


class SetCell(NamedTuple):
    """People with one diplotype of a haplotype set, and what its associations say of them.

    ``diplotype`` is empty where none is reported. ``is_rest`` is True for diplotypes that are too
    many to be counted one by one. ``directions`` are those of the associations of the set, in file
    order.
    """

    status: str
    diplotype: str
    phenotype: str
    directions: tuple[str, ...]
    is_rest: bool = False


Cell = SiteCell | SetCell


@dataclass(frozen=True, slots=True)
class FileFacts:
    """The files of a cohort: the first ones, and how many there are of each kind.

    ``kinds`` has the number of files by format and caller, ``remarks`` by remark, of the most
    frequent ones. ``in_several`` is the number of people who are in
    more than one file.
    """

    first: tuple[InputFile, ...]
    n_files: Count
    assemblies: tuple[str, ...]
    kinds: Mapping[str, Count]
    remarks: Mapping[str, Count]
    in_several: Count


@dataclass(frozen=True, slots=True)
class SiteFrequency:
    """The frequency of an allele in the cohort, and those in known populations.

    ``observed`` is None where nobody is called. ``populations`` has the known frequencies, ``all``
    for all people of the source together. ``is_compared`` says that enough people are called.
    ``is_outlier`` says that ``observed`` is far from all of them, ``is_swapped`` that one minus it
    is not.
    """

    allele: str
    observed: float | Hidden | None
    populations: Mapping[str, float]
    is_compared: bool
    is_outlier: bool
    is_swapped: bool


@dataclass(frozen=True, slots=True)
class SitePeople:
    """What the people have at one variant; ``frequency`` is None where no population is known."""

    variant: str
    people: Partition[SiteCell]
    frequency: SiteFrequency | None


@dataclass(frozen=True, slots=True)
class SetPeople:
    """The diplotypes of the people in one haplotype set.

    ``sites`` are its core sites. ``deciding`` has what would settle the diplotypes that are not
    determined, each with the number of people, the most frequent first; a person may need several.
    """

    id: str
    sites: tuple[str, ...]
    people: Partition[SetCell]
    deciding: tuple[tuple[str, Count], ...]


@dataclass(frozen=True, slots=True)
class AssociationPeople:
    """What an association says of the people in each cell of its marker, as a direction.

    ``marker`` is a variant or a haplotype set, ``category`` that of the outcome.
    """

    id: str
    category: str
    marker: str
    directions: Mapping[Cell, str]


@dataclass(frozen=True, slots=True)
class CategoryPeople:
    """The findings in one category, or in all of them (``overall``).

    ``highest`` divides the people by the level of their firmest finding: None where there is
    none, ``not_assessable`` where nothing was assessed. ``with_level`` is the number of people with
    at least one finding of a level; it is empty for ``overall``. ``n_findings`` are those of all
    people, with linked variants counted once in each person.
    """

    category: str
    highest: Partition[Level | None]
    with_level: Mapping[Level, Count]
    n_findings: Count


@dataclass(frozen=True, slots=True)
class Person:
    """One person in numbers; ``n_findings`` has the findings of each category."""

    name: str
    n_called: int
    n_findings: Mapping[str, int]
    highest_level: Level | None


@dataclass(frozen=True, slots=True)
class Cohort:
    """A cohort in numbers.

    ``people`` has everybody by name; it is None if they are too many, or not to be told. ``hides``
    is the least number of people that is told, 0 where all numbers are. ``options``, ``population``
    and ``genes`` say how the people were called; no genes stand for all.
    """

    n_people: Count
    files: FileFacts
    sites: tuple[SitePeople, ...]
    haplotype_sets: tuple[SetPeople, ...]
    associations: tuple[AssociationPeople, ...]
    categories: tuple[CategoryPeople, ...]
    sexes: Partition[str]
    contexts: Partition[str]
    people: tuple[Person, ...] | None
    hides: int = 0
    options: CallOptions = field(default_factory=CallOptions)
    population: str = ""
    genes: tuple[str, ...] = ()

    def count(self, association: AssociationPeople, direction: str) -> Count:
        """Return the number of people of whom an association says a direction."""
        said = association.directions
        for site in self.sites:
            if site.variant == association.marker:
                return site.people.of(lambda cell: said.get(cell) == direction)
        of_set = next(item for item in self.haplotype_sets if item.id == association.marker)
        return of_set.people.of(lambda cell: said.get(cell) == direction)
