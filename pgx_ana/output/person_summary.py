"""A person in a few numbers: what is called in each gene, and what was found in each category.

The numbers are counted as arrays over people. Each distinct combination of them is rendered once.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgx_ana.annotation import (
    NOT_ASSESSED,
    UNDETERMINED,
    Annotations,
    AssociationResult,
    CategoryTally,
    tally_categories,
)
from pgx_ana.coded import Coded, distinct_rows
from pgx_ana.knowledge import COMPARED, Direction, Level
from pgx_ana.model import Call
from pgx_ana.output.provenance import run_facts
from pgx_ana.quality import CALL_STATES, state_of
from pgx_ana.terms import FIXED_SENTENCE, CallStatus
from pgx_ana.version import __version__
from pgx_ana.writing import as_utf8

Counts = NDArray[np.int32]
"""One number for each person, of shape (people,)."""

Numbers = tuple[int, ...]
"""The numbers of one person."""

TOLD = frozenset({*COMPARED, Direction.NO_DIFFERENCE, Direction.UNSETTLED})
"""The directions of a conclusion on whose genotype studies have a result."""

_DIRECTIONS = (*(direction.value for direction in Direction), UNDETERMINED, NOT_ASSESSED)
"""What a conclusion may say, in the order in which it is counted."""

_FINDINGS = {
    "all": "n_findings",
    "better": "n_better",
    "worse": "n_worse",
    "other": "n_other_effect",
    "on_drug": "n_on_drug",
    "on_class": "n_on_class",
    "on_others": "n_on_others",
}
_MARKERS = {
    "assessed": "n_assessed",
    "not_assessed": "n_not_assessed",
    "undetermined": "n_undetermined",
    "not_studied": "n_not_studied",
}
_COHORTS = {"for": "supporting", "null": "null", "against": "contradicting"}

_OPENING = as_utf8(
    f'{{"pgx_ana": {json.dumps({"program": "pgx-ana", "version": __version__})},\n"sample": '
)


def person_summaries(block: Annotations) -> Iterator[bytes]:
    """Yield the summary of each person as a JSON document of a few lines, in UTF-8.

    The first line names the program and its version, so that a reader can tell by it what the file
    is. ``sites`` has the states of calls by gene, without those that no site has; ``categories``
    has what was found by category.
    """
    run = as_utf8(f",\n{_inner(_run(block))}")
    *categories, overall = tally_categories(block)
    parts = [
        _warnings(block),
        _overall(block, overall),
        *_separated(_genes(block)),
        Coded.constant(b'\n},\n"categories": {', len(block.calls.samples)),
        *_separated(_category(block, tally) for tally in categories),
    ]
    for sample, *texts in zip(block.calls.samples, *parts, strict=True):
        name = as_utf8(json.dumps(sample, ensure_ascii=False))
        yield b"".join((_OPENING, name, run, *texts, b"\n}}\n"))


def _run(block: Annotations) -> dict[str, object]:
    """Return what all people of a run share."""
    knowledge = block.knowledge
    note = FIXED_SENTENCE.format(drug=knowledge.drugs[knowledge.info.drug].name)
    return {"note": note, **run_facts(block), "genes": list(block.chosen_genes) or None}


def _warnings(block: Annotations) -> Coded[bytes]:
    """Return what was remarked about the files of each person."""

    def text(numbers: Numbers) -> bytes:
        files = (block.calls.files[number] for number in numbers)
        remarks = [f"{file.name}: {file.remark}" for file in files if file.remark]
        return as_utf8(f',\n"warnings": {_json(remarks)},\n')

    return block.calls.sample_files.compact().map(text)


def _overall(block: Annotations, tally: CategoryTally) -> Coded[bytes]:
    """Return the numbers of each person as a whole, up to the first gene."""
    known = len(block.calls.sites)
    states = _state_counts([site.calls for site in block.calls.sites], tally.n_findings)
    called = states[CallStatus.CALLED.value]
    columns = [called, tally.highest_level.codes, *_columns(tally, _FINDINGS)]

    def text(row: Numbers) -> str:
        n_called, level, *findings = row
        facts = {
            "known_sites": known,
            "called_sites": n_called,
            "highest_level": tally.highest_level.values[level],
            "findings": dict(zip(_FINDINGS, findings, strict=True)),
        }
        return f'{_inner(facts)},\n"sites": {{'

    return _rendered(columns, text)


def _genes(block: Annotations) -> Iterator[Coded[bytes]]:
    """Yield, for each gene, how many of its sites are in which state."""
    by_gene: dict[str, list[Coded[Call]]] = {}
    for site in block.calls.sites:
        by_gene.setdefault(site.variant.gene, []).append(site.calls)
    for gene, calls in by_gene.items():
        states = _state_counts(calls, np.zeros(len(block.calls.samples)))
        start = f"{_json(gene)}: "
        yield _rendered(list(states.values()), functools.partial(_present, start, tuple(states)))


def _state_counts(columns: Iterable[Coded[Call]], people: NDArray[Any]) -> dict[str, Counts]:
    """Return the number of calls of each person in each state."""
    counts = {state: np.zeros(len(people), np.int32) for state in CALL_STATES}
    for calls in columns:
        _add(counts, calls.map(state_of))
    return counts


def _category(block: Annotations, tally: CategoryTally) -> Coded[bytes]:
    """Return what was found in one category."""
    n_people = len(block.calls.samples)
    of_category = [item for item in block.associations if item.category.value == tally.category]
    conclusions = _Conclusions(n_people, of_category)
    groups: dict[str, Mapping[str, NDArray[Any]]] = {
        "findings": dict(zip(_FINDINGS, _columns(tally, _FINDINGS), strict=True)),
        "markers": dict(zip(_MARKERS, _columns(tally, _MARKERS), strict=True)),
        "cohorts": conclusions.cohorts,
        "conclusions": conclusions.directions,
        "levels": conclusions.levels,
    }
    columns = [column for group in groups.values() for column in group.values()]

    def text(row: Numbers) -> str:
        level, *rest = row
        numbers = iter(rest)
        facts: dict[str, object] = {"highest_level": tally.highest_level.values[level]}
        for name, group in groups.items():
            facts[name] = dict(zip(group, numbers, strict=False))
        return f"{_json(tally.category)}: {_json(facts)}"

    return _rendered([tally.highest_level.codes, *columns], text)


class _Conclusions:
    """The conclusions on each person: by direction, and those of :data:`TOLD` by level.

    ``cohorts`` are those whose results bear on the latter, each once for every such conclusion.
    """

    def __init__(self, n_people: int, associations: Iterable[AssociationResult]) -> None:
        self.directions = {name: np.zeros(n_people, np.int32) for name in _DIRECTIONS}
        self.levels = {level.value: np.zeros(n_people, np.int32) for level in Level}
        self.cohorts = {name: np.zeros(n_people, np.int32) for name in _COHORTS}
        for result in associations:
            codes = result.marker.calls.codes
            directions = [conclusion.direction for conclusion in result.conclusions]
            _add(self.directions, Coded(tuple(directions), codes))
            is_told = np.array([direction in TOLD for direction in directions], np.int32)[codes]
            self.levels[result.grade.level.value] += is_told
            for name, column in self.cohorts.items():
                column += is_told * len(getattr(result.grade, _COHORTS[name]))


def _add(counts: Mapping[str, Counts], column: Coded[str]) -> None:
    """Count one more value of each person."""
    for value in dict.fromkeys(column.values):
        counts[value] += column.mask(value.__eq__)


def _columns(tally: CategoryTally, names: Mapping[str, str]) -> list[NDArray[np.int16]]:
    return [getattr(tally, name) for name in names.values()]


def _rendered(columns: Sequence[NDArray[Any]], text: Callable[[Numbers], str]) -> Coded[bytes]:
    """Return the text for the numbers of each person."""
    codes, examples = distinct_rows(columns)
    rows = zip(*(column[examples].tolist() for column in columns), strict=True)
    return Coded(tuple(as_utf8(text(row)) for row in rows), codes)


def _separated(parts: Iterable[Coded[bytes]]) -> Iterator[Coded[bytes]]:
    """Put each part on a line of its own, with commas between them."""
    for number, part in enumerate(parts):
        start = b",\n" if number else b"\n"
        yield part.map(start.__add__)


def _present(start: str, names: Sequence[str], numbers: Numbers) -> str:
    """Return the names that have a number other than 0, after the start of a line."""
    named = zip(names, numbers, strict=True)
    return start + _json({name: number for name, number in named if number})


def _inner(facts: Mapping[str, object]) -> str:
    """Return the text of an object without its braces."""
    return _json(facts)[1:-1]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
