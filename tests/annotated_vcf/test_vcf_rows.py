"""VCF with the rows of the input: they stay as they are, and other programs read what is added."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pysam
import pytest
from click.testing import Result
from helpers.drawn_people import STYLES, people
from helpers.fixture_types import Bcftools, MakeVcf, Run
from helpers.paths import EXAMPLE, ROOT, TOY, TOY_HAPLOTYPES
from helpers.toy_people import Person, Style, write_vcf
from helpers.vcf_rows import PlainRow, rows_of, text_of, told
from hypothesis import given, settings

from pgx_ana.file_formats import FileFormat, OutputChoice
from pgx_ana.formats import write_annotations
from pgx_ana.knowledge import KnowledgeBase, VrsAllele
from pgx_ana.pipeline import Request
from pgx_ana.pipeline import Run as Running
from pgx_ana.pipeline import run as run_files
from pgx_ana.terms import Assembly

ROWS = [
    "1 50 A C 0/1:9:x 0/0:8:y",
    "1 100 A C,<NON_REF> 0/1:99:a:b 2/0",
    "1 200 A C 0|1:30 ./.",
    "1 200 A T 0/0 0/1:20:z",
    "1 402 T TTT 0/1:40 0/0:9",
    "2 50 T G 0/1 0/0",
]
INFO = {0: "DP=7", 1: "AC=1,0;NOTE=a%3Bb;FLAG", 2: "AC=1"}


@pytest.fixture
def annotate(run: Run) -> Run:
    def runner(*words: object) -> Result:
        return run("annotate", "--kb", TOY, "--kb", TOY_HAPLOTYPES, "-q", *words)

    return runner


def annotated(paths: list[Path], target: Path, knowledge: KnowledgeBase, people: int = 7) -> None:
    """Write the rows of files as VCF or BCF, with some people in a block."""
    kind = FileFormat.BCF if target.suffix == ".bcf" else FileFormat.VCF
    running = Running(Request(tuple(map(str, paths))), knowledge)
    rows = running.input_rows()
    write_annotations(
        running.blocks(people), OutputChoice(kind), str(target), running.n_people, rows
    )


def without_ours(row: PlainRow) -> list[str]:
    """Return the columns of a row without what this program adds."""
    info = [
        part
        for part in row.fixed[7].split(";")
        if not part.startswith(("PGXID=", "PGXANA=", "VRS_"))
    ]
    fmt = row.fixed[8].split(":")
    assert "PGXS" == fmt[-1]
    cells = [text.rpartition(":")[0] for text in row.people.values()]
    return [*row.fixed[:7], ";".join(info) or ".", ":".join(fmt[:-1]), *cells]


def test_rows_stay_as_they_are(
    toy_haplotypes: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    path = make_vcf(ROWS, samples=("A", "B b"), fmt="GT:GQ:XX:YY", info=INFO, filters={2: "q;r"})
    target = tmp_path / "out.vcf"
    annotated([path], target, toy_haplotypes, people=1)
    expected = []
    for line in path.read_text().splitlines()[-len(ROWS) + 1 :]:
        columns = line.split("\t")
        missing = [3 - text.count(":") for text in columns[9:]]
        expected.append(
            columns[:9] + [t + ":." * n for t, n in zip(columns[9:], missing, strict=True)]
        )
    rows = rows_of(target.read_text())
    assert expected == [without_ours(row) for row in rows]
    assert ["rs1", "rs2", "rs2", "rs4", "rs6"] == [row.info["PGXID"] for row in rows]
    assert [row.values("PGXS") for row in rows] == [
        ["called", "unknown_allele"],
        ["filtered", "partial"],
        ["filtered", "partial"],
        ["unknown_allele", "filtered"],
        ["mismatch", "mismatch"],
    ]


def test_the_header_is_that_of_the_input_with_what_is_missing(
    toy_haplotypes: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    path = make_vcf(ROWS, samples=("A", "B"), fmt="GT:GQ:XX:YY", info=INFO)
    target = tmp_path / "out.vcf"
    annotated([path], target, toy_haplotypes)
    before, after = (
        [line for line in name.read_text().splitlines() if line.startswith("##")]
        for name in (path, target)
    )
    assert before == after[: len(before)]
    added = [line.partition(",")[0] for line in after[len(before) :] if "not declared" in line]
    expected = ["INFO=<ID=AC", "INFO=<ID=NOTE", "INFO=<ID=FLAG", "FORMAT=<ID=XX", "FORMAT=<ID=YY"]
    assert sorted(f"##{name}" for name in expected) == sorted(added)
    assert "##pgx_ana_sites_without_row=2: rs3, rs5" in after
    run_line = next(line for line in after if line.startswith("##pgx_ana_run="))
    assert toy_haplotypes.digest in run_line


def test_a_row_of_two_sites_has_both(
    toy_haplotypes: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    path = make_vcf([f"1 100 A{'N' * 99}A C{'N' * 99}T 0/1 1/1"], samples=("A", "B"))
    target = tmp_path / "out.vcf"
    annotated([path], target, toy_haplotypes)
    (row,) = rows_of(target.read_text())
    assert "rs1,rs2" == row.info["PGXID"]
    assert ["called,called"] * 2 == row.values("PGXS")
    found = [(entry[1], entry[2], entry[5]) for entry in row.entries()]
    assert [("0", "rs1", "A"), ("1", "rs1", "C"), ("0", "rs2", "A"), ("1", "rs2", "T")] == found


def test_rows_that_are_there_twice_stay_twice(
    toy: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    path = make_vcf(["1 100 A C 0/1", "1 100 A C 0/1"])
    annotated([path], tmp_path / "out.vcf", toy)
    assert 2 == len(rows_of((tmp_path / "out.vcf").read_text()))


def test_what_an_earlier_run_added_is_replaced(
    toy: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    path = make_vcf(ROWS, samples=("A", "B"), fmt="GT:GQ:XX:YY", info=INFO)
    annotated([path], tmp_path / "one.vcf", toy)
    annotated([tmp_path / "one.vcf"], tmp_path / "two.vcf", toy)
    first, second = ((tmp_path / name).read_text() for name in ("one.vcf", "two.vcf"))
    assert sorted(first.splitlines()) == sorted(second.splitlines())
    assert rows_of(first) == rows_of(second)


def test_a_row_without_fields_gets_the_status_alone(
    toy: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    path = make_vcf(["1 100 A C ."], fmt=".")
    annotated([path], tmp_path / "out.vcf", toy)
    (row,) = rows_of((tmp_path / "out.vcf").read_text())
    assert ("PGXS", ["no_call"]) == (row.fixed[8], list(row.people.values()))


def test_values_stay_below_their_names(
    toy: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    """A field without a name is left out with its values; a value that is empty is missing."""
    rows = ["1 100 A C .:0/1:7", "1 200 A C 5:1/1"]
    path = make_vcf(rows, fmt=":GT:FT")
    text = path.read_text().replace("5:1/1", "5:1/1:")
    path.write_text(text)
    annotated([path], tmp_path / "out.vcf", toy)
    found = rows_of((tmp_path / "out.vcf").read_text())
    assert ["GT:FT:PGXS"] * 2 == [row.fixed[8] for row in found]
    assert [["0/1:7:filtered"], ["1/1:.:called"]] == [list(row.people.values()) for row in found]


@settings(deadline=None, max_examples=60)
@given(people(), STYLES)
def test_reading_it_gives_the_same_calls(
    toy_haplotypes: KnowledgeBase, someone: list[Person], style: Style
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write_vcf(someone, style, Path(folder))
        first = run_files(Request((str(path),)), toy_haplotypes)
        for name in ("out.vcf", "out.vcf.gz", "out.bcf"):
            target = Path(folder) / name
            annotated([path], target, toy_haplotypes, people=2)
            second = run_files(Request((str(target),)), toy_haplotypes)
            assert told(first) == told(second)
            assert [s.calls.map(lambda c: c.status).counts() for s in first.calls.sites] == [
                s.calls.map(lambda c: c.status).counts() for s in second.calls.sites
            ]


@pytest.mark.parametrize("assembly", ["GRCh37", "GRCh38"])
@pytest.mark.parametrize("all_sites", [True, False])
def test_vrs_identifiers_are_those_of_the_alleles(
    curated: KnowledgeBase, tmp_path: Path, assembly: str, all_sites: bool
) -> None:
    target = tmp_path / "out.bcf"
    running = Running(Request((str(EXAMPLE / f"spoiled.{assembly}.vcf"),)), curated)
    choice = OutputChoice(FileFormat.BCF, all_sites=all_sites)
    rows = None if all_sites else running.input_rows()
    write_annotations(running.blocks(), choice, str(target), 1, rows)
    known = curated.vrs_alleles[Assembly(assembly)]
    n_identified = 0
    with pysam.VariantFile(str(target)) as file:
        for row in file:
            if "VRS_Allele_IDs" not in row.info:
                continue
            (variant,) = row.info["PGXID"]
            alleles = [known[variant].get(bases) for bases in row.alleles or ()]
            found = [item if isinstance(item, VrsAllele) else None for item in alleles]
            said = zip(*(row.info[name] for name in VRS_FIELDS), strict=True)
            assert [_vrs(item) for item in found] == list(said)
            n_identified += sum(item is not None for item in found)
    assert n_identified > 10


VRS_FIELDS = (
    "VRS_Allele_IDs",
    "VRS_Starts",
    "VRS_Ends",
    "VRS_States",
    "VRS_Lengths",
    "VRS_RepeatSubunitLengths",
)


def _vrs(allele: VrsAllele | None) -> tuple[object, ...]:
    """Return the values of an allele: pysam gives a point for a missing text of several."""
    if allele is None:
        return (".", None, None, ".", None, None)
    lengths = (allele.length, allele.repeat_subunit_length)
    return (allele.id, allele.start, allele.end, allele.state or ".", *lengths)


def test_identifiers_that_are_there_stay(
    curated: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    line = '##INFO=<ID=VRS_Allele_IDs,Number=R,Type=String,Description="mine">'
    example = (EXAMPLE / "spoiled.GRCh38.vcf").read_text(encoding="utf-8")
    path = tmp_path / "in.vcf"
    lines = [
        "\t".join((*text.split("\t")[:7], "VRS_Allele_IDs=a,b", *text.split("\t")[8:]))
        if not text.startswith("#")
        else text
        for text in example.splitlines()
    ]
    lines.insert(1, line)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    annotated([path], tmp_path / "out.vcf", curated)
    text = (tmp_path / "out.vcf").read_text(encoding="utf-8")
    assert 1 == text.count("##INFO=<ID=VRS_Allele_IDs,")
    assert {"a,b"} == {row.info["VRS_Allele_IDs"] for row in rows_of(text)}
    assert not any("VRS_Starts" in row.info for row in rows_of(text))


def test_bcftools_takes_the_values_out(
    annotate: Run, make_vcf: MakeVcf, tmp_path: Path, bcftools: Bcftools
) -> None:
    path = make_vcf(ROWS, samples=("A", "B"), fmt="GT:GQ:XX:YY", info=INFO)
    for name in ("out.vcf", "out.vcf.gz", "out.bcf"):
        for words in ((), ("--all-sites",)):
            target = tmp_path / name
            result = annotate(path, "-o", target, *words)
            assert (0, "") == (result.exit_code, result.output)
            rows = rows_of(text_of(target))
            queried = bcftools("query", "-f", "%POS\t%PGXANA[\t%PGXS]\n", target)
            expected = [
                "\t".join((row.fixed[1], row.info["PGXANA"], *row.values("PGXS"))) for row in rows
            ]
            assert expected == queried.splitlines()
            assert rows == rows_of(bcftools("view", "--no-version", target))


def test_split_vep_takes_the_entries_apart(
    annotate: Run, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    plugin = ["bcftools", "+split-vep", "-a", "PGXANA", "-d", "-f"]
    if not shutil.which("bcftools"):
        pytest.skip("bcftools is not installed")
    target = tmp_path / "out.vcf"
    annotate(make_vcf(ROWS[:2], samples=("A", "B"), fmt="GT:GQ:XX:YY"), "-o", target)
    line = "%POS %Allele %Variant %Bases %Studied %Level\n"
    process = subprocess.run([*plugin, line, target], check=False, capture_output=True, text=True)
    if "Could not" in process.stderr and "plugin" in process.stderr:
        pytest.skip("the plugin split-vep is not installed")
    expected = "100 A rs1 A yes single_corrected\n100 C rs1 C no single_corrected\n"
    assert f"{expected}100 <NON_REF> rs1 . . .\n" == process.stdout


@pytest.mark.parametrize(("name", "index"), [("out.vcf.gz", ".tbi"), ("out.bcf", ".csi")])
@pytest.mark.parametrize("words", [(), ("--all-sites",)])
def test_an_indexed_file_is_read_by_region(
    annotate: Run, make_vcf: MakeVcf, tmp_path: Path, name: str, index: str, words: tuple[str, ...]
) -> None:
    path = make_vcf(ROWS, samples=("A", "B"), fmt="GT:GQ:XX:YY", prefix="chr")
    target = tmp_path / name
    assert 0 == annotate(path, "-o", target, "--write-index", *words).exit_code
    assert {path.name, name, f"{name}{index}"} == {item.name for item in tmp_path.iterdir()}
    with pysam.VariantFile(str(target)) as file:
        assert {200} == {row.pos for row in file.fetch("chr1", 199, 200)}
    once = [(tmp_path / item).read_bytes() for item in (name, f"{name}{index}")]
    annotate(path, "-o", target, "--write-index", *words)
    assert once == [(tmp_path / item).read_bytes() for item in (name, f"{name}{index}")]
    result = annotate(target)
    assert 0 == result.exit_code


def test_a_failure_leaves_neither_file_nor_index(
    annotate: Run, make_vcf: MakeVcf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_vcf(["1 100 A C 0/1"])

    def broken(*words: object, **options: object) -> None:
        raise OSError("no index today")

    monkeypatch.setattr(pysam, "tabix_index", broken)
    result = annotate(path, "-o", tmp_path / "out.vcf.gz", "--write-index")
    message = "Error: the index of the output cannot be made: no index today\n"
    assert (3, message) == (result.exit_code, result.output)
    assert [path] == list(tmp_path.iterdir())


def test_an_index_of_an_earlier_file_is_not_left_beside_a_new_one(
    annotate: Run, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    """Readers would take it for the index of the new file, and miss rows."""
    path, target = make_vcf(["1 100 A C 0/1"]), tmp_path / "out.vcf.gz"
    beside = {ending: Path(f"{target}{ending}") for ending in (".tbi", ".csi")}
    assert 0 == annotate(path, "-o", target, "--write-index").exit_code
    before = target.read_bytes()
    refused = annotate(path, "--all-sites", "-o", target)
    assert (2, before) == (refused.exit_code, target.read_bytes())
    assert f"{beside['.tbi']}: is the index of an earlier file" in refused.stderr
    assert "replace it with --write-index" in refused.stderr
    beside[".csi"].write_bytes(b"")
    refused = annotate(path, "--all-sites", "-o", target, "--write-index")
    assert (2, before) == (refused.exit_code, target.read_bytes())
    assert refused.stderr.endswith("for the new one; remove it\n")
    beside[".csi"].unlink()
    assert 0 == annotate(path, "--all-sites", "-o", target, "--write-index").exit_code
    assert before != target.read_bytes()
    assert 0 == annotate(path, "-o", tmp_path / "plain.vcf").exit_code


def test_stdout_has_the_type_that_is_asked_for(annotate: Run, make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 100 A C 0/1"])
    plain = annotate(path, "-O", "v").stdout_bytes
    assert plain == annotate(path, "-f", "vcf").stdout_bytes
    assert plain == gzip.decompress(annotate(path, "-O", "z").stdout_bytes)
    packed = annotate(path, "-O", "b").stdout_bytes
    assert packed == annotate(path, "-f", "bcf").stdout_bytes
    assert b"BCF" == gzip.decompress(packed)[:3]


def test_a_name_with_a_tab_is_one_column(annotate: Run, make_vcf: MakeVcf, tmp_path: Path) -> None:
    path = make_vcf(["1 100 A C 0/1"], name="new\tname.vcf")
    assert 0 == annotate(path, "--sample-from-filename", "-o", tmp_path / "out.vcf").exit_code
    (row,) = rows_of((tmp_path / "out.vcf").read_text())
    assert ["new name"] == list(row.people)


def test_stdin(annotate: Run, make_vcf: MakeVcf) -> None:
    path = make_vcf(ROWS, samples=("A", "B"), fmt="GT:GQ:XX:YY")
    words = [sys.executable, "-m", "pgx_ana", "annotate", "-", "-O", "v", "-q"]
    for directory in (TOY, TOY_HAPLOTYPES):
        words += ["--kb", str(directory)]
    with path.open("rb") as stream:
        process = subprocess.run(words, stdin=stream, check=True, capture_output=True, cwd=ROOT)
    assert process.stdout == annotate(path, "-f", "vcf").stdout_bytes


def test_some_people_and_files_by_chromosome(
    annotate: Run, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    samples = ("A", "B", "C")
    one = make_vcf(["1 100 A C 0/1 0/0 1/1"], samples=samples, name="1.vcf")
    two = make_vcf(
        ["2 50 G T 0/1 0/0 1/1"],
        samples=samples,
        name="2.vcf",
        extra_header=['##INFO=<ID=NEW,Number=1,Type=String,Description="new">'],
    )
    target = tmp_path / "out.vcf"
    assert 0 == annotate(two, one, "-s", "C,A", "-o", target).exit_code
    text = target.read_text()
    assert 1 == text.count("##INFO=<ID=NEW,")
    rows = rows_of(text)
    assert [("1", "100"), ("2", "50")] == [row.fixed[:2] for row in rows]
    assert {"A": "0/1:called", "C": "1/1:called"} == rows[0].people == rows[1].people


def test_files_that_do_not_fit_into_one(annotate: Run, make_vcf: MakeVcf, tmp_path: Path) -> None:
    one = make_vcf(["1 100 A C 0/1"], samples=("A",), name="1.vcf")
    two = make_vcf(["1 100 A C 0/1"], samples=("B",), name="2.vcf")
    result = annotate(one, two, "-f", "vcf")
    advice = "use --all-sites, which writes the calls themselves"
    message = (
        f"Error: {one} and {two} have different samples, so their rows do not fit into one VCF "
        f"file; {advice}\n"
    )
    assert (2, message) == (result.exit_code, result.output)
    assert 0 == annotate(one, two, "-f", "vcf", "--all-sites").exit_code
    extra = ['##INFO=<ID=AC,Number=1,Type=String,Description="other">']
    made = ['##INFO=<ID=AC,Number=A,Type=Integer,Description="copies">']
    one = make_vcf(["1 100 A C 0/1"], name="1.vcf", extra_header=extra)
    two = make_vcf(["2 50 G T 0/1"], name="2.vcf", extra_header=made)
    result = annotate(one, two, "-f", "vcf")
    message = (
        "Error: the headers of the files declare INFO AC in different ways, so their rows do not "
        f"fit into one VCF file; {advice}\n"
    )
    assert (2, message) == (result.exit_code, result.output)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-O", "z", "-f", "bcf"], "-O z is VCF, not --format bcf"),
        (["-O", "z", "-o", "x.vcf.gz"], "-O is for stdout; a file is what the ending of -o says"),
        (["--all-sites"], "--all-sites is for VCF and BCF, not for --format tsv"),
        (["--all-sites", "-f", "json"], "--all-sites is for VCF and BCF, not for --format json"),
        *(
            (words, "--write-index needs -o with a name that ends in .vcf.gz or .bcf")
            for words in (
                ["--write-index"],
                ["--write-index", "-o", "x.vcf"],
                ["--write-index", "-o", "x.tsv.gz"],
                ["--write-index", "-f", "bcf"],
            )
        ),
    ],
)
def test_what_cannot_be_combined(
    annotate: Run,
    make_vcf: MakeVcf,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    result = annotate(make_vcf(["1 100 A C 0/1"]), *words)
    assert (2, f"Error: {message}\n") == (result.exit_code, result.output)
