"""The rows of tables that people share: each once, in an order that does not depend on the people.

Several rows belong together, such as those of one conclusion, or the variants on one assembly.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from pgx_ana.output.columns import PARQUET_COLUMNS
from pgx_ana.output.tables import Row, Value
from pgx_ana.terms import TableName

KEYS = {
    TableName.VARIANTS: ("assembly",),
    TableName.CONCLUSIONS: ("conclusion", "context"),
}
"""The columns in which rows that belong together agree, and no others."""

_ORDER = {
    TableName.VARIANTS: ("assembly",),
    TableName.CONCLUSIONS: (
        "association_number",
        "genotype",
        "status",
        "source",
        "conclusion",
        "context",
    ),
}
"""The columns whose values in the first row decide where rows that belong together have their
place."""

_MISSING = {"genotype": "."}
"""How a missing value is sorted, where it is not before all others."""


class SharedRows:
    """Gathers the rows of one shared table; those that are there already are passed over.

    Rows have the values of the columns of Parquet, and may have more behind them.
    """

    def __init__(self, table: TableName) -> None:
        names = [column.name for column in PARQUET_COLUMNS[table]]
        self._key = [names.index(name) for name in KEYS[table]]
        self._order = [(names.index(name), _MISSING.get(name, "")) for name in _ORDER[table]]
        self._groups: dict[tuple[Value, ...], list[Row]] = {}

    def unknown(self, keys: Iterable[tuple[Value, ...]]) -> list[int]:
        """Return the numbers of the rows that are not there, from the :data:`KEYS` of each."""
        return [number for number, key in enumerate(keys) if key not in self._groups]

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows; those that belong together come one after another, in their order."""
        for key, group in itertools.groupby(rows, self._key_of):
            if key not in self._groups:
                self._groups[key] = list(group)

    def rows(self) -> list[Row]:
        """Return all rows in their order."""
        groups = sorted(self._groups.values(), key=self._place_of)
        return list(itertools.chain.from_iterable(groups))

    def _key_of(self, row: Row) -> tuple[Value, ...]:
        return tuple(row[index] for index in self._key)

    def _place_of(self, group: Sequence[Row]) -> tuple[Value, ...]:
        first = group[0]
        values = ((first[index], missing) for index, missing in self._order)
        return tuple(missing if value is None else value for value, missing in values)
