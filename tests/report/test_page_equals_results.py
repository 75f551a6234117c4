"""The page on a person, read back, says what their document and tables say: no more, no less."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from helpers.fixture_types import Run
from helpers.page_reader import form_faults, read_page, sections
from helpers.paths import EXAMPLE, GOLDEN, TOY, TOY_HAPLOTYPES
from helpers.patient_reader import (
    Row,
    expected_answer,
    expected_categories,
    expected_findings,
    expected_sites,
    expected_verdicts,
    told_answer,
    told_categories,
    told_findings,
    told_haplotypes,
    told_questions,
    told_shapes,
    told_sites,
    told_statuses,
    told_verdicts,
)

SHAPES = {
    "called": "■",
    "asserted": "▣",
    "partial": "◧",
    "no_call": "□",
    "filtered": "▨",
    "absent": "·",
    "unknown_allele": "◆",
    "mismatch": "≠",
    "not_assessable": "✕",
}
FIRST = EXAMPLE / "spoiled.GRCh37.vcf"
SECOND = EXAMPLE / "spoiled.GRCh38.vcf"
TOY_FILE = GOLDEN / "toy.vcf"
TOY_OPTIONS = ("--kb", TOY)
HAPLOTYPE_OPTIONS = ("--kb", TOY, "--kb", TOY_HAPLOTYPES)
MAN = ("--context", "men_testosterone", "--sex", "male")


@dataclass(frozen=True)
class Person:
    """A person with the page on them, their document, and their tables from TSV files."""

    page: bytes
    document: Row
    tables: dict[str, list[Row]]

    @property
    def set_names(self) -> dict[str, str]:
        return {item["haplotypes"]: item["name"] for item in self.document["haplotype_sets"]}


def table_rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [{k: None if v == "." else v for k, v in row.items()} for row in rows]


def person(run: Run, folder: Path, words: Sequence[object]) -> Person:
    page, results, tables = folder / "x.html", folder / "x.json", folder / "tables"
    for command in (
        ["report", *words, "-o", page],
        ["annotate", *words, "-o", results],
        ["annotate", *words, "--table", "all", "-o", tables],
    ):
        result = run(*command)
        assert result.exit_code == 0, result.stderr
    (document,) = json.loads(results.read_text(encoding="utf-8"))
    rows = {path.stem: table_rows(path) for path in tables.iterdir()}
    return Person(page.read_bytes(), document, rows)


def assert_equal(person: Person) -> None:
    """The page says what the document says, and the same as the TSV tables."""
    page, document = person.page, person.document
    assert [] == form_faults(page)
    for tables in (document, person.tables):
        rows, calls = tables["annotations"], tables["calls"]
        asserted = {"asserted": "asserted"}
        statuses = Counter(asserted.get(row["source"], row["status"]) for row in calls)
        assert expected_findings(rows, person.set_names) == told_findings(page)
        assert expected_categories(rows, tables["summary"]) == told_categories(page)
        assert expected_answer(rows, document["knowledge_base"]["drug"]) == told_answer(page)
        assert expected_sites(calls) == told_sites(page)
        assert told_statuses(page) == {k.replace("_", " "): n for k, n in statuses.items()}
        assert told_shapes(page) == {SHAPES[status]: n for status, n in statuses.items()}
        assert told_haplotypes(page) == [
            f"{person.set_names[row['haplotypes']]}: "
            f"{row['diplotype'] or row['status'].replace('_', ' ')}"
            for row in tables["haplotypes"]
        ]
        (overall,) = (row for row in tables["summary"] if row["category"] == "overall")
        opening = " ".join(p.text for p in read_page(page).one("main").all("p", style="fixed"))
        assert (document["sex"] == "male") == bool(opening)
        assert overall["conclusion"].startswith(opening)
        rest = overall["conclusion"].removeprefix(opening).strip()
        assert rest in sections(read_page(page))["context"].text
    assert told_questions(page) == [
        [
            item["name"]
            + (
                ""
                if item["on_drug"] or item["on_drug_class"]
                else " (not studied on the drug or its class)"
            ),
            *(str(item[key]) for key in ("on_drug", "on_drug_class", "in_men", "without_drug")),
        ]
        for item in document["questions"]
    ]
    told, expected = told_verdicts(page), expected_verdicts(document)
    assert told == {key: expected[key] for key in told}


CASES: dict[str, list[object]] = {
    "GRCh37": [FIRST],
    "GRCh38, every status": [SECOND],
    "a man": [SECOND, *MAN],
    "in a context": [SECOND, "--context", "metastatic"],
    "asserted": [SECOND, "--absent-is-reference", "--gene", "CYP19A1"],
    "one gene": [SECOND, "--gene", "ABCB1"],
    **{
        f"toy, {sample}": [TOY_FILE, *TOY_OPTIONS, "-S", sample]
        for sample in ('Anna, "A"', "Berta", "Clara")
    },
    **{
        f"toy haplotypes, {sample}": [TOY_FILE, *HAPLOTYPE_OPTIONS, "-S", sample, *more]
        for sample, more in (
            ('Anna, "A"', ("--population", "EUR")),
            ("Berta", ("--context", "men", "--sex", "male")),
            ("Clara", ()),
        )
    },
}


@pytest.mark.parametrize("words", CASES.values(), ids=CASES)
def test_the_page_equals_the_results(run: Run, tmp_path: Path, words: list[Any]) -> None:
    if "-S" in words:
        place = words.index("-S") + 1
        names = tmp_path / "names.txt"
        names.write_text(f"{words[place]}\n", encoding="utf-8")
        words = [*words[:place], names, *words[place + 1 :]]
    assert_equal(person(run, tmp_path, words))


def test_the_example_has_every_status_and_every_kind_of_conclusion(
    run: Run, tmp_path: Path
) -> None:
    """So that the comparison above is about all of them."""
    result = run("annotate", SECOND, "-o", tmp_path / "x.json")
    assert result.exit_code == 0, result.stderr
    (document,) = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    assert set(SHAPES) - {"asserted"} == {row["status"] for row in document["calls"]}
    assert {
        *("higher", "lower", "between", "no_difference"),
        *("unsettled", "not_studied", "undetermined", "not_assessed"),
    } == {row["direction"] for row in document["annotations"]}


def test_somebody_with_nothing_called(run: Run, tmp_path: Path) -> None:
    lines = SECOND.read_text(encoding="utf-8").splitlines()
    source = tmp_path / "exome.vcf"
    row = "chr1\t69511\t.\tA\tG\t999\tPASS\t.\tGT:DP:GQ\t1/1:13:25"
    header = [line for line in lines if line.startswith("#")]
    source.write_text("\n".join([*header, row, ""]), encoding="utf-8")
    nobody = person(run, tmp_path, [source])
    assert_equal(nobody)
    assert {"not_assessed"} == {item.state for item in told_categories(nobody.page).values()}
    assert (
        "No difference that was found applies" in sections(read_page(nobody.page))["applies"].text
    )


@pytest.mark.slow
@pytest.mark.parametrize("sample", ["HG00276", "NA19917"])
@pytest.mark.parametrize("more", [(), MAN], ids=["woman", "man"])
def test_the_page_on_a_whole_genome(
    run: Run, shared: Path, tmp_path: Path, sample: str, more: Sequence[str]
) -> None:
    assert_equal(person(run, tmp_path, [shared / "gvcf" / f"{sample}.g.vcf.gz", *more]))


@pytest.mark.slow
def test_the_page_on_an_exome(run: Run, shared: Path, tmp_path: Path) -> None:
    source = shared / "callers" / "dragen_exome.SYN-001.GRCh38.vcf.gz"
    assert_equal(person(run, tmp_path, [source]))
