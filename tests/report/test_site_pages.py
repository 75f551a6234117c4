"""The knowledge base as a site: everything is there, every link leads, nothing is requested."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from helpers.page_reader import Element, read_page
from helpers.paths import GOLDEN
from helpers.toy_overlays import result_entry, section, written_overlay
from tools.generate import page_body

from pgx_ana.knowledge import Evidence, KnowledgeBase, Level, load
from pgx_ana.report import site_pages
from pgx_ana.report.script_source import script_source
from pgx_ana.report.words import VERDICTS, level_mark

Site = Mapping[str, Element]

SCRIPTED = "index.html"
HOSTILE = "<script>alert(1)</script> \"'&amp;<b>"

KNOWLEDGE = {"toy_site": "toy_haplotypes", "curated_site": "curated"}

every_site = pytest.mark.parametrize(
    "site", ["toy_site", pytest.param("curated_site", marks=pytest.mark.slow)], indirect=True
)


def read(knowledge: KnowledgeBase) -> Site:
    """Return all pages by path. Raises PageFaultError for one that is not well-formed."""
    return {path: read_page(content) for path, content in site_pages(knowledge)}


@pytest.fixture(scope="module")
def toy_site(toy_haplotypes: KnowledgeBase) -> Site:
    return read(toy_haplotypes)


@pytest.fixture(scope="module")
def curated_site(curated: KnowledgeBase) -> Site:
    return read(curated)


@pytest.fixture
def site(request: pytest.FixtureRequest) -> Site:
    found: Site = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def knowledge(request: pytest.FixtureRequest) -> KnowledgeBase:
    """Return the knowledge base of the site of the test."""
    found: KnowledgeBase = request.getfixturevalue(KNOWLEDGE[request.node.callspec.params["site"]])
    return found


def subjects(item: Evidence, knowledge: KnowledgeBase) -> set[str]:
    """Return the names of the pages on the variants and the haplotype set of a result."""
    pages = {f"variants/{variant}.html" for variant in item.variants}
    of_haplotype = item.haplotype and knowledge.haplotypes[item.haplotype].haplotype_set
    haplotype_set = item.haplotype_set or of_haplotype
    return pages | ({f"haplotypes/{haplotype_set}.html"} if haplotype_set else set())


@every_site
def test_every_link_leads_to_a_page_and_every_anchor_is_there(site: Site) -> None:
    missing = []
    for path, page in site.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            folder = posixpath.dirname(path)
            target = posixpath.normpath(posixpath.join(folder, parts.path)) if parts.path else path
            ids = site[target].ids if target in site else []
            if target not in site or (parts.fragment and unquote(parts.fragment) not in ids):
                missing.append((path, link))
    assert [] == missing


@every_site
def test_every_page_is_reached_from_the_first(site: Site) -> None:
    linked = {urlsplit(link).path for link in site[SCRIPTED].links} - {""}
    assert set(site) - {SCRIPTED} == linked


@every_site
def test_links_elsewhere_are_https(site: Site) -> None:
    links = {link for page in site.values() for link in page.links if urlsplit(link).scheme}
    assert {"https"} == {urlsplit(link).scheme for link in links}


@every_site
def test_identifiers_are_unique(site: Site) -> None:
    assert [] == [path for path, page in site.items() if len(page.ids) != len(set(page.ids))]


@every_site
def test_headings_are_in_order(site: Site) -> None:
    for path, page in site.items():
        levels = [int(item.tag[1]) for item in page.all("h1", "h2", "h3", "h4")]
        assert [1] == [level for level in levels if level == 1], path
        steps = pairwise(levels)
        assert [] == [step for step in steps if step[1] > step[0] + 1], path


@every_site
def test_header_cells_say_what_they_head(site: Site) -> None:
    cells = [cell for page in site.values() for cell in page.all("th")]
    assert [] == [cell.text for cell in cells if "scope" not in cell.attributes]


@every_site
def test_nothing_is_requested(site: Site) -> None:
    """Links are followed by people; no other element has an address, but the empty icon."""
    loading = [
        (path, item.tag, name)
        for path, page in site.items()
        for item in page.all()
        for name in ("src", "srcset", "action", "data", "href", "poster")
        if name in item.attributes and item.tag != "a" and item.attributes[name] != "data:,"
    ]
    assert [] == loading
    assert [] == [path for path, page in site.items() for _ in page.all("base", "iframe")]


@every_site
def test_only_the_first_page_has_a_script_and_allows_no_other(site: Site) -> None:
    for path, page in site.items():
        policy = page.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
        scripts = list(page.all("script"))
        allowed = [part for part in policy.split("; ") if part.startswith("script-src")]
        assert policy.startswith("default-src 'none'; ")
        assert [f"script-src '{script_source(''.join(map(str, item.children)))}'"
                for item in scripts] == allowed  # fmt: skip
        assert (path == SCRIPTED) == bool(scripts)
        handlers = [name for item in page.all() for name in item.attributes if name[:2] == "on"]
        assert [] == handlers


def results_shown(site: Site, knowledge: KnowledgeBase) -> set[str]:
    """Return the results that the page of their study and those of all their subjects show."""
    shown = set()
    for key, item in knowledge.evidence.items():
        study = site[f"studies/{item.publication}.html"]
        card = study.one("article", id=f"r-{key}").text
        summary = " ".join(item.summary.split())
        flags = [" ".join(flag.split()) for flag in item.flags]
        texts = [card, *(site[path].text for path in subjects(item, knowledge))]
        if all(part in text for part in (summary, *flags) for text in texts):
            shown.add(key)
    return shown


def associations_shown(site: Site, knowledge: KnowledgeBase) -> set[str]:
    """Return the associations with their statement, on the page of their subject."""
    shown = set()
    for path, page in site.items():
        if path.startswith(("variants/", "haplotypes/")):
            for card in page.all("article", style="card"):
                key = card.attributes["id"].removeprefix("c-")
                association = knowledge.associations[key]
                told = (association.statement, association.caution or "")
                assert all(" ".join(text.split()) in card.text for text in told)
                assert level_mark(knowledge.level(key).value).word in card.text
                shown.add(key)
    return shown


@every_site
def test_all_results_and_conclusions_are_there(site: Site, knowledge: KnowledgeBase) -> None:
    assert set(knowledge.evidence) == results_shown(site, knowledge)
    assert set(knowledge.associations) == associations_shown(site, knowledge)


def rows_of(card: Element) -> dict[str, str]:
    """Return the verdict of each result in the table of a conclusion, by its identifier."""
    rows = {}
    for row in card.one("table").all("tr"):
        cells = list(row.all("td"))
        if len(cells) == 5:
            address = row.one("th").one("a").attributes["href"]
            rows[urlsplit(address).fragment.removeprefix("r-")] = cells[-1].text
    return rows


@every_site
def test_results_on_many_variants_are_there(site: Site, knowledge: KnowledgeBase) -> None:
    for key, item in knowledge.polygenic.items():
        card = site[f"studies/{item.publication}.html"].one("article", id=f"p-{key}").text
        numbers = [f"{effect.value:g}" for effect in item.effects if effect.value is not None]
        texts = [" ".join(text.split()) for text in (item.summary, item.score)]
        assert [] == [text for text in (*texts, *numbers) if text not in card]


@every_site
def test_every_number_of_a_result_is_there(site: Site, knowledge: KnowledgeBase) -> None:
    """On the page of its study: measure, value, interval and remark of each effect, and p."""
    for key, item in knowledge.evidence.items():
        card = site[f"studies/{item.publication}.html"].one("article", id=f"r-{key}").text
        texts = [item.wording, item.design, re.sub("^([<>]) *", r"\1 ", item.p or "")]
        for effect in item.effects:
            numbers = (effect.value, effect.low, effect.high)
            texts += [f"{number:g}" for number in numbers if number is not None]
            texts += [effect.measure, effect.text or ""]
        plain = card.casefold()
        assert [] == [t for t in texts if " ".join(t.split()).casefold() not in plain], key


@every_site
def test_verdicts_are_those_of_the_grading(site: Site, knowledge: KnowledgeBase) -> None:
    """Every listed result has its row, with its stance, or that it was left out and why."""
    n_rows = 0
    for path, page in site.items():
        if not path.startswith(("variants/", "haplotypes/")):
            continue
        for card in page.all("article", style="card"):
            association = knowledge.associations[card.attributes["id"].removeprefix("c-")]
            stances = knowledge.grades[association.id].stances
            rows = rows_of(card)
            assert set(association.evidence) == set(rows)
            for result, text in rows.items():
                if result in association.excluded:
                    reason = " ".join(association.excluded[result].split())
                    assert text.startswith(f"✕ left out: {reason}"), result
                else:
                    mark = VERDICTS[stances[result].value]
                    assert text.startswith(f"{mark.shape} {mark.word}"), result
            n_rows += len(rows)
    assert sum(len(item.evidence) for item in knowledge.associations.values()) == n_rows


@every_site
def test_every_conclusion_is_on_the_page_of_its_level(site: Site, knowledge: KnowledgeBase) -> None:
    found: dict[Level, set[str]] = {}
    for level in Level:
        links = site[f"levels/{level.value}.html"].links
        anchors = {urlsplit(link).fragment for link in links}
        found[level] = {anchor[2:] for anchor in anchors if anchor.startswith("c-")}
    assert {
        level: {key for key in knowledge.associations if knowledge.level(key) is level}
        for level in Level
    } == found


@every_site
def test_questions_have_the_results_that_were_counted(site: Site, knowledge: KnowledgeBase) -> None:
    for answer in knowledge.answers:
        page = site[f"questions/{answer.question.id}.html"]
        anchors = [urlsplit(link).fragment for link in page.links]
        shown = [anchor.removeprefix("r-") for anchor in anchors if anchor.startswith("r-")]
        assert sorted(answer.results) == sorted(shown)
        assert answer.on_drug + answer.on_class + answer.without == len(shown)


def test_the_same_knowledge_base_gives_the_same_bytes(toy_haplotypes: KnowledgeBase) -> None:
    assert list(site_pages(toy_haplotypes)) == list(site_pages(toy_haplotypes))


def test_pages_of_the_toy_site(toy_site: Site) -> None:
    by_folder: dict[str, list[str]] = {}
    for path in toy_site:
        folder, _, name = path.rpartition("/")
        by_folder.setdefault(folder, []).append(name.removesuffix(".html"))
    levels = [level.value for level in Level]
    assert levels == by_folder.pop("levels")
    assert {
        "": ["index"],
        "genes": ["AAA", "BBB"],
        "variants": ["rs1", "rs2", "rs3", "rs4", "rs5", "rs6"],
        "haplotypes": ["AAA-star", "AAA-pair"],
        "studies": ["one-2001", "two-2002"],
        "questions": ["survival", "level", "fertility"],
    } == {folder: names for folder, names in by_folder.items() if folder != "contexts"}


def test_golden_page_of_a_variant(toy_haplotypes: KnowledgeBase) -> None:
    """Run ``make generate`` after a change of the page."""
    pages = dict(site_pages(toy_haplotypes))
    expected = (GOLDEN / "toy_haplotypes.site.rs1.html").read_text(encoding="utf-8")
    assert expected == page_body(pages["variants/rs1.html"])


def test_hostile_texts_are_text(toy_directory: Path, tmp_path: Path) -> None:
    quoted = "'" + HOSTILE.replace("'", "''") + "'"
    overlay = written_overlay(
        tmp_path / "kb",
        section(
            "publications",
            f"  - {{id: evil-2000, first_author: {quoted}, title: {quoted}, journal: {quoted}, "
            'doi: "10.1000/(x)<a>%2f\\"#frag"}\n',
        ),
        section(
            "evidence",
            result_entry(
                "evil-result",
                publication="evil-2000",
                variants="[rs5]",
                outcome="survival",
                design=quoted,
                wording=quoted,
                summary=quoted,
                p=quoted,
                flags=f"[{quoted}]",
                sources=f"[{quoted}, 'https://example.org/\"><script>']",
                effects=f"[{{measure: {quoted}, text: {quoted}}}]",
            ),
        ),
    )
    site = read(load([toy_directory, overlay]))
    study = site["studies/evil-2000.html"]
    assert [SCRIPTED] == [path for path, page in site.items() if any(page.all("script"))]
    assert HOSTILE in study.one("h1").text
    assert "https://doi.org/10.1000/(x)%3Ca%3E%252f%22%23frag" in study.links
    assert 'https://example.org/"><script>' in study.links
    for path in ("studies/evil-2000.html", "variants/rs5.html"):
        assert 5 <= site[path].text.count(HOSTILE), path


@pytest.mark.parametrize(
    ("study", "genotypes", "found"),
    [
        ("one-2001", ["rs1", "AAA-star"], "higher"),
        ("two-2002", ["rs2", "rs6"], "no difference"),
    ],
)
def test_a_study_says_what_it_found(
    toy_site: Site, study: str, genotypes: list[str], found: str
) -> None:
    page = toy_site[f"studies/{study}.html"]
    cards = list(page.all("article", style="card"))
    assert any(found in card.one("h3").text for card in cards)
    names = {link.text for card in cards for link in card.all("a")}
    assert set(genotypes) <= names


@every_site
def test_every_name_can_be_searched(site: Site, knowledge: KnowledgeBase) -> None:
    """The names of the first page: merged and legacy ones, studies by author, year and PMID."""
    names = {
        link.attributes["href"]: item.text
        for group in site[SCRIPTED].all("div", data_group="")
        for item in group.all("li")
        for link in item.all("a")
    }
    for key, variant in knowledge.definitions.items():
        told = names[f"variants/{key}.html"]
        assert [] == [name for name in (key, *variant.merged, *variant.names) if name not in told]
    for key, study in knowledge.publications.items():
        told = names[f"studies/{key}.html"]
        identifiers = filter(None, (study.pmid, study.doi, study.pmcid))
        parts = [study.first_author.split()[0], str(study.year or ""), *identifiers]
        assert [] == [part for part in parts if part not in told]
    listed = [link.text for link in site[SCRIPTED].all("a")]
    genes = {item.id: item.gene for item in knowledge.haplotype_sets.values()}
    for haplotype in knowledge.haplotypes.values():
        gap = "" if haplotype.name.startswith("*") else " "
        assert f"{genes[haplotype.haplotype_set]}{gap}{haplotype.name}" in listed


@every_site
def test_a_variant_page_has_its_definition(site: Site, knowledge: KnowledgeBase) -> None:
    for key, variant in knowledge.definitions.items():
        text = site[f"variants/{key}.html"].text
        for assembly, locus in variant.loci.items():
            reference = locus.ref if locus.ref_verified == "yes" else "not verified"
            assert f"{assembly} {locus.chrom}:{locus.pos:,} {reference}" in text
        is_reference = any(
            locus.ref == variant.studied_allele and locus.ref_verified == "yes"
            for locus in variant.loci.values()
        )
        assert is_reference == ("which is the reference base" in text), key
        texts = [" ".join(note.split()) for note in (variant.paper_wording, *variant.notes)]
        texts += [f"Frequency of {item.allele}: {item.source}" for item in variant.frequencies]
        texts += [f"{a.id}, level {a.level}: {a.about}" for a in variant.clinpgx]
        assert [] == [part for part in texts if part not in text], key


def test_frequencies_of_haplotypes(toy_site: Site) -> None:
    """In the toy panel, 400 of 500 chromosomes are *1, and 80 of 100 in AFR."""
    table = toy_site["haplotypes/AAA-star.html"].one(
        "div", aria_label="Haplotypes and their frequencies"
    )
    rows = {
        row.one("th").text: [cell.text for cell in row.all("td")]
        for row in table.one("tbody").all("tr")
    }
    assert ["reference", "normal", "current", "0.8000"] == rows["*1"][:4]
    assert rows["*1"][-1] == "0.8000"
    assert ["rs1 C", "decreased", "current"] == rows["*2"][:3]
