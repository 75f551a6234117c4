"""Which allele is the reference, in files that do not say so: refused or turned, never guessed."""

from __future__ import annotations

import numpy as np
import pytest

from pgx_ana.biobank.reference_order import by_reference, with_reference
from pgx_ana.model import MISSING, Record
from pgx_ana.vcf import Target

SNV = Target("15", 100, 100, "A")
REPEAT = Target("2", 100, 106, "CATATAT")
"""Both C and CAT, at 100, agree with this sequence."""

SEES = "the file does not tell which of its alleles is the reference, {} (see --assume-ref-order)"


def entry(pos: int, *alleles: str) -> Record:
    ref, *alts = alleles
    end = pos + max(len(ref), 1) - 1
    nobody, no_phases = np.zeros((0, 2), np.int16), np.zeros(0, np.bool_)
    return Record("15", pos, end, ref, tuple(alts), (".",), nobody, no_phases)


@pytest.mark.parametrize(
    ("target", "alleles", "pos", "ref", "alts", "numbers"),
    [
        (SNV, ("A", "C"), 100, "A", ("C",), (0, 1)),
        (SNV, ("C", "A"), 100, "A", ("C",), (1, 0)),
        (SNV, ("C", "T", "A"), 100, "A", ("C", "T"), (1, 2, 0)),
        # Nobody has the allele without a name.
        (SNV, ("A", ""), 100, "A", (), (0, MISSING)),
        (SNV, ("", "A"), 100, "A", (), (MISSING, 0)),
        (SNV, ("C", ""), 100, "A", ("C",), (1, 0)),
        (SNV, ("", "C"), 100, "A", ("C",), (0, 1)),
        # Neither is the reference: the order stays, and REF will not agree with the locus.
        (SNV, ("C", "G"), 100, "C", ("G",), (0, 1)),
        # The reference on the other strand.
        (SNV, ("G", "T"), 100, "T", ("G",), (1, 0)),
        # Longer alleles over the base: only one of them fits.
        (SNV, ("GC", "GA"), 99, "GA", ("GC",), (1, 0)),
        (SNV, ("GC", "G"), 99, "G", ("GC",), (1, 0)),
        (REPEAT, ("C", "CG"), 100, "C", ("CG",), (0, 1)),
        (REPEAT, ("CG", "C"), 100, "C", ("CG",), (1, 0)),
    ],
)
def test_the_allele_that_fits_is_the_reference(
    target: Target,
    alleles: tuple[str, ...],
    pos: int,
    ref: str,
    alts: tuple[str, ...],
    numbers: tuple[int, ...],
) -> None:
    order = by_reference(entry(pos, *alleles), target)
    assert (order.site.ref, order.site.alts, order.numbers) == (ref, alts, numbers)
    assert order.site.end == pos + len(ref) - 1
    assert not order.is_undecided
    assert order.site.mismatch == ""
    assert order.is_turned == (numbers[0] != 0)


@pytest.mark.parametrize("alleles", [("C", "CAT"), ("CAT", "C"), ("C", "CAT", "CATAT")])
def test_a_repeat_that_fits_several_alleles_is_undecided(alleles: tuple[str, ...]) -> None:
    order = by_reference(entry(100, *alleles), REPEAT)
    assert order.is_undecided
    assert (order.site.ref, order.site.alts) == (alleles[0], alleles[1:])
    assert order.site.mismatch == SEES.format(" and ".join(alleles))


def test_an_allele_that_does_not_fit_is_not_the_reference_of_an_undecided_site() -> None:
    order = by_reference(entry(100, "T", "A", "ATT"), SNV)
    assert (order.site.ref, order.site.alts, order.numbers) == ("A", ("T", "ATT"), (1, 0, 2))
    assert (order.is_undecided, order.is_turned) == (True, True)
    assert order.site.mismatch == SEES.format("T and A and ATT")


@pytest.mark.parametrize("alleles", [("CAT", ""), ("", "CAT"), ("C", ""), ("", "C")])
def test_at_a_repeat_an_allele_without_a_name_may_be_the_reference(
    alleles: tuple[str, ...],
) -> None:
    order = by_reference(entry(100, *alleles), REPEAT)
    assert order.is_undecided
    (named,) = filter(None, alleles)
    assert (order.site.ref, order.site.alts, order.is_turned) == (named, (), alleles[0] == "")
    assert order.site.mismatch == SEES.format(f"{named} and one without a name")


@pytest.mark.parametrize(
    ("target", "pos", "alleles"),
    [
        (SNV, 99, ("", "GC")),
        (SNV, 100, ("", "CT")),
        (REPEAT, 100, ("", "G")),
        (REPEAT, 100, ("", "")),
    ],
)
def test_where_no_allele_with_a_name_fits_the_row_is_not_passed_over(
    target: Target, pos: int, alleles: tuple[str, ...]
) -> None:
    order = by_reference(entry(pos, *alleles), target)
    assert order.site.mismatch == "no allele of the row that has a name is the reference"
    assert (order.is_turned, order.is_undecided) == (False, False)


def test_an_uncertain_reference_decides_nothing() -> None:
    order = by_reference(entry(100, "A", "C"), Target("15", 100, 100))
    assert order.is_undecided
    assert order.numbers == (0, 1)


def test_a_site_that_the_file_vouches_for_stays_as_it_is() -> None:
    order = with_reference(entry(100, "CAT", "C"), 0)
    assert (order.site.ref, order.site.alts, order.numbers) == ("CAT", ("C",), (0, 1))
    assert not order.is_turned
