"""Small files after public bug reports, each with the right answer and why it is right."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers.paths import REAL

if TYPE_CHECKING:
    from helpers.fixture_types import Bcftools, Run

FOLDER = REAL / "reports"
EXPECTED = FOLDER / "expected.tsv"


@dataclass(frozen=True)
class Answer:
    """What the program says of some files: its exit code, messages, calls and diplotypes."""

    exit_code: int
    messages: str
    calls: Mapping[tuple[str, str], Mapping[str, str]]
    haplotypes: Mapping[tuple[str, str], Mapping[str, str]]

    def call(self, variant: str, sample: str = "P1") -> str:
        """Return status and genotype of a variant in a sample, as ``called A/C``."""
        row = self.calls[sample, variant]
        return " ".join(text for text in (row["status"], row["genotype"]) if text != ".")


Ask = Callable[..., Answer]


@pytest.fixture
def ask(shared: Path, run: Run, tmp_path: Path) -> Ask:
    """Return a function that annotates files of the folder: ask("a.vcf", "b.vcf")."""

    def annotated(*names: str | Path) -> Answer:
        paths = [shared / "reports" / name for name in names]
        words = ["annotate", *paths, "--table", "calls", "--table", "haplotypes", "-o", tmp_path]
        result = run(*words)
        if result.exit_code:
            return Answer(result.exit_code, result.stderr, {}, {})
        tables = [
            csv.DictReader(io.StringIO((tmp_path / f"{name}.tsv").read_text()), delimiter="\t")
            for name in ("calls", "haplotypes")
        ]
        calls = {(row["sample"], row["variant"]): row for row in tables[0]}
        haplotypes = {(row["sample"], row["haplotypes"]): row for row in tables[1]}
        return Answer(0, result.stderr, calls, haplotypes)

    return annotated


def same_calls(one: Answer, other: Answer) -> bool:
    """Say whether two answers have the same calls, whatever the file is called."""
    bare = [
        {key: {k: v for k, v in row.items() if k != "file"} for key, row in answer.calls.items()}
        for answer in (one, other)
    ]
    return bare[0] == bare[1]


def diplotype_is_ambiguous(answer: Answer) -> None:
    row = answer.haplotypes["P1", "ABCB1-1236-2677-3435"]
    assert "ambiguous" == row["status"]
    assert "phase of rs1128503 and rs1045642" in row["deciding"]


def refused(answer: Answer, *words: str) -> None:
    assert 3 == answer.exit_code
    assert [] == [word for word in words if word not in answer.messages], answer.messages
    assert 1 == len(answer.messages.splitlines())


def says(variant: str, *texts: str, sample: str = "P1", **columns: str) -> Callable[[Answer], None]:
    """Return a check that a call is one of some texts, with these values in further columns."""

    def check(answer: Answer) -> None:
        assert 0 == answer.exit_code, answer.messages
        assert answer.call(variant, sample) in texts
        row = answer.calls[sample, variant]
        assert columns == {name: row[name] for name in columns}

    return check


def is_not_called(variant: str, sample: str = "P1") -> Callable[[Answer], None]:
    def check(answer: Answer) -> None:
        assert 0 == answer.exit_code, answer.messages
        assert answer.calls[sample, variant]["status"] not in {"called", "partial"}

    return check


def is_read(answer: Answer) -> None:
    assert 0 == answer.exit_code, answer.messages


def is_refused(*words: str) -> Callable[[Answer], None]:
    return lambda answer: refused(answer, *words)


def is_refused_or(check: Callable[[Answer], None]) -> Callable[[Answer], None]:
    def either(answer: Answer) -> None:
        if answer.exit_code:
            refused(answer, "END")
        else:
            check(answer)

    return either


REFERENCE_CALLS = {"rs4646": "called A/A", "rs10046": "called G/G"}


def is_read_as_reference(answer: Answer) -> None:
    assert REFERENCE_CALLS == {name: answer.call(name) for name in REFERENCE_CALLS}


def says_that_a_repeat_row_is_there(answer: Answer) -> None:
    row = answer.calls["P1", "rs60271534"]
    assert "not_assessable" == row["status"]
    assert "<STR9>" in row["reason"]


CHECKS: Mapping[tuple[str, str], Callable[[Answer], None]] = {
    ("01a_gcnv_neutral_segment.vcf", "rs4646"): says("rs4646", "absent"),
    ("01d_gcnv_and_snv_one_file.vcf", "rs4646"): says("rs4646", "called A/C"),
    ("02a_lifted_gvcf_stale_END.vcf", "rs4646"): is_refused_or(is_not_called("rs4646")),
    ("02a_lifted_gvcf_stale_END.vcf", "rs4775936"): is_refused_or(says("rs4775936", "absent")),
    ("03a_contig_07.vcf", "rs35599367"): says("rs35599367", "called G/A"),
    ("04_second_CHROM_line_other_patient.vcf", "."): is_refused("line 5", "#CHROM"),
    ("05b_LEN_without_END.vcf", "rs4646"): says("rs4646", "called A/A", source="reference_block"),
    ("06a_no_reads_without_DP.vcf", "rs10046"): says("rs10046", "filtered G/G", "no_call"),
    ("07a_minimac_GT_DS_HDS_GP.vcf", "rs4646"): says("rs4646", "filtered A|A"),
    ("07c_beagle_GT_DS.vcf", "rs4646"): is_not_called("rs4646"),
    ("08a_shapeit5_PP.vcf", "haplotypes ABCB1-1236-2677-3435"): diplotype_is_ambiguous,
    ("09a_PSL.vcf", "haplotypes ABCB1-1236-2677-3435"): diplotype_is_ambiguous,
    ("09c_giab_PS_mixed_pass.vcf", "haplotypes ABCB1-1236-2677-3435"): diplotype_is_ambiguous,
    ("10b_SVLEN_first_longer.vcf", "rs4646"): says("rs4646", "unknown_allele C/*"),
    ("11a_plink19_contig_length.vcf", "."): says("rs4646", "called A/C"),
    ("11c_contig_length_0.vcf", "."): says("rs4646", "called A/C"),
    ("12a_bcftools122_stray_slash.vcf", "rs4646"): says("rs4646", "called A|C"),
    ("13a_dragen_snv.vcf 13b_dragen_cnv.vcf", "rs4646"): says("rs4646", "called A/C"),
    ("14a_REFCALL_refCall.vcf", "."): is_read_as_reference,
    ("16c_excel_header_quotes.vcf", "."): is_refused("line 2", "quotes"),
    ("16f_trailing_tabs.vcf", "."): is_refused("#CHROM", "tab"),
    ("17a_cat_of_two.vcf.gz", "."): is_refused("line 5", "second header"),
    ("18a_expansionhunter_STR9.vcf", "rs60271534"): says_that_a_repeat_row_is_there,
    ("21_del_failed_het.vcf", "rs4646"): says("rs4646", "called A/C"),
    ("b04_dup_absent_near_indel.vcf", "UGT1A4-127delA"): is_not_called("UGT1A4-127delA", "S"),
    ("b05_gq_of_neighbour_block.vcf", "rs3064744"): says(
        "rs3064744", "called CAT/CAT", sample="S", gq="50", dp="30"
    ),
    ("b06_foreign_indel_in_window.vcf", "UGT1A4-127delA"): lambda answer: [
        says("UGT1A4-127delA", "absent", sample=sample)(answer) for sample in ("other", "carrier")
    ].clear(),
    ("b11_svlen_of_second_alt.vcf", "rs4646"): says("rs4646", "unknown_allele C/*", sample="X"),
}
"""What is asked of the answer to each row of expected.tsv that one answer settles."""

COMPARED = {
    "12c_v45_phased.vcf": "the same file as BCF",
    "b01_star_block_beside_indel.vcf": "the same file with <NON_REF>",
    "b08_trimmed_split_row.vcf": "b08_trimmed_split_row.untrimmed.vcf",
    "b09_snv.vcf b09_sv.vcf": "b09_both_in_one.vcf",
}
"""Rows that are about two answers being the same; each has a test of its own below."""


@pytest.mark.parametrize(("files", "about"), list(CHECKS))
def test_answer(ask: Ask, files: str, about: str) -> None:
    CHECKS[files, about](ask(*files.split()))


def test_every_row_is_tested(shared: Path) -> None:
    with EXPECTED.open(encoding="utf-8") as stream:
        rows = [(row["files"], row["variant"]) for row in csv.DictReader(stream, delimiter="\t")]
    assert shared.is_dir()
    assert len(rows) > 30
    assert [] == [row for row in rows if row not in CHECKS and row[0] not in COMPARED]


def test_a_file_and_its_bcf(ask: Ask, shared: Path, bcftools: Bcftools, tmp_path: Path) -> None:
    path, converted = shared / "reports" / "12c_v45_phased.vcf", tmp_path / "12c.bcf"
    bcftools("view", path, "-O", "b", "-o", converted)
    assert same_calls(ask(path.name), ask(converted))


def test_a_star_block_is_no_more_evidence_than_another(
    ask: Ask, shared: Path, tmp_path: Path
) -> None:
    path = shared / "reports" / "b01_star_block_beside_indel.vcf"
    other = tmp_path / "non_ref.vcf"
    other.write_text(path.read_text().replace("<*>", "<NON_REF>"))
    assert same_calls(ask(path.name), ask(other))
    is_not_called("rs3064744", "S")(ask(path.name))


def test_a_row_whose_allele_was_trimmed(ask: Ask) -> None:
    trimmed = ask("b08_trimmed_split_row.vcf")
    assert same_calls(trimmed, ask("b08_trimmed_split_row.untrimmed.vcf"))
    assert "called C|C" == trimmed.call("rs2032582", "X")


def test_two_files_of_one_person_are_answered_as_one(ask: Ask) -> None:
    both = ask("b09_both_in_one.vcf")
    assert same_calls(both, ask("b09_snv.vcf", "b09_sv.vcf"))
    assert "unknown_allele C/*" == both.call("rs4646", "X")
