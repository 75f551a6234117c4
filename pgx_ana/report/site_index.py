"""The first page of the site: what it is, how much there is, and the way to every page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.report.site_addresses import Link
from pgx_ana.report.site_gene import results_of, sets_of, variants_of
from pgx_ana.report.site_names import EntryGroup, entry_groups
from pgx_ana.report.site_question import answer_of
from pgx_ana.report.site_subject import Site, associations_of
from pgx_ana.report.words import CATEGORIES, Mark, level_glossary, level_mark, level_rank


@dataclass(frozen=True, slots=True)
class GeneRow:
    """A gene with how much there is on it; ``level`` is the firmest, if it has any."""

    link: Link
    name: str
    n_variants: int
    n_sets: int
    n_results: int
    n_conclusions: int
    level: Mark | None


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A level with its meaning, and the number of conclusions in each category."""

    level: Mark
    address: str
    meaning: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question with the numbers of results: on the drug, its class, in men, without."""

    link: Link
    counts: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class ContextRow:
    """A use of the drug."""

    link: Link
    sex: str
    is_off_label: bool


@dataclass(frozen=True, slots=True)
class IndexView:
    """What the first page shows, in its order."""

    description: str
    counts: tuple[tuple[int, str], ...]
    categories: tuple[str, ...]
    levels: tuple[LevelRow, ...]
    questions: tuple[QuestionRow, ...]
    contexts: tuple[ContextRow, ...]
    genes: tuple[GeneRow, ...]
    groups: tuple[EntryGroup, ...]


def index_view(site: Site) -> IndexView:
    """Return what the first page shows."""
    knowledge = site.knowledge
    return IndexView(
        description=knowledge.info.description,
        counts=_counts(knowledge),
        categories=tuple(CATEGORIES.values()),
        levels=tuple(_levels(site)),
        questions=tuple(_questions(site)),
        contexts=tuple(
            ContextRow(
                Link(item.name, site.addresses.contexts[key]), item.sex, item.off_label == "yes"
            )
            for key, item in knowledge.contexts.items()
        ),
        genes=tuple(_gene(key, site) for key in knowledge.genes),
        groups=entry_groups(site),
    )


def _counts(knowledge: KnowledgeBase) -> tuple[tuple[int, str], ...]:
    return (
        (len(knowledge.definitions), "variant"),
        (len(knowledge.genes), "gene"),
        (len(knowledge.haplotype_sets), "haplotype set"),
        (len(knowledge.haplotypes), "haplotype"),
        (len(knowledge.evidence), "published result"),
        (len(knowledge.publications), "publication"),
        (len(knowledge.associations), "conclusion"),
    )


def _levels(site: Site) -> Iterator[LevelRow]:
    knowledge = site.knowledge
    for mark, meaning in level_glossary():
        categories = [
            knowledge.outcomes[item.outcome].category.value
            for item in knowledge.associations.values()
            if knowledge.level(item.id).value == mark.key
        ]
        counts = tuple(categories.count(category) for category in CATEGORIES)
        yield LevelRow(mark, site.addresses.levels[mark.key], meaning, counts)


def _questions(site: Site) -> Iterator[QuestionRow]:
    for key, item in site.knowledge.questions.items():
        answer = answer_of(key, site)
        counts = (answer.on_drug, answer.on_class, answer.in_men, answer.without)
        yield QuestionRow(Link(item.name, site.addresses.questions[key]), counts)


def _gene(key: str, site: Site) -> GeneRow:
    knowledge = site.knowledge
    variants, sets = variants_of(key, knowledge), sets_of(key, knowledge)
    subjects = (*variants, *sets)
    associations = [item for subject in subjects for item in associations_of(subject, knowledge)]
    levels = sorted((knowledge.level(item.id) for item in associations), key=level_rank)
    return GeneRow(
        link=Link(key, site.addresses.genes[key]),
        name="" if knowledge.genes[key].name == key else knowledge.genes[key].name,
        n_variants=len(variants),
        n_sets=len(sets),
        n_results=len(results_of(subjects, knowledge)),
        n_conclusions=len(associations),
        level=level_mark(levels[0]) if levels else None,
    )
