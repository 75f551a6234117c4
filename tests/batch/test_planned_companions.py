"""A file of genotypes has changed where a file beside it has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pgx_ana.batch.plan import PlannedFile
from pgx_ana.pipeline import SheetRow

_PGEN = b"\x6c\x1b\x10" + bytes(40)
_BED = b"\x6c\x1b\x01" + bytes(40)
_BGEN = bytes(16) + b"bgen" + bytes(40)


@pytest.mark.parametrize(
    ("name", "content", "companion"),
    [
        ("a.pgen", _PGEN, "a.pvar"),
        ("a.pgen", _PGEN, "a.pvar.zst"),
        ("a.pgen", _PGEN, "a.psam"),
        ("a.bed", _BED, "a.bim"),
        ("a.bed", _BED, "a.fam"),
        ("a.bgen", _BGEN, "a.sample"),
        ("a.bgen", _BGEN, "a.bgen.bgi"),
    ],
)
def test_companions_count(tmp_path: Path, name: str, content: bytes, companion: str) -> None:
    file, other = tmp_path / name, tmp_path / companion
    file.write_bytes(content)
    without = PlannedFile.of(SheetRow(str(file)))
    other.write_bytes(b"12345")
    os.utime(file, ns=(10, 10))
    os.utime(other, ns=(20, 20))
    planned = PlannedFile.of(SheetRow(str(file)))
    assert (planned.size, planned.mtime_ns) == (len(content) + 5, 30)
    assert [without.has_changed(), planned.has_changed()] == [True, False]
    for time in (5, 30):
        os.utime(other, ns=(time, time))
        assert planned.has_changed()


def test_other_files_count_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.vcf"
    file.write_bytes(b"##fileformat=VCFv4.2\n")
    (tmp_path / "a.psam").write_bytes(b"12345")
    os.utime(file, ns=(10, 10))
    planned = PlannedFile.of(SheetRow(str(file)))
    assert (planned.size, planned.mtime_ns, planned.has_changed()) == (21, 10, False)
