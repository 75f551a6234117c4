"""One block: its units are read together, and those that cannot be read are refused one by one."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pgx_ana.annotation import Annotations, Annotator
from pgx_ana.batch.folder import BatchFolder
from pgx_ana.batch.plan import Block, Unit
from pgx_ana.batch.records import BlockRecord, Outcome, UnitResult
from pgx_ana.batch.settings import Settings
from pgx_ana.errors import InputError
from pgx_ana.model import CohortCalls
from pgx_ana.pipeline import AS_OTHER_FILES, FileFaultsError, Run
from pgx_ana.printable import printable
from pgx_ana.quality import SiteTally, add_tallies, state_of, tally_sites
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


@dataclass(frozen=True, slots=True)
class Made:
    """The parts and the record of a block, in the folder of the attempt that made them.

    ``attempt`` is the name of that folder. ``n_refused`` is the number of refused files.
    """

    attempt: str
    n_refused: int


@dataclass(frozen=True, slots=True)
class _Set:
    """Units that can be read together, and their assembly; empty where it is not known yet."""

    units: Mapping[int, Unit]
    assembly: str = ""


class _MeddlingError(Exception):
    """A unit took its assembly or a person from another one that was read with it.

    ``borrowers`` are the names of files that took their assembly from others.
    """

    def __init__(self, borrowers: Iterable[str]) -> None:
        self.borrowers = frozenset(borrowers)


class _Units:
    """Units that are read together, and what came of each, gathered while their people pass by."""

    def __init__(self, units: Mapping[int, Unit]) -> None:
        self.units = units
        self._places = {
            _name(file.row.file): place
            for place, unit in enumerate(units.values())
            for file in unit
        }
        self._samples: list[list[str]] = [[] for _ in units]
        self._file_samples: dict[str, int] = {}
        self._called = np.zeros((len(units), 0), np.bool_)
        self.tallies: tuple[SiteTally, ...] = ()
        self.assembly = ""

    def people(self, task: BlockTask, annotator: Annotator) -> Iterator[Annotations]:
        """Yield the people, some at a time.

        Raises :class:`InputError` where a file cannot be used, and :class:`_MeddlingError`.
        """
        files = [file for unit in self.units.values() for file in unit]
        paths = (file.row.file for file in files if file.has_changed())
        if changed := {path: InputError(f"{path}: {_CHANGED}") for path in paths}:
            raise FileFaultsError(changed)
        request = task.settings.request_for((file.row for file in files), task.manifest)
        for people in Run(request, annotator.knowledge, annotator).blocks():
            self._add(people.calls)
            self.tallies = add_tallies(
                [self.tallies, tally_sites(people.calls, annotator.knowledge)]
            )
            yield people

    def results(self) -> dict[int, UnitResult]:
        """Return what came of each unit, once its people have passed by."""
        return {
            number: UnitResult(
                Outcome.OK,
                tuple(self._samples[place]),
                tuple(self._file_samples[_name(file.row.file)] for file in unit),
                int(self._called[place].sum()),
            )
            for place, (number, unit) in enumerate(self.units.items())
        }

    def _add(self, calls: CohortCalls) -> None:
        self.assembly = calls.assembly.value
        places = [self._places[file.name] for file in calls.files]
        self._check_apart(calls, places)
        self._file_samples.update((file.name, file.samples) for file in calls.files)
        of_value = np.array([places[files[0]] for files in calls.sample_files.values], np.intp)
        place_of_sample = of_value[calls.sample_files.codes]
        if not self._called.shape[1]:
            self._called = np.zeros((len(self.units), len(calls.sites)), np.bool_)
        for number, site in enumerate(calls.sites):
            mask = site.calls.mask(lambda call: state_of(call) == CallStatus.CALLED.value)
            self._called[np.unique(place_of_sample[mask]), number] = True
        order = np.argsort(place_of_sample, kind="stable")
        counts = np.bincount(place_of_sample, minlength=len(self.units))
        members = np.split(order, np.cumsum(counts)[:-1])
        for samples, numbers in zip(self._samples, members, strict=True):
            samples.extend(calls.samples[number] for number in numbers.tolist())

    def _check_apart(self, calls: CohortCalls, places: Sequence[int]) -> None:
        """Raise :class:`_MeddlingError` where a unit took anything from another."""
        if len(self.units) == 1:
            return
        borrowers = [f.name for f in calls.files if f.assembly_source == AS_OTHER_FILES]
        files_of = calls.sample_files.values
        if borrowers or any(len({places[file] for file in files}) > 1 for files in files_of):
            raise _MeddlingError(borrowers)


def _name(path: str) -> str:
    """Return the name by which results call a file."""
    return printable(path).replace("\n", "\\n")


def run_block(task: BlockTask, annotator: Annotator) -> Made:
    """Read a block, and write its parts and its record to a folder of their own.

    They are not results before the folder of the batch adopts them. Raises :class:`OutputError` if
    they cannot be written.
    """
    number = task.block.number
    name, attempt = task.folder.new_attempt(number)
    units = _without(dict(enumerate(task.block.units)), task.left_out)
    task = dataclasses.replace(task, folder=attempt)
    pieces, others = _written(units, task, annotator)
    results = {**task.left_out, **others}
    for part in itertools.chain.from_iterable(pieces):
        results |= part.results()
    in_order = tuple(results[n] for n in range(len(task.block.units)))
    tallies = add_tallies(part.tallies for piece in pieces for part in piece)
    attempt.write_record(number, BlockRecord(task.block.key, len(pieces), in_order, tallies))
    pairs = zip(task.block.units, in_order, strict=True)
    refused = (len(unit) for unit, result in pairs if result.outcome is not Outcome.OK)
    return Made(name, sum(refused))


def probe_unit(task: BlockTask, number: int, annotator: Annotator) -> None:
    """Read one unit of a block, for nothing but to see whether the process survives it."""
    list(_survey({number: task.block.units[number]}, task, annotator))


def _written(
    units: Mapping[int, Unit], task: BlockTask, annotator: Annotator
) -> tuple[list[list[_Units]], dict[int, UnitResult]]:
    """Write the units that can be read. Return them by piece, and the results of all others."""
    others: dict[int, UnitResult] = {}
    while units:
        try:
            return _write([_Set(units)], task, annotator), others
        except (InputError, _MeddlingError) as error:
            refused = _refused(units, error, task, annotator)
        if not refused:
            readable, further = _surveyed(units, task, annotator)
            return _write(readable, task, annotator), others | further
        others |= refused
        units = _without(units, refused)
    return [], others


def _write(sets: Iterable[_Set], task: BlockTask, annotator: Annotator) -> list[list[_Units]]:
    """Write the people of all sets; return what came of each. A piece has one assembly."""
    pieces = []
    for number, (_, group) in enumerate(itertools.groupby(sets, lambda one: one.assembly), 1):
        together = [_Units(one.units) for one in group]
        people = _people_of(together, task, annotator)
        task.folder.write_parts((task.block.number, number), task.settings.output, people)
        pieces.append(together)
    return pieces


def _people_of(
    together: Iterable[_Units], task: BlockTask, annotator: Annotator
) -> Iterator[Annotations]:
    for units in together:
        yield from units.people(task, annotator)


def _surveyed(
    units: Mapping[int, Unit], task: BlockTask, annotator: Annotator
) -> tuple[list[_Set], dict[int, UnitResult]]:
    """Return sets of units that can be read together, and the results of all other units.

    Each sample name is that of one unit: later ones with it are duplicates.
    """
    seen: set[str] = set()
    readable: list[_Set] = []
    others: dict[int, UnitResult] = {}
    for part in _survey(units, task, annotator):
        if isinstance(part, _Units):
            results = part.results()
            others |= {
                number: UnitResult(Outcome.DUPLICATE, result.samples, result.file_samples)
                for number, result in results.items()
                if not seen.isdisjoint(result.samples)
            }
            seen.update(sample for result in results.values() for sample in result.samples)
            rest = _without(part.units, others)
            readable += [_Set(rest, part.assembly)] if rest else []
        else:
            others |= part
    return readable, others


def _survey(
    units: Mapping[int, Unit], task: BlockTask, annotator: Annotator
) -> Iterator[_Units | dict[int, UnitResult]]:
    """Yield sets of units that do not meddle with each other, and the results of refused ones.

    What is said of a unit does not depend on the others. So a fault is looked for in the files that
    it names, else in ever smaller sets, and so is a unit that took anything from another.
    """
    part = _Units(units)
    try:
        for _ in part.people(task, annotator):
            pass
    except (InputError, _MeddlingError) as error:
        refused = _refused(units, error, task, annotator)
    else:
        yield part
        return
    if refused:
        yield refused
        rest = list(_without(units, refused))
        sets = [rest] if rest else []
    else:
        numbers = list(units)
        sets = [numbers[: len(numbers) // 2], numbers[len(numbers) // 2 :]]
    for together in sets:
        yield from _survey({number: units[number] for number in together}, task, annotator)


def _refused(
    units: Mapping[int, Unit],
    error: InputError | _MeddlingError,
    task: BlockTask,
    annotator: Annotator,
) -> dict[int, UnitResult]:
    """Return the results of the units that an error names, if they are refused alone as well."""
    if len(units) == 1:
        return {number: UnitResult(Outcome.REFUSED, reason=str(error)) for number in units}
    refused: dict[int, UnitResult] = {}
    for number, unit in units.items():
        if any(_names(error, file.row.file) for file in unit):
            for part in _survey({number: unit}, task, annotator):
                refused |= part if isinstance(part, dict) else {}
    return refused


def _names(error: InputError | _MeddlingError, path: str) -> bool:
    """Say whether an error is that of a file."""
    if isinstance(error, _MeddlingError):
        return _name(path) in error.borrowers
    return isinstance(error, FileFaultsError) and path in error.by_path


def _without(units: Mapping[int, Unit], numbers: Container[int]) -> dict[int, Unit]:
    return {number: unit for number, unit in units.items() if number not in numbers}
