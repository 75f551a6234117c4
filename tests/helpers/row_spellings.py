"""Ways of writing one person's variants: rows, and rewritings that leave the person as it is.

Nothing here is taken from the program: what a row means at a known variant is worked out again, so
that the program is held against it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pgx_ana.model import Locus, Variant

Genotype = tuple[int | None, ...]
"""Allele numbers, None for a missing copy; one number alone is haploid."""

Edit = tuple[int, str, str]
"""Position, and the bases that give way to others there."""

ANY_ALLELE = ("<NON_REF>", "<*>")
STAR = "*"
SEQUENCE = frozenset("ACGT")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: alleles, and the genotype of every sample.

    ``end`` is that of a block, 0 for other rows; ``quality`` is GQ and DP, the same for all, or
    empty.
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
        """Say whether every ALT is a sequence."""
        return all(SEQUENCE.issuperset(alt) for alt in self.alts) and not self.end

    @property
    def is_reference(self) -> bool:
        """Say whether everybody has two reference copies."""
        return set(self.genotypes) == {(0, 0)}


class Reference:
    """The reference bases that are known, by chromosome and position."""

    def __init__(self, bases: Mapping[tuple[str, int], str]) -> None:
        self._bases = dict(bases)

    def base(self, chrom: str, pos: int) -> str:
        """Return a base, N where it is not known."""
        return self._bases.get((chrom, pos), "N")

    def around(self, row: Row, reach: int) -> tuple[int, str]:
        """Return the known stretch around a row, and the position of its first base."""
        start, stop = row.pos, row.stop
        while (row.chrom, start - 1) in self._bases and start > row.pos - reach:
            start -= 1
        while (row.chrom, stop + 1) in self._bases and stop < row.stop + reach:
            stop += 1
        return start, self.stretch(row.chrom, start, stop)

    def stretch(self, chrom: str, start: int, stop: int) -> str:
        """Return the bases of a stretch, N for those that are not known."""
        return "".join(self.base(chrom, pos) for pos in range(start, stop + 1))


# what a row changes


def edit_of(row: Row, alt: str) -> Edit:
    """Return what an ALT changes, without the bases that it shares with REF at either end."""
    pos, ref = row.pos, row.ref
    while ref and alt and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    while ref and alt and ref[0] == alt[0]:
        pos, ref, alt = pos + 1, ref[1:], alt[1:]
    return pos, ref, alt


def applied(edits: Sequence[Edit], start: int, sequence: str) -> str | None:
    """Return a sequence with edits made in it, None where they overlap."""
    before = start + len(sequence)
    for pos, ref, alt in sorted(edits, reverse=True):
        if pos + len(ref) > before:
            return None
        offset = pos - start
        sequence = sequence[:offset] + alt + sequence[offset + len(ref) :]
        before = pos
    return sequence


def respellings(row: Row, reference: Reference, reach: int) -> Iterator[Row]:
    """Yield every row with the same meaning: padded with reference bases, or shifted.

    A row without ALT is only padded.
    """
    start, stretch = reference.around(row, reach)
    offset = row.pos - start
    haplotypes = [
        stretch[:offset] + alt + stretch[offset + len(row.ref) :] for alt in row.alts or (row.ref,)
    ]
    shared_left = min(shared(stretch, haplotype) for haplotype in haplotypes)
    shared_right = min(shared(stretch[::-1], haplotype[::-1]) for haplotype in haplotypes)
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


def shared(one: str, other: str) -> int:
    """Return how many characters two words have in common from their start."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


# rewritings


def merged(rows: Sequence[Row], reference: Reference) -> tuple[Row, list[list[Edit]]] | None:
    """Write several rows as one, copy by copy in the order of the genotypes.

    Every ALT of the rows stays among the alleles, so that nothing is told that was not before. The
    second value is what each ALT changes. None where a copy is missing, the copies of the rows are
    not as many, a base between is not known, or changes overlap.
    """
    genotypes = [genotype for row in rows for genotype in row.genotypes]
    if len({len(genotype) for genotype in genotypes}) != 1 or any(None in g for g in genotypes):
        return None
    start, stop = min(row.pos for row in rows), max(row.stop for row in rows)
    stretch = reference.stretch(rows[0].chrom, start, stop)
    found: dict[str, list[Edit]] = {stretch: []}

    def allele(edits: list[Edit]) -> str:
        sequence = applied(edits, start, stretch) or ""
        return sequence if edits == found.setdefault(sequence, edits) else ""

    copies = [
        tuple(allele(_edits(rows, sample, copy)) for copy in range(len(genotype)))
        for sample, genotype in enumerate(rows[0].genotypes)
    ]
    alone = [allele([edit_of(row, alt)]) for row in rows for alt in row.alts]
    if "N" in stretch or "" in {*alone, *(word for pair in copies for word in pair)}:
        return None
    alleles = list(found)
    genotypes = [tuple(alleles.index(word) for word in pair) for pair in copies]
    row = dataclasses.replace(
        rows[0], pos=start, ref=stretch, alts=tuple(alleles[1:]), genotypes=tuple(genotypes)
    )
    return row, list(found.values())[1:]


