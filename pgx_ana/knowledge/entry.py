"""What every entry of a knowledge base is: an immutable dataclass whose fields say what they hold.

A field is declared once: its type, the limits of its values, and a description. ``form.py`` checks
YAML files by these declarations and makes the JSON Schema from them. Nothing is checked when an
entry is made, so that one that was checked before loads without the checks and their library.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, field
from typing import Annotated, Any, ClassVar, TypeVar, dataclass_transform

Kind = TypeVar("Kind", bound="Entry")
Item = TypeVar("Item")


class Entry:
    """Base of all entries, and of the values in them: equal by their fields, which are set once.

    Its methods serve all classes. Those that a frozen dataclass gets are compiled for each class at
    every start, which takes longer than loading all entries.
    """

    __slots__: tuple[str, ...] = ()

    __dataclass_fields__: ClassVar[dict[str, Any]]

    __pydantic_config__: ClassVar[dict[str, object]] = {
        "extra": "forbid",
        "str_strip_whitespace": True,
        "allow_inf_nan": False,
    }
    """How files are read: no unknown keys, no white space around text, no infinite numbers."""

    def __setattr__(self, name: str, value: object) -> None:
        if hasattr(self, name):
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    def __hash__(self) -> int:
        return hash(tuple(getattr(self, name) for name in self.__slots__))

    def __repr__(self) -> str:
        shown = (f"{name}={getattr(self, name)!r}" for name in self.__slots__)
        return f"{type(self).__name__}({', '.join(shown)})"


def described(text: str, **default: Any) -> Any:
    """Return a field with a description for editors; ``default`` as in :func:`dataclasses.field`.

    >>> described("in bases", default=1).metadata["description"]
    'in bases'
    """
    return field(**default, metadata={"description": text})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field, described))
def entry(kind: type[Kind]) -> type[Kind]:
    """Make a subclass of :class:`Entry` a dataclass with named fields only, in any order."""
    return dataclass(slots=True, kw_only=True, eq=False, repr=False)(kind)


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
