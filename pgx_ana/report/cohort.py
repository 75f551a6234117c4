"""What a reader is told of a cohort, as values that are ready to be shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pgx_ana.knowledge import KnowledgeBase, Level
from pgx_ana.quality import (
    MAX_LISTED_PEOPLE,
    CategoryPeople,
    Cohort,
    Count,
    FileFacts,
    Hidden,
    Partition,
    Person,
    suppress,
)
from pgx_ana.report.cohort_evidence import EvidenceWriter, MarkerPeople
from pgx_ana.report.cohort_haplotypes import NamedFigure, SetRow, set_rows
from pgx_ana.report.cohort_sites import FrequencyRow, GeneSites, frequency_rows, gene_sites
from pgx_ana.report.figures import Figure, Figures
from pgx_ana.report.origin import Reference, option_texts
from pgx_ana.report.words import CATEGORIES, Mark, level_mark
from pgx_ana.version import __version__

MAX_REFUSED = 50
"""Refused files that are listed; the others are counted."""

_OVERALL_NAME = "All categories"
_NONE_APPLIES = Mark("none", "no finding applies", "=")
_NOT_ASSESSED = Mark("notass", "nothing assessed", "-")


@dataclass(frozen=True, slots=True)
class CohortOptions:
    """What is told of a cohort beside its numbers.

    Numbers of people below ``suppress_below`` are hidden; 0 hides none. ``pages`` has the address
    of the page on each person, by name, as far as there are any. ``refused`` has files that could
    not be used, with the reason.
    """

    suppress_below: int = 0
    pages: Mapping[str, str] = field(default_factory=dict)
    refused: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class RunView:
    """The people, files and versions of a run; lists are cut where ``n_more`` counts the rest."""

    program: str
    knowledge: str
    n_people: Figure
    assemblies: tuple[str, ...]
    n_files: Figure
    in_several: Figure
    kinds: tuple[NamedFigure, ...]
    remarks: tuple[NamedFigure, ...]
    files: tuple[tuple[str, str], ...]
    n_more_files: int
    refused: tuple[tuple[str, str], ...]
    n_refused: int
    n_more_refused: int
    sexes: tuple[NamedFigure, ...]
    contexts: tuple[NamedFigure, ...]
    settings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LevelPeople:
    """A level with the people whose firmest finding has it, and those with any such finding."""

    mark: Mark
    highest: Figure
    with_any: Figure | None


@dataclass(frozen=True, slots=True)
class CategoryView:
    """The findings of one category; ``is_hidden`` if nothing of them is told."""

    name: str
    n_findings: Figure
    levels: tuple[LevelPeople, ...]
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person: the page, if there is one, and numbers of sites and findings.

    ``level_rank`` is the place of the highest level among all, from 0 for the firmest.
    """

    name: str
    page: str
    n_called: int
    n_findings: tuple[int, ...]
    level: Mark
    level_rank: int


@dataclass(frozen=True, slots=True)
class CohortView:
    """All that the page of a cohort shows. ``people`` is None where nobody is listed."""

    drug: str
    hides: int
    is_too_small: bool
    max_listed: int
    n_sites: int
    n_called_in_all: int
    n_called_in_none: int
    run: RunView
    categories: tuple[CategoryView, ...]
    genes: tuple[GeneSites, ...]
    n_compared: int
    n_suspect: int
    frequencies: tuple[FrequencyRow, ...]
    haplotype_sets: tuple[SetRow, ...]
    markers: tuple[MarkerPeople, ...]
    references: tuple[Reference, ...]
    category_names: tuple[str, ...]
    people: tuple[PersonRow, ...] | None


def cohort_view(cohort: Cohort, knowledge: KnowledgeBase, options: CohortOptions) -> CohortView:
    """Return all that is told of a cohort.

    Raises :class:`UsageError` if numbers cannot be hidden below ``suppress_below``.
    """
    if options.suppress_below:
        cohort = suppress(cohort, options.suppress_below)
    figures = Figures(cohort.hides)
    evidence = EvidenceWriter(cohort, knowledge)
    frequencies, genes = frequency_rows(cohort, knowledge), gene_sites(cohort, knowledge)
    return CohortView(
        drug=knowledge.drugs[knowledge.info.drug].name,
        hides=cohort.hides,
        is_too_small=isinstance(cohort.n_people, Hidden),
        max_listed=MAX_LISTED_PEOPLE,
        n_sites=sum(len(gene.rows) for gene in genes),
        n_called_in_all=sum(gene.n_all for gene in genes),
        n_called_in_none=sum(gene.n_none for gene in genes),
        run=_run_view(cohort, knowledge, options, figures),
        categories=tuple(_category(item, figures) for item in cohort.categories),
        genes=genes,
        n_compared=sum(row.is_compared for row in frequencies),
        n_suspect=sum(row.is_suspect for row in frequencies),
        frequencies=frequencies,
        haplotype_sets=set_rows(cohort, knowledge),
        markers=evidence.markers(),
        references=evidence.references(),
        category_names=tuple(CATEGORIES.values()),
        people=None
        if cohort.people is None
        else tuple(_person(person, options.pages) for person in cohort.people),
    )


