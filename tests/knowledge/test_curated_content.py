"""What the curated knowledge base holds: places, references, coverage, and how it speaks."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations_with_replacement
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel

from pgx_ana.browse import page_lines
from pgx_ana.knowledge import SECTIONS, KnowledgeBase, Level, Stance, default_directory
from pgx_ana.knowledge.yamlfile import read_yaml

if TYPE_CHECKING:
    from conftest import Run

FIRST_VARIANTS = {
    "CYP19A1": ("rs4646", "rs10046", "rs700518", "rs727479", "rs1008805", "rs6493497", "rs7176005"),
    "ESR1": ("rs2077647", "rs2234693", "rs9340799", "rs9322336"),
    "ESR2": ("rs4986938", "rs1256049"),
    "CYP3A4": ("rs35599367", "rs2740574"),
    "UGT1A4": ("rs3732219", "rs3732218", "rs6755571", "rs2011425"),
    "ABCB1": ("rs1045642", "rs2032582", "rs1128503"),
    "TCL1A": ("rs7158782", "rs7159713", "rs2369049", "rs11849538"),
}


def table(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        pytest.skip(f"{path.name} is not there")
    with path.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def texts(value: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text below a value with its place, but for identifiers and references."""
    if isinstance(value, BaseModel):
        value = {name: getattr(value, name) for name in type(value).model_fields}
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from texts(item, f"{place}.{key}")
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item, place)
    elif isinstance(value, str) and not re.fullmatch(r"\S+", value):
        yield place, value


@pytest.fixture(scope="module")
def written(curated: KnowledgeBase) -> list[tuple[str, str]]:
    """Return every text of more than one word, with its place."""
    sections = ("info", *("definitions" if name == "variants" else name for name in SECTIONS))
    return [found for name in sections for found in texts(getattr(curated, name), name)]


# places


FAR_FROM_THEIR_GENE = {
    "rs1256114",
    "rs2046210",
    "rs28845026",
    "rs4996188",
    "rs8021944",
    "rs934635",
    "rs9383938",
}
LABELS = {"ALPPL2/ALPG": "ALPG", "TSPAN5?": "4q28"}
TATA_BOX = "rs3064744"
# The dossier chose one of three listed alternates; the 88 people with gVCFs show another.
CHOSEN_ALTERNATE = {"rs4476990": "C"}
# The files of the same people tell which base is the reference.
SETTLED_REFERENCE = {"rs2891356", "rs62293499"}


def test_the_variants_of_the_first_version(curated: KnowledgeBase) -> None:
    """More may come; these stay, in their genes."""
    assert [(rsid, gene) for gene, rsids in FIRST_VARIANTS.items() for rsid in rsids] == [
        (rsid, curated.definitions[rsid].gene)
        for rsids in FIRST_VARIANTS.values()
        for rsid in rsids
        if rsid in curated.definitions
    ]


def test_the_assemblies_differ_by_a_constant_in_each_gene(curated: KnowledgeBase) -> None:
    """Both ends of the gene and every variant in it are shifted by the same number of bases."""
    shifts: dict[str, set[int]] = {gene: set() for gene in curated.genes}
    for gene in curated.genes.values():
        if gene.bounds:
            there, here = gene.bounds["GRCh37"], gene.bounds["GRCh38"]
            shifts[gene.id] |= {there.start - here.start, there.end - here.end}
    for definition in curated.definitions.values():
        loci = definition.loci
        shifts[definition.gene].add(loci["GRCh37"].pos - loci["GRCh38"].pos)
    assert {} == {gene: found for gene, found in shifts.items() if len(found) != 1}
    assert {
        "CYP19A1": {292197},
        "ESR1": {321135},
        "ESR2": {466718},
        "CYP3A4": {-402377},
        "UGT1A4": {908646},
        "ABCB1": {-370684},
        "TCL1A": {466337},
    }.items() <= shifts.items()


def test_every_variant_lies_in_its_gene_or_close_to_it(curated: KnowledgeBase) -> None:
    """Promoter and 3' variants lie outside of the transcript, few further than 10 kb."""
    far = {
        definition.id
        for definition in curated.definitions.values()
        for assembly, bounds in curated.genes[definition.gene].bounds.items()
        for locus in (definition.loci[assembly],)
        if not bounds.start - 10_000 <= locus.pos <= bounds.end + 10_000
    }
    # Named after the gene by the papers that studied them.
    assert FAR_FROM_THEIR_GENE == far


