"""Generated files are current, and files with a schema follow it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from helpers.paths import ROOT
from tools.generate import generated


def test_generated_files_are_current() -> None:
    """Run ``make generate`` after a change of columns or models."""
    expected = generated()
    assert expected == {path: path.read_text(encoding="utf-8") for path in expected}


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "data" / "kb").rglob("*.yaml")),
    ids=lambda path: str(path.relative_to(ROOT / "data" / "kb")),
)
def test_knowledge_base_files_follow_the_json_schema(path: Path) -> None:
    """They are valid in an editor, too, where YAML guesses the types of scalars."""
    schema = json.loads((ROOT / "data" / "kb" / "schema.json").read_text(encoding="utf-8"))
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    assert [] == [f"{e.json_path}: {e.message}" for e in validator.iter_errors(document)][:5]