def _run_view(
    cohort: Cohort, knowledge: KnowledgeBase, options: CohortOptions, figures: Figures
) -> RunView:
    files = cohort.files
    called = dataclasses.asdict(cohort.options) | {"population": cohort.population}
    refused = () if cohort.hides else tuple(options.refused[:MAX_REFUSED])
    contexts = {key: item.name for key, item in knowledge.contexts.items()}
    return RunView(
        program=__version__,
        knowledge=f"{knowledge.info.name} {knowledge.stamp}",
        n_people=figures.figure(cohort.n_people),
        assemblies=files.assemblies,
        n_files=figures.figure(files.n_files),
        in_several=figures.figure(files.in_several),
        kinds=tuple(_named(files.kinds, figures)),
        remarks=tuple(_named(files.remarks, figures)),
        files=tuple(_files(files)),
        n_more_files=0 if isinstance(files.n_files, Hidden) else files.n_files - len(files.first),
        refused=refused,
        n_refused=len(options.refused),
        n_more_refused=len(options.refused) - len(refused),
        sexes=tuple(_partition(cohort.sexes, {}, figures)),
        contexts=tuple(_partition(cohort.contexts, contexts, figures)),
        settings=tuple(option_texts(called, cohort.genes)),
    )


def _files(files: FileFacts) -> Iterator[tuple[str, str]]:
    """Yield the name of each listed file, and what it is."""
    for file in files.first:
        kind = f"{file.format} {file.compression}".strip()
        people = "1 person" if file.samples == 1 else f"{file.samples:,} people"
        remark = f"; {file.remark}" if file.remark else ""
        yield file.name, f"{kind}, {file.assembly} by {file.assembly_source}, {people}{remark}"


def _named(counts: Mapping[str, Count], figures: Figures) -> Iterator[NamedFigure]:
    for name, count in counts.items():
        yield NamedFigure(name, figures.figure(count))


def _partition(
    people: Partition[str], names: Mapping[str, str], figures: Figures
) -> Iterator[NamedFigure]:
    """Yield the groups of people, if anything is known of anybody; unnamed ones as not stated."""
    if set(people.cells) <= {""}:
        return
    for key, count in people.cells.items():
        name = names.get(key, key) or "not stated"
        yield NamedFigure(name, figures.figure(count, people.n_people))


def _category(category: CategoryPeople, figures: Figures) -> CategoryView:
    highest, with_level = category.highest, category.with_level
    is_overall = category.category not in CATEGORIES
    levels = tuple(
        LevelPeople(
            _level_mark(level),
            figures.figure(_people_of(highest, level), highest.n_people),
            None
            if is_overall or level in {None, Level.NOT_ASSESSABLE}
            else figures.figure(with_level.get(level, 0), highest.n_people),
        )
        for level in (*Level, None)
        if not highest.hides_zeros and (level in highest.cells or level in with_level)
    )
    return CategoryView(
        CATEGORIES.get(category.category, _OVERALL_NAME),
        figures.figure(category.n_findings),
        levels,
        is_hidden=highest.hides_zeros,
    )


def _people_of(highest: Partition[Level | None], level: Level | None) -> Count:
    return highest.of(lambda cell: cell is level)


def _level_mark(level: Level | None) -> Mark:
    if level is None:
        return _NONE_APPLIES
    return _NOT_ASSESSED if level is Level.NOT_ASSESSABLE else level_mark(level.value)


def _person(person: Person, pages: Mapping[str, str]) -> PersonRow:
    return PersonRow(
        person.name,
        pages.get(person.name, ""),
        person.n_called,
        tuple(person.n_findings[category] for category in CATEGORIES),
        _level_mark(person.highest_level),
        (*Level, None).index(person.highest_level),
    )