def test_chromosomes_are_those_of_the_assemblies(curated: KnowledgeBase) -> None:
    lengths = {
        assembly.id: {contig.chrom: contig.length for contig in assembly.contigs}
        for assembly in curated.assemblies.values()
    }
    assert ["GRCh37", "GRCh38"] == sorted(lengths)
    outside = [
        (gene.id, assembly)
        for gene in curated.genes.values()
        for assembly, bounds in gene.bounds.items()
        if not 1 <= bounds.start < bounds.end <= lengths[assembly][gene.chrom]
    ]
    assert [] == outside


def test_definitions_equal_the_evidence_dossier(curated: KnowledgeBase, shared: Path) -> None:
    """Chromosome, positions, bases, merged rsIDs and measured frequencies of every variant."""
    rows: dict[str, list[dict[str, str]]] = {}
    for row in table(shared.parent / "evidence" / "variants.tsv"):
        rows.setdefault(row["rsid"], []).append(row)
    columns = {
        "all": "af_global",
        "AFR": "af_afr",
        "AMR": "af_amr",
        "EAS": "af_eas",
        "EUR": "af_eur",
        "SAS": "af_sas",
    }
    for rsid, definition in curated.definitions.items():
        loci = definition.loci
        (first, *_) = listed = [
            row
            for row in rows[rsid if rsid.startswith("rs") else "."]
            if row["pos_grch38"] == str(loci["GRCh38"].pos)
        ]
        gene = LABELS.get(first["gene"], first["gene"])
        assert (definition.gene, first["chrom"]) == (
            definition.gene if gene == "intergenic" else gene,
            loci["GRCh38"].chrom,
        ), rsid
        assert {(row["pos_grch37"], row["pos_grch38"]) for row in listed} == {
            (str(loci["GRCh37"].pos), str(loci["GRCh38"].pos))
        }, rsid
        if alternate := CHOSEN_ALTERNATE.get(rsid):
            names = {key: first[key][:-1] + alternate for key in ("hgvs_g37", "hgvs_g38")}
            (first,) = listed = [{**first, **names, "alt": alternate}]
        spelled = [(row["ref"], row["alt"]) for row in listed]
        known = {allele.bases for allele in definition.alleles}
        if rsid == TATA_BOX:  # three spellings of one locus
            spelled = [("CAT", {"CAT": "CATAT", "CATAT": "CATATAT"}.get(a, a)) for _, a in spelled]
        assert known == {base for pair in spelled for base in pair}, rsid
        assert {loci["GRCh38"].ref} == {ref for ref, _ in spelled}, rsid
        same = loci["GRCh37"].ref == loci["GRCh38"].ref
        assert (rsid != "rs776746") == same, rsid
        unverified = "UNVERIFIED" in first["confidence"] and rsid not in SETTLED_REFERENCE
        assert unverified == (loci["GRCh38"].ref_verified == "no"), rsid
        merged = re.sub(r" ?\(.*\)", "", first["merged_rsids"])
        assert set(merged.replace(" ", "").split(",")) - {""} <= {
            *definition.merged,
            *definition.names,
        }, rsid
        if definition.hgvs.grch38 is not None:
            assert (first["hgvs_g37"], first["hgvs_g38"]) == (
                definition.hgvs.grch37 or "",
                definition.hgvs.grch38,
            ), rsid
        measured = {alt: row for (_, alt), row in zip(spelled, listed, strict=True)}
        for frequencies in definition.frequencies:
            row = measured[frequencies.allele]
            assert {
                name: float(row[column]) for name, column in columns.items() if row[column]
            } == (frequencies.model_dump(include=set(columns), exclude_none=True)), rsid


def test_gene_bounds_equal_the_evidence_dossier(curated: KnowledgeBase, shared: Path) -> None:
    listed = {row["gene"]: row for row in table(shared.parent / "evidence" / "genes.tsv")}
    columns = (
        "strand",
        "chrom",
        "mane_refseq",
        "ensembl_gene",
        "mane_start_grch37_by_chain",
        "mane_end_grch37_by_chain",
        "mane_start_grch38",
        "mane_end_grch38",
    )
    bounded = [gene.id for gene in curated.genes.values() if gene.bounds]
    assert {gene: tuple(listed[gene][column] for column in columns) for gene in bounded} == {
        gene.id: (
            gene.strand,
            gene.chrom,
            gene.transcript,
            gene.ensembl,
            str(gene.bounds["GRCh37"].start),
            str(gene.bounds["GRCh37"].end),
            str(gene.bounds["GRCh38"].start),
            str(gene.bounds["GRCh38"].end),
        )
        for gene in curated.genes.values()
        if gene.bounds
    }


