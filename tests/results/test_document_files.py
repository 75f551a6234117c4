"""Files of patient documents: every layout, and one line for everything that is none."""

from __future__ import annotations

import gzip
import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers.fixture_types import MakeVcf
from helpers.stored_results import texts, written

from pgx_ana.annotation import Annotations
from pgx_ana.errors import InputError, PgxAnaError, UsageError
from pgx_ana.file_formats import FileFormat, OutputChoice
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.output import patient_texts
from pgx_ana.pipeline import Request, run
from pgx_ana.results import document_files, documents_in, open_results

Document = dict[str, Any]
NAMES = ("S1", 'Jos\u00e9 "J"', "S3")


@pytest.fixture
def people(make_vcf: MakeVcf, toy_haplotypes: KnowledgeBase) -> Annotations:
    rows = ["1 100 A C 0/1 1/1 0|1", "1 200 A C,T 1|2 0/0 ./.", "2 50 G T 0/1 1/1 ./1"]
    return run(Request((str(make_vcf(rows, samples=NAMES)),)), toy_haplotypes)


@pytest.fixture
def documents(people: Annotations) -> list[Document]:
    return [json.loads(text) for text in patient_texts(people)]


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes | str], str]:
    """Return a function that writes a file and returns its path."""

    def write(content: bytes | str, name: str = "x.jsonl") -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write


def lines(documents: list[Document]) -> str:
    return "".join(json.dumps(document) + "\n" for document in documents)


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("kind", [FileFormat.JSON, FileFormat.JSONL])
def test_files_of_this_program(
    people: Annotations, documents: list[Document], tmp_path: Path, kind: FileFormat, ending: str
) -> None:
    path = written(people, tmp_path, OutputChoice(kind))
    if ending:
        target = tmp_path / f"{path.name}.gz"
        target.write_bytes(
            gzip.compress(path.read_bytes()[:1000]) + gzip.compress(path.read_bytes()[1000:])
        )
        path = target
    assert documents == list(documents_in(str(path)))


