"""The wording of what readers see: lengths, no advice, and no claim beyond the level.

No guideline links a germline variant to the use of anastrozole. A text that a reader sees therefore
never advises on a drug or its dose, and says no more than its evidence carries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgx_ana.knowledge.association import Association
from pgx_ana.knowledge.levels import LADDER, Level

MAX_STATEMENT = 300
"""Characters of a statement, a caution or a note."""

_ADVICE = {
    "dose": r"\b(over|under)?dos(e|es|ed|ing|age|ages)\b",
    "amount": r"\b([µm]|mc|micro|milli)g(rams?)?\b",
    "schedule": r"\b(daily|tablets?|pills?|per day|(once|twice) a (day|week)|every other day)\b",
    "titrate": r"\btitrat\w*",
    "switch": r"\bswitch\w*",
    "prescribe": r"\bprescri\w*",
    "recommend": r"\brecommend\w*",
    "advise": r"\badvi[cs]\w*",
    "should": r"\bshould\b",
    "must": r"\b(must|ought to|(need|needs|has|have) to)\b",
    "avoid": r"\bavoid\w*",
    "consider": r"\bconsider(ed|ing|s|ation)?\b",
    "indicated": r"\b(contra-?)?indicat(ed(?! (a|an|no|that)\b)|ions?)\b",
    "choose": (
        r"\b(prefer(red|able|s)?|choos\w*|choice|alternatives?(?! (allele|base))|better option)\b"
    ),
    "please": r"\bplease\b",
    "needs": r"\bneeds? (more|less)\b|\b(half|double|twice) the (amount|dose)\b",
    "change the drug": (
        r"\b(increas|reduc|lower|rais|adjust|halv|doubl|skip|replac)(e|es|ed|ing)? "
        r"((the|a|its|their) )?(dose|drug|amount|treatment|therapy|\w+zole|exemestane|tamoxifen)\b"
    ),
    "stop the drug": (
        r"\b(stop|start|continu|discontinu|withhold|resum)(e|ping|ing)? "
        r"((the|a|its|their) )?(drug|treatment|therapy|\w+zole|exemestane|tamoxifen)\b"
    ),
    "line of treatment": r"\b(first|second)-line\b",
    "eligible": r"\b(in|un)?(eligible|suitable)\b",
    "tailor": r"\b(guid(e|es|ing)|tailor\w*|personali[sz]\w*|individuali[sz]\w*)\b",
    "imperative": (
        r"(^|[.;:!] )(Stop|Start|Continue|Discontinue|Withhold|Change to|Use(?! of)|Give|Take"
        r"|Increase|Reduce|Lower"
        r"|Monitor|Test|Treat|Adjust|Check|Measure|Order|Offer|Replace|Add|Try|Refer|Watch)\b"
    ),
    "benefit": r"\b(will|would|may|might|could|can|likely to) (benefit|respond)\b",
}
"""Kinds of advice, and the words that show them."""

_NO_ADVICE = (
    r"\bnmol/mg/min\b|\bmg/dL\b",
    r"\b(?:24|2) h after a dose\b",
    r"\brandomised first-line trial\b",
    r"\bstopping (?:their |the |any )?(?:treatment|drug|therapy|\w+zole|exemestane|inhibitor)\b",
    r"\bmust not be (?:read|carried over|counted|quoted|taken) ",
    r"\blipid-lowering drug\b",
)
"""Phrases with such a word that report a study, or say how a result is misread."""

_OVERSTATED = re.compile(
    r"(?<!not )(?<!never )\b(confirmed|replicated|established|proven|proves?|predicts?|causes?)\b",
    re.IGNORECASE,
)
_OTHER_SIDE = re.compile(
    r"\b(null|no (significant )?(difference|relation|association|effect)|opposite|contradict\w*"
    r"|not (confirmed|replicated|related|associated)|did not differ|reverse|the other way)\b",
    re.IGNORECASE,
)
_FIRMLY_SUPPORTED = LADDER[: LADDER.index(Level.REPLICATED) + 1]


def advice(text: str) -> list[str]:
    """Return the kinds of advice that a text gives.

    >>> advice("Carriers should take letrozole.")
    ['should']
    >>> advice("Carriers had less pain.")
    []
    """
    for phrase in _NO_ADVICE:
        text = re.sub(phrase, "", text, flags=re.IGNORECASE)
    return [
        kind
        for kind, expression in _ADVICE.items()
        if re.search(expression, text, 0 if kind == "imperative" else re.IGNORECASE)
    ]


def text_problems(text: str) -> Iterator[str]:
    """Yield what is wrong with a text that readers see, whatever it is about."""
    if len(text) > MAX_STATEMENT:
        yield f"has {len(text)} characters; at most {MAX_STATEMENT} are read"
    kinds = advice(text)
    if kinds:
        yield f"gives advice ({', '.join(kinds)}); no text may"


def statement_problems(association: Association, level: Level) -> Iterator[str]:
    """Yield where the statement of an association says more than its level."""
    overstated = _OVERSTATED.search(association.statement)
    if overstated and level not in _FIRMLY_SUPPORTED:
        yield f"says {overstated[0]!r}, which the level {level} does not carry"
    if level in {Level.CONTRADICTED, Level.NOT_CONFIRMED} and not _OTHER_SIDE.search(
        association.statement
    ):
        yield f"does not tell that other results differ, although the level is {level}"
