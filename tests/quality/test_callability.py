"""``pgx-ana check``: states of sites, verdicts on genes, descriptions of files, exit codes."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from helpers.fixture_types import Bcftools, MakeVcf, Run
from helpers.paths import GOLDEN

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.quality import STATES
from pgx_ana.terms import Assembly
from pgx_ana.vcf import ContigNames, Headers, VariantFile

AAA_ROWS = [
    "1 100 A C 0/1",
    "1 200 A C 0/0",
    "1 300 T C 0/0",
    "1 401 G GT 0/0",
    "1 501 GCA G 0/0",
]
BBB_ROWS = ["2 50 G T 0/1"]
AAA_WHOLE = "AAA can be answered: all 5 sites are called."
BBB_WHOLE = "BBB can be answered: its one site is called."
BBB_ABSENT = "BBB cannot be answered: absent: rs6."


@pytest.fixture
def check(run: Run, toy_directory: Path) -> Run:
    """Return a runner of ``check`` with the toy knowledge base."""

    def runner(*words: object, **options: object) -> Result:
        return run("check", *words, "--kb", toy_directory, **options)

    return runner


def document(result: Result, code: int) -> dict[str, Any]:
    """Return the JSON of a run, after checking its exit code and that stderr is empty."""
    assert (code, "") == (result.exit_code, result.stderr)
    return dict(json.loads(result.stdout))


def people(found: Mapping[str, Any], variant: str) -> dict[str, int]:
    """Return the number of people in each state at a variant, without the states of nobody."""
    (site,) = [site for site in found["sites"] if site["variant"] == variant]
    assert list(STATES) == list(site["people"])
    return {state: count for state, count in site["people"].items() if count}


def verdicts(found: Mapping[str, Any]) -> list[str]:
    return [gene["verdict"] for gene in found["genes"]]


@pytest.mark.parametrize(("kind", "suffix"), [("text", "txt"), ("tsv", "tsv"), ("json", "json")])
def test_the_toy_file_in_every_format(
    check: Run, monkeypatch: pytest.MonkeyPatch, kind: str, suffix: str
) -> None:
    monkeypatch.chdir(GOLDEN)
    result = check("toy.vcf", "-f", kind)
    expected = (GOLDEN / f"toy.check.{suffix}").read_text(encoding="utf-8")
    assert (5, expected, "") == (result.exit_code, result.stdout, result.stderr)


def test_formats_agree(check: Run) -> None:
    found = document(check(GOLDEN / "toy.vcf", "-f", "json"), 5)
    table = check(GOLDEN / "toy.vcf", "-f", "tsv").stdout
    expected = [
        {
            "gene": site["gene"],
            "variant": site["variant"],
            "locus": site["locus"],
            **{state: str(count) for state, count in site["people"].items()},
            "reason": site["unreadable"] or ".",
        }
        for site in found["sites"]
    ]
    assert expected == list(csv.DictReader(table.splitlines(), delimiter="\t"))
    text = check(GOLDEN / "toy.vcf").stdout
    assert verdicts(found) == text.splitlines()[-2:]


EXITS: dict[str, tuple[Sequence[str], Sequence[str], int, str, list[str]]] = {
    "everything": ([*AAA_ROWS, *BBB_ROWS], [], 0, "all", [AAA_WHOLE, BBB_WHOLE]),
    "one gene": (AAA_ROWS, [], 5, "partly", [AAA_WHOLE, BBB_ABSENT]),
    "selected gene": (AAA_ROWS, ["-g", "AAA"], 0, "all", [AAA_WHOLE]),
    "selected gene without rows": (AAA_ROWS, ["-g", "BBB"], 3, "nothing", [BBB_ABSENT]),
    "nothing": (
        ["1 700 A C 0/1"],
        [],
        3,
        "nothing",
        [
            (
                "AAA cannot be answered: absent: rs1, rs2, rs3, rs4, rs5. An absent row cannot "
                "tell A/A at rs1 from not looked at."
            ),
            BBB_ABSENT,
        ],
    ),
    "some sites of a gene": (
        [AAA_ROWS[0], "1 200 A C ./.", "1 300 C T 0/1"],
        ["-g", "AAA"],
        5,
        "partly",
        [
            (
                "AAA can be answered in part: 1 of 5 sites called; no call: rs2; mismatch: rs3; "
                "absent: rs4, rs5."
            )
        ],
    ),
    "partial call": (
        ["2 50 G T ./1"],
        ["-g", "BBB"],
        3,
        "nothing",
        ["BBB cannot be answered: partial: rs6."],
    ),
}


@pytest.mark.parametrize(("rows", "words", "code", "answer", "expected"), EXITS.values(), ids=EXITS)
def test_exit_codes_and_verdicts(
    check: Run,
    make_vcf: MakeVcf,
    rows: Sequence[str],
    words: Sequence[str],
    code: int,
    answer: str,
    expected: list[str],
) -> None:
    """0: everything can be answered; 5: part; 3: nothing."""
    path = make_vcf(rows)
    found = document(check(path, "-f", "json", *words), code)
    assert (answer, expected) == (found["answer"], verdicts(found))
    assert [code] * 2 == [check(path, "-f", kind, *words).exit_code for kind in ("text", "tsv")]


ONE_OF_EACH: dict[str, tuple[str, str]] = {
    "called": ("1 100 A C 0/1", "."),
    "block": ("1 90 G <NON_REF> 0/0", "END=110"),
    "partial": ("1 100 A C ./1", "."),
    "no_call": ("1 100 A C ./.", "."),
    "filtered": ("1 100 A C 0/0", "."),
    "absent": ("1 700 A C 0/1", "."),
    "unknown_allele": ("1 100 A G 0/1", "."),
    "mismatch": ("1 100 G C 0/1", "."),
    "not_assessable": ("1 90 G <DEL> 1/1", "END=110;SVTYPE=DEL"),
}


@pytest.fixture
def one_of_each(make_vcf: MakeVcf) -> list[Path]:
    """Return a file for each state that a person can have at rs1."""
    return [
        make_vcf(
            [row],
            samples=(state,),
            name=f"{state}.vcf",
            info={0: info},
            filters={0: "LowQual"} if state == "filtered" else None,
        )
        for state, (row, info) in ONE_OF_EACH.items()
    ]


def test_every_state_is_counted(check: Run, one_of_each: list[Path]) -> None:
    assert list(STATES) == list(ONE_OF_EACH)
    found = document(check(*one_of_each, "-f", "json", "-g", "AAA"), 5)
    assert 9 == found["samples"]
    assert dict.fromkeys(STATES, 1) == people(found, "rs1")
    assert {"absent": 9} == people(found, "rs2")


def test_states_of_single_people(check: Run, one_of_each: list[Path]) -> None:
    for state, path in zip(ONE_OF_EACH, one_of_each, strict=True):
        code = 5 if state in {"called", "block"} else 3
        found = document(check(path, "-f", "json", "-g", "AAA"), code)
        assert {state: 1} == people(found, "rs1")


def test_text_leaves_out_columns_of_states_of_nobody(check: Run, make_vcf: MakeVcf) -> None:
    lines = check(make_vcf(["2 50 G T 0/1"]), "-g", "BBB").stdout.splitlines()
    expected = ["gene  variant  locus  called  reason", "BBB   rs6      2:50   1       ."]
    assert expected == [line for line in lines if line.startswith(("gene", "BBB   "))]


MALFORMED = {
    "unlisted allele": (
        "2 50 G T 0/9",
        "2:50: sample 'S1' has allele 9, but the record has 1 ALT allele",
    ),
    "extra column": ("2 50 G T 0/1 0/1", "2:50: the row has 11 columns; the header has 10"),
    "three copies": (
        "2 50 G T 0/1/1",
        "2:50: sample 'S1' has a genotype of 3 copies; expected at most two",
    ),
}


@pytest.mark.parametrize(("row", "message"), MALFORMED.values(), ids=MALFORMED)
def test_one_unreadable_gene(check: Run, make_vcf: MakeVcf, row: str, message: str) -> None:
    """The other gene is still answered, and every format gives the reason."""
    path = make_vcf([*AAA_ROWS, row])
    found = document(check(path, "-f", "json"), 5)
    assert ("partly", 1) == (found["answer"], found["samples"])
    assert [AAA_WHOLE, "BBB cannot be answered: unreadable: rs6."] == verdicts(found)
    sites = {site["variant"]: site for site in found["sites"]}
    assert ["rs1", "rs2", "rs3", "rs4", "rs5", "rs6"] == list(sites)
    assert sites["rs6"]["unreadable"].endswith(message)
    assert sites["rs6"]["unreadable"].startswith(f"{path}: ")
    assert "2:50" == sites["rs6"]["locus"]
    assert {} == people(found, "rs6")
    assert {None} == {site["unreadable"] for site in sites.values() if site["variant"] != "rs6"}
    table = check(path, "-f", "tsv")
    assert (5, "") == (table.exit_code, table.stderr)
    *_, last = csv.DictReader(table.stdout.splitlines(), delimiter="\t")
    assert ("rs6", "0", True) == (last["variant"], last["called"], last["reason"].endswith(message))
    text = check(path)
    assert (5, "") == (text.exit_code, text.stderr)
    assert message in text.stdout


@pytest.mark.parametrize("name", ["a\ttab.vcf", "a\nline.vcf", "a\rreturn.vcf"])
def test_separators_in_a_file_name_do_not_break_the_table(
    check: Run, make_vcf: MakeVcf, name: str
) -> None:
    path = make_vcf([*AAA_ROWS, "2 50 G T 0/9"], name=name)
    table = check(path, "-f", "tsv").stdout
    assert [13] * 7 == [len(line.split("\t")) for line in table.splitlines()]


def test_unreadable_first_gene(check: Run, make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 100 A C 0/9", *AAA_ROWS[1:], *BBB_ROWS])
    found = document(check(path, "-f", "json"), 5)
    unreadable = "AAA cannot be answered: unreadable: rs1, rs2, rs3, rs4, rs5."
    assert {unreadable, BBB_WHOLE} == set(verdicts(found))


def test_a_gene_selected_twice_is_reported_once(check: Run, make_vcf: MakeVcf) -> None:
    path = make_vcf([*AAA_ROWS, "2 50 G T 0/9"])
    found = document(check(path, "-f", "json", "-g", "AAA", "-g", "AAA", "-g", "BBB"), 5)
    assert ["rs1", "rs2", "rs3", "rs4", "rs5", "rs6"] == [s["variant"] for s in found["sites"]]


UNREADABLE = {
    "every gene": (["1 100 A C 0/9", "2 50 G T 0/9"], [], "has allele 9"),
    "selected gene": ([*AAA_ROWS, "2 50 G T 0/9"], ["-g", "BBB"], "has allele 9"),
    "a missing sample": (AAA_ROWS, ["-s", "nobody"], "sample not found in any file: 'nobody'"),
    "another assembly": (AAA_ROWS, ["--assembly", "GRCh37"], "contradicts the file"),
}


@pytest.mark.parametrize(("rows", "words", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable_files(
    check: Run, make_vcf: MakeVcf, rows: Sequence[str], words: Sequence[str], message: str
) -> None:
    result = check(make_vcf(rows), *words)
    assert (3, "") == (result.exit_code, result.stdout)
    assert result.stderr.startswith("Error: ")
    assert message in result.stderr
    assert 1 == len(result.stderr.splitlines())


USAGE = {
    "an unknown gene": (["-g", "CCC"], "has no variant in CCC; genes with variants: AAA, BBB"),
    "an unknown format": (["-f", "csv"], "'csv' is not one of"),
    "assertion of reference": (["--absent-is-reference"], "No such option"),
}


@pytest.mark.parametrize(("words", "message"), USAGE.values(), ids=USAGE)
def test_usage_errors(check: Run, make_vcf: MakeVcf, words: Sequence[str], message: str) -> None:
    result = check(make_vcf(AAA_ROWS), *words)
    assert (2, "") == (result.exit_code, result.stdout)
    assert message in result.stderr


def test_a_cohort_is_counted(check: Run, make_vcf: MakeVcf) -> None:
    rows = ["1 100 A C 0/1:99 0/0:99 0/1:3 ./.:.", "1 200 A C 0/0:99 0/1:99 1/1:99 0/0:50"]
    path = make_vcf(rows, samples=("S1", "S2", "S3", "S4"), fmt="GT:GQ")
    found = document(check(path, "-f", "json", "-g", "AAA"), 5)
    assert {"called": 2, "filtered": 1, "no_call": 1} == people(found, "rs1")
    assert {"called": 4} == people(found, "rs2")
    assert [
        (
            "AAA can be answered in part: 1 of 5 sites called in everyone; filtered: rs1 (called "
            "in 2 of 4); absent: rs3, rs4, rs5."
        )
    ] == verdicts(found)


def test_options_of_calling_apply(check: Run, make_vcf: MakeVcf) -> None:
    path = make_vcf(["2 50 G T 0/1:5 0/1:99"], samples=("S1", "S2"), fmt="GT:GQ")
    words = ("-f", "json", "-g", "BBB")
    assert {"called": 1, "filtered": 1} == people(document(check(path, *words), 5), "rs6")
    lenient = document(check(path, *words, "--min-gq", "5"), 0)
    assert {"called": 2} == people(lenient, "rs6")
    assert {"called": 1} == people(document(check(path, *words, "-s", "S2"), 0), "rs6")
    assert {"filtered": 1} == people(document(check(path, *words, "-s", "S1"), 3), "rs6")


CONTENT: dict[str, tuple[Sequence[str], dict[int, str], str]] = {
    "blocks": (["1 90 G <NON_REF> 0/0"], {0: "END=110"}, "reference blocks"),
    "rows for reference": (["1 100 A C 0/0"], {}, "rows for reference genotypes too"),
    "reference and variants": (
        ["1 100 A C 0/1", "2 50 G T 0/0"],
        {},
        "rows for reference genotypes too",
    ),
    "variants": (["1 100 A C 0/1", "2 50 G T 1/1"], {}, "variant rows only"),
    "no calls": (["1 100 A C ./."], {}, "variant rows only"),
    "elsewhere": (["1 700 A C 0/1"], {}, "no row at a known site"),
    "nothing": ([], {}, "no row at a known site"),
}


@pytest.mark.parametrize(("rows", "info", "expected"), CONTENT.values(), ids=CONTENT)
def test_content_of_a_file(
    check: Run, make_vcf: MakeVcf, rows: Sequence[str], info: dict[int, str], expected: str
) -> None:
    result = check(make_vcf(rows, info=info), "-f", "json")
    (file,) = json.loads(result.stdout)["files"]
    assert expected == file["content"]


def test_content_is_described_per_file(check: Run, make_vcf: MakeVcf) -> None:
    paths = [
        make_vcf(["1 100 A C 0/1"], name="one.vcf"),
        make_vcf(["2 50 G T 0/0"], name="two.vcf"),
        make_vcf([], name="three.vcf"),
    ]
    found = document(check(*paths, "-f", "json"), 5)
    expected = ["variant rows only", "rows for reference genotypes too", "no row at a known site"]
    assert expected == [file["content"] for file in found["files"]]
    assert (1, [str(path) for path in paths]) == (
        found["samples"],
        [file["name"] for file in found["files"]],
    )


def test_the_file_is_described(check: Run, make_vcf: MakeVcf, bgzip: Callable[..., Path]) -> None:
    header = ['##source="A caller, 1.0"']
    path = bgzip(make_vcf(BBB_ROWS, extra_header=header, prefix="chr"))
    text = check(path, "-g", "BBB").stdout
    expected = [
        str(path),
        "  format    VCF, BGZF",
        "  assembly  GRCh38 (contig lengths)",
        "  samples   1",
        "  index     none used",
        "  caller    A caller, 1.0",
        "  content   at the sites below: variant rows only",
        "",
        "gene  variant  locus  called  reason",
        "BBB   rs6      2:50   1       .",
        "",
        BBB_WHOLE,
    ]
    assert expected == text.splitlines()


def test_a_remark_on_the_file_is_reported(check: Run, make_vcf: MakeVcf) -> None:
    path = make_vcf([*BBB_ROWS, "2 600 A C 0/1"])
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    found = document(check(path, "-g", "BBB", "-f", "json"), 0)
    assert "ends without a line feed and may be cut" == found["files"][0]["remark"]
    line = "  remark    ends without a line feed and may be cut"
    assert line in check(path, "-g", "BBB").stdout.splitlines()


@pytest.mark.parametrize("kind", ["text", "tsv", "json"])
def test_a_file_has_the_same_bytes_as_stdout(
    check: Run, make_vcf: MakeVcf, tmp_path: Path, kind: str
) -> None:
    path, target = make_vcf(AAA_ROWS), tmp_path / "report"
    expected = check(path, "-f", kind)
    result = check(path, "-f", kind, "-o", target)
    assert (5, "", "") == (result.exit_code, result.stdout, result.stderr)
    assert expected.stdout == target.read_text(encoding="utf-8")


def test_the_input_is_not_overwritten(check: Run, make_vcf: MakeVcf) -> None:
    path = make_vcf(AAA_ROWS)
    before = path.read_bytes()
    result = check(path, "-o", path)
    assert (2, before) == (result.exit_code, path.read_bytes())


HEADERS: dict[str, tuple[Sequence[str], str]] = {
    "source": (["##source=Caller v1"], "Caller v1"),
    "source in quotes": (['##source="Caller v1"'], "Caller v1"),
    "GATK": (["##GATKCommandLine=<ID=HaplotypeCaller,CommandLine=x>"], "HaplotypeCaller"),
    "version": (["##bcftools_callVersion=1.9", "##octopus_version=0.5"], "octopus_version=0.5"),
    "command": (["##command=/opt/HipSTR-v1 --bam x"], "/opt/HipSTR-v1"),
    "source first": (["##command=x", "##a_version=1", "##source=Caller"], "Caller"),
    "the first of two": (["##source=One", "##source=Two"], "One"),
    "not a source": (["##source_version=2.0", "##resource=x"], "source_version=2.0"),
    "nothing": ([], ""),
}


@pytest.mark.parametrize(("header", "expected"), HEADERS.values(), ids=HEADERS)
def test_variant_caller_from_the_header(
    make_vcf: MakeVcf, toy: KnowledgeBase, header: Sequence[str], expected: str
) -> None:
    path = make_vcf([], extra_header=header)
    file = VariantFile(str(path), Headers(ContigNames(toy.contig_tables)))
    assert expected == file.caller
    file.close()


REAL = {
    "clair3_ont.vcf.gz": "Clair3",
    "complete_genomics.HG00404.GRCh37.vcf": "CGAPipeline_2.2.0.26",
    "deepvariant.vcf.gz": "DeepVariant 1.9.0",
    "deepvariant_pacbio.vcf.gz": "DeepVariant 1.9.0",
    "dosage_DS_only.vcf": "",
    "dragen.vcf.gz": "DRAGEN_SNV",
    "dragen_exome.SYN-001.GRCh38.vcf.gz": (
        "1000G DRAGEN v4.4.7 NA12878, subset to IDT xGen Exome v2 targets"
    ),
    "freebayes.g.vcf": "freeBayes v1.3.10",
    "gatk_hc.HG00187.g.vcf.gz": "HaplotypeCaller",
    "hipstr.NA12878.chr21.vcf.gz": "HipSTR-v0.6.2",
    "isaac.NA12881.genome.vcf.gz": "GATK 1.6",
    "octopus.vcf": "octopus_version=0.5.2-beta",
}


@pytest.mark.parametrize(("name", "expected"), REAL.items())
def test_variant_callers_of_real_files(
    shared: Path, curated: KnowledgeBase, name: str, expected: str
) -> None:
    file = VariantFile(str(shared / "callers" / name), Headers(ContigNames(curated.contig_tables)))
    assert expected == file.caller
    file.close()


def test_a_real_gvcf_answers_the_genes_that_it_contains(run: Run, shared: Path) -> None:
    path = shared / "gvcf" / "HG00276.g.vcf.gz"
    found = document(run("check", path, "-f", "json"), 5)
    (file,) = found["files"]
    described = {name: file[name] for name in ("format", "compression", "indexed", "caller")}
    assert {
        "format": "VCF",
        "compression": "BGZF",
        "indexed": True,
        "caller": "HaplotypeCaller",
    } == described
    assert ("partly", "reference blocks") == (found["answer"], file["content"])
    assert "TCL1A can be answered: all 4 sites are called." in verdicts(found)
    result = run("check", path, "-f", "json", "-g", "TCL1A", "-g", "CYP3A5")
    assert ["CYP3A5 can be answered: all 5 sites are called."] == verdicts(document(result, 0))[1:]


def test_a_real_exome_answers_part(
    run: Run, shared: Path, curated: KnowledgeBase, bcftools: Bcftools
) -> None:
    """It has variant rows only, within targets: all other sites are unknown."""
    path = shared / "callers" / "dragen_exome.SYN-001.GRCh38.vcf.gz"
    rows = set(bcftools("query", "-f", "%CHROM:%POS\n", path).split())
    expected = {
        variant.id
        for variant in curated.variants
        for locus in (variant.loci[Assembly.GRCH38],)
        if f"chr{locus.chrom}:{locus.pos}" in rows
    }
    assert {"rs700518", "rs2077647", "rs1045642", "rs2032582", "rs1128503"} < expected
    found = document(run("check", path, "-f", "json"), 5)
    assert "variant rows only" == found["files"][0]["content"]
    called = {site["variant"] for site in found["sites"] if site["people"]["called"]}
    poor = {site["variant"] for site in found["sites"] if site["people"]["filtered"]}
    assert {"rs1065852"} == poor  # its GQ is 5
    assert expected - poor == called
    answers = {gene["gene"]: gene["answer"] for gene in found["genes"]}
    assert ("partly", "nothing") == (answers["CYP19A1"], answers["TCL1A"])


def test_a_real_panel_is_counted(run: Run, shared: Path) -> None:
    """There are 3,202 people, and two rows at rs2032582."""
    path = shared / "1000genomes" / "GRCh38" / "ABCB1.vcf.gz"
    found = document(run("check", path, "-f", "json", "-g", "ABCB1"), 0)
    assert 3202 == found["samples"]
    assert [{"called": 3202}] * 3 == [
        people(found, variant) for variant in ("rs1045642", "rs2032582", "rs1128503")
    ]
    assert "rows for reference genotypes too" == found["files"][0]["content"]
