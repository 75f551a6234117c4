"""What rows without an ALT sequence are: reference blocks, or segments that count copies.

A reference block says that a caller looked at its bases. A copy-number segment counts the reads
over a stretch and says nothing of any base, however it is written. Rows are bytes here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pgx_ana.errors import InputError

_TAB = b"\t"
_FORMAT = 8
_ANY_ALLELE = frozenset({b"<NON_REF>", b"<*>", b"."})
_END = re.compile(rb"(?:^|;)END=([0-9]{1,10})(?:;|$)")

# Written by callers of bases: quality, depth, likelihoods, reads per allele.
_BASE_FIELDS = frozenset(
    b"GQ RGQ GQX DP MIN_DP DPI PL GL PP GP AD ADF ADR AO RO NR NV DS HDS".split()
)
# Written by callers of copy numbers (GATK gCNV, Canvas, DRAGEN, CNVnator) and by ExpansionHunter,
# which counts the units of a repeat.
_COPY_FIELDS = frozenset(b"CN CNQ CNL CNP CNF CNLP MCN MCC SM BC NP QA QS QSE QSS REPCN".split())


def counts_copies(columns: Sequence[bytes]) -> bool:
    """Say whether a row, of at least nine columns, counts copies and says nothing of bases.

    Its ALTs are symbolic or none. A base caller writes no CN, so that a CN beside REF N is enough;
    other copy-number fields, or REF N in a row that calls itself structural, must stand without any
    field of a base caller.
    """
    is_symbolic = all(alt == b"." or alt.startswith(b"<") for alt in columns[4].split(b","))
    if not is_symbolic or len(columns) <= _FORMAT:
        return False
    fields = set(columns[_FORMAT].split(_TAB, 1)[0].split(b":"))
    is_unnamed = columns[3].upper() == b"N"
    if is_unnamed and b"CN" in fields:
        return True
    if not fields.isdisjoint(_BASE_FIELDS):
        return False
    is_structural = b"SVTYPE=" in columns[7] or b"REFLEN=" in columns[7]
    return not fields.isdisjoint(_COPY_FIELDS) or (is_unnamed and is_structural)


def is_reference_row(columns: Sequence[bytes]) -> bool:
    """Say whether a row reports the reference only: a block, or a row of one base without ALT."""
    is_any = all(alt in _ANY_ALLELE for alt in columns[4].upper().split(b","))
    return is_any and not counts_copies(columns)


def longest_block_end(columns: Sequence[bytes]) -> int:
    """Return the last position of the longest block of any sample by LEN; 0 without LEN.

    LEN is the length of the block of each sample (VCF 4.5, section 1.6.2).
    """
    if len(columns) <= _FORMAT or b"LEN" not in columns[_FORMAT]:
        return 0
    names, _, samples = columns[_FORMAT].partition(_TAB)
    fields = names.rstrip(b"\r\n").split(b":")
    if b"LEN" not in fields or not any(alt in _ANY_ALLELE for alt in columns[4].split(b",")):
        return 0
    value = rb"(?:^|\t)(?:[^:\t]*:){%d}([0-9]{1,10})(?=[:\t\r\n]|$)" % fields.index(b"LEN")
    lengths = [int(length) for length in re.findall(value, samples)]
    return int(columns[1]) + max(lengths) - 1 if lengths else 0


class OpenBlocks:
    """The reference blocks of one contig that have been read, which no other may overlap.

    ``end`` is the last position of any of them. In one sample, the blocks of a gVCF follow one
    another. A tool that lifts rows to another assembly and leaves END as it was makes them overlap;
    which of them says what is then not known. Blocks that say the same may overlap.
    """

    def __init__(self) -> None:
        self.end = 0
        self._blocks: list[tuple[int, int, bytes]] = []

    def add(self, text: bytes) -> None:
        """Take a row; it is kept if it is a block of more than its REF."""
        columns = text.split(_TAB, _FORMAT)
        start = int(columns[1])
        found = _END.search(columns[7])
        end = max(int(found[1]) if found else 0, longest_block_end(columns))
        if end > start + len(columns[3]) - 1 and is_reference_row(columns):
            self._blocks.append((start, end, text))
            self.end = max(self.end, end)

    def check(self, text: bytes, place: str) -> None:
        """Raise :class:`InputError` if a row is a block that begins within another of a sample."""
        columns = text.split(_TAB, _FORMAT)
        start = int(columns[1])
        covering = [block for block in self._blocks if block[0] < start <= block[1]]
        if not covering or not is_reference_row(columns):
            return
        samples, has_data = _samples(text), _has_data(text)
        for first, last, block in covering:
            if samples == _samples(block):
                continue
            other = _has_data(block)
            if len(other) == len(has_data) and (other & has_data).any():
                raise InputError(
                    f"{place}: position {start} is within the reference block from {first} to its "
                    f"END, {last}: blocks of one sample cannot overlap. END is probably left over "
                    "from another assembly; make the file anew on this one"
                )


def _samples(text: bytes) -> bytes:
    """Return FORMAT and the columns of the samples."""
    return b"".join(text.rstrip(b"\r\n").split(_TAB, _FORMAT)[_FORMAT:])


def _has_data(text: bytes) -> NDArray[np.bool_]:
    """Return, for each sample of a row, whether it has any value."""
    samples = text.rstrip(b"\r\n").split(_TAB, _FORMAT + 1)[_FORMAT + 1 :]
    if not samples or not samples[0]:
        return np.zeros(0, np.bool_)
    letters = np.frombuffer(samples[0], np.uint8)
    starts = np.concatenate([[0], np.flatnonzero(letters == ord("\t")) + 1])
    is_value = ~np.isin(letters, np.frombuffer(b"./|:,\t", np.uint8))
    # Every sample has at least one letter or a tab: a last, empty one is none.
    starts = starts[starts < len(letters)]
    return np.asarray(np.logical_or.reduceat(is_value, starts))
