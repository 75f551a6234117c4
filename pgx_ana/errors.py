"""Everything that can be wrong with what the user gave.

::

    PgxAnaError
     +-- UsageError           2  options that do not go together
     +-- InputError           3  a VCF that cannot be read, trusted or matched
     +-- OutputError          3  a result that could not be written
     +-- KnowledgeBaseError   4  a knowledge base with faults

Anything else that is raised is a fault of this program.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class PgxAnaError(Exception):
    """A fault that the user can mend; the message says what, where, and what to do."""

    exit_code = 1


class UsageError(PgxAnaError):
    """Options that do not go together."""

    exit_code = 2


class InputError(PgxAnaError):
    """A variant file that cannot be read, trusted or matched."""

    exit_code = 3


class OutputError(PgxAnaError):
    """A result that could not be written."""

    exit_code = 3


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a knowledge base: in which file and line, where inside, and what."""

    file: Path
    line: int
    where: str
    what: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: "
        return place + (f"{self.where}: {self.what}" if self.where else self.what)


class KnowledgeBaseError(PgxAnaError):
    """A knowledge base with faults, all of them."""

    exit_code = 4

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        lines = "\n".join(str(fault) for fault in faults)
        super().__init__(f"the knowledge base has {count}:\n{lines}")
