"""The rooms of docs/explanation/architecture.md: every file has one, every import is allowed."""

from __future__ import annotations

import ast
import functools
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from helpers.paths import ROOT

PACKAGE = ROOT / "pgx_ana"
PAGE = ROOT / "docs" / "explanation" / "architecture.md"

LIBRARIES = {
    "click": {"cli"},
    "cyvcf2": {"vcf.records"},
    "pysam": {"vcf.bcf", "vcf.fasta", "annotated_vcf.htslib"},
    "yaml": {"knowledge.yamlfile"},
    "zarr": {"biobank.zarr_store"},
    "pyarrow": {"output.parquet", "results.parquet_file"},
    "xlsxwriter": {"output.excel"},
    "fastjsonschema": {"results.document_check"},
    "jinja2": {"report.environment"},
    "pandas": {"output.frames", "api"},
    "pebble": {"batch.workers"},
    "dask": {"batch.cluster", "batch.slurm"},
    "dask_jobqueue": {"batch.slurm"},
    "distributed": {"batch.cluster"},
    "tqdm": {"cli.batch"},
    "pydantic": {"knowledge.form"},
    "pgenlib": {"biobank.plink"},
    "zstandard": {"biobank.zstd"},
    "multiqc": {"multiqc_plugin.module", "multiqc_plugin.search"},
}
"""The rooms or modules that may import each library; pandas in ``api`` for type hints only."""


@dataclass(frozen=True, slots=True)
class Room:
    """A row of the table: its modules from the bottom up, and the rooms that they may use."""

    name: str
    modules: tuple[str, ...]
    may_use: frozenset[str]

    @property
    def is_package(self) -> bool:
        return self.modules != (self.name,) and self.name != FOUNDATION


FOUNDATION = "foundation"
"""The row of single modules outside any package, which every other row may use."""


def rooms(page: str) -> dict[str, Room]:
    """Read the table of rooms, which has the header ``| room |``."""
    lines = page.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("| room |"))
    header = [cell.strip() for cell in lines[start].strip("|").split("|")]
    table = {}
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        row = dict(zip(header, (cell.strip() for cell in line.strip("|").split("|")), strict=True))
        name = row["room"].strip("`/")
        modules = tuple(re.findall(r"`(\w+)`", row["modules, from the bottom up"]))
        table[name] = Room(name, modules, frozenset(re.findall(r"`(\w+)`", row["may use"])))
    return table


def modules_of(room: Room) -> list[str]:
    """Return the modules of a room as names relative to the package, its door last."""
    if room.name == FOUNDATION or not room.is_package:
        return list(room.modules)
    return [*(f"{room.name}.{module}" for module in room.modules), room.name]


@functools.cache
def parsed(text: str) -> ast.Module:
    """Return the tree of a module; those that tests have in common are parsed once."""
    return ast.parse(text)


