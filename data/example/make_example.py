"""Write the example files from the table of genotypes: one person, as GRCh38 and as GRCh37 VCF.

Run as ``python data/example/make_example.py [FOLDER]``; the files beside this script come from it.
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
    """A line of the table of genotypes."""

    variant: Variant
    genotype: str
    dp: str
    gq: str
    written: str


def read_entries(knowledge: KnowledgeBase, path: Path) -> list[Entry]:
    """Read the table of genotypes; lines that begin with # are its explanation."""
    variants = {variant.id: variant for variant in knowledge.variants}
    with path.open(encoding="utf-8", newline="") as stream:
        lines = (line for line in stream if not line.startswith("#"))
        return [
            Entry(variants[row["variant"]], row["genotype"], row["dp"], row["gq"], row["written"])
            for row in csv.DictReader(lines, delimiter="\t")
        ]


def vcf_lines(knowledge: KnowledgeBase, assembly: Assembly, entries: list[Entry]) -> Iterator[str]:
    """Yield the lines of the VCF on one assembly, rows in the order of their positions."""
    yield from _HEADER.format(assembly=assembly).splitlines()
    rows = [_row(entry, assembly) for entry in entries if entry.written != "absent"]
    used = {chrom for chrom, _, _ in rows}
    contigs = [c for c in knowledge.assemblies[assembly].contigs if c.chrom in used]
    for contig in contigs:
        yield f"##contig=<ID=chr{contig.chrom},length={contig.length}>"
    yield "\t".join((*_COLUMNS, SAMPLE))
    order = [contig.chrom for contig in contigs]
    for _, _, line in sorted(rows, key=lambda row: (order.index(row[0]), row[1])):
        yield line


def _row(entry: Entry, assembly: Assembly) -> tuple[str, int, str]:
    locus = entry.variant.loci[assembly]
    pos, ref, alt, info, genotype = _written(entry, locus)
    quality = "LowQual" if entry.written == "filtered" else "PASS"
    quality = "." if entry.written == "block" else quality
    values = f"{genotype}:{entry.dp}:{entry.gq}"
    fields = (f"chr{locus.chrom}", str(pos), ".", ref, alt, ".", quality, info, "GT:DP:GQ", values)
    return locus.chrom, pos, "\t".join(fields)


def _written(entry: Entry, locus: Locus) -> tuple[int, str, str, str, str]:
    """Return POS, REF, ALT, INFO and GT of an entry."""
    ref, how = locus.ref, entry.written
    bases = entry.genotype.replace("|", "/").split("/")
    alts = [base for base in dict.fromkeys(bases) if base != ref]
    alt = alts[0] if alts else next(base for base in entry.variant.alleles if base != ref)
    numbers = ["0" if base == ref else "1" for base in bases]
    spelled = ("|" if "|" in entry.genotype else "/").join(numbers)
    return {
        "record": (locus.pos, ref, alt, ".", spelled),
        "block": (locus.pos, ref, "<NON_REF>", f"END={locus.pos}", "0/0"),
        "half": (locus.pos, ref, alt, "SPOILED", "./1"),
        "filtered": (locus.pos, ref, alt, "SPOILED", spelled),
        "no_call": (locus.pos, ref, alt, "SPOILED", "./."),
        "other_strand": (
            locus.pos,
            ref.translate(_COMPLEMENT),
            alt.translate(_COMPLEMENT),
            "SPOILED",
            spelled,
        ),
        "other_allele": (locus.pos, ref, _other_base(entry.variant), "SPOILED", "0/1"),
        "deletion": (
            locus.pos - 1,
            "N",
            "<DEL>",
            f"SPOILED;SVTYPE=DEL;END={locus.pos + 1}",
            "0/1",
        ),
    }[how]


def _other_base(variant: Variant) -> str:
    return next(base for base in "ACGT" if base not in variant.alleles)


def main(folder: Path) -> None:
    """Write both files into a folder."""
    knowledge = load()
    entries = read_entries(knowledge, HERE / "genotypes.tsv")
    for assembly in Assembly:
        path = folder / f"{SAMPLE}.{assembly}.vcf"
        text = "\n".join(vcf_lines(knowledge, assembly, entries)) + "\n"
        path.write_text(text, encoding="utf-8", newline="")
        print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
