"""The page on a use of the drug: what the label covers, what is monitored, and its results."""

from __future__ import annotations

from dataclasses import dataclass

from pgx_ana.browse import label_use
from pgx_ana.report.site_results import ResultGroup
from pgx_ana.report.site_subject import Site


@dataclass(frozen=True, slots=True)
class ContextView:
    """What the page on a use of the drug shows."""

    id: str
    name: str
    sex: str
    label: str
    settings: tuple[str, ...]
    monitored: tuple[str, ...]
    monitored_source: str
    note: str
    groups: tuple[ResultGroup, ...]

    @property
    def n_results(self) -> int:
        """Return the number of results."""
        return sum(len(group.details) for group in self.groups)


def context_view(key: str, site: Site) -> ContextView:
    """Return what the page on a use of the drug shows."""
    knowledge = site.knowledge
    context = knowledge.contexts[key]
    return ContextView(
        id=key,
        name=context.name,
        sex=context.sex,
        label=label_use(context).replace("_", "-"),
        settings=tuple(knowledge.settings[item].name for item in context.settings),
        monitored=context.monitored,
        monitored_source=context.monitored_source or "",
        note=context.note or "",
        groups=site.results.groups(
            item for item in knowledge.evidence.values() if item.setting in context.settings
        ),
    )
