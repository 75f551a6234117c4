"""Cohorts of any size with genotypes at every known site, made from a seed.

There are two kinds. ``realistic``: the phased people of 1000 Genomes, drawn as wholes with
replacement. ``independent``: unphased genotypes, at each site in Hardy-Weinberg proportions and
independent of all other sites, so that almost everybody is one of a kind. Alleles are as frequent
as the knowledge base says; the others are drawn, most of them rare.

Run as ``python -m tools.large_cohort FOLDER KIND PEOPLE``: writes ``cohort.vcf.gz`` with an index,
and ``truth.tsv``, how many people have each genotype at each site.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
import pysam
import pysam.bcftools
from helpers.paths import PANEL_GENES, REAL
from helpers.vcf_text import VCF_COLUMNS
from numpy.typing import NDArray

from pgx_ana.api import load_knowledge_base
from pgx_ana.knowledge import AlleleFrequencies, KnowledgeBase
from pgx_ana.terms import POPULATIONS, Assembly

KINDS = ("realistic", "independent")
SEED = 20_260
ASSEMBLY = Assembly.GRCH38

MISSING_SHARE = 0.002
"""Share of genotypes that miss both copies or, one in four of them, the first copy."""

_MISSING = -1

Alleles = NDArray[np.int8]
"""Allele numbers of a row, of shape (people, 2); -1 for a missing copy."""

Floats = NDArray[np.float64]

Truth = Mapping[str, Mapping[str, int]]
"""For each variant, how many people have each GT (``0/1``); genotypes that nobody has are left out.
"""


@dataclass(frozen=True, slots=True)
class Site:
    """A known variant as a row of a file, and the known frequencies of its alleles."""

    variant: str
    contig: str
    pos: int
    ref: str
    alts: tuple[str, ...]
    frequencies: Mapping[str, float]

    @property
    def n_alleles(self) -> int:
        return 1 + len(self.alts)


def known_sites(knowledge: KnowledgeBase) -> list[Site]:
    """Return every known variant in the order of a sorted file."""
    order = [name for name, _ in contigs(knowledge)]
    sites = []
    for variant in knowledge.variants:
        locus = variant.loci[ASSEMBLY]
        alts = tuple(allele for allele in variant.alleles if allele != locus.ref)
        measured = knowledge.definitions[variant.id].frequencies
        known = {each.allele: _mean_frequency(each) for each in measured}
        sites.append(Site(variant.id, f"chr{locus.chrom}", locus.pos, locus.ref, alts, known))
    return sorted(sites, key=lambda site: (order.index(site.contig), site.pos))


def _mean_frequency(measured: AlleleFrequencies) -> float:
    """Return the frequency of an allele in the populations of 1000 Genomes, 0 where not known."""
    by_population = [getattr(measured, name) for name in POPULATIONS]
    known = [value for value in by_population if value is not None]
    return fmean(known) if known else measured.all or 0.0


def contigs(knowledge: KnowledgeBase) -> list[tuple[str, int]]:
    """Return the contigs of the file with their lengths."""
    (table,) = (table for table in knowledge.contig_tables if table.assembly is ASSEMBLY)
    return [(f"chr{chromosome.name}", chromosome.length) for chromosome in table.chromosomes]


def independent(sites: Sequence[Site], n_people: int, seed: int) -> Iterator[Alleles]:
    """Yield the genotypes of each site, the lower allele number first."""
    for number, site in enumerate(sites):
        alleles = _random_alleles(site, n_people, np.random.default_rng([seed, number]))
        alleles.sort(axis=1)
        yield alleles


def realistic(sites: Sequence[Site], n_people: int, seed: int) -> Iterator[Alleles]:
    """Yield the genotypes of each site in people of 1000 Genomes, phased.

    At sites around its four genes for which the panel has no row, nobody has an alternate. At sites
    elsewhere, its people get random genotypes, which those who are drawn from them share.
    """
    panel = _Panel.read(sites)
    people = np.random.default_rng(seed).integers(panel.n_people, size=n_people)
    for number, site in enumerate(sites):
        yield panel.alleles(site, np.random.default_rng([seed, number]))[people]


def _random_alleles(site: Site, n_people: int, rng: np.random.Generator) -> Alleles:
    """Draw alleles by their frequencies."""
    upper = np.cumsum(_frequencies(site, rng))[:-1]
    drawn = rng.random((n_people, 2), np.float32)
    return np.asarray(sum((drawn >= bound).astype(np.int8) for bound in upper), np.int8)


def _frequencies(site: Site, rng: np.random.Generator) -> Floats:
    """Return the frequencies of REF and of each ALT."""
    drawn = rng.beta(0.2, 2, len(site.alts)) / len(site.alts)
    alts = [site.frequencies.get(alt, rare) for alt, rare in zip(site.alts, drawn, strict=True)]
    ref = site.frequencies.get(site.ref, max(0.0, 1 - sum(alts)))
    rest = (1 - ref) / (sum(alts) or 1)
    return np.array([ref, *(alt * rest for alt in alts)])


@dataclass(frozen=True, slots=True)
class _Panel:
    """The genotypes of 1000 Genomes at known sites, and the stretches that its files cover."""

    rows: Mapping[tuple[str, int], Sequence[tuple[str, list[str], Alleles]]]
    extents: Sequence[tuple[str, int, int]]
    n_people: int

    @classmethod
    def read(cls, sites: Iterable[Site]) -> _Panel:
        """Read the files of all genes."""
        places = ",".join(f"{site.contig}:{site.pos}" for site in sites)
        rows: dict[tuple[str, int], list[tuple[str, list[str], Alleles]]] = {}
        extents = []
        for gene in PANEL_GENES:
            path = REAL / "1000genomes" / ASSEMBLY / f"{gene}.vcf.gz"
            first, *_, last = _query(path, "%CHROM %POS\\n")
            extents.append((first.split()[0], int(first.split()[1]), int(last.split()[1])))
            for line in _query(path, "%CHROM %POS %REF %ALT[\\t%GT]\\n", "-t", places):
                fixed, _, genotypes = line.partition("\t")
                contig, pos, ref, alts = fixed.split()
                letters = np.frombuffer(f"{genotypes}\t".encode(), np.int8).reshape(-1, 4)
                alleles = letters[:, [0, 2]] - np.int8(ord("0"))
                rows.setdefault((contig, int(pos)), []).append((ref, alts.split(","), alleles))
        return cls(rows, extents, len(alleles))

    def alleles(self, site: Site, rng: np.random.Generator) -> Alleles:
        """Return the genotypes at a site; random ones where the panel has none."""
        if not any(c == site.contig and a <= site.pos <= b for c, a, b in self.extents):
            return _random_alleles(site, self.n_people, rng)
        known = {alt: number for number, alt in enumerate(site.alts, 1)}
        merged = np.zeros((self.n_people, 2), np.int8)
        for ref, alts, alleles in self.rows.get((site.contig, site.pos), ()):
            for number, alt in enumerate(alts, 1):
                if site.ref.startswith(ref):
                    allele = known.get(alt + site.ref[len(ref) :], 0)
                    merged[(alleles == number) & (merged == 0)] = allele
        return merged


def _query(path: Path, text: str, *options: str) -> list[str]:
    return str(pysam.bcftools.query("-f", text, *options, str(path))).splitlines()


def write_cohort(
    path: Path, kind: str, n_people: int, *, seed: int = SEED, missing: float = MISSING_SHARE
) -> Truth:
    """Write an indexed file (BGZF) of a kind, and return what is in it.

    The people are P0000001, P0000002 and so on.
    """
    knowledge = load_knowledge_base()
    sites = known_sites(knowledge)
    rows = {"realistic": realistic, "independent": independent}[kind](sites, n_people, seed)
    sign = "|" if kind == "realistic" else "/"
    truth: dict[str, Mapping[str, int]] = {}
    with pysam.BGZFile(str(path), "wb", None) as file:
        file.write(_header(contigs(knowledge), n_people))
        for number, (site, alleles) in enumerate(zip(sites, rows, strict=True)):
            rng = np.random.default_rng([seed, number, 1])
            codes = _codes(_with_missing(alleles, missing, rng), site.n_alleles)
            texts = _genotype_texts(site.n_alleles, sign)
            counts = np.bincount(codes, minlength=len(texts)).tolist()
            truth[site.variant] = {t: n for t, n in zip(texts, counts, strict=True) if n}
            file.write(_fixed_columns(site))
            file.write(_sample_columns(codes, texts))
    pysam.tabix_index(str(path), preset="vcf", force=True)
    return truth


def _with_missing(alleles: Alleles, share: float, rng: np.random.Generator) -> Alleles:
    """Return genotypes of which a share miss the first copy; three in four of them miss both."""
    drawn = rng.random(len(alleles), np.float32)
    alleles = alleles.copy()
    alleles[drawn < share, 0] = _MISSING
    alleles[drawn < 0.75 * share, 1] = _MISSING
    return alleles


def _codes(alleles: Alleles, n_alleles: int) -> NDArray[np.uint8]:
    """Return the index of each genotype in :func:`_genotype_texts`."""
    return ((alleles[:, 0] + 1) * (n_alleles + 1) + (alleles[:, 1] + 1)).astype(np.uint8)


def _genotype_texts(n_alleles: int, sign: str) -> list[str]:
    """Return every genotype of a number of alleles as text of three letters."""
    copies = [".", *map(str, range(n_alleles))]
    return [f"{first}{sign}{second}" for first in copies for second in copies]


def _fixed_columns(site: Site) -> bytes:
    values = (site.contig, site.pos, site.variant, site.ref, ",".join(site.alts))
    return "\t".join([*map(str, values), ".", "PASS", ".", "GT", ""]).encode()


def _sample_columns(codes: NDArray[np.uint8], texts: Iterable[str]) -> bytes:
    """Return the sample columns of a row with its line feed."""
    columns = np.frombuffer("".join(f"{text}\t" for text in texts).encode(), np.uint32)
    return columns[codes].tobytes()[:-1] + b"\n"


def _header(named: Iterable[tuple[str, int]], n_people: int) -> bytes:
    lines = ["##fileformat=VCFv4.2", '##FILTER=<ID=PASS,Description="All filters passed">']
    lines += [f"##contig=<ID={name},length={length}>" for name, length in named]
    lines.append('##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">')
    people = (f"P{number:07}" for number in range(1, n_people + 1))
    return "\n".join([*lines, "\t".join([*VCF_COLUMNS, *people]), ""]).encode()


def main() -> None:
    """Write a cohort by the arguments of the command line."""
    name, kind, n_people = sys.argv[1:]
    folder = Path(name)
    folder.mkdir(parents=True, exist_ok=True)
    truth = write_cohort(folder / "cohort.vcf.gz", kind, int(n_people))
    rows = [f"{v}\t{gt}\t{n}\n" for v, counts in truth.items() for gt, n in counts.items()]
    (folder / "truth.tsv").write_text("".join(["variant\tGT\tpeople\n", *rows]))


if __name__ == "__main__":
    main()