LAYOUTS: dict[str, Callable[[list[Document]], str]] = {
    "compact array": lambda found: json.dumps(found, separators=(",", ":")),
    "indented array": lambda found: json.dumps(found, indent=2),
    "array with tabs": lambda found: json.dumps(found, indent="\t"),
    "one document per line": lines,
    "lines without an end": lambda found: lines(found).rstrip("\n"),
    "lines with others between": lambda found: "\n\n" + lines(found).replace("\n", "\n\n"),
    "lines of Windows": lambda found: lines(found).replace("\n", "\r\n"),
    "array in lines": lambda found: "[\n" + ",\n".join(map(json.dumps, found)) + "\n]\n",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_of_others(
    documents: list[Document], file: Callable[[str], str], layout: str
) -> None:
    assert documents == list(documents_in(file(LAYOUTS[layout](documents))))


def test_one_indented_document(documents: list[Document], file: Callable[[str], str]) -> None:
    assert documents[:1] == list(documents_in(file(json.dumps(documents[0], indent=1))))


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_stdin(
    documents: list[Document],
    monkeypatch: pytest.MonkeyPatch,
    pack: Callable[[bytes], bytes],
    people: Annotations,
) -> None:
    stream = io.TextIOWrapper(io.BytesIO(pack(lines(documents).encode())))
    monkeypatch.setattr(sys, "stdin", stream)
    results = open_results(["-"], people.knowledge)
    assert documents == list(results.documents())
    assert list(patient_texts(people)) == list(texts(results.run().blocks()))


def message(path: str) -> str:
    """Return the error of a file, which is one line that begins with its name."""
    with pytest.raises(InputError) as raised:
        list(documents_in(path))
    found = str(raised.value)
    assert found.startswith(path)
    assert "\n" not in found
    assert len(found) < 600
    return found.removeprefix(path)


Change = Callable[[Document], object]

CHANGES: dict[str, tuple[Change, str]] = {
    "a number for a text": (
        lambda found: found["annotations"][2].update(direction=1),
        r":2: sample 'José .*annotations\[2\].direction must be string or null; it was made by an",
    ),
    "a key is missing": (
        lambda found: found["calls"][0].pop("genotype"),
        r":2: sample .*calls\[0\] must contain .*genotype",
    ),
    "a key too many": (lambda found: found.update(more=1), r":2: sample .*must not contain .*more"),
    "another word": (
        lambda found: found.update(assembly="hg19"),
        r":2: sample .*assembly must be one of \['GRCh37', 'GRCh38'\]",
    ),
    "truth for a number": (
        lambda found: found["options"].update(min_gq=True),
        r":2: sample .*options.min_gq must be number",
    ),
    "another version": (
        lambda found: found.update(schema_version="1.0"),
        r":2: sample .*schema_version is 1.0, and this program reads 2.\d: it was made by another",
    ),
    "a version that is no text": (
        lambda found: found.update(schema_version=2),
        r":2: sample .*it has no schema_version",
    ),
    "no sample": (lambda found: found.pop("sample"), r":2: data must contain|:2: .*sample"),
    "the same sample twice": (
        lambda found: found.update(sample="S1"),
        r":2: sample 'S1' is also in .*:1; leave one of them out",
    ),
}


@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
def test_documents_that_are_none(
    documents: list[Document], file: Callable[[str], str], change: Change, expected: str
) -> None:
    change(documents[1])
    assert re.match(expected, message(file(lines(documents))))


BAD: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", r": has no patient document"),
    "blank": (lambda _: b"\n \n", r": has no patient document"),
    "an empty array": (lambda _: b"[\n]\n", r": has no patient document"),
    "a compact empty array": (lambda _: b"[]", r": has no patient document"),
    "cut off": (lambda text: text[:-100], r":3: is not JSON: .*cut off"),
    "no JSON": (lambda _: b"##fileformat=VCFv4.2\n", r":1: is not JSON: "),
    "bad UTF-8": (lambda text: text.replace(b"S3", b"S\xff"), r":3: is not UTF-8: "),
    "half a sign": (lambda text: text.replace(b'"S3"', b'"\\ud800"'), r":3: is not UTF-8: "),
    "not a number": (
        lambda text: text.replace(b'"min_gq": 10.0', b'"min_gq": NaN'),
        r":1: is not JSON of this program: NaN is no number of JSON",
    ),
    "infinite": (
        lambda text: text.replace(b'"min_gq": 10.0', b'"min_gq": -Infinity'),
        r":1: .*-Infinity is no number",
    ),
    "a list in a line": (lambda text: text + b"7\n", r":4: is not a patient document"),
    "too deep": (lambda text: b"[" * 100_000, r": is not JSON"),
    "a number with many digits": (
        lambda text: text.replace(b'"min_gq": 10.0', b'"min_gq": ' + b"9" * 5000),
        r":1: is not JSON of this program: ",
    ),
    "an array without an end": (
        lambda text: b"[\n" + text.replace(b"\n", b",\n"),
        r": the array has no end: the file is cut off; write it again",
    ),
    "an array with more behind": (
        lambda text: b"[\n" + text.replace(b"\n", b",\n") + b"]\n[\n",
        r": has more after the end of the array",
    ),
    "compressed and cut off": (
        lambda text: gzip.compress(text)[:-20],
        r": is cut off or damaged: ",
    ),
    "compressed and damaged": (
        lambda text: (packed := gzip.compress(text))[:200] + b"\x00" * 9 + packed[209:],
        r"",
    ),
    "Parquet": (lambda _: b"PAR1\x15\x04\x15", r":1: is not "),
}


@pytest.mark.parametrize(("change", "expected"), BAD.values(), ids=BAD)
def test_files_that_are_none(
    documents: list[Document],
    file: Callable[[bytes], str],
    change: Callable[[bytes], bytes],
    expected: str,
) -> None:
    content = change("".join(json.dumps(d, ensure_ascii=False) + "\n" for d in documents).encode())
    assert re.match(expected, message(file(content)))


