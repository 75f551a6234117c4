"""What every entry of a knowledge base is: a frozen dataclass whose fields say what they may hold.

A field is declared once: its type, the limits of its values, and a description. ``form.py`` checks
YAML files by these declarations and makes the JSON Schema from them. Nothing is checked when an
entry is made, so that one that was checked before loads without the checks and their library.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, TypeVar, dataclass_transform

Kind = TypeVar("Kind")
Item = TypeVar("Item")


class Entry:
    """Base of all entries, and of the values in them."""

    __slots__ = ()

    __dataclass_fields__: ClassVar[dict[str, Any]]

    __pydantic_config__: ClassVar[dict[str, object]] = {
        "extra": "forbid",
        "str_strip_whitespace": True,
        "allow_inf_nan": False,
    }
    """How files are read: no unknown keys, no white space around text, no infinite numbers."""


def described(text: str, **default: Any) -> Any:
    """Return a field with a description for editors; ``default`` as in :func:`dataclasses.field`.

    >>> described("in bases", default=1).metadata["description"]
    'in bases'
    """
    return field(**default, metadata={"description": text})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field, described))
def entry(kind: type[Kind]) -> type[Kind]:
    """Make a class an immutable value with named fields only, in any order."""
    return dataclass(frozen=True, slots=True, kw_only=True)(kind)


class Limits:
    """Limits on a value, inside ``Annotated``: ``pattern``, ``ge``, ``le`` or ``min_length``."""

    def __init__(self, **limits: str | int) -> None:
        self._limits = limits

    def __get_pydantic_core_schema__(
        self, source: object, handler: Callable[[object], dict[str, object]]
    ) -> dict[str, object]:
        """Return how the library that checks must treat the value."""
        return {**handler(source), **self._limits}


AtLeastOne = Annotated[tuple[Item, ...], Limits(min_length=1)]
"""A list that must not be empty."""
