"""One block: its units are read together, and those that cannot be read are refused one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pgx_ana.annotation import Annotations
from pgx_ana.batch.folder import BatchFolder
from pgx_ana.batch.plan import Block, Unit
from pgx_ana.batch.records import BlockRecord, Outcome, UnitResult
from pgx_ana.batch.settings import Settings
from pgx_ana.errors import InputError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CohortCalls
from pgx_ana.pipeline import AS_OTHER_FILES, run
from pgx_ana.quality import SiteTally, state_of, tally_sites
from pgx_ana.terms import CallStatus

_CHANGED = "has changed since the batch was planned; plan it again with --resume"


@dataclass(frozen=True, slots=True)
class BlockTask:
    """A block to read and write, in a form that goes to another process.

    ``left_out`` has the results of units, by their number in the block, that are known beforehand:
    they are not read.
    """

    folder: BatchFolder
    block: Block
    settings: Settings
    manifest: str
    left_out: Mapping[int, UnitResult]


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    """Units that were read together, by number, and their people; or one unit and what refused it.

    ``results`` are those of the units, in their order.
    """

    units: Mapping[int, Unit]
    people: Annotations | None
    results: Mapping[int, UnitResult]


def run_block(task: BlockTask, knowledge: KnowledgeBase) -> int:
    """Read a block, write its parts and its record, and return the number of its refused files.

    Raises :class:`OutputError` if they cannot be written.
    """
    readings = _read_block(task, knowledge)
    results = dict(task.left_out)
    for reading in readings:
        results |= reading.results
    people = [reading.people for reading in readings if reading.people is not None]
    units = tuple(results[number] for number in range(len(task.block.units)))
    record = BlockRecord(task.block.key, units, _tallies(people))
    task.folder.write_block(task.block.number, task.settings, people, record)
    return sum(
        len(unit)
        for unit, result in zip(task.block.units, units, strict=True)
        if result.outcome is not Outcome.OK
    )


def probe_unit(task: BlockTask, number: int, knowledge: KnowledgeBase) -> None:
    """Read one unit of a block, for nothing but to see whether the process survives it."""
    _read({number: task.block.units[number]}, task, knowledge)


def _read_block(task: BlockTask, knowledge: KnowledgeBase) -> list[_Reading]:
    """Read all units that are not left out. Each sample name is that of one unit."""
    units = {n: unit for n, unit in enumerate(task.block.units) if n not in task.left_out}
    seen: dict[str, None] = {}
    kept = []
    for reading in _read(units, task, knowledge):
        results = {
            number: _without_people(result)
            for number, result in reading.results.items()
            if not seen.keys().isdisjoint(result.samples)
        }
        for result in reading.results.values():
            seen.update(dict.fromkeys(result.samples))
        if not results:
            kept.append(reading)
            continue
        others = {n: unit for n, unit in reading.units.items() if n not in results}
        kept.append(_Reading({}, None, results))
        kept.extend(_read(others, task, knowledge))
    return kept


def _without_people(result: UnitResult) -> UnitResult:
    return UnitResult(Outcome.DUPLICATE, result.samples, result.file_samples)


def _read(units: Mapping[int, Unit], task: BlockTask, knowledge: KnowledgeBase) -> list[_Reading]:
    """Read units together where they do not meddle with each other, else in halves.

    What is said of a unit does not depend on the others. So a fault is looked for in ever smaller
    parts, and so is a unit that took anything from another.
    """
    if not units:
        return []
    request = task.settings.request_for(
        (file.row for unit in units.values() for file in unit), task.manifest
    )
    try:
        changed = [file.row.file for u in units.values() for file in u if file.has_changed()]
        if changed:
            raise InputError(f"{changed[0]}: {_CHANGED}")
        people = run(request, knowledge)
    except InputError as error:
        if len(units) == 1:
            (number,) = units
            return [_Reading(units, None, {number: UnitResult(Outcome.REFUSED, reason=str(error))})]
    else:
        if len(units) == 1 or _are_apart(people.calls, units):
            return [_Reading(units, people, _results(people.calls, units))]
    numbers = list(units)
    halves = (numbers[: len(numbers) // 2], numbers[len(numbers) // 2 :])
    return [
        reading
        for half in halves
        for reading in _read({number: units[number] for number in half}, task, knowledge)
    ]


def _are_apart(calls: CohortCalls, units: Mapping[int, Unit]) -> bool:
    """Say whether no unit took an assembly or a sample from another."""
    if any(file.assembly_source == AS_OTHER_FILES for file in calls.files):
        return False
    unit_of = _unit_of_file(units)
    return all(len({unit_of[file] for file in files}) == 1 for files in calls.sample_files.values)


def _unit_of_file(units: Mapping[int, Unit]) -> list[int]:
    """Return, for each file of a run, the place of its unit among those that were read."""
    return [place for place, unit in enumerate(units.values()) for _ in unit]


def _results(calls: CohortCalls, units: Mapping[int, Unit]) -> dict[int, UnitResult]:
    """Return what came of each unit of a run, in which no two units share a person."""
    unit_of, n_units = _unit_of_file(units), len(units)
    places = np.array([unit_of[files[0]] for files in calls.sample_files.values], np.intp)
    unit_of_sample = places[calls.sample_files.codes]
    called = np.zeros(n_units, np.int64)
    for site in calls.sites:
        mask = site.calls.mask(lambda call: state_of(call) == CallStatus.CALLED.value)
        called += np.bincount(unit_of_sample[mask], minlength=n_units) > 0
    order = np.argsort(unit_of_sample, kind="stable")
    ends = np.cumsum(np.bincount(unit_of_sample, minlength=n_units))
    members = np.split(order, ends[:-1])
    files = iter(calls.files)
    return {
        number: UnitResult(
            Outcome.OK,
            tuple(calls.samples[sample] for sample in members[place].tolist()),
            tuple(next(files).samples for _ in unit),
            int(called[place]),
        )
        for place, (number, unit) in enumerate(units.items())
    }


def _tallies(people: Iterable[Annotations]) -> tuple[SiteTally, ...]:
    """Return the tallies of all people of a block."""
    return add_tallies(tally_sites(block.calls, block.knowledge) for block in people)


def add_tallies(parts: Iterable[Sequence[SiteTally]]) -> tuple[SiteTally, ...]:
    """Return the tallies of the people of all parts, in the order of the variants."""
    sums: dict[str, SiteTally] = {}
    for part in parts:
        for tally in part:
            earlier = sums.get(tally.variant)
            sums[tally.variant] = tally if earlier is None else earlier + tally
    return tuple(sums.values())
