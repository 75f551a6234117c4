"""Run the fast tests with the lowest and the newest versions of all libraries.

    python -m tools.library_versions FOLDER [3.11:lowest 3.12:newest 3.13:newest]

Environments are made in FOLDER, and stay there. Pythons that are not on this machine are left out.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from helpers.environments import LOWEST, NEWEST, extras, make, python_of
from helpers.paths import ROOT

DEFAULT = ("3.11:lowest", "3.12:newest", "3.13:newest")


def main(folder: Path, wanted: tuple[str, ...]) -> int:
    """Return 1 if a test fails, or if there is none of these Pythons."""
    codes = {}
    for name in wanted:
        version, _, which = name.partition(":")
        python = python_of(version)
        if python is None:
            print(f"Python {version} is not on this machine: not tested")
            continue
        place = folder.resolve() / f"{version}-{which}"
        resolution = LOWEST if which == "lowest" else NEWEST
        other = make(place, python, resolution, [*extras(), "dev"])
        process = subprocess.run(
            [other, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider"],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            check=False,
        )
        codes[name] = process.returncode
    for name, code in codes.items():
        print(f"{name}: {'failed' if code else 'passed'}")
    return int(not codes or any(codes.values()))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), tuple(sys.argv[2:]) or DEFAULT))
