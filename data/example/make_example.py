"""Write the example files: a made-up person, a made-up cohort, and a spoiled file per assembly.

Run as ``python data/example/make_example.py [FOLDER]``; without FOLDER it rewrites the files in the
folder of this script. The README there says what each file is.
"""

from __future__ import annotations

import bisect
import csv
import itertools
import math
import random
import sys
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pysam

from pgx_ana.knowledge import KnowledgeBase, load
from pgx_ana.model import Locus, Variant
from pgx_ana.terms import Assembly

HERE = Path(__file__).parent
PATIENT = "PATIENT1"
COHORT = tuple(f"PERSON{number:02}" for number in range(1, 41))
SPOILED = "NA12717"

_POPULATION = "EUR"
_UNMEASURED = 0.2  # frequency of the second allele where the knowledge base has none: made up
_LONGEST_GAP = 1_000  # bases without a known site that a reference block goes on through
_COMPLEMENT = str.maketrans("ACGT", "TGCA")
_COLUMNS = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT")
_MADE_UP_HEADER = """##fileformat=VCFv4.2
##source=make_example.py: {about}
##reference=GRCh38
##FILTER=<ID=PASS,Description="All filters passed">
##ALT=<ID=NON_REF,Description="Any other allele">
##INFO=<ID=END,Number=1,Type=Integer,Description="Last position of the row">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Read depth">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">
##FORMAT=<ID=PS,Number=1,Type=Integer,Description="Phase set: position of its first variant">
"""
_SPOILED_HEADER = """##fileformat=VCFv4.2
##source=make_example.py, from the genotypes of NA12717 in spoiled.tsv
##reference={assembly}
##FILTER=<ID=PASS,Description="All filters passed">
##FILTER=<ID=LowQual,Description="Low quality">
##ALT=<ID=NON_REF,Description="Any other allele">
##ALT=<ID=DEL,Description="Deletion">
##INFO=<ID=END,Number=1,Type=Integer,Description="Last position of the row">
##INFO=<ID=SVTYPE,Number=1,Type=String,Description="Type of structural variant">
##INFO=<ID=SPOILED,Number=0,Type=Flag,Description="Spoiled on purpose, not what NA12717 has">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Read depth">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the table of the spoiled files.

    ``genotype`` has plus-strand bases; ``written`` says how the VCF row represents it, e.g.
    ``record``, ``block``, ``absent`` or one of the spoiled forms of :func:`_vcf_fields`.
    """

    variant: Variant
    genotype: str
    dp: str
    gq: str
    written: str


def read_entries(knowledge: KnowledgeBase, path: Path) -> list[Entry]:
    """Read the table of the spoiled files; lines that start with # are comments."""
    variants = {variant.id: variant for variant in knowledge.variants}
    return [
        Entry(variants[row["variant"]], row["genotype"], row["dp"], row["gq"], row["written"])
        for row in _table(path)
    ]


def spoiled_lines(
    knowledge: KnowledgeBase, assembly: Assembly, entries: list[Entry]
) -> Iterator[str]:
    """Yield the lines of the spoiled VCF on one assembly, with rows sorted by position."""
    yield from _SPOILED_HEADER.format(assembly=assembly).splitlines()
    rows = [_row(entry, assembly) for entry in entries if entry.written != "absent"]
    used_chroms = {chrom for chrom, _, _ in rows}
    contigs = [c for c in knowledge.assemblies[assembly].contigs if c.chrom in used_chroms]
    for contig in contigs:
        yield f"##contig=<ID=chr{contig.chrom},length={contig.length}>"
    yield "\t".join((*_COLUMNS, SPOILED))
    order = [contig.chrom for contig in contigs]
    for _, _, line in sorted(rows, key=lambda row: (order.index(row[0]), row[1])):
        yield line


def _row(entry: Entry, assembly: Assembly) -> tuple[str, int, str]:
    locus = entry.variant.loci[assembly]
    pos, ref, alt, info, genotype = _vcf_fields(entry, locus)
    filters = {"filtered": "LowQual", "block": "."}.get(entry.written, "PASS")
    values = f"{genotype}:{entry.dp}:{entry.gq}"
    fields = (f"chr{locus.chrom}", str(pos), ".", ref, alt, ".", filters, info, "GT:DP:GQ", values)
    return locus.chrom, pos, "\t".join(fields)


