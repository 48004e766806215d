"""Where the project is on the web: as GitHub says it where the site is built there, else as pyproject.toml does."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path


def repository(root: Path, environment: Mapping[str, str] = os.environ) -> str | None:
    """The address of the repository, without a slash at its end; None where nobody has said it."""
    if name := environment.get("GITHUB_REPOSITORY"):
        server = environment.get("GITHUB_SERVER_URL") or "https://github.com"
        return f"{server.rstrip('/')}/{name}"
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
    address = project.get("urls", {}).get("Repository", "")
    return address.rstrip("/").removesuffix(".git") or None
