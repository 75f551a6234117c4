"""The people of a folder of Parquet, one part after another."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgx_ana.coded import Coded, combine, concatenate
from pgx_ana.errors import InputError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import Circumstances, InputFile, SiteCalls
from pgx_ana.output import PARQUET_COLUMNS, Cells
from pgx_ana.results.calls import CALL_TEXTS, CallCells, PeopleFiles, rows_of
from pgx_ana.results.facts import RunFacts
from pgx_ana.results.folder import FolderPart
from pgx_ana.results.input_files import input_file
from pgx_ana.results.parquet_file import ParquetFile
from pgx_ana.results.people import StoredPeople, check_circumstances
from pgx_ana.results.sections import Section
from pgx_ana.results.stored_rows import PeopleOfFile, StoredBlock, stored_blocks
from pgx_ana.terms import Assembly, TableName

_NUMBERS = ("gq", "dp", "phase_set")
_FILES = ("files", "inputs")


class ParquetPeople:
    """The people of some parts, read from one to the next.

    ``n_people`` are those of all parts. Raises :class:`InputError` for a file that cannot be read,
    is not one of this program, or was made with another knowledge base.
    """

    def __init__(self, parts: Sequence[FolderPart], knowledge: KnowledgeBase) -> None:
        self._parts = parts
        self._knowledge = knowledge
        self._variants = {variant.id: variant for variant in knowledge.variants}
        self.facts, self.n_people = self._first_facts(), 0
        for part in parts:
            file = ParquetFile(part.samples, TableName.SAMPLES)
            self.n_people += file.n_rows
            file.close()
        if not self.n_people:
            raise InputError(f"{parts[0].samples}: has nobody")

    def people(self) -> Iterator[StoredPeople]:
        """Yield all people, as many at once as were written at once."""
        seen: set[str] = set()
        for part in self._parts:
            everybody = self._read_samples(part.samples)
            for sample in everybody.samples:
                if sample in seen:
                    raise InputError(f"{part.samples}: sample {sample!r} is there twice")
                seen.add(sample)
            yield from self._people_of(part, everybody)

    def _people_of(self, part: FolderPart, everybody: StoredPeople) -> Iterator[StoredPeople]:
        names = PeopleOfFile(everybody.samples)
        texts = [*CALL_TEXTS, *_NUMBERS, "phase_block", "conclusion"]
        calls = stored_blocks(self._open(part.calls, TableName.CALLS), "variant", texts, names)
        haplotypes: Iterator[StoredBlock] = iter(())
        if part.haplotypes is not None:
            columns = [column.name for column in PARQUET_COLUMNS[TableName.HAPLOTYPES]]
            wanted = [name for name in columns if name not in {"sample_index", "sample"}]
            file = self._open(part.haplotypes, TableName.HAPLOTYPES)
            haplotypes = stored_blocks(file, "haplotypes", wanted, names)
        for block, of_sets in itertools.zip_longest(calls, haplotypes):
            if block is None or (
                of_sets and (block.start, block.stop) != (of_sets.start, of_sets.stop)
            ):
                raise InputError(f"{part.haplotypes}: has other people than {part.calls}")
            who = slice(block.start, block.stop)
            yield self._with_calls(everybody.take(who), block, of_sets, str(part.calls))

    def _with_calls(
        self, people: StoredPeople, block: StoredBlock, of_sets: StoredBlock | None, place: str
    ) -> StoredPeople:
        names = people.files.map(lambda files: tuple(file.name for file in files)).unique()
        files = PeopleFiles(names)
        sites, keys = [], []
        for name, cells in block.sections.items():
            try:
                sites.append(self._site(name, cells, files, people.assembly))
            except ValueError as error:
                raise InputError(f"{place}: {name}: {error}; annotate again") from error
            keys.append({"conclusion": cells.get("conclusion") or _nothing(len(people))})
        sections: dict[TableName, tuple[Section, ...]] = {TableName.CALLS: tuple(keys)}
        if of_sets is not None:
            sections[TableName.HAPLOTYPES] = tuple(of_sets.sections.values())
        return StoredPeople(
            place,
            people.samples,
            people.files,
            people.circumstances,
            people.assembly,
            tuple(sites),
            sections,
        )

    def _site(
        self,
        name: str,
        cells: Mapping[str, Cells],
        files: PeopleFiles,
        assembly: Assembly,
    ) -> SiteCalls:
        variant = self._variants.get(name)
        if variant is None or assembly not in variant.loci:
            raise ValueError(f"is no variant of the knowledge base on {assembly}")
        nothing = _nothing(len(files.has_one_file))
        texts = {
            column: found if isinstance(found := cells.get(column), Coded) else nothing
            for column in CALL_TEXTS
        }
        numbers: dict[str, NDArray[Any] | None] = {
            column: found if isinstance(found := cells.get(column), np.ndarray) else None
            for column in _NUMBERS
        }
        blocks = cells.get("phase_block")
        return CallCells(
            rows=rows_of(texts | {"file": files.without_only_ones(texts["file"], texts["source"])}),
            phase_blocks=blocks if isinstance(blocks, Coded) else None,
            has_one_file=files.has_one_file,
            **numbers,
        ).site(variant)

    def _read_samples(self, path: Path) -> StoredPeople:
        """Return the people of a part, without calls."""
        file = self._open(path, TableName.SAMPLES)
        columns = ["sample", *_FILES, "assembly", "sex", "context"]
        groups = list(file.groups(columns))
        samples = tuple(
            str(name) for group in groups for name in _texts(group.cells, "sample", group.n_rows)
        )
        together = {
            name: concatenate([_texts(group.cells, name, group.n_rows) for group in groups])
            for name in columns[1:]
        }
        file.close()
        assemblies = together["assembly"].compact().values
        try:
            (assembly,) = (Assembly(str(name)) for name in assemblies)
            files = combine([together[name] for name in _FILES])
            of_people = files.map(lambda cells: _input_files(*cells)).unique()
        except ValueError as error:
            raise InputError(f"{path}: {error}; annotate again") from error
        circumstances = combine([together["sex"], together["context"]]).map(
            lambda pair: Circumstances(pair[0] or "", pair[1] or "")
        )
        check_circumstances(circumstances.values, self._knowledge, str(path))
        return StoredPeople(str(path), samples, of_people, circumstances, assembly, (), {})

    def _first_facts(self) -> RunFacts:
        path = self._parts[0].calls
        file = ParquetFile(path, TableName.CALLS)
        facts = _facts_of(file)
        file.close()
        facts.check_knowledge(self._knowledge, str(path))
        return facts

    def _open(self, path: Path, table: TableName) -> ParquetFile:
        file = ParquetFile(path, table)
        self.facts.check_same(_facts_of(file), str(path))
        return file


def _facts_of(file: ParquetFile) -> RunFacts:
    try:
        return RunFacts.of(file.facts)
    except (KeyError, TypeError, ValueError) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else error
        raise InputError(
            f"{file.path}: its metadata are not those of this program: {what}; annotate again"
        ) from error


def _input_files(names: str | None, inputs: str | None) -> tuple[InputFile, ...]:
    """Return the input files of a person. Raises :class:`ValueError` where they are not clear."""
    try:
        files = tuple(map(input_file, json.loads(inputs or "")))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the column inputs does not describe files: {error}") from error
    if not files or names != ";".join(file.name for file in files):
        raise ValueError(f"the columns files and inputs differ on {names}")
    return files


def _texts(cells: Mapping[str, Cells], name: str, n_rows: int) -> Coded[str | None]:
    found = cells.get(name)
    return found if isinstance(found, Coded) else _nothing(n_rows)


def _nothing(n_people: int) -> Coded[str | None]:
    return Coded.constant(None, n_people)
