"""In whom and for what the drug is used: ``--context`` and the sample sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from helpers.fixture_types import MakeVcf

from pgx_ana import annotate
from pgx_ana.errors import UsageError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import Circumstances
from pgx_ana.pipeline import Request
from pgx_ana.pipeline.circumstances import stated_circumstances
from pgx_ana.pipeline.request import Identity

NOTHING = Circumstances("", "")
WOMAN, MAN = Circumstances("female", ""), Circumstances("male", "")
ADJUVANT, IN_MEN = Circumstances("female", "adjuvant"), Circumstances("male", "men")

State = Callable[..., list[Circumstances]]


@pytest.fixture
def state(toy: KnowledgeBase, tmp_path: Path) -> State:
    """Return a function that states circumstances: by ``--context`` and the rows of a sheet.

    Each row of the sheet is ``sample sex context``, separated by commas, and is about a file of
    the request; ``others`` are rows about other files.
    """

    def stated(
        *rows: str,
        context: str | None = None,
        columns: str = "sample,sex,context",
        samples: Sequence[str] = ("Ann", "Bob"),
        others: Sequence[str] = (),
    ) -> list[Circumstances]:
        sheet, files = "", [f"f{number}.vcf" for number in range(len(rows))] or ["a.vcf"]
        if rows:
            more = [f"{row},other-{number}.vcf" for number, row in enumerate(others)]
            lines = [f"{columns},file", *map(",".join, zip(rows, files, strict=True)), *more]
            path = tmp_path / "sheet.tsv"
            path.write_text("\n".join(lines).replace(",", "\t") + "\n", encoding="utf-8")
            sheet = str(path)
        request = Request(tuple(files), identity=Identity(sample_sheet=sheet), context=context)
        return list(stated_circumstances(request, toy).of(samples))

    return stated


def fault(state: State, *rows: str, context: str | None = None) -> str:
    """Return the message about a fault, without the place of the sheet."""
    with pytest.raises(UsageError) as error:
        state(*rows, context=context)
    _, _, message = str(error.value).rpartition("sheet.tsv: ")
    return message


def test_nothing_is_assumed(state: State) -> None:
    assert [NOTHING, NOTHING] == state()


@pytest.mark.parametrize(
    ("context", "expected"),
    [("adjuvant", ADJUVANT), ("ADJUVANT", ADJUVANT), ("men", IN_MEN)],
)
def test_a_context_holds_for_everybody_and_implies_the_sex(
    state: State, context: str, expected: Circumstances
) -> None:
    assert [expected, expected] == state(context=context)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("female", WOMAN),
        ("f", WOMAN),
        ("F", WOMAN),
        ("male", MAN),
        ("Male", MAN),
        ("m", MAN),
        ("", NOTHING),
    ],
)
def test_sex_of_a_sheet(state: State, word: str, expected: Circumstances) -> None:
    assert [expected, NOTHING] == state(f"Ann,{word},")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("Ann,,adjuvant", ADJUVANT),
        ("Ann,,Adjuvant", ADJUVANT),
        ("Ann,female,adjuvant", ADJUVANT),
        ("Ann,m,men", IN_MEN),
    ],
)
def test_context_of_a_sheet(state: State, row: str, expected: Circumstances) -> None:
    assert [expected, NOTHING] == state(row)


@pytest.mark.parametrize(
    ("columns", "rows", "expected"),
    [
        ("sample,sex", ("Ann,f", "Bob,m"), [WOMAN, MAN]),
        ("sample,context", ("Ann,men", "Bob,"), [IN_MEN, NOTHING]),
        ("sample", ("Ann", "Bob"), [NOTHING, NOTHING]),
    ],
)
def test_both_columns_are_optional(
    state: State, columns: str, rows: tuple[str, ...], expected: list[Circumstances]
) -> None:
    assert expected == state(*rows, columns=columns)


def test_people_are_found_by_name(state: State) -> None:
    """Whatever the order of the rows; rows about other people are passed over."""
    rows = ("Bob,m,", "Cid,,men", "Ann,f,")
    assert [WOMAN, NOTHING, MAN] == state(*rows, samples=("Ann", "Dan", "Bob"))


@pytest.mark.parametrize(
    "row",
    ["Bob,m,", "Bob,,adjuvant", "Ann,m,", "Ann,,men", "Cid,femle,", "Cid,,zzz", "Cid,m,adjuvant"],
)
def test_rows_about_other_files_state_nothing(state: State, row: str) -> None:
    """Neither of their own person nor of one who has a file here, and whatever their faults."""
    assert [WOMAN, NOTHING] == state("Ann,f,", others=(row,))


def test_the_context_of_the_sheet_comes_first(state: State) -> None:
    assert [IN_MEN, ADJUVANT, ADJUVANT] == state(
        "Ann,,men", "Bob,,", context="adjuvant", samples=("Ann", "Bob", "Cid")
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (("Ann,f,adjuvant", "Ann,female,Adjuvant"), ADJUVANT),
        (("Ann,f,adjuvant", "Ann,,"), ADJUVANT),
        (("Ann,,", "Ann,f,adjuvant"), ADJUVANT),
        (("Ann,m,", "Ann,,men"), IN_MEN),
        (("Ann,m,", "Ann,,"), MAN),
    ],
)
def test_rows_of_one_person_complete_each_other(
    state: State, rows: tuple[str, ...], expected: Circumstances
) -> None:
    assert [expected, NOTHING] == state(*rows)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        pytest.param(("Ann,f,", "Ann,m,"), "its rows disagree: female, male", id="sexes"),
        pytest.param(
            ("Ann,,adjuvant", "Ann,,men"), "its rows disagree: adjuvant, men", id="contexts"
        ),
        pytest.param(
            ("Ann,m,", "Ann,,adjuvant"),
            "the context adjuvant is one of a female, not male",
            id="sex-against-the-context-of-another-row",
        ),
    ],
)
def test_rows_of_one_person_that_disagree(
    state: State, rows: tuple[str, ...], message: str
) -> None:
    assert f"sample Ann: {message}" == fault(state, *rows)


@pytest.mark.parametrize(
    ("row", "context", "message"),
    [
        pytest.param(
            "Ann,femle,",
            None,
            "sample Ann: unknown sex 'femle'; use female or male; did you mean female?",
            id="sex-with-a-suggestion",
        ),
        pytest.param(
            "Ann,x,", None, "sample Ann: unknown sex 'x'; use female or male", id="sex-without-one"
        ),
        pytest.param(
            "Ann,,adjuvent",
            None,
            "sample Ann: unknown context 'adjuvent'; known: adjuvant, men; did you mean adjuvant?",
            id="context-with-a-suggestion",
        ),
        pytest.param(
            "Ann,,zzz",
            None,
            "sample Ann: unknown context 'zzz'; known: adjuvant, men",
            id="context-without-one",
        ),
        pytest.param(
            "Ann,m,adjuvant",
            None,
            "sample Ann: the context adjuvant is one of a female, not male",
            id="a-man-in-a-context-of-women",
        ),
        pytest.param(
            "Ann,f,men",
            None,
            "sample Ann: the context men is one of a male, not female",
            id="a-woman-in-a-context-of-men",
        ),
        pytest.param(
            "Ann,m,",
            "adjuvant",
            "sample Ann: the context adjuvant is one of a female, not male",
            id="a-man-in-the-context-of-the-others",
        ),
    ],
)
def test_faults_of_a_row(state: State, row: str, context: str | None, message: str) -> None:
    assert message == fault(state, row, context=context)


@pytest.mark.parametrize(
    ("context", "message"),
    [
        ("adjuvent", "unknown context 'adjuvent'; known: adjuvant, men; did you mean adjuvant?"),
        ("zzz", "unknown context 'zzz'; known: adjuvant, men"),
        ("", "a context is needed, not an empty text"),
    ],
)
def test_a_context_that_there_is_not_is_found_before_any_file_is_read(
    toy: KnowledgeBase, context: str, message: str
) -> None:
    with pytest.raises(UsageError) as error:
        annotate("there is no such file.vcf", kb=toy, context=context)
    assert message == str(error.value)


def test_a_whole_sheet(make_vcf: MakeVcf, toy: KnowledgeBase, tmp_path: Path) -> None:
    paths = [make_vcf(["1 100 A C 0/1"], name=f"{name}.vcf") for name in ("ann", "bob", "cid")]
    sheet = tmp_path / "sheet.tsv"
    sheet.write_text(
        "file\tsample\tsex\tcontext\n"
        "ann.vcf\tAnn\tf\tadjuvant\n"
        "bob.vcf\tBob\tm\t\n"
        "cid.vcf\tCid\t\t\n"
    )
    summary = annotate(paths, kb=toy, sample_sheet=sheet).summary.astype(object)
    overall = summary[summary["category"] == "overall"].fillna(".")
    columns = ["sample", "sex", "context", "label_use"]
    assert [
        ("Ann", "female", "adjuvant", "on_label"),
        ("Bob", "male", ".", "."),
        ("Cid", ".", ".", "."),
    ] == list(overall[columns].itertuples(index=False, name=None))
    assert [False, True, False] == [
        text.startswith("No study of any germline variant and anastrozole in men was found")
        for text in overall["conclusion"]
    ]
