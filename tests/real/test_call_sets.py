"""Two call sets of one person that write the same variants in other words, over ESR1 on GRCh37.

NIST writes bases and left-aligned insertions and deletions; RTG writes several changes that stand
close together as one replacement. The sites are those of NIST; both files must give its genotypes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pgx_ana.calling import call_site
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CallOptions, Locus, Variant
from pgx_ana.terms import Assembly
from pgx_ana.vcf import ContigNames, Target, VariantFile

Bcftools = Callable[..., str]

CHROM = "6"
UNTOLD = "N"

BASES_TOLD_OTHERWISE = {
    152169520: "A/G",  # GA>AC
    152169521: "A/C",  # the same
    152169628: "A/T",  # ATTT>TTA, beside a deletion
    152250831: "A/A",  # the last base of a replacement that is longer by twelve
    152278172: "T/T",  # CGGCTAA>TGGCTAAT
    152285632: "C/C",  # TG>CA
    152285633: "A/A",  # the same
    152285778: "C/C",  # TTTCT>CTTC
    152287143: "C/C",  # TG>C
    152343957: "A/T",  # AAAATT>CAAAAATA
    152348122: "A/G",  # TGAGGT>GAGAT
    152390351: "A/C",  # GCTTTTTAAGAGAA>AC
}
LENGTHS_TOLD_OTHERWISE = {
    152278178: "AT/AT",  # the end of CGGCTAA>TGGCTAAT
    152285781: "C/C",  # the end of TTTCT>CTTC
    152287140: "G/G",  # TG>C, with G>C behind it
    152390335: "T/TAGGCTTTTTAAG",  # GCTTTTTAAGAGAA>AC
}
TOLD_ALIKE = {
    152017691: "G/T",
    152017741: "C/CA",
    152034820: "C/T",
    152034856: "T/TTC",
    152285596: "C/C",
    152285687: "T/T",
    152357231: "A/G",
    152357262: "C/CAAGGCAGGCA",
}
WINDOW_NOT_TOLD = {
    152169613,  # TA>T: the run of A up to ATTT>TTA
    152250817,  # three bases up to the replacement
    152343950,  # one base up to AAAATT>CAAAAATA
    152348105,  # the run of T up to TGAGGT>GAGAT
}
"""Insertions and deletions whose surroundings are in no REF of the two files."""


@dataclass(frozen=True)
class Row:
    """A row of either file: position, REF, ALT and the bases of the person."""

    pos: int
    ref: str
    alt: str
    genotype: str


@pytest.fixture(scope="module")
def paths(shared: Path) -> dict[str, Path]:
    folder = shared / "representation"
    return {name: folder / f"{name}.NA12878.ESR1.GRCh37.vcf.gz" for name in ("nist", "rtg")}


@pytest.fixture(scope="module")
def rows(paths: dict[str, Path], bcftools: Bcftools) -> dict[str, list[Row]]:
    """Return the rows of both files as bcftools has them."""

    def read(path: Path) -> Iterator[Row]:
        for line in bcftools("query", "-f", "%POS\t%REF\t%ALT[\t%TGT]\n", path).splitlines():
            pos, ref, alt, genotype = line.split("\t")
            yield Row(int(pos), ref, alt, "/".join(sorted(re.split("[|/]", genotype))))

    return {name: list(read(path)) for name, path in paths.items()}


@pytest.fixture(scope="module")
def reference(rows: dict[str, list[Row]]) -> dict[int, str]:
    """Return every reference base that a REF of the two files tells; they do not disagree."""
    told: dict[int, str] = {}
    for row in [*rows["nist"], *rows["rtg"]]:
        for pos, base in enumerate(row.ref, row.pos):
            assert base == told.setdefault(pos, base)
    return told


@pytest.fixture(scope="module")
def variants(rows: dict[str, list[Row]], reference: dict[int, str]) -> dict[int, Variant]:
    """Return every row of NIST as a known variant."""
    return {row.pos: variant_of(row, reference) for row in rows["nist"]}


def variant_of(row: Row, reference: dict[int, str]) -> Variant:
    """Return a row as a known variant, in a window of all that is told of its surroundings.

    One base that is not told is added to the right, where neither file has anything to say, so that
    an insertion stands within the window.
    """
    is_snv = len(row.ref) == len(row.alt) == 1
    start, stop = row.pos, row.pos + len(row.ref)
    if not is_snv:
        while start - 1 in reference:
            start -= 1
        while stop in reference:
            stop += 1
    window = "".join(reference[pos] for pos in range(start, stop)) + ("" if is_snv else UNTOLD)
    return Variant(
        id=f"rs{row.pos}",
        gene="ESR1",
        type="snv" if is_snv else "insertion" if len(row.ref) < len(row.alt) else "deletion",
        alleles=(row.ref, row.alt),
        loci={Assembly.GRCH37: Locus(CHROM, row.pos, row.ref, start, window)},
    )


def called(path: Path, variants: dict[int, Variant], names: ContigNames) -> dict[int, str]:
    """Return the genotype of each variant, its alleles in alphabetical order, with its status."""
    file = VariantFile(str(path), names)
    loci = {pos: variant.loci[Assembly.GRCH37] for pos, variant in variants.items()}
    targets = [Target(CHROM, locus.window_start, locus.window_end) for locus in loci.values()]
    found = {}
    for pos, records in zip(loci, file.records_at(targets), strict=True):
        options = CallOptions(min_gq=0, min_dp=0)
        site = call_site(variants[pos], Assembly.GRCH37, records, 1, options, path.name)
        cell = site.calls[0]
        found[pos] = f"{'/'.join(sorted(cell.alleles))} {cell.status}"
    file.close()
    return found


@pytest.fixture(scope="module")
def calls(
    paths: dict[str, Path], variants: dict[int, Variant], curated: KnowledgeBase
) -> dict[str, dict[int, str]]:
    names = ContigNames(curated.contig_tables)
    return {name: called(path, variants, names) for name, path in paths.items()}


def test_every_site_of_nist_is_in_one_list(rows: dict[str, list[Row]]) -> None:
    """The lists are those that a comparison of the rows gives."""
    spelled = {row.pos: (row.ref, row.alt) for row in rows["rtg"]}
    alike = {row.pos for row in rows["nist"] if (row.ref, row.alt) == spelled.get(row.pos)}
    others = [row for row in rows["nist"] if row.pos not in alike]
    assert set(TOLD_ALIKE) == alike
    assert set(BASES_TOLD_OTHERWISE) == {row.pos for row in others if len(row.ref + row.alt) == 2}
    assert set(LENGTHS_TOLD_OTHERWISE) | WINDOW_NOT_TOLD == {
        row.pos for row in others if len(row.ref + row.alt) != 2
    }


def test_windows_that_are_not_told(
    rows: dict[str, list[Row]], variants: dict[int, Variant]
) -> None:
    """Of these alone, what is told of the surroundings does not reach any row of RTG."""
    told = {pos for row in rows["rtg"] for pos in range(row.pos, row.pos + len(row.ref))}
    windows = {
        pos: range(locus.window_start, locus.window_end)  # without the base that is not told
        for pos, variant in variants.items()
        for locus in variant.loci.values()
        if not variant.is_snv
    }
    assert {pos for pos, window in windows.items() if told.isdisjoint(window)} == WINDOW_NOT_TOLD


@pytest.mark.parametrize("file", ["nist", "rtg"])
@pytest.mark.parametrize(
    "expected",
    [
        pytest.param(BASES_TOLD_OTHERWISE, id="bases told otherwise"),
        pytest.param(LENGTHS_TOLD_OTHERWISE, id="lengths told otherwise"),
        pytest.param(TOLD_ALIKE, id="told alike"),
    ],
)
def test_both_files_give_the_genotypes_of_nist(
    file: str, expected: dict[int, str], calls: dict[str, dict[int, str]]
) -> None:
    assert {pos: f"{genotype} called" for pos, genotype in expected.items()} == {
        pos: calls[file][pos] for pos in expected
    }


SPLIT_BY_POSITION = (
    [152169520, 152169521, 152278172, 152285632, 152285633, 152285778],
    [152278178, 152285781],
)
"""Bases, and lengths, of which bcftools makes the rows of NIST: it compares from left to right."""


def test_replacements_taken_apart_by_bcftools(
    paths: dict[str, Path],
    variants: dict[int, Variant],
    curated: KnowledgeBase,
    bcftools: Bcftools,
    tmp_path: Path,
) -> None:
    path = tmp_path / "atoms.vcf"
    path.write_text(bcftools("norm", "--atomize", paths["rtg"]))
    found = called(path, variants, ContigNames(curated.contig_tables))
    bases, lengths = SPLIT_BY_POSITION
    expected = {pos: BASES_TOLD_OTHERWISE[pos] for pos in bases}
    expected |= {pos: LENGTHS_TOLD_OTHERWISE[pos] for pos in lengths}
    assert {pos: f"{genotype} called" for pos, genotype in expected.items()} == {
        pos: found[pos] for pos in expected
    }


def test_the_expected_genotypes_are_those_of_bcftools(rows: dict[str, list[Row]]) -> None:
    expected = {row.pos: row.genotype for row in rows["nist"] if row.pos not in WINDOW_NOT_TOLD}
    assert expected == BASES_TOLD_OTHERWISE | LENGTHS_TOLD_OTHERWISE | TOLD_ALIKE


def test_what_is_not_told_is_never_taken_for_reference(calls: dict[str, dict[int, str]]) -> None:
    """RTG has no row at these loci, or one whose surroundings are not known."""
    found = {pos: calls["rtg"][pos].split()[-1] for pos in sorted(WINDOW_NOT_TOLD)}
    assert dict.fromkeys(sorted(WINDOW_NOT_TOLD), "absent") == found
