"""The phased samples of 1000 Genomes, with and without their phase.

Without phase, the accuracy of the diplotypes is measured against the phase of the panel.
"""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

import numpy as np

from helpers.paths import PANEL_GENES, ROOT
from helpers.scripts import load_script
from pgx_ana.calling import assert_reference
from pgx_ana.haplotypes import Diplotype, HaplotypeCalls, Nomenclature
from pgx_ana.haplotypes.calls import call_haplotypes
from pgx_ana.haplotypes.panel import Alleles, Panel
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CohortCalls, SiteCalls
from pgx_ana.pipeline import Request, Selection, call
from pgx_ana.terms import GLOBAL, POPULATIONS

SETS = (
    "CYP3A4-star",
    "UGT1A4-star",
    "CYP19A1-star",
    "CYP19A1-exon-1.1",
    "ABCB1-1236-2677-3435",
)


def measuring_script() -> ModuleType:
    """Return the script that counts haplotypes in a panel, as a module."""
    return load_script(ROOT / "data" / "panel" / "measure_haplotypes.py")


@functools.cache
def population_of() -> dict[str, str]:
    """Return the superpopulation of each of the 2,504 samples."""
    populations: dict[str, str] = measuring_script().populations()
    return populations


def panel_calls(
    shared: Path,
    knowledge: KnowledgeBase,
    assembly: str,
    *,
    absent_is_reference: bool = True,
    samples: tuple[str, ...] | None = None,
) -> CohortCalls:
    """Return the calls of the 2,504 samples, or of ``samples``; of the whole files if it is empty.

    A panel leaves out sites at which no sample carries an alternate allele, so absent sites may be
    taken for reference.
    """
    folder = shared / "1000genomes" / assembly
    paths = tuple(str(folder / f"{gene}.vcf.gz") for gene in PANEL_GENES)
    selected = tuple(population_of()) if samples is None else samples
    calls = call(Request(paths, Selection(selected)), knowledge)
    if not absent_is_reference:
        return calls
    # Not with the option: it is refused for the chromosomes that the files do not know.
    sites = tuple(assert_reference(site, calls.assembly) for site in calls.sites)
    return dataclasses.replace(calls, sites=sites)


def sites_by_rsid(cohort: CohortCalls) -> dict[str, SiteCalls]:
    return {site.variant.id: site for site in cohort.sites}


def without_phase(site: SiteCalls) -> SiteCalls:
    """Return the calls as in an unphased file: alleles in the order of the variant."""
    rank = {base: number for number, base in enumerate(site.variant.alleles)}
    return dataclasses.replace(
        site,
        calls=site.calls.map(
            lambda call: dataclasses.replace(
                call,
                phased=False,
                alleles=tuple(sorted(call.alleles, key=lambda base: rank.get(base, len(rank)))),
            )
        ),
    )


def single_diplotypes(diplotype: Diplotype) -> set[str]:
    """Return every single diplotype that fits."""
    return {
        "/".join(label.text for label in sorted((first, second), key=lambda label: label.rank))
        for candidate in diplotype.candidates
        for first in candidate.first
        for second in candidate.second
    }


def diplotypes_of(calls: HaplotypeCalls) -> list[Diplotype]:
    """Return the diplotype of every sample."""
    return [call.diplotype for call in calls.diplotypes]


def likeliest_without_self(
    nomenclature: Nomenclature,
    sites: Mapping[str, SiteCalls],
    sample: int,
    truth: str,
    population: str,
) -> str:
    """Return the likeliest diplotype of a sample by the panel counts of all other samples."""
    own_chromosomes = tuple(_chromosomes(nomenclature, truth))
    remaining: dict[str, dict[Alleles, int]] = {}
    for name, counts in nomenclature.panel.counts.items():
        remaining[name] = dict(counts)
        if name in {population, GLOBAL}:
            for alleles in own_chromosomes:
                remaining[name][alleles] -= 1
    without_self = dataclasses.replace(
        nomenclature, panel=Panel(remaining, nomenclature.known_alleles)
    )
    sample_sites = {
        rsid: dataclasses.replace(site, calls=site.calls.take(np.array([sample])))
        for rsid, site in sites.items()
        if rsid in {*nomenclature.sites, *nomenclature.further_sites}
    }
    (diplotype,) = diplotypes_of(call_haplotypes(without_self, sample_sites, population))
    return diplotype.probabilities[0][0]


def _chromosomes(nomenclature: Nomenclature, diplotype: str) -> Iterator[Alleles]:
    by_name = {label.text: alleles for alleles, label in nomenclature.chromosomes}
    return (by_name[name] for name in diplotype.split("/"))


@dataclasses.dataclass(frozen=True)
class Accuracy:
    """The accuracy of unphased diplotypes of one haplotype set in one population."""

    haplotype_set: str
    population: str
    samples: int
    statuses: Mapping[str, int]
    presumed_right: int
    likeliest_right: int

    @property
    def row(self) -> str:
        """Return a row of the table in the documentation."""
        unresolved = self.statuses["presumed"] + self.statuses["ambiguous"]
        share = f"{100 * self.likeliest_right / unresolved:.1f}%" if unresolved else "."
        return (
            f"| {self.haplotype_set} | {self.population} | {self.samples} "
            f"| {self.statuses['determined']} | {self.statuses['presumed']} "
            f"| {self.presumed_right} | {self.statuses['ambiguous']} "
            f"| {self.likeliest_right} of {unresolved} | {share} |"
        )


def accuracy(cohort: CohortCalls, nomenclature: Nomenclature) -> Iterator[Accuracy]:
    """Yield the accuracy of unphased diplotypes, by population."""
    populations = np.array([population_of()[sample] for sample in cohort.samples])
    sites = sites_by_rsid(cohort)
    unphased = {rsid: without_phase(site) for rsid, site in sites.items()}
    truths = [d.diplotype for d in diplotypes_of(call_haplotypes(nomenclature, sites))]
    calls = call_haplotypes(nomenclature, unphased)
    for population in POPULATIONS:
        samples = np.flatnonzero(populations == population).tolist()
        statuses: Counter[str] = Counter()
        presumed_right = likeliest_right = 0
        is_right: dict[tuple[int, str], bool] = {}
        for sample in samples:
            code, truth = int(calls.diplotypes.codes[sample]), truths[sample]
            called = calls.diplotypes.values[code].diplotype
            statuses[called.status.value] += 1
            if called.status.value not in {"presumed", "ambiguous"}:
                continue
            presumed_right += called.diplotype == truth
            if (code, truth) not in is_right:
                likeliest = likeliest_without_self(
                    nomenclature, unphased, sample, truth, population
                )
                is_right[code, truth] = likeliest == truth
            likeliest_right += is_right[code, truth]
        yield Accuracy(
            nomenclature.id, population, len(samples), statuses, presumed_right, likeliest_right
        )
