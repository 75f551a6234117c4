"""The page on a level of evidence: what it means, and every conclusion that has it."""

from __future__ import annotations

from dataclasses import dataclass

from pgx_ana.report.site_conclusions import ConclusionView
from pgx_ana.report.site_subject import Site
from pgx_ana.report.words import CATEGORIES, Mark, level_glossary


@dataclass(frozen=True, slots=True)
class LevelView:
    """What the page on a level shows; conclusions are by category."""

    level: Mark
    meaning: str
    groups: tuple[tuple[str, tuple[ConclusionView, ...]], ...]

    @property
    def n_conclusions(self) -> int:
        """Return the number of conclusions."""
        return sum(len(conclusions) for _, conclusions in self.groups)


def level_view(key: str, site: Site) -> LevelView:
    """Return what the page on a level shows."""
    mark, meaning = next(item for item in level_glossary() if item[0].key == key)
    knowledge = site.knowledge
    views = site.conclusions.views(
        item for item in knowledge.associations.values() if knowledge.level(item.id).value == key
    )
    groups = (
        (name, tuple(view for view in views if view.category == name))
        for name in CATEGORIES.values()
    )
    return LevelView(mark, meaning, tuple(group for group in groups if group[1]))
