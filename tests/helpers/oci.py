"""Images of the Containerfile, built and run by programs that need no service: buildah and runc."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.paths import ROOT

STORE = ROOT / ".container"
"""Where `make container-base` puts what the image is built on."""

_OF_THE_HOST = (Path("/etc/ssl/certs"), Path("/etc/pip.conf"))
"""How pip reaches the index on this machine, which the image neither needs nor keeps."""


@dataclass(frozen=True)
class Finished:
    """A program that has ended: its output as bytes, its messages as text."""

    code: int
    output: bytes
    messages: str


@dataclass(frozen=True)
class Image:
    """An image, its files below ``files``, and ``config`` as the OCI specification has it."""

    files: Path
    config: Mapping[str, Any]

    def run(
        self,
        folder: Path,
        arguments: Sequence[str],
        standard_input: bytes = b"",
        mounts: Mapping[str, Path] | None = None,
        entrypoint: Sequence[str] | None = None,
        temporary_folder: bool = False,
    ) -> Finished:
        """Run the image as a stranger would: root read-only, no network, the image's own user.

        ``mounts`` are folders of the host by their place in the container; those below /in are
        read-only. ``temporary_folder`` is whether /tmp can be written. ``folder`` is for the
        description of this run.
        """
        subprocess.run(["runc", "spec"], cwd=folder, check=True)
        path = folder / "config.json"
        bundle = json.loads(path.read_text())
        user, _, group = self.config["User"].partition(":")
        bundle["process"] |= {
            "terminal": False,
            "user": {"uid": int(user), "gid": int(group)},
            "args": [*(entrypoint or self.config["Entrypoint"]), *arguments],
            "env": self.config["Env"],
            "cwd": self.config["WorkingDir"],
            "capabilities": {},
            "noNewPrivileges": True,
        }
        bundle["root"] = {"path": str(self.files), "readonly": True}
        for place, source in (mounts or {}).items():
            options = ["bind", "ro" if place.startswith("/in") else "rw"]
            bundle["mounts"].append(
                {"destination": place, "type": "bind", "source": str(source), "options": options}
            )
        if temporary_folder:
            bundle["mounts"].append({"destination": "/tmp", "type": "tmpfs", "source": "tmpfs"})
        path.write_text(json.dumps(bundle))
        path.chmod(0o600)
        process = subprocess.run(
            ["runc", "--root", str(folder / "runc"), "run", f"pgx-ana-{folder.name}"],
            cwd=folder,
            input=standard_input,
            capture_output=True,
            check=False,
        )
        return Finished(process.returncode, process.stdout, process.stderr.decode())


def lacking() -> str:
    """Return why no image can be built here; empty if one can."""
    for program in ("buildah", "runc"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if not STORE.is_dir():
        return "the base of the container is not installed: make container-base"
    return ""


@contextmanager
def built(arguments: Mapping[str, str]) -> Iterator[Image]:
    """Build the Containerfile with build arguments; the image is removed at the end."""
    mounts = [f"--volume={path}:{path}:ro" for path in _OF_THE_HOST if path.exists()]
    given = [f"--build-arg={name}={value}" for name, value in arguments.items()]
    base = "--pull=never"
    name = _buildah("build", "--isolation=chroot", "--quiet", base, *mounts, *given, str(ROOT))
    image = name.splitlines()[-1]
    container = _buildah("from", image)
    try:
        described = json.loads(_buildah("inspect", "--type=image", image))
        yield Image(Path(_buildah("mount", container)), described["OCIv1"]["config"])
    finally:
        _buildah("rm", container)
        _buildah("rmi", image)


def _buildah(command: str, *arguments: str) -> str:
    store = [f"--root={STORE / 'storage'}", f"--runroot={STORE / 'run'}", "--storage-driver=vfs"]
    process = subprocess.run(
        ["buildah", *store, command, *arguments], capture_output=True, check=False, text=True
    )
    assert 0 == process.returncode, process.stdout + process.stderr
    return process.stdout.strip()
