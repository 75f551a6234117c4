"""Entries of a knowledge base made from plain values, checked as those in YAML files are."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

from pgx_ana.knowledge import Entry

Kind = TypeVar("Kind", bound=Entry)


def checked(kind: type[Kind], values: Mapping[str, object]) -> Kind:
    """Return an entry of a kind; raises pydantic's error for values that no file may have."""
    made: Kind = _adapter(kind.__module__, kind.__name__).validate_python(values)
    return made


@cache
def _adapter(module: str, name: str) -> TypeAdapter[Any]:
    return TypeAdapter(getattr(sys.modules[module], name))
