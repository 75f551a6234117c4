"""What every format has: a writer that takes the people of a run, block by block."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pgx_ana.annotation import Annotations
from pgx_ana.errors import UsageError
from pgx_ana.file_formats import OutputChoice, without_compression
from pgx_ana.terms import TableName
from pgx_ana.writing import OutputStream


class Writer(Protocol):
    """Writes blocks of people to an output, one after another."""

    def write(self, block: Annotations) -> None:
        """Write the people of a block, after what comes before the first one."""

    def close(self) -> None:
        """Write what comes after the last block."""


class InputRow(Protocol):
    """A row of the input at known sites.

    ``fixed`` are its columns from CHROM to INFO, and ``format`` is FORMAT, as they are in the file.
    ``sites`` has the identifiers of the variants that it tells something of, each with what the
    alleles of the row, REF first, are there: bases, another name, or empty for what is not known.
    They are none where REF disagrees with the knowledge base.
    """

    @property
    def fixed(self) -> bytes:
        """The columns from CHROM to INFO."""

    @property
    def format(self) -> bytes:
        """The FORMAT column."""

    @property
    def sites(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """The variants, each with the alleles of the row there."""


class InputRows(Protocol):
    """The rows of the input files at known sites, in the order in which they are written.

    They can be read while a block is written. All blocks have the same rows.
    """

    def meta_lines(self) -> bytes:
        """Return the ``##`` lines of the files, each with a line feed."""

    def rows(self) -> Sequence[InputRow]:
        """Return the rows."""

    def columns(self, number: int) -> list[bytes]:
        """Return the columns of the people of the present block in a row, by its number."""


@dataclass(frozen=True, slots=True)
class Job:
    """What one writer is to write.

    ``tables`` are those of this output: one, or several in the wide layout, and none in a format
    without tables. ``n_people`` are the people of all blocks. ``rows`` are those of the input,
    None where they are not needed, and ``index`` takes the index of the output, None for no index.
    """

    choice: OutputChoice
    tables: tuple[TableName, ...]
    n_people: int
    rows: InputRows | None = None
    index: OutputStream | None = None


def require_library(choice: OutputChoice) -> None:
    """Raise :class:`UsageError` if the library that writes a format is not installed."""
    facts = choice.facts
    if facts.library and importlib.util.find_spec(facts.library) is None:
        raise UsageError(
            f"{facts.title} is written by {facts.library}, which is not installed: "
            f"pip install 'pgx-ana[{facts.extra}]'"
        )


def check_number(choice: OutputChoice, destination: str, n_people: int) -> None:
    """Raise :class:`UsageError` if several people are to go to a file that holds one."""
    facts = choice.facts
    if n_people <= 1:
        return
    if facts.is_by_person and not choice.is_folder(destination):
        raise UsageError(
            f"--format {choice.file_format} has a file for each person, and there are {n_people} "
            "people: name a folder with -o"
        )
    if without_compression(destination.casefold()).endswith(facts.endings_of_one):
        *_, last = (ending for ending in facts.endings if ending not in facts.endings_of_one)
        raise UsageError(
            f"-o {destination}: a file with this ending holds one person, and there are "
            f"{n_people}; use the ending {last}, with one person per line"
        )
