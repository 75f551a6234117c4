"""Text wrapped for a terminal."""

from __future__ import annotations

import textwrap

_MAX_WIDTH = 100
"""Characters in a wrapped line; tables may be wider."""


def wrapped(text: str, indent: int = 2) -> list[str]:
    """Return text as lines with an indent, and a deeper one from the second line on."""
    space = " " * indent
    return textwrap.wrap(
        text,
        _MAX_WIDTH,
        initial_indent=space,
        subsequent_indent=f"{space}  ",
        break_on_hyphens=False,
    )
