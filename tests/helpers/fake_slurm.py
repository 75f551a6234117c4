"""Commands with the names of Slurm's, which run jobs as processes of this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_SBATCH = """#!/bin/bash
cd {folder}; export TMPDIR={folder}
if [ "$1" = --test-only ]; then
    cat > script
    [ -e refusal ] && {{ cat refusal >&2; exit 1; }}
    exit 0
fi
cp "$1" job.$$
setsid bash job.$$ > log.$$ 2>&1 &
echo $! >> submitted
echo "Submitted batch job $!"
"""

_SCANCEL = """#!/bin/bash
echo $1 >> {folder}/cancelled
kill -- -$1
"""


@dataclass(frozen=True)
class Slurm:
    """A folder with ``sbatch`` and ``scancel``; a file ``refusal`` there makes it refuse jobs."""

    folder: Path

    @classmethod
    def install(cls, folder: Path) -> Slurm:
        """Write the commands to a new folder."""
        folder.mkdir()
        for name, text in (("sbatch", _SBATCH), ("scancel", _SCANCEL)):
            (folder / name).write_text(text.format(folder=folder))
            (folder / name).chmod(0o755)
        return cls(folder)

    def submitted(self) -> list[int]:
        """Return the numbers of all jobs, each that of a group of processes."""
        return self._numbers("submitted")

    def cancelled(self) -> list[int]:
        """Return the numbers of the jobs that were cancelled."""
        return self._numbers("cancelled")

    def _numbers(self, name: str) -> list[int]:
        path = self.folder / name
        return sorted(map(int, path.read_text().split())) if path.exists() else []
