"""What is done with every file of a batch."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pgx_ana.file_formats import FileFormat, OutputChoice
from pgx_ana.model import CallOptions
from pgx_ana.pipeline import Identity, Request, Selection, SheetRow
from pgx_ana.terms import Assembly, TableName


@dataclass(frozen=True, slots=True)
class Settings:
    """What is done with every file: a request without files, the knowledge base, the output.

    ``directories`` are those of the knowledge base, ``default`` for the shipped one.
    """

    request: Request
    directories: tuple[str, ...]
    output: OutputChoice

    def request_for(self, rows: Iterable[SheetRow], manifest: str) -> Request:
        """Return the request to read some files of a manifest, of which it states something."""
        rows = tuple(rows)
        # A sample in several files is one person here; that the files may share it is checked
        # afterwards, for all files of the batch by the same rule.
        identity = Identity(same_person=True, sample_sheet=manifest, rows=rows)
        paths = tuple(row.file for row in rows)
        return dataclasses.replace(self.request, paths=paths, identity=identity)

    def as_json(self) -> dict[str, Any]:
        """Return the settings as JSON values."""
        request = self.request
        return {
            "tables": [table.value for table in self.output.written_tables],
            "format": self.output.file_format.value,
            "genes": list(request.selection.genes),
            "assembly": request.selection.assembly,
            "population": request.population,
            "sex": request.sex,
            "context": request.context,
            "reference": request.reference,
            "verify": request.verify,
            "calls": dataclasses.asdict(request.options),
            "knowledge_base": list(self.directories),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Settings:
        """Return the settings from JSON values. Raises :class:`KeyError` or :class:`ValueError`."""
        request = Request(
            paths=(),
            selection=Selection(
                genes=tuple(values["genes"]),
                assembly=Assembly(values["assembly"]) if values["assembly"] else None,
            ),
            options=CallOptions(**values["calls"]),
            reference=values["reference"],
            verify=values["verify"],
            population=values["population"],
            sex=values["sex"],
            context=values["context"],
        )
        return cls(
            request,
            tuple(values["knowledge_base"]),
            part_output(FileFormat(values["format"]), map(TableName, values["tables"])),
        )


def part_output(file_format: FileFormat, tables: Iterable[TableName]) -> OutputChoice:
    """Return how parts are written: each row with the name of its person.

    A number of the person would be one of the part only.
    """
    choice = OutputChoice(file_format, tuple(tables), with_names=True, with_numbers=False)
    return dataclasses.replace(choice, tables=choice.written_tables)
