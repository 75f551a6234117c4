"""Small PGEN and PLINK bed files with the lists beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pgenlib  # type: ignore[import-untyped]  # it has no stubs

PVAR_HEAD = (
    "##contig=<ID=1,length=1000>\n##contig=<ID=2,length=700>\n"
    "#CHROM\tPOS\tID\tREF\tALT\tFILTER\tINFO\n"
)
MISSING = -9
_BED_CODES = {"0/0": 0b11, "0/1": 0b10, "1/1": 0b00, "./.": 0b01}
"""Two bits by the number of copies of A1, which is called 1 here, as A2 is 0."""


def write_pgen(
    path: Path,
    rows: Sequence[str],
    *,
    samples: Sequence[str] = ("S1", "S2"),
    nonref: object = False,
    pvar: str | None = None,
    psam: str | None = None,
    dosages: Mapping[int, Sequence[float]] | None = None,
) -> Path:
    """Write a PGEN file and its lists; rows are as in ``make_vcf``: ``"1 100 A C 0/1 0|0"``.

    ``nonref`` is that of the library: False, True, an array or None. ``pvar`` and ``psam`` are the
    text of the lists, if not made of ``rows`` and ``samples``. ``dosages`` are those of some rows.
    """
    parts = [row.split() for row in rows]
    limit = max([2, *(row[3].count(",") + 2 for row in parts)])
    has_phase = any("|" in value for row in parts for value in row[4:])
    writer = pgenlib.PgenWriter(
        str(path).encode(), len(samples), len(parts), nonref, allele_ct_limit=limit,
        hardcall_phase_present=has_phase, dosage_present=bool(dosages),
    )  # fmt: skip
    for number, row in enumerate(parts):
        values = row[4:]
        if dosages and number in dosages:
            writer.append_dosages(np.array(dosages[number], np.float32))
            continue
        pairs = [value.replace("|", "/").split("/") for value in values]
        codes = np.array([MISSING if c == "." else int(c) for p in pairs for c in p], np.int32)
        n_alleles = row[3].count(",") + 2
        if has_phase:
            phased = np.array(["|" in value for value in values], np.uint8)
            writer.append_partially_phased(codes, phased, n_alleles)
        else:
            writer.append_alleles(codes, allele_ct=n_alleles)
    writer.close()
    path.with_suffix(".pvar").write_text(pvar_of(rows) if pvar is None else pvar, newline="")
    path.with_suffix(".psam").write_text(psam_of(samples) if psam is None else psam, newline="")
    return path


def write_bed(
    path: Path,
    rows: Sequence[str],
    *,
    samples: Sequence[str] = ("S1", "S2"),
    bim: str | None = None,
    fam: str | None = None,
) -> Path:
    """Write a PLINK bed file and its lists; a row has ``CHROM POS A2 A1`` and genotypes of them."""
    parts = [row.split() for row in rows]
    content = bytearray(b"\x6c\x1b\x01")
    for row in parts:
        codes = [_BED_CODES[value] for value in row[4:]]
        for first in range(0, len(codes), 4):
            content.append(sum(c << 2 * n for n, c in enumerate(codes[first : first + 4])))
    path.write_bytes(bytes(content))
    path.with_suffix(".bim").write_text(bim_of(rows) if bim is None else bim, newline="")
    path.with_suffix(".fam").write_text(fam_of(samples) if fam is None else fam, newline="")
    return path


def pvar_of(rows: Sequence[str], head: str = PVAR_HEAD) -> str:
    """Return the list of variants of some rows."""
    return head + "".join(
        "\t".join([chrom, pos, f"v{number}", ref, alt, "PASS", "."]) + "\n"
        for number, (chrom, pos, ref, alt, *_) in enumerate(row.split() for row in rows)
    )


def bim_of(rows: Sequence[str], separator: str = "\t") -> str:
    """Return the list of variants of some rows, of which REF is A2 and ALT is A1."""
    return "".join(
        separator.join([chrom, f"v{number}", "0", pos, alt, ref]) + "\n"
        for number, (chrom, pos, ref, alt, *_) in enumerate(row.split() for row in rows)
    )


def psam_of(samples: Sequence[str], sexes: Sequence[str] = ()) -> str:
    """Return a list of people; their sexes are not known if not given."""
    stated = [*sexes, *["NA"] * (len(samples) - len(sexes))]
    pairs = zip(samples, stated, strict=True)
    return "#IID\tSEX\n" + "".join(f"{name}\t{sex}\n" for name, sex in pairs)


def fam_of(samples: Sequence[str], sexes: Sequence[str] = ()) -> str:
    """Return the same as a list of PLINK 1."""
    stated = [*sexes, *["0"] * (len(samples) - len(sexes))]
    pairs = zip(samples, stated, strict=True)
    return "".join(f"F\t{name}\t0\t0\t{sex}\t-9\n" for name, sex in pairs)
