"""How MultiQC finds the summaries of people."""

from __future__ import annotations

from multiqc import config

SEARCH_KEY = "pgx_ana"
"""Name of the module in MultiQC, and key of its search pattern."""

SEARCH_PATTERN = {"fn": "*.pgx-ana.json", "max_filesize": 1_000_000}
"""Files by their name alone: the module says of each that is no summary why it is left out."""


def before_config() -> None:
    """Add the search pattern, before MultiQC reads the configuration of its user."""
    config.sp.setdefault(SEARCH_KEY, dict(SEARCH_PATTERN))
