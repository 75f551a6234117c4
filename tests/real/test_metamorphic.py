"""The same people in another style: every rewriting of a real file annotates alike."""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pandas as pd
import pysam
import pytest

import pgx_ana
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.vcf import ContigNames

Bcftools = Callable[..., str]

PEOPLE = "HG00096,HG00101,NA12717,NA18868,HG01845,HG00452,NA19122,NA20509"
SITES = (
    "chr7:87509329,chr7:87531302,chr7:87550285,chr15:51210647,chr15:51210789,chr15:51236915,"
    "chr15:51242350,chr15:51257402,chr15:51338638,chr15:51339082"
)


@pytest.fixture(scope="module")
def original(shared: Path, bcftools: Bcftools, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return eight people at ten sites of two genes as one plain VCF on GRCh38."""
    folder = tmp_path_factory.mktemp("original")
    parts = []
    for gene in ("ABCB1", "CYP19A1"):
        part = folder / f"{gene}.vcf.gz"
        source = shared / "1000genomes" / "GRCh38" / f"{gene}.vcf.gz"
        options = ["-s", PEOPLE, "-r", SITES, "--no-version", "-Oz", "-o", part, source]
        bcftools("view", *options)
        bcftools("index", "-f", part)
        parts.append(part)
    path = folder / "original.vcf"
    path.write_text(bcftools("concat", "--no-version", *parts))
    return path


@pytest.fixture(scope="module")
def expected(original: Path) -> pd.DataFrame:
    frame = pgx_ana.annotate(original).annotations
    of_variants = {"called", "absent", "not_assessable"}
    assert of_variants | {"determined", "not_assessed"} == set(frame["status"])
    return frame


def of_variants(path: Path) -> pd.DataFrame:
    """Return the annotations of a file but for those of haplotypes, which rest on phase."""
    result = pgx_ana.annotate(path)
    frame = result.annotations.astype(object)
    kept = frame[frame["variant"].isin(set(result.calls["variant"]))]
    assert len(kept) < len(frame)
    return kept.sort_values(["sample", "association"], ignore_index=True)


def records(text: str) -> tuple[list[str], list[str]]:
    lines = text.splitlines(keepends=True)
    return [x for x in lines if x.startswith("#")], [x for x in lines if not x.startswith("#")]


def shuffled(text: str) -> str:
    header, rows = records(text)
    random.Random(20).shuffle(rows)
    return "".join(header + rows)


def duplicated(text: str) -> str:
    header, rows = records(text)
    return "".join(header + [row for row in rows for _ in range(2)])


def renamed(style: str, names: ContigNames) -> Callable[[str], str]:
    accessions = {
        "refseq": ("NC_000007.14", "NC_000015.10"),
        "genbank": ("CM000669.2", "CM000677.2"),
    }
    seven, fifteen = accessions.get(style, ("7", "15"))
    assert ("7", "15") == (names.chromosome(seven), names.chromosome(fifteen))

    def rename(text: str) -> str:
        text = re.sub(r"(^|ID=)chr7\b", rf"\g<1>{seven}", text, flags=re.MULTILINE)
        return re.sub(r"(^|ID=)chr15\b", rf"\g<1>{fifteen}", text, flags=re.MULTILINE)

    return rename


def unphased(text: str) -> str:
    return re.sub(r"(?<=[0-9.])\|(?=[0-9.])", "/", text)


def swapped(text: str) -> str:
    """Write every unphased genotype the other way round."""
    return re.sub(r"\b([0-9.])/([0-9.])\b", r"\2/\1", unphased(text))


def crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


REWRITINGS: dict[str, Callable[[str], str]] = {
    "shuffled": shuffled,
    "duplicated": duplicated,
    "unphased": unphased,
    "swapped": swapped,
    "crlf": crlf,
}


@pytest.mark.parametrize("name", REWRITINGS)
def test_text_rewritings(name: str, original: Path, expected: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "rewritten.vcf"
    path.write_text(REWRITINGS[name](original.read_text()), newline="")
    assert path.read_bytes() != original.read_bytes()
    if name in {"unphased", "swapped"}:
        pd.testing.assert_frame_equal(of_variants(original), of_variants(path))
    else:
        pd.testing.assert_frame_equal(expected, pgx_ana.annotate(path).annotations)


@pytest.mark.parametrize("style", ["plain", "refseq", "genbank"])
def test_contig_names(
    style: str, original: Path, expected: pd.DataFrame, curated: KnowledgeBase, tmp_path: Path
) -> None:
    path = tmp_path / "renamed.vcf"
    path.write_text(renamed(style, ContigNames(curated.contig_tables))(original.read_text()))
    assert "chr15" not in path.read_text()
    pd.testing.assert_frame_equal(expected, pgx_ana.annotate(path).annotations)


def containers(original: Path, folder: Path, bcftools: Bcftools) -> Iterator[tuple[str, Path]]:
    """Yield the same records in every kind of file."""
    plain = folder / "sorted.vcf"
    bcftools("sort", "-o", plain, original)
    gzipped = folder / "plain_gzip.vcf.gz"
    gzipped.write_bytes(gzip.compress(plain.read_bytes()))
    yield "gzip", gzipped
    bgzf = folder / "tbi.vcf.gz"
    pysam.tabix_compress(str(plain), str(bgzf))
    yield "bgzf without index", bgzf
    pysam.tabix_index(str(bgzf), preset="vcf")
    yield "bgzf with tbi", bgzf
    other = folder / "csi.vcf.gz"
    pysam.tabix_compress(str(plain), str(other))
    pysam.tabix_index(str(other), preset="vcf", csi=True)
    yield "bgzf with csi", other
    bcf = folder / "records.bcf"
    bcftools("view", "-Ob", "-o", bcf, plain)
    yield "bcf without index", bcf
    bcftools("index", "-f", bcf)
    yield "bcf with csi", bcf


def test_containers(
    original: Path, expected: pd.DataFrame, tmp_path: Path, bcftools: Bcftools
) -> None:
    for kind, path in containers(original, tmp_path, bcftools):
        actual = pgx_ana.annotate(path).annotations
        pd.testing.assert_frame_equal(expected, actual, obj=kind)


@pytest.mark.parametrize("way", ["-any", "+any"])
def test_split_and_joined_rows(
    way: str, original: Path, tmp_path: Path, bcftools: Bcftools
) -> None:
    """rs2032582 has two rows in the panel; bcftools joins and splits them in its own ways.

    Some versions (1.16) do not keep the order of the copies in a row that they join: 0|1 becomes
    2|0, and the diplotype another.
    """
    path = tmp_path / "normed.vcf"
    joined = bcftools("norm", "-m+any", original)
    assert "A\tC,T" in joined or "A\tT,C" in joined
    path.write_text(joined)
    if way == "-any":
        path.write_text(bcftools("norm", "-m-any", path))
    pd.testing.assert_frame_equal(of_variants(original), of_variants(path))


REWRITERS: dict[str, Sequence[Sequence[str]]] = {
    "joined by kind": [["norm", "-m+both"]],
    "joined, then split by kind": [["norm", "-m+any"], ["norm", "-m-both"]],
    "joined and split again and again": [["norm", "-m+any"], ["norm", "-m-any"]] * 2,
    "joined, ALTs of nobody left out": [["norm", "-m+any"], ["view", "-a"]],
    "nothing but genotypes": [["annotate", "-x", "ID,QUAL,INFO,^FORMAT/GT"]],
    "without FILTER": [["annotate", "-x", "FILTER"]],
    "people in another order": [["view", "-s", ",".join(reversed(PEOPLE.split(",")))]],
}


@pytest.mark.parametrize("name", REWRITERS)
def test_what_bcftools_writes(
    name: str, original: Path, expected: pd.DataFrame, tmp_path: Path, bcftools: Bcftools
) -> None:
    path = original
    for number, words in enumerate(REWRITERS[name]):
        text = bcftools(words[0], "--no-version", *words[1:], path)
        path = tmp_path / f"{number}.vcf"
        path.write_text(text)
    assert path.read_text() != original.read_text()
    if name.startswith("joined"):
        pd.testing.assert_frame_equal(of_variants(original), of_variants(path))
    else:
        assert_same_people(expected, pgx_ana.annotate(path).annotations)


def assert_same_people(expected: pd.DataFrame, actual: pd.DataFrame) -> None:
    """Compare annotations of people who may stand in another order."""
    one, other = (
        frame.astype(object).sort_values(["sample", "association"], ignore_index=True)
        for frame in (expected, actual)
    )
    pd.testing.assert_frame_equal(one, other)


@pytest.fixture
def singles(original: Path, tmp_path: Path, bcftools: Bcftools) -> list[Path]:
    """Return a compressed file with an index for each person."""
    paths = []
    for person in PEOPLE.split(","):
        path = tmp_path / f"{person}.vcf.gz"
        bcftools("view", "-s", person, "-Oz", "-o", path, original)
        bcftools("index", path)
        paths.append(path)
    return paths


@pytest.mark.parametrize("way", ["none", "all", "both"])
def test_people_merged_by_bcftools(
    way: str, singles: list[Path], expected: pd.DataFrame, tmp_path: Path, bcftools: Bcftools
) -> None:
    """Rows of one place are joined in one way or another."""
    path = tmp_path / "merged.vcf"
    path.write_text(bcftools("merge", "-m", way, *singles))
    assert_same_people(expected, pgx_ana.annotate(path).annotations)


def test_people_under_other_names(
    original: Path, expected: pd.DataFrame, tmp_path: Path, bcftools: Bcftools
) -> None:
    names = {person: f"patient-{number}" for number, person in enumerate(PEOPLE.split(","))}
    listed = tmp_path / "names.txt"
    listed.write_text("".join(f"{old} {new}\n" for old, new in names.items()))
    path = tmp_path / "renamed.vcf"
    path.write_text(bcftools("reheader", "-s", listed, original))
    renamed = expected.astype(object).replace({"sample": names})
    assert set(names.values()) == set(renamed["sample"])
    assert_same_people(renamed, pgx_ana.annotate(path).annotations)


def test_another_header(
    original: Path, expected: pd.DataFrame, tmp_path: Path, bcftools: Bcftools
) -> None:
    """Only the names of contigs and samples are left."""
    kept = ("##fileformat", "##contig", "#CHROM")
    lines = original.read_text().splitlines(keepends=True)
    header = tmp_path / "header.txt"
    header.write_text("".join(line for line in lines if line.startswith(kept)))
    path = tmp_path / "reheaded.vcf"
    path.write_text(bcftools("reheader", "-h", header, original))
    assert "##INFO" not in path.read_text()
    assert_same_people(expected, pgx_ana.annotate(path).annotations)


def test_files_put_together_with_overlaps(
    original: Path, expected: pd.DataFrame, tmp_path: Path, bcftools: Bcftools
) -> None:
    """Rows of overlapping files come twice, one behind the other."""
    packed = tmp_path / "packed.bcf"
    bcftools("sort", "-Ob", "-o", packed, original)
    bcftools("index", packed)
    path = tmp_path / "twice.vcf"
    path.write_text(bcftools("concat", "-a", packed, packed))
    count = sum(not line.startswith("#") for line in original.read_text().splitlines())
    rows = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    assert 2 * count == len(rows)
    assert_same_people(expected, pgx_ana.annotate(path).annotations)


def test_one_person_at_a_time(
    original: Path, expected: pd.DataFrame, tmp_path: Path, bcftools: Bcftools
) -> None:
    parts = []
    for person in PEOPLE.split(","):
        path = tmp_path / f"{person}.vcf"
        path.write_text(bcftools("view", "-s", person, original))
        parts.append(path)
    together = pgx_ana.annotate(parts)
    order = {name: number for number, name in enumerate(pgx_ana.annotate(original).samples)}
    assert set(order) == set(together.samples)
    one = expected.astype(object).sort_values(["sample", "association"], ignore_index=True)
    other = together.annotations.astype(object)
    other = other.sort_values(["sample", "association"], ignore_index=True)
    pd.testing.assert_frame_equal(one, other)


def test_reference_rows_as_blocks(original: Path, expected: pd.DataFrame, tmp_path: Path) -> None:
    """For one person, 0/0 rows rewritten as gVCF blocks that start earlier and end later."""
    header, rows = records(original.read_text())
    person = 9 + header[-1].split("\t")[9:].index("NA12717")
    fields = [row.rstrip("\n").split("\t") for row in rows]
    blocks, others = [], []
    for field in fields:
        same_place = [other for other in fields if other[:2] == field[:2]]
        if all(other[person] == "0|0" for other in same_place):
            pos = int(field[1])
            block = [
                field[0],
                str(pos - 3),
                ".",
                "N",
                "<NON_REF>",
                ".",
                ".",
                f"END={pos + 2}",
                "GT",
            ]
            blocks.append("\t".join([*block, "0/0"]))
        else:
            others.append("\t".join([*field[:9], field[person]]))
    assert blocks
    assert others
    path = tmp_path / "blocks.g.vcf"
    columns = header[-1].split("\t")[:9]
    lines = [*header[:-1], "\t".join([*columns, "NA12717"]) + "\n"]
    path.write_text("".join(lines) + "\n".join(blocks + others) + "\n")
    actual = pgx_ana.annotate(path, assembly="GRCh38").annotations
    one = expected[expected["sample"] == "NA12717"].astype(object).reset_index(drop=True)
    pd.testing.assert_frame_equal(one, actual.astype(object))
