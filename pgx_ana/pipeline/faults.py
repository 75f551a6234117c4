"""Faults of single genes: raised at once, or kept so that the other genes are still answered."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence

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
    """The errors of files that cannot be read, by the number of the file."""

    def __init__(self, by_file: Mapping[int, InputError]) -> None:
        self.by_file = dict(sorted(by_file.items()))
        super().__init__("\n".join(map(str, self.by_file.values())))


def raise_all(errors: Sequence[InputError], n_files: int) -> None:
    """Raise the errors of unusable files as one: a single one as it is, several one per line."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        shown = "\n".join(str(error) for error in errors[:_MAX_FAULTS_SHOWN])
        hidden = len(errors) - _MAX_FAULTS_SHOWN
        more = f"\nand {hidden} more files" if hidden > 0 else ""
        raise InputError(f"{len(errors)} of {n_files} files cannot be used:\n{shown}{more}")
