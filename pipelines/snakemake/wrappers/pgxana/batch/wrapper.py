"""Snakemake wrapper for pgx-ana batch."""

__author__ = "The pgx-ana authors"
__copyright__ = "Copyright 2026, The pgx-ana authors"
__email__ = "OWNER@example.org"
__license__ = "MIT"

from pathlib import Path

from snakemake.shell import shell

extra = snakemake.params.get("extra", "")
manifest = snakemake.input.get("manifest", snakemake.input[0])
folder = Path(snakemake.output.get("status", snakemake.output[0])).parent
log = snakemake.log_fmt_shell(stdout=True, stderr=True)

# Exit code 6: some files are refused and the others annotated; the status says which and why.
shell(
    "pgx-ana batch all {extra} --resume --jobs {snakemake.threads} --output {folder:q}"
    " -- {manifest:q} {log} || {{ code=$?; [ $code -eq 6 ] || exit $code; }}"
)
