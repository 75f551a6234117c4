"""``pgx-ana kb``: read, check and compare knowledge bases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pgx_ana.cli.choices import categories, contexts, drugs, levels, named, subjects
from pgx_ana.cli.options import (
    Choice,
    OneOutputCommand,
    PathName,
    assembly_option,
    genes_option,
    kb_option,
    load_knowledge,
)
from pgx_ana.cli.streams import say
from pgx_ana.errors import UsageError

if TYPE_CHECKING:
    from pgx_ana.browse import ListFormat, VariantFilter

genes_to_list = genes_option("Genes to list, separated by commas.")

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
_SITE_FORMATS = ("bed", "regions", "ids")
"""Formats of ``kb list`` for programs that cut files to the known sites."""

_ALLELES = "vrs"
"""Format of ``kb list`` with a row for each allele and its VRS identifier."""


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
    shell_complete=named(categories, listed=True),
    help="Only variants with a conclusion in this category; repeatable.",
)
@click.option(
    "--level",
    "levels",
    multiple=True,
    shell_complete=named(levels, listed=True),
    help="Only variants with a conclusion of this level; repeatable.",
)
@click.option(
    "--drug",
    "drugs",
    multiple=True,
    shell_complete=named(drugs, listed=True),
    help="Only variants with a result on this drug; repeatable.",
)
@click.option(
    "--context",
    is_flag=False,
    flag_value=_ALL_CONTEXTS,
    metavar="[NAME]",
    shell_complete=named(contexts),
    help="Only variants with a result from this use of the drug; without NAME, list the uses, with "
    "their label status and what is usually monitored.",
)
@click.option(
    "-f",
    "--format",
    "file_format",
    type=Choice(["tsv", "json", *_SITE_FORMATS, _ALLELES]),
    default="tsv",
    show_default=True,
    help="bed, regions and ids are for programs that cut files to the known sites: BED, regions of "
    "bcftools and tabix (1-based), or an rsID per line. vrs is TSV with the VRS identifier of each "
    "allele.",
)
@assembly_option(
    "Assembly of bed, regions and vrs: GRCh37, GRCh38 or another name of one of them, such as hg38."
)
@click.option("--chr-prefix", is_flag=True, help="bed and regions: write chr15 in place of 15.")
@kb_option
def list_variants(**given: Any) -> None:
    """List the known variants, all or those that pass the filters.

    \b
    pgx-ana kb list --gene CYP19A1
    pgx-ana kb list --format regions --assembly GRCh38 --chr-prefix > sites.txt
    bcftools view -R sites.txt cohort.vcf.gz -O z -o cut.vcf.gz
    """
    _check_site_options(given)
    file_format = given["file_format"]
    other = {_ALLELES: _alleles, **dict.fromkeys(_SITE_FORMATS, _sites)}
    _print(other.get(file_format, _listed)(given))


def _check_site_options(given: Mapping[str, Any]) -> None:
    """Raise :class:`UsageError` for options of ``kb list`` that do not go with its format."""
    file_format = given["file_format"]
    if file_format in {"bed", "regions"}:
        if given["assembly"] is None:
            raise UsageError(f"--format {file_format} needs --assembly: GRCh37 or GRCh38")
    elif given["assembly"] is not None and file_format != _ALLELES:
        raise UsageError(f"--assembly is for --format bed, regions and vrs, not {file_format}")
    elif given["chr_prefix"]:
        raise UsageError(f"--chr-prefix is for --format bed and regions, not {file_format}")
    if file_format in {*_SITE_FORMATS, _ALLELES} and given["context"] == _ALL_CONTEXTS:
        raise UsageError("--context without a name lists the uses, as tsv or json")


def _sites(given: Mapping[str, Any]) -> Iterable[str]:
    """Return the sites of the variants that pass the filters, for programs that cut files."""
    from pgx_ana.browse import listed_rsids, region_lines

    knowledge, selected = load_knowledge(given["directories"]), _filter(given)
    if given["file_format"] != "ids":
        assembly = knowledge.assembly_named(given["assembly"])
        return region_lines(
            knowledge, selected, given["file_format"], assembly, chr_prefix=given["chr_prefix"]
        )
    found = listed_rsids(knowledge, selected)
    if found.without:
        say(f"without an rsID, not listed: {', '.join(found.without)}")
    return found.rsids


def _alleles(given: Mapping[str, Any]) -> Iterable[str]:
    """Return the alleles of the variants that pass the filters, with their VRS identifiers."""
    from pgx_ana.browse import allele_lines

    knowledge, name = load_knowledge(given["directories"]), given["assembly"]
    assembly = None if name is None else knowledge.assembly_named(name)
    return allele_lines(knowledge, _filter(given), assembly)


def _filter(given: Mapping[str, Any]) -> VariantFilter:
    from pgx_ana.browse import VariantFilter

    names = ("genes", "categories", "levels", "drugs", "context")
    return VariantFilter(*(given[name] for name in names))


def _listed(given: Mapping[str, Any]) -> Iterator[str]:
    """Return the variants that pass the filters, or the uses of the drug."""
    from pgx_ana.browse import contexts_in_format, variants_in_format

    knowledge, file_format = load_knowledge(given["directories"]), given["file_format"]
    if given["context"] != _ALL_CONTEXTS:
        return variants_in_format(knowledge, _filter(given), file_format)
    if any(given[name] for name in ("genes", "categories", "levels", "drugs")):
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
@click.argument("name", shell_complete=named(subjects))
@kb_option
def show(name: str, directories: tuple[Path, ...]) -> None:
    """Show a variant, haplotype set, gene, drug or context by NAME.

    NAME is the rsID, a merged rsID or a legacy name of a variant, the name of a haplotype set
    or of one of its haplotypes (ABCB1 T-T-T, *22), the symbol of a gene, a drug, or a use of
    the drug (adjuvant). Variants and haplotype sets are shown with their evidence and conclusions.
    """
    from pgx_ana.browse import page_lines

    _print(page_lines(load_knowledge(directories), name))


@kb.command(cls=OneOutputCommand)
@click.option(
    "-o",
    "--output",
    "folder",
    type=PathName(),
    required=True,
    help="Folder of the pages, a new one or one that was made before; it is replaced as a whole.",
)
@kb_option
def site(folder: Path, directories: tuple[Path, ...]) -> None:
    """Write the knowledge base as pages to read in a browser, from disk or from any web server.

    \b
    pgx-ana kb site -o site/
    """
    from pgx_ana.report import site_pages
    from pgx_ana.writing import page_folder

    knowledge = load_knowledge(directories)
    with page_folder(str(folder)) as pages:
        for address, page in site_pages(knowledge):
            pages.write(address, page)
    say(f"{folder / 'index.html'}: the first page")


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


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)
