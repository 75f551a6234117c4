"""Gather the pages of the documentation site in ``.site``, which ``mkdocs.yml`` names.

Pages of docs/ are on the site, and some of the project. A link from one to another stays one, and
a link to any other file of the project leads to its repository. Run by ``make docs``.
"""

from __future__ import annotations

import posixpath
import shutil
from collections.abc import Mapping
from pathlib import Path

from helpers.links import Link, with_four_spaces, with_targets
from helpers.paths import ROOT

STAGE = ROOT / ".site"
REPOSITORY = "https://github.com/OWNER/pgx-ana"

PROJECT_PAGES = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "data/example/README.md": "reference/example-files.md",
    "data/kb/README.md": "reference/knowledge-base-files.md",
}
"""Pages of the project that are on the site as well, if they are there, and their place."""


def addresses() -> dict[str, str]:
    """Return the place on the site of every file that is on it, by its path in the project."""
    docs = ROOT / "docs"
    found = {
        path.relative_to(ROOT).as_posix(): path.relative_to(docs).as_posix()
        for path in sorted(docs.rglob("*"))
        if path.is_file()
    }
    return found | {
        page: address for page, address in PROJECT_PAGES.items() if (ROOT / page).is_file()
    }


def site_page(text: str, path: str, places: Mapping[str, str]) -> str:
    """Return a page as it is on the site: all that changes is where links lead, and the indent.

    ``path`` is that of the page in the project.
    """

    def target(link: Link) -> str:
        if link.is_external or not link.path:
            return link.target
        file = link.file_from(path)
        anchor = f"#{link.anchor}" if link.anchor else ""
        if file in places:
            folder = posixpath.dirname(places[path])
            return posixpath.relpath(places[file], folder or ".") + anchor
        if not (ROOT / file).exists():
            return link.target  # what builds the site will complain
        kind = "tree" if (ROOT / file).is_dir() else "blob"
        return f"{REPOSITORY}/{kind}/main/{file}{anchor}"

    return with_four_spaces(with_targets(text, target))


def gather(stage: Path) -> None:
    """Write the files of the site into a folder, from nothing."""
    shutil.rmtree(stage, ignore_errors=True)
    places = addresses()
    for path, address in places.items():
        file = stage / address
        file.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith(".md"):
            text = (ROOT / path).read_text(encoding="utf-8")
            file.write_text(site_page(text, path, places), encoding="utf-8")
        else:
            shutil.copyfile(ROOT / path, file)


if __name__ == "__main__":
    gather(STAGE)