def _vcf_fields(entry: Entry, locus: Locus) -> tuple[int, str, str, str, str]:
    """Return POS, REF, ALT, INFO and GT of an entry."""
    ref = locus.ref
    bases = entry.genotype.replace("|", "/").split("/")
    alts = [base for base in dict.fromkeys(bases) if base != ref]
    alt = alts[0] if alts else next(base for base in entry.variant.alleles if base != ref)
    allele_numbers = ["0" if base == ref else "1" for base in bases]
    gt = ("|" if "|" in entry.genotype else "/").join(allele_numbers)
    return {
        "record": (locus.pos, ref, alt, ".", gt),
        "block": (locus.pos, ref, "<NON_REF>", f"END={locus.pos}", "0/0"),
        "half": (locus.pos, ref, alt, "SPOILED", "./1"),
        "filtered": (locus.pos, ref, alt, "SPOILED", gt),
        "no_call": (locus.pos, ref, alt, "SPOILED", "./."),
        "other_strand": (
            locus.pos,
            ref.translate(_COMPLEMENT),
            alt.translate(_COMPLEMENT),
            "SPOILED",
            gt,
        ),
        "other_allele": (locus.pos, ref, _unknown_base(entry.variant), "SPOILED", "0/1"),
        "deletion": (
            locus.pos - 1,
            "N",
            "<DEL>",
            f"SPOILED;SVTYPE=DEL;END={locus.pos + 1}",
            "0/1",
        ),
    }[entry.written]


def _unknown_base(variant: Variant) -> str:
    """Return a base that is no known allele of a variant."""
    return next(base for base in "ACGT" if base not in variant.alleles)


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        lines = (line for line in stream if not line.startswith("#"))
        return list(csv.DictReader(lines, delimiter="\t"))


@dataclass(frozen=True, slots=True)
class Observation:
    """What the made-up person has at a known variant; ``genotype`` has plus-strand bases."""

    genotype: str
    dp: str
    gq: str


def read_observations(path: Path) -> dict[str, Observation]:
    """Read the table of the made-up person, by variant; lines that start with # are comments."""
    return {
        row["variant"]: Observation(row["genotype"], row["dp"], row["gq"]) for row in _table(path)
    }


def patient_lines(
    knowledge: KnowledgeBase, observations: Mapping[str, Observation], *, blocks: bool
) -> Iterator[str]:
    """Yield the lines of the VCF of the made-up person; without ``blocks``, of variants alone.

    At known sites that are not in the table, the person has the reference.
    """
    about = "a made-up person, as a gVCF" if blocks else "the made-up person of patient.vcf.gz"
    yield from _made_up_header(knowledge, about, (PATIENT,))
    first_phased: dict[str, int] = {}
    stretches = list(_stretches(_by_position(knowledge), observations))
    for stretch, following in itertools.zip_longest(stretches, stretches[1:]):
        observation = observations.get(stretch[0].id)
        if observation is not None:
            yield _observed_row(stretch[0], observation, first_phased, is_gvcf=blocks)
        elif blocks:
            yield _block_row(stretch, following)


def _stretches(
    variants: Iterable[Variant], observations: Container[str]
) -> Iterator[list[Variant]]:
    """Yield observed variants one by one, and the others in groups that share a block."""
    stretch: list[Variant] = []
    for variant in variants:
        if stretch and not _continues(stretch[-1], variant, observations):
            yield stretch
            stretch = []
        stretch.append(variant)
    yield stretch


def _continues(before: Variant, variant: Variant, observations: Container[str]) -> bool:
    """Tell whether a reference block goes on from one variant to the next.

    Where the knowledge base is not certain of the reference base, a block begins: it has the base
    in REF.
    """
    last, locus = before.loci[Assembly.GRCH38], variant.loci[Assembly.GRCH38]
    return (
        before.id not in observations
        and variant.id not in observations
        and locus.ref_is_certain
        and locus.chrom == last.chrom
        and locus.window_start - last.window_end <= _LONGEST_GAP
    )


