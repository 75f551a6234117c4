"""The same person through every format: the same genotypes, statuses and findings."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.format_readings import READERS, Reading, reading_of_rows, records
from helpers.paths import EXAMPLE, GOLDEN, TOY, TOY_HAPLOTYPES

from pgx_ana import Result, annotate, load_knowledge_base
from pgx_ana.file_formats import FileFormat, OutputChoice
from pgx_ana.formats import write_annotations
from pgx_ana.knowledge import COMPARED
from pgx_ana.terms import CallStatus

PEOPLE = {
    "toy people, every status": (GOLDEN / "toy.vcf", (TOY,)),
    "toy people, haplotypes": (GOLDEN / "toy.vcf", (TOY, TOY_HAPLOTYPES)),
    "a person on GRCh38": (EXAMPLE / "spoiled.GRCh38.vcf", ()),
    "the same person on GRCh37": (EXAMPLE / "spoiled.GRCh37.vcf", ()),
}


@pytest.fixture(scope="module", params=PEOPLE.values(), ids=list(PEOPLE))
def result(request: pytest.FixtureRequest) -> Result:
    path, directories = request.param
    return annotate(path, kb=load_knowledge_base(directories))


def _truth(result: Result) -> Reading:
    """Return what the data frames say, which know no format."""
    return reading_of_rows(*map(records, (result.calls, result.annotations)))


@pytest.mark.parametrize("kind", list(FileFormat))
def test_every_format_says_the_same(kind: FileFormat, result: Result, tmp_path: Path) -> None:
    reader = READERS[kind]
    truth = _truth(result)
    written = write_format(result, kind, tmp_path / reader.name)
    assert reader.held(truth) == reader.read(written)


def write_format(result: Result, kind: FileFormat, path: Path) -> Path:
    choice = OutputChoice(kind, all_sites=True)
    if choice.facts.tables:
        choice = OutputChoice(kind, choice.facts.tables)
    write_annotations([result._annotations], choice, str(path), len(result))
    return path


def test_the_people_have_what_formats_could_confuse() -> None:
    """Every status, homozygous genotypes among the called ones, and every difference."""
    calls: set[tuple[str, str]] = set()
    directions: set[str] = set()
    for path, directories in PEOPLE.values():
        truth = _truth(annotate(path, kb=load_knowledge_base(directories)))
        calls |= set(truth.calls.values())
        directions |= {direction for _, _, direction in truth.findings}
    assert set(CallStatus) == {status for _, status in calls}
    assert ("A/A", "called") in calls
    assert directions >= COMPARED
