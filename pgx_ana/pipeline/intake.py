"""All files of a run, opened and checked before any is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pgx_ana.errors import InputError, UsageError
from pgx_ana.names import did_you_mean
from pgx_ana.pipeline.faults import raise_all
from pgx_ana.pipeline.request import Identity, Request, check_paths
from pgx_ana.pipeline.sample_sheet import name_from_path, rows_by_path
from pgx_ana.vcf import Headers, VariantFile

_MAX_SAMPLES_SHOWN = 5
"""Number of unknown samples that an error message names."""

_STDIN = "-"


def open_files(request: Request, headers: Headers) -> list[VariantFile]:
    """Open all files, and return those that have any of the selected samples.

    Raises :class:`InputError` that lists all files that are missing, unreadable, truncated, without
    a valid header or samples, or with an index of another file; and for selected samples that no
    file has. Raises :class:`UsageError` for paths that are no valid request.
    """
    check_paths(request.paths)
    name_of = _naming(request.paths, request.identity)
    files: list[VariantFile] = []
    errors: list[InputError] = []
    for path in request.paths:
        try:
            file = VariantFile(path, headers)
            files.append(file)
            if name_of is not None:
                file.rename_sample(name_of(path))
        except InputError as error:
            errors.append(error)
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


def _naming(paths: Sequence[str], identity: Identity) -> Callable[[str], str] | None:
    """Return what names the sample of a file by its path; None where the file itself does."""
    if identity.sample_sheet:
        rows = rows_by_path(paths, identity.sample_sheet)
        return lambda path: rows[path].sample
    if identity.from_file_name:
        if _STDIN in paths:
            raise UsageError("--sample-from-filename: stdin has no file name; use --sample-sheet")
        return name_from_path
    return None


def _check_unique_names(files: Sequence[VariantFile]) -> None:
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


def _check_samples(selected: Sequence[str], files: Sequence[VariantFile]) -> None:
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


def _is_selected(file: VariantFile, samples: Sequence[str]) -> bool:
    """Select samples in a file; close it if it has none of them."""
    if file.select_samples(samples):
        return True
    file.close()
    return False
