"""People written block by block give the bytes of people written at once."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from helpers.fixture_types import MakeVcf
from helpers.people_in_blocks import in_blocks
from helpers.varied_people import varied_people

from pgx_ana.annotation import Annotations
from pgx_ana.coded import Coded
from pgx_ana.errors import OutputError
from pgx_ana.file_formats import FileFormat, Layout, OutputChoice
from pgx_ana.formats import write_annotations
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import Circumstances
from pgx_ana.output import rendering
from pgx_ana.pipeline import Request, run
from pgx_ana.terms import TEXT_TABLES, WIDE_TABLES

CHOICES = [
    *(
        OutputChoice(kind, (table,))
        for kind in (FileFormat.TSV, FileFormat.CSV)
        for table in TEXT_TABLES
    ),
    OutputChoice(FileFormat.JSON),
    OutputChoice(FileFormat.JSONL),
    OutputChoice(FileFormat.FHIR),
    OutputChoice(FileFormat.TSV, WIDE_TABLES, Layout.WIDE),
    OutputChoice(FileFormat.VCF, all_sites=True),
]


@pytest.fixture
def many(toy_haplotypes: KnowledgeBase, make_vcf: MakeVcf) -> Annotations:
    """Return people of two files, with all kinds of calls, sexes and phase sets."""
    rng = random.Random(3)
    samples = [f"S{number}" for number in range(1300)]
    genotypes = ("0/0", "0/1", "1|0", "./.", "1/1", "./1", "1")
    paths = []
    for number, sites in enumerate((("1 100 A C", "1 200 A C,T"), ("2 50 T G",))):
        rows = [
            " ".join([site, *(f"{rng.choice(genotypes)}:{rng.randrange(60)}" for _ in samples)])
            for site in sites
        ]
        paths.append(str(make_vcf(rows, name=f"{number}.vcf", samples=samples, fmt="GT:GQ")))
    people = run(Request(tuple(paths)), toy_haplotypes)
    sexes = (Circumstances(), Circumstances("female"), Circumstances("male"))
    codes = np.array([rng.randrange(3) for _ in samples])
    return dataclasses.replace(people, circumstances=Coded(sexes, codes))


def written(annotations: Annotations, people: int, choice: OutputChoice, target: Path) -> bytes:
    write_annotations(in_blocks(annotations, people), choice, str(target), 1)
    return target.read_bytes()


def name_of(choice: OutputChoice) -> str:
    return "-".join([choice.file_format, choice.layout, *choice.tables])


@pytest.mark.parametrize("choice", CHOICES, ids=name_of)
def test_the_size_of_blocks_changes_no_byte(
    many: Annotations, tmp_path: Path, choice: OutputChoice
) -> None:
    expected = written(many, 2000, choice, tmp_path / "out")
    assert len(expected) > 20_000
    for people in (1000, 150, 7):
        assert expected == written(many, people, choice, tmp_path / "out")


@pytest.mark.parametrize("choice", CHOICES, ids=name_of)
def test_people_one_by_one(
    toy_haplotypes: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path, choice: OutputChoice
) -> None:
    people = varied_people(make_vcf, toy_haplotypes)
    target = tmp_path / "out"
    assert written(people, 3, choice, target) == written(people, 1, choice, target)


def test_compressed_blocks(many: Annotations, tmp_path: Path) -> None:
    target, choice = tmp_path / "out.tsv.gz", CHOICES[0]
    assert written(many, 2000, choice, target) == written(many, 150, choice, target)


def test_several_tables(many: Annotations, tmp_path: Path) -> None:
    choice = OutputChoice(FileFormat.TSV, TEXT_TABLES)
    for name, people in (("one", 2000), ("many", 150)):
        write_annotations(in_blocks(many, people), choice, str(tmp_path / name), 1)
    for table in TEXT_TABLES:
        first, second = (tmp_path / name / f"{table}.tsv" for name in ("one", "many"))
        assert first.read_bytes() == second.read_bytes()


def test_rows_are_forgotten_before_they_fill_the_memory(
    many: Annotations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = written(many, 2000, OutputChoice(FileFormat.JSON), tmp_path / "out")
    monkeypatch.setattr(rendering, "_MAX_REMEMBERED", 3)
    assert expected == written(many, 150, OutputChoice(FileFormat.JSON), tmp_path / "out")


def test_a_failing_block_leaves_the_earlier_folder(many: Annotations, tmp_path: Path) -> None:
    choice = OutputChoice(FileFormat.TSV, TEXT_TABLES)
    write_annotations([next(in_blocks(many, 5))], choice, str(tmp_path / "out"), 5)
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}

    def blocks() -> Iterator[Annotations]:
        yield from in_blocks(many, 100)
        raise OutputError("later")

    with pytest.raises(OutputError, match="later"):
        write_annotations(blocks(), choice, str(tmp_path / "out"), 1)
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
