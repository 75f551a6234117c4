"""Many files: a plan, blocks that are read by several processes, and reports about all of them.

Takes: a manifest of files, and what is done with each.
Gives: parts of the tables, what came of every file, and whether the people together look like
    people. A file that cannot be read, or ends the process that reads it, is refused alone.
Never: lets a result depend on how files are divided, or in which order they are read.
"""

from pgx_ana.batch.folder import BatchFolder
from pgx_ana.batch.manifest import read_manifest
from pgx_ana.batch.plan import MAX_BLOCK_FILES, Division, Plan, make_plan
from pgx_ana.batch.report import BatchReport
from pgx_ana.batch.settings import Settings, part_output
from pgx_ana.batch.stages import Effort, check_cluster, finish_batch, run_shard, start_batch

__all__ = [
    "MAX_BLOCK_FILES",
    "BatchFolder",
    "BatchReport",
    "Division",
    "Effort",
    "Plan",
    "Settings",
    "check_cluster",
    "finish_batch",
    "make_plan",
    "part_output",
    "read_manifest",
    "run_shard",
    "start_batch",
]
