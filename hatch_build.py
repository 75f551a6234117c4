"""Build hook: a wheel brings the knowledge base checked and compiled, beside its YAML files."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledKnowledge(BuildHookInterface[Any]):
    """Compiles the knowledge base of this source tree; a fault in it ends the build."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the compiled file, unless the installation stays linked to this tree."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from pgx_ana.knowledge.loading import compile_default  # noqa: PLC0415  # of this tree

        self.folder = tempfile.TemporaryDirectory()
        path = compile_default(Path(self.folder.name))
        build_data["force_include"][str(path)] = f"pgx_ana/data/compiled/{path.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the file that is now in the wheel."""
        if version != "editable":
            self.folder.cleanup()