def imports(path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield every module that a file imports, at any level, with the names imported from it."""
    for node in ast.walk(parsed(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the room"
            yield str(node.module), tuple(alias.name for alias in node.names)


def files(package: Path) -> dict[str, Path]:
    """Return every file of the package by module name (``vcf.index``); a door by its room."""
    by_module = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        by_module[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return by_module


def exported_names(path: Path) -> set[str]:
    """Return the names in ``__all__`` of a door, empty for other modules."""
    for node in parsed(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def violations(package: Path, table: dict[str, Room]) -> list[str]:
    """Return everything in a package that the table does not allow."""
    present = files(package)
    room_of = {module: room for room in table.values() for module in modules_of(room)}
    messages = [f"{module} has no room" for module in present if module not in {*room_of, ""}]
    messages += [f"{module} does not exist" for module in room_of if module not in present]
    for module in sorted(set(present) & set(room_of)):
        for imported, names in imports(present[module]):
            if imported.split(".")[0] == package.name:
                for target in targets(imported.partition(".")[2], names, room_of):
                    exported = exported_names(present[target]) if target in present else set()
                    is_exported = set(names) <= exported
                    messages += import_violations(module, target, room_of, is_exported=is_exported)
    return messages


def import_violations(
    module: str, target: str, room_of: dict[str, Room], *, is_exported: bool
) -> Iterator[str]:
    """Yield what the table does not allow about one import.

    ``is_exported``: the target is a door and exports all names that are imported.
    """
    room, other = room_of[module], room_of.get(target)
    if other is room:
        order = modules_of(room)
        if order.index(target) >= order.index(module):
            yield f"{module} imports {target}, which is above it"
    elif other is None or other.name not in {*room.may_use, FOUNDATION}:
        yield f"{module} imports {target}: no arrow leads there"
    elif other.is_package and target != other.name:
        yield f"{module} reaches past the door of {other.name} into {target}"
    elif other.is_package and not is_exported:
        yield f"{module} imports what the door of {target} does not name"


def targets(imported: str, names: tuple[str, ...], room_of: dict[str, Room]) -> Iterator[str]:
    """Yield the modules that an import refers to: for ``from room import module``, the module."""
    inner = [f"{imported}.{name}".strip(".") for name in names]
    submodules = [name for name in inner if name in room_of]
    yield from submodules
    if len(submodules) < len(inner) or not inner:
        yield imported


@pytest.fixture(scope="module")
def table() -> dict[str, Room]:
    return rooms(PAGE.read_text(encoding="utf-8"))


def test_the_package_follows_the_table(table: dict[str, Room]) -> None:
    assert [] == violations(PACKAGE, table)


@pytest.mark.parametrize(
    ("file", "line", "expected"),
    [
        (
            "vcf/index.py",
            "from pgx_ana.knowledge import KnowledgeBase",
            "vcf.index imports knowledge: no arrow leads there",
        ),
        (
            "haplotypes/panel.py",
            "from pgx_ana.knowledge.base import KnowledgeBase",
            "haplotypes.panel reaches past the door of knowledge into knowledge.base",
        ),
        (
            "haplotypes/panel.py",
            "from pgx_ana.knowledge import base",
            "haplotypes.panel reaches past the door of knowledge into knowledge.base",
        ),
        (
            "haplotypes/panel.py",
            "from pgx_ana.knowledge import read_cached",
            "haplotypes.panel imports what the door of knowledge does not name",
        ),
        (
            "vcf/container.py",
            "from pgx_ana.vcf.lines import Line",
            "vcf.container imports vcf.lines, which is above it",
        ),
        (
            "model.py",
            "from pgx_ana.vcf import VariantFile",
            "model imports vcf: no arrow leads there",
        ),
        (
            "calling/cohort.py",
            "def late():\n    from pgx_ana.pipeline import run",
            "calling.cohort imports pipeline: no arrow leads there",
        ),
        ("attic.py", "", "attic has no room"),
        ("vcf/attic.py", "", "vcf.attic has no room"),
        ("attic/__init__.py", "", "attic has no room"),
    ],
)
def test_forbidden_imports_and_files_without_a_room_are_reported(
    table: dict[str, Room], tmp_path: Path, file: str, line: str, expected: str
) -> None:
    package = tmp_path / "pgx_ana"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    path = package / file
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as stream:
        stream.write(f"\n{line}\n")
    assert [expected] == violations(package, table)


def test_every_arrow_of_the_table_is_used(table: dict[str, Room]) -> None:
    """An arrow that no import needs would let a room grow into another one unnoticed."""
    present = files(PACKAGE)
    unused = [
        f"{room.name} -> {other}"
        for room in table.values()
        for other in sorted(room.may_use)
        if not any(
            imported == f"{PACKAGE.name}.{other}"
            for module in modules_of(room)
            for imported, _ in imports(present[module])
        )
    ]
    assert [] == unused


def test_libraries_are_imported_only_where_allowed() -> None:
    forbidden = [
        f"{module} imports {imported}"
        for module, path in files(PACKAGE).items()
        for imported, _ in imports(path)
        if not {module, module.split(".")[0]} & LIBRARIES.get(imported.split(".")[0], {module})
    ]
    assert [] == forbidden


def test_only_the_command_line_prints() -> None:
    printing = [
        module
        for module, path in files(PACKAGE).items()
        for node in ast.walk(parsed(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and node.id == "print"
    ]
    assert [] == printing


def test_commands_are_thin() -> None:
    """A command has at most eight statements, not counting imports and docstring."""
    too_long = {}
    for path in sorted((PACKAGE / "cli").glob("*.py")):
        for node in parsed(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and any(
                "command" in ast.unparse(decorator) for decorator in node.decorator_list
            ):
                body = [
                    statement
                    for statement in ast.walk(ast.Module(node.body[1:], []))
                    if isinstance(statement, ast.stmt) and not isinstance(statement, ast.ImportFrom)
                ]
                if len(body) > 8:
                    too_long[f"{path.stem}.{node.name}"] = len(body)
    assert {} == too_long


def test_every_door_states_what_the_room_takes_gives_and_never_does(table: dict[str, Room]) -> None:
    for room in table.values():
        if room.is_package:
            text = (PACKAGE / room.name / "__init__.py").read_text(encoding="utf-8")
            docstring = ast.get_docstring(ast.parse(text)) or ""
            required = {"Takes", "Gives", "Never"}
            assert required <= set(re.findall(r"^(\w+)", docstring, re.MULTILINE)), room.name
