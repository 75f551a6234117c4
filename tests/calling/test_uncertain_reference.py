"""Variants with an uncertain reference base: REF of the file decides which base it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pysam
import pytest
from helpers.fixture_types import MakeVcf
from helpers.toy_overlays import kb_options, section, variant_entry, written_overlay
from helpers.vcf_text import CONTIG_LENGTHS

import pgx_ana
from pgx_ana.errors import InputError
from pgx_ana.model import CallOptions

if TYPE_CHECKING:
    from helpers.fixture_types import Run


UNCERTAIN_RS1 = variant_entry(
    "rs1",
    "A C",
    grch37='chrom: "1", pos: 150, ref: A, ref_verified: "no"',
    grch38='chrom: "1", pos: 100, ref: A, ref_verified: "no"',
    studied_allele="A",
)
UNCERTAIN = "which base is the reference is not certain, and no REF tells it"
ASSERTED = "absent, and which base is the reference is not certain"
ABSENT = "no record covers the locus"
GVCF = ['##ALT=<ID=NON_REF,Description="any other">']


@pytest.fixture
def kb(tmp_path: Path, toy_directory: Path) -> list[Path]:
    """Return the toy knowledge base with an uncertain reference at rs1."""
    return [
        toy_directory,
        written_overlay(tmp_path / "overlay", section("variants", UNCERTAIN_RS1)),
    ]


def call(path: Path | list[Path], kb: list[Path], **options: bool) -> tuple[str, ...]:
    """Return genotype, status, source and reason at rs1."""
    calls = pgx_ana.annotate(path, kb=kb, options=CallOptions(**options)).calls
    columns = ["genotype", "status", "source", "reason"]
    row = calls.set_index("variant").loc["rs1", columns]
    return tuple(row.fillna("."))


CALLED: dict[str, tuple[list[str], str, str]] = {
    "REF as in the knowledge base, het": (["1 100 A C 0/1"], "A/C", "record"),
    "REF as in the knowledge base, hom-ref": (["1 100 A C 0/0"], "A/A", "record"),
    "REF as in the knowledge base, hom-alt": (["1 100 A C 1/1"], "C/C", "record"),
    "other REF, het": (["1 100 C A 0/1"], "A/C", "record"),
    "other REF, hom-ref": (["1 100 C A 0/0"], "C/C", "record"),
    "other REF, hom-alt": (["1 100 C A 1/1"], "A/A", "record"),
    "other REF, phased": (["1 100 C A 1|0"], "A|C", "record"),
    "no ALT": (["1 100 A . 0/0"], "A/A", "reference_block"),
    "other REF, no ALT": (["1 100 C . 0/0"], "C/C", "reference_block"),
    "<NON_REF>": (["1 100 A C,<NON_REF> 0/1"], "A/C", "record"),
    "other REF and <NON_REF>": (["1 100 C A,<NON_REF> 1/1"], "A/A", "record"),
    "longer row": (["1 100 AG CG 0/1"], "A/C", "record"),
    "other REF in a longer row": (["1 100 CG AG 1/1"], "A/A", "record"),
    "row that begins before": (["1 98 GTA GTC 0/1"], "A/C", "record"),
    "other REF in a row that begins before": (["1 98 GTC GTA 1/1"], "A/A", "record"),
    "MNV": (["1 99 TC GA 0/1"], "A/C", "record"),
    "split rows": (["1 100 C A 0/1", "1 100 C <NON_REF> 0/0"], "A/C", "record"),
}


@pytest.mark.parametrize(("rows", "genotype", "source"), CALLED.values(), ids=CALLED)
@pytest.mark.parametrize("assembly", ["GRCh37", "GRCh38"])
def test_ref_of_the_file_decides_the_reference_base(
    assembly: str, rows: list[str], genotype: str, source: str, make_vcf: MakeVcf, kb: list[Path]
) -> None:
    shift = 50 if assembly == "GRCh37" else 0
    fields = [row.split() for row in rows]
    rows = [" ".join([f[0], str(int(f[1]) + shift), *f[2:]]) for f in fields]
    path = make_vcf(rows, assembly=assembly, extra_header=GVCF)
    assert (genotype, "called", source, ".") == call(path, kb)


@pytest.mark.parametrize(
    ("start", "ref", "expected"),
    [
        pytest.param(
            100,
            "A",
            ("A/A", "called", "reference_block", "."),
            id="starts at it, as in the knowledge base",
        ),
        pytest.param(
            100, "C", ("C/C", "called", "reference_block", "."), id="starts at it, other base"
        ),
        pytest.param(90, "A", (".", "not_assessable", "record", UNCERTAIN), id="starts before, A"),
        pytest.param(90, "C", (".", "not_assessable", "record", UNCERTAIN), id="starts before, C"),
        pytest.param(90, "G", (".", "not_assessable", "record", UNCERTAIN), id="starts before, G"),
    ],
)
def test_a_block_gives_its_first_base_only(
    start: int, ref: str, expected: tuple[str, ...], make_vcf: MakeVcf, kb: list[Path]
) -> None:
    row = f"1 {start} {ref} <NON_REF> 0/0"
    assert expected == call(make_vcf([row], info={0: "END=120"}, extra_header=GVCF), kb)


def test_a_row_gives_the_base_for_a_block_that_starts_before(
    make_vcf: MakeVcf, kb: list[Path]
) -> None:
    """Blocks may overlap the row that follows them."""
    rows = ["1 90 G <NON_REF> 0/0", "1 100 C A 0/1"]
    path = make_vcf(rows, info={0: "END=99"}, extra_header=GVCF)
    assert ("A/C", "called", "record", ".") == call(path, kb)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        pytest.param(["1 100 G A 0/1"], "REF is G, the reference has A", id="neither base"),
        pytest.param(["1 100 G . 0/0"], "REF is G, the reference has A", id="no ALT"),
        pytest.param(["1 100 N A 0/1"], "REF is N, the reference has A", id="N"),
        pytest.param(["1 100 TG AG 0/1"], "REF is T, the reference has A", id="longer row"),
        pytest.param(
            ["1 100 A C 0/1", "1 100 C A 0/1"],
            "REF is C, the reference has A; REF and ALT are swapped",
            id="both bases in one file",
        ),
    ],
)
def test_another_ref_is_a_mismatch(
    rows: list[str], reason: str, make_vcf: MakeVcf, kb: list[Path]
) -> None:
    assert (".", "mismatch", "record", reason) == call(make_vcf(rows), kb)


@pytest.mark.parametrize(
    ("rows", "options", "expected"),
    [
        ([], {}, (".", "absent", "none", ABSENT)),
        (["1 99 G T 0/1", "1 101 G T 0/1"], {}, (".", "absent", "none", ABSENT)),
        ([], {"absent_is_reference": True}, (".", "not_assessable", "none", ASSERTED)),
        (["1 100 C A 0/1"], {"absent_is_reference": True}, ("A/C", "called", "record", ".")),
    ],
    ids=["no row", "rows next to it", "nothing to assert", "called, others asserted"],
)
def test_without_a_row_nothing_is_called(
    rows: list[str],
    options: dict[str, bool],
    expected: tuple[str, ...],
    make_vcf: MakeVcf,
    kb: list[Path],
) -> None:
    """An uncertain reference cannot be asserted, because the base is unknown."""
    assert expected == call(make_vcf([*rows, "2 50 G T 0/1"]), kb, **options)


def test_the_studied_allele_is_not_reported_as_reference_if_uncertain(
    make_vcf: MakeVcf, kb: list[Path], toy_directory: Path, run: Run
) -> None:
    """If the reference is certain, the statement warns that it is the studied allele."""
    path = make_vcf(["1 200 A C 0/1"])
    studied = (
        "Not assessed: no record covers rs1. A site without a record is not a reference genotype, "
        "and here the reference base A is the very allele that was studied: a file of variants "
        "only leaves A/A people out."
    )
    plain = (
        "Not assessed: no record covers rs1. A site without a record is not a reference genotype."
    )
    statements = [
        pgx_ana.annotate(path, kb=paths).annotations.set_index("variant").loc["rs1", "statement"]
        for paths in ([toy_directory], kb)
    ]
    assert [studied, plain] == statements
    reports = [run("check", path, *kb_options(paths)).stdout for paths in ([toy_directory], kb)]
    assert [True, False] == ["A/A at rs1" in text for text in reports]


@pytest.mark.parametrize(
    ("row", "certain", "content"),
    [
        ("1 100 A C 0/0", True, "rows for reference genotypes too"),
        ("1 100 A C 0/0", False, "variant rows only"),
        ("1 100 C A 1/1", False, "variant rows only"),
    ],
)
def test_a_homozygote_does_not_count_as_reference(
    row: str,
    certain: bool,
    content: str,
    make_vcf: MakeVcf,
    kb: list[Path],
    toy_directory: Path,
    run: Run,
) -> None:
    result = run("check", make_vcf([row]), *kb_options([toy_directory] if certain else kb))
    reported = [
        text
        for text in ("rows for reference genotypes too", "variant rows only")
        if text in result.stdout
    ]
    assert [content] == reported


@pytest.mark.parametrize(
    ("rows", "assembly"),
    [
        (["1 100 A C 0/1"], None),
        (["1 100 C A 0/1"], None),
        (["1 150 A C 0/1", "1 200 A C 0/1"], "GRCh38"),
        (["1 100 A C 0/1", "1 250 A C 0/1"], "GRCh37"),
    ],
    ids=["alone", "alone, alleles swapped", "with another of GRCh38", "with another of GRCh37"],
)
def test_it_does_not_count_for_the_assembly(
    rows: list[str], assembly: str | None, make_vcf: MakeVcf, kb: list[Path]
) -> None:
    path = make_vcf(rows, assembly=None)
    if assembly is None:
        with pytest.raises(InputError, match="the assembly cannot be determined"):
            pgx_ana.annotate(path, kb=kb)
    else:
        assert {assembly} == set(pgx_ana.annotate(path, kb=kb).calls["assembly"])


def test_a_certain_reference_counts_for_the_assembly(
    make_vcf: MakeVcf, toy_directory: Path
) -> None:
    path = make_vcf(["1 100 A C 0/1"], assembly=None)
    assert {"GRCh38"} == set(pgx_ana.annotate(path, kb=toy_directory).calls["assembly"])


@pytest.fixture
def genome(tmp_path: Path, toy_directory: Path) -> Callable[[str], Path]:
    """Return a function that builds a FASTA file with the toy windows and a given base at rs1."""

    def build(base: str) -> Path:
        letters = {chrom: ["G"] * length for chrom, length in CONTIG_LENGTHS["GRCh38"].items()}
        windows = {("1", 100): base, ("1", 200): "A", ("1", 300): "T", ("2", 50): "G"}
        windows |= {("1", 400): "GGTTTTTCC", ("1", 500): "GGCACACATT"}
        for (chrom, pos), window in windows.items():
            letters[chrom][pos - 1 : pos - 1 + len(window)] = window
        path = tmp_path / "genome.fa"
        text = "".join(f">{chrom}\n{''.join(bases)}\n" for chrom, bases in letters.items())
        path.write_text(text, encoding="ascii")
        pysam.faidx(str(path))
        return path

    return build


@pytest.mark.parametrize(
    ("base", "row", "expected"),
    [
        ("A", "1 100 A C 0/1", ("A/C", "called")),
        ("C", "1 100 C A 0/1", ("A/C", "called")),
        ("T", "1 200 A C 0/1", (".", "absent")),
        ("C", "1 100 A C 0/1", (".", "mismatch")),
    ],
    ids=["as in the knowledge base", "other base", "neither", "row differs from the genome"],
)
def test_a_genome_with_either_base_is_accepted(
    base: str,
    row: str,
    expected: tuple[str, str],
    make_vcf: MakeVcf,
    kb: list[Path],
    genome: Callable[[str], Path],
) -> None:
    calls = pgx_ana.annotate(make_vcf([row]), kb=kb, reference=genome(base)).calls
    row_of_rs1 = calls.set_index("variant").loc["rs1", ["genotype", "status"]].fillna(".")
    assert expected == tuple(row_of_rs1)


def test_a_genome_with_another_certain_base_is_rejected(
    make_vcf: MakeVcf, toy_directory: Path, genome: Callable[[str], Path]
) -> None:
    with pytest.raises(InputError, match=r"has C at 1:100, where GRCh38 has A \(rs1\)"):
        pgx_ana.annotate(make_vcf(["1 100 C A 0/1"]), kb=toy_directory, reference=genome("C"))


def test_kb_show_reports_an_unverified_reference(run: Run, kb: list[Path]) -> None:
    result = run("kb", "show", "rs1", *kb_options(kb))
    assert [
        "  GRCh37  1:150  reference A (not verified: the file tells)",
        "  GRCh38  1:100  reference A (not verified: the file tells)",
    ] == [line for line in result.stdout.splitlines() if "GRCh3" in line]
