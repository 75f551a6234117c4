"""Batches in tests: their folders as bytes, and files that end the process that opens them."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from pgx_ana.batch import (
    BatchFolder,
    BatchReport,
    Division,
    Effort,
    Plan,
    Settings,
    finish_batch,
    make_plan,
    part_output,
    read_manifest,
    run_shard,
    start_batch,
)
from pgx_ana.file_formats import FileFormat
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.pipeline import Request
from pgx_ana.terms import TableName

IN_THIS_PROCESS = Effort(jobs=0)
TABLES = (TableName.CALLS, TableName.SUMMARY)

SABOTAGE = """
import os, signal, sys, time

def watch(event, arguments):
    if event != "open" or not isinstance(arguments[0], (str, bytes, os.PathLike)):
        return
    name = os.path.basename(os.fsdecode(arguments[0]))
    if not name.endswith(".vcf"):
        return
    if "kill" in name:
        os.kill(os.getpid(), signal.SIGKILL)
    if "segv" in name:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "exit" in name:
        os._exit(7)
    if "leave" in name:
        sys.exit(0)
    if "quit" in name:
        os._exit(0)
    if "fault" in name:
        raise ValueError("a fault")
    if "memory" in name:
        raise MemoryError
    if "hang" in name:
        time.sleep(600)
    if "crowd" in name:
        frame = sys._getframe()
        while frame is not None:
            if frame.f_code.co_name == "run_block":
                os.kill(os.getpid(), signal.SIGKILL)
            frame = frame.f_back

sys.addaudithook(watch)
"""
"""A module of every new process, by which files with certain names end it when it opens them.

A file with ``crowd`` in its name does so only together with the other files of its block.
"""


def sabotage(folder: Path) -> str:
    """Return a value of ``PYTHONPATH`` with which new processes are sabotaged."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SABOTAGE)
    return str(folder)


def settings(
    knowledge: KnowledgeBase,
    tables: Iterable[TableName] = TABLES,
    kind: FileFormat = FileFormat.TSV,
) -> Settings:
    """Return the settings of a batch with a knowledge base."""
    directories = tuple(map(str, knowledge.directories))
    return Settings(Request(()), directories, part_output(kind, tables))


def planned(
    manifest: Path,
    output: Path,
    chosen: Settings,
    knowledge: KnowledgeBase,
    division: Division,
    *,
    resume: bool = False,
) -> tuple[BatchFolder, Plan]:
    """Plan a batch, and return its folder and plan."""
    rows = read_manifest(str(manifest), from_file_name=False)
    plan = make_plan(rows, str(manifest), chosen, knowledge, division)
    folder = BatchFolder(output)
    start_batch(plan, folder, resume=resume, force=False)
    return folder, plan


def whole(
    manifest: Path,
    output: Path,
    knowledge: KnowledgeBase,
    *,
    block_files: int = 3,
    resume: bool = False,
    chosen: Settings | None = None,
) -> BatchReport:
    """Run a batch in this process."""
    chosen = chosen or settings(knowledge)
    division = Division(block_files)
    folder, plan = planned(manifest, output, chosen, knowledge, division, resume=resume)
    run_shard(folder, plan, plan.blocks(), IN_THIS_PROCESS)
    return finish_batch(folder, knowledge, IN_THIS_PROCESS)


def table(output: Path, name: str) -> list[str]:
    """Return the lines of a table in its parts, in their order, with one header."""
    parts = sorted((output / "parts" / name).glob("part-*.tsv"))
    texts = [part.read_text().splitlines() for part in parts]
    assert 1 == len({lines[0] for lines in texts})
    return [texts[0][0], *(line for lines in texts for line in lines[1:])]


def tree(folder: Path) -> Mapping[str, bytes]:
    """Return the content of all files of a folder by their paths in it, hidden ones included."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def status(output: Path) -> list[list[str]]:
    """Return the rows of the status table, without its header."""
    return [line.split("\t") for line in (output / "status.tsv").read_text().splitlines()[1:]]


def wait_until_ended(group: int) -> None:
    """Wait until no process of a group is left."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, 0)
            time.sleep(0.02)
            continue
        return
    raise AssertionError("processes are left")
