"""Links within the project lead to files and headings; those to other hosts are few and known."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import yaml
from helpers.links import (
    anchors,
    empty_headings_of_columns,
    headings,
    links,
    run_into_paragraphs,
    uneven_rows,
    with_four_spaces,
    with_targets,
)
from helpers.pages import all_pages
from helpers.paths import ROOT
from tools.site import REPOSITORY, addresses, site_page

TEXTS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in all_pages()
}


@pytest.mark.parametrize("page", TEXTS)
def test_links_lead_somewhere(page: str) -> None:
    assert [] == list(dead_links(page))


def dead_links(page: str) -> Iterator[str]:
    for link in links(TEXTS[page]):
        if link.is_external:
            continue
        file = link.file_from(page) if link.path else page
        if not (ROOT / file).exists():
            yield f"line {link.line}: no file: {link.target}"
        elif link.anchor and link.anchor not in anchors(TEXTS.get(file, "")):
            yield f"line {link.line}: no such heading: {link.target}"


@pytest.mark.parametrize("page", TEXTS)
def test_headings_begin_with_a_title_and_leave_out_no_level(page: str) -> None:
    found = [level for level, _ in headings(TEXTS[page])]
    assert found[:1] == [1]
    assert found.count(1) == 1
    assert [] == [
        f"{higher} {lower}" for higher, lower in itertools.pairwise(found) if lower > higher + 1
    ]


@pytest.mark.parametrize("page", TEXTS)
def test_lists_and_tables_have_a_blank_line_before_them(page: str) -> None:
    """Code hosts show them without one; others take them for a part of the paragraph."""
    assert [] == list(run_into_paragraphs(TEXTS[page]))


@pytest.mark.parametrize("page", TEXTS)
def test_every_column_has_a_heading(page: str) -> None:
    """Else a screen reader says nothing before a cell."""
    assert [] == list(empty_headings_of_columns(TEXTS[page]))


@pytest.mark.parametrize("page", TEXTS)
def test_every_row_has_the_cells_of_its_header(page: str) -> None:
    assert [] == list(uneven_rows(TEXTS[page]))


@pytest.mark.parametrize("page", [page for page in TEXTS if page.startswith("docs/")])
def test_links_have_words_and_not_the_name_of_a_file(page: str) -> None:
    """Readers of the site do not know the files."""
    assert [] == re.findall(r"\[[\w/-]+\.md\]\([^)]*\)", TEXTS[page])


def test_every_page_is_in_the_navigation_once() -> None:
    pages = [place for place in addresses().values() if place.endswith(".md")]
    named = list(navigation(navigation_of_site()))
    assert sorted(pages) == sorted(named)


def navigation_of_site() -> list[object]:
    found: list[object] = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    return found


def navigation(entries: object) -> Iterator[str]:
    if isinstance(entries, str):
        yield entries
    elif isinstance(entries, dict):
        yield from navigation(list(entries.values()))
    elif isinstance(entries, list):
        for entry in entries:
            yield from navigation(entry)


PAGE = """# One page

