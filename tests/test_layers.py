"""Imports go downwards only, and every module has a place."""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "pgx_ana"

LAYERS = (
    ("version", "errors", "columns", "cache"),
    ("schema",),
    ("model", "yamlfile", "levels", "container", "panel", "combinations"),
    ("alignment", "copies", "fields", "lines", "index", "entries", "nomenclature"),
    ("alleles", "records", "diplotypes"),
    ("haplotypes",),
    ("claims",),
    ("checks",),
    ("knowledge", "genotypes", "cohort", "assembly", "conclusions"),
    ("roster",),
    ("annotation", "vcf", "reference", "pages", "frequencies", "comparison"),
    ("summary", "pipeline", "callability", "catalogue"),
    ("tables",),
    ("rows",),
    ("text", "documents", "frames", "output"),
    ("library",),
    ("cli",),
    ("__init__", "__main__"),
)

DOORS = {
    "click": {"cli"},
    "cyvcf2": {"records"},
    "pysam": {"vcf", "reference"},
    "yaml": {"yamlfile"},
    "pandas": {"frames", "library"},
    "pydantic": {"schema", "yamlfile", "comparison"},
}
"""Which modules may import a library; pandas in library only for annotations of types."""


def imports(path: Path) -> set[str]:
    """Return the names of modules that a file imports anywhere; own ones as ``.name``."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return {name.removeprefix("pgx_ana") if "pgx_ana." in name else name for name in found}


def test_every_module_has_a_place() -> None:
    modules = sorted(path.stem for path in PACKAGE.glob("*.py"))
    assert modules == sorted(name for layer in LAYERS for name in layer)
    assert [] == [path for path in PACKAGE.iterdir() if path.is_dir() and any(path.glob("*.py"))]


def test_imports_go_downwards() -> None:
    level = {name: number for number, layer in enumerate(LAYERS) for name in layer}
    upward = [
        f"{path.stem} imports {name[1:]}"
        for path in sorted(PACKAGE.glob("*.py"))
        for name in sorted(imports(path))
        if name.startswith(".") and level[name[1:]] >= level[path.stem]
    ]
    assert [] == upward


def test_each_library_has_one_door() -> None:
    strange = [
        f"{path.stem} imports {name}"
        for path in sorted(PACKAGE.glob("*.py"))
        for name in sorted(imports(path))
        if path.stem not in DOORS.get(name.split(".")[0], {path.stem})
    ]
    assert [] == strange


def test_no_module_prints() -> None:
    printing = [
        path.stem
        for path in sorted(PACKAGE.glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and node.id == "print"
    ]
    assert [] == printing
