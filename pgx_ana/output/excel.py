"""A workbook: summary, findings, calls and haplotypes, each on a sheet, and what they mean.

Only this module imports xlsxwriter. It keeps one row of each sheet in memory, and the others in
temporary files until the workbook is complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.utility import xl_range

from pgx_ana.annotation import Annotations
from pgx_ana.errors import OutputError, UsageError
from pgx_ana.knowledge import COMPARED
from pgx_ana.output.columns import Column
from pgx_ana.output.delimited import DelimitedStyle
from pgx_ana.output.excel_about import AboutRun, sheet_columns
from pgx_ana.output.excel_text import cell_text
from pgx_ana.output.rendering import number_texts, sample_batches
from pgx_ana.output.tables import Row, Table, TableSection, Value, make_table
from pgx_ana.terms import TableName
from pgx_ana.writing import OutputStream, written_to

MAX_ROWS = 1_048_575
"""Rows of a sheet of Excel below its header."""

SHEETS: Mapping[str, TableName] = MappingProxyType(
    {
        "summary": TableName.SUMMARY,
        "findings": TableName.ANNOTATIONS,
        "calls": TableName.CALLS,
        "haplotypes": TableName.HAPLOTYPES,
    }
)
"""The sheets of results in their order; findings has some rows of its table."""

FINDINGS = "findings"
ABOUT = "about"

_CREATED = datetime(1980, 1, 1)
"""The same in every workbook: equal results are equal bytes."""

_CHUNK_BYTES = 1 << 20
_WIDTHS = {"text": 60, "list": 30, "category": 16, "integer": 12, "number": 12}
_ABOUT_WIDTHS = (22, 20, 110)

_BAND, _LINE, _DIM = "#f4f6f8", "#d0d7de", "#57606a"
_BLUE, _RED, _GREEN, _GOLD, _PURPLE = "#0072b2", "#b34700", "#00704f", "#8a6100", "#9c4f7c"
_STATUS_COLOURS = {
    "called": _GREEN,
    "partial": _BLUE,
    "no_call": _GOLD,
    "filtered": _GOLD,
    "absent": _DIM,
    "unknown_allele": _RED,
    "mismatch": _RED,
    "not_assessable": _RED,
    "determined": _GREEN,
    "presumed": _BLUE,
    "ambiguous": _GOLD,
    "incomplete": _PURPLE,
    "not_assessed": _DIM,
}
COLOURS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "status": _STATUS_COLOURS,
        "source": {"asserted": _BLUE},
        "direction": {"higher": _BLUE, "lower": _GOLD, "between": _PURPLE},
        "effect": {"better": _BLUE, "worse": _RED},
    }
)
"""The colours of words by their column, as in reports; the word itself says the same."""

_LEVEL_COLUMNS = frozenset({"level", "highest_level"})
_TEXT_STYLE = DelimitedStyle("\t")
_DIRECTIONS = frozenset(direction.value for direction in COMPARED)

Cell = tuple[int, str | float, Any]
"""The column of a cell from 0, its content, and its format of xlsxwriter or None."""

Cells = tuple[Cell, ...]


class ExcelWriter:
    """Writes the rows of people to all sheets, person by person, and at the end the workbook.

    ``n_people`` are those of all blocks. Methods raise :class:`UsageError` if a sheet cannot hold
    all rows, and :class:`OutputError`.
    """

    def __init__(self, stream: OutputStream, n_people: int) -> None:
        self._stream = stream
        self._n_people = n_people
        self._folder = stream.scratch_folder()
        self._path = self._folder / "workbook"
        self._about = AboutRun()
        options = {"constant_memory": True, "tmpdir": str(self._folder), "use_zip64": True}
        with _written_to(self._folder):
            self._workbook: Any = xlsxwriter.Workbook(str(self._path), options)
            self._styles = _Styles(self._workbook)
            self._sheets = {
                name: _Sheet(name, sheet_columns(table), self._workbook, self._styles)
                for name, table in SHEETS.items()
            }
            self._about_sheet: Any = self._workbook.add_worksheet(ABOUT)
        stream.at_end(partial(_close_files, self._workbook))
        self._has_begun = False

    def write(self, block: Annotations) -> None:
        """Write the rows of a block; before the first one, all rows must fit."""
        tables = {name: make_table(table, block) for name, table in SHEETS.items()}
        if not self._has_begun:
            self._check_room(tables)
            self._has_begun = True
        self._about.add(block)
        for name, table in tables.items():
            with _written_to(self._folder):
                self._sheets[name].write(table)

    def close(self) -> None:
        """Write what the workbook says of itself, and give all of it to the output."""
        with _written_to(self._folder):
            for sheet in self._sheets.values():
                sheet.finish()
            self._write_about()
            self._workbook.set_properties({"title": "pgx-ana", "created": _CREATED})
            self._workbook.close()
        with self._path.open("rb") as workbook:
            self._stream.write_all(iter(partial(workbook.read, _CHUNK_BYTES), b""))

    def _check_room(self, tables: Mapping[str, Table]) -> None:
        """Raise :class:`UsageError` for more rows than fit; those of findings are not known yet."""
        for name, table in tables.items():
            n_rows = self._n_people * len(table.sections)
            if name != FINDINGS and n_rows > MAX_ROWS:
                raise UsageError(
                    f"Excel: the sheet {name} would have {n_rows:,} rows, {len(table.sections):,} "
                    f"for each of {self._n_people:,} people, and can hold {MAX_ROWS:,}; choose "
                    "fewer genes or people, or the format parquet"
                )

    def _write_about(self) -> None:
        sheet, styles = self._about_sheet, self._styles
        for column, width in enumerate(_ABOUT_WIDTHS):
            sheet.set_column(column, column, width)
        for number, row in enumerate(self._about.rows(self._n_people, SHEETS)):
            for column, (text, style) in enumerate(zip(row, styles.of_about, strict=True)):
                if text:
                    _write_text(sheet, number, (column, cell_text(text), style))


class _Styles:
    """The formats of a workbook."""

    def __init__(self, workbook: Any) -> None:
        self.header = workbook.add_format({"bold": True, "bg_color": _BAND, "bottom": 1})
        self.header.set_bottom_color(_LINE)
        self.bold = workbook.add_format({"bold": True})
        top = workbook.add_format({"valign": "top"})
        heading = workbook.add_format({"bold": True, "valign": "top"})
        wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        self.of_about = (heading, top, wrapped)
        colours = dict.fromkeys(colour for words in COLOURS.values() for colour in words.values())
        self._coloured = {
            colour: workbook.add_format({"bold": True, "font_color": colour}) for colour in colours
        }
        for style in (self.header, self.bold, *self.of_about, *self._coloured.values()):
            # It gets its number at its first use, which would depend on the size of blocks.
            style._get_xf_index()

    def of(self, column: Column, content: str | float) -> Any:
        """Return the format of a cell, None for a plain one."""
        if column.name in _LEVEL_COLUMNS:
            return self.bold
        return self._coloured.get(COLOURS.get(column.name, {}).get(str(content), ""))


class _Sheet:
    """A sheet with the rows of one table."""

    def __init__(
        self, name: str, columns: Sequence[Column], workbook: Any, styles: _Styles
    ) -> None:
        self._name = name
        self._columns = columns
        self._styles = styles
        self._sheet: Any = workbook.add_worksheet(name)
        self._n_rows = 0
        self._sheet.freeze_panes(1, 1)
        # A chromosome, or a sample that is called 00123, is meant to be text.
        cells = xl_range(0, 0, MAX_ROWS, len(columns) - 1)
        self._sheet.ignore_errors({"number_stored_as_text": cells})
        for position, column in enumerate(columns):
            width = max(_WIDTHS[column.type], len(column.name) + 4)
            self._sheet.set_column(position, position, width)
            self._sheet.write_string(0, position, column.name, styles.header)

    def write(self, table: Table) -> None:
        """Write the rows of a table, person by person."""
        sections = [(section, self._cells_of_rows(section)) for section in table.sections]
        for start, stop in sample_batches(len(table.samples)):
            rows = [self._rows(section, cells, start, stop) for section, cells in sections]
            for sample, *of_person in zip(table.samples[start:stop], *rows, strict=True):
                self._write_person(cell_text(sample), of_person)

    def finish(self) -> None:
        """Let the reader filter all rows."""
        self._sheet.autofilter(0, 0, self._n_rows, len(self._columns) - 1)

    def _write_person(self, sample: str, rows: Iterable[Cells]) -> None:
        sheet = self._sheet
        for cells in rows:
            if not cells:
                continue
            self._n_rows += 1
            if self._n_rows > MAX_ROWS:
                raise UsageError(
                    f"Excel: the sheet {self._name} can hold {MAX_ROWS:,} rows, and there are "
                    "more; choose fewer genes or people, or the format parquet"
                )
            _write_text(sheet, self._n_rows, (0, sample, None))
            for cell in cells:
                if isinstance(cell[1], str):
                    _write_text(sheet, self._n_rows, cell)
                else:
                    sheet.write_number(self._n_rows, *cell)

    def _cells_of_rows(self, section: TableSection) -> list[Cells]:
        """Return the cells of each distinct row, none for a row that the sheet leaves out."""
        return [tuple(self._cells(row)) if self._has(row) else () for row in section.rows.values]

    def _has(self, row: Row) -> bool:
        """Return whether a row is one of the sheet."""
        if self._name != FINDINGS:
            return True
        names = [column.name for column in self._columns[1:]]
        return row[names.index("direction")] in _DIRECTIONS

    def _cells(self, row: Row) -> Iterator[Cell]:
        """Yield the cells of a row after the sample; missing values have none."""
        for position, (column, value) in enumerate(zip(self._columns[1:], row, strict=False), 1):
            if value is not None:
                yield from self._cell(position, column, value)

    def _cell(self, position: int, column: Column, value: Value) -> Iterator[Cell]:
        """Yield the cell of a value; the empty list has none."""
        if isinstance(value, int | float):
            yield position, value, None
        elif value != ():
            content = cell_text(_TEXT_STYLE.render(column, value))
            yield position, content, self._styles.of(column, content)

    def _rows(
        self, section: TableSection, cells: Sequence[Cells], start: int, stop: int
    ) -> list[Cells]:
        """Return the cells of each person from ``start`` up to, not including, ``stop``."""
        rows = [cells[code] for code in section.rows.codes[start:stop].tolist()]
        for position, column in enumerate(self._columns):
            for own in _own_values(section, column.name, start, stop):
                rows = [
                    (*row, (position, value, None)) if row and value is not None else row
                    for row, value in zip(rows, own, strict=True)
                ]
        return rows


def _own_values(
    section: TableSection, name: str, start: int, stop: int
) -> Iterator[list[float | str | None]]:
    """Yield the values of a column that differ from person to person, if it is one of those."""
    if name in section.numbers:
        texts = number_texts(section.numbers[name][start:stop], "")
        yield [float(text) if text else None for text in texts]
    elif name in section.texts:
        values = section.texts[name].take(slice(start, stop))
        yield [None if value is None else cell_text(value) for value in values]


def _write_text(sheet: Any, row: int, cell: Cell) -> None:
    """Write text as it is: never a formula, link, number or markup."""
    column, text, style = cell
    if isinstance(text, str) and text.startswith("<r>") and text.endswith("</r>"):
        # xlsxwriter takes this for finished markup, unless it is made of several pieces.
        pieces = [text[:1], text[1:2], text[2:], *([] if style is None else [style])]
        sheet.write_rich_string(row, column, *pieces)
    else:
        sheet.write_string(row, column, text, style)


@contextmanager
def _written_to(folder: Path) -> Iterator[None]:
    """Raise :class:`OutputError` if a temporary file cannot be written."""
    try:
        with written_to(folder):
            yield
    except FileCreateError as error:
        cause = error.args[0] if error.args else error
        what = getattr(cause, "strerror", None) or str(cause)
        raise OutputError(f"{folder}: cannot be written: {what}") from error


def _close_files(workbook: Any) -> None:
    """Close the temporary files of a workbook that was not completed."""
    for sheet in workbook.worksheets():
        sheet.row_data_fh.close()
