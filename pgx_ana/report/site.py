"""The knowledge base as a site: pages that need nothing else, with links between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.report.environment import render
from pgx_ana.report.script_source import script_source
from pgx_ana.report.site_addresses import INDEX
from pgx_ana.report.site_context import context_view
from pgx_ana.report.site_gene import gene_view
from pgx_ana.report.site_haplotypes import haplotype_set_view
from pgx_ana.report.site_index import index_view
from pgx_ana.report.site_level import level_view
from pgx_ana.report.site_question import question_view
from pgx_ana.report.site_script import SITE_SCRIPT
from pgx_ana.report.site_study import study_view
from pgx_ana.report.site_subject import Site
from pgx_ana.report.site_variant import variant_view
from pgx_ana.terms import FIXED_SENTENCE
from pgx_ana.version import __version__

_View = Callable[[str, Site], object]


def site_pages(knowledge: KnowledgeBase) -> Iterator[tuple[str, bytes]]:
    """Yield the path of every page within the folder of the site, and the page."""
    site = Site(knowledge)
    frame = _frame(site)
    script = {"script": SITE_SCRIPT, "script_source": script_source(SITE_SCRIPT)}
    index = {**frame, **script, "root": "", "view": index_view(site)}
    yield INDEX, render("site_index.html", index)
    at = site.addresses
    kinds: tuple[tuple[str, _View, Mapping[str, str]], ...] = (
        ("site_gene.html", gene_view, at.genes),
        ("site_variant.html", variant_view, at.variants),
        ("site_haplotypes.html", haplotype_set_view, at.haplotype_sets),
        ("site_study.html", study_view, at.studies),
        ("site_question.html", question_view, at.questions),
        ("site_level.html", level_view, at.levels),
        ("site_context.html", context_view, at.contexts),
    )
    for template, view_of, addresses in kinds:
        for key, address in addresses.items():
            yield address, render(template, {**frame, "root": "../", "view": view_of(key, site)})


def _frame(site: Site) -> Mapping[str, object]:
    """Return what every page shows."""
    info = site.knowledge.info
    return {
        "index": INDEX,
        "drug": site.drug,
        "name": info.name,
        "version": info.version,
        "licence": info.licence,
        "digest": site.knowledge.digest,
        "stamp": site.knowledge.stamp,
        "program": __version__,
        "fixed_sentence": FIXED_SENTENCE.format(drug=site.drug),
    }
