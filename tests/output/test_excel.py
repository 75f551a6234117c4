"""A workbook has the cells of the tables, as text and numbers that no program reinterprets."""

from __future__ import annotations

import dataclasses
import re
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from helpers.fixture_types import MakeVcf, Run
from helpers.paths import EXAMPLE, GOLDEN, ROOT, TOY
from helpers.people_in_blocks import in_blocks
from helpers.varied_people import varied_people
from helpers.workbook import assert_equal_to_tsv, records_of, rows_of

from pgx_ana import pipeline
from pgx_ana.annotation import Annotations
from pgx_ana.errors import InputError, OutputError, UsageError
from pgx_ana.file_formats import FileFormat, OutputChoice
from pgx_ana.formats import write_annotations
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.output import STAMPS, excel
from pgx_ana.output.columns import COLUMNS
from pgx_ana.output.excel import COLOURS, SHEETS
from pgx_ana.output.excel_text import MAX_UNITS, cell_text
from pgx_ana.pipeline import Request
from pgx_ana.terms import TableName
from pgx_ana.version import __version__

CHOICE = OutputChoice(FileFormat.XLSX)
HOSTILE = (
    "=1+1",
    "1E5",
    "MARCH1",
    "00123",
    "+x",
    "@x",
    "-2",
    "#N/A",
    "TRUE",
    "https://example.org",
    "<r>x</r>",
    "<r><t>x</t></r>",
    '<&">',
    "_x0041_",
    " blank ",
    "Jos\N{LATIN SMALL LETTER E WITH ACUTE}",
    "\N{DNA DOUBLE HELIX}",
)
"""Names that a careless workbook would change."""


def write(blocks: Sequence[Annotations], path: Path) -> Path:
    n_people = sum(len(block.calls.samples) for block in blocks)
    write_annotations(blocks, CHOICE, str(path), n_people)
    return path


@pytest.fixture
def varied(toy_haplotypes: KnowledgeBase, make_vcf: MakeVcf) -> Annotations:
    return varied_people(make_vcf, toy_haplotypes)


@pytest.fixture
def people(toy_haplotypes: KnowledgeBase) -> Annotations:
    """Return people with every status of a call, and with findings."""
    return pipeline.run(Request((str(GOLDEN / "toy.vcf"),)), toy_haplotypes)


@pytest.fixture(scope="module")
def example(curated: KnowledgeBase) -> Annotations:
    return pipeline.run(Request((str(EXAMPLE / "spoiled.GRCh38.vcf"),)), curated)


def test_every_cell_is_that_of_the_tables(varied: Annotations, tmp_path: Path) -> None:
    assert {"summary": 15, "findings": 0, "calls": 18, "haplotypes": 6} == assert_equal_to_tsv(
        varied, write([varied], tmp_path / "x.xlsx")
    )


def test_people_with_every_status(people: Annotations, tmp_path: Path) -> None:
    assert 3 == assert_equal_to_tsv(people, write([people], tmp_path / "x.xlsx"))["findings"]


def test_a_real_person(example: Annotations, tmp_path: Path) -> None:
    n_rows = assert_equal_to_tsv(example, write([example], tmp_path / "x.xlsx"))
    assert len(example.calls.sites) == n_rows["calls"]
    assert n_rows["findings"] > 20


def test_hostile_names_are_text(
    toy_haplotypes: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    rows = [" ".join(["1 100 A C", *["0/1"] * len(HOSTILE)])]
    people = pipeline.run(Request((str(make_vcf(rows, samples=HOSTILE)),)), toy_haplotypes)
    path = write([people], tmp_path / "x.xlsx")
    assert_equal_to_tsv(people, path)
    workbook = openpyxl.load_workbook(path)
    for sheet in workbook:
        kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value}
        assert kinds <= {"s", "n"}
        assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)
    names = [cell.value for cell in workbook["calls"]["A"][1:]]
    assert list(HOSTILE) == [str(name).replace("_x005F_", "_") for name in dict.fromkeys(names)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("bell\x07", "bell\\x07"),
        ("null\x00", "null\\x00"),
        ("turned\u202e", "turned\\u202e"),
        ("\uffff", "\\uffff"),
        ("tab\tline\r\nend", "tab line  end"),
        ("not UTF-8 \udcff", "not UTF-8 \ufffd"),
        ("a" * MAX_UNITS, "a" * MAX_UNITS),
        (
            "a" * (MAX_UNITS + 1),
            "a" * (MAX_UNITS - 29) + " ... [cut: 32,768 characters]",
        ),
        (
            "\N{DNA DOUBLE HELIX}" * 20_000,
            "\N{DNA DOUBLE HELIX}" * 16_369 + " ... [cut: 20,000 characters]",
        ),
    ],
    ids=lambda text: text[:12].encode("unicode_escape").decode(),
)
def test_what_a_cell_cannot_hold_is_shown(text: str, shown: str) -> None:
    assert shown == cell_text(text)
    assert len(shown.encode("utf-16-le")) <= 2 * MAX_UNITS


