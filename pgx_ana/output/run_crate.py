"""The record of one run: RO-Crate metadata that follow the profile for runs of one program.

Placed beside the results as ``ro-crate-metadata.json``, the record makes their folder an RO-Crate
1.1 (Process Run Crate 0.5). Unlike results, it has times, the system and the names of files.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from urllib.parse import quote

from pgx_ana.errors import InputError
from pgx_ana.printable import printable
from pgx_ana.writing import as_utf8

Entity = dict[str, object]

_CRATE = "https://w3id.org/ro/crate/1.1"
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_CONTEXT = (f"{_CRATE}/context", "https://w3id.org/ro/terms/workflow-run/context")
"""The terms of RO-Crate, and those of runs: the second has ``sha256``."""

_METADATA, _ROOT = "ro-crate-metadata.json", "./"
_PROGRAM, _KNOWLEDGE = "#program", "#knowledge-base"
_MEDIA_TYPES = {
    ".csv": "text/csv",
    ".gz": "application/gzip",
    ".html": "text/html",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".tsv": "text/tab-separated-values",
    ".txt": "text/plain",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Media types by the ending of a name; those of genetic formats are not registered."""

_LICENSE = "not stated: it follows from the terms of the input files"
_STREAM = "-"


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file that a run read or wrote: its path as it was given, its bytes and their SHA-256.

    Streams (``-``), devices and folders have neither size nor digest.
    """

    name: str
    size: int | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What is known of a run that has ended.

    ``command`` is the command line, ``options`` the value of each option by its name. ``system``
    is the operating system, ``software`` has the version of Python and of each library.
    ``knowledge`` has name, version and SHA-256 of the knowledge base. Times are in ISO 8601.
    """

    command: str
    options: Mapping[str, object]
    program: str
    version: str
    system: str
    software: Mapping[str, str]
    knowledge: Mapping[str, str]
    inputs: tuple[DataFile, ...]
    outputs: tuple[DataFile, ...]
    started: str
    ended: str


def data_file(path: str) -> DataFile:
    """Return a file with the digest of its bytes, which are read for it.

    Raises :class:`InputError` for a file that cannot be read.
    """
    if path == _STREAM:
        return DataFile(path)
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):
            return DataFile(path)
        with Path(path).open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            return DataFile(path, file.tell(), sha256)
    except OSError as error:
        raise InputError(f"{path}: cannot be read for its digest: {error.strerror}") from error


def crate_metadata(record: RunRecord, destination: str) -> bytes:
    """Return the record as RO-Crate metadata, for a file at ``destination``.

    Files in its folder, or below it, are data of the crate with their relative path. Any other
    input or output is told with its name, as it was given, without being a part of the crate.
    """
    crate = Path(os.path.abspath(destination)).parent  # noqa: PTH100  # links stay
    inputs = [_file(file, crate, f"input-{n}") for n, file in enumerate(record.inputs, 1)]
    outputs = [_file(file, crate, f"output-{n}") for n, file in enumerate(record.outputs, 1)]
    options = [_option(name, value) for name, value in record.options.items()]
    software = [_software(name, version) for name, version in record.software.items()]
    consumed = [_knowledge(record), *inputs, *options]
    action = _action(record, consumed, outputs)
    parts = [file for file in (*inputs, *outputs) if file["@type"] == "File"]
    graph = [
        {
            "@id": _METADATA,
            "@type": "CreativeWork",
            "conformsTo": {"@id": _CRATE},
            "about": {"@id": _ROOT},
        },
        _root(record, parts, action),
        {
            "@id": _PROFILE,
            "@type": "CreativeWork",
            "name": "Process Run Crate",
            "version": _PROFILE.rpartition("/")[2],
        },
        _program(record, software),
        *software,
        action,
        *consumed,
        *outputs,
    ]
    crate_document = {"@context": list(_CONTEXT), "@graph": graph}
    return as_utf8(json.dumps(crate_document, indent=2, ensure_ascii=False) + "\n")


