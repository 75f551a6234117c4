"""One JSON document per patient: the tables, and what was published about their genotypes."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence

from pgx_ana.annotation import Annotations
from pgx_ana.coded import Coded
from pgx_ana.knowledge import Answer, KnowledgeBase
from pgx_ana.model import Circumstances, CohortCalls
from pgx_ana.output.columns import Column
from pgx_ana.output.listing import Listing
from pgx_ana.output.literature import (
    known_markers,
    marker_facts,
    publication_facts,
    set_facts,
    studied_references,
)
from pgx_ana.output.provenance import run_facts
from pgx_ana.output.rendering import ByteStream, TableRenderer, rows_by_sample, sample_batches
from pgx_ana.output.tables import Value, make_table
from pgx_ana.output.vrs_identifiers import identifiers
from pgx_ana.terms import TEXT_TABLES, Assembly
from pgx_ana.writing import as_utf8

_SEPARATOR = b", "


class DocumentWriter:
    """Writes the documents of all people, one per line or as one JSON array."""

    def __init__(self, stream: ByteStream, *, lines: bool) -> None:
        self._stream = stream
        self._between, self._end = (b"\n", b"\n") if lines else (b",\n", b"\n]\n")
        self._opening = b"" if lines else b"[\n"
        self._documents = Documents()

    def write(self, block: Annotations) -> None:
        """Write the documents of a block."""
        for text in self._documents.texts(block):
            self._stream.write(self._opening + text)
            self._opening = self._between

    def close(self) -> None:
        """Write the end of the last document, and of the array."""
        self._stream.write(self._end)


def patient_texts(annotations: Annotations) -> Iterator[bytes]:
    """Yield the document of each person as UTF-8 JSON text on one line."""
    return Documents().texts(annotations)


class Documents:
    """Makes the documents of people, block by block."""

    def __init__(self) -> None:
        first, later = _JsonObjectStyle("{"), _JsonObjectStyle(", {")
        self._renderers = {name: TableRenderer(first, later) for name in TEXT_TABLES}
        self._markers: dict[tuple[str, Assembly], bytes] = {}
        self._identifiers: dict[tuple[str, Assembly], bytes] = {}

    def texts(self, block: Annotations) -> Iterator[bytes]:
        """Yield the document of each person of a block as UTF-8 JSON text on one line."""
        rendered_tables = [
            renderer.render(make_table(name, block)) for name, renderer in self._renderers.items()
        ]
        keys = [_to_json(name.value) for name in self._renderers]
        starts = [as_utf8(f"{', ' if number else ''}{key}: [") for number, key in enumerate(keys)]
        heads = _document_heads(block)
        people = _people(block)
        samples = block.calls.samples
        literature = _literature(block)
        published, identified = self._published(block), self._identified(block)
        for start, stop in sample_batches(len(samples)):
            rows = [rows_by_sample(sections, start, stop) for sections in rendered_tables]
            markers = zip(*(column.take(slice(start, stop)) for column in published), strict=True)
            alleles = zip(*(column.take(slice(start, stop)) for column in identified), strict=True)
            for number in range(start, stop):
                arrays = (
                    part
                    for opening, by_sample in zip(starts, rows, strict=True)
                    for part in (opening, *by_sample[number - start], b"]")
                )
                yield b"".join(
                    (
                        as_utf8(f'{{"sample": {_to_json(samples[number])}'),
                        heads[block.calls.sample_files[number]],
                        people[block.circumstances[number]],
                        *arrays,
                        b', "markers": [',
                        b"".join(next(markers, ()))[len(_SEPARATOR) :],
                        b'], "vrs": {',
                        b"".join(next(alleles, ()))[len(_SEPARATOR) :],
                        literature,
                        b"}",
                    )
                )

    def _published(self, block: Annotations) -> list[Coded[bytes]]:
        """Return, for each marker, its object in the documents of those whose genotype is known."""
        texts = []
        for key, is_known in known_markers(block):
            marker = (key, block.calls.assembly)
            if marker not in self._markers:
                facts = _to_json(marker_facts(*marker, block.knowledge))
                self._markers[marker] = _SEPARATOR + as_utf8(facts)
            of_known = {True: self._markers[marker], False: b""}
            texts.append(is_known.map(of_known.__getitem__))
        return texts

    def _identified(self, block: Annotations) -> list[Coded[bytes]]:
        """Return, for each variant, its VRS identifiers in the documents of those with a call."""
        texts = []
        for site in block.calls.sites:
            variant = (site.variant.id, block.calls.assembly)
            if variant not in self._identifiers:
                facts = {site.variant.id: identifiers(*variant, block.knowledge)}
                self._identifiers[variant] = _SEPARATOR + as_utf8(_to_json(facts)[1:-1])
            of_known = {True: self._identifiers[variant], False: b""}
            texts.append(site.calls.map(lambda call: call.is_observed).map(of_known.__getitem__))
        return texts


@dataclasses.dataclass(frozen=True, slots=True)
class _JsonObjectStyle:
    """A row as a JSON object; ``opening`` is its brace, with the comma after an earlier row."""

    opening: str
    missing: str = "null"
    end: str = "}"

    def prefix(self, index: int, column: Column) -> str:
        """Return the opening brace or a comma, and the key of the column."""
        return f"{', ' if index else self.opening}{_to_json(column.name)}: "

    def render(self, column: Column, value: Value) -> str:
        """Return a value as JSON; a missing list is an empty one."""
        return _to_json(json_value(column, value))


def json_value(column: Column, value: Value) -> object:
    """Return the value of a cell as documents have it; a missing list is an empty one."""
    if value is None and column.type == "list":
        return []
    return value.items if isinstance(value, Listing) else value


def _document_heads(annotations: Annotations) -> dict[tuple[int, ...], bytes]:
    """Return the keys between sample and circumstances, by the numbers of the sample's files."""
    genes = list(annotations.chosen_genes) or None
    facts = run_facts(annotations) | {"genes": genes}
    return {
        numbers: as_utf8(
            f", {_to_json(facts | {'inputs': input_facts(annotations.calls, numbers)})[1:-1]}, "
        )
        for numbers in annotations.calls.sample_files.compact().values
    }


