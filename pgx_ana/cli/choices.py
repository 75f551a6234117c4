"""What a shell completes behind options: names of the knowledge base, and samples of the files.

Between two keys nobody wants a message or a wait: what cannot be read at once completes nothing.
"""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from pgx_ana.knowledge import KnowledgeBase

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
"""What click calls with the context, the parameter and the word so far."""

_MAX_CHOICES = 5_000
"""Choices that a shell can still show; above that, more of the word must be typed."""

_WORD_BREAKS = frozenset(":=,")
"""What parts a word: bash replaces only what follows ``:`` or ``=``, and lists have commas."""


def files(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Let the shell complete the names of files."""
    del ctx, parameter
    return [CompletionItem(incomplete, type="file")]


def knowledge_folders(
    ctx: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete ``default``, the shipped knowledge base, or else the name of a folder."""
    del ctx, parameter
    if incomplete and "default".startswith(incomplete):
        return [CompletionItem("default")]
    return [CompletionItem(incomplete, type="dir")]


def words(*choices: str, listed: bool = False) -> Completer:
    """Return what completes some words; with ``listed``, in a list with commas."""

    def complete(
        ctx: click.Context, parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        del ctx, parameter
        return list(_beginning_with(incomplete, ((word, "") for word in choices), listed=listed))

    return complete


def named(
    names_of: Callable[[KnowledgeBase], Iterable[tuple[str, str]]], *, listed: bool = False
) -> Completer:
    """Return what completes names of the knowledge base of ``--kb``, each with a few words on it.

    A knowledge base that was never used completes nothing: checking it would take too long.
    """

    def complete(
        ctx: click.Context, parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        del parameter
        with contextlib.suppress(Exception):  # no fault may write into a line that is being typed
            return list(_beginning_with(incomplete, names_of(_knowledge(ctx)), listed=listed))
        return []

    return complete


def samples(
    ctx: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete samples of the files that stand before on the line, in a list with commas."""
    del parameter
    # An option without its value ends the parsing; what was read before is left in the arguments.
    paths: Sequence[str] = ctx.params.get("files") or ctx.args
    names: dict[str, None] = {}
    for path in paths:
        with contextlib.suppress(Exception):  # the same: the run itself says what is wrong
            names |= dict.fromkeys(_samples_of(str(_as_shell_reads(path))))
    return list(_beginning_with(incomplete, ((name, "") for name in names), listed=True))


def genes(knowledge: KnowledgeBase) -> Iterator[tuple[str, str]]:
    """Yield the genes."""
    return ((key, gene.name) for key, gene in knowledge.genes.items())


def drugs(knowledge: KnowledgeBase) -> Iterator[tuple[str, str]]:
    """Yield the drugs."""
    return ((key, "") for key in knowledge.drugs)


def contexts(knowledge: KnowledgeBase) -> Iterator[tuple[str, str]]:
    """Yield the uses of the drug."""
    return ((key, context.name) for key, context in knowledge.contexts.items())


def categories(knowledge: KnowledgeBase) -> Iterator[tuple[str, str]]:
    """Yield the categories of the outcomes."""
    found = dict.fromkeys(outcome.category.value for outcome in knowledge.outcomes.values())
    return ((category, "") for category in found)


def levels(knowledge: KnowledgeBase) -> Iterator[tuple[str, str]]:
    """Yield the levels of evidence that conclusions have, strongest first."""
    from pgx_ana.knowledge import Level

    present = {grade.level for grade in knowledge.grades.values()}
    return ((level.value, "") for level in Level if level in present)


def subjects(knowledge: KnowledgeBase) -> Iterator[tuple[str, str]]:
    """Yield all that has a page: variants, haplotype sets, genes, drugs and uses of the drug."""
    for key, variant in knowledge.definitions.items():
        yield key, " ".join((variant.gene, *variant.names[:1]))
    for key, haplotype_set in knowledge.haplotype_sets.items():
        yield key, f"haplotypes of {haplotype_set.gene}"
    for names in (genes, drugs, contexts):
        yield from names(knowledge)


def _knowledge(ctx: click.Context) -> KnowledgeBase:
    from pgx_ana.knowledge import load_compiled

    directories = ctx.params.get("directories") or ()
    knowledge = load_compiled([_as_shell_reads(str(name)) for name in directories])
    if knowledge is None:
        raise LookupError
    return knowledge


def _as_shell_reads(path: str) -> Path:
    """Return a path of a line that is not yet run, so that ``~`` and variables are still in it."""
    return Path(os.path.expandvars(path)).expanduser()


def _samples_of(path: str) -> Sequence[str]:
    if not Path(path).is_file():  # a pipe can be read only once, and not by us
        return ()
    from pgx_ana.biobank import is_biobank_file, people_listed
    from pgx_ana.vcf import samples_in_header

    return people_listed(path) if is_biobank_file(path) else samples_in_header(path)


def _beginning_with(
    incomplete: str, choices: Iterable[tuple[str, str]], *, listed: bool
) -> Iterator[CompletionItem]:
    """Yield the choices that go on from a word, in any case; in a list, from its last item.

    What a shell would have to quote is left out: bash puts names into the line as they are, and
    those of a file are anybody's words.
    """
    before, comma, begun = incomplete.rpartition(",") if listed else ("", "", incomplete)
    given = {name.casefold() for name in before.split(",")}
    found = [
        (name, about)
        for name, about in choices
        if name.casefold().startswith(begun.casefold())
        and name.casefold() not in given
        and shlex.quote(name) == name
        and _WORD_BREAKS.isdisjoint(name)
    ]
    if len(found) <= _MAX_CHOICES:
        yield from (
            CompletionItem(f"{before}{comma}{name}", help=about or None) for name, about in found
        )
