"""The commands in Markdown pages, run as a reader runs them.

A fenced block ``console`` has commands (``$ command``, continued with ``> ``) and below each what
it printed. Blocks ``python`` are run, too; a block ``text`` right below one is what it printed.
All other code says in a comment before it why it is not run here, or which test runs it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from helpers.paths import ROOT, tool_environment

ANYTHING = "..."
"""A line of a page that stands for any number of lines."""

_FENCE = re.compile(r"^( *)```(\S*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
_UNSEEN = re.compile(r"^[> \t]*(?:```|~~~|\$ ).*|^<pre\b.*", re.MULTILINE)
_NOTE = re.compile(r"<!-- (not run|run by|file): ?(.+?) -->\n+ *\Z")
_DIGEST = re.compile(r"\+[0-9a-f]{12}\b")
_NEEDS = re.compile(r"<!-- needs: ?(.+?) -->")
_END = "\x01"
_BEGIN = "\x02"
_INTERPRETERS = {"python": ("python -", r'print("\2")'), "r": ("Rscript -", r'cat("\2\n")')}
"""What runs a program of a language from its standard input, and what prints ``_BEGIN`` in it."""

_RUN = ("console", *_INTERPRETERS)
_TOOLS = (tool_environment("multiqc") / "bin",)
"""Where programs are that the make targets of this project install."""


@dataclass(frozen=True)
class Block:
    """Fenced code. ``line`` is that of its first line, 1-based; ``span`` are its characters.

    ``note`` is what the comment before it says, empty if there is none.
    """

    language: str
    text: str
    line: int
    span: tuple[int, int]
    note: str

    @property
    def file(self) -> str:
        """The file that the reader makes of the block, empty if it is none."""
        kind, _, path = self.note.partition(": ")
        return path if kind == "file" else ""


@dataclass(frozen=True)
class Command:
    """A command with the output below it; ``shown`` is None where a page shows none."""

    line: int
    text: str
    shown: str | None


@dataclass(frozen=True)
class Outcome:
    """What a command printed, on both streams, and its exit code."""

    output: str
    code: int


def all_pages() -> list[Path]:
    """Return the README and all pages below docs/ and data/, and those of the project itself."""
    folders = (ROOT / name for name in ("docs", "data", "pipelines"))
    below = (path for folder in folders for path in sorted(folder.rglob("*.md")))
    return [*sorted(ROOT.glob("*.md")), *below]


def blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a page."""
    found = []
    for match in _FENCE.finditer(page):
        indent, language, text = match[1], match[2], match[3]
        note = _NOTE.search(page[: match.start()])
        lines = [line.removeprefix(indent) for line in text.splitlines(keepends=True)]
        number = page.count("\n", 0, match.start(3)) + 1
        said = f"{note[1]}: {note[2]}" if note else ""
        found.append(Block(language, "".join(lines), number, match.span(3), said))
    return found


def unseen_code(page: str) -> Iterator[str]:
    """Yield lines that begin code of which :func:`blocks` knows nothing, so that nobody runs it.

    Such are other fences than three backticks with one word, and commands outside of all fences.
    """
    rest = _FENCE.sub(lambda match: "\n" * match[0].count("\n"), page)
    for match in _UNSEEN.finditer(rest):
        yield f"line {rest.count(chr(10), 0, match.end()) + 1}: {match[0].strip()}"


def page_code(name: str, language: str, heading: str = "") -> list[str]:
    """Return the code of a language on a page of the project; of one heading, if it is named.

    ``name`` is the path of the page in the project.
    """
    page = (ROOT / name).read_text(encoding="utf-8")
    if heading:
        _, _, page = page.partition(f"# {heading}\n")
        page = re.split(r"^##+ ", page, maxsplit=1, flags=re.MULTILINE)[0]
    found = [block.text for block in blocks(page) if block.language == language]
    assert found, f"{name} has no {language} {heading}"
    return found


def is_run(block: Block) -> bool:
    """Return whether a block is run, or put into a file, as a part of its page."""
    return bool(block.file) or (block.language in _RUN and not block.note)


