"""Reports of MultiQC itself, on summaries of this program: whole values, and nothing to warn of."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from helpers.expected_summaries import LEVELS, expected_categories, expected_sites
from helpers.pages import page_code
from helpers.paths import GOLDEN, PANEL_GENES, TOY, TOY_HAPLOTYPES, tool_environment

from pgx_ana import Result, __version__, annotate
from pgx_ana.file_formats import FileFormat, OutputChoice
from pgx_ana.formats import write_annotations

PYTHON = tool_environment("multiqc") / "bin" / "python"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON.exists(), reason="MultiQC is not installed: make multiqc"),
]

NOTE = "No guideline links any germline variant to the use of anastrozole"
STATES = (
    *("called", "asserted", "partial", "no_call", "filtered", "absent"),
    *("unknown_allele", "mismatch", "not_assessable"),
)

_WITHOUT_PLUGIN = """
import importlib_metadata
found = importlib_metadata.entry_points
def others(**given):
    return [point for point in found(**given) if not point.value.startswith("pgx_ana.")]
importlib_metadata.entry_points = others
"""
"""Hides what this package adds to MultiQC, as if it were not installed beside it."""

_RUN = "from multiqc.__main__ import run_multiqc; run_multiqc()"


@dataclass(frozen=True)
class Report:
    """What MultiQC wrote: its data, its log, the page, and the versions that it lists."""

    data: dict[str, Any]
    log: str
    page: str
    versions: list[str]

    @property
    def raw(self) -> Any:
        return self.data["report_saved_raw_data"]


def multiqc(
    folder: Path, *options: str, with_plugin: bool = True, warnings: tuple[str, ...] = ()
) -> Report:
    """Run MultiQC over a folder, and expect these warnings alone: none, as a rule."""
    target = folder.parent / f"report_of_{folder.name}"
    code = _RUN if with_plugin else _WITHOUT_PLUGIN + _RUN
    words = ["--strict", "--no-version-check", "--no-ansi", "-v", "-o", str(target), str(folder)]
    process = subprocess.run(
        [str(PYTHON), "-c", code, *words, *options],
        cwd=folder.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    log = process.stdout + process.stderr
    assert 0 == process.returncode, log
    assert list(warnings) == re.findall(r"\[(?:WARNING|ERROR|CRITICAL) *\] *(.*)", log)
    data, page = target / "multiqc_data", target / "multiqc_report.html"
    versions = data / "multiqc_software_versions.txt"
    return Report(
        json.loads((data / "multiqc_data.json").read_bytes()) if data.exists() else {},
        log,
        page.read_text(encoding="utf-8") if page.exists() else "",
        versions.read_text().split() if versions.exists() else [],
    )


def summaries(result: Result, folder: Path) -> Path:
    write_annotations(
        [result._annotations], OutputChoice(FileFormat.MULTIQC), str(folder), len(result)
    )
    return folder


@pytest.fixture(scope="module")
def toy_result() -> Result:
    return annotate(GOLDEN / "toy.vcf", kb=[TOY, TOY_HAPLOTYPES])


@pytest.fixture(scope="module")
def thousand(shared: Path) -> Result:
    """Return a thousand people of 1000 Genomes."""
    folder = shared / "1000genomes" / "GRCh38"
    paths = [folder / f"{gene}.vcf.gz" for gene in PANEL_GENES]
    everybody = annotate(paths[0], genes=[PANEL_GENES[0]]).samples
    return annotate(paths, samples=everybody[:1000])


@pytest.fixture(scope="module", params=["toy_result", "thousand"])
def result(request: pytest.FixtureRequest) -> Result:
    found: Result = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def report(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Report:
    return multiqc(summaries(result, tmp_path_factory.mktemp("people") / "summaries"))


def test_general_statistics(report: Report, result: Result) -> None:
    sites = expected_sites(result.calls)
    known = len(set(result.calls["variant"]))
    overall = result.summary[result.summary["category"] == "overall"].set_index("sample")
    expected = {}
    for sample, of_person in sites.items():
        called = sum(states.get("called", 0) for states in of_person.values())
        level = overall.loc[sample, "highest_level"]
        count = re.search(r"(\d+) findings? in all", str(overall.loc[sample, "conclusion"]))
        expected[sample] = {
            "called_percent": pytest.approx(100 * called / known),
            "findings": int(count[1]) if count else 0,
            "highest_level": level.replace("_", " ") if isinstance(level, str) else "none",
            "called_sites": called,
            "known_sites": known,
        }
    assert expected == report.data["report_general_stats_data"]["pgx_ana"]


def test_two_columns_are_shown_at_first(report: Report) -> None:
    headers = report.data["report_general_stats_headers"]["pgx_ana"]
    shown = [key for key, header in headers.items() if not header.get("hidden")]
    assert ["called_percent", "findings"] == shown


def test_calls_by_gene_and_state(report: Report, result: Result) -> None:
    found: dict[str, dict[str, dict[str, int]]] = {}
    for sample, row in report.raw["multiqc_pgx_ana"].items():
        for key, number in row.items():
            if key.startswith("sites."):
                gene, _, state = key.removeprefix("sites.").rpartition(".")
                found.setdefault(sample, {}).setdefault(gene, {})[state] = number
    assert expected_sites(result.calls) == found


def test_findings_by_category_and_level(report: Report, result: Result) -> None:
    rows = report.raw["multiqc_pgx_ana"]
    for sample in result.samples[:: max(1, len(result) // 20)]:
        for category, expected in expected_categories(result, sample).items():
            assert (expected.pop("highest_level") or "none") == rows[sample][
                f"{category}.highest_level"
            ]
            for group, counts in expected.items():
                found = {name: rows[sample][f"{category}.{group}.{name}"] for name in counts}
                assert counts == found


def _plotted(report: Report, plot: str, name: str) -> pd.DataFrame:
    """Return the table of a plot that MultiQC writes beside its report."""
    folder = Path(report.data["config_output_dir"]) / "multiqc_data"
    return pd.read_csv(folder / f"{plot}{name}.txt", sep="\t", index_col="Sample")


def test_what_is_drawn(report: Report, result: Result) -> None:
    """The bars of states, and the table of findings: nulls and contradictions are columns."""
    states = _plotted(report, "pgx_ana_calls_plot", "_By_state")
    sites = expected_sites(result.calls)
    for sample, of_person in sites.items():
        counts = {
            state.replace("_", " "): sum(states.get(state, 0) for states in of_person.values())
            for state in STATES
        }
        drawn = states.loc[sample].to_dict()
        assert {state: n for state, n in counts.items() if n or state in drawn} == drawn
    findings = _plotted(report, "pgx_ana_findings_table", "").to_dict("index")
    for sample in result.samples[:3]:
        told = expected_categories(result, sample).values()
        row = {level: sum(found["levels"][level] for found in told) for level in LEVELS}
        assert row == {
            level: findings[sample][level.replace("_", " ").capitalize()] for level in LEVELS
        }


def test_the_page_says_what_does_not_exist_and_names_the_version(report: Report) -> None:
    assert NOTE in report.page
    assert __version__ in report.versions
    assert "multiqc.modules.pgx_ana" in report.log
    advice = re.compile(r"\b(dos(?:e|age|ing)|recommend|should be (?:given|avoided))", re.I)
    module = report.page[report.page.index('id="mqc-module-section-pgx_ana"') :][:20_000]
    assert None is advice.search(re.sub(r"<script.*?</script>", "", module, flags=re.S))


def test_custom_content_needs_no_plugin(result: Result, tmp_path: Path) -> None:
    report = multiqc(summaries(result, tmp_path / "people"), with_plugin=False)
    assert "multiqc.modules.pgx_ana" not in report.log
    expected: dict[str, dict[str, int]] = {}
    for of_person in expected_sites(result.calls).values():
        for gene, states in of_person.items():
            of_gene = expected.setdefault(gene, {})
            for state, number in states.items():
                word = state.replace("_", " ")
                of_gene[word] = of_gene.get(word, 0) + number
    assert expected == report.raw["multiqc_pgx_ana_cohort_plot"]
    assert NOTE in report.page
    assert __version__ in report.versions


OTHER_KIND = "its values are of another kind"
NO_SUMMARIES = {
    '{"a": 1}': "it does not name the program",
    '{"pgx_ana": {"program": "another", "version": "1"}}': "it does not name the program",
    '{"pgx_ana": {"program": "pgx-ana", "version": "1"}}': "it has no 'sample'",
    "[]": "it does not name the program",
    "": "Expecting value",
    '{"pgx_ana": {"program": "pgx-ana",': "Expecting property name",
    "[" * 100_000: "it is nested too deeply",
}
BROKEN = {
    '"known_sites": 6': ('"known_sites": 1e999', OTHER_KIND),
    '"called_sites": 2': ('"called_sites": "two"', "invalid literal for int()"),
    '"sites": {': ('"sites": [], "others": {', OTHER_KIND),
    '"cohorts": {': ('"studies": {', "it has no 'cohorts'"),
}
"""What is changed in the summary of a person, and why it is none any more."""


def test_other_files_with_the_same_ending_are_left_out(toy_result: Result, tmp_path: Path) -> None:
    folder = summaries(toy_result, tmp_path / "people")
    summary = (folder / "Berta.pgx-ana.json").read_text(encoding="utf-8")
    others = dict(NO_SUMMARIES)
    for part, (instead, reason) in BROKEN.items():
        assert part in summary
        others[summary.replace(part, instead).replace("Berta", "Other")] = reason
    for number, text in enumerate(others):
        (folder / f"other{number}.pgx-ana.json").write_text(text, encoding="utf-8")
    report = multiqc(folder)
    for number, reason in enumerate(others.values()):
        line = f"other{number}.pgx-ana.json is no summary of pgx-ana and is left out: {reason}"
        assert line in report.log
    assert set(toy_result.samples) == set(report.raw["multiqc_pgx_ana"])


def test_nothing_but_other_files(tmp_path: Path) -> None:
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "other.pgx-ana.json").write_text("{}")
    nothing = "No analysis results found. Cleaning up\u2026"
    report = multiqc(tmp_path / "people", warnings=(nothing,))
    assert "other.pgx-ana.json is no summary" in report.log
    assert "" == report.page


def test_samples_can_be_ignored_and_files_found_anywhere(
    toy_result: Result, tmp_path: Path
) -> None:
    folder = summaries(toy_result, tmp_path / "people")
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "Clara.pgx-ana.json").rename(folder / "deep" / "er" / "Clara.pgx-ana.json")
    report = multiqc(folder, "--ignore-samples", "Berta")
    assert {'Anna, "A"', "Clara"} == set(report.raw["multiqc_pgx_ana"])
    sources = report.data["report_data_sources"]["pgx-ana"]["all_sections"]
    assert {'Anna, "A"', "Clara"} == set(sources)


def test_the_configuration_of_the_page_on_multiqc(toy_result: Result, tmp_path: Path) -> None:
    (text,) = page_code("docs/reference/formats/multiqc.md", "yaml")
    (tmp_path / "config.yaml").write_text(text)
    folder = summaries(toy_result, tmp_path / "people")
    (folder / "Berta.pgx-ana.json").rename(folder / "Berta.summary.json")
    report = multiqc(folder, "-c", str(tmp_path / "config.yaml"))
    assert ["Berta"] == list(report.raw["multiqc_pgx_ana"])
    assert "pgx_ana_cohort_plot" not in report.data["report_plot_data"]
    hidden = {
        key: "column-hidden" in header
        for key in ("highest_level", "known_sites")
        for header in re.findall(rf"<th[^>]*{key}[^>]*>", report.page)
    }
    assert {"highest_level": False, "known_sites": True} == hidden