def _edits(rows: Sequence[Row], sample: int, copy: int) -> list[Edit]:
    numbers = [(row, row.genotypes[sample][copy]) for row in rows]
    return sorted(edit_of(row, row.alts[number - 1]) for row, number in numbers if number)


def split(row: Row, other: str) -> list[Row]:
    """Write a row for each ALT; a copy that has another ALT is 0, missing, or the star."""
    alleles = {"0": 0, ".": None, STAR: 2}
    return [
        dataclasses.replace(
            row,
            alts=(alt, STAR) if other == STAR else (alt,),
            genotypes=tuple(
                tuple(
                    copy if not copy else 1 if copy == number else alleles[other]
                    for copy in genotype
                )
                for genotype in row.genotypes
            ),
        )
        for number, alt in enumerate(row.alts, 1)
    ]


def with_any_allele(row: Row, name: str) -> Row:
    """Add the ALT of gVCF files that stands for every other allele."""
    return dataclasses.replace(row, alts=(*row.alts, name))


def as_block(row: Row, left: int, right: int, alts: tuple[str, ...], reference: Reference) -> Row:
    """Write a row of reference copies as a block that begins earlier and ends later."""
    start = row.pos - left
    return dataclasses.replace(
        row, pos=start, ref=reference.base(row.chrom, start), alts=alts, end=row.stop + right
    )


def turned(row: Row, samples: Sequence[int]) -> Row:
    """Write the copies of some samples in the other order."""
    return dataclasses.replace(
        row,
        genotypes=tuple(
            genotype[::-1] if number in samples else genotype
            for number, genotype in enumerate(row.genotypes)
        ),
    )


# what a row means at a known variant


def meant(edits: Sequence[Edit], variant: Variant, locus: Locus) -> str | None:
    """Return the allele of a variant that a copy with these changes has, None for no known one."""
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
    return _named(applied(inside, locus.window_start, locus.window), variant, locus)


def _named(sequence: str | None, variant: Variant, locus: Locus) -> str | None:
    """Return the known allele that gives a sequence in the window."""
    by_sequence = {
        applied([(locus.pos, locus.ref, bases)], locus.window_start, locus.window): bases
        for bases in variant.alleles
    }
    return by_sequence.get(sequence)


def told(row: Row, variant: Variant, locus: Locus) -> list[str | None]:
    """Return the allele of a variant that each ALT gives; None where no one allele is told.

    REF and ALT of equal length are compared base by base, others by the fewest edits. A base is
    told where all shortest alignments agree on it, or where all others delete it and it is known.
    An insertion, deletion or repeat is told by the window as all shortest alignments leave it,
    whatever bases are exchanged.
    """
    meaning = _base_told if variant.is_snv else _length_told
    return [meaning(row, alt, variant, locus) for alt in row.alts]


def _base_told(row: Row, alt: str, variant: Variant, locus: Locus) -> str | None:
    offset = locus.pos - row.pos
    if not 0 <= offset < len(row.ref):
        return locus.ref
    if len(row.ref) == len(alt):
        return alt[offset]

    def tell(index: int, removed: str, put: str) -> str:
        return (put or STAR) if removed and index == offset else ""

    found = outcomes(row.ref, alt, tell)
    bases = found - {STAR}
    if len(found) == 1:
        return next(iter(found))
    return next(iter(bases)) if len(bases) == 1 and bases <= set(variant.alleles) else None


def _length_told(row: Row, alt: str, variant: Variant, locus: Locus) -> str | None:
    if len(row.ref) == len(alt) or row.stop < locus.window_start or row.pos > locus.window_end:
        return locus.ref

    def tell(index: int, removed: str, put: str) -> str:
        first = locus.window_start if removed else locus.window_start + 1
        inside = first <= row.pos + index <= locus.window_end
        return (removed if removed and put else put) if inside else ""

    first = max(row.pos - locus.window_start, 0)
    behind = max(row.pos + len(row.ref) - locus.window_start, 0)
    found = {
        _named(locus.window[:first] + middle + locus.window[behind:], variant, locus)
        for middle in outcomes(row.ref, alt, tell)
    }
    return found.pop() if len(found) == 1 else None


def outcomes(ref: str, alt: str, tell: Callable[[int, str, str], str]) -> set[str]:
    """Return what is told of every alignment of two words with the fewest edits.

    ``tell`` gives a piece of text for each step: the number of the REF base, the base that is taken
    (empty for an insertion) and the one that is put (empty for a deletion).
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
            least = min((cost[behind] + price for behind, price, _, _ in steps), default=0)
            cost[i, j] = least
            texts[i, j] = {
                tell(i, removed, put) + text
                for behind, price, removed, put in steps
                if cost[behind] + price == least
                for text in texts[behind]
            } or {""}
    return texts[0, 0]