def _block_row(stretch: Sequence[Variant], following: Sequence[Variant] | None) -> str:
    """Return a reference block that ends before the following row.

    Its genotype quality is three times its depth, at most 99.
    """
    first, last = (stretch[index].loci[Assembly.GRCH38] for index in (0, -1))
    end = last.window_end
    if following is not None:
        after = following[0].loci[Assembly.GRCH38]
        end = min(end, after.pos - 1) if after.chrom == last.chrom else end
    depth = random.Random(f"{PATIENT} {first.chrom} {first.pos}").randint(27, 45)
    fields = (".", f"END={end}", "GT:DP:GQ", f"0/0:{depth}:{min(99, 3 * depth)}")
    return _line(first.chrom, first.window_start, (first.window[0], "<NON_REF>"), *fields)


def _observed_row(
    variant: Variant, observation: Observation, first_phased: dict[str, int], *, is_gvcf: bool
) -> str:
    """Return the row of an observed variant.

    All phased variants of a gene are one phase set, named by the position of its first one, which
    is kept in ``first_phased``.
    """
    locus = variant.loci[Assembly.GRCH38]
    bases = observation.genotype.replace("|", "/").split("/")
    alts = [allele for allele in dict.fromkeys(bases) if allele != locus.ref]
    alleles = (locus.ref, *alts, *(["<NON_REF>"] if is_gvcf else []))
    is_phased = "|" in observation.genotype
    gt = ("|" if is_phased else "/").join(str(alleles.index(allele)) for allele in bases)
    values = [gt, observation.dp, observation.gq]
    if is_phased:
        values.append(str(first_phased.setdefault(variant.gene, locus.pos)))
    form = ":".join(("GT", "DP", "GQ", "PS")[: len(values)])
    filters = "." if is_gvcf else "PASS"
    return _line(locus.chrom, locus.pos, alleles, filters, ".", form, ":".join(values))


@dataclass(frozen=True, slots=True)
class Draw:
    """What is drawn together: bases at variants, with the share of each outcome.

    Shares need not add up to 1. Draws with the same name go together as far as their shares and
    the order of their outcomes allow.
    """

    name: str
    variants: tuple[str, ...]
    shares: Mapping[tuple[str, ...], float]

    def outcome(self, seed: str) -> dict[str, str]:
        """Return the bases by variant; seed and name alone decide which ones."""
        sums = list(itertools.accumulate(self.shares.values()))
        place = random.Random(f"{seed} {self.name}").random() * sums[-1]
        bases = list(self.shares)[min(bisect.bisect_right(sums, place), len(sums) - 1)]
        return dict(zip(self.variants, bases, strict=True))


