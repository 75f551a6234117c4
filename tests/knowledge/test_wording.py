"""The wording of what readers see: advice, length, overstatement, and the other side."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pgx_ana.knowledge import Association, KnowledgeBase, Level
from pgx_ana.knowledge.wording import MAX_STATEMENT, advice, statement_problems, text_problems


def stated(toy: KnowledgeBase, statement: str) -> Association:
    """Return an association with another statement."""
    return replace(toy.associations["rs1-survival"], statement=statement)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Reduce the dose to 0.5 mg.", ["dose", "amount", "change the drug", "imperative"]),
        ("A dosage of 1 mg daily.", ["dose", "amount", "schedule"]),
        ("Consider switching to letrozole.", ["switch", "consider"]),
        ("Carriers should take letrozole.", ["should"]),
        ("Avoid anastrozole in A/A women.", ["avoid"]),
        ("Prescribers may choose another drug.", ["prescribe", "choose"]),
        ("We recommend an alternative.", ["recommend", "choose"]),
        ("The drug is contraindicated.", ["indicated"]),
        ("Women have to stop treatment.", ["must", "stop the drug"]),
        ("It was seen. Monitor bone density.", ["imperative"]),
        ("C/C people may benefit from exemestane.", ["benefit"]),
        ("Doubling the drug; titrated weekly.", ["titrate", "change the drug"]),
        ("This can guide therapy.", ["tailor"]),
        ("A first-line drug for suitable women.", ["line of treatment", "eligible"]),
        ("On medical advice.", ["advise"]),
        ("AVOID it.", ["avoid"]),
    ],
)
def test_advice_is_recognised(text: str, kinds: list[str]) -> None:
    assert kinds == advice(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Carriers of A lived longer than C/C.",
        "A change of 4.2 mg/dL.",
        "An activity of 3 nmol/mg/min, 2 h after a dose.",
        "It must not be carried over to anastrozole.",
        "A null must not be read as one about anastrozole.",
        "In a randomised first-line trial, women reported stopping the drug for pain.",
        "Women on a lipid-lowering drug were left out.",
        "The level was measured; they used letrozole.",
    ],
)
def test_report_of_a_study_is_no_advice(text: str) -> None:
    assert [] == advice(text)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("It must be carried over to anastrozole.", ["must"]),
        ("A dose response; give a dose of it.", ["dose"]),
        ("Treatment of a first-line trial.", ["line of treatment"]),
        ("Anastrozole is indicated.", ["indicated"]),
        ("Stop the drug. Stopping the drug for pain was common.", ["stop the drug", "imperative"]),
    ],
)
def test_allowed_phrase_does_not_hide_advice_beside_it(text: str, kinds: list[str]) -> None:
    assert kinds == advice(text)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", []),
        ("x" * MAX_STATEMENT, []),
        ("x" * (MAX_STATEMENT + 1), ["has 301 characters; at most 300 are read"]),
        ("Switch.", ["gives advice (switch); no text may"]),
        (
            "Consider a dose. " * 20,
            [
                "has 340 characters; at most 300 are read",
                "gives advice (dose, consider); no text may",
            ],
        ),
    ],
)
def test_problems_of_a_text(text: str, problems: list[str]) -> None:
    assert problems == list(text_problems(text))


FIRM = {Level.GUIDELINE, Level.REPLICATED}
"""The levels that carry words of certainty."""


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize(
    "word",
    [
        "confirmed",
        "replicated",
        "established",
        "proven",
        "prove",
        "proves",
        "predict",
        "predicts",
        "cause",
        "causes",
        "Confirmed",
    ],
)
def test_word_that_says_more_than_the_level(toy: KnowledgeBase, word: str, level: Level) -> None:
    """The rest of the statement tells the other side, as some levels require."""
    expected = [] if level in FIRM else [f"says {word!r}, which the level {level} does not carry"]
    association = stated(toy, f"One study {word} it, and one found the opposite.")
    assert expected == list(statement_problems(association, level))


@pytest.mark.parametrize(
    "statement",
    [
        "Longer survival, not confirmed.",
        "Never replicated.",
        "It is unproven because nobody looked.",
        "The predicted level was higher.",
    ],
)
def test_denial_is_no_overstatement(toy: KnowledgeBase, statement: str) -> None:
    assert [] == list(statement_problems(stated(toy, statement), Level.SINGLE_NOMINAL))


@pytest.mark.parametrize("level", Level)
def test_levels_whose_statement_must_tell_the_other_side(toy: KnowledgeBase, level: Level) -> None:
    expected = {
        item: [f"does not tell that other results differ, although the level is {item}"]
        for item in (Level.CONTRADICTED, Level.NOT_CONFIRMED)
    }.get(level, [])
    association = stated(toy, "Carriers of A lived longer than C/C.")
    assert expected == list(statement_problems(association, level))


@pytest.mark.parametrize(
    "told",
    [
        "a larger study was null",
        "others found no difference",
        "others found no significant difference",
        "others found no relation",
        "others found no association",
        "others found no effect",
        "others found the opposite",
        "letrozole contradicts it",
        "it was contradicted",
        "it was not confirmed",
        "it was not replicated",
        "A was not related to it",
        "A was not associated with it",
        "the groups did not differ",
        "it was the reverse in Korea",
        "it was the other way in Korea",
        "IT WAS NOT CONFIRMED",
    ],
)
@pytest.mark.parametrize("level", [Level.CONTRADICTED, Level.NOT_CONFIRMED])
def test_words_that_tell_the_other_side(toy: KnowledgeBase, told: str, level: Level) -> None:
    association = stated(toy, f"Carriers of A lived longer; {told}.")
    assert [] == list(statement_problems(association, level))


def test_problems_of_a_statement_are_reported_together(toy: KnowledgeBase) -> None:
    assert [
        "says 'proves', which the level contradicted does not carry",
        "does not tell that other results differ, although the level is contradicted",
    ] == list(statement_problems(stated(toy, "This proves it."), Level.CONTRADICTED))
