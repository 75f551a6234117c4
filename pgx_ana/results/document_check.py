"""Whether a JSON value is a patient document of this version of the program. Only this module
imports fastjsonschema.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import fastjsonschema

from pgx_ana.errors import InputError
from pgx_ana.output import SCHEMA_VERSION, json_schema
from pgx_ana.printable import printable_line
from pgx_ana.results.cross_references import reference_fault

Document = Mapping[str, Any]

_MAX_SHOWN = 200
"""Signs of what is wrong that a message shows."""


def check_document(value: object, place: str) -> Document:
    """Return a document that follows the JSON Schema, and whose parts fit together.

    Raises :class:`InputError` that names the place, the sample, where in the document, and what.
    """
    if not isinstance(value, dict):
        raise InputError(f"{place}: is not a patient document of pgx-ana: it is no JSON object")
    found = value.get("schema_version")
    whose = f"sample {value['sample']!r}: " if isinstance(value.get("sample"), str) else ""
    if not isinstance(found, str):
        raise InputError(
            f"{place}: {whose}is not a patient document of pgx-ana: it has no schema_version"
        )
    if found != SCHEMA_VERSION:
        raise InputError(
            f"{place}: {whose}schema_version is {_shown(found)}, and this program reads "
            f"{SCHEMA_VERSION}: it was made by another version of pgx-ana; annotate again"
        )
    fault = _fault_of(value) or reference_fault(value)
    if fault:
        raise InputError(
            f"{place}: {whose}{_shown(fault)}; it was made by another version of pgx-ana, or "
            "changed by hand"
        )
    return value


def _fault_of(value: object) -> str:
    """Return where a value does not follow the schema, and how; empty where it does."""
    try:
        _validator()(value)
    except fastjsonschema.JsonSchemaException as error:
        return str(error).removeprefix("data.")
    return ""


@cache
def _validator() -> Callable[[object], object]:
    validate: Callable[[object], object] = fastjsonschema.compile(json_schema())
    return validate


def _shown(text: str) -> str:
    line = printable_line(text)
    return line if len(line) <= _MAX_SHOWN else f"{line[:_MAX_SHOWN]}..."
