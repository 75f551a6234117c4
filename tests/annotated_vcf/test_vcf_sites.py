"""VCF with a row for each known site: what it says, and that reading it gives the same calls."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from urllib.parse import unquote

import pytest
from helpers.drawn_people import STYLES, people
from helpers.fixture_types import MakeVcf
from helpers.toy_people import Person, Style, write_vcf
from helpers.varied_people import SAMPLES, varied_people
from helpers.vcf_rows import PlainRow, rows_of, text_of, told
from hypothesis import given, settings
from hypothesis import strategies as st

from pgx_ana.file_formats import FileFormat, OutputChoice
from pgx_ana.formats import write_annotations
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CallOptions
from pgx_ana.pipeline import Request
from pgx_ana.pipeline import run as run_files

SITES = OutputChoice(FileFormat.VCF, all_sites=True)


def read_back(path: Path, knowledge: KnowledgeBase, target: Path, **words: object) -> None:
    """Check that a file and its rows for all sites give the same calls."""
    first = run_files(Request((str(path),), **words), knowledge)  # type: ignore[arg-type]
    kind = FileFormat.BCF if target.suffix == ".bcf" else FileFormat.VCF
    write_annotations([first], OutputChoice(kind, all_sites=True), str(target), 1)
    second = run_files(Request((str(target),), **words), knowledge)  # type: ignore[arg-type]
    assert told(first) == told(second)
    assert first.calls.assembly is second.calls.assembly


@pytest.fixture
def rows(toy_haplotypes: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path) -> list[PlainRow]:
    """Return the rows of people with every status and kind of allele."""
    target = tmp_path / "out.vcf"
    write_annotations([varied_people(make_vcf, toy_haplotypes)], SITES, str(target), 3)
    return rows_of(target.read_text(encoding="utf-8"))


def test_each_status_and_allele(rows: list[PlainRow]) -> None:
    told_rows = [(*row.fixed[:7], row.fixed[8], *row.people.values()) for row in rows]
    fmt = "GT:FT:GQ:DP:PS:PGXS"
    expected = [
        f"chr1 100 rs1 A C . . {fmt} ./.:.:.:.:.:absent ./.:.:.:.:.:no_call ./.:.:.:.:.:absent",
        (
            f"chr1 200 rs2 A C,T . . {fmt} 0|1:PASS:99.5:30:150:called 1/2:PASS:20:.:.:called "
            "./.:.:.:.:.:no_call"
        ),
        (
            f"chr1 300 rs3 T C . . {fmt} 1|0:PASS:98.25:31:150:called 1/.:PASS:15:8:.:partial "
            "0/1:filtered:3.5:2:.:filtered"
        ),
        (
            f"chr1 401 rs4 G GT,<*> . . {fmt} 0/2:PASS:30:9:.:unknown_allele "
            "1:PASS:31:4:.:partial 0/0:filtered:.:0:.:filtered"
        ),
        f"chr1 501 rs5 GCA G . . {fmt} ./.:.:.:.:.:absent ./.:.:.:.:.:absent ./.:.:.:.:.:absent",
        f"chr2 50 rs6 G T . . {fmt} ./.:.:.:.:.:mismatch ./.:.:.:.:.:mismatch ./.:.:.:.:.:mismatch",
    ]
    assert [tuple(line.split()) for line in expected] == told_rows
    counts = [{key: row.info[key] for key in ("AC", "AN", "NS")} for row in rows]
    assert counts[1:4] == [
        {"AC": "2,1", "AN": "4", "NS": "2"},
        {"AC": "3", "AN": "5", "NS": "3"},
        {"AC": "1,1", "AN": "5", "NS": "3"},
    ]
    assert "->TT" == unquote(rows[3].info["PGXOTHER"])
    assert list(SAMPLES) == list(rows[0].people)


def test_each_allele_has_an_entry_with_what_is_known(rows: list[PlainRow]) -> None:
    survival = "rs1-survival^survival^single_corrected^1^0^0"
    level = "rs1-level^level^unsettled^0^0^0"
    of_a = f"{survival}^A/A~higher+A/C~higher&{level}^A/A~unsettled+A/C~unsettled"
    of_c = f"{survival}^A/C~higher+C/C~lower&{level}^A/C~unsettled+C/C~unsettled"
    assert [
        f"A|0|rs1|AAA|none|A|yes|yes|single_corrected|{of_a}",
        f"C|1|rs1|AAA|none|C|yes|no|single_corrected|{of_c}",
    ] == ["|".join(entry) for entry in rows[0].entries()]
    assert "<*>|2|rs4|AAA|none|<*>|no|.|.|." == "|".join(rows[3].entries()[2])


def test_types_follow_from_the_values(
    toy: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    """Whole numbers are Integer, as VCF reserves the fields; what is no such number is not lost."""

    def types(fmt: str, value: str) -> set[str]:
        extra = ['##FORMAT=<ID=GQX,Number=1,Type=Float,Description="quality">']
        path = make_vcf([f"1 100 A C {value}"], fmt=fmt, extra_header=extra)
        target = tmp_path / "out.vcf"
        write_annotations([run_files(Request((str(path),)), toy)], SITES, str(target), 1)
        found = re.findall(
            "^##FORMAT=<ID=(GQ|DP|PS),Number=1,Type=([A-Za-z]+)", target.read_text(), re.M
        )
        return {f"{name} {kind}" for name, kind in found}

    assert {"GQ Integer", "DP Integer", "PS Integer"} == types("GT:GQ:PS", "0|1:99:100")
    assert {"GQ Float", "DP Integer", "PS Integer"} == types("GT:GQX", "0|1:99.5")
    assert {"GQ Integer", "DP Integer", "PS String"} == types("GT:PS", "0|1:name")


def test_extreme_numbers_stay_numbers(
    toy: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    """A depth beyond all phase sets, and one that is below 0."""
    path = make_vcf(["1 100 A C 0/1:9:1e30", "1 200 A C 0/1:9:-1"], fmt="GT:GQ:DP")
    target = tmp_path / "out.vcf"
    write_annotations([run_files(Request((str(path),)), toy)], SITES, str(target), 1)
    text = target.read_text()
    assert ["1e+30", "-1"] == [row.values("DP")[0] for row in rows_of(text)[:2]]
    assert "##FORMAT=<ID=DP,Number=1,Type=Float" in text
    read_back(path, toy, target)


def test_phase_sets_with_names_stay_apart(
    toy_haplotypes: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    rows = ["1 100 A C 0|1:one", "1 200 A C 0|1:other", "1 300 T C 1|0:one"]
    path = make_vcf(rows, fmt="GT:PS")
    read_back(path, toy_haplotypes, tmp_path / "out.vcf")
    written = rows_of(text_of(tmp_path / "out.vcf"))
    first, second, third = (row.values("PS") for row in written[:3])
    assert first == third != second


def test_what_was_filtered_is_filtered_again(
    toy_haplotypes: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    rows = ["1 100 A C 0/1:50 1/1:9", "1 200 A T 0/1:50 1/1:50"]
    path = make_vcf(rows, samples=("A", "B"), fmt="GT:GQ", filters={1: "LowQual"})
    for options in (CallOptions(), CallOptions(min_gq=60), CallOptions(include_filtered=True)):
        read_back(path, toy_haplotypes, tmp_path / "out.vcf", options=options)


def test_deletions_of_a_site(
    toy_haplotypes: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    path = make_vcf(["1 99 CA C 0/1 1/1", "1 100 A C,* 1/2 2/2"], samples=("A", "B"))
    read_back(path, toy_haplotypes, tmp_path / "out.vcf")
    row = rows_of(text_of(tmp_path / "out.vcf"))[0]
    assert "C,*" == row.fixed[4]
    assert ["1/2", "2/2"] == row.values("GT")
    assert ["unknown_allele", "not_assessable"] == row.values("PGXS")


def test_an_asserted_reference_is_told_from_a_called_one(
    toy: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    path = make_vcf(["1 100 A C 0/0"])
    options = CallOptions(absent_is_reference=True)
    annotations = run_files(Request((str(path),), options=options), toy)
    write_annotations([annotations], SITES, str(tmp_path / "out.vcf"), 1)
    first, second = rows_of((tmp_path / "out.vcf").read_text())[:2]
    assert (["0/0"], ["called"]) == (first.values("GT"), first.values("PGXS"))
    assert (["0/0"], ["called_asserted"]) == (second.values("GT"), second.values("PGXS"))


@settings(deadline=None, max_examples=60)
@given(people(), STYLES, st.sampled_from(["out.vcf", "out.vcf.gz", "out.bcf"]))
def test_reading_it_gives_the_same_calls(
    toy_haplotypes: KnowledgeBase, someone: list[Person], style: Style, name: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write_vcf(someone, style, Path(folder))
        read_back(path, toy_haplotypes, Path(folder) / name)
