"""The rules of a cluster, with workers that are played by the test."""

from __future__ import annotations

import dataclasses
import itertools
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import dask.config
import pytest
from helpers.batches import IN_THIS_PROCESS, planned, settings, tree, whole
from helpers.fixture_types import MakeVcf, Run
from helpers.paths import TOY

from pgx_ana.batch import BatchFolder, Division, Effort, Plan, cluster, finish_batch, run_shard
from pgx_ana.batch.block import BlockTask, Made
from pgx_ana.batch.cluster import _FALLEN, Cluster, _Connection, _LostConnectionError
from pgx_ana.batch.slurm import _seconds, slurm_cluster, slurm_options
from pgx_ana.batch.task import Home, Lost, Result, Task, perform
from pgx_ana.errors import ClusterError, OutputError, UsageError
from pgx_ana.knowledge import KnowledgeBase

ADDRESS = "tcp://127.0.0.1:1"


@pytest.fixture(autouse=True)
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def batch(make_vcf: MakeVcf, toy: KnowledgeBase) -> tuple[BatchFolder, Plan]:
    """Return a batch of six files in blocks of two; one file is bad."""
    for number in range(6):
        make_vcf(["1 100 A C 0/1"], samples=(f"S{number}",), name=f"{number}.vcf")
    Path("3.vcf").write_text("bad")
    Path("m.txt").write_text("".join(f"{number}.vcf\n" for number in range(6)))
    whole(Path("m.txt"), Path("undisturbed"), toy, block_files=2)
    return planned(Path("m.txt"), Path("out").absolute(), settings(toy), toy, Division(2))


def task_of(batch: tuple[BatchFolder, Plan], number: int = 0) -> Task:
    folder, plan = batch
    return Task(BlockTask(folder, plan.blocks()[number], plan.settings, plan.manifest, {}))


class Scheduler:
    """A connection whose answers are a list: results by key, or an error that is raised."""

    def __init__(self, answers: Iterable[object], places: int = 3) -> None:
        self.under_way: dict[str, str] = {}
        self.given: list[list[str]] = []
        self._answers = iter(answers)
        self._places = places
        self.is_closed = False

    def places(self) -> int:
        return self._places

    def submit(self, key: str, task: Task) -> None:
        assert isinstance(task, Task)
        self.under_way[key] = key
        self.given.append(sorted(self.under_way))

    def next_result(self, seconds: float) -> tuple[str, Result] | None:
        assert seconds > 0
        answer: Any = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        if answer is not None:
            del self.under_way[answer[0]]
        result: tuple[str, Result] | None = answer
        return result

    def close(self) -> None:
        self.is_closed = True


Play = Callable[..., tuple[Cluster, list[str]]]


@pytest.fixture
def play(batch: tuple[BatchFolder, Plan], monkeypatch: pytest.MonkeyPatch) -> Play:
    """Return what makes a cluster with such connections, one after another, and its warnings."""

    def build(*schedulers: Scheduler) -> tuple[Cluster, list[str]]:
        warnings: list[str] = []
        one = Cluster(batch[1], ADDRESS, 2, warnings.append)
        following = iter(schedulers)

        def connect(seconds: float) -> None:
            assert seconds > 0
            one._connection = cast("_Connection[Any]", next(following))
            one._looked, one._manned = 0.0, vars(cluster)["time"].monotonic()

        monkeypatch.setattr(one, "_connect", connect)
        return one, warnings

    return build


def done(key: str) -> tuple[str, Made]:
    return key, Made(key, 0)


def test_no_more_is_under_way_than_workers_have_places(
    play: Play, batch: tuple[BatchFolder, Plan]
) -> None:
    scheduler = Scheduler([done("a"), None, done("c"), done("b"), done("d")], places=2)
    tasks = dict.fromkeys("abcd", task_of(batch))
    one, warnings = play(scheduler)
    with one:
        assert [done("a"), done("c"), done("b"), done("d")] == list(one.each(tasks))
    assert [["a"], ["a", "b"], ["b", "c"], ["b", "d"]] == scheduler.given
    assert scheduler.is_closed
    assert [] == warnings


def test_what_fell_with_a_neighbour_is_done_again_alone(
    play: Play, batch: tuple[BatchFolder, Plan]
) -> None:
    answers = [("a", _FALLEN), done("c"), ("b", _FALLEN), done("a"), ("b", _FALLEN)]
    scheduler = Scheduler(answers)
    one, _ = play(scheduler)
    with one:
        results = list(one.each(dict.fromkeys("abc", task_of(batch))))
    assert [done("c"), done("a"), ("b", _FALLEN)] == results
    assert [["a"], ["b"]] == scheduler.given[-2:]


def test_a_fault_of_the_program_is_not_tried_again(
    play: Play, batch: tuple[BatchFolder, Plan]
) -> None:
    fault = Lost("met a fault of this program (ValueError: x)")
    one, _ = play(Scheduler([("a", fault)]))
    with one:
        assert [("a", fault)] == list(one.each({"a": task_of(batch)}))


