"""A folder of files, which appears whole or not at all and replaces an earlier one of its kind."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from pgx_ana.errors import OutputError
from pgx_ana.file_formats import STDOUT
from pgx_ana.writing.files import written_to
from pgx_ana.writing.leftovers import remove_left_folders, temporary_folder

LISTING = ".pgx-ana-pages"
"""File of a folder of pages that names all others: nothing else is ever replaced."""


class PageFolder:
    """Takes the files of a folder one by one.

    Paths are relative to the folder, with ``/``. No two may differ in case alone, because some
    file systems cannot tell them apart.
    """

    def __init__(self, making: Path, target: Path) -> None:
        self._making = making
        self._target = target
        self._written: dict[str, str] = {}

    def write(self, path: str, content: bytes) -> None:
        """Add a file.

        Raises :class:`OutputError`; :class:`ValueError` for a path that leads out of the folder or
        was written before.
        """
        parts = PurePosixPath(path)
        is_within = parts.name and not parts.is_absolute() and ".." not in parts.parts
        if not is_within or "\n" in path or str(parts) != path:
            raise ValueError(f"{path!r} is no plain path within a folder")
        if path == LISTING or path.casefold() in self._written:
            raise ValueError(f"{path!r} is written twice")
        self._written[path.casefold()] = path
        with written_to(self._target / path):
            file = self._making / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)

    def finish(self) -> None:
        """Write the listing of all files. Raises :class:`OutputError`."""
        lines = "".join(f"{path}\n" for path in sorted(self._written.values()))
        with written_to(self._target / LISTING):
            (self._making / LISTING).write_bytes(os.fsencode(lines))


@contextmanager
def page_folder(destination: str) -> Iterator[PageFolder]:
    """Open a folder for pages; parent folders that are missing are created.

    The folder appears under its name only when the block under ``with`` ends without an error;
    until then, an earlier folder of pages stays. A folder that holds anything else is refused: it
    is never changed. Raises :class:`OutputError`.
    """
    target = _target(destination)
    _check_is_ours(target)
    missing = [path for path in target.parents if not path.exists()]
    try:
        with written_to(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            remove_left_folders(target.parent)
            making = temporary_folder(target.parent)
        try:
            folder = PageFolder(making, target)
            yield folder
            folder.finish()
            _check_is_ours(target)
            with written_to(target):
                _replace(target, making)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    except BaseException:
        with contextlib.suppress(OSError):
            for path in missing:
                path.rmdir()
        raise


def _target(destination: str) -> Path:
    """Return the path of a folder; a symbolic link stays, and its target is replaced."""
    if destination == STDOUT:
        raise OutputError("pages need a folder, not stdout; name a new one, or an empty one")
    try:
        target = Path(destination).resolve()
        if target.is_symlink():  # from Python 3.13, links that form a loop stay as they are
            raise RuntimeError
    except (OSError, RuntimeError) as error:  # RuntimeError: before Python 3.13, such links
        what = getattr(error, "strerror", None) or "Too many levels of symbolic links"
        raise OutputError(f"{destination}: cannot be written: {what}") from error
    return target


def _check_is_ours(target: Path) -> None:
    """Raise :class:`OutputError` for what is no empty folder, nor one of pages alone."""
    with written_to(target):
        if not target.exists():
            return
        if not target.is_dir():
            raise OutputError(f"{target}: is not a folder; name a new one, or an empty one")
        listed = _listed(target)
        foreign = next((path for path in _files(target) if path not in listed), None)
    if foreign is not None:
        raise OutputError(
            f"{target}: holds {foreign!r}, which is no file of an earlier run; name a new folder, "
            "or an empty one"
        )


def _listed(target: Path) -> set[str]:
    try:
        lines = os.fsdecode((target / LISTING).read_bytes()).splitlines()
    except FileNotFoundError:
        return set()
    return {LISTING, *lines}


def _files(target: Path) -> Iterator[str]:
    """Yield everything in a folder but folders, links to folders too, with ``/`` in paths."""
    for name, folders, files in os.walk(target):
        links = (folder for folder in folders if (Path(name) / folder).is_symlink())
        for file in sorted([*files, *links]):
            yield (Path(name) / file).relative_to(target).as_posix()


def _replace(target: Path, making: Path) -> None:
    """Put a finished folder in the place of an earlier one, which comes back on an error."""
    if not target.exists():
        making.replace(target)
        return
    shutil.copymode(target, making)
    earlier = temporary_folder(target.parent)
    target.replace(earlier)  # an empty folder may be replaced
    try:
        making.replace(target)
    except BaseException:
        earlier.replace(target)
        raise
    shutil.rmtree(earlier, ignore_errors=True)
