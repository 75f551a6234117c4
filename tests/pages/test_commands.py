"""Every command that a page shows can be run, and prints what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.pages import (
    all_pages,
    blocks,
    faults,
    fill_folder,
    is_run,
    missing_programs,
    renewed,
    run_page,
    unseen_code,
)
from helpers.paths import ROOT

_PROSE = {"", "text", "mermaid"}
"""Languages of blocks that show something, and are no code: tables, trees, output."""

_PAGES = {str(path.relative_to(ROOT)): path for path in all_pages()}
_WITH_COMMANDS = [
    name for name, path in _PAGES.items() if any(map(is_run, blocks(path.read_text("utf-8"))))
]


@pytest.mark.slow
@pytest.mark.parametrize("name", _WITH_COMMANDS)
def test_commands_print_what_a_page_shows(name: str, tmp_path: Path) -> None:
    page = _PAGES[name].read_text(encoding="utf-8")
    if missing := missing_programs(page):
        pytest.skip(f"not installed: {' '.join(missing)}")
    fill_folder(tmp_path / "folder")
    assert [] == list(faults(page, run_page(page, tmp_path / "folder")))


@pytest.mark.parametrize("name", _PAGES)
def test_code_is_run_or_says_why_not(name: str) -> None:
    for block in blocks(_PAGES[name].read_text(encoding="utf-8")):
        if block.language in _PROSE or is_run(block):
            assert "$ " not in block.text or block.language == "console", block.line
            continue
        assert block.note, f"{name}:{block.line}: neither run nor explained"
        kind, _, said = block.note.partition(": ")
        if kind == "run by":
            assert Path(name).name in (ROOT / said).read_text(encoding="utf-8"), block.line


@pytest.mark.parametrize("name", _PAGES)
def test_all_code_is_in_blocks_that_are_seen(name: str) -> None:
    assert [] == list(unseen_code(_PAGES[name].read_text(encoding="utf-8")))


PAGE = """# A page

```console
$ echo one; echo two >&2
one
two
$ printf 'a\\nb\\nc\\n'
a
...
$ x=3
$ false
$ echo $?
1
$ cat <<END
> $x
> END
3
```

```python
print(1 + 1)
```
```text
2
```

<!-- not run: it needs a cluster -->
```bash
sbatch
```
"""


def test_a_true_page_has_no_faults(tmp_path: Path) -> None:
    outcomes = run_page(PAGE, tmp_path)
    assert [] == list(faults(PAGE, outcomes))
    assert PAGE == renewed(PAGE, outcomes)


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("two\n$", "three\n$"),
        ("a\n...\n", "b\n...\n"),
        ("$ echo $?\n1\n", "$ echo\n"),
        ("3\n```", "4\n```"),
        ("```text\n2", "```text\n3"),
        ("print(1 + 1)", "raise ValueError"),
        ("$ x=3", "$ nothing-of-this-name"),
        ("$ echo $?\n1\n", "$ echo $?\n"),
    ],
)
def test_a_false_page_has_one_fault(tmp_path: Path, true: str, false: str) -> None:
    page = PAGE.replace(true, false)
    assert page != PAGE
    outcomes = run_page(page, tmp_path)
    assert 1 <= len(list(faults(page, outcomes))) <= 2


@pytest.mark.parametrize(
    "code",
    [
        "~~~console\n$ false\n~~~\n",
        "````console\n$ false\n````\n",
        "```console title=x\n$ false\n```\n",
        "``` console\n$ false\n```\n",
        "```console\n$ false\n  ```\n",
        "```console\n$ false\n",
        "\t```console\n\t$ false\n\t```\n",
        "> ```console\n> $ false\n> ```\n",
        "Words:\n\n    $ false\n",
        "Words:\n\n\t$ false\n",
        "<pre>\n$ false\n</pre>\n",
    ],
)
def test_code_that_is_written_otherwise_is_found(code: str) -> None:
    """Readers of Markdown show it as code, but nothing here would run it."""
    assert [] == list(unseen_code(PAGE))
    line = code[: code.index("$")].count("\n") + 1 + PAGE.count("\n")
    found = list(unseen_code(PAGE + code))
    assert any(fault.startswith((f"line {line}: ", f"line {line - 1}: ")) for fault in found)


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("python", "n = 20\nprint(n)", "print(n + 1)"),
        ("r", "n <- 20\ncat(n, fill = TRUE)", "cat(n + 1, fill = TRUE)"),
    ],
)
def test_programs_of_a_page_are_one_session(
    language: str, first: str, second: str, tmp_path: Path
) -> None:
    page = (
        f"```{language}\n{first}\n```\n```text\n20\n```\n"
        f"Words.\n```{language}\n{second}\n```\n```text\n21\n```\n"
    )
    if missing := missing_programs(page):
        pytest.skip(f"not installed: {' '.join(missing)}")
    assert [] == list(faults(page, run_page(page, tmp_path)))
    wrong = page.replace("\n21\n", "\n20\n")
    assert 1 == len(list(faults(wrong, run_page(wrong, tmp_path))))


def test_a_block_is_put_into_its_file(tmp_path: Path) -> None:
    page = "<!-- file: a/b.yaml -->\n```yaml\nx: $y\n```\n```console\n$ cat a/b.yaml\nx: $y\n```\n"
    outcomes = run_page(page, tmp_path)
    assert [] == list(faults(page, outcomes))
    assert page == renewed(page, outcomes)


def test_a_page_names_the_programs_that_it_needs() -> None:
    page = "# A page\n\n<!-- needs: bash nothing-of-this-name -->\n"
    assert ["nothing-of-this-name"] == missing_programs(page)


def test_output_is_renewed(tmp_path: Path) -> None:
    page = PAGE.replace("one\ntwo\n$", "old\n$").replace("3\n```", "4\n```")
    page = page.replace("text\n2\n", "text\nold\n")
    assert PAGE == renewed(page, run_page(page, tmp_path))