def test_what_was_under_way_is_given_to_a_scheduler_that_comes_back(
    play: Play, batch: tuple[BatchFolder, Plan]
) -> None:
    first = Scheduler([done("a"), _LostConnectionError()], places=2)
    second = Scheduler([done("c"), done("b"), done("d")])
    one, warnings = play(first, second)
    with one:
        results = list(one.each(dict.fromkeys("abcd", task_of(batch))))
    assert [done("a"), done("c"), done("b"), done("d")] == results
    assert ["b", "c", "d"] == second.given[-1]
    assert first.is_closed
    lost = "the connection to the scheduler is lost; trying to connect for 10 minutes"
    assert [f"--cluster {ADDRESS}: {lost}"] == warnings


def test_without_workers_a_run_says_so_and_ends(
    play: Play, batch: tuple[BatchFolder, Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = itertools.count(step=10)
    monkeypatch.setattr(cluster, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    one, warnings = play(Scheduler(itertools.repeat(None), places=0))
    expected = (
        f"--cluster {ADDRESS}: has had no worker for 5 minutes; start workers, and continue with "
        "--resume: what is finished is kept"
    )
    with one, pytest.raises(ClusterError) as raised:
        list(one.each({"a": task_of(batch)}))
    assert (3, expected) == (raised.value.exit_code, str(raised.value))
    assert [f"--cluster {ADDRESS}: has no worker; waiting for 5 minutes"] == warnings


def test_a_scheduler_that_is_not_there(
    batch: tuple[BatchFolder, Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 0.2)
    one = Cluster(batch[1], ADDRESS, 1, lambda _: None)
    expected = (
        f"--cluster {ADDRESS}: no scheduler answers; start it, and continue with --resume: what is "
        "finished is kept"
    )
    with pytest.raises(ClusterError) as raised, one:
        pass
    assert expected == str(raised.value)


def test_another_attempt_at_a_block_changes_nothing(
    batch: tuple[BatchFolder, Plan], toy: KnowledgeBase
) -> None:
    """Not before the results are there, not meanwhile, and not afterwards."""
    folder, plan = batch
    task = task_of(batch, 1)
    home = Home.of(plan)
    early = perform(task, home)
    run_shard(folder, plan, plan.blocks(), IN_THIS_PROCESS)
    late = perform(task, home)
    assert (1, 1) == (early.n_refused, late.n_refused)
    assert early.attempt != late.attempt
    before = {name: data for name, data in tree(folder.path).items() if ".making" not in name}
    attempts = [name for name in tree(folder.path) if name.startswith("blocks/.making/")]
    assert {early.attempt, late.attempt} == {name.split("/")[2] for name in attempts}
    finish_batch(folder, toy, IN_THIS_PROCESS)
    assert tree(Path("undisturbed")) == tree(folder.path)
    assert before.items() <= tree(folder.path).items()
    with pytest.raises(
        OutputError, match=r"is not complete here; all machines must see the folder"
    ):
        folder.adopt(late.attempt, task.block.block, plan.settings.output)
    assert tree(Path("undisturbed")) == tree(folder.path)


def test_attempts_at_the_same_time(batch: tuple[BatchFolder, Plan], toy: KnowledgeBase) -> None:
    """Threads of one process take turns, and the working directory stays."""
    folder, plan = batch
    home, cwd = Home.of(plan), Path.cwd()
    other = Path("elsewhere").absolute()
    other.mkdir()
    made: list[Made] = []
    tasks = [task_of(batch, number % 3) for number in range(9)]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(other)
        threads = [
            threading.Thread(target=lambda task=task: made.append(perform(task, home)))
            for task in tasks
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert other == Path.cwd()
    assert cwd == Path.cwd()
    assert 9 == len({one.attempt for one in made})
    for one in made:
        number = int(one.attempt.split("-")[0]) - 1
        folder.adopt(one.attempt, plan.blocks()[number], plan.settings.output)
    finish_batch(folder, toy, IN_THIS_PROCESS)
    assert tree(Path("undisturbed")) == tree(folder.path)


def test_machines_that_are_not_like_the_first(batch: tuple[BatchFolder, Plan]) -> None:
    folder, plan = batch
    task, home = task_of(batch), Home.of(plan)
    with pytest.raises(UsageError, match=r"^/nowhere: cannot be entered on .*; the batch was"):
        perform(task, dataclasses.replace(home, folder="/nowhere"))
    with pytest.raises(UsageError, match=r"^pgx-ana .* is installed on .*planned with 0\.0\.9; "):
        perform(task, dataclasses.replace(home, program="0.0.9"))
    with pytest.raises(UsageError, match=r"^the knowledge base has changed since the batch was"):
        perform(task, dataclasses.replace(home, digest="another"))
    folder.plan_path.unlink()
    with pytest.raises(UsageError, match=r"plan\.json: is not there on .*; all machines must see"):
        perform(task, home)


def test_a_task_is_small(batch: tuple[BatchFolder, Plan], toy: KnowledgeBase) -> None:
    """What goes to the scheduler for a block of 128 files, as bytes."""
    names = [
        f"/a/folder/with/a/long/name/of/some/length/{number:06}.vcf.gz" for number in range(128)
    ]
    Path("long.txt").write_text("".join(f"{name}\n" for name in names))
    folder, plan = planned(
        Path("long.txt"), Path("long").absolute(), settings(toy), toy, Division(128)
    )
    sent: list[bytes] = []

    class Client:
        def submit(self, function: object, work: bytes, *, key: str) -> Any:
            assert key.startswith("pgx-ana-")
            sent.append(work)
            return SimpleNamespace(key=key, add_done_callback=lambda _: None)

    connection: _Connection[int] = _Connection(Client(), Home.of(plan))  # type: ignore[arg-type]
    connection.submit(1, task_of((folder, plan)))
    assert len(sent[0]) < 40_000


def test_faults(run: Run, make_vcf: MakeVcf, monkeypatch: pytest.MonkeyPatch) -> None:
    make_vcf(["1 100 A C 0/1"], name="a.vcf")
    Path("m.txt").write_text("a.vcf\n")
    words = ["batch", "m.txt", "-o", "out", "--kb", TOY, "--cluster"]
    cases: list[tuple[list[object], str]] = [
        (
            ["nowhere"],
            (
                "--cluster nowhere: is neither local nor slurm nor the address of a Dask "
                "scheduler, as tcp://HOST:PORT"
            ),
        ),
        (
            ["local", "--timeout", 5],
            "--timeout: a cluster cannot end what it has begun; leave it out",
        ),
    ]
    for more, message in cases:
        result = run(*words, *more)
        assert (2, "", f"Error: {message}\n") == (result.exit_code, result.stdout, result.stderr)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    result = run(*words, "local")
    expected = (
        "Error: --cluster needs distributed, which is not installed: pip install "
        "'pgx-ana[cluster]'\n"
    )
    assert (2, "", expected) == (result.exit_code, result.stdout, result.stderr)
    assert not Path("out").exists()


def test_jobs_of_slurm_as_they_are_without_configuration() -> None:
    with dask.config.set({"jobqueue.slurm": {"walltime": "00:30:00"}}):
        options = slurm_options()
    (same_program,) = options.pop("job_script_prologue")
    assert same_program.startswith("export PYTHONPATH=")
    assert {
        "cores": 1,
        "processes": 1,
        "memory": "4 GiB",
        "job_extra_directives": ["--output=/dev/null"],
        "worker_extra_args": [
            *("--no-dashboard", "--lifetime", "1620s", "--lifetime-stagger", "90s"),
        ],
        "scheduler_options": {"dashboard": False, "dashboard_address": "127.0.0.1:0"},
        "silence_logs": "critical",
    } == options


def test_jobs_of_slurm_as_the_configuration_wants_them() -> None:
    values = {
        "memory": "9 GiB",
        "walltime": "2-00",
        "log-directory": "logs",
        "job-extra-directives": ["--qos=low"],
        "job-script-prologue": ["module load python"],
        "worker-extra-args": ["--lifetime", "5m"],
        "scheduler-options": {"host": "login1"},
    }
    with dask.config.set({"jobqueue.slurm": values}):
        options = slurm_options()
    assert "9 GiB" == options["memory"]
    assert ["--qos=low"] == options["job_extra_directives"]
    assert "module load python" == options["job_script_prologue"][0]
    assert ["--lifetime", "5m", "--no-dashboard"] == options["worker_extra_args"]
    assert "login1" == options["scheduler_options"]["host"]


@pytest.mark.parametrize(
    ("walltime", "seconds"),
    [
        ("90", 5400),
        ("90:30", 5430),
        ("1:30:05", 5405),
        ("2-00", 172_800),
        ("2-01:30", 178_200),
        ("2-01:30:05", 178_205),
        ("UNLIMITED", None),
    ],
)
def test_times_of_slurm(walltime: str, seconds: int | None) -> None:
    assert seconds == _seconds(walltime)


def test_a_machine_without_slurm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match=r"^--cluster slurm: there is no sbatch here; run this on"):
        slurm_cluster(2)


def test_as_many_workers_as_jobs_or_blocks(
    batch: tuple[BatchFolder, Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, int]] = []

    class Ended(Exception):  # noqa: N818  # no error
        pass

    def started(name: str, jobs: int) -> Any:
        asked.append((name, jobs))
        raise Ended

    monkeypatch.setattr(cluster, "_started", started)
    folder, plan = batch
    for jobs in (2, 50):
        with pytest.raises(Ended):
            run_shard(folder, plan, plan.blocks(), Effort(jobs=jobs, cluster="slurm"))
    assert [("slurm", 2), ("slurm", 3)] == asked