def input_facts(calls: CohortCalls, numbers: Sequence[int]) -> list[dict[str, str | int | None]]:
    """Return what documents say of the input files of a person, by their numbers."""
    return [
        {
            "name": file.name,
            "format": file.format,
            "header_sha256": file.header_sha256,
            "assembly": file.assembly.value,
            "assembly_source": file.assembly_source,
            "compression": file.compression or None,
            "samples": file.samples,
            "caller": file.caller or None,
            "remark": file.remark or None,
        }
        for file in (calls.files[number] for number in numbers)
    ]


def _people(annotations: Annotations) -> dict[Circumstances, bytes]:
    """Return the keys between inputs and tables, by the circumstances of the person."""
    questions = _to_json([*map(_answer, annotations.knowledge.answers)])
    return {
        person: as_utf8(
            f"{_to_json(_circumstances(person, annotations.knowledge))[1:-1]}, "
            f'"questions": {questions}, '
        )
        for person in annotations.circumstances.values
    }


def _circumstances(person: Circumstances, knowledge: KnowledgeBase) -> dict[str, object]:
    """Return the sex and context of a person, null where they are not stated."""
    context = knowledge.contexts.get(person.context)
    return {
        "sex": person.sex or None,
        "context": None
        if context is None
        else {
            "id": context.id,
            "name": context.name,
            "sex": context.sex,
            "off_label": context.off_label == "yes",
            "monitored": list(context.monitored),
            "note": context.note,
        },
    }


def _answer(answer: Answer) -> dict[str, object]:
    """Return how often a question was studied; see :class:`Answer` for the counts."""
    return {
        "question": answer.question.id,
        "name": answer.question.name,
        "on_drug": answer.on_drug,
        "on_drug_class": answer.on_class,
        "in_men": answer.in_men,
        "without_drug": answer.without,
        "polygenic": [item.id for item in answer.polygenic],
    }


def _literature(block: Annotations) -> bytes:
    """Return the keys after the VRS identifiers, which are alike for all people."""
    facts = {
        "studied_references": studied_references(block),
        "publications": publication_facts(block.knowledge),
        "haplotype_sets": set_facts(block),
    }
    return as_utf8(f"}}, {_to_json(facts)[1:-1]}")


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
