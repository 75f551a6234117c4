"""The input files of a stored run, from what documents say of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pgx_ana.model import InputFile
from pgx_ana.terms import Assembly

_TEXTS = (
    "name",
    "format",
    "compression",
    "header_sha256",
    "assembly",
    "assembly_source",
    "caller",
    "remark",
)


def input_file(facts: Mapping[str, Any]) -> InputFile:
    """Return an input file. What documents do not keep of it is empty.

    Raises :class:`KeyError`, :class:`TypeError` or :class:`ValueError` for facts that are none.
    """
    found = {name: facts[name] or "" for name in _TEXTS}
    if not all(isinstance(value, str) for value in found.values()):
        raise TypeError(f"the facts of an input file are {facts}")
    assembly = Assembly(found.pop("assembly"))
    return InputFile(**found, assembly=assembly, indexed=False, samples=int(facts["samples"]))
