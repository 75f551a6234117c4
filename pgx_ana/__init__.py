"""pgx-ana: what germline variants say about anastrozole, from VCF files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pgx_ana.version import __version__

if TYPE_CHECKING:
    from pgx_ana.library import Result

__all__ = ["__version__", "annotate"]


def annotate(*args: Any, **kwargs: Any) -> Result:
    """Annotate variant files; see :func:`pgx_ana.library.annotate`."""
    from pgx_ana.library import annotate as annotate_files  # noqa: PLC0415  # --version stays light

    return annotate_files(*args, **kwargs)
