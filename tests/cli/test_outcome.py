"""What ``annotate`` says of its result: counts, warnings, exit codes; and where it may write."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import Result
from helpers.containers import bgzf_tbi

MakeVcf = Callable[..., Path]
Run = Callable[..., Result]

ALL_ROWS = [
    "1 100 A C 0/1",
    "1 200 A C 0/0",
    "1 300 T C 0/0",
    "1 401 G GT 0/0",
    "1 501 GCA G 0/0",
    "2 50 G T 0/1",
]


@pytest.fixture
def annotate(run: Run, toy_directory: Path) -> Run:
    """Return a runner of ``annotate`` with the toy knowledge base."""

    def runner(*arguments: object) -> Result:
        return run("annotate", "--kb", toy_directory, *arguments)

    return runner


COUNTS: dict[str, tuple[Sequence[str], Sequence[str], str]] = {
    "all called": (
        ALL_ROWS,
        [],
        "6 of 6 known variants called in any sample; of 6 calls (1 sample x 6 variants): 6 called",
    ),
    "some absent": (
        ALL_ROWS[:2],
        [],
        (
            "2 of 6 known variants called in any sample; of 6 calls (1 sample x 6 variants): "
            "2 called, 4 absent"
        ),
    ),
    "one gene": (
        ALL_ROWS,
        ["-g", "BBB"],
        "1 of 1 known variant called in any sample; of 1 calls (1 sample x 1 variant): 1 called",
    ),
    "many states": (
        ["1 100 A C ./1", "1 200 A G 0/1", "1 300 C T 0/1", "1 401 G GT ./.", "2 50 G T 0/1"],
        [],
        (
            "1 of 6 known variants called in any sample; of 6 calls (1 sample x 6 variants): "
            "1 called, 1 partial, 1 no_call, 1 absent, 1 unknown_allele, 1 mismatch"
        ),
    ),
    "asserted": (
        ALL_ROWS[:2],
        ["--absent-is-reference"],
        (
            "2 of 6 known variants called in any sample; of 6 calls (1 sample x 6 variants): "
            "2 called, 4 asserted"
        ),
    ),
}


@pytest.mark.parametrize(("rows", "words", "expected"), COUNTS.values(), ids=COUNTS)
def test_counts_are_the_last_line(
    annotate: Run,
    make_vcf: MakeVcf,
    tmp_path: Path,
    rows: Sequence[str],
    words: Sequence[str],
    expected: str,
) -> None:
    path = make_vcf(rows)
    for more in ([], ["-f", "json"], ["-o", tmp_path / "out"]):
        result = annotate(path, *words, *more)
        assert (0, expected) == (result.exit_code, result.stderr.splitlines()[-1])
    assert expected not in annotate(path, *words, "-q").stderr


NOTHING: dict[str, tuple[Sequence[str], Sequence[str], str]] = {
    "no row": ([], [], "6 absent"),
    "rows elsewhere": (["1 700 A C 0/1"], [], "6 absent"),
    "no genotype": (["1 100 A C ./."], [], "1 no_call, 5 absent"),
    "asserted only": ([], ["--absent-is-reference"], "6 asserted"),
}


@pytest.mark.parametrize(("rows", "words", "counts"), NOTHING.values(), ids=NOTHING)
def test_nothing_called_is_said(
    annotate: Run,
    make_vcf: MakeVcf,
    rows: Sequence[str],
    words: Sequence[str],
    counts: str,
) -> None:
    result = annotate(make_vcf(rows), *words)
    assert 0 == result.exit_code
    expected = (
        f"0 of 6 known variants called in any sample; of 6 calls (1 sample x 6 variants): {counts}"
    )
    assert expected == result.stderr.splitlines()[-1]


def test_quiet_hides_no_warning_about_a_file(annotate: Run, make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 100 A C 0/1", "2 600 A C 0/1"])
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    remark = "ends without a line feed and may be cut"
    assert f"WARNING: {path}: {remark}\n" == annotate(path, "-q").stderr
    listed = annotate(path).stderr.splitlines()
    assert f"{path}: GRCh38 (contig lengths), 1 sample; {remark}" == listed[0]


FAIL_ON: dict[str, tuple[Sequence[str], Sequence[str], int, int]] = {
    "all called": (ALL_ROWS, [], 0, 0),
    "one absent": (ALL_ROWS[1:], [], 0, 5),
    "one filtered": ([*ALL_ROWS[:5], "2 50 G T ./1"], [], 0, 5),
    "none called": (["1 100 A C ./."], [], 5, 5),
    "no row": ([], [], 5, 5),
    "called in the selected gene": (ALL_ROWS[5:], ["-g", "BBB"], 0, 0),
    "the rest is asserted": (ALL_ROWS[:2], ["--absent-is-reference"], 0, 0),
    "all is asserted": ([], ["--absent-is-reference"], 5, 0),
}


@pytest.mark.parametrize(
    ("rows", "words", "none_called", "any_uncalled"), FAIL_ON.values(), ids=FAIL_ON
)
def test_fail_on(
    annotate: Run,
    make_vcf: MakeVcf,
    tmp_path: Path,
    rows: Sequence[str],
    words: Sequence[str],
    none_called: int,
    any_uncalled: int,
) -> None:
    """The results are written all the same."""
    path = make_vcf(rows)
    plain = annotate(path, *words)
    for condition, code in (("none-called", none_called), ("any-uncalled", any_uncalled)):
        target = tmp_path / condition
        result = annotate(path, *words, "--fail-on", condition, "-o", target)
        assert (code, plain.stderr) == (result.exit_code, result.stderr)
        assert plain.stdout == target.read_text(encoding="utf-8")


def without_contig(path: Path, contig: str) -> Path:
    text = path.read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith(f"##contig=<ID={contig},")]
    assert len(kept) < len(text.splitlines())
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return path


class TestAssertedReference:
    """Reference is asserted only where the file knows the chromosome of the gene."""

    @pytest.mark.parametrize("pack", [lambda path: path, bgzf_tbi], ids=["text", "indexed"])
    @pytest.mark.usefixtures("index_small_files")
    def test_a_chromosome_that_the_file_does_not_know(
        self, annotate: Run, make_vcf: MakeVcf, pack: Callable[[Path], Path]
    ) -> None:
        path = pack(without_contig(make_vcf(ALL_ROWS[:5]), "2"))
        result = annotate(path, "--absent-is-reference")
        assert (3, "") == (result.exit_code, result.stdout)
        assert (
            f"Error: {path}: --absent-is-reference cannot be used for BBB: no contig of their "
            "chromosomes is in the header or the rows, so their genotypes would be invented; "
            "choose genes with -g: AAA\n"
        ) == result.stderr
        assert 0 == annotate(path, "--absent-is-reference", "-g", "AAA").exit_code

    def test_no_chromosome_is_known(self, annotate: Run, make_vcf: MakeVcf) -> None:
        path = make_vcf(["1 100 A C 0/1", "2 50 G T 0/1"], prefix="contig_", assembly=None)
        result = annotate(path, "--absent-is-reference", "--assembly", "GRCh38")
        assert 3 == result.exit_code
        assert "cannot be used for AAA, BBB: no contig" in result.stderr
        assert result.stderr.endswith("choose genes with -g\n")

    def test_rows_show_a_chromosome_as_well_as_the_header(
        self, annotate: Run, make_vcf: MakeVcf
    ) -> None:
        path = without_contig(make_vcf([*ALL_ROWS[:5], "2 650 A C 0/1"]), "2")
        result = annotate(path, "--absent-is-reference", "-t", "calls", "-g", "BBB")
        assert 0 == result.exit_code
        assert "G/G" in result.stdout

    def test_the_files_of_a_person_complement_one_another(
        self, annotate: Run, make_vcf: MakeVcf
    ) -> None:
        one = without_contig(make_vcf(ALL_ROWS[:1], name="1.vcf"), "2")
        two = without_contig(make_vcf(["2 650 A C 0/1"], name="2.vcf"), "1")
        assert 0 == annotate(one, two, "--absent-is-reference").exit_code

    def test_not_those_of_another_person(self, annotate: Run, make_vcf: MakeVcf) -> None:
        one = without_contig(make_vcf(ALL_ROWS[:1], samples=("A",), name="1.vcf"), "2")
        two = make_vcf(["2 650 A C 0/1"], samples=("B",), name="2.vcf")
        result = annotate(one, two, "--absent-is-reference")
        assert 3 == result.exit_code
        assert result.stderr.startswith(f"Error: {one}: --absent-is-reference cannot be used for")


class TestDestinations:
    """A destination that cannot be written is noticed before any input is read."""

    @pytest.fixture
    def missing(self, tmp_path: Path) -> Path:
        return tmp_path / "missing.vcf"

    @pytest.mark.parametrize("command", ["annotate", "check"])
    @pytest.mark.parametrize("place", ["none/x.tsv", "none/none/x.tsv", "file/x.tsv"])
    def test_the_folder_of_a_file_must_exist(
        self,
        run: Run,
        toy_directory: Path,
        tmp_path: Path,
        missing: Path,
        command: str,
        place: str,
    ) -> None:
        (tmp_path / "file").write_text("")
        target = tmp_path / place
        result = run(command, missing, "-o", target, "--kb", toy_directory)
        expected = f"{target}: cannot be written: there is no folder {target.parent}; make it first"
        assert (3, f"Error: {expected}\n") == (result.exit_code, result.stderr)

    def test_a_folder_for_several_tables_is_made(
        self, annotate: Run, make_vcf: MakeVcf, tmp_path: Path
    ) -> None:
        folder = tmp_path / "new" / "results"
        words = ["-t", "calls", "-t", "summary", "-o", folder]
        assert 0 == annotate(make_vcf(ALL_ROWS), *words).exit_code
        assert {"calls.tsv", "summary.tsv"} == {path.name for path in folder.iterdir()}

    @pytest.mark.parametrize("place", ["file", "file/results"])
    def test_a_file_where_the_folder_should_be(
        self, annotate: Run, tmp_path: Path, missing: Path, place: str
    ) -> None:
        (tmp_path / "file").write_text("")
        folder = tmp_path / place
        result = annotate(missing, "-t", "calls", "-t", "summary", "-o", folder)
        expected = f"{folder}: cannot create the folder: {tmp_path / 'file'} is not a folder"
        assert (3, f"Error: {expected}\n") == (result.exit_code, result.stderr)

    def test_a_folder_where_the_file_should_be(
        self, annotate: Run, tmp_path: Path, missing: Path
    ) -> None:
        result = annotate(missing, "-o", tmp_path)
        expected = f"Error: {tmp_path}: is a directory; name a file\n"
        assert (3, expected) == (result.exit_code, result.stderr)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_a_folder_without_permission(
        self, annotate: Run, tmp_path: Path, missing: Path
    ) -> None:
        folder = tmp_path / "locked"
        folder.mkdir(mode=0o500)
        result = annotate(missing, "-o", folder / "x.tsv")
        expected = f"Error: {folder / 'x.tsv'}: cannot be written: Permission denied\n"
        assert (3, expected) == (result.exit_code, result.stderr)
