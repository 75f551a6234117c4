"""All files of a run, opened and checked before any is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pgx_ana.biobank import BiobankFile, is_biobank_file
from pgx_ana.errors import InputError, UsageError
from pgx_ana.names import did_you_mean
from pgx_ana.pipeline.faults import raise_all
from pgx_ana.pipeline.request import Request, check_paths
from pgx_ana.pipeline.sample_sheet import SheetRow, name_from_path
from pgx_ana.vcf import Headers, RecordFile, VariantFile

_MAX_SAMPLES_SHOWN = 5
"""Number of unknown samples that an error message names."""

_MAX_INDEXES = 32
"""Number of files up to which their indexes are kept from opening to reading."""

_STDIN = "-"


def open_files(request: Request, headers: Headers) -> list[RecordFile]:
    """Open all files, and return those that have any of the selected samples.

    Raises :class:`FileFaultsError` for all files that are missing, unreadable, truncated, without a
    valid header or samples, or with an index of another file; :class:`InputError` for selected
    samples that no file has. Raises :class:`UsageError` for paths that are no valid request.
    """
    check_paths(request.paths)
    rows = request.identity.rows_of(request.paths) or _named_by_path(request)
    files: list[RecordFile] = []
    errors: dict[str, InputError] = {}
    for path in request.paths:
        try:
            row = rows.get(path, SheetRow(path))
            file = _opened(path, row.index, headers, request)
            files.append(file)
            if row.sample:
                file.rename_sample(row.sample)
            if len(request.paths) > _MAX_INDEXES:
                file.forget_index()
        except InputError as error:
            errors[path] = error
    try:
        raise_all(errors, len(request.paths))
        if request.identity.from_file_name and not request.identity.same_person:
            _check_unique_names(files)
        _check_samples(request.selection.samples, files)
    except InputError:
        for file in files:
            file.close()
        raise
    return [file for file in files if _is_selected(file, request.selection.samples)]


def _opened(path: str, index: str, headers: Headers, request: Request) -> RecordFile:
    options = request.options
    if is_biobank_file(path):
        return BiobankFile(path, headers, index, assume_ref_order=options.assume_ref_order)
    # What is asserted about sites without rows needs every row.
    needs_all = request.verify or options.absent_is_reference
    assume_sorted = request.assume_sorted and not needs_all
    return VariantFile(path, headers, index, assume_sorted=assume_sorted)


def _named_by_path(request: Request) -> Mapping[str, SheetRow]:
    """Return a row for each file that names its sample after it; empty if that is not asked for."""
    if not request.identity.from_file_name:
        return {}
    if _STDIN in request.paths:
        raise UsageError("--sample-from-filename: stdin has no file name; use --sample-sheet")
    return {path: SheetRow(path, name_from_path(path)) for path in request.paths}


def _check_unique_names(files: Sequence[RecordFile]) -> None:
    """Raise :class:`InputError` where two files give their sample the same name."""
    first: dict[str, str] = {}
    for file in files:
        other = first.setdefault(file.samples[0], file.name)
        if other != file.name:
            raise InputError(
                f"--sample-from-filename: {other} and {file.name} both name sample "
                f"{file.samples[0]!r}; use --sample-sheet, or --same-person if they are files of "
                "one person"
            )


def _check_samples(selected: Sequence[str], files: Sequence[RecordFile]) -> None:
    """Raise :class:`InputError` for selected samples that no file has."""
    if not selected:
        return
    present = {sample for file in files for sample in file.samples}
    unknown = [sample for sample in selected if sample not in present]
    if unknown:
        shown = ", ".join(repr(sample) for sample in unknown[:_MAX_SAMPLES_SHOWN])
        hidden = len(unknown) - _MAX_SAMPLES_SHOWN
        more = f" and {hidden} more" if hidden > 0 else ""
        one = len(present) == 1
        there = "the only sample is" if one else f"there are {len(present)} samples, such as"
        raise InputError(
            f"{'sample' if len(unknown) == 1 else 'samples'} not found in any file: {shown}{more}; "
            f"{there} {min(present)!r}{did_you_mean(unknown[0], present)}"
        )


def _is_selected(file: RecordFile, samples: Sequence[str]) -> bool:
    """Select samples in a file; close it if it has none of them."""
    if file.select_samples(samples):
        return True
    file.close()
    return False
