"""Generated files are current, and the files that they describe keep them."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import jsonschema
import pytest
import yaml
from helpers.paths import ROOT
from tools.generate import generated


def script(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module


def test_generated_files_are_current() -> None:
    """Run `make schema` after a change of columns or models."""
    expected = generated()
    assert expected == {path: path.read_text(encoding="utf-8") for path in expected}


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "data" / "kb").rglob("*.yaml")),
    ids=lambda path: str(path.relative_to(ROOT / "data" / "kb")),
)
def test_knowledge_base_files_keep_the_json_schema(path: Path) -> None:
    """What an editor with the schema sees, with YAML's own guesses at types, is valid too."""
    schema = json.loads((ROOT / "data" / "kb" / "schema.json").read_text(encoding="utf-8"))
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    assert [] == [f"{e.json_path}: {e.message}" for e in validator.iter_errors(document)][:5]


def test_example_files_come_from_the_table(tmp_path: Path) -> None:
    example = ROOT / "data" / "example"
    script_module = script(example / "make_example.py")
    script_module.main(tmp_path)
    expected = {path.name: path.read_bytes() for path in sorted(tmp_path.iterdir())}
    assert ["NA12717.GRCh37.vcf", "NA12717.GRCh38.vcf"] == list(expected)
    assert expected == {name: (example / name).read_bytes() for name in expected}
