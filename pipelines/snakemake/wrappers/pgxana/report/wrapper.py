"""Snakemake wrapper for pgx-ana report."""

__author__ = "The pgx-ana authors"
__copyright__ = "Copyright 2026, The pgx-ana authors"
__email__ = "OWNER@example.org"
__license__ = "MIT"

import shlex
from pathlib import Path

from snakemake.shell import shell

extra = snakemake.params.get("extra", "")
results = snakemake.input.get("results", [])
log = snakemake.log_fmt_shell(stdout=True, stderr=True)

if isinstance(results, str):
    results = [results]
if results:
    paths = [Path(path) for path in results]
    places = [path.parent if path.name == "status.tsv" else path for path in paths]
    source = " ".join(f"--from {shlex.quote(str(place))}" for place in places)
else:
    calls = snakemake.input.get("calls", snakemake.input)
    source = "-- " + shlex.join([calls] if isinstance(calls, str) else calls)

shell("pgx-ana report {extra} --output {snakemake.output[0]:q} {source} {log}")
