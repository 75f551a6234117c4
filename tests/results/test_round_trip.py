"""People of toy files: what is read back from their results is what was written."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from helpers.fixture_types import MakeVcf
from helpers.stored_results import (
    assert_same,
    assert_same_from_lines,
    stored_run,
    texts,
    written,
)
from helpers.synthetic_calls import people_with_every_genotype
from helpers.varied_people import varied_people

from pgx_ana.annotation import Annotations
from pgx_ana.coded import Coded
from pgx_ana.errors import InputError
from pgx_ana.file_formats import FileFormat, OutputChoice
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CallOptions, Circumstances
from pgx_ana.output import patient_texts
from pgx_ana.pipeline import Identity, Request, Selection, run
from pgx_ana.terms import CallSource

SAME_ROWS: dict[str, tuple[list[str], str]] = {
    "nothing": ([], "GT"),
    "unphased": (["1 100 A C 0/1 1/1", "1 200 A C 0/1 ./.", "1 300 T C 0/0 0/1"], "GT"),
    "phased": (["1 100 A C 0|1 1|0", "1 200 A C 1|0 1|1", "1 401 G GT 0|1 0|0"], "GT"),
    "phase-sets": (
        ["1 100 A C 0|1:7 0|1:1", "1 200 A C 1|0:7 0|1:2", "1 300 T C 0|1:9 1|0:1"],
        "GT:PS",
    ),
    "every-status": (
        [
            "1 100 A C 0/1:50:7:12 1/.:20:8:.",
            "1 200 A C,T 1|2:99:30:150 ./.:.:.:.",
            "1 300 T G 0/1:60:31:. 0/0:61:1:.",
            "1 401 G GTT 0/1:30:9:. 0/0:3:4:.",
            "2 49 AG A 0/1:62:3:. 1/1:63:4:.",
        ],
        "GT:GQ:DP:PS",
    ),
    "haploid": (["1 100 A C 1 0", "1 200 A C 0 1/.", "2 50 G T . ."], "GT"),
    "mismatch": (["2 50 T G 0/1 1/1"], "GT"),
    "no-genotypes": (["1 100 A C 30 31"], "DP"),
    "blocks": (["1 90 G <NON_REF> 0/0:12:9 0/0:1:9"], "GT:GQ:DP"),
    "deletion": (["1 99 GA G 0/1 1/1", "1 200 A C,* 1/2 0/2"], "GT"),
}
"""Rows of two people, whose documents hold all that their calls depend on."""

_BETWEEN = "G" * 99

PHASE_ROWS: dict[str, tuple[list[str], str]] = {
    "row-over-sites": ([f"1 100 A{_BETWEEN}A C{_BETWEEN}C 0/1 0/0"], "GT"),
    "row-over-sites-reversed": (
        [f"1 100 A{_BETWEEN}A C{_BETWEEN}A,A{_BETWEEN}C 1/2 0/0"],
        "GT",
    ),
    "names-in-cis": (["1 100 A C 0|1:a 0/0:.", "1 200 A C 0|1:a 0/1:."], "GT:PS"),
    "names-in-trans": (["1 100 A C 0|1:a 0/0:.", "1 200 A C 1|0:a 0/1:."], "GT:PS"),
    "names-and-numbers": (
        ["1 100 A C 0|1:a 0|1:3", "1 200 A C 1|0:b 0|1:3", "1 300 T C 0|1:5 0|1:c"],
        "GT:PS",
    ),
}
"""Rows of two people whose copies have an order that only Parquet keeps."""


@pytest.fixture
def people(make_vcf: MakeVcf, toy_haplotypes: KnowledgeBase) -> Callable[..., Annotations]:
    """Return a function that annotates rows of two people."""

    def annotated(rows: list[str], fmt: str, **wanted: object) -> Annotations:
        info = {n: "END=110" for n, row in enumerate(rows) if "<NON_REF>" in row}
        path = make_vcf(rows, samples=("S1", 'Jos\u00e9, "J";\\'), fmt=fmt, info=info)
        return run(Request((str(path),), **wanted), toy_haplotypes)  # type: ignore[arg-type]

    return annotated


@pytest.mark.parametrize("block", [1, 2])
@pytest.mark.parametrize(("rows", "fmt"), SAME_ROWS.values(), ids=SAME_ROWS.keys())
def test_calls_of_every_kind(
    people: Callable[..., Annotations], tmp_path: Path, rows: list[str], fmt: str, block: int
) -> None:
    found = people(rows, fmt)
    assert_same(found, tmp_path, block)
    assert_same_from_lines(found, tmp_path, block)


@pytest.mark.parametrize(("rows", "fmt"), PHASE_ROWS.values(), ids=PHASE_ROWS.keys())
def test_copies_in_order(
    people: Callable[..., Annotations], tmp_path: Path, rows: list[str], fmt: str
) -> None:
    assert_same(people(rows, fmt), tmp_path)


REFUSED = ["row-over-sites", "row-over-sites-reversed", "names-and-numbers"]


@pytest.mark.parametrize("name", REFUSED)
def test_documents_whose_haplotypes_do_not_follow_from_their_calls(
    people: Callable[..., Annotations], tmp_path: Path, name: str
) -> None:
    """They do not keep what orders the copies: nothing else is made up in its place."""
    found = people(*PHASE_ROWS[name])
    path = written(found, tmp_path, OutputChoice(FileFormat.JSONL))
    with pytest.raises(InputError) as raised:
        list(stored_run(path, found.knowledge).blocks())
    assert str(raised.value).startswith(f"{path}: sample 'S1': the ")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["names-in-cis", "names-in-trans"])
def test_documents_with_one_named_set(
    people: Callable[..., Annotations], tmp_path: Path, name: str
) -> None:
    assert_same_from_lines(people(*PHASE_ROWS[name]), tmp_path)


@pytest.mark.parametrize(
    "wanted",
    [
        {"options": CallOptions(absent_is_reference=True)},
        {"options": CallOptions(allow_strand_flip=True, min_gq=0, min_dp=0)},
        {"options": CallOptions(include_filtered=True)},
        {"population": "EUR"},
        {"population": "global"},
        {"context": "men"},
        {"selection": Selection(genes=("BBB",))},
    ],
    ids=str,
)
def test_options(
    people: Callable[..., Annotations], tmp_path: Path, wanted: dict[str, object]
) -> None:
    rows = ["1 100 A C 0/1 0/1", "1 200 T G 0/1 1/1", "1 300 T C 0/1 0|1", "2 50 C A 0/1 1/1"]
    found = people(rows, "GT", **wanted)
    assert_same(found, tmp_path)
    assert_same_from_lines(found, tmp_path)


def test_filters(make_vcf: MakeVcf, toy_haplotypes: KnowledgeBase, tmp_path: Path) -> None:
    rows = ["1 100 A C 0/1 1/1", "1 200 A C 0/1 ./.", "1 300 T C 0/1 0/0"]
    path = make_vcf(rows, samples=("S1", "S2"), filters={0: "LowQual", 2: "."})
    found = run(Request((str(path),)), toy_haplotypes)
    assert_same(found, tmp_path)
    assert_same_from_lines(found, tmp_path)


def test_people_with_fractions_of_qualities(
    make_vcf: MakeVcf, toy_haplotypes: KnowledgeBase, tmp_path: Path
) -> None:
    found = varied_people(make_vcf, toy_haplotypes)
    assert_same(found, tmp_path, 2)
    assert_same_from_lines(found, tmp_path, 2)


def test_people_in_several_files(
    make_vcf: MakeVcf, toy_haplotypes: KnowledgeBase, tmp_path: Path
) -> None:
    """Phased copies of two files have no common order; a name may have a semicolon in it."""
    first = make_vcf(["1 100 A C 0|1 0/1"], samples=("S1", "S2"), name="one.vcf")
    second = make_vcf(["1 200 A C 0|1 1|1"], samples=("S1", "S3"), name="two.vcf")
    third = make_vcf(["2 50 G T 0/1"], samples=("S4",), name="with;sign.vcf")
    paths = (str(second), str(first), str(third))
    found = run(Request(paths, identity=Identity(same_person=True)), toy_haplotypes)
    assert [(0,), (0, 1), (1,), (2,)] == sorted(set(found.calls.sample_files))
    for people in (1, 2, 9):
        folder = tmp_path / str(people)
        folder.mkdir()
        assert_same(found, folder, people)
        assert_same_from_lines(found, folder, people)


def test_files_of_one_person_each(
    make_vcf: MakeVcf, toy_haplotypes: KnowledgeBase, tmp_path: Path
) -> None:
    """They are called together; their calls do not name a file."""
    paths = [
        str(make_vcf([f"1 100 A C {gt}", f"1 200 A C {gt}"], samples=(f"P{n}",), name=f"{n}.vcf"))
        for n, gt in enumerate(["0/1", "0|1", "1/1", "0/1"])
    ]
    found = run(Request(tuple(paths)), toy_haplotypes)
    assert {""} == {call.file for site in found.calls.sites for call in site.calls.values}
    assert_same(found, tmp_path, 3)
    assert_same_from_lines(found, tmp_path, 3)


@pytest.mark.slow
def test_every_genotype_in_every_context(curated: KnowledgeBase, tmp_path: Path) -> None:
    people = people_with_every_genotype(curated, [CallSource.RECORD, CallSource.ASSERTED])
    contexts = (
        Circumstances(),
        Circumstances("female"),
        Circumstances("female", "adjuvant"),
        Circumstances("male", "men_testosterone"),
    )
    codes = np.arange(len(people.calls.samples)) % len(contexts)
    found = dataclasses.replace(people, circumstances=Coded(contexts, codes))
    assert_same(found, tmp_path, 7)
    assert_same_from_lines(found, tmp_path, 7)


def test_blocks_of_any_size(toy_haplotypes: KnowledgeBase, tmp_path: Path) -> None:
    found = people_with_every_genotype(toy_haplotypes)
    expected = list(patient_texts(found))
    n_people = len(expected)
    path = written(found, tmp_path, block=4)
    for size in (1, 3, 4, 5, n_people, None):
        blocks = list(stored_run(path, toy_haplotypes).blocks(size))
        sizes = [len(block.calls.samples) for block in blocks]
        assert n_people == sum(sizes)
        assert max(sizes) <= (size or n_people)
        assert expected == list(texts(blocks))
    assert 1 == len(list(stored_run(path, toy_haplotypes).blocks(None)))
