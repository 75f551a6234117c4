"""``pgx-ana kb``: read, check and compare knowledge bases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pgx_ana.cli.options import PathName, kb_option, load_knowledge
from pgx_ana.errors import UsageError

genes_to_list = click.option(
    "-g", "--gene", "genes", multiple=True, help="Genes to list, separated by commas."
)
if TYPE_CHECKING:
    from pgx_ana.browse import ListFormat

_ALL_CONTEXTS = " "
"""Value of ``--context`` without a name."""

list_format = click.option(
    "-f",
    "--format",
    "file_format",
    type=click.Choice(["tsv", "json"]),
    default="tsv",
    show_default=True,
)


@click.group()
def kb() -> None:
    """List, show, check and compare knowledge bases."""


@kb.command("check")
@kb_option
def check_knowledge(directories: tuple[Path, ...]) -> None:
    """Read all files and report all faults at once."""
    knowledge = load_knowledge(directories, cached=False)
    click.echo(
        f"{knowledge.info.name} {knowledge.stamp}: {len(knowledge.definitions)} variants, "
        f"{len(knowledge.evidence)} results from {len(knowledge.publications)} publications, "
        f"{len(knowledge.associations)} associations; no fault"
    )


@kb.command("list")
@genes_to_list
@click.option(
    "--category",
    "categories",
    multiple=True,
    help="Only variants with a conclusion in this category; repeatable.",
)
@click.option(
    "--level",
    "levels",
    multiple=True,
    help="Only variants with a conclusion of this level; repeatable.",
)
@click.option(
    "--drug", "drugs", multiple=True, help="Only variants with a result on this drug; repeatable."
)
@click.option(
    "--context",
    is_flag=False,
    flag_value=_ALL_CONTEXTS,
    metavar="[NAME]",
    help="Only variants with a result from this use of the drug; without NAME, list the uses, with "
    "their label status and what is usually monitored.",
)
@list_format
@kb_option
def list_variants(**given: Any) -> None:
    """List the known variants, all or those that pass the filters."""
    _print(_listed(given))


def _listed(given: Mapping[str, Any]) -> Iterator[str]:
    """Return the variants that pass the filters, or the uses of the drug."""
    from pgx_ana.browse import VariantFilter, contexts_in_format, variants_in_format

    genes, categories, levels, drugs = (
        given[name] for name in ("genes", "categories", "levels", "drugs")
    )
    knowledge, file_format = load_knowledge(given["directories"]), given["file_format"]
    if given["context"] != _ALL_CONTEXTS:
        selected = VariantFilter(genes, categories, levels, drugs, given["context"])
        return variants_in_format(knowledge, selected, file_format)
    if genes or categories or levels or drugs:
        raise UsageError("--context without a name lists the uses; it takes no filter")
    return contexts_in_format(knowledge, file_format)


@kb.command("haplotypes")
@genes_to_list
@list_format
@kb_option
def list_haplotypes(
    genes: tuple[str, ...], file_format: ListFormat, directories: tuple[Path, ...]
) -> None:
    """List the haplotypes of all sets, with 1000 Genomes frequencies where available."""
    from pgx_ana.browse import haplotypes_in_format

    _print(haplotypes_in_format(load_knowledge(directories), genes, file_format))


@kb.command()
@list_format
@kb_option
def questions(file_format: ListFormat, directories: tuple[Path, ...]) -> None:
    """List the questions that the field asks, and how often each was studied."""
    from pgx_ana.browse import questions_in_format

    _print(questions_in_format(load_knowledge(directories), file_format))


@kb.command()
@click.argument("name")
@kb_option
def show(name: str, directories: tuple[Path, ...]) -> None:
    """Show a variant, haplotype set, gene, drug or context by NAME.

    NAME is the rsID, a merged rsID or a legacy name of a variant, the name of a haplotype set
    or of one of its haplotypes (ABCB1 T-T-T, *22), the symbol of a gene, a drug, or a use of
    the drug (adjuvant). Variants and haplotype sets are shown with their evidence and conclusions.
    """
    from pgx_ana.browse import page_lines

    _print(page_lines(load_knowledge(directories), name))


@kb.command()
@click.argument("old", type=PathName())
@click.argument("new", type=PathName())
def diff(old: Path, new: Path) -> None:
    """Show what changed from knowledge base OLD to NEW ('default' is the shipped one)."""
    from pgx_ana.browse import compare

    _print(compare(load_knowledge([old]), load_knowledge([new])))


@kb.command()
def path() -> None:
    """Print the path of the shipped knowledge base."""
    from pgx_ana.knowledge import default_directory

    click.echo(default_directory())


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        click.echo(line)
