"""What a path to results is: files of patient documents, or a folder of Parquet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from pgx_ana.annotation import Annotations
from pgx_ana.errors import InputError, UsageError
from pgx_ana.file_formats import FileFormat, OutputChoice
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.output import PARQUET_COLUMNS, parts_of, patient_texts, require_library
from pgx_ana.results.document_check import Document
from pgx_ana.results.document_files import documents_in
from pgx_ana.results.document_people import DocumentPeople, recomputed_rows
from pgx_ana.results.folder import find_parts, refused_files
from pgx_ana.results.sections import Section
from pgx_ana.results.stored_run import StoredRun
from pgx_ana.terms import TableName


class Results(Protocol):
    """Results that were written before."""

    def number(self) -> int | None:
        """Return the number of people, None where only reading all documents shows it."""

    def documents(self) -> Iterator[Document]:
        """Yield the document of each person, in their order."""

    def run(self) -> StoredRun:
        """Return the people, annotated anew. Stdin has been read then."""


def open_results(paths: Sequence[str], knowledge: KnowledgeBase) -> Results:
    """Return the results at some paths: files of documents, ``-`` for stdin, or one folder.

    Raises :class:`UsageError` for paths that are no results, and :class:`InputError` for those that
    cannot be read.
    """
    if not paths:
        raise UsageError("no results were given")
    folders = [path for path in paths if Path(path).is_dir()]
    tables = [path for path in paths if path.casefold().endswith(".parquet")]
    if tables:
        raise UsageError(f"{tables[0]}: is one table; name the folder with all tables")
    if not folders:
        return DocumentResults(paths, knowledge)
    if len(paths) > 1:
        raise UsageError(
            f"{folders[0]}: is a folder, which is read alone; report other results separately"
        )
    require_library(OutputChoice(FileFormat.PARQUET))
    return ParquetResults(Path(folders[0]), knowledge)


class DocumentResults:
    """Files of patient documents. Their people are gathered while the documents are read."""

    def __init__(self, paths: Sequence[str], knowledge: KnowledgeBase) -> None:
        self._paths = paths
        self._knowledge = knowledge
        self._gathered: DocumentPeople | None = None

    def number(self) -> None:
        """Return None: documents are counted as they are read."""

    def documents(self) -> Iterator[Document]:
        """Yield the documents of all files.

        Raises :class:`InputError`, also for one sample in two files.
        """
        gathered = DocumentPeople(self._knowledge)
        yield from self._read(gathered)
        self._gathered = gathered

    def _read(self, gathered: DocumentPeople) -> Iterator[Document]:
        first: dict[str, str] = {}
        for path in self._paths:
            place = "stdin" if path == "-" else path
            for document in documents_in(path):
                sample = document["sample"]
                if first.setdefault(sample, place) != place:
                    raise InputError(
                        f"{place}: sample {sample!r} is also in {first[sample]}; leave one of "
                        "them out"
                    )
                gathered.add(document, place)
                yield document

    def run(self) -> StoredRun:
        """Return the people, annotated anew; reads the files if that was not done to their end."""
        gathered = self._gathered
        if gathered is None:
            gathered = DocumentPeople(self._knowledge)
            for _ in self._read(gathered):
                pass
        return StoredRun(gathered, self._knowledge, recomputed_rows)


class ParquetResults:
    """A folder of Parquet, written by ``annotate`` or ``batch``."""

    def __init__(self, folder: Path, knowledge: KnowledgeBase) -> None:
        self._folder = folder
        self._knowledge = knowledge
        self._parts = find_parts(folder)

    def number(self) -> int:
        """Return the number of people."""
        return self.run().n_people

    def documents(self) -> Iterator[Document]:
        """Yield the documents as ``annotate`` would write them. Raises :class:`InputError`."""
        for block in self.run().blocks():
            for text in patient_texts(block):
                yield json.loads(text)

    def run(self) -> StoredRun:
        """Return the people, annotated anew."""
        from pgx_ana.results.parquet_people import ParquetPeople  # noqa: PLC0415  # needs pyarrow

        people = ParquetPeople(self._parts, self._knowledge)
        return StoredRun(people, self._knowledge, _recomputed_cells, refused_files(self._folder))


def _recomputed_cells(table: TableName, block: Annotations) -> Iterator[Section]:
    """Yield the cells of a table as Parquet would have them now; of calls, only the keys."""
    columns = {"conclusion"}
    if table is not TableName.CALLS:
        columns = {column.name for column in PARQUET_COLUMNS[table]}
    for part in parts_of(table, block):
        yield {name: cells for name, cells in part.items() if name in columns}
