"""Uses of the drug, and the questions that are asked of it, whether anybody studied them or not."""

from __future__ import annotations

from typing import Annotated, Literal

from pgx_ana.knowledge.entry import Entry, Limits, described, entry
from pgx_ana.knowledge.vocabulary import Identifier, Name, Text


@entry
class Context(Entry):
    """A use of the drug: in whom, whether its label covers it, and what is monitored in it."""

    id: Identifier
    name: Text
    sex: Literal["female", "male"]
    off_label: Literal["yes", "no"]
    settings: tuple[Identifier, ...] = described(
        "settings of studies in such people; empty if there are none", default=()
    )
    monitored: tuple[Name, ...] = described("what clinicians usually monitor", default=())
    monitored_source: Text | None = described("where that was read", default=None)
    note: Text | None = None


@entry
class Question(Entry):
    """Something that the field asks of germline variants and the drug, whether studied or not.

    How many results answer it, and on which drugs, is counted from the evidence.
    """

    id: Identifier
    name: Text
    groups: tuple[Identifier, ...] = described(
        "groups of outcomes that answer it; empty if nothing does", default=()
    )
    sex: Literal["female", "male", "any"] = described(
        "in whom it is asked; results in others do not answer it", default="any"
    )
    searched: Text = described("where and how the literature was searched for it")
    searched_on: Annotated[str, Limits(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    note: Text | None = None
