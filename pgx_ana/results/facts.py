"""The run that made stored results, and whether this program and knowledge base can take them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pgx_ana.errors import InputError, UsageError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CallOptions
from pgx_ana.terms import GLOBAL, POPULATIONS
from pgx_ana.version import __version__

_DIGEST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What results say about their run: program, knowledge base, and what counted as a call.

    ``knowledge`` has the name, version and SHA-256 digest of the knowledge base. ``population`` is
    that by which ambiguous diplotypes were weighed; empty for none.
    """

    program: str
    knowledge: tuple[str, str, str]
    options: CallOptions
    population: str

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> RunFacts:
        """Return the facts from JSON values.

        Raises :class:`KeyError`, :class:`TypeError` or :class:`ValueError` for other values.
        """
        knowledge, options = values["knowledge_base"], dict(values["options"])
        population = options.pop("population") or ""
        if population not in {"", GLOBAL, *POPULATIONS}:
            raise ValueError(f"unknown population {population!r}")
        try:
            calls = CallOptions(**options)
        except UsageError as error:
            raise ValueError(str(error)) from error
        return cls(
            program=str(values["pgx_ana_version"]),
            knowledge=(knowledge["name"], knowledge["version"], knowledge["sha256"]),
            options=calls,
            population=population,
        )

    @property
    def stamp(self) -> str:
        """Return version and shortened digest of the knowledge base, as results show them."""
        _, version, digest = self.knowledge
        return f"{version}+{digest[:_DIGEST_SHOWN]}"

    def check_same(self, other: RunFacts, place: str) -> None:
        """Raise :class:`InputError` if results at a place are those of another kind of run."""
        for what, of_this, of_other in (
            ("another version of pgx-ana", self.program, other.program),
            ("another knowledge base", self.stamp, other.stamp),
            ("other options", self.options, other.options),
            ("another --population", self.population or "none", other.population or "none"),
        ):
            if of_this != of_other:
                shown = "" if what == "other options" else f" ({of_other}, and {of_this} before)"
                raise InputError(
                    f"{place}: was made with {what}{shown} than the results before it; report "
                    "them separately"
                )

    def check_knowledge(self, knowledge: KnowledgeBase, place: str) -> None:
        """Raise :class:`InputError` if results at a place are not those of a knowledge base."""
        name, _, digest = self.knowledge
        if digest != knowledge.digest:
            raise InputError(
                f"{place}: was made with the knowledge base {name} {self.stamp}, and this is "
                f"{knowledge.info.name} {knowledge.stamp}; name that one with --kb, or annotate "
                "again"
            )

    @property
    def maker(self) -> str:
        """Return what may explain results that differ from those of this program."""
        if self.program == __version__:
            return "changed by hand, or by another program"
        return f"made by pgx-ana {self.program}, and this is {__version__}"
