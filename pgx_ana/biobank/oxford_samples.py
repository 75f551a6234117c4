"""The people of a BGEN file: their names in the file, and in a ``.sample`` file beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pgx_ana.errors import InputError
from pgx_ana.printable import printable_line
from pgx_ana.reading import read_small

_MAX_BYTES = 1 << 28
_N_HEADER_LINES = 2
_SECOND_NAME = "ID_2"
_TYPES = frozenset("0DCPBS")
_UNUSABLE = frozenset("\0\t\n\r")


@dataclass(frozen=True, slots=True, eq=False)
class SampleFile:
    """A ``.sample`` file: the first and second name of each person, and its bytes.

    Both names are the same where the file has one column of names.
    """

    name: str
    first_names: tuple[str, ...]
    second_names: tuple[str, ...]
    content: bytes


def sample_file_of(path: str) -> SampleFile | None:
    """Return the ``.sample`` file beside a BGEN file; None where there is none.

    That of ``x.bgen`` is ``x.sample`` or ``x.bgen.sample``. Raises :class:`InputError` where both
    exist, and for a file that cannot be read or is malformed.
    """
    candidates = [Path(f"{path.removesuffix('.bgen')}.sample"), Path(f"{path}.sample")]
    found = [candidate for candidate in dict.fromkeys(candidates) if candidate.exists()]
    if len(found) > 1:
        one, other = (printable_line(str(candidate)) for candidate in found)
        raise InputError(f"{one}: is beside {other}; remove or rename the one that is not wanted")
    return _read(found[0], printable_line(str(found[0]))) if found else None


def names_of_people(
    name: str, own_names: Sequence[str], n_people: int, samples: SampleFile | None
) -> tuple[str, ...]:
    """Return the names of the people of a BGEN file, which messages call ``name``.

    ``own_names`` are those in the file; where it has any, they count, and those of a ``.sample``
    file must not contradict them. Raises :class:`InputError` where they do, where there is no name,
    and where names are empty, repeated, unusable, or not as many as people.
    """
    if samples is not None:
        _check_fit(name, own_names, n_people, samples)
    if not own_names and samples is None:
        stem = name.removesuffix(".bgen")
        raise InputError(
            f"{name}: has no names of people, and there is no {stem}.sample beside it; put the "
            ".sample file that belongs to it there under this name"
        )
    names = tuple(own_names) if own_names else samples.second_names if samples else ()
    _check_names(names, name if own_names or samples is None else samples.name)
    return names


def _check_fit(name: str, own_names: Sequence[str], n_people: int, samples: SampleFile) -> None:
    """Raise :class:`InputError` where a ``.sample`` file is not that of a BGEN file."""
    if len(samples.second_names) != n_people:
        raise InputError(
            f"{samples.name}: has {len(samples.second_names)} people, but {name} has {n_people}; "
            "use the .sample file that belongs to it"
        )
    if not own_names:
        return
    rows = zip(own_names, samples.first_names, samples.second_names, strict=True)
    for number, (own, first, second) in enumerate(rows, 1):
        if own not in {second, first, f"{first}_{second}"}:
            raise InputError(
                f"{samples.name}: person {number} is {second!r}, but {own!r} in {name}; remove the "
                ".sample file if it does not belong to it"
            )


def _check_names(names: Sequence[str], name: str) -> None:
    if len(set(names)) != len(names):
        seen: set[str] = set()
        repeated = next(one for one in names if one in seen or seen.add(one))  # type: ignore[func-returns-value]
        raise InputError(f"{name}: names person {repeated!r} more than once; rename the people")
    for number, one in enumerate(names, 1):
        if not one:
            raise InputError(f"{name}: person {number} has an empty name; name the person")
        if not _UNUSABLE.isdisjoint(one):
            raise InputError(
                f"{name}: the name {one!r} has a tab, a line break or NUL; rename the person"
            )


def _read(path: Path, name: str) -> SampleFile:
    try:
        content = read_small(path, _MAX_BYTES)
        text = content.decode("utf-8")
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: is not UTF-8: {error}; convert the file to UTF-8") from error
    rows = [line.split() for line in text.split("\n")]
    while rows and not rows[-1]:
        rows.pop()
    if len(rows) < _N_HEADER_LINES or not rows[0] or not _are_types(rows[1]):
        raise InputError(
            f"{name}: is not a .sample file: its two header lines must be the names of its "
            "columns, such as 'ID_1 ID_2 missing', and their types, such as '0 0 0'"
        )
    n_columns = len(rows[0])
    people = rows[_N_HEADER_LINES:]
    for number, row in enumerate(people, _N_HEADER_LINES + 1):
        if len(row) != n_columns:
            raise InputError(
                f"{name}: line {number} has {len(row)} columns; the header has {n_columns}"
            )
    second = int(n_columns > 1 and rows[0][1].upper() == _SECOND_NAME)
    return SampleFile(
        name, tuple(row[0] for row in people), tuple(row[second] for row in people), content
    )


def _are_types(row: Sequence[str]) -> bool:
    return bool(row) and row[0] == "0" and all(one.upper() in _TYPES for one in row)
