"""Count the haplotypes of every haplotype set in a phased panel and write them as YAML.

Run as ``python data/panel/measure_haplotypes.py data/kb/haplotypes/counts.yaml PANEL.vcf.gz ...``.
Only the people in ``populations.tsv`` are counted. A site without a record counts as reference,
because a panel omits sites where everybody is homozygous reference.
"""

from __future__ import annotations

import dataclasses
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from pgx_ana.calling import assert_reference
from pgx_ana.coded import combine
from pgx_ana.errors import InputError
from pgx_ana.haplotypes import Nomenclature
from pgx_ana.haplotypes.nomenclature import nomenclatures
from pgx_ana.haplotypes.panel import Alleles
from pgx_ana.knowledge import KnowledgeBase, load
from pgx_ana.model import Call, CohortCalls, SiteCalls
from pgx_ana.pipeline import Request, Selection, call
from pgx_ana.terms import POPULATIONS, CallSource

HERE = Path(__file__).parent
PANEL = "1000 Genomes 30x phased panel (GRCh38), the 2,504 people of phase 3"
_SOURCE = "counted by data/panel/measure_haplotypes.py"


def populations() -> dict[str, str]:
    """Return the super-population of each sample in ``populations.tsv``."""
    lines = (HERE / "populations.tsv").read_text(encoding="utf-8").splitlines()
    population_of: dict[str, str] = {}
    for line in lines:
        if not line.startswith("#"):
            population, _, samples = line.split("\t")
            population_of |= dict.fromkeys(samples.split(), population)
    return population_of


def count_chromosomes(
    names: Nomenclature, cohort: CohortCalls, population_of: Mapping[str, str]
) -> dict[Alleles, Counter[str]]:
    """Count the chromosomes of a phased cohort by their alleles at the core sites and population.

    Chromosomes with an unknown allele are left out. Raises :class:`InputError` if a genotype is
    missing or unphased.
    """
    by_id = {site.variant.id: site for site in cohort.sites}
    sites = [by_id[rsid] for rsid in names.sites]
    combined = combine([site.calls for site in sites])
    sample_populations = np.array([population_of[sample] for sample in cohort.samples])
    counts: dict[Alleles, Counter[str]] = {}
    for code, site_calls in enumerate(combined.values):
        carriers = Counter(sample_populations[combined.codes == code].tolist())
        for alleles in zip(*(_copies(one, names) for one in site_calls), strict=True):
            if all(a in known for a, known in zip(alleles, names.known_alleles, strict=True)):
                counts.setdefault(alleles, Counter()).update(carriers)
    return counts


def _copies(call: Call, names: Nomenclature) -> tuple[str, str]:
    """Return the alleles of both copies; a homozygous genotype needs no phase."""
    if len(call.alleles) != 2 or not (call.phased or len(set(call.alleles)) == 1):
        raise InputError(f"{names.id}: {call.genotype} ({call.status}) is not phased; cannot count")
    return (call.alleles[0], call.alleles[1])


def yaml_entry(
    names: Nomenclature, cohort: CohortCalls, population_of: Mapping[str, str]
) -> Iterator[str]:
    """Yield the YAML lines of one haplotype set; none if the panel has none of its sites."""
    by_id = {site.variant.id: site for site in cohort.sites}
    absent = [rsid for rsid in names.sites if _is_absent(by_id[rsid])]
    if len(absent) == len(names.sites):
        return
    counts = count_chromosomes(names, cohort, population_of)
    yield f"  - id: {names.id}-1000G-30x"
    yield f"    haplotype_set: {names.id}"
    yield f"    panel: {PANEL}"
    if absent:
        not_in_panel = f"not_in_panel: [{', '.join(absent)}]"
        yield from textwrap.wrap(
            not_in_panel,
            100,
            initial_indent="    ",
            subsequent_indent="      ",
            break_on_hyphens=False,
        )
    yield "    counts:"
    for alleles in sorted(counts, key=lambda alleles: (-counts[alleles].total(), alleles)):
        default_alleles = names.default_alleles or (None,) * len(alleles)
        listed = [
            f"{rsid}: {allele}"
            for rsid, allele, default in zip(names.sites, alleles, default_alleles, strict=True)
            if allele != default
        ]
        fields = [f"alleles: {{{', '.join(listed)}}}"] if listed else []
        fields += [f"{population}: {counts[alleles][population]}" for population in POPULATIONS]
        yield f"      - {{{', '.join(fields)}}}"
    n_left_out = 2 * len(cohort.samples) - sum(count.total() for count in counts.values())
    left_out = (
        f"; {n_left_out} chromosomes with an allele that is not defined are left out"
        if n_left_out
        else ""
    )
    yield f"    source: {_SOURCE}{left_out}"


def _is_absent(site: SiteCalls) -> bool:
    return all(call.source is CallSource.ASSERTED for call in site.calls.values)


def document(paths: Sequence[str], knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield the lines of the YAML file of haplotype counts."""
    population_of = populations()
    request = Request(tuple(paths), Selection(samples=tuple(population_of)))
    cohort = call(request, knowledge)
    # Not with the option: it is refused for the chromosomes that the panel files do not know.
    sites = tuple(assert_reference(site, cohort.assembly) for site in cohort.sites)
    cohort = dataclasses.replace(cohort, sites=sites)
    yield "# Haplotypes counted in a phased panel by data/panel/measure_haplotypes.py; do not edit."
    yield "haplotype_counts:"
    for names in nomenclatures(knowledge):
        yield from yaml_entry(names, cohort, population_of)


if __name__ == "__main__":
    lines = list(document(sys.argv[2:], load()))
    Path(sys.argv[1]).write_text("\n".join(lines) + "\n", encoding="utf-8")
