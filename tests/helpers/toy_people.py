"""People as they are written in small files of the toy variants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pysam.bcftools

BASES = {
    "rs1": ("A", "C"),
    "rs2": ("A", "C", "T"),
    "rs3": ("T", "C"),
    "rs4": ("G", "GT"),
    "rs5": ("GCA", "G"),
}
POSITIONS = {"rs1": 100, "rs2": 200, "rs3": 300, "rs4": 401, "rs5": 501}
COLUMNS = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT")
LENGTHS = {"GRCh37": 900, "GRCh38": 1000}
WINDOWS = {"rs4": (1, 7), "rs5": (1, 8)}
"""How many bases before and behind an indel a block must cover to tell of it."""

Copies = tuple[str, str]


@dataclass(frozen=True)
class Person:
    """Two copies of each site, ``.`` for one that is missing, as on the two chromosomes.

    ``phased`` are the sites that are written with phase, ``sets`` their phase sets; a file where
    nobody has any has no PS.
    """

    copies: Mapping[str, Copies]
    phased: frozenset[str]
    sets: Mapping[str, int]


@dataclass(frozen=True)
class Style:
    """How a file is written."""

    assembly: str = "GRCh38"
    prefix: str = ""
    split: bool = False
    blocks: bool = False
    swapped: bool = False
    bcf: bool = False


PLAIN = Style()


def rows(people: Sequence[Person], style: Style) -> Iterator[str]:
    """Yield the rows of a file, without those of sites at which nobody has anything."""
    for rsid, bases in BASES.items():
        if rsid == "rs3" and style.assembly == "GRCh37":
            bases = bases[::-1]
        pos = POSITIONS[rsid] + (50 if style.assembly == "GRCh37" else 0)
        pairs = [person.copies[rsid] for person in people]
        if all(pair == (".", ".") for pair in pairs):
            continue
        if style.blocks and all(pair == (bases[0],) * 2 for pair in pairs):
            before, behind = WINDOWS.get(rsid, (0, 0))
            place = (pos - before, bases[0][0], ("<NON_REF>",), f"END={pos + behind}")
            yield row(people, style, place, rsid)
        elif style.split:
            for alt in bases[1:]:
                yield row(people, style, (pos, bases[0], (alt,), "."), rsid)
        else:
            yield row(people, style, (pos, bases[0], bases[1:], "."), rsid)


def row(
    people: Sequence[Person], style: Style, place: tuple[int, str, Sequence[str], str], rsid: str
) -> str:
    pos, ref, alts, info = place
    has_sets = any(person.sets for person in people)
    values = []
    for person in people:
        numbers = [number(base, alts) for base in person.copies[rsid]]
        phased = rsid in person.phased
        written = ("|" if phased else "/").join(numbers[:: -1 if style.swapped else 1])
        name = person.sets.get(rsid, ".") if phased else "."
        values.append(f"{written}:{name}" if has_sets else written)
    fields = [f"{style.prefix}1", str(pos), ".", ref, ",".join(alts), ".", "PASS", info]
    return "\t".join([*fields, "GT:PS" if has_sets else "GT", *values])


def number(base: str, alts: Sequence[str]) -> str:
    """Return the number of an allele in a row; what is in another row is 0."""
    if base == ".":
        return "."
    return str(alts.index(base) + 1) if base in alts else "0"


def written(people: Sequence[Person], style: Style, folder: Path) -> Path:
    names = [f"P{index}" for index in range(len(people))]
    header = [
        "##fileformat=VCFv4.2",
        f"##contig=<ID={style.prefix}1,length={LENGTHS[style.assembly]}>",
        '##INFO=<ID=END,Number=1,Type=Integer,Description="end">',
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">',
        '##FORMAT=<ID=PS,Number=1,Type=Integer,Description="phase set">',
        "\t".join([*COLUMNS, *names]),
    ]
    path = folder / "made.vcf"
    path.write_text("\n".join([*header, *rows(people, style)]) + "\n", encoding="utf-8")
    if not style.bcf:
        return path
    packed = folder / "made.bcf"
    options = ["--no-version", "-Ob", "-o", str(packed), str(path)]
    pysam.bcftools.view(*options, catch_stdout=False)
    return packed
