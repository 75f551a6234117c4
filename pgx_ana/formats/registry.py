"""What writes each format: the writers of ``output``, ``fhir`` and ``annotated_vcf``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from pgx_ana.file_formats import FileFormat
from pgx_ana.output import OUTPUT_WRITERS, Job, Writer
from pgx_ana.writing import OutputStream


def _fhir(stream: OutputStream, job: Job) -> Writer:
    from pgx_ana.fhir import BundleWriter  # noqa: PLC0415  # only where asked for

    del job
    return BundleWriter(stream)


def _vcf(stream: OutputStream, job: Job) -> Writer:
    from pgx_ana.annotated_vcf import RowsWriter, SitesWriter  # noqa: PLC0415  # where asked for

    if job.choice.all_sites:
        return SitesWriter(stream, job)
    return RowsWriter(stream, job)


WRITERS: Mapping[FileFormat, Callable[[OutputStream, Job], Writer]] = MappingProxyType(
    {
        **OUTPUT_WRITERS,
        FileFormat.FHIR: _fhir,
        FileFormat.VCF: _vcf,
        FileFormat.BCF: _vcf,
    }
)
"""What writes one file of each format."""
