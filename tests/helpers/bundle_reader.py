"""FHIR Bundles read as any program would read them: by codes and references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Resource = dict[str, Any]

LOINC = "http://loinc.org"
REGIONS = ("called", "uncalled")
LABELS = ("for", "null", "against", "unplaced")


def code_of(concept: Mapping[str, Any]) -> str:
    """Return the only code of a concept; empty for one with a text alone."""
    codes = [each["code"] for each in concept.get("coding", [])]
    assert len(codes) <= 1
    return codes[0] if codes else ""


def references_in(value: object) -> Iterator[str]:
    """Yield every reference in a resource."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "reference":
                yield item
            else:
                yield from references_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from references_in(item)


class BundleReading:
    """A Bundle: its resources by identifier, profile and code."""

    def __init__(self, bundle: Mapping[str, Any]) -> None:
        self.bundle = bundle
        self.resources: list[Resource] = [entry["resource"] for entry in bundle["entry"]]
        self.by_url = {entry["fullUrl"]: entry["resource"] for entry in bundle["entry"]}

    def of_type(self, kind: str) -> list[Resource]:
        return [each for each in self.resources if each["resourceType"] == kind]

    def observations(self, code: str) -> list[Resource]:
        """Return the observations with a code."""
        found = self.of_type("Observation")
        return [each for each in found if code_of(each["code"]) == code]

    @property
    def sample(self) -> str:
        (patient,) = self.of_type("Patient")
        (identifier,) = patient["identifier"]
        name: str = identifier["value"]
        return name

    @property
    def report(self) -> Resource:
        (report,) = self.of_type("DiagnosticReport")
        return report

    def profile(self, name: str) -> list[Resource]:
        """Return the resources that claim a profile."""
        return [
            each
            for each in self.resources
            if each.get("meta", {}).get("profile", ["/"])[0].rsplit("/", 1)[1] == name
        ]

    def genotypes(self) -> dict[str, Resource]:
        """Return the genotypes of variants by the name of the variant."""
        names = {each["coding"][0]["code"] for kind in REGIONS for each in self.regions(kind)}
        found = (
            (each["valueCodeableConcept"]["text"].split()[0], each)
            for each in self.observations("84413-4")
        )
        return {name: each for name, each in found if name in names}

    def regions(self, kind: str) -> list[Resource]:
        """Return regions of the analysis: ``studied``, ``called`` or ``uncalled``."""
        (analysis,) = self.profile("genomic-study-analysis")
        (regions,) = (
            each["extension"]
            for each in analysis["extension"]
            if each["url"].endswith("/genomic-study-analysis-regions")
        )
        return [each["valueCodeableConcept"] for each in regions if each["url"] == kind]

    def calls(self) -> dict[str, tuple[str, str]]:
        """Return the genotype and status of every site; a point for what is not observed."""
        genotypes = {
            rsid: each["valueCodeableConcept"]["text"].split()[1]
            for rsid, each in self.genotypes().items()
        }
        found = {}
        for kind in REGIONS:
            for region in self.regions(kind):
                rsid, *status = (each["code"] for each in region["coding"])
                found[rsid] = (genotypes.get(rsid, "."), status[0] if status else "called")
                assert (rsid in genotypes) == (kind == "called")
        return found

    def findings(self) -> Iterator[tuple[str, str]]:
        """Yield the association and direction of every implication."""
        for each in self.observations("therapeutic-implication"):
            (direction,) = map(code_of, each["interpretation"])
            (origin,) = (item for item in artifacts(each) if item["type"] == "derived-from")
            yield origin["url"].rsplit(":", 1)[1], direction


def artifacts(observation: Resource) -> list[Resource]:
    """Return the related artifacts of an observation."""
    return [each["valueRelatedArtifact"] for each in observation.get("extension", [])]


def components(observation: Resource) -> dict[str, list[Any]]:
    """Return the values of components by code: text, code and text of a concept, or range."""
    found: dict[str, list[Any]] = {}
    for each in observation.get("component", []):
        (value,) = (item for key, item in each.items() if key.startswith("value"))
        if isinstance(value, dict) and "low" not in value:
            value = code_of(value) or value["text"]
        found.setdefault(code_of(each["code"]), []).append(value)
    return found
