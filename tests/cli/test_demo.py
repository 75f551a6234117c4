"""The summary that ``make demo`` prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from helpers.paths import EXAMPLE
from helpers.scripts import load_script

if TYPE_CHECKING:
    from helpers.fixture_types import MakeVcf, Run

COLUMNS = ("sample", "category", "conclusion", "highest_level", "findings")
SUMMARY = [
    (
        "S1",
        "efficacy",
        "Nothing established. " + "On it: 1 finding. " * 6,
        "indirect",
        f"rs1 A/C: Survival: higher than C/C, on letrozole {'indirect ' * 9};rs2 C/C: Pain: more",
    ),
    ("S1", "exposure", "Nothing was found.", ".", "."),
    ("S1", "toxicity", "Much was found.", "null", "19 findings"),
]
PRINTED = """\
3 known variants: 2 called, 1 absent

S1  efficacy  (highest level: indirect)
  Nothing established. On it: 1 finding. On it: 1 finding. On it: 1 finding. On it: 1 finding. On
  it: 1 finding. On it: 1 finding.
  * rs1 A/C: Survival: higher than C/C, on letrozole indirect indirect indirect indirect indirect
    indirect indirect indirect indirect
  * rs2 C/C: Pain: more

S1  exposure  (no finding)
  Nothing was found.

S1  toxicity  (highest level: null)
  Much was found.
  * 19 findings: see the annotations

"""


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return load_script(EXAMPLE / "print_summary.py")


def written(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_the_printed_summary(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = [("status",), ("called",), ("absent",), ("called",)]
    script.main(
        written(tmp_path / "summary.tsv", [COLUMNS, *SUMMARY]),
        written(tmp_path / "calls.tsv", calls),
    )
    assert PRINTED == capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (".", []),
        ("rs1 A/C: More, on a drug [indirect]", ["rs1 A/C: More, on a drug [indirect]"]),
        ("rs1 A/A: Less, on a drug;rs2 C/C: More", ["rs1 A/A: Less, on a drug", "rs2 C/C: More"]),
        ("19 findings", ["19 findings: see the annotations"]),
    ],
)
def test_findings_are_told_apart(script: ModuleType, text: str, expected: list[str]) -> None:
    """A semicolon with a blank behind it belongs to a finding."""
    assert expected == script.findings({"findings": text})


def test_the_tables_of_a_run_are_printed(
    run: Run,
    make_vcf: MakeVcf,
    script: ModuleType,
    toy_directory: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "demo"
    words = ["--kb", toy_directory, "-t", "summary,calls", "-o", folder, "-q"]
    assert 0 == run("annotate", make_vcf(["1 100 A C 0/1"]), *words).exit_code
    script.main(folder / "summary.tsv", folder / "calls.tsv")
    printed = capsys.readouterr().out.splitlines()
    categories = ["efficacy", "exposure", "estradiol_suppression", "toxicity", "overall"]
    headings = [line for line in printed if line.startswith("S1  ")]
    assert categories == [line.split("  ")[1] for line in headings]
    assert "6 known variants: 1 called, 5 absent" == printed[0]
    assert ["  * rs1 A/C: Survival"] == [
        ":".join(line.split(":")[:2]) for line in printed if line.startswith("  * ")
    ]
