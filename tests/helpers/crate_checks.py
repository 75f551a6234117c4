"""What makes RO-Crate metadata valid, by the specification 1.1 and Process Run Crate 0.5."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

Crate = dict[str, Any]

METADATA = "ro-crate-metadata.json"
CONTEXTS = [
    "https://w3id.org/ro/crate/1.1/context",
    "https://w3id.org/ro/terms/workflow-run/context",
]
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
TERMS = {
    *("@id", "@type", "about", "actionStatus", "conformsTo", "contentSize", "datePublished"),
    *(
        "description",
        "encodingFormat",
        "endTime",
        "hasPart",
        "instrument",
        "license",
        "mentions",
        "name",
        "object",
    ),
    *("operatingSystem", "result", "sha256", "softwareRequirements", "softwareVersion"),
    *("startTime", "value", "version"),
}
"""Terms of the two contexts; ``sha256`` is in that of runs alone."""

REQUIRED = {
    "Dataset": {"name", "description", "datePublished", "license", "conformsTo"},
    "CreateAction": {"name", "description", "instrument", "endTime", "object", "result"},
    "SoftwareApplication": {"name", "softwareVersion"},
    "File": {"name", "contentSize", "sha256"},
    "CreativeWork": set[str](),
    "PropertyValue": {"name", "value"},
}
"""The types that are used, with what an entity MUST or SHOULD have of what a program knows."""


def entities(crate: Crate) -> dict[str, Any]:
    """Return the entities by their identifier."""
    return {entity["@id"]: entity for entity in crate["@graph"]}


def action(crate: Crate) -> Any:
    """Return the one run."""
    (run,) = [entity for entity in crate["@graph"] if entity["@type"] == "CreateAction"]
    return run


def crate_faults(crate: Crate, folder: Path) -> list[str]:
    """Return everything that is wrong with the crate whose root is ``folder``."""
    return [*_graph_faults(crate), *_root_faults(crate), *_file_faults(crate, folder)]


def _graph_faults(crate: Crate) -> Iterator[str]:
    if crate["@context"] != CONTEXTS or set(crate) != {"@context", "@graph"}:
        yield "the context"
    known = entities(crate)
    for identifier, count in Counter(entity["@id"] for entity in crate["@graph"]).items():
        if count > 1:
            yield f"{identifier}: {count} times"
    for entity in crate["@graph"]:
        place = entity["@id"]
        yield from (f"{place}: {term} is no term" for term in set(entity) - TERMS)
        missing = REQUIRED[entity["@type"]] - set(entity)
        yield from (f"{place}: has no {term}" for term in sorted(missing))
        for reference in _references(entity):
            if reference not in known and not reference.startswith("http"):
                yield f"{place}: nothing is {reference}"
    for stamp in ("startTime", "endTime"):
        if datetime.fromisoformat(action(crate)[stamp]).tzinfo is None:
            yield f"{stamp} has no time zone"


def _references(entity: Crate) -> Iterator[str]:
    for value in entity.values():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield one["@id"]


def _root_faults(crate: Crate) -> Iterator[str]:
    known = entities(crate)
    descriptor, root = known[METADATA], known["./"]
    if descriptor["conformsTo"] != {"@id": "https://w3id.org/ro/crate/1.1"}:
        yield "the version of RO-Crate"
    if descriptor["about"] != {"@id": "./"} or root["@type"] != "Dataset":
        yield "the root"
    if root["conformsTo"] != {"@id": PROFILE} or known[PROFILE]["@type"] != "CreativeWork":
        yield "the profile"
    if root["mentions"] != {"@id": action(crate)["@id"]}:
        yield "the root does not mention the run"
    program = known[action(crate)["instrument"]["@id"]]
    if program["@type"] != "SoftwareApplication":
        yield "the instrument is no program"
    parts = [part["@id"] for part in root.get("hasPart", [])]
    files = [key for key, entity in known.items() if entity["@type"] == "File"]
    if sorted(parts) != sorted(files):
        yield f"parts {parts} are not the files {files}"


def _file_faults(crate: Crate, folder: Path) -> Iterator[str]:
    for identifier, entity in entities(crate).items():
        if entity["@type"] == "File":
            content = (folder / unquote(identifier)).read_bytes()
            if entity["sha256"] != hashlib.sha256(content).hexdigest():
                yield f"{identifier}: the digest"
            if entity["contentSize"] != str(len(content)):
                yield f"{identifier}: the size"
