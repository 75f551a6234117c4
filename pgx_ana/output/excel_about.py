"""What a workbook says of itself: versions, options and inputs, and what its columns mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pgx_ana.annotation import Annotations
from pgx_ana.output.columns import COLUMNS, Column
from pgx_ana.output.documents import input_facts
from pgx_ana.output.provenance import STAMPS, run_facts
from pgx_ana.terms import FIXED_SENTENCE, TableName

AboutRow = tuple[str, str, str]
"""The cells of a row: a heading or nothing, the name of a fact or column, and what it says."""

_READING = (
    "A status tells why a genotype is missing: absent means that the file says nothing of the "
    "site, which is not a reference genotype. A homozygous reference genotype is a result: the "
    "reference base is often the one that was studied."
)
_FINDINGS = (
    "The sheet findings has the conclusions with a difference that concerns the genotype. "
    "supporting, contradicting and null count the cohorts behind each of them. Conclusions without "
    "a difference, unsettled and not assessed ones are in the table annotations of other formats."
)


class AboutRun:
    """Gathers what the blocks of a run have in common, and their input files."""

    def __init__(self) -> None:
        self._facts: Mapping[str, Any] = {}
        self._genes: tuple[str, ...] = ()
        self._inputs: dict[tuple[tuple[str, Any], ...], None] = {}

    def add(self, block: Annotations) -> None:
        """Add the input files of a block."""
        self._facts = self._facts or run_facts(block)
        self._genes = block.chosen_genes
        for facts in input_facts(block.calls, range(len(block.calls.files))):
            self._inputs.setdefault(tuple(facts.items()))

    def rows(self, n_people: int, sheets: Mapping[str, TableName]) -> Iterator[AboutRow]:
        """Yield all rows; ``sheets`` has the table of each sheet by its name."""
        knowledge = self._facts["knowledge_base"]
        yield "Please note", "", FIXED_SENTENCE.format(drug=knowledge["drug"])
        yield "", "", _READING
        yield "", "", _FINDINGS
        yield "Program", "pgx_ana_version", self._facts["pgx_ana_version"]
        yield "", "schema_version", self._facts["schema_version"]
        yield from _named("Knowledge base", knowledge)
        yield "Run", "people", str(n_people)
        yield "", "assembly", self._facts["assembly"]
        yield "", "genes", ";".join(self._genes) or "all"
        yield from _named("Options", self._facts["options"])
        for facts in self._inputs:
            yield from _named("Input file", dict(facts))
        for sheet, table in sheets.items():
            columns = {column.name: column.meaning for column in sheet_columns(table)}
            yield from _named(f"Columns of {sheet}", columns)


def sheet_columns(table: TableName) -> tuple[Column, ...]:
    """Return the columns of a table without those that are the same in every row."""
    return tuple(column for column in COLUMNS[table] if column.name not in STAMPS)


def _named(heading: str, facts: Mapping[str, Any]) -> Iterator[AboutRow]:
    """Yield named facts, those that are known, under a heading."""
    for name, value in facts.items():
        if value is not None:
            yield heading, name, _fact_text(value)
            heading = ""


def _fact_text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
