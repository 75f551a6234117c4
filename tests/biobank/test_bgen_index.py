"""The index of a BGEN file: used where it is that of the file, else rejected in one line."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.bgen_files import Bgen, Variant, hard_calls, write_index

from pgx_ana.biobank.bgen import BgenSource
from pgx_ana.errors import InputError
from pgx_ana.vcf import Target, TargetIndex

VARIANTS = [
    Variant(pos, ("A", "C"), hard_calls(["0/1", "1/1"]), contig=contig, rsid=f"rs{pos}")
    for contig, pos in (("chr1", 90), ("chr1", 100), ("chr2", 50), ("chr1", 100), ("chrX", 7))
]
GOOD = Bgen(VARIANTS)
TARGETS = TargetIndex([Target("1", 100, 100), Target("2", 49, 51), Target("1", 80, 95)])


def chromosome_of(contig: str) -> str:
    return contig.removeprefix("chr")


def opened(path: Path, index: str = "") -> BgenSource:
    return BgenSource(str(path), path.name, index)


def entries(source: BgenSource) -> list[tuple[str, int, list[int]]]:
    """Return contig, position and targets of each entry, and close the file."""
    with closing(source):
        return [
            (entry.site.chrom, entry.site.pos, numbers)
            for entry, numbers in source.entries(TARGETS, chromosome_of)
        ]


EXPECTED = [("chr1", 90, [2]), ("chr1", 100, [0]), ("chr2", 50, [1]), ("chr1", 100, [0])]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return GOOD.write(tmp_path / "made.bgen")


def test_entries_are_in_the_order_of_the_file(path: Path) -> None:
    assert EXPECTED == entries(opened(path))
    GOOD.write_index(path)
    assert EXPECTED == entries(opened(path))


def test_what_is_known_of_the_file(path: Path) -> None:
    without = opened(path)
    index = GOOD.write_index(path)
    beside = opened(path)
    index = index.rename(index.with_name("elsewhere.bgi"))
    given = opened(path, str(index))
    extents = {"1": (90, 100), "2": (50, 50), "X": (7, 7)}
    for source, is_indexed in ((without, False), (beside, True), (given, True)):
        assert is_indexed is source.is_indexed
        assert extents == source.extents(chromosome_of)
        assert {"chr1", "chr2", "chrX"} == set(source.header.contigs.lengths) or not is_indexed
        source.close()
    assert without.digest == given.digest


def rejection(path: Path, index: str = "") -> str:
    """Return the message that rejects an index, without the path of its folder."""
    with pytest.raises(InputError) as caught:
        entries(opened(path, index))
    assert "\n" not in str(caught.value)
    return re.sub(r"/\S*/", "", str(caught.value))


AGAIN = "; make it again with 'bgenix -index -g made.bgen', or remove it"
FOREIGN = "made.bgen.bgi: is not the index of made.bgen: "
DAMAGED = "made.bgen.bgi: the index cannot be read: "


def test_the_index_of_a_shorter_file(path: Path) -> None:
    replace(GOOD, variants=VARIANTS[:4]).write(path)
    replace(GOOD, variants=VARIANTS[:4]).write_index(path)
    size = path.stat().st_size
    GOOD.write(path)
    assert FOREIGN + f"the file that it was made of had {size} bytes" + AGAIN == rejection(path)


def test_the_index_of_a_file_with_other_people(path: Path) -> None:
    GOOD.write_index(path)
    replace(GOOD, samples=("S1", "S3")).write(path)
    assert FOREIGN + "the file that it was made of begins otherwise" + AGAIN == rejection(path)


def rows_of(path: Path) -> list[tuple[object, ...]]:
    """Return the rows of the index of a file, in the order of the file."""
    database = sqlite3.connect(f"{path}.bgi")
    rows = database.execute("SELECT * FROM Variant ORDER BY file_start_position").fetchall()
    database.close()
    return list(rows)


@pytest.mark.parametrize("has_metadata", [True, False])
def test_an_index_that_lacks_a_variant(path: Path, *, has_metadata: bool) -> None:
    GOOD.write_index(path)
    write_index(
        Path(f"{path}.bgi"), rows_of(path)[1:], path.read_bytes(), has_metadata=has_metadata
    )
    assert FOREIGN + "it has 4 variants, and made.bgen has 5" + AGAIN == rejection(path)


def test_an_index_without_metadata(path: Path) -> None:
    """Indexes of the first versions of bgenix have none."""
    GOOD.write_index(path)
    write_index(Path(f"{path}.bgi"), rows_of(path), b"", has_metadata=False)
    assert EXPECTED == entries(opened(path))


def test_an_index_with_other_sizes(path: Path) -> None:
    GOOD.write_index(path)
    rows = rows_of(path)
    rows[0] = (*rows[0][:-1], 7)
    write_index(Path(f"{path}.bgi"), rows, path.read_bytes())
    assert rejection(path).startswith(FOREIGN + "its variants have ")


def test_an_index_with_other_positions(path: Path) -> None:
    GOOD.write_index(path)
    rows = rows_of(path)
    rows[0] = ("chr1", 91, *rows[0][2:])
    write_index(Path(f"{path}.bgi"), rows, path.read_bytes())
    at = f"it has 'chr1':91 at byte {rows[0][6]}, where the file has 'chr1':90"
    assert FOREIGN + at + AGAIN == rejection(path)


@pytest.mark.parametrize("value", [-5, 10**12, "x", None])
def test_an_index_with_values_that_are_none(path: Path, value: object) -> None:
    GOOD.write_index(path)
    rows = rows_of(path)
    rows[0] = (*rows[0][:6], 0 if value is None else value, rows[0][7])
    write_index(Path(f"{path}.bgi"), rows, path.read_bytes())
    message = rejection(path)
    assert message.startswith((FOREIGN, DAMAGED, "made.bgen: "))


def test_a_damaged_index(path: Path) -> None:
    Path(f"{path}.bgi").write_bytes(b"no database" * 100)
    assert DAMAGED + "file is not a database" + AGAIN == rejection(path)


def test_an_index_that_is_no_index(path: Path) -> None:
    Path(f"{path}.bgi").write_bytes(b"")
    assert rejection(path).startswith("made.bgen.bgi: is not an index of a BGEN file")


def test_a_view_is_not_asked(path: Path) -> None:
    """It could be a query without end."""
    database = sqlite3.connect(f"{path}.bgi")
    with database:
        database.execute(
            "CREATE VIEW Variant AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) "
            "SELECT x FROM n"
        )
    database.close()
    assert rejection(path).startswith("made.bgen.bgi: is not an index of a BGEN file")


def test_an_index_that_is_not_there(path: Path) -> None:
    assert "none.bgi: there is no such index file" == rejection(path, str(path.parent / "none.bgi"))
