"""The recipes for Slurm on a real Slurm: the bytes of a batch at once, whatever is cancelled."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helpers.batches import sabotage
from helpers.fixture_types import MakeVcf
from helpers.recipes import SHARDS, Batch, prepare_batch, recipes
from helpers.slurm import Job, NoSlurmError, Slurm, processes_of, running_slurm, wait_until

# Slurm is started once: its tests run one after another in one process.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("slurm")]

DONE = Job("COMPLETED", 0)
SOME_REFUSED = Job("FAILED", 6)
NOT_FINISHED = Job("FAILED", 3)
CANCELLED = Job("CANCELLED", 0)

N_FINISHED = 13
"""Of 16 blocks; of the four in shard 2, the second one has the file that hangs."""

Submit = Callable[..., None]
NewJobs = Callable[[], list[tuple[str, Job]]]


@pytest.fixture(scope="module")
def slurm() -> Iterator[Slurm]:
    try:
        with running_slurm() as started:
            yield started
    except NoSlurmError as error:
        pytest.skip(f"no Slurm: {error}")


@pytest.fixture
def batch(tmp_path: Path, make_vcf: MakeVcf) -> Batch:
    return prepare_batch(tmp_path, make_vcf)


@pytest.fixture
def submit(slurm: Slurm, batch: Batch) -> Iterator[Submit]:
    """Yield a function that runs a script with variables for its jobs, and cancel what is left."""

    def run_script(script: str, **variables: str) -> None:
        process = batch.run(script, {**slurm.environment, **variables})
        assert 0 == process.returncode, process.stderr

    yield run_script
    slurm.command("scancel", "--me")
    slurm.wait()


@pytest.fixture
def new_jobs(slurm: Slurm) -> NewJobs:
    """Return a function that waits for all jobs, and gives the tasks and outcomes of new ones."""
    known = set(slurm.jobs())

    def wait() -> list[tuple[str, Job]]:
        slurm.wait()
        jobs = slurm.jobs()
        found = [(number, job) for number, job in jobs.items() if number not in known]
        known.update(jobs)
        return sorted((number.partition("_")[2], job) for number, job in found)

    return wait


def test_an_array(submit: Submit, new_jobs: NewJobs, batch: Batch) -> None:
    """The last job, which is in no array, ends with 6: a file is broken."""
    submit(recipes("Slurm")[0])
    tasks = [(str(task), DONE) for task in range(1, SHARDS + 1)]
    assert [("", SOME_REFUSED), *tasks] == new_jobs()
    assert batch.at_once == batch.results


def test_a_task_is_cancelled_in_the_middle(
    slurm: Slurm, submit: Submit, new_jobs: NewJobs, batch: Batch
) -> None:
    """The last job names its shard; what it had finished is not made again."""
    first, again = recipes("Slurm")
    before = set(processes_of(slurm))
    submit(first, PYTHONPATH=sabotage(batch.folder / "sabotage"))
    wait_until(lambda: N_FINISHED == len(batch.finished()), "the other blocks are not finished")
    finished = batch.finished()
    jobs = slurm.jobs().items()
    (task,) = [n for n, job in jobs if n.endswith("_2") and job.state == "RUNNING"]
    slurm.command("scancel", task)
    ended = [("1", DONE), ("2", CANCELLED), ("3", DONE), ("4", DONE)]
    assert [("", NOT_FINISHED), *ended] == new_jobs()
    wait_until(lambda: before == set(processes_of(slurm)), "the cancelled task has left processes")
    (report,) = (path for path in batch.folder.glob("slurm-*.out") if "_" not in path.name)
    assert "1 of 4 shards are not finished: 2; run each with" in report.read_text()

    submit(again.replace("7,12", "2"))
    assert [("", SOME_REFUSED), ("2", DONE)] == new_jobs()
    assert batch.at_once == batch.results
    assert finished.items() <= batch.finished().items()


def test_nothing_is_left_when_a_test_fails(slurm: Slurm, tmp_path: Path) -> None:
    """Neither daemons nor jobs, also not those that leave the session of their job.

    Another Slurm, that runs meanwhile, is not touched.
    """
    others = []
    scripts = ("touch one; sleep 600", "trap '' TERM; touch two; setsid sleep 600")
    with pytest.raises(AssertionError), running_slurm() as other:  # noqa: PT012
        others.append(other)
        environment = {**os.environ, **other.environment}
        for script in scripts:
            words = ["sbatch", "--wrap", script]
            subprocess.run(words, check=True, cwd=tmp_path, env=environment, capture_output=True)
        signs = (tmp_path / "one", tmp_path / "two")
        wait_until(lambda: all(sign.exists() for sign in signs), "the jobs do not start")
        assert len(processes_of(other)) > len(scripts)
        raise AssertionError
    assert [] == processes_of(others[0])
    assert [] != processes_of(slurm)
