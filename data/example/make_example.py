"""Write the example VCF files, one per assembly, from the genotype table of one person.

Run as ``python data/example/make_example.py [FOLDER]``; without FOLDER it rewrites the files in the
folder of this script.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pgx_ana.knowledge import KnowledgeBase, load
from pgx_ana.model import Locus, Variant
from pgx_ana.terms import Assembly

SAMPLE = "NA12717"
HERE = Path(__file__).parent
_COMPLEMENT = str.maketrans("ACGT", "TGCA")
_COLUMNS = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT")
_HEADER = """##fileformat=VCFv4.2
##source=make_example.py, from the genotypes of NA12717 in genotypes.tsv
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
    """One line of the genotype table.

    ``genotype`` has plus-strand bases; ``written`` says how the VCF row represents it, e.g.
    ``record``, ``block``, ``absent`` or one of the spoiled forms of :func:`_vcf_fields`.
    """

    variant: Variant
    genotype: str
    dp: str
    gq: str
    written: str


def read_entries(knowledge: KnowledgeBase, path: Path) -> list[Entry]:
    """Read the genotype table; lines that start with # are comments."""
    variants = {variant.id: variant for variant in knowledge.variants}
    with path.open(encoding="utf-8", newline="") as stream:
        lines = (line for line in stream if not line.startswith("#"))
        return [
            Entry(variants[row["variant"]], row["genotype"], row["dp"], row["gq"], row["written"])
            for row in csv.DictReader(lines, delimiter="\t")
        ]


def vcf_lines(knowledge: KnowledgeBase, assembly: Assembly, entries: list[Entry]) -> Iterator[str]:
    """Yield the lines of the VCF on one assembly, with rows sorted by position."""
    yield from _HEADER.format(assembly=assembly).splitlines()
    rows = [_row(entry, assembly) for entry in entries if entry.written != "absent"]
    used_chroms = {chrom for chrom, _, _ in rows}
    contigs = [c for c in knowledge.assemblies[assembly].contigs if c.chrom in used_chroms]
    for contig in contigs:
        yield f"##contig=<ID=chr{contig.chrom},length={contig.length}>"
    yield "\t".join((*_COLUMNS, SAMPLE))
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


def main(folder: Path) -> None:
    """Write the VCF of both assemblies into a folder."""
    knowledge = load()
    entries = read_entries(knowledge, HERE / "genotypes.tsv")
    for assembly in Assembly:
        path = folder / f"{SAMPLE}.{assembly}.vcf"
        text = "\n".join(vcf_lines(knowledge, assembly, entries)) + "\n"
        path.write_text(text, encoding="utf-8", newline="")
        print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
