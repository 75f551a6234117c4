"""The curated knowledge base: positions, references, conclusions, and the wording of its texts."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations_with_replacement
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pgx_ana.browse import page_lines
from pgx_ana.knowledge import (
    SECTIONS,
    BasisKind,
    Entry,
    KnowledgeBase,
    Level,
    Stance,
    default_directory,
)
from pgx_ana.knowledge.wording import advice
from pgx_ana.knowledge.yamlfile import read_yaml

if TYPE_CHECKING:
    from helpers.fixture_types import Run

FIRST_VARIANTS = {
    "CYP19A1": ("rs4646", "rs10046", "rs700518", "rs727479", "rs1008805", "rs6493497", "rs7176005"),
    "ESR1": ("rs2077647", "rs2234693", "rs9340799", "rs9322336"),
    "ESR2": ("rs4986938", "rs1256049"),
    "CYP3A4": ("rs35599367", "rs2740574"),
    "UGT1A4": ("rs3732219", "rs3732218", "rs6755571", "rs2011425"),
    "ABCB1": ("rs1045642", "rs2032582", "rs1128503"),
    "TCL1A": ("rs7158782", "rs7159713", "rs2369049", "rs11849538"),
}


def read_table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a TSV file; skip the test if the file is missing."""
    if not path.is_file():
        pytest.skip(f"{path.name} does not exist")
    with path.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def texts(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every string with white space below a value, with its path; others are identifiers."""
    if isinstance(value, Entry):
        value = {name: getattr(value, name) for name in value.__dataclass_fields__}
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from texts(item, f"{path}.{key}")
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item, path)
    elif isinstance(value, str) and not re.fullmatch(r"\S+", value):
        yield path, value


@pytest.fixture(scope="module")
def curated_texts(curated: KnowledgeBase) -> list[tuple[str, str]]:
    """Return the path and text of every string of more than one word."""
    sections = ("info", *("definitions" if name == "variants" else name for name in SECTIONS))
    return [item for name in sections for item in texts(getattr(curated, name), name)]


# positions


FAR_FROM_THEIR_GENE = {
    "rs1256114",
    "rs2046210",
    "rs28845026",
    "rs4996188",
    "rs8021944",
    "rs934635",
    "rs9383938",
}
GENE_LABELS = {"ALPPL2/ALPG": "ALPG", "TSPAN5?": "4q28"}
"""Gene or region by its label in the evidence dossier, where they differ."""
TATA_BOX = "rs3064744"
NOT_IN_DOSSIER = {
    "rs1065852",
    "rs28371725",
    "rs3892097",
    "rs429358",
    "rs7412",
    "rs7439366",
}
"""Variants that were added later."""
# The dossier chose one of three listed alternates; the 88 people with gVCFs show another.
CHOSEN_ALTERNATE = {"rs4476990": "C"}
# The files of the same people tell which base is the reference.
SETTLED_REFERENCE = {"rs2891356", "rs62293499"}


def test_variants_of_the_first_version_remain(curated: KnowledgeBase) -> None:
    """Later versions may add variants, but keep these in their genes."""
    assert [(rsid, gene) for gene, rsids in FIRST_VARIANTS.items() for rsid in rsids] == [
        (rsid, curated.definitions[rsid].gene)
        for rsids in FIRST_VARIANTS.values()
        for rsid in rsids
        if rsid in curated.definitions
    ]


def test_assembly_offset_is_constant_in_each_gene(curated: KnowledgeBase) -> None:
    """Both ends of the gene and every variant in it are shifted by the same number of bases."""
    shifts: dict[str, set[int]] = {gene: set() for gene in curated.genes}
    for gene in curated.genes.values():
        if gene.bounds:
            grch37, grch38 = gene.bounds["GRCh37"], gene.bounds["GRCh38"]
            shifts[gene.id] |= {grch37.start - grch38.start, grch37.end - grch38.end}
    for definition in curated.definitions.values():
        loci = definition.loci
        shifts[definition.gene].add(loci["GRCh37"].pos - loci["GRCh38"].pos)
    assert {} == {gene: values for gene, values in shifts.items() if len(values) != 1}
    assert {
        "CYP19A1": {292197},
        "ESR1": {321135},
        "ESR2": {466718},
        "CYP3A4": {-402377},
        "UGT1A4": {908646},
        "ABCB1": {-370684},
        "TCL1A": {466337},
    }.items() <= shifts.items()


def test_every_variant_is_in_or_near_its_gene(curated: KnowledgeBase) -> None:
    """Promoter and 3' variants are outside the transcript, few by more than 10 kb."""
    far = {
        definition.id
        for definition in curated.definitions.values()
        for assembly, bounds in curated.genes[definition.gene].bounds.items()
        for locus in (definition.loci[assembly],)
        if not bounds.start - 10_000 <= locus.pos <= bounds.end + 10_000
    }
    # The publications that studied these assign them to the gene.
    assert FAR_FROM_THEIR_GENE == far


def test_gene_bounds_are_within_the_chromosomes(curated: KnowledgeBase) -> None:
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
    for row in read_table(shared.parent / "evidence" / "variants.tsv"):
        rows.setdefault(row["rsid"], []).append(row)
    columns = {
        "all": "af_global",
        "AFR": "af_afr",
        "AMR": "af_amr",
        "EAS": "af_eas",
        "EUR": "af_eur",
        "SAS": "af_sas",
    }
    described = {
        rsid: definition
        for rsid, definition in curated.definitions.items()
        if rsid in rows or not rsid.startswith("rs")
    }
    assert NOT_IN_DOSSIER == set(curated.definitions) - set(described)
    for rsid, definition in described.items():
        loci = definition.loci
        (first, *_) = listed = [
            row
            for row in rows[rsid if rsid.startswith("rs") else "."]
            if row["pos_grch38"] == str(loci["GRCh38"].pos)
        ]
        gene = GENE_LABELS.get(first["gene"], first["gene"])
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
        allele_pairs = [(row["ref"], row["alt"]) for row in listed]
        known = {allele.bases for allele in definition.alleles}
        if rsid == TATA_BOX:  # three representations of one locus
            allele_pairs = [
                ("CAT", {"CAT": "CATAT", "CATAT": "CATATAT"}.get(a, a)) for _, a in allele_pairs
            ]
        assert known == {base for pair in allele_pairs for base in pair}, rsid
        assert {loci["GRCh38"].ref} == {ref for ref, _ in allele_pairs}, rsid
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
        measured = {alt: row for (_, alt), row in zip(allele_pairs, listed, strict=True)}
        for frequencies in definition.frequencies:
            row = measured[frequencies.allele]
            assert {
                name: float(row[column]) for name, column in columns.items() if row[column]
            } == {key: value for key, value in frequencies.known.items() if key in columns}, rsid


def test_gene_bounds_equal_the_evidence_dossier(curated: KnowledgeBase, shared: Path) -> None:
    listed = {row["gene"]: row for row in read_table(shared.parent / "evidence" / "genes.tsv")}
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


def test_reference_bases_equal_those_of_real_files(curated: KnowledgeBase, shared: Path) -> None:
    observed = {
        (row["chrom"].removeprefix("chr"), row["pos38"]): (row["pos37"], row["base"], row["base"])
        for row in read_table(shared / "truth" / "known_reference_bases.tsv")
    }
    compared = {
        definition.id: (observed[position], (str(grch37.pos), grch37.ref[0], grch38.ref[0]))
        for definition in curated.definitions.values()
        for grch37, grch38 in ((definition.loci["GRCh37"], definition.loci["GRCh38"]),)
        for position in ((grch38.chrom, str(grch38.pos)),)
        if position in observed
    }
    assert {} == {rsid: pair for rsid, pair in compared.items() if pair[0] != pair[1]}
    assert {rsid for rsids in FIRST_VARIANTS.values() for rsid in rsids} <= set(compared)


def test_studied_alleles_that_are_the_reference(curated: KnowledgeBase) -> None:
    """A file that lists only variants has no record for their homozygotes."""
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


def test_palindromic_variants_are_marked(curated: KnowledgeBase) -> None:
    """The page of the variant and its field paper_wording both point it out."""
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
    unmarked = {
        rsid: curated.definitions[rsid].paper_wording
        for rsid in palindromic
        if "palindromic" not in curated.definitions[rsid].paper_wording.lower()
    }
    assert {} == unmarked


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


def test_identifiers_of_publications_are_well_formed(curated: KnowledgeBase) -> None:
    """No PMID above 50 million is assigned so far, and a DOI is not a URL."""
    malformed = [
        item.id
        for item in curated.publications.values()
        if (item.pmid and not (item.pmid.isdecimal() and 1 <= int(item.pmid) < 50_000_000))
        or (item.pmcid and not re.fullmatch(r"PMC[1-9]\d{3,7}", item.pmcid))
        or (
            item.doi and not re.fullmatch(r"10\.\d{4,5}/[-._;()/:A-Za-z0-9]*[A-Za-z0-9)]", item.doi)
        )
    ]
    assert [] == malformed


def test_identifiers_in_sentences_are_well_formed(curated_texts: list[tuple[str, str]]) -> None:
    """A number of the right form follows every PMID or doi in a text that does not lack it."""
    number = re.compile(r"\bPMID\b(?! [1-9]\d{6,7}\b)|\bdoi\b(?! 10\.\d{4,5}/\S)")
    lacking = re.compile(r"\b[Nn]o PMID\b|\bPMID (and|or) DOI\b|\bPMID not known\b")
    malformed = [
        (path, text) for path, text in curated_texts if number.search(lacking.sub("", text))
    ]
    assert [] == malformed


def test_every_publication_and_cohort_has_a_result(curated: KnowledgeBase) -> None:
    evidence, polygenic = curated.evidence.values(), curated.polygenic.values()
    publications = {item.publication for item in evidence}
    publications |= {item.publication for item in polygenic}
    cohorts = {item.cohort for item in evidence} | {item.cohort for item in polygenic}
    assert (set(), set()) == (
        set(curated.publications) - publications,
        set(curated.cohorts) - cohorts,
    )


def test_clinpgx_annotations_of_associations_belong_to_their_variant(
    curated: KnowledgeBase,
) -> None:
    unknown = [
        (item.id, number)
        for item in curated.associations.values()
        for number in item.clinpgx
        if item.variant is None
        or number not in {known.id for known in curated.definitions[item.variant].clinpgx}
    ]
    assert [] == unknown


def test_haplotypes_have_known_alleles_of_one_gene(curated: KnowledgeBase) -> None:
    unknown = [
        (haplotype.id, rsid, bases)
        for haplotype in curated.haplotypes.values()
        for gene in (curated.haplotype_sets[haplotype.haplotype_set].gene,)
        for rsid, bases in (*haplotype.alleles.items(), *haplotype.usual.items())
        for definition in (curated.definitions[rsid],)
        if definition.gene != gene or bases not in {allele.bases for allele in definition.alleles}
    ]
    assert [] == unknown


# conclusions


def test_every_association_of_a_variant_covers_every_genotype(curated: KnowledgeBase) -> None:
    """Each pair of alleles is one genotype, written in the order of the alleles."""
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


def test_no_association_has_the_level_guideline_or_replicated(curated: KnowledgeBase) -> None:
    """No guideline exists, and two cohorts support no claim without contradiction."""
    assert set() == {Level.GUIDELINE, Level.REPLICATED} & {
        grade.level for grade in curated.grades.values()
    }


def test_rubric_lists_the_levels_of_the_code() -> None:
    """The table in the README of the knowledge base has a row for each; the first that fits holds.

    A contradiction and a larger null come before the steps of support, which are in order.
    """
    text = (default_directory() / "README.md").read_text(encoding="utf-8")
    rows = text.split("| level | criterion |\n|---|---|\n")[1].split("\n\n")[0]
    against = [Level.CONTRADICTED, Level.NOT_CONFIRMED]
    others = [level for level in Level if level not in {Level.GUIDELINE, *against}]
    assert [Level.GUIDELINE, *against, *others] == re.findall(r"^\| `(\w+)` \|", rows, re.MULTILINE)


def test_rs4646_and_disease_control(curated: KnowledgeBase) -> None:
    """The studied allele A is the reference allele; one anastrozole study supports the claim."""
    definition = curated.definitions["rs4646"]
    association = curated.associations["rs4646-disease-control"]
    assert ("A", "A", "A") == (
        definition.loci["GRCh37"].ref,
        definition.loci["GRCh38"].ref,
        definition.studied_allele,
    )
    assert ("rs4646", "anastrozole", "metastatic") == (
        association.variant,
        association.drug,
        association.setting,
    )
    assert {"A/A": "higher", "A/C": "higher", "C/C": "lower"} == association.genotypes
    grade = curated.grades["rs4646-disease-control"]
    assert (
        Level.CONTRADICTED,
        ("harbin-mbc", "colomer-letrozole"),
        ("garcia-casado-letrozole", "shao-endocrine"),
    ) == (grade.level, grade.supporting, grade.contradicting)
    assert {"big-1-98", "gim4-gim5", "ferraldeschi", "park-korea"} <= set(grade.null)


def test_rs4646_and_disease_control_rest_on_anastrozole(curated: KnowledgeBase) -> None:
    """Of the results that support the claim, those on letrozole are less near."""
    basis = curated.basis("rs4646-disease-control")
    assert (BasisKind.DRUG, "anastrozole", ("anastrozole",), 272) == (
        basis.kind,
        basis.name,
        basis.drugs,
        basis.n,
    )


def test_rs4646_liu_2013(curated: KnowledgeBase) -> None:
    """Time to progression and survival are longer in carriers of A, the latter after correction."""
    grade = curated.grades["rs4646-disease-control"]
    publication = curated.publications["liu-2013-anastrozole"]
    assert ("24065098", 2013) == (publication.pmid, publication.year)
    results = [
        item
        for item in curated.evidence_on("rs4646")
        if item.publication == publication.id and item.id in grade.stances
    ]
    assert [
        ("overall_survival", "0.007", "corrected"),
        ("time_to_progression", "0.049", "nominal"),
    ] == [(item.outcome, item.p, item.significance) for item in results]
    shared = (Stance.SUPPORTS, ("anastrozole",), "metastatic", 272, {"rs4646": "A"}, "higher")
    assert [shared] * 2 == [
        (
            grade.stances[item.id],
            item.drugs,
            item.setting,
            item.n,
            item.alleles,
            item.direction,
        )
        for item in results
    ]


def test_rs4646_publications_by_stance(curated: KnowledgeBase) -> None:
    grade = curated.grades["rs4646-disease-control"]
    publications: dict[Stance, set[str]] = {stance: set() for stance in Stance}
    for key, stance in grade.stances.items():
        publications[stance].add(curated.evidence[key].publication)
    assert {"liu-2013-anastrozole", "colomer-2008"} == publications[Stance.SUPPORTS]
    assert {"garcia-casado-2010", "shao-2015-plosone", "shao-2015-ijcep"} == publications[
        Stance.CONTRADICTS
    ]
    assert {
        "garcia-casado-2010",
        "leyland-jones-2015-cyp19a1",
        "conte-2023",
        "ferraldeschi-2012",
        "park-2011",
    } <= publications[Stance.NULL]


def test_rs4646_statement_names_the_drugs_and_the_contradiction(curated: KnowledgeBase) -> None:
    association = curated.associations["rs4646-disease-control"]
    words = ("conflict", "anastrozole", "letrozole", "opposite", "no difference")
    assert words == tuple(word for word in words if word in association.statement)
    assert association.caution is not None
    assert "A/A, the reference homozygote, leaves no record" in association.caution


# wording

REPORTED = {
    r"\bdaily (?:saliva samples|estradiol in saliva|17β-estradiol)\b": "when a sample was taken",
    r"\b(?:titrated doses of statins|statin dose, used as an indirect measure"
    r"|stable dose, carriers to CC|a dose is an indirect measure|stable doses of statins)\b": (
        "what was measured in a study of an enzyme"
    ),
    r"\bfirst-line trials\b": "design of a study",
    r"^Indications of clinical and genetic predictors\b": "title of a paper",
    r"\bindications\)": "part of a label that was read",
}
"""Phrases that report a study or name a source, with the reason why they give no advice."""


def reported_advice(text: str) -> list[str]:
    """Return the kinds of advice in a text, after removing the phrases of ``REPORTED``."""
    for phrase in REPORTED:
        text = re.sub(phrase, "", text)
    return advice(text)


def test_no_text_gives_advice(curated_texts: list[tuple[str, str]]) -> None:
    """No guideline exists for any genotype and anastrozole, so no text advises on dosing or use."""
    assert [] == [
        (path, text, kinds) for path, text in curated_texts if (kinds := reported_advice(text))
    ]


def test_every_exception_is_needed(curated_texts: list[tuple[str, str]]) -> None:
    joined = "\n".join(text for _, text in curated_texts)
    assert [] == [phrase for phrase in REPORTED if not re.search(phrase, joined, re.MULTILINE)]


def test_no_text_addresses_the_reader(curated_texts: list[tuple[str, str]]) -> None:
    address = re.compile(r"\b(you|your|yours|yourself|please)\b", re.IGNORECASE)
    assert [] == [(path, text) for path, text in curated_texts if address.search(text)]


def test_wording_tests_cover_all_texts_of_a_report(curated_texts: list[tuple[str, str]]) -> None:
    """The tests above read the fields whose texts appear in the output."""
    paths = [path.split(".") for path, _ in curated_texts]
    sections = {
        "associations",
        "contexts",
        "definitions",
        "evidence",
        "linkage",
        "messages",
        "polygenic",
        "questions",
        "settings",
    }
    fields = {
        "caution",
        "flags",
        "monitored",
        "note",
        "paper_wording",
        "searched",
        "statement",
        "summary",
        "text",
    }
    assert sections <= {parts[0] for parts in paths}
    assert fields <= {parts[-1] for parts in paths}


MACHINE_PATH = re.compile(r"(?<![\w*.)/%<>'-])(?:~?/[A-Za-z_.~]|file:|[A-Za-z]:\\)")
"""A path from a root, a home folder or a drive; URLs are removed before the search."""


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
def test_machine_path_is_recognised(line: str, *, expected: bool) -> None:
    assert expected is bool(MACHINE_PATH.search(line))


def test_no_file_contains_a_machine_path() -> None:
    paths = [
        (file.name, line)
        for file in sorted(default_directory().rglob("*"))
        if file.suffix in {".yaml", ".md", ".json"}
        for line in file.read_text(encoding="utf-8").splitlines()
        if MACHINE_PATH.search(re.sub(r"https?://\S+", "", line))
    ]
    assert [] == paths


def test_default_knowledge_base_has_no_fault(run: Run, curated: KnowledgeBase) -> None:
    counts = (
        f"{len(curated.definitions)} variants, {len(curated.evidence)} results from "
        f"{len(curated.publications)} publications, {len(curated.associations)} associations"
    )
    expected = (0, f"pgx-ana anastrozole {curated.stamp}: {counts}; no fault\n", "")
    for options in ([], ["--kb", "default"]):
        result = run("kb", "check", *options)
        assert expected == (result.exit_code, result.stdout, result.stderr)


def test_entries_are_in_the_file_of_their_gene(curated: KnowledgeBase) -> None:
    """The variants, results and associations of a gene are in files named after it."""
    gene_of = {key: definition.gene for key, definition in curated.definitions.items()}
    gene_of_set = {key: definition.gene for key, definition in curated.haplotype_sets.items()}
    gene_of_haplotype = {
        key: gene_of_set[item.haplotype_set] for key, item in curated.haplotypes.items()
    }
    expected = {
        "variants": gene_of,
        "evidence": {key: gene_of[item.variants[0]] for key, item in curated.evidence.items()},
        "associations": {
            key: gene_of.get(item.variant or "")
            or gene_of_set.get(item.haplotype_set or "")
            or gene_of_haplotype[item.haplotype or ""]
            for key, item in curated.associations.items()
        },
    }
    file_of: dict[str, dict[str, str]] = {section: {} for section in expected}
    for section, file_of_entry in file_of.items():
        for path in sorted((default_directory() / section).glob("*.yaml")):
            file, faults = read_yaml(path, path.read_bytes())
            assert [] == faults
            assert [section] == [name for name in SECTIONS if getattr(file.document, name)]
            file_of_entry |= {entry.id: path.stem for entry in getattr(file.document, section)}
    assert expected == file_of
