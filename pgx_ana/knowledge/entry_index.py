"""The entries of a knowledge base while it is checked, with the file and line of each."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pgx_ana.errors import Fault
from pgx_ana.knowledge.schema import SECTIONS
from pgx_ana.knowledge.yamlfile import YamlFile


class EntryIndex:
    """All entries by section and identifier, each with the file and line of its definition."""

    def __init__(self) -> None:
        self._entries: dict[str, dict[str, tuple[Any, YamlFile, int]]] = {
            section: {} for section in SECTIONS
        }
        self._first_file = Path()

    def add(self, files: Sequence[YamlFile]) -> list[Fault]:
        """Add the files of one directory and return a fault for each identifier defined twice.

        An entry replaces the entry of the same identifier from an earlier directory.
        """
        faults: list[Fault] = []
        self._first_file = next((file.path for file in files), self._first_file)
        defined: set[tuple[str, str]] = set()
        for file, section in itertools.product(files, SECTIONS):
            for index, entry in enumerate(getattr(file.document, section)):
                if (section, entry.id) in defined:
                    what = "is defined twice"
                    faults.append(self._fault(file, section, index, entry.id, what))
                defined.add((section, entry.id))
                self._entries[section][entry.id] = (entry, file, index)
        return faults

    @property
    def first_file(self) -> Path:
        """Return the file to report for entries that no file defines."""
        return self._first_file

    def values(self, section: str) -> dict[str, Any]:
        """Return the entries of a section by identifier, in the order of reading."""
        return {key: entry for key, (entry, _, _) in self._entries[section].items()}

    def fault(self, section: str, key: str, field: str, what: str) -> Fault:
        """Return a fault at a field of an entry; nested fields are joined by dots."""
        _, file, index = self._entries[section][key]
        return self._fault(file, section, index, key, what, field)

    @staticmethod
    def _fault(
        file: YamlFile, section: str, index: int, key: str, what: str, field: str = "id"
    ) -> Fault:
        path = (int(part) if part.isdecimal() else part for part in field.split("."))
        line = file.line((section, index, *path))
        where = f"{section}({key})" + ("" if field == "id" else f".{field}")
        return Fault(file.path, line, where, what)
