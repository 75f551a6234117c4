"""Files for workflow programs name the version of the program, as each of them writes it."""

from __future__ import annotations

import re

from helpers.paths import ROOT
from helpers.pipeline_files import PIPELINES

import pgx_ana

_PINNED = re.compile(r"""\bpgx-ana(?: ?=|:|:\s+version: \[")([0-9][0-9.]*)""")


def test_all_versions_are_that_of_the_program() -> None:
    """The minor version where patches are taken as they come: for Snakemake."""
    minor = ".".join(pgx_ana.__version__.split(".")[:2])
    found = {}
    for path in (path for path in PIPELINES.rglob("*") if path.is_file()):
        versions = set(_PINNED.findall(path.read_text(encoding="utf-8")))
        if versions:
            found[str(path.relative_to(ROOT))] = versions
            expected = minor if PIPELINES / "snakemake" in path.parents else pgx_ana.__version__
            assert {expected} == versions, path
    names = {path.rpartition("/")[2] for path in found}
    assert {"main.nf", "environment.yml", "environment.yaml", "annotate.cwl"} <= names