def cohort_lines(knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield the lines of the VCF of the made-up cohort, which has a row for each known variant."""
    yield from _made_up_header(knowledge, "a made-up cohort", COHORT)
    draws = draws_of(knowledge)
    people = [tuple(drawn_copy(draws, f"{name} {copy}") for copy in (1, 2)) for name in COHORT]
    for variant in _by_position(knowledge):
        locus = variant.loci[Assembly.GRCH38]
        genotypes = (
            "|".join(str(variant.alleles.index(copy[variant.id])) for copy in copies)
            for copies in people
        )
        yield _line(locus.chrom, locus.pos, variant.alleles, "PASS", ".", "GT", *genotypes)


def drawn_copy(draws: Iterable[Draw], seed: str) -> dict[str, str]:
    """Draw one copy of every known variant, and return the bases by variant."""
    bases: dict[str, str] = {}
    for draw in draws:
        bases = draw.outcome(seed) | bases
    return bases


def draws_of(knowledge: KnowledgeBase) -> list[Draw]:
    """Return the draws of all known variants: of a variant in several of them, the first counts.

    The haplotypes of a set are drawn as a whole, linked variants together.
    """
    shares = {variant.id: _allele_shares(knowledge, variant) for variant in knowledge.variants}
    draws = [
        Draw(name, haplotype_set.sites, _haplotype_shares(knowledge, name, shares))
        for name, haplotype_set in knowledge.haplotype_sets.items()
    ]
    draws = [draw for draw in draws if len(draw.shares) > 1]  # else no other haplotype is named
    for name, group in knowledge.linkage.items():
        draws += [
            _single(name, rsid, shares[rsid], first) for rsid, first in group.together.items()
        ]
    return draws + [_single(rsid, rsid, shares[rsid]) for rsid in shares]


def _single(name: str, rsid: str, shares: Mapping[str, float], first: str | None = None) -> Draw:
    """Return the draw of one variant, with an allele that is the first of the outcomes."""
    ordered = sorted(shares.items(), key=lambda item: item[0] != first)
    return Draw(name, (rsid,), {(bases,): share for bases, share in ordered})


def _allele_shares(knowledge: KnowledgeBase, variant: Variant) -> dict[str, float]:
    """Return the frequency of each allele in Europeans, else in all people, else a made-up one.

    Alleles without a frequency share what the others leave.
    """
    measured = {
        entry.allele: entry.known.get(_POPULATION, entry.known.get("all", 0.0))
        for entry in knowledge.definitions[variant.id].frequencies
    }
    measured = measured or {variant.alleles[1]: _UNMEASURED}
    others = [allele for allele in variant.alleles if allele not in measured]
    rest = max(0.0, 1 - sum(measured.values())) / max(1, len(others))
    return {allele: measured.get(allele, rest) for allele in variant.alleles}


def _haplotype_shares(
    knowledge: KnowledgeBase, name: str, shares: Mapping[str, Mapping[str, float]]
) -> dict[tuple[str, ...], float]:
    """Return the share of each haplotype of a set, as the bases at its sites.

    They are counts of Europeans. Where none were counted, each named haplotype has the product of
    the shares of its alleles.
    """
    sites = knowledge.haplotype_sets[name].sites
    reference = {variant.id: variant.alleles[0] for variant in knowledge.variants}

    def bases(alleles: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(alleles.get(rsid, reference[rsid]) for rsid in sites)

    for panel in knowledge.haplotype_counts.values():
        if panel.haplotype_set == name:
            return {bases(row.alleles): getattr(row, _POPULATION) for row in panel.counts}
    named = [h for h in knowledge.haplotypes.values() if h.haplotype_set == name]
    return {
        haplotype: math.prod(
            shares[rsid][allele] for rsid, allele in zip(sites, haplotype, strict=True)
        )
        for haplotype in (bases(definition.alleles) for definition in named)
    }


def _made_up_header(knowledge: KnowledgeBase, about: str, samples: Sequence[str]) -> Iterator[str]:
    yield from _MADE_UP_HEADER.format(about=about).splitlines()
    for contig in knowledge.assemblies[Assembly.GRCH38].contigs:
        yield f"##contig=<ID=chr{contig.chrom},length={contig.length}>"
    yield "\t".join((*_COLUMNS, *samples))


def _by_position(knowledge: KnowledgeBase) -> list[Variant]:
    contigs = knowledge.assemblies[Assembly.GRCH38].contigs
    rank = {contig.chrom: number for number, contig in enumerate(contigs)}
    loci = {variant.id: variant.loci[Assembly.GRCH38] for variant in knowledge.variants}
    return sorted(
        knowledge.variants, key=lambda variant: (rank[loci[variant.id].chrom], loci[variant.id].pos)
    )


def _line(chrom: str, pos: int, alleles: Sequence[str], *fields: str) -> str:
    """Return a row without ID and QUAL; ``fields`` are its columns from FILTER on."""
    alts = ",".join(alleles[1:])
    return "\t".join((f"chr{chrom}", str(pos), ".", alleles[0], alts, ".", *fields))


def _write_compressed(path: Path, lines: Iterable[str]) -> None:
    """Write a VCF with BGZF compression, and its index."""
    with pysam.BGZFile(str(path), "wb", None) as file:
        file.write("".join(f"{line}\n" for line in lines).encode())
    pysam.tabix_index(str(path), preset="vcf", force=True)


def main(folder: Path) -> None:
    """Write all example files into a folder, which is made if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)  # pysam crashes on a file in none
    knowledge = load()
    observations = read_observations(HERE / "patient.tsv")
    compressed = {
        "patient.vcf.gz": patient_lines(knowledge, observations, blocks=True),
        "variants-only.vcf.gz": patient_lines(knowledge, observations, blocks=False),
        "cohort.vcf.gz": cohort_lines(knowledge),
    }
    for name, lines in compressed.items():
        _write_compressed(folder / name, lines)
        print(folder / name)
    entries = read_entries(knowledge, HERE / "spoiled.tsv")
    for assembly in Assembly:
        path = folder / f"spoiled.{assembly}.vcf"
        text = "\n".join(spoiled_lines(knowledge, assembly, entries)) + "\n"
        path.write_text(text, encoding="utf-8", newline="")
        print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
