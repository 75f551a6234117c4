"""The page on JSON documents, made from their JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pgx_ana.output import SCHEMA_VERSION, json_schema
from pgx_ana.terms import TEXT_TABLES

Schema = Mapping[str, Any]

_HEAD = f"""# JSON documents

`pgx-ana annotate -o people.json` writes an array with one document per person, and `-o
people.jsonl` one document per line. Iterating over a `Result` in Python gives the same. The JSON
Schema is
[patient.schema.json](../../pgx_ana/patient.schema.json); this page is made from it and describes
version {SCHEMA_VERSION}, the `schema_version` of a document.

All keys are always there. What is not known is `null`, and a list may be empty. An "object of" has
names as its keys, such as rsIDs or genotypes. The four tables
have the columns that [the page on tables](tables.md) explains, without `sample`.
"""

_TABLES = {table.value for table in TEXT_TABLES}
_TYPES = {
    "string": "text",
    "integer": "integer",
    "number": "number",
    "boolean": "true or false",
    "null": "null",
    "array": "list",
    "object": "object",
}


def json_page() -> str:
    """Return the page."""
    lines = [_HEAD, "## The document\n"]
    schema = json_schema()
    lines += _keys(schema["properties"])
    for path, found in _objects(schema, ""):
        lines.append(f"## {path}\n")
        lines += _keys(found["properties"])
    return "\n".join(lines)


def _objects(schema: Schema, path: str) -> Iterator[tuple[str, Schema]]:
    """Yield the objects with keys of their own below one, and where they occur."""
    for key, value in schema["properties"].items():
        place = f"{path}.{key}" if path else key
        for found, mark in _inner(value):
            if "properties" in found:
                yield place + mark, found
                yield from _objects(found, place + mark)


def _inner(value: Schema) -> Iterator[tuple[Schema, str]]:
    """Yield a value, its items and its alternatives, each with the mark of a list if it is one."""
    if value.get("type") == "array":
        yield value["items"], "[]"
    else:
        yield value, ""
        yield from ((item, "") for item in value.get("oneOf", ()))


def _keys(properties: Mapping[str, Schema]) -> Iterator[str]:
    yield "| key | type | meaning |"
    yield "|---|---|---|"
    for key, value in properties.items():
        meaning = value["description"].replace("|", "\\|")
        yield f"| `{key}` | {_type(value)} | {meaning} |"
    yield ""


def _type(value: Schema) -> str:
    """Return the type of a value in words."""
    if "const" in value:
        return f"`{json.dumps(value['const'])}`"
    if "enum" in value:
        return " or ".join(
            "null" if item is None else f"`{json.dumps(item)}`" for item in value["enum"]
        )
    if "oneOf" in value:
        return " or ".join(sorted(map(_type, value["oneOf"]), key=("null").__eq__))
    kinds = value["type"] if isinstance(value["type"], list) else [value["type"]]
    below = value.get("items") or value.get("additionalProperties") or {}
    of = f" of {_plural(_type(below))}" if below else ""
    return " or ".join(f"{_TYPES[kind]}{'' if kind == 'null' else of}" for kind in kinds)


def _plural(word: str) -> str:
    """Return the plural of a type; that of several stays as it is."""
    kind, space, rest = word.partition(" ")
    return word if "null" in rest else f"{kind}s{space}{rest}"
