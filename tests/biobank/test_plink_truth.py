"""PGEN files whose genotypes and list of variants do not say the same: nothing is misread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pgx_ana.biobank.kinds import Kind
from pgx_ana.biobank.reference_order import with_reference
from pgx_ana.errors import InputError
from pgx_ana.model import MISSING, NO_COPY
from pgx_ana.vcf import Target, TargetIndex

pgenlib = pytest.importorskip("pgenlib", reason="reads and writes PGEN")

from pgx_ana.biobank.plink import PlinkSource  # noqa: E402  # needs pgenlib
from pgx_ana.biobank.source import Entry  # noqa: E402

_PEOPLE = "#IID\tSEX\nman\t1\nwoman\t2\nunknown\tNA\n"
_NAN = float("nan")


def _source(folder: Path, rows: Sequence[str]) -> PlinkSource:
    """Open ``a.pgen`` of a folder with a list of variants: CHROM, POS, REF and ALT of each."""
    lines = ["#CHROM\tPOS\tID\tREF\tALT"]
    for row in rows:
        chrom, pos, ref, alt = row.split()
        lines.append(f"{chrom}\t{pos}\t.\t{ref}\t{alt}")
    (folder / "a.pvar").write_text("".join(f"{line}\n" for line in lines))
    (folder / "a.psam").write_text(_PEOPLE)
    return PlinkSource(str(folder / "a.pgen"), "a.pgen", Kind.PGEN)


def _write_calls(folder: Path, rows: Sequence[Sequence[int]]) -> None:
    counts = [max(2, max(row) + 1) for row in rows]
    writer = pgenlib.PgenWriter(
        bytes(folder / "a.pgen"),
        3,
        variant_ct=len(rows),
        nonref_flags=False,
        allele_ct_limit=max(counts),
    )
    for row, count in zip(rows, counts, strict=True):
        writer.append_alleles(np.array(row, np.int32), allele_ct=count)
    writer.close()


def _write_dosages(folder: Path, dosages: Sequence[float]) -> None:
    writer = pgenlib.PgenWriter(
        bytes(folder / "a.pgen"), 3, variant_ct=1, nonref_flags=False, dosage_present=True
    )
    writer.append_dosages(np.array(dosages, np.float32))
    writer.close()


def _entries(source: PlinkSource, chrom: str = "15") -> list[Entry]:
    targets = TargetIndex([Target(chrom, 1, 100, "")])
    return [entry for entry, _ in source.entries(targets, lambda contig: contig)]


def test_an_allele_that_the_list_does_not_name_is_not_the_reference(tmp_path: Path) -> None:
    _write_calls(tmp_path, [[0, 0, 0, 1, 1, 1]])
    source = _source(tmp_path, ["15 10 A ."])
    (entry,) = _entries(source)
    found = source.genotypes(entry, np.arange(3))
    order = with_reference(entry.site, 0)
    lookup = np.array([*order.numbers, NO_COPY, MISSING])
    assert (order.site.ref, order.site.alts) == ("A", ())
    assert lookup[found.alleles[found.codes]].tolist() == [[0, 0], [0, MISSING], [MISSING, MISSING]]


def test_a_third_allele_is_not_read_as_the_second_one(tmp_path: Path) -> None:
    _write_calls(tmp_path, [[0, 1, 0, 2, 1, 2], [0, 1, 0, 0, 1, 1]])
    source = _source(tmp_path, ["15 10 A C", "15 20 A C,G"])  # in the wrong order
    with pytest.raises(InputError) as caught:
        _entries(source)
    assert str(caught.value) == (
        f"{tmp_path / 'a.pvar'}: line 2: 15:10: has one ALT allele, but a.pgen has more: "
        "they do not belong together"
    )


def test_multiallelic_genotypes_with_the_list_in_order(tmp_path: Path) -> None:
    _write_calls(tmp_path, [[0, 1, 0, 2, 1, 2], [0, 1, 0, 0, 1, 1]])
    source = _source(tmp_path, ["15 10 A C,G", "15 20 A C"])
    read = [source.genotypes(entry, np.arange(3)) for entry in _entries(source)]
    assert [found.alleles[found.codes].tolist() for found in read] == [
        [[0, 1], [0, 2], [1, 2]],
        [[0, 1], [0, 0], [1, 1]],
    ]


@pytest.mark.parametrize(
    ("chrom", "alleles"),
    [("15", [[1, 1], [0, 1], [0, 0]]), ("X", [[1, NO_COPY], [0, 1], [0, 0]])],
)
def test_the_dosage_of_one_copy_is_doubled_in_the_file(
    tmp_path: Path, chrom: str, alleles: list[list[int]]
) -> None:
    _write_dosages(tmp_path, [1.9375, 0.9375, 0.0625])
    source = _source(tmp_path, [f"{chrom} 10 A C"])
    (entry,) = _entries(source, chrom)
    found = source.genotypes(entry, np.arange(3))
    assert found.probability is not None
    of_man = 0.9375 if chrom == "15" else 0.96875
    assert found.alleles[found.codes].tolist() == alleles
    assert found.probability[found.codes].tolist() == [of_man, 0.9375, 0.9375]


def test_dosages_behind_the_last_person_are_damage(tmp_path: Path) -> None:
    # Fixed width, dosages of everybody; then of those whose bits are set, one of which is nobody's.
    _write_dosages(tmp_path, [1.9375, 0.9375, 0.0625])
    path = tmp_path / "a.pgen"
    whole = path.read_bytes()
    record = whole[-1 - 2 * 3 :]  # genotypes of four, then the dosages
    types_at = 12 + 8
    types = bytes([0x60])
    length = (len(record) + 1 + 2).to_bytes(1, "little")
    damaged = record[:1] + bytes([0b1111]) + record[1:] + b"\0\x20"
    control = bytes([whole[11] & 0xF0 | 4])
    start = (types_at + 2).to_bytes(8, "little")
    path.write_bytes(whole[:2] + b"\x10" + whole[3:11] + control + start + types + length + damaged)
    source = _source(tmp_path, ["15 10 A C"])
    (entry,) = _entries(source)
    for read in (lambda: source.genotypes(entry, np.arange(3)), source.verify):
        with pytest.raises(InputError) as caught:
            read()
        assert str(caught.value) == (
            "a.pgen: the file is damaged at variant 1 (dosages of nobody); copy or download it "
            "again"
        )


def test_dosages_of_several_alleles_are_unknown_rather_than_certain(tmp_path: Path) -> None:
    _write_dosages(tmp_path, [1.9375, 0.9375, 0.0625])
    source = _source(tmp_path, ["15 10 A C,G"])
    (entry,) = _entries(source)
    found = source.genotypes(entry, np.arange(3))
    assert found.probability is not None
    np.testing.assert_array_equal(found.probability[found.codes], [_NAN] * 3)


def test_some_people_after_the_file_was_released(tmp_path: Path) -> None:
    _write_calls(tmp_path, [[0, 0, 0, 1, 1, 1]])
    source = _source(tmp_path, ["15 10 A C"])
    (entry,) = _entries(source)
    people = np.array([1, 2])
    read = []
    for _ in range(2):
        found = source.genotypes(entry, people)
        read.append(found.alleles[found.codes].tolist())
        source.close()
    assert read == [[[0, 1], [1, 1]]] * 2


def test_a_bed_file_has_no_genotypes_behind_its_last_person(tmp_path: Path) -> None:
    (tmp_path / "a.bim").write_text("15\trs1\t0\t10\tC\tA\n")
    (tmp_path / "a.fam").write_text("0 a 0 0 1 -9\n0 b 0 0 2 -9\n0 c 0 0 0 -9\n")
    path = tmp_path / "a.bed"
    read: list[object] = []
    for genotypes in (0b00_11_10_00, 0b11_11_10_00):  # the second one is of four people
        path.write_bytes(bytes([0x6C, 0x1B, 1, genotypes]))
        source = PlinkSource(str(path), "a.bed", Kind.BED)
        try:
            (entry,) = _entries(source)
        except InputError as error:
            read.append(str(error))
        else:
            found = source.genotypes(entry, np.arange(3))
            read.append(found.alleles[found.codes].tolist())
    assert read == [
        [[1, 1], [0, 1], [0, 0]],
        (
            f"{tmp_path / 'a.bim'}: line 1: 15:10: a.bed has genotypes of more people "
            f"than the 3 of {tmp_path / 'a.fam'}: they do not belong together"
        ),
    ]
