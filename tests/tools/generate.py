"""Write the files that are generated from the code: JSON Schemas, pages and expected outputs.

Run as ``make generate``; ``test_generated.py`` checks that they are current. Review the difference
before committing it: the expected outputs in ``tests/golden`` are promises to users.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from helpers.paths import GOLDEN, ROOT, TOY, TOY_HAPLOTYPES

from pgx_ana.browse import handbook_lines
from pgx_ana.cli import main
from pgx_ana.fhir.codes import code_systems
from pgx_ana.knowledge import load
from pgx_ana.knowledge.form import json_schema as knowledge_schema
from pgx_ana.output import COLUMNS, PARQUET_COLUMNS, json_schema
from pgx_ana.output.columns import Column
from pgx_ana.pipeline import Request, run
from pgx_ana.quality import CohortTally
from pgx_ana.report import CohortOptions, cohort_page, patient_text, site_pages
from pgx_ana.report.words import level_glossary
from pgx_ana.terms import TEXT_TABLES
from tools.man_pages import man_pages
from tools.reference_cli import cli_page
from tools.reference_json import json_page
from tools.reference_python import python_page

_TABLES = """# Tables

Made from `pgx_ana/output/columns.py`. Missing values are `.` in TSV and CSV, null in JSON and NA in
data frames; lists are separated by `;` in text. Lists of more than eight items are counted in TSV
and CSV (`40 of 42 sites absent`), and complete in JSON and data frames. JSON documents follow
[`pgx_ana/patient.schema.json`](../../pgx_ana/patient.schema.json).
"""

_WIDE = """## One row per person

`--layout wide` writes TSV, CSV or Parquet with a column `sample`, one column per variant (named by
its rsID; table calls) and one per haplotype set (named by its identifier; table haplotypes), and as
text the two columns of versions. A cell of a variant has the genotype if it is called or partial:
plus-strand bases in a fixed order regardless of phase, `.` for a missing copy. A cell of a
haplotype set has the diplotype. Any other cell has the status, a word in small letters such as
`absent`; genotypes have bases, in capitals, and diplotypes a slash. A genotype that rests on the
assertion or permission of the user is marked: `A/A (asserted)`, `A/C (other strand)`.
"""

_PARQUET = """## Parquet

