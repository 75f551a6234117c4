"""Results written to a folder, and what comes of them when they are read back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from helpers.people_in_blocks import in_blocks
from pgx_ana.annotation import Annotations
from pgx_ana.file_formats import FileFormat, OutputChoice
from pgx_ana.formats import write_annotations
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.output import patient_texts
from pgx_ana.results import StoredRun, open_results

PARQUET = OutputChoice(FileFormat.PARQUET)


def written(
    people: Annotations, folder: Path, choice: OutputChoice = PARQUET, block: int = 1000
) -> Path:
    """Write people in blocks, and return the folder or file."""
    is_file = choice.file_format in {FileFormat.JSON, FileFormat.JSONL}
    target = folder / (f"people.{choice.file_format}" if is_file else "results")
    n_people = len(people.calls.samples)
    write_annotations(in_blocks(people, block), choice, str(target), n_people)
    return target


def stored_run(path: Path, knowledge: KnowledgeBase) -> StoredRun:
    """Return the people of results."""
    return open_results([str(path)], knowledge).run()


def texts(blocks: Iterable[Annotations]) -> Iterator[bytes]:
    """Yield the documents of people."""
    for block in blocks:
        yield from patient_texts(block)


def contents(folder: Path) -> dict[str, tuple[object, list[dict[str, Any]]]]:
    """Return the metadata and rows of all Parquet files of a folder."""
    return {
        path.name: (pq.read_schema(path).metadata, pq.read_table(path).to_pylist())
        for path in sorted(folder.iterdir())
    }


def assert_same(people: Annotations, folder: Path, block: int = 1000) -> None:
    """Check that Parquet, read back, gives the same documents and the same rows."""
    path = written(people, folder, block=block)
    knowledge = people.knowledge
    assert list(patient_texts(people)) == list(texts(stored_run(path, knowledge).blocks()))
    again = folder / "again"
    run = stored_run(path, knowledge)
    assert len(people.calls.samples) == run.n_people
    write_annotations(run.blocks(block), PARQUET, str(again), run.n_people)
    assert contents(path) == contents(again)


def assert_same_from_lines(people: Annotations, folder: Path, block: int = 1000) -> None:
    """Check that JSON lines, read back, give the same documents."""
    path = written(people, folder, OutputChoice(FileFormat.JSONL), block)
    found = texts(stored_run(path, people.knowledge).blocks(block))
    assert list(patient_texts(people)) == list(found)
