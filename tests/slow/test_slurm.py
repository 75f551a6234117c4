"""The recipes for Slurm on a real Slurm: the bytes of a batch at once, whatever is cancelled."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helpers.batches import sabotage
from helpers.fixture_types import MakeVcf
from helpers.pages import faults, fill_folder, missing_programs, page_code, run_page
from helpers.paths import ROOT, TOY
from helpers.pipeline_files import PIPELINES, place_repository
from helpers.recipes import SHARDS, Batch, prepare_batch, recipes, with_slurm
from helpers.slurm import Job, NoSlurmError, Slurm, processes_of, running_slurm, wait_until

# Slurm is started once: its tests run one after another in one process.
pytestmark = pytest.mark.slow

SCRIPT = PIPELINES / "slurm" / "pgx-ana-array.sh"

DONE = Job("COMPLETED", 0)
SOME_REFUSED = Job("FAILED", 6)
NOT_FINISHED = Job("FAILED", 3)
CANCELLED = Job("CANCELLED", 0)

N_FINISHED = 13
"""Of 16 blocks; of the four in shard 2, the second one has the file that hangs."""

PATIENCE = {"DASK_DISTRIBUTED__DEPLOY__LOST_WORKER_TIMEOUT": "1s"}
"""The time after which Dask asks for another job in place of one that is lost; by default 15 s."""

HANG_ONCE = """
import os, sys, time

def watch(event, arguments):
    if event == "open" and str(arguments[0]).endswith("hang.vcf"):
        try:
            with open({sign!r}, "x") as sign:
                sign.write(os.environ["SLURM_JOB_ID"])
        except FileExistsError:
            return
        time.sleep(600)

sys.addaudithook(watch)
"""
"""A module of every new process: the first one to open ``hang.vcf`` names its job, and hangs."""

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


def test_the_script_for_arrays(
    slurm: Slurm, submit: Submit, new_jobs: NewJobs, batch: Batch
) -> None:
    """The same command again reads nothing again; variables of Slurm replace its defaults."""
    place_repository(batch.folder)
    (command,) = page_code("docs/pipelines.md", "bash", "Slurm")
    command = command.replace("500", str(SHARDS))
    command = command.replace("--format parquet", f"--kb {TOY}")
    tasks = [(str(task), DONE) for task in range(1, SHARDS + 1)]
    submit(command)
    assert [("", SOME_REFUSED), *tasks] == new_jobs()
    assert batch.at_once == batch.results
    finished = batch.finished()
    submit(command, SBATCH_TIMELIMIT="7")
    assert [("", SOME_REFUSED), *tasks] == new_jobs()
    assert batch.at_once == batch.results
    assert finished == batch.finished()
    limits = re.findall(r"TimeLimit=(\S+)", slurm.command("scontrol", "show", "jobs"))
    n_jobs = SHARDS + 1
    assert [n_jobs, n_jobs] == [limits.count("01:00:00"), limits.count("00:07:00")]


def test_the_script_for_arrays_says_how_it_is_used(batch: Batch) -> None:
    process = batch.run(f"bash {SCRIPT} files.txt", {})
    usage = f"usage: bash {SCRIPT} MANIFEST RESULTS SHARDS [OPTIONS of pgx-ana batch plan]\n"
    assert (2, "", usage) == (process.returncode, process.stdout, process.stderr)


def test_the_script_for_arrays_on_one_of_several_clusters(batch: Batch, tmp_path: Path) -> None:
    """There, sbatch adds the name of a cluster to the number of a job."""
    sbatch = tmp_path / "bin" / "sbatch"
    sbatch.write_text("#!/bin/sh\necho $* >> submitted\necho '123;elsewhere'\n")
    sbatch.chmod(0o755)
    process = batch.run(f"bash {SCRIPT} files.txt 'my results' 2 --kb {TOY}", {})
    assert 0 == process.returncode, process.stderr
    assert [
        f"--parsable --array=1-2 {SCRIPT} --run my results",
        f"--dependency=afterany:123 {SCRIPT} --finish my results",
    ] == (batch.folder / "submitted").read_text().splitlines()


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


@pytest.mark.parametrize("n_workers", [1, 2])
def test_a_worker_of_dask_is_cancelled_in_the_middle(
    slurm: Slurm, new_jobs: NewJobs, batch: Batch, n_workers: int
) -> None:
    """The other worker reads what it was reading, or a new one that takes its place."""
    sign = batch.folder / "hangs"
    site = batch.folder / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(HANG_ONCE.format(sign=str(sign)))
    before = set(processes_of(slurm))
    (recipe,) = [line for line in recipes("On Dask")[0].splitlines() if "--cluster slurm" in line]
    with subprocess.Popen(
        ["bash", "-c", recipe.replace("--jobs 100", f"--jobs {n_workers}")],
        cwd=batch.folder,
        env={**batch.environment, **slurm.environment, **PATIENCE, "PYTHONPATH": str(site)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        wait_until(lambda: sign.exists() and sign.read_text().isdigit(), "no worker hangs")
        finished = batch.finished()
        slurm.command("scancel", sign.read_text())
        out, error = run.communicate(timeout=120)
    done = "300 of 301 files annotated (300 samples), 1 refused: see results/status.tsv\n"
    assert (6, "", done) == (run.returncode, out, error)
    assert batch.at_once == batch.results
    assert finished.items() <= batch.finished().items()
    assert 2 == len(new_jobs())
    wait_until(lambda: before == set(processes_of(slurm)), "workers have left processes")


def test_the_tutorial(slurm: Slurm, tmp_path: Path) -> None:
    """The page prints the same if its shards are read by Slurm, in place of one machine."""
    page = with_slurm((ROOT / "docs/tutorials/ten-thousand-files.md").read_text(encoding="utf-8"))
    if missing := missing_programs(page):
        pytest.skip(f"not installed: {' '.join(missing)}")
    fill_folder(tmp_path / "folder")
    outcomes = run_page(page, tmp_path / "folder", slurm.environment)
    assert [] == list(faults(page, outcomes))
    slurm.wait()


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
