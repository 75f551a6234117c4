"""One site in every representation that other programs are known to misread.

The site is CYP3A4*22, rs35599367, G>A. The sample is heterozygous if the file is informative
enough. Missing information is never taken for reference.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from helpers.containers import Pack, bcf, bgzf, bgzf_tbi, plain_gzip
from helpers.fixture_types import Run
from helpers.toy_overlays import section, variant_entry, written_overlay
from helpers.vcf_text import VCF_COLUMNS

VARIANT = "rs35599367"
EXPOSURE = "rs35599367-plasma-level"
CONTIGS = {
    "GRCh37": {"7": 159138663, "chr7": 159138663, "14": 107349540},
    "GRCh38": {
        "7": 159345973,
        "chr7": 159345973,
        "NC_000007.14": 159345973,
        "CM000669.2": 159345973,
        "chr2": 242193529,
        "chr14": 107043718,
    },
}
HEADER = (
    '##FILTER=<ID=LowQual,Description="low">',
    '##ALT=<ID=DEL,Description="deletion">',
    '##ALT=<ID=NON_REF,Description="any other allele">',
    '##INFO=<ID=END,Number=1,Type=Integer,Description="end">',
    '##INFO=<ID=SVTYPE,Number=1,Type=String,Description="type">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">',
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="quality">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="depth">',
)


@dataclass(frozen=True)
class Case:
    """Rows of a file and the expected call: genotype, status, source and part of the reason.

    Rows have CHROM, POS, REF, ALT, FILTER, INFO, FORMAT and a value for each sample, separated by
    spaces. ``is_known`` is True if the file determines the genotype.
    """

    rows: tuple[str, ...]
    genotype: str
    status: str
    source: str = "record"
    reason: str = "."
    options: tuple[str, ...] = ()
    assembly: str = "GRCh38"
    is_known: bool = field(default=False, kw_only=True)


def heterozygous(row: str, *options: str, source: str = "record", assembly: str = "GRCh38") -> Case:
    """Return a case in which the sample is certainly heterozygous."""
    return Case((row,), "G/A", "called", source, options=options, assembly=assembly, is_known=True)


NEIGHBOUR = "chr7 99768600 C T PASS . GT 0/1"
DELETION = "chr7 99750000 A <DEL> PASS SVTYPE=DEL;END=99790000 GT 0/1"
FLIP = "--allow-strand-flip"
OTHER_STRAND = "REF is C, the reference has G; the alleles fit only the other strand"

CASES = {
    "absent": Case((NEIGHBOUR,), ".", "absent", "none", "no record covers the locus"),
    "missing": Case(
        ("chr7 99768693 G A PASS . GT ./.",), "./.", "no_call", reason="genotype missing"
    ),
    "one copy missing": Case(
        ("chr7 99768693 G A PASS . GT ./1",), "A/.", "partial", reason="one copy missing"
    ),
    "haploid": Case(("chr7 99768693 G A PASS . GT 1",), "A", "partial", reason="haploid call"),
    "haploid reference": Case(
        ("chr7 99768693 G A PASS . GT 0",), "G", "partial", reason="haploid call"
    ),
    "plain": heterozygous("chr7 99768693 G A PASS . GT 0/1"),
    "without chr": heterozygous("7 99768693 G A PASS . GT 0/1"),
    "RefSeq name": heterozygous("NC_000007.14 99768693 G A PASS . GT 0/1"),
    "GenBank name": heterozygous("CM000669.2 99768693 G A PASS . GT 0/1"),
    "REF and ALT swapped": Case(
        ("chr7 99768693 A G PASS . GT 0/1",),
        ".",
        "mismatch",
        reason="REF is A, the reference has G; REF and ALT are swapped",
    ),
    "REF and ALT swapped, homozygous": Case(
        ("chr7 99768693 A G PASS . GT 1/1",), ".", "mismatch", reason="REF and ALT are swapped"
    ),
    "REF and ALT swapped, strand may be changed": Case(
        ("chr7 99768693 A G PASS . GT 0/1",),
        ".",
        "mismatch",
        reason="REF and ALT are swapped",
        options=(FLIP,),
    ),
    "wrong REF": Case(
        ("chr7 99768693 C A PASS . GT 0/1",),
        ".",
        "mismatch",
        reason="REF is C, the reference has G",
    ),
    "wrong REF, other strand allowed": Case(
        ("chr7 99768693 C A PASS . GT 0/1",),
        ".",
        "mismatch",
        reason="REF is C, the reference has G",
        options=(FLIP,),
    ),
    "wrong REF, reference call": Case(
        ("chr7 99768693 C . PASS . GT 0/0",), ".", "mismatch", reason="REF is C"
    ),
    "other strand": Case(
        ("chr7 99768693 C T PASS . GT 0/1",), ".", "mismatch", reason=OTHER_STRAND
    ),
    "other strand, reference call": Case(
        ("chr7 99768693 C T PASS . GT 0/0",), ".", "mismatch", reason=OTHER_STRAND
    ),
    "other strand, allowed": heterozygous(
        "chr7 99768693 C T PASS . GT 0/1", FLIP, source="other_strand"
    ),
    "this strand, other strand allowed": heterozygous("chr7 99768693 G A PASS . GT 0/1", FLIP),
    "another ALT": Case(
        ("chr7 99768693 G T PASS . GT 0/1",),
        "G/T",
        "unknown_allele",
        reason="not a known allele: T",
    ),
    "two ALTs": Case(
        ("chr7 99768693 G A,T PASS . GT 1/2",),
        "A/T",
        "unknown_allele",
        reason="not a known allele: T",
    ),
    "padded on the left": heterozygous("chr7 99768692 CG CA PASS . GT 0/1"),
    "padded on the right": heterozygous("chr7 99768693 GCTG ACTG PASS . GT 0/1"),
    "MNV": heterozygous("chr7 99768692 CG TA PASS . GT 0/1"),
    "contradiction": Case(
        ("chr7 99768693 G A PASS . GT 0/1", "chr7 99768693 G A PASS . GT 0/0"),
        "./.",
        "mismatch",
        reason="records contradict one another",
    ),
    "FILTER": Case(
        ("chr7 99768693 G A LowQual . GT 0/1",), "G/A", "filtered", reason="FILTER LowQual"
    ),
    "FILTER of a reference call": Case(
        ("chr7 99768693 G A LowQual . GT 0/0",), "G/G", "filtered", reason="FILTER LowQual"
    ),
    "low quality": Case(
        ("chr7 99768693 G A PASS . GT:GQ:DP 0/1:2:1",), "G/A", "filtered", reason="GQ below 10"
    ),
    "no reads": Case(
        ("chr7 99768693 G A PASS . GT:DP 0/0:0",), "G/G", "filtered", reason="DP below 1"
    ),
    "deletion of the gene": Case((DELETION,), "*/.", "not_assessable", reason="deletion over"),
    "deletion of the gene, and the site": Case(
        (DELETION, "chr7 99768693 G A PASS . GT 0/0"),
        "G/*",
        "unknown_allele",
        reason="not a known allele: *",
    ),
    "deletion of both genes": Case(
        (DELETION.replace("0/1", "1/1"),), "*/*", "not_assessable", reason="deletion over"
    ),
    "block": Case(
        ("chr7 99768600 C <NON_REF> . END=99768800 GT:GQ:DP 0/0:99:30",),
        "G/G",
        "called",
        "reference_block",
        is_known=True,
    ),
    "block without reads": Case(
        ("chr7 99768600 C <NON_REF> . END=99768800 GT:GQ:DP 0/0:0:0",),
        "G/G",
        "filtered",
        "reference_block",
        "DP below 1, GQ below 10",
    ),
    "block that ends before": Case(
        ("chr7 99768600 C <NON_REF> . END=99768692 GT:GQ:DP 0/0:99:30",),
        ".",
        "absent",
        "none",
        "no record covers the locus",
    ),
    "GRCh37": heterozygous("7 99366316 G A PASS . GT 0/1", assembly="GRCh37"),
    "GRCh37 with chr": heterozygous("chr7 99366316 G A PASS . GT 0/1", assembly="GRCh37"),
}


def vcf(rows: Sequence[str], *, assembly: str = "GRCh38", samples: Sequence[str] = ("S1",)) -> str:
    """Return the text of a VCF with contig lengths."""
    lines = ["##fileformat=VCFv4.2"]
    lines += [f"##contig=<ID={name},length={n}>" for name, n in CONTIGS[assembly].items()]
    lines += [*HEADER, "\t".join([*VCF_COLUMNS, *samples])]
    for row in rows:
        chrom, pos, ref, alt, filters, *rest = row.split()
        lines.append("\t".join([chrom, pos, ".", ref, alt, ".", filters, *rest]))
    return "\n".join(lines) + "\n"


def table(run: Run, path: Path, name: str, *options: str) -> list[dict[str, str]]:
    """Annotate a file and return one of the tables."""
    result = run("annotate", path, "--table", name, "--quiet", *options)
    assert (0, "") == (result.exit_code, result.stderr)
    return list(csv.DictReader(result.stdout.splitlines(), delimiter="\t"))


def call(run: Run, path: Path, *options: str, variant: str = VARIANT) -> dict[str, str]:
    """Annotate a file with one sample and return the call of a variant."""
    (row,) = [x for x in table(run, path, "calls", *options) if x["variant"] == variant]
    return row


@pytest.fixture(params=list(CASES.values()), ids=list(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    chosen: Case = request.param
    return chosen


@pytest.fixture
def file(case: Case, tmp_path: Path) -> Path:
    path = tmp_path / "case.vcf"
    path.write_text(vcf(case.rows, assembly=case.assembly))
    return path


def test_call_of_the_site(case: Case, file: Path, run: Run) -> None:
    called = call(run, file, *case.options)
    assert (case.genotype, case.status, case.source, case.assembly) == (
        called["genotype"],
        called["status"],
        called["source"],
        called["assembly"],
    )
    assert case.reason in called["reason"]
    assert ("." == case.reason) is ("." == called["reason"])


def test_nothing_is_concluded_from_an_unknown_genotype(case: Case, file: Path, run: Run) -> None:
    """If the file does not determine the genotype, no association for G/G or G/A applies."""
    directions = {
        row["association"]: row["direction"]
        for row in table(run, file, "annotations", *case.options)
        if row["variant"] == VARIANT
    }
    if case.is_known:
        expected = {"lower" if case.genotype == "G/G" else "higher"}
    else:
        expected = {"not_assessed", "undetermined"}
    assert directions[EXPOSURE] in expected


def test_only_known_genotypes_are_called(case: Case) -> None:
    """The table of cases is consistent: a call is expected if, and only if, it is known."""
    assert case.is_known is ("called" == case.status)


# several samples, and no rows


def test_two_samples(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "two.vcf"
    path.write_text(vcf(["chr7 99768693 G A PASS . GT 0/1 0/0"], samples=["S1", "S2"]))
    genotypes = {
        row["sample"]: (row["genotype"], row["status"])
        for row in table(run, path, "calls")
        if row["variant"] == VARIANT
    }
    assert {"S1": ("G/A", "called"), "S2": ("G/G", "called")} == genotypes


@pytest.mark.parametrize(("sample", "genotype"), [("S1", "G/A"), ("S2", "G/G")])
def test_each_of_two_samples_alone(sample: str, genotype: str, tmp_path: Path, run: Run) -> None:
    path = tmp_path / "two.vcf"
    path.write_text(vcf(["chr7 99768693 G A PASS . GT 0/1 0/0"], samples=["S1", "S2"]))
    called = call(run, path, "--samples", sample)
    assert (sample, genotype) == (called["sample"], called["genotype"])


def test_header_only(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "header.vcf"
    path.write_text(vcf([]))
    assert {("absent", "none", "."), ("not_assessable", "none", ".")} == {
        (row["status"], row["source"], row["genotype"]) for row in table(run, path, "calls")
    }
    assert {"not_assessed"} == {row["direction"] for row in table(run, path, "annotations")}


def without_lengths(text: str) -> str:
    return "".join(x for x in text.splitlines(keepends=True) if not x.startswith("##contig"))


def test_assembly_from_the_ref_bases_alone(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "bare.vcf"
    for assembly, pos in (("GRCh37", 99366316), ("GRCh38", 99768693)):
        path.write_text(without_lengths(vcf([f"chr7 {pos} G A PASS . GT 0/1"])))
        called = call(run, path)
        assert (assembly, "G/A", "called") == (
            called["assembly"],
            called["genotype"],
            called["status"],
        )


# containers


def as_text(path: Path) -> Path:
    return path.rename(path.with_name("case.txt"))


def as_gzip_named_vcf(path: Path) -> Path:
    path.write_bytes(gzip.compress(path.read_bytes()))
    return path


def as_vcf_named_gzip(path: Path) -> Path:
    return path.rename(path.with_name("case.vcf.gz"))


@pytest.mark.parametrize(
    "pack",
    [plain_gzip, bgzf, bgzf_tbi, bcf, as_text, as_gzip_named_vcf, as_vcf_named_gzip],
    ids=lambda pack: pack.__name__,
)
def test_containers(pack: Pack, tmp_path: Path, run: Run) -> None:
    path = tmp_path / "case.vcf"
    path.write_text(vcf(CASES["plain"].rows))
    called = call(run, pack(path))
    assert ("G/A", "called") == (called["genotype"], called["status"])


PLAIN = vcf(CASES["plain"].rows).encode()
BGZF_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")


def plain_bgzf(path: Path) -> bytes:
    path.write_bytes(PLAIN)
    return bgzf(path).read_bytes()


REJECTED: dict[str, Callable[[Path], bytes]] = {
    "empty": lambda _: b"",
    "line feeds": lambda _: b"\n\n",
    "empty gzip": lambda _: gzip.compress(b""),
    "not VCF": lambda _: b"chr7\t99768693\tG\tA\n",
    "a list of files": lambda _: b"one.vcf\ntwo.vcf\n",
    "half a header": lambda _: PLAIN[: PLAIN.index(b"#CHROM")],
    "half a row": lambda _: PLAIN[:-20],
    "BGZF without its end": lambda path: plain_bgzf(path).removesuffix(BGZF_END),
    "half of BGZF": lambda path: plain_bgzf(path)[:120],
    "half of gzip": lambda _: gzip.compress(PLAIN)[:-40],
    "no samples": lambda _: PLAIN.replace(b"\tFORMAT\tS1\n", b"\n").replace(b"\tGT\t0/1\n", b"\n"),
    "an allele number without an ALT": lambda _: PLAIN.replace(b"0/1", b"0/5"),
}


@pytest.mark.parametrize("content", REJECTED.values(), ids=REJECTED.keys())
def test_rejected_files(content: Callable[[Path], bytes], tmp_path: Path, run: Run) -> None:
    path = tmp_path / "rejected.vcf"
    path.write_bytes(content(tmp_path / "made.vcf"))
    result = run("annotate", path, "--table", "calls", "--quiet")
    assert (3, "") == (result.exit_code, result.stdout)
    assert result.stderr.startswith(f"Error: {path}: ")
    assert 1 == result.stderr.count("\n")


# an insertion in a repeat


@pytest.fixture
def overlay(shared: Path, tmp_path: Path) -> Path:
    """Return an overlay with CYP3A4*20 and the reference sequence around it."""
    with (shared / "truth" / "reference_windows.tsv").open(newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    windows = {}
    for row in rows:
        if row["name"] == "CYP3A4*20 rs67666821":
            first = {"GRCh37": 99355800, "GRCh38": 99758177}[row["assembly"]] - int(row["start"])
            windows[row["assembly"]] = row["sequence"][first : first + 16]
    assert {"GRCh37": "CAACGGGTTTTTCTGG", "GRCh38": "CAACGGGTTTTTCTGG"} == windows
    insertion = variant_entry(
        "rs67666821",
        "G GT",
        gene="CYP3A4",
        type="insertion",
        consequence="frameshift",
        paper_wording="CYP3A4*20, an A more on the coding strand",
        grch37='chrom: "7", pos: 99355806, ref: G, window_start: 99355800, '
        f"window: {windows['GRCh37']}",
        grch38='chrom: "7", pos: 99758183, ref: G, window_start: 99758177, '
        f"window: {windows['GRCh38']}",
    )
    return written_overlay(tmp_path / "overlay", section("variants", insertion))


INSERTED = {
    "left-aligned": "chr7 99758183 G GT",
    "right-shifted": "chr7 99758188 T TT",
    "right-shifted, before its anchor": "chr7 99758189 C TC",
    "in the middle": "chr7 99758185 T TT",
    "padded": "chr7 99758180 CGGGTTTTTCT CGGGTTTTTTCT",
    "with an SNV next to it": "chr7 99758179 ACGGGT TCGGGTT",
}


@pytest.mark.parametrize("row", INSERTED.values(), ids=INSERTED.keys())
def test_insertion(row: str, overlay: Path, tmp_path: Path, run: Run) -> None:
    path = tmp_path / "case.vcf"
    path.write_text(vcf([f"{row} PASS . GT 0/1"]))
    called = call(run, path, "--kb", "default", "--kb", str(overlay), variant="rs67666821")
    assert ("G/GT", "called", "record") == (called["genotype"], called["status"], called["source"])


def test_insertion_on_grch37(overlay: Path, tmp_path: Path, run: Run) -> None:
    path = tmp_path / "case.vcf"
    path.write_text(vcf(["7 99355811 T TT PASS . GT 0/1"], assembly="GRCh37"))
    called = call(run, path, "--kb", "default", "--kb", str(overlay), variant="rs67666821")
    assert ("G/GT", "called", "GRCh37") == (
        called["genotype"],
        called["status"],
        called["assembly"],
    )


# palindromic variants


PALINDROMIC = variant_entry(
    "rs1",
    "A T",
    gene="TCL1A",
    grch37='chrom: "14", pos: 468337, ref: A',
    grch38='chrom: "14", pos: 2000, ref: A',
)
# rs11849538 is C>G at 95709641 of chromosome 14, rs2032582 is A>C,T; the first is made up.
EITHER_STRAND = {
    "A/T, swapped or flipped": ("rs1", "chr14 2000 T A", "REF is T, the reference has A"),
    "A/T, reference call": ("rs1", "chr14 2000 T .", "REF is T, the reference has A"),
    "C/G, swapped or flipped": (
        "rs11849538",
        "chr14 95709641 G C",
        "REF is G, the reference has C",
    ),
    "C/G, another ALT": ("rs11849538", "chr14 95709641 G T", "REF is G, the reference has C"),
    "A/C/T, flipped": ("rs2032582", "chr7 87531302 T G", "REF is T, the reference has A"),
    "A/C/T, flipped to both": ("rs2032582", "chr7 87531302 T G,A", "REF is T, the reference has A"),
}


@pytest.mark.parametrize("options", [[], [FLIP]], ids=["strict", "other strand allowed"])
@pytest.mark.parametrize(
    ("variant", "row", "reason"), EITHER_STRAND.values(), ids=EITHER_STRAND.keys()
)
def test_palindromic_variants_are_never_flipped(
    variant: str, row: str, reason: str, options: list[str], tmp_path: Path, run: Run
) -> None:
    overlay = written_overlay(tmp_path / "overlay", section("variants", PALINDROMIC))
    path = tmp_path / "case.vcf"
    genotype = "0/0" if row.endswith(".") else "0/1"
    path.write_text(vcf([f"{row} PASS . GT {genotype}"]))
    kb = ["--kb", "default", "--kb", str(overlay)]
    called = call(run, path, *kb, *options, variant=variant)
    assert (".", "mismatch", "record") == (called["genotype"], called["status"], called["source"])
    assert called["reason"].startswith(reason)
    assert "other strand" not in called["reason"]
