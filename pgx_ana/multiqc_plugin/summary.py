"""The summary of one person as it is read from its file, as flat numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pgx_ana.terms import STATE_COLOURS

PROGRAM = "pgx-ana"

_GROUPS = ("findings", "markers", "cohorts", "conclusions", "levels")
"""What is counted in each category."""

_NO_LEVEL = "none"

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Category:
    """What was found in one category: the counts of each group, such as ``levels``, by name.

    ``findings`` is the number of all findings.
    """

    highest_level: str
    findings: int
    groups: Mapping[str, Counts]


@dataclass(frozen=True, slots=True)
class Summary:
    """The summary of one person.

    ``sites`` has the number of sites by gene and state, ``findings`` the number of findings in all
    categories.
    """

    sample: str
    version: str
    drug: str
    known_sites: int
    called_sites: int
    highest_level: str
    findings: int
    sites: Mapping[str, Counts]
    categories: Mapping[str, Category]

    @classmethod
    def of_text(cls, text: str) -> Summary:
        """Return the summary in a file. Raises :class:`ValueError` for a text that is none."""
        try:
            facts = json.loads(text)
        except RecursionError as error:
            raise ValueError("it is nested too deeply") from error
        program = facts.get("pgx_ana") if isinstance(facts, dict) else None
        if not isinstance(program, dict) or program.get("program") != PROGRAM:
            raise ValueError("it does not name the program")
        try:
            return cls._of_json(facts, str(program["version"]))
        except KeyError as error:
            raise ValueError(f"it has no {error}") from error
        except (AttributeError, OverflowError, TypeError) as error:
            raise ValueError(f"its values are of another kind: {error}") from error

    @classmethod
    def _of_json(cls, facts: Mapping[str, Any], version: str) -> Summary:
        return cls(
            sample=str(facts["sample"]),
            version=version,
            drug=str(facts["knowledge_base"]["drug"]),
            known_sites=int(facts["known_sites"]),
            called_sites=int(facts["called_sites"]),
            highest_level=str(facts["highest_level"] or _NO_LEVEL),
            findings=int(facts["findings"]["all"]),
            sites={gene: _counts(states) for gene, states in facts["sites"].items()},
            categories={name: _category(found) for name, found in facts["categories"].items()},
        )

    @property
    def called_percent(self) -> float:
        """Return the percentage of known sites that are called; 0 where none is known."""
        return 100 * self.called_sites / self.known_sites if self.known_sites else 0.0

    def states(self) -> dict[str, int]:
        """Return the number of sites in each state."""
        return {
            state: sum(of_gene.get(state, 0) for of_gene in self.sites.values())
            for state in STATE_COLOURS
        }

    def totals(self, group: str) -> dict[str, int]:
        """Return the counts of a group, added up over the categories."""
        totals: dict[str, int] = {}
        for category in self.categories.values():
            for name, number in category.groups[group].items():
                totals[name] = totals.get(name, 0) + number
        return totals

    def numbers(self) -> dict[str, int | float | str]:
        """Return all of it under one key each, as a row of a table."""
        flat: dict[str, int | float | str] = {
            "known_sites": self.known_sites,
            "called_sites": self.called_sites,
            "called_percent": self.called_percent,
            "findings": self.findings,
            "highest_level": self.highest_level,
        }
        for gene, states in self.sites.items():
            flat |= {f"sites.{gene}.{state}": number for state, number in states.items()}
        for name, category in self.categories.items():
            flat[f"{name}.highest_level"] = category.highest_level
            for group, counts in category.groups.items():
                flat |= {f"{name}.{group}.{key}": number for key, number in counts.items()}
        return flat


def _category(found: Mapping[str, Any]) -> Category:
    groups = {group: _counts(found[group]) for group in _GROUPS}
    findings = int(found["findings"]["all"])
    return Category(str(found["highest_level"] or _NO_LEVEL), findings, groups)


def _counts(values: Mapping[str, Any]) -> dict[str, int]:
    return {name: int(number) for name, number in values.items()}
