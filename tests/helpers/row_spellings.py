"""Equivalent VCF representations of the same genotypes, and what a row means at a known variant.

Nothing here uses the program's own allele matching: the meaning of a row is derived independently,
so that the program can be checked against it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pgx_ana.model import Locus, Variant

Genotype = tuple[int | None, ...]
"""Allele numbers, None for a missing copy; a single number is a haploid genotype."""

Edit = tuple[int, str, str]
"""Position, the removed bases and the inserted bases."""

ANY_ALLELE = ("<NON_REF>", "<*>")
STAR = "*"
SEQUENCE = frozenset("ACGT")


@dataclass(frozen=True, slots=True)
class Row:
    """One VCF row: its alleles and the genotype of every sample.

    ``end`` is INFO/END of a reference block, 0 for other rows. ``quality`` is GQ and DP, the same
    for all samples, or empty.
    """

    chrom: str
    pos: int
    ref: str
    alts: tuple[str, ...]
    genotypes: tuple[Genotype, ...]
    end: int = 0
    quality: str = "50 20"

    @property
    def stop(self) -> int:
        """Return the last position of the row."""
        return max(self.end, self.pos + len(self.ref) - 1)

    @property
    def is_plain(self) -> bool:
        """Return whether every ALT is a sequence and the row is no block."""
        return all(SEQUENCE.issuperset(alt) for alt in self.alts) and not self.end

    @property
    def is_reference(self) -> bool:
        """Return whether every sample is homozygous reference."""
        return set(self.genotypes) == {(0, 0)}


class Reference:
    """The known reference bases, by chromosome and position."""

    def __init__(self, bases: Mapping[tuple[str, int], str]) -> None:
        self._bases = dict(bases)

    def base(self, chrom: str, pos: int) -> str:
        """Return a base, N if it is unknown."""
        return self._bases.get((chrom, pos), "N")

    def around(self, row: Row, reach: int) -> tuple[int, str]:
        """Return the known sequence around a row, after the position of its first base.

        It extends at most ``reach`` bases to either side.
        """
        start, stop = row.pos, row.stop
        while (row.chrom, start - 1) in self._bases and start > row.pos - reach:
            start -= 1
        while (row.chrom, stop + 1) in self._bases and stop < row.stop + reach:
            stop += 1
        return start, self.stretch(row.chrom, start, stop)

    def stretch(self, chrom: str, start: int, stop: int) -> str:
        """Return the bases from start to stop (inclusive), N for unknown ones."""
        return "".join(self.base(chrom, pos) for pos in range(start, stop + 1))


# The sequence change of a row


def edit_of(row: Row, alt: str) -> Edit:
    """Return the change of an ALT, trimmed of the bases that it shares with REF at either end."""
    pos, ref = row.pos, row.ref
    while ref and alt and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    while ref and alt and ref[0] == alt[0]:
        pos, ref, alt = pos + 1, ref[1:], alt[1:]
    return pos, ref, alt


def apply_edits(edits: Sequence[Edit], start: int, sequence: str) -> str | None:
    """Return a sequence with edits applied, None if they overlap."""
    before = start + len(sequence)
    for pos, ref, alt in sorted(edits, reverse=True):
        if pos + len(ref) > before:
            return None
        offset = pos - start
        sequence = sequence[:offset] + alt + sequence[offset + len(ref) :]
        before = pos
    return sequence


def respellings(row: Row, reference: Reference, reach: int) -> Iterator[Row]:
    """Yield every equivalent row: padded with reference bases, or shifted.

    A row without ALT is only padded.
    """
    start, stretch = reference.around(row, reach)
    offset = row.pos - start
    haplotypes = [
        stretch[:offset] + alt + stretch[offset + len(row.ref) :] for alt in row.alts or (row.ref,)
    ]
    shared_left = min(common_prefix_length(stretch, haplotype) for haplotype in haplotypes)
    shared_right = min(
        common_prefix_length(stretch[::-1], haplotype[::-1]) for haplotype in haplotypes
    )
    if not row.alts:
        shared_left, shared_right = offset, len(stretch) - offset - len(row.ref)
    for first in range(min(shared_left, len(stretch) - 1) + 1):
        for last in range(max(len(stretch) - shared_right, first + 1), len(stretch) + 1):
            alts = [
                haplotype[first : len(haplotype) - (len(stretch) - last)]
                for haplotype in haplotypes
            ]
            if all(alts):
                yield dataclasses.replace(
                    row,
                    pos=start + first,
                    ref=stretch[first:last],
                    alts=tuple(alts) if row.alts else (),
                )


def common_prefix_length(first: str, second: str) -> int:
    """Return the length of the common prefix of two sequences."""
    count = 0
    for left, right in zip(first, second, strict=False):
        if left != right:
            break
        count += 1
    return count


# Rewriting rows


def merged(rows: Sequence[Row], reference: Reference) -> tuple[Row, list[list[Edit]]] | None:
    """Merge several rows into one, copy by copy in the order of the genotypes.

    Every ALT of the rows stays among the alleles, so that the merged row carries no additional
    information. The second value has the edits of each ALT. Returns None if a copy is missing, the
    ploidies of the rows differ, a base between the rows is unknown, or edits overlap.
    """
    genotypes = [genotype for row in rows for genotype in row.genotypes]
    if len({len(genotype) for genotype in genotypes}) != 1 or any(None in g for g in genotypes):
        return None
    start, stop = min(row.pos for row in rows), max(row.stop for row in rows)
    stretch = reference.stretch(rows[0].chrom, start, stop)
    edits_of: dict[str, list[Edit]] = {stretch: []}

    def allele(edits: list[Edit]) -> str:
        sequence = apply_edits(edits, start, stretch) or ""
        return sequence if edits == edits_of.setdefault(sequence, edits) else ""

    copies = [
        tuple(allele(_edits(rows, sample, copy)) for copy in range(len(genotype)))
        for sample, genotype in enumerate(rows[0].genotypes)
    ]
    single_alts = [allele([edit_of(row, alt)]) for row in rows for alt in row.alts]
    if "N" in stretch or "" in {
        *single_alts,
        *(bases for genotype in copies for bases in genotype),
    }:
        return None
    alleles = list(edits_of)
    genotypes = [tuple(alleles.index(bases) for bases in genotype) for genotype in copies]
    row = dataclasses.replace(
        rows[0], pos=start, ref=stretch, alts=tuple(alleles[1:]), genotypes=tuple(genotypes)
    )
    return row, list(edits_of.values())[1:]


def _edits(rows: Sequence[Row], sample: int, copy: int) -> list[Edit]:
    """Return the edits of all rows on one copy of a sample."""
    numbers = [(row, row.genotypes[sample][copy]) for row in rows]
    return sorted(edit_of(row, row.alts[number - 1]) for row, number in numbers if number)


def split(row: Row, placeholder: str) -> list[Row]:
    """Split a row into one row per ALT; ``placeholder`` (0, . or *) replaces the other ALTs."""
    number_of_placeholder = {"0": 0, ".": None, STAR: 2}[placeholder]
    return [
        dataclasses.replace(
            row,
            alts=(alt, STAR) if placeholder == STAR else (alt,),
            genotypes=tuple(
                tuple(
                    copy if not copy else 1 if copy == number else number_of_placeholder
                    for copy in genotype
                )
                for genotype in row.genotypes
            ),
        )
        for number, alt in enumerate(row.alts, 1)
    ]


def with_any_allele(row: Row, name: str) -> Row:
    """Add the gVCF ALT that represents every other allele (<NON_REF> or <*>)."""
    return dataclasses.replace(row, alts=(*row.alts, name))


def as_block(row: Row, left: int, right: int, alts: tuple[str, ...], reference: Reference) -> Row:
    """Rewrite a homozygous reference row as a block that starts and ends farther out."""
    start = row.pos - left
    return dataclasses.replace(
        row, pos=start, ref=reference.base(row.chrom, start), alts=alts, end=row.stop + right
    )


def copies_swapped(row: Row, samples: Sequence[int]) -> Row:
    """Swap the copies of some samples."""
    return dataclasses.replace(
        row,
        genotypes=tuple(
            genotype[::-1] if number in samples else genotype
            for number, genotype in enumerate(row.genotypes)
        ),
    )


# The meaning of a row at a known variant


def edited_allele(edits: Sequence[Edit], variant: Variant, locus: Locus) -> str | None:
    """Return the allele of a variant on a copy with these edits, None if it is not a known one."""
    if variant.is_snv:
        at_locus = [edit for edit in edits if edit[0] <= locus.pos < edit[0] + len(edit[1])]
        if not at_locus:
            return locus.ref
        pos, ref, alt = at_locus[0]
        return alt[locus.pos - pos] if len(ref) == len(alt) else None
    inside = [
        (pos, ref, alt)
        for pos, ref, alt in edits
        if len(ref) != len(alt) and pos <= locus.window_end and pos + len(ref) > locus.window_start
    ]
    return _known_allele(apply_edits(inside, locus.window_start, locus.window), variant, locus)


def _known_allele(sequence: str | None, variant: Variant, locus: Locus) -> str | None:
    """Return the known allele that produces a sequence in the window, None if there is none."""
    by_sequence = {
        apply_edits([(locus.pos, locus.ref, bases)], locus.window_start, locus.window): bases
        for bases in variant.alleles
    }
    return by_sequence.get(sequence)


def alt_alleles(row: Row, variant: Variant, locus: Locus) -> list[str | None]:
    """Return the allele of a variant that each ALT represents, None if it cannot be determined.

    REF and ALT of equal length are compared base by base, others by an alignment with the fewest
    edits. A base is determined if all shortest alignments agree on it, or if the only alternative
    is its deletion and the base is a known allele. The allele of an insertion, deletion or repeat
    is determined by the sequence of the window after all shortest alignments, ignoring
    substitutions.
    """
    allele_of = _snv_allele if variant.is_snv else _indel_allele
    return [allele_of(row, alt, variant, locus) for alt in row.alts]


def _snv_allele(row: Row, alt: str, variant: Variant, locus: Locus) -> str | None:
    offset = locus.pos - row.pos
    if not 0 <= offset < len(row.ref):
        return locus.ref
    if len(row.ref) == len(alt):
        return alt[offset]

    def describe(index: int, removed: str, inserted: str) -> str:
        return (inserted or STAR) if removed and index == offset else ""

    outcomes = alignment_outcomes(row.ref, alt, describe)
    bases = outcomes - {STAR}
    if len(outcomes) == 1:
        return next(iter(outcomes))
    return next(iter(bases)) if len(bases) == 1 and bases <= set(variant.alleles) else None


def _indel_allele(row: Row, alt: str, variant: Variant, locus: Locus) -> str | None:
    if len(row.ref) == len(alt) or row.stop < locus.window_start or row.pos > locus.window_end:
        return locus.ref

    def describe(index: int, removed: str, inserted: str) -> str:
        first = locus.window_start if removed else locus.window_start + 1
        inside = first <= row.pos + index <= locus.window_end
        return (removed if removed and inserted else inserted) if inside else ""

    first = max(row.pos - locus.window_start, 0)
    after = max(row.pos + len(row.ref) - locus.window_start, 0)
    alleles = {
        _known_allele(locus.window[:first] + middle + locus.window[after:], variant, locus)
        for middle in alignment_outcomes(row.ref, alt, describe)
    }
    return alleles.pop() if len(alleles) == 1 else None


def alignment_outcomes(ref: str, alt: str, describe: Callable[[int, str, str], str]) -> set[str]:
    """Return the description of every alignment of two sequences with the fewest edits.

    ``describe`` returns the text of one step from the index of the REF base, the removed base
    (empty for an insertion) and the inserted base (empty for a deletion).
    """
    cost: dict[tuple[int, int], int] = {}
    texts: dict[tuple[int, int], set[str]] = {}
    for i in range(len(ref), -1, -1):
        for j in range(len(alt), -1, -1):
            steps = [
                (
                    (i + 1, j + 1),
                    int(ref[i : i + 1] != alt[j : j + 1]),
                    ref[i : i + 1],
                    alt[j:][:1],
                ),
                ((i + 1, j), 1, ref[i : i + 1], ""),
                ((i, j + 1), 1, "", alt[j : j + 1]),
            ]
            steps = [step for step in steps if step[0] in cost]
            least = min((cost[rest] + penalty for rest, penalty, _, _ in steps), default=0)
            cost[i, j] = least
            texts[i, j] = {
                describe(i, removed, inserted) + text
                for rest, penalty, removed, inserted in steps
                if cost[rest] + penalty == least
                for text in texts[rest]
            } or {""}
    return texts[0, 0]
