"""The types of the functions that fixtures return."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from click.testing import Result

MakeVcf = Callable[..., Path]
"""The builder of small VCF files for the toy knowledge base."""

Run = Callable[..., Result]
"""The function that runs the command line."""

Bcftools = Callable[..., str]
"""The function that runs bcftools and returns its output."""
