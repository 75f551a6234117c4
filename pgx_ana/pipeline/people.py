"""Whether the files that name the same sample are files of one person.

Callers call their one sample ``SAMPLE``, ``default`` or ``sample1``, whoever it is. So a name alone
does not make two files one person: they must also cover different things, as the files of a cohort
that is split by chromosome or region do, or the user must say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pgx_ana.errors import InputError
from pgx_ana.model import Variant
from pgx_ana.pipeline.file_rows import FileRows
from pgx_ana.vcf import RecordFile

_Extents = Mapping[str, tuple[int, int]]

_ADVICE = (
    "files of different people: name each sample by its file with --sample-from-filename, or with "
    "--sample-sheet; files of one person: --same-person"
)


@dataclass(frozen=True, slots=True)
class _Coverage:
    """What one file covers: the numbers of the variants with rows, its extents, and its kind.

    ``is_structural`` says that all of its rows are copy numbers or structural variants.
    """

    loci: frozenset[int]
    is_structural: bool
    extents: _Extents


class People:
    """Checks each file against the earlier ones that name the same samples."""

    def __init__(self, files: Sequence[RecordFile], variants: Sequence[Variant]) -> None:
        self._variants = variants
        self._sharing = _files_that_share(files)
        self._coverage: dict[str, _Coverage] = {}

    def add(self, part: FileRows) -> None:
        """Note what a file covers, before it is closed.

        Raises :class:`InputError` where an earlier file names the same sample, and nothing shows
        that both are files of one person.
        """
        name = part.file.name
        sharing = self._sharing.get(name)
        if not sharing:
            return
        coverage = _Coverage(part.loci_with_rows(), part.file.is_structural(), part.file.extents())
        for other_name, sample in sharing.items():
            other = self._coverage.get(other_name)
            reason = "" if other is None else self._overlap(other, coverage)
            if reason:
                raise InputError(
                    f"sample {sample!r} is in {other_name} and in {name}, and {reason}: nothing "
                    f"shows that they are files of one person; {_ADVICE}"
                )
        self._coverage[name] = coverage

    def _overlap(self, one: _Coverage, other: _Coverage) -> str:
        """Say what two files both cover; nothing where each covers what the other does not."""
        if one.is_structural != other.is_structural:
            return ""
        shared = sorted(one.loci & other.loci)
        if shared:
            return f"both have rows at {self._variants[shared[0]].id}"
        for chrom in sorted(one.extents.keys() & other.extents.keys()):
            if not _are_regions(one.extents[chrom], other.extents[chrom]):
                return f"their rows on chromosome {chrom} are not of different regions"
        return ""


def _are_regions(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Say whether two extents on a chromosome are regions, one behind the other.

    Rows at a single position show no region: those of two people differ as well.
    """
    (first, last), (other_first, other_last) = one, other
    is_apart = last < other_first or other_last < first
    return is_apart and first < last and other_first < other_last


def _files_that_share(files: Sequence[RecordFile]) -> dict[str, dict[str, str]]:
    """Return, for each file, the files with the same samples, each with one such sample.

    Shards of a cohort have one list of samples: each distinct list is looked at once.
    """
    names_of: dict[tuple[str, ...], list[str]] = {}
    for file in files:
        names_of.setdefault(file.samples, []).append(file.name)
    lists_with: dict[str, list[tuple[str, ...]]] = {}
    shared: dict[tuple[str, ...], dict[tuple[str, ...], str]] = {}
    for samples, names in names_of.items():
        shared[samples] = {samples: samples[0]} if len(names) > 1 else {}
        for sample in samples if len(names_of) > 1 else ():
            for other in lists_with.setdefault(sample, []):
                shared[samples].setdefault(other, sample)
                shared[other].setdefault(samples, sample)
            lists_with[sample].append(samples)
    return {
        name: {
            other: sample
            for samples_there, sample in shared[samples].items()
            for other in names_of[samples_there]
            if other != name
        }
        for samples, names in names_of.items()
        for name in names
    }
