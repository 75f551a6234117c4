"""A checked document in a form that loads at once: plain values in columns, as JSON.

Every class of entries has a table, and every field a column with one value per row. An entry inside
another is written as the number of its row, and a word of a vocabulary as its text. Beside each
column stands what it holds, so that reading needs neither checks nor annotations. Tables come after
those that they refer to; the last one is the document, with a single row.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from enum import StrEnum
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from pgx_ana.knowledge import association, context, definitions, evidence, schema, vocabulary
from pgx_ana.knowledge.entry import Entry

_CLASSES: Mapping[str, type[Any]] = {
    name: value
    for module in (vocabulary, definitions, evidence, association, context, schema)
    for name, value in vars(module).items()
    if isinstance(value, type) and issubclass(value, Entry | StrEnum)
}
"""All classes of entries, and all vocabularies, by name."""


def compiled(document: schema.Document) -> bytes:
    """Return a document as UTF-8 text: the same bytes for equal documents."""
    columns: dict[type[Any], dict[str, list[Any]]] = {
        kind: {name: [] for name in _held(kind)} for kind in _kinds(schema.Document)
    }
    _add(document, columns)
    tables = {
        kind.__name__: {name: (*held, columns[kind][name]) for name, held in _held(kind).items()}
        for kind in columns
    }
    return json.dumps(tables, ensure_ascii=False, separators=(",", ":")).encode()


def document_from(content: bytes) -> schema.Document:
    """Return the document from the text written by :func:`compiled`."""
    known: dict[str, Mapping[Any, Any]] = {
        name: {member.value: member for member in kind}
        for name, kind in _CLASSES.items()
        if issubclass(kind, StrEnum)
    }
    rows: list[Any] = []
    for name, columns in json.loads(content).items():
        rows = _rows(_CLASSES[name], columns, known)
        known[name] = {None: None, **dict(enumerate(rows))}
    document: schema.Document = rows[-1]
    return document


def _kinds(kind: type[Any]) -> Iterator[type[Any]]:
    """Yield a class of entries after all classes of the entries in it; some several times."""
    for _, name in _held(kind).values():
        if name and issubclass(_CLASSES[name], Entry):
            yield from _kinds(_CLASSES[name])
    yield kind


def _held(kind: type[Any]) -> dict[str, tuple[str, str]]:
    """Return what each field of a class holds.

    That is ``one`` value, a ``list`` or a ``map`` of them, and the name of their class; empty if
    they are text or numbers.
    """
    hints = get_type_hints(kind)
    return {field.name: _held_by(hints[field.name]) for field in fields(kind)}


def _held_by(hint: Any) -> tuple[str, str]:
    """Return what a type holds, whether or not None may stand in its place."""
    first, *others = get_args(hint) or (hint,)
    if NoneType in others:
        return _held_by(first)
    origin = get_origin(hint)
    if origin is tuple:
        return "list", _class_name(first)
    return ("map", _class_name(others[0])) if origin is dict else ("one", _class_name(hint))


def _class_name(hint: Any) -> str:
    is_class = isinstance(hint, type) and hint in _CLASSES.values()
    return hint.__name__ if is_class else ""


def _add(item: Any, columns: Mapping[type[Any], dict[str, list[Any]]]) -> int:
    """Add an entry, and those in it, to their tables; return the number of its row."""

    def stored(value: Any) -> Any:
        if isinstance(value, Entry):
            return _add(value, columns)
        if isinstance(value, tuple):
            return [stored(part) for part in value]
        if isinstance(value, dict):
            return {key: stored(part) for key, part in value.items()}
        return value

    table = columns[type(item)]
    for name, column in table.items():
        column.append(stored(getattr(item, name)))
    return len(next(iter(table.values()))) - 1


def _rows(
    kind: type[Any], columns: Mapping[str, Any], known: Mapping[str, Mapping[Any, Any]]
) -> list[Any]:
    """Return the entries of a table."""
    rows: list[Any] = []
    for name, (container, item, values) in columns.items():
        rows = rows or [object.__new__(kind) for _ in values]
        # Entries are frozen, and were checked before: each column goes straight into its slots.
        held = _values(container, values, known[item] if item else None)
        deque(map(getattr(kind, name).__set__, rows, held), maxlen=0)
    return rows


def _values(
    container: str, stored: Iterable[Any], items: Mapping[Any, Any] | None
) -> Iterable[Any]:
    """Return the values of a column; ``items`` are its entries or words, None for plain values."""
    if items is None:
        return map(tuple, stored) if container == "list" else stored
    if container == "list":
        return (tuple(map(items.__getitem__, value)) for value in stored)
    if container == "map":
        return ({key: items[part] for key, part in value.items()} for value in stored)
    return map(items.__getitem__, stored)
