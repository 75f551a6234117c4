"""The table of conclusions: every one that a run has, once, whatever the number of people.

Calls and diplotypes refer to it by a key, a digest of all that is concluded from them. Two people
with one key have the same rows of annotations, apart from what depends on the use of the drug.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from pgx_ana.annotation import Annotations, AssociationResult, Conclusion
from pgx_ana.coded import Coded, distinct_rows
from pgx_ana.output.shared_rows import SharedRows
from pgx_ana.output.tables import AnnotationRows, Row
from pgx_ana.terms import TableName

_KEY_DIGITS = 16
"""Hexadecimal digits of a key: 64 bits, so that among a million keys hardly any two are equal."""


def conclusion_keys(block: Annotations, marker: str) -> Coded[str] | None:
    """Return the key of each person at a marker; None where no association is about it."""
    results = block.by_marker.get(marker)
    return None if results is None else _keys(results)


def _keys(results: Sequence[AssociationResult]) -> Coded[str]:
    marker = results[0].marker
    of_calls = zip(*(result.conclusions for result in results), strict=True)
    associations = [result.association.id for result in results]
    keys = []
    for call, conclusions in zip(marker.calls.values, of_calls, strict=True):
        facts = [marker.id, call.genotype, call.status, call.source, associations]
        text = json.dumps([*facts, *map(_told, conclusions)])
        keys.append(hashlib.sha256(text.encode()).hexdigest()[:_KEY_DIGITS])
    return Coded(tuple(keys), marker.calls.codes)


def _told(conclusion: Conclusion) -> tuple[object, ...]:
    return (
        conclusion.direction,
        conclusion.compared_with,
        conclusion.effect,
        conclusion.headline,
        conclusion.statement,
        conclusion.caution,
    )


class ConclusionTable:
    """Gathers the conclusions of all people, block by block."""

    def __init__(self) -> None:
        self._known: set[tuple[str, str]] = set()
        self._rows = SharedRows(TableName.CONCLUSIONS)

    def add(self, block: Annotations) -> None:
        """Add the conclusions that the people of a block have."""
        contexts = block.circumstances.map(lambda person: person.context).unique()
        number = 0
        for results in block.by_marker.values():
            keys = _keys(results)
            _, people = distinct_rows([keys.codes, contexts.codes])
            for person in people.tolist():
                key, context = keys[person], contexts[person]
                if (key, context) not in self._known:
                    self._known.add((key, context))
                    code = int(keys.codes[person])
                    self._add_rows(block, results, code, (key, context), number)
            number += len(results)

    def _add_rows(
        self,
        block: Annotations,
        results: Sequence[AssociationResult],
        code: int,
        key: tuple[str, str],
        number: int,
    ) -> None:
        """Add the rows of one call; ``number`` is that of the first of the associations."""
        call = results[0].marker.calls.values[code]
        rows = (
            AnnotationRows(result, block).row(call, result.conclusions[code], key[1])
            for result in results
        )
        self._rows.add(
            (key[0], key[1] or None, number + of_marker, *row) for of_marker, row in enumerate(rows)
        )

    def rows(self) -> list[Row]:
        """Return the rows in an order that does not depend on that of the people.

        Each has its key, context and number of the association before the columns of annotations.
        """
        return self._rows.rows()
