"""The notebook of the docs runs as it is, and what it shows is what the program says."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
import pytest
from helpers.paths import EXAMPLE, ROOT
from nbclient import NotebookClient

import pgx_ana
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.terms import TableName

pytestmark = [
    pytest.mark.slow,
]

NOTEBOOK = ROOT / "docs" / "notebooks" / "cohort.ipynb"
SHOWN = """
import json
print(json.dumps({
    "statuses": statuses.to_dict(),
    "path": str(path),
    "callability": callability.to_dict("index"),
    "frequencies": frequencies["cohort"].to_dict(),
    "levels": levels.to_dict("index"),
    "carriers": int(carriers.max()),
    "files": sorted(item.name for item in folder.iterdir()),
}))
"""
"""Tells what the cells have computed."""


def _stored() -> nbformat.NotebookNode:
    # nbformat is typed in part
    notebook: nbformat.NotebookNode = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    return notebook


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    """Return the notebook with the outputs of its cells, and of one more at the end."""
    notebook = _stored()
    notebook.cells.append(nbformat.v4.new_code_cell(SHOWN))  # type: ignore[no-untyped-call]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("TMPDIR", str(tmp_path_factory.mktemp("notebook")))
        for name in ("MPLCONFIGDIR", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name.casefold())))
        NotebookClient(
            notebook,
            timeout=300,
            resources={"metadata": {"path": str(NOTEBOOK.parent)}},
        ).execute()
    return notebook


@pytest.fixture(scope="module")
def shown(executed: nbformat.NotebookNode) -> dict[str, Any]:
    (output,) = executed.cells[-1].outputs
    values: dict[str, Any] = json.loads(output.text)
    return values


@pytest.fixture(scope="module")
def cohort(shown: dict[str, Any], curated: KnowledgeBase) -> pgx_ana.Result:
    return pgx_ana.annotate(shown["path"], kb=curated)


def test_it_is_stored_without_outputs() -> None:
    cells = _stored().cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert len(code) > 10
    assert [([], None)] * len(code) == [(cell.outputs, cell.execution_count) for cell in code]


def test_no_cell_warns(executed: nbformat.NotebookNode) -> None:
    outputs = [output for cell in executed.cells for output in cell.get("outputs", [])]
    assert ["stdout"] == [output.name for output in outputs if output.output_type == "stream"]
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert 3 == len(pictures)


def test_the_person(shown: dict[str, Any], curated: KnowledgeBase) -> None:
    person = pgx_ana.annotate(EXAMPLE / "spoiled.GRCh38.vcf", kb=curated)
    rows = [section.rows.values[0] for section in person.table(TableName.CALLS).sections]
    assert Counter(row[7] for row in rows) == Counter(shown["statuses"])


def test_callability(shown: dict[str, Any], cohort: pgx_ana.Result) -> None:
    counts: dict[str, Counter[str]] = {}
    for document in cohort:
        for call in document["calls"]:
            counts.setdefault(call["gene"], Counter())[call["status"]] += 1
    expected = {
        gene: {status: number / by_status.total() for status, number in by_status.items()}
        for gene, by_status in counts.items()
    }
    found = {
        gene: {status: value for status, value in parts.items() if value}
        for gene, parts in shown["callability"].items()
    }
    assert expected.keys() == found.keys()
    for gene, parts in expected.items():
        assert pytest.approx(parts) == found[gene]
    assert {"absent"} == set(found["ESR2"])


def test_allele_frequencies(
    shown: dict[str, Any], cohort: pgx_ana.Result, curated: KnowledgeBase
) -> None:
    copies: dict[str, Counter[str]] = {}
    for document in cohort:
        for call in document["calls"]:
            if call["status"] == "called":
                bases = call["genotype"].replace("|", "/").split("/")
                copies.setdefault(call["variant"], Counter()).update(bases)
    assert len(shown["frequencies"]) > 100
    for variant, value in shown["frequencies"].items():
        allele = curated.definitions[variant].frequencies[0].allele
        assert copies[variant][allele] / copies[variant].total() == pytest.approx(value)


def test_levels(shown: dict[str, Any], cohort: pgx_ana.Result) -> None:
    counts: dict[str, Counter[str]] = {}
    headlines: Counter[tuple[str, str]] = Counter()
    for document in cohort:
        for found in document["annotations"]:
            if found["direction"] != "not_assessed":
                counts.setdefault(found["level"], Counter())[found["direction"]] += 1
        headlines.update(
            {
                (found["level"], found["headline"])
                for found in document["annotations"]
                if found["direction"] in {"higher", "lower", "between"}
            }
        )
    levels = {level: Counter(by_direction) for level, by_direction in shown["levels"].items()}
    assert counts == {level: +by_direction for level, by_direction in levels.items()}
    assert max(headlines.values()) == shown["carriers"]


def test_files(shown: dict[str, Any]) -> None:
    assert ["NA12717.html", "cohort.vcf", "cohort.xlsx", "pages"] == shown["files"]
    pages = Path(shown["path"]).parent / "pages"
    assert 122 == len(list(pages.rglob("*.html")))
