"""Small VCF files with genotypes of people at the toy variants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pysam.bcftools

from helpers.vcf_text import CONTIG_LENGTHS, VCF_COLUMNS

BASES = {
    "rs1": ("A", "C"),
    "rs2": ("A", "C", "T"),
    "rs3": ("T", "C"),
    "rs4": ("G", "GT"),
    "rs5": ("GCA", "G"),
}
POSITIONS = {"rs1": 100, "rs2": 200, "rs3": 300, "rs4": 401, "rs5": 501}
WINDOWS = {"rs4": (1, 7), "rs5": (1, 8)}
"""Bases before and after an indel that a reference block must cover to show it."""

Copies = tuple[str, str]


@dataclass(frozen=True)
class Person:
    """The alleles on both chromosomes of a person at each site, ``.`` for a missing copy.

    ``phased`` has the sites with phased genotypes, ``sets`` their phase sets. A file has no PS if
    nobody has a phase set.
    """

    copies: Mapping[str, Copies]
    phased: frozenset[str]
    sets: Mapping[str, int]


@dataclass(frozen=True)
class Style:
    """How a file represents its genotypes; ``swapped`` reverses every genotype."""

    assembly: str = "GRCh38"
    prefix: str = ""
    split: bool = False
    blocks: bool = False
    swapped: bool = False
    bcf: bool = False


PLAIN = Style()


def rows(people: Sequence[Person], style: Style) -> Iterator[str]:
    """Yield the rows of a file; a site at which every copy is missing has no row."""
    for rsid, bases in BASES.items():
        if rsid == "rs3" and style.assembly == "GRCh37":
            bases = bases[::-1]
        pos = POSITIONS[rsid] + (50 if style.assembly == "GRCh37" else 0)
        pairs = [person.copies[rsid] for person in people]
        if all(pair == (".", ".") for pair in pairs):
            continue
        if style.blocks and all(pair == (bases[0],) * 2 for pair in pairs):
            before, after = WINDOWS.get(rsid, (0, 0))
            fields = (pos - before, bases[0][0], ("<NON_REF>",), f"END={pos + after}")
            yield row(people, style, fields, rsid)
        elif style.split:
            for alt in bases[1:]:
                yield row(people, style, (pos, bases[0], (alt,), "."), rsid)
        else:
            yield row(people, style, (pos, bases[0], bases[1:], "."), rsid)


def row(
    people: Sequence[Person], style: Style, fields: tuple[int, str, Sequence[str], str], rsid: str
) -> str:
    """Return one row; ``fields`` are POS, REF, ALT and INFO."""
    pos, ref, alts, info = fields
    has_sets = any(person.sets for person in people)
    values = []
    for person in people:
        numbers = [number(base, alts) for base in person.copies[rsid]]
        phased = rsid in person.phased
        gt = ("|" if phased else "/").join(numbers[:: -1 if style.swapped else 1])
        phase_set = person.sets.get(rsid, ".") if phased else "."
        values.append(f"{gt}:{phase_set}" if has_sets else gt)
    fixed = [f"{style.prefix}1", str(pos), ".", ref, ",".join(alts), ".", "PASS", info]
    return "\t".join([*fixed, "GT:PS" if has_sets else "GT", *values])


def number(base: str, alts: Sequence[str]) -> str:
    """Return the number of an allele in a row; an allele that is in another row is 0."""
    if base == ".":
        return "."
    return str(alts.index(base) + 1) if base in alts else "0"


def write_vcf(people: Sequence[Person], style: Style, folder: Path) -> Path:
    """Write the people to a VCF or BCF file and return its path."""
    names = [f"P{index}" for index in range(len(people))]
    length = CONTIG_LENGTHS[style.assembly]["1"]
    header = [
        "##fileformat=VCFv4.2",
        f"##contig=<ID={style.prefix}1,length={length}>",
        '##INFO=<ID=END,Number=1,Type=Integer,Description="end">',
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">',
        '##FORMAT=<ID=PS,Number=1,Type=Integer,Description="phase set">',
        "\t".join([*VCF_COLUMNS, *names]),
    ]
    path = folder / "made.vcf"
    path.write_text("\n".join([*header, *rows(people, style)]) + "\n", encoding="utf-8")
    if not style.bcf:
        return path
    packed = folder / "made.bcf"
    options = ["--no-version", "-Ob", "-o", str(packed), str(path)]
    pysam.bcftools.view(*options, catch_stdout=False)
    return packed
