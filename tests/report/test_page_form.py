"""Pages on people need nothing else, are small, and are the same for the same input."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.fixture_types import Run
from helpers.page_reader import PageFaultError, form_faults, read_page
from helpers.paths import EXAMPLE
from helpers.report_cases import HOSTILE_NAMES, renamed

MAX_EXAMPLE = 150_000
MAX_GENOME = 150 * 1024
SECOND = EXAMPLE / "spoiled.GRCh38.vcf"


def written(run: Run, source: Path, page: Path, *words: object) -> bytes:
    result = run("report", source, "-o", page, *words)
    assert result.exit_code == 0, result.stderr
    return page.read_bytes()


@pytest.mark.parametrize("assembly", ["GRCh37", "GRCh38"])
def test_the_example_is_small_and_well_formed(run: Run, tmp_path: Path, assembly: str) -> None:
    page = written(run, EXAMPLE / f"spoiled.{assembly}.vcf", tmp_path / "x.html")
    assert (True, []) == (len(page) <= MAX_EXAMPLE, form_faults(page))


@pytest.mark.slow
def test_every_genome_is_small_and_well_formed(run: Run, shared: Path, tmp_path: Path) -> None:
    """All of them in one folder, so that they also link to its index."""
    sources = sorted((shared / "gvcf").glob("*.g.vcf.gz"))
    result = run("report", *sources, "-o", tmp_path / "report")
    assert result.exit_code == 0, result.stderr
    pages = sorted((tmp_path / "report" / "people").iterdir())
    assert [source.name.partition(".")[0] for source in sources] == [p.stem for p in pages]
    assert [] == [page.stem for page in pages if page.stat().st_size > MAX_GENOME]
    faults = {page.stem: form_faults(page.read_bytes()) for page in pages}
    assert {name: [] for name in faults} == faults


def test_the_same_input_gives_the_same_bytes(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in another folder: the only path is the name of the file as it was given."""
    pages = []
    for name in ("one", "other"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "person.vcf").write_bytes(SECOND.read_bytes())
        monkeypatch.chdir(folder)
        pages.append(written(run, Path("person.vcf"), Path("x.html")))
    assert pages[0] == pages[1]
    assert b"/tmp" not in pages[0]
    assert str(tmp_path).encode() not in pages[0]
    source = tmp_path / "one" / "person.vcf"
    named = written(run, source, tmp_path / "x.html")
    assert pages[0] == named.replace(str(source).encode(), b"person.vcf")


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_a_hostile_name_is_shown_and_does_nothing(run: Run, tmp_path: Path, name: str) -> None:
    source = renamed(tmp_path / "people.vcf", [name])
    page = written(run, source, tmp_path / "x.html", "--gene", "TCL1A")
    root = read_page(page)
    assert [] == form_faults(page)
    title = f"{name}: germline variants and anastrozole"
    assert [name] == root.one("h1").one("bdi").children
    assert " ".join(title.split()) == root.one("h1").text == root.one("title").text


@pytest.mark.parametrize(
    ("body", "fault"),
    {
        "<p>a</div>": "</div> in <main>",
        "<b>a": "</main> in <b>",
        "<b><p>a</b>": "<p> in <b>",
        "<p>a</p></p>": "</p> in <main>",
        "<table><tr>a": "'a' in <tr>",
        "<ul><p>a</ul>": "<p> in <ul>",
        "<td>a": "<td> in <main>",
        "<div/>": "<div/> outside of a drawing",
        "<a href=#x href=#y>a</a>": "an attribute is repeated",
        "<!-- a -->": "a comment",
    }.items(),
)
def test_the_reader_refuses_what_is_not_well_formed(body: str, fault: str) -> None:
    page = f"<!doctype html>\n<html lang=en>\n<body><main>{body}</main></body></html>"
    with pytest.raises(PageFaultError) as error:
        read_page(page.encode())
    assert fault in str(error.value)


@pytest.mark.parametrize(
    ("body", "fault"),
    {
        "<h3>a</h3>": "<h3> after <h1>",
        "<p id=x>a<p id=x>b": "id 'x' 2 times",
        "<a href=#y>a</a>": "no id 'y'",
        "<a href=http://a.b/>a</a>": "<a href=http://a.b/>",
        '<a href="javascript:a">a</a>': "<a href=javascript:a>",
        "<p onclick=a>a": "<p onclick=a>",
        "<script>a</script>": "<script>",
        "<img src=a>": "<img>",
        "<table><thead><tr><th>a<tr><td>b</table>": "a head with more than one row: a b",
        "<table><tr><td>a<tr><td>b<td>c</table>": "a row of 2 cells, not 1",
    }.items(),
)
def test_the_reader_finds_what_a_page_must_not_have(body: str, fault: str) -> None:
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    head = f'<meta http-equiv=Content-Security-Policy content="{policy}"><title>t</title>'
    style = "<style>p{color:red}</style>"
    body = f"<main><h1>t</h1>{body}</main>"
    page = f"<!doctype html>\n<html lang=en>\n<head>{head}{style}</head><body>{body}</body></html>"
    assert [fault] == form_faults(page.encode())[:1]
