"""Uses of the drug, and the questions that are asked of it, whether anybody studied them or not."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from pgx_ana.knowledge.vocabulary import Identifier, Model, Name, Text


class Context(Model):
    """A use of the drug: in whom, whether its label covers it, and what is monitored in it."""

    id: Identifier
    name: Text
    sex: Literal["female", "male"]
    off_label: Literal["yes", "no"]
    settings: tuple[Identifier, ...] = Field(
        default=(), description="settings of studies in such people; empty if there are none"
    )
    monitored: tuple[Name, ...] = Field(default=(), description="what clinicians usually monitor")
    monitored_source: Text | None = Field(default=None, description="where that was read")
    note: Text | None = None


class Question(Model):
    """Something that the field asks of germline variants and the drug, whether studied or not.

    How many results answer it, and on which drugs, is counted from the evidence.
    """

    id: Identifier
    name: Text
    groups: tuple[Identifier, ...] = Field(
        default=(), description="groups of outcomes that answer it; empty if nothing does"
    )
    sex: Literal["female", "male", "any"] = Field(
        default="any", description="in whom it is asked; results in others do not answer it"
    )
    searched: Text = Field(description="where and how the literature was searched for it")
    searched_on: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    note: Text | None = None
