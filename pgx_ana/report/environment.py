"""The templates of pages. Only this module imports jinja2."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import jinja2

from pgx_ana.report.words import capitalize_first, counted, glossary, level_glossary

if TYPE_CHECKING:
    from collections.abc import Mapping

_NEEDLESS = re.compile(r"\n(?=<(tr|td|th|li|dt|dd|p|h[1-6]|article|details|table|ul|tbody)\b|</)")
"""Line feeds before elements that do not stand in a line of text."""


@cache
def _environment() -> jinja2.Environment:
    """Return the templates of this room: everything is escaped, and nothing undefined is shown."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("pgx_ana.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["capitalize_first"] = capitalize_first
    environment.globals.update(
        counted=counted, glossary=glossary(), level_glossary=level_glossary()
    )
    return environment


def render(template: str, values: Mapping[str, object]) -> bytes:
    """Return a page as UTF-8, without blank lines."""
    text = _environment().get_template(template).render(values)
    lines = (line.strip() for line in text.split("\n"))  # and not at other breaks, as in names
    return _NEEDLESS.sub("", "\n".join(filter(None, lines))).encode("utf-8", "replace") + b"\n"