def missing_programs(page: str) -> list[str]:
    """Return the programs that a page says it needs, or whose language it has, and nobody has."""
    names = {name for match in _NEEDS.finditer(page) for name in match[1].split()}
    names |= {"Rscript" for block in blocks(page) if block.language == "r" and is_run(block)}
    return sorted(name for name in names if shutil.which(name, path=_searched()) is None)


def commands(block: Block) -> list[Command]:
    """Return the commands of a block ``console``."""
    found: list[Command] = []
    for offset, line in enumerate(block.text.splitlines()):
        if line.startswith("$ "):
            found.append(Command(block.line + offset, line[2:], None))
            continue
        assert found, f"line {block.line}: output without a command"
        last = found[-1]
        if line.startswith("> ") and last.shown is None:
            text = f"{last.text}\n{line[2:]}"
            found[-1] = Command(last.line, text, None)
        else:
            found[-1] = Command(last.line, last.text, f"{last.shown or ''}{line}\n")
    return found


def run_lines(page: str) -> list[int]:
    """Return the lines of the commands and programs of a page, in the order in which they run."""
    lines: list[int] = []
    for block in filter(is_run, blocks(page)):
        steps = commands(block) if block.language == "console" else ()
        lines += [step.line for step in steps] or [block.line]
    return lines


