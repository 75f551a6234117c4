"""Resources as entries of a Bundle, and identifiers that follow from their content.

Most people share their resources. So each distinct one is written once, with the mark
:data:`PERSON` in the place of what differs: the first half of every identifier. The half is the
digest of the whole Bundle, so equal Bundles have equal identifiers and others have their own.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pgx_ana.fhir.codes import GENETICS, HGNC, LABORATORY, Part, Profile, Resource, concept
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.writing import as_utf8

PERSON = "\uffff"
"""Stands for the first half of identifiers; no text has it, because :func:`clean` takes it out."""

_PERSON_BYTES = PERSON.encode()
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that no text in FHIR may have."""

PATIENT = "patient"
REPORT = "report"


@dataclass(frozen=True, slots=True)
class Shared:
    """What a call or conclusion adds to a Bundle, as bytes that begin with a comma.

    ``entries`` are entries of the Bundle, ``results`` the references to them from the report, and
    ``regions`` the sites for the analysis.
    """

    entries: bytes = b""
    results: bytes = b""
    regions: bytes = b""


NOTHING = Shared()


def clean(text: str) -> str:
    """Return a text with replacement characters for those that FHIR forbids."""
    return _FORBIDDEN.sub("\ufffd", text)


def to_json(value: object) -> bytes:
    """Return a value as UTF-8 JSON without spaces."""
    return as_utf8(json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")))


def uuid_of(key: str) -> str:
    """Return the identifier of a resource within a person, with the mark of the person.

    It is a UUID of version 8 once :func:`with_person` has put its first half in.
    """
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    variant = "89ab"[int(digest[0], 16) % 4]
    return f"{PERSON}-{variant}{digest[1:4]}-{digest[4:16]}"


def with_person(text: bytes) -> bytes:
    """Return a Bundle with the digest of its text in the place of :data:`PERSON`."""
    digest = hashlib.sha256(text).hexdigest()
    half = f"{digest[:8]}-{digest[8:12]}-8{digest[12:15]}"
    return text.replace(_PERSON_BYTES, half.encode("ascii"))


def reference(key: str) -> Resource:
    """Return a reference to a resource of the same Bundle."""
    return {"reference": f"urn:uuid:{uuid_of(key)}"}


def entry(key: str, kind: str, content: Resource) -> bytes:
    """Return a resource as an entry of the Bundle, with a comma before it."""
    uuid = uuid_of(key)
    resource = {"resourceType": kind, "id": uuid, **content}
    return b"," + to_json({"fullUrl": f"urn:uuid:{uuid}", "resource": resource})


def observations(items: Iterable[tuple[str, Resource]], regions: bytes = b"") -> Shared:
    """Return observations by their keys, as what they add to a Bundle."""
    pairs = [(entry(key, "Observation", content), key) for key, content in items]
    return Shared(
        b"".join(text for text, _ in pairs),
        b"".join(b"," + to_json(reference(key)) for _, key in pairs),
        regions,
    )


@dataclass(frozen=True, slots=True)
class Details:
    """What differs between observations of one profile.

    ``value`` is None for those without. ``note`` is a text that qualifies the observation; empty
    for none.
    """

    components: Sequence[Resource]
    value: Resource | None = None
    derived_from: Sequence[str] = ()
    note: str = ""
    extensions: Sequence[Resource] = ()
    interpretation: Resource | None = None


def observation(profile: Profile, details: Details) -> Resource:
    """Return the content of an observation of a profile, on the person of the Bundle."""
    content: Resource = {"meta": profile.meta}
    if details.extensions:
        content["extension"] = list(details.extensions)
    content |= {
        "status": "final",
        "category": [LABORATORY, GENETICS],
        "code": profile.code,
        "subject": reference(PATIENT),
    }
    if details.value is not None:
        content["valueCodeableConcept"] = details.value
    if details.interpretation is not None:
        content["interpretation"] = [details.interpretation]
    if details.note:
        content["note"] = [{"text": clean(details.note)}]
    if details.derived_from:
        content["derivedFrom"] = [reference(key) for key in details.derived_from]
    if details.components:
        content["component"] = list(details.components)
    return content


def component(part: Part, value: Resource) -> Resource:
    """Return a component whose value is a concept."""
    return {"code": concept(*part.value), "valueCodeableConcept": value}


def text_component(part: Part, text: str) -> Resource:
    """Return a component whose value is a text."""
    return {"code": concept(*part.value), "valueString": clean(text)}


def gene_component(gene: str, knowledge: KnowledgeBase) -> Resource:
    """Return the component that names the gene."""
    return component(Part.GENE, gene_concept(gene, knowledge))


def gene_concept(gene: str, knowledge: KnowledgeBase) -> Resource:
    """Return a gene by its HGNC code; an intergenic region, or one without code, by its name."""
    hgnc = knowledge.genes[gene].hgnc
    return concept(HGNC, hgnc, gene) if hgnc else {"text": gene}