How to use these files is told in [Parquet](parquet.md). Text, category and list are
dictionary-encoded text; the items of a list are joined by `;` and complete, except candidates and
probabilities of more than eight diplotypes, which are counted. Integer is int32 (phase_set int64),
number is double (gq and dp float). Missing values are null. Rows are ordered by variant, haplotype
set or category within a block of people. The metadata of each file has the key `pgx_ana`:
versions of the program, the knowledge base and its digest, assembly and options, as JSON.
"""


def generated() -> dict[Path, str]:
    """Return the text of every generated file by path."""
    knowledge = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **knowledge_schema(),
        "title": "pgx-ana knowledge base: one YAML file",
    }
    return {
        ROOT / "pgx_ana" / "patient.schema.json": _json(json_schema()),
        ROOT / "data" / "kb" / "schema.json": _json(knowledge),
        ROOT / "docs" / "reference" / "tables.md": tables_page(),
        ROOT / "docs" / "reference" / "knowledge-base.md": "\n".join(handbook_lines(load())) + "\n",
        ROOT / "docs" / "reference" / "cli.md": cli_page(),
        ROOT / "docs" / "reference" / "json.md": json_page(),
        ROOT / "docs" / "reference" / "python.md": python_page(),
        **_code_systems(),
        **{ROOT / "man" / name: text for name, text in man_pages().items()},
        **golden(),
    }


def _code_systems() -> dict[Path, str]:
    """Return our own code systems for FHIR."""
    meanings = {mark.key: meaning for mark, meaning in level_glossary()}
    systems = code_systems(meanings)
    return {ROOT / "docs" / "fhir" / name: _json(system) for name, system in systems.items()}


def golden() -> dict[Path, str]:
    """Return the output of the program for the toy file, in every table and format.

    Files named ``toy_haplotypes.*`` use the toy haplotypes as an overlay of the toy knowledge base.
    """
    arguments = {
        f"toy.{table}.{kind}": ["--table", table.value, "--format", kind]
        for table in TEXT_TABLES
        for kind in ("tsv", "csv")
    }
    arguments |= {f"toy.{kind}": ["--format", kind] for kind in ("json", "jsonl")}
    arguments["toy.wide.tsv"] = ["--table", "calls", "--layout", "wide"]
    arguments["toy.annotations.asserted.tsv"] = ["--absent-is-reference"]
    haplotypes, population = ["--kb", "../toy_haplotypes"], ["--population", "EUR"]
    arguments |= {
        "toy_haplotypes.haplotypes.tsv": [*haplotypes, "--table", "haplotypes"],
        "toy_haplotypes.haplotypes.csv": [*haplotypes, "--table", "haplotypes", "--format", "csv"],
        "toy_haplotypes.haplotypes.EUR.tsv": [*haplotypes, "--table", "haplotypes", *population],
        "toy_haplotypes.annotations.tsv": haplotypes,
        "toy_haplotypes.summary.tsv": [*haplotypes, "--table", "summary"],
        "toy_haplotypes.wide.csv": [*haplotypes, "-t", "all", "--layout", "wide", "-f", "csv"],
        "toy_haplotypes.json": [*haplotypes, "--format", "json"],
        "toy_haplotypes.EUR.json": [*haplotypes, "--format", "json", *population],
    }
    commands = {
        name: (0, ["annotate", "toy.vcf", "--quiet", "--kb", "../toy_kb", *words])
        for name, words in arguments.items()
    }
    commands |= {
        f"toy.check.{suffix}": (5, ["check", "toy.vcf", "--kb", "../toy_kb", "--format", kind])
        for kind, suffix in (("text", "txt"), ("tsv", "tsv"), ("json", "json"))
    }
    working_directory = Path.cwd()
    os.chdir(GOLDEN)  # so that the column "file" has no path
    try:
        written = {
            GOLDEN / name: _run(exit_code, words) for name, (exit_code, words) in commands.items()
        }
        written[GOLDEN / "toy_haplotypes.cohort.body.html"] = _cohort_body()
        man = ["--context", "men", "--sex", "male"]
        written[GOLDEN / "toy.report.body.html"] = _report_body("Berta", man)
        written[GOLDEN / "toy_haplotypes.report.body.html"] = _report_body(
            'Anna, "A"', [*haplotypes, *population]
        )
    finally:
        os.chdir(working_directory)
    written |= _reports(written)
    written[GOLDEN / "toy_haplotypes.site.rs1.html"] = page_body(
        dict(site_pages(load([TOY, TOY_HAPLOTYPES])))["variants/rs1.html"]
    )
    pages = {"toy": [TOY], "toy_haplotypes": [TOY, TOY_HAPLOTYPES]}
    return written | {
        GOLDEN / f"{name}.knowledge-base.md": "\n".join(handbook_lines(load(kb))) + "\n"
        for name, kb in pages.items()
    }


def _cohort_body() -> str:
    """Return the page on the people of the toy file as a cohort, from its body on."""
    knowledge = load([TOY, TOY_HAPLOTYPES])
    tally = CohortTally(knowledge)
    tally.add(run(Request(("toy.vcf",)), knowledge))
    options = CohortOptions(
        pages={"Berta": "people/Berta.html"}, refused=[("cut.vcf", "the file is truncated")]
    )
    page = cohort_page(tally.finish(), knowledge, options).decode()
    return page[page.index("<body>") :]


def _report_body(sample: str, words: Sequence[str]) -> str:
    """Return the page on a person of the toy file, from its body on."""
    with tempfile.TemporaryDirectory() as folder:
        names, page = Path(folder) / "names.txt", Path(folder) / "x.html"
        names.write_text(f"{sample}\n", encoding="utf-8")
        common = ["toy.vcf", "--quiet", "--kb", "../toy_kb", "-S", str(names), "-o", str(page)]
        assert _run(0, ["report", *common, *words]) == ""
        text = page.read_text(encoding="utf-8")
    return text[text.index("<body>") :]


def _reports(written: Mapping[Path, str]) -> dict[Path, str]:
    """Return reports on the people of the toy documents, as text."""
    shown = {
        "toy.report.txt": ("toy.json", 80, False),
        "toy.report.full.txt": ("toy.json", 80, True),
        "toy_haplotypes.report.40.txt": ("toy_haplotypes.json", 40, False),
        "toy_haplotypes.report.full.txt": ("toy_haplotypes.EUR.json", 100, True),
    }
    reports = {}
    for name, (document, width, detail) in shown.items():
        person, *_ = json.loads(written[GOLDEN / document])
        lines = patient_text(person, width, styled=False, detail=detail)
        reports[GOLDEN / name] = "\n".join(lines) + "\n"
    return reports


def _run(exit_code: int, words: list[str]) -> str:
    """Return the stdout of a command that must end with an exit code."""
    result = CliRunner().invoke(main, words, catch_exceptions=False)
    assert result.exit_code == exit_code, result.stderr
    return result.stdout


def page_body(page: bytes) -> str:
    """Return the body of a page, an element a line: its style is looked at in a browser."""
    body = page.decode().partition("<body>\n")[2]
    return re.sub(r"(?<!\n)(?=<(?:article|dl|dt|h[1-6]|li|p|section|table|tbody|tr)\b)", "\n", body)


def tables_page() -> str:
    """Return the page that explains every column."""
    lines = [_TABLES]
    for name, columns in COLUMNS.items():
        lines += [f"## {name}\n", *_column_table(columns)]
    lines += [_WIDE, _PARQUET]
    for name, columns in PARQUET_COLUMNS.items():
        lines += [f"### {name}.parquet\n", *_column_table(columns)]
    return "\n".join(lines)


def _column_table(columns: Sequence[Column]) -> list[str]:
    return [
        "| column | type | meaning |",
        "|---|---|---|",
        *(f"| {c.name} | {c.type} | {c.meaning.replace('|', chr(92) + '|')} |" for c in columns),
        "",
    ]


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for path, text in generated().items():
        path.write_text(text, encoding="utf-8")
