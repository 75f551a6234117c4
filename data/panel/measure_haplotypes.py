"""Count the haplotypes of every set in a phased panel, for the knowledge base.

Run as ``python data/panel/measure_haplotypes.py data/kb/haplotypes/counts.yaml PANEL.vcf.gz ...``.
The people counted are those of ``populations.tsv``. Sites without a record are taken for reference:
a panel leaves out where nobody differs.
"""

from __future__ import annotations

import sys
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from pgx_ana.coded import combine
from pgx_ana.errors import InputError
from pgx_ana.haplotypes import Nomenclature
from pgx_ana.haplotypes.nomenclature import nomenclatures
from pgx_ana.haplotypes.panel import Alleles
from pgx_ana.knowledge import KnowledgeBase, load
from pgx_ana.model import Call, CallOptions, CohortCalls, SiteCalls
from pgx_ana.pipeline import Request, Selection, call
from pgx_ana.terms import POPULATIONS, CallSource

HERE = Path(__file__).parent
PANEL = "1000 Genomes 30x phased panel (GRCh38), the 2,504 people of phase 3"
_SOURCE = "counted by data/panel/measure_haplotypes.py"


def populations() -> dict[str, str]:
    """Return the super-population of each person."""
    lines = (HERE / "populations.tsv").read_text(encoding="utf-8").splitlines()
    found: dict[str, str] = {}
    for line in lines:
        if not line.startswith("#"):
            population, _, samples = line.split("\t")
            found |= dict.fromkeys(samples.split(), population)
    return found


def counted(
    names: Nomenclature, cohort: CohortCalls, population_of: Mapping[str, str]
) -> dict[Alleles, Counter[str]]:
    """Count the chromosomes of a phased cohort, by population.

    Chromosomes with an allele that is not known are left out. Raises :class:`InputError` where a
    person is not called, or not phased.
    """
    by_id = {site.variant.id: site for site in cohort.sites}
    sites = [by_id[rsid] for rsid in names.sites]
    combined = combine([site.calls for site in sites])
    populations_ = np.array([population_of[sample] for sample in cohort.samples])
    counts: dict[Alleles, Counter[str]] = {}
    for number, row in enumerate(combined.values):
        who = Counter(populations_[combined.codes == number].tolist())
        for alleles in zip(*(_copies(one, names) for one in row), strict=True):
            if all(a in known for a, known in zip(alleles, names.known_alleles, strict=True)):
                counts.setdefault(alleles, Counter()).update(who)
    return counts


def _copies(call: Call, names: Nomenclature) -> tuple[str, str]:
    if len(call.alleles) != 2 or not (call.phased or len(set(call.alleles)) == 1):
        raise InputError(f"{names.id}: {call.genotype} ({call.status}) is not phased; cannot count")
    return (call.alleles[0], call.alleles[1])


def entry(
    names: Nomenclature, cohort: CohortCalls, population_of: Mapping[str, str]
) -> Iterator[str]:
    """Yield the lines of the entry of one set; none where the panel has none of its sites."""
    by_id = {site.variant.id: site for site in cohort.sites}
    absent = [rsid for rsid in names.sites if _is_absent(by_id[rsid])]
    if len(absent) == len(names.sites):
        return
    counts = counted(names, cohort, population_of)
    yield f"  - id: {names.id}-1000G-30x"
    yield f"    haplotype_set: {names.id}"
    yield f"    panel: {PANEL}"
    if absent:
        listed = f"not_in_panel: [{', '.join(absent)}]"
        yield from textwrap.wrap(
            listed, 100, initial_indent="    ", subsequent_indent="      ", break_on_hyphens=False
        )
    yield "    counts:"
    for alleles in sorted(counts, key=lambda alleles: (-counts[alleles].total(), alleles)):
        plain = names.default_alleles or (None,) * len(alleles)
        named = [
            f"{rsid}: {allele}"
            for rsid, allele, usual in zip(names.sites, alleles, plain, strict=True)
            if allele != usual
        ]
        fields = [f"alleles: {{{', '.join(named)}}}"] if named else []
        fields += [f"{population}: {counts[alleles][population]}" for population in POPULATIONS]
        yield f"      - {{{', '.join(fields)}}}"
    left = 2 * len(cohort.samples) - sum(count.total() for count in counts.values())
    without = (
        f"; {left} chromosomes with an allele that is not defined are left out" if left else ""
    )
    yield f"    source: {_SOURCE}{without}"


def _is_absent(site: SiteCalls) -> bool:
    return all(call.source is CallSource.ASSERTED for call in site.calls.values)


def document(paths: Sequence[str], knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield the lines of the file of counts."""
    population_of = populations()
    options = CallOptions(absent_is_reference=True)
    request = Request(tuple(paths), Selection(samples=tuple(population_of)), options)
    cohort = call(request, knowledge)
    yield "# Haplotypes counted in a phased panel by data/panel/measure_haplotypes.py; do not edit."
    yield "haplotype_counts:"
    for names in nomenclatures(knowledge):
        yield from entry(names, cohort, population_of)


if __name__ == "__main__":
    lines = list(document(sys.argv[2:], load()))
    Path(sys.argv[1]).write_text("\n".join(lines) + "\n", encoding="utf-8")
