"""Reading one YAML file: scalars stay as written, and faults are reported with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgx_ana.knowledge.schema import Document
from pgx_ana.knowledge.yamlfile import YamlFile, read_yaml

LocatedFault = tuple[int, str, str]
"""Line, location and message."""

NOT_A_NAME = "String should match pattern '^[^;\\t\\r\\n]+$'"
EMPTY = "String should have at least 1 character"
DRUG = "drugs:\n  - id: a\n    name: {}\n    drug_class: made up\n"
COHORT = "cohorts:\n  - {id: first, name: First, description: made up}\n"


def read(directory: Path, content: str | bytes) -> tuple[YamlFile, list[LocatedFault]]:
    """Read a file with this content; return it with its faults, whose file is checked here."""
    path = directory / "made.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    file, faults = read_yaml(path, path.read_bytes())
    assert [path for _ in faults] == [fault.file for fault in faults]
    return file, [(fault.line, fault.where, fault.what) for fault in faults]


@pytest.mark.parametrize(
    "scalar",
    ["no", "1.10", "1e-3", "0x1F", "007", "1_000", "12:30", "2001-02-03", "true", ".5", "1/2"],
)
def test_scalar_stays_the_text_of_the_file(tmp_path: Path, scalar: str) -> None:
    file, faults = read(tmp_path, DRUG.format(scalar))
    assert [] == faults
    assert [scalar] == [drug.name for drug in file.document.drugs]


@pytest.mark.parametrize(
    ("scalar", "text"),
    [
        ('"null"', "null"),
        ("'~'", "~"),
        ('"*22"', "*22"),
        ('"A\\u00e9"', "Aé"),
        (">-\n      two\n      lines", "two lines"),
        ("'  spaces around  '", "spaces around"),
        ("none", "none"),
    ],
    ids=["null", "tilde", "star", "escape", "folded", "stripped", "none"],
)
def test_quoted_and_folded_text(tmp_path: Path, scalar: str, text: str) -> None:
    file, faults = read(tmp_path, DRUG.format(scalar))
    assert [] == faults
    assert [text] == [drug.name for drug in file.document.drugs]


@pytest.mark.parametrize("scalar", ["", "~", "null", "Null", "NULL"])
def test_empty_value_is_rejected(tmp_path: Path, scalar: str) -> None:
    _, faults = read(tmp_path, DRUG.format(scalar))
    expected = (3, "drugs[0].name", "has no value: leave the field out if it is unknown")
    assert [expected] == faults


def test_field_decides_the_type_of_its_text(tmp_path: Path) -> None:
    """The same digits are an integer in one field and text in another."""
    text = (
        "publications:\n"
        "  - {id: p, first_author: '2001', year: 2001, pmid: 2001}\n"
        "genes: []\n"
        "assemblies:\n"
        "  - {id: GRCh38, names: [38], source: s, contigs: [{chrom: 1, length: 2001}]}\n"
    )
    file, faults = read(tmp_path, text)
    assert [] == faults
    (publication,), (assembly,) = file.document.publications, file.document.assemblies
    assert ("2001", 2001, "2001") == (
        publication.first_author,
        publication.year,
        publication.pmid,
    )
    assert (("38",), "1", 2001) == (
        assembly.names,
        assembly.contigs[0].chrom,
        assembly.contigs[0].length,
    )


@pytest.mark.parametrize("content", ["", "# only a comment\n", b"\xef\xbb\xbf"], ids=repr)
def test_empty_file_is_an_empty_document(tmp_path: Path, content: str | bytes) -> None:
    file, faults = read(tmp_path, content)
    assert [] == faults
    assert Document() == file.document
    assert 1 == file.line(("drugs", 0))


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + COHORT.encode(),
        COHORT.replace("\n", "\r\n"),
        "---\n" + COHORT + "...\n",
        '{"cohorts": [{"id": "first", "name": "First", "description": "made up"}]}',
    ],
    ids=["byte order mark", "CRLF", "document markers", "JSON"],
)
def test_encodings_of_the_same_document(tmp_path: Path, content: str | bytes) -> None:
    plain, _ = read(tmp_path, COHORT)
    file, faults = read(tmp_path, content)
    assert [] == faults
    assert plain.document == file.document


NOT_YAML: dict[str, tuple[str | bytes, LocatedFault]] = {
    "unquoted star allele": (
        "drugs:\n  - id: a\n    name: *22\n",
        (
            3,
            "",
            (
                "is not valid YAML: found undefined alias; "
                'a value that begins with * must be quoted, as in "*22"'
            ),
        ),
    ),
    "tab": (
        "drugs:\n\t- id: a\n",
        (2, "", "is not valid YAML: found character that cannot start any token"),
    ),
    "open bracket": (
        "drugs: [\n",
        (2, "", "is not valid YAML: did not find expected node content"),
    ),
    "second document": (
        COHORT + "---\n" + COHORT,
        (3, "", "is not valid YAML: but found another document"),
    ),
    "control character": (
        "drugs: \x07",
        (
            1,
            "",
            (
                "is not valid YAML: unacceptable character #x0007: "
                "control characters are not allowed\n"
                '  in "<unicode string>", position 7'
            ),
        ),
    ),
    "not UTF-8": (
        b"drugs: \xff",
        (
            1,
            "",
            (
                "cannot be read: 'utf-8' codec can't decode byte 0xff in position 7: "
                "invalid start byte"
            ),
        ),
    ),
}
REJECTED_YAML: dict[str, tuple[str | bytes, LocatedFault]] = {
    "repeated section": (COHORT + COHORT, (3, "cohorts", "is given twice")),
    "repeated key": (
        "drugs:\n  - id: a\n    name: b\n    drug_class: c\n    name: b\n",
        (5, "drugs[0].name", "is given twice"),
    ),
    "alias": (
        "drugs:\n  - {id: a, name: &b made up, drug_class: *b}\n",
        (2, "drugs[0].drug_class", "aliases are not allowed: write the value out"),
    ),
    "alias inside its own anchor": (
        "drugs: &b [*b]\n",
        (1, "drugs[0]", "aliases are not allowed: write the value out"),
    ),
    "tag": (
        DRUG.format("!!int 1"),
        (3, "drugs[0].name", "tags are not allowed: tag:yaml.org,2002:int"),
    ),
    "custom tag": (DRUG.format("!b made up"), (3, "drugs[0].name", "tags are not allowed: !b")),
    "key that is a list": (
        "drugs:\n  - id: a\n    [b]: c\n",
        (3, "drugs[0]", "a key must be plain text"),
    ),
}
NOT_IN_THE_SCHEMA: dict[str, tuple[str | bytes, LocatedFault]] = {
    "text instead of sections": (
        "made up\n",
        (1, "", "Input should be a valid dictionary or instance of Document, not 'made up'"),
    ),
    "list instead of sections": (
        "- b\n",
        (1, "", "Input should be a valid dictionary or instance of Document"),
    ),
    "unknown section": ("drug: []\n", (1, "drug", "Extra inputs are not permitted")),
    "unknown key": (
        DRUG.format("b") + "    dose: high\n",
        (5, "drugs[0](a).dose", "Extra inputs are not permitted, not 'high'"),
    ),
    "missing key": (
        "drugs:\n  - id: a\n    name: b\n",
        (2, "drugs[0](a).drug_class", "Field required"),
    ),
    "quoted empty text": (
        DRUG.format('""'),
        (3, "drugs[0](a).name", f"{EMPTY}, not ''"),
    ),
    "blank text": (
        DRUG.format('" "'),
        (3, "drugs[0](a).name", f"{EMPTY}, not ' '"),
    ),
    "name with the separator of lists": (
        DRUG.format("a; b"),
        (3, "drugs[0](a).name", f"{NOT_A_NAME}, not 'a; b'"),
    ),
    "name with a tab": (
        DRUG.format('"a\\tb"'),
        (3, "drugs[0](a).name", f"{NOT_A_NAME}, not 'a\\tb'"),
    ),
    "empty text that is no name": (
        DRUG.format("b").replace("made up", '""'),
        (4, "drugs[0](a).drug_class", "String should have at least 1 character, not ''"),
    ),
    "list instead of text": (
        DRUG.format("[b]"),
        (3, "drugs[0](a).name", "Input should be a valid string"),
    ),
    "text instead of a list": (
        "drugs: a\n",
        (1, "drugs", "Input should be a valid tuple, not 'a'"),
    ),
    "value in a nested list": (
        (
            "assemblies:\n  - id: GRCh38\n    names: [b]\n    source: c\n    contigs:\n"
            '      - {chrom: "1", length: 5}\n      - {chrom: "2", length: none}\n'
        ),
        (
            7,
            "assemblies[0](GRCh38).contigs[1].length",
            "Input should be a valid integer, unable to parse string as an integer, not 'none'",
        ),
    ),
    "key of a mapping": (
        (
            "genes:\n  - id: b\n    name: b\n    strand: '+'\n    chrom: '1'\n    bounds:\n"
            "      GRCh36: {start: 1, end: 2}\n    role: b\n    source: b\n"
        ),
        (
            7,
            "genes[0](b).bounds.GRCh36",
            "Input should be 'GRCh37' or 'GRCh38', not 'GRCh36'",
        ),
    ),
    "entry without id": (
        "cohorts:\n  - {name: First, description: made up}\n",
        (2, "cohorts[0].id", "Field required"),
    ),
}


@pytest.mark.parametrize(
    ("content", "fault"),
    [*NOT_YAML.values(), *REJECTED_YAML.values(), *NOT_IN_THE_SCHEMA.values()],
    ids=[*NOT_YAML, *REJECTED_YAML, *NOT_IN_THE_SCHEMA],
)
def test_fault_is_reported_with_line_and_location(
    tmp_path: Path, content: str | bytes, fault: LocatedFault
) -> None:
    file, faults = read(tmp_path, content)
    assert [fault] == faults
    assert Document() == file.document


def test_all_rejected_nodes_are_reported(tmp_path: Path) -> None:
    text = (
        "drugs:\n"
        "  - id: a\n"
        "    id: b\n"
        "    name: !b c\n"
        "    drug_class: c\n"
        "cohorts:\n"
        "  - {id: d, name: e, description: f, description: g}\n"
    )
    _, faults = read(tmp_path, text)
    assert [
        (3, "drugs[0].id", "is given twice"),
        (4, "drugs[0].name", "tags are not allowed: !b"),
        (7, "cohorts[0].description", "is given twice"),
    ] == faults


def test_all_schema_faults_are_reported(tmp_path: Path) -> None:
    text = (
        "drugs:\n"
        "  - id: a\n"
        "    name: b\n"
        "    class: c\n"
        "cohorts:\n"
        "  - {id: d e, name: e, description: f}\n"
        "  - {id: f, name: '', description: f}\n"
    )
    _, faults = read(tmp_path, text)
    assert [
        (2, "drugs[0](a).drug_class", "Field required"),
        (4, "drugs[0](a).class", "Extra inputs are not permitted, not 'c'"),
        (
            6,
            "cohorts[0](d e).id",
            "String should match pattern '^[A-Za-z0-9][A-Za-z0-9_.:+-]*$', not 'd e'",
        ),
        (7, "cohorts[1](f).name", "String should have at least 1 character, not ''"),
    ] == faults


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 2),
        (("cohorts",), 3),
        (("cohorts", 0), 3),
        (("cohorts", 0, "id"), 3),
        (("cohorts", 1), 6),
        (("cohorts", 1, "description"), 8),
        (("cohorts", 1, "overlaps"), 10),
        (("cohorts", 1, "overlaps", 1), 11),
        (("cohorts", 1, "absent"), 6),
        (("cohorts", 1, "overlaps", 2), 10),
        (("cohorts", 7), 3),
        (("drugs", 0, "id"), 2),
    ],
)
def test_line_of_a_node_or_of_its_nearest_parent(
    tmp_path: Path, path: tuple[str | int, ...], line: int
) -> None:
    text = (
        "# a comment\n"
        "cohorts:\n"
        "  - id: a\n"
        "    name: b\n"
        "    description: c\n"
        "  - id: d\n"
        "    name: e\n"
        "    description: >-\n"
        "      folded\n"
        "    overlaps: [a,\n"
        "      d]\n"
    )
    file, faults = read(tmp_path, text)
    assert [] == faults
    assert line == file.line(path)
