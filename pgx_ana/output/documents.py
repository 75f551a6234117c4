"""One JSON document per patient, and the JSON Schema that it keeps."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any

from pgx_ana.annotation import Annotations
from pgx_ana.output.columns import COLUMNS, Column, ColumnType
from pgx_ana.output.rendering import render_sections
from pgx_ana.output.tables import Value, make_table
from pgx_ana.terms import GLOBAL, POPULATIONS, TableName
from pgx_ana.version import __version__

SCHEMA_VERSION = "1.1"
"""Version of the document: the first number changes when a key is taken away or changes meaning."""

_SAMPLES_AT_ONCE = 512


def document_chunks(annotations: Annotations, *, lines: bool) -> Iterator[str]:
    """Yield the documents of all patients: one per line, or as one JSON array."""
    if not lines:
        yield "[\n"
    first = True
    for document in patient_texts(annotations):
        if lines:
            yield document + "\n"
        else:
            yield document if first else ",\n" + document
        first = False
    if not lines:
        yield "\n]\n"


def patient_texts(annotations: Annotations) -> Iterator[str]:
    """Yield the document of each patient as JSON text on one line."""
    tables = [make_table(name, annotations) for name in TableName]
    heads = _heads(annotations)
    parts = [render_sections(table, _Object()) for table in tables]
    samples = annotations.calls.samples
    for start in range(0, len(samples), _SAMPLES_AT_ONCE):
        stop = min(start + _SAMPLES_AT_ONCE, len(samples))
        rows = [
            list(zip(*(block.between(start, stop) for block in blocks), strict=True))
            or [()] * (stop - start)
            for blocks in parts
        ]
        for offset in range(stop - start):
            number = start + offset
            sections = ", ".join(
                f"{_dump(table.name.value)}: [{', '.join(rows[index][offset])}]"
                for index, table in enumerate(tables)
            )
            head = heads[annotations.calls.sample_files[number]]
            yield f'{{"sample": {_dump(samples[number])}, {head}, {sections}}}'


class _Object:
    """A row as a JSON object."""

    missing = "null"
    end = "}"

    def lead(self, index: int, column: Column) -> str:
        """Return the key of a column, after a brace or a comma."""
        return f"{', ' if index else '{'}{_dump(column.name)}: "

    def show(self, column: Column, value: Value) -> str:
        """Return a value; an empty list for a list that is missing."""
        return "[]" if value is None and column.type == "list" else _dump(value)


def _heads(annotations: Annotations) -> dict[tuple[int, ...], str]:
    """Return what stands in a document before its tables, for each set of files."""
    knowledge = annotations.knowledge
    files = [
        {
            "name": file.name,
            "format": file.format,
            "header_sha256": file.header_sha256,
            "assembly": file.assembly.value,
            "assembly_source": file.assembly_source,
        }
        for file in annotations.calls.files
    ]
    return {
        numbers: _dump(
            {
                "schema_version": SCHEMA_VERSION,
                "pgx_ana_version": __version__,
                "knowledge_base": {
                    "name": knowledge.info.name,
                    "version": knowledge.info.version,
                    "sha256": knowledge.digest,
                },
                "assembly": annotations.calls.assembly.value,
                "options": dataclasses.asdict(annotations.calls.options)
                | {"population": annotations.population or None},
                "inputs": [files[number] for number in numbers],
            }
        )[1:-1]
        for numbers in sorted(annotations.calls.sample_files.values)
    }


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a patient's document, made from the columns."""
    text = {"type": "string"}
    file_keys = ("name", "format", "header_sha256", "assembly", "assembly_source")
    properties: dict[str, Any] = {
        "sample": text,
        "schema_version": {"const": SCHEMA_VERSION},
        "pgx_ana_version": text,
        "knowledge_base": _object({"name": text, "version": text, "sha256": text}),
        "assembly": {"enum": ["GRCh37", "GRCh38"]},
        "options": _object(
            {
                "min_gq": {"type": "number"},
                "min_gp": {"type": "number"},
                "allow_strand_flip": {"type": "boolean"},
                "min_dp": {"type": "number"},
                "include_filtered": {"type": "boolean"},
                "absent_is_reference": {"type": "boolean"},
                "population": {"enum": [*POPULATIONS, GLOBAL, None]},
            }
        ),
        "inputs": {"type": "array", "items": _object(dict.fromkeys(file_keys, text))},
    }
    for name, columns in COLUMNS.items():
        rows = {c.name: _column_schema(c) for c in columns[1:]}
        properties[name.value] = {"type": "array", "items": _object(rows)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pgx-ana: one patient",
        **_object(properties),
    }


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _column_schema(column: Column) -> dict[str, Any]:
    types: dict[ColumnType, Any] = {
        "text": ["string", "null"],
        "category": ["string", "null"],
        "integer": ["integer", "null"],
        "number": ["number", "null"],
        "list": "array",
    }
    schema: dict[str, Any] = {"type": types[column.type], "description": column.meaning}
    if column.type == "list":
        schema["items"] = {"type": "string"}
    return schema
