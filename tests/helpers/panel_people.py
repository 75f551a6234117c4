"""The phased people of 1000 Genomes, with their phase and without, and how well phase is told."""

from __future__ import annotations

import dataclasses
import functools
import importlib.util
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

import numpy as np

from helpers.paths import ROOT
from pgx_ana.haplotypes import Diplotype, HaplotypeCalls, Nomenclature
from pgx_ana.haplotypes.calls import call_haplotypes
from pgx_ana.haplotypes.panel import Alleles, Panel
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CallOptions, CohortCalls, SiteCalls
from pgx_ana.pipeline import Request, Selection, call
from pgx_ana.terms import GLOBAL, POPULATIONS

GENES = ("ABCB1", "CYP19A1", "CYP3A4", "UGT1A4")
SETS = (
    "CYP3A4-star",
    "UGT1A4-star",
    "CYP19A1-star",
    "CYP19A1-exon-1.1",
    "ABCB1-1236-2677-3435",
)


def measuring() -> ModuleType:
    """Return the script that counts haplotypes in a panel."""
    path = ROOT / "data" / "panel" / "measure_haplotypes.py"
    spec = importlib.util.spec_from_file_location("measure_haplotypes", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@functools.cache
def population_of() -> dict[str, str]:
    """Return the super-population of each of the 2,504 people."""
    found: dict[str, str] = measuring().populations()
    return found


def people(
    shared: Path,
    knowledge: KnowledgeBase,
    assembly: str,
    *,
    absent_is_reference: bool = True,
    samples: tuple[str, ...] | None = None,
) -> CohortCalls:
    """Return the calls of the 2,504 people, or of some samples; all of the files where empty.

    A panel leaves out sites at which nobody differs, so that what is absent may be taken for
    reference in it.
    """
    folder = shared / "1000genomes" / assembly
    paths = tuple(str(folder / f"{gene}.vcf.gz") for gene in GENES)
    options = CallOptions(absent_is_reference=absent_is_reference)
    chosen = tuple(population_of()) if samples is None else samples
    return call(Request(paths, Selection(chosen), options), knowledge)


def sites_of(cohort: CohortCalls) -> dict[str, SiteCalls]:
    return {site.variant.id: site for site in cohort.sites}


def without_phase(site: SiteCalls) -> SiteCalls:
    """Return the calls as a file without phase has them: alleles in the order of the variant."""
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


def singles(diplotype: Diplotype) -> set[str]:
    """Return every single diplotype that fits."""
    return {
        "/".join(label.text for label in sorted((one, two), key=lambda label: label.rank))
        for candidate in diplotype.candidates
        for one in candidate.first
        for two in candidate.second
    }


def of_everyone(calls: HaplotypeCalls) -> list[Diplotype]:
    return [call.diplotype for call in calls.diplotypes]


def likeliest_without_self(
    names: Nomenclature, sites: Mapping[str, SiteCalls], person: int, truth: str, population: str
) -> str:
    """Return the likeliest diplotype of a person by the counts of all others."""
    first, second = (alleles for alleles in _chromosomes(names, truth))
    others: dict[str, dict[Alleles, int]] = {}
    for name, counts in names.panel.counts.items():
        others[name] = dict(counts)
        if name in {population, GLOBAL}:
            for alleles in (first, second):
                others[name][alleles] -= 1
    blind = dataclasses.replace(names, panel=Panel(others, names.known_alleles))
    alone = {
        rsid: dataclasses.replace(site, calls=site.calls.take(np.array([person])))
        for rsid, site in sites.items()
        if rsid in {*names.sites, *names.further_sites}
    }
    (diplotype,) = of_everyone(call_haplotypes(blind, alone, population))
    return diplotype.probabilities[0][0]


def _chromosomes(names: Nomenclature, diplotype: str) -> Iterator[Alleles]:
    by_name = {label.text: alleles for alleles, label in names.chromosomes}
    return (by_name[name] for name in diplotype.split("/"))


@dataclasses.dataclass(frozen=True)
class Accuracy:
    """How the people of one population fare when phase is taken away."""

    haplotypes: str
    population: str
    people: int
    statuses: Mapping[str, int]
    presumed_right: int
    likeliest_right: int

    @property
    def row(self) -> str:
        """Return a row of the table in the documentation."""
        open_ = self.statuses["presumed"] + self.statuses["ambiguous"]
        share = f"{100 * self.likeliest_right / open_:.1f}%" if open_ else "."
        return (
            f"| {self.haplotypes} | {self.population} | {self.people} "
            f"| {self.statuses['determined']} | {self.statuses['presumed']} "
            f"| {self.presumed_right} | {self.statuses['ambiguous']} "
            f"| {self.likeliest_right} of {open_} | {share} |"
        )


def accuracy(cohort: CohortCalls, names: Nomenclature) -> Iterator[Accuracy]:
    """Yield how well diplotypes are told without phase, by population."""
    populations = np.array([population_of()[sample] for sample in cohort.samples])
    sites = sites_of(cohort)
    blind = {rsid: without_phase(site) for rsid, site in sites.items()}
    truth = [d.diplotype for d in of_everyone(call_haplotypes(names, sites))]
    calls = call_haplotypes(names, blind)
    for population in POPULATIONS:
        chosen = np.flatnonzero(populations == population).tolist()
        statuses: Counter[str] = Counter()
        presumed = right = 0
        seen: dict[tuple[int, str], bool] = {}
        for person in chosen:
            code, true = int(calls.diplotypes.codes[person]), truth[person]
            told = calls.diplotypes.values[code].diplotype
            statuses[told.status.value] += 1
            if told.status.value not in {"presumed", "ambiguous"}:
                continue
            presumed += told.diplotype == true
            if (code, true) not in seen:
                guess = likeliest_without_self(names, blind, person, true, population)
                seen[code, true] = guess == true
            right += seen[code, true]
        yield Accuracy(names.id, population, len(chosen), statuses, presumed, right)