def test_a_long_line(file: Callable[[bytes], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_files, "MAX_DOCUMENT_BYTES", 1000)
    assert message(file(b'{"sample": "' + b"x" * 1000)).startswith(
        ":1: the line is longer than 1,000 bytes"
    )


def test_a_large_text(
    documents: list[Document], file: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_files, "_MAX_TEXT_BYTES", 1000)
    found = message(file(json.dumps(documents, indent=1)))
    assert found.startswith(": is larger than 1,000 bytes, and not one document per line")


def test_files_that_are_not_there(tmp_path: Path) -> None:
    assert message(str(tmp_path / "none.json")) == ": cannot be read: No such file or directory"
    assert message(str(tmp_path)) == ": is a folder, not a file of patient documents"


def test_one_sample_in_two_files(
    documents: list[Document], file: Callable[..., str], toy_haplotypes: KnowledgeBase
) -> None:
    paths = [file(lines(documents[:2]), "a"), file(lines(documents[1:]), "b")]
    with pytest.raises(InputError, match=r"sample .* is also in .*a; leave one of them out"):
        list(open_results(paths, toy_haplotypes).documents())


def test_people_of_several_files(
    people: Annotations, documents: list[Document], file: Callable[..., str]
) -> None:
    paths = [file(lines(documents[:1]), "a"), file(lines(documents[1:]), "b")]
    results = open_results(paths, people.knowledge)
    assert 3 == results.run().n_people
    assert list(patient_texts(people)) == list(texts(results.run().blocks()))


def edited(document: Document, *path: str | int, value: object) -> Document:
    place: Any = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return document


RUNS: dict[str, tuple[tuple[str | int, ...], object, str]] = {
    "another knowledge base": (("knowledge_base", "sha256"), "0" * 64, "another knowledge base"),
    "other options": (("options", "min_gq"), 20, "other options"),
    "another population": (("options", "population"), "EUR", "another --population"),
    "other genes": (("genes",), ["AAA"], "another --gene"),
    "another program": (("pgx_ana_version",), "0.0.9", "another version of pgx-ana"),
}


@pytest.mark.parametrize(("path", "value", "expected"), RUNS.values(), ids=RUNS)
def test_people_of_different_runs(
    documents: list[Document],
    file: Callable[[str], str],
    toy_haplotypes: KnowledgeBase,
    path: tuple[str | int, ...],
    value: object,
    expected: str,
) -> None:
    edited(documents[2], *path, value=value)
    with pytest.raises(InputError, match=f"sample 'S3': was made with {expected}"):
        open_results([file(lines(documents))], toy_haplotypes).run()


def test_documents_of_another_knowledge_base(
    documents: list[Document], file: Callable[[str], str], toy: KnowledgeBase
) -> None:
    path = file(lines(documents))
    with pytest.raises(InputError) as raised:
        list(open_results([path], toy).run().blocks())
    version = documents[0]["knowledge_base"]["version"]
    digest = documents[0]["knowledge_base"]["sha256"][:12]
    assert "with the knowledge base" in str(raised.value)
    assert f"{version}+{digest}, and this is" in str(raised.value)
    assert f"{toy.stamp}; name that one with --kb, or annotate again" in str(raised.value)


BY_HAND: dict[str, tuple[tuple[str | int, ...], object]] = {
    "genotype": (("calls", 0, "genotype"), "A/A"),
    "genotype that is none": (("calls", 0, "genotype"), "A/A/A"),
    "status": (("calls", 0, "status"), "no_call"),
    "file": (("calls", 0, "file"), "other.vcf"),
    "no file": (("inputs",), []),
    "direction": (("annotations", 0, "direction"), "lower"),
    "headline": (("annotations", 0, "headline"), "better"),
    "diplotype": (("haplotypes", 0, "diplotype"), "*9/*9"),
    "summary": (("summary", 0, "conclusion"), "all is well"),
    "variant": (("calls", 0, "variant"), "rs999"),
    "variant twice": (("calls", 0, "variant"), "rs2"),
    "assembly of a call": (("calls", 0, "assembly"), "GRCh37"),
    "sex": (("sex",), "female"),
}


@pytest.mark.parametrize(("path", "value"), BY_HAND.values(), ids=BY_HAND)
def test_documents_changed_by_hand(
    documents: list[Document],
    file: Callable[[str], str],
    toy_haplotypes: KnowledgeBase,
    path: tuple[str | int, ...],
    value: object,
) -> None:
    edited(documents[0], *path, value=value)
    name = file(lines(documents))
    with pytest.raises(InputError) as raised:
        list(open_results([name], toy_haplotypes).run().blocks())
    assert str(raised.value).startswith(f"{name}:")
    assert re.search("annotate again|changed by hand", str(raised.value))
    assert "\n" not in str(raised.value)


def test_paths_that_are_no_results(toy: KnowledgeBase, tmp_path: Path) -> None:
    for paths, expected in (
        ([], "no results were given"),
        (["calls.parquet"], "calls.parquet: is one table; name the folder with all tables"),
        ([str(tmp_path), "x.json"], f"{tmp_path}: is a folder, which is read alone"),
    ):
        with pytest.raises(UsageError, match=re.escape(expected)):
            open_results(paths, toy)
    with pytest.raises(PgxAnaError, match=r"has no table samples in Parquet"):
        open_results([str(tmp_path)], toy)
