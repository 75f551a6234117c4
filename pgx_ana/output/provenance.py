"""What results say about the run that made them: neither times nor paths, so equal runs agree."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime

from pgx_ana.annotation import Annotations
from pgx_ana.errors import UsageError
from pgx_ana.version import __version__

SCHEMA_VERSION = "2.2"
"""Version of the documents. The first number changes if a key is removed or changes its meaning."""

METADATA_KEY = "pgx_ana"
"""Key of the metadata of each Parquet file: the facts of its run as JSON."""

STAMPS = ("kb_version", "pgx_ana_version")
"""The last columns of every table of text."""


_TIME = "SOURCE_DATE_EPOCH"
"""Variable of the environment with the time to write, where results must not differ."""


def time_set(environment: Mapping[str, str]) -> datetime | None:
    """Return the time that SOURCE_DATE_EPOCH sets (seconds since 1970, UTC); None if it is not set.

    Raises :class:`UsageError` if it is no such number.
    """
    given = environment.get(_TIME, "")
    if not given:
        return None
    try:
        return datetime.fromtimestamp(int(given), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(
            f"{_TIME}={given}: is no number of seconds since 1970; correct or unset it"
        ) from error


def version_stamps(annotations: Annotations) -> tuple[str, str]:
    """Return the values of :data:`STAMPS`."""
    return (annotations.knowledge.stamp, __version__)


def run_facts(annotations: Annotations) -> dict[str, object]:
    """Return the versions, assembly and options of a run; the same for all of its blocks."""
    knowledge = annotations.knowledge
    return {
        "schema_version": SCHEMA_VERSION,
        "pgx_ana_version": __version__,
        "knowledge_base": {
            "name": knowledge.info.name,
            "version": knowledge.info.version,
            "sha256": knowledge.digest,
            "drug": knowledge.drugs[knowledge.info.drug].name,
        },
        "assembly": annotations.calls.assembly.value,
        "options": dataclasses.asdict(annotations.calls.options)
        | {"population": annotations.population or None},
    }
