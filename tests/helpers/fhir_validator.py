"""Validation of FHIR resources against the compiled profiles of the guide, by a foreign library."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from helpers.paths import REAL, ROOT, TESTS

MODULES = ROOT / ".fhir" / "node_modules"
DEFINITIONS = REAL / "fhir"


def require_validator() -> None:
    """Skip the test if the validator or the profiles are missing."""
    if shutil.which("node") is None or not (MODULES / "@medplum").is_dir():
        pytest.skip("the FHIR validator is not installed: make fhir-validator")
    if not DEFINITIONS.is_dir():
        pytest.skip("the folder with real data is not next to the project")


def validated(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """Return what the validator says of each resource in files, one resource or line at a time."""
    script = TESTS / "tools" / "fhir_validate.mjs"
    words = ["node", script, MODULES, DEFINITIONS / "profiles", *paths]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr[-1000:])
    return [json.loads(line) for line in done.stdout.splitlines()]


def validated_texts(texts: Iterable[bytes], folder: Path) -> list[dict[str, Any]]:
    """Return what the validator says of each resource in Bundles."""
    path = folder / "people.fhir.ndjson"
    path.write_bytes(b"".join(text + b"\n" for text in texts))
    return validated([path])


def faults(found: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the errors of all resources, each with its resource."""
    return [
        f"{Path(each['file']).name}:{each['line']} {each['type']} {each['id']}: {error}"
        for each in found
        for error in each["errors"]
    ]
