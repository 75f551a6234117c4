"""What people are called from the probabilities of a BGEN file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from helpers.bgen_files import MISSING, NONE, ZLIB, ZSTD, Bgen, Variant, hard_calls
from helpers.paths import TOY
from hypothesis import given
from hypothesis import strategies as st

import pgx_ana
from pgx_ana.biobank.bgen import BgenSource
from pgx_ana.errors import InputError
from pgx_ana.model import MISSING as NO_ALLELE
from pgx_ana.model import NO_COPY, CallOptions

IMPROBABLE = "the record has no GT, and no genotype has a probability of 0.9"
NAMES = [f"S{number}" for number in range(1, 10)]

Rows = list[tuple[str, ...]]


def calls_at(path: Path, variant: str = "rs1", **options: object) -> Rows:
    """Return genotype, status and reason of every sample at a variant."""
    frame = pgx_ana.annotate(path, kb=TOY, **options).calls  # type: ignore[arg-type]
    frame = frame.loc[frame["variant"] == variant, ["genotype", "status", "reason"]]
    rows = frame.astype(object).where(frame.notna(), "").replace({"genotype": {"": "."}})
    return list(rows.itertuples(index=False, name=None))


def file_with(path: Path, *variants: Variant, **options: object) -> Path:
    """Write a file of these variants, with as many people as the first one has."""
    names = NAMES[: len(variants[0].people)]
    return Bgen(variants, names, **options).write(path / "made.bgen")  # type: ignore[arg-type]


def rs1(people: Sequence[Sequence[int]], **options: object) -> Variant:
    return Variant(100, ("A", "C"), people, **options)  # type: ignore[arg-type]


CALLED = [("A/A", "called", ""), ("A/C", "called", ""), ("C/C", "called", "")]


@pytest.mark.parametrize("bits", [1, 2, 3, 7, 8, 9, 16, 17, 31, 32])
@pytest.mark.parametrize("compression", [NONE, ZLIB, ZSTD])
def test_hard_calls(tmp_path: Path, bits: int, compression: int) -> None:
    people = hard_calls(["0/0", "0/1", "1/1", "./."], bits=bits)
    variant = rs1(people, bits=bits, copies=[2, 2, 2, 2 | MISSING])
    path = file_with(tmp_path, variant, compression=compression)
    assert [*CALLED, ("./.", "no_call", IMPROBABLE)] == calls_at(path)


@pytest.mark.parametrize("compression", [NONE, ZLIB])
def test_layout_1(tmp_path: Path, compression: int) -> None:
    one = 1 << 15
    values = [[one, 0, 0], [0, one, 0], [0, 0, one], [0, 0, 0], [0, one // 2, one // 4]]
    path = file_with(tmp_path, rs1(values), layout=1, compression=compression)
    none = ("./.", "no_call", IMPROBABLE)
    assert [*CALLED, none, none] == calls_at(path)


def test_copies_in_phase(tmp_path: Path) -> None:
    variant = rs1(hard_calls(["0|0", "0|1", "1|0", "1|1"]), is_phased=True)
    expected = [(text, "called", "") for text in ("A|A", "A|C", "C|A", "C|C")]
    assert expected == calls_at(file_with(tmp_path, variant))


def test_one_copy_and_mixed_numbers_of_copies(tmp_path: Path) -> None:
    """A person has as many values as copies, so that those of the next begin where they end."""
    variant = rs1(
        [[255], [0, 255], [0], [], [0], [255, 0]],
        copies=[1, 2, 1, 0, 1 | MISSING, 2],
    )
    assert [
        ("A", "partial", "haploid call"),
        ("A/C", "called", ""),
        ("C", "partial", "haploid call"),
        ("./.", "no_call", IMPROBABLE),
        (".", "no_call", IMPROBABLE),
        ("A/A", "called", ""),
    ] == calls_at(file_with(tmp_path, variant))


def test_three_alleles(tmp_path: Path) -> None:
    """The order of genotypes is AA, AC, CC, AT, CT, TT."""
    texts = ["0/0", "0/1", "1/1", "0/2", "1/2", "2/2"]
    variant = Variant(200, ("A", "C", "T"), hard_calls(texts, n_alleles=3))
    expected = [(text, "called", "") for text in ("A/A", "A/C", "C/C", "A/T", "C/T", "T/T")]
    assert expected == calls_at(file_with(tmp_path, variant), "rs2")


def test_three_alleles_in_phase(tmp_path: Path) -> None:
    texts = ["0|2", "2|1", "1|0"]
    people = hard_calls(texts, n_alleles=3)
    variant = Variant(200, ("A", "C", "T"), people, is_phased=True)
    expected = [(text, "called", "") for text in ("A|T", "T|C", "C|A")]
    assert expected == calls_at(file_with(tmp_path, variant), "rs2")


@pytest.mark.parametrize("alleles", [("C", "A"), ("c", "a")])
def test_the_reference_is_found_by_its_sequence(tmp_path: Path, alleles: tuple[str, str]) -> None:
    variant = Variant(100, alleles, hard_calls(["1/1", "0/1", "0/0"]))
    assert CALLED == calls_at(file_with(tmp_path, variant))


def test_an_indel_that_the_sequence_does_not_tell_apart(tmp_path: Path) -> None:
    variant = Variant(401, ("G", "GT"), hard_calls(["0/1"]))
    reason = (
        "the file does not tell which of its alleles is the reference, G and GT "
        "(see --assume-ref-order)"
    )
    assert [(".", "mismatch", reason)] == calls_at(file_with(tmp_path, variant), "rs4")


@pytest.mark.parametrize(
    ("values", "min_gp", "expected"),
    [
        ((230, 25), 0.9, ("A/A", "called", "")),
        ((229, 26), 0.9, ("./.", "no_call", IMPROBABLE)),
        ((229, 26), 0.89, ("A/A", "called", "")),
        ((10, 10), 0.9, ("C/C", "called", "")),
        ((127, 127), 0.0, ("A/A", "called", "")),
        ((0, 0), 0.9, ("C/C", "called", "")),
    ],
)
def test_improbable_genotypes(
    tmp_path: Path, values: tuple[int, int], min_gp: float, expected: tuple[str, ...]
) -> None:
    path = file_with(tmp_path, rs1([values]))
    assert [expected] == calls_at(path, options=CallOptions(min_gp=min_gp))


@pytest.mark.parametrize(
    ("values", "expected"),
    [((250, 240), ("A|A", "called", "")), ((240, 240), (".|.", "no_call", IMPROBABLE))],
)
def test_the_probability_of_two_copies_is_their_product(
    tmp_path: Path, values: tuple[int, int], expected: tuple[str, ...]
) -> None:
    """240/255 is 0.94, but its square is 0.886."""
    path = file_with(tmp_path, rs1([values], is_phased=True))
    assert [expected] == calls_at(path)


@given(
    st.lists(
        st.tuples(st.integers(0, 255), st.integers(0, 255)).filter(lambda pair: sum(pair) <= 255),
        min_size=1,
        max_size=9,
    )
)
def test_the_same_calls_as_from_a_vcf(
    tmp_path_factory: pytest.TempPathFactory, people: list[tuple[int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("same")
    names = NAMES[: len(people)]
    texts = [",".join(repr(p / 255) for p in (a, b, 255 - a - b)) for a, b in people]
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"]
    header = ["##fileformat=VCFv4.2", "##contig=<ID=1,length=1000>"]
    row = ["1", "100", ".", "A", "C", ".", ".", ".", "GP"]
    lines = [*header, "\t".join([*columns, *names]), "\t".join([*row, *texts])]
    vcf = folder / "made.vcf"
    vcf.write_text("\n".join(lines) + "\n")
    assert calls_at(vcf) == calls_at(file_with(folder, rs1(people)))


def test_probabilities_that_sum_to_more_than_one(tmp_path: Path) -> None:
    """By a rounding they may, a little: the last one is then none."""
    assert [("A/A", "called", "")] == calls_at(file_with(tmp_path, rs1([(255, 1)])))
    path = file_with(tmp_path, rs1([(0, 255), (255, 20)]))
    message = r"1:100 \.: the genotypes are damaged: the probabilities of sample 'S2' sum to more"
    with pytest.raises(pgx_ana.PgxAnaError, match=message):
        calls_at(path)


def test_three_copies_are_refused(tmp_path: Path) -> None:
    path = file_with(tmp_path, rs1([[0, 255], [255, 0, 0]], copies=[2, 3]))
    message = "sample 'S2' has a genotype of 3 copies; expected at most two"
    with pytest.raises(pgx_ana.PgxAnaError, match=message):
        calls_at(path)


def test_an_allele_without_a_name(tmp_path: Path) -> None:
    """It is the reference if the other one is not; nobody is said to have it."""
    variant = Variant(100, ("C", "."), hard_calls(["0/0", "0/1"]))
    expected = [("C/C", "called", ""), ("C/.", "partial", "one copy missing")]
    assert expected == calls_at(file_with(tmp_path, variant))


def test_what_is_not_in_the_file(tmp_path: Path) -> None:
    path = file_with(tmp_path, rs1(hard_calls(["0/1"])))
    assert [(".", "absent", "no record covers the locus")] == calls_at(path, "rs6")
    options = CallOptions(absent_is_reference=True)
    assert [("A/A", "called", "absent, asserted to be reference")] == calls_at(
        path, "rs2", options=options, genes="AAA"
    )


def test_fields_that_no_bgen_file_has(tmp_path: Path) -> None:
    """There is no FILTER, no quality and no depth, and none is invented."""
    path = file_with(tmp_path, rs1(hard_calls(["0/1"])))
    frame = pgx_ana.annotate(path, kb=TOY).calls
    row = frame.loc[frame["variant"] == "rs1", ["gq", "dp", "phase_set", "source"]]
    assert ["", "", "", "record"] == row.astype(object).where(row.notna(), "").iloc[0].tolist()


def decoded(path: Path, people: Sequence[int]) -> list[tuple[list[int], bool, float]]:
    """Return alleles, phase and probability of some people in each variant of a file."""
    source = BgenSource(str(path), path.name, "")
    found = []
    for variant in source._variants:
        whole = source._decoded(variant)
        for code in whole.codes[np.array(people)].tolist():
            row = whole.alleles[code].tolist(), bool(whole.phased[code])
            found.append((*row, round(float(whole.probability[code]), 6)))  # type: ignore[index]
    source.close()
    return found


def test_equal_genotypes_are_kept_once(tmp_path: Path) -> None:
    variant = rs1([(255, 0), (0, 255), (255, 0), (240, 10), (240, 15), (0, 0)], copies=[2] * 6)
    path = file_with(tmp_path, variant)
    assert [([0, 0], False, 1.0), ([0, 1], False, 1.0), ([0, 0], False, 1.0)] == decoded(
        path, (0, 1, 2)
    )
    source = BgenSource(str(path), path.name, "")
    whole = source._decoded(next(iter(source._variants)))
    assert (4, "uint8") == (len(whole.alleles), whole.codes.dtype.name)
    assert whole.codes[3] == whole.codes[4]
    source.close()


def test_a_missing_copy_is_that_of_one_copy(tmp_path: Path) -> None:
    path = file_with(tmp_path, rs1([[0], [0, 0]], copies=[1 | MISSING, 2 | MISSING]))
    source = BgenSource(str(path), path.name, "")
    whole = source._decoded(next(iter(source._variants)))
    assert [[NO_ALLELE, NO_COPY], [NO_ALLELE, NO_ALLELE]] == whole.alleles[whole.codes].tolist()
    assert np.isnan(whole.probability).all()  # type: ignore[arg-type]
    source.close()


UNDECIDED = (
    "the file does not tell which of its alleles is the reference, G and GT "
    "(see --assume-ref-order)"
)
ASSUMED = CallOptions(assume_ref_order=True)


@pytest.mark.parametrize(
    ("snvs", "indel", "expected"),
    [
        ([("A", "C")], ("G", "GT"), [("G/GT", "called", "")]),
        ([("C", "A")], ("GT", "G"), [("G/GT", "called", "")]),
        # The other way round it is a deletion, which the knowledge base does not list.
        ([("C", "A")], ("G", "GT"), [("G/T>-", "unknown_allele", "not a known allele: T>-")]),
        # No other site shows the order.
        ([], ("G", "GT"), [(".", "mismatch", UNDECIDED)]),
    ],
)
def test_an_order_that_is_the_same_everywhere(
    tmp_path: Path, snvs: list[tuple[str, str]], indel: tuple[str, str], expected: Rows
) -> None:
    people = hard_calls(["0/1"])
    variants = [Variant(100, alleles, people) for alleles in snvs]
    path = file_with(tmp_path, *variants, Variant(401, indel, people))
    without = calls_at(path, "rs4", assembly="GRCh38")
    shown = [(".", "mismatch", UNDECIDED.replace("G and GT", " and ".join(indel)))]
    assert shown == without
    assert expected == calls_at(path, "rs4", assembly="GRCh38", options=ASSUMED)


def test_an_order_that_is_not_the_same_everywhere(tmp_path: Path) -> None:
    people = hard_calls(["0/1"])
    variants = [Variant(100, ("A", "C"), people), Variant(200, ("A", "T"), people)]
    path = file_with(tmp_path, *variants)
    assert [("A/C", "called", "")] == calls_at(path)
    turned = file_with(tmp_path, variants[0], Variant(200, ("T", "A"), people))
    message = (
        "made.bgen: --assume-ref-order is wrong for this file: at 1 of 2 known sites the first "
        "allele is not the reference, and at the others it is"
    )
    with pytest.raises(InputError, match=f"{message}$"):
        calls_at(turned, options=ASSUMED)
