"""Tables as columns of codes and numbers, one part per variant, set or category.

No cell becomes text on the way: a part of half a million people holds its few distinct values.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgx_ana.annotation import Annotations, CategoryTally, tally_categories
from pgx_ana.coded import Coded
from pgx_ana.output.columns import COLUMNS
from pgx_ana.output.conclusion_keys import conclusion_keys
from pgx_ana.output.documents import input_facts
from pgx_ana.output.listing import Listing
from pgx_ana.output.phase_blocks import phase_blocks
from pgx_ana.output.tables import TableSection, Value, joined, label_use, table_sections
from pgx_ana.terms import TableName

Cells = Coded[Any] | NDArray[np.generic]
"""The values of a column in all people: distinct ones with codes, or numbers with -1 or NaN for
missing ones."""

Part = Mapping[str, Cells]
"""Columns by name, all of the same people; a column that it lacks has no values."""

_COMBINATIONS = frozenset({"candidates", "probabilities"})
"""Lists that may have thousands of items, which are counted as in text."""

_COUNTS = tuple(
    field.name
    for field in dataclasses.fields(CategoryTally)
    if field.name.startswith("n_") and field.name != "n_called_sites"
)


def parts_of(table: TableName, block: Annotations) -> Iterator[Part]:
    """Yield the parts of a table with rows per person."""
    if table is TableName.SAMPLES:
        yield _sample_part(block)
    elif table is TableName.SUMMARY:
        yield from _summary_parts(block)
    else:
        columns = COLUMNS[table]
        names = [column.name for column in columns[1:]]
        marker = next(i for i, name in enumerate(names) if name in {"variant", "haplotypes"})
        sites = iter(block.calls.sites if table is TableName.CALLS else ())
        for section in table_sections(table, block):
            part = _part(section, names)
            if site := next(sites, None):
                blocks = phase_blocks(site)
                part |= {} if blocks is None else {"phase_block": blocks}
            if table is not TableName.ANNOTATIONS and section.rows.values:
                keys = conclusion_keys(block, str(section.rows.values[0][marker]))
                part |= {} if keys is None else {"conclusion": keys}
            yield part


def variant_rows(block: Annotations) -> list[tuple[Value, ...]]:
    """Return gene, variant, assembly, chromosome, position and reference of every site."""
    assembly = block.calls.assembly
    loci = ((site.variant, site.variant.loci[assembly]) for site in block.calls.sites)
    return [
        (
            variant.gene,
            variant.id,
            assembly.value,
            locus.chrom,
            locus.pos,
            locus.ref if locus.ref_is_certain else None,
        )
        for variant, locus in loci
    ]


def _part(section: TableSection, names: list[str]) -> dict[str, Cells]:
    rows = section.rows
    columns = zip(*rows.values, strict=True)
    part: dict[str, Cells] = {
        name: Coded(tuple(_cell(name, value) for value in values), rows.codes)
        for name, values in zip(names, columns, strict=False)
    }
    return part | dict(section.numbers) | dict(section.texts)


def _cell(name: str, value: Value) -> str | int | float | None:
    """Return a value with a list as text: complete, if the list is not one of combinations."""
    if name in _COMBINATIONS and isinstance(value, Listing):
        return value.text
    return joined(value)


def _sample_part(block: Annotations) -> Part:
    names = [file.name for file in block.calls.files]
    of_files = block.calls.sample_files.compact()
    files = of_files.map(lambda numbers: joined(tuple(names[n] for n in numbers)))
    inputs = of_files.map(
        lambda numbers: json.dumps(input_facts(block.calls, numbers), ensure_ascii=False)
    )
    assembly = Coded.constant(block.calls.assembly.value, len(block.calls.samples))
    return {"files": files, "inputs": inputs, "assembly": assembly, **_circumstances(block)}


def _summary_parts(block: Annotations) -> Iterator[Part]:
    contexts = block.knowledge.contexts
    shared = _circumstances(block)
    shared["label_use"] = block.circumstances.map(
        lambda person: label_use(contexts.get(person.context))
    )
    for tally in tally_categories(block):
        part: dict[str, Cells] = {
            "category": Coded.constant(tally.category, len(block.calls.samples)),
            "highest_level": tally.highest_level.map(lambda level: level and level.value),
            **{name: getattr(tally, name) for name in _COUNTS},
            **shared,
        }
        if tally.n_called_sites is not None:
            part["n_called_sites"] = tally.n_called_sites
        yield part


def _circumstances(block: Annotations) -> dict[str, Cells]:
    people = block.circumstances
    return {
        "sex": people.map(lambda person: person.sex or None),
        "context": people.map(lambda person: person.context or None),
    }
