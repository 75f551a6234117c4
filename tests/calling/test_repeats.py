"""Repeats: rows of repeat callers such as HipSTR, which omit the base before the repeat."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pysam
import pytest
from helpers.fixture_types import MakeVcf
from helpers.paths import TOY
from helpers.toy_overlays import section, variant_entry, written_overlay

import pgx_ana
from pgx_ana.annotation.variant_conclusions import unphased_genotype
from pgx_ana.knowledge import KnowledgeBase, load
from pgx_ana.model import CallOptions
from pgx_ana.pipeline import Request, Selection
from pgx_ana.pipeline import call as call_files

# The toy locus rs5 is GCA at 1:501 in the window GGCACACATT: (CA)3, and (CA)2 where it is deleted.
FORMAT = "GT:GB:Q:DP"
DECLARED = (
    '##FORMAT=<ID=GB,Number=1,Type=String,Description="base pair differences">',
    '##FORMAT=<ID=Q,Number=1,Type=Float,Description="posterior probability">',
)


@pytest.mark.parametrize(
    ("row", "genotype", "status", "reason"),
    [
        pytest.param("CACACA CACA 0|1:0|-2:1.0:30", "GCA|G", "called", ".", id="one shorter"),
        pytest.param("CACACA CACA,CA 1|1:-2|-2:0.95:30", "G|G", "called", ".", id="both shorter"),
        pytest.param("CACACA . 0|0:0|0:1.0:30", "GCA|GCA", "called", ".", id="reference"),
        pytest.param("CACACA CACA 0|0:0|0:1.0:30", "GCA|GCA", "called", ".", id="reference call"),
        pytest.param(
            "CACACA CACACACA 0|1:0|2:1.0:30",
            "GCA|->CA",
            "unknown_allele",
            "not a known allele: ->CA",
            id="longer than known",
        ),
        pytest.param(
            "CACACA CACA 0|1:0|-2:0.71:30", "GCA|G", "filtered", "GP below 0.9", id="improbable"
        ),
        pytest.param("CACACA CACA .:.:.:.", ".", "no_call", "genotype missing", id="no call"),
    ],
)
def test_rows_of_a_repeat_caller(
    row: str, genotype: str, status: str, reason: str, make_vcf: MakeVcf
) -> None:
    path = make_vcf([f"1 502 {row}"], fmt=FORMAT, extra_header=DECLARED)
    call = pgx_ana.annotate(path, kb=TOY).calls.set_index("variant").loc["rs5"].fillna(".")
    assert (genotype, status, reason) == (call["genotype"], call["status"], call["reason"])


def test_a_row_within_the_repeat_does_not_cover_it(make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 504 CA . 0|0:0|0:1.0:30"], fmt=FORMAT, extra_header=DECLARED)
    assert (
        "absent" == pgx_ana.annotate(path, kb=TOY).calls.set_index("variant").loc["rs5", "status"]
    )


def test_a_real_file_is_read_to_its_end(shared: Path) -> None:
    """The HipSTR file is of a chromosome without known loci, but its rows are valid input."""
    path = shared / "callers" / "hipstr.NA12878.chr21.vcf.gz"
    with pysam.VariantFile(str(path)) as file:
        assert {"GB", "Q"} <= set(file.header.formats)
    calls = pgx_ana.annotate(path, assembly="GRCh37", verify=True).calls
    repeats = {v.id for v in load().variants if v.type == "repeat"}
    expected = {v: "not_assessable" if v in repeats else "absent" for v in calls["variant"]}
    assert expected == calls.set_index("variant")["status"].to_dict()


NO_ROW = (".", "not_assessable", "none", "no row of this file shows the repeat")
ABSENT = (".", "absent", "none", "no record covers the locus")
AS_REPEAT = variant_entry(
    "rs5",
    "GCA G",
    type="repeat",
    grch37='chrom: "1", pos: 551, ref: GCA, window_start: 550, window: GGCACACATT',
    grch38='chrom: "1", pos: 501, ref: GCA, window_start: 500, window: GGCACACATT',
)
WINDOW_END_UNKNOWN = variant_entry(
    "rs4",
    "G GAC",
    type="insertion",
    grch37='chrom: "1", pos: 451, ref: G, window_start: 451, window: G, window_end: unknown',
    grch38='chrom: "1", pos: 401, ref: G, window_start: 401, window: G, window_end: unknown',
)


@pytest.fixture
def overlaid(tmp_path: Path) -> Callable[[str], list[Path]]:
    """Return a function that overlays the toy knowledge base with a variant."""

    def overlay(variant: str) -> list[Path]:
        return [TOY, written_overlay(tmp_path / "overlay", section("variants", variant))]

    return overlay


def calls_of(
    paths: Path | list[Path], variant: str, kb: list[Path], **options: bool
) -> dict[str, tuple[str, ...]]:
    """Return genotype, status, source and reason of a variant by sample."""
    calls = pgx_ana.annotate(paths, kb=kb, options=CallOptions(**options)).calls
    rows = calls[calls["variant"] == variant].set_index("sample")
    table = rows[["genotype", "status", "source", "reason"]].astype(object).fillna(".")
    return {str(sample): tuple(row) for sample, row in table.iterrows()}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([], NO_ROW, id="no row"),
        pytest.param(["1 490 A C 0/1", "1 520 A C 0/0"], NO_ROW, id="rows next to it"),
        pytest.param(["1 504 CA . 0/0"], NO_ROW, id="row within it"),
        pytest.param(["1 501 GCA G 0/1"], ("GCA/G", "called", "record", "."), id="row"),
        pytest.param(["1 501 GCA G 0/0"], ("GCA/GCA", "called", "record", "."), id="reference"),
        pytest.param(
            ["1 501 GCA G ./."], ("./.", "no_call", "record", "genotype missing"), id="no call"
        ),
    ],
)
@pytest.mark.parametrize("asserted", [False, True])
def test_a_repeat_without_a_row_is_not_assessable_even_if_asserted(
    asserted: bool,
    rows: list[str],
    expected: tuple[str, ...],
    make_vcf: MakeVcf,
    overlaid: Callable[[str], list[Path]],
) -> None:
    path = make_vcf(rows)
    calls = calls_of(path, "rs5", overlaid(AS_REPEAT), absent_is_reference=asserted)
    assert {"S1": expected} == calls


@pytest.mark.parametrize("asserted", [False, True])
def test_a_deletion_that_is_not_a_repeat_is_absent(asserted: bool, make_vcf: MakeVcf) -> None:
    expected = ("GCA/GCA", "called", "asserted", "absent, asserted to be reference")
    calls = calls_of(make_vcf([]), "rs5", [TOY], absent_is_reference=asserted)
    assert {"S1": expected if asserted else ABSENT} == calls


@pytest.mark.parametrize("asserted", [False, True])
@pytest.mark.parametrize(
    "order", [1, -1], ids=["file with the repeat first", "file with the repeat last"]
)
def test_a_repeat_in_one_of_several_files(
    order: int, asserted: bool, make_vcf: MakeVcf, overlaid: Callable[[str], list[Path]]
) -> None:
    """One sample is in both files; the others are in one file each."""
    one = make_vcf(["1 501 GCA G 0/1 1/1"], samples=("S1", "S2"), name="one.vcf")
    two = make_vcf(["2 50 G T 0/1 0/0"], samples=("S1", "S3"), name="two.vcf")
    calls = calls_of([one, two][::order], "rs5", overlaid(AS_REPEAT), absent_is_reference=asserted)
    assert {
        "S1": ("GCA/G", "called", "record", "."),
        "S2": ("G/G", "called", "record", "."),
        "S3": NO_ROW,
    } == calls


UNKNOWN_TT = "not a known allele: ->TT"
INSERTIONS: dict[str, tuple[str, str, str, str]] = {
    "at the locus": ("1 401 G GAC 0/1", "G/GAC", "called", "."),
    "longer REF": ("1 401 GA GACA 0/1", "G/GAC", "called", "."),
    "unknown bases": ("1 401 G GTT 0/1", "G/->TT", "unknown_allele", UNKNOWN_TT),
    "unknown bases, longer REF": (
        "1 401 GA GTTA 0/1",
        "G/->TT",
        "unknown_allele",
        UNKNOWN_TT,
    ),
    "one base later": ("1 402 A AAC 0/1", ".", "absent", "no record covers the locus"),
    "reference": ("1 401 G GAC 0/0", "G/G", "called", "."),
}


@pytest.mark.parametrize(
    ("row", "genotype", "status", "reason"), INSERTIONS.values(), ids=INSERTIONS
)
def test_insertion_at_a_window_of_unknown_end(
    row: str,
    genotype: str,
    status: str,
    reason: str,
    make_vcf: MakeVcf,
    overlaid: Callable[[str], list[Path]],
) -> None:
    (call,) = calls_of(make_vcf([row]), "rs4", overlaid(WINDOW_END_UNKNOWN)).values()
    assert (genotype, status, reason) == (call[0], call[1], call[3])


UGT1A1, TTTA, TCT = "rs3064744", "rs60271534", "rs11575899"
T8, T11 = "CAATA", "CAATAAATAAATAAATA"
TA = "233760233"

REPRESENTATIONS: dict[str, tuple[str, list[str], str]] = {
    "(TA)6": (UGT1A1, [f"2 {TA} CAT C 0/0"], "CAT/CAT"),
    "(TA)7, REF one base": (UGT1A1, [f"2 {TA} C CAT 0/1"], "CAT/CATAT"),
    "(TA)7, REF as in the definition": (UGT1A1, [f"2 {TA} CAT CATAT 0/1"], "CAT/CATAT"),
    "(TA)7, shifted by a base": (UGT1A1, ["2 233760234 A ATA 0/1"], "CAT/CATAT"),
    "(TA)7, shifted by a unit": (UGT1A1, ["2 233760235 T TAT 0/1"], "CAT/CATAT"),
    "(TA)7, shifted to the end": (UGT1A1, ["2 233760246 A ATA 0/1"], "CAT/CATAT"),
    "(TA)7, whole repeat": (UGT1A1, [f"2 233760234 {'AT' * 6} {'AT' * 7} 0/1"], "CAT/CATAT"),
    "(TA)7, base before": (UGT1A1, ["2 233760232 CC CCAT 0/1"], "CAT/CATAT"),
    "(TA)5": (UGT1A1, [f"2 {TA} CAT C 1/1"], "C/C"),
    "(TA)5, shifted to the end": (UGT1A1, ["2 233760244 ATA A 1/1"], "C/C"),
    "(TA)5 and (TA)8 in one row": (UGT1A1, [f"2 {TA} CAT C,CATAT,CATATAT 1/3"], "C/CATATAT"),
    "(TA)6 and (TA)7 in one row": (UGT1A1, [f"2 {TA} CAT C,CATAT,CATATAT 0/2"], "CAT/CATAT"),
    "(TA)5 and (TA)8 in split rows": (
        UGT1A1,
        [f"2 {TA} C CAT 0|0", f"2 {TA} CAT C 0|1", f"2 {TA} C CATAT 1|0"],
        "CATATAT|C",
    ),
    "(TA)6 in split rows": (
        UGT1A1,
        [f"2 {TA} C CAT 0|0", f"2 {TA} CAT C 0|0", f"2 {TA} C CATAT 0|0"],
        "CAT|CAT",
    ),
    "(TTTA)7": (TTTA, [f"15 51227672 C {T8} 0/0"], "C/C"),
    "(TTTA)8": (TTTA, [f"15 51227672 C {T8} 0/1"], f"C/{T8}"),
    "(TTTA)8, shifted by a base": (TTTA, ["15 51227673 A AATAA 0/1"], f"C/{T8}"),
    "(TTTA)8, shifted to the end": (TTTA, ["15 51227700 A AAATA 0/1"], f"C/{T8}"),
    "(TTTA)8 and (TTTA)11 in one row": (
        TTTA,
        [f"15 51227672 C {T8},{T11} 1/2"],
        f"{T8}/{T11}",
    ),
    "(TTTA)8 and (TTTA)11 in split rows": (
        TTTA,
        [f"15 51227672 C {T8} 0|1", f"15 51227672 C {T11} 1|0", "15 51227672 C CAATAAATA 0|0"],
        f"{T11}|{T8}",
    ),
    "(TTTA)7 and (TTTA)11 in split rows": (
        TTTA,
        [f"15 51227672 C {T8} 0|0", f"15 51227672 C {T11} 1|0", "15 51227672 C CAATAAATA 0|0"],
        f"{T11}|C",
    ),
    "TCT deleted": (TCT, ["15 51227748 A AAAG 0/0"], "A/A"),
    "TCT inserted": (TCT, ["15 51227748 A AAAG 0/1"], "A/AAAG"),
    "TCT inserted, both copies": (TCT, ["15 51227748 A AAAG 1/1"], "AAAG/AAAG"),
    "TCT inserted, with another ALT": (TCT, ["15 51227748 A AAAG,AC 0/1"], "A/AAAG"),
    "TCT inserted, longer REF": (TCT, ["15 51227748 AG AAAGG 0/1"], "A/AAAG"),
    "TCT inserted, base before": (TCT, ["15 51227747 TA TAAAG 0/1"], "A/AAAG"),
}


@pytest.mark.parametrize("assembly", ["GRCh37", "GRCh38"])
@pytest.mark.parametrize(
    ("variant", "rows", "genotype"), REPRESENTATIONS.values(), ids=REPRESENTATIONS
)
def test_representations_of_the_curated_repeats(
    variant: str,
    rows: list[str],
    genotype: str,
    assembly: str,
    tmp_path: Path,
    curated: KnowledgeBase,
) -> None:
    loci = curated.definitions[variant].loci
    shift = loci["GRCh37"].pos - loci["GRCh38"].pos if assembly == "GRCh37" else 0
    lines = ["##fileformat=VCFv4.2", '##FORMAT=<ID=GT,Number=1,Type=String,Description="g">']
    contigs = {c.chrom: c.length for c in curated.assemblies[assembly].contigs}
    lines += [f"##contig=<ID={chrom},length={contigs[chrom]}>" for chrom in ("2", "15")]
    lines.append("#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT S1".replace(" ", "\t"))
    for row in rows:
        chrom, pos, ref, alt, genotypes = row.split()
        fields = [chrom, str(int(pos) + shift), ".", ref, alt, ".", "PASS", ".", "GT", genotypes]
        lines.append("\t".join(fields))
    path = tmp_path / "repeat.vcf"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    choice = Selection(genes=(curated.definitions[variant].gene,))
    cohort = call_files(Request((str(path),), choice), curated)
    (site,) = (site for site in cohort.sites if site.variant.id == variant)
    (call,) = site.calls.values
    assert (assembly, genotype, "called", "record", "") == (
        cohort.assembly,
        unphased_genotype(call, site.variant) if "/" in genotype else call.genotype,
        call.status,
        call.source,
        call.reason,
    )


def test_every_panel_sample_is_called_at_the_repeats_of_cyp19a1(shared: Path) -> None:
    """The panel has one row per ALT; the merged allele counts are those of the rows."""
    path = shared / "1000genomes" / "GRCh38" / "CYP19A1.vcf.gz"
    counts = dict.fromkeys((TTTA, TCT), 0)
    with pysam.VariantFile(str(path)) as file:
        for row in file.fetch("chr15", 51227671, 51227748):
            variant = {51227672: TTTA, 51227748: TCT}.get(row.pos)
            if variant:
                copies = [copy for s in row.samples.values() for copy in s["GT"]]
                counts[variant] += sum(copy == 1 for copy in copies)
    calls = pgx_ana.annotate(path, genes=["CYP19A1"]).calls
    calls = calls[calls["variant"].isin(counts)]
    assert {"called"} == set(calls["status"])
    called = {
        variant: sum(
            copy != loci["GRCh38"].ref
            for genotype in calls[calls["variant"] == variant]["genotype"]
            for copy in genotype.replace("|", "/").split("/")
        )
        for variant in counts
        for loci in (load().definitions[variant].loci,)
    }
    assert counts == called