def _references(entities: Iterable[Entity]) -> list[Entity]:
    return [{"@id": entity["@id"]} for entity in entities]


def _root(record: RunRecord, parts: list[Entity], action: Entity) -> Entity:
    knowledge = f"{record.knowledge['name']} {record.knowledge['version']}"
    return {
        "@id": _ROOT,
        "@type": "Dataset",
        "name": f"Results of {record.program}",
        "description": f"Results of {record.program} {record.version} with the knowledge base "
        f"{knowledge}.",
        "datePublished": record.ended,
        "license": _LICENSE,
        "conformsTo": {"@id": _PROFILE},
        **({"hasPart": _references(parts)} if parts else {}),
        "mentions": {"@id": action["@id"]},
    }


def _program(record: RunRecord, software: list[Entity]) -> Entity:
    return {
        "@id": _PROGRAM,
        "@type": "SoftwareApplication",
        "name": record.program,
        "softwareVersion": record.version,
        "operatingSystem": record.system,
        "softwareRequirements": _references(software),
    }


def _software(name: str, version: str) -> Entity:
    return {
        "@id": f"#software-{quote(name.casefold())}",
        "@type": "SoftwareApplication",
        "name": name,
        "softwareVersion": version,
    }


def _knowledge(record: RunRecord) -> Entity:
    return {
        "@id": _KNOWLEDGE,
        "@type": "CreativeWork",
        **record.knowledge,
        "description": "The knowledge base; its digest is over the paths and contents of all of "
        "its files.",
    }


def _option(name: str, value: object) -> Entity:
    identifier = f"#option-{quote(name.lstrip('-'))}"
    return {"@id": identifier, "@type": "PropertyValue", "name": name, "value": value}


def _action(record: RunRecord, consumed: list[Entity], outputs: list[Entity]) -> Entity:
    """Return the run; its identifier is made of all that is told of it, and so its own."""
    told = {
        "@type": "CreateAction",
        "name": f"Run of {record.program}",
        "description": record.command,
        "startTime": record.started,
        "endTime": record.ended,
        "actionStatus": "http://schema.org/CompletedActionStatus",
        "instrument": {"@id": _PROGRAM},
        "object": _references(consumed),
        "result": _references(outputs),
    }
    content = json.dumps([told, consumed, outputs, record.version])
    identifier = hashlib.sha256(as_utf8(content)).hexdigest()[:16]
    return {"@id": f"#run-{identifier}", **told}


def _file(file: DataFile, crate: Path, place: str) -> Entity:
    """Return a file as a part of the crate, or as a work elsewhere under the name of its place."""
    if file.name == _STREAM:
        direction = "input" if place.startswith("input") else "output"
        return {
            "@id": f"#standard-{direction}",
            "@type": "CreativeWork",
            "name": f"standard {direction}",
            "description": "A stream, which has no digest.",
        }
    facts: Entity = {"name": printable(file.name)}
    if file.size is None:
        facts["description"] = "No regular file: it has no digest."
    else:
        facts |= {"contentSize": str(file.size), "sha256": file.sha256}
        media_type = _MEDIA_TYPES.get(PurePath(file.name).suffix.casefold())
        facts |= {"encodingFormat": media_type} if media_type else {}
    within = _path_within(file.name, crate) if file.size is not None else None
    if within is None:
        return {"@id": f"#{place}", "@type": "CreativeWork", **facts}
    return {"@id": within, "@type": "File", **facts}


def _path_within(name: str, crate: Path) -> str | None:
    """Return the path of a file relative to the crate, as a URI; None for a file elsewhere."""
    path = PurePath(os.path.abspath(name))  # noqa: PTH100  # links stay
    if not path.is_relative_to(crate):
        return None
    relative = quote(os.fsencode(path.relative_to(crate)))
    return relative if relative != _METADATA else None
