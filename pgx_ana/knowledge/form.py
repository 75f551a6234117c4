"""The form of a document: every field on its own, as its declaration says.

This is the only module that imports pydantic. It is imported only where YAML files are checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from pgx_ana.knowledge.schema import Document

_DOCUMENT = TypeAdapter(Document)

_WORDING = {
    "dataclass_type": "Input should be a valid dictionary or instance of {class_name}",
    "unexpected_keyword_argument": "Extra inputs are not permitted",
}
"""What is told in place of pydantic's messages that speak of Python."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """A value that does not fit its field: the keys and indices that lead to it, and why."""

    path: tuple[str | int, ...]
    what: str
    value: object


def document_from(content: object) -> Document | list[Misfit]:
    """Return the document that plain values make, or everything that does not fit."""
    try:
        return _DOCUMENT.validate_python(content)
    except ValidationError as error:
        return [
            Misfit(
                path=tuple(part for part in detail["loc"] if part != "[key]"),
                what=_WORDING.get(detail["type"], "{msg}").format(
                    msg=detail["msg"], **detail.get("ctx", {})
                ),
                value=detail["input"],
            )
            for detail in error.errors(include_url=False)
        ]


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of one YAML file, for editors."""
    return _DOCUMENT.json_schema()
