"""``pgx-ana report``: text, pages and folders, from files and from results written before."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers.paths import TOY

if TYPE_CHECKING:
    from helpers.fixture_types import MakeVcf, Run

KB = ("--kb", str(TOY))
PEOPLE = ("Anna", "Berta", "Cleo")


@pytest.fixture
def one(make_vcf: MakeVcf) -> Path:
    """Return a file of one person."""
    return make_vcf(["1 100 A C 0/1", "1 200 A C,T 1/2"], samples=("Anna",))


@pytest.fixture
def three(make_vcf: MakeVcf) -> Path:
    """Return a file of three people."""
    return make_vcf(["1 100 A C 0/1 ./. 0/0"], samples=PEOPLE)


def documents_of(run: Run, path: Path, target: Path) -> Path:
    """Write the documents of a file, and return their path."""
    result = run("annotate", str(path), *KB, "-o", str(target))
    assert result.exit_code == 0, result.output
    return target


def test_text_is_the_default(run: Run, one: Path) -> None:
    result = run("report", str(one), *KB)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "Anna: germline variants and anastrozole"
    assert "rs1 A/C" in result.stdout
    assert "\x1b" not in result.stdout
    assert "2 of 6 known variants called in any sample" in result.stderr


def test_full_text_has_more(run: Run, one: Path) -> None:
    short, full = (run("report", str(one), *KB, *more).stdout for more in ((), ("--full",)))
    assert len(full.splitlines()) > len(short.splitlines())


def test_text_of_several_people_has_a_rule_between_them(run: Run, three: Path) -> None:
    text = run("report", str(three), *KB).stdout
    headings = [f"{name}: germline variants and anastrozole" for name in PEOPLE]
    assert headings == [line for line in text.splitlines() if line in headings]
    assert text.count("\n\n" + "═" * 100 + "\n\n") == 2


def test_a_page(run: Run, one: Path, tmp_path: Path) -> None:
    page = tmp_path / "anna.html"
    result = run("report", str(one), *KB, "-o", str(page))
    assert (result.exit_code, result.stdout) == (0, "")
    html = page.read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>")
    assert "<title>Anna: germline variants and anastrozole</title>" in html
    assert "<script" not in html


def test_text_in_a_file(run: Run, one: Path, tmp_path: Path) -> None:
    for name, more in (("anna.txt", ()), ("anna", ("--text",))):
        assert run("report", str(one), *KB, *more, "-o", str(tmp_path / name)).exit_code == 0
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert text == run("report", str(one), *KB).stdout


def test_a_folder(run: Run, three: Path, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    assert run("report", str(three), *KB, "-o", str(folder)).exit_code == 0
    pages = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.html"))
    assert pages == ["cohort.html", "index.html", *(f"people/{name}.html" for name in PEOPLE)]
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"href=(\S+?)>", index)[2:] == pages[:1] + pages[2:]


def test_a_page_of_a_folder_leads_back_to_the_index(run: Run, one: Path, tmp_path: Path) -> None:
    run("report", str(one), *KB, "-o", str(tmp_path / "folder"))
    run("report", str(one), *KB, "-o", str(tmp_path / "anna.html"))
    in_folder = (tmp_path / "folder/people/Anna.html").read_text(encoding="utf-8")
    alone = (tmp_path / "anna.html").read_text(encoding="utf-8")
    link = "<li><a href=../index.html>All people</a>"
    assert in_folder.replace(link, "") == alone.replace(link, "")
    assert (in_folder.count(link), alone.count(link)) == (1, 0)


def test_a_folder_without_people(run: Run, three: Path, tmp_path: Path) -> None:
    for name, option in (("a", ("--no-people",)), ("b", ("--suppress-below", "3"))):
        folder = tmp_path / name
        result = run("report", str(three), *KB, *option, "-o", str(folder))
        assert result.exit_code == 0, result.output
        assert sorted(p.name for p in folder.rglob("*.html")) == ["cohort.html", "index.html"]
        for page in folder.rglob("*.html"):
            assert not any(f"{person}.html" in page.read_text("utf-8") for person in PEOPLE)


@pytest.mark.parametrize("ending", ["json", "jsonl", "jsonl.gz"])
def test_from_documents(run: Run, three: Path, tmp_path: Path, ending: str) -> None:
    """What is made from documents is what is made from the files that they were made from."""
    documents = documents_of(run, three, tmp_path / f"people.{ending}")
    assert (
        run("report", "--from", str(documents), *KB).stdout == run("report", str(three), *KB).stdout
    )
    for name, source in (("a", (str(three),)), ("b", ("--from", str(documents)))):
        result = run("report", *source, *KB, "-o", str(tmp_path / name))
        assert result.exit_code == 0, result.output
    for page in (tmp_path / "a").rglob("*.html"):
        twin = tmp_path / "b" / page.relative_to(tmp_path / "a")
        assert page.read_bytes() == twin.read_bytes(), page


def test_from_parquet(run: Run, three: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    folder = tmp_path / "parquet"
    assert run("annotate", str(three), *KB, "-f", "parquet", "-o", str(folder)).exit_code == 0
    told = run("report", "--from", str(folder), *KB)
    assert told.exit_code == 0, told.output
    assert "Anna: germline variants and anastrozole" in told.stdout


@pytest.mark.parametrize("is_stored", [False, True])
def test_too_many_people_get_no_pages(
    run: Run, three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_stored: bool
) -> None:
    """Whether they are read from files or from Parquet."""
    pytest.importorskip("pyarrow")
    monkeypatch.setattr("pgx_ana.report.MAX_PAGES", 2)
    results = tmp_path / "results"
    assert run("annotate", str(three), *KB, "-f", "parquet", "-o", str(results)).exit_code == 0
    given = ["--from", str(results)] if is_stored else [str(three)]
    told = run("report", *given, *KB, "-o", str(tmp_path / "report"))
    assert told.exit_code == 0, told.output
    assert "WARNING: there are more than 2 people, so that none gets a page" in told.stderr
    assert not (tmp_path / "report" / "people").exists()


def test_one_of_many_people(run: Run, three: Path, tmp_path: Path) -> None:
    documents = documents_of(run, three, tmp_path / "people.json")
    for source in ((str(three),), ("--from", str(documents))):
        page = tmp_path / "page.html"
        assert run("report", *source, *KB, "-s", "Berta", "-o", str(page)).exit_code == 0
        assert "<title>Berta: " in page.read_text(encoding="utf-8")


def test_context_and_sex(run: Run, one: Path) -> None:
    told = run("report", str(one), *KB, "--context", "adjuvant").stdout
    assert "adjuvant use" in told.casefold()
    assert "male" in run("report", str(one), *KB, "--sex", "male").stdout
    wrong = run("report", str(one), *KB, "--context", "adjuvant", "--sex", "male")
    assert (wrong.exit_code, wrong.stderr) == (
        2,
        "Error: --context: the context adjuvant is one of a female, not male\n",
    )


MANY = "a page is on one person, and {}; choose one with -s, or name a folder"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name the FILES to report on, or results that were written before (--from)"),
        (
            ["{file}", "--from", "{documents}"],
            "name the FILES to report on, or results that were written before (--from)",
        ),
        (["{file}", "-o", "{folder}/x.html"], "-o {folder}/x.html: " + MANY.format("there are 3")),
        (
            ["--from", "{documents}", "-o", "{folder}/x.html"],
            "-o {folder}/x.html: " + MANY.format("the results have more"),
        ),
        (
            ["{file}", "-o", "{folder}/x.pdf"],
            (
                "-o {folder}/x.pdf: a report is a page (.html), text (.txt) or a folder, which "
                "has no ending"
            ),
        ),
        (["{file}", "--suppress-below", "20"], "--suppress-below is for a folder: -o FOLDER"),
        (["{file}", "--no-people"], "--no-people is for a folder: -o FOLDER"),
        (
            ["{file}", "--full", "-o", "{folder}/x.html"],
            "--full is for text: a page has everything anyway",
        ),
        (
            ["--from", "{documents}", "--min-gq", "3"],
            "--min-gq cannot go with --from: the results were made without it",
        ),
        (
            ["--from", "{documents}", "--context", "adjuvant"],
            "--context cannot go with --from: the results were made without it",
        ),
        (["--from", "{documents}", "-s", "Dora"], "sample 'Dora' is not in the results"),
        (
            ["--from", "{documents}", "-s", "Anna", "-o", "{folder}/new"],
            "-s and -S cannot go with --from and a folder: it is on everybody",
        ),
    ],
)
def test_what_cannot_be_asked(
    run: Run, three: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    documents = documents_of(run, three, tmp_path / "people.json")
    names = {"file": three, "documents": documents, "folder": tmp_path}
    before = sorted(tmp_path.iterdir())
    result = run("report", *(text.format(**names) for text in arguments), *KB)
    expected = f"Error: {message.format(**names)}\n"
    assert (result.exit_code, result.stderr) == (2, expected)
    assert sorted(tmp_path.iterdir()) == before


def test_documents_of_another_knowledge_base_are_shown_alone(
    run: Run, one: Path, tmp_path: Path
) -> None:
    """The page of a person needs no knowledge base; the cohort is annotated anew, with its own."""
    documents = documents_of(run, one, tmp_path / "people.json")
    changed = json.loads(documents.read_text(encoding="utf-8"))
    changed[0]["knowledge_base"]["sha256"] = "0" * 64
    documents.write_text(json.dumps(changed), encoding="utf-8")
    page = run("report", "--from", str(documents), *KB, "-o", str(tmp_path / "page.html"))
    folder = run("report", "--from", str(documents), *KB, "-o", str(tmp_path / "folder"))
    assert (page.exit_code, folder.exit_code) == (0, 3)
    assert not (tmp_path / "folder").exists()


def test_a_failed_run_leaves_an_earlier_report(run: Run, three: Path, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    run("report", str(three), *KB, "-o", str(folder))
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert run("report", str(tmp_path / "none.vcf"), *KB, "-o", str(folder)).exit_code == 3
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_with_other_files_is_not_touched(run: Run, one: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    result = run("report", str(one), *KB, "-o", str(folder))
    assert result.exit_code == 3
    assert "notes.txt" in result.stderr
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
