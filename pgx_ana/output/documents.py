"""One JSON document per patient, and the JSON Schema of these documents."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any

from pgx_ana.annotation import Annotations
from pgx_ana.knowledge import Answer, KnowledgeBase
from pgx_ana.model import Circumstances
from pgx_ana.output.columns import COLUMNS, Column, ColumnType
from pgx_ana.output.encoding import as_utf8
from pgx_ana.output.listing import Listing
from pgx_ana.output.rendering import render_sections, rows_by_sample, sample_batches
from pgx_ana.output.tables import Value, make_table
from pgx_ana.terms import GLOBAL, POPULATIONS, TableName
from pgx_ana.version import __version__

SCHEMA_VERSION = "2.0"
"""Version of the documents. The first number changes if a key is removed or changes its meaning."""


def document_chunks(annotations: Annotations, *, lines: bool) -> Iterator[bytes]:
    """Yield the documents of all patients, one per line or as one JSON array."""
    if lines:
        yield from patient_texts(annotations, end=b"\n")
        return
    yield b"[\n"
    for number, document in enumerate(patient_texts(annotations)):
        if number:
            yield b",\n"
        yield document
    yield b"\n]\n"


def patient_texts(annotations: Annotations, *, end: bytes = b"") -> Iterator[bytes]:
    """Yield the document of each patient as UTF-8 JSON text on one line, followed by ``end``."""
    tables = [make_table(name, annotations) for name in TableName]
    keys = [_to_json(table.name.value) for table in tables]
    heads = {key: as_utf8(f", {head}, ") for key, head in _document_heads(annotations).items()}
    first, later = _JsonObjectStyle("{"), _JsonObjectStyle(", {")
    rendered_tables = [render_sections(table, first, later) for table in tables]
    samples = annotations.calls.samples
    questions = _to_json([*map(_answer, annotations.knowledge.answers)])
    people = {
        person: as_utf8(
            f"{_to_json(_circumstances(person, annotations.knowledge))[1:-1]}, "
            f'"questions": {questions}, '
        )
        for person in annotations.circumstances.values
    }
    starts = [as_utf8(f"{', ' if number else ''}{key}: [") for number, key in enumerate(keys)]
    for start, stop in sample_batches(len(samples)):
        rows = [rows_by_sample(sections, start, stop) for sections in rendered_tables]
        for number in range(start, stop):
            arrays = (
                part
                for opening, by_sample in zip(starts, rows, strict=True)
                for part in (opening, *by_sample[number - start], b"]")
            )
            yield b"".join(
                (
                    as_utf8(f'{{"sample": {_to_json(samples[number])}'),
                    heads[annotations.calls.sample_files[number]],
                    people[annotations.circumstances[number]],
                    *arrays,
                    b"}",
                    end,
                )
            )


@dataclasses.dataclass(frozen=True, slots=True)
class _JsonObjectStyle:
    """A row as a JSON object; ``opening`` is its brace, with the comma after an earlier row."""

    opening: str
    missing: str = "null"
    end: str = "}"

    def prefix(self, index: int, column: Column) -> str:
        """Return the opening brace or a comma, and the key of the column."""
        return f"{', ' if index else self.opening}{_to_json(column.name)}: "

    def render(self, column: Column, value: Value) -> str:
        """Return a value as JSON; a missing list is an empty one."""
        if value is None and column.type == "list":
            return "[]"
        return _to_json(value.items if isinstance(value, Listing) else value)


def _document_heads(annotations: Annotations) -> dict[tuple[int, ...], str]:
    """Return the keys between sample and tables as JSON, by the numbers of the sample's files."""
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
        numbers: _to_json(
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


def _circumstances(person: Circumstances, knowledge: KnowledgeBase) -> dict[str, object]:
    """Return the sex and context of a person, null where they are not stated."""
    context = knowledge.contexts.get(person.context)
    return {
        "sex": person.sex or None,
        "context": None
        if context is None
        else {
            "id": context.id,
            "name": context.name,
            "sex": context.sex,
            "off_label": context.off_label == "yes",
            "monitored": list(context.monitored),
            "note": context.note,
        },
    }


def _answer(answer: Answer) -> dict[str, object]:
    """Return how often a question was studied; see :class:`Answer` for the counts."""
    return {
        "question": answer.question.id,
        "name": answer.question.name,
        "on_drug": answer.on_drug,
        "on_drug_class": answer.on_class,
        "in_men": answer.in_men,
        "without_drug": answer.without,
        "polygenic": [item.id for item in answer.polygenic],
    }


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a patient's document, built from the columns."""
    text = {"type": "string"}
    file_keys = ("name", "format", "header_sha256", "assembly", "assembly_source")
    properties: dict[str, Any] = {
        "sample": text,
        "schema_version": {"const": SCHEMA_VERSION},
        "pgx_ana_version": text,
        "knowledge_base": _object_schema({"name": text, "version": text, "sha256": text}),
        "assembly": {"enum": ["GRCh37", "GRCh38"]},
        "options": _object_schema(
            {
                "min_gq": {"type": "number"},
                "min_gp": {"type": "number"},
                "min_phase_probability": {"type": "number"},
                "allow_strand_flip": {"type": "boolean"},
                "min_dp": {"type": "number"},
                "include_filtered": {"type": "boolean"},
                "absent_is_reference": {"type": "boolean"},
                "population": {"enum": [*POPULATIONS, GLOBAL, None]},
            }
        ),
        "inputs": {"type": "array", "items": _object_schema(dict.fromkeys(file_keys, text))},
        "sex": {"enum": ["female", "male", None]},
        "context": _context_schema(),
        "questions": {"type": "array", "items": _question_schema()},
    }
    for name, columns in COLUMNS.items():
        rows = {column.name: _column_schema(column) for column in columns[1:]}
        properties[name.value] = {"type": "array", "items": _object_schema(rows)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pgx-ana: one patient",
        **_object_schema(properties),
    }


def _context_schema() -> dict[str, Any]:
    text, texts = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
    context = _object_schema(
        {
            "id": text,
            "name": text,
            "sex": {"enum": ["female", "male"]},
            "off_label": {"type": "boolean"},
            "monitored": texts,
            "note": {"type": ["string", "null"]},
        }
    )
    return {"oneOf": [{"type": "null"}, context]}


def _question_schema() -> dict[str, Any]:
    count = {"type": "integer", "minimum": 0}
    counts = dict.fromkeys(("on_drug", "on_drug_class", "in_men", "without_drug"), count)
    text = {"type": "string"}
    return _object_schema(
        {
            "question": text,
            "name": text,
            **counts,
            "polygenic": {"type": "array", "items": text},
        }
    )


def _object_schema(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of an object with exactly these properties, all required."""
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
