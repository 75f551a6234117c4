"""Processes of Nextflow without Nextflow: Groovy fills in their scripts, and bash runs these.

It needs the program ``groovy``, in whose language the scripts of Nextflow are written.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHELL = ("bash", "-C", "-e", "-u", "-o", "pipefail")
"""The shell of the pipelines of nf-core."""

_SECTION = re.compile(r"^    (input|output|when|script|stub):\n", re.MULTILINE)
_CHANNEL = re.compile(r"(val|path|eval)\(((?:[^()\"']|\"[^\"]*\"|'[^']*')*)\)")

_FILL_IN = """
import groovy.json.JsonOutput
import groovy.json.JsonSlurper

def filled = new JsonSlurper().parse(new File(args[0])).collect { given ->
    def shell = new GroovyShell(new Binding(given.variables))
    given.texts.collect { text -> shell.evaluate(text).toString() }
}
println JsonOutput.toJson(filled)
"""
"""Evaluates texts one after another: what one sets, the next ones know."""


class NoGroovyError(Exception):
    """Groovy is not installed."""


@dataclass(frozen=True)
class Output:
    """An output: its name, and the expressions of its parts by their kinds, as (path, "*.tsv")."""

    name: str
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Process:
    """A process of a file ``main.nf``: expressions and bodies in Groovy."""

    name: str
    container: str
    inputs: tuple[str, ...]
    outputs: tuple[Output, ...]
    script: str
    stub: str


@dataclass(frozen=True)
class Task:
    """A process with all variables filled in: its command, and the parts of its outputs."""

    command: str
    outputs: Mapping[str, Sequence[tuple[str, str]]]

    def run(self, folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Run the command in a folder, as Nextflow would."""
        return subprocess.run(
            [*SHELL, "-c", self.command],
            check=False,
            cwd=folder,
            env=dict(environment),
            capture_output=True,
            text=True,
        )

    def files(self, folder: Path) -> dict[str, list[str]]:
        """Return what each output with a path finds in a folder, none where one is missing."""
        return {
            name: sorted(str(found.relative_to(folder)) for found in folder.glob(pattern))
            for name, parts in self.outputs.items()
            for kind, pattern in parts
            if kind == "path"
        }


@dataclass(frozen=True)
class Filled:
    """What becomes of a process for some values: its task, its stub, and its image."""

    task: Task
    stub: Task
    image: str


def read_process(path: Path) -> Process:
    """Read a file ``main.nf`` with one process."""
    text = path.read_text(encoding="utf-8")
    head, *rest = _SECTION.split(text.rstrip().removesuffix("}"))
    sections = dict(zip(rest[::2], rest[1::2], strict=True))
    (name,) = re.findall(r"^process (\w+) {$", head, re.MULTILINE)
    (container,) = re.findall(r'^    container (".*")$', head, re.MULTILINE | re.DOTALL)
    in_one_line = re.sub(r"\n\s*", " ", container)  # which older Groovy wants
    return Process(
        name,
        in_one_line,
        tuple(name for _, name in _CHANNEL.findall(sections["input"])),
        tuple(_outputs(sections["output"])),
        sections["script"],
        sections["stub"],
    )


def fill_in(cases: Sequence[tuple[Process, Mapping[str, Any]]], folder: Path) -> list[Filled]:
    """Fill in processes for values of their inputs, of ``task`` and of ``workflow``.

    All in one go, because Groovy takes seconds to start. Raises :class:`NoGroovyError`.
    """
    given = []
    for process, variables in cases:
        expressions = [part for output in process.outputs for _, part in output.parts]
        for body in (process.script, process.stub):
            given.append(([body, *expressions, process.container], variables))
    texts = iter(_groovy(given, folder))
    return [
        Filled(_task(process, next(texts)), _task(process, stub := next(texts)), stub[-1])
        for process, _ in cases
    ]


def _outputs(section: str) -> list[Output]:
    found = []
    for line in section.strip().splitlines():
        (name,) = re.findall(r"emit: (\w+)", line)
        found.append(Output(name, tuple(_CHANNEL.findall(line))))
    return found


def _task(process: Process, filled: Sequence[str]) -> Task:
    command, *parts, _ = filled
    rest = iter(parts)
    outputs = {
        output.name: [(kind, next(rest)) for kind, _ in output.parts] for output in process.outputs
    }
    return Task(command, outputs)


def _groovy(given: Sequence[tuple[Sequence[str], Mapping[str, Any]]], folder: Path) -> Any:
    program = shutil.which("groovy")
    if program is None:
        raise NoGroovyError("groovy is not installed")
    script, values = folder / "fill_in.groovy", folder / "values.json"
    script.write_text(_FILL_IN)
    values.write_text(json.dumps([{"texts": texts, "variables": v} for texts, v in given]))
    process = subprocess.run(
        [program, str(script), str(values)], check=False, capture_output=True, text=True
    )
    assert 0 == process.returncode, process.stderr
    return json.loads(process.stdout)
