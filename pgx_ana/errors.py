"""The errors that a user can cause and fix, each with its exit code.

::

    PgxAnaError
     +-- UsageError           2  invalid options, or options that cannot be combined
     +-- InputError           3  a variant file that cannot be read, trusted or matched
     +-- OutputError          3  a result that cannot be written
     +-- KnowledgeBaseError   4  a knowledge base with faults

Any other exception is a bug in this program.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


def printable(text: str) -> str:
    """Return text of a file in a form that a terminal shows and does not obey.

    Control characters, and bytes that are not UTF-8, are written as escapes such as ``\\x1b``.

    >>> print(printable("a\\x1b[31mb"))
    a\\x1b[31mb
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character == "\n" else _escape(character)
        for character in text
    )


def _escape(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # a byte of a file name that is not UTF-8 (PEP 383)
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")


class PgxAnaError(Exception):
    """An error that the user can fix; the message says what is wrong, where, and what to do."""

    exit_code = 1

    def __init__(self, message: str = "") -> None:
        super().__init__(printable(message))


class UsageError(PgxAnaError):
    """Options that are invalid or cannot be combined."""

    exit_code = 2


class InputError(PgxAnaError):
    """A variant file that cannot be read, trusted or matched."""

    exit_code = 3


class OutputError(PgxAnaError):
    """A result that cannot be written."""

    exit_code = 3


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in a knowledge base: its file and line, the entry or field, and a description."""

    file: Path
    line: int
    where: str
    what: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: "
        return place + (f"{self.where}: {self.what}" if self.where else self.what)


class KnowledgeBaseError(PgxAnaError):
    """A knowledge base with faults; carries every fault found."""

    exit_code = 4

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        lines = "\n".join(str(fault) for fault in faults)
        super().__init__(f"the knowledge base has {count}:\n{lines}")