def test_the_size_of_blocks_changes_no_byte(people: Annotations, tmp_path: Path) -> None:
    first = write([people], tmp_path / "1.xlsx").read_bytes()
    assert first == write(list(in_blocks(people, 1)), tmp_path / "2.xlsx").read_bytes()
    assert first == write([people], tmp_path / "3.xlsx").read_bytes()


def test_what_a_reader_meets(varied: Annotations, tmp_path: Path) -> None:
    """A header that stays, filters over all rows, and words in the colours of reports."""
    workbook = openpyxl.load_workbook(write([varied], tmp_path / "x.xlsx"))
    assert [*SHEETS, "about"] == workbook.sheetnames
    for name in SHEETS:
        sheet = workbook[name]
        assert "B2" == sheet.freeze_panes
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet["A1"].font.b
    at = [cell.value for cell in workbook["calls"][1]].index("status")
    statuses = {
        row[at].value: row[at].font.color.rgb for row in workbook["calls"].iter_rows(min_row=2)
    }
    assert len(statuses) > 4
    expected = {word: f"FF{colour[1:].upper()}" for word, colour in COLOURS["status"].items()}
    assert {word: expected[str(word)] for word in statuses} == statuses
    assert 60 < workbook["summary"].column_dimensions["C"].width < 61


def test_colours_are_those_of_reports() -> None:
    templates = ROOT / "pgx_ana" / "report" / "templates"
    css = "".join((templates / name).read_text("utf-8") for name in ("style.css", "cohort.css"))
    known = dict(re.findall(r"--(\w+):(#\w{6})", css[: css.index("@media")]))
    known["purple"] = re.findall(r":root\{--purple:(#\w{6})\}", css)[0]
    used = {colour for words in COLOURS.values() for colour in words.values()}
    assert used <= set(known.values())
    for state, colour in (("called", "green"), ("partial", "blue"), ("absent", "dim")):
        assert known[colour] == COLOURS["status"][state]
    for direction, colour in (("higher", "blue"), ("lower", "gold"), ("between", "purple")):
        assert re.search(rf"\.s-{direction}\b[^{{]*\{{fill:var\(--{colour}\)", css)
        assert known[colour] == COLOURS["direction"][direction]
    for effect, colour in (("better", "blue"), ("worse", "red")):
        assert f"article.{effect}{{border-left-color:var(--{colour})}}" in css
        assert known[colour] == COLOURS["effect"][effect]


def test_about(varied: Annotations, tmp_path: Path) -> None:
    """Versions, options, inputs and columns are named, and that no guideline exists."""
    path = write(list(in_blocks(varied, 1)), tmp_path / "x.xlsx")
    rows = [tuple(cell or "" for cell in row) for row in rows_of(path, "about")]
    knowledge = varied.knowledge
    drug = knowledge.drugs[knowledge.info.drug].name
    sentence = (
        f"For research use. No guideline links any germline variant to the use of {drug}, and "
        "nothing here is treatment advice."
    )
    assert ("Please note", "", sentence) == rows[0]
    facts = {str(name): value for _, name, value in rows}
    assert __version__ == facts["pgx_ana_version"]
    assert knowledge.digest == facts["sha256"]
    assert ("", "version", knowledge.info.version) in rows
    assert {"people": "3", "genes": "all", "include_filtered": "no"}.items() <= facts.items()
    assert ("", "assembly", "GRCh38") in rows
    assert ("", "population", "EUR") in rows
    assert ("Options", "min_gq", "10") in rows
    assert [varied.calls.files[0].name] == [row[2] for row in rows if row[0] == "Input file"]
    for sheet, table in SHEETS.items():
        start = rows.index((f"Columns of {sheet}", "sample", COLUMNS[table][0].meaning))
        columns = [column for column in COLUMNS[table] if column.name not in STAMPS]
        explained = [row[1:] for row in rows[start : start + len(columns)]]
        assert [(column.name, column.meaning) for column in columns] == explained


