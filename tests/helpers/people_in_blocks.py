"""The people of a run in blocks, as a run over a large cohort hands them out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np

from pgx_ana.annotation import Annotations
from pgx_ana.model import SiteCalls


def in_blocks(annotations: Annotations, people: int) -> Iterator[Annotations]:
    """Yield the same people in the same order, some at a time, each block computed anew."""
    calls = annotations.calls
    for start in range(0, len(calls.samples), people):
        who = slice(start, start + people)
        block = dataclasses.replace(
            calls,
            samples=calls.samples[who],
            sample_files=calls.sample_files.take(who).compact(),
            sites=tuple(_of_people(site, who) for site in calls.sites),
        )
        circumstances = annotations.circumstances.take(who).compact()
        yield dataclasses.replace(annotations, calls=block, circumstances=circumstances)


def _of_people(site: SiteCalls, who: slice) -> SiteCalls:
    arrays: dict[str, Any] = {
        field.name: value[who]
        for field in dataclasses.fields(site)
        if isinstance(value := getattr(site, field.name), np.ndarray)
    }
    return dataclasses.replace(site, calls=site.calls.take(who).compact(), **arrays)
