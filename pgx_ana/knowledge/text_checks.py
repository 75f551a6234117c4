"""Checks of the other texts that readers see: messages, contexts, questions, polygenic results."""

from __future__ import annotations

import string
from collections.abc import Iterator

from pgx_ana.errors import Fault
from pgx_ana.knowledge.entry_index import EntryIndex
from pgx_ana.knowledge.vocabulary import Category
from pgx_ana.knowledge.wording import advice, text_problems

MAX_NAME = 36
"""Characters of the name of an outcome or drug, so that headlines stay within a line."""

_READ_TEXTS = (
    ("contexts", "note"),
    ("questions", "searched"),
    ("questions", "note"),
    ("polygenic", "summary"),
)

_NAMES = (
    ("outcomes", "name"),
    ("drugs", "name"),
    ("settings", "name"),
    ("contexts", "name"),
    ("contexts", "monitored"),
    ("questions", "name"),
)


def text_faults(entries: EntryIndex) -> Iterator[Fault]:
    """Yield texts that are too long or give advice, and questions about unknown outcomes."""
    for section, field in _READ_TEXTS:
        for key, entry in entries.values(section).items():
            for what in text_problems(getattr(entry, field) or ""):
                yield entries.fault(section, key, field, what)
    for section, field in _NAMES:
        for key, entry in entries.values(section).items():
            value = getattr(entry, field)
            for text in (value,) if isinstance(value, str) else value:
                kinds = advice(text)
                if kinds:
                    what = f"gives advice ({', '.join(kinds)}); no text may"
                    yield entries.fault(section, key, field, what)
    yield from _message_faults(entries)
    yield from _outcome_faults(entries)


def _name_faults(entries: EntryIndex, section: str, key: str, name: str) -> Iterator[Fault]:
    if len(name) > MAX_NAME:
        what = f"has {len(name)} characters; at most {MAX_NAME} fit a headline"
        yield entries.fault(section, key, "name", what)


def _message_faults(entries: EntryIndex) -> Iterator[Fault]:
    for key, message in entries.values("messages").items():
        if key.startswith("headline_") and set(";\t\r\n") & {*message.text}:
            what = "must be one line without ';', which separates the items of lists"
            yield entries.fault("messages", key, "text", what)
        kinds = advice("".join(text for text, *_ in string.Formatter().parse(message.text)))
        if kinds:
            what = f"gives advice ({', '.join(kinds)}); no text may"
            yield entries.fault("messages", key, "text", what)


def _outcome_faults(entries: EntryIndex) -> Iterator[Fault]:
    """Yield names of outcomes that are too long, and questions about unknown groups of them."""
    outcomes = entries.values("outcomes")
    for key, outcome in outcomes.items():
        if outcome.category is not Category.BACKGROUND:
            yield from _name_faults(entries, "outcomes", key, outcome.name)
    for key, drug in entries.values("drugs").items():
        yield from _name_faults(entries, "drugs", key, drug.name)
    groups = {outcome.group for outcome in outcomes.values()}
    for key, question in entries.values("questions").items():
        for group in question.groups:
            if group not in groups:
                what = f"refers to an unknown group of outcomes: {group}"
                yield entries.fault("questions", key, "groups", what)
