"""Temporary files and folders among outputs, and those that a killed run left there."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
import secrets
import shutil
import stat
import time
from pathlib import Path

_NAME = re.compile(r"\.pgx-ana\.([0-9a-f]{8})\.([0-9]+)\.\w+", re.ASCII)
"""Prefix, machine, number of the process, random part."""

_FOLDER_NAME = re.compile(r"\.pgx-ana-folder\.([0-9a-f]{8})\.([0-9]+)\.\w+", re.ASCII)
"""The same of a folder."""

_SECONDS_PER_DAY = 86_400


def temporary_path(folder: Path) -> Path:
    """Return a path for a hidden file in a folder. Nothing is created yet.

    So who removes it can know the path before it exists, and no interrupt comes between.
    """
    prefix = f".pgx-ana.{_machine()}.{os.getpid()}."
    return folder / f"{prefix}{secrets.token_hex(8)}"


def remove_leftovers(folder: Path) -> None:
    """Remove the temporary files of runs that have ended, or were last written a day ago."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            match = _NAME.fullmatch(entry.name)
            if match:
                _remove_if_left(Path(entry.path), match[1], int(match[2]))


def temporary_folder(folder: Path) -> Path:
    """Create a hidden folder in a folder, open to those that the umask allows."""
    prefix = f".pgx-ana-folder.{_machine()}.{os.getpid()}."
    path = folder / f"{prefix}{secrets.token_hex(4)}"
    path.mkdir()
    return path


def remove_left_folders(folder: Path) -> None:
    """Remove the temporary folders of runs that have ended, or were last changed a day ago."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            match = _FOLDER_NAME.fullmatch(entry.name)
            if match and entry.is_dir(follow_symlinks=False):
                status = entry.stat(follow_symlinks=False)
                if _is_left(status, match[1], int(match[2])):
                    shutil.rmtree(entry.path, ignore_errors=True)


def _remove_if_left(path: Path, machine: str, process: int) -> None:
    with contextlib.suppress(OSError):
        status = path.lstat()
        if stat.S_ISREG(status.st_mode) and _is_left(status, machine, process):
            path.unlink()


def _is_left(status: os.stat_result, machine: str, process: int) -> bool:
    """Return whether what is ours belongs to a run that has ended, or is a day old."""
    is_old = time.time() - status.st_mtime > _SECONDS_PER_DAY
    is_left = is_old or (machine == _machine() and _has_ended(process))
    return is_left and status.st_uid == os.geteuid()


def _has_ended(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:
        return False
    return False


@functools.cache
def _machine() -> str:
    """Return a name for the machine or container within which process numbers are unique."""
    try:
        processes = str(Path("/proc/self/ns/pid").stat().st_ino)
    except OSError:
        processes = ""
    return hashlib.sha256(f"{os.uname().nodename} {processes}".encode()).hexdigest()[:8]
