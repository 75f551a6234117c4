"""Input that must not pass quietly: each of these once gave a wrong or an unmarked answer."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import pgx_ana
from pgx_ana.errors import InputError
from pgx_ana.model import CallOptions

MakeVcf = Callable[..., Path]
TOY = Path(__file__).parent / "toy_kb"
PROGRAM = [sys.executable, "-m", "pgx_ana", "annotate", "-q", "--kb", str(TOY)]


def calls(path: Path, variant: str = "rs1") -> dict[str, object]:
    row = pgx_ana.annotate(path, kb=TOY).calls.set_index("variant").loc[variant]
    return {str(name): value for name, value in row.items()}


@pytest.mark.parametrize("genotype", ["65536/65536", "65537/65537", "65535/0", "40000/1", "7/0"])
def test_allele_numbers_beyond_alt_are_refused(genotype: str, make_vcf: MakeVcf) -> None:
    """Numbers that wrap in 16 bits must not come out as reference or as a known allele."""
    path = make_vcf([f"1 100 A C {genotype}"])
    with pytest.raises(InputError, match=r"made\.vcf: 1:100: .* but the record has 1 ALT"):
        pgx_ana.annotate(path, kb=TOY)


def test_long_numbers_elsewhere_are_fine(make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 100 A C 0/1:12345:99"], fmt="GT:DP:GQ")
    assert "A/C" == calls(path)["genotype"]


@pytest.mark.parametrize("field", ["GQ", "DP"])
def test_undeclared_quality_counts(field: str, make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 100 A C 0/1:3"], fmt=f"GT:{field}")
    text = path.read_text()
    path.write_text("".join(x for x in text.splitlines(True) if f"ID={field}" not in x))
    options = CallOptions(min_dp=5)
    row = pgx_ana.annotate(path, kb=TOY, options=options).calls.set_index("variant").loc["rs1"]
    assert ("filtered", 3) == (row["status"], row[field.lower()])


def test_undeclared_phase_set_is_read(make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 100 A C 0|1:77"], fmt="GT:PS")
    path.write_text("".join(x for x in path.read_text().splitlines(True) if "ID=PS" not in x))
    assert ("A|C", 77) == (calls(path)["genotype"], calls(path)["phase_set"])


def test_asserted_reference_is_told_in_the_summary(make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 300 T C 0/1"])
    options = CallOptions(absent_is_reference=True)
    summary = pgx_ana.annotate(path, kb=TOY, options=options).summary.set_index("category")
    row = summary.loc["efficacy"]
    assert (
        "Nothing assessed carries a replicated association. Unreplicated findings apply to this "
        "genotype: rs1 A/A (asserted) (survival: higher). Asserted by the user to be reference, "
        "not observed: rs1 A/A."
    ) == row["conclusion"]
    assert "rs1 A/A (asserted)" == row["assessed"]
    assert "rs1-survival A/A (asserted) higher single_corrected" == row["findings"]


def test_asserted_reference_has_no_quality_of_another_record(make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 99 CA C 0/0:50:7"], fmt="GT:GQ:DP")
    options = CallOptions(absent_is_reference=True)
    row = pgx_ana.annotate(path, kb=TOY, options=options).calls.set_index("variant").loc["rs1"]
    assert "asserted" == row["source"]
    assert row[["gq", "dp"]].isna().all()


@pytest.mark.parametrize("cut", [28, 40], ids=["end block", "within a block"])
def test_truncated_stdin_is_refused(
    cut: int, make_vcf: MakeVcf, bgzip: Callable[[Path], Path]
) -> None:
    data = bgzip(make_vcf(["1 100 A C 0/1"])).read_bytes()
    whole, part = (
        subprocess.run([*PROGRAM, "-"], input=given, capture_output=True, check=False)
        for given in (data, data[:-cut])
    )
    assert (0, 3) == (whole.returncode, part.returncode)
    message = b"Error: <stdin>: is truncated: its BGZF end-of-file block is missing\n"
    assert (b"", message) == (part.stdout, part.stderr)


def test_a_pipe_by_name_is_read(make_vcf: MakeVcf, tmp_path: Path) -> None:
    path = make_vcf(["1 100 A C 0/1"])
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cp", str(path), str(pipe)]):
        assert "A/C" == calls(pipe)["genotype"]


@pytest.mark.parametrize("word", ["GRCh37", "hg19"])
def test_header_that_contradicts_itself(word: str, make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 100 A C 0/1"], extra_header=[f"##reference=file:///ref/{word}.fa"])
    with pytest.raises(InputError, match="contig lengths and header words speak for both"):
        pgx_ana.annotate(path, kb=TOY)
    told = pgx_ana.annotate(path, kb=TOY, assembly="GRCh38")
    assert "GRCh38" == told.assembly


def test_gene_without_associations_has_an_empty_table(make_vcf: MakeVcf) -> None:
    path = make_vcf(["2 50 G T 0/1"])
    done = subprocess.run([*PROGRAM, path, "-g", "BBB"], capture_output=True, text=True, check=True)
    assert 1 == len(done.stdout.splitlines())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_full_stdout_is_told(make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 100 A C 0/1"])
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, path], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    message = "Error: stdout: cannot be written: No space left on device\n"
    assert (3, message) == (done.returncode, done.stderr)


def test_files_of_a_cohort_share_their_assembly(make_vcf: MakeVcf) -> None:
    """A file without a known site and without lengths takes the assembly of the others."""
    known = make_vcf(["1 100 A C 0/1"], name="one.vcf")
    silent = make_vcf(["2 9 G T 0/1"], name="two.vcf", assembly=None)
    result = pgx_ana.annotate([known, silent], kb=TOY)
    (document,) = result
    sources = [file["assembly_source"] for file in document["inputs"]]
    assert ["contig lengths", "as the other files"] == sources
    with pytest.raises(InputError, match="the assembly cannot be told"):
        pgx_ana.annotate(silent, kb=TOY)


def test_structural_deletion_without_end(make_vcf: MakeVcf) -> None:
    length = '##INFO=<ID=SVLEN,Number=.,Type=Integer,Description="length">'
    path = make_vcf(["1 60 A <DEL> 0/1"], info={0: "SVTYPE=DEL;SVLEN=-100"}, extra_header=[length])
    row = calls(path)
    assert ("*/.", "not_assessable") == (row["genotype"], row["status"])
