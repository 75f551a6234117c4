"""Where the page on each entry of a knowledge base is, within the folder of its site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pgx_ana.knowledge import KnowledgeBase, Level
from pgx_ana.writing import FileNames

INDEX = "index.html"


@dataclass(frozen=True, slots=True)
class Link:
    """A name and its address, relative to the folder of the site."""

    text: str
    address: str


class SiteAddresses:
    """The address of every page, by the identifier of its entry."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self.variants = _addresses("variants", knowledge.definitions)
        self.haplotype_sets = _addresses("haplotypes", knowledge.haplotype_sets)
        self.genes = _addresses("genes", knowledge.genes)
        self.studies = _addresses("studies", knowledge.publications)
        self.questions = _addresses("questions", knowledge.questions)
        self.levels = _addresses("levels", [level.value for level in Level])
        self.contexts = _addresses("contexts", knowledge.contexts)
        self._subjects = {**self.haplotype_sets, **self.variants}

    def conclusion(self, subject: str, association: str) -> str:
        """Return the address of a conclusion, on the page of its variant or set."""
        return f"{self._subjects[subject]}#{conclusion_anchor(association)}"


def conclusion_anchor(association: str) -> str:
    """Return the anchor of a conclusion."""
    return f"c-{association}"


def result_anchor(result: str) -> str:
    """Return the anchor of a published result."""
    return f"r-{result}"


def _addresses(folder: str, keys: Iterable[str]) -> Mapping[str, str]:
    names = FileNames(".html")
    return {key: f"{folder}/{names.name(key)}" for key in keys}
