#!/bin/bash
# Annotates many files with jobs of Slurm: an array of shards, and a job that finishes the results.
#
#     bash pgx-ana-array.sh MANIFEST RESULTS SHARDS [OPTIONS of pgx-ana batch plan]
#
# The same command again continues a run that was stopped: what is finished is not made again.
# The last job ends with 0 if all files are annotated, with 6 if some are refused (RESULTS/status.tsv
# says which and why), and with 3 if shards are missing. All jobs must see the files and the folder.
#
# Defaults of all jobs, which variables as SBATCH_PARTITION, SBATCH_ACCOUNT and SBATCH_TIMELIMIT of
# Slurm replace; sites that need more, as modules to load, have it below.
#SBATCH --job-name=pgx-ana
#SBATCH --cpus-per-task=1
#SBATCH --mem=500M
#SBATCH --time=01:00:00
set -euo pipefail

case ${1-} in
  --run) exec pgx-ana batch run "$2" --shard "$SLURM_ARRAY_TASK_ID" ;;
  --finish) exec pgx-ana batch finish "$2" ;;
esac

if [ $# -lt 3 ]; then
  echo "usage: bash $0 MANIFEST RESULTS SHARDS [OPTIONS of pgx-ana batch plan]" >&2
  exit 2
fi
manifest=$1 results=$2 shards=$3
shift 3
pgx-ana batch plan "$manifest" -o "$results" -n "$shards" --resume "$@"
run=$(sbatch --parsable --array="1-$shards" "$0" --run "$results")
# Where there are several clusters, sbatch adds the name of one: 123;name.
sbatch --dependency="afterany:${run%%;*}" "$0" --finish "$results"
