"""The samples of a variant file, from its header alone."""

from __future__ import annotations

from collections import deque
from pathlib import Path

from pgx_ana.printable import printable_line
from pgx_ana.vcf.bcf import BcfFile
from pgx_ana.vcf.container import inspect_file
from pgx_ana.vcf.header import decode_header, read_header_lines, sample_names


def samples_in_header(path: str) -> tuple[str, ...]:
    """Return the samples of a VCF or BCF file, in its order; no row and no index is read.

    Raises :class:`InputError` where the file is missing, truncated or neither VCF nor BCF, or has
    no valid header.
    """
    name, place = printable_line(path), Path(path)
    container = inspect_file(place, name)
    if container.kind == "BCF":
        last = BcfFile(place, name, None).header().splitlines()[-1]
    else:
        with container.open(place) as stream:
            (last,) = deque(read_header_lines(stream, name), maxlen=1)
    return sample_names(decode_header(last.rstrip(b"\r\n"), name), name)
