"""The Python interface: ``pgx_ana.annotate`` and its result."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pysam
import pytest
from click.testing import CliRunner
from helpers.fixture_types import MakeVcf, Run
from helpers.pages import fill_folder, page_code
from helpers.paths import EXAMPLE, TOY
from helpers.workbook import records_of
from pandas.api.types import CategoricalDtype

import pgx_ana
from pgx_ana.api import Result
from pgx_ana.cli import main
from pgx_ana.errors import InputError, KnowledgeBaseError, OutputError, UsageError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CallOptions
from pgx_ana.output.columns import COLUMNS
from pgx_ana.report import patient_page
from pgx_ana.terms import PARQUET_TABLES, TEXT_TABLES, TableName
from pgx_ana.version import __version__

Annotate = Callable[..., Result]

PERSON = EXAMPLE / "spoiled.GRCh38.vcf"
DTYPES = {"integer": "Int64", "number": "Float32"}


@pytest.fixture
def annotate(toy_directory: Path) -> Annotate:
    """Return ``pgx_ana.annotate`` with the toy knowledge base."""

    def annotate_files(*paths: Path, **arguments: Any) -> Result:
        return pgx_ana.annotate(paths, kb=toy_directory, **arguments)

    return annotate_files


@pytest.fixture
def file(make_vcf: MakeVcf) -> Path:
    rows = ["1 100 A C 0|1:99:.:7 1/1:5:30:.", "1 200 A C ./.:.:.:. 0/0:50:8:."]
    return make_vcf(rows, samples=("S1", "S2"), fmt="GT:GQ:DP:PS")


def test_public_names() -> None:
    """The names that users may import; removing or renaming one breaks their code."""
    assert (
        [
            "CallOptions",
            "Fault",
            "InputError",
            "KnowledgeBase",
            "KnowledgeBaseError",
            "OutputError",
            "PgxAnaError",
            "Result",
            "UsageError",
            "__version__",
            "annotate",
            "load_knowledge_base",
        ]
        == pgx_ana.__all__
        == dir(pgx_ana)
    )
    assert __version__ == pgx_ana.__version__
    assert all(getattr(pgx_ana, name) is not None for name in pgx_ana.__all__)


def test_public_signatures() -> None:
    """``help()`` shows the parameters, not ``*args``."""
    shown = {
        name: str(inspect.signature(getattr(pgx_ana, name)))
        for name in ("annotate", "load_knowledge_base", "CallOptions")
    }
    assert {
        "annotate": "(paths: 'PathName | Sequence[PathName]', *, "
        "samples: 'str | Sequence[str]' = (), genes: 'str | Sequence[str]' = (), "
        "assembly: 'str | None' = None, "
        "kb: 'KnowledgeBase | PathName | Sequence[PathName]' = (), "
        "options: 'CallOptions | None' = None, reference: 'PathName' = '', "
        "verify: 'bool' = False, assume_sorted: 'bool' = False, population: 'str' = '', "
        "same_person: 'bool' = False, "
        "sample_from_filename: 'bool' = False, sample_sheet: 'PathName' = '', "
        "sex: 'str | None' = None, context: 'str | None' = None) -> 'Result'",
        "load_knowledge_base": "(directories: 'PathName | Sequence[PathName]' = (), *, "
        "cached: 'bool' = True) -> 'KnowledgeBase'",
        "CallOptions": "(min_gq: 'float' = 10, min_dp: 'float' = 1, min_gp: 'float' = 0.9, "
        "min_phase_probability: 'float' = 0.9, include_filtered: 'bool' = False, "
        "absent_is_reference: 'bool' = False, allow_strand_flip: 'bool' = False, "
        "assume_ref_order: 'bool' = False) -> None",
    } == shown


def test_an_unknown_name_of_the_package() -> None:
    with pytest.raises(AttributeError, match="module 'pgx_ana' has no attribute 'anotate'"):
        pgx_ana.anotate  # noqa: B018  # the lookup is the test


def test_importing_the_package_is_fast() -> None:
    """It imports none of the slow libraries."""
    code = (
        "import sys, pgx_ana; "
        "slow = {'numpy', 'pandas', 'pydantic', 'cyvcf2', 'pysam', 'yaml', 'click'}; "
        "print(sorted(slow & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "[]\n" == shown.stdout


def test_annotating_loads_nothing_for_other_outputs() -> None:
    """Frames, pages and the formats of other libraries cost nothing until they are asked for."""
    code = (
        f"import sys, pgx_ana; pgx_ana.annotate({str(PERSON)!r}); "
        "later = {'pandas', 'jinja2', 'pyarrow', 'xlsxwriter'}; "
        "print(sorted(later & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "[]\n" == shown.stdout


def test_repr_of_a_result(annotate: Annotate, file: Path, toy: KnowledgeBase) -> None:
    assert f"<Result: 2 samples, GRCh38, knowledge base {toy.stamp}>" == repr(annotate(file))
    single = annotate(file, samples="S2")
    assert f"<Result: 1 sample, GRCh38, knowledge base {toy.stamp}>" == repr(single)


def test_parquet(annotate: Annotate, file: Path, tmp_path: Path) -> None:
    result = annotate(file)
    result.to_parquet(tmp_path / "results")
    names = {path.stem for path in (tmp_path / "results").iterdir()}
    assert set(PARQUET_TABLES) == names
    calls = pd.read_parquet(tmp_path / "results" / "calls.parquet")
    assert ["S1", "S2"] == list(calls["sample"].unique())
    with pytest.raises(OutputError, match="cannot create the folder"):
        result.to_parquet(file)


def test_excel(annotate: Annotate, file: Path, tmp_path: Path) -> None:
    result = annotate(file)
    result.to_excel(tmp_path / "people.xlsx")
    rows = list(records_of(tmp_path / "people.xlsx", "calls"))
    shown = [(row["sample"], row["variant"], row["genotype"], row["status"]) for row in rows]
    frame = result.calls.astype(object)
    names = ["sample", "variant", "genotype", "status"]
    assert frame[names].where(frame[names].notna(), None).apply(tuple, axis=1).tolist() == shown
    with pytest.raises(OutputError, match="is a directory"):
        result.to_excel(tmp_path)


def told(*words: object) -> bytes:
    """Return what the command line writes to stdout with the toy knowledge base."""
    arguments = ["annotate", *map(str, words), "--kb", str(TOY), "-q"]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert 0 == result.exit_code, result.stderr
    return result.stdout_bytes


@pytest.mark.parametrize("all_sites", [False, True])
def test_vcf(annotate: Annotate, file: Path, tmp_path: Path, *, all_sites: bool) -> None:
    """The rows of the input, or all sites, as the command line writes them."""
    result = annotate(file)
    result.to_vcf(tmp_path / "x.vcf", all_sites=all_sites)
    words = ["--all-sites"] if all_sites else []
    rows = (tmp_path / "x.vcf").read_bytes()
    assert told(file, "-f", "vcf", *words) == rows
    assert (6 if all_sites else 2) == len([row for row in rows.splitlines() if row[:1] != b"#"])
    contig = "chr1" if all_sites else "1"
    for name, index in (("x.vcf.gz", "x.vcf.gz.tbi"), ("x.bcf", "x.bcf.csi")):
        result.to_vcf(tmp_path / name, all_sites=all_sites, index=True)
        with pysam.VariantFile(str(tmp_path / name), index_filename=str(tmp_path / index)) as found:
            assert [100, 200] == [row.pos for row in found.fetch(contig, 99, 200)]


def test_vcf_that_cannot_be_written(annotate: Annotate, file: Path, tmp_path: Path) -> None:
    result = annotate(file)
    content = file.read_bytes()
    without_files = Result(result._annotations)
    cases: tuple[tuple[Result, Path, dict[str, Any], str], ...] = (
        (result, file, {}, f"{file}: is an input file; give another name"),
        (
            result,
            tmp_path / "x.vcf",
            {"index": True},
            f"{tmp_path / 'x.vcf'}: only a compressed file has an index: end its name in .gz",
        ),
        (
            without_files,
            tmp_path / "x.vcf",
            {},
            f"{tmp_path / 'x.vcf'}: this result has no files: write the calls with all_sites",
        ),
    )
    for people, path, options, message in cases:
        with pytest.raises(UsageError) as caught:
            people.to_vcf(path, **options)
        assert message == str(caught.value)
    assert [file] == list(tmp_path.iterdir())
    assert content == file.read_bytes()


def test_fhir(annotate: Annotate, file: Path, tmp_path: Path) -> None:
    """A bundle for each person, as the command line writes them."""
    result = annotate(file)
    result.to_fhir(tmp_path / "people.fhir.ndjson")
    bundles = (tmp_path / "people.fhir.ndjson").read_bytes()
    assert told(file, "-f", "fhir") == bundles
    assert ["Bundle"] * 2 == [json.loads(line)["resourceType"] for line in bundles.splitlines()]
    with pytest.raises(UsageError, match="a file with this ending holds one person"):
        result.to_fhir(tmp_path / "people.fhir.json")
    annotate(file, samples="S1").to_fhir(tmp_path / "S1.fhir.json")
    assert "Bundle" == json.loads((tmp_path / "S1.fhir.json").read_bytes())["resourceType"]


def test_a_page(annotate: Annotate, file: Path, tmp_path: Path) -> None:
    """One person is a page; of several, one is chosen."""
    annotate(file, samples="S2").to_html(tmp_path / "single.html")
    annotate(file).to_html(tmp_path / "chosen.html", sample="S2")
    page = (tmp_path / "single.html").read_bytes()
    (document,) = annotate(file, samples="S2")
    assert patient_page(document) == page == (tmp_path / "chosen.html").read_bytes()


def test_a_folder_of_pages(annotate: Annotate, file: Path, tmp_path: Path) -> None:
    annotate(file).to_html(tmp_path / "pages")
    pages = {path.relative_to(tmp_path / "pages").as_posix() for path in tmp_path.rglob("*.html")}
    assert {"index.html", "cohort.html", "people/S1.html", "people/S2.html"} == pages
    process = CliRunner().invoke(
        main, ["report", str(file), "--kb", str(TOY), "-q", "-o", str(tmp_path / "told")]
    )
    assert 0 == process.exit_code, process.output
    for page in pages:
        assert (tmp_path / "told" / page).read_bytes() == (tmp_path / "pages" / page).read_bytes()


def test_pages_that_cannot_be_written(annotate: Annotate, file: Path, tmp_path: Path) -> None:
    result = annotate(file)
    with pytest.raises(UsageError) as caught:
        result.to_html(tmp_path / "all.html")
    assert (
        f"{tmp_path / 'all.html'}: a page is on one person, and there are 2: choose one with "
        "sample, or name a folder" == str(caught.value)
    )
    with pytest.raises(UsageError) as caught:
        result.to_html(tmp_path / "s.html", sample="s1")
    assert "sample 's1' is not among the people of this result; did you mean S1?" == str(
        caught.value
    )
    assert [file] == list(tmp_path.iterdir())


@pytest.mark.parametrize("name", list(TEXT_TABLES))
@pytest.mark.parametrize("rows", [[], ["1 100 A C 0/1:95:3:."]], ids=["no-numbers", "numbers"])
def test_frames_have_typed_columns(
    annotate: Annotate, make_vcf: MakeVcf, name: TableName, rows: list[str]
) -> None:
    """The types are those of the columns, regardless of the content of the file."""
    path = make_vcf(rows, fmt="GT:GQ:DP:PS")
    frame: pd.DataFrame = getattr(annotate(path), name)
    assert [column.name for column in COLUMNS[name]] == list(frame.columns)
    expected = {column.name: DTYPES.get(column.type, "category") for column in COLUMNS[name]}
    assert expected == {column: str(dtype) for column, dtype in frame.dtypes.items()}
    assert isinstance(frame.index, pd.RangeIndex)


def test_calls(annotate: Annotate, file: Path, toy: KnowledgeBase) -> None:
    frame = annotate(file).calls
    assert ["S1"] * 6 + ["S2"] * 6 == list(frame["sample"])
    assert [f"rs{number}" for number in range(1, 7)] * 2 == list(frame["variant"])
    shown = ["sample", "variant", "pos", "genotype", "status", "phase_set", "gq", "dp"]
    expected = pd.DataFrame(
        [
            ("S1", "rs1", 100, "A|C", "called", 7, 99, None),
            ("S1", "rs2", 200, "./.", "no_call", None, None, None),
            ("S2", "rs1", 100, "C/C", "filtered", None, 5, 30),
            ("S2", "rs2", 200, "A/A", "called", None, 50, 8),
        ],
        columns=shown,
    ).astype({"pos": "Int64", "phase_set": "Int64", "gq": "Float32", "dp": "Float32"})
    actual = frame.loc[frame["status"] != "absent", shown].reset_index(drop=True)
    texts = ["sample", "variant", "genotype", "status"]
    pd.testing.assert_frame_equal(
        expected.astype(dict.fromkeys(texts, object)), actual.astype(dict.fromkeys(texts, object))
    )
    assert {toy.stamp} == set(frame["kb_version"])


def test_absent_calls_have_missing_values(annotate: Annotate, file: Path) -> None:
    """They have no genotype, no quality and no file: nothing that could be taken for reference."""
    frame = annotate(file).calls
    absent = frame[frame["status"] == "absent"]
    assert 8 == len(absent)
    columns = ["genotype", "phase_set", "gq", "dp", "filter", "file"]
    assert absent[columns].isna().all(axis=None)
    assert {("none", "no record covers the locus")} == set(
        absent[["source", "reason"]].itertuples(index=False, name=None)
    )


def test_annotations(annotate: Annotate, file: Path) -> None:
    frame = annotate(file).annotations
    shown = ["sample", "variant", "genotype", "status", "direction", "level", "supporting", "null"]
    actual = frame[shown].astype(object).where(frame[shown].notna(), None)
    expected = [
        ("S1", "rs1", "A/C", "called", "higher", "single_corrected", 1, 0),
        ("S1", "rs2", "./.", "no_call", "not_assessed", "null", 0, 1),
        ("S2", "rs1", "C/C", "filtered", "not_assessed", "single_corrected", 1, 0),
        ("S2", "rs2", "A/A", "called", "no_difference", "null", 0, 1),
    ]
    assert expected == list(actual.itertuples(index=False, name=None))
    assert ["1001", "10.1000/two"] * 2 == list(frame["pmids"])


def test_both_sides_of_a_comparison(annotate: Annotate, make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 100 A C 0/0 0/1 1/1"], samples=("S1", "S2", "S3"))
    frame = annotate(path).annotations
    shown = ["genotype", "direction", "compared_with", "effect"]
    rows = frame.loc[frame["variant"] == "rs1", shown].astype(object)
    assert [
        ("A/A", "higher", "C/C", "better"),
        ("A/C", "higher", "C/C", "better"),
        ("C/C", "lower", "A/A;A/C", "worse"),
    ] == list(rows.itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("context", "evidence", "person"),
    [
        (None, [None, None], (None, None, None)),
        ("Adjuvant", ["other", "same"], ("female", "adjuvant", "on_label")),
        ("men", ["other", "other"], ("male", "men", "off_label")),
    ],
)
def test_context(
    annotate: Annotate,
    make_vcf: MakeVcf,
    context: str | None,
    evidence: list[str | None],
    person: tuple[str | None, ...],
) -> None:
    result = annotate(make_vcf(["1 100 A C 0/0"]), context=context)
    found = result.annotations["evidence_context"].astype(object)
    assert evidence == found.where(found.notna(), None).tolist()
    shown = result.summary[["sex", "context", "label_use"]].astype(object)
    rows = shown.where(shown.notna(), None).itertuples(index=False, name=None)
    assert [person] * 5 == list(rows)


def test_long_lists_are_whole_in_data_frames() -> None:
    """NA12717 has no record at most sites."""
    deciding = pgx_ana.annotate(PERSON).haplotypes["deciding"].dropna().astype(str)
    assert max(len(text.split(";")) for text in deciding) > 30


def test_haplotypes(toy_haplotypes: KnowledgeBase, make_vcf: MakeVcf) -> None:
    rows = ["1 100 A C 0/1 1|1", "1 200 A C 0/1 0|1", "1 401 G GT 0/0 0|0"]
    path = make_vcf(rows, samples=("S1", "S2"))
    frame = pgx_ana.annotate(path, kb=toy_haplotypes.directories, population="EUR").haplotypes
    shown = ["sample", "haplotypes", "diplotype", "status", "likeliest", "population"]
    actual = frame[shown].astype(object).where(frame[shown].notna(), None)
    expected = [
        ("S1", "AAA-star", None, "ambiguous", "*2/*3", "EUR"),
        ("S1", "AAA-pair", None, "incomplete", None, None),
        ("S2", "AAA-star", "*2/*4", "determined", None, None),
        ("S2", "AAA-pair", None, "incomplete", None, None),
    ]
    assert expected == list(actual.itertuples(index=False, name=None))


def test_text_columns_share_their_values(annotate: Annotate, make_vcf: MakeVcf) -> None:
    """A headline is in memory once, however many people have it."""
    samples = [f"S{number}" for number in range(500)]
    path = make_vcf([" ".join(["1 100 A C", *(["0/1", "1/1"] * 250)])], samples=samples)
    frame = annotate(path).annotations
    assert 1000 == len(frame)
    dtype = frame["headline"].dtype
    assert isinstance(dtype, CategoricalDtype)
    assert 3 == len(dtype.categories)
    assert np.int8 == frame["headline"].cat.codes.dtype
    samples_dtype = frame["sample"].dtype
    assert isinstance(samples_dtype, CategoricalDtype)
    assert samples == list(samples_dtype.categories)


def test_data_frames_are_cached(annotate: Annotate, file: Path) -> None:
    result = annotate(file)
    assert result.calls is result.calls


def test_table_by_name(annotate: Annotate, file: Path) -> None:
    result = annotate(file)
    assert [name.value for name in TEXT_TABLES] == [result.table(n).name for n in TEXT_TABLES]
    assert ("S1", "S2") == result.table("summary").samples


def test_properties_of_a_result(annotate: Annotate, file: Path) -> None:
    result = annotate(file)
    assert (("S1", "S2"), "GRCh38", 2) == (result.samples, result.assembly, len(result))


def test_iteration_yields_the_documents(
    annotate: Annotate, run: Run, toy_directory: Path, file: Path
) -> None:
    """They are the same as on the command line, and the same when iterated again."""
    result = annotate(file)
    command = run("annotate", file, "--kb", toy_directory, "--format", "jsonl")
    expected = [json.loads(line) for line in command.stdout.splitlines()]
    assert expected == list(result)
    assert expected == list(result)
    assert ["S1", "S2"] == [document["sample"] for document in result]


@pytest.mark.parametrize(
    "paths", [lambda path: path, str, lambda path: [path], lambda path: (str(path),)]
)
def test_one_path_or_several(toy_directory: Path, file: Path, paths: Callable[[Path], Any]) -> None:
    assert ("S1", "S2") == pgx_ana.annotate(paths(file), kb=toy_directory).samples


def test_files_make_one_cohort(annotate: Annotate, make_vcf: MakeVcf, file: Path) -> None:
    other = make_vcf(["2 50 G T 0/1 0/0"], samples=("S2", "S3"), name="other.vcf")
    frame = annotate(file, other).calls
    genotypes = frame[frame["variant"] == "rs6"].astype(object).set_index("sample")["genotype"]
    assert {"S2": "G/T", "S3": "G/G"} == genotypes.dropna().to_dict()
    assert ["S1", "S2", "S3"] == list(genotypes.index)


def test_selected_samples(annotate: Annotate, file: Path) -> None:
    assert ("S2",) == annotate(file, samples=["S2"]).samples
    assert ("S1", "S2") == annotate(file, samples=("S2", "S1")).samples


def test_selected_genes(annotate: Annotate, file: Path) -> None:
    assert ["rs6", "rs6"] == list(annotate(file, genes=["BBB"]).calls["variant"])
    assert {"AAA"} == set(annotate(file, genes=("AAA",)).annotations["gene"])


def test_a_gene_without_associations_gives_an_empty_frame(annotate: Annotate, file: Path) -> None:
    frame = annotate(file, genes=["BBB"]).annotations
    assert (0, len(COLUMNS[TableName.ANNOTATIONS])) == frame.shape
    dtypes = {c.name: DTYPES.get(c.type, "category") for c in COLUMNS[TableName.ANNOTATIONS]}
    assert dtypes == {column: str(dtype) for column, dtype in frame.dtypes.items()}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (None, ["called", "filtered"]),
        (CallOptions(min_gq=5), ["called", "called"]),
        (CallOptions(min_gq=100), ["filtered", "filtered"]),
        (CallOptions(min_gq=0, min_dp=31), ["called", "filtered"]),
    ],
    ids=["default", "min-gq-5", "min-gq-100", "min-dp-31"],
)
def test_options(
    annotate: Annotate, file: Path, options: CallOptions | None, expected: list[str]
) -> None:
    frame = annotate(file, options=options).calls
    assert expected == list(frame.loc[frame["variant"] == "rs1", "status"])


def test_assembly_of_a_file_without_evidence_of_one(annotate: Annotate, make_vcf: MakeVcf) -> None:
    path = make_vcf(["2 50 G T 0/1"], assembly=None)
    assert "GRCh37" == annotate(path, assembly="GRCh37").assembly
    assert [150, 250, 350, 451, 551, 50] == list(annotate(path, assembly="GRCh37").calls["pos"])
    with pytest.raises(InputError, match="the assembly cannot be determined"):
        annotate(path)


def test_the_shipped_knowledge_base_is_the_default(curated: KnowledgeBase) -> None:
    result = pgx_ana.annotate(PERSON)
    assert {curated.stamp} == set(result.calls["kb_version"])
    assert [variant.id for variant in curated.variants] == list(result.calls["variant"])


def test_knowledge_bases_overlay(toy_directory: Path, file: Path, tmp_path: Path) -> None:
    (tmp_path / "drugs.yaml").write_text("drugs: [{id: other, name: o, drug_class: c}]\n")
    with pytest.raises(KnowledgeBaseError, match="no file has this section"):
        pgx_ana.annotate(file, kb=tmp_path)
    toy_alone = pgx_ana.annotate(file, kb=str(toy_directory))
    overlaid = pgx_ana.annotate(file, kb=[toy_directory, tmp_path])
    assert set(toy_alone.calls["kb_version"]) != set(overlaid.calls["kb_version"])
    assert list(toy_alone.calls["genotype"]) == list(overlaid.calls["genotype"])


@pytest.mark.parametrize(
    ("arguments", "expected", "message"),
    [
        ({"samples": ["S9"]}, InputError, "sample not found in any file: 'S9'"),
        ({"genes": ["XYZ"]}, UsageError, "the knowledge base has no variant in XYZ"),
        ({"assembly": "GRCh37"}, InputError, "contradicts the file"),
        (
            {"population": "FIN"},
            UsageError,
            "unknown population 'FIN'; choose from AFR, AMR, EAS, EUR, SAS, global",
        ),
        (
            {"context": "adjuvent"},
            UsageError,
            "unknown context 'adjuvent'; known: adjuvant, men; did you mean adjuvant?",
        ),
    ],
    ids=["sample", "gene", "assembly", "population", "context"],
)
def test_errors(
    annotate: Annotate,
    file: Path,
    arguments: dict[str, Any],
    expected: type[Exception],
    message: str,
) -> None:
    with pytest.raises(expected, match=message):
        annotate(file, **arguments)


def test_no_file(annotate: Annotate) -> None:
    with pytest.raises(UsageError, match="no file was given"):
        annotate()


def test_a_loaded_knowledge_base(toy: KnowledgeBase, file: Path, toy_directory: Path) -> None:
    """One knowledge base for many files is loaded once."""
    knowledge = pgx_ana.load_knowledge_base(toy_directory)
    with_value, with_path = (
        pgx_ana.annotate(file, kb=knowledge),
        pgx_ana.annotate(file, kb=[toy_directory]),
    )
    pd.testing.assert_frame_equal(with_path.calls, with_value.calls)
    assert f"<KnowledgeBase: toy {toy.stamp}, 6 variants>" == repr(knowledge)


def test_the_shipped_knowledge_base_by_its_name(curated: KnowledgeBase) -> None:
    assert curated.stamp == pgx_ana.load_knowledge_base("default").stamp
    assert curated.stamp == pgx_ana.load_knowledge_base().stamp


def test_a_table_is_shown_by_its_size(annotate: Annotate, file: Path) -> None:
    assert "<Table: calls, 2 samples, 12 rows>" == repr(annotate(file).table("calls"))


@pytest.mark.slow
def test_the_page_on_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its code runs, and its methods write the files that it names."""
    (code,) = page_code("docs/reference/formats/python.md", "python")
    fill_folder(tmp_path)
    given = {path.name for path in tmp_path.iterdir()}
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "python.md", "exec"), {})
    written = {path.name for path in tmp_path.iterdir()} - given - {"annotated.vcf.gz.tbi"}
    assert set(re.findall(r'\.to_\w+\("([^"]+)"', code)) == written
    methods = {name for name in vars(Result) if name.startswith("to_")}
    assert methods == set(re.findall(r"\.(to_\w+)\(", code))
