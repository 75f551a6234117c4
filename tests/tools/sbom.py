"""Write the bill of materials of the program as CycloneDX: what an installation without extras has.

Run by ``make sbom``, with the program of CycloneDX and a Python whose environment has the libraries
that the program needs and nothing else. Equal environments give equal bytes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
SPECIFICATION = "1.6"


def main(cyclonedx: str, python: str, output: str) -> None:
    """Write the bill of materials of the environment of ``python`` to a file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with tempfile.TemporaryDirectory() as folder:
        described = Path(folder) / "pyproject.toml"
        described.write_text(_description(project), encoding="utf-8")
        Path(output).parent.mkdir(exist_ok=True)
        command = [cyclonedx, "environment", "--pyproject", str(described)]
        command += ["--mc-type", "application", "--spec-version", SPECIFICATION, "--validate"]
        command += ["--output-reproducible", "--output-format", "JSON", "--output-file", output]
        subprocess.run([*command, python], check=True)


def _description(project: dict[str, Any]) -> str:
    """Return what CycloneDX reads of a project, with the version that ours takes from its code."""
    program = (ROOT / "pgx_ana" / "version.py").read_text(encoding="utf-8")
    version = program.split('__version__ = "')[1].split('"')[0]
    kept = {name: project[name] for name in ("name", "description", "license", "dependencies")}
    lines = (
        f"{name} = {json.dumps(value)}" for name, value in {**kept, "version": version}.items()
    )
    return "\n".join(("[project]", *lines, ""))


if __name__ == "__main__":
    main(*sys.argv[1:])
