"""``--provenance``: what a run was asked, read and wrote, with digests, in a file of its own."""

from __future__ import annotations

import contextlib
import os
import platform
import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from pgx_ana.cli.destination import STDSTREAM, check_destination, read_paths
from pgx_ana.cli.options import check_writable
from pgx_ana.cli.versions import PROGRAM, knowledge_facts, library_versions
from pgx_ana.errors import UsageError
from pgx_ana.printable import printable
from pgx_ana.version import __version__

if TYPE_CHECKING:
    from pgx_ana.knowledge import KnowledgeBase

_OPTION = "--provenance"
_SHIPPED = "default"
_INDEX_ENDINGS = (".csi", ".tbi")


class Recorder:
    """Writes the record of a run, if one is asked for; made before anything is read.

    ``given`` has the options of the command, with what it reads as ``files``. ``outputs`` are the
    files it is to write, in ``folder`` if there are several.
    """

    def __init__(
        self,
        ctx: click.Context,
        given: Mapping[str, Any],
        outputs: Sequence[str],
        folder: str = "",
    ) -> None:
        """Raise :class:`UsageError` or :class:`OutputError` for a file that cannot be written."""
        self._ctx = ctx
        self._given = given
        self._destination: str = given["provenance"]
        if self._destination:
            self._begun = int(time.time())
            self._started = _now()
            _check(self._destination, given, outputs, folder)

    def write(self, knowledge: KnowledgeBase, outputs: Sequence[str]) -> None:
        """Write the record of a run that has ended well. Raises :class:`PgxAnaError`."""
        if not self._destination:
            return
        from pgx_ana.output import RunRecord, crate_metadata, data_file
        from pgx_ana.writing import write

        ended = _now()
        written = [path for output in outputs for path in _written(output, self._begun)]
        record = RunRecord(
            command=_command_line(self._ctx),
            options=_options(self._ctx),
            program=PROGRAM,
            version=__version__,
            system=platform.platform(),
            software={"Python": platform.python_version(), **_installed()},
            knowledge=knowledge_facts(knowledge),
            inputs=tuple(data_file(path) for path in dict.fromkeys(_read(self._given))),
            outputs=tuple(data_file(path) for path in dict.fromkeys(written)),
            started=self._started.isoformat(),
            ended=ended.isoformat(),
        )
        write([crate_metadata(record, self._destination)], self._destination)


def _now() -> datetime:
    """Return the time in whole seconds, or the one that the environment sets."""
    from pgx_ana.output import time_set

    return time_set(os.environ) or datetime.now(UTC).replace(microsecond=0)


def _check(destination: str, given: Mapping[str, Any], outputs: Sequence[str], folder: str) -> None:
    """Raise an error for a record that would overwrite something, or cannot be written."""
    if destination == STDSTREAM:
        raise UsageError(f"{_OPTION}: a record is a file; name one")
    check_destination([destination], given, option=_OPTION)
    target = Path(destination).resolve()
    if any(_is_output(target, output) for output in outputs):
        raise UsageError(f"{_OPTION} {destination}: is a file of the results; give another name")
    is_to_be_made = folder and target.parent == Path(folder).resolve()
    if not is_to_be_made:
        check_writable(destination, is_folder=False)


def _is_output(target: Path, output: str) -> bool:
    """Say whether a path is that of an output; stdout may have been redirected to a file."""
    if output != STDSTREAM:
        return target == Path(output).resolve()
    with contextlib.suppress(OSError):
        return target.is_file() and os.path.samestat(target.stat(), os.fstat(1))
    return False


def _read(given: Mapping[str, Any]) -> Iterator[str]:
    """Yield the files that the run read, and those of folders of Parquet.

    The shipped knowledge base has no files for its user: its digest tells it.
    """
    for path in (*read_paths(given), *_indexes_of_sheet(given)):
        if path != STDSTREAM and not Path(path).exists():
            continue
        if given.get("stored") and Path(path).is_dir():
            yield from _files_in(path)
        else:
            yield path
    for directory in given["directories"]:
        if str(directory) != _SHIPPED:
            yield from (path for path in _files_in(directory) if path.endswith(".yaml"))


def _indexes_of_sheet(given: Mapping[str, Any]) -> list[str]:
    """Return the indexes that a sample sheet names; a sheet from a pipe is gone by now."""
    sheet = given.get("sample_sheet")
    if not sheet or not Path(sheet).is_file():
        return []
    from pgx_ana.pipeline import Identity

    rows = Identity(sample_sheet=sheet).rows_of(given["files"])
    return [row.index for row in rows.values() if row.index]


def _written(output: str, begun: int) -> Iterator[str]:
    """Yield an output with its index, or the files of a folder, if they were written just now."""
    if output != STDSTREAM and Path(output).is_dir():
        paths = _files_in(output)
    else:
        yield output
        indexes = (f"{output}{ending}" for ending in _INDEX_ENDINGS)
        paths = [path for path in indexes if Path(path).is_file()]
    yield from (path for path in paths if Path(path).stat().st_mtime >= begun)


def _files_in(folder: str | Path) -> list[str]:
    return sorted(str(path) for path in Path(folder).rglob("*") if path.is_file())


def _installed() -> dict[str, str]:
    return {name: version for name, version in library_versions().items() if version is not None}


def _command_line(ctx: click.Context) -> str:
    """Return the command line as it was given, with the long names of options, in their order."""
    words = [PROGRAM, ctx.info_name or ""]
    for parameter in ctx.command.params:
        value: Any = ctx.params.get(parameter.name or "")
        if isinstance(parameter, click.Argument):
            words += map(str, value)
        elif ctx.get_parameter_source(parameter.name or "") is not ParameterSource.DEFAULT:
            words += _words(_long_name(parameter), value)
    return printable(shlex.join(words))


def _words(name: str, value: object) -> list[str]:
    if isinstance(value, bool):
        return [name] if value else []
    values = value if isinstance(value, tuple) else (value,)
    return [word for one in values for word in (name, str(one))]


def _options(ctx: click.Context) -> dict[str, object]:
    """Return the value of each option that has one, defaults too, as values of JSON."""
    options: dict[str, object] = {}
    for parameter in ctx.command.params:
        value = ctx.params.get(parameter.name or "")
        is_unset = value is None or value is False or value in ("", ())
        if isinstance(parameter, click.Option) and not is_unset:
            options[_long_name(parameter)] = _json_value(value)
    return options


def _json_value(value: object) -> object:
    if isinstance(value, tuple):
        return [_json_value(one) for one in value]
    return value if isinstance(value, bool | int | float) else printable(str(value))


def _long_name(parameter: click.Parameter) -> str:
    return parameter.opts[-1]
