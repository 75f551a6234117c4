"""The page on a gene: its variants and haplotype sets, and what is concluded on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.report.site_addresses import Link
from pgx_ana.report.site_conclusions import ConclusionView
from pgx_ana.report.site_subject import Site, SubjectCounts, associations_of
from pgx_ana.report.words import STRANDS, level_rank


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """A variant or haplotype set of a gene, with how much there is on it."""

    link: Link
    names: tuple[str, ...]
    told: str
    counts: SubjectCounts


@dataclass(frozen=True, slots=True)
class GeneView:
    """What the page on a gene shows, in its order."""

    id: str
    name: str
    role: str
    places: tuple[str, ...]
    ids: tuple[str, ...]
    source: str
    variants: tuple[SubjectRow, ...]
    haplotype_sets: tuple[SubjectRow, ...]
    n_results: int
    conclusions: tuple[ConclusionView, ...]


def gene_view(key: str, site: Site) -> GeneView:
    """Return what the page on a gene shows."""
    knowledge = site.knowledge
    gene = knowledge.genes[key]
    places = [f"chromosome {gene.chrom}", *([STRANDS[gene.strand]] if gene.strand else [])]
    places += [f"{name} {span.start:,}-{span.end:,}" for name, span in gene.bounds.items()]
    transcript = [f"transcript {gene.transcript}"] if gene.transcript else []
    named = {"HGNC": gene.hgnc, "NCBI": gene.ncbi, "Ensembl": gene.ensembl}
    variants, sets = variants_of(key, knowledge), sets_of(key, knowledge)
    return GeneView(
        id=key,
        name=gene.name,
        role=gene.role,
        places=tuple(places),
        ids=(
            *transcript,
            *(
                f"{system} {value.removeprefix('HGNC:')}"
                for system, value in named.items()
                if value
            ),
        ),
        source=gene.source,
        variants=tuple(_variant_rows(variants, site)),
        haplotype_sets=tuple(_set_rows(sets, site)),
        n_results=len(results_of((*variants, *sets), knowledge)),
        conclusions=ranked_conclusions((*variants, *sets), site),
    )


def variants_of(gene: str, knowledge: KnowledgeBase) -> tuple[str, ...]:
    """Return the variants of a gene by their position."""
    return tuple(variant.id for variant in knowledge.variants if variant.gene == gene)


def sets_of(gene: str, knowledge: KnowledgeBase) -> tuple[str, ...]:
    """Return the haplotype sets of a gene."""
    return tuple(key for key, item in knowledge.haplotype_sets.items() if item.gene == gene)


def results_of(subjects: Iterable[str], knowledge: KnowledgeBase) -> set[str]:
    """Return the published results on variants and haplotype sets."""
    return {
        item.id
        for key in subjects
        for item in (*knowledge.evidence_on(key), *knowledge.evidence_on_set(key))
    }


def ranked_conclusions(subjects: Iterable[str], site: Site) -> tuple[ConclusionView, ...]:
    """Return the conclusions on variants and haplotype sets, the firmest first."""
    associations = [item for key in subjects for item in associations_of(key, site.knowledge)]
    views = site.conclusions.views(associations)
    return tuple(sorted(views, key=lambda view: level_rank(view.level.key)))


def _variant_rows(keys: Iterable[str], site: Site) -> Iterator[SubjectRow]:
    for key in keys:
        definition = site.knowledge.definitions[key]
        link = Link(key, site.addresses.variants[key])
        yield SubjectRow(link, definition.names, definition.consequence, site.counts(key))


def _set_rows(keys: Iterable[str], site: Site) -> Iterator[SubjectRow]:
    for key in keys:
        link = Link(key, site.addresses.haplotype_sets[key])
        names = tuple(item.name for item in site.knowledge.haplotypes_of(key))
        yield SubjectRow(link, names, site.knowledge.haplotype_sets[key].name, site.counts(key))
