"""Pages are plain: short sentences where readers begin, no word that only we know, nothing open."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from helpers.pages import all_pages
from helpers.paths import ROOT
from helpers.prose import prose, sentences

TEXTS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in all_pages()
}
FOR_DEVELOPERS = {"docs/explanation/architecture.md", "CONTRIBUTING.md"}

OF_THE_HOUSE = r"KB|rooms?|doors?|golden|toy|oracles?|harness"
"""Words that we use among ourselves. KB is also a thousand bytes: kB is written for these."""

OF_THE_MAKING = (
    r"sessions?|helpers?|prompts?|assistants?|chatbots?|LLMs?|language models?|GPT\S*|"
    r"artificial intelligence|worktrees?|merge conflicts?|previous versions? of this (?:page|text)"
)
"""Words that would tell how the project was made, and nothing about what it does."""

OPEN = (
    r"TODO|FIXME|XXX|TBD|WIP|lorem|coming soon|to be written|under construction|"
    r"not (?:yet )?(?:written|implemented) yet|will be added"
)

LONGEST = 40
"""Words of a sentence, on pages where readers begin."""

FOR_BEGINNERS = [
    page
    for page in TEXTS
    if re.match(
        r"docs/(?:index|start|result|install|glossary|faq|pipelines)\.md|docs/(?:tutorials|how-to)/",
        page,
    )
]


def told(text: str, words: str, *, any_case: bool) -> Iterator[str]:
    """Yield where words stand in the prose of a page."""
    found = prose(text)
    flags = re.IGNORECASE if any_case else re.NOFLAG
    for match in re.finditer(rf"(?<![\w-])(?:{words})(?![\w-])", found, flags):
        yield " ".join(found[max(0, match.start() - 30) : match.end() + 30].split())


@pytest.mark.parametrize("page", TEXTS)
def test_pages_use_no_word_of_the_house(page: str) -> None:
    if page not in FOR_DEVELOPERS:
        assert [] == list(told(TEXTS[page], OF_THE_HOUSE, any_case=False))


@pytest.mark.parametrize("page", TEXTS)
def test_pages_do_not_tell_how_they_were_made(page: str) -> None:
    assert [] == list(told(TEXTS[page], OF_THE_MAKING, any_case=False))


@pytest.mark.parametrize("page", TEXTS)
def test_nothing_is_left_open(page: str) -> None:
    assert [] == list(told(TEXTS[page], OPEN, any_case=True))


@pytest.mark.parametrize("page", FOR_BEGINNERS)
def test_sentences_are_short_where_readers_begin(page: str) -> None:
    assert [] == [text for text in sentences(TEXTS[page]) if len(text.split()) > LONGEST]


def test_sentences_of_a_page() -> None:
    page = """# A title

One sentence. Another `with. code`; and a part: a [link](x.md#y), e.g. here.
<!-- not run: why. Not. -->
```text
No. Sentence.
```
- an item without an end
- `code` begins this one.

| a table. | Has none. |
"""
    assert list(sentences(page)) == [
        "One sentence.",
        "Another X;",
        "and a part:",
        "a link, e.g. here.",
        "an item without an end",
        "X begins this one.",
    ]


@pytest.mark.parametrize(
    ("text", "words", "count"),
    [
        ("the KB and 3 kB", OF_THE_HOUSE, 1),
        ("a room, `room`, rooms and headroom", OF_THE_HOUSE, 2),
        ("sessions of a helper", OF_THE_MAKING, 2),
        ("AIs, aromatase inhibitors", OF_THE_MAKING, 0),
        ("todo: is to be written", OPEN, 2),
    ],
)
def test_words_are_found(text: str, words: str, count: int) -> None:
    assert len(list(told(text, words, any_case=words is OPEN))) == count
