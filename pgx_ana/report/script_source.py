"""What a page must name to allow the one script that it has, and no other."""

from __future__ import annotations

import base64
import hashlib


def script_source(script: str) -> str:
    """Return what a Content-Security-Policy must name for a script: ``sha256-...``."""
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
