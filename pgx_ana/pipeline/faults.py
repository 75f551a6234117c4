"""Faults of single genes: raised at once, or kept so that the other genes are still answered."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from pgx_ana.errors import InputError

_MAX_FAULTS_SHOWN = 50


class GeneFaults:
    """The first fault of each gene that cannot be read; a strict one raises it instead."""

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self.by_gene: dict[str, InputError] = {}

    @contextlib.contextmanager
    def of(self, gene: str) -> Iterator[None]:
        """Keep an :class:`InputError` that is raised within as the fault of a gene."""
        try:
            yield
        except InputError as error:
            if self.strict:
                raise
            self.by_gene.setdefault(gene, error)


class FileFaultsError(InputError):
    """Files that cannot be used: ``by_path`` has the error of each, by its path in the request.

    ``n_files`` is the number of files that they are among, 0 if it does not matter.
    """

    def __init__(self, by_path: Mapping[str, InputError], n_files: int = 0) -> None:
        self.by_path = dict(by_path)
        lines = [str(error) for error in self.by_path.values()]
        shown = lines[:_MAX_FAULTS_SHOWN]
        if len(lines) > len(shown):
            shown.append(f"and {len(lines) - len(shown)} more files")
        if n_files and len(lines) > 1:
            shown.insert(0, f"{len(lines)} of {n_files} files cannot be used:")
        super().__init__("\n".join(shown))


def raise_all(errors: Mapping[str, InputError], n_files: int) -> None:
    """Raise :class:`FileFaultsError` for the errors of unusable files, if there are any."""
    if errors:
        raise FileFaultsError(errors, n_files) from next(iter(errors.values()))
