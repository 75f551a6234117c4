"""The people of patient documents, gathered while the documents pass by.

Of every row only a code is kept: people share most of their rows.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from pgx_ana.annotation import Annotations
from pgx_ana.coded import Coded
from pgx_ana.errors import InputError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import FROM_A_RECORD, Circumstances, SiteCalls
from pgx_ana.output import COLUMNS, STAMPS, json_value, make_table
from pgx_ana.results.calls import CALL_TEXTS, CallCells
from pgx_ana.results.document_check import Document
from pgx_ana.results.facts import RunFacts
from pgx_ana.results.input_files import input_file
from pgx_ana.results.people import StoredPeople, check_circumstances
from pgx_ana.results.sections import Section
from pgx_ana.terms import Assembly, TableName

_MOST_PEOPLE = 50_000
"""People of one gathering, so that their arrays do not become too long."""

_CONCLUDED = (TableName.ANNOTATIONS, TableName.HAPLOTYPES, TableName.SUMMARY)
"""Tables that follow from the calls."""

_MARKER = {
    TableName.ANNOTATIONS: "association",
    TableName.HAPLOTYPES: "haplotypes",
    TableName.SUMMARY: "category",
}


class _Column:
    """The values of people, each distinct one once."""

    def __init__(self) -> None:
        self._codes = array("i")
        self._code_of: dict[Any, int] = {}

    def add(self, value: Any) -> None:
        self._codes.append(self._code_of.setdefault(value, len(self._code_of)))

    def coded(self) -> Coded[Any]:
        return Coded(tuple(self._code_of), np.array(self._codes, np.int32))


class _Site:
    """The calls of one variant."""

    def __init__(self) -> None:
        self._rows = _Column()
        self._numbers: dict[str, array[Any]] = {
            "gq": array("d"),
            "dp": array("d"),
            "phase_set": array("q"),
        }

    def add(self, row: Mapping[str, Any], files: Sequence[str]) -> None:
        """Add the call of a person with some files.

        Raises :class:`ValueError` where the file of the call is none of them.
        """
        *cells, file = (row[name] for name in CALL_TEXTS)
        if file not in (files if row["source"] in FROM_A_RECORD else [None]):
            raise ValueError(f"{row['variant']}: the file of the call is not in the inputs")
        self._rows.add((*cells, None if len(files) == 1 else file))
        for name, values in self._numbers.items():
            number = row[name]
            missing = -1 if name == "phase_set" else np.nan
            values.append(missing if number is None else number)

    def cells(self, has_one_file: Coded[bool]) -> CallCells:
        gq, dp = (np.array(self._numbers[name], np.float32) for name in ("gq", "dp"))
        phase_set = np.array(self._numbers["phase_set"], np.int64)
        return CallCells(
            self._rows.coded(),
            None,
            has_one_file,
            None if np.isnan(gq).all() else gq,
            None if np.isnan(dp).all() else dp,
            None if (phase_set < 0).all() else phase_set,
        )


class _Gathering:
    """Successive people with the same assembly, variants and rows."""

    def __init__(self, place: str, layout: object, assembly: str) -> None:
        self.place = place
        self.layout = layout
        self.samples: list[str] = []
        self._assembly = Assembly(assembly)
        self._files, self._circumstances = _Column(), _Column()
        self._sites: dict[str, _Site] = {}
        self._rows: dict[TableName, list[_Column]] = {table: [] for table in _CONCLUDED}

    def add(self, document: Document) -> None:
        self.samples.append(document["sample"])
        self._files.add(tuple(input_file(file) for file in document["inputs"]))
        context = document["context"]
        use = "" if context is None else context["id"]
        self._circumstances.add(Circumstances(document["sex"] or "", use))
        files = [file["name"] for file in document["inputs"]]
        for row in document[TableName.CALLS]:
            self._sites.setdefault(row["variant"], _Site()).add(row, files)
        for table, columns in self._rows.items():
            rows = document[table]
            columns += [_Column() for _ in range(len(rows) - len(columns))]
            for column, row in zip(columns, rows, strict=True):
                column.add(_row_text(row))

    def people(self, knowledge: KnowledgeBase) -> StoredPeople:
        """Return the people. Raises :class:`InputError` for what the knowledge base lacks."""
        circumstances = self._circumstances.coded()
        check_circumstances(circumstances.values, knowledge, self.place)
        files = self._files.coded()
        has_one_file = files.map(lambda of: len(of) == 1).unique()
        try:
            sites = tuple(self._sites_of(knowledge, has_one_file))
        except ValueError as error:
            raise InputError(f"{self.place}: {error}; annotate again") from error
        return StoredPeople(
            self.place,
            tuple(self.samples),
            files,
            circumstances,
            self._assembly,
            sites,
            {
                table: tuple({"row": column.coded()} for column in columns)
                for table, columns in self._rows.items()
            },
        )

    def _sites_of(self, knowledge: KnowledgeBase, has_one_file: Coded[bool]) -> Iterator[SiteCalls]:
        variants = {variant.id: variant for variant in knowledge.variants}
        for name, site in self._sites.items():
            if name not in variants or self._assembly not in variants[name].loci:
                raise ValueError(f"{name} is no variant of the knowledge base")
            yield site.cells(has_one_file).site(variants[name])


class DocumentPeople:
    """Gathers the people of documents; all of them are of runs with the same options."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._facts: RunFacts | None = None
        self._genes: list[str] | None = None
        self._first_place = ""
        self._gatherings: list[_Gathering] = []
        self.n_people = 0

    @property
    def facts(self) -> RunFacts:
        """Return what the documents say of their run. Raises :class:`InputError` for none."""
        if self._facts is None:
            raise InputError("there is no patient document")
        return self._facts

    def add(self, document: Document, place: str) -> None:
        """Add the person of a checked document, which is in the file ``place``.

        Raises :class:`InputError` for a document of another kind of run than those before.
        """
        where = f"{place}: sample {document['sample']!r}"
        try:
            facts = RunFacts.of(document)
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{where}: {error}; annotate again") from error
        if self._facts is None:
            self._facts, self._genes, self._first_place = facts, document["genes"], where
        elif document["genes"] != self._genes:
            raise InputError(
                f"{where}: was made with another --gene than the results before it; report them "
                "separately"
            )
        elif facts != self._facts:
            self._facts.check_same(facts, where)
        layout = _layout(document, where)
        last = self._gatherings[-1] if self._gatherings else None
        if last is None or last.layout != layout or len(last.samples) >= _MOST_PEOPLE:
            last = _Gathering(place, layout, document["assembly"])
            self._gatherings.append(last)
        try:
            last.add(document)
        except ValueError as error:
            raise InputError(f"{where}: {error}; annotate again") from error
        self.n_people += 1

    def people(self) -> Iterator[StoredPeople]:
        """Yield the people in their order.

        Raises :class:`InputError` where the documents were made with another knowledge base.
        """
        self.facts.check_knowledge(self._knowledge, self._first_place)
        for gathering in self._gatherings:
            yield gathering.people(self._knowledge)


def recomputed_rows(table: TableName, block: Annotations) -> Iterator[Section]:
    """Yield the rows of a table as documents would have them now, each as one text."""
    columns = COLUMNS[table][1:]

    def text(row: Sequence[Any]) -> str:
        pairs = zip(columns, row, strict=True)
        return _row_text({column.name: json_value(column, value) for column, value in pairs})

    for section in make_table(table, block).sections:
        yield {"row": section.rows.map(text)}


def _row_text(row: Mapping[str, Any]) -> str:
    return json.dumps([value for name, value in row.items() if name not in STAMPS])


def _layout(document: Document, where: str) -> object:
    """Return what people in one block share: the assembly, and which rows they have."""
    variants = tuple(row["variant"] for row in document[TableName.CALLS])
    assemblies = {row["assembly"] for row in document[TableName.CALLS]}
    if len(set(variants)) != len(variants) or assemblies - {document["assembly"]}:
        raise InputError(f"{where}: a call is there twice, or on another assembly; annotate again")
    rows = (tuple(row[_MARKER[table]] for row in document[table]) for table in _CONCLUDED)
    return (document["assembly"], variants, *rows)
