"""The versions of the program, its knowledge base and its libraries, as text and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeVar

import click

from pgx_ana.errors import KnowledgeBaseError, PgxAnaError
from pgx_ana.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from pgx_ana.knowledge import KnowledgeBase

PROGRAM = "pgx-ana"

LIBRARIES = (
    "click",
    "cyvcf2",
    "fastjsonschema",
    "isal",
    "jinja2",
    "numpy",
    "pandas",
    "pebble",
    "pydantic",
    "pysam",
    "pyyaml",
    "tqdm",
    "pyarrow",
    "pgenlib",
    "zstandard",
    "zarr",
    "dask-jobqueue",
    "distributed",
    "XlsxWriter",
    "multiqc",
)
"""The libraries that the program uses; those of its extras, at the end, need not be there."""

Command = TypeVar("Command", bound="Callable[..., object]")

_JSON_KEY = "pgx_ana.version_json"
"""Key of the option among what the options of a command line share."""


def version_options(command: Command) -> Command:
    """Add ``--version``, and ``--json`` that goes with it, in either order."""
    # The options that say how come before those that act, wherever they stand.
    for option in (
        click.option(
            "--json",
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_keep_json,
            help="With --version: one JSON object, with Python and libraries.",
        ),
        click.option(
            "-V",
            "--version",
            is_flag=True,
            expose_value=False,
            callback=_version,
            help="Show the versions of the program and of its knowledge base, and exit.",
        ),
    ):
        command = option(command)
    return command


def _keep_json(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001  # by click
    del parameter
    ctx.meta[_JSON_KEY] = value


def _version(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001  # by click
    """Print the versions and exit, if that is asked for."""
    del parameter
    if ctx.resilient_parsing:  # a shell asks how the line could go on
        return
    is_json = ctx.meta.get(_JSON_KEY, False)
    if value:
        click.echo(_version_json() if is_json else _version_line())
        ctx.exit()
    if is_json:
        raise click.UsageError("--json goes with --version.", ctx)


def _version_line() -> str:
    """Return program and knowledge base in one line, which begins with ``pgx-ana X.Y.Z``."""
    knowledge = _shipped_knowledge()
    if isinstance(knowledge, str):
        return f"{PROGRAM} {__version__}, knowledge base cannot be loaded: {knowledge}"
    return f"{PROGRAM} {__version__}, knowledge base {knowledge.info.name} {knowledge.stamp}"


def _version_json() -> str:
    import platform

    knowledge = _shipped_knowledge()
    is_broken = isinstance(knowledge, str)
    versions = {
        "program": PROGRAM,
        "version": __version__,
        "knowledge_base": None if isinstance(knowledge, str) else knowledge_facts(knowledge),
        "schema_version": _schema_version(),
        "python": platform.python_version(),
        "libraries": library_versions(),
    }
    return json.dumps(versions | ({"knowledge_base_error": knowledge} if is_broken else {}))


def _schema_version() -> str | None:
    """Return the version of the documents; None where a library fails that writes them."""
    try:
        from pgx_ana.output import SCHEMA_VERSION
    except ImportError:
        return None
    return SCHEMA_VERSION


def _shipped_knowledge() -> KnowledgeBase | str:
    """Return the shipped knowledge base, or in one line why it cannot be loaded.

    The version of the program is told whatever else is broken.
    """
    try:
        from pgx_ana.knowledge import load

        return load()
    except KnowledgeBaseError as error:
        return f"{error.faults[0]}; see {PROGRAM} kb check"
    except (PgxAnaError, ImportError, OSError) as error:
        return " ".join(str(error).split())


def knowledge_facts(knowledge: KnowledgeBase) -> dict[str, str]:
    """Return name, version and digest of a knowledge base."""
    return {
        "name": knowledge.info.name,
        "version": knowledge.info.version,
        "sha256": knowledge.digest,
    }


def library_versions() -> dict[str, str | None]:
    """Return the version of each of :data:`LIBRARIES`, None where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    versions: dict[str, str | None] = {}
    for name in LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = None
    return versions
