"""Checks of the other texts that readers see: messages, contexts, questions, polygenic results."""

from __future__ import annotations

import string
from collections.abc import Iterator

from pgx_ana.errors import Fault
from pgx_ana.knowledge.entry_index import EntryIndex
from pgx_ana.knowledge.wording import advice, text_problems

_READ_TEXTS = (
    ("contexts", "note"),
    ("questions", "searched"),
    ("questions", "note"),
    ("polygenic", "summary"),
)


def text_faults(entries: EntryIndex) -> Iterator[Fault]:
    """Yield texts that are too long or give advice, and questions about unknown outcomes."""
    for section, field in _READ_TEXTS:
        for key, entry in entries.values(section).items():
            for what in text_problems(getattr(entry, field) or ""):
                yield entries.fault(section, key, field, what)
    for key, message in entries.values("messages").items():
        kinds = advice("".join(text for text, *_ in string.Formatter().parse(message.text)))
        if kinds:
            what = f"gives advice ({', '.join(kinds)}); no text may"
            yield entries.fault("messages", key, "text", what)
    groups = {outcome.group for outcome in entries.values("outcomes").values()}
    for key, question in entries.values("questions").items():
        for group in question.groups:
            if group not in groups:
                what = f"refers to an unknown group of outcomes: {group}"
                yield entries.fault("questions", key, "groups", what)