def test_reference_bases_equal_those_seen_in_real_files(
    curated: KnowledgeBase, shared: Path
) -> None:
    seen = {
        (row["chrom"].removeprefix("chr"), row["pos38"]): (row["pos37"], row["base"], row["base"])
        for row in table(shared / "truth" / "known_reference_bases.tsv")
    }
    compared = {
        definition.id: (seen[place], (str(there.pos), there.ref[0], here.ref[0]))
        for definition in curated.definitions.values()
        for there, here in ((definition.loci["GRCh37"], definition.loci["GRCh38"]),)
        for place in ((here.chrom, str(here.pos)),)
        if place in seen
    }
    assert {} == {rsid: pair for rsid, pair in compared.items() if pair[0] != pair[1]}
    assert {rsid for rsids in FIRST_VARIANTS.values() for rsid in rsids} <= set(compared)


def test_reference_bases_that_papers_call_the_variant(curated: KnowledgeBase) -> None:
    """Homozygotes of these have no row in a file that lists only variants."""
    assert {
        "rs4646": "A",
        "rs727479": "C",
        "rs1008805": "G",
        "rs1045642": "A",
        "rs2032582": "A",
        "rs1128503": "A",
        "rs2740574": "C",
        "rs9322336": "C",
        "rs2073618": "G",
        "rs2449598": "T",
        "rs4550690": "T",
        "rs6901146": "T",
    } == {
        definition.id: definition.studied_allele
        for definition in curated.definitions.values()
        if definition.studied_allele == definition.loci["GRCh38"].ref
    }


def test_palindromic_variants_are_told(curated: KnowledgeBase) -> None:
    """On the page, and in the words that the knowledge base itself has on its letters."""
    palindromic = [
        definition.id
        for definition in curated.definitions.values()
        if {frozenset("AT"), frozenset("CG")}
        & {
            frozenset((first.bases, second.bases))
            for first in definition.alleles
            for second in definition.alleles
        }
    ]
    line = "  palindromic: letters alone do not tell the strand"
    assert palindromic == [
        rsid for rsid in curated.definitions if line in page_lines(curated, rsid)
    ]
    silent = {
        rsid: curated.definitions[rsid].paper_wording
        for rsid in palindromic
        if "palindromic" not in curated.definitions[rsid].paper_wording.lower()
    }
    assert {} == silent


# references


def test_every_publication_is_listed_once(curated: KnowledgeBase) -> None:
    publications = curated.publications.values()
    numbers = [
        number.casefold()
        for item in publications
        for number in (item.pmid, item.pmcid, item.doi)
        if number is not None
    ]
    assert [] == [number for number, count in Counter(numbers).items() if count > 1]


def test_numbers_of_publications_are_well_formed(curated: KnowledgeBase) -> None:
    """A PMID has at most eight digits and none above 50 million is given out; a DOI is no URL."""
    strange = [
        item.id
        for item in curated.publications.values()
        if (item.pmid and not (item.pmid.isdecimal() and 1 <= int(item.pmid) < 50_000_000))
        or (item.pmcid and not re.fullmatch(r"PMC[1-9]\d{3,7}", item.pmcid))
        or (
            item.doi and not re.fullmatch(r"10\.\d{4,5}/[-._;()/:A-Za-z0-9]*[A-Za-z0-9)]", item.doi)
        )
    ]
    assert [] == strange


def test_numbers_in_sentences_are_well_formed(written: list[tuple[str, str]]) -> None:
    """Every PMID or doi in a text is followed by a number of the right form."""
    number = re.compile(r"\bPMID\b(?! [1-9]\d{6,7}\b| not seen)|\bdoi\b(?! 10\.\d{4,5}/\S)")
    strange = [(place, text) for place, text in written if number.search(text)]
    assert [] == strange