def test_nothing_of_the_day_is_in_the_file(varied: Annotations, tmp_path: Path) -> None:
    with zipfile.ZipFile(write([varied], tmp_path / "x.xlsx")) as archive:
        assert {(1980, 1, 31, 0, 0, 0)} == {item.date_time for item in archive.infolist()}
        dates = re.findall(rb">(\d{4}-\d\d-\d\dT[^<]+)<", archive.read("docProps/core.xml"))
        assert [b"1980-01-01T00:00:00Z"] * 2 == dates


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_more_rows_than_a_sheet_holds_are_refused_first(
    varied: Annotations, tmp_path: Path, temporary: Path
) -> None:
    n_sites = len(varied.calls.sites)
    n_people = excel.MAX_ROWS // n_sites + 1
    with pytest.raises(UsageError) as caught:
        write_annotations([varied], CHOICE, str(tmp_path / "x.xlsx"), n_people)
    assert (
        f"Excel: the sheet calls would have {n_people * n_sites:,} rows, {n_sites} for each of "
        f"{n_people:,} people, and can hold 1,048,575; choose fewer genes or people, or the format "
        "parquet" == str(caught.value)
    )
    assert [temporary] == [path for path in tmp_path.iterdir() if path.suffix != ".vcf"]
    assert [] == list(temporary.iterdir())
    write_annotations([varied], CHOICE, str(tmp_path / "x.xlsx"), n_people - 1)


def test_more_findings_than_a_sheet_holds(
    people: Annotations, tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their number is known only when all people are read; nothing is left of the workbook."""
    monkeypatch.setattr(excel, "SHEETS", {"findings": TableName.ANNOTATIONS})
    monkeypatch.setattr(excel, "MAX_ROWS", 2)
    with pytest.raises(UsageError) as caught:
        write([people], tmp_path / "x.xlsx")
    assert (
        "Excel: the sheet findings can hold 2 rows, and there are more; choose fewer genes or "
        "people, or the format parquet" == str(caught.value)
    )
    assert [temporary] == list(tmp_path.iterdir())
    assert [] == list(temporary.iterdir())
    monkeypatch.setattr(excel, "MAX_ROWS", 3)
    assert 4 == len(list(rows_of(write([people], tmp_path / "x.xlsx"), "findings")))


def test_a_run_that_fails_leaves_nothing(
    varied: Annotations, tmp_path: Path, temporary: Path
) -> None:
    def blocks() -> Iterator[Annotations]:
        yield varied
        raise InputError("the second file is cut")

    with pytest.raises(InputError, match="the second file is cut"):
        write_annotations(blocks(), CHOICE, str(tmp_path / "x.xlsx"), 9)
    assert [] == list(temporary.iterdir())
    assert not (tmp_path / "x.xlsx").exists()


def test_a_full_disk_is_told(
    varied: Annotations, tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    with pytest.raises(OutputError, match=r"cannot be written: No space left on device$"):
        write([varied], tmp_path / "x.xlsx")
    assert [] == list(temporary.iterdir())


def test_from_the_command_line(run: Run, tmp_path: Path, temporary: Path) -> None:
    """To a file by its ending, and to stdout."""
    words = ["annotate", str(GOLDEN / "toy.vcf"), "--kb", str(TOY), "-q"]
    assert 0 == run(*words, "-o", str(tmp_path / "x.xlsx")).exit_code
    shown = run(*words, "-f", "xlsx")
    assert (0, "") == (shown.exit_code, shown.stderr)
    assert (tmp_path / "x.xlsx").read_bytes() == shown.stdout_bytes
    assert [] == list(temporary.iterdir())


def test_a_missing_library_is_named(
    varied: Annotations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UsageError) as caught:
        write([varied], tmp_path / "x.xlsx")
    assert (
        "Excel is written by xlsxwriter, which is not installed: pip install 'pgx-ana[excel]'"
        == str(caught.value)
    )


def test_values_that_differ_from_person_to_person(varied: Annotations, tmp_path: Path) -> None:
    """Quality is a number, with the digits that the tables have."""
    site = varied.calls.sites[0]
    quality = np.full(len(varied.calls.samples), 98.123456, np.float32)
    calls = dataclasses.replace(
        varied.calls,
        sites=(dataclasses.replace(site, gq=quality), *varied.calls.sites[1:]),
    )
    changed = dataclasses.replace(varied, calls=calls)
    path = write([changed], tmp_path / "x.xlsx")
    assert_equal_to_tsv(changed, path)
    assert 98.12346 in {row["gq"] for row in records_of(path, "calls")}
