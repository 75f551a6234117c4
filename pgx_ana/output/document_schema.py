"""The JSON Schema of a patient's document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pgx_ana.knowledge import Stance
from pgx_ana.output.columns import COLUMNS, Column, ColumnType
from pgx_ana.output.document_meanings import MEANINGS
from pgx_ana.output.provenance import SCHEMA_VERSION
from pgx_ana.terms import GLOBAL, POPULATIONS

_TEXT: dict[str, Any] = {"type": "string"}
_OPTIONAL_TEXT: dict[str, Any] = {"type": ["string", "null"]}
_OPTIONAL_NUMBER: dict[str, Any] = {"type": ["number", "null"]}
_NUMBER: dict[str, Any] = {"type": "number"}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_OPTIONAL_INTEGER: dict[str, Any] = {"type": ["integer", "null"]}
_FLAG: dict[str, Any] = {"type": "boolean"}
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT}
_IDENTIFIERS: dict[str, Any] = {
    "type": "object",
    "description": "VRS identifier of each allele by its bases; null where it has none",
    "additionalProperties": _OPTIONAL_TEXT,
}
_BY_NAME: dict[str, Any] = {"type": "object", "additionalProperties": _TEXT}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a patient's document, built from the columns."""
    file_keys = ("name", "format", "header_sha256", "assembly", "assembly_source")
    properties: dict[str, Any] = {
        "sample": _TEXT,
        "schema_version": {"const": SCHEMA_VERSION},
        "pgx_ana_version": _TEXT,
        "knowledge_base": _described_object(
            "knowledge_base", dict.fromkeys(("name", "version", "sha256", "drug"), _TEXT)
        ),
        "assembly": {"enum": ["GRCh37", "GRCh38"]},
        "options": _described_object(
            "options",
            {
                "min_gq": _NUMBER,
                "min_gp": _NUMBER,
                "min_phase_probability": _NUMBER,
                "allow_strand_flip": _FLAG,
                "assume_ref_order": _FLAG,
                "min_dp": _NUMBER,
                "include_filtered": _FLAG,
                "absent_is_reference": _FLAG,
                "population": {"enum": [*POPULATIONS, GLOBAL, None]},
            },
        ),
        "genes": {"type": ["array", "null"], "items": _TEXT},
        "inputs": _array(
            _described_object(
                "input",
                dict.fromkeys(file_keys, _TEXT)
                | {"compression": _OPTIONAL_TEXT, "samples": _COUNT}
                | {"caller": _OPTIONAL_TEXT, "remark": _OPTIONAL_TEXT},
            )
        ),
        "sex": {"enum": ["female", "male", None]},
        "context": _context_schema(),
        "questions": _array(_question_schema()),
    }
    for name, columns in COLUMNS.items():
        rows = {column.name: _column_schema(column) for column in columns[1:]}
        properties[name.value] = _array(_object_schema(rows))
    properties |= {
        "markers": _array(_marker_schema()),
        "vrs": {"type": "object", "additionalProperties": _IDENTIFIERS},
        "studied_references": _TEXTS,
        "publications": _array(_publication_schema()),
        "haplotype_sets": _array(_set_schema()),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pgx-ana: one patient",
        **_described_object("patient", properties),
    }


def _context_schema() -> dict[str, Any]:
    context = _described_object(
        "context",
        {
            "id": _TEXT,
            "name": _TEXT,
            "sex": {"enum": ["female", "male"]},
            "off_label": _FLAG,
            "monitored": _TEXTS,
            "note": _OPTIONAL_TEXT,
        },
    )
    return {"oneOf": [{"type": "null"}, context]}


def _question_schema() -> dict[str, Any]:
    counts = dict.fromkeys(("on_drug", "on_drug_class", "in_men", "without_drug"), _COUNT)
    return _described_object(
        "question",
        {
            "question": _TEXT,
            "name": _TEXT,
            **counts,
            "polygenic": _TEXTS,
        },
    )


def _marker_schema() -> dict[str, Any]:
    """Return the schema of what was published about a variant or haplotype set."""
    allele = _described_object("allele", {"bases": _TEXT, "names": _TEXTS})
    return _described_object(
        "marker",
        {
            "marker": _TEXT,
            "kind": {"enum": ["variant", "haplotype_set"]},
            "gene": _TEXT,
            "names": _TEXTS,
            "alleles": _array(allele),
            "reference": _OPTIONAL_TEXT,
            "studied_allele": _OPTIONAL_TEXT,
            "paper_wording": _OPTIONAL_TEXT,
            "consequence": _OPTIONAL_TEXT,
            "linked": _TEXTS,
            "associations": _array(_association_schema()),
            "results": _array(_result_schema()),
        },
    )


def _association_schema() -> dict[str, Any]:
    stances = _described_object("stances", {stance.value: _TEXTS for stance in Stance})
    studies = dict.fromkeys(("for", "null", "against"), _TEXTS)
    return _described_object(
        "association",
        {
            "association": _TEXT,
            "outcome_name": _TEXT,
            "genotypes": _BY_NAME,
            "level_reason": _TEXT,
            "results": stances,
            "left_out": _BY_NAME,
            "studies": _described_object("studies", studies),
        },
    )


def _result_schema() -> dict[str, Any]:
    numbers = dict.fromkeys(("value", "low", "high"), _OPTIONAL_NUMBER)
    words = dict.fromkeys(("interval", "text"), _OPTIONAL_TEXT)
    compared = _described_object("compared", {"effect": _TEXTS, "comparator": _TEXTS})
    estimate = _described_object("estimate", {"measure": _TEXT, **numbers, **words})
    return _described_object(
        "result",
        {
            **dict.fromkeys(("result", "publication", "cohort", "cohort_name"), _TEXT),
            "overlaps": _TEXTS,
            "kind": _TEXT,
            "drugs": _TEXTS,
            "is_on_drug": _FLAG,
            "drug_note": _OPTIONAL_TEXT,
            **dict.fromkeys(("setting", "sex"), _TEXT),
            "n": _OPTIONAL_INTEGER,
            **dict.fromkeys(("outcome", "finding", "direction"), _TEXT),
            "carriers": _OPTIONAL_TEXT,
            "model": _TEXT,
            "compared": {"oneOf": [{"type": "null"}, compared]},
            "estimates": _array(estimate),
            "p": _OPTIONAL_TEXT,
            **dict.fromkeys(("significance", "read"), _TEXT),
        },
    )


def _publication_schema() -> dict[str, Any]:
    words = dict.fromkeys(("title", "journal", "pmid", "pmcid", "doi"), _OPTIONAL_TEXT)
    return _described_object(
        "publication",
        {"publication": _TEXT, "author": _TEXT, "year": _OPTIONAL_INTEGER, **words},
    )


def _set_schema() -> dict[str, Any]:
    defined = _described_object(
        "haplotype", {"name": _TEXT, "alleles": _BY_NAME, "function": _OPTIONAL_TEXT}
    )
    return _described_object(
        "haplotype_set",
        {
            **dict.fromkeys(("haplotypes", "gene", "name"), _TEXT),
            "sites": _TEXTS,
            "defined": _array(defined),
        },
    )


def _array(items: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": dict(items)}


def _described_object(name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of an object whose keys have a meaning under its name."""
    meanings = MEANINGS[name]
    return _object_schema(
        {key: {**schema, "description": meanings[key]} for key, schema in properties.items()}
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