def test_every_publication_and_cohort_is_behind_some_result(curated: KnowledgeBase) -> None:
    results = curated.evidence.values()
    assert (set(curated.publications), set(curated.cohorts)) == (
        {item.publication for item in results},
        {item.cohort for item in results},
    )


def test_clinpgx_annotations_of_associations_are_those_of_their_variant(
    curated: KnowledgeBase,
) -> None:
    strange = [
        (item.id, number)
        for item in curated.associations.values()
        for number in item.clinpgx
        if item.variant is None
        or number not in {known.id for known in curated.definitions[item.variant].clinpgx}
    ]
    assert [] == strange


def test_haplotypes_are_made_of_known_alleles_of_one_gene(curated: KnowledgeBase) -> None:
    strange = [
        (haplotype.id, rsid, bases)
        for haplotype in curated.haplotypes.values()
        for gene in (curated.haplotype_sets[haplotype.haplotype_set].gene,)
        for rsid, bases in (*haplotype.alleles.items(), *haplotype.usual.items())
        for definition in (curated.definitions[rsid],)
        if definition.gene != gene or bases not in {allele.bases for allele in definition.alleles}
    ]
    assert [] == strange


# conclusions


def test_every_association_of_a_variant_covers_every_genotype(curated: KnowledgeBase) -> None:
    """As many genotypes as pairs of alleles, each once, in the order of the alleles."""
    incomplete = {
        item.id: sorted(item.genotypes)
        for item in curated.associations.values()
        if item.variant is not None
        and sorted(
            "/".join(pair)
            for pair in combinations_with_replacement(
                [allele.bases for allele in curated.definitions[item.variant].alleles], 2
            )
        )
        != sorted(item.genotypes)
    }
    assert {} == incomplete
    assert any(item.variant is not None for item in curated.associations.values())


def test_every_association_is_about_anastrozole(curated: KnowledgeBase) -> None:
    assert {"anastrozole"} == {item.drug for item in curated.associations.values()}


def test_no_association_claims_a_guideline_or_a_replication(curated: KnowledgeBase) -> None:
    """No guideline exists, and nothing was found that two cohorts bear out uncontradicted."""
    assert set() == {Level.GUIDELINE, Level.REPLICATED} & {
        grade.level for grade in curated.grades.values()
    }


def test_levels_of_the_rubric_are_those_of_the_code() -> None:
    """The table in the README of the knowledge base, row by row."""
    text = (default_directory() / "README.md").read_text(encoding="utf-8")
    rows = text.split("| level | when |\n|---|---|\n")[1].split("\n\n")[0]
    assert [str(level) for level in Level] == re.findall(r"^\| `(\w+)` \|", rows, re.MULTILINE)


def test_rs4646_and_disease_control(curated: KnowledgeBase) -> None:
    """The studied allele A is the reference base; one anastrozole study stands for it."""
    definition = curated.definitions["rs4646"]
    association = curated.associations["rs4646-disease-control"]
    assert ("A", "A", "A", "A") == (
        definition.loci["GRCh37"].ref,
        definition.loci["GRCh38"].ref,
        definition.studied_allele,
        association.allele,
    )
    assert ("rs4646", "anastrozole", "metastatic", "higher") == (
        association.variant,
        association.drug,
        association.setting,
        association.direction,
    )
    assert {"A/A": "higher", "A/C": "higher", "C/C": "comparator"} == {
        genotype: conclusion.direction for genotype, conclusion in association.genotypes.items()
    }
    grade = curated.grades["rs4646-disease-control"]
    assert (
        Level.CONTRADICTED,
        ("harbin-mbc", "colomer-letrozole"),
        ("garcia-casado-letrozole", "shao-endocrine"),
        ("big-1-98", "gim4-gim5", "ferraldeschi", "park-korea"),
    ) == (grade.level, grade.supporting, grade.contradicting, grade.null)


