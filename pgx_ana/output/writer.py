"""What every format has: a writer that takes the people of a run, block by block."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import Protocol

from pgx_ana.annotation import Annotations
from pgx_ana.errors import UsageError
from pgx_ana.file_formats import OutputChoice
from pgx_ana.terms import TableName


class Writer(Protocol):
    """Writes blocks of people to an output, one after another."""

    def write(self, block: Annotations) -> None:
        """Write the people of a block, after what comes before the first one."""

    def close(self) -> None:
        """Write what comes after the last block."""


@dataclass(frozen=True, slots=True)
class Job:
    """What one writer is to write.

    ``tables`` are those of this output: one, or several in the wide layout, and none in a format
    without tables. ``n_people`` are the people of all blocks.
    """

    choice: OutputChoice
    tables: tuple[TableName, ...]
    n_people: int


def require_library(choice: OutputChoice) -> None:
    """Raise :class:`UsageError` if the library that writes a format is not installed."""
    facts = choice.facts
    if facts.library and importlib.util.find_spec(facts.library) is None:
        raise UsageError(
            f"{facts.title} is written by {facts.library}, which is not installed: "
            f"pip install 'pgx-ana[{facts.extra}]'"
        )


def require_room(choice: OutputChoice, destination: str, n_people: int) -> None:
    """Raise :class:`UsageError` if several people are to go to a file that holds one."""
    name = destination.casefold().removesuffix(".gz").removesuffix(".bgz")
    facts = choice.facts
    if n_people > 1 and name.endswith(facts.endings_of_one):
        *_, last = (ending for ending in facts.endings if ending not in facts.endings_of_one)
        raise UsageError(
            f"-o {destination}: a file with this ending holds one person, and there are "
            f"{n_people}; use the ending {last}, with one person per line"
        )
