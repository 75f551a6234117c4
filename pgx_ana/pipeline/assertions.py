"""Whether ``--absent-is-reference`` may be believed: the files must know the chromosome."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from pgx_ana.errors import InputError
from pgx_ana.model import CohortCalls
from pgx_ana.vcf import RecordFile


def known_chromosomes(file: RecordFile, needed: Collection[str]) -> frozenset[str]:
    """Return the chromosomes that a file knows, from its header and index, else from its rows.

    ``needed`` are those that matter: the file is read for its rows only if one of them is missing.
    """
    declared = file.declared_chromosomes
    return frozenset(declared if declared >= set(needed) else declared | set(file.extents()))


def check_assertion(calls: CohortCalls, chromosomes: Sequence[Collection[str]]) -> None:
    """Raise :class:`InputError` for genes on a chromosome that a person's files do not know.

    Their genotypes would be invented. ``chromosomes`` are those that each file knows.
    """
    for numbers, _ in calls.sample_files.counts():
        known = set().union(*(chromosomes[number] for number in numbers))
        unknown = _genes_beyond(known, calls)
        if unknown:
            names = ", ".join(calls.files[number].name for number in numbers)
            raise InputError(
                f"{names}: --absent-is-reference cannot be used for {', '.join(unknown)}: no "
                "contig of their chromosomes is in the header or the rows, so their genotypes "
                f"would be invented; choose genes with -g" + _remaining(calls, unknown)
            )


def _genes_beyond(known: Collection[str], calls: CohortCalls) -> list[str]:
    """Return the genes with a variant on a chromosome that is not known."""
    loci = ((site.variant, site.variant.loci[calls.assembly]) for site in calls.sites)
    return list(dict.fromkeys(variant.gene for variant, locus in loci if locus.chrom not in known))


def _remaining(calls: CohortCalls, unknown: Iterable[str]) -> str:
    """Return the genes that remain, for a message; nothing where none does."""
    genes = dict.fromkeys(site.variant.gene for site in calls.sites)
    remaining = [gene for gene in genes if gene not in set(unknown)]
    return f": {', '.join(remaining)}" if remaining else ""
