"""BCF and the indexes of VCF and BCF, which htslib makes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pysam
import pysam.bcftools
from pysam.utils import SamtoolsError

from pgx_ana.errors import OutputError


def write_bcf(source: Path, target: Path) -> None:
    """Write a VCF file as BCF. Raises :class:`OutputError` for a row that BCF cannot hold."""
    # pysam.VariantFile would add END to rows with a symbolic ALT; bcftools writes them as they are.
    words = ("--no-version", "-Ob", "-o", str(target), str(source))
    with _told("the output cannot be written as BCF"):
        pysam.bcftools.view(*words, catch_stdout=False)


def write_index(path: Path, ending: str) -> Path:
    """Write the index of a compressed VCF file (``.tbi``) or a BCF file (``.csi``) beside it.

    Returns its path. Raises :class:`OutputError` where htslib makes none.
    """
    with _told("the index of the output cannot be made"):
        # pysam sees itself that a file is BCF.
        pysam.tabix_index(
            str(path), preset="vcf", force=True, csi=ending == ".csi", keep_original=True
        )
    return Path(f"{path}{ending}")


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    """Raise :class:`OutputError` for an error of htslib, whose own lines are not shown."""
    verbosity = pysam.set_verbosity(0)
    try:
        yield
    except (OSError, ValueError, SamtoolsError) as error:
        reason = " ".join(str(error).split())
        raise OutputError(f"{what}: {reason}") from error
    finally:
        pysam.set_verbosity(verbosity)