def test_rs4646_liu_2013(curated: KnowledgeBase) -> None:
    """Time to progression and survival, both in carriers of A, the latter after correction."""
    grade = curated.grades["rs4646-disease-control"]
    publication = curated.publications["liu-2013-anastrozole"]
    assert ("24065098", 2013) == (publication.pmid, publication.year)
    found = [
        item
        for item in curated.evidence_on("rs4646")
        if item.publication == publication.id and item.id in grade.stances
    ]
    assert [
        (
            "overall_survival",
            Stance.SUPPORTS,
            ("anastrozole",),
            "metastatic",
            272,
            {"rs4646": "A"},
            "higher",
            "0.007",
            "corrected",
        ),
        (
            "time_to_progression",
            Stance.SUPPORTS,
            ("anastrozole",),
            "metastatic",
            272,
            {"rs4646": "A"},
            "higher",
            "0.049",
            "nominal",
        ),
    ] == [
        (
            item.outcome,
            grade.stances[item.id],
            item.drugs,
            item.setting,
            item.n,
            item.alleles,
            item.direction,
            item.p,
            item.significance,
        )
        for item in found
    ]


def test_rs4646_contradictions_and_nulls_stand_beside_it(curated: KnowledgeBase) -> None:
    grade = curated.grades["rs4646-disease-control"]
    said: dict[Stance, set[str]] = {}
    for key, stance in grade.stances.items():
        said.setdefault(stance, set()).add(curated.evidence[key].publication)
    assert {
        Stance.SUPPORTS: {"liu-2013-anastrozole", "colomer-2008"},
        Stance.CONTRADICTS: {
            "garcia-casado-2010",
            "shao-2015-plosone",
            "shao-2015-ijcep",
        },
        Stance.NULL: {
            "garcia-casado-2010",
            "leyland-jones-2015-cyp19a1",
            "conte-2023",
            "ferraldeschi-2012",
            "park-2011",
        },
    } == said


def test_rs4646_statements_name_the_study_and_what_contradicts_it(curated: KnowledgeBase) -> None:
    association = curated.associations["rs4646-disease-control"]
    words = ("PMID 24065098", "contradicted", "letrozole", "no other study found")
    assert [words] * 3 == [
        tuple(word for word in words if word in conclusion.statement)
        for conclusion in association.genotypes.values()
    ]
    assert association.caution is not None
    assert "A/A people have no row in a file that lists only variants" in association.caution


# how it speaks

ADVICE = {
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
    "consider": r"\bconsider\w*",
    "indicated": r"\b(contra-?)?indicat(ed|ions?)\b",
    "choose": r"\b(prefer\w*|choos\w*|choice|alternatives?)\b",
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
        r"(^|[.;:!] )(Stop|Start|Continue|Discontinue|Withhold|Use|Give|Take|Increase|Reduce|Lower"
        r"|Monitor|Test|Treat|Adjust|Check|Measure|Order|Offer|Replace|Add|Try|Refer|Watch)\b"
    ),
    "benefit": r"\b(will|would|may|might|could|can|likely to) (benefit|respond)\b",
}
"""Words of dosing, prescribing and advice."""

NO_ADVICE = {
    r"\bnmol/mg/min\b|\bmg/dL\b": "unit of a laboratory value",
    r"\b(?:24|2) h after a dose\b": "when a sample was taken",
    r"\bgene-dose\b|\bdose response\b": "number of copies of an allele and the size of an effect",
    r"\b(?:to the statin dose of 235 people|statin dose, used as an indirect measure"
    r"|direction of the dose difference)\b": "what was measured in a study of an enzyme",
    r"\brandomised first-line trial\b": "design of a study",
    r"\bstopping (?:treatment|the drug) for (?:musculoskeletal symptoms|any side effect|them)\b": (
        "an outcome: women who stopped"
    ),
    r"\bmust not be (?:read as one about|carried over|counted as a second|quoted as a null)\b": (
        "how a result is misread"
    ),
    r"\bno direction should be concluded\b": "how a result is misread",
    r"^Indications of clinical and genetic predictors\b": "title of a paper",
    r"\blipid-lowering drug\b": "class of a drug",
}
"""Phrases that have such a word and advise nothing, with the reason."""


def advice(text: str) -> list[str]:
    """Return the kinds of advice that a text may hold, phrases that are none set aside."""
    for phrase in NO_ADVICE:
        text = re.sub(phrase, "", text)
    return [
        name
        for name, expression in ADVICE.items()
        if re.search(expression, text, 0 if name == "imperative" else re.IGNORECASE)
    ]


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
        ("A dose response and a change of 4.2 mg/dL.", []),
        ("It must not be carried over to anastrozole.", []),
        ("It must be carried over to anastrozole.", ["must"]),
    ],
)
def test_advice_is_recognised(text: str, kinds: list[str]) -> None:
    assert kinds == advice(text)