def run_page(
    page: str, folder: Path, variables: Mapping[str, str] | None = None
) -> dict[int, Outcome]:
    """Run all commands of a page in one shell; return what came of each, by its line.

    ``variables`` are added to those of the shell.
    A block of another language is run after those above it, as in one session of a reader.
    """
    script = ["set -o pipefail\n"]
    above = dict.fromkeys(_INTERPRETERS, "")
    for block in blocks(page):
        if not is_run(block):
            continue
        if block.file:
            script.append(_wrapped(_written(block)))
            continue
        if block.language in _INTERPRETERS:
            script.append(_wrapped(_program(block, above[block.language])))
            above[block.language] += block.text
            continue
        script += [_wrapped(command.text) for command in commands(block)]
    lines = run_lines(page)
    process = subprocess.run(
        ["bash"],
        input="".join(script),
        cwd=folder,
        env=_environment(folder) | dict(variables or {}),
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    parts = process.stdout.split(_END)
    outputs = parts[:-1:2]
    codes = [int(code) for code in parts[1::2]]
    assert len(codes) == len(lines), f"the shell ended early:\n{process.stdout}"
    pairs = zip(outputs, codes, strict=True)
    return dict(zip(lines, (Outcome(*pair) for pair in pairs), strict=True))


def faults(page: str, outcomes: Mapping[int, Outcome]) -> Iterator[str]:
    """Yield what differs between what a page shows and what its commands did."""
    for command, outcome, follower in _with_followers(page, outcomes):
        place = f"line {command.line}: {command.text}"
        if outcome.code and not _says_code(follower):
            yield f"{place}\n  exit code {outcome.code}:\n{outcome.output}"
        elif command.shown is not None and not agrees(command.shown, outcome.output):
            yield f"{place}\n  shown:\n{command.shown}\n  printed:\n{outcome.output}"


def agrees(shown: str, printed: str) -> bool:
    """Return whether shown output is the printed one; ``...`` stands for any lines.

    Digests of the knowledge base, which change with each of its facts, count as alike.
    """
    shown, printed = (_DIGEST.sub("+" + "0" * 12, text) for text in (shown, printed))
    lines = (
        r"(?:.*\n)*" if line.strip() == ANYTHING else re.escape(line.rstrip()) + r"[ \t]*\n"
        for line in shown.splitlines()
    )
    text = printed if printed.endswith("\n") or not printed else printed + "\n"
    return re.fullmatch("".join(lines), text) is not None


def renewed(page: str, outcomes: Mapping[int, Outcome]) -> str:
    """Return a page with the output that its commands printed, where that differs.

    Output with ``...`` in it, and commands without output, stay as they are.
    """
    found = blocks(page)
    for block, below in reversed(list(zip(found, [*found[1:], None], strict=True))):
        if not is_run(block):
            continue
        if block.language == "console":
            text, (start, end) = _renewed_console(block, outcomes), block.span
        elif not block.file and below is not None and _is_output(page, block, below):
            text, (start, end) = _renewed_text(below.text, outcomes[block.line]), below.span
        else:
            continue
        page = page[:start] + text + page[end:]
    return page


def _renewed_console(block: Block, outcomes: Mapping[int, Outcome]) -> str:
    parts = []
    for command in commands(block):
        parts.append("$ " + command.text.replace("\n", "\n> ") + "\n")
        if command.shown is not None:
            parts.append(_renewed_text(command.shown, outcomes[command.line]))
    return "".join(parts)


def _renewed_text(shown: str, outcome: Outcome) -> str:
    """Return shown output if it is true, or leaves lines out; else what was printed."""
    keep = ANYTHING in shown.splitlines() or agrees(shown, outcome.output)
    return shown if keep else _without_trailing_space(outcome.output)


def fill_folder(folder: Path) -> None:
    """Put into a folder what a reader has: the example files."""
    shutil.copytree(ROOT / "data" / "example", folder, dirs_exist_ok=True)


def _says_code(command: Command | None) -> bool:
    """Return whether a command shows the exit code of the one above it."""
    return command is not None and command.text.startswith("echo $?") and command.shown is not None


def _with_followers(
    page: str, outcomes: Mapping[int, Outcome]
) -> Iterator[tuple[Command, Outcome, Command | None]]:
    """Yield commands and programs of a page, what came of each, and what follows."""
    steps: list[Command] = []
    found = blocks(page)
    for block, below in zip(found, [*found[1:], None], strict=True):
        if not is_run(block):
            continue
        if block.language == "console":
            steps += commands(block)
            continue
        shown = below.text if below and _is_output(page, block, below) else None
        steps.append(Command(block.line, block.text, shown))
    for step, follower in zip(steps, [*steps[1:], None], strict=True):
        yield step, outcomes[step.line], follower


def _is_output(page: str, block: Block, below: Block) -> bool:
    """Return whether the next block is the output of a program: nothing is between them."""
    between = page[block.span[1] : below.span[0]]
    return below.language == "text" and not re.sub("```(text)?", "", between).strip()


def _written(block: Block) -> str:
    """Return commands that put a block into its file."""
    folder = Path(block.file).parent
    return f"mkdir -p {folder} && cat > {block.file} <<'BLOCK'\n{block.text}BLOCK"


def _program(block: Block, above: str) -> str:
    """Return a command that runs a block after those above it, and prints what it alone prints."""
    command, begin = _INTERPRETERS[block.language]
    return f"{command} <<'PROGRAM' | sed '0,/^{_BEGIN}$/d'\n{above}{begin}\n{block.text}PROGRAM"


def _searched() -> str:
    """Return the folders in which programs are searched, as ``PATH``."""
    return os.pathsep.join([os.environ["PATH"], *map(str, _TOOLS)])


def _wrapped(command: str) -> str:
    """Return lines of a script that run a command and mark the end of its output.

    The exit code is that of the command for the next one, too.
    """
    return (
        f"{{ {command}\n}} 2>&1 < /dev/null; code=$?\nprintf '\\001%s\\001' $code; (exit $code)\n"
    )


def _environment(folder: Path) -> dict[str, str]:
    """Return the variables of a reader's shell, in which programs are those under test."""
    programs = folder.parent / f"{folder.name}.bin"
    programs.mkdir(exist_ok=True)
    for name, module in (("pgx-ana", " -m pgx_ana"), ("python", "")):
        path = programs / name
        variables = f"PYTHONPATH={ROOT} PYTHONWARNINGS=error"
        path.write_text(f'#!/bin/sh\n{variables} exec {sys.executable}{module} "$@"\n')
        path.chmod(0o755)
    return {
        "PATH": f"{programs}{os.pathsep}{_searched()}",
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "COLUMNS": "100",
        "TERM": "dumb",
    }


def _without_trailing_space(text: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())
