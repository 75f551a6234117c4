"""Snakemake wrapper for pgx-ana annotate."""

__author__ = "The pgx-ana authors"
__copyright__ = "Copyright 2026, The pgx-ana authors"
__email__ = "OWNER@example.org"
__license__ = "MIT"

import shlex

from snakemake.shell import shell

INDICES = (".tbi", ".csi")
TABLES = (".tsv", ".csv", ".tsv.gz", ".csv.gz")

extra = snakemake.params.get("extra", "")
table = snakemake.params.get("table", "")
calls = snakemake.input.get("calls", snakemake.input[0])
log = snakemake.log_fmt_shell(stdout=True, stderr=True, append=True)

for option in ("sample_sheet", "reference"):
    path = snakemake.input.get(option, "")
    if path:
        extra += f" --{option.replace('_', '-')} {shlex.quote(path)}"

outputs = [path for path in snakemake.output if not path.endswith(INDICES)]
for number, output in enumerate(outputs):
    options = extra
    if table and output.endswith(TABLES):
        options += f" --table {table}"
    if any(f"{output}{ending}" in snakemake.output for ending in INDICES):
        options += " --write-index"
    if number:  # the first one has said what there is to say
        options += " --quiet"
    shell("pgx-ana annotate {options} --output {output:q} -- {calls:q} {log}")