def test_no_text_gives_advice(written: list[tuple[str, str]]) -> None:
    """No dosing, no prescribing: no guideline exists for any genotype and anastrozole."""
    assert [] == [(place, text, kinds) for place, text in written if (kinds := advice(text))]


def test_every_exception_is_needed(written: list[tuple[str, str]]) -> None:
    everything = "\n".join(text for _, text in written)
    assert [] == [phrase for phrase in NO_ADVICE if not re.search(phrase, everything, re.MULTILINE)]


def test_no_text_addresses_the_reader(written: list[tuple[str, str]]) -> None:
    speaking = re.compile(r"\b(you|your|yours|yourself|please)\b", re.IGNORECASE)
    assert [] == [(place, text) for place, text in written if speaking.search(text)]


def test_every_part_of_the_knowledge_base_is_read_for_its_words(
    written: list[tuple[str, str]],
) -> None:
    """The texts that reach a person are among those that the tests above look at."""
    places = [place.split(".") for place, _ in written]
    assert {"associations", "evidence", "messages", "settings", "definitions", "linkage"} <= {
        parts[0] for parts in places
    }
    assert {"statement", "caution", "summary", "text", "flags", "note", "paper_wording"} <= {
        parts[-1] for parts in places
    }


MACHINE_PATH = re.compile(r"(?<![\w*.)/%<>'-])(?:~?/[A-Za-z_.~]|file:|[A-Za-z]:\\)")
"""A path that begins at a root, a home or a drive; addresses of the web are taken out before."""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("read in /home/someone/papers", True),
        ('sources: ["/var/lib/x.yaml"]', True),
        ("~/notes.md", True),
        ("file:///etc/x", True),
        (r"C:\papers", True),
        ("A/A and A/C against C/C, 4.2 mg/dL", False),
        ("doi 10.1530/JME-15-0079", False),
        ("data/kb/README.md, NC_000015.9:g.51502844A>C", False),
    ],
)
def test_a_path_of_a_machine_is_recognised(line: str, *, expected: bool) -> None:
    assert expected is bool(MACHINE_PATH.search(line))


def test_no_file_names_a_place_on_a_machine() -> None:
    found = [
        (file.name, line)
        for file in sorted(default_directory().rglob("*"))
        if file.suffix in {".yaml", ".md", ".json"}
        for line in file.read_text(encoding="utf-8").splitlines()
        if MACHINE_PATH.search(re.sub(r"https?://\S+", "", line))
    ]
    assert [] == found


def test_the_default_knowledge_base_has_no_fault(run: Run, curated: KnowledgeBase) -> None:
    counts = (
        f"{len(curated.definitions)} variants, {len(curated.evidence)} results from "
        f"{len(curated.publications)} publications, {len(curated.associations)} associations"
    )
    expected = (0, f"pgx-ana anastrozole {curated.stamp}: {counts}; no fault\n", "")
    for words in ([], ["--kb", "default"]):
        result = run("kb", "check", *words)
        assert expected == (result.exit_code, result.stdout, result.stderr)


def test_entries_are_in_the_file_of_their_gene(curated: KnowledgeBase) -> None:
    """Who looks for a gene finds its variants, results and conclusions in files of its name."""
    gene_of = {key: definition.gene for key, definition in curated.definitions.items()}
    sets = {key: definition.gene for key, definition in curated.haplotype_sets.items()}
    haplotypes = {key: sets[item.haplotype_set] for key, item in curated.haplotypes.items()}
    expected = {
        "variants": gene_of,
        "evidence": {key: gene_of[item.variants[0]] for key, item in curated.evidence.items()},
        "associations": {
            key: gene_of.get(item.variant or "")
            or sets.get(item.haplotype_set or "")
            or haplotypes[item.haplotype or ""]
            for key, item in curated.associations.items()
        },
    }
    found: dict[str, dict[str, str]] = {section: {} for section in expected}
    for section, of_section in found.items():
        for path in sorted((default_directory() / section).glob("*.yaml")):
            file, faults = read_yaml(path, path.read_bytes())
            assert [] == faults
            assert [section] == [name for name in SECTIONS if getattr(file.document, name)]
            of_section |= {entry.id: path.stem for entry in getattr(file.document, section)}
    assert expected == found
