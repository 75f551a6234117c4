"""pgx-ana: annotate germline variants of patients and cohorts for response to anastrozole.

``annotate(paths)`` returns a :class:`Result`: data frames, and one document per person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgx_ana.errors import (
    Fault,
    InputError,
    KnowledgeBaseError,
    OutputError,
    PgxAnaError,
    UsageError,
)
from pgx_ana.version import __version__

if TYPE_CHECKING:
    from pgx_ana.api import CallOptions, KnowledgeBase, Result, annotate, load_knowledge_base

__all__ = [
    "CallOptions",
    "Fault",
    "InputError",
    "KnowledgeBase",
    "KnowledgeBaseError",
    "OutputError",
    "PgxAnaError",
    "Result",
    "UsageError",
    "__version__",
    "annotate",
    "load_knowledge_base",
]


def __getattr__(name: str) -> object:
    """Import :mod:`pgx_ana.api` when one of its names is first used, to keep ``--version`` fast."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pgx_ana import api  # noqa: PLC0415  # slow, and not always needed

    return getattr(api, name)


def __dir__() -> list[str]:
    return __all__
