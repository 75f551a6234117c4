"""Alleles on the other strand: a mismatch with a hint, or a marked call if the user allows it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from helpers.fixture_types import MakeVcf, Run

import pgx_ana
from pgx_ana.bases import is_palindromic
from pgx_ana.model import CallOptions

Outcome = tuple[str, str, str, str]
"""Genotype, status, source and reason of a call."""

ALLOWED = CallOptions(allow_strand_flip=True)
ONLY_OTHER = "; the alleles fit only the other strand (see --allow-strand-flip)"
SWAPPED = "; REF and ALT are swapped"


def mismatch(reason: str) -> Outcome:
    return "", "mismatch", "record", reason


def wrong_ref(ref: str, reference: str, hint: str = "") -> Outcome:
    return mismatch(f"REF is {ref}, the reference has {reference}{hint}")


def flipped(genotype: str, status: str = "called", reason: str = "") -> Outcome:
    return genotype, status, "other_strand", reason


def calls(
    path: Path, toy_directory: Path, variant: str, options: CallOptions | None = None
) -> list[Outcome]:
    table = pgx_ana.annotate(path, kb=toy_directory, options=options).calls
    chosen = table[table["variant"] == variant][["genotype", "status", "source", "reason"]]
    return list(chosen.astype(object).fillna("").itertuples(index=False, name=None))


OTHER_STRAND: dict[str, tuple[str, Sequence[str], str, Outcome]] = {
    "heterozygous": ("rs1", ["1 100 T G 0/1"], "T", flipped("A/C")),
    "reference": ("rs1", ["1 100 T G 0/0"], "T", flipped("A/A")),
    "alternate": ("rs1", ["1 100 T G 1/1"], "T", flipped("C/C")),
    "phased": ("rs1", ["1 100 T G 1|0"], "T", flipped("C|A")),
    "lower case": ("rs1", ["1 100 t g 0/1"], "T", flipped("A/C")),
    "one copy missing": (
        "rs1",
        ["1 100 T G ./1"],
        "T",
        flipped("C/.", "partial", "one copy missing"),
    ),
    "no call": ("rs1", ["1 100 T G ./."], "T", flipped("./.", "no_call", "genotype missing")),
    "haploid": ("rs1", ["1 100 T G 1"], "T", flipped("C", "partial", "haploid call")),
    "monomorphic": ("rs1", ["1 100 T . 0/0"], "T", flipped("A/A")),
    "monomorphic in a gVCF": ("rs1", ["1 100 T <NON_REF> 0/0"], "T", flipped("A/A")),
    "ALT in a gVCF": ("rs1", ["1 100 T G,<NON_REF> 0/1"], "T", flipped("A/C")),
    "with a spanning deletion": (
        "rs1",
        ["1 100 T G,* 1/2"],
        "T",
        flipped("C/*", "unknown_allele", "not a known allele: *"),
    ),
    "two equal rows": ("rs1", ["1 100 T G 0/1", "1 100 T G 0/1"], "T", flipped("A/C")),
    "next to a row on this strand": (
        "rs1",
        ["1 100 A C 0/1", "1 100 T G 0/1"],
        "T",
        flipped("A/C"),
    ),
    "contradicts a row on this strand": (
        "rs1",
        ["1 100 A C 0/0", "1 100 T G 0/1"],
        "T",
        flipped("./.", "mismatch", "records contradict one another"),
    ),
    "another site": ("rs3", ["1 300 A G 0/1"], "A", flipped("T/C")),
    "a G to T site": ("rs6", ["2 50 C A 0/1"], "C", flipped("G/T")),
}


@pytest.mark.parametrize(
    ("variant", "rows", "ref", "expected"), OTHER_STRAND.values(), ids=OTHER_STRAND
)
def test_other_strand(
    make_vcf: MakeVcf,
    toy_directory: Path,
    variant: str,
    rows: Sequence[str],
    ref: str,
    expected: Outcome,
) -> None:
    """The call is a mismatch with a hint; with the option, a genotype marked by its source."""
    path = make_vcf(rows)
    reference = {"T": "A", "A": "T", "C": "G"}[ref]
    assert [wrong_ref(ref, reference, ONLY_OTHER)] == calls(path, toy_directory, variant)
    assert [expected] == calls(path, toy_directory, variant, ALLOWED)


NEVER_FLIPPED: dict[str, tuple[str, Sequence[str], Outcome]] = {
    "swapped": ("rs1", ["1 100 C A 0/1"], wrong_ref("C", "A", SWAPPED)),
    "swapped on the other strand": ("rs1", ["1 100 G T 0/1"], wrong_ref("G", "A")),
    "ALT fits this strand only": ("rs1", ["1 100 T A 0/1"], wrong_ref("T", "A")),
    "ALT does not fit the other strand": ("rs1", ["1 100 T C 0/1"], wrong_ref("T", "A")),
    "three alleles, one does not fit": ("rs1", ["1 100 T G,C 0/1"], wrong_ref("T", "A")),
    "palindromic, the other strand": ("rs2", ["1 200 T G 0/1"], wrong_ref("T", "A")),
    "palindromic, two ALTs": ("rs2", ["1 200 T G,A 1/2"], wrong_ref("T", "A")),
    "palindromic, swapped or the other strand": (
        "rs2",
        ["1 200 T A 0/1"],
        wrong_ref("T", "A", SWAPPED),
    ),
    "palindromic, monomorphic": ("rs2", ["1 200 T . 0/0"], wrong_ref("T", "A")),
    "insertion": ("rs4", ["1 401 C CA 0/1"], wrong_ref("C", "G")),
    "deletion": ("rs5", ["1 501 TGC T 0/1"], wrong_ref("TGC", "GCA")),
    "several bases": ("rs1", ["1 100 TG GG 0/1"], wrong_ref("T", "A")),
    "ALT equal to REF": ("rs1", ["1 100 A A 0/1"], mismatch("ALT is the same as REF, A")),
    "one ALT equal to REF": ("rs1", ["1 100 A C,A 0/1"], mismatch("ALT is the same as REF, A")),
    "ALT equal to REF at a deletion": (
        "rs5",
        ["1 501 GCA GCA 1/1"],
        mismatch("ALT is the same as REF, GCA"),
    ),
    "a block on the other strand": ("rs2", ["1 200 T <NON_REF> 0/0"], wrong_ref("T", "A")),
}


@pytest.mark.parametrize(("variant", "rows", "expected"), NEVER_FLIPPED.values(), ids=NEVER_FLIPPED)
def test_never_read_on_the_other_strand(
    make_vcf: MakeVcf, toy_directory: Path, variant: str, rows: Sequence[str], expected: Outcome
) -> None:
    path = make_vcf(rows)
    assert [expected] == calls(path, toy_directory, variant)
    assert [expected] == calls(path, toy_directory, variant, ALLOWED)


def test_alt_equal_to_ref_on_the_other_strand(make_vcf: MakeVcf, toy_directory: Path) -> None:
    path = make_vcf(["1 100 T T 0/1"])
    (call,) = calls(path, toy_directory, "rs1", ALLOWED)
    assert ("", "mismatch") == call[:2]


def test_palindromic_variants_of_the_shipped_knowledge_base(curated: Any) -> None:
    ambiguous = {variant.id for variant in curated.variants if is_palindromic(variant.alleles)}
    palindromic = {"rs2032582", "rs11849538", "rs1062033", "rs936308", "rs2073618", "rs7984870"}
    assert palindromic <= ambiguous
    assert ambiguous.isdisjoint({"rs4646", "rs10046", "rs700518", "rs35599367", "rs1045642"})


@pytest.mark.parametrize(
    ("rows", "variant", "expected"),
    [
        (["1 100 A C 0/1"], "rs1", ("A/C", "called", "record", "")),
        (["1 100 A . 0/0"], "rs1", ("A/A", "called", "reference_block", "")),
        (["1 200 A T 0/1"], "rs2", ("A/T", "called", "record", "")),
        (["1 99 G <NON_REF> 0/0"], "rs1", ("A/A", "called", "reference_block", "")),
        (["2 50 G T 0/1"], "rs1", ("", "absent", "none", "no record covers the locus")),
    ],
    ids=["SNV", "monomorphic", "palindromic", "block", "absent"],
)
def test_records_on_this_strand_are_unaffected(
    make_vcf: MakeVcf,
    toy_directory: Path,
    rows: Sequence[str],
    variant: str,
    expected: Outcome,
) -> None:
    path = make_vcf(rows, info={0: "END=120"} if "<" in rows[0] else None)
    assert [expected] == calls(path, toy_directory, variant)
    assert [expected] == calls(path, toy_directory, variant, ALLOWED)


def test_reference_is_that_of_the_assembly(make_vcf: MakeVcf, toy_directory: Path) -> None:
    """The reference base of rs3 is C on GRCh37 and T on GRCh38."""
    path = make_vcf(["1 350 G A 0/1"], assembly="GRCh37")
    assert [wrong_ref("G", "C", ONLY_OTHER)] == calls(path, toy_directory, "rs3")
    assert [flipped("T/C")] == calls(path, toy_directory, "rs3", ALLOWED)


def test_filters_apply_on_the_other_strand(make_vcf: MakeVcf, toy_directory: Path) -> None:
    path = make_vcf(
        ["1 100 T G 0/1:99 0/1:3", "1 300 A G 0/1:99 0/1:99"],
        samples=("S1", "S2"),
        fmt="GT:GQ",
        filters={1: "LowQual"},
    )
    expected = [flipped("A/C"), flipped("A/C", "filtered", "GQ below 10")]
    assert expected == calls(path, toy_directory, "rs1", ALLOWED)
    expected = [flipped("T/C", "filtered", "FILTER LowQual")] * 2
    assert expected == calls(path, toy_directory, "rs3", ALLOWED)


def document(run: Run, path: Path, toy_directory: Path, *options: str) -> dict[str, Any]:
    """Annotate a file with one sample and return the JSON document of the sample."""
    result = run("annotate", path, "--kb", toy_directory, "-f", "json", "-q", *options)
    assert (0, "") == (result.exit_code, result.stderr)
    (sample_document,) = json.loads(result.stdout)
    return dict(sample_document)


def test_every_output_is_marked(run: Run, make_vcf: MakeVcf, toy_directory: Path) -> None:
    """Calls, headlines, summary and options are marked; a site on this strand is not."""
    path = make_vcf(["1 100 T G 0/1", "1 200 A C 0/1"])
    sample = document(run, path, toy_directory, "--allow-strand-flip")
    assert sample["options"]["allow_strand_flip"] is True
    sources = {
        call["variant"]: call["source"] for call in sample["calls"] if call["source"] != "none"
    }
    assert {"rs1": "other_strand", "rs2": "record"} == sources
    found = {item["variant"]: (item["source"], item["headline"]) for item in sample["annotations"]}
    headline = "Survival: higher than C/C (better), on anastrozole [limited evidence]"
    assert {
        "rs1": ("other_strand", f"Other strand: {headline}"),
        "rs2": ("record", "Plasma level: no difference found on anastrozole"),
    } == found
    summary = {item["category"]: item for item in sample["summary"]}
    efficacy = {name: summary["efficacy"][name] for name in ("conclusion", "findings", "assessed")}
    assert {
        "conclusion": (
            "Nothing established. On anastrozole itself: 1 finding: survival better (rs1; "
            "limited evidence)."
        ),
        "findings": [f"rs1 A/C: Other strand: {headline}"],
        "assessed": ["rs1 A/C (other strand)"],
    } == efficacy
    assert ["rs2 A/C"] == summary["exposure"]["assessed"]


def test_without_the_option_nothing_is_concluded(
    run: Run, make_vcf: MakeVcf, toy_directory: Path
) -> None:
    sample = document(run, make_vcf(["1 100 T G 0/1"]), toy_directory)
    assert sample["options"]["allow_strand_flip"] is False
    reason = f"REF is T, the reference has A{ONLY_OTHER}"
    annotations = [
        (item["status"], item["genotype"], item["direction"], item["statement"])
        for item in sample["annotations"]
        if item["variant"] == "rs1"
    ]
    statement = f"Not assessed: the file cannot be trusted at rs1 ({reason})."
    assert [("mismatch", None, "not_assessed", statement)] == annotations
    (efficacy,) = [item for item in sample["summary"] if item["category"] == "efficacy"]
    assert ([], ["rs1 mismatch"]) == (efficacy["assessed"], efficacy["not_assessed"])


def test_no_call_on_the_other_strand_is_marked_too(
    run: Run, make_vcf: MakeVcf, toy_directory: Path
) -> None:
    """The record is read on the other strand, although it has no genotype: its source says so."""
    sample = document(
        run, make_vcf(["1 100 T G ./."]), toy_directory, "--allow-strand-flip", "-g", "AAA"
    )
    found = [
        (item["source"], item["headline"], item["statement"])
        for item in sample["annotations"]
        if item["variant"] == "rs1"
    ]
    statement = "Not assessed: rs1 was not called (genotype missing)."
    assert [("other_strand", "Survival: not assessed (no call)", statement)] == found


def test_one_file_of_a_cohort_on_the_other_strand(make_vcf: MakeVcf, toy_directory: Path) -> None:
    """The strand is decided for each file; samples of the other file keep their source."""
    one = make_vcf(["1 100 T G 0/1"], samples=("S1",), name="one.vcf")
    two = make_vcf(["1 100 A C 0/1"], samples=("S2",), name="two.vcf")
    people = pgx_ana.annotate([one, two], kb=toy_directory, options=ALLOWED)
    table = people.calls[people.calls["variant"] == "rs1"]
    genotypes = dict(
        zip(table["sample"], zip(table["genotype"], table["source"], strict=True), strict=True)
    )
    assert {"S1": ("A/C", "other_strand"), "S2": ("A/C", "record")} == genotypes
    (efficacy,) = [
        [row["assessed"] for row in person["summary"] if row["category"] == "efficacy"]
        for person in people
        if person["sample"] == "S2"
    ]
    assert [["rs1 A/C"]] == efficacy
