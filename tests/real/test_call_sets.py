"""Two call sets of one person that represent the same variants differently, in ESR1 on GRCh37.

NIST has SNVs and left-aligned insertions and deletions; RTG merges adjacent changes into one
complex replacement. The sites are those of NIST, and both files must give its genotypes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from helpers.fixture_types import Bcftools
from helpers.records_of import records_at

from pgx_ana.calling import call_site
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CallOptions, Locus, Variant
from pgx_ana.terms import Assembly
from pgx_ana.vcf import ContigNames, Headers, Target, VariantFile

CHROM = "6"
UNKNOWN_BASE = "N"

SNVS_REPRESENTED_DIFFERENTLY = {
    152169520: "A/G",  # GA>AC
    152169521: "A/C",  # the same
    152169628: "A/T",  # ATTT>TTA, next to a deletion
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
INDELS_REPRESENTED_DIFFERENTLY = {
    152278178: "AT/AT",  # the end of CGGCTAA>TGGCTAAT
    152285781: "C/C",  # the end of TTTCT>CTTC
    152287140: "G/G",  # TG>C, followed by G>C
    152390335: "T/TAGGCTTTTTAAG",  # GCTTTTTAAGAGAA>AC
}
REPRESENTED_ALIKE = {
    152017691: "G/T",
    152017741: "C/CA",
    152034820: "C/T",
    152034856: "T/TTC",
    152285596: "C/C",
    152285687: "T/T",
    152357231: "A/G",
    152357262: "C/CAAGGCAGGCA",
}
WINDOW_UNKNOWN = {
    152169613,  # TA>T: the run of A up to ATTT>TTA
    152250817,  # three bases up to the replacement
    152343950,  # one base up to AAAATT>CAAAAATA
    152348105,  # the run of T up to TGAGGT>GAGAT
}
"""Insertions and deletions whose flanking bases are in no REF of the two files."""


@dataclass(frozen=True)
class Row:
    """A row of either file: POS, REF, ALT and the genotype as bases."""

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
    """Return the rows of both files as read by bcftools."""

    def read(path: Path) -> Iterator[Row]:
        for line in bcftools("query", "-f", "%POS\t%REF\t%ALT[\t%TGT]\n", path).splitlines():
            pos, ref, alt, genotype = line.split("\t")
            yield Row(int(pos), ref, alt, "/".join(sorted(re.split("[|/]", genotype))))

    return {name: list(read(path)) for name, path in paths.items()}


@pytest.fixture(scope="module")
def reference(rows: dict[str, list[Row]]) -> dict[int, str]:
    """Return every reference base in a REF of the two files, which must not contradict."""
    bases: dict[int, str] = {}
    for row in [*rows["nist"], *rows["rtg"]]:
        for pos, base in enumerate(row.ref, row.pos):
            assert base == bases.setdefault(pos, base)
    return bases


@pytest.fixture(scope="module")
def variants(rows: dict[str, list[Row]], reference: dict[int, str]) -> dict[int, Variant]:
    """Return every row of NIST as a known variant."""
    return {row.pos: variant_of(row, reference) for row in rows["nist"]}


def variant_of(row: Row, reference: dict[int, str]) -> Variant:
    """Return a row as a known variant, in a window of all known bases around it.

    One unknown base is added to the right, where neither file has a row, so that an insertion lies
    within the window.
    """
    is_snv = len(row.ref) == len(row.alt) == 1
    start, stop = row.pos, row.pos + len(row.ref)
    if not is_snv:
        while start - 1 in reference:
            start -= 1
        while stop in reference:
            stop += 1
    window = "".join(reference[pos] for pos in range(start, stop)) + (
        "" if is_snv else UNKNOWN_BASE
    )
    return Variant(
        id=f"rs{row.pos}",
        gene="ESR1",
        type="snv" if is_snv else "insertion" if len(row.ref) < len(row.alt) else "deletion",
        alleles=(row.ref, row.alt),
        loci={Assembly.GRCH37: Locus(CHROM, row.pos, row.ref, start, window)},
    )


def called(path: Path, variants: dict[int, Variant], names: ContigNames) -> dict[int, str]:
    """Return the genotype (alleles sorted) and status of each variant, by position."""
    file = VariantFile(str(path), Headers(names))
    loci = {pos: variant.loci[Assembly.GRCH37] for pos, variant in variants.items()}
    targets = [Target(CHROM, locus.window_start, locus.window_end) for locus in loci.values()]
    calls = {}
    for pos, records in zip(loci, records_at(file, targets), strict=True):
        options = CallOptions(min_gq=0, min_dp=0)
        site = call_site(variants[pos], Assembly.GRCH37, records, 1, options, path.name)
        call = site.calls[0]
        calls[pos] = f"{'/'.join(sorted(call.alleles))} {call.status}"
    file.close()
    return calls


@pytest.fixture(scope="module")
def calls(
    paths: dict[str, Path], variants: dict[int, Variant], curated: KnowledgeBase
) -> dict[str, dict[int, str]]:
    names = ContigNames(curated.contig_tables)
    return {name: called(path, variants, names) for name, path in paths.items()}


def test_every_site_of_nist_is_in_exactly_one_list(rows: dict[str, list[Row]]) -> None:
    """The lists agree with a comparison of the rows."""
    rtg = {row.pos: (row.ref, row.alt) for row in rows["rtg"]}
    alike = {row.pos for row in rows["nist"] if (row.ref, row.alt) == rtg.get(row.pos)}
    different = [row for row in rows["nist"] if row.pos not in alike]
    assert set(REPRESENTED_ALIKE) == alike
    assert set(SNVS_REPRESENTED_DIFFERENTLY) == {
        row.pos for row in different if len(row.ref + row.alt) == 2
    }
    assert set(INDELS_REPRESENTED_DIFFERENTLY) | WINDOW_UNKNOWN == {
        row.pos for row in different if len(row.ref + row.alt) != 2
    }


def test_unknown_windows(rows: dict[str, list[Row]], variants: dict[int, Variant]) -> None:
    """Only for these sites, the known flanking bases do not reach any row of RTG."""
    rtg_positions = {pos for row in rows["rtg"] for pos in range(row.pos, row.pos + len(row.ref))}
    windows = {
        pos: range(locus.window_start, locus.window_end)  # without the unknown base
        for pos, variant in variants.items()
        for locus in variant.loci.values()
        if not variant.is_snv
    }
    assert {
        pos for pos, window in windows.items() if rtg_positions.isdisjoint(window)
    } == WINDOW_UNKNOWN


@pytest.mark.parametrize("file", ["nist", "rtg"])
@pytest.mark.parametrize(
    "expected",
    [
        pytest.param(SNVS_REPRESENTED_DIFFERENTLY, id="SNVs represented differently"),
        pytest.param(INDELS_REPRESENTED_DIFFERENTLY, id="indels represented differently"),
        pytest.param(REPRESENTED_ALIKE, id="represented alike"),
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
"""SNVs, and indels, for which bcftools gives the rows of NIST; it compares from left to right."""


def test_replacements_atomized_by_bcftools(
    paths: dict[str, Path],
    variants: dict[int, Variant],
    curated: KnowledgeBase,
    bcftools: Bcftools,
    tmp_path: Path,
) -> None:
    path = tmp_path / "atoms.vcf"
    path.write_text(bcftools("norm", "--atomize", paths["rtg"]))
    actual = called(path, variants, ContigNames(curated.contig_tables))
    snvs, indels = SPLIT_BY_POSITION
    expected = {pos: SNVS_REPRESENTED_DIFFERENTLY[pos] for pos in snvs}
    expected |= {pos: INDELS_REPRESENTED_DIFFERENTLY[pos] for pos in indels}
    assert {pos: f"{genotype} called" for pos, genotype in expected.items()} == {
        pos: actual[pos] for pos in expected
    }


def test_the_expected_genotypes_equal_those_of_bcftools(rows: dict[str, list[Row]]) -> None:
    expected = {row.pos: row.genotype for row in rows["nist"] if row.pos not in WINDOW_UNKNOWN}
    assert (
        expected
        == SNVS_REPRESENTED_DIFFERENTLY | INDELS_REPRESENTED_DIFFERENTLY | REPRESENTED_ALIKE
    )


def test_sites_with_an_unknown_window_are_never_taken_as_reference(
    calls: dict[str, dict[int, str]],
) -> None:
    """RTG has no row at these loci, or one with unknown flanking bases."""
    statuses = {pos: calls["rtg"][pos].split()[-1] for pos in sorted(WINDOW_UNKNOWN)}
    assert dict.fromkeys(sorted(WINDOW_UNKNOWN), "absent") == statuses
