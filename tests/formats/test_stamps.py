"""Every format says which program and which knowledge base made it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from helpers.fixture_types import MakeVcf, Run
from helpers.format_stamps import STAMPED

from pgx_ana.file_formats import FORMATS, FileFormat
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.version import __version__


def is_stamped(text: str, knowledge: KnowledgeBase) -> bool:
    """Say whether a text names the program's version, and that of the knowledge base and digest."""
    has_program = _names(__version__, text)
    has_both = _names(knowledge.info.version, text) and knowledge.digest in text
    return has_program and (has_both or knowledge.stamp in text)


def _names(version: str, text: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(version)}(?![\w.])", text) is not None


@pytest.mark.parametrize("kind", list(FORMATS))
def test_every_format_is_stamped(
    run: Run,
    make_vcf: MakeVcf,
    toy_directory: Path,
    toy: KnowledgeBase,
    tmp_path: Path,
    kind: FileFormat,
) -> None:
    assert kind.value in STAMPED, f"helpers/format_stamps.py does not say how {kind} is read"
    facts = FORMATS[kind]
    path = tmp_path / ("tables" if facts.tables else f"out{facts.endings[0]}")
    file = make_vcf(["1 100 A C 0/1", "1 200 A C 1/1"])
    words = ["-t", "all"] if facts.tables else []
    result = run("annotate", file, "--kb", toy_directory, "-f", kind, "-o", path, "-q", *words)
    assert (0, "") == (result.exit_code, result.stderr)
    texts = list(STAMPED[kind.value](path))
    assert texts
    assert [] == [text for text in texts if not is_stamped(text, toy)]


def test_what_is_no_stamp(toy: KnowledgeBase) -> None:
    version = toy.info.version
    assert is_stamped(f"pgx-ana {__version__} {toy.stamp}", toy)
    assert is_stamped(f"{__version__}, {version}, {toy.digest}", toy)
    assert not is_stamped(f"{__version__}, {version}", toy)
    assert not is_stamped(f"{__version__}, {toy.digest}", toy)
    assert not is_stamped(toy.stamp, toy)
    assert not is_stamped(f"1{__version__} {__version__}.1 {toy.stamp}", toy)
