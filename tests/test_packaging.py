"""What installs the program agrees with pyproject.toml: extras, locks, recipes, Pythons."""

from __future__ import annotations

import re
from typing import Any

import jinja2
import pytest
import yaml
from helpers.environments import APART, name_and_bound, project
from helpers.paths import ROOT

from pgx_ana.version import __version__

CONDA_NAMES = {"fastjsonschema": "python-fastjsonschema", "isal": "python-isal"}

LOCKS = {
    "requirements.lock": [],
    "requirements-all.lock": ["parquet", "biobank", "zarr", "cluster", "excel"],
}


def version_of(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


def required(extras: list[str]) -> dict[str, str]:
    """Return the lowest version of each library that the program with these extras needs."""
    optional = project()["optional-dependencies"]
    texts = [*project()["dependencies"], *(text for name in extras for text in optional[name])]
    return dict(map(name_and_bound, texts))


def test_all_is_every_extra() -> None:
    optional = project()["optional-dependencies"]
    (text,) = optional["all"]
    match = re.fullmatch(r"pgx-ana\[([\w,]+)\]", text)
    assert match
    assert {*optional} - {"all", "dev"} - APART == {*match[1].split(",")}
    assert LOCKS["requirements-all.lock"] == match[1].split(",")


def test_every_library_has_a_lowest_version() -> None:
    names = [name for name in project()["optional-dependencies"] if name not in {"all", "dev"}]
    assert "" not in required(names).values()


@pytest.mark.parametrize("name", LOCKS)
def test_locks_have_what_is_required(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    versions = dict(re.findall(r"^([\w.-]+)==([\w.]+)", text, re.MULTILINE))
    for library, lowest in required(LOCKS[name]).items():
        assert version_of(versions[library]) >= version_of(lowest)


@pytest.mark.parametrize("name", [*LOCKS, "requirements-build.lock"])
def test_locks_have_digests_and_name_no_host(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)
    assert "" == entries[0]
    for entry in entries[1:]:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry
    assert "//" not in text
    assert "--index" not in text


def recipe() -> dict[str, Any]:
    """Return the recipe for conda as it is rendered."""
    text = (ROOT / "packaging" / "bioconda" / "meta.yaml").read_text(encoding="utf-8")
    template = jinja2.Template(text, undefined=jinja2.StrictUndefined)
    shown = template.render(
        PYTHON="python", pin_subpackage=lambda name, max_pin: f"{name} {max_pin}"
    )
    value: dict[str, Any] = yaml.safe_load(shown)
    return value


def test_recipe_requires_the_same() -> None:
    content = recipe()
    assert {"name": "pgx-ana", "version": __version__} == content["package"]
    requirements = content["requirements"]
    runs = {CONDA_NAMES.get(name, name): bound for name, bound in required([]).items()}
    runs["python"] = project()["requires-python"].removeprefix(">=")
    assert [f"{name} >={runs[name]}" for name in sorted(runs) if name != "python"] == requirements[
        "run"
    ][1:]
    assert f"python >={runs['python']}" == requirements["run"][0] == requirements["host"][0]
    names = [name for name in project()["optional-dependencies"] if name not in {"all", "dev"}]
    optional = {n: b for n, b in required(names).items() if n not in required([])}
    assert requirements["run_constrained"] == [f"{n} >={optional[n]}" for n in sorted(optional)]


def test_recipe_builds_with_the_same() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lines = re.findall(r"^(?:requires|dependencies) = \[(.+?)\]", text, re.MULTILINE)
    bounds = dict(map(name_and_bound, re.findall(r'"(.+?)"', " ".join(lines))))
    host = dict(entry.partition(" ")[::2] for entry in recipe()["requirements"]["host"])
    del host["python"], host["pip"]
    assert {name: f">={bound}" for name, bound in bounds.items()} == host
    lock = (ROOT / "requirements-build.lock").read_text(encoding="utf-8")
    for name, bound in bounds.items():
        match = re.search(rf"^{name}==([\d.]+)", lock, re.MULTILINE)
        assert match, name
        assert version_of(match[1]) >= version_of(bound)


def test_recipe_takes_the_archive_from_where_a_release_puts_it() -> None:
    workflow = (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
    assert "pypa/gh-action-pypi-publish@" in workflow
    place = f"https://pypi.org/packages/source/p/pgx-ana/pgx_ana-{__version__}.tar.gz"
    assert place == recipe()["source"]["url"]


def test_recipe_has_no_invented_digest() -> None:
    digest = recipe()["source"]["sha256"]
    assert digest is None or re.fullmatch("[0-9a-f]{64}", digest)


def test_recipe_describes_the_same() -> None:
    content = recipe()
    assert content["about"]["summary"] == project()["description"]
    assert content["about"]["license"] == project()["license"]
    assert [content["about"]["license_file"]] == project()["license-files"]
    (script,) = project()["scripts"].items()
    assert [" = ".join(script)] == content["build"]["entry_points"]
    assert 0 == content["build"]["number"]
    assert "python" == content["build"]["noarch"]


def test_pythons_are_those_that_are_tested() -> None:
    """The classifiers name what ``make test-versions`` and the slow tests run."""
    named = [re.fullmatch(r".* :: (3\.\d+)", text) for text in project()["classifiers"]]
    versions = [match[1] for match in named if match]
    for place in ("tests/tools/library_versions.py", "tests/slow/test_library_versions.py"):
        text = (ROOT / place).read_text(encoding="utf-8")
        assert versions == sorted(set(re.findall(r"\"(3\.\d+)[\":]", text))), place
    assert f">={versions[0]}" == project()["requires-python"]


def test_description_names_all_extras() -> None:
    text = (ROOT / project()["readme"]).read_text(encoding="utf-8")
    named = re.findall(r"^\| `pgx-ana\[(\w+)\]` \|", text, re.MULTILINE)
    assert {*project()["optional-dependencies"]} - {"dev"} == {*named}
    assert not re.findall(r"\]\((?!https://github\.com/OWNER/pgx-ana/)", text)
