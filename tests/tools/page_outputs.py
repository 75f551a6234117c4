"""Write what the commands of pages print into the pages: ``python -m tools.page_outputs PAGE...``.

Output with a line ``...`` stays as it is; what differs there is shown.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from helpers.pages import (
    all_pages,
    blocks,
    faults,
    fill_folder,
    is_run,
    renewed,
    run_lines,
    run_page,
)


def main(paths: list[Path]) -> None:
    """Renew the given pages, or all."""
    for path in paths or all_pages():
        page = path.read_text(encoding="utf-8")
        if not any(map(is_run, blocks(page))):
            continue
        with tempfile.TemporaryDirectory() as folder:
            fill_folder(Path(folder, "folder"))
            outcomes = run_page(page, Path(folder, "folder"))
        new = renewed(page, outcomes)
        path.write_text(new, encoding="utf-8")
        lines = run_lines(new)  # of the same commands, which longer output has moved
        for fault in faults(new, dict(zip(lines, outcomes.values(), strict=True))):
            print(f"{path}: {fault}")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
