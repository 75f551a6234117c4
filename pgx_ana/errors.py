"""The errors that a user can cause and fix, each with its exit code.

::

    PgxAnaError
     +-- UsageError           2  invalid options, or options that cannot be combined
     +-- InputError           3  a variant file that cannot be read, trusted or matched
     +-- OutputError          3  a result that cannot be written
     +-- ClusterError         3  a cluster that is not there, or has no workers
     +-- KnowledgeBaseError   4  a knowledge base with faults

Each has a code too, a word for programs that read messages.

Any other exception is a bug in this program.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pgx_ana.printable import printable


class PgxAnaError(Exception):
    """An error that the user can fix; the message says what is wrong, where, and what to do."""

    exit_code = 1
    code = "error"

    def __init__(self, message: str = "") -> None:
        super().__init__(printable(message))


class UsageError(PgxAnaError):
    """Options that are invalid or cannot be combined."""

    exit_code = 2
    code = "usage"


class InputError(PgxAnaError):
    """A variant file that cannot be read, trusted or matched."""

    exit_code = 3
    code = "input"


class OutputError(PgxAnaError):
    """A result that cannot be written."""

    exit_code = 3
    code = "output"


class ClusterError(PgxAnaError):
    """A cluster that is not there, or has no workers."""

    exit_code = 3
    code = "cluster"


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
    code = "knowledge_base"

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        lines = "\n".join(str(fault) for fault in faults)
        super().__init__(f"the knowledge base has {count}:\n{lines}")