See [a page](other/page.md#part-two), ![a picture](x.png) and <https://example.org>.
`[code](no.md)` is code.

```text
[code](no.md)
  - code
```

## The `--x` of *part* (two)

- one [link](https://example.org/a_(b)#c)
  - two
## The `--x` of *part* (two)
"""


def test_links_and_anchors_of_a_page() -> None:
    found = list(links(PAGE))
    assert [(link.target, link.line) for link in found] == [
        ("other/page.md#part-two", 3),
        ("x.png", 3),
        ("https://example.org/a_(b)#c", 13),
    ]
    assert [link.is_external for link in found] == [False, False, True]
    assert [found[0].path, found[0].anchor] == ["other/page.md", "part-two"]
    assert found[0].file_from("docs/a.md") == "docs/other/page.md"
    assert anchors(PAGE) == {"one-page", "the---x-of-part-two", "the---x-of-part-two-1"}
    assert [level for level, _ in headings(PAGE)] == [1, 2, 2]


def test_links_can_be_led_elsewhere() -> None:
    changed = with_targets(PAGE, lambda link: link.target.upper())
    assert changed.count("OTHER/PAGE.MD#PART-TWO") == 1
    assert changed.count("(no.md)") == 2
    assert [link.line for link in links(changed)] == [link.line for link in links(PAGE)]


def test_nested_lists_get_the_indent_of_python_markdown() -> None:
    assert with_four_spaces(PAGE) == PAGE.replace("\n  - two", "\n    - two")


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("Words\n- item", "line 2: - item"),
        ("Words\n1. item", "line 2: 1. item"),
        ("Words\n| a | b |", "line 2: | a | b |"),
        ("Words\n\n- item\n- item\n  more", None),
        ("## Words\n| a | b |\n|---|---|", None),
        ("```text\nWords\n- item\n```", None),
    ],
)
def test_what_runs_into_a_paragraph(page: str, fault: str | None) -> None:
    assert list(run_into_paragraphs(page)) == ([fault] if fault else [])


def test_rows_with_other_cells_than_their_header() -> None:
    table = "| a | b |\n|---|---|\n| `c` | d |\n"
    assert [] == list(uneven_rows(f"{table}\n| a |\n|---|\n"))
    assert [] == list(uneven_rows(table.replace("`c`", r"`c \| c`")))
    assert [] == list(uneven_rows(f"```text\n{table}| e |\n```\n"))
    assert ["line 3: | `c | c` | d |"] == list(uneven_rows(table.replace("`c`", "`c | c`")))
    assert ["line 4: | e |"] == list(uneven_rows(f"{table}| e |\n"))


def test_columns_without_heading() -> None:
    table = "| a | |\n|---|---|\n| | b |\n"
    assert list(empty_headings_of_columns(f"Words\n\n{table}")) == ["line 3: | a | |"]
    assert [] == list(empty_headings_of_columns(table.replace("a | |", "a | `b` |", 1)))
    assert [] == list(empty_headings_of_columns(f"```text\n{table}```\n"))


@pytest.mark.parametrize(
    ("page", "target", "expected"),
    [
        ("docs/a.md", "explanation/b.md#c", "explanation/b.md#c"),
        ("docs/a.md", "../data/kb/README.md#levels", "reference/kb.md#levels"),
        ("docs/explanation/b.md", "../../data/kb/README.md", "../reference/kb.md"),
        ("data/kb/README.md", "../../docs/a.md", "../a.md"),
        ("docs/explanation/b.md", "../../pyproject.toml", f"{REPOSITORY}/blob/main/pyproject.toml"),
        ("docs/a.md", "../data", f"{REPOSITORY}/tree/main/data"),
        ("docs/a.md", "no.md", "no.md"),
        ("docs/a.md", "#c", "#c"),
        ("docs/a.md", "https://example.org/b.md", "https://example.org/b.md"),
    ],
)
def test_links_of_the_site(page: str, target: str, expected: str) -> None:
    """Those to pages of the site stay within it, whatever their place; others leave it."""
    places = {
        "docs/a.md": "a.md",
        "docs/explanation/b.md": "explanation/b.md",
        "data/kb/README.md": "reference/kb.md",
    }
    assert site_page(f"- [x]({target})\n", page, places) == f"- [x]({expected})\n"


def test_hosts_of_links_are_known() -> None:
    """Nothing is fetched here: each was looked at when it was written."""
    found = {
        host
        for page in TEXTS.values()
        for link in links(page)
        if link.is_external and (host := urlsplit(link.target).hostname)
    }
    assert found <= HOSTS


HOSTS = {
    "distributed.dask.org",
    "docs.dask.org",
    "github.com",
    "multiqc.info",
    "phenopacket-schema.readthedocs.io",
    "specifications.freedesktop.org",
    "vrs.ga4gh.org",
    "w3id.org",
}
"""A new one is entered after its page was read."""
